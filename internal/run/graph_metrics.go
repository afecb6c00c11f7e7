package run

import (
	"context"
	"errors"
	"time"

	"kith/internal/audit"
	"kith/internal/dialect"
	"kith/internal/lower"
	"kith/internal/model"
	"kith/internal/plan"
	"kith/internal/rel"
)

// metricTable has the metrics of every identity graph that was built, a row for each.
var metricTable = rel.Named(rel.Internal, "kith_graph_metrics")

var metricColumns = []rel.Column{
	{Name: "run_no", Type: rel.BigInt}, {Name: "seq_no", Type: rel.BigInt}, {Name: "model_ref", Type: rel.Text}, {Name: "material_name", Type: rel.Text},
	{Name: "measured_at", Type: rel.Timestamp}, {Name: "metric", Type: rel.Text}, {Name: "value", Type: rel.Double},
}

// keepMetrics keeps the metrics of a graph that a step has built: one query over its mapping. Those of an earlier build under its name go.
func (r *Registry) keepMetrics(ctx context.Context, s *Step, at time.Time) error {
	n, ok := s.Node.(*model.Stitcher)
	if !ok || n.Collator || s.Action != plan.Build {
		return nil
	}
	parts := lower.PartsOf(n, s.Out.Name(), dialect.LongestName(r.Dialect))
	metrics, err := audit.Measure(ctx, measured{r}, n.Entity, parts.Mapping)
	if err != nil {
		return err
	}
	rows := &rel.Values{Columns: metricColumns}
	var names []string
	for _, c := range metricColumns {
		names = append(names, c.Name)
	}
	for _, m := range metrics {
		var row []rel.Expr
		for _, v := range []any{r.lease.fence, s.SeqNo, string(s.Ref), s.Out.Name(), stamp(at), m.Name, m.Value} {
			row = append(row, &rel.Lit{Value: v})
		}
		rows.Rows = append(rows.Rows, row)
	}
	return r.exec(ctx, rel.Program{
		&rel.Delete{Into: metricTable, Where: []rel.Expr{rel.Eq(rel.C("t", "material_name"), rel.S(s.Out.Name()))}},
		&rel.Insert{Into: metricTable, Columns: names, Body: rows}})
}

// measured lets a registry be asked for the figures of a graph.
type measured struct{ r *Registry }

// Rows runs a query and returns all its rows.
func (m measured) Rows(ctx context.Context, q rel.Rel) ([][]any, error) { return m.r.rows(ctx, q) }

// GraphMetrics are the metrics of the builds of a graph, the oldest first; none of a warehouse that has no table of them.
func (r *Registry) GraphMetrics(ctx context.Context, ref string) ([]audit.TrendPoint, error) {
	sel := r.selectFrom(metricTable, "measured_at", "run_no", "seq_no", "material_name", "metric", "value")
	sel.Where = []rel.Expr{rel.Eq(rel.C("t", "model_ref"), rel.S(ref))}
	rows, err := r.rows(ctx, sel)
	var sq *SQLError
	if errors.As(err, &sq) && sq.Kind == "missing_table" {
		return nil, nil
	}
	var out []audit.TrendPoint
	for _, row := range rows {
		name, _ := row[3].(string)
		if len(out) == 0 || out[len(out)-1].Material != name {
			p := audit.TrendPoint{Material: name, Metrics: map[string]float64{}}
			p.At, _ = row[0].(time.Time)
			p.At = p.At.UTC()
			p.SeqNo, _ = row[2].(int64)
			out = append(out, p)
		}
		metric, _ := row[4].(string)
		out[len(out)-1].Metrics[metric], _ = row[5].(float64)
	}
	return out, err
}
