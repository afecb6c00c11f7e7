package project

import (
	"slices"
	"strings"

	"kith/internal/diag"
	"kith/internal/dialect"
	"kith/internal/run"
	"kith/internal/source"
	"kith/internal/spec"
	"kith/internal/sqltext/portable"
)

// written finds the dialect that the project's SQL is written in: what the project says, else what its connection speaks,
// else what the texts look like, which is then said. It is what DatabaseType() answers.
func (p *Project) written(s Settings) (string, diag.List) {
	var diags diag.List
	known := func(name string) bool {
		return p.Leaves.Dialect(name) != nil || slices.Contains(portable.Dialects(), name)
	}
	if said := p.Spec.Dialect; said.Value != "" {
		name := strings.ToLower(said.Value)
		if known(name) {
			return name, nil
		}
		diags.Errorf(diag.SNotAllowed, said.Span, "no dialect %q", said.Value).WithFix("write one of %s", strings.Join(p.Leaves.DialectNames(), ", "))
		return s.Dialect, diags
	}
	if known(s.Written) {
		return s.Written, nil
	}
	if name, why := portable.Guess(texts(p.Spec)); name != "" {
		diags.Notef(diag.SQLDialectGuessed, p.Spec.Connection.Span, "the SQL of this project is taken for that of %s: it has %s", name, why).
			WithFix("add dialect: %s (or another one) to pb_project.yaml", name)
		return name, diags
	}
	return s.Dialect, nil
}

// texts are the SQL of a project as it stands in the files, templates and all.
func texts(p *spec.Project) []string {
	var out []string
	add := func(ts ...source.Text) {
		for _, t := range ts {
			if t.S != "" {
				out = append(out, t.S)
			}
		}
	}
	for _, i := range p.Inputs {
		add(i.Where)
		for _, id := range i.IDs {
			add(id.Select)
		}
	}
	for _, m := range p.Models {
		for _, key := range []string{"single_sql", "multi_sql"} {
			if n := m.Spec.Get(key); n != nil {
				add(n.Text)
			}
		}
	}
	for _, g := range p.VarGroups {
		for _, v := range g.Vars {
			add(v.Select, v.Where)
		}
	}
	for _, m := range p.Macros {
		add(m.Value)
	}
	for _, i := range p.Imports {
		out = append(out, texts(i.Project)...)
	}
	return out
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
