package lower

import (
	"fmt"

	"kith/internal/model"
	"kith/internal/rel"
)

// tuples is the distinct combinations of ids on the rows of one edge source: all that the graph needs of the source, read
// in one scan, and usually far smaller than it.
type tuples struct {
	object rel.Object
	from   model.Source
	ids    []*model.RowID
	// layers is the object where it may consist of two tables; changed are the tuples that are not as they were in the graph that this
	// one begins with.
	layers  layered
	changed rel.Object
}

// tupleFigures are what is known of a tuple, and what of that will not change any more.
var tupleFigures = []struct {
	name, settled string
	fn            rel.AggFn
	typ           rel.Type
}{
	{colFirstSeen, colSettledFirst, rel.Min, rel.Timestamp},
	{colLastSeen, colSettledLast, rel.Max, rel.Timestamp},
	{colRows, colSettledRows, rel.Sum, rel.BigInt},
}

func idCol(i int) string { return fmt.Sprintf("id%d", i+1) }

func was(column string) string { return "was_" + column }

// readTuples keeps the distinct id tuples of a source with the earliest and the latest known time and the number of rows. A filter
// takes the id away, not the row: the other ids of the row stay together (modelling.md section 2.3). Empty ids count as absent.
func (g *graph) readTuples(i int, es *model.EdgeSource) {
	suffix := fmt.Sprintf("_internal_tuples_%d", i+1)
	t := tuples{object: g.l.part(g.out, suffix), from: es.From, ids: es.IDs}
	t.layers = layered{lower: t.object, live: colRows}
	for j := range es.IDs {
		t.layers.keys = append(t.layers.keys, layerKey{idCol(j), true})
		t.layers.columns = append(t.layers.columns, idCol(j))
	}
	for _, f := range tupleFigures {
		t.layers.columns = append(t.layers.columns, f.name)
	}
	for _, f := range tupleFigures {
		t.layers.columns = append(t.layers.columns, f.settled)
	}
	r := g.readings[i]
	switch {
	case g.old == nil:
		g.let(t.object, g.scan(es, r))
	case r.at == nil:
		g.let(t.object, g.scan(es, r))
		t.changed = g.scratchObject(fmt.Sprintf("changed_%d", i+1))
		g.let(t.changed, t.changes(t.object, []rel.Rel{g.ofOld(suffix, t.layers).pick(t.before(nil))}))
	default:
		fresh := g.scratchObject(fmt.Sprintf("read_%d", i+1))
		g.let(fresh, g.scan(es, r))
		t.changed = g.scratchObject(fmt.Sprintf("changed_%d", i+1))
		old := g.ofOld(suffix, t.layers)
		g.let(t.changed, t.changes(fresh, g.unsettled(es, r, t, old, fresh)))
		t.layers = g.extend(t.object, suffix, old, t.changed)
	}
	g.tuples = append(g.tuples, t)
}

// scan groups the rows of a source by their ids: all of them, or those that were not settled in the graph that this one begins with.
func (g *graph) scan(es *model.EdgeSource, r reading) *rel.Select {
	raw := &rel.Select{From: rel.Source{Rel: g.l.sourceTable(es.From), Alias: "s"}}
	kept := &rel.Select{From: rel.Source{Rel: raw, Alias: "r"}}
	all := &rel.Select{From: rel.Source{Rel: raw, Alias: "k"}}
	var any []rel.Expr
	for j, id := range es.IDs {
		c := idCol(j)
		raw.Items = append(raw.Items, item(idValue(id.Type.Normalize, g.l.user(id.Select, es.From, "s")), c))
		x := g.filtered(id.Type, rel.C("r", c))
		if _, same := x.(*rel.Col); !same {
			all.From.Rel = kept
		}
		kept.Items = append(kept.Items, item(x, c))
		all.Items = append(all.Items, item(rel.C("k", c), c))
		all.GroupBy = append(all.GroupBy, rel.C("k", c))
		any = append(any, rel.NotNull(rel.C("k", c)))
	}
	seen := rel.Expr(&rel.Cast{X: rel.Null(), Type: rel.Timestamp})
	if occurred := es.From.SourceRows().OccurredAt; occurred != nil {
		seen = g.timeOf(es, occurred)
	}
	raw.Items = append(raw.Items, item(seen, colFirstSeen))
	kept.Items = append(kept.Items, item(rel.C("r", colFirstSeen), colFirstSeen))
	var settled rel.Expr
	if r.at != nil {
		raw.Items = append(raw.Items, item(g.settledBefore(es, r, g.readTo), colSettled))
		kept.Items = append(kept.Items, item(rel.C("r", colSettled), colSettled))
		settled = rel.C("k", colSettled)
		if g.old != nil {
			raw.Where = []rel.Expr{&rel.Not{X: g.settledBefore(es, r, g.ofBase(MarksSuffix))}}
		}
	}
	all.Items = append(all.Items, figures(nil)...)
	all.Items = append(all.Items, settledFigures(settled)...)
	all.Where = []rel.Expr{rel.Or(any...)}
	return all
}

// figures are what is known of the rows under alias k that pass a filter.
func figures(filter rel.Expr) []rel.Item {
	at := []rel.Expr{rel.C("k", colFirstSeen)}
	return []rel.Item{item(&rel.Agg{Fn: rel.Min, Args: at, Filter: filter}, colFirstSeen), item(&rel.Agg{Fn: rel.Max, Args: at, Filter: filter}, colLastSeen),
		item(&rel.Agg{Fn: rel.CountStar, Filter: filter}, colRows)}
}

