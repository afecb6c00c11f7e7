package lower

import (
	"fmt"
	"strings"

	"kith/internal/model"
	"kith/internal/rel"
)

// link makes the edges that the graph is solved over when anything may take a single edge away or add one. Every two ids of a row
// are an edge then. In this order: edges that rules exclude go; edges that were last seen too long ago; ids above a limit lose
// their edges to the type that it is about; components that hold too much lose their weakest edges; edges that rules include are
// added (identity.md section 4; modelling.md sections 6.8 and 6.9). All limits look at the same edges, so that their order has no
// meaning.
func (g *graph) link(nodes, seed rel.Object) {
	pairs, cut := g.scratchObject("pairs"), rel.Object{}
	if splits := g.n.Splits(); len(splits) > 0 {
		g.keepSplit(splits, seed)
	}
	g.let(pairs, g.pairs(seed))
	allowed := pairs
	if g.decays() {
		allowed = g.scratchObject("counted")
		g.let(allowed, &rel.Select{From: table(pairs, "p"), Where: []rel.Expr{rel.Eq(rel.C("p", colDecayed), rel.I(0))}, Items: []rel.Item{star("p")}})
	}
	left := &rel.Select{From: table(allowed, "p"), Items: []rel.Item{item(rel.C("p", colA), colA), item(rel.C("p", colB), colB)}}
	if len(g.limits) > 0 {
		cut = g.scratchObject("cut")
		g.cut(allowed, nodes, cut)
		g.let(g.audit, g.auditRows(cut))
		left.Joins = []rel.Join{withoutPairs("p", &rel.Select{From: table(cut, "c"), Items: []rel.Item{
			item(rel.F(rel.Least, rel.C("c", colKey), rel.C("c", "other")), colA), item(rel.F(rel.Greatest, rel.C("c", colKey), rel.C("c", "other")), colB)}})}
	}
	kept := []rel.Rel{left}
	if g.clustered() {
		if left.Joins != nil {
			left.Items = []rel.Item{star("p")}
			allowed = g.scratchObject("allowed")
			g.let(allowed, left)
		}
		kept = g.keepApart(allowed, nodes, seed)
	}
	if g.ruling() {
		kept = append(kept, g.ruleKeys(include, seed))
	}
	links := g.scratchObject("links")
	g.let(links, united(kept, nil))
	g.links = &links
	g.let(g.dropped, g.drops(pairs, cut, nodes))
}

// withoutPairs takes the pairs of a relation away from those of a source.
func withoutPairs(alias string, pairs rel.Rel) rel.Join {
	return rel.Join{Kind: rel.Anti, Source: rel.Source{Rel: pairs, Alias: "x"},
		On: []rel.Expr{rel.Eq(rel.C("x", colA), rel.C(alias, colA)), rel.Eq(rel.C("x", colB), rel.C(alias, colB))}}
}

// sourceCol is the column of a pair that is 1 when the source of tuple i has it.
func sourceCol(i int) string { return fmt.Sprintf("from%d", i+1) }

