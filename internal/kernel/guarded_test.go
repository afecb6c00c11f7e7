package kernel

import (
	"context"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// guardedGraph is an input of the kernel.
type guardedGraph struct {
	edges [][3]int64 // number, a, b
	marks [][3]int64 // node, mark, most
	pairs [][3]int64 // a, b, number
}

// naive is the oracle: it repaints whole sets, and looks at all nodes of both for each edge.
func (g *guardedGraph) naive() (refused [][4]int64, label map[int64]int64) {
	label = map[int64]int64{}
	for _, e := range g.edges {
		label[e[1]], label[e[2]] = e[1], e[2]
	}
	edges := slices.Clone(g.edges)
	for i, e := range edges {
		edges[i] = [3]int64{e[0], min(e[1], e[2]), max(e[1], e[2])}
	}
	slices.SortFunc(edges, func(x, y [3]int64) int { return slices.Compare(x[:], y[:]) })
	for _, e := range edges {
		x, y := label[e[1]], label[e[2]]
		if x == y {
			continue
		}
		why, found, bad := g.broken(label, x, y)
		if bad {
			refused = append(refused, [4]int64{e[1], e[2], why, found})
			continue
		}
		for n, l := range label {
			if l == y {
				label[n] = x
			}
		}
	}
	slices.SortFunc(refused, func(x, y [4]int64) int { return slices.Compare(x[:], y[:]) })
	return refused, label
}

// broken says what the union of two sets would break.
func (g *guardedGraph) broken(label map[int64]int64, x, y int64) (why, found int64, bad bool) {
	in := func(n int64) bool { l, ok := label[n]; return ok && (l == x || l == y) }
	for _, p := range g.pairs {
		if p[0] != p[1] && in(p[0]) && in(p[1]) && (!bad || -1-p[2] > why) {
			why, bad = -1-p[2], true
		}
	}
	if bad {
		return why, 0, true
	}
	counts, most := map[int64]map[int64]bool{}, map[int64]int64{}
	for _, m := range g.marks {
		if most[m[1]] = m[2]; in(m[0]) {
			if counts[m[1]] == nil {
				counts[m[1]] = map[int64]bool{}
			}
			counts[m[1]][m[0]] = true
		}
	}
	for mark, nodes := range counts {
		if n := int64(len(nodes)); n > most[mark] && (!bad || mark < why) {
			why, found, bad = mark, n, true
		}
	}
	return why, found, bad
}

// drawGuarded draws a graph with few nodes, so that they meet. No edge stands twice: the reason of the second would say what the
// sets have become.
func drawGuarded(rt *rapid.T) *guardedGraph {
	g := &guardedGraph{}
	nodes := rapid.Int64Range(1, 14)
	seen := map[[2]int64]bool{}
	for range rapid.IntRange(0, 30).Draw(rt, "edges") {
		a, b := nodes.Draw(rt, "a"), nodes.Draw(rt, "b")
		if seen[[2]int64{min(a, b), max(a, b)}] {
			continue
		}
		seen[[2]int64{min(a, b), max(a, b)}] = true
		g.edges = append(g.edges, [3]int64{rapid.Int64Range(0, 20).Draw(rt, "no"), a, b})
	}
	most := []int64{rapid.Int64Range(1, 3).Draw(rt, "most"), rapid.Int64Range(1, 3).Draw(rt, "most")}
	for n := range int64(16) {
		if m := rapid.Int64Range(0, 3).Draw(rt, "mark"); m < 2 {
			g.marks = append(g.marks, [3]int64{n, m, most[m]})
		}
	}
	for i := range rapid.Int64Range(0, 4).Draw(rt, "pairs") {
		g.pairs = append(g.pairs, [3]int64{nodes.Draw(rt, "a"), nodes.Draw(rt, "b"), i})
	}
	return g
}

// run gives the kernel the rows in an order and cut of its own.
func (g *guardedGraph) run(t interface{ Fatal(...any) }, seed uint64, o Options) [][4]int64 {
	r := rand.New(rand.NewPCG(seed, 1))
	input := func(rows [][3]int64) Source {
		rows = slices.Clone(rows)
		r.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
		var out []edge
		for _, x := range rows {
			out = append(out, row(x[:]...))
		}
		return source(batches(out, 1+r.IntN(7)))
	}
	res, err := Run(context.Background(), "guarded", []Source{input(g.edges), input(g.marks), input(g.pairs)}, o)
	if err != nil {
		t.Fatal(err)
	}
	var out [][4]int64
	for {
		b, err := res.Next()
		if err != nil {
			t.Fatal(err)
		}
		if b.Len() == 0 {
			break
		}
		for i := range b.Len() {
			out = append(out, [4]int64{b.Cols[0][i], b.Cols[1][i], b.Cols[2][i], b.Cols[3][i]})
		}
	}
	if int64(len(out)) != res.Rows {
		t.Fatal("rows", res.Rows, len(out))
	}
	return out
}

func checkGuarded(rt *rapid.T) {
	g := drawGuarded(rt)
	want, label := g.naive()
	for range 3 {
		if got := g.run(rt, rapid.Uint64().Draw(rt, "order"), Options{}); !slices.Equal(got, want) {
			rt.Fatalf("refused %v, want %v of %+v", got, want, g)
		}
	}
	// What is left holds all guards, and no edge was refused for nothing.
	for _, a := range label {
		if why, _, bad := g.broken(label, a, a); bad {
			rt.Fatalf("a set breaks %d: %+v", why, g)
		}
	}
	for _, r := range want {
		if _, _, bad := g.broken(label, label[r[0]], label[r[1]]); !bad || label[r[0]] == label[r[1]] {
			rt.Fatalf("%v need not be refused: %+v", r, g)
		}
	}
}

func TestGuarded(t *testing.T) { rapid.Check(t, checkGuarded) }

func FuzzGuarded(f *testing.F) { f.Fuzz(rapid.MakeFuzz(checkGuarded)) }

// TestGuardedByHand: two people with a customer number each, a kiosk between them, and a split.
func TestGuardedByHand(t *testing.T) {
	g := &guardedGraph{
		edges: [][3]int64{{1, 101, 11}, {2, 102, 12}, {3, 11, 50}, {4, 50, 12}, {5, 12, 13}, {6, 13, 14}},
		marks: [][3]int64{{101, 0, 1}, {102, 0, 1}},
		pairs: [][3]int64{{102, 14, 7}},
	}
	// The edges of the kiosk (50) come in turn: the one to 11 is stronger, so the one to 12 goes. 14 may not be with 102.
	want := [][4]int64{{12, 50, 0, 2}, {13, 14, -8, 0}}
	if got := g.run(t, 1, Options{}); !slices.Equal(got, want) {
		t.Fatal(got)
	}
}

func TestGuardedBadInput(t *testing.T) {
	for _, c := range []struct {
		edges, marks edge
		says         string
	}{
		{row(1, 2), row(1, 0, 1), "rows of 2 columns"},
		{edge{nil, nil, nil}, row(1, 0, 1), "holds NULL"},
		{row(1, 2, 3), row(1, 0, 0), "mark 0 allows 0"},
		{row(1, 2, 3), row(1, -1, 1), "mark -1 allows 1"},
	} {
		_, err := Run(context.Background(), "guarded", []Source{source(batches([]edge{c.edges}, 1)), source(batches([]edge{c.marks}, 1))}, Options{})
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%v: %v", c.says, err)
		}
	}
}

func TestGuardedMemory(t *testing.T) {
	g := NewGuarded(Options{Memory: 10_000})
	var err error
	for i := int64(0); i < 1000 && err == nil; i++ {
		err = g.Add(i, i, i+1)
	}
	if !IsMemory(err) {
		t.Fatal(err)
	}
}

// TestGuardedLongChain: sets grow one node at a time, with marks and pairs on the way, in less than quadratic time.
func TestGuardedLongChain(t *testing.T) {
	g := NewGuarded(Options{})
	const n = 200_000
	for i := int64(0); i < n; i++ {
		if err := g.Add(i, i, i+1); err != nil {
			t.Fatal(err)
		}
		if i%2 == 0 {
			if err := g.Mark(i, 3, n); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := g.Forbid(0, n, 1); err != nil {
		t.Fatal(err)
	}
	refused, err := g.Join(context.Background())
	if err != nil || !slices.Equal(refused, []Refused{{n - 1, n, -2, 0}}) {
		t.Fatal(refused, err)
	}
}
