package exectest

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"kith/internal/dialect/duckdb"
	"kith/internal/rel"
)

func query(t testing.TB, r rel.Rel) string {
	t.Helper()
	text, list := duckdb.New().Query(r, env)
	if len(list) > 0 {
		t.Fatal(list)
	}
	return text.S
}

// goodText are texts that can be stored: no NUL.
var goodText = rapid.String().Filter(func(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) })

// TestLiteralsRoundTrip writes values and reads them back.
func TestLiteralsRoundTrip(t *testing.T) {
	e := open(t)
	rapid.Check(t, func(rt *rapid.T) {
		text := goodText.Draw(rt, "text")
		n := rapid.Int64().Draw(rt, "int")
		f := rapid.Float64().Draw(rt, "double")
		at := time.UnixMicro(rapid.Int64Range(-62135596800000000, 253402300799999999).Draw(rt, "time")).UTC()
		row := e.values(query(t, &rel.Select{Items: []rel.Item{
			{As: "a", Expr: rel.S(text)}, {As: "b", Expr: &rel.Cast{X: rel.I(n), Type: rel.BigInt}}, {As: "c", Expr: &rel.Lit{Value: f}},
			{As: "d", Expr: &rel.Lit{Value: at}}, {As: "e", Expr: &rel.Op{Op: "-", Args: []rel.Expr{&rel.Cast{X: rel.I(0), Type: rel.Double}, &rel.Lit{Value: f}}}},
		}}))[0]
		if row[0] != text || row[1] != n || math.Float64bits(row[2].(float64)) != math.Float64bits(f) || !row[3].(time.Time).Equal(at) || row[4] != 0-f {
			rt.Errorf("got %#v for %q, %d, %v, %v", row, text, n, f, at)
		}
	})
	for _, f := range []float64{0, math.Copysign(0, -1), math.Inf(1), math.Inf(-1), math.MaxFloat64, math.SmallestNonzeroFloat64, 0.1, 1e15, 123456789012345.6, -1e-5} {
		got := e.values(query(t, &rel.Select{Items: []rel.Item{{As: "a", Expr: &rel.Lit{Value: f}}}}))[0][0].(float64)
		if math.Float64bits(got) != math.Float64bits(f) {
			t.Errorf("%v comes back as %v", f, got)
		}
	}
	if got := e.values(query(t, &rel.Select{Items: []rel.Item{{As: "a", Expr: &rel.Lit{Value: math.NaN()}}}}))[0][0].(float64); !math.IsNaN(got) {
		t.Errorf("NaN comes back as %v", got)
	}
}

// TestNamesRoundTrip makes tables and columns of any name and finds them under it.
func TestNamesRoundTrip(t *testing.T) {
	e := open(t)
	e.exec("CREATE SCHEMA app_kith")
	reserved := rapid.SampledFrom([]string{"select", "user", "at", "Order", "left", "values", "time", "interval", "row", "exists", "struct", "map", "lambda", "offset", "a b", `"`, `"""`, ".", "a.b", "é", "1", "$1", "_", "*"})
	name := rapid.OneOf(reserved, goodText.Filter(func(s string) bool { return s != "" && !strings.ContainsAny(s, "\n\r") }))
	rapid.Check(t, func(rt *rapid.T) {
		table, column := name.Draw(rt, "table"), name.Draw(rt, "column")
		out := rel.Named(rel.Internal, table)
		stmts, list := duckdb.New().Print(rel.Program{&rel.Let{
			Out: out, Body: &rel.Values{Columns: []rel.Column{{Name: column, Type: rel.BigInt}}, Rows: [][]rel.Expr{{rel.I(7)}}},
			ColumnComments: map[string]string{column: "it's " + column},
		}}, env)
		if len(list) > 0 {
			rt.Fatal(list)
		}
		e.run(stmts)
		got := e.rows("SELECT column_name, comment FROM duckdb_columns() WHERE schema_name = 'app_kith' AND table_name = '" + strings.ReplaceAll(table, "'", "''") + "'")
		if want := column + "|it's " + column; !slices.Equal(got, []string{want}) {
			rt.Errorf("got %q, want %q", got, want)
		}
		r := &rel.Select{From: rel.Source{Rel: &rel.Table{Object: out}, Alias: column}, Items: []rel.Item{{Expr: rel.C(column, column), As: table}}}
		if got := e.rows(query(t, r)); !slices.Equal(got, []string{"7"}) {
			rt.Errorf("got %q", got)
		}
		stmts, _ = duckdb.New().Print(rel.Program{&rel.Drop{Object: out}}, env)
		e.run(stmts)
	})
}

