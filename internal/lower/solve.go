package lower

import (
	"kith/internal/rel"
)

// solve finds the component of every node: in the process when its ids fit the memory set aside for it, else by contraction
// in SQL. Both give a node's component the least key in it, so the outcome does not depend on the choice.
func (g *graph) solve(nodes, seed, labels rel.Object) {
	c := &Components{Rows: g.keyRows(seed), Pairs: g.keyPairs(seed), Labels: labels, Scratch: g.scratchObject, InProcess: g.l.kernelNodes()}
	count := &rel.Select{From: table(nodes, "n"), Items: []rel.Item{item(&rel.Agg{Fn: rel.CountStar}, "nodes")}}
	g.program = append(g.program, &rel.Choose{
		Name: "solver", Why: "union-find in the process while the ids fit its memory, else contraction in SQL",
		Fact: count,
		Options: []rel.Option{
			{Name: "union-find in the process", AtMost: c.InProcess, Needs: "kernel", Body: c.UnionFind()},
			{Name: "contraction in SQL", AtMost: -1, Body: c.Contraction()},
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

// kernelNodes is how many ids may be solved in the process.
func (l *lowering) kernelNodes() int64 {
	if l.without(SolveInProcess) {
		return 0
	}
	return l.ctx.KernelNodes
}
