package kernel

import (
	"context"
	"errors"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// edge is a row of keys; nil is NULL.
type edge []*int64

func row(keys ...int64) edge {
	var e edge
	for _, k := range keys {
		e = append(e, &k)
	}
	return e
}

// naive is the oracle: it repaints the smaller label over the larger one until nothing changes.
func naive(rows []edge) map[int64]int64 {
	label := map[int64]int64{}
	for _, e := range rows {
		for _, k := range e {
			if k != nil {
				label[*k] = *k
			}
		}
	}
	for changed := true; changed; {
		changed = false
		for _, e := range rows {
			low := int64(math.MaxInt64)
			for _, k := range e {
				if k != nil {
					low = min(low, label[*k])
				}
			}
			for _, k := range e {
				if k != nil && label[*k] != low {
					label[*k], changed = low, true
				}
			}
		}
	}
	return label
}

// batches cuts rows of equal width into batches of at most size rows.
func batches(rows []edge, size int) []Batch {
	var out []Batch
	for part := range slices.Chunk(rows, size) {
		b := Batch{Cols: make([][]int64, len(part[0])), Valid: make([][]bool, len(part[0]))}
		for c := range b.Cols {
			null := false
			for _, e := range part {
				v := int64(7) // a NULL's value must not be looked at
				if e[c] != nil {
					v = *e[c]
				}
				null = null || e[c] == nil
				b.Cols[c] = append(b.Cols[c], v)
				b.Valid[c] = append(b.Valid[c], e[c] != nil)
			}
			if !null {
				b.Valid[c] = nil
			}
		}
		out = append(out, b)
	}
	return out
}

func source(bs []Batch) Source {
	return func(_ context.Context, fn func(Batch) error) error {
		for _, b := range bs {
			if err := fn(b); err != nil {
				return err
			}
		}
		return nil
	}
}

// solve runs a kernel and checks that rows are ordered, unique and as many as announced.
func solve(t require, name string, o Options, in ...Source) map[int64]int64 {
	t.Helper()
	res, err := Run(context.Background(), name, in, o)
	if err != nil {
		t.Fatalf("run: %v", err)
	}
	got, n, last := map[int64]int64{}, int64(0), int64(0)
	for {
		b, err := res.Next()
		if err != nil {
			t.Fatalf("next: %v", err)
		}
		if b.Len() == 0 {
			break
		}
		for r, key := range b.Cols[0] {
			if n > 0 && key <= last {
				t.Fatalf("row %d: node %d follows %d", n, key, last)
			}
			got[key], last = b.Cols[1][r], key
			n++
		}
	}
	if n != res.Rows {
		t.Fatalf("%d rows, announced %d", n, res.Rows)
	}
	return got
}

type require interface {
	Helper()
	Fatalf(string, ...any)
}

func check(t require, rows []edge, size int) {
	t.Helper()
	want := naive(rows)
	if got := solve(t, "components", Options{}, source(batches(rows, size))); !maps.Equal(got, want) {
		t.Fatalf("labels of %d rows are not the oracle's:\n got %v\nwant %v", len(rows), clip(got), clip(want))
	}
	maps.DeleteFunc(want, func(node, label int64) bool { return node == label })
	if got := solve(t, "components_changed", Options{}, source(batches(rows, size))); !maps.Equal(got, want) {
		t.Fatalf("changed labels are not the oracle's:\n got %v\nwant %v", clip(got), clip(want))
	}
}

func clip(m map[int64]int64) any {
	if len(m) > 50 {
		return len(m)
	}
	return m
}

// TestComponents compares random graphs of every width, with NULLs, repeats and extreme keys, with the oracle.
func TestComponents(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		width := rapid.IntRange(1, 4).Draw(t, "width")
		key := rapid.OneOf(rapid.Int64Range(-5, 12), rapid.SampledFrom([]int64{math.MinInt64, math.MinInt64 + 1, math.MaxInt64, 0, -1}), rapid.Int64())
		cell := rapid.Custom(func(t *rapid.T) *int64 {
			if rapid.IntRange(0, 4).Draw(t, "null") == 0 {
				return nil
			}
			k := key.Draw(t, "key")
			return &k
		})
		rows := rapid.SliceOfN(rapid.Map(rapid.SliceOfN(cell, width, width), func(s []*int64) edge { return s }), 0, 60).Draw(t, "rows")
		check(t, rows, rapid.IntRange(1, 70).Draw(t, "size"))
	})
}

