package warehousetest

import (
	"testing"

	"pgregory.net/rapid"
)

// TestDrawnGuards: the generator of graphs with guards has something for each of them to do, and what the oracle leaves holds.
func TestDrawnGuards(t *testing.T) {
	counts := map[string]int{}
	checks(t, 200, func(rt *rapid.T) {
		w := drawGuarded(rt)
		w.tally(counts)
		if name := w.brokenGuard(); name != "" {
			rt.Fatalf("the clusters break %s\n%s", name, w.world(nil).text())
		}
	})
	for _, kind := range guardKinds {
		t.Logf("%s: %d", kind, counts[kind])
		if counts[kind] == 0 {
			t.Errorf("no graph had use for %s", kind)
		}
	}
}
