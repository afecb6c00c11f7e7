package lower

import (
	"strconv"

	"kith/internal/model"
	"kith/internal/rel"
)

// Columns of edges that guards look at, and of what they refuse.
const (
	colDecayed  = "decayed"
	colStrength = "strength"
	colDetail   = "detail"
	colWhy      = "why"
	colFrom     = "found"
	colCutoff   = "cutoff"
)

// clustered reports whether anything keeps ids of one component apart.
func (g *graph) clustered() bool {
	return !g.n.Collator && (len(g.n.Guards.PerCluster) > 0 || len(g.n.Splits()) > 0)
}

// decays reports whether edges stop counting with time.
func (g *graph) decays() bool { return !g.n.Collator && g.n.Decays() }

// cutoff is the time before which an edge between ids of two types must not have been seen last, NULL for none.
func (g *graph) cutoff(a, b *model.IDType) rel.Expr {
	d := g.n.ValidFor(a, b)
	if d == 0 {
		return &rel.Cast{X: rel.Null(), Type: rel.Timestamp}
	}
	return &rel.Lit{Value: g.l.ctx.EndTime.Add(-d)}
}

// decayed is 1 over the rows of an edge when every source that has it saw it last before the cutoff. A source that knows no time
// of it keeps it.
func (g *graph) decayed() rel.Expr {
	cutoff := &rel.Agg{Fn: rel.Max, Args: []rel.Expr{rel.C("o", colCutoff)}}
	var all []rel.Expr
	for s := range g.tuples {
		of := func(x rel.Expr) rel.Expr {
			return &rel.Agg{Fn: rel.Max, Args: []rel.Expr{&rel.Case{Whens: []rel.When{{If: rel.Eq(rel.C("o", "source"), rel.I(int64(s))), Then: x}}}}}
		}
		all = append(all, rel.Or(&rel.IsNull{X: of(rel.I(1))}, &rel.Op{Op: "<", Args: []rel.Expr{of(rel.C("o", colLastSeen)), cutoff}}))
	}
	return &rel.Case{Whens: []rel.When{{If: rel.And(all...), Then: rel.I(1)}}, Else: rel.I(0)}
}

// strength is how an edge stands in the order in which guards join edges, the strongest first: that with the better of the weaker
// ends, then with the better of the stronger ones. An id type is the better the earlier the entity names it.
func (g *graph) strength(a, b *model.IDType) rel.Expr {
	rank := func(t *model.IDType) int64 {
		for i, o := range g.n.Entity.IDTypes {
			if o == t {
				return int64(i)
			}
		}
		return int64(len(g.n.Entity.IDTypes))
	}
	i, j := rank(a), rank(b)
	return rel.I(max(i, j)*int64(len(g.n.Entity.IDTypes)+1) + min(i, j))
}

// windowed are the limits of edges within some time.
func (g *graph) windowed() []model.Limit {
	var out []model.Limit
	for _, m := range g.limits {
		if m.Within > 0 {
			out = append(out, m)
		}
	}
	return out
}

