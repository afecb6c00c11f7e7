package main

import (
	"path/filepath"
	"testing"

	"kith/internal/rel"
	"kith/internal/warehouse/duckdb"
)

// TestSolve solves two chains of five edges in both ways.
func TestSolve(t *testing.T) {
	file := filepath.Join(t.TempDir(), "edges.parquet")
	conn, err := duckdb.Open(t.Context(), duckdb.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := conn.Exec(t.Context(), "COPY (SELECT i // 5 * 10 + i % 5 AS a, i // 5 * 10 + i % 5 + 1 AS b FROM range(10) t(i)) TO '"+file+"' (FORMAT parquet)"); err != nil {
		t.Fatal(err)
	}
	for _, inSQL := range []bool{false, true} {
		out, err := solve(t.Context(), file, duckdb.Config{}, inSQL)
		if err != nil {
			t.Fatal(err)
		}
		if out.Joined != 10 || inSQL != (out.Rounds > 1) || len(out.Seconds) != 1 {
			t.Errorf("in SQL %v: %+v", inSQL, out)
		}
	}
}

// TestSolveFindsWhatIsApart holds the check of the answer to finding an edge between two components.
func TestSolveFindsWhatIsApart(t *testing.T) {
	conn, err := duckdb.Open(t.Context(), duckdb.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := conn.Exec(t.Context(), "CREATE TABLE labels AS SELECT 2 AS key, 1 AS label"); err != nil {
		t.Fatal(err)
	}
	pair := &rel.Values{Columns: []rel.Column{{Name: "a", Type: rel.BigInt}, {Name: "b", Type: rel.BigInt}}, Rows: [][]rel.Expr{{rel.I(1), rel.I(2)}, {rel.I(3), rel.I(2)}}}
	if n, err := apart(t.Context(), conn, pair); err != nil || n != 1 {
		t.Errorf("%d %v", n, err)
	}
}
