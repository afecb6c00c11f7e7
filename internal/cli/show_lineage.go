package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"kith/internal/cli/view"
	"kith/internal/diag"
	"kith/internal/project"
)

func (a *App) showLineage() *cobra.Command {
	var f showFlags
	c := &cobra.Command{
		Use:   "lineage [feature...]",
		Short: "Show which columns of the inputs every feature is made of",
		Long: `Show, for every feature or for those named, the columns of inputs that it is made of: directly, when their values take part, or
indirectly, when they only filter, sort or choose. It is taken from the programs that a run carries out. Which rows belong to a
person is decided by the identity graph for every feature, and is left out here.`,
		Example: example(`
			kith show lineage
			kith show lineage user/all/revenue
			kith show lineage revenue --assume_all_inputs_exist --json`),
		Args: cobra.ArbitraryArgs,
		RunE: func(c *cobra.Command, args []string) error {
			p, err := a.forShow(c.Context(), f)
			if err != nil {
				return err
			}
			return a.listLineage(p, args)
		},
	}
	fl := c.Flags()
	fl.StringVar(&f.seqNo, "seq_no", "", "sequence number of the materials; default is latest")
	fl.BoolVar(&f.assumeAll, "assume_all_inputs_exist", false, "open no warehouse; take every input to exist")
	return c
}

func (a *App) listLineage(c *project.Compiled, names []string) error {
	all, err := chosenFeatures(c.Features(), names)
	if err != nil {
		return err
	}
	if a.flags.json {
		return a.document(struct {
			Features []*project.FeatureLineage `json:"features"`
		}{all})
	}
	style := view.StyleOf(a.Out)
	var rows [][]string
	for _, l := range all {
		name := l.Path
		if len(l.Inputs) == 0 {
			of := "no column"
			if l.Of != "" {
				of = "rows of " + l.Of
			}
			rows = append(rows, []string{name, style.Dim(of), ""})
		}
		for _, in := range l.Inputs {
			rows = append(rows, []string{name, in.From + "." + in.Column, style.Dim(usesText(in))})
			name = ""
		}
	}
	view.Table(a.Out, []string{"FEATURE", "COLUMN", "HOW"}, rows)
	return nil
}

// chosenFeatures are those that are named by path or by name; all when none is named.
func chosenFeatures(all []*project.FeatureLineage, names []string) ([]*project.FeatureLineage, error) {
	if len(names) == 0 {
		return all, nil
	}
	var near []string
	for _, l := range all {
		near = append(near, l.Feature, l.Path)
	}
	out := []*project.FeatureLineage{}
	taken := map[*project.FeatureLineage]bool{}
	var diags diag.List
	for _, n := range names {
		found := false
		for _, l := range all {
			if strings.EqualFold(l.Path, n) || strings.EqualFold(l.Feature, n) {
				found = true
				if !taken[l] {
					taken[l] = true
					out = append(out, l)
				}
			}
		}
		if !found {
			d := diags.Errorf(diag.RUnknownPath, noSpan, "no feature %q", n)
			if s := diag.Nearest(n, near); s != "" {
				d.WithFix("did you mean %q?", s)
			}
		}
	}
	if len(diags) > 0 {
		return nil, refuse(ExitUser, diags)
	}
	return out, nil
}

// useWords are ways of taking part, for people.
var useWords = map[string]string{"IDENTITY": "as it is", "TRANSFORMATION": "transformed", "AGGREGATION": "aggregated", "JOIN": "joins", "GROUP_BY": "groups",
	"FILTER": "filters", "SORT": "sorts", "WINDOW": "windows", "CONDITIONAL": "chooses"}

func usesText(in project.LineageInput) string {
	var words []string
	for _, u := range in.Uses {
		w := useWords[u.Subtype]
		if u.Masking {
			w = fmt.Sprintf("%s, hidden", w)
		}
		words = append(words, w)
	}
	return strings.Join(words, ", ")
}
