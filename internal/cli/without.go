package cli

import (
	"slices"
	"strconv"
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
	c.Flags().Var((*withoutNames)(names), "without", "leave out rewrites of the SQL, with the same rows: "+strings.Join(all, ", "))
	rebase := c.Flags().VarPF((*rebaseNames)(names), "rebase_incremental", "", "build anew what would begin with the result of an earlier run; the same as --without "+string(lower.ExtendGraphs))
	rebase.NoOptDefVal = "true"
}

// withoutNames is the value of --without: names with commas between; the flag may be repeated.
type withoutNames []string

func (w *withoutNames) String() string { return strings.Join(*w, ",") }
func (w *withoutNames) Type() string   { return "strings" }

func (w *withoutNames) Set(text string) error {
	for _, n := range strings.Split(text, ",") {
		*w = append(*w, strings.TrimSpace(n))
	}
	return nil
}

// rebaseNames is the value of --rebase_incremental, which names a rewrite, too.
type rebaseNames []string

func (r *rebaseNames) String() string { return "false" }
func (r *rebaseNames) Type() string   { return "bool" }

func (r *rebaseNames) Set(text string) error {
	on, err := strconv.ParseBool(text)
	if on {
		*r = append(*r, string(lower.ExtendGraphs))
	}
	return err
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