// crowdedWithin are the ids that have more edges to ids of a type than a limit allows within some time. Edges are counted in the
// order of the times they were first seen: if an edge and the one that is as many places behind it as are allowed lie within the
// time, there is one too many. Edges without a time are in reach of any.
func (g *graph) crowdedWithin(directed rel.Object, i int, m model.Limit) rel.Rel {
	near := g.scratchObject("near_" + strconv.Itoa(i+1))
	d := func(name string) rel.Expr { return rel.C("d", name) }
	over := func(fn rel.WinFn, order []rel.Order, args ...rel.Expr) rel.Expr {
		return &rel.Win{Fn: fn, Args: args, Over: rel.Window{PartitionBy: []rel.Expr{d(colKey)}, OrderBy: order}}
	}
	g.let(near, &rel.Select{From: table(directed, "d"), Where: []rel.Expr{ofTypes("d", m)}, Items: []rel.Item{
		item(d(colKey), colKey), item(d(colFirstSeen), colFirstSeen),
		item(over(rel.RowNumber, []rel.Order{{Expr: d(colFirstSeen), NullsLast: true}, {Expr: d("other")}}), colNo),
		item(over(rel.WinCount, nil), colFound), item(over(rel.WinCount, nil, d(colFirstSeen)), "timed")}})
	p := func(name string) rel.Expr { return rel.C("p", name) }
	undated := &rel.Op{Op: "-", Args: []rel.Expr{p(colFound), p("timed")}}
	ahead := &rel.Op{Op: "-", Args: []rel.Expr{&rel.Op{Op: "+", Args: []rel.Expr{p(colNo), rel.I(m.Most)}}, undated}}
	late := rel.F(rel.Later, p(colFirstSeen), rel.I(m.Within.Microseconds()))
	return &rel.Select{From: table(near, "p"), Distinct: true,
		Joins: []rel.Join{{Kind: rel.Left, Source: table(near, "q"), On: []rel.Expr{rel.Eq(rel.C("q", colKey), p(colKey)), rel.Eq(rel.C("q", colNo), ahead),
			&rel.Op{Op: "<=", Args: []rel.Expr{rel.C("q", colFirstSeen), late}}}}},
		Where: []rel.Expr{rel.Or(&rel.Op{Op: ">", Args: []rel.Expr{undated, rel.I(m.Most)}},
			rel.And(&rel.Op{Op: "<=", Args: []rel.Expr{undated, rel.I(m.Most)}}, rel.NotNull(rel.C("q", colKey))))},
		Items: []rel.Item{item(p(colKey), colKey), item(rel.S(m.To.Name), colID2Type), item(rel.I(m.Most), colMost), item(p(colFound), colFound),
			item(rel.S(m.WithinText), colWithin)}}
}

// keepApart makes the edges of components that hold too much go through the kernel, which refuses the weakest, and returns the pairs
// to solve over: components that may stay as they are, each key with its label, and the edges that are left of the others.
func (g *graph) keepApart(allowed, nodes, seed rel.Object) []rel.Rel {
	labels, crowded := g.scratchObject("guard_labels"), g.scratchObject("guard_crowded")
	edges := g.scratchObject("guard_edges")
	g.refused = g.scratchObject("guard_refused")
	g.links = &allowed
	g.solve(nodes, seed, labels)
	g.let(crowded, g.crowdedClusters(nodes, labels))
	g.let(edges, g.guardedEdges(allowed, nodes, labels, crowded))
	bigints := func(names ...string) (out []rel.Column) {
		for _, n := range names {
			out = append(out, rel.Column{Name: n, Type: rel.BigInt})
		}
		return out
	}
	e := func(name string) rel.Item { return item(rel.C("e", name), name) }
	kernel := &rel.Kernel{Name: "guarded", Out: g.refused, Columns: bigints(colA, colB, colWhy, colFrom), In: []rel.Rel{
		&rel.Select{From: table(edges, "e"), Items: []rel.Item{e(colNo), e(colA), e(colB)}}, g.marks(nodes, labels, crowded)}}
	if g.forbidden != nil {
		kernel.In = append(kernel.In, &rel.Select{From: table(*g.forbidden, "e"), Items: []rel.Item{e(colA), e(colB), e(colNo)}})
	}
	g.program = append(g.program, kernel)
	calm := rel.Join{Kind: rel.Anti, Source: table(crowded, "c"), On: []rel.Expr{rel.Eq(rel.C("c", colLabel), rel.C("l", colLabel))}}
	return []rel.Rel{
		&rel.Select{From: table(labels, "l"), Joins: []rel.Join{calm}, Items: []rel.Item{item(rel.C("l", colKey), colA), item(rel.C("l", colLabel), colB)}},
		&rel.Select{From: table(edges, "e"), Joins: []rel.Join{withoutPairs("e", &rel.Select{From: table(g.refused, "r"),
			Items: []rel.Item{item(rel.C("r", colA), colA), item(rel.C("r", colB), colB)}})}, Items: []rel.Item{e(colA), e(colB)}}}
}

