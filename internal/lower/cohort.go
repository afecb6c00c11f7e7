package lower

import (
	"sort"

	"kith/internal/model"
	"kith/internal/rel"
	"kith/internal/source"
	"kith/internal/sqltext"
	"kith/internal/template"
)

// cohort keeps the distinct main ids of a cohort: all of the graph for the root, else the parent's members that pass the
// filters (modelling.md section 8.2, observed.md section 5.4).
func (l *lowering) cohort(n *model.Cohort) {
	id := n.Entity.IDColumn
	sel := &rel.Select{Items: []rel.Item{item(rel.C("p", id), id)}}
	title := "cohort " + n.Name
	kind := rel.MakeTable
	if n.IsRoot() {
		sel.From = table(suffixed(l.objectOf(n.Entity.Stitcher), "_internal_mapping"), "p")
		sel.Distinct = true
		title = "all of " + n.Entity.Name
	} else {
		used := filterVars(n.Filter, nil)
		byOwner := map[*model.Cohort][]*model.EntityVar{}
		var owners []*model.Cohort
		for _, v := range used {
			if byOwner[v.Cohort] == nil {
				owners = append(owners, v.Cohort)
			}
			byOwner[v.Cohort] = append(byOwner[v.Cohort], v)
		}
		sel.From = table(l.objectOf(n.Parent), "p")
		alias := map[*model.Cohort]string{}
		for i, o := range owners {
			alias[o] = "e" + string(rune('1'+i))
			sel.Joins = append(sel.Joins, rel.Join{Kind: rel.Left, Source: rel.Source{Rel: l.varsOf(o, byOwner[o], n), Alias: alias[o]},
				On: []rel.Expr{rel.Eq(rel.C(alias[o], id), rel.C("p", id))}})
		}
		b := binding{of: "", vars: func(v *model.EntityVar) rel.Expr { return rel.C(alias[v.Cohort], v.Name) }}
		if len(owners) > 0 { // bare names are columns of the parent's var table
			b.of = alias[owners[0]]
		}
		if x := l.filter(n.Filter, b, rel.C("p", id)); x != nil {
			sel.Where = []rel.Expr{x}
		}
	}
	out := l.objectOf(n)
	l.add(&Step{Addr: n.Address, Title: title, Node: n, Hash: n.Hash, Out: out, IsTable: true, Type: "entity_cohort",
		Span: n.Span, Program: rel.Program{&rel.Let{Out: out, Kind: kind, Body: sel}}})
	l.publish(&Published{Name: n.ObjectName(), Step: n.Address, From: out, Entity: n.Entity, Kind: "cohort", Span: n.Span})
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

// typeText is the type's text in the "cast(null as ...)" that column_data_type was parsed as, with its times filled in.
func typeText(t *sqltext.Tree) source.Text {
	text := t.Rendered.Text
	const head, tail = len("cast(null as "), len(")")
	if len(text.S) <= head+tail {
		return source.Text{}
	}
	if _, _, _, found := template.FindPlaceholder(text.S, 0); found {
		return source.Text{}
	}
	return text.Slice(head, len(text.S)-tail).TrimSpace()
}

// featureTable is the older model type: main id, valid_at, the listed vars in their order (observed.md section 5.5).
func (l *lowering) featureTable(n *model.FeatureTable) {
	c := n.Cohort
	id := c.Entity.IDColumn
	sel := &rel.Select{From: table(l.objectOf(c), "c"), Items: []rel.Item{item(rel.C("c", id), id),
		item(&rel.Lit{Value: l.ctx.EndTime.UTC()}, colValidAt)}}
	byOwner := map[*model.Cohort][]*model.EntityVar{}
	var owners []*model.Cohort
	for _, v := range n.Features {
		if !usable(v) {
			continue
		}
		if byOwner[v.Cohort] == nil {
			owners = append(owners, v.Cohort)
		}
		byOwner[v.Cohort] = append(byOwner[v.Cohort], v)
	}
	alias := map[*model.Cohort]string{}
	for i, o := range owners {
		alias[o] = "e" + string(rune('1'+i))
		sel.Joins = append(sel.Joins, rel.Join{Kind: rel.Left, Source: rel.Source{Rel: l.varsOf(o, byOwner[o], n), Alias: alias[o]},
			On: []rel.Expr{rel.Eq(rel.C(alias[o], id), rel.C("c", id))}})
	}
	for _, v := range n.Features {
		if usable(v) {
			sel.Items = append(sel.Items, item(rel.C(alias[v.Cohort], v.Name), v.Name))
		}
	}
	out := l.objectOf(n)
	l.add(&Step{Addr: n.Address, Title: "feature table " + n.Name, Node: n, Hash: n.Hash, Out: out, Type: "feature_table_model",
		Span: n.Span, Program: rel.Program{&rel.Let{Out: out, Kind: rel.MakeView, Body: sel}}})
	l.publish(&Published{Name: n.Name, Step: n.Address, From: out, Entity: c.Entity, Kind: "feature table", Span: n.Span})
}

// featureView shows the features of a cohort in alphabetical order: by main id, or by the ids of one type, a row per id.
func (l *lowering) featureView(n *model.FeatureView) {
	c := n.Cohort
	id := c.Entity.IDColumn
	key, keyItem := rel.Expr(rel.C("v", id)), id
	sel := &rel.Select{From: table(l.objectOf(c.VarTable), "v")}
	if n.By != nil {
		sel.Distinct = true
		sel.Joins = append(sel.Joins, rel.Join{Kind: rel.Inner, Source: rel.Source{Rel: l.idsOfType(c.Entity, n.By), Alias: "g"},
			On: []rel.Expr{rel.Eq(rel.C("g", id), rel.C("v", id))}})
		key, keyItem = rel.C("g", colNode), n.By.Name
	}
	type column struct {
		name string
		x    rel.Expr
	}
	var cols []column
	for _, v := range n.Vars {
		if usable(v) {
			cols = append(cols, column{v.Name, rel.C("v", v.Name)})
		}
	}
	byModel := map[*model.SQLModel]string{}
	for _, f := range n.Columns {
		if !usable(f.Model) {
			continue
		}
		alias := byModel[f.Model]
		if alias == "" {
			alias = "m" + string(rune('1'+len(byModel)))
			byModel[f.Model] = alias
			sel.Joins = append(sel.Joins, rel.Join{Kind: rel.Left, Source: rel.Source{Rel: l.modelFeatures(f.Model, c.Entity), Alias: alias},
				On: []rel.Expr{rel.Eq(rel.C(alias, id), rel.C("v", id))}})
		}
		cols = append(cols, column{f.Name, rel.C(alias, f.Name)})
	}
	sort.SliceStable(cols, func(i, j int) bool { return cols[i].name < cols[j].name })
	sel.Items = []rel.Item{item(key, keyItem)}
	for _, col := range cols {
		if col.name != keyItem {
			sel.Items = append(sel.Items, item(col.x, col.name))
		}
	}
	out := l.objectOf(n)
	kind := rel.MakeView
	if n.Table {
		kind = rel.MakeTable
	}
	comments := map[string]string{}
	for _, v := range n.Vars {
		if v.Description != "" {
			comments[v.Name] = v.Description
		}
	}
	for _, f := range n.Columns {
		if f.Description != "" {
			comments[f.Name] = f.Description
		}
	}
	l.add(&Step{Addr: n.Address, Title: "feature view " + n.Name, Node: n, Hash: n.Hash, Out: out, IsTable: n.Table, Type: "feature_view",
		Span: n.Span, Program: rel.Program{&rel.Let{Out: out, Kind: kind, Body: sel}}})
	l.publish(&Published{Name: n.Name, Step: n.Address, From: out, Entity: c.Entity, Kind: "feature view", ColumnComments: comments, Span: n.Span})
}

// modelFeatures are the feature columns of an SQL model by main id. Where a main id has several rows, the least row in the
// order of its feature columns is taken: one row per main id is what a feature means, and the choice must not be random.
func (l *lowering) modelFeatures(m *model.SQLModel, e *model.Entity) rel.Rel {
	id := e.IDColumn
	rows := l.withMainIDs(m, []*model.Entity{e}, false)
	inner := &rel.Select{From: rel.Source{Rel: rows, Alias: "r"}, Where: []rel.Expr{rel.NotNull(rel.C("r", id))},
		Items: []rel.Item{item(rel.C("r", id), id)}}
	w := rel.Window{PartitionBy: []rel.Expr{rel.C("r", id)}}
	outer := &rel.Select{Items: []rel.Item{item(rel.C("f", id), id)}, Where: []rel.Expr{rel.Eq(rel.C("f", "__kith_n"), rel.I(1))}}
	for _, f := range m.Features {
		inner.Items = append(inner.Items, item(rel.C("r", f.Name), f.Name))
		w.OrderBy = append(w.OrderBy, rel.Order{Expr: rel.C("r", f.Name), NullsLast: true})
		outer.Items = append(outer.Items, item(rel.C("f", f.Name), f.Name))
	}
	inner.Items = append(inner.Items, item(&rel.Win{Fn: rel.RowNumber, Over: w}, "__kith_n"))
	outer.From = rel.Source{Rel: inner, Alias: "f"}
	return outer
}
