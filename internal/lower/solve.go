package lower

import (
	"kith/internal/rel"
)

// solve finds the component of every node: in the process when its ids fit the memory set aside for it, else by contraction
// in SQL. Both give a node's component the least key in it, so the outcome does not depend on the choice.
func (g *graph) solve(nodes, seed, labels rel.Object) {
	kernel := &rel.Kernel{Name: "components_changed", Out: labels,
		Columns: []rel.Column{{Name: colKey, Type: rel.BigInt}, {Name: colLabel, Type: rel.BigInt}}}
	kernel.In = g.keyRows(seed)
	count := &rel.Select{From: table(nodes, "n"), Items: []rel.Item{item(&rel.Agg{Fn: rel.CountStar}, "nodes")}}
	g.program = append(g.program, &rel.Choose{
		Name: "solver", Why: "union-find in the process while the ids fit its memory, else contraction in SQL",
		Fact: count,
		Options: []rel.Option{
			{Name: "union-find in the process", AtMost: g.l.kernelNodes(), Needs: "kernel", Body: rel.Program{kernel}},
			{Name: "contraction in SQL", AtMost: -1, Body: g.contraction(seed, labels)},
		}})
}

// keyRows are the rows of keys that belong together, of any width.
func (g *graph) keyRows(seed rel.Object) []rel.Rel {
	if g.links != nil {
		return []rel.Rel{&rel.Select{From: table(*g.links, "l"), Items: []rel.Item{item(rel.C("l", colA), colA), item(rel.C("l", colB), colB)}}}
	}
	var rows []rel.Rel
	for _, t := range g.tuples {
		if len(t.ids) < 2 {
			continue
		}
		sel := &rel.Select{From: table(t.object, "t")}
		for i, id := range t.ids {
			sel.Items = append(sel.Items, item(g.keyOf(t, i, id.Type.Name, seed), idCol(i)))
		}
		rows = append(rows, sel)
	}
	return rows
}

// keyPairs are pairs of keys that belong together, (a, b), enough of them to tell what is connected. Either may be NULL.
func (g *graph) keyPairs(seed rel.Object) rel.Rel {
	if g.links != nil {
		return g.keyRows(seed)[0]
	}
	var pairs []rel.Rel
	for _, t := range g.tuples {
		for i := 1; i < len(t.ids); i++ {
			// A chain through the row joins all its ids; NULLs in between are bridged from the first id that is there.
			var firsts []rel.Expr
			for j := 0; j < i; j++ {
				firsts = append(firsts, g.keyOf(t, j, t.ids[j].Type.Name, seed))
			}
			a := firsts[0]
			if len(firsts) > 1 {
				a = rel.F(rel.Coalesce, firsts...)
			}
			pairs = append(pairs, &rel.Select{From: table(t.object, "t"), Items: []rel.Item{
				item(a, colA), item(g.keyOf(t, i, t.ids[i].Type.Name, seed), colB)}})
		}
	}
	return united(pairs, []rel.Column{{Name: colA, Type: rel.BigInt}, {Name: colB, Type: rel.BigInt}})
}

// keyOf is the key of id i of a tuple, NULL when the tuple lacks it. The hash of NULL is a value like any other on some
// engines, and would join everybody who lacks an id.
func (g *graph) keyOf(t tuples, i int, idType string, seed rel.Object) rel.Expr {
	id := rel.C("t", idCol(i))
	return &rel.Case{Whens: []rel.When{{If: rel.NotNull(id), Then: nodeKey(id, rel.S(idType), seed)}}}
}