// pairs are the edges of all rows as pairs of keys, the smaller first, each once, without those that rules exclude, with what
// limits and guards look at: the sources that an edge comes from, when it was first seen, whether it still counts, how strong it
// is.
func (g *graph) pairs(seed rel.Object) rel.Rel {
	var all []rel.Rel
	columns := g.pairColumns()
	for s, t := range g.tuples {
		for i := range t.ids {
			for j := i + 1; j < len(t.ids); j++ {
				x, y := g.keyOf(t, i, t.ids[i].Type.Name, seed), g.keyOf(t, j, t.ids[j].Type.Name, seed)
				a, b := t.ids[i].Type, t.ids[j].Type
				values := map[string]rel.Expr{"x": x, "y": y, colSource: rel.I(int64(s)), colFirstSeen: rel.C("t", colFirstSeen), colLastSeen: rel.C("t", colLastSeen),
					colCutoff: g.cutoff(a, b), colStrength: g.strength(a, b)}
				sel := &rel.Select{From: table(t.object, "t"), Where: []rel.Expr{rel.NotNull(rel.C("t", idCol(i))), rel.NotNull(rel.C("t", idCol(j)))}}
				for _, c := range columns {
					sel.Items = append(sel.Items, item(values[c.Name], c.Name))
				}
				all = append(all, sel)
			}
		}
	}
	// A pair of an id with itself, from two columns of one type, is no edge.
	ordered := &rel.Select{From: rel.Source{Rel: united(all, columns), Alias: "u"},
		Where: []rel.Expr{&rel.Op{Op: "<>", Args: []rel.Expr{rel.C("u", "x"), rel.C("u", "y")}}},
		Items: []rel.Item{item(rel.F(rel.Least, rel.C("u", "x"), rel.C("u", "y")), colA), item(rel.F(rel.Greatest, rel.C("u", "x"), rel.C("u", "y")), colB)}}
	for _, c := range columns[2:] {
		ordered.Items = append(ordered.Items, item(rel.C("u", c.Name), c.Name))
	}
	out := &rel.Select{From: rel.Source{Rel: ordered, Alias: "o"}, GroupBy: []rel.Expr{rel.C("o", colA), rel.C("o", colB)},
		Items: []rel.Item{item(rel.C("o", colA), colA), item(rel.C("o", colB), colB)}}
	if g.ruling() {
		out.Joins = []rel.Join{withoutPairs("o", g.ruleKeys(exclude, seed))}
	}
	if len(g.limits) > 0 {
		for s := range g.tuples {
			of := &rel.Case{Whens: []rel.When{{If: rel.Eq(rel.C("o", "source"), rel.I(int64(s))), Then: rel.I(1)}}}
			out.Items = append(out.Items, item(&rel.Agg{Fn: rel.Max, Args: []rel.Expr{of}}, sourceCol(s)))
		}
	}
	least := func(c string) rel.Item { return item(&rel.Agg{Fn: rel.Min, Args: []rel.Expr{rel.C("o", c)}}, c) }
	if g.clustered() || len(g.windowed()) > 0 {
		out.Items = append(out.Items, least(colFirstSeen))
	}
	if g.clustered() {
		out.Items = append(out.Items, least(colStrength))
	}
	if g.decays() {
		out.Items = append(out.Items, item(g.decayed(), colDecayed))
	}
	return out
}

// pairColumns are those of the edges of single rows: the keys, and what is asked of them.
func (g *graph) pairColumns() []rel.Column {
	out := []rel.Column{{Name: "x", Type: rel.BigInt}, {Name: "y", Type: rel.BigInt}}
	add := func(wanted bool, name string, t rel.Type) {
		if wanted {
			out = append(out, rel.Column{Name: name, Type: t})
		}
	}
	add(len(g.limits) > 0 || g.decays(), colSource, rel.BigInt)
	add(g.clustered() || len(g.windowed()) > 0, colFirstSeen, rel.Timestamp)
	add(g.decays(), colLastSeen, rel.Timestamp)
	add(g.decays(), colCutoff, rel.Timestamp)
	add(g.clustered(), colStrength, rel.BigInt)
	return out
}

// united is the union of relations of the same columns, an empty one of no relations.
func united(rels []rel.Rel, columns []rel.Column) rel.Rel {
	switch len(rels) {
	case 0:
		return &rel.Values{Columns: columns}
	case 1:
		return rels[0]
	}
	return &rel.Union{All: true, Rels: rels}
}