// labelled joins the label of a key to a source; label is that of a key which may lack one, being the least of its component.
func labelled(labels rel.Object, key rel.Expr) (join rel.Join, label rel.Expr) {
	return rel.Join{Kind: rel.Left, Source: table(labels, "l"), On: []rel.Expr{rel.Eq(rel.C("l", colKey), key)}}, rel.F(rel.Coalesce, rel.C("l", colLabel), key)
}

// perType is a value for each limited type, by the type of a node.
func (g *graph) perType(alias string, value func(i int, l model.ClusterLimit) int64) rel.Expr {
	c := &rel.Case{}
	for i, l := range g.n.Guards.PerCluster {
		c.Whens = append(c.Whens, rel.When{If: rel.Eq(rel.C(alias, colNodeType), rel.S(l.Type.Name)), Then: rel.I(value(i, l))})
	}
	if len(c.Whens) == 0 {
		return &rel.Cast{X: rel.Null(), Type: rel.BigInt}
	}
	return &rel.Cast{X: c, Type: rel.BigInt}
}

func mostOf(_ int, l model.ClusterLimit) int64  { return l.Most }
func placeOf(i int, _ model.ClusterLimit) int64 { return int64(i) }

// crowdedClusters are the labels of components with more ids of a type than they may have, or with both ends of a forbidden pair.
func (g *graph) crowdedClusters(nodes, labels rel.Object) rel.Rel {
	join, label := labelled(labels, rel.C("n", colKey))
	most := g.perType("n", mostOf)
	full := &rel.Select{From: table(nodes, "n"), Joins: []rel.Join{join}, Where: []rel.Expr{rel.NotNull(most)},
		GroupBy: []rel.Expr{label, rel.C("n", colNodeType)}, Having: []rel.Expr{&rel.Op{Op: ">", Args: []rel.Expr{&rel.Agg{Fn: rel.CountStar}, most}}},
		Items: []rel.Item{item(label, colLabel)}}
	all := []rel.Rel{full}
	if g.forbidden != nil {
		a, labelA := labelled(labels, rel.C("f", colA))
		b := rel.Join{Kind: rel.Left, Source: table(labels, "k"), On: []rel.Expr{rel.Eq(rel.C("k", colKey), rel.C("f", colB))}}
		all = append(all, &rel.Select{From: table(*g.forbidden, "f"), Joins: []rel.Join{a, b}, Items: []rel.Item{item(labelA, colLabel)},
			Where: []rel.Expr{rel.Eq(labelA, rel.F(rel.Coalesce, rel.C("k", colLabel), rel.C("f", colB)))}})
	}
	return &rel.Select{From: rel.Source{Rel: united(all, nil), Alias: "u"}, Distinct: true, Items: []rel.Item{item(rel.C("u", colLabel), colLabel)}}
}

// within joins what belongs to a crowded component.
func inCrowded(crowded rel.Object, label rel.Expr) rel.Join {
	return rel.Join{Kind: rel.Semi, Source: table(crowded, "c"), On: []rel.Expr{rel.Eq(rel.C("c", colLabel), label)}}
}

// guardedEdges are the edges of crowded components with their place in the order in which they are joined: the strongest first,
// then the one that was seen first, then by the ids themselves, so that the order is the same on every engine.
func (g *graph) guardedEdges(allowed, nodes, labels, crowded rel.Object) rel.Rel {
	join, label := labelled(labels, rel.C("p", colA))
	end := func(alias, col string) rel.Join {
		return rel.Join{Kind: rel.Inner, Source: table(nodes, alias), On: []rel.Expr{rel.Eq(rel.C(alias, colKey), rel.C("p", col))}}
	}
	text := func(alias string) rel.Expr {
		return rel.F(rel.ByBytes, rel.F(rel.Concat, rel.C(alias, colNodeType), rel.S(":"), rel.C(alias, colNode)))
	}
	order := []rel.Order{{Expr: rel.C("p", colStrength)}, {Expr: rel.C("p", colFirstSeen), NullsLast: true},
		{Expr: rel.F(rel.Least, text("n"), text("m"))}, {Expr: rel.F(rel.Greatest, text("n"), text("m"))}}
	return &rel.Select{From: table(allowed, "p"), Joins: []rel.Join{join, end("n", colA), end("m", colB), inCrowded(crowded, label)}, Items: []rel.Item{
		item(&rel.Win{Fn: rel.RowNumber, Over: rel.Window{OrderBy: order}}, colNo), item(rel.C("p", colA), colA), item(rel.C("p", colB), colB)}}
}