// contraction is min-neighbour contraction with full pointer jumping (design: at most a dozen rounds on any graph):
//
//	parent(b) := least neighbour a < b      for every edge (a, b)
//	parent    := parent of parent           until nothing changes
//	edges     := edges between roots        repeat while any are left
//
// label maps every node that has a smaller one in its component to the root found so far. The least key of a component
// never gets a parent, so it is the last root, and the label.
func (g *graph) contraction(seed, labels rel.Object) rel.Program {
	edges, next := g.scratchObject("edges_left"), g.scratchObject("edges_next")
	parent, jumped := g.scratchObject("parent"), g.scratchObject("parent_next")
	labelled := g.scratchObject("labels_next")
	left := func(t rel.Rel) rel.Source { return rel.Source{Rel: t, Alias: "e"} }

	// A NULL end makes the comparison unknown, so the row goes.
	first := &rel.Select{From: left(g.keyPairs(seed)), Distinct: true,
		Where: []rel.Expr{&rel.Op{Op: "<>", Args: []rel.Expr{rel.C("e", "a"), rel.C("e", "b")}}},
		Items: []rel.Item{item(rel.F(rel.Least, rel.C("e", "a"), rel.C("e", "b")), "a"),
			item(rel.F(rel.Greatest, rel.C("e", "a"), rel.C("e", "b")), "b")}}

	hook := &rel.Select{From: table(edges, "e"), GroupBy: []rel.Expr{rel.C("e", "b")}, Items: []rel.Item{
		item(rel.C("e", "b"), colKey), item(&rel.Agg{Fn: rel.Min, Args: []rel.Expr{rel.C("e", "a")}}, "parent")}}

	jump := &rel.Select{From: table(parent, "p"),
		Joins: []rel.Join{{Kind: rel.Left, Source: table(parent, "q"), On: []rel.Expr{rel.Eq(rel.C("q", colKey), rel.C("p", "parent"))}}},
		Items: []rel.Item{item(rel.C("p", colKey), colKey),
			item(rel.F(rel.Coalesce, rel.C("q", "parent"), rel.C("p", "parent")), "parent")}}
	flat := &rel.Select{From: table(parent, "p"),
		Joins: []rel.Join{{Kind: rel.Inner, Source: table(parent, "q"), On: []rel.Expr{rel.Eq(rel.C("q", colKey), rel.C("p", "parent"))}}},
		Items: []rel.Item{item(rel.Eq(&rel.Agg{Fn: rel.CountStar}, rel.I(0)), "done")}}

	rootOf := func(alias, col string) rel.Expr { return rel.F(rel.Coalesce, rel.C(alias, "parent"), rel.C("e", col)) }
	moved := &rel.Select{From: table(edges, "e"),
		Joins: []rel.Join{
			{Kind: rel.Left, Source: table(parent, "p"), On: []rel.Expr{rel.Eq(rel.C("p", colKey), rel.C("e", "a"))}},
			{Kind: rel.Left, Source: table(parent, "q"), On: []rel.Expr{rel.Eq(rel.C("q", colKey), rel.C("e", "b"))}}},
		Items: []rel.Item{item(rootOf("p", "a"), "a"), item(rootOf("q", "b"), "b")}}
	contracted := &rel.Select{From: rel.Source{Rel: moved, Alias: "m"}, Distinct: true,
		Where: []rel.Expr{&rel.Op{Op: "<>", Args: []rel.Expr{rel.C("m", "a"), rel.C("m", "b")}}},
		Items: []rel.Item{item(rel.F(rel.Least, rel.C("m", "a"), rel.C("m", "b")), "a"),
			item(rel.F(rel.Greatest, rel.C("m", "a"), rel.C("m", "b")), "b")}}

	relabel := &rel.Union{All: true, Rels: []rel.Rel{
		&rel.Select{From: table(labels, "l"),
			Joins: []rel.Join{{Kind: rel.Left, Source: table(parent, "p"), On: []rel.Expr{rel.Eq(rel.C("p", colKey), rel.C("l", colLabel))}}},
			Items: []rel.Item{item(rel.C("l", colKey), colKey), item(rel.F(rel.Coalesce, rel.C("p", "parent"), rel.C("l", colLabel)), colLabel)}},
		&rel.Select{From: table(parent, "p"), Items: []rel.Item{item(rel.C("p", colKey), colKey), item(rel.C("p", "parent"), colLabel)}}}}

	let := func(out rel.Object, body rel.Rel) rel.Stmt {
		return &rel.Let{Out: out, Kind: rel.MakeTable, Body: body}
	}
	copyOf := func(o rel.Object) rel.Rel { return &rel.Select{From: table(o, "t"), Items: []rel.Item{star("t")}} }
	return rel.Program{
		let(labels, &rel.Values{Columns: []rel.Column{{Name: colKey, Type: rel.BigInt}, {Name: colLabel, Type: rel.BigInt}}}),
		let(edges, first),
		&rel.Loop{Name: "contraction", Max: maxRounds,
			Body: rel.Program{
				let(parent, hook),
				&rel.Loop{Name: "pointer jumping", Max: maxRounds,
					Body:  rel.Program{let(jumped, jump), let(parent, copyOf(jumped))},
					Until: flat},
				let(next, contracted),
				let(labelled, relabel),
				let(labels, copyOf(labelled)),
				let(edges, copyOf(next)),
			},
			Until: &rel.Select{From: table(edges, "e"), Items: []rel.Item{item(rel.Eq(&rel.Agg{Fn: rel.CountStar}, rel.I(0)), "done")}}},
	}
}

// maxRounds is there to fail loudly: pointer jumping halves distances and contraction drops most edges, so dozens of rounds
// mean a defect, whatever the graph.
const maxRounds = 64

// kernelNodes is how many ids may be solved in the process.
func (l *lowering) kernelNodes() int64 {
	if l.without(SolveInProcess) {
		return 0
	}
	return l.ctx.KernelNodes
}
