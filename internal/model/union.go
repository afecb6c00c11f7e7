package model

import (
	"strings"

	"kith/internal/diag"
)

// Union is a common_column_union: the rows of several sources with the columns that all have.
type Union struct {
	NodeBase
	Rows
	Name string
	From []Source
}

// DisplayName is the model's name.
func (u *Union) DisplayName() string { return u.Name }

// Columns are the columns that every source that takes part has, in the order of the first; nil when a source's columns are
// not known. The type of a column is not looked at: the engine finds a common one or says that there is none.
func (u *Union) Columns() []string {
	var out []string
	first := true
	for _, s := range u.From {
		if s.Base().Disabled != "" {
			continue
		}
		cols := columnsOf(s)
		if cols == nil {
			return nil
		}
		if first {
			out, first = append([]string{}, cols...), false
			continue
		}
		has := map[string]bool{}
		for _, c := range cols {
			has[strings.ToLower(c)] = true
		}
		kept := out[:0]
		for _, c := range out {
			if has[strings.ToLower(c)] {
				kept = append(kept, c)
			}
		}
		out = kept
	}
	return out
}

// checkUnions says so when the sources of a union have no column in common, or when nobody knows their columns.
func (b *Builder) checkUnions() {
	for _, u := range b.Unions {
		if u.Broken || u.Disabled != "" || b.opt.Columns == nil && u.Columns() == nil {
			continue
		}
		if len(u.Columns()) == 0 {
			b.Diags.Errorf(diag.RUnknownColumn, u.Span, "the inputs of %s have no column in common that is known", u.Name).
				WithFix("name the columns of SQL models in their select, and load the tables of inputs")
			u.Broken = true
		}
	}
}
