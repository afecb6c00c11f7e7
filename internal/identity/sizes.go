package identity

import (
	"cmp"
	"maps"
	"slices"
)

// Sizes says how many things there are of each size: clusters by their ids, or ids by their neighbours. A graph of n ids has at
// most about the square root of 2n different sizes of clusters, so this stays small where the graph does not.
type Sizes []SizeCount

// SizeCount is a size and how many have it.
type SizeCount struct {
	Size  int64 `json:"size"`
	Count int64 `json:"count"`
}

// SizesOf puts counts by size in order; sizes that nothing has are left out.
func SizesOf(counts map[int64]int64) Sizes {
	out := Sizes{}
	for _, size := range slices.Sorted(maps.Keys(counts)) {
		if n := counts[size]; n != 0 {
			out = append(out, SizeCount{size, n})
		}
	}
	return out
}

// Count is how many there are of any size.
func (s Sizes) Count() int64 {
	var n int64
	for _, c := range s {
		n += c.Count
	}
	return n
}

// Total is the sum of all sizes.
func (s Sizes) Total() int64 {
	var n int64
	for _, c := range s {
		n += c.Size * c.Count
	}
	return n
}

// Of is how many there are of one size.
func (s Sizes) Of(size int64) int64 {
	i, ok := slices.BinarySearchFunc(s, size, func(c SizeCount, size int64) int { return cmp.Compare(c.Size, size) })
	if !ok {
		return 0
	}
	return s[i].Count
}

// Largest is the largest size, 0 where there is nothing.
func (s Sizes) Largest() int64 {
	if len(s) == 0 {
		return 0
	}
	return s[len(s)-1].Size
}

// Average is the mean size, 0 where there is nothing.
func (s Sizes) Average() float64 {
	if n := s.Count(); n > 0 {
		return float64(s.Total()) / float64(n)
	}
	return 0
}

// Percentile is the least size that at least p percent have or stay below (nearest rank), so it is always a size that occurs; 0
// where there is nothing.
func (s Sizes) Percentile(p float64) int64 {
	// The rank is counted in thousandths of a percent, in integers: a product of floats would miss a rank that falls on a whole number.
	count := s.Count()
	permille := int64(p*1000 + 0.5)
	rank := (count*permille + 100_000 - 1) / 100_000
	var n int64
	for _, c := range s {
		if n += c.Count; n >= rank && n > 0 {
			return c.Size
		}
	}
	return 0
}

// Deviation is the median of the distances from the median (MAD), which a few values far away do not move.
func (s Sizes) Deviation() int64 {
	median := s.Percentile(50)
	far := map[int64]int64{}
	for _, c := range s {
		far[max(c.Size-median, median-c.Size)] += c.Count
	}
	return SizesOf(far).Percentile(50)
}

// Replace is what there is when one of a size has fallen into parts.
func (s Sizes) Replace(size int64, parts Sizes) Sizes {
	counts := map[int64]int64{}
	for _, c := range append(slices.Clone(s), parts...) {
		counts[c.Size] += c.Count
	}
	counts[size]--
	return SizesOf(counts)
}
