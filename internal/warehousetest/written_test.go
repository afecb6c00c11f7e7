package warehousetest

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// qualified are the schemas that the projects name.
var qualified = regexp.MustCompile(`((?:table|view): )(?:lib|museum_db\.raw|raw)\.`)

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
				written.Files[i].Data = qualified.ReplaceAll(written.Files[i].Data, []byte("$1"))
			}
			instead(t, written, own)
			own.Files = append(written.Files, own.Files...)
			runArchive(t, embedded, own)
		})
	}
}

// instead changes what a project has and the engine of the test has no word for, or what nobody could look at: a line of the section
// "instead" says which, as in "grant select => comment on". A line break is \n there.
func instead(t *testing.T, written, own *txtar.Archive) {
	at := slices.IndexFunc(own.Files, func(f txtar.File) bool { return f.Name == "instead" })
	if at < 0 {
		return
	}
	for line := range strings.Lines(string(own.Files[at].Data)) {
		old, with, ok := strings.Cut(strings.ReplaceAll(strings.TrimSpace(line), `\n`, "\n"), " => ")
		found := false
		for i, f := range written.Files {
			found = found || strings.Contains(string(f.Data), old)
			written.Files[i].Data = []byte(strings.ReplaceAll(string(f.Data), old, with))
		}
		if !ok || !found {
			t.Fatalf("instead: nothing to replace: %s", line)
		}
	}
	own.Files = slices.Delete(own.Files, at, at+1)
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
