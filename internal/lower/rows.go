package lower

import (
	"fmt"
	"slices"
	"strings"

	"kith/internal/model"
	"kith/internal/rel"
)

// resolvedRows are the rows of a source with the main id of an entity as first column, NULL where no id resolves, and with
// input vars. The first declared id that resolves decides (modelling.md section 18.4).
func (l *lowering) resolvedRows(s model.Source, e *model.Entity, vars []*model.InputVar) rel.Rel {
	entities := []*model.Entity{e}
	for _, v := range vars {
		if v.Entity != e {
			entities = append(entities, v.Entity)
		}
	}
	rows := l.withMainIDs(s, entities, false)
	return l.withInputVars(rows, vars)
}

// sourceVarTable is the object of <source>/var_table, made by a step of its own when something asks for it. It is a table: a
// query may name it twice, and must find the same row numbers.
func (l *lowering) sourceVarTable(s model.Source) rel.Object {
	if o, ok := l.sourceTables[s]; ok {
		return o
	}
	of := []model.Node{s}
	for _, e := range l.g.Entities {
		if resolves(s, e) {
			of = append(of, e.Stitcher)
		}
	}
	for _, v := range s.SourceRows().InputVars {
		of = append(of, v)
	}
	digest := gathered(of)
	out := l.object(s.DisplayName()+"_var_table", digest)
	l.sourceTables[s] = out
	l.add(&Step{Addr: s.Addr().Child(model.ChildVarTable), Title: "rows of " + string(s.Addr()) + " with main ids", Node: s, Of: of, Hash: digest, Out: out, IsTable: true,
		Type: "input_var_table", Span: s.Base().Span,
		Program: rel.Program{&rel.Let{Out: out, Kind: rel.MakeTable, Body: l.rowsWithMainIDs(s)}}}, l.g.Grain)
	return out
}

// resolves reports whether rows of a source can have main ids of an entity.
func resolves(s model.Source, e *model.Entity) bool {
	return len(s.SourceRows().IDsOf(e)) > 0 && e.Stitcher != nil && usable(e.Stitcher)
}

// rowsWithMainIDs are a row number, the main ids of all entities that the source has ids of, all columns, all input vars.
func (l *lowering) rowsWithMainIDs(s model.Source) rel.Rel {
	var entities []*model.Entity
	for _, e := range l.g.Entities {
		if resolves(s, e) {
			entities = append(entities, e)
		}
	}
	var vars []*model.InputVar
	for _, v := range s.SourceRows().InputVars {
		if usable(v) {
			vars = append(vars, v)
		}
	}
	return l.withInputVars(l.withMainIDs(s, entities, true), vars)
}

// withMainIDs joins the graph of each entity once per id of the source.
func (l *lowering) withMainIDs(s model.Source, entities []*model.Entity, number bool) rel.Rel {
	sel := &rel.Select{From: rel.Source{Rel: l.sourceTable(s), Alias: "i"}}
	var ours []string
	add := func(x rel.Expr, name string) {
		sel.Items = append(sel.Items, item(x, name))
		ours = append(ours, name)
	}
	if number {
		add(&rel.Win{Fn: rel.RowNumber}, "input_row_id")
	}
	if _, ok := s.(*model.Stitcher); ok { // its rows carry the main id already
		sel.Items = append(sel.Items, columnsBut(s, "i", ours)...)
		return sel
	}
	seen := map[*model.Entity]bool{}
	n := 0
	for _, e := range entities {
		if seen[e] {
			continue
		}
		seen[e] = true
		var found []rel.Expr
		own := false
		for _, id := range s.SourceRows().IDsOf(e) {
			if e.Stitcher == nil { // a mistake elsewhere: the var is computed by nobody
				continue
			}
			x := l.user(id.Select, s, "i")
			if id.MainID {
				found = append(found, x)
				own = own || isColumn(id, e.IDColumn)
				continue
			}
			n++
			g := fmt.Sprintf("g%d", n)
			sel.Joins = append(sel.Joins, rel.Join{Kind: rel.Left, Source: rel.Source{Rel: l.idsOfType(e, id.Type), Alias: g},
				On: []rel.Expr{rel.Eq(rel.C(g, colNode), normalised(id.Type.Normalize, &rel.Cast{X: x, Type: rel.Text}))}})
			found = append(found, rel.C(g, e.IDColumn))
		}
		switch {
		case own && len(found) == 1: // the column has the name already
		case len(found) == 0:
			add(&rel.Cast{X: rel.Null(), Type: rel.Text}, e.IDColumn)
		case len(found) == 1:
			add(found[0], e.IDColumn)
		default:
			add(rel.F(rel.Coalesce, found...), e.IDColumn)
		}
	}
	sel.Items = append(sel.Items, columnsBut(s, "i", ours)...)
	return sel
}

