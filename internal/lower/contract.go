package lower

import (
	"kith/internal/rel"
)

// Components is the work of finding what is connected among integer keys. Every way to do it gives each key the least key
// of its component. Keys should be hashes: contraction takes few rounds on any graph whose keys are in random order, while
// those of a long path in order would make it follow the path.
type Components struct {
	// Rows are relations of BIGINT columns of any width: the keys of a row that are not NULL belong together.
	Rows []rel.Rel
	// Pairs are enough of the pairs (a, b) of Rows to tell what is connected. Either end may be NULL.
	Pairs rel.Rel
	// Labels is the table to make: (key, label) for each key that is not the least of its component.
	Labels rel.Object
	// Scratch gives the object for what is made on the way under a name, which somebody else drops.
	Scratch func(name string) rel.Object
	// InProcess is how many keys the process may hold; 0 for none.
	InProcess int64
}

// labelColumns are those of Labels.
var labelColumns = []rel.Column{{Name: colKey, Type: rel.BigInt}, {Name: colLabel, Type: rel.BigInt}}

// UnionFind solves in the process.
func (c *Components) UnionFind() rel.Program {
	return rel.Program{&rel.Kernel{Name: "components_changed", In: c.Rows, Out: c.Labels, Columns: labelColumns}}
}

const (
	// maxRounds is there to fail loudly: pointer jumping halves distances and contraction drops most edges, so dozens of
	// rounds mean a defect, whatever the graph.
	maxRounds = 64
	// restEdges is how many edges are few enough to be finished in the process: moving them costs less than the statements of
	// the rounds that are left.
	restEdges = 1_000_000
)

// Contraction solves in SQL by min-neighbour contraction with full pointer jumping (design: at most a dozen rounds):
//
//	parent(b) := least neighbour a < b      for every edge (a, b)
//	parent    := parent of parent           until nothing changes
//	edges     := edges between roots        repeat while any are left
//
// The least key of a component never gets a parent, so it is the last root, and the label. A key gets a parent in one round
// only and is gone from the edges then. Most do in the first, so its map is left alone until the end: what later rounds find
// out is collected in another, smaller one, and joined to it once.
func (c *Components) Contraction() rel.Program {
	w := &contraction{edges: c.Scratch("edges_left"), first: c.Scratch("parent_first"), parent: c.Scratch("parent"),
		deep: c.Scratch("parent_deep"), rest: c.Scratch("labels_rest")}
	p := rel.Program{let(w.edges, w.ordered(rel.Source{Rel: c.Pairs, Alias: "e"}, false))}
	p = append(p, w.round(w.first)...)
	p = append(p, let(w.rest, &rel.Values{Columns: labelColumns}))
	few := min(restEdges, c.InProcess/2)
	if few > 0 {
		p = append(p, w.rounds(few), &rel.Choose{Name: "rest", Why: "union-find in the process where the connection can move integers, else contraction to the end",
			Options: []rel.Option{
				{Name: "its rest in the process", AtMost: -1, Needs: "kernel", Body: w.inProcess()},
				{Name: "to the end", AtMost: -1, Body: rel.Program{w.rounds(0)}}}})
	} else {
		p = append(p, w.rounds(0))
	}
	return append(p, let(c.Labels, w.labels()))
}

// contraction holds the tables of one solution: the edges that are left, smaller key first; the map of the first round, that
// of the present one, what of it is not one step from its root; and the labels of keys that got a parent after the first.
type contraction struct{ edges, first, parent, deep, rest rel.Object }

func let(out rel.Object, body rel.Rel) rel.Stmt {
	return &rel.Let{Out: out, Kind: rel.MakeTable, Body: body}
}

// none is a query that is true while a relation has at most so many rows.
func none(from rel.Source, atMost int64, joins ...rel.Join) rel.Rel {
	few := &rel.Op{Op: "<=", Args: []rel.Expr{&rel.Agg{Fn: rel.CountStar}, rel.I(atMost)}}
	return &rel.Select{From: from, Joins: joins, Items: []rel.Item{item(few, "done")}}
}

// ordered are pairs with the smaller key first, without those of a key with itself. A NULL end makes the comparison
// unknown, so the row goes.
func (w *contraction) ordered(from rel.Source, distinct bool) rel.Rel {
	a, b := rel.C(from.Alias, colA), rel.C(from.Alias, colB)
	return &rel.Select{From: from, Distinct: distinct, Where: []rel.Expr{&rel.Op{Op: "<>", Args: []rel.Expr{a, b}}},
		Items: []rel.Item{item(rel.F(rel.Least, a, b), colA), item(rel.F(rel.Greatest, a, b), colB)}}
}

// rounds contracts until at most few edges are left.
func (w *contraction) rounds(few int64) rel.Stmt {
	return &rel.Loop{Name: "contraction", Max: maxRounds, Body: append(w.round(w.parent), let(w.rest, w.relabelled())),
		Until: none(table(w.edges, "e"), few)}
}

