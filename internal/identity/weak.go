package identity

import "slices"

// Bridge is a pair of nodes that alone holds two sides of a component together.
type Bridge struct {
	// A and B are its ends, A < B.
	A, B int
	// Edges are all edges between the two that count.
	Edges []int
	// Weight is the sum of their weights.
	Weight int64
	// SideA and SideB are the numbers of nodes on the side of each end, InsideA and InsideB the weights of all edges there.
	SideA, SideB     int
	InsideA, InsideB int64
}

// Point is a node without which its component falls apart.
type Point struct {
	Node int
	// Parts are the numbers of nodes of what it would fall into, the largest first.
	Parts []int
}

// Weak are the places where components would fall apart, in order of their nodes.
type Weak struct {
	Bridges []Bridge
	Points  []Point
}

// Weak finds bridges and articulation points of all components (Tarjan), with what lies on their sides. Its depth is not bounded by
// the call stack, so that a chain of a million ids is no special case.
func (g *Graph) Weak() Weak {
	n := netOf(g, counting)
	t := n.search()
	var out Weak
	for p := range n.a {
		a, b := n.a[p], n.b[p]
		child := b
		if t.parent[a] == b && t.via[a] == int32(p) {
			child = a
		} else if t.via[b] != int32(p) {
			continue // no edge of the tree
		}
		if t.low[child] <= t.order[t.parent[child]] {
			continue
		}
		root := t.root[child]
		below, rest := int(t.size[child]), int(t.size[root]-t.size[child])
		inBelow, inRest := t.inside[child]-n.weight[p], t.inside[root]-t.inside[child]
		br := Bridge{A: int(a), B: int(b), Edges: n.edgesOf(int32(p)), Weight: n.weight[p], SideA: rest, SideB: below, InsideA: inRest, InsideB: inBelow}
		if child == a {
			br.SideA, br.SideB, br.InsideA, br.InsideB = below, rest, inBelow, inRest
		}
		out.Bridges = append(out.Bridges, br)
	}
	out.Points = t.points()
	return out
}

// tree is a depth-first search of every component.
type tree struct {
	// parent is the node above, via the pair to it; both -1 at a root. order is when a node was met, low the earliest node that its
	// subtree has a pair to.
	parent, via, order, low, root []int32
	// size is the number of nodes in a subtree, inside the weight of the pairs that have their lower end there.
	size   []int32
	inside []int64
	// met are the nodes in the order in which they were met.
	met []int32
}

func (n *net) search() *tree {
	t := &tree{size: make([]int32, n.nodes), inside: make([]int64, n.nodes)}
	for _, f := range []*[]int32{&t.parent, &t.via, &t.order, &t.low, &t.root} {
		*f = make([]int32, n.nodes)
		for i := range *f {
			(*f)[i] = -1
		}
	}
	next := slices.Clone(n.start[:n.nodes])
	meet := func(v, root int32) {
		t.order[v] = int32(len(t.met))
		t.low[v], t.root[v], t.size[v] = t.order[v], root, 1
		t.met = append(t.met, v)
	}
	for r := range int32(n.nodes) {
		if t.order[r] >= 0 {
			continue
		}
		meet(r, r)
		for v := r; v >= 0; {
			if next[v] == n.start[v+1] {
				if u := t.parent[v]; u >= 0 {
					t.low[u] = min(t.low[u], t.low[v])
					t.size[u] += t.size[v]
					t.inside[u] += t.inside[v]
				}
				v = t.parent[v]
				continue
			}
			w, p := n.to[next[v]], n.via[next[v]]
			next[v]++
			switch {
			case t.order[w] < 0:
				t.parent[w], t.via[w] = v, p
				meet(w, r)
				t.inside[w] = n.weight[p]
				v = w
			case p != t.via[v] && t.order[w] < t.order[v]:
				t.low[v] = min(t.low[v], t.order[w])
				t.inside[v] += n.weight[p]
			}
		}
	}
	return t
}

// points are the articulation points in order.
func (t *tree) points() []Point {
	cut := map[int32][]int{} // the sizes of subtrees that hang on a node alone
	for _, v := range t.met {
		if u := t.parent[v]; u >= 0 && t.low[v] >= t.order[u] {
			cut[u] = append(cut[u], int(t.size[v]))
		}
	}
	var out []Point
	for v := range int32(len(t.parent)) {
		parts := cut[v]
		rest := int(t.size[t.root[v]]) - 1
		for _, s := range parts {
			rest -= s
		}
		if rest > 0 {
			parts = append(parts, rest)
		}
		if len(cut[v]) == 0 || len(parts) < 2 {
			continue
		}
		slices.SortFunc(parts, func(a, b int) int { return b - a })
		out = append(out, Point{int(v), parts})
	}
	return out
}