// columnsBut are all columns of a source's rows but those that have one of our names, letter case ignored: what we add is meant
// when the name is used. Of a table whose columns are not known, only a column that an id of the source names is known to be
// there.
func columnsBut(s model.Source, alias string, ours []string) []rel.Item {
	taken := func(name string) bool {
		return slices.ContainsFunc(ours, func(o string) bool { return strings.EqualFold(o, name) })
	}
	cols := columnsOf(s)
	if !slices.ContainsFunc(cols, taken) {
		var except []string
		for _, id := range s.SourceRows().IDs {
			if cols == nil && taken(id.Entity.IDColumn) && isColumn(id, id.Entity.IDColumn) && !slices.Contains(except, id.Entity.IDColumn) {
				except = append(except, id.Entity.IDColumn)
			}
		}
		return []rel.Item{star(alias, except...)}
	}
	var out []rel.Item
	for _, c := range cols {
		if !taken(c) {
			out = append(out, item(rel.C(alias, c), c))
		}
	}
	return out
}

// columnsOf are the columns of a source's rows, nil where they are not known.
func columnsOf(s model.Source) []string {
	switch s := s.(type) {
	case *model.Input:
		return s.Columns
	case *model.SQLModel:
		if s.Query != nil && !s.Query.Opaque {
			return s.Query.Facts.Outputs
		}
	case *model.Union:
		return s.Columns()
	}
	return nil
}

// isColumn reports whether an id's select is just the column of that name.
func isColumn(id *model.RowID, name string) bool {
	cols := id.Select.Columns()
	return len(cols) == 1 && len(cols[0].Parts) == 1 && cols[0].Parts[0] == name && id.Select.Rendered.Text.TrimSpace().S == cols[0].Text.S
}

// idsOfType are the ids of one type with their main ids. Joining only these lets the engine build a smaller table.
func (l *lowering) idsOfType(e *model.Entity, t *model.IDType) rel.Rel {
	return &rel.Select{From: table(l.part(l.objectOf(e.Stitcher), "_internal_mapping"), "m"),
		Where: []rel.Expr{rel.Eq(rel.C("m", colNodeType), rel.S(t.Name))},
		Items: []rel.Item{item(rel.C("m", colNode), colNode), item(rel.C("m", e.IDColumn), e.IDColumn)}}
}

// withInputVars adds input vars as columns, those that use others after them. Each level is one query block, so windows of
// one partition and order share a sort.
func (l *lowering) withInputVars(rows rel.Rel, want []*model.InputVar) rel.Rel {
	level := map[*model.InputVar]int{}
	var order []*model.InputVar
	var visit func(v *model.InputVar)
	visit = func(v *model.InputVar) {
		if _, ok := level[v]; ok {
			return
		}
		n := 0
		for _, u := range v.UsesInput {
			visit(u)
			n = max(n, level[u]+1)
		}
		level[v] = n
		order = append(order, v)
	}
	deepest := -1
	for _, v := range want {
		visit(v)
	}
	for _, v := range order {
		deepest = max(deepest, level[v])
	}
	for n := 0; n <= deepest; n++ {
		sel := &rel.Select{From: rel.Source{Rel: rows, Alias: "r"}, Items: []rel.Item{star("r")}}
		owners := map[*model.Cohort]string{}
		for _, v := range order {
			if level[v] == n {
				sel.Items = append(sel.Items, item(l.inputVar(v, sel, owners), v.Name))
			}
		}
		rows = sel
	}
	return rows
}

// inputVar is the value of an input var on each row; rows that fail its where take no part in the window and get the default.
func (l *lowering) inputVar(v *model.InputVar, sel *rel.Select, owners map[*model.Cohort]string) rel.Expr {
	b := binding{of: "r", name: v.Of.DisplayName(), vars: func(ev *model.EntityVar) rel.Expr {
		alias := owners[ev.Cohort]
		if alias == "" {
			alias = fmt.Sprintf("e%d", len(owners)+1)
			owners[ev.Cohort] = alias
			id := ev.Cohort.Entity.IDColumn
			sel.Joins = append(sel.Joins, rel.Join{Kind: rel.Left, On: []rel.Expr{rel.Eq(rel.C(alias, id), rel.C("r", id))},
				Source: rel.Source{Rel: l.varsOf(ev.Cohort, v.Uses, v), Alias: alias}})
		}
		return rel.C(alias, ev.Name)
	}}
	return l.finished(l.perRow(v.Select, v.Where, v.Window, b), v.Type, v.Default, b)
}
