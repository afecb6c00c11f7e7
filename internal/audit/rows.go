package audit

import (
	"strings"
	"time"

	"kith/internal/rel"
)

// row reads the values of a row.
type row []any

func (r row) text(i int) string { s, _ := r[i].(string); return s }
func (r row) int(i int) int64   { n, _ := r[i].(int64); return n }

func (r row) time(i int) *time.Time {
	t, ok := r[i].(time.Time)
	if !ok {
		return nil
	}
	t = t.UTC()
	return &t
}

func table(o rel.Object, alias string) rel.Source {
	return rel.Source{Rel: &rel.Table{Object: o}, Alias: alias}
}

func from(r rel.Rel, alias string) rel.Source { return rel.Source{Rel: r, Alias: alias} }

func item(x rel.Expr, as string) rel.Item { return rel.Item{Expr: x, As: as} }

func count() rel.Expr { return &rel.Agg{Fn: rel.CountStar} }

func sum(x rel.Expr) rel.Expr {
	return &rel.Cast{X: &rel.Agg{Fn: rel.Sum, Args: []rel.Expr{x}}, Type: rel.BigInt}
}

func op(name string, a, b rel.Expr) rel.Expr { return &rel.Op{Op: name, Args: []rel.Expr{a, b}} }

func in(x rel.Expr, values []string) rel.Expr {
	l := &rel.InList{X: x}
	for _, v := range values {
		l.List = append(l.List, rel.S(v))
	}
	return l
}

func percent(n, of int64) float64 {
	if of == 0 {
		return 0
	}
	return 100 * float64(n) / float64(of)
}

// cause is what dropped an edge, without the number of a decision.
func cause(droppedBy string) string {
	if strings.HasPrefix(droppedBy, "decision ") {
		return "decisions"
	}
	return droppedBy
}
