package exectest

import (
	"slices"
	"testing"

	"kith/internal/dialect"
	"kith/internal/dialect/duckdb"
	"kith/internal/rel"
)

// TestPasses makes one table whole and in passes: the rows are the same, however many passes there are.
func TestPasses(t *testing.T) {
	e := open(t)
	e.exec("CREATE SCHEMA app_kith")
	e.exec("CREATE SCHEMA raw")
	e.exec("CREATE TABLE raw.visits AS SELECT 'u' || (i % 37) AS who, i AS n FROM range(1000) t(i)")
	out := rel.Named(rel.Internal, "visits_by_person")
	visits := &rel.Table{Object: rel.Object{Space: rel.External, Parts: []rel.Ident{{Name: "raw"}, {Name: "visits"}}}}
	let := &rel.Let{Out: out, PassKey: rel.C("v", "who"), Body: &rel.Select{
		From: rel.Source{Rel: visits, Alias: "v"}, Where: []rel.Expr{rel.NotNull(rel.C("v", "who"))}, GroupBy: []rel.Expr{rel.C("v", "who")},
		Items: []rel.Item{{Expr: rel.C("v", "who"), As: "who"}, {Expr: &rel.Agg{Fn: rel.Sum, Args: []rel.Expr{rel.C("v", "n")}}, As: "total"}}}}
	stmts, list := duckdb.New().Print(rel.Program{let}, env)
	if list.HasErrors() {
		t.Fatal(list)
	}
	const read = "SELECT who, total FROM app_kith.visits_by_person ORDER BY who"
	e.run(stmts)
	want := e.rows(read)
	if len(want) != 37 {
		t.Fatalf("%d groups, want 37", len(want))
	}
	var whole *dialect.SQL
	for _, s := range stmts {
		if sql, ok := s.(*dialect.SQL); ok && sql.Passes != nil {
			whole = sql
		}
	}
	if whole == nil {
		t.Fatal("the statement offers no passes")
	}
	for _, n := range []int{2, 8, 64} {
		passes := whole.Passes(n)
		if len(passes) != n {
			t.Fatalf("%d statements for %d passes", len(passes), n)
		}
		for _, p := range passes {
			e.exec(p.S)
		}
		if got := e.rows(read); !slices.Equal(got, want) {
			t.Errorf("%d passes: got %q, want %q", n, got, want)
		}
	}
}