// cut makes the edges that limits take away, seen from the id that has too many: for each its key, that of the other end, both
// ids, the limit and how many there were.
func (g *graph) cut(pairs, nodes, out rel.Object) {
	directed, crowded := g.scratchObject("directed"), g.scratchObject("crowded")
	ends := func(from, to string) rel.Rel {
		sel := &rel.Select{From: table(pairs, "p"), Items: []rel.Item{item(rel.C("p", from), colKey), item(rel.C("p", to), "other")}}
		for s := range g.tuples {
			sel.Items = append(sel.Items, item(rel.C("p", sourceCol(s)), sourceCol(s)))
		}
		if len(g.windowed()) > 0 {
			sel.Items = append(sel.Items, item(rel.C("p", colFirstSeen), colFirstSeen))
		}
		return sel
	}
	both := &rel.Union{All: true, Rels: []rel.Rel{ends(colA, colB), ends(colB, colA)}}
	named := &rel.Select{From: rel.Source{Rel: both, Alias: "d"}, Joins: []rel.Join{
		{Kind: rel.Inner, Source: table(nodes, "n"), On: []rel.Expr{rel.Eq(rel.C("n", colKey), rel.C("d", colKey))}},
		{Kind: rel.Inner, Source: table(nodes, "m"), On: []rel.Expr{rel.Eq(rel.C("m", colKey), rel.C("d", "other"))}}},
		Items: []rel.Item{star("d"), item(rel.C("n", colNode), colID1), item(rel.C("n", colNodeType), colID1Type),
			item(rel.C("m", colNode), colID2), item(rel.C("m", colNodeType), colID2Type)}}
	most := &rel.Case{}
	var limited []rel.Expr
	for _, m := range g.limits {
		limited = append(limited, rel.And(rel.Eq(rel.C("n", colNodeType), rel.S(m.From.Name)), rel.Eq(rel.C("m", colNodeType), rel.S(m.To.Name))))
		if m.Within == 0 {
			most.Whens = append(most.Whens, rel.When{If: ofTypes("d", m), Then: rel.I(m.Most)})
		}
	}
	named.Where = []rel.Expr{rel.Or(limited...)}
	g.let(directed, named)

	var over []rel.Rel
	if len(most.Whens) > 0 {
		count := &rel.Agg{Fn: rel.CountStar}
		over = append(over, &rel.Select{From: table(directed, "d"),
			GroupBy: []rel.Expr{rel.C("d", colKey), rel.C("d", colID1Type), rel.C("d", colID2Type)},
			Having:  []rel.Expr{&rel.Op{Op: ">", Args: []rel.Expr{count, most}}},
			Items: []rel.Item{item(rel.C("d", colKey), colKey), item(rel.C("d", colID2Type), colID2Type), item(most, colMost), item(count, colFound),
				item(&rel.Cast{X: rel.Null(), Type: rel.Text}, colWithin)}})
	}
	for i, m := range g.windowed() {
		over = append(over, g.crowdedWithin(directed, i, m))
	}
	g.let(crowded, united(over, nil))
	g.let(out, &rel.Select{From: table(directed, "d"), Joins: []rel.Join{{Kind: rel.Inner, Source: table(crowded, "c"),
		On: []rel.Expr{rel.Eq(rel.C("c", colKey), rel.C("d", colKey)), rel.Eq(rel.C("c", colID2Type), rel.C("d", colID2Type))}}},
		Items: []rel.Item{star("d"), item(rel.C("c", colMost), colMost), item(rel.C("c", colFound), colFound), item(rel.C("c", colWithin), colWithin)}})
}

// ofTypes holds of the edges from an id that a limit is about.
func ofTypes(alias string, m model.Limit) rel.Expr {
	return rel.And(rel.Eq(rel.C(alias, colID1Type), rel.S(m.From.Name)), rel.Eq(rel.C(alias, colID2Type), rel.S(m.To.Name)))
}

// cutDetail is the limit that an edge was over, with the time within which it counts where it has one.
func cutDetail() rel.Expr {
	number := func(name string) rel.Expr { return &rel.Cast{X: rel.C("c", name), Type: rel.Text} }
	return rel.F(rel.Concat, rel.S(`{"max_edges": `), number(colMost), rel.S(`, "current_count": `), number(colFound),
		rel.F(rel.Coalesce, rel.F(rel.Concat, rel.S(`, "within": "`), rel.C("c", colWithin), rel.S(`"`)), rel.S("")), rel.S("}"))
}

// auditColumns are those of an audit of limits (modelling.md section 6.9; source_models since 0.26, platform.md section 6.2).
// id1 is the id that had too many edges.
var auditColumns = []rel.Column{{Name: "run_id", Type: rel.BigInt}, {Name: "model_hash", Type: rel.Text},
	{Name: colID1, Type: rel.Text}, {Name: colID1Type, Type: rel.Text}, {Name: colID2, Type: rel.Text}, {Name: colID2Type, Type: rel.Text},
	{Name: "reason", Type: rel.Text}, {Name: "rule_details", Type: rel.Text}, {Name: "source_models", Type: rel.Text}}

