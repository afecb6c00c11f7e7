package lower

import (
	"kith/internal/rel"
)

// Layer tells that an object of a graph is a view: the rows of the table Over, of an earlier graph, save those whose keys are in
// the table Delta, and the rows of that.
type Layer struct{ Object, Over, Delta string }

// foldAbove is the share of changed rows from which the two tables of a layered object are written into one: readers pay for the
// layer in each query, and a fold is paid for once.
const foldAbove = 0.05

// layered is an object that has a lower table and, perhaps, an upper one that replaces and hides some of its rows.
type layered struct {
	lower rel.Object
	upper *rel.Object
	keys  []layerKey
	// live is the column of a row of the upper table that is NULL, or 0, where it only hides one of the lower.
	live string
	// columns are all columns, the keys included.
	columns []string
}

// layerKey is a column by which rows are found. A nullable one is never the empty text.
type layerKey struct {
	name     string
	nullable bool
}

func (k layerKey) of(alias string) rel.Expr {
	x := rel.Expr(rel.C(alias, k.name))
	if k.nullable { // engines join by equal values fast, and by equal values or two NULLs slowly
		x = rel.F(rel.Coalesce, x, rel.S(""))
	}
	return x
}

// join finds the rows of a relation that have the keys of those of alias t.
func (y layered) join(kind rel.JoinKind, r rel.Rel, alias string) rel.Join {
	j := rel.Join{Kind: kind, Source: rel.Source{Rel: r, Alias: alias}}
	for _, k := range y.keys {
		j.On = append(j.On, rel.Eq(k.of(alias), k.of("t")))
	}
	return j
}

func (y layered) isLive(alias string) rel.Expr {
	if y.live == colRows {
		return &rel.Op{Op: ">", Args: []rel.Expr{rel.C(alias, y.live), rel.I(0)}}
	}
	return rel.NotNull(rel.C(alias, y.live))
}

// pick makes of the rows of the object whatever shape makes of those of one table, under the alias t, row by row.
func (y layered) pick(shape func(from rel.Source) *rel.Select) rel.Rel {
	low := shape(table(y.lower, "t"))
	if y.upper == nil {
		return low
	}
	low.Joins = append(low.Joins, y.join(rel.Anti, &rel.Table{Object: *y.upper}, "u"))
	up := shape(table(*y.upper, "t"))
	up.Where = append(up.Where, y.isLive("t"))
	return &rel.Union{All: true, Rels: []rel.Rel{low, up}}
}

// all takes the rows of one table as they are.
func (y layered) all(from rel.Source) *rel.Select {
	sel := &rel.Select{From: from}
	for _, c := range y.columns {
		sel.Items = append(sel.Items, item(rel.C("t", c), c))
	}
	return sel
}

// without takes the rows whose keys a relation lacks.
func (y layered) without(r rel.Rel) func(rel.Source) *rel.Select {
	return func(from rel.Source) *rel.Select {
		sel := y.all(from)
		sel.Joins = []rel.Join{y.join(rel.Anti, r, "c")}
		return sel
	}
}

// ofOld is an object of the graph that this one begins with.
func (g *graph) ofOld(suffix string, y layered) layered {
	y.lower, y.upper = g.ofBase(suffix), nil
	for _, o := range g.old.Layers {
		if o.Object == y.lower.Name() {
			delta := rel.Named(rel.Internal, o.Delta)
			y.lower, y.upper = rel.Named(rel.Internal, o.Over), &delta
			break
		}
	}
	return y
}

// extend makes an object of the graph of that of the one it begins with and of the rows that changed, some of which only hide: a
// view over one table and a small one, or a table where the small one would have grown too large.
func (g *graph) extend(out rel.Object, suffix string, old layered, changed rel.Object) layered {
	hidden := &rel.Table{Object: changed}
	now := old
	if old.upper != nil && g.l.ctx.Share != nil && g.l.ctx.Share(*old.upper, old.lower) > foldAbove {
		fresh := old.all(table(changed, "t"))
		fresh.Where = []rel.Expr{old.isLive("t")}
		g.let(out, &rel.Union{All: true, Rels: []rel.Rel{old.pick(old.without(hidden)), fresh}})
		now.lower, now.upper = out, nil
		return now
	}
	delta := g.l.part(g.out, suffix+"_delta")
	rows := []rel.Rel{old.all(table(changed, "t"))}
	if old.upper != nil {
		rows = append(rows, old.without(hidden)(table(*old.upper, "t")))
	}
	g.let(delta, united(rows, nil))
	now.upper = &delta
	g.program = append(g.program, &rel.Let{Out: out, Kind: rel.MakeView, Body: now.pick(now.all)})
	g.layers = append(g.layers, Layer{Object: out.Name(), Over: now.lower.Name(), Delta: delta.Name()})
	return now
}
