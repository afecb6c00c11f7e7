package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"kith/internal/cli/view"
	"kith/internal/diag"
	"kith/internal/project"
)

// idFlags are those of questions about an id.
type idFlags struct{ entity, idType, asOf string }

func (f *idFlags) add(c *cobra.Command) {
	fl := c.Flags()
	fl.StringVar(&f.entity, "entity", "", "only in the graph of this entity")
	fl.StringVar(&f.idType, "type", "", "id type, where ids of several types have the value")
	fl.StringVar(&f.asOf, "as_of", "", "as of a time (RFC 3339 or Unix seconds) or of the run of a seq no; default is what is published")
}

func (a *App) idResolve() *cobra.Command {
	var f idFlags
	c := &cobra.Command{
		Use:   "resolve ID",
		Short: "Find the main id of an id, or where a main id went",
		Long: `Find the main id of an id. Of a main id that is no more it is the one that most of its ids went to; a main id that is in use is its own.
The main id is all that is printed. Exit code 1 says that there is none.

The line of graphs that the published one descends from is looked at: what runs built that were never published, or from which readers
were returned to an earlier publish, does not count.`,
		Example: example(`
			kith id resolve ann@example.com
			kith id resolve rid0ce4fcfa8623f63066aee541ac1e6160
			kith id resolve 4711 --type crm_id --as_of 2026-06-30T00:00:00Z`),
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			h, err := a.historyOf(c.Context(), f, args[0])
			if err != nil {
				return err
			}
			return a.tellResolved(h)
		},
	}
	f.add(c)
	return c
}

func (a *App) idHistory() *cobra.Command {
	var f idFlags
	c := &cobra.Command{
		Use:   "history ID",
		Short: "List the main ids that an id had",
		Long: `List the main ids that an id had, from graph to graph, the first first. Of a main id it lists when it was in use and where it went in between.
Why they changed is told by kith explain change.`,
		Example: example(`
			kith id history ann@example.com
			kith id history rid0ce4fcfa8623f63066aee541ac1e6160 --json`),
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			h, err := a.historyOf(c.Context(), f, args[0])
			if err != nil {
				return err
			}
			return a.tellHistory(h)
		},
	}
	f.add(c)
	return c
}

// historyOf asks for the history of an id in the published graph.
func (a *App) historyOf(ctx context.Context, f idFlags, id string) (*project.IDHistory, error) {
	w, m, err := a.openAt(ctx, "kith id", "latest")
	if err != nil {
		return nil, err
	}
	defer w.Close()
	h, diags, err := w.History(ctx, m, f.entity, project.IDQuery{Value: id, Type: f.idType}, f.asOf)
	switch {
	case err != nil:
		return nil, a.trouble(ctx, w.Target, err, "reading the history of ids")
	case diags.HasErrors():
		return nil, refuse(ExitUser, diags)
	}
	return h, nil
}

func (a *App) tellResolved(h *project.IDHistory) error {
	if a.flags.json {
		if err := a.document(h); err != nil {
			return err
		}
		if h.MainID == "" {
			return exit(ExitUser)
		}
		return nil
	}
	if h.MainID == "" {
		var l diag.List
		l.Errorf(diag.UNoID, noSpan, "%s has no main id %s", idName(h), atRun(h.AsOf)).WithFix("kith id history %s", h.Value)
		return refuse(ExitUser, l)
	}
	fmt.Fprintln(a.Out, h.MainID)
	return nil
}

func (a *App) tellHistory(h *project.IDHistory) error {
	if a.flags.json {
		return a.document(h)
	}
	style := view.StyleOf(a.Out)
	fmt.Fprintf(a.Out, "%s, %s\n\n", style.Bold(idName(h)), h.Entity)
	for _, s := range h.Spells {
		fmt.Fprintf(a.Out, "  %s  %s\n", spellText(h, s, style), style.Dim(spellTime(s)))
	}
	if len(h.Spells) == 0 {
		fmt.Fprintln(a.Out, "  not there yet")
	}
	return nil
}

// idName is what was asked for.
func idName(h *project.IDHistory) string {
	if h.Type == "" {
		return h.Value + " (main id)"
	}
	return shownID(h.ID)
}

func spellText(h *project.IDHistory, s project.IDSpell, style view.Style) string {
	switch {
	case s.MainID == "" && h.Type == "":
		return "nobody has it"
	case s.MainID == "":
		return "not in the graph"
	case h.Type == "" && s.MainID == h.Value:
		return "in use"
	case h.Type == "":
		return "went to " + style.Accent(s.MainID)
	}
	return style.Accent(s.MainID)
}

func spellTime(s project.IDSpell) string {
	switch {
	case s.Until == nil:
		return "from " + atRun(s.From)
	case *s.Until == s.From:
		return "in " + atRun(s.From)
	}
	return "from " + atRun(s.From) + " until " + atRun(*s.Until)
}