// inProcess finishes what is left of the edges.
func (w *contraction) inProcess() rel.Program {
	return rel.Program{
		&rel.Kernel{Name: "components_changed", Out: w.parent, Columns: []rel.Column{{Name: colKey, Type: rel.BigInt}, {Name: "parent", Type: rel.BigInt}},
			In: []rel.Rel{&rel.Select{From: table(w.edges, "e"), Items: []rel.Item{item(rel.C("e", colA), colA), item(rel.C("e", colB), colB)}}}},
		let(w.rest, w.relabelled())}
}

// round makes the map of a round, each key with the root that it is led to, and moves the edges there.
func (w *contraction) round(parent rel.Object) rel.Program {
	hook := &rel.Select{From: table(w.edges, "e"), GroupBy: []rel.Expr{rel.C("e", colB)}, Items: []rel.Item{
		item(rel.C("e", colB), colKey), item(&rel.Agg{Fn: rel.Min, Args: []rel.Expr{rel.C("e", colA)}}, "parent")}}
	// Only keys whose parent has one are moved on, again and again: the others have their root.
	deep := &rel.Select{From: table(parent, "p"), Joins: []rel.Join{next("q", parent, "p", "parent")},
		Items: []rel.Item{item(rel.C("p", colKey), colKey), item(rel.C("q", "parent"), "parent")}}
	jump := &rel.Select{From: table(w.deep, "p"), Joins: []rel.Join{known("r", w.deep, "p", "parent"), known("q", parent, "p", "parent")},
		Items: []rel.Item{item(rel.C("p", colKey), colKey), item(rel.F(rel.Coalesce, rel.C("r", "parent"), rel.C("q", "parent"), rel.C("p", "parent")), "parent")}}
	flat := &rel.Select{From: table(parent, "p"), Joins: []rel.Join{known("r", w.deep, "p", colKey)},
		Items: []rel.Item{item(rel.C("p", colKey), colKey), item(rel.F(rel.Coalesce, rel.C("r", "parent"), rel.C("p", "parent")), "parent")}}
	return rel.Program{
		let(parent, hook),
		let(w.deep, deep),
		&rel.Loop{Name: "pointer jumping", Max: maxRounds, Body: rel.Program{let(w.deep, jump)},
			Until: none(table(w.deep, "p"), 0, next("q", parent, "p", "parent"))},
		let(parent, flat),
		let(w.edges, w.moved(parent)),
	}
}

// next joins the row of a map whose key is a column; known keeps rows without one.
func next(alias string, of rel.Object, from, column string) rel.Join {
	return rel.Join{Kind: rel.Inner, Source: table(of, alias), On: []rel.Expr{rel.Eq(rel.C(alias, colKey), rel.C(from, column))}}
}

func known(alias string, of rel.Object, from, column string) rel.Join {
	j := next(alias, of, from, column)
	j.Kind = rel.Left
	return j
}

// moved are the edges between roots that are left, each once. The greater end of an edge always has a parent.
func (w *contraction) moved(parent rel.Object) rel.Rel {
	roots := &rel.Select{From: table(w.edges, "e"), Joins: []rel.Join{known("p", parent, "e", colA), next("q", parent, "e", colB)},
		Items: []rel.Item{item(rel.F(rel.Coalesce, rel.C("p", "parent"), rel.C("e", colA)), colA), item(rel.C("q", "parent"), colB)}}
	return w.ordered(rel.Source{Rel: roots, Alias: "m"}, true)
}

// relabelled is what is known of keys after the first round, once the map of another is made.
func (w *contraction) relabelled() rel.Rel {
	return &rel.Union{All: true, Rels: []rel.Rel{
		&rel.Select{From: table(w.rest, "l"), Joins: []rel.Join{known("p", w.parent, "l", colLabel)},
			Items: []rel.Item{item(rel.C("l", colKey), colKey), item(rel.F(rel.Coalesce, rel.C("p", "parent"), rel.C("l", colLabel)), colLabel)}},
		&rel.Select{From: table(w.parent, "p"), Items: []rel.Item{item(rel.C("p", colKey), colKey), item(rel.C("p", "parent"), colLabel)}}}}
}

// labels joins the map of the first round and what came after.
func (w *contraction) labels() rel.Rel {
	return &rel.Union{All: true, Rels: []rel.Rel{
		&rel.Select{From: table(w.first, "f"), Joins: []rel.Join{known("l", w.rest, "f", "parent")},
			Items: []rel.Item{item(rel.C("f", colKey), colKey), item(rel.F(rel.Coalesce, rel.C("l", colLabel), rel.C("f", "parent")), colLabel)}},
		&rel.Select{From: table(w.rest, "l"), Items: []rel.Item{item(rel.C("l", colKey), colKey), item(rel.C("l", colLabel), colLabel)}}}}
}