// TestToTimestamp converts a column of every type that holds times; others are refused by the engine, aloud.
func TestToTimestamp(t *testing.T) {
	e := open(t)
	text := func(typ, value, want string) {
		t.Helper()
		e.exec("CREATE OR REPLACE TABLE x AS SELECT CAST('" + value + "' AS " + typ + ") AS v, 1 AS n UNION ALL SELECT NULL, 2")
		sql := query(t, &rel.Select{
			From:    rel.Source{Rel: &rel.Table{Object: rel.Object{Parts: []rel.Ident{{Name: "x"}}}}, Alias: "x"},
			Items:   []rel.Item{{As: "t", Expr: rel.F(rel.ToTimestamp, rel.C("x", "v"))}},
			OrderBy: []rel.Order{{Expr: rel.C("x", "n")}},
		})
		if got := e.rows("SELECT t, typeof(t) FROM (" + sql + ")"); !slices.Equal(got, []string{want + "|TIMESTAMP", "NULL|TIMESTAMP"}) {
			t.Errorf("%s %s: got %q, want %q", typ, value, got, want)
		}
	}
	text("TIMESTAMP", "2024-07-02 03:04:05.123456", "2024-07-02 03:04:05.123456")
	text("TIMESTAMP_S", "2024-07-02 03:04:05", "2024-07-02 03:04:05")
	text("TIMESTAMP_MS", "2024-07-02 03:04:05.123", "2024-07-02 03:04:05.123")
	text("TIMESTAMP_NS", "2024-07-02 03:04:05.123456789", "2024-07-02 03:04:05.123456")
	text("TIMESTAMPTZ", "2024-07-02 03:04:05.5+02", "2024-07-02 01:04:05.5")
	text("DATE", "2024-07-02", "2024-07-02 00:00:00")
	text("VARCHAR", "2024-07-02", "2024-07-02 00:00:00")
	text("VARCHAR", "2024-07-02 03:04:05.25", "2024-07-02 03:04:05.25")
	text("VARCHAR", "2024-07-02T03:04:05", "2024-07-02 03:04:05")
	text("VARCHAR", "2024-07-02T03:04:05Z", "2024-07-02 03:04:05")
	text("VARCHAR", "2024-07-02 03:04:05-07:30", "2024-07-02 10:34:05")
	text("VARCHAR", "2024-07-02 03:04:05 UTC", "2024-07-02 03:04:05")
	text("VARCHAR", "1969-12-31 23:59:59+00", "1969-12-31 23:59:59")

	sql := query(t, &rel.Select{Items: []rel.Item{{As: "t", Expr: rel.F(rel.ToTimestamp, &rel.Cast{X: rel.I(5), Type: rel.BigInt})}}})
	if _, err := e.db.Exec(sql); err == nil || !strings.Contains(err.Error(), "BIGINT") {
		t.Errorf("a number is no time, but: %v", err)
	}
}

// TestHash64 keeps all 64 bits: both signs appear, and texts and seeds give different hashes.
func TestHash64(t *testing.T) {
	e := open(t)
	e.exec("CREATE TABLE r AS SELECT range AS i FROM range(10000)")
	sql := query(t, &rel.Select{
		From:  rel.Source{Rel: &rel.Table{Object: rel.Object{Parts: []rel.Ident{{Name: "r"}}}}, Alias: "r"},
		Items: []rel.Item{{As: "h", Expr: rel.F(rel.Hash64, &rel.Cast{X: rel.C("r", "i"), Type: rel.Text}, rel.I(3))}},
	})
	got := e.rows("SELECT count(DISTINCT h), count(*) FILTER (WHERE h < 0) > 4000, count(*) FILTER (WHERE h > 0) > 4000, any_value(typeof(h)) FROM (" + sql + ")")
	if want := []string{"10000|true|true|BIGINT"}; !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

// TestFiles reads files whose paths look like patterns.
func TestFiles(t *testing.T) {
	e := open(t)
	dir := filepath.Join(t.TempDir(), "it's [a] dir*?")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	// The number that is none stands after the engine's usual sample.
	var b strings.Builder
	b.WriteString("id,name\n")
	for i := range 30000 {
		fmt.Fprintf(&b, "%d,n%d\n", i, i)
	}
	b.WriteString("x,last\n")
	csv := filepath.Join(dir, "a[1].csv")
	if err := os.WriteFile(csv, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "a.json"), []byte(`[{"id": 1, "name": "x"}]`), 0o644); err != nil {
		t.Fatal(err)
	}
	e.exec("COPY (SELECT 1 AS id, 'x' AS name) TO '" + strings.ReplaceAll(filepath.Join(dir, "a.parquet"), "'", "''") + "'")
	count := func(path, format string, want string) {
		t.Helper()
		sql := query(t, &rel.Select{
			From:  rel.Source{Rel: &rel.File{Path: path, Format: format}, Alias: "f"},
			Items: []rel.Item{{As: "n", Expr: &rel.Agg{Fn: rel.CountStar}}, {As: "m", Expr: &rel.Agg{Fn: rel.Max, Args: []rel.Expr{rel.C("f", "id")}}}},
		})
		if got := e.rows(sql); !slices.Equal(got, []string{want}) {
			t.Errorf("%s: got %q, want %q", path, got, want)
		}
	}
	count(csv, "csv", "30001|x")
	count(filepath.Join(dir, "a.json"), "json", "1|1")
	count(filepath.Join(dir, "a.parquet"), "parquet", "1|1")
}
