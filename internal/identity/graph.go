package identity

import (
	"cmp"
	"slices"
	"time"
)

// Node is an id of the graph.
type Node struct {
	Value, Type string
	// FirstSeen is zero where no source has a time.
	FirstSeen time.Time
	// MainID is the cluster that the node was in when the graph was read.
	MainID string
}

// Edge says that two ids belong together, by one source.
type Edge struct {
	// A and B are places in Graph.Nodes.
	A, B int
	// Source is the path of the edge source; Rule what joined them there, empty when they stood on one row.
	Source, Rule string
	// FirstSeen and LastSeen are zero where the source has no time.
	FirstSeen, LastSeen time.Time
	// Rows is how many rows of the source say so, 0 where that is not known.
	Rows int64
	// DroppedBy is the guard, rule or decision that took the edge away; empty for an edge that counts.
	DroppedBy string
}

// Counts tells whether the edge joins its ends.
func (e Edge) Counts() bool { return e.DroppedBy == "" }

// Weight is what cutting the edge costs: its rows, at least one.
func (e Edge) Weight() int64 { return max(e.Rows, 1) }

// Graph is a part of an identity graph.
type Graph struct {
	Nodes []Node
	Edges []Edge
}

// New puts nodes and edges in order: nodes by type and value, each once; edges by their ends, the smaller place in A. An edge
// of a node with itself is left out. It takes both slices over.
func New(nodes []Node, edges []Edge) *Graph {
	order := make([]int, len(nodes))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int { return cmp.Or(compareNodes(nodes[i], nodes[j]), i-j) })
	g := &Graph{Nodes: make([]Node, 0, len(nodes)), Edges: edges[:0]}
	place := make([]int, len(nodes))
	for _, i := range order {
		if last := len(g.Nodes) - 1; last < 0 || compareNodes(g.Nodes[last], nodes[i]) != 0 {
			g.Nodes = append(g.Nodes, nodes[i])
		}
		place[i] = len(g.Nodes) - 1
	}
	for _, e := range edges {
		e.A, e.B = place[e.A], place[e.B]
		if e.A > e.B {
			e.A, e.B = e.B, e.A
		}
		if e.A != e.B {
			g.Edges = append(g.Edges, e)
		}
	}
	slices.SortFunc(g.Edges, compareEdges) // edges that compare equal are equal
	return g
}

func compareNodes(a, b Node) int {
	if c := cmp.Compare(a.Type, b.Type); c != 0 {
		return c
	}
	return cmp.Compare(a.Value, b.Value)
}

func compareEdges(a, b Edge) int {
	if a.A != b.A {
		return a.A - b.A
	}
	if a.B != b.B {
		return a.B - b.B
	}
	return cmp.Or(cmp.Compare(a.DroppedBy, b.DroppedBy), cmp.Compare(a.Source, b.Source), cmp.Compare(a.Rule, b.Rule),
		a.FirstSeen.Compare(b.FirstSeen), a.LastSeen.Compare(b.LastSeen), cmp.Compare(a.Rows, b.Rows))
}

// Find is the place of an id in a graph that New made, -1 when it has none.
func (g *Graph) Find(value, typ string) int {
	i, ok := slices.BinarySearchFunc(g.Nodes, Node{Value: value, Type: typ}, compareNodes)
	if !ok {
		return -1
	}
	return i
}

// Dropped are the places of the edges that do not count.
func (g *Graph) Dropped() []int {
	var out []int
	for i, e := range g.Edges {
		if !e.Counts() {
			out = append(out, i)
		}
	}
	return out
}