// marks are the keys of crowded components whose number is limited, with the place of their limit and the limit.
func (g *graph) marks(nodes, labels, crowded rel.Object) rel.Rel {
	join, label := labelled(labels, rel.C("n", colKey))
	return &rel.Select{From: table(nodes, "n"), Joins: []rel.Join{join, inCrowded(crowded, label)}, Where: []rel.Expr{rel.NotNull(g.perType("n", mostOf))},
		Items: []rel.Item{item(rel.C("n", colKey), colKey), item(g.perType("n", placeOf), colNo), item(g.perType("n", mostOf), colMost)}}
}

// droppedColumns are those of the table of edges of rows that do not count, which each has once: the ends in the order of type and
// value, by what it was dropped, and with what numbers.
var droppedColumns = []rel.Column{{Name: colID1, Type: rel.Text}, {Name: colID1Type, Type: rel.Text}, {Name: colID2, Type: rel.Text}, {Name: colID2Type, Type: rel.Text},
	{Name: colDroppedBy, Type: rel.Text}, {Name: colDetail, Type: rel.Text}}

// drops are the edges of rows that do not count, in the order in which guards look at them.
func (g *graph) drops(pairs, cut, nodes rel.Object) rel.Rel {
	var all []rel.Rel
	none := &rel.Cast{X: rel.Null(), Type: rel.Text}
	if g.n.Rules != nil { // links take nothing away
		sel := &rel.Select{From: table(g.rules, "r"), Where: edgeRules(exclude)}
		for _, c := range edgeColumns {
			sel.Items = append(sel.Items, item(rel.C("r", c), c))
		}
		sel.Items = append(sel.Items, item(rel.S("rule"), colDroppedBy), item(none, colDetail))
		all = append(all, sel)
	}
	if g.decays() {
		all = append(all, named(table(pairs, "p"), nodes, rel.S("valid_for"), none, rel.Eq(rel.C("p", colDecayed), rel.I(1))))
	}
	if len(g.limits) > 0 {
		all = append(all, g.cutDrops(cut))
	}
	if g.clustered() {
		all = append(all, named(table(g.refused, "p"), nodes, g.refusedBy(), g.refusedDetail()))
	}
	return united(all, droppedColumns)
}

// named are pairs of keys, under the alias p, as ids.
func named(pairs rel.Source, nodes rel.Object, by, detail rel.Expr, where ...rel.Expr) rel.Rel {
	text := func(alias, name string) rel.Expr { return rel.F(rel.ByBytes, rel.C(alias, name)) }
	before := func(name string) rel.Expr {
		return &rel.Op{Op: "<", Args: []rel.Expr{text("n", name), text("m", name)}}
	}
	straight := rel.Or(before(colNodeType), rel.And(rel.Eq(rel.C("n", colNodeType), rel.C("m", colNodeType)), before(colNode)))
	sel := &rel.Select{From: pairs, Where: where, Joins: []rel.Join{
		{Kind: rel.Inner, Source: table(nodes, "n"), On: []rel.Expr{rel.Eq(rel.C("n", colKey), rel.C("p", colA))}},
		{Kind: rel.Inner, Source: table(nodes, "m"), On: []rel.Expr{rel.Eq(rel.C("m", colKey), rel.C("p", colB))}}}}
	for i, c := range edgeColumns {
		name := []string{colNode, colNodeType}[i%2]
		x, y := rel.C("n", name), rel.C("m", name)
		if i >= 2 {
			x, y = y, x
		}
		sel.Items = append(sel.Items, item(&rel.Case{Whens: []rel.When{{If: straight, Then: x}}, Else: y}, c))
	}
	sel.Items = append(sel.Items, item(by, colDroppedBy), item(detail, colDetail))
	return sel
}

