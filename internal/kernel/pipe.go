package kernel

import (
	"context"
	"sync/atomic"
)

// pipeBatches is how many batches may wait between an input and the computation.
const pipeBatches = 8

// pipe streams an input into add, which runs beside it: while one batch is worked on, the warehouse makes the next. Batches come
// in the order of the source, one at a time. The error is that of the source, of ctx or of add; when pipe returns, both are done.
func pipe(ctx context.Context, source Source, add func(Batch) error) error {
	full, free := make(chan Batch, pipeBatches), make(chan Batch, pipeBatches+1)
	var failed atomic.Pointer[error]
	done := make(chan struct{})
	go func() {
		defer close(done)
		for b := range full {
			if failed.Load() == nil {
				if err := add(b); err != nil {
					failed.Store(&err)
				}
			}
			select {
			case free <- b:
			default:
			}
		}
	}()
	err := source(ctx, func(b Batch) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		if f := failed.Load(); f != nil {
			return *f
		}
		var held Batch
		select {
		case held = <-free:
		default:
		}
		full <- b.copyTo(held)
		return nil
	})
	close(full)
	<-done
	if f := failed.Load(); f != nil {
		return *f
	}
	return err
}

// copyTo copies a batch into the memory of another one, which is of no use after that.
func (b Batch) copyTo(held Batch) Batch {
	out := Batch{Cols: resize(held.Cols, len(b.Cols)), Valid: resize(held.Valid, len(b.Cols))}
	for i, col := range b.Cols {
		out.Cols[i] = append(out.Cols[i][:0], col...)
	}
	for i := range out.Valid {
		if i < len(b.Valid) && b.Valid[i] != nil {
			out.Valid[i] = append(out.Valid[i][:0], b.Valid[i]...)
		} else {
			out.Valid[i] = nil
		}
	}
	return out
}

func resize[T any](s [][]T, n int) [][]T {
	for len(s) < n {
		s = append(s, nil)
	}
	return s[:n]
}
