package model

import (
	"strings"

	"kith/internal/diag"
	"kith/internal/source"
)

// published is an object that a run makes in the target schema.
type published struct {
	name, what string
	at         source.Span
	node       Node
}

// published are all objects that take part, in an order that depends on nothing but the project.
func (g *Graph) published() []published {
	var out []published
	add := func(n Node, name, what string, at source.Span) {
		if n.Base().Disabled == "" {
			out = append(out, published{name, what, at, n})
		}
	}
	for _, s := range g.Stitchers {
		add(s, s.Name, "the graph of entity "+s.Entity.Name, s.Span)
		if name := s.AuditName(); name != "" {
			add(s, name, "the audit of "+s.Name, s.Span)
		}
	}
	for _, c := range g.Cohorts {
		what := "cohort " + c.Name
		if c.IsRoot() {
			what = "entity " + c.Entity.Name
		}
		add(c, c.ObjectName(), what, c.Span)
		if c.VarTable != nil {
			add(c.VarTable, c.VarTable.ObjectName(), "the var table of "+what, c.Span)
		}
	}
	for _, m := range g.SQL {
		if m.Output != AsEphemeral {
			add(m, m.Name, "SQL model "+m.Name, m.Span)
		}
	}
	for _, t := range g.Tables {
		add(t, t.Name, "feature table "+t.Name, t.Span)
	}
	for _, v := range g.Views {
		add(v, v.Name, "a feature view of "+string(v.Cohort.Address), v.Span)
	}
	return out
}

// ObjectName is the name of the published var table: <entity>_var_table, <entity>_<cohort>_var_table.
func (t *VarTable) ObjectName() string {
	if t.Cohort.IsRoot() {
		return t.Cohort.Entity.Name + "_var_table"
	}
	return t.Cohort.ObjectName() + "_var_table"
}

// checkPublished says so when two objects would be published under one name: the later would take the place of the earlier.
func (b *Builder) checkPublished() {
	first := map[string]published{}
	for _, p := range b.published() {
		k := strings.ToLower(p.name)
		old, dup := first[k]
		if !dup {
			first[k] = p
			continue
		}
		b.Diags.Errorf(diag.RDuplicate, p.at, "%s is published as %q, and so is %s", p.what, p.name, old.what).
			WithAlso(old.at, "%s is declared here", old.what).WithFix("rename one of them")
		p.node.Base().Broken = true
	}
}
