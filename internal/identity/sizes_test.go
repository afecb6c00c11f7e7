package identity

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestSizes compares with a list of all sizes, sorted: the nearest rank of p percent of n values is the first place i with
// i*100 >= p*n, counted from 1.
func TestSizes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := rapid.SliceOfN(rapid.Int64Range(1, 30), 1, 60).Draw(t, "sizes")
		counts := map[int64]int64{}
		var total int64
		for _, n := range all {
			counts[n]++
			total += n
		}
		slices.Sort(all)
		s := SizesOf(counts)
		if s.Count() != int64(len(all)) || s.Total() != total || s.Largest() != all[len(all)-1] {
			t.Fatalf("%v: count %d, total %d, largest %d", all, s.Count(), s.Total(), s.Largest())
		}
		rank := func(values []int64, permille int) int64 {
			for i := range values {
				if (i+1)*1000 >= permille*len(values) {
					return values[i]
				}
			}
			return 0
		}
		for _, permille := range []int{1, 250, 500, 900, 950, 990, 999, 1000} {
			if got, want := s.Percentile(float64(permille)/10), rank(all, permille); got != want {
				t.Fatalf("%v: percentile %d/1000 is %d, want %d", all, permille, got, want)
			}
		}
		median := rank(all, 500)
		var far []int64
		for _, n := range all {
			far = append(far, max(n-median, median-n))
		}
		slices.Sort(far)
		if got, want := s.Deviation(), rank(far, 500); got != want {
			t.Fatalf("%v: deviation %d, want %d", all, got, want)
		}
	})
}

func TestReplace(t *testing.T) {
	s := Sizes{{1, 4}, {3, 2}, {9, 1}}
	got := s.Replace(9, Sizes{{1, 2}, {6, 1}})
	if want := (Sizes{{1, 6}, {3, 2}, {6, 1}}); !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	if s.Of(3) != 2 || s.Of(2) != 0 || (Sizes{}).Percentile(50) != 0 || (Sizes{}).Average() != 0 {
		t.Error("wrong count of a size, or of nothing")
	}
}
