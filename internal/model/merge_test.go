package model_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"kith/internal/model/modeltest"
)

// TestMerge prints how the values of each var with a from make one, for the project of each testdata/merge/*.txtar: the merge,
// whether it was written, and what stands in the way of computing the var from new rows alone.
func TestMerge(t *testing.T) {
	files, err := filepath.Glob("testdata/merge/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no testdata", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			ar := archive(t, file)
			g, diags := modeltest.Resolve(t, ar.Files)
			var b strings.Builder
			for _, c := range g.Cohorts {
				for _, v := range c.Vars {
					m := v.Merge
					if m == nil {
						fmt.Fprintf(&b, "%s: none, it has no from\n", v.Name)
						continue
					}
					text := m.Text
					if text == "" {
						text = "none"
					}
					if m.Declared {
						text += " (written)"
					}
					if m.Why != "" {
						text += "; " + m.Why
					}
					fmt.Fprintf(&b, "%s: %s\n", v.Name, text)
				}
			}
			modeltest.Golden(t, file, ar, *update, []txtar.File{
				{Name: "merges", Data: []byte(b.String())},
				{Name: "diagnostics", Data: []byte(modeltest.Text(diags))},
			})
		})
	}
}
