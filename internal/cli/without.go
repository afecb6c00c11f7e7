package cli

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"kith/internal/diag"
	"kith/internal/lower"
)

// withoutFlag adds the flag that switches rewrites off. Its help names them all.
func withoutFlag(c *cobra.Command, names *[]string) {
	var all []string
	for _, r := range lower.Rewrites {
		all = append(all, string(r.Name)+" ("+r.Does+")")
	}
	c.Flags().StringSliceVar(names, "without", nil, "leave out rewrites of the SQL, with the same rows: "+strings.Join(all, ", "))
}

// checkWithout reports names that no rewrite has.
func checkWithout(names []string, diags *diag.List) {
	var all []string
	for _, r := range lower.Rewrites {
		all = append(all, string(r.Name))
	}
	for _, n := range names {
		if !slices.Contains(all, n) {
			diags.Errorf(diag.UFlag, noSpan, "--without: no rewrite %q", n).WithFix("name some of %s", list(all))
		}
	}
}

func rewritesOf(names []string) []lower.Rewrite {
	var out []lower.Rewrite
	for _, n := range names {
		out = append(out, lower.Rewrite(n))
	}
	return out
}
