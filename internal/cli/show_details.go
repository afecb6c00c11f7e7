package cli

import (
	"github.com/spf13/cobra"
)

func (a *App) showDetails() *cobra.Command {
	var f showFlags
	c := &cobra.Command{
		Use:     "model_details",
		Aliases: []string{"model-details"},
		Short:   "Describe entities, models and features as JSON",
		Long:    "Describe every entity, model, var and feature of the project in one JSON document, for tools.",
		Example: example("kith show model_details\nkith show model_details -p examples/shop --assume_all_inputs_exist"),
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			p, err := a.forShow(c.Context(), f)
			if err != nil {
				return err
			}
			return a.document(p.Details())
		},
	}
	fl := c.Flags()
	fl.StringVar(&f.seqNo, "seq_no", "", "sequence number of the materials; default is latest")
	fl.BoolVar(&f.assumeAll, "assume_all_inputs_exist", false, "open no warehouse; take every input to exist")
	return c
}
