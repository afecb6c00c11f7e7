package identity

import (
	"container/heap"
	"slices"
)

// Step is a way from a node to a neighbour, with all edges between the two that could be gone.
type Step struct {
	From, To int
	// Edges are places of edges, in the order of the graph.
	Edges []int
}

// Path is a shortest way between two nodes over edges that count. Among ways of one length it is the one whose nodes come
// first. ok is false when there is none; the way of a node to itself has no steps.
func (g *Graph) Path(from, to int) (steps []Step, ok bool) {
	n := netOf(g, counting)
	dist := n.distances(to)
	if dist[from] < 0 {
		return nil, false
	}
	for at := int32(from); at != int32(to); {
		for k := n.start[at]; k < n.start[at+1]; k++ {
			if next := n.to[k]; dist[next] == dist[at]-1 {
				steps = append(steps, Step{int(at), int(next), n.edgesOf(n.via[k])})
				at = next
				break
			}
		}
	}
	return steps, true
}

// distances are the lengths of the shortest ways to a node, -1 for nodes without one.
func (n *net) distances(to int) []int32 {
	dist := make([]int32, n.nodes)
	for i := range dist {
		dist[i] = -1
	}
	dist[to] = 0
	queue := []int32{int32(to)}
	for len(queue) > 0 {
		v := queue[0]
		queue = queue[1:]
		for k := n.start[v]; k < n.start[v+1]; k++ {
			if w := n.to[k]; dist[w] < 0 {
				dist[w] = dist[v] + 1
				queue = append(queue, w)
			}
		}
	}
	return dist
}

// WouldBe is the way between two nodes that needs the fewest edges which do not count, and is the shortest and first of those. A
// step has edges that count if there are any, else those that were dropped. ok is false when no edge of any kind leads there.
func (g *Graph) WouldBe(from, to int) (steps []Step, ok bool) {
	n := netOf(g, func(int, *Edge) bool { return true })
	counts := make([]bool, len(n.a))
	for p := range n.a {
		counts[p] = slices.ContainsFunc(n.edgesOf(int32(p)), func(e int) bool { return g.Edges[e].Counts() })
	}
	step := func(p int32) cost {
		if counts[p] {
			return cost{steps: 1}
		}
		return cost{1, 1}
	}
	costs := n.costs(to, step)
	if costs[from].dropped < 0 {
		return nil, false
	}
	for at := int32(from); at != int32(to); {
		for k := n.start[at]; k < n.start[at+1]; k++ {
			if next := n.to[k]; costs[next].dropped >= 0 && costs[next].plus(step(n.via[k])) == costs[at] {
				edges := n.edgesOf(n.via[k])
				if counts[n.via[k]] {
					edges = slices.DeleteFunc(edges, func(e int) bool { return !g.Edges[e].Counts() })
				}
				steps = append(steps, Step{int(at), int(next), edges})
				at = next
				break
			}
		}
	}
	return steps, true
}

// cost is what a way takes: edges that do not count first, then its length.
type cost struct{ dropped, steps int32 }

func (c cost) plus(d cost) cost { return cost{c.dropped + d.dropped, c.steps + d.steps} }

func (c cost) less(d cost) bool {
	return c.dropped < d.dropped || c.dropped == d.dropped && c.steps < d.steps
}

// costs are those of the cheapest ways to a node; dropped is -1 for nodes without one.
func (n *net) costs(to int, step func(pair int32) cost) []cost {
	out := make([]cost, n.nodes)
	for i := range out {
		out[i].dropped = -1
	}
	out[to] = cost{}
	q := &costQueue{{int32(to), cost{}}}
	for q.Len() > 0 {
		at := heap.Pop(q).(queued)
		if out[at.node] != at.cost {
			continue
		}
		for k := n.start[at.node]; k < n.start[at.node+1]; k++ {
			w, c := n.to[k], at.cost.plus(step(n.via[k]))
			if out[w].dropped < 0 || c.less(out[w]) {
				out[w] = c
				heap.Push(q, queued{w, c})
			}
		}
	}
	return out
}

// queued is a node with the cost of a way to it.
type queued struct {
	node int32
	cost cost
}

// costQueue is a heap, the cheapest first.
type costQueue []queued

// Len, Less, Swap, Push and Pop are those of heap.Interface.
func (q costQueue) Len() int           { return len(q) }
func (q costQueue) Less(i, j int) bool { return q[i].cost.less(q[j].cost) }
func (q costQueue) Swap(i, j int)      { q[i], q[j] = q[j], q[i] }
func (q *costQueue) Push(x any)        { *q = append(*q, x.(queued)) }
func (q *costQueue) Pop() any {
	last := len(*q) - 1
	x := (*q)[last]
	*q = (*q)[:last]
	return x
}
