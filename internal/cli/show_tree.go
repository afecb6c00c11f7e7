package cli

import (
	"strings"

	"kith/internal/cli/view"
	"kith/internal/model"
	"kith/internal/project"
)

// cohortTree hangs a cohort below a branch: its vars, its views and the cohorts that are part of it.
func (a *App) cohortTree(b *view.Branch, c *project.Compiled, co *model.Cohort, style view.Style) {
	n := b.Add("%s", "cohort  "+style.Accent(string(co.Address)))
	if len(co.Vars) > 0 {
		vars := n.Add("%s", view.Count(len(co.Vars), "var"))
		for _, v := range co.Vars {
			vars.Add("%s", varLine(v, style))
		}
	}
	for _, v := range co.Views {
		by := "main id"
		if v.By != nil {
			by = v.By.Name
		}
		n.Add("%s", "view  "+style.Accent(v.Name)+style.Dim("  by "+by))
	}
	for _, part := range c.Graph.Cohorts {
		if part.Parent == co {
			a.cohortTree(n, c, part, style)
		}
	}
}

// varLine is a var with where it comes from and what it means.
func varLine(v *model.EntityVar, style view.Style) string {
	var words []string
	switch {
	case v.From != nil && v.Window != nil:
		words = append(words, "by window from "+string(v.From.Addr()))
	case v.From != nil:
		words = append(words, "from "+string(v.From.Addr()))
	default:
		words = append(words, "derived")
	}
	if !v.IsFeature {
		words = append(words, "no feature")
	}
	s := v.Name + style.Dim("  "+strings.Join(words, ", "))
	if v.Description != "" {
		s += style.Dim("  " + v.Description)
	}
	return s
}
