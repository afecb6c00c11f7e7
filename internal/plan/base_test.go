package plan

import (
	"testing"
	"time"

	"kith/internal/addr"
)

// TestBase: a graph carries on the one of the latest end time in the line of publishes.
func TestBase(t *testing.T) {
	day := func(n int) time.Time { return time.Date(2026, 1, n, 0, 0, 0, 0, time.UTC) }
	m := func(name string, end int, asOf bool) Material {
		return Material{Ref: "models/g", Type: "id_stitcher", Hash: "h" + name, Name: name, EndTime: day(end), AsOf: asOf}
	}
	f := Facts{Objects: map[string]bool{}, Materials: []Material{m("A", 1, false), m("B", 3, false), m("C", 3, false), m("D", 2, true), m("E", 9, false)}}
	collated := m("F", 9, false)
	collated.Type = "id_collator"
	f.Materials = append(f.Materials, collated)
	for _, name := range []string{"a", "b", "c", "d", "f"} { // the mapping of E is not there
		f.Objects[name+"_internal_mapping"] = true
	}
	f.Objects["b_internal_chain"] = true
	f.Objects["i_internal_mapping"] = true
	f.Imports = map[string]Material{"models/h": m("I", 1, false)}
	if b := f.Base(addr.Addr("models/h"), "new"); b == nil || b.Material != "I" || b.Chain {
		t.Errorf("without a graph: %v, want what was imported", b)
	}
	f.Line = map[string][]string{"models/h": {"B"}}
	if b := f.Base(addr.Addr("models/h"), "new"); b == nil || b.Material != "B" {
		t.Errorf("with a graph: %v, want it", b)
	}
	for _, c := range []struct {
		line      []string
		own, want string
		chain     bool
	}{
		{nil, "new", "", false},
		{[]string{"A"}, "new", "A", false},
		{[]string{"A"}, "A", "", false},
		{[]string{"A", "B"}, "new", "B", true},          // a graph of an earlier time was published since
		{[]string{"C", "B", "A"}, "new", "C", false},    // of one end time the one published last
		{[]string{"C", "B", "A"}, "c", "B", true},       // made again under its name
		{[]string{"D", "A"}, "new", "A", false},         // of its time only
		{[]string{"D"}, "new", "", false},               // nothing else
		{[]string{"E", "gone", "A"}, "new", "A", false}, // cannot be read
		{[]string{"F", "B"}, "new", "B", true},          // its ids are values
	} {
		f.Line = map[string][]string{"models/g": c.line}
		got, chain := "", false
		if b := f.Base(addr.Addr("models/G"), c.own); b != nil {
			got, chain = b.Material, b.Chain
		}
		if got != c.want || chain != c.chain {
			t.Errorf("%v for %s: %q (chain %v), want %q (%v)", c.line, c.own, got, chain, c.want, c.chain)
		}
	}
}
