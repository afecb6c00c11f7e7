package audit

import (
	"context"

	"kith/internal/identity"
	"kith/internal/model"
	"kith/internal/rel"
)

// Percents are the percentiles of cluster sizes that are told.
var Percents = []float64{50, 90, 95, 99, 99.9}

// shape counts clusters by size and ids by type, in one pass over the mapping.
func (a *auditor) shape(ctx context.Context) error {
	sizes, types, err := shapeOf(ctx, a.w, a.g.Stitcher.Entity, a.g.Parts.Mapping)
	if err != nil {
		return err
	}
	for i := range types {
		t := &types[i]
		t.SingletonsPercent = percent(t.Singletons, t.IDs)
		if t.Clusters > 0 {
			t.Average = float64(t.IDs) / float64(t.Clusters)
		}
	}
	a.out.Types = types
	a.out.Sizes = sizeReport(sizes)
	a.out.Summary = summary(sizes)
	return nil
}

// sizesOf counts the clusters of a mapping by size.
func (a *auditor) sizesOf(ctx context.Context, mapping rel.Object) (identity.Sizes, error) {
	per := grouped(&rel.Table{Object: mapping}, "m", count(), "size", a.idColumn())
	q := grouped(per, "c", count(), "clusters", "size")
	rows, err := a.w.Rows(ctx, q)
	counts := map[int64]int64{}
	for _, r := range rows {
		counts[row(r).int(0)] += row(r).int(1)
	}
	return identity.SizesOf(counts), err
}

func summary(s identity.Sizes) Summary {
	out := Summary{IDs: s.Total(), Clusters: s.Count(), Singletons: s.Of(1), LargestIDs: s.Largest(), IDsPerCluster: s.Average()}
	out.SingletonsPercent = percent(out.Singletons, out.Clusters)
	out.LargestPercent = percent(out.LargestIDs, out.IDs)
	out.Consolidation = percent(out.IDs-out.Clusters, out.IDs)
	return out
}

func sizeReport(s identity.Sizes) SizeReport {
	out := SizeReport{sizes: s, Percentiles: []Percentile{}, Histogram: []Bin{}}
	if len(s) == 0 {
		return out
	}
	for _, p := range Percents {
		out.Percentiles = append(out.Percentiles, Percentile{p, s.Percentile(p)})
	}
	out.Percentiles = append(out.Percentiles, Percentile{100, s.Largest()})
	out.Histogram = histogram(s)
	return out
}

// histogram has bins that grow: 1, 2, 3, 4 to 5, 6 to 10, 11 to 20, 21 to 50, 51 to 100 and so on, up to the one of the largest
// cluster. Empty bins between others are there.
func histogram(s identity.Sizes) []Bin {
	var out []Bin
	low, i := int64(1), 0
	for k := 0; i < len(s); k++ {
		high := binEnd(k)
		b := Bin{From: low, To: high}
		for ; i < len(s) && s[i].Size <= high; i++ {
			b.Clusters += s[i].Count
			b.IDs += s[i].Count * s[i].Size
		}
		out = append(out, b)
		low = high + 1
	}
	return out
}

// binEnd is the last size of the k-th bin: 1, 2, 3, 5, 10, 20, 50, 100, 200, 500 ...
func binEnd(k int) int64 {
	if k < 3 {
		return int64(k) + 1
	}
	end := int64(5)
	for i := 3; i < k; i++ {
		if i%3 == 2 { // from 20 to 50, from 200 to 500
			end = end * 5 / 2
		} else {
			end *= 2
		}
	}
	return end
}

// declared are the names of the entity's id types in their order.
func declared(e *model.Entity) []string {
	var out []string
	for _, t := range e.IDTypes {
		out = append(out, t.Name)
	}
	return out
}
