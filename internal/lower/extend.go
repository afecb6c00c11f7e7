package lower

import (
	"fmt"

	"kith/internal/rel"
)

// begin decides whether the graph begins with an earlier one: that of its base, when it is of the same definition. What it gives is
// the same as if it were built anew, as far as sources keep what their contracts promise.
func (g *graph) begin() {
	for _, es := range g.n.Sources {
		r := reading{}
		if !g.n.Collator {
			r = g.readingOf(es)
		}
		g.readings = append(g.readings, r)
	}
	b := g.base
	if b == nil || !g.n.Incremental || g.l.without(ExtendGraphs) || b.Hash != g.n.Hash || !b.Marks || b.EndTime.After(g.l.ctx.EndTime) || !g.l.ctx.BeginTime.IsZero() {
		return
	}
	g.old = b
}

// mappingColumns are those of a mapping.
func (g *graph) mappingColumns() []string {
	return []string{colNode, colNodeType, g.n.Entity.IDColumn, colValidAt, colFirstSeen}
}

func (g *graph) mappingLayers() layered {
	return layered{keys: []layerKey{{colNode, false}, {colNodeType, false}}, live: g.n.Entity.IDColumn, columns: g.mappingColumns()}
}

// touch cuts out of the graph what has to be solved again: the components, as they were and as they are, of the ids of tuples that
// came or went or began earlier or later than known. Nobody else's ids have changed. Until restored, tuples are those of these
// components, so that all that follows sees a small graph which is whole.
//
// Components are taken before anything is dropped from the graph, because a dropped edge may be legal again; a graph of which edges
// may be dropped is therefore solved as a whole.
func (g *graph) touch() (restore func()) {
	nodes, ids, scope := g.scratchObject("touched"), g.scratchObject("touched_ids"), g.scratchObject("scope")
	g.former = g.scratchObject("former")
	var moved []rel.Rel
	for _, t := range g.tuples {
		for j, id := range t.ids {
			c := func(name string) rel.Expr { return rel.C("c", name) }
			gone := func(rows string) rel.Expr { return rel.Eq(c(rows), rel.I(0)) }
			moved = append(moved, &rel.Select{From: table(t.changed, "c"), Where: []rel.Expr{rel.NotNull(c(idCol(j))), rel.Or(
				&rel.Op{Op: "<>", Args: []rel.Expr{gone(colRows), gone(was(colRows))}},
				&rel.Op{Op: "is distinct from", Args: []rel.Expr{c(colFirstSeen), c(was(colFirstSeen))}})},
				Items: []rel.Item{item(c(idCol(j)), colNode), item(rel.S(id.Type.Name), colNodeType)}})
		}
	}
	pair := []rel.Column{{Name: colNode, Type: rel.Text}, {Name: colNodeType, Type: rel.Text}}
	distinct := func(r rel.Rel, columns ...string) rel.Rel {
		sel := &rel.Select{From: rel.Source{Rel: r, Alias: "d"}, Distinct: true}
		for _, c := range columns {
			sel.Items = append(sel.Items, item(rel.C("d", c), c))
		}
		return sel
	}
	g.let(nodes, distinct(united(moved, pair), colNode, colNodeType))

	id := g.n.Entity.IDColumn
	old := g.ofOld(MappingSuffix, g.mappingLayers())
	g.let(ids, distinct(old.pick(func(from rel.Source) *rel.Select {
		return &rel.Select{From: from, Joins: []rel.Join{old.join(rel.Semi, &rel.Table{Object: nodes}, "n")}, Items: []rel.Item{item(rel.C("t", id), id)}}
	}), id))
	g.let(g.former, old.pick(func(from rel.Source) *rel.Select {
		sel := old.all(from)
		sel.Joins = []rel.Join{{Kind: rel.Semi, Source: table(ids, "i"), On: []rel.Expr{rel.Eq(rel.C("i", id), rel.C("t", id))}}}
		return sel
	}))
	node := func(o rel.Object) rel.Rel {
		return &rel.Select{From: table(o, "n"), Items: []rel.Item{item(rel.C("n", colNode), colNode), item(rel.C("n", colNodeType), colNodeType)}}
	}
	g.let(scope, &rel.Union{Rels: []rel.Rel{node(g.former), node(nodes)}})

	whole := g.tuples
	g.tuples = nil
	for i, t := range whole {
		part := t
		part.object = g.scratchObject(fmt.Sprintf("part_%d", i+1))
		g.let(part.object, t.within(scope))
		g.tuples = append(g.tuples, part)
	}
	return func() { g.tuples = whole }
}

// within are the tuples whose ids are among some, which hold all ids of a tuple or none: so the first id of a tuple decides.
func (t tuples) within(scope rel.Object) rel.Rel {
	var firsts []rel.Rel
	for j, id := range t.ids {
		firsts = append(firsts, t.layers.pick(func(from rel.Source) *rel.Select {
			sel := t.layers.all(from)
			for k := range j {
				sel.Where = append(sel.Where, &rel.IsNull{X: rel.C("t", idCol(k))})
			}
			ofType := &rel.Select{From: table(scope, "s"), Where: []rel.Expr{rel.Eq(rel.C("s", colNodeType), rel.S(id.Type.Name))},
				Items: []rel.Item{item(rel.C("s", colNode), colNode)}}
			sel.Joins = []rel.Join{{Kind: rel.Semi, Source: rel.Source{Rel: ofType, Alias: "n"}, On: []rel.Expr{rel.Eq(rel.C("n", colNode), rel.C("t", idCol(j)))}}}
			return sel
		}))
	}
	return united(firsts, nil)
}

// renew makes the mapping of that of the graph that this one begins with and of what was solved again.
func (g *graph) renew(mapping, solved rel.Object) {
	moved := g.scratchObject("moved")
	y := g.mappingLayers()
	news := y.all(table(solved, "t"))
	news.Joins = []rel.Join{y.join(rel.Left, &rel.Table{Object: g.former}, "f")}
	var differs []rel.Expr
	for _, c := range g.mappingColumns()[2:] {
		differs = append(differs, &rel.Op{Op: "is distinct from", Args: []rel.Expr{rel.C("f", c), rel.C("t", c)}})
	}
	news.Where = []rel.Expr{rel.Or(differs...)}
	gone := &rel.Select{From: table(g.former, "t"), Joins: []rel.Join{y.join(rel.Anti, &rel.Table{Object: solved}, "c")},
		Items: []rel.Item{item(rel.C("t", colNode), colNode), item(rel.C("t", colNodeType), colNodeType), item(&rel.Cast{X: rel.Null(), Type: rel.Text}, g.n.Entity.IDColumn)}}
	for _, c := range []string{colValidAt, colFirstSeen} {
		gone.Items = append(gone.Items, item(&rel.Cast{X: rel.Null(), Type: rel.Timestamp}, c))
	}
	g.let(moved, &rel.Union{All: true, Rels: []rel.Rel{news, gone}})
	g.extend(mapping, MappingSuffix, g.ofOld(MappingSuffix, y), moved)
}

// partly reports whether only what is touched is solved again.
func (g *graph) partly() bool { return g.old != nil && !g.paired() }