// settledFigures are figures of settled rows; nil settles none.
func settledFigures(settled rel.Expr) []rel.Item {
	var out []rel.Item
	for i, x := range figures(settled) {
		f := tupleFigures[i]
		if settled == nil {
			x.Expr = noFigure(f.typ)
		}
		out = append(out, item(x.Expr, f.settled))
	}
	return out
}

// noFigure is the figure of no rows.
func noFigure(t rel.Type) rel.Expr {
	if t == rel.BigInt {
		return &rel.Cast{X: rel.I(0), Type: t}
	}
	return &rel.Cast{X: rel.Null(), Type: t}
}

// before gives rows of tuples as they were. What is settled of them is taken over where the condition carried holds; nil takes over
// nothing.
func (t tuples) before(carried rel.Expr) func(rel.Source) *rel.Select {
	return func(from rel.Source) *rel.Select {
		sel := &rel.Select{From: from}
		for j := range t.ids {
			sel.Items = append(sel.Items, item(rel.C("t", idCol(j)), idCol(j)))
		}
		carry := func(f int) rel.Expr {
			typ := tupleFigures[f].typ
			if carried == nil {
				return noFigure(typ)
			}
			return &rel.Case{Whens: []rel.When{{If: carried, Then: rel.C("t", tupleFigures[f].settled)}}, Else: noFigure(typ)}
		}
		for f := range tupleFigures {
			sel.Items = append(sel.Items, item(carry(f), tupleFigures[f].name))
		}
		for f := range tupleFigures {
			sel.Items = append(sel.Items, item(carry(f), tupleFigures[f].settled))
		}
		for _, f := range tupleFigures {
			sel.Items = append(sel.Items, item(rel.C("t", f.name), was(f.name)))
		}
		for _, f := range tupleFigures {
			sel.Items = append(sel.Items, item(rel.C("t", f.settled), was(f.settled)))
		}
		return sel
	}
}

// unsettled are the tuples of the graph that this one begins with that rows which were read now may change: those of which not all
// rows were settled, and those that stand on such rows.
func (g *graph) unsettled(es *model.EdgeSource, r reading, t tuples, old layered, fresh rel.Object) []rel.Rel {
	same := &rel.Scalar{Rel: g.marksOf(g.ofBase(MarksSuffix), es, r, &rel.Op{Op: ">", Args: []rel.Expr{&rel.Agg{Fn: rel.CountStar}, rel.I(0)}})}
	whole := rel.And(same, rel.Eq(rel.C("t", colSettledRows), rel.C("t", colRows)))
	before := t.before(same)
	return []rel.Rel{
		old.pick(func(from rel.Source) *rel.Select {
			sel := before(from)
			sel.Where = []rel.Expr{&rel.Not{X: whole}}
			return sel
		}),
		old.pick(func(from rel.Source) *rel.Select {
			sel := before(from)
			sel.Where = []rel.Expr{whole}
			sel.Joins = []rel.Join{old.join(rel.Semi, &rel.Table{Object: fresh}, "f")}
			return sel
		})}
}

// changes are the tuples of which something is not as it was, with what they are and what they were: new ones were on 0 rows, those
// that are gone are.
func (t tuples) changes(fresh rel.Object, before []rel.Rel) rel.Rel {
	now := &rel.Select{From: table(fresh, "t")}
	all := &rel.Select{}
	for j := range t.ids {
		now.Items = append(now.Items, item(rel.C("t", idCol(j)), idCol(j)))
		all.Items = append(all.Items, item(rel.C("b", idCol(j)), idCol(j)))
		all.GroupBy = append(all.GroupBy, rel.C("b", idCol(j)))
	}
	add := func(name string, f int, x rel.Expr) {
		now.Items = append(now.Items, item(x, name))
		sum := rel.Expr(&rel.Agg{Fn: tupleFigures[f].fn, Args: []rel.Expr{rel.C("b", name)}})
		if tupleFigures[f].fn == rel.Sum {
			sum = &rel.Cast{X: sum, Type: rel.BigInt}
		}
		all.Items = append(all.Items, item(sum, name))
	}
	out := &rel.Select{Items: []rel.Item{star("c")}}
	var differs []rel.Expr
	differ := func(name string) {
		differs = append(differs, &rel.Op{Op: "is distinct from", Args: []rel.Expr{rel.C("c", name), rel.C("c", was(name))}})
	}
	for f, x := range tupleFigures {
		add(x.name, f, rel.C("t", x.name))
		differ(x.name)
	}
	for f, x := range tupleFigures {
		add(x.settled, f, rel.C("t", x.settled))
		differ(x.settled)
	}
	for f, x := range tupleFigures {
		add(was(x.name), f, noFigure(x.typ))
	}
	for f, x := range tupleFigures {
		add(was(x.settled), f, noFigure(x.typ))
	}
	all.From = rel.Source{Rel: &rel.Union{All: true, Rels: append([]rel.Rel{now}, before...)}, Alias: "b"}
	out.From = rel.Source{Rel: all, Alias: "c"}
	out.Where = []rel.Expr{rel.Or(differs...)}
	return out
}
