package cli

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"kith/internal/spec"
)

func (a *App) version() *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Print the version, and the schema version of projects it knows",
		Example: example("kith version\nkith version --json"),
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			commit := commit()
			if a.flags.json {
				return a.document(struct {
					Version      string `json:"version"`
					NativeSchema int    `json:"nativeSchemaVersion"`
					OldestSchema int    `json:"oldestSchemaVersion"`
					Commit       string `json:"commit,omitempty"`
					Go           string `json:"go"`
				}{a.Leaves.Version, spec.NewestSchema, spec.OldestSchema, commit, runtime.Version()})
			}
			// Scripts look for the second line.
			fmt.Fprintf(a.Out, "kith %s\nNative schema version: %d\n", a.Leaves.Version, spec.NewestSchema)
			if commit != "" {
				fmt.Fprintf(a.Out, "Git commit: %s\n", commit)
			}
			return nil
		},
	}
}

// commit is the revision that the binary was built from, "" when the build did not record it.
func commit() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			return s.Value
		}
	}
	return ""
}
