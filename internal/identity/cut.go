package identity

import "slices"

// Cut is a set of edges without which two nodes are in different parts.
type Cut struct {
	// Edges are the places of the edges, in the order of the graph.
	Edges []int
	// Weight is the sum of their weights.
	Weight int64
	// Side tells for each node whether it stays on the side of the first node; nodes of other components do not.
	Side []bool
	// Near and Far are how many nodes of the component are on the side of the first and of the second node.
	Near, Far int
}

// Cheapest is the cut of least weight between two nodes over edges that count (maximum flow, Dinic's algorithm). Of several it is
// the one that leaves the fewest nodes with the first, which is the same one for every flow. ok is false when the nodes are the
// same or in different components.
func (g *Graph) Cheapest(from, to int) (c Cut, ok bool) {
	n := netOf(g, counting)
	if from == to || n.distances(from)[to] < 0 {
		return Cut{}, false
	}
	f := &flow{net: n, used: make([]int64, len(n.a)), next: make([]int32, n.nodes)}
	for f.levels(int32(from), int32(to)) {
		copy(f.next, n.start)
		for f.push(int32(from), int32(to)) > 0 {
		}
	}
	c.Side = make([]bool, n.nodes)
	for v, l := range f.level {
		c.Side[v] = l >= 0
	}
	return c.finish(n, from), true
}

// finish fills in what follows from the sides.
func (c Cut) finish(n *net, from int) Cut {
	c.Edges, c.Weight, c.Near, c.Far = nil, 0, 0, 0
	for v, d := range n.distances(from) {
		switch {
		case d < 0:
		case c.Side[v]:
			c.Near++
		default:
			c.Far++
		}
	}
	for p := range n.a {
		if c.Side[n.a[p]] != c.Side[n.b[p]] {
			c.Weight += n.weight[p]
			c.Edges = append(c.Edges, n.edgesOf(int32(p))...)
		}
	}
	slices.Sort(c.Edges)
	return c
}

// flow is a flow through a net.
type flow struct {
	*net
	// used is what flows from a to b of each pair, negative for the other way.
	used []int64
	// level is the distance from the source over pairs that still take something, -1 for none; next is where a node goes on looking.
	level, next []int32
}

// room is what a pair still takes from v to its other end.
func (f *flow) room(v, p int32) int64 {
	if v == f.a[p] {
		return f.weight[p] - f.used[p]
	}
	return f.weight[p] + f.used[p]
}

// levels measures the distances and tells whether the sink is reached.
func (f *flow) levels(from, to int32) bool {
	if f.level == nil {
		f.level = make([]int32, f.nodes)
	}
	for i := range f.level {
		f.level[i] = -1
	}
	f.level[from] = 0
	queue := []int32{from}
	for len(queue) > 0 {
		v := queue[0]
		queue = queue[1:]
		for k := f.start[v]; k < f.start[v+1]; k++ {
			if w := f.to[k]; f.level[w] < 0 && f.room(v, f.via[k]) > 0 {
				f.level[w] = f.level[v] + 1
				queue = append(queue, w)
			}
		}
	}
	return f.level[to] >= 0
}

// push sends as much as one way of increasing levels takes, and returns it; 0 when there is no way left.
func (f *flow) push(from, to int32) int64 {
	type hop struct{ node, pair int32 }
	var way []hop
	for v := from; v != to; {
		if f.next[v] == f.start[v+1] { // a dead end: go back and never come here again
			if len(way) == 0 {
				return 0
			}
			v = way[len(way)-1].node
			way = way[:len(way)-1]
			f.next[v]++
			continue
		}
		w, p := f.to[f.next[v]], f.via[f.next[v]]
		if f.level[w] == f.level[v]+1 && f.room(v, p) > 0 {
			way = append(way, hop{v, p})
			v = w
			continue
		}
		f.next[v]++
	}
	least := f.room(way[0].node, way[0].pair)
	for _, h := range way {
		least = min(least, f.room(h.node, h.pair))
	}
	for _, h := range way {
		if h.node == f.a[h.pair] {
			f.used[h.pair] += least
		} else {
			f.used[h.pair] -= least
		}
	}
	return least
}
