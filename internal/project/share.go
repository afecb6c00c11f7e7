package project

import (
	"context"

	"kith/internal/catalog"
	"kith/internal/rel"
	"kith/internal/run"
)

// share tells how large one table is against another: by their rows, where the engine counts them, else by the room they take. It gives
// 0 where nothing is known, and is nil without a warehouse.
func share(c catalog.Catalog) func(small, large rel.Object) float64 {
	if c == nil {
		return nil
	}
	rows := func(o rel.Object) int64 {
		if t, ok, err := c.Table(o); err == nil && ok { // a number to go by: its absence is no failure
			return t.Rows
		}
		return -1
	}
	bytes := func(o rel.Object) int64 {
		if sized, is := c.(run.Sized); is {
			if n, known, err := sized.Bytes(context.Background(), o); err == nil && known {
				return n
			}
		}
		return -1
	}
	return func(small, large rel.Object) float64 {
		for _, size := range []func(rel.Object) int64{rows, bytes} {
			if a, b := size(small), size(large); a >= 0 && b >= 0 {
				return float64(a) / float64(max(b, 1))
			}
		}
		return 0
	}
}
