package model

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestOwnVars compares finding a var by name, while vars are added, with looking through them.
func TestOwnVars(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := &Cohort{}
		names := rapid.SampledFrom([]string{"a", "A", "b", "total", "Total", "ä", "Ä"})
		for range rapid.IntRange(0, 30).Draw(t, "steps") {
			name := names.Draw(t, "name")
			if rapid.Bool().Draw(t, "add") {
				c.Vars = append(c.Vars, &EntityVar{Name: name})
				continue
			}
			i := slices.IndexFunc(c.Vars, func(v *EntityVar) bool { return strings.EqualFold(v.Name, name) })
			got := c.own(name)
			if i < 0 && got != nil || i >= 0 && got != c.Vars[i] {
				t.Fatalf("%s is %v among %d vars", name, got, len(c.Vars))
			}
		}
	})
}

// TestNeedsAreASet adds needs, few and many, and takes some away as circles of cohorts do.
func TestNeedsAreASet(t *testing.T) {
	var nodes []Node
	for range 40 {
		nodes = append(nodes, &VarTable{})
	}
	rapid.Check(t, func(t *rapid.T) {
		b := &NodeBase{}
		var want []Node
		for range rapid.IntRange(0, 120).Draw(t, "steps") {
			n := rapid.SampledFrom(nodes).Draw(t, "node")
			if rapid.IntRange(0, 9).Draw(t, "remove") == 0 {
				b.forget(n)
				want = remove(want, n)
				continue
			}
			b.need(n)
			if !slices.Contains(want, n) {
				want = append(want, n)
			}
		}
		if !slices.Equal(b.Needs, want) {
			t.Fatalf("%d needs, want %d", len(b.Needs), len(want))
		}
	})
}
