package project

import (
	"slices"
	"strings"

	"kith/internal/diag"
	"kith/internal/dialect"
	"kith/internal/run"
	"kith/internal/sqltext/portable"
)

// written finds the dialect that the project's SQL is written in: what the project says, else what its connection speaks,
// else what the texts look like; of these there may be several, the likeliest first, and none is empty. It is what
// DatabaseType() answers.
func (p *Project) written(s Settings) ([]portable.Guessed, diag.List) {
	var diags diag.List
	known := func(name string) bool {
		return p.Leaves.Dialect(name) != nil || slices.Contains(portable.Dialects(), name)
	}
	if said := p.Spec.Dialect; said.Value != "" {
		name := strings.ToLower(said.Value)
		if known(name) {
			return []portable.Guessed{{Dialect: name}}, nil
		}
		diags.Errorf(diag.SNotAllowed, said.Span, "no dialect %q", said.Value).WithFix("write one of %s", strings.Join(p.Leaves.DialectNames(), ", "))
		return nil, diags
	}
	if known(s.Written) {
		return []portable.Guessed{{Dialect: s.Written}}, nil
	}
	return slices.DeleteFunc(evidenceOf(p.Spec).guesses(s.Dialect), func(g portable.Guessed) bool { return !known(g.Dialect) }), nil
}

// setup are the statements that make the macros which rewritten texts call. They live in the warehouse, so that published
// views work without kith.
func setup(p *run.Plan, written, printed string) []string {
	if printed != embedded || portable.Schema(written) == "" {
		return nil
	}
	var sql []string
	for _, st := range p.Steps {
		for _, s := range st.Stmts {
			sql = append(sql, dialect.Script([]dialect.Stmt{s}))
		}
	}
	return portable.Used(written, sql)
}
