package lower

import (
	"fmt"

	"kith/internal/model"
	"kith/internal/rel"
	"kith/internal/source"
	"kith/internal/sqltext"
	"kith/internal/template"
)

// window is a window var's value in the fused statement: the value on the first row in window order. Rows of equal place are
// settled as though the value were one more order term in the direction of the last one, and a NULL never wins over a value.
// The rows are those that pass the where; there is no GROUP BY of the user's.
//
// The usual case, first_value or last_value over the whole partition, is the value at the least or greatest key and needs no
// sort. Everything else is computed as a window, with a rank in the same order beside it so that one sort serves both.
func (f *fused) window(v *model.EntityVar, where rel.Expr) rel.Expr {
	if x := f.extreme(v, where); x != nil {
		return x
	}
	id := rel.C(rowsAlias, f.b.cohort.Entity.IDColumn)
	partition := []rel.Expr{id}
	if where != nil {
		partition = append(partition, rel.F(rel.Coalesce, where, &rel.Lit{Value: false}))
	}
	u := f.l.bind(v.Select, f.binding())
	rank := ""
	if v.Window != nil {
		order := f.orders(v.Window)
		own := append([]rel.Expr{}, partition...)
		for _, p := range v.Window.PartitionBy {
			own = append(own, f.l.bind(p, f.binding()))
		}
		u.Over = &rel.UserWindow{PartitionBy: own, OrderBy: order, Frame: v.Window.Frame, Settle: true, SettleDesc: descends(v.Window)}
		if len(order) > 0 {
			rank = f.rank(v, partition, order)
		}
	}
	col := fmt.Sprintf("__kith_w%d", len(f.windowed)+1)
	f.windowed = append(f.windowed, item(u, col))
	cond := where
	if rank != "" {
		cond = rel.And(rel.Eq(rel.C(rowsAlias, rank), rel.I(1)), where)
	}
	fn := rel.LeastOf
	if v.Window != nil && descends(v.Window) {
		fn = rel.GreatestOf
	}
	return &rel.Agg{Fn: fn, Args: []rel.Expr{rel.C(rowsAlias, col)}, Filter: cond}
}

// descends tells the direction of the last order term.
func descends(w *model.Window) bool { return len(w.OrderBy) > 0 && w.OrderBy[len(w.OrderBy)-1].Desc }

// rank returns the column that numbers rows of equal place in the order alike, from 1. Equal ranks are one column.
func (f *fused) rank(v *model.EntityVar, partition []rel.Expr, order []rel.Order) string {
	key := ""
	if v.Where != nil {
		key = v.Where.Canonical()
	}
	for _, o := range v.Window.OrderBy {
		t := &sqltext.Tree{Rendered: template.Rendered{Text: source.Literal(sqltext.Print(o.Tree.Nodes), source.Span{}), Holes: o.Tree.Rendered.Holes}}
		key += fmt.Sprintf("\x00%s %v %s", t.Canonical(), o.Desc, o.Nulls)
	}
	if f.ranks[key] == "" {
		f.ranks[key] = fmt.Sprintf("%s%d", rankCol, len(f.ranks)+1)
		f.windowed = append(f.windowed, item(&rel.Win{Fn: rel.Rank, Over: rel.Window{PartitionBy: partition, OrderBy: order}}, f.ranks[key]))
	}
	return f.ranks[key]
}

func (f *fused) orders(w *model.Window) []rel.Order {
	var out []rel.Order
	for _, o := range w.OrderBy {
		out = append(out, rel.Order{Expr: f.l.bind(o.Tree, f.binding()), Desc: o.Desc, NullsLast: nullsLast(o)})
	}
	return out
}

// nullsLast is where NULLs go in an order of the user: where it is written, else last, as in the embedded engine.
func nullsLast(o *model.OrderTerm) bool { return o.Nulls != "first" }

// extreme is first_value or last_value over the full frame as the value on the first row of an order (for last_value the
// reverse of the window's), nil when the var is anything else. The value is the last term, so that equal rows are settled; a
// NULL never wins over a value.
func (f *fused) extreme(v *model.EntityVar, where rel.Expr) rel.Expr {
	w := v.Window
	if f.l.without(FirstAsExtreme) || w == nil || len(w.OrderBy) == 0 || len(w.PartitionBy) > 0 || !sqltext.FullFrame(w.Frame.S) {
		return nil
	}
	call := sqltext.SingleCall(v.Select)
	if call == nil || call.Over != nil || call.Filter != nil || len(call.ArgList) != 1 || len(call.OrderBy) > 0 {
		return nil
	}
	last := call.Name == "last_value"
	if !last && call.Name != "first_value" {
		return nil
	}
	var order []rel.Order
	for _, o := range w.OrderBy {
		order = append(order, rel.Order{Expr: f.l.bind(o.Tree, f.binding()), Desc: o.Desc != last, NullsLast: nullsLast(o) != last})
	}
	arg := &sqltext.Tree{Kind: sqltext.Scalar, Rendered: v.Select.Rendered, Nodes: call.ArgList[0]}
	value := f.l.bind(arg, f.binding())
	if call.IgnoreNulls {
		where = rel.And(where, rel.NotNull(value))
	}
	order = append(order, rel.Order{Expr: value, Desc: descends(w) != last, NullsLast: true})
	return &rel.Agg{Fn: rel.FirstRow, Args: []rel.Expr{value}, OrderBy: order, Filter: where}
}
