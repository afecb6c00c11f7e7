package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"kith/internal/cli/view"
	"kith/internal/diag"
	"kith/internal/project"
)

type seedFlags struct {
	as      []string
	replace bool
}

func (a *App) seed() *cobra.Command {
	var f seedFlags
	c := &cobra.Command{
		Use:   "seed [file...]",
		Short: "Load CSV, Parquet or JSON files as tables",
		Long: `Load files into the project's warehouse. A file becomes a table of its own name in the target schema; --as gives it another
name, which may have a schema and a database in front. Schemas are made when missing. So a project that names tables of a
cloud warehouse finds them in a file on this machine.`,
		Example: example(`
			kith seed data/orders.csv data/pages.parquet
			kith seed --as raw.orders=data/orders.csv
			kith seed --as RUDDER_EVENTS.PRODUCTION.TRACKS=data/tracks.parquet --replace`),
		RunE: func(c *cobra.Command, args []string) error { return a.seedFiles(c, args, f) },
	}
	fl := c.Flags()
	fl.StringArrayVar(&f.as, "as", nil, "NAME=file: load a file under this name; may be repeated")
	fl.BoolVar(&f.replace, "replace", false, "replace tables of that name")
	return c
}

func (a *App) seedFiles(c *cobra.Command, files []string, f seedFlags) error {
	ctx := c.Context()
	seeds, diags := readSeeds(files, f.as)
	if diags.HasErrors() {
		return refuse(ExitUser, diags)
	}
	if len(seeds) == 0 {
		return stop(ExitUser, usageError{fmt.Errorf("no file to load is given"), c})
	}
	w, err := a.open(ctx, project.Access{Holder: "kith seed"})
	if err != nil {
		return err
	}
	defer w.Close()
	return a.loadSeeds(ctx, w, seeds, f.replace)
}

func readSeeds(files, as []string) ([]project.Seed, diag.List) {
	var out []project.Seed
	var diags diag.List
	add := func(args []string, named bool) {
		for _, arg := range args {
			s, ds := project.NewSeed(arg, named)
			diags.Add(ds)
			out = append(out, s)
		}
	}
	add(files, false)
	add(as, true)
	return out, diags
}

func (a *App) loadSeeds(ctx context.Context, w *project.Work, seeds []project.Seed, replace bool) error {
	done := []project.Seeded{}
	var diags diag.List
	style := view.StyleOf(a.Out)
	for _, s := range seeds {
		out, ds, err := w.Seed(ctx, s, replace)
		if err != nil {
			return stop(ExitRun, err)
		}
		diags.Add(ds)
		if ds.HasErrors() {
			continue
		}
		done = append(done, out)
		if !a.flags.json {
			fmt.Fprintf(a.Out, "%s %s  %s from %s\n", style.Good("✔"), out.Table, view.Count(int(out.Rows), "row"), out.File)
		}
	}
	if a.flags.json {
		if err := a.document(struct {
			Tables      []project.Seeded `json:"tables"`
			Diagnostics diag.List        `json:"diagnostics"`
		}{done, diags}); err != nil {
			return err
		}
	}
	if diags.HasErrors() {
		return refuse(ExitRun, diags)
	}
	return nil
}
