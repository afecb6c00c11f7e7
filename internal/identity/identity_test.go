package identity

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// drawGraph draws a graph of at most most nodes with several edges between some pairs and edges that do not count. Small numbers
// are drawn more often than large ones; what is drawn is therefore how many nodes are missing and how far ends are moved.
func drawGraph(t *rapid.T, most int) *Graph {
	n := most - rapid.IntRange(0, most-1).Draw(t, "missing nodes")
	var nodes []Node
	for i := range n {
		nodes = append(nodes, Node{Value: fmt.Sprint(i % 7), Type: fmt.Sprintf("t%d", i/7)})
	}
	var edges []Edge
	for i := range most + most/3 - rapid.IntRange(0, most).Draw(t, "missing edges") {
		e := Edge{A: (5*i + rapid.IntRange(0, n-1).Draw(t, "a")) % n, B: (3*i + 1 + rapid.IntRange(0, n-1).Draw(t, "b")) % n,
			Source: rapid.SampledFrom([]string{"inputs/x", "inputs/y"}).Draw(t, "source"), Rows: rapid.Int64Range(0, 4).Draw(t, "rows")}
		if rapid.IntRange(0, 4).Draw(t, "dropped") == 4 {
			e.DroppedBy = "rule"
		}
		edges = append(edges, e)
	}
	return New(nodes, edges)
}

// naiveParts is the oracle of components: labels are lowered until nothing changes. Nodes taken away have -1.
func naiveParts(g *Graph, c Change) []int {
	label := make([]int, len(g.Nodes))
	for i := range label {
		label[i] = i
		if slices.Contains(c.WithoutNodes, i) {
			label[i] = -1
		}
	}
	edges := slices.Clone(c.With)
	for i, e := range g.Edges {
		if e.DroppedBy == "" && !slices.Contains(c.WithoutEdges, i) {
			edges = append(edges, e)
		}
	}
	for changed := true; changed; {
		changed = false
		for _, e := range edges {
			if a, b := label[e.A], label[e.B]; a >= 0 && b >= 0 && a != b {
				label[e.A], label[e.B], changed = min(a, b), min(a, b), true
			}
		}
	}
	return label
}

// sizes are how many nodes each label has.
func sizes(label []int) map[int]int {
	out := map[int]int{}
	for _, l := range label {
		if l >= 0 {
			out[l]++
		}
	}
	return out
}

func TestNewPutsInOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := drawGraph(t, 20)
		order := rapid.Permutation(indexes(len(g.Nodes))).Draw(t, "order")
		nodes, edges := make([]Node, len(g.Nodes)), slices.Clone(g.Edges)
		for i, n := range g.Nodes {
			nodes[order[i]] = n
		}
		for i, e := range edges {
			edges[i].A, edges[i].B = order[e.B], order[e.A]
		}
		edges = rapid.Permutation(edges).Draw(t, "edges")
		h := New(nodes, edges)
		if !slices.Equal(g.Nodes, h.Nodes) || !slices.Equal(g.Edges, h.Edges) {
			t.Fatalf("another graph:\n%v\n%v", g, h)
		}
		for i, n := range h.Nodes {
			if h.Find(n.Value, n.Type) != i {
				t.Fatalf("%v is not found at %d", n, i)
			}
		}
		if h.Find("none", "t0") != -1 {
			t.Fatal("an id that is not there is found")
		}
	})
}

func TestNewJoinsEqualNodes(t *testing.T) {
	g := New([]Node{{Value: "b", Type: "t"}, {Value: "a", Type: "t"}, {Value: "b", Type: "t"}},
		[]Edge{{A: 0, B: 1, Source: "x"}, {A: 1, B: 2, Source: "y"}, {A: 0, B: 2, Source: "z"}})
	if len(g.Nodes) != 2 || len(g.Edges) != 2 || g.Edges[0] != (Edge{A: 0, B: 1, Source: "x"}) || g.Edges[1] != (Edge{A: 0, B: 1, Source: "y"}) {
		t.Fatalf("%+v", g)
	}
}

