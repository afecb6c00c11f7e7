package lower

import (
	"strings"

	"kith/internal/rel"
)

// Columns of edges with what is known of them.
const (
	colSource    = "source"
	colRule      = "rule"
	colLastSeen  = "last_seen_at"
	colRows      = "rows"
	colDroppedBy = "dropped_by"
)

// idEdgeColumns are those of the view of edges with their evidence (design: id_edges).
var idEdgeColumns = []rel.Column{{Name: colID1, Type: rel.Text}, {Name: colID1Type, Type: rel.Text}, {Name: colID2, Type: rel.Text}, {Name: colID2Type, Type: rel.Text},
	{Name: colSource, Type: rel.Text}, {Name: colRule, Type: rel.Text}, {Name: colFirstSeen, Type: rel.Timestamp}, {Name: colLastSeen, Type: rel.Timestamp},
	{Name: colRows, Type: rel.BigInt}, {Name: colDroppedBy, Type: rel.Text}}

// idEdges are the pairs of different ids that something says belong together, each once for each source that says so: how many
// of its rows, since when and until when, and by what the edge was dropped, NULL when it counts. The ends stand in the order of
// type and value. It is a view for whoever asks why two ids are one, and costs a run nothing.
func (g *graph) idEdges() rel.Rel {
	var pairs []rel.Rel
	for _, t := range g.tuples {
		for i := range t.ids {
			for j := i + 1; j < len(t.ids); j++ {
				pairs = append(pairs, t.pair(i, j))
			}
		}
	}
	edges := g.withDrops(g.evidence(pairs))
	if added := g.ruledEdges(); added != nil {
		return &rel.Union{All: true, Rels: []rel.Rel{edges, added}}
	}
	return edges
}

// pair are the rows of a tuple that have both of two ids, when these are not the same.
func (t tuples) pair(i, j int) rel.Rel {
	x, y := rel.Expr(rel.C("t", idCol(i))), rel.Expr(rel.C("t", idCol(j)))
	xType, yType := t.ids[i].Type.Name, t.ids[j].Type.Name
	where := append([]rel.Expr{rel.NotNull(x), rel.NotNull(y)}, t.notBefore(i, j)...)
	switch strings.Compare(xType, yType) {
	case 0:
		where = append(where, &rel.Op{Op: "<>", Args: []rel.Expr{x, y}})
		x, y = rel.F(rel.Least, x, y), rel.F(rel.Greatest, x, y)
	case 1:
		x, y, xType, yType = y, x, yType, xType
	}
	return &rel.Select{From: table(t.object, "t"), Where: where, Items: []rel.Item{
		item(x, colID1), item(rel.S(xType), colID1Type), item(y, colID2), item(rel.S(yType), colID2Type), item(rel.S(string(t.from.Addr())), colSource),
		item(rel.C("t", colFirstSeen), colFirstSeen), item(rel.C("t", colLastSeen), colLastSeen), item(rel.C("t", colRows), colRows)}}
}

// notBefore leaves rows out on which an earlier pair of columns has the same two ids, so that a row speaks for an edge once.
func (t tuples) notBefore(i, j int) []rel.Expr {
	same := func(a, b int) rel.Expr {
		if a == b {
			return nil
		}
		return &rel.Op{Op: "is not distinct from", Args: []rel.Expr{rel.C("t", idCol(a)), rel.C("t", idCol(b))}}
	}
	typed := func(a, b int) bool { return t.ids[a].Type == t.ids[b].Type }
	var out []rel.Expr
	for p := range i + 1 {
		for q := p + 1; q < len(t.ids) && (p < i || q < j); q++ {
			if typed(p, i) && typed(q, j) {
				out = append(out, &rel.Not{X: rel.And(same(p, i), same(q, j))})
			}
			if typed(p, j) && typed(q, i) {
				out = append(out, &rel.Not{X: rel.And(same(p, j), same(q, i))})
			}
		}
	}
	return out
}

// evidence gathers what tuples say of an edge, by source.
func (g *graph) evidence(pairs []rel.Rel) rel.Rel {
	columns := idEdgeColumns[:len(idEdgeColumns)-1]
	var of []rel.Column
	for _, c := range columns {
		if c.Name != colRule {
			of = append(of, c)
		}
	}
	out := &rel.Select{From: rel.Source{Rel: united(pairs, of), Alias: "p"}}
	for _, c := range columns {
		x := rel.Expr(rel.C("p", c.Name))
		switch c.Name {
		case colRule: // stood on one row
			x = &rel.Cast{X: rel.Null(), Type: rel.Text}
		case colFirstSeen:
			x = &rel.Agg{Fn: rel.Min, Args: []rel.Expr{x}}
		case colLastSeen:
			x = &rel.Agg{Fn: rel.Max, Args: []rel.Expr{x}}
		case colRows:
			x = &rel.Cast{X: &rel.Agg{Fn: rel.Sum, Args: []rel.Expr{x}}, Type: rel.BigInt}
		default:
			out.GroupBy = append(out.GroupBy, x)
		}
		out.Items = append(out.Items, item(x, c.Name))
	}
	return out
}

// withDrops says of each edge by what it was dropped.
func (g *graph) withDrops(edges rel.Rel) rel.Rel {
	out := &rel.Select{From: rel.Source{Rel: edges, Alias: "e"}, Items: []rel.Item{star("e")}}
	if !g.paired() {
		out.Items = append(out.Items, item(&rel.Cast{X: rel.Null(), Type: rel.Text}, colDroppedBy))
		return out
	}
	j := rel.Join{Kind: rel.Left, Source: table(g.dropped, "d")}
	for _, c := range edgeColumns {
		j.On = append(j.On, rel.Eq(rel.C("d", c), rel.C("e", c)))
	}
	out.Joins = []rel.Join{j}
	out.Items = append(out.Items, item(rel.C("d", colDroppedBy), colDroppedBy))
	return out
}

// ruledEdges are the edges that manual rules add, nil without rules. No row of a source says them.
func (g *graph) ruledEdges() rel.Rel {
	if !g.ruling() {
		return nil
	}
	unknown := func(t rel.Type) rel.Expr { return &rel.Cast{X: rel.Null(), Type: t} }
	values := []rel.Expr{rel.C("r", colID1), rel.C("r", colID1Type), rel.C("r", colID2), rel.C("r", colID2Type),
		&rel.Case{Whens: []rel.When{{If: rel.Eq(rel.C("r", colRule), rel.S("rule")), Then: rel.S("rules")}}, Else: rel.S("decisions")}, rel.C("r", colRule),
		unknown(rel.Timestamp), unknown(rel.Timestamp), &rel.Cast{X: rel.I(0), Type: rel.BigInt}, unknown(rel.Text)}
	out := &rel.Select{From: table(g.rules, "r"), Where: edgeRules(include)}
	for i, c := range idEdgeColumns {
		out.Items = append(out.Items, item(values[i], c.Name))
	}
	return out
}
