package identity

import (
	"cmp"
	"slices"
)

// Change is what is different in a graph that is only thought of.
type Change struct {
	// WithoutNodes and WithoutEdges are places of what is taken away; edges of a node taken away go with it.
	WithoutNodes, WithoutEdges []int
	// With are edges that are added, whether they count or not.
	With []Edge
}

// Parts are the connected components of a graph.
type Parts struct {
	// Of is the number of each node's part, -1 for a node that was taken away. Parts are numbered by their first nodes.
	Of []int
	// Members are the nodes of each part in order.
	Members [][]int
}

// BySize are the numbers of the parts, the largest first.
func (p *Parts) BySize() []int {
	out := make([]int, len(p.Members))
	for i := range out {
		out[i] = i
	}
	slices.SortStableFunc(out, func(i, j int) int { return cmp.Compare(len(p.Members[j]), len(p.Members[i])) })
	return out
}

// Parts gives the connected components that the graph would have after a change; the zero Change asks for those it has.
func (g *Graph) Parts(c Change) *Parts {
	parent := make([]int32, len(g.Nodes))
	for i := range parent {
		parent[i] = int32(i)
	}
	find := func(i int32) int32 {
		for parent[i] != i {
			parent[i] = parent[parent[i]]
			i = parent[i]
		}
		return i
	}
	gone := make([]bool, len(g.Nodes))
	for _, n := range c.WithoutNodes {
		gone[n] = true
	}
	without := make([]bool, len(g.Edges))
	for _, e := range c.WithoutEdges {
		without[e] = true
	}
	join := func(e Edge) {
		if gone[e.A] || gone[e.B] {
			return
		}
		if a, b := find(int32(e.A)), find(int32(e.B)); a != b {
			parent[max(a, b)] = min(a, b)
		}
	}
	for i, e := range g.Edges {
		if e.Counts() && !without[i] {
			join(e)
		}
	}
	for _, e := range c.With {
		join(e)
	}
	return partsOf(len(g.Nodes), gone, find)
}

// partsOf numbers sets by their roots, which are their first nodes.
func partsOf(nodes int, gone []bool, root func(int32) int32) *Parts {
	p := &Parts{Of: make([]int, nodes)}
	for i := range nodes {
		if gone[i] {
			p.Of[i] = -1
			continue
		}
		r := int(root(int32(i)))
		if r == i {
			p.Of[i] = len(p.Members)
			p.Members = append(p.Members, nil)
		}
		p.Of[i] = p.Of[r]
		p.Members[p.Of[i]] = append(p.Members[p.Of[i]], i)
	}
	return p
}
