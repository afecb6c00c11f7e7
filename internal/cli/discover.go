package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"kith/internal/cli/view"
	"kith/internal/project"
)

type discoverFlags struct {
	project.Discovery
	csv string
}

// discoverShort says what each kind is.
var discoverShort = map[string]string{
	"models":    "Models that were built: graphs, cohorts, SQL models, feature views",
	"entities":  "Entities that were built, with the number of their profiles",
	"features":  "Features that feature views show, with their types",
	"sources":   "Inputs that were read",
	"materials": "Every table and view that runs have left in kith's schema",
}

func (a *App) discover() *cobra.Command {
	c := &cobra.Command{
		Use:   "discover",
		Short: "Look up in the warehouse what runs have built",
		Long: `Look up in the registry of the warehouse what runs have built there, this project's and those of others in the same schema,
or in all schemas with -s "*".`,
		Example: example(`
			kith discover models
			kith discover features -e user
			kith discover materials -s "*" -f materials.csv`),
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return a.needsSubcommand(c) },
	}
	for _, kind := range project.DiscoveryKinds {
		c.AddCommand(a.discoverKind(kind))
	}
	return c
}

func (a *App) discoverKind(kind string) *cobra.Command {
	var f discoverFlags
	c := &cobra.Command{
		Use:     kind,
		Short:   discoverShort[kind],
		Example: example(fmt.Sprintf("kith discover %s\nkith discover %s --json", kind, kind)),
		Args:    cobra.NoArgs,
		RunE:    func(c *cobra.Command, _ []string) error { return a.runDiscover(c.Context(), kind, f) },
	}
	fl := c.Flags()
	fl.StringVarP(&f.Entity, "entity", "e", "", "only of this entity")
	fl.StringVarP(&f.Model, "model", "m", "", "only this model, by name or path")
	fl.StringVarP(&f.Schema, "schema", "s", "", "target schema to look in; \"*\" is all; default is the target's own")
	fl.StringVarP(&f.Source, "source_url", "u", "", "only of projects with a name like this; * stands for anything")
	fl.StringVarP(&f.Key, "model_key", "k", "", "only this key: name:type:entity")
	fl.StringVarP(&f.csv, "csv_file", "f", "", "write to this CSV file; a relative path starts in the project's output folder")
	return c
}

func (a *App) runDiscover(ctx context.Context, kind string, f discoverFlags) error {
	w, err := a.open(ctx, project.Access{Holder: "kith discover", ReadOnly: true})
	if err != nil {
		return err
	}
	defer w.Close()
	found, err := w.Discover(ctx, kind, f.Discovery)
	switch {
	case err != nil && nothingYet(err):
		return refuse(ExitUser, a.nothingBuilt())
	case err != nil:
		return stop(ExitRun, err)
	}
	return a.showFound(found, w.Project.Spec.Root, f.csv)
}

func (a *App) showFound(found *project.Found, root, csv string) error {
	res := &view.Result{Columns: found.Columns, Rows: found.Rows}
	if csv != "" {
		path := inOutput(root, csv)
		if err := writeCSV(path, res); err != nil {
			return stop(ExitUser, err)
		}
		if a.flags.json {
			return a.document(struct {
				File string `json:"file"`
				Rows int    `json:"rows"`
			}{path, len(res.Rows)})
		}
		a.note("%s written to %s", view.Count(len(res.Rows), "row"), project.Relative(path, dir()))
		return nil
	}
	if a.flags.json {
		return a.document(res.Objects())
	}
	width := 0
	if view.Terminal(a.Out) {
		width = view.Width(a.Out)
	}
	res.Table(a.Out, width)
	a.note("%s", a.style().Dim(view.Count(len(res.Rows), "row")))
	return nil
}

// inOutput is the path of a file that a flag names: relative to the project's output folder.
func inOutput(root, path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(root, "output", path)
}

// writeCSV writes a result whole, or nothing.
func writeCSV(path string, res *view.Result) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return writeWhole(path, func(w io.Writer) error {
		out := view.NewCSV(w, res.Columns)
		for _, row := range res.Rows {
			if err := out.Row(row); err != nil {
				return err
			}
		}
		return out.Close()
	})
}
