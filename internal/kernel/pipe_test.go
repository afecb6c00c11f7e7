package kernel

import (
	"context"
	"errors"
	"slices"
	"testing"
)

// TestPipe gives batches whose memory is used again at once, of changing widths, and finds them all in order.
func TestPipe(t *testing.T) {
	held := Batch{Cols: [][]int64{{0}, {0}}, Valid: [][]bool{nil, {true}}}
	var got []int64
	err := pipe(t.Context(), func(_ context.Context, fn func(Batch) error) error {
		for i := range int64(1000) {
			held.Cols[0][0], held.Cols[1][0], held.Valid[1][0] = i, -i, i%2 == 0
			b := held
			if i%3 == 0 {
				b = Batch{Cols: held.Cols[:1]}
			}
			if err := fn(b); err != nil {
				return err
			}
		}
		return nil
	}, func(b Batch) error {
		i := b.Cols[0][0]
		got = append(got, i)
		if wide := i%3 != 0; wide != (len(b.Cols) == 2) || wide && (b.Cols[1][0] != -i || b.Valid[1][0] != (i%2 == 0)) || b.Valid[0] != nil {
			t.Errorf("batch %d came as %+v", i, b)
		}
		return nil
	})
	if err != nil || len(got) != 1000 || !slices.IsSorted(got) {
		t.Errorf("%d batches, %v", len(got), err)
	}
}

// TestPipeStops holds that an error of the computation ends the source, and is what comes out.
func TestPipeStops(t *testing.T) {
	broken := errors.New("broken")
	given := 0
	err := pipe(t.Context(), func(_ context.Context, fn func(Batch) error) error {
		for {
			given++
			if err := fn(Batch{Cols: [][]int64{{1}}}); err != nil {
				return err
			}
		}
	}, func(Batch) error { return broken })
	if !errors.Is(err, broken) || given > 1_000_000 {
		t.Errorf("%v after %d batches", err, given)
	}
}
