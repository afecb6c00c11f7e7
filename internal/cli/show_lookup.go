package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"kith/internal/cli/view"
	"kith/internal/diag"
	"kith/internal/project"
)

func (a *App) showLookup() *cobra.Command {
	var value, entity, seqNo string
	c := &cobra.Command{
		Use:     "entity-lookup",
		Aliases: []string{"user-lookup"},
		Short:   "Find who an id belongs to, with all ids and features",
		Long: `Find who an id belongs to: look it up in the identity graph of every entity, and show all ids of whom it finds, and their
features. The id is looked for as it is typed, then without regard to letter case; a main id is found, too.`,
		Example: example(`
			kith show entity-lookup -v ann@example.com
			kith show entity-lookup -v 4711 --entity account --json`),
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return a.lookUp(c.Context(), value, entity, seqNo) },
	}
	fl := c.Flags()
	fl.StringVarP(&value, "value", "v", "", "the id")
	fl.StringVar(&entity, "entity", "", "only in the graph of this entity")
	fl.StringVar(&seqNo, "seq_no", "latest", "sequence number of the run to look in")
	return c
}

func (a *App) lookUp(ctx context.Context, value, entity, seqNo string) error {
	if value == "" {
		var l diag.List
		l.Errorf(diag.UMissing, noSpan, "which id? give it with -v")
		l.Add(project.When{SeqNo: seqNo}.Check())
		return refuse(ExitUser, l)
	}
	w, m, err := a.openAt(ctx, "kith show", seqNo)
	if err != nil {
		return err
	}
	defer w.Close()
	people, diags, err := w.Lookup(ctx, m, value, entity)
	switch {
	case err != nil:
		return stop(ExitRun, err)
	case diags.HasErrors():
		return refuse(ExitUser, diags)
	}
	return a.showPeople(people, value)
}

func (a *App) showPeople(people []*project.Person, value string) error {
	if a.flags.json {
		for _, p := range people {
			for i, f := range p.Features {
				p.Features[i].Value = view.JSONValue(f.Value, f.Column)
			}
		}
		if people == nil {
			people = []*project.Person{}
		}
		if err := a.document(people); err != nil {
			return err
		}
		if len(people) == 0 {
			return exit(ExitUser)
		}
		return nil
	}
	if len(people) == 0 {
		return stop(ExitUser, fmt.Errorf("nobody has the id %q", value))
	}
	style := view.StyleOf(a.Out)
	for i, p := range people {
		if i > 0 {
			fmt.Fprintln(a.Out)
		}
		fmt.Fprintf(a.Out, "%s  %s\n", style.Bold(p.Entity), style.Accent(p.MainID))
		var ids, features [][2]string
		for _, id := range p.IDs {
			ids = append(ids, [2]string{id.Type, id.Value})
		}
		for _, f := range p.Features {
			text, ok := view.Text(f.Value, f.Column)
			if !ok {
				text = style.Dim(view.Null)
			}
			features = append(features, [2]string{f.Name, text})
		}
		view.Pairs(a.Out, "Ids", ids)
		view.Pairs(a.Out, "Features", features)
	}
	return nil
}