func TestParts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := drawGraph(t, 14)
		var c Change
		for i := range g.Nodes {
			if rapid.IntRange(0, 5).Draw(t, "without") == 0 {
				c.WithoutNodes = append(c.WithoutNodes, i)
			}
		}
		for i := range g.Edges {
			if rapid.IntRange(0, 5).Draw(t, "without edge") == 0 {
				c.WithoutEdges = append(c.WithoutEdges, i)
			}
		}
		for range rapid.IntRange(0, 3).Draw(t, "with") {
			c.With = append(c.With, Edge{A: rapid.IntRange(0, len(g.Nodes)-1).Draw(t, "a"), B: rapid.IntRange(0, len(g.Nodes)-1).Draw(t, "b")})
		}
		p, want := g.Parts(c), naiveParts(g, c)
		if len(p.Members) != len(sizes(want)) {
			t.Fatalf("%d parts, not %d", len(p.Members), len(sizes(want)))
		}
		for v, l := range want {
			switch of := p.Of[v]; {
			case l < 0 && of != -1:
				t.Fatalf("node %d was taken away and is in part %d", v, of)
			case l >= 0 && (p.Members[of][0] != l || !slices.Contains(p.Members[of], v)):
				t.Fatalf("node %d is in part %v, not with %d", v, p.Members[of], l)
			}
		}
		order := p.BySize()
		for i := 1; i < len(order); i++ {
			if len(p.Members[order[i]]) > len(p.Members[order[i-1]]) {
				t.Fatalf("part %d is larger than the one before it", order[i])
			}
		}
	})
}

// naivePaths are all shortest ways between two nodes over pairs with edges that take, as lists of nodes, by trying all of growing
// length.
func naivePaths(g *Graph, from, to int, take func(Edge) bool) [][]int {
	ways := [][]int{{from}}
	for range g.Nodes {
		var done [][]int
		for _, w := range ways {
			if w[len(w)-1] == to {
				done = append(done, w)
			}
		}
		if len(done) > 0 {
			return done
		}
		var next [][]int
		for _, w := range ways {
			for v := range g.Nodes {
				if !slices.Contains(w, v) && len(between(g, w[len(w)-1], v, take)) > 0 {
					next = append(next, append(slices.Clone(w), v))
				}
			}
		}
		ways = next
	}
	return nil
}

func between(g *Graph, a, b int, take func(Edge) bool) []int {
	var out []int
	for i, e := range g.Edges {
		if take(e) && (e.A == a && e.B == b || e.A == b && e.B == a) {
			out = append(out, i)
		}
	}
	return out
}

func counts(e Edge) bool { return e.DroppedBy == "" }

func nodesOf(from int, steps []Step) []int {
	out := []int{from}
	for _, s := range steps {
		out = append(out, s.To)
	}
	return out
}

func TestPath(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := drawGraph(t, 8)
		from, to := rapid.IntRange(0, len(g.Nodes)-1).Draw(t, "from"), len(g.Nodes)-1-rapid.IntRange(0, len(g.Nodes)-1).Draw(t, "to")
		steps, ok := g.Path(from, to)
		want := naivePaths(g, from, to, counts)
		if ok != (len(want) > 0) {
			t.Fatalf("ok is %v, ways are %v", ok, want)
		}
		if !ok {
			return
		}
		first := slices.MinFunc(want, slices.Compare[[]int])
		if !slices.Equal(nodesOf(from, steps), first) {
			t.Fatalf("%v, not %v", nodesOf(from, steps), first)
		}
		at := from
		for _, s := range steps {
			if s.From != at || !slices.Equal(s.Edges, between(g, s.From, s.To, counts)) {
				t.Fatalf("step %v at %d", s, at)
			}
			at = s.To
		}
	})
}

// naiveWouldBe is the least (dropped, length) of all ways, by relaxing until nothing changes.
func naiveWouldBe(g *Graph, from, to int) (best [2]int, ok bool) {
	cost := map[int][2]int{to: {}}
	for changed := true; changed; {
		changed = false
		for i := range g.Nodes {
			for j := range g.Nodes {
				c, has := cost[j]
				if !has || i == j || len(between(g, i, j, func(Edge) bool { return true })) == 0 {
					continue
				}
				if len(between(g, i, j, counts)) == 0 {
					c[0]++
				}
				c[1]++
				if was, has := cost[i]; !has || slices.Compare(c[:], was[:]) < 0 {
					cost[i], changed = c, true
				}
			}
		}
	}
	best, ok = cost[from]
	return best, ok
}

func TestWouldBe(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := drawGraph(t, 9)
		from, to := rapid.IntRange(0, len(g.Nodes)-1).Draw(t, "from"), len(g.Nodes)-1-rapid.IntRange(0, len(g.Nodes)-1).Draw(t, "to")
		steps, ok := g.WouldBe(from, to)
		want, has := naiveWouldBe(g, from, to)
		if ok != has {
			t.Fatalf("ok is %v", ok)
		}
		if !ok {
			return
		}
		var got [2]int
		at := from
		for _, s := range steps {
			if s.From != at {
				t.Fatalf("step %v at %d", s, at)
			}
			at = s.To
			got[1]++
			live := between(g, s.From, s.To, counts)
			if len(live) == 0 {
				got[0]++
				live = between(g, s.From, s.To, func(Edge) bool { return true })
			}
			if !slices.Equal(s.Edges, live) {
				t.Fatalf("edges of step %v, not %v", s, live)
			}
		}
		if at != to || got != want {
			t.Fatalf("costs %v, not %v", got, want)
		}
	})
}

