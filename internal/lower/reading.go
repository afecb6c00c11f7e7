package lower

import (
	"fmt"

	"kith/internal/model"
	"kith/internal/rel"
	"kith/internal/sqltext"
)

// MarksSuffix is the table of how far each source of a graph was read.
const MarksSuffix = "_internal_marks"

// Columns of marks, and those of tuples that tell what of them will not change any more.
const (
	colWay          = "way"
	colMark         = "mark"
	colSettled      = "settled"
	colSettledFirst = "settled_first_at"
	colSettledLast  = "settled_last_at"
	colSettledRows  = "settled_rows"
)

var markColumns = []rel.Column{{Name: colSource, Type: rel.Text}, {Name: colWay, Type: rel.Text}, {Name: colMark, Type: rel.Timestamp}, {Name: colEnd, Type: rel.Timestamp}}

// reading is how a run that begins with an earlier graph reads an edge source.
//
// A row is settled when no later run can find that it is gone, that it changed, or that it is new: later runs leave it out, and take
// over what it added to its tuple. It is told by a time of the row and the mark of the source. A source of which nothing is ever
// settled is read whole and compared.
type reading struct {
	// at is the time that settles a row: when it was loaded, or when it occurred. nil: the source is read whole, and whole says why.
	at     *sqltext.Tree
	loaded bool
	whole  string
}

// way names what settles rows. A mark that was set by another way means nothing.
func (r reading) way() string {
	if r.loaded {
		return "loaded_at_col " + r.at.Canonical()
	}
	return "occurred_at_col " + r.at.Canonical()
}

// readingOf decides how a source is read.
func (g *graph) readingOf(es *model.EdgeSource) reading {
	promises := false
	var texts []*sqltext.Tree
	var loaded *sqltext.Tree
	switch s := es.From.(type) {
	case *model.Input:
		promises = s.Contract != nil && s.Contract.IsAppendOnly.Value
		loaded = s.LoadedAt
		texts = append(texts, s.Where, s.LoadedAt)
	case *model.SQLModel:
		promises = s.Contract != nil && s.Contract.IsAppendOnly.Value
	}
	occurred := es.From.SourceRows().OccurredAt
	if !promises {
		return reading{whole: "its contract does not promise is_append_only, so that any row may have changed or be gone"}
	}
	if loaded == nil && occurred == nil {
		return reading{whole: "neither loaded_at_col nor occurred_at_col tells which rows are new"}
	}
	if g.n.Rules != nil { // decisions are part of the definition
		return reading{whole: "manual rules may be about any of its ids"}
	}
	texts = append(texts, occurred)
	for _, id := range es.IDs {
		texts = append(texts, id.Select)
		for _, f := range id.Type.Filters {
			if f.Kind == model.BySQL {
				return reading{whole: fmt.Sprintf("a filter of %s reads values that may have changed", id.Type.Name)}
			}
		}
	}
	for _, t := range texts {
		if !settles(t) {
			return reading{whole: "the same row may have other ids, or no place, in another run: one of its texts reads the clock, the time of the run or another table"}
		}
	}
	if loaded != nil {
		return reading{at: loaded, loaded: true}
	}
	return reading{at: occurred}
}

// settles reports whether a text gives the same value for the same row in every run.
func settles(t *sqltext.Tree) bool {
	if t == nil {
		return true
	}
	if t.Opaque || t.Facts.Subqueries {
		return false
	}
	for _, h := range t.Rendered.Holes {
		if _, column := h.(model.ColumnHole); !column {
			return false
		}
	}
	return !t.Volatile()
}

