package cli

import "github.com/spf13/cobra"

func (a *App) id() *cobra.Command {
	c := &cobra.Command{
		Use:   "id",
		Short: "Ask what became of ids",
		Long:  `Ask what became of ids: which main id one has, or had at a time, and where main ids went that are no more.`,
		Example: example(`
			kith id resolve ann@example.com
			kith id history ann@example.com
			kith id import user_id_graph.csv`),
		Args: cobra.ArbitraryArgs,
		RunE: func(c *cobra.Command, _ []string) error { return a.needsSubcommand(c) },
	}
	c.AddCommand(a.idResolve(), a.idHistory(), a.idImport())
	return c
}
