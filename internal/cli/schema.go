package cli

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"kith/internal/schema"
)

func (a *App) schema() *cobra.Command {
	var output string
	c := &cobra.Command{
		Use:   "schema",
		Short: "Write the JSON Schema of a project's files, for editors",
		Long: `Write the JSON Schema (draft 2020-12) of pb_project.yaml and of the files in model folders to standard output: one schema for
both. With --output a folder gets one file for each kind, pb_project.schema.json and models.schema.json.

An editor with a YAML language server uses them when the first line of a file is

  # yaml-language-server: $schema=<path of the schema>

or when its settings name them for the files of the project.`,
		Example: example("kith schema\nkith schema --output .vscode"),
		Args:    cobra.NoArgs,
		RunE:    func(*cobra.Command, []string) error { return a.writeSchema(output) },
	}
	c.Flags().StringVarP(&output, "output", "o", "", "write files to this folder")
	return c
}

func (a *App) writeSchema(output string) error {
	types := a.Leaves.Types
	if output == "" {
		return a.document(schema.Any(types))
	}
	if err := os.MkdirAll(output, 0o755); err != nil {
		return stop(ExitUser, err)
	}
	written := []string{}
	for _, f := range []struct {
		name   string
		schema schema.Schema
	}{{"pb_project.schema.json", schema.Project(types)}, {"models.schema.json", schema.Models(types)}} {
		path := filepath.Join(output, f.name)
		if err := writeWhole(path, jsonOf(f.schema)); err != nil {
			return stop(ExitUser, err)
		}
		written = append(written, path)
	}
	if a.flags.json {
		return a.document(struct {
			Files []string `json:"files"`
		}{written})
	}
	for _, path := range written {
		fmt.Fprintln(a.Out, path)
	}
	return nil
}
