// Package warehousetest is the conformance suite: what kith promises of a warehouse, as projects with their data and the
// rows that must come of it. An engine conforms when Run passes with its connection and its dialect.
//
// A case is a txtar file under testdata/projects. Its sections are the files of a project, and besides
//
//	table NAME    a table of the warehouse: a line of typed columns, then rows as csv; NULL is NULL, an empty cell the empty text
//	init.sql      statements run before the first step, a blank line between them
//	written in    the dialect of the project's SQL, where it is not that of the engine
//	change NAME: FILE    what a file of the project is after that change; an empty one is gone
//	steps         the script
//
// The script consists of blocks with blank lines between them. A line that begins with # is a comment; the one above a query
// says how its rows follow from the data, because they are worked out by hand and not pasted. Blocks:
//
//	run [end_time=T] [begin_time=T] [force] [refs=A,B]    compiles and runs; below it, the diagnostics that are expected:
//	    error CODE "regex" FILE:LINE                      every error must be listed
//	    warning | note CODE "regex" FILE:LINE             must be among those given; others may be, too
//	sql STATEMENT                                         changes the warehouse
//	change NAME                                           changes the project
//	query SELECT                                          below it the columns and the rows, sorted
//	decide split|link ENTITY TYPE:VALUE TYPE:VALUE [TIME] keeps a decision about two ids, until a time if there is one
//	withdraw NUMBER                                       takes a decision back
//	checks                                                below it what the last run looked at: check, assertion, object,
//	                                                      status, failing rows and rows (- for none), severity; of those of
//	                                                      kith's own only what did not pass
//
// Statements go on over lines that are indented. A main id is written as rid(TYPE:VALUE) of the id that names it; the suite
// computes its digits by itself.
//
// All engines run the same files and are expected to give the same rows. Where an engine legitimately differs (its messages, SQL
// of the project that only it reads) the file says so: a section "NAME [ENGINE]" stands in the place of NAME on that engine, and a
// block or a line of expected diagnostics that begins with [ENGINE] is for that engine alone.
//
// A number is written without zeros at the end of its fraction, which engines keep or leave away as they like.
//
// Every case is run three ways: as written; then everything once more by force, which must give the same rows; then in an
// empty warehouse with the identity graph solved by SQL instead of in the process and every rewrite left out, which must give
// them again.
package warehousetest

import (
	"embed"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"kith/internal/dialect"
	"kith/internal/project"
	"kith/internal/run"
)

//go:embed testdata/projects/*.txtar
var projects embed.FS

var cases = flag.String("cases", "", "run the cases of this folder (from the package's) instead of the suite's")

var update = flag.Bool("update", false, "rewrite the expected diagnostics and rows of the conformance suite")

// Engine is a warehouse under test.
type Engine struct {
	// Dialect is the name of the dialect, one of Leaves.Dialects.
	Dialect string
	// Leaves are the parser, the dialects and the model types. The parser may be shared by all cases.
	Leaves project.Leaves
	// Open opens an empty warehouse whose schemas are those of Env, and closes it when the test ends.
	Open func(t testing.TB) run.Conn
	Env  dialect.Env
}

// Run runs every case on the engine.
func Run(t *testing.T, e Engine) {
	var files fs.FS = projects
	folder := "testdata/projects"
	if *cases != "" {
		files, folder = os.DirFS("."), *cases
	}
	names, err := fs.Glob(files, folder+"/*.txtar")
	if err != nil || len(names) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, name := range names {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			t.Parallel()
			data, err := fs.ReadFile(files, name)
			if err != nil {
				t.Fatal(err)
			}
			RunCase(t, e, name, data)
		})
	}
}

// RunCase runs one case in the form of the package comment. With -update it rewrites the file of that name beside this one.
func RunCase(t *testing.T, e Engine, name string, data []byte) {
	archive := txtar.Parse(data)
	c, err := parseCase(archive, e.Dialect)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	s := newSession(t, e, c, byRule)
	s.script(t, *update)
	if *update {
		rewrite(t, name, archive, c, e.Dialect)
	}
	if s.broken || t.Failed() {
		return // a project that cannot be compiled or run gives the same diagnostics in every way
	}
	t.Run("again", func(t *testing.T) { s.again(t) })
	t.Run("in_sql", func(t *testing.T) { newSession(t, e, c, inSQL).script(t, false) })
}

func rewrite(t *testing.T, name string, archive *txtar.Archive, c *testCase, engine string) {
	for i := range archive.Files {
		if archive.Files[i].Name == "steps" {
			archive.Files[i].Data = []byte(c.text(engine))
		}
	}
	_, here, _, _ := runtime.Caller(0)
	if err := os.WriteFile(filepath.Join(filepath.Dir(here), filepath.FromSlash(name)), txtar.Format(archive), 0o644); err != nil {
		t.Fatal(err)
	}
}
