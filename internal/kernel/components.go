package kernel

import (
	"math"
	"math/bits"
)

// A node of the graph. The parent lies beside the key so that looking a key up brings the parent into the cache too.
type node struct {
	key    int64
	parent uint32
}

const (
	chunkBits = 18
	chunkSize = 1 << chunkBits // nodes; 4 MB
	chunkMask = chunkSize - 1
	nodeBytes = 16
	slotBytes = 4
	minSlots  = 1 << 10
	// maxNodes keeps an id plus one within a slot of 2^32 slots, 3/4 full.
	maxNodes = 3 << 30
)

// Components finds the connected components of a graph whose edges arrive in batches.
//
// It is a union-find with path halving. The root of a set is its smallest key, which makes the label independent of the
// order of edges without a second pass. Keys that are hashes are in random order, and linking by a random order is as
// good as linking by rank; for keys in an unlucky order path halving alone still bounds the work by m log n.
//
// Memory: nodes lie in chunks that are never copied, 16 bytes a node; the hash table of 4-byte ids is at most 3/4 full
// and doubles, 5 to 11 bytes a node. The old table is dropped before the new one is made, because the nodes can fill it
// again. Nothing here holds a pointer per node, so the garbage collector has nothing to scan.
type Components struct {
	chunks [][]node
	n      uint32   // number of nodes
	slots  []uint32 // the length is a power of two; see slot
	shift  uint     // 64 - log2(len(slots))
	idBits uint     // log2(len(slots))
	limit  uint32   // nodes at which slots must grow
	budget int64
	used   int64    // bytes of chunks and slots
	first  []uint32 // of the rows being added
	ids    []uint32
	done   bool
}

// NewComponents returns a graph without nodes.
func NewComponents(o Options) *Components {
	c := &Components{budget: o.Memory}
	if c.budget <= 0 {
		c.budget = math.MaxInt64
	}
	c.setSlots(minSlots)
	return c
}

// Nodes is the number of distinct keys seen.
func (c *Components) Nodes() int64 { return int64(c.n) }

// Bytes is the memory that the tables take.
func (c *Components) Bytes() int64 { return c.used }

// Add connects, in each row, all keys that are not NULL. A row with a single key makes a node of it. A key may be any
// int64. After a *MemoryError the graph is of no more use.
func (c *Components) Add(b Batch) error {
	n := b.Len()
	if n == 0 {
		return nil
	}
	// first[r] is the id of row r's first key, plus one.
	if cap(c.first) < n {
		c.first, c.ids = make([]uint32, n), make([]uint32, n)
	}
	first := c.first[:n]
	clear(first)
	for i, keys := range b.Cols {
		var valid []bool
		if i < len(b.Valid) {
			valid = b.Valid[i]
		}
		if err := c.internAll(keys, valid, c.ids[:n]); err != nil {
			return err
		}
		for r, id := range c.ids[:n] {
			switch {
			case id == 0:
			case first[r] == 0:
				first[r] = id
			default:
				c.union(first[r]-1, id-1)
			}
		}
	}
	return nil
}

// internAll sets ids[r] to the id of keys[r] plus one, 0 for NULL. It goes over the keys twice: the loads of the first
// pass do not depend on each other, so the processor has many of them in flight, and a large graph waits for memory most
// of the time.
func (c *Components) internAll(keys []int64, valid []bool, ids []uint32) error {
	for r, key := range keys {
		home, _ := c.home(key)
		ids[r] = c.slots[home]
	}
	// A table that grew on the way has moved the slots that were read, and the width of an id within them.
	idBits := c.idBits
	for r, key := range keys {
		if valid != nil && !valid[r] {
			ids[r] = 0
			continue
		}
		_, tag := c.home(key)
		if s := ids[r]; idBits == c.idBits && s != 0 && s>>idBits == tag {
			if id := s&(1<<idBits-1) - 1; c.at(id).key == key {
				ids[r] = id + 1
				continue
			}
		}
		id, ok := c.intern(key)
		if !ok {
			var err error
			if id, err = c.insert(key); err != nil {
				return err
			}
		}
		ids[r] = id + 1
	}
	return nil
}

func (c *Components) at(id uint32) *node { return &c.chunks[id>>chunkBits][id&chunkMask] }

