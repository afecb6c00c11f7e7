package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"kith/internal/cli/graphpage"
	"kith/internal/cli/view"
	"kith/internal/diag"
	"kith/internal/project"
)

func (a *App) explainLink() *cobra.Command {
	var f explainIDs
	c := &cobra.Command{
		Use:   "link ID ID",
		Short: "Say why two ids are the same person",
		Long: `Say why two ids are the same person: the shortest way from one to the other in the identity graph, with what every edge on it stands on
(the source, how many of its rows, since when and until when, by which rule), and which step holds it all together. Of ids that
are not the same person it says whether edges that were dropped by a rule, a limit or a guard would have joined them.

Ids are found as they are typed, then as their type normalises them, then without regard to letter case. The answer shows the ids on the way.`,
		Example: example(`
			kith explain link ann@example.com 4711
			kith explain link ann@example.com 4711 --type email --type crm_id
			kith explain link ann@example.com 4711 --html link.html
			kith explain link ann@example.com 4711 --json`),
		Args: cobra.ExactArgs(2),
		RunE: func(c *cobra.Command, args []string) error { return a.tellLink(c.Context(), f, args) },
	}
	f.add(c)
	f.addPicture(c)
	return c
}

func (a *App) tellLink(ctx context.Context, f explainIDs, ids []string) error {
	asked, err := f.queries(ids)
	if err != nil {
		return err
	}
	l, err := explained(ctx, a, f, func(w *project.Work, m project.Moment) (*project.Link, diag.List, error) {
		return w.ExplainLink(ctx, m, f.entity, asked[0], asked[1])
	})
	if err != nil {
		return err
	}
	if err := a.page(f.html, func() ([]byte, error) { return graphpage.Link(l, a.Leaves.Version) }); err != nil {
		return err
	}
	if a.flags.json {
		return a.document(l)
	}
	a.writeLink(l)
	return nil
}

func (a *App) writeLink(l *project.Link) {
	style := view.StyleOf(a.Out)
	say := func(format string, args ...any) { fmt.Fprintf(a.Out, format+"\n", args...) }
	from, to := shownID(l.From.ID), shownID(l.To.ID)
	switch {
	case l.From.ID == l.To.ID:
		say("%s is one id, of %s %s.", from, l.Entity, style.Accent(l.From.MainID))
		return
	case l.Linked:
		say("%s and %s are one %s: %s, with %s.", from, to, l.Entity, style.Accent(l.From.MainID), view.Count(l.From.IDs, "id"))
		say("The shortest way from one to the other has %s.", view.Count(len(l.Path), "step"))
		a.writeWay(l.Path, style)
	default:
		say("%s and %s are not one %s: %s, with %s, and %s, with %s.", from, to, l.Entity,
			style.Accent(l.From.MainID), view.Count(l.From.IDs, "id"), style.Accent(l.To.MainID), view.Count(l.To.IDs, "id"))
		if len(l.WouldBe) == 0 {
			say("No edge of any source leads from one to the other, not even one that was dropped.")
			if len(l.Filtered) > 0 {
				say("%s", style.Dim("What filters of "+list(l.Filtered)+" took away joins nobody: the two may have such an id in common."))
			}
			return
		}
		say("They would be one, had these edges not been dropped.")
		a.writeWay(l.WouldBe, style)
	}
}

// writeWay writes ids below one another, with what joins them between.
func (a *App) writeWay(steps []project.LinkStep, style view.Style) {
	id := func(x project.ID) { fmt.Fprintf(a.Out, "  %s  %s\n", style.Bold(x.Value), style.Dim(x.Type)) }
	fmt.Fprintln(a.Out)
	id(steps[0].From)
	for _, s := range steps {
		for _, e := range s.Edges {
			mark, dropped := "│", ""
			if e.DroppedBy != "" {
				mark, dropped = "╎", style.Bad("dropped by "+e.DroppedBy)
			}
			line := style.Accent(e.Source)
			for _, part := range []string{evidenceLine(e), dropped} {
				if part != "" {
					line += "  " + part
				}
			}
			fmt.Fprintf(a.Out, "  %s  %s\n", style.Dim(mark), line)
		}
		if s.Sides != nil {
			fmt.Fprintf(a.Out, "  %s  %s\n", style.Dim("│"), style.Warn(fmt.Sprintf("the only link between %s and %s", view.Count(s.Sides[0], "id"), view.Count(s.Sides[1], "id"))))
		}
		id(s.To)
	}
}
