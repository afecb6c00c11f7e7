package cli

import (
	"github.com/spf13/cobra"
)

func (a *App) init() *cobra.Command {
	c := &cobra.Command{
		Use:     "init",
		Short:   "Begin: a new project, or a connection to a warehouse",
		Example: example("kith init pb-project -o my_shop\nkith init connection"),
		Args:    cobra.NoArgs,
		RunE:    func(c *cobra.Command, _ []string) error { return a.needsSubcommand(c) },
	}
	c.AddCommand(a.initProject(), a.initConnection())
	return c
}