func TestWeak(t *testing.T) {
	bridges, points := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		g := drawGraph(t, 12)
		w := g.Weak()
		whole := naiveParts(g, Change{})
		var wantBridges []Bridge
		var wantPoints []Point
		for a := range g.Nodes {
			for b := a + 1; b < len(g.Nodes); b++ {
				edges := between(g, a, b, counts)
				after := naiveParts(g, Change{WithoutEdges: edges})
				if len(edges) == 0 || after[a] == after[b] {
					continue
				}
				br := Bridge{A: a, B: b, Edges: edges, SideA: sizes(after)[after[a]], SideB: sizes(after)[after[b]]}
				for i, e := range g.Edges {
					switch {
					case !counts(e):
					case slices.Contains(edges, i):
						br.Weight += max(e.Rows, 1)
					case after[e.A] == after[a]:
						br.InsideA += max(e.Rows, 1)
					case after[e.A] == after[b]:
						br.InsideB += max(e.Rows, 1)
					}
				}
				wantBridges = append(wantBridges, br)
			}
			after := naiveParts(g, Change{WithoutNodes: []int{a}})
			parts := map[int]int{}
			for v, l := range after {
				if l >= 0 && whole[v] == whole[a] {
					parts[l]++
				}
			}
			if len(parts) > 1 {
				s := slices.Sorted(maps.Values(parts))
				slices.Reverse(s)
				wantPoints = append(wantPoints, Point{a, s})
			}
		}
		if got, want := fmt.Sprint(w.Bridges), fmt.Sprint(wantBridges); got != want {
			t.Fatalf("bridges\n%s, not\n%s", got, want)
		}
		if got, want := fmt.Sprint(w.Points), fmt.Sprint(wantPoints); got != want {
			t.Fatalf("points\n%s, not\n%s", got, want)
		}
		bridges += len(wantBridges)
		points += len(wantPoints)
	})
	t.Logf("%d bridges, %d points", bridges, points)
	if bridges == 0 || points == 0 {
		t.Error("no graph had a bridge or a point")
	}
}

func TestCheapest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := drawGraph(t, 9)
		from, to := rapid.IntRange(0, len(g.Nodes)-1).Draw(t, "from"), len(g.Nodes)-1-rapid.IntRange(0, len(g.Nodes)-1).Draw(t, "to")
		c, ok := g.Cheapest(from, to)
		whole := naiveParts(g, Change{})
		if ok != (from != to && whole[from] == whole[to]) {
			t.Fatalf("ok is %v", ok)
		}
		if !ok {
			return
		}
		// The oracle tries every side that has from and not to, and keeps the cheapest, then the smallest.
		least, fewest := int64(-1), 0
		for set := range 1 << len(g.Nodes) {
			if set>>from&1 == 0 || set>>to&1 == 1 {
				continue
			}
			var weight int64
			size := 0
			for v := range g.Nodes {
				size += set >> v & 1
			}
			for _, e := range g.Edges {
				if counts(e) && set>>e.A&1 != set>>e.B&1 {
					weight += max(e.Rows, 1)
				}
			}
			if least < 0 || weight < least || weight == least && size < fewest {
				least, fewest = weight, size
			}
		}
		if c.Weight != least || c.Near != fewest || c.Near+c.Far != sizes(whole)[whole[from]] || !c.Side[from] || c.Side[to] {
			t.Fatalf("%+v, not weight %d with %d", c, least, fewest)
		}
		after := naiveParts(g, Change{WithoutEdges: c.Edges})
		if after[from] == after[to] {
			t.Fatalf("%v is no cut", c.Edges)
		}
		var weight int64
		for _, e := range c.Edges {
			weight += max(g.Edges[e].Rows, 1)
		}
		if weight != c.Weight {
			t.Fatalf("the edges weigh %d, not %d", weight, c.Weight)
		}
	})
}

func TestSuggestIsACut(t *testing.T) {
	cuts := 0
	rapid.Check(t, func(t *rapid.T) {
		g := drawGraph(t, 14)
		node := rapid.IntRange(0, len(g.Nodes)-1).Draw(t, "node")
		s := g.Suggest(node)
		if s.Cut == nil {
			return
		}
		cuts++
		whole, after := naiveParts(g, Change{}), naiveParts(g, Change{WithoutEdges: s.Cut.Edges})
		near, far := map[int]bool{}, map[int]bool{}
		for v := range g.Nodes {
			if whole[v] == whole[node] {
				if s.Cut.Side[v] {
					near[after[v]] = true
				} else {
					far[after[v]] = true
				}
			}
		}
		if len(near) == 0 || len(far) == 0 || s.Held <= s.Cut.Weight {
			t.Fatalf("%+v", s)
		}
		for l := range near {
			if far[l] {
				t.Fatalf("a part is on both sides: %+v", s)
			}
		}
	})
	if cuts == 0 {
		t.Error("nothing was ever suggested")
	}
}