// TestOrderDoesNotMatter shuffles rows and swaps ends.
func TestOrderDoesNotMatter(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	var rows []edge
	for range 40_000 {
		rows = append(rows, row(rng.Int64N(30_000)*0x9E3779B97F4A7, -rng.Int64N(30_000)))
	}
	want := solve(t, "components", Options{}, source(batches(rows, 2048)))
	rng.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
	for i := range rows {
		rows[i] = edge{rows[i][1], rows[i][0]}
	}
	got := solve(t, "components", Options{}, source(batches(rows[:7], 3)), source(nil), source(batches(rows[7:], 999)))
	if !maps.Equal(got, want) {
		t.Fatal("labels depend on the order of edges")
	}
}

// TestShapes has the graphs that break naive algorithms, with labels known by construction.
func TestShapes(t *testing.T) {
	const n = 100_000
	chain := make([]edge, n)
	star := make([]edge, n)
	for i := range int64(n) {
		chain[i] = row(i, i+1)
		star[i] = row(n, i)
	}
	reversed, shuffled := slices.Clone(chain), slices.Clone(chain)
	slices.Reverse(reversed)
	rand.New(rand.NewPCG(3, 4)).Shuffle(n, func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
	// Pairs, then pairs of pairs, and so on: every union joins two roots of equal size.
	var tree []edge
	for step := int64(1); step < 1<<16; step *= 2 {
		for i := int64(0); i < 1<<16; i += 2 * step {
			tree = append(tree, row(i+2*step-1, i+step-1))
		}
	}
	for name, rows := range map[string][]edge{"chain": chain, "reversed chain": reversed, "shuffled chain": shuffled, "star": star, "tournament": tree} {
		got := solve(t, "components", Options{}, source(batches(rows, 2048)))
		want := n + 1
		if name == "tournament" {
			want = 1 << 16
		}
		if len(got) != want {
			t.Errorf("%s: %d nodes, want %d", name, len(got), want)
		}
		for node, label := range got {
			if label != 0 {
				t.Errorf("%s: node %d has label %d", name, node, label)
				break
			}
		}
	}
}

func TestSmall(t *testing.T) {
	check(t, nil, 1)
	check(t, []edge{row(5, 5)}, 1)
	check(t, []edge{row(5), row(5)}, 2)
	check(t, []edge{{nil}, {nil}}, 2)
	check(t, []edge{row(math.MinInt64, math.MaxInt64), row(math.MaxInt64, 0)}, 1)
	if got := solve(t, "components", Options{}); len(got) != 0 {
		t.Errorf("no input gives %v", got)
	}
}

func TestMemory(t *testing.T) {
	keys := make([]int64, 2048)
	var seen int64
	c := NewComponents(Options{Memory: 8 << 20})
	var err error
	for err == nil {
		for i := range keys {
			keys[i] = seen
			seen++
		}
		err = c.Add(Batch{Cols: [][]int64{keys}})
		if c.Bytes() > 8<<20 {
			t.Fatalf("%d bytes used", c.Bytes())
		}
	}
	var m *MemoryError
	if !errors.As(err, &m) || !IsMemory(err) || m.Budget != 8<<20 || m.Need <= m.Budget || m.Nodes != c.Nodes() {
		t.Fatalf("got %#v", err)
	}
	if m.Nodes < 100_000 {
		t.Errorf("8 MB hold only %d nodes", m.Nodes)
	}
}

// TestMemoryPerNode holds the figure that a caller's estimate rests on: at most 28 bytes a node once a graph is large.
func TestMemoryPerNode(t *testing.T) {
	c := NewComponents(Options{})
	keys := make([]int64, 4096)
	for n := int64(0); n < 3<<20; n += int64(len(keys)) {
		for i := range keys {
			keys[i] = (n + int64(i)) * 0x1E3779B97F4A7C15
		}
		if err := c.Add(Batch{Cols: [][]int64{keys}}); err != nil {
			t.Fatal(err)
		}
		if c.Nodes() > 1<<20 && c.Bytes() > c.Nodes()*28+chunkSize*nodeBytes {
			t.Fatalf("%d nodes take %d bytes", c.Nodes(), c.Bytes())
		}
	}
}

func TestRunErrors(t *testing.T) {
	if _, err := Run(context.Background(), "nonsense", nil, Options{}); err == nil || err.Error() != `no kernel "nonsense" (there are components, components_changed, matching, guarded)` {
		t.Errorf("got %v", err)
	}
	broken := errors.New("broken")
	_, err := Run(context.Background(), "components", []Source{func(context.Context, func(Batch) error) error { return broken }}, Options{})
	if !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err = Run(ctx, "components", []Source{source([]Batch{{Cols: [][]int64{{1}, {2}}}})}, Options{})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