// home is the slot at which the search for a key begins, and the tag of the key: Fibonacci hashing after folding the high
// half into the low one, so that small integers and keys that differ in high bits only spread as well as hashes do.
//
// A slot holds an id plus one (0 is free) and, in the bits that ids do not need at this size, a tag made of further bits
// of the hash. Most keys that merely collide differ in the tag, and the search passes them without a look at the node,
// which would be a cache miss each.
func (c *Components) home(key int64) (slot uint64, tag uint32) {
	x := uint64(key)
	x ^= x >> 32
	x *= 0x9E3779B97F4A7C15
	return x >> c.shift, uint32(x<<c.idBits>>32) >> c.idBits
}

// intern returns the id of a known key.
func (c *Components) intern(key int64) (uint32, bool) {
	mask := uint64(len(c.slots) - 1)
	i, tag := c.home(key)
	for ; ; i = (i + 1) & mask {
		s := c.slots[i]
		if s == 0 {
			return 0, false
		}
		if s>>c.idBits != tag {
			continue
		}
		if id := s&(1<<c.idBits-1) - 1; c.at(id).key == key {
			return id, true
		}
	}
}

// insert adds a key that is not known as a set of its own.
func (c *Components) insert(key int64) (uint32, error) {
	if c.n >= c.limit {
		if err := c.grow(); err != nil {
			return 0, err
		}
	}
	id := c.n
	if id&chunkMask == 0 {
		if err := c.addChunk(); err != nil {
			return 0, err
		}
	}
	last := len(c.chunks) - 1
	if len(c.chunks[last]) == cap(c.chunks[last]) {
		if err := c.widen(last); err != nil {
			return 0, err
		}
	}
	c.chunks[last] = append(c.chunks[last], node{key, id})
	c.n++
	c.place(key, id)
	return id, nil
}

func (c *Components) place(key int64, id uint32) {
	mask := uint64(len(c.slots) - 1)
	i, tag := c.home(key)
	for c.slots[i] != 0 {
		i = (i + 1) & mask
	}
	c.slots[i] = tag<<c.idBits | (id + 1)
}

// addChunk opens the next chunk. Only the first one starts small and is widened, so that a tiny graph stays tiny.
func (c *Components) addChunk() error {
	size := chunkSize
	if len(c.chunks) == 0 {
		size = minSlots
	}
	if err := c.reserve(int64(size) * nodeBytes); err != nil {
		return err
	}
	c.chunks = append(c.chunks, make([]node, 0, size))
	return nil
}

func (c *Components) widen(i int) error {
	old := c.chunks[i]
	if err := c.reserve(int64(cap(old)) * nodeBytes); err != nil {
		return err
	}
	c.chunks[i] = append(make([]node, 0, 2*cap(old)), old...)
	return nil
}

// grow doubles the hash table and fills it again from the nodes.
func (c *Components) grow() error {
	if c.n >= maxNodes {
		return &MemoryError{Nodes: int64(c.n), Need: c.used, Budget: c.budget}
	}
	size := 2 * len(c.slots)
	if err := c.reserve(int64(size-len(c.slots)) * slotBytes); err != nil {
		return err
	}
	c.slots = nil
	c.slots = make([]uint32, size)
	c.shape()
	id := uint32(0)
	for _, chunk := range c.chunks {
		for k := range chunk {
			c.place(chunk[k].key, id)
			id++
		}
	}
	return nil
}

func (c *Components) setSlots(size int) {
	c.slots = make([]uint32, size)
	c.used += int64(size) * slotBytes
	c.shape()
}

func (c *Components) shape() {
	c.idBits = uint(bits.Len(uint(len(c.slots))) - 1)
	c.shift = 64 - c.idBits
	c.limit = uint32(min(uint64(len(c.slots))/4*3, maxNodes))
}

func (c *Components) reserve(more int64) error {
	if c.used+more > c.budget {
		return &MemoryError{Nodes: int64(c.n), Need: c.used + more, Budget: c.budget}
	}
	c.used += more
	return nil
}

// find returns the root of a set and halves the path to it.
func (c *Components) find(id uint32) (uint32, *node) {
	at := c.at(id)
	for {
		parent := at.parent
		if parent == id {
			return id, at
		}
		up := c.at(parent)
		if up.parent == parent {
			return parent, up
		}
		at.parent = up.parent
		id = up.parent
		at = c.at(id)
	}
}

// union joins two sets under the smaller of their root keys.
func (c *Components) union(a, b uint32) {
	ra, na := c.find(a)
	rb, nb := c.find(b)
	switch {
	case ra == rb:
	case na.key < nb.key:
		nb.parent = ra
	default:
		na.parent = rb
	}
}
