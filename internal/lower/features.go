package lower

import (
	"fmt"
	"sort"
	"strings"

	"kith/internal/model"
	"kith/internal/rel"
)

// featureTable is the older model type: main id, valid_at, the listed vars in their order (observed.md section 5.5).
func (l *lowering) featureTable(n *model.FeatureTable) {
	c := n.Cohort
	id := c.Entity.IDColumn
	var vars []*model.EntityVar
	for _, f := range n.Features {
		if f.Var != nil && usable(f.Var) {
			vars = append(vars, f.Var)
		}
	}
	sel := &rel.Select{Items: []rel.Item{item(rel.C("c", id), id), item(&rel.Lit{Value: l.ctx.EndTime.UTC()}, colValidAt)}}
	var find func(*model.EntityVar) rel.Expr
	sel.From, sel.Joins, find = l.membersWith(c, vars, false, n, "c")
	columns := l.joinFeatures(sel, c.Entity, "c")
	for _, f := range n.Features {
		switch {
		case f.Var != nil && usable(f.Var):
			sel.Items = append(sel.Items, item(find(f.Var), f.Name()))
		case f.Column != nil && usable(f.Column.Model):
			sel.Items = append(sel.Items, item(rel.C(columns(f.Column.Model), f.Name()), f.Name()))
		}
	}
	out := l.objectOf(n)
	l.add(&Step{Addr: n.Address, Title: "feature table " + n.Name, Node: n, Hash: n.Hash, Out: out, Type: "feature_table_model",
		Span: n.Span, Program: rel.Program{&rel.Let{Out: out, Kind: rel.MakeView, Body: sel}}}, n.Grain)
	l.publish(&Published{Name: n.Name, Step: n.Address, From: out, Entity: c.Entity, Kind: "feature table", Span: n.Span})
}

// featureView shows the features of a cohort in alphabetical order: by main id, or by the ids of one type, a row per id.
func (l *lowering) featureView(n *model.FeatureView) {
	c := n.Cohort
	id := c.Entity.IDColumn
	sel := &rel.Select{Items: []rel.Item{item(rel.C("v", id), id)}}
	find := func(*model.SQLModel) string { return "v" }
	if main := mainView(c); n.By != nil && main != nil {
		sel.From = table(l.objectOf(main), "v")
	} else {
		sel.From = table(l.objectOf(c.VarTable), "v")
		find = l.joinFeatures(sel, c.Entity, "v")
	}
	if n.By != nil {
		sel.Joins = append([]rel.Join{{Kind: rel.Inner, Source: rel.Source{Rel: l.idsOfType(c.Entity, n.By), Alias: "g"},
			On: []rel.Expr{rel.Eq(rel.C("g", id), rel.C("v", id))}}}, sel.Joins...)
		sel.Items[0] = item(rel.C("g", colNode), n.By.Name)
	}
	comments := map[string]string{}
	var cols []rel.Item
	add := func(of, name, description string) {
		if strings.EqualFold(name, sel.Items[0].As) {
			return
		}
		cols = append(cols, item(rel.C(of, name), name))
		if description != "" {
			comments[name] = description
		}
	}
	for _, v := range n.Vars {
		if usable(v) {
			add("v", v.Name, v.Description)
		}
	}
	for _, f := range n.Columns {
		if usable(f.Model) {
			add(find(f.Model), f.Name, f.Description)
		}
	}
	sort.SliceStable(cols, func(i, j int) bool { return cols[i].As < cols[j].As })
	sel.Items = append(sel.Items, cols...)
	out := l.objectOf(n)
	kind := rel.MakeView
	if n.Table {
		kind = rel.MakeTable
	}
	l.add(&Step{Addr: n.Address, Title: "feature view " + n.Name, Node: n, Hash: n.Hash, Out: out, IsTable: n.Table, Type: "feature_view",
		Span: n.Span, Program: rel.Program{&rel.Let{Out: out, Kind: kind, Body: sel}}}, n.Grain)
	l.publish(&Published{Name: n.Name, Step: n.Address, From: out, Entity: c.Entity, Kind: "feature view", ColumnComments: comments, Span: n.Span})
}

// mainView is the view of a cohort's features by main id, which those by other ids read; nil when it is not made.
func mainView(c *model.Cohort) *model.FeatureView {
	for _, v := range c.Views {
		if v.By == nil && usable(v) {
			return v
		}
	}
	return nil
}

// joinFeatures returns a function that joins the features of an SQL model to what has the main ids of an alias, once, and gives
// the alias they have.
func (l *lowering) joinFeatures(sel *rel.Select, e *model.Entity, members string) func(*model.SQLModel) string {
	alias := map[*model.SQLModel]string{}
	return func(m *model.SQLModel) string {
		if alias[m] == "" {
			alias[m] = fmt.Sprintf("m%d", len(alias)+1)
			sel.Joins = append(sel.Joins, rel.Join{Kind: rel.Left, Source: rel.Source{Rel: l.modelFeatures(m, e), Alias: alias[m]},
				On: []rel.Expr{rel.Eq(rel.C(alias[m], e.IDColumn), rel.C(members, e.IDColumn))}})
		}
		return alias[m]
	}
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
