package lower

import (
	"fmt"

	"kith/internal/model"
	"kith/internal/rel"
	"kith/internal/sqltext"
)

// holder is the cohort in whose var table a var is read, c or an ancestor of it: the nearest to c whose finished table has the
// var and does not wait for the reader, so that few tables are joined; else the var's own.
func (l *lowering) holder(c *model.Cohort, v *model.EntityVar, reader model.Node) *model.Cohort {
	for ; c != nil && c != v.Cohort; c = c.Parent {
		if l.sees(c, v) && l.tableIsEarlier(c, reader) {
			return c
		}
	}
	return v.Cohort
}

// sees reports whether a cohort's var table has the var: it is the cohort's own or an ancestor's, and nothing overrides it.
func (l *lowering) sees(c *model.Cohort, v *model.EntityVar) bool {
	if l.visible[c] == nil {
		l.visible[c] = map[*model.EntityVar]bool{}
		for _, o := range c.Visible() {
			l.visible[c][o] = true
		}
	}
	return l.visible[c][v]
}

// varsOf is a relation with the main id of a cohort's members and at least those vars of the cohort itself, for use while
// building "reader". It is the finished var table where that does not itself wait for the reader; else just the bundles needed
// are joined.
func (l *lowering) varsOf(c *model.Cohort, vars []*model.EntityVar, reader model.Node) rel.Rel {
	if l.tableIsEarlier(c, reader) {
		return &rel.Table{Object: l.objectOf(c.VarTable)}
	}
	var own []*model.EntityVar
	for _, v := range vars {
		if v.Cohort == c {
			own = append(own, v)
		}
	}
	return l.assemble(c, own, reader, nil)
}

// assemble joins the bundles of a cohort's own vars to its main ids, applies types and defaults, and computes derived vars
// level by level, so that each sees the finished values of those it uses. What a kept table has is read from it. The result has
// the main id and the wanted vars.
func (l *lowering) assemble(c *model.Cohort, want []*model.EntityVar, reader model.Node, k *kept) rel.Rel {
	a := &assembly{l: l, c: c, reader: reader, kept: k, level: map[*model.EntityVar]int{}, foreign: map[*model.EntityVar]string{}}
	for _, v := range want {
		a.visit(v)
	}
	return a.build(want)
}

type assembly struct {
	l      *lowering
	c      *model.Cohort
	reader model.Node
	kept   *kept // nil for none
	// order is own vars, each after those it uses, and vars of ancestors, which foreign gives the names that they get here.
	order   []*model.EntityVar
	level   map[*model.EntityVar]int
	foreign map[*model.EntityVar]string
}

// visit gives a wanted var its level: 0 is joined, level n+1 is computed from level n.
func (a *assembly) visit(v *model.EntityVar) {
	if v.Cohort != a.c {
		a.inherit(v, v.Name)
		return
	}
	if _, ok := a.level[v]; ok {
		return
	}
	n := 0
	uses := v.Uses
	switch {
	case a.kept.finished(v):
		uses = nil
	case a.joins(v):
		uses = defaultUses(v)
	default:
		n = 1
	}
	for _, u := range uses {
		if u.Cohort != a.c {
			a.inherit(u, fmt.Sprintf("__%s_%s", u.Cohort.Name, u.Name))
		} else {
			a.visit(u)
		}
		n = max(n, a.level[u]+1)
	}
	a.level[v] = n
	a.order = append(a.order, v)
}

func (a *assembly) inherit(v *model.EntityVar, name string) {
	if _, ok := a.level[v]; !ok {
		a.level[v], a.foreign[v] = 0, name
		a.order = append(a.order, v)
	}
}

// name is the column of a var while the table is put together.
func (a *assembly) name(v *model.EntityVar) string {
	if name, ok := a.foreign[v]; ok {
		return name
	}
	return v.Name
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
	deepest := 0
	for _, v := range a.order {
		deepest = max(deepest, a.level[v])
	}
	var rows rel.Rel = a.joined()
	if deepest == 0 {
		return rows
	}
	for n := 1; n < deepest; n++ {
		rows = a.derive(rows, n)
	}
	return a.finish(rows, want, deepest)
}

