package model_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"kith/internal/diag"
	"kith/internal/model/modeltest"
)

// TestManyMistakes is that mistakes anywhere never bring a panic, and a wrong project always says so.
func TestManyMistakes(t *testing.T) {
	ps := pieces(t)
	rapid.Check(t, func(rt *rapid.T) {
		out := append([]piece{}, ps...)
		for range rapid.IntRange(1, 4).Draw(rt, "mistakes") {
			i := rapid.IntRange(0, len(out)-1).Draw(rt, "piece")
			lines := strings.Split(out[i].text, "\n")
			at := rapid.IntRange(0, len(lines)-1).Draw(rt, "line")
			switch rapid.IntRange(0, 3).Draw(rt, "kind") {
			case 0:
				lines = append(lines[:at:at], lines[at+1:]...)
			case 1:
				lines[at] = strings.Replace(lines[at], "e", "", 1)
			case 2:
				lines[at] = strings.Replace(lines[at], ":", ": {{", 1)
			case 3:
				lines = append(lines[:at:at], append([]string{lines[at]}, lines[at:]...)...)
			}
			out[i].text = strings.Join(lines, "\n")
		}
		g, diags := modeltest.Load(t, modeltest.Write(t, compose(out, one)), modeltest.Options())
		if g == nil && !diags.HasErrors() {
			rt.Fatalf("no graph and no mistake")
		}
		if g == nil {
			return
		}
		if !diags.HasErrors() {
			ordered(rt, g)
		}
		for _, n := range g.Order {
			if n.Base().Broken && !diags.HasErrors() {
				rt.Fatalf("%s is broken and nobody says why", n.Addr())
			}
		}
		for _, d := range diags {
			if d.Severity == diag.Error && d.Message == "" {
				rt.Fatalf("an error without words: %v", d)
			}
		}
	})
}

// TestOrderOfInputs is that the default stitcher, which takes its sources in the order of files, is the same in any.
func TestOrderOfInputs(t *testing.T) {
	ps := pieces(t)
	for i := range ps {
		ps[i].text = strings.ReplaceAll(ps[i].text, "  id_stitcher: models/account_graph\n", "")
	}
	want := hashes(t, ps, modeltest.Options())
	for i := range ps {
		for j := range i {
			if ps[i].section == "inputs" && ps[j].section == "inputs" {
				ps[i], ps[j] = ps[j], ps[i]
				if got := changed(want, hashes(t, ps, modeltest.Options())); got != "nothing" {
					t.Errorf("%s before %s changes %s", ps[j].name, ps[i].name, got)
				}
				ps[i], ps[j] = ps[j], ps[i]
			}
		}
	}
}
