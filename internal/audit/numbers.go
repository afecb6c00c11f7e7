package audit

import (
	"cmp"
	"slices"
)

// numbers gives keys numbers from 0 in the order in which they come. Keys are hashes, so their own bits place them in an open table;
// it takes 8 bytes a key and 4 to 16 for its slots, where a map takes about 40.
type numbers struct {
	keys  []int64
	slots []uint32 // number + 1, 0 for none; a power of two of them
}

// slot is the place of a key, or that where it is to be put.
func (n *numbers) slot(k int64) uint64 {
	mask := uint64(len(n.slots) - 1)
	// What is multiplied with an odd number with bits all over uses all bits of the key.
	at := (uint64(k) * 0x9e3779b97f4a7c15) >> 7 & mask
	for n.slots[at] != 0 && n.keys[n.slots[at]-1] != k {
		at = (at + 1) & mask
	}
	return at
}

// of is the number of a key, a new one for a new key.
func (n *numbers) of(k int64) int32 {
	if 2*len(n.keys) >= len(n.slots) {
		n.slots = make([]uint32, max(64, 2*len(n.slots)))
		for i, old := range n.keys {
			n.slots[n.slot(old)] = uint32(i) + 1
		}
	}
	at := n.slot(k)
	if n.slots[at] == 0 {
		n.keys = append(n.keys, k)
		n.slots[at] = uint32(len(n.keys))
	}
	return int32(n.slots[at] - 1)
}

// find is the number of a key that has one.
func (n *numbers) find(k int64) (number int32, ok bool) {
	if len(n.slots) == 0 {
		return 0, false
	}
	at := n.slot(k)
	return int32(n.slots[at]) - 1, n.slots[at] != 0
}

// arrange numbers the keys anew, in their order, so that numbers do not tell in which order they came. It returns the new number of
// each old one.
func (n *numbers) arrange() []int32 {
	order := make([]int32, len(n.keys))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortFunc(order, func(i, j int32) int { return cmp.Compare(n.keys[i], n.keys[j]) })
	rank := make([]int32, len(order))
	for i, old := range order {
		rank[old] = int32(i)
	}
	for i, s := range n.slots {
		if s != 0 {
			n.slots[i] = uint32(rank[s-1]) + 1
		}
	}
	slices.Sort(n.keys)
	return rank
}
