package identity

import (
	"cmp"
	"slices"
)

// Shape is a graph of which only the shape is known: nodes are numbers, and two are joined or not. It takes a fraction of the memory
// of a Graph, for clusters of millions of ids.
type Shape struct {
	net  *net
	tree *tree
	far  []int32 // what Farthest writes down; -1 between its calls
}

// NewShape makes the shape of pairs of nodes, numbered from 0. Pairs may stand twice and in either direction; a pair of a node with
// itself joins nothing.
func NewShape(nodes int, a, b []int32) *Shape {
	keys := make([]uint64, 0, len(a))
	for i := range a {
		if a[i] != b[i] {
			keys = append(keys, uint64(min(a[i], b[i]))<<32|uint64(max(a[i], b[i])))
		}
	}
	slices.Sort(keys)
	keys = slices.Compact(keys)
	n := &net{nodes: nodes, a: make([]int32, len(keys)), b: make([]int32, len(keys)), weight: make([]int64, len(keys))}
	for i, k := range keys {
		n.a[i], n.b[i], n.weight[i] = int32(k>>32), int32(uint32(k)), 1
	}
	n.index()
	return &Shape{net: n, tree: n.search()}
}

// Root is the number of a node that stands for the component of v, the same for all nodes in it.
func (s *Shape) Root(v int32) int32 { return s.tree.root[v] }

// Size is how many nodes the component of v has.
func (s *Shape) Size(v int32) int64 { return int64(s.tree.size[s.tree.root[v]]) }

// Degree is how many nodes a node is joined to.
func (s *Shape) Degree(v int32) int64 { return int64(s.net.start[v+1] - s.net.start[v]) }

// Points are the nodes without which their components fall apart, in order.
func (s *Shape) Points() []Point { return s.tree.points() }

// Farthest is the greatest distance of any node from v. It costs as much as the component of v is large.
func (s *Shape) Farthest(v int32) int64 {
	if s.far == nil {
		s.far = make([]int32, s.net.nodes)
		for i := range s.far {
			s.far[i] = -1
		}
	}
	s.far[v] = 0
	met := []int32{v}
	for i := 0; i < len(met); i++ {
		u := met[i]
		for _, w := range s.net.to[s.net.start[u]:s.net.start[u+1]] {
			if s.far[w] < 0 {
				s.far[w] = s.far[u] + 1
				met = append(met, w)
			}
		}
	}
	far := s.far[met[len(met)-1]]
	for _, u := range met {
		s.far[u] = -1
	}
	return int64(far)
}

// Hubs are for each component, by its Root, the nodes that are joined to the most others, at most n of them, those joined to most
// first.
func (s *Shape) Hubs(n int) map[int32][]int32 {
	out := map[int32][]int32{}
	for v := range int32(s.net.nodes) {
		r := s.Root(v)
		hubs := out[r]
		i := len(hubs)
		for i > 0 && s.Degree(v) > s.Degree(hubs[i-1]) {
			i--
		}
		if i < n {
			out[r] = slices.Insert(hubs, i, v)[:min(len(hubs)+1, n)]
		}
	}
	return out
}

// Without are the sizes of what the components of some nodes fall into when all these nodes are gone, and how many nodes the
// components had with them.
func (s *Shape) Without(gone []int32) (parts Sizes, whole []int64) {
	touched := map[int32]bool{}
	for _, v := range gone {
		if r := s.Root(v); !touched[r] {
			touched[r] = true
			whole = append(whole, s.Size(v))
		}
	}
	f := s.forest(gone)
	counts := map[int64]int64{}
	for v := range int32(s.net.nodes) {
		if f.parent[v] == v && !f.gone[v] && touched[s.Root(v)] {
			counts[int64(f.size[v])]++
		}
	}
	return SizesOf(counts), whole
}

// Joined are the sizes of the parts that a node alone joins where others are gone, the largest first.
func (s *Shape) Joined(v int32, gone []int32) []int64 {
	f := s.forest(append([]int32{v}, gone...))
	seen := map[int32]bool{}
	var out []int64
	for _, w := range s.net.to[s.net.start[v]:s.net.start[v+1]] {
		if r := f.find(w); !f.gone[w] && !seen[r] {
			seen[r] = true
			out = append(out, int64(f.size[r]))
		}
	}
	slices.SortFunc(out, func(a, b int64) int { return cmp.Compare(b, a) })
	return out
}

// forest is the components without some nodes.
type forest struct {
	parent, size []int32
	gone         []bool
}

func (s *Shape) forest(gone []int32) *forest {
	n := s.net.nodes
	f := &forest{make([]int32, n), make([]int32, n), make([]bool, n)}
	for i := range f.parent {
		f.parent[i], f.size[i] = int32(i), 1
	}
	for _, v := range gone {
		f.gone[v] = true
	}
	for p, a := range s.net.a {
		b := s.net.b[p]
		if f.gone[a] || f.gone[b] {
			continue
		}
		if a, b = f.find(a), f.find(b); a != b {
			f.parent[b] = a
			f.size[a] += f.size[b]
		}
	}
	return f
}

func (f *forest) find(v int32) int32 {
	for f.parent[v] != v {
		f.parent[v] = f.parent[f.parent[v]]
		v = f.parent[v]
	}
	return v
}