// auditRows are the edges that limits took away, in the form that people read. run_id is the seq no.
func (g *graph) auditRows(cut rel.Object) rel.Rel {
	col := func(name string) rel.Expr { return rel.C("c", name) }
	values := []rel.Expr{&rel.Cast{X: rel.I(g.l.ctx.SeqNo), Type: rel.BigInt}, rel.S(g.n.Hash), col(colID1), col(colID1Type), col(colID2), col(colID2Type),
		rel.S("CARDINALITY_VIOLATION"),
		cutDetail(), g.sourceNames()}
	out := &rel.Select{From: table(cut, "c")}
	for i, c := range auditColumns {
		out.Items = append(out.Items, item(values[i], c.Name))
	}
	return out
}

// sourceNames are the paths of the sources that have an edge, with commas between.
func (g *graph) sourceNames() rel.Expr {
	has := func(s int) rel.Expr { return rel.NotNull(rel.C("c", sourceCol(s))) }
	var parts, before []rel.Expr
	for s, t := range g.tuples {
		name := string(t.from.Addr())
		c := &rel.Case{Else: rel.S("")}
		if len(before) > 0 {
			c.Whens = append(c.Whens, rel.When{If: rel.And(has(s), rel.Or(before...)), Then: rel.S(", " + name)})
		}
		c.Whens = append(c.Whens, rel.When{If: has(s), Then: rel.S(name)})
		parts, before = append(parts, c), append(before, has(s))
	}
	if len(parts) == 0 {
		return rel.S("")
	}
	return rel.F(rel.Concat, parts...)
}

// AuditSuffix is what the name of a graph's audit has after that of its material (modelling.md section 6.9).
func AuditSuffix(s *model.Stitcher) string {
	return "_" + strings.ToLower(s.Entity.Name) + "_cardinality_audit"
}

// edgesLeft are the edges of rows without those that rules and limits took away, and with those that rules added.
func (g *graph) edgesLeft(rows rel.Rel) rel.Rel {
	left := &rel.Select{From: rel.Source{Rel: rows, Alias: "w"}, Items: []rel.Item{star("w")}}
	drop := func(alias string, from rel.Source) {
		gone := &rel.Select{From: from}
		for _, c := range edgeColumns {
			gone.Items = append(gone.Items, item(rel.C(from.Alias, c), c))
		}
		for i, names := range [][]string{edgeColumns, {colID2, colID2Type, colID1, colID1Type}} {
			j := rel.Join{Kind: rel.Anti, Source: rel.Source{Rel: gone, Alias: fmt.Sprintf("%s%d", alias, i+1)}}
			for k, c := range edgeColumns {
				j.On = append(j.On, rel.Eq(rel.C(j.Alias, names[k]), rel.C("w", c)))
			}
			left.Joins = append(left.Joins, j)
		}
	}
	if g.paired() {
		drop("x", table(g.dropped, "d"))
	}
	added := g.addedEdges()
	if len(left.Joins) == 0 && len(added) == 0 {
		return rows
	}
	return united(append([]rel.Rel{left}, added...), nil)
}

// addedEdges are the edges of rules, and the pairs of an id with itself of all that rules bring in.
func (g *graph) addedEdges() []rel.Rel {
	if !g.ruling() {
		return nil
	}
	pick := func(where []rel.Expr, names ...string) rel.Rel {
		sel := &rel.Select{From: table(g.rules, "r"), Where: where}
		for i, c := range edgeColumns {
			sel.Items = append(sel.Items, item(rel.C("r", names[i]), c))
		}
		sel.Items = append(sel.Items, item(&rel.Cast{X: rel.Null(), Type: rel.Timestamp}, colValidAt))
		return sel
	}
	return []rel.Rel{
		pick([]rel.Expr{rel.Eq(rel.C("r", colAction), rel.S(include))}, colID1, colID1Type, colID1, colID1Type),
		pick(edgeRules(include), colID2, colID2Type, colID2, colID2Type),
		pick(edgeRules(include), edgeColumns...),
	}
}
