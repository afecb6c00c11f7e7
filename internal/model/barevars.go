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

// bareVars makes derived vars wait for the vars of their cohort that they name without a template, and says which names mean
// nothing. Conditions of cohorts are checked in the same way: they read the parent's var table.
func (b *Builder) bareVars() {
	for _, c := range b.Cohorts {
		for _, v := range c.Vars {
			if v.From != nil || v.Broken || v.spec.From.Value != "" {
				continue
			}
			for _, t := range []*sqltext.Tree{v.Select, v.Where, windowTree(v.Window)} {
				for _, u := range b.namedVars(v, c, t) {
					if u.Cohort != c {
						b.sayBareVar(v, c, u, t)
					} else if u != v {
						v.need(u)
						if !contains(v.Uses, u) {
							v.Uses = append(v.Uses, u)
						}
					}
				}
			}
		}
		if c.Parent != nil {
			b.bareConditions(c, c.Filter)
		}
	}
}

func (b *Builder) bareConditions(c *Cohort, f *CohortFilter) {
	if f == nil {
		return
	}
	for _, u := range b.namedVars(c, c.Parent, f.Cond) {
		c.need(u)
	}
	for _, g := range f.All {
		b.bareConditions(c, g)
	}
	for _, g := range f.Any {
		b.bareConditions(c, g)
	}
}

// namedVars are the vars that a text names as columns of a cohort's var table; a name that is none of them is said.
func (b *Builder) namedVars(owner Node, c *Cohort, t *sqltext.Tree) []*EntityVar {
	if t == nil || t.Opaque {
		return nil
	}
	var out []*EntityVar
	for _, col := range t.Columns() {
		name := col.Parts[0]
		if len(col.Parts) > 1 || strings.EqualFold(name, c.Entity.IDColumn) {
			continue
		}
		if u := c.Find(name); u != nil {
			if !contains(out, u) {
				out = append(out, u)
			}
			continue
		}
		var known []string
		for _, v := range c.Visible() {
			known = append(known, v.Name)
		}
		b.Diags.Errorf(diag.RUnknownColumn, col.Text.Span(), "%s has no var %q, and there is no source whose column it could be", c.Address, name).
			WithFix("%s", orElse(didYouMean(name, known), "its vars are "+firstOf(known)))
		owner.Base().Broken = true
	}
	return out
}

// sayBareVar is for a var of an ancestor: its column is not in the table that the text is computed over.
func (b *Builder) sayBareVar(owner Node, c *Cohort, u *EntityVar, t *sqltext.Tree) {
	at := t.Rendered.Text.Span()
	for _, col := range t.Columns() {
		if len(col.Parts) == 1 && strings.EqualFold(col.Parts[0], u.Name) {
			at = col.Text.Span()
			break
		}
	}
	b.Diags.Errorf(diag.RUnknownColumn, at, "%s is a var of %s, not of %s itself", u.Name, u.Cohort.Address, c.Address).
		WithAlso(u.Span, "declared here").WithFix("write {{%s.Var(%q)}}", c.Name, u.Name)
	owner.Base().Broken = true
}
