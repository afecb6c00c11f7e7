package cli

import (
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// pbFlags are flags of the reference implementation that ask for what is always so here, or for what is not there. They are
// accepted, so that scripts go on working, and said once.
type pbFlags struct {
	given []string
}

// reasons say why a flag changes nothing.
var reasons = []struct{ name, why string }{
	{"disable_registry_cache", "the registry is read from the warehouse every time"},
	{"grep_var_dependencies", "vars are found in the SQL itself"},
	{"allow_beta", "nothing asks for consent"},
	{"model_args", "no model takes arguments"},
	{"remove_latest_view_ptrs", "what readers see is never cleaned up"},
}

func (f *pbFlags) add(c *cobra.Command, names ...string) {
	fl := c.Flags()
	for _, n := range names {
		if n == "model_args" {
			fl.StringArray(n, nil, "accepted without effect: <model>:<type>:<name>")
		} else {
			fl.Bool(n, false, "accepted without effect")
		}
		if err := fl.MarkHidden(n); err != nil {
			panic(err) // a flag that was just made
		}
	}
	c.PreRun = func(c *cobra.Command, _ []string) {
		c.Flags().Visit(func(flag *pflag.Flag) { f.given = append(f.given, flag.Name) })
	}
}

// sayIdle says which of the flags given change nothing, and why.
func (a *App) sayIdle(f pbFlags) {
	for _, r := range reasons {
		for _, g := range f.given {
			if g == r.name {
				a.note("%s", a.style().Dim("--"+r.name+" changes nothing: "+strings.TrimSpace(r.why)))
			}
		}
	}
}