// settledBefore is the condition, over a row of the source under alias s, that a row was settled when a mark was set.
func (g *graph) settledBefore(es *model.EdgeSource, r reading, marks rel.Object) rel.Expr {
	before := &rel.Op{Op: "<", Args: []rel.Expr{g.timeOf(es, r.at), g.markOf(marks, es, r, colMark)}}
	conds := []rel.Expr{before}
	if occurred := es.From.SourceRows().OccurredAt; r.loaded && occurred != nil { // a row of a later time was loaded and not to be seen
		at := g.timeOf(es, occurred)
		conds = append(conds, rel.Or(&rel.IsNull{X: at}, &rel.Op{Op: "<=", Args: []rel.Expr{at, g.markOf(marks, es, r, colEnd)}}))
	}
	return rel.F(rel.Coalesce, rel.And(conds...), &rel.Lit{Value: false})
}

func (g *graph) timeOf(es *model.EdgeSource, t *sqltext.Tree) rel.Expr {
	return rel.F(rel.ToTimestamp, g.l.user(t, es.From, "s"))
}

// markOf is a value of the mark of a source, NULL where it has none of that way.
func (g *graph) markOf(marks rel.Object, es *model.EdgeSource, r reading, column string) rel.Expr {
	return &rel.Scalar{Rel: g.marksOf(marks, es, r, &rel.Agg{Fn: rel.Max, Args: []rel.Expr{rel.C("m", column)}})}
}

func (g *graph) marksOf(marks rel.Object, es *model.EdgeSource, r reading, x rel.Expr) *rel.Select {
	return &rel.Select{From: table(marks, "m"), Items: []rel.Item{item(x, colMark)}, Where: []rel.Expr{
		rel.Eq(rel.C("m", colSource), rel.S(string(es.From.Addr()))), rel.Eq(rel.C("m", colWay), rel.S(r.way()))}}
}

// mark sets the marks of all sources. One by load time is the latest that a row has: rows loaded later have no earlier time, and
// those of the same time are read again. One by the time of occurrence lies incremental_timedelta before the end of the run. No mark
// goes back.
func (g *graph) mark() {
	var rows []rel.Rel
	for i, es := range g.n.Sources {
		r := g.readings[i]
		if r.at == nil || !usable(es.From) {
			continue
		}
		end := rel.Expr(&rel.Cast{X: &rel.Lit{Value: g.l.ctx.EndTime.UTC()}, Type: rel.Timestamp})
		mark := rel.Expr(&rel.Cast{X: &rel.Lit{Value: g.l.ctx.EndTime.UTC().Add(-g.n.Lookback)}, Type: rel.Timestamp})
		sel := &rel.Select{}
		if r.loaded {
			sel.From = rel.Source{Rel: g.l.sourceTable(es.From), Alias: "s"}
			mark = &rel.Agg{Fn: rel.Max, Args: []rel.Expr{g.timeOf(es, r.at)}}
		}
		if g.old != nil {
			mark = rel.F(rel.Greatest, mark, g.markOf(g.ofBase(MarksSuffix), es, r, colMark))
		}
		sel.Items = []rel.Item{item(rel.S(string(es.From.Addr())), colSource), item(rel.S(r.way()), colWay), item(mark, colMark), item(end, colEnd)}
		rows = append(rows, sel)
	}
	g.let(g.readTo, united(rows, markColumns))
}

// reading tells how each source is read, for the plan; nil for a graph that is built anew.
func (g *graph) reading() []string {
	if g.old == nil {
		return nil
	}
	var out []string
	for i, es := range g.n.Sources {
		if !usable(es.From) {
			continue
		}
		r, at := g.readings[i], es.From.Addr()
		switch {
		case r.at == nil:
			out = append(out, fmt.Sprintf("%s is read whole and compared: %s", at, r.whole))
		case r.loaded:
			out = append(out, fmt.Sprintf("%s: rows loaded since the latest that seq no %d saw (loaded_at_col)", at, g.old.SeqNo))
		default:
			out = append(out, fmt.Sprintf("%s: rows since %s before the end of seq no %d (incremental_timedelta), and those without a time", at, g.n.Lookback, g.old.SeqNo))
		}
	}
	return out
}
