package lower

import (
	"fmt"

	"kith/internal/model"
	"kith/internal/rel"
	"kith/internal/sqltext"
)

// varsOf is a relation with the main id of a cohort's members and some of its vars, for use while building "reader". It reads
// the finished var table where that does not itself wait for the reader; else it joins just the bundles needed.
func (l *lowering) varsOf(c *model.Cohort, vars []*model.EntityVar, reader model.Node) rel.Rel {
	if l.tableIsEarlier(c, reader) {
		sel := &rel.Select{From: table(l.objectOf(c.VarTable), "t"), Items: []rel.Item{item(rel.C("t", c.Entity.IDColumn), c.Entity.IDColumn)}}
		for _, v := range vars {
			if v.Cohort == c {
				sel.Items = append(sel.Items, item(rel.C("t", v.Name), v.Name))
			}
		}
		return sel
	}
	var own []*model.EntityVar
	for _, v := range vars {
		if v.Cohort == c {
			own = append(own, v)
		}
	}
	return l.assemble(c, own)
}

// tableIsEarlier reports whether a cohort's var table can be finished before the reader: when nothing in it needs the reader.
func (l *lowering) tableIsEarlier(c *model.Cohort, reader model.Node) bool {
	if c.VarTable == nil || !usable(c.VarTable) {
		return false
	}
	return !l.waitsFor(c.VarTable, reader)
}

// waitsFor reports whether a needs b, directly or not. A bundle is built as a whole: what one of its vars waits for, all do.
func (l *lowering) waitsFor(a, b model.Node) bool {
	target := map[model.Node]bool{b: true}
	if v, ok := b.(*model.EntityVar); ok && l.bundleOf[v] != nil {
		for _, o := range l.bundleOf[v].vars {
			target[o] = true
		}
	}
	seen := map[model.Node]bool{}
	var walk func(n model.Node) bool
	walk = func(n model.Node) bool {
		if target[n] {
			return true
		}
		if seen[n] {
			return false
		}
		seen[n] = true
		for _, m := range n.Base().Needs {
			if walk(m) {
				return true
			}
		}
		return false
	}
	return walk(a)
}

// assemble joins the bundles of a cohort's own vars to its main ids, applies types and defaults, and computes derived vars
// level by level, so that each sees the finished values of those it uses. The result has the main id and the wanted vars, and
// whatever they are derived from.
func (l *lowering) assemble(c *model.Cohort, want []*model.EntityVar) rel.Rel {
	a := &assembly{l: l, c: c, level: map[*model.EntityVar]int{}, foreign: map[*model.EntityVar]string{}}
	for _, v := range want {
		a.visit(v)
	}
	return a.build(want)
}

type assembly struct {
	l     *lowering
	c     *model.Cohort
	order []*model.EntityVar // own vars, each after those it uses
	level map[*model.EntityVar]int
	// foreign are vars of ancestors that own vars use: they are joined from their var table under these names.
	foreign      map[*model.EntityVar]string
	foreignOrder []*model.EntityVar
}

func (a *assembly) visit(v *model.EntityVar) {
	if _, ok := a.level[v]; ok {
		return
	}
	n := 0
	aggregated := a.l.bundleOf[v] != nil
	uses := v.Uses
	if aggregated {
		uses = defaultUses(v)
	}
	for _, u := range uses {
		if u.Cohort != a.c {
			if a.foreign[u] == "" {
				a.foreign[u] = fmt.Sprintf("__%s_%s", u.Cohort.Name, u.Name)
				a.foreignOrder = append(a.foreignOrder, u)
			}
			continue
		}
		a.visit(u)
		n = max(n, a.level[u]+1)
	}
	if !aggregated {
		n = max(n, 1)
	}
	a.level[v] = n
	a.order = append(a.order, v)
}

// defaultUses are the vars that an aggregated var's default mentions: its select and where were served in its bundle.
func defaultUses(v *model.EntityVar) []*model.EntityVar {
	var out []*model.EntityVar
	if v.Default == nil {
		return nil
	}
	for _, h := range v.Default.Rendered.Holes {
		if vh, ok := h.(model.VarHole); ok {
			out = append(out, vh.Var)
		}
	}
	return out
}

func (a *assembly) build(want []*model.EntityVar) rel.Rel {
	id := a.c.Entity.IDColumn
	sel := &rel.Select{From: table(a.l.objectOf(a.c), "c"), Items: []rel.Item{item(rel.C("c", id), id)}}
	bundles := map[*bundle]string{}
	deepest := 0
	for _, v := range a.order {
		deepest = max(deepest, a.level[v])
		bd := a.l.bundleOf[v]
		if bd == nil {
			continue
		}
		alias := bundles[bd]
		if alias == "" {
			alias = fmt.Sprintf("b%d", len(bundles)+1)
			bundles[bd] = alias
			sel.Joins = append(sel.Joins, rel.Join{Kind: rel.Left, Source: table(a.l.object(bd.name(), bd.hash()), alias),
				On: []rel.Expr{rel.Eq(rel.C(alias, id), rel.C("c", id))}})
		}
		x := rel.Expr(rel.C(alias, v.Name))
		if a.level[v] == 0 {
			x = a.l.finished(x, v.Type, v.Default, binding{})
		}
		sel.Items = append(sel.Items, item(x, a.column(v)))
	}
	owners := map[*model.Cohort]string{}
	for _, v := range a.foreignOrder {
		alias := owners[v.Cohort]
		if alias == "" {
			alias = fmt.Sprintf("p%d", len(owners)+1)
			owners[v.Cohort] = alias
			sel.Joins = append(sel.Joins, rel.Join{Kind: rel.Left, On: []rel.Expr{rel.Eq(rel.C(alias, id), rel.C("c", id))},
				Source: rel.Source{Rel: a.l.varsOf(v.Cohort, a.foreignOrder, a.c), Alias: alias}})
		}
		sel.Items = append(sel.Items, item(rel.C(alias, v.Name), a.foreign[v]))
	}
	var rows rel.Rel = sel
	for n := 1; n <= deepest; n++ {
		rows = a.derive(rows, n)
	}
	out := &rel.Select{From: rel.Source{Rel: rows, Alias: "v"}, Items: []rel.Item{item(rel.C("v", id), id)}}
	for _, v := range want {
		out.Items = append(out.Items, item(rel.C("v", a.column(v)), v.Name))
	}
	return out
}