// joined are the main ids with the vars of bundles and of ancestors. Vars whose default mentions no other are finished. A kept
// table has all main ids of the cohort.
func (a *assembly) joined() *rel.Select {
	id := a.c.Entity.IDColumn
	sel := &rel.Select{Items: []rel.Item{item(rel.C("c", id), id)}}
	if a.kept != nil {
		sel.From = table(a.kept.object, "c")
	} else {
		sel.From = table(a.l.objectOf(a.c), "c")
	}
	join := func(r rel.Rel, alias string) string {
		sel.Joins = append(sel.Joins, rel.Join{Kind: rel.Left, Source: rel.Source{Rel: r, Alias: alias}, On: []rel.Expr{rel.Eq(rel.C(alias, id), rel.C("c", id))}})
		return alias
	}
	bundles := map[*bundle]string{}
	grains, there := map[model.Grain]string{}, map[model.Grain]bool{}
	owners := map[*model.Cohort]string{}
	for _, v := range a.order {
		bd := a.l.bundleOf[v]
		switch {
		case a.kept.finished(v):
			sel.Items = append(sel.Items, item(rel.C("c", v.Name), a.name(v)))
		case v.Cohort != a.c:
			o := a.l.holder(a.c, v, a.reader)
			if owners[o] == "" {
				owners[o] = join(a.l.varsOf(o, a.order, a.reader), fmt.Sprintf("p%d", len(owners)+1))
			}
			sel.Items = append(sel.Items, item(rel.C(owners[o], v.Name), a.name(v)))
		case a.l.isCoarse(v):
			if grains[v.Grain] == "" {
				grains[v.Grain] = join(&rel.Table{Object: a.l.grainTable(a.c, v.Grain)}, fmt.Sprintf("t%d", len(grains)+1))
			}
			x := rel.Expr(rel.C(grains[v.Grain], v.Name))
			if a.level[v] == 0 { // who is newer than the boundary has the default
				x = a.l.finished(x, nil, v.Default, binding{})
			} else if !there[v.Grain] { // a default that looks at other vars may be NULL for who is older
				there[v.Grain] = true
				sel.Items = append(sel.Items, item(rel.C(grains[v.Grain], id), thereCol(v.Grain)))
			}
			sel.Items = append(sel.Items, item(x, v.Name))
		case bd != nil:
			if bundles[bd] == "" {
				bundles[bd] = join(&rel.Table{Object: a.l.bundleObject(bd)}, fmt.Sprintf("b%d", len(bundles)+1))
			}
			x := rel.Expr(rel.C(bundles[bd], v.Name))
			if a.level[v] == 0 {
				x = a.l.finished(x, v.Type, v.Default, binding{})
			}
			sel.Items = append(sel.Items, item(x, v.Name))
		}
	}
	return sel
}

// derive adds the vars of one level to the columns of rows.
func (a *assembly) derive(rows rel.Rel, n int) rel.Rel {
	var replaced []string
	var items []rel.Item
	for _, v := range a.order {
		if a.level[v] != n {
			continue
		}
		if a.joins(v) { // only its default had to wait
			replaced = append(replaced, v.Name)
		}
		items = append(items, item(a.value(v), v.Name))
	}
	return &rel.Select{From: rel.Source{Rel: rows, Alias: "v"}, Items: append([]rel.Item{star("v", replaced...)}, items...)}
}

// finish computes the last level and takes the wanted columns.
func (a *assembly) finish(rows rel.Rel, want []*model.EntityVar, n int) rel.Rel {
	id := a.c.Entity.IDColumn
	out := &rel.Select{From: rel.Source{Rel: rows, Alias: "v"}, Items: []rel.Item{item(rel.C("v", id), id)}}
	for _, v := range want {
		x := rel.Expr(rel.C("v", v.Name))
		if a.level[v] == n {
			x = a.value(v)
		}
		out.Items = append(out.Items, item(x, v.Name))
	}
	return out
}

