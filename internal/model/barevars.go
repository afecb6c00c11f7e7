package model

import (
	"strings"

	"kith/internal/diag"
	"kith/internal/sqltext"
)

// bareInputVars makes texts wait for the input vars that they name without a template, as columns of the source, and says
// when an input var has the name of a column.
func (b *Builder) bareInputVars() {
	for _, s := range b.Sources() {
		cols := map[string]bool{}
		for _, c := range columnsOf(s) {
			cols[strings.ToLower(c)] = true
		}
		for _, v := range s.SourceRows().InputVars {
			if cols[strings.ToLower(v.Name)] {
				b.Diags.Errorf(diag.RDuplicateColumn, v.Span, "input var %s has the name of a column of %s", v.Name, s.Addr()).
					WithAlso(s.Base().Span, "declared here").WithFix("rename the var")
				v.Broken = true
			}
			for _, u := range b.namedInputVars(s, cols, v.Select, v.Where, v.Default, windowTree(v.Window)) {
				if u != v && !contains(v.UsesInput, u) {
					v.need(u)
					v.UsesInput = append(v.UsesInput, u)
				}
			}
		}
	}
	for _, c := range b.Cohorts {
		for _, v := range c.Vars {
			if v.From == nil {
				continue
			}
			cols := map[string]bool{}
			for _, c := range columnsOf(v.From) {
				cols[strings.ToLower(c)] = true
			}
			for _, u := range b.namedInputVars(v.From, cols, v.Select, v.Where, windowTree(v.Window)) {
				v.need(u)
			}
		}
	}
}

// namedInputVars are the input vars of a source that texts name as columns. cols are the source's own columns, lower case.
func (b *Builder) namedInputVars(s Source, cols map[string]bool, trees ...*sqltext.Tree) []*InputVar {
	var out []*InputVar
	for _, t := range trees {
		if t == nil || t.Opaque {
			continue
		}
		for _, c := range t.Columns() {
			name := c.Parts[0]
			if len(c.Parts) > 1 && strings.EqualFold(name, s.DisplayName()) {
				name = c.Parts[1]
			} else if len(c.Parts) > 1 {
				continue
			}
			if u := s.SourceRows().inputVar(name); u != nil && !cols[strings.ToLower(name)] && !contains(out, u) {
				out = append(out, u)
			}
		}
	}
	return out
}