// cutDrops are the edges that limits took away, each once: both ends may have too many, and of several limits.
func (g *graph) cutDrops(cut rel.Object) rel.Rel {
	col := func(name string) rel.Expr { return rel.C("c", name) }
	text := func(name string) rel.Expr { return rel.F(rel.ByBytes, col(name)) }
	before := func(a, b string) rel.Expr { return &rel.Op{Op: "<", Args: []rel.Expr{text(a), text(b)}} }
	straight := rel.Or(before(colID1Type, colID2Type), rel.And(rel.Eq(col(colID1Type), col(colID2Type)), before(colID1, colID2)))
	ordered := &rel.Select{From: table(cut, "c")}
	for i, c := range edgeColumns {
		ordered.Items = append(ordered.Items, item(&rel.Case{Whens: []rel.When{{If: straight, Then: col(c)}}, Else: col(edgeColumns[(i+2)%4])}, c))
	}
	ordered.Items = append(ordered.Items, item(g.cutBy(), colDroppedBy), item(cutDetail(), colDetail))
	out := &rel.Select{From: rel.Source{Rel: ordered, Alias: "o"}}
	for _, c := range edgeColumns {
		out.Items = append(out.Items, item(rel.C("o", c), c))
		out.GroupBy = append(out.GroupBy, rel.C("o", c))
	}
	byText := func(name string) rel.Order { return rel.Order{Expr: rel.F(rel.ByBytes, rel.C("o", name))} }
	for _, c := range []string{colDroppedBy, colDetail} {
		out.Items = append(out.Items, item(&rel.Agg{Fn: rel.FirstRow, Args: []rel.Expr{rel.C("o", c)}, OrderBy: []rel.Order{byText(colDroppedBy), byText(colDetail)}}, c))
	}
	return out
}

// cutBy is by what limit an edge was cut.
func (g *graph) cutBy() rel.Expr {
	parts := []rel.Expr{rel.S("cardinality: "), rel.C("c", colID1Type), rel.S(" to "), rel.C("c", colID2Type)}
	if len(g.windowed()) > 0 {
		within := rel.F(rel.Concat, rel.S(" within "), rel.C("c", colWithin))
		parts = append(parts, rel.F(rel.Coalesce, within, rel.S("")))
	}
	return rel.F(rel.Concat, parts...)
}

// refusedBy is by what guard an edge was refused, refusedDetail with what numbers.
func (g *graph) refusedBy() rel.Expr {
	c := &rel.Case{}
	for i, l := range g.n.Guards.PerCluster {
		c.Whens = append(c.Whens, rel.When{If: rel.Eq(rel.C("p", colWhy), rel.I(int64(i))), Then: rel.S(l.Name())})
	}
	if g.forbidden != nil {
		pair := &rel.Op{Op: "-", Args: []rel.Expr{rel.I(-1), rel.C("p", colWhy)}}
		c.Else = rel.F(rel.Concat, rel.S("decision "), &rel.Cast{X: pair, Type: rel.Text})
	}
	if len(c.Whens) == 0 {
		return c.Else
	}
	return c
}

func (g *graph) refusedDetail() rel.Expr {
	c := &rel.Case{Else: &rel.Cast{X: rel.Null(), Type: rel.Text}}
	for i, l := range g.n.Guards.PerCluster {
		numbers := rel.F(rel.Concat, rel.S(`{"maximum": `+strconv.FormatInt(l.Most, 10)+`, "found": `), &rel.Cast{X: rel.C("p", colFrom), Type: rel.Text}, rel.S("}"))
		c.Whens = append(c.Whens, rel.When{If: rel.Eq(rel.C("p", colWhy), rel.I(int64(i))), Then: numbers})
	}
	if len(c.Whens) == 0 {
		return c.Else
	}
	return c
}
