package audit

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestNumbers compares with a map, over keys that meet often and lie close together.
func TestNumbers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var n numbers
		want := map[int64]int32{}
		if _, ok := n.find(0); ok {
			t.Fatal("a key before there is any")
		}
		for _, k := range rapid.SliceOfN(rapid.OneOf(rapid.Int64Range(-40, 40), rapid.Int64(), rapid.Map(rapid.Int64Range(0, 9), func(k int64) int64 { return k << 60 })), 0, 300).Draw(t, "keys") {
			if _, ok := want[k]; !ok {
				if _, ok := n.find(k); ok {
					t.Fatalf("%d has a number already", k)
				}
				want[k] = int32(len(want))
			}
			if got := n.of(k); got != want[k] {
				t.Fatalf("%d is number %d, want %d", k, got, want[k])
			}
		}
		old := slices.Clone(n.keys)
		for i, r := range n.arrange() {
			if n.keys[r] != old[i] || r > 0 && n.keys[r-1] >= n.keys[r] {
				t.Fatalf("%v in order are %v", old, n.keys)
			}
			want[old[i]] = r
		}
		for k, i := range want {
			if got, ok := n.find(k); !ok || got != i || n.keys[i] != k {
				t.Fatalf("%d is number %d, want %d", k, got, i)
			}
		}
	})
}
