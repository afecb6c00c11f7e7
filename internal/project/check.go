package project

import (
	"kith/internal/diag"
	"kith/internal/lint"
	"kith/internal/plan"
)

// Check takes the project through every room that needs no warehouse, up to printed statements, and adds advice about what is
// accepted and probably not meant. Codes in without are left out of the advice. With errors in the list the result is nil, and
// there is no advice: what follows from a mistake would be among it.
func (p *Project) Check(s Settings, without ...diag.Code) (*Compiled, diag.List, error) {
	c, diags, err := p.Compile(s, plan.Facts{})
	if c != nil {
		diags.Add(lint.Check(c.Graph, without...))
	}
	return c, diags, err
}
