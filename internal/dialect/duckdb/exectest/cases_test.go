package exectest

import (
	"slices"
	"testing"

	"kith/internal/dialect"
	"kith/internal/dialect/dialecttest"
	"kith/internal/dialect/duckdb"
	"kith/internal/rel"
	"kith/internal/sqltext/duckparser"
)

// TestCases runs every program of the matrix and compares the rows with those worked out by hand.
func TestCases(t *testing.T) {
	parser := duckparser.New()
	defer parser.Close()
	d := duckdb.New()
	words := dialecttest.Texts{Parser: dialecttest.Words{}}.Cases()
	e := open(t)
	for _, s := range dialecttest.Fixture {
		e.exec(s)
	}
	for _, s := range dialect.Prepare(d, env) {
		e.exec(s.S)
	}
	for i, c := range (dialecttest.Texts{Parser: parser}).Cases() {
		t.Run(c.Name, func(t *testing.T) {
			e.t = t
			stmts, list := d.Print(append(c.Program, &rel.Assert{Message: "read", Query: c.Read}), env)
			if list.HasErrors() {
				t.Fatal(list)
			}
			read := stmts[len(stmts)-1].(*dialect.Assert).Query.S
			if w, _ := d.Print(append(words[i].Program, &rel.Assert{Message: "read", Query: words[i].Read}), env); dialect.Script(w) != dialect.Script(stmts) {
				t.Errorf("the engine's parser and that of the goldens differ:\n%s\n%s", dialect.Script(w), dialect.Script(stmts))
			}
			if c.Want == nil {
				return // reads a file that is not there
			}
			e.run(stmts[:len(stmts)-1])
			if got := e.rows(read); !slices.Equal(got, c.Want) {
				t.Errorf("got  %q\nwant %q\n%s", got, c.Want, read)
			}
		})
	}
}