// cliques are groups of nodes that all have edges of 3 rows with one another, and the edges that join them.
func cliques(groups, size int, joins ...Edge) *Graph {
	var nodes []Node
	var edges []Edge
	for g := range groups {
		for i := range size {
			nodes = append(nodes, Node{Value: fmt.Sprintf("%03d", g*size+i), Type: "t"})
			for j := range i {
				edges = append(edges, Edge{A: g*size + i, B: g*size + j, Source: "x", Rows: 3})
			}
		}
	}
	return New(nodes, append(edges, joins...))
}

func TestSuggestFindsWhatJoinsTwoPeople(t *testing.T) {
	for _, c := range []struct {
		name   string
		graph  *Graph
		weight int64
		edges  int
	}{
		{"bridge", cliques(2, 4, Edge{A: 1, B: 6, Source: "y", Rows: 2}), 2, 1},
		{"two edges", cliques(2, 4, Edge{A: 1, B: 6, Source: "y", Rows: 2}, Edge{A: 0, B: 4, Source: "y", Rows: 1}), 3, 2},
		{"the weaker of two bridges", cliques(3, 4, Edge{A: 1, B: 6, Source: "y", Rows: 2}, Edge{A: 7, B: 8, Source: "y", Rows: 1}), 1, 1},
	} {
		s := c.graph.Suggest(0)
		if s.Cut == nil || s.Cut.Weight != c.weight || len(s.Cut.Edges) != c.edges {
			t.Errorf("%s: %+v", c.name, s.Cut)
			continue
		}
		for _, e := range s.Cut.Edges {
			if c.graph.Edges[e].Source != "y" {
				t.Errorf("%s: cuts %+v", c.name, c.graph.Edges[e])
			}
		}
	}
}

func TestSuggestFindsASharedID(t *testing.T) {
	nodes := []Node{{Value: "shared", Type: "a"}}
	var edges []Edge
	for i := range 20 { // pairs of ids, each with one edge to the shared one
		nodes = append(nodes, Node{Value: fmt.Sprintf("%02d", 2*i), Type: "b"}, Node{Value: fmt.Sprintf("%02d", 2*i+1), Type: "b"})
		edges = append(edges, Edge{A: 0, B: 2*i + 1, Rows: 1}, Edge{A: 2*i + 1, B: 2*i + 2, Rows: 1})
	}
	s := New(nodes, edges).Suggest(5)
	if s.Point == nil || s.Point.Node != 0 || len(s.Point.Parts) != 20 || s.Point.Parts[0] != 2 {
		t.Fatalf("%+v", s.Point)
	}
	if star := cliques(1, 3).Suggest(0); star.Cut != nil || star.Point != nil {
		t.Fatalf("a clique is cut: %+v", star)
	}
}

// Long chains, stars and a large component with bridges: what would overflow a stack or take quadratic time.
func TestLargeGraphs(t *testing.T) {
	const size = 200_000
	chain := func(order func(int) int) *Graph {
		g := &Graph{Nodes: make([]Node, size)}
		for i := range size - 1 {
			g.Edges = append(g.Edges, Edge{A: order(i), B: order(i + 1), Rows: 1})
		}
		return g
	}
	shuffled := rand.New(rand.NewPCG(1, 2)).Perm(size)
	star := &Graph{Nodes: make([]Node, size)}
	for i := 1; i < size; i++ {
		star.Edges = append(star.Edges, Edge{A: 0, B: i, Rows: 1})
	}
	began := time.Now()
	for name, g := range map[string]*Graph{"sorted chain": chain(func(i int) int { return i }), "shuffled chain": chain(func(i int) int { return shuffled[i] }), "star": star} {
		w := g.Weak()
		if len(w.Bridges) != size-1 {
			t.Errorf("%s: %d bridges", name, len(w.Bridges))
		}
		if points := map[string]int{"star": 1}[name]; points == 1 && len(w.Points) != 1 || points == 0 && len(w.Points) != size-2 {
			t.Errorf("%s: %d points", name, len(w.Points))
		}
		if len(g.Parts(Change{}).Members) != 1 {
			t.Errorf("%s: more than one part", name)
		}
		c, ok := g.Cheapest(0, size-1)
		if !ok || c.Weight != 1 {
			t.Errorf("%s: cut %+v %v", name, c.Weight, ok)
		}
		g.Suggest(0)
	}
	if took := time.Since(began); took > time.Minute {
		t.Errorf("took %s", took)
	}
}
