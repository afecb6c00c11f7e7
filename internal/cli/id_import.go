package cli

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"kith/internal/cli/view"
	"kith/internal/project"
)

// idImportFlags are those of kith id import.
type idImportFlags struct {
	entity string
	apply  bool
	wait   time.Duration
}

func (a *App) idImport() *cobra.Command {
	var f idImportFlags
	c := &cobra.Command{
		Use:   "import FILE.csv|TABLE",
		Short: "Take over main ids that were given elsewhere",
		Long: `Take over main ids that were given elsewhere, such as those of an identity graph that pb published: the first graph of the entity carries them
on as a later graph carries on those of an earlier one, by the share of ids that each profile has of them.

The file or table has a column of main ids (main_id, or the entity's own name of it), one of ids (other_id, id or node_id) and one of their types
(other_id_type, id_type or node_id_type): a graph of pb can be given as it is. Ids stand there as the graph has them. What was read is shown; only with
--apply is it kept, in place of what was imported before. It comes before the first run: a graph that was published has main ids in use.`,
		Example: example(`
			kith id import analytics.user_id_graph            # shows what is in it
			kith id import analytics.user_id_graph --apply
			kith id import user_id_graph.csv --entity user --apply`),
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error { return a.importIDs(c.Context(), f, args[0]) },
	}
	fl := c.Flags()
	fl.StringVar(&f.entity, "entity", "", "whose main ids they are, where several entities have a graph")
	fl.BoolVar(&f.apply, "apply", false, "keep them for the first graph")
	waitFlag(c, &f.wait)
	return c
}

func (a *App) importIDs(ctx context.Context, f idImportFlags, from string) error {
	w, closed, err := a.openToWrite(ctx, "kith id import", f.wait)
	if err != nil {
		return err
	}
	defer closed()
	m, diags := project.When{}.Offline(a.Now())
	if diags.HasErrors() {
		return refuse(ExitUser, diags)
	}
	out, diags, err := w.ImportIDs(ctx, m, f.entity, from, f.apply, a.flags.showValues)
	switch {
	case err != nil:
		return a.trouble(ctx, w.Target, err, "importing main ids")
	case diags.HasErrors():
		return refuse(ExitUser, diags)
	case a.flags.json:
		return a.document(out)
	}
	a.tellImported(out)
	return nil
}

func (a *App) tellImported(out *project.IDImport) {
	var types []string
	for _, t := range out.Types {
		types = append(types, fmt.Sprintf("%s of type %s", view.Number(t.IDs), t.Type))
	}
	fmt.Fprintf(a.Out, "%s: %s of %s for %s (%s)\n", out.From, view.Count(int(out.MainIDs), "main id"), view.Count(int(out.IDs), "id"), out.Entity, strings.Join(types, ", "))
	if out.Applied {
		fmt.Fprintln(a.Out, "The first graph carries them on.")
		return
	}
	fmt.Fprintln(a.Out, a.style().Dim("Nothing was kept. Give --apply to have the first graph carry them on."))
}
