package migrate

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"kith/internal/diag"
	"kith/internal/spec"
)

// TestCorpusMigrates holds every project of the corpus to the promises of a migration.
func TestCorpusMigrates(t *testing.T) {
	for name, files := range corpus(t) {
		t.Run(name, func(t *testing.T) { check(t, files) })
	}
}

// TestErasLoad loads a project of each era without a mistake, and migrates it without a rest.
func TestErasLoad(t *testing.T) {
	archives, err := filepath.Glob("testdata/eras/*.txtar")
	if err != nil || len(archives) < 21 {
		t.Fatalf("%d eras, %v", len(archives), err)
	}
	for _, file := range archives {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			ar, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			files := filesOf(ar)
			_, list, err := spec.LoadFS(files, "")
			if err != nil || list.HasErrors() {
				var b strings.Builder
				diag.Render(&b, list, false)
				t.Fatalf("%v\n%s", err, b.String())
			}
			if left := check(t, files).Left(); len(left) > 0 {
				t.Errorf("left to the user: %v", left)
			}
		})
	}
}
