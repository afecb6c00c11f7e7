package lower

import (
	"fmt"
	"strings"

	"kith/internal/model"
	"kith/internal/rel"
)

// cohort keeps the distinct main ids of a cohort: all of the graph for the root, else the parent's members that pass the
// filters (modelling.md section 8.2, observed.md section 5.4).
func (l *lowering) cohort(n *model.Cohort) {
	id := n.Entity.IDColumn
	sel := &rel.Select{Items: []rel.Item{item(rel.C("p", id), id)}}
	title := "cohort " + n.Name
	kind := rel.MakeTable
	if n.IsRoot() {
		sel.From = table(l.part(l.objectOf(n.Entity.Stitcher), "_internal_mapping"), "p")
		sel.Distinct = true
		title = "all of " + n.Entity.Name
	} else {
		var find func(*model.EntityVar) rel.Expr
		sel.From, sel.Joins, find = l.membersWith(n.Parent, filterVars(n.Filter, nil), namesColumns(n.Filter, id), n, "p")
		if x := l.filter(n.Filter, binding{of: "p", vars: find}, rel.C("p", id)); x != nil {
			sel.Where = []rel.Expr{x}
		}
	}
	out := l.objectOf(n)
	l.add(&Step{Addr: n.Address, Title: title, Node: n, Hash: n.Hash, Out: out, IsTable: true, Type: "entity_cohort",
		Span: n.Span, Program: rel.Program{&rel.Let{Out: out, Kind: kind, Body: sel}}}, n.Grain)
	l.publish(&Published{Name: n.ObjectName(), Step: n.Address, From: out, Entity: n.Entity, Kind: "cohort", Span: n.Span})
}

// membersWith are the main ids of a cohort with vars that it sees, for use while building "reader": the var table itself where
// it has them or bare tells that columns are named without a template, else the cohort with what has to be joined. The main id
// is a column of alias; find gives that of a var.
func (l *lowering) membersWith(c *model.Cohort, vars []*model.EntityVar, bare bool, reader model.Node, alias string) (from rel.Source, joins []rel.Join, find func(*model.EntityVar) rel.Expr) {
	id := c.Entity.IDColumn
	of := map[*model.EntityVar]string{}
	find = func(v *model.EntityVar) rel.Expr { return rel.C(of[v], v.Name) }
	from = table(l.objectOf(c), alias)
	if (bare || len(vars) > 0) && l.tableIsEarlier(c, reader) {
		from = table(l.objectOf(c.VarTable), alias)
	}
	owners := map[*model.Cohort]string{}
	assembled := false
	for _, v := range vars {
		if l.sees(c, v) && l.tableIsEarlier(c, reader) {
			of[v] = alias
			continue
		}
		o := l.holder(c, v, reader)
		if o == c { // whatever the vars, all members are there
			if !assembled {
				from.Rel, assembled = l.varsOf(c, vars, reader), true
			}
			of[v] = alias
			continue
		}
		if owners[o] == "" {
			owners[o] = fmt.Sprintf("e%d", len(owners)+1)
			joins = append(joins, rel.Join{Kind: rel.Left, Source: rel.Source{Rel: l.varsOf(o, vars, reader), Alias: owners[o]},
				On: []rel.Expr{rel.Eq(rel.C(owners[o], id), rel.C(alias, id))}})
		}
		of[v] = owners[o]
	}
	return from, joins, find
}

// filterVars are the vars that a filter mentions, in order of mention.
func filterVars(f *model.CohortFilter, out []*model.EntityVar) []*model.EntityVar {
	if f == nil {
		return out
	}
	if f.Cond != nil {
		for _, h := range f.Cond.Rendered.Holes {
			vh, ok := h.(model.VarHole)
			if !ok {
				continue
			}
			known := false
			for _, v := range out {
				known = known || v == vh.Var
			}
			if !known {
				out = append(out, vh.Var)
			}
		}
	}
	for _, list := range [][]*model.CohortFilter{f.All, f.Any} {
		for _, g := range list {
			out = filterVars(g, out)
		}
	}
	return out
}

// namesColumns reports whether a condition names a column other than the main id outright: the parent's var table has it.
func namesColumns(f *model.CohortFilter, id string) bool {
	if f == nil {
		return false
	}
	if f.Cond != nil {
		for _, c := range f.Cond.Columns() {
			if len(c.Parts) > 1 || !strings.EqualFold(c.Parts[0], id) {
				return true
			}
		}
	}
	for _, g := range append(append([]*model.CohortFilter{}, f.All...), f.Any...) {
		if namesColumns(g, id) {
			return true
		}
	}
	return false
}

// filter is a cohort's condition. NULL leaves the row out of an include and of an exclude alike: exclude is NOT (cond).
func (l *lowering) filter(f *model.CohortFilter, b binding, id rel.Expr) rel.Expr {
	if f == nil {
		return nil
	}
	var x rel.Expr
	switch {
	case f.Cond != nil:
		x = l.bind(f.Cond, b)
	case f.Set != nil:
		x = &rel.InRel{X: id, Rel: l.valueSet(f.Set, true)}
	case len(f.Any) > 0:
		x = rel.Or(l.filters(f.Any, b, id)...)
	default:
		x = rel.And(l.filters(f.All, b, id)...)
	}
	if f.Exclude && x != nil {
		x = &rel.Not{X: x}
	}
	return x
}

func (l *lowering) filters(fs []*model.CohortFilter, b binding, id rel.Expr) []rel.Expr {
	var out []rel.Expr
	for _, f := range fs {
		if x := l.filter(f, b, id); x != nil {
			out = append(out, x)
		}
	}
	return out
}
