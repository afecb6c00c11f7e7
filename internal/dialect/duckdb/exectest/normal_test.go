package exectest

import (
	"testing"

	"kith/internal/dialect"
	"kith/internal/dialect/dialecttest"
	"kith/internal/dialect/duckdb"
	"kith/internal/normal"
	"kith/internal/rel"
)

// TestNormalisers compares the engine with package normal, for every character.
func TestNormalisers(t *testing.T) {
	e := open(t)
	e.exec("CREATE SCHEMA app_kith")
	for range 2 { // what is there stays
		for _, s := range dialect.Prepare(duckdb.New(), env) {
			e.exec(s.S)
		}
	}
	e.exec("CREATE TABLE texts (n BIGINT, v VARCHAR)")
	texts := dialecttest.NormalTexts()
	for i, s := range texts {
		if _, err := e.db.Exec("INSERT INTO texts VALUES (?, ?)", i, s); err != nil {
			t.Fatal(err)
		}
	}
	e.exec("INSERT INTO texts VALUES (-1, NULL)")
	source := rel.Source{Rel: &rel.Table{Object: rel.Object{Space: rel.External, Parts: []rel.Ident{{Name: "texts"}}}}, Alias: "t"}
	for _, n := range dialecttest.Normalisers() {
		got := e.values(query(t, &rel.Select{From: source, Items: []rel.Item{{As: "v", Expr: n.Of(rel.C("t", "v"))}},
			OrderBy: []rel.Order{{Expr: rel.C("t", "n"), NullsLast: true}}}))
		if got[0][0] != nil {
			t.Errorf("%v of NULL: %v", n.Step, got[0][0])
		}
		for i, s := range texts {
			want, _ := normal.All([]normal.Step{n.Step}, s)
			if v, _ := got[i+1][0].(string); v != want {
				t.Errorf("%v of %+q: %+q, want %+q", n.Step, s, v, want)
			}
		}
	}
}
