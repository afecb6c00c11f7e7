package identity

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestSketchLosesNothing(t *testing.T) {
	grouped := 0
	rapid.Check(t, func(t *rapid.T) {
		g := drawGraph(t, 40)
		most := 4 + rapid.IntRange(0, 40).Draw(t, "most")
		var keep []int
		for range rapid.IntRange(0, 3).Draw(t, "keep") {
			keep = append(keep, rapid.IntRange(0, len(g.Nodes)-1).Draw(t, "kept"))
		}
		s := g.Sketch(keep, most)
		if len(s.Nodes) > most+len(keep) {
			t.Fatalf("%d nodes, %d are asked for", len(s.Nodes), most)
		}
		of := map[int]int{}
		for i, n := range s.Nodes {
			if !n.Group && len(n.Members) != 1 || n.Parts < 1 || !slices.IsSorted(n.Members) {
				t.Fatalf("%+v", n)
			}
			if n.Group {
				grouped++
			}
			for _, v := range n.Members {
				if was, twice := of[v]; twice {
					t.Fatalf("node %d is in %d and %d", v, was, i)
				}
				of[v] = i
			}
		}
		if len(of) != len(g.Nodes) {
			t.Fatalf("%d nodes of %d", len(of), len(g.Nodes))
		}
		for _, v := range keep {
			if s.Nodes[of[v]].Group {
				t.Fatalf("node %d is not kept", v)
			}
		}
		seen := 0
		for _, e := range s.Edges {
			for _, i := range e.Edges {
				x := g.Edges[i]
				a, b := of[x.A], of[x.B]
				if e.A >= e.B || min(a, b) != e.A || max(a, b) != e.B || x.Counts() != e.Counts {
					t.Fatalf("edge %d in %+v", i, e)
				}
				seen++
			}
		}
		for _, x := range g.Edges {
			if of[x.A] == of[x.B] {
				seen++
			}
		}
		if seen != len(g.Edges) {
			t.Fatalf("%d edges of %d", seen, len(g.Edges))
		}
	})
	if grouped == 0 {
		t.Error("nothing was ever put into a group")
	}
}

func TestSketchOfAStar(t *testing.T) {
	var nodes []Node
	var edges []Edge
	for i := range 1000 {
		nodes = append(nodes, Node{Value: fmt.Sprintf("%04d", i), Type: "t"})
		if i > 0 {
			edges = append(edges, Edge{A: 0, B: i})
		}
	}
	s := New(nodes, edges).Sketch([]int{500}, 100)
	if len(s.Nodes) != 3 || !slices.Equal(s.Nodes[0].Members, []int{0}) || !slices.Equal(s.Nodes[1].Members, []int{500}) ||
		len(s.Nodes[2].Members) != 998 || s.Nodes[2].Parts != 998 || len(s.Edges) != 2 {
		t.Fatalf("%d nodes, %d edges", len(s.Nodes), len(s.Edges))
	}
}