// column is the name a var has while the table is being put together.
func (a *assembly) column(v *model.EntityVar) string { return v.Name }

// derive adds the vars of one level.
func (a *assembly) derive(rows rel.Rel, n int) rel.Rel {
	sel := &rel.Select{From: rel.Source{Rel: rows, Alias: "v"}}
	b := binding{of: "v", vars: func(u *model.EntityVar) rel.Expr {
		if name, ok := a.foreign[u]; ok {
			return rel.C("v", name)
		}
		return rel.C("v", a.column(u))
	}}
	var replaced []string
	var items []rel.Item
	for _, v := range a.order {
		if a.level[v] != n {
			continue
		}
		if a.l.bundleOf[v] != nil { // only its default had to wait
			replaced = append(replaced, a.column(v))
			items = append(items, item(a.l.finished(rel.C("v", a.column(v)), v.Type, v.Default, b), a.column(v)))
			continue
		}
		items = append(items, item(a.l.derived(v, b), a.column(v)))
	}
	sel.Items = append([]rel.Item{star("v", replaced...)}, items...)
	return sel
}

// derived is the value of a var without from: an expression over the var table, one per main id. With a window it runs across
// main ids; rows that fail the where keep the default and take no part.
func (l *lowering) derived(v *model.EntityVar, b binding) rel.Expr {
	var where rel.Expr
	if v.Where != nil {
		where = l.bind(v.Where, b)
	}
	var x rel.Expr = rel.Null()
	if v.Select != nil {
		u := l.bind(v.Select, b)
		if v.Window != nil {
			w := &rel.UserWindow{Frame: v.Window.Frame}
			for _, p := range v.Window.PartitionBy {
				w.PartitionBy = append(w.PartitionBy, l.bind(p, b))
			}
			if where != nil {
				w.PartitionBy = append(w.PartitionBy, rel.F(rel.Coalesce, where, &rel.Lit{Value: false}))
			}
			for _, o := range v.Window.OrderBy {
				w.OrderBy = append(w.OrderBy, rel.Order{Expr: l.bind(o.Tree, b), Desc: o.Desc, NullsLast: nullsLast(o)})
			}
			u.Over = w
		}
		x = u
	}
	if where != nil {
		x = &rel.Case{Whens: []rel.When{{If: where, Then: x}}}
	}
	return l.finished(x, v.Type, v.Default, b)
}

// finished applies column_data_type and the default. The default replaces NULL after the type is fixed.
func (l *lowering) finished(x rel.Expr, typ, def *sqltext.Tree, b binding) rel.Expr {
	if typ != nil {
		if t := typeText(typ); t.S != "" {
			x = &rel.Cast{X: x, UserType: t}
		}
	}
	if def != nil {
		x = rel.F(rel.Coalesce, x, l.bind(def, b))
	}
	return x
}

// varTable joins all bundles of a cohort, and for a child cohort what it inherits.
func (l *lowering) varTable(n *model.VarTable) {
	c := n.Cohort
	id := c.Entity.IDColumn
	var own []*model.EntityVar
	for _, v := range c.Vars {
		if usable(v) {
			own = append(own, v)
		}
	}
	body := l.assemble(c, own)
	if c.Parent != nil && c.Parent.VarTable != nil {
		sel := &rel.Select{From: rel.Source{Rel: body, Alias: "o"}, Items: []rel.Item{item(rel.C("o", id), id)},
			Joins: []rel.Join{{Kind: rel.Inner, Source: table(l.objectOf(c.Parent.VarTable), "p"), On: []rel.Expr{rel.Eq(rel.C("p", id), rel.C("o", id))}}}}
		for _, v := range c.Visible() {
			if !usable(v) {
				continue
			}
			from := "p"
			if v.Cohort == c {
				from = "o"
			}
			sel.Items = append(sel.Items, item(rel.C(from, v.Name), v.Name))
		}
		body = sel
	}
	out := l.objectOf(n)
	l.add(&Step{Addr: n.Address, Title: fmt.Sprintf("var table of %s, %s", cohortTitle(c), count(len(own), "var")), Node: n, Hash: n.Hash,
		Out: out, IsTable: true, Type: "entity_var_table", Span: n.Span,
		Program: rel.Program{&rel.Let{Out: out, Kind: rel.MakeTable, Body: body}}})
	comments := map[string]string{}
	for _, v := range c.Visible() {
		if v.Description != "" {
			comments[v.Name] = v.Description
		}
	}
	l.publish(&Published{Name: varTableName(c), Step: n.Address, From: out, Entity: c.Entity, Kind: "var table", ColumnComments: comments, Span: n.Span})
}
