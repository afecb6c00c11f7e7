package kernel

import (
	"cmp"
	"math/bits"
	"slices"
)

// Which says what nodes a result has.
type Which int

// The choices.
const (
	// AllNodes gives every node.
	AllNodes Which = iota
	// ChangedNodes leaves out the nodes that are their own label: what a map of labels need not hold.
	ChangedNodes
)

// labelBatch is the number of rows of a batch of labels.
const labelBatch = 1 << 14

// Labels are the rows (node, label) of a solved graph, ordered by node.
//
// The order costs about a tenth of the whole and makes the rows written a function of the graph alone. The ids are put
// into buckets of equal key range (a counting sort into the memory of the hash table, which is needed no more), and a
// bucket is sorted when its turn comes.
type Labels struct {
	graph   *Components
	which   Which
	rows    int64
	order   []uint32 // ids by bucket
	ends    []uint32 // end of each bucket in order
	lowest  int64
	shift   uint
	bucket  int
	pending []pair // sorted rows not given yet
	held    []pair
	out     Batch
}

type pair struct{ node, label int64 }

// Labels solves the graph and returns its rows. Edges may not be added any more. The error is a *MemoryError.
func (c *Components) Labels(which Which) (*Labels, error) {
	l := &Labels{graph: c, which: which, out: Batch{Cols: [][]int64{nil, nil}, Valid: [][]bool{nil, nil}}}
	if c.n == 0 {
		return l, nil
	}
	low, high := c.flatten()
	if which == ChangedNodes {
		c.each(func(id uint32, n *node) {
			if n.parent != id {
				l.rows++
			}
		})
	} else {
		l.rows = int64(c.n)
	}
	if !c.done {
		c.done = true
		l.order = c.slots[:c.n]
		c.slots = nil
	} else {
		if err := c.reserve(int64(c.n) * slotBytes); err != nil {
			return nil, err
		}
		l.order = make([]uint32, c.n)
	}
	l.spread(low, high)
	return l, nil
}

// flatten points every node at its root and returns the smallest and the largest key.
func (c *Components) flatten() (low, high int64) {
	low, high = c.at(0).key, c.at(0).key
	c.each(func(id uint32, n *node) {
		low, high = min(low, n.key), max(high, n.key)
		n.parent, _ = c.find(id)
	})
	return low, high
}

func (c *Components) each(fn func(id uint32, n *node)) {
	id := uint32(0)
	for _, chunk := range c.chunks {
		for k := range chunk {
			fn(id, &chunk[k])
			id++
		}
	}
}

// spread sorts the ids into buckets of equal key range, about 128 nodes each for keys that are hashes.
func (l *Labels) spread(low, high int64) {
	c := l.graph
	want := min(bits.Len32(c.n)-min(bits.Len32(c.n), 7), 20)
	l.lowest = low
	l.shift = uint(max(bits.Len64(uint64(high)-uint64(low))-want, 0))
	buckets := (uint64(high)-uint64(low))>>l.shift + 1
	l.ends = make([]uint32, buckets+1)
	c.each(func(_ uint32, n *node) { l.ends[l.bucketOf(n.key)+1]++ })
	for i := 1; i < len(l.ends); i++ {
		l.ends[i] += l.ends[i-1]
	}
	// ends[b] is the start of bucket b and moves to its end as the bucket is filled.
	l.ends = l.ends[:buckets]
	c.each(func(id uint32, n *node) {
		b := l.bucketOf(n.key)
		l.order[l.ends[b]] = id
		l.ends[b]++
	})
}

func (l *Labels) bucketOf(key int64) uint64 { return (uint64(key) - uint64(l.lowest)) >> l.shift }

// Rows is the number of rows in all.
func (l *Labels) Rows() int64 { return l.rows }

// Next returns the next rows, an empty batch after the last. The batch is valid until Next is called again.
func (l *Labels) Next() Batch {
	nodes, labels := l.out.Cols[0][:0], l.out.Cols[1][:0]
	for len(nodes) < labelBatch && l.fill() {
		n := min(labelBatch-len(nodes), len(l.pending))
		for _, p := range l.pending[:n] {
			nodes, labels = append(nodes, p.node), append(labels, p.label)
		}
		l.pending = l.pending[n:]
	}
	l.out.Cols[0], l.out.Cols[1] = nodes, labels
	return l.out
}

// fill makes pending hold rows, and reports false when there are no more.
func (l *Labels) fill() bool {
	for len(l.pending) == 0 {
		if l.bucket == len(l.ends) {
			return false
		}
		start := uint32(0)
		if l.bucket > 0 {
			start = l.ends[l.bucket-1]
		}
		rows := l.held[:0]
		for _, id := range l.order[start:l.ends[l.bucket]] {
			n := l.graph.at(id)
			if l.which == ChangedNodes && n.parent == id {
				continue
			}
			rows = append(rows, pair{n.key, l.graph.at(n.parent).key})
		}
		slices.SortFunc(rows, func(a, b pair) int { return cmp.Compare(a.node, b.node) })
		l.held, l.pending = rows, rows
		l.bucket++
	}
	return true
}
