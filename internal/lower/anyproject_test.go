package lower_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"pgregory.net/rapid"

	"kith/internal/lower"
	"kith/internal/model/modeltest"
)

// TestAnyProject takes lines out of the projects of the goldens, or doubles them: what is left is lowered without a panic, and
// with the laws if it holds no mistake.
func TestAnyProject(t *testing.T) {
	files, err := filepath.Glob("testdata/lower/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	sound := 0
	rapid.Check(t, func(rt *rapid.T) {
		ar, err := txtar.ParseFile(rapid.SampledFrom(files).Draw(rt, "project"))
		if err != nil {
			rt.Fatal(err)
		}
		for range rapid.IntRange(1, 3).Draw(rt, "edits") {
			i := rapid.IntRange(0, len(ar.Files)-1).Draw(rt, "file")
			lines := strings.Split(string(ar.Files[i].Data), "\n")
			at := rapid.IntRange(0, len(lines)-1).Draw(rt, "line")
			if rapid.Bool().Draw(rt, "double") {
				lines = slices.Insert(lines, at, lines[at])
			} else {
				lines = slices.Delete(lines, at, at+1)
			}
			ar.Files[i].Data = []byte(strings.Join(lines, "\n"))
		}
		g, diags := modeltest.Resolve(t, ar.Files)
		if g == nil {
			return
		}
		out := lower.Lower(g, lower.Context{SeqNo: 1, EndTime: modeltest.EndTime, KernelNodes: 1000})
		if diags.HasErrors() {
			return
		}
		sound++
		for _, p := range problems(out) {
			rt.Error(p)
		}
	})
	if sound == 0 {
		t.Error("no project was without mistakes")
	}
}
