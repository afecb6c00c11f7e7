package portabletest

import (
	"database/sql"
	"path/filepath"
	"strings"
	"testing"

	"kith/internal/diag"
	"kith/internal/sqltext"
	"kith/internal/sqltext/duckparser"
	"kith/internal/sqltext/portable"
)

// TestParse reads text of another dialect through the front door, with the places of mistakes in the user's text.
func TestParse(t *testing.T) {
	p := duckparser.New()
	defer p.Close()
	read := func(text string, kind sqltext.Kind) (*sqltext.Tree, string) {
		trees, list := sqltext.ParseAll([]sqltext.Item{{
			Rendered: rendered(text), Kind: kind, What: "select", Rewrite: portable.Rewriter("snowflake"),
		}}, p)
		var said []string
		for _, d := range list {
			said = append(said, string(d.Code)+" at "+d.At.Text()+": "+d.Message)
		}
		return trees[0], strings.Join(said, "; ")
	}
	tree, said := read("sum(iff(kind = 'x', v:amount::float, 0))", sqltext.Scalar)
	if said != "" || tree.Opaque || !tree.Facts.Aggregates {
		t.Fatalf("%s %+v", said, tree.Facts)
	}
	var columns []string
	for _, c := range tree.Columns() {
		columns = append(columns, strings.Join(c.Parts, ".")+"@"+c.Text.Span().Text())
	}
	if got := strings.Join(columns, " "); got != "kind@kind v@v" {
		t.Errorf("columns %s", got)
	}
	tree, said = read("array_agg(distinct x) within group (order by x)", sqltext.Scalar)
	if said != "" || len(tree.AggregateCalls()) != 1 {
		t.Errorf("%s %v", said, tree.AggregateCalls())
	}
	tree, said = read("first_value(s) ignore nulls over (partition by a order by ts desc)", sqltext.Scalar)
	if said != "" || !tree.Facts.Windows || len(tree.WindowCalls()) != 1 || !tree.WindowCalls()[0].IgnoreNulls || tree.WindowCalls()[0].Over.OrderBy[0].Nulls != "first" {
		t.Errorf("%s %+v", said, tree.Facts)
	}
	if _, said = read("iff(a, b, c) + + from", sqltext.Scalar); !strings.Contains(said, "at from:") {
		t.Errorf("mistake: %s", said)
	}
	tree, said = read("time_slice(ts, 5, 'MINUTE')", sqltext.Scalar)
	if !tree.Opaque || !strings.HasPrefix(said, "Q020 at time_slice: ") {
		t.Errorf("refusal: %s", said)
	}
	if tree, said = read("select top 5 a, b as c from t order by a", sqltext.Query); said != "" || strings.Join(tree.Facts.Outputs, " ") != "a c" {
		t.Errorf("query: %s %+v", said, tree.Facts)
	}
}

// TestViewOutlivesKith publishes a view with the macros that it uses, and reads it later from a database that knows nothing
// else, also when it is attached under another name.
func TestViewOutlivesKith(t *testing.T) {
	path := filepath.Join(t.TempDir(), "w.duckdb")
	db, err := sql.Open("duckdb", path)
	if err != nil {
		t.Fatal(err)
	}
	r, _ := portable.Rewrite("snowflake", rendered("select dateadd(day, 1, to_date('2024-01-01')) as d, v:a::string as a, array_size(v:l) as n from (select parse_json('{\"a\": \"x\", \"l\": [1]}') as v)"), sqltext.Query)
	used := portable.Used("snowflake", []string{r.Text.S})
	if len(used) < 5 || len(used) > 15 {
		t.Errorf("%d macros used", len(used))
	}
	for _, s := range append(used, "create schema marts", "create view marts.v as "+r.Text.S) {
		if _, err := db.Exec(s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
	db.Close()
	const want = "2024-01-02 | x | 1"
	if db, err = sql.Open("duckdb", path); err != nil {
		t.Fatal(err)
	}
	if got := result(db, "select * from marts.v"); got != want {
		t.Errorf("got %s", got)
	}
	db.Close()
	if db, err = sql.Open("duckdb", ""); err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	if _, err := db.Exec("attach '" + path + "' as other (read_only)"); err != nil {
		t.Fatal(err)
	}
	if got := result(db, "select * from other.marts.v"); got != want {
		t.Errorf("attached: got %s", got)
	}
}

// TestTablesParse sends every row of the tables through the front door: the reader makes a tree of what the rewriter gives.
func TestTablesParse(t *testing.T) {
	p := duckparser.New()
	defer p.Close()
	paths, _ := filepath.Glob("testdata/*/*.txt")
	for _, path := range paths {
		var items []sqltext.Item
		for _, row := range readTable(t, path) {
			items = append(items, sqltext.Item{
				Rendered: rendered(row.query), Kind: sqltext.Query, What: row.query, Rewrite: portable.Rewriter(filepath.Base(filepath.Dir(path))),
			})
		}
		trees, list := sqltext.ParseAll(items, p)
		for _, d := range list {
			if d.Severity == diag.Error {
				t.Errorf("%s: %s", path, d.Message)
			}
		}
		for _, tree := range trees {
			if !tree.Opaque && sqltext.Print(tree.Nodes) != tree.Rendered.Text.S {
				t.Errorf("%s: %s is printed as %s", path, tree.Rendered.Text.S, sqltext.Print(tree.Nodes))
			}
		}
	}
}
