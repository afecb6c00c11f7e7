package audit

import (
	"context"
	"strings"

	"kith/internal/identity"
	"kith/internal/lower"
	"kith/internal/model"
	"kith/internal/rel"
)

// Metric is a figure of a graph with a name.
type Metric struct {
	Name  string
	Value float64
}

// Measure takes the metrics of a graph that every run keeps: one pass over its mapping.
func Measure(ctx context.Context, w Rows, e *model.Entity, mapping rel.Object) ([]Metric, error) {
	sizes, types, err := shapeOf(ctx, w, e, mapping)
	if err != nil {
		return nil, err
	}
	return metricsOf(summary(sizes), sizes, types), nil
}

func shapeOf(ctx context.Context, w Rows, e *model.Entity, mapping rel.Object) (identity.Sizes, []Type, error) {
	rows, err := w.Rows(ctx, lower.GraphShape(e, mapping))
	if err != nil {
		return nil, nil, err
	}
	sizes, types := identity.Sizes{}, make([]Type, len(e.IDTypes))
	for i, t := range e.IDTypes {
		types[i].Type = t.Name
	}
	for _, r := range rows {
		r := row(r)
		sizes = append(sizes, identity.SizeCount{Size: r.int(0), Count: r.int(1)})
		for i := range types {
			t, at := &types[i], 2+3*i
			t.IDs += r.int(at)
			t.Clusters += r.int(at + 1)
			t.Most = max(t.Most, r.int(at+2))
			if r.int(0) == 1 {
				t.Singletons += r.int(at)
			}
		}
	}
	return sizes, types, nil
}

func metricsOf(s Summary, sizes identity.Sizes, types []Type) []Metric {
	out := []Metric{{"ids", float64(s.IDs)}, {"clusters", float64(s.Clusters)}, {"singletons", float64(s.Singletons)}, {"singletons_percent", s.SingletonsPercent},
		{"largest", float64(s.LargestIDs)}, {"largest_percent", s.LargestPercent}, {"ids_per_cluster", s.IDsPerCluster}, {"consolidation_percent", s.Consolidation}}
	for _, p := range Percents {
		out = append(out, Metric{percentName(p), float64(sizes.Percentile(p))})
	}
	for _, t := range types {
		out = append(out, Metric{"ids:" + t.Type, float64(t.IDs)}, Metric{"singletons:" + t.Type, float64(t.Singletons)})
	}
	return out
}

// percentName is the name of a percentile: p50, p99_9.
func percentName(p float64) string { return "p" + strings.ReplaceAll(number(p), ".", "_") }

// Metrics are the figures of an audit that a limit may be set on. What changed is among them only where there was a graph before.
func (a *Audit) Metrics() []Metric {
	out := metricsOf(a.Summary, a.Sizes.sizes, a.Types)
	out = append(out, Metric{"pairs", float64(a.Edges.Pairs)})
	var dropped int64
	for _, d := range a.Edges.Lost {
		dropped += d.Pairs
	}
	var worst int64
	for _, s := range a.Suspects {
		worst = max(worst, s.Separated)
	}
	out = append(out, Metric{"dropped_pairs", float64(dropped)}, Metric{"suspects", float64(a.SuspectsFound)}, Metric{"separated", float64(worst)})
	if d := a.Drift; d != nil {
		growth := func(before, now int64) float64 { return percent(now-before, before) }
		out = append(out, Metric{"clusters_merged", float64(d.Merged)}, Metric{"clusters_split", float64(d.Split)}, Metric{"clusters_new", float64(d.New)},
			Metric{"clusters_gone", float64(d.Gone)}, Metric{"ids_new", float64(d.IDsNew)}, Metric{"ids_gone", float64(d.IDsGone)}, Metric{"ids_moved", float64(d.IDsMoved)},
			Metric{"ids_growth_percent", growth(d.Before.IDs, d.Now.IDs)}, Metric{"clusters_growth_percent", growth(d.Before.Clusters, d.Now.Clusters)},
			Metric{"largest_growth_percent", growth(d.Before.LargestIDs, d.Now.LargestIDs)})
	}
	return out
}

// TrendMetrics are those that a table of builds shows, with what they are called there.
var TrendMetrics = []struct{ Name, Label string }{{"ids", "ids"}, {"clusters", "clusters"}, {"ids_per_cluster", "ids each"}, {"singletons_percent", "singletons %"},
	{"p99", "p99"}, {"largest", "largest"}}
