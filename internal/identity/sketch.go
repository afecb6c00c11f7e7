package identity

import (
	"cmp"
	"slices"
)

// Sketch is a graph with few enough nodes to be looked at: some nodes stand for themselves, others for many.
type Sketch struct {
	// Nodes are in order: those that stand for themselves by their places, then groups by their first members.
	Nodes []SketchNode
	// Edges are in the order of their ends.
	Edges []SketchEdge
}

// SketchNode stands for ids of the graph, one or many.
type SketchNode struct {
	// Members are places of nodes, in order; one for a node that stands for itself.
	Members []int
	// Group tells that it stands for what lies behind its neighbours and is not drawn one by one.
	Group bool
	// Parts is into how many components its members fall without the other nodes of the sketch; 1 for no group.
	Parts int
}

// SketchEdge stands for all edges between two nodes of a sketch that count, or all that do not.
type SketchEdge struct {
	// A and B are places in Sketch.Nodes, A < B.
	A, B int
	// Edges are places of edges.
	Edges  []int
	Counts bool
}

// Sketch takes at most most nodes (and never less than the nodes to keep) to stand for a graph. Above that number it keeps the nodes
// that it is told to, those without which most would fall apart, ends of bridges and those with the most neighbours; what is left is
// put into groups by the kept nodes it hangs on, small groups being spelled out again as long as there is room.
func (g *Graph) Sketch(keep []int, most int) *Sketch {
	if len(g.Nodes) <= most {
		return g.sketchOf(indexes(len(g.Nodes)), nil)
	}
	kept := g.outstanding(keep, most)
	groups := g.groups(kept)
	slices.SortStableFunc(groups, func(a, b SketchNode) int { return cmp.Compare(len(a.Members), len(b.Members)) })
	room := most - len(kept) - len(groups)
	for len(groups) > 0 && len(groups[0].Members)-1 <= room {
		room -= len(groups[0].Members) - 1
		kept = append(kept, groups[0].Members...)
		groups = groups[1:]
	}
	if room < 0 && len(groups) > 1 { // the smallest become one
		one, n := SketchNode{Group: true}, min(1-room, len(groups))
		for _, x := range groups[:n] {
			one.Members = append(one.Members, x.Members...)
			one.Parts += x.Parts
		}
		slices.Sort(one.Members)
		groups = append(groups[n:], one)
	}
	slices.Sort(kept)
	slices.SortFunc(groups, func(a, b SketchNode) int { return a.Members[0] - b.Members[0] })
	return g.sketchOf(kept, groups)
}

func indexes(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

// outstanding chooses the nodes that stand for themselves, about a third of most beside those to keep.
func (g *Graph) outstanding(keep []int, most int) []int {
	taken := map[int]bool{}
	var out []int
	take := func(v, upTo int) {
		if !taken[v] && len(out) < upTo {
			taken[v] = true
			out = append(out, v)
		}
	}
	for _, v := range keep {
		take(v, len(keep)+most)
	}
	base := len(out)
	weak := g.Weak()
	slices.SortStableFunc(weak.Points, func(a, b Point) int { return cmp.Compare(b.Apart(), a.Apart()) })
	for _, p := range weak.Points {
		if p.Apart() > 0 {
			take(p.Node, base+most/6)
		}
	}
	slices.SortStableFunc(weak.Bridges, func(a, b Bridge) int { return cmp.Compare(b.Lesser(), a.Lesser()) })
	for _, b := range weak.Bridges {
		if b.Lesser() > 1 {
			take(b.A, base+most/4)
			take(b.B, base+most/4)
		}
	}
	n := netOf(g, counting)
	degree := func(v int) int32 { return n.start[v+1] - n.start[v] }
	order := indexes(len(g.Nodes))
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(degree(b), degree(a)) })
	for _, v := range order {
		if degree(v) > 1 {
			take(v, base+most/3)
		}
	}
	for i, e := range g.Edges { // something of what was dropped
		if !g.Edges[i].Counts() {
			take(e.A, base+most/3+most/10)
			take(e.B, base+most/3+most/10)
		}
	}
	return out
}

// Lesser is how many nodes are on the smaller side.
func (b Bridge) Lesser() int { return min(b.SideA, b.SideB) }

// Apart is how many nodes would come apart from the largest part without the point, those that would be alone not counted.
func (p Point) Apart() int {
	n := 0
	for _, size := range p.Parts[1:] {
		if size > 1 {
			n += size
		}
	}
	return n
}

// groups puts the nodes that are not kept together by the kept nodes that their components hang on.
func (g *Graph) groups(kept []int) []SketchNode {
	parts := g.Parts(Change{WithoutNodes: kept})
	hang := make([][]int, len(parts.Members))
	for _, e := range g.Edges {
		if !e.Counts() {
			continue
		}
		switch a, b := parts.Of[e.A], parts.Of[e.B]; {
		case a < 0 && b >= 0:
			hang[b] = append(hang[b], e.A)
		case b < 0 && a >= 0:
			hang[a] = append(hang[a], e.B)
		}
	}
	order := indexes(len(hang))
	for i := range hang {
		slices.Sort(hang[i])
		hang[i] = slices.Compact(hang[i])
	}
	slices.SortStableFunc(order, func(a, b int) int { return slices.Compare(hang[a], hang[b]) })
	var out []SketchNode
	for k, i := range order {
		if k == 0 || !slices.Equal(hang[order[k-1]], hang[i]) {
			out = append(out, SketchNode{Group: true})
		}
		last := &out[len(out)-1]
		last.Members = append(last.Members, parts.Members[i]...)
		last.Parts++
	}
	for i := range out {
		slices.Sort(out[i].Members)
		if len(out[i].Members) == 1 {
			out[i].Group = false
		}
	}
	return out
}

// sketchOf joins kept nodes and groups by what edges there are between them.
func (g *Graph) sketchOf(kept []int, groups []SketchNode) *Sketch {
	s := &Sketch{}
	of := make([]int, len(g.Nodes))
	for _, v := range kept {
		of[v] = len(s.Nodes)
		s.Nodes = append(s.Nodes, SketchNode{Members: []int{v}, Parts: 1})
	}
	for _, x := range groups {
		for _, v := range x.Members {
			of[v] = len(s.Nodes)
		}
		s.Nodes = append(s.Nodes, x)
	}
	type key struct {
		a, b   int
		counts bool
	}
	at := map[key]int{}
	for i, e := range g.Edges {
		k := key{min(of[e.A], of[e.B]), max(of[e.A], of[e.B]), e.Counts()}
		if k.a == k.b {
			continue
		}
		j, ok := at[k]
		if !ok {
			j = len(s.Edges)
			at[k] = j
			s.Edges = append(s.Edges, SketchEdge{A: k.a, B: k.b, Counts: k.counts})
		}
		s.Edges[j].Edges = append(s.Edges[j].Edges, i)
	}
	slices.SortFunc(s.Edges, func(x, y SketchEdge) int {
		if c := cmp.Or(x.A-y.A, x.B-y.B); c != 0 || x.Counts == y.Counts {
			return c
		}
		if x.Counts {
			return -1
		}
		return 1
	})
	return s
}