// value is a var of level 1 or above over the columns of the levels below.
func (a *assembly) value(v *model.EntityVar) rel.Expr {
	b := binding{of: "v", vars: func(u *model.EntityVar) rel.Expr { return rel.C("v", a.name(u)) }}
	switch {
	case a.l.isCoarse(v):
		newer := &rel.IsNull{X: rel.C("v", thereCol(v.Grain))}
		return &rel.Case{Whens: []rel.When{{If: newer, Then: a.l.bind(v.Default, b)}}, Else: rel.C("v", v.Name)}
	case a.l.bundleOf[v] != nil:
		return a.l.finished(rel.C("v", v.Name), v.Type, v.Default, b)
	}
	return a.l.derived(v, b)
}

// derived is the value of a var without from: an expression over the var table, one per main id. With a window it runs across
// main ids; rows that fail the where keep the default and take no part.
func (l *lowering) derived(v *model.EntityVar, b binding) rel.Expr {
	return l.finished(l.perRow(v.Select, v.Where, v.Window, b), v.Type, v.Default, b)
}

// perRow is a value for each row of a relation. Rows that fail the where get NULL and take no part in the window of others.
func (l *lowering) perRow(sel, cond *sqltext.Tree, win *model.Window, b binding) rel.Expr {
	if sel == nil {
		return rel.Null()
	}
	var where rel.Expr
	if cond != nil {
		where = l.bind(cond, b)
	}
	x := l.bind(sel, b)
	if win != nil {
		w := &rel.UserWindow{Frame: win.Frame, Settle: true, SettleDesc: descends(win)}
		for _, p := range win.PartitionBy {
			w.PartitionBy = append(w.PartitionBy, l.bind(p, b))
		}
		if where != nil {
			w.PartitionBy = append(w.PartitionBy, rel.F(rel.Coalesce, where, &rel.Lit{Value: false}))
		}
		for _, o := range win.OrderBy {
			w.OrderBy = append(w.OrderBy, rel.Order{Expr: l.bind(o.Tree, b), Desc: o.Desc, NullsLast: nullsLast(o)})
		}
		x.Over = w
	}
	if where != nil {
		return &rel.Case{Whens: []rel.When{{If: where, Then: x}}}
	}
	return x
}

// finished applies column_data_type and the default. The default replaces NULL after the type is fixed.
func (l *lowering) finished(x rel.Expr, typ, def *sqltext.Tree, b binding) rel.Expr {
	if typ != nil {
		if t := typeText(typ); t.S != "" {
			x = &rel.Cast{X: x, UserType: t}
		}
	}
	switch lit, ok := x.(*rel.Lit); {
	case def == nil:
	case ok && lit.Value == nil:
		x = l.bind(def, b)
	default:
		x = rel.F(rel.Coalesce, x, l.bind(def, b))
	}
	return x
}

// varTable joins all bundles of a cohort, and for a child cohort what it inherits.
func (l *lowering) varTable(n *model.VarTable) {
	c := n.Cohort
	var vars []*model.EntityVar
	own := 0
	comments := map[string]string{}
	for _, v := range c.Visible() {
		if !usable(v) {
			continue
		}
		vars = append(vars, v)
		if v.Cohort == c {
			own++
		}
		if v.Description != "" {
			comments[v.Name] = v.Description
		}
	}
	s := &Step{Addr: n.Address, Title: fmt.Sprintf("var table of %s, %s", cohortTitle(c), count(own, "var")), Node: n, Hash: n.Hash,
		Type: "entity_var_table", Span: n.Span}
	if own == 0 && !c.IsRoot() { // nothing but the parent's columns for the members: no copy of them
		s.Out = l.objectOf(n)
		s.Program = rel.Program{&rel.Let{Out: s.Out, Kind: rel.MakeView, Body: l.assemble(c, vars, n, nil)}}
		l.add(s, n.Grain)
	} else {
		l.finishedTable(s, varTableName(c), c, vars, n.Grain)
	}
	l.publish(&Published{Name: varTableName(c), Step: n.Address, From: s.Out, Entity: c.Entity, Kind: "var table", ColumnComments: comments, Span: n.Span})
}
