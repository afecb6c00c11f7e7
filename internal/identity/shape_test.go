package identity

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestShape compares with the graph that has values, whose answers have tests of their own.
func TestShape(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 14).Draw(t, "nodes")
		node := rapid.IntRange(0, n-1)
		var a, b []int32
		g := &Graph{Nodes: make([]Node, n)}
		for range rapid.IntRange(0, 22).Draw(t, "edges") {
			x, y := node.Draw(t, "a"), node.Draw(t, "b")
			a, b = append(a, int32(x)), append(b, int32(y))
			if x != y {
				g.Edges = append(g.Edges, Edge{A: min(x, y), B: max(x, y)})
			}
		}
		s := NewShape(n, a, b)
		if got, want := s.Points(), g.Weak().Points; !slices.EqualFunc(got, want, func(p, q Point) bool { return p.Node == q.Node && slices.Equal(p.Parts, q.Parts) }) {
			t.Fatalf("points %v, want %v", got, want)
		}
		parts := g.Parts(Change{})
		for v := range n {
			if got, want := s.Size(int32(v)), int64(len(parts.Members[parts.Of[v]])); got != want {
				t.Fatalf("size of %d is %d, want %d", v, got, want)
			}
			for w := range n {
				if same := s.Root(int32(v)) == s.Root(int32(w)); same != (parts.Of[v] == parts.Of[w]) {
					t.Fatalf("%d and %d in one component: %v", v, w, same)
				}
			}
			var far int64
			for w := range n {
				if steps, ok := g.Path(v, w); ok {
					far = max(far, int64(len(steps)))
				}
			}
			if got := s.Farthest(int32(v)); got != far {
				t.Fatalf("the node farthest from %d is %d away, want %d", v, got, far)
			}
		}
		for r, hubs := range s.Hubs(3) {
			var want []int64
			for v := range n {
				if s.Root(int32(v)) == r {
					want = append(want, s.Degree(int32(v)))
				}
			}
			slices.Sort(want)
			slices.Reverse(want)
			var got []int64
			for _, v := range hubs {
				got = append(got, s.Degree(v))
			}
			if !slices.Equal(got, want[:min(3, len(want))]) {
				t.Fatalf("degrees of hubs are %v of %v", got, want)
			}
		}
		gone := rapid.SliceOfNDistinct(node, 0, n, rapid.ID[int]).Draw(t, "gone")
		var gone32 []int32
		touched := map[int]bool{}
		for _, v := range gone {
			gone32 = append(gone32, int32(v))
			touched[parts.Of[v]] = true
		}
		want := map[int64]int64{}
		after := g.Parts(Change{WithoutNodes: gone})
		for _, m := range after.Members {
			if touched[parts.Of[m[0]]] {
				want[int64(len(m))]++
			}
		}
		var wantWhole []int64
		for p := range touched {
			wantWhole = append(wantWhole, int64(len(parts.Members[p])))
		}
		if len(gone) > 0 {
			v, others := gone[0], Change{WithoutNodes: gone}
			var joined []int64
			left := g.Parts(others)
			for _, m := range left.Members {
				if slices.ContainsFunc(g.Edges, func(e Edge) bool { return e.A == v && slices.Contains(m, e.B) || e.B == v && slices.Contains(m, e.A) }) {
					joined = append(joined, int64(len(m)))
				}
			}
			slices.Sort(joined)
			slices.Reverse(joined)
			if got := s.Joined(int32(v), gone32[1:]); !slices.Equal(got, joined) {
				t.Fatalf("%d joins %v without %v, want %v", v, got, gone[1:], joined)
			}
		}
		got, whole := s.Without(gone32)
		slices.Sort(whole)
		slices.Sort(wantWhole)
		if !slices.Equal(got, SizesOf(want)) || !slices.Equal(whole, wantWhole) {
			t.Fatalf("without %v: %v of %v, want %v of %v", gone, got, whole, SizesOf(want), wantWhole)
		}
	})
}
