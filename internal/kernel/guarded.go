package kernel

import (
	"cmp"
	"context"
	"fmt"
	"slices"
)

// Guarded joins edges one after the other in a given order, and refuses each edge whose ends may not come together: because
// the set would hold more marked nodes than its mark allows, or both ends of a forbidden pair. What may not come together never
// may later, for sets only grow; so a refused edge lies between two sets of the result, and taking any of them back would
// break what it was refused for.
//
// Edges carry a number that is their place in the order, so that the outcome depends on no order of rows and no batching.
type Guarded struct {
	ids     map[int64]uint32
	sets    []set
	edges   []guardedEdge
	marks   map[int64]int // numbers of marks to places in counts
	most    []int64
	numbers []int64 // of marks, by place
	pairs   []forbidden
	budget  int64
	used    int64
}

// set is a node, and while it is a root, the set.
type set struct {
	parent uint32
	size   uint32
	// counts are the marked nodes of the set by the place of the mark; nil for none.
	counts []int64
	// apart are the places of forbidden pairs with an end in the set.
	apart []int32
}

type guardedEdge struct {
	no   int64
	a, b int64
}

type forbidden struct {
	no   int64
	a, b uint32
}

// Refused is an edge that was refused. Why is the number of a mark (0 or more), or -1 less the number of a forbidden pair; of
// several reasons a pair stands before a mark, and the smaller number before the greater. Found is how many nodes of that mark
// there would have been, 0 for a pair.
type Refused struct{ A, B, Why, Found int64 }

// Bytes that a node, an edge and a set with counts take, about, the maps included.
const (
	guardedNodeBytes = 112
	guardedEdgeBytes = 24
	countBytes       = 8
)

// NewGuarded returns a graph without nodes.
func NewGuarded(o Options) *Guarded {
	return &Guarded{ids: map[int64]uint32{}, marks: map[int64]int{}, budget: o.Memory}
}

func (g *Guarded) reserve(n int64) error {
	if g.used += n; g.budget > 0 && g.used > g.budget {
		return &MemoryError{Nodes: int64(len(g.sets)), Need: g.used, Budget: g.budget}
	}
	return nil
}

func (g *Guarded) node(key int64) (uint32, error) {
	if id, ok := g.ids[key]; ok {
		return id, nil
	}
	if err := g.reserve(guardedNodeBytes); err != nil {
		return 0, err
	}
	id := uint32(len(g.sets))
	g.ids[key] = id
	g.sets = append(g.sets, set{parent: id, size: 1})
	return id, nil
}

// Mark says that a node counts under the mark of a number, of which one set may hold at most most. The number of a mark is 0 or
// more, and its most is the same wherever it is told. It errs on other input, and with *MemoryError.
func (g *Guarded) Mark(key, number, most int64) error {
	at, known := g.marks[number]
	switch {
	case number < 0 || most < 1:
		return fmt.Errorf("kernel guarded: mark %d allows %d", number, most)
	case known && g.most[at] != most:
		return fmt.Errorf("kernel guarded: mark %d allows %d and %d", number, g.most[at], most)
	case !known:
		at = len(g.most)
		g.marks[number] = at
		g.most, g.numbers = append(g.most, most), append(g.numbers, number)
	}
	id, err := g.node(key)
	if err != nil {
		return err
	}
	s := &g.sets[id]
	for len(s.counts) <= at {
		if err := g.reserve(countBytes); err != nil {
			return err
		}
		s.counts = append(s.counts, 0)
	}
	s.counts[at] = 1
	return nil
}

// Forbid says that two nodes may never come together. number is 0 or more. A node apart from itself means nothing. It errs with
// *MemoryError.
func (g *Guarded) Forbid(a, b, number int64) error {
	if number < 0 {
		return fmt.Errorf("kernel guarded: forbidden pair %d", number)
	}
	if a == b {
		return nil
	}
	x, err := g.node(a)
	if err != nil {
		return err
	}
	y, err := g.node(b)
	if err != nil {
		return err
	}
	at := int32(len(g.pairs))
	g.pairs = append(g.pairs, forbidden{number, x, y})
	g.sets[x].apart, g.sets[y].apart = append(g.sets[x].apart, at), append(g.sets[y].apart, at)
	return g.reserve(guardedEdgeBytes)
}

// Add adds an edge with its place in the order: edges are joined by ascending number, and of equal ones by the smaller and then
// the greater end. It errs with *MemoryError.
func (g *Guarded) Add(number, a, b int64) error {
	if err := g.reserve(guardedEdgeBytes); err != nil {
		return err
	}
	g.edges = append(g.edges, guardedEdge{number, min(a, b), max(a, b)})
	return nil
}

func (g *Guarded) find(id uint32) uint32 {
	for g.sets[id].parent != id {
		up := g.sets[g.sets[id].parent].parent
		g.sets[id].parent, id = up, up
	}
	return id
}

