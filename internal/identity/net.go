package identity

import "slices"

// net is the simple graph under a Graph: each pair of nodes that edges join, once, with the sum of their weights.
type net struct {
	nodes  int
	a, b   []int32 // the ends of a pair, a < b
	weight []int64
	// edges has the edges of all pairs one after the other, those of pair p from from[p] to from[p+1].
	edges, from []int32
	// The pairs at a node v are via[start[v]:start[v+1]], their other ends to; in the order of the other ends.
	start, to, via []int32
}

// netOf makes the net of the edges that take.
func netOf(g *Graph, take func(i int, e *Edge) bool) *net {
	var order []int32
	for i := range g.Edges {
		if e := &g.Edges[i]; e.A != e.B && take(i, e) {
			order = append(order, int32(i))
		}
	}
	ends := func(i int32) (int, int) {
		e := &g.Edges[i]
		return min(e.A, e.B), max(e.A, e.B)
	}
	compare := func(i, j int32) int {
		ia, ib := ends(i)
		ja, jb := ends(j)
		if ia != ja {
			return ia - ja
		}
		return ib - jb
	}
	if !slices.IsSortedFunc(order, compare) {
		slices.SortStableFunc(order, compare)
	}
	n := &net{nodes: len(g.Nodes), edges: order}
	for k, i := range order {
		if k == 0 || compare(order[k-1], i) != 0 {
			a, b := ends(i)
			n.a, n.b, n.weight, n.from = append(n.a, int32(a)), append(n.b, int32(b)), append(n.weight, 0), append(n.from, int32(k))
		}
		n.weight[len(n.weight)-1] += g.Edges[i].Weight()
	}
	n.from = append(n.from, int32(len(order)))
	n.index()
	return n
}

// index makes the lists of pairs at each node. Pairs come in order of (a, b), so filling in those where the node is the greater end
// first gives each node its neighbours in order.
func (n *net) index() {
	n.start = make([]int32, n.nodes+1)
	for p := range n.a {
		n.start[n.a[p]+1]++
		n.start[n.b[p]+1]++
	}
	for v := range n.nodes {
		n.start[v+1] += n.start[v]
	}
	next := slices.Clone(n.start[:n.nodes])
	n.to, n.via = make([]int32, 2*len(n.a)), make([]int32, 2*len(n.a))
	put := func(v, to int32, p int) {
		n.to[next[v]], n.via[next[v]] = to, int32(p)
		next[v]++
	}
	for p := range n.a {
		put(n.b[p], n.a[p], p)
	}
	for p := range n.a {
		put(n.a[p], n.b[p], p)
	}
}

// edgesOf are the places of the edges of a pair.
func (n *net) edgesOf(p int32) []int {
	out := make([]int, 0, n.from[p+1]-n.from[p])
	for _, e := range n.edges[n.from[p]:n.from[p+1]] {
		out = append(out, int(e))
	}
	return out
}

// counting takes the edges that count.
func counting(_ int, e *Edge) bool { return e.Counts() }
