package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"kith/internal/cli/view"
	"kith/internal/diag"
	"kith/internal/project"
)

func (a *App) explainChange() *cobra.Command {
	var f explainIDs
	c := &cobra.Command{
		Use:   "change ID",
		Short: "Say what became of an id from run to run",
		Long: `Say what became of an id from run to run: when it came into the graph, when its main id changed and from which to which, and what happened
to the main ids that it had: created, merged, split, restored, retired. Of a merge that still holds it says what joins the two
parts. The newest comes first.

ID is an id, a main id, or one that was there once.`,
		Example: example(`
			kith explain change ann@example.com
			kith explain change rid0ce4fcfa8623f63066aee541ac1e6160 --json`),
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error { return a.tellChange(c.Context(), f, args) },
	}
	f.add(c)
	return c
}

func (a *App) tellChange(ctx context.Context, f explainIDs, ids []string) error {
	asked, err := f.queries(ids)
	if err != nil {
		return err
	}
	c, err := explained(ctx, a, f, func(w *project.Work, m project.Moment) (*project.Change, diag.List, error) {
		return w.ExplainChange(ctx, m, f.entity, asked[0])
	})
	if err != nil {
		return err
	}
	if a.flags.json {
		return a.document(c)
	}
	a.writeChange(c)
	return nil
}

func (a *App) writeChange(c *project.Change) {
	style := view.StyleOf(a.Out)
	say := func(format string, args ...any) { fmt.Fprintf(a.Out, format+"\n", args...) }
	say("%s", changeHead(c, style))
	for _, g := range c.Graphs {
		say("\n  %s", style.Bold(atRun(g.ChangeAt)))
		if g.Moved {
			say("    %s", style.Warn(movedText(g)))
		}
		for _, e := range g.Events {
			say("    %s; %s", eventText(e), causeText(e.Cause))
			if e.Joined == nil {
				continue
			}
			for _, p := range e.Joined.First {
				say("      joined by %s – %s", shownID(p.From), shownID(p.To))
				for _, x := range p.Edges {
					say("        %s  %s", style.Accent(x.Source), evidenceLine(x))
				}
			}
			if text := more(e.Joined.Total, len(e.Joined.First)); text != "" {
				say("      %s", style.Dim(text))
			}
		}
	}
	switch {
	case c.Since.EndTime.IsZero():
		say("No history is kept of this graph.")
	case len(c.Graphs) == 0:
		say("Nothing happened to it since the first graph, %s.", atRun(c.Since))
	default:
		say("\n%s", style.Dim("What was before the first graph, "+atRun(c.Since)+", is not known."))
	}
}

// changeHead says where the id is now.
func changeHead(c *project.Change, style view.Style) string {
	name := fmt.Sprintf("%s (main id)", c.Value)
	if c.Type != "" {
		name = shownID(c.ID)
	}
	switch {
	case c.Gone && c.MainID != "":
		return fmt.Sprintf("%s is no more; its ids went to %s.", name, style.Accent(c.MainID))
	case c.Gone && c.Type == "":
		return fmt.Sprintf("%s is no more; nobody has its ids.", name)
	case c.Gone:
		return fmt.Sprintf("%s is not in the graph any more.", name)
	case c.Type == "":
		return fmt.Sprintf("%s is one of %s.", name, c.Entity)
	}
	return fmt.Sprintf("%s belongs to %s %s.", name, c.Entity, style.Accent(c.MainID))
}

func atRun(at project.ChangeAt) string {
	if at.Imported() {
		return "the import"
	}
	text := "as of " + at.EndTime.Format(shownTime)
	if at.SeqNo == 0 {
		return text
	}
	return fmt.Sprintf("seq no %d, %s", at.SeqNo, text)
}

func movedText(g project.ChangeGraph) string {
	switch {
	case g.Before == "":
		return "the id is new in the graph, in " + g.After
	case g.After == "":
		return "the id left the graph; it was in " + g.Before
	}
	return "the id went from " + g.Before + " to " + g.After
}

func eventText(e project.ChangeEvent) string {
	ids := view.Count(int(e.IDs), "id")
	switch e.Kind {
	case "created":
		return fmt.Sprintf("%s came to be, with %s", e.MainID, ids)
	case "merged":
		return fmt.Sprintf("%s was merged into %s, %s of it", e.OtherID, e.MainID, ids)
	case "split":
		return fmt.Sprintf("%s was split off %s, with %s", e.MainID, e.OtherID, ids)
	case "moved":
		return fmt.Sprintf("%s went from %s to %s", ids, e.OtherID, e.MainID)
	case "restored":
		if e.OtherID == "" {
			return fmt.Sprintf("%s is there again, with %s", e.MainID, ids)
		}
		return fmt.Sprintf("%s is there again, with %s of %s", e.MainID, ids, e.OtherID)
	case "retired":
		return fmt.Sprintf("%s has no ids any more; there were %s", e.MainID, ids)
	case "imported":
		return fmt.Sprintf("%s was taken over from a table, with %s", e.MainID, ids)
	}
	if e.OtherID == "" {
		return fmt.Sprintf("%s: %s, %s", e.Kind, e.MainID, ids)
	}
	return fmt.Sprintf("%s: %s, %s, %s", e.Kind, e.MainID, e.OtherID, ids)
}

func causeText(cause string) string {
	switch cause {
	case "rows":
		return "rows came or went"
	case "definition":
		return "the graph is defined otherwise"
	}
	return cause
}
