package identity

import (
	"cmp"
	"slices"
)

// Suggestion is where a component that is two people by mistake probably wants to be cut.
type Suggestion struct {
	// Cut takes edges away; nil when no cut leaves two sides that are each held together by more than what is cut.
	Cut *Cut
	// Held is the weight of the edges inside the side that has less.
	Held int64
	// Point is the id that joins the most ids which are otherwise apart: an id that is shared looks like that. Nil when there is none.
	Point *Point
	// BridgesOnly is true when the graph was too large to look at anything but bridges.
	BridgesOnly bool
}

const (
	// thorough is up to how many pairs several cuts are tried, bridgesOnly from how many none but bridges.
	thorough    = 20_000
	bridgesOnly = 300_000
	// centres and fewCentres are between how many spread-out nodes cuts are tried.
	centres, fewCentres = 6, 2
)

// Suggest looks for the cut of a component that costs least beside what stays together: bridges, and cheapest cuts between nodes far
// apart. It is a guess, since the best cut of all cannot be found in reasonable time; it is the same guess for the same graph. node is any
// node of the component.
func (g *Graph) Suggest(node int) Suggestion {
	n := netOf(g, counting)
	dist := n.distances(node)
	weak := g.Weak()
	s := suggester{g: g, net: n, node: node, dist: dist}
	for _, b := range weak.Bridges {
		if dist[b.A] >= 0 {
			s.bridge(b)
		}
	}
	pairs := 0
	for p := range n.a {
		if dist[n.a[p]] >= 0 {
			pairs++
		}
	}
	out := Suggestion{BridgesOnly: pairs > bridgesOnly}
	if !out.BridgesOnly {
		k := fewCentres
		if pairs <= thorough {
			k = centres
		}
		s.cuts(s.centres(k))
	}
	if s.best != nil {
		out.Cut, out.Held = s.best, s.held
	} else if s.bestBridge != nil {
		c := s.cutOf(*s.bestBridge)
		out.Cut, out.Held = &c, s.held
	}
	out.Point = s.point(weak.Points)
	return out
}

// suggester is the work of Suggest. Of best and bestBridge one is set at most.
type suggester struct {
	g          *Graph
	net        *net
	node       int
	dist       []int32
	best       *Cut
	bestBridge *Bridge
	weight     int64
	held       int64
	small      int // nodes of the smaller side
}

// better tells whether a cut is better than the best so far, and keeps its measures if so: less weight for what is held, then more
// nodes on the smaller side.
func (s *suggester) better(weight, held int64, small int) bool {
	if held <= weight {
		return false
	}
	if s.weight > 0 {
		was, is := float64(s.weight)/float64(s.held), float64(weight)/float64(held)
		if cmp.Or(cmp.Compare(is, was), cmp.Compare(s.small, small)) >= 0 {
			return false
		}
	}
	s.weight, s.held, s.small = weight, held, small
	return true
}

func (s *suggester) bridge(b Bridge) {
	if s.better(b.Weight, min(b.InsideA, b.InsideB), min(b.SideA, b.SideB)) {
		s.bestBridge = &b
	}
}

// cutOf is the cut of a bridge.
func (s *suggester) cutOf(b Bridge) Cut {
	parts := s.g.Parts(Change{WithoutEdges: b.Edges})
	c := Cut{Side: make([]bool, len(s.g.Nodes))}
	for v := range c.Side {
		c.Side[v] = parts.Of[v] == parts.Of[b.A]
	}
	return c.finish(s.net, b.A)
}

// centres are nodes far from one another, none of them a leaf if that can be: each the one farthest from those before, then the
// heaviest, then the first.
func (s *suggester) centres(k int) []int {
	n := s.net
	heavy := make([]int64, n.nodes)
	for p, w := range n.weight {
		heavy[n.a[p]] += w
		heavy[n.b[p]] += w
	}
	far := slices.Repeat([]int32{1}, n.nodes)
	var out []int
	for len(out) < k {
		at := -1
		for v := range n.nodes {
			if s.dist[v] < 0 || n.start[v+1]-n.start[v] < 2 || far[v] == 0 {
				continue
			}
			if at < 0 || cmp.Or(cmp.Compare(far[v], far[at]), cmp.Compare(heavy[v], heavy[at])) > 0 {
				at = v
			}
		}
		if at < 0 {
			break
		}
		out = append(out, at)
		for v, d := range n.distances(at) {
			if len(out) == 1 || d < far[v] {
				far[v] = d
			}
		}
	}
	return out
}

// cuts tries the cheapest cut between every two nodes, seen from either.
func (s *suggester) cuts(nodes []int) {
	for _, a := range nodes {
		for _, b := range nodes {
			if a == b {
				continue
			}
			c, ok := s.g.Cheapest(a, b)
			if !ok {
				continue
			}
			if s.better(c.Weight, s.heldBy(&c), min(c.Near, c.Far)) {
				s.best, s.bestBridge = &c, nil
			}
		}
	}
}

// heldBy is the weight inside the side of a cut that has less.
func (s *suggester) heldBy(c *Cut) int64 {
	var near, far int64
	for p := range s.net.a {
		switch a, b := s.net.a[p], s.net.b[p]; {
		case s.dist[a] < 0 || c.Side[a] != c.Side[b]:
		case c.Side[a]:
			near += s.net.weight[p]
		default:
			far += s.net.weight[p]
		}
	}
	return min(near, far)
}

// point is the articulation point that separates the most nodes from the largest part, counting only parts of several nodes.
func (s *suggester) point(points []Point) *Point {
	var out *Point
	most := 0
	for i, p := range points {
		if s.dist[p.Node] < 0 {
			continue
		}
		if n := p.Apart(); n > most {
			out, most = &points[i], n
		}
	}
	return out
}
