package kernel

import (
	"cmp"
	"context"
	"slices"
)

// A pair that a matching may take.
type ranked struct{ rank, a, b int64 }

// rankedBytes is what a pair takes: the pair itself, and at most an entry each for its two sides.
const rankedBytes = 24 + 2*32

// matching takes the pairs of one input in the order of their ranks, each whose sides no pair before it has taken. Ranks are
// distinct, so the result depends on no order of rows.
func matching(ctx context.Context, in []Source, o Options) (*Result, error) {
	var pairs []ranked
	for _, source := range in {
		err := source(ctx, func(b Batch) error {
			if err := ctx.Err(); err != nil {
				return err
			}
			if need := int64(len(pairs)+b.Len()) * rankedBytes; o.Memory > 0 && need > o.Memory {
				return &MemoryError{Nodes: int64(len(pairs)), Need: need, Budget: o.Memory}
			}
			for r := range b.Len() {
				pairs = append(pairs, ranked{b.Cols[0][r], b.Cols[1][r], b.Cols[2][r]})
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	slices.SortFunc(pairs, func(x, y ranked) int { return cmp.Compare(x.rank, y.rank) })
	taken := [2]map[int64]bool{{}, {}}
	var ranks []int64
	for _, p := range pairs {
		if !taken[0][p.a] && !taken[1][p.b] {
			taken[0][p.a], taken[1][p.b] = true, true
			ranks = append(ranks, p.rank)
		}
	}
	rows := int64(len(ranks))
	next := func() (Batch, error) {
		if err := ctx.Err(); err != nil {
			return Batch{}, err
		}
		n := min(len(ranks), labelBatch)
		b := Batch{Cols: [][]int64{ranks[:n]}, Valid: [][]bool{nil}}
		ranks = ranks[n:]
		return b, nil
	}
	return &Result{Rows: rows, Next: next}, nil
}
