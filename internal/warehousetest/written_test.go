package warehousetest

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// qualified are the schemas that the projects name.
var qualified = regexp.MustCompile(`\b(lib|museum_db\.raw|raw)\.`)

// TestDuckDBWritten runs projects that other packages only compile, of older schemas for instance: testdata/written holds their
// rows and what comes of them, worked out by hand, under the name that the project has in internal/migrate/testdata.
func TestDuckDBWritten(t *testing.T) {
	rows, err := filepath.Glob("testdata/written/*.txtar")
	if err != nil || len(rows) == 0 {
		t.Fatalf("no rows: %v", err)
	}
	for _, file := range rows {
		name := strings.TrimSuffix(filepath.Base(file), ".txtar")
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			found, err := filepath.Glob("../migrate/testdata/*/" + name + ".txtar")
			if err != nil || len(found) != 1 {
				t.Fatalf("%d projects are named %s: %v", len(found), name, err)
			}
			written, err := txtar.ParseFile(found[0])
			if err != nil {
				t.Fatal(err)
			}
			own, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for i := range written.Files { // tables of tests are in the one schema that there is
				written.Files[i].Data = qualified.ReplaceAll(written.Files[i].Data, nil)
			}
			own.Files = append(written.Files, own.Files...)
			runArchive(t, embedded, own)
		})
	}
}

// runArchive is RunCase for an archive that is in no single file, so that nothing is rewritten.
func runArchive(t *testing.T, e Engine, archive *txtar.Archive) {
	c, err := parseCase(archive, e.Dialect)
	if err != nil {
		t.Fatal(err)
	}
	s := newSession(t, e, c, byRule)
	s.script(t, false)
	if !s.broken && !t.Failed() {
		t.Run("again", func(t *testing.T) { s.again(t) })
		t.Run("in_sql", func(t *testing.T) { newSession(t, e, c, inSQL).script(t, false) })
	}
}
