package cli

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"kith/internal/cli/view"
	"kith/internal/project"
	"kith/internal/run"
)

// effectScreen shows what a decision does to the graph of the last run.
type effectScreen struct {
	a *App
	// kind is that of the decision, back tells that it is taken back.
	kind string
	back bool
}

// shownClusters is how many clusters of either side are listed.
const shownClusters = 10

func (s *effectScreen) write(e *project.Effect) {
	out, style := s.a.Out, s.a.style()
	verb := map[string]string{run.DecideSplit: "never one with", run.DecideLink: "one with"}[s.kind]
	if s.back {
		verb = "no longer said to be " + verb
	}
	fmt.Fprintf(out, "%s  %s %s %s\n", style.Bold(e.Entity), shownID(e.From), verb, shownID(e.To))
	if len(e.Before) == 0 {
		fmt.Fprintf(out, "\n  %s\n", s.nothing())
		return
	}
	s.list("Now", e.Before)
	s.list("Then", e.After)
	var parts []string
	if e.Cut > 0 {
		parts = append(parts, view.Count(e.Cut, "edge")+" dropped")
	}
	if e.Joined > 0 {
		parts = append(parts, view.Count(e.Joined, "edge")+" that count again")
	}
	become := "become"
	if len(e.Before) == 1 {
		become = "becomes"
	}
	fmt.Fprintf(out, "\n  %s %s %s", view.Count(len(e.Before), "profile"), become, view.Number(int64(len(e.After))))
	if len(parts) > 0 {
		fmt.Fprintf(out, "; %s", strings.Join(parts, ", "))
	}
	fmt.Fprintln(out, "; their features are computed anew")
	for _, c := range e.Cohorts {
		fmt.Fprintf(out, "  %s of them in cohort %s\n", view.Number(c.Members), style.Accent(c.Cohort))
	}
	if !e.Holds {
		fmt.Fprintf(out, "\n  %s\n", style.Bad("They stay together: what people linked joins them, and a link stands above a split."))
	}
	if e.Limited {
		fmt.Fprintf(out, "\n  %s\n", style.Dim("More clusters hang together by dropped edges than were looked at: the run may join others, too."))
	}
}

// nothing says that nothing changes, and why it is worth something nevertheless.
func (s *effectScreen) nothing() string {
	switch {
	case s.back:
		return "Nothing changes: the graph is the same without it."
	case s.kind == run.DecideSplit:
		return "They are apart already; the decision keeps them so."
	}
	return "They are one already; the decision keeps them so whatever rows come or go."
}

func (s *effectScreen) list(title string, clusters []project.EffectCluster) {
	out, style := s.a.Out, s.a.style()
	fmt.Fprintf(out, "\n  %s\n", style.Bold(title))
	for i, c := range clusters {
		if i == shownClusters {
			fmt.Fprintf(out, "    %s\n", style.Dim(more(len(clusters), shownClusters)))
			break
		}
		var types []string
		for _, t := range slices.Sorted(maps.Keys(c.Types)) {
			types = append(types, fmt.Sprintf("%s %s", view.Number(int64(c.Types[t])), t))
		}
		var ends []string
		if c.HasFrom {
			ends = append(ends, "the first")
		}
		if c.HasTo {
			ends = append(ends, "the second")
		}
		with := ""
		if len(ends) > 0 {
			with = "  with " + strings.Join(ends, " and ")
		}
		name := ""
		if c.MainID != "" {
			name = style.Accent(c.MainID) + "  "
		}
		fmt.Fprintf(out, "    %s%s (%s)%s\n", name, view.Count(c.IDs, "id"), strings.Join(types, ", "), style.Dim(with))
	}
}
