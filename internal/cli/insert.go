package cli

import (
	"context"
	"embed"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"kith/internal/diag"
	"kith/internal/project"
	"kith/internal/source"
)

//go:embed sample
var sampleFiles embed.FS

// samples are the tables that insert makes, with their files. Their names are those of the reference implementation, so
// that its examples find them.
var samples = []struct{ table, file string }{
	{"sample_rs_demo_identifies", "identifies.csv"},
	{"sample_rs_demo_tracks", "tracks.csv"},
}

func (a *App) insert() *cobra.Command {
	var connection string
	var replace bool
	c := &cobra.Command{
		Use:   "insert",
		Short: "Put two small tables of sample events into the warehouse",
		Long: `Put two small tables into the target schema, for trying things out: sample_rs_demo_identifies (who logged in where) and
sample_rs_demo_tracks (what they did).`,
		Example: example("kith insert\nkith insert -n warehouse -t dev"),
		Args:    cobra.NoArgs,
		RunE:    func(c *cobra.Command, _ []string) error { return a.insertSamples(c.Context(), connection, replace) },
	}
	fl := c.Flags()
	fl.StringVarP(&connection, "connection", "n", "", "connection of the site configuration; default is the project's")
	fl.BoolVar(&replace, "replace", false, "replace tables of those names")
	return c
}

func (a *App) insertSamples(ctx context.Context, connection string, replace bool) error {
	p, err := a.load(ctx)
	if err != nil {
		return err
	}
	if connection != "" {
		p.Spec.Connection = source.At[string]{Value: connection, Span: p.Spec.Connection.Span}
	}
	t, err := a.target(p)
	if err != nil {
		return err
	}
	if connection != "" && t.Default {
		var l diag.List
		l.Errorf(diag.UFlag, noSpan, "no connection %q is configured", connection).WithFix("kith init connection")
		return refuse(ExitUser, l)
	}
	folder, err := os.MkdirTemp("", "kith-sample-")
	if err != nil {
		return stop(ExitUser, err)
	}
	defer os.RemoveAll(folder)
	seeds, diags, err := sampleSeeds(folder)
	switch {
	case err != nil:
		return stop(ExitUser, err)
	case diags.HasErrors():
		return refuse(ExitUser, diags)
	}
	w, err := a.connect(ctx, p, t, project.Access{Holder: "kith insert"})
	if err != nil {
		return err
	}
	defer w.Close()
	return a.loadSeeds(ctx, w, seeds, replace)
}

// sampleSeeds lays the sample files out in a folder, for the warehouse to read.
func sampleSeeds(folder string) ([]project.Seed, diag.List, error) {
	var out []project.Seed
	var diags diag.List
	for _, s := range samples {
		data, err := sampleFiles.ReadFile("sample/" + s.file)
		if err != nil {
			return nil, nil, err
		}
		path := filepath.Join(folder, s.file)
		if err := os.WriteFile(path, data, 0o600); err != nil {
			return nil, nil, err
		}
		seed, ds := project.NewSeed(s.table+"="+path, true)
		seed.Label = "the sample " + s.file
		diags.Add(ds)
		out = append(out, seed)
	}
	return out, diags, nil
}
