package lower_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"kith/internal/addr"
	"kith/internal/lower"
	"kith/internal/model/modeltest"
	"kith/internal/rel"
)

// TestShop holds the laws of steps against a whole project.
func TestShop(t *testing.T) {
	root, err := filepath.Abs("../../examples/shop")
	if err != nil {
		t.Fatal(err)
	}
	g, diags := modeltest.Load(t, root, modeltest.Options())
	if diags.HasErrors() {
		t.Fatal(modeltest.Text(diags))
	}
	out := lower.Lower(g, lower.Context{SeqNo: 1, EndTime: modeltest.EndTime, KernelNodes: 1000})
	if len(out.Steps) < 30 {
		t.Errorf("only %d steps", len(out.Steps))
	}
	checkSteps(t, out)
}

// problems are the laws of steps that a lowered project breaks:
//   - programs make sense;
//   - whatever a step's statements read is made by a step that it waits for, and comes before it;
//   - no two steps or published views have one name, letter case ignored, and no two objects one name;
//   - a step makes its objects and leaves nothing else behind.
func problems(out *lower.Result) []string {
	var bad []string
	say := func(format string, args ...any) { bad = append(bad, fmt.Sprintf(format, args...)) }
	maker := map[string]*lower.Step{}
	steps := map[string]bool{}
	for _, s := range out.Steps {
		if err := rel.Check(s.Program); err != nil {
			say("%s: %v", s.Addr, err)
		}
		if out.Step(s.Addr) != s {
			say("%s is not found by its address", s.Addr)
		}
		if steps[s.Addr.Key()] {
			say("two steps %s", s.Addr)
		}
		steps[s.Addr.Key()] = true
		left := map[string]bool{}
		for _, o := range rel.Makes(s.Program) {
			left[o.Key()] = true
		}
		for _, st := range s.Program {
			if d, ok := st.(*rel.Drop); ok {
				delete(left, d.Object.Key())
			}
		}
		for _, o := range s.Kept {
			delete(left, o.Key())
		}
		for _, o := range append([]rel.Object{s.Out}, s.Extra...) {
			if !left[o.Key()] {
				say("%s does not make %s", s.Addr, o.Key())
			}
			delete(left, o.Key())
			if old := maker[fold(o)]; old != nil {
				say("%s and %s both make %s", old.Addr, s.Addr, o.Key())
			}
			maker[fold(o)] = s
		}
		for k := range left {
			say("%s leaves %s behind", s.Addr, k)
		}
	}
	done := map[addr.Addr]bool{}
	for _, s := range out.Steps {
		before := map[*lower.Step]bool{}
		for _, a := range s.Needs {
			n := out.Step(a)
			switch {
			case n == nil:
				say("%s needs %s, which no step is", s.Addr, a)
			case !done[a]:
				say("%s comes before %s, which it needs", s.Addr, a)
			}
			before[n] = true
		}
		done[s.Addr] = true
		for _, o := range rel.Reads(s.Program) {
			if o.Space != rel.Internal {
				continue
			}
			m := maker[fold(o)]
			switch {
			case m == nil:
				say("%s reads %s, which no step makes", s.Addr, o.Key())
			case !before[m]:
				say("%s reads what %s makes without needing it", s.Addr, m.Addr)
			}
		}
		for _, p := range s.Parts {
			for _, o := range rel.Reads(rel.Program{&rel.Assert{Query: p.Probe()}}) {
				if m := maker[fold(o)]; o.Space == rel.Internal && (m == nil || !before[m]) {
					say("the probe %s of %s reads %s, which need not be there", p.Name, s.Addr, o.Key())
				}
			}
			if err := rel.CheckRel(p.Probe()); err != nil {
				say("the probe %s of %s: %v", p.Name, s.Addr, err)
			}
		}
	}
	names := map[string]addr.Addr{}
	for _, p := range out.Published {
		if old, ok := names[lowered(p.Name)]; ok {
			say("%s and %s both publish %s", old, p.Step, p.Name)
		}
		names[lowered(p.Name)] = p.Step
		if out.Step(p.Step) == nil {
			say("%s is published from %s, which no step is", p.Name, p.Step)
		}
		if m := maker[fold(p.From)]; m == nil || m.Addr != p.Step {
			say("%s is published from %s, which %s does not make", p.Name, p.From.Key(), p.Step)
		}
	}
	return bad
}

func lowered(s string) string { return addr.Addr(s).Key() }

func fold(o rel.Object) string { return lowered(o.Key()) }

// TestTwice is that lowering twice gives the same steps.
func TestTwice(t *testing.T) {
	root, err := filepath.Abs("../../examples/shop")
	if err != nil {
		t.Fatal(err)
	}
	text := func() string {
		g, _ := modeltest.Load(t, root, modeltest.Options())
		var b strings.Builder
		out := lower.Lower(g, lower.Context{SeqNo: 1, EndTime: modeltest.EndTime, KernelNodes: 1000})
		for _, s := range out.Steps {
			fmt.Fprintf(&b, "%s %s %v %v %v\n%s", s.Addr, s.Title, s.Needs, s.Out, s.Extra, rel.Format(s.Program))
		}
		for _, p := range out.Published {
			fmt.Fprintf(&b, "%s %s %v\n", p.Name, p.Step, p.ColumnComments)
		}
		return b.String()
	}
	want := text()
	for range 10 {
		if got := text(); got != want {
			t.Fatalf("differs from one time to the next:\n%s\nfirst:\n%s", got, want)
		}
	}
}