// Join joins what may be joined and returns the edges that were refused, in the order of their ends. It errs with *MemoryError.
func (g *Guarded) Join(ctx context.Context) ([]Refused, error) {
	slices.SortFunc(g.edges, func(x, y guardedEdge) int {
		return cmp.Or(cmp.Compare(x.no, y.no), cmp.Compare(x.a, y.a), cmp.Compare(x.b, y.b))
	})
	var out []Refused
	for i, e := range g.edges {
		if i&0xffff == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		x, err := g.node(e.a)
		if err != nil {
			return nil, err
		}
		y, err := g.node(e.b)
		if err != nil {
			return nil, err
		}
		if x, y = g.find(x), g.find(y); x == y {
			continue
		}
		if why, found, bad := g.refuse(x, y); bad {
			out = append(out, Refused{e.a, e.b, why, found})
			continue
		}
		if err := g.union(x, y); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(out, func(x, y Refused) int {
		return cmp.Or(cmp.Compare(x.A, y.A), cmp.Compare(x.B, y.B), cmp.Compare(y.Why, x.Why))
	})
	return slices.CompactFunc(out, func(x, y Refused) bool { return x.A == y.A && x.B == y.B }), nil
}

// refuse says why two sets may not come together.
func (g *Guarded) refuse(x, y uint32) (why, found int64, bad bool) {
	if len(g.sets[x].apart) > len(g.sets[y].apart) {
		x, y = y, x
	}
	for _, at := range g.sets[x].apart {
		p := g.pairs[at]
		a, b := g.find(p.a), g.find(p.b)
		if a == x && b == y || a == y && b == x {
			if no := -1 - p.no; !bad || no > why {
				why, bad = no, true
			}
		}
	}
	if bad {
		return why, 0, true
	}
	m, n := g.sets[x].counts, g.sets[y].counts
	for at := range min(len(m), len(n)) {
		if m[at] == 0 || n[at] == 0 {
			continue
		}
		if sum := m[at] + n[at]; sum > g.most[at] && (!bad || g.numbers[at] < why) {
			why, found, bad = g.numbers[at], sum, true
		}
	}
	return why, found, bad
}

func (g *Guarded) union(x, y uint32) error {
	if g.sets[x].size < g.sets[y].size {
		x, y = y, x
	}
	s, gone := &g.sets[x], &g.sets[y]
	gone.parent = x
	s.size += gone.size
	if len(s.counts) < len(gone.counts) {
		s.counts, gone.counts = gone.counts, s.counts
	}
	for at, n := range gone.counts {
		s.counts[at] += n
	}
	if len(s.apart) < len(gone.apart) {
		s.apart, gone.apart = gone.apart, s.apart
	}
	s.apart = append(s.apart, gone.apart...)
	if err := g.reserve(4 * int64(len(gone.apart))); err != nil {
		return err
	}
	gone.counts, gone.apart = nil, nil
	return nil
}

// runGuarded reads edges (number, a, b), marks (node, mark, most) and, where there is a third input, forbidden pairs (a, b, number).
func runGuarded(ctx context.Context, in []Source, o Options) (*Result, error) {
	g := NewGuarded(o)
	readers := []func(x, y, z int64) error{g.Add, g.Mark, g.Forbid}
	if len(in) < 2 || len(in) > len(readers) {
		return nil, fmt.Errorf("kernel guarded: %d inputs", len(in))
	}
	for i, source := range in {
		if err := source(ctx, triples(ctx, readers[i])); err != nil {
			return nil, err
		}
	}
	refused, err := g.Join(ctx)
	if err != nil {
		return nil, err
	}
	return &Result{Rows: int64(len(refused)), Next: func() (Batch, error) {
		if err := ctx.Err(); err != nil {
			return Batch{}, err
		}
		n := min(len(refused), labelBatch)
		b := Batch{Cols: make([][]int64, 4), Valid: make([][]bool, 4)}
		for _, r := range refused[:n] {
			for c, v := range []int64{r.A, r.B, r.Why, r.Found} {
				b.Cols[c] = append(b.Cols[c], v)
			}
		}
		refused = refused[n:]
		return b, nil
	}}, nil
}

// triples calls a function for each row of three numbers.
func triples(ctx context.Context, fn func(x, y, z int64) error) func(Batch) error {
	return func(b Batch) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		if b.Len() > 0 && len(b.Cols) != 3 {
			return fmt.Errorf("kernel guarded: rows of %d columns", len(b.Cols))
		}
		for c, valid := range b.Valid {
			if slices.Contains(valid, false) {
				return fmt.Errorf("kernel guarded: column %d holds NULL", c+1)
			}
		}
		for r := range b.Len() {
			if err := fn(b.Cols[0][r], b.Cols[1][r], b.Cols[2][r]); err != nil {
				return err
			}
		}
		return nil
	}
}
