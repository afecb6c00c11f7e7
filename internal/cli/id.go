package cli

import "github.com/spf13/cobra"

func (a *App) id() *cobra.Command {
	c := &cobra.Command{
		Use:   "id",
		Short: "Ask what became of ids, and decide which are one person",
		Long: `Ask what became of ids: which main id one has, or had at a time, and where main ids went that are no more. Decide which ids are one person, or
are not, and see what was decided.`,
		Example: example(`
			kith id resolve ann@example.com
			kith id history ann@example.com
			kith id import user_id_graph.csv
			kith id split ann@example.com bob@example.com --reason "a shared tablet"
			kith id link u17 u18 --reason "confirmed by phone"
			kith id decisions`),
		Args: cobra.ArbitraryArgs,
		RunE: func(c *cobra.Command, _ []string) error { return a.needsSubcommand(c) },
	}
	c.AddCommand(a.idResolve(), a.idHistory(), a.idImport(), a.idDecide("split"), a.idDecide("link"), a.idDecisions())
	return c
}
