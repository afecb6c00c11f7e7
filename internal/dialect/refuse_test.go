package dialect_test

import (
	"strings"
	"testing"
	"time"

	"kith/internal/diag"
	"kith/internal/dialect"
	"kith/internal/dialect/dialecttest"
	"kith/internal/dialect/duckdb"
	"kith/internal/dialect/postgres"
	"kith/internal/rel"
)

// TestRefusals prints what an engine cannot take: a diagnostic with its code, at the user's place where there is one.
func TestRefusals(t *testing.T) {
	x := dialecttest.Texts{Parser: dialecttest.Words{}}
	item := func(e rel.Expr) rel.Rel { return &rel.Select{Items: []rel.Item{{As: "a", Expr: e}}} }
	from := func(e rel.Expr) rel.Rel {
		return &rel.Select{From: rel.Source{Rel: &rel.Table{Object: rel.Named(rel.Internal, "t")}, Alias: "o"}, Items: []rel.Item{{As: "a", Expr: e}}}
	}
	long := strings.Repeat("x", 64)
	for _, c := range []struct {
		name             string
		rel              rel.Rel
		duckdb, postgres diag.Code
		at               string // the user's bytes it points at
	}{
		{"NUL", item(rel.S("a\x00b")), diag.DValue, diag.DValue, ""},
		{"no UTF-8", item(rel.S("a\xffb")), diag.DValue, diag.DValue, ""},
		{"before our era", item(&rel.Lit{Value: time.Date(-5, 1, 1, 0, 0, 0, 0, time.UTC)}), diag.DValue, diag.DValue, ""},
		{"column in a string", from(x.Expr("o", "'{0}'", rel.C("o", "n"))), diag.DInString, diag.DInString, "{0}"},
		{"query in a string", from(x.Expr("o", "'{0}'", &rel.RelExpr{Rel: item(rel.I(1))})), diag.DInString, diag.DInString, "{0}"},
		{"long name", item(rel.C("o", long)), "", diag.DIdentifier, ""},
		{"empty name", item(rel.C("o", "")), diag.DIdentifier, diag.DIdentifier, ""},
		{"ignore nulls", from(x.Expr("o", "1 + last_value(n ignore nulls) over ()")), "", diag.DIgnoreNulls, "last_value(n ignore nulls) over ()"},
	} {
		for _, d := range []dialect.Dialect{duckdb.New(), postgres.New()} {
			want := c.duckdb
			if d.Name() == "postgres" {
				want = c.postgres
			}
			_, list := d.Query(c.rel, env)
			var got diag.Code
			if len(list) > 0 {
				got = list[0].Code
				if list[0].At.Text() != c.at {
					t.Errorf("%s: %s points at %q, want %q", c.name, d.Name(), list[0].At.Text(), c.at)
				}
			}
			if got != want || len(list) > 1 {
				t.Errorf("%s: %s says %v, want %s", c.name, d.Name(), list, want)
			}
		}
	}
}

// TestNamesOfObjects writes names as each engine reads them back.
func TestNamesOfObjects(t *testing.T) {
	quoted := rel.Object{Space: rel.External, Parts: []rel.Ident{{Name: "DB", Quoted: true}, {Name: "App"}, {Name: "Order"}}}
	env := dialect.Env{Catalog: "Cat", TargetSchema: "app", InternalSchema: "app_kith"}
	for _, c := range []struct {
		object           rel.Object
		duckdb, postgres string
	}{
		{quoted, `DB.App."Order"`, `"DB".app."order"`},
		{rel.Named(rel.Target, "User_1"), `Cat.app.User_1`, `"Cat".app."User_1"`},
		{rel.Named(rel.Internal, `a"b`), `Cat.app_kith."a""b"`, `"Cat".app_kith."a""b"`},
		{rel.Named(rel.Temp, "t"), "temp.t", "pg_temp.t"},
	} {
		if got := duckdb.New().Object(c.object, env); got != c.duckdb {
			t.Errorf("duckdb: %s, want %s", got, c.duckdb)
		}
		if got := postgres.New().Object(c.object, env); got != c.postgres {
			t.Errorf("postgres: %s, want %s", got, c.postgres)
		}
	}
	if got := postgres.New().Type(rel.Double) + " " + duckdb.New().Type(rel.Unknown); got != "double precision VARCHAR" {
		t.Errorf("types: %s", got)
	}
	at := time.Date(2024, 1, 2, 3, 4, 5, 6789, time.FixedZone("x", 3600))
	if got := duckdb.New().TimeLiteral(at); got != "TIMESTAMP '2024-01-02 02:04:05.000006'" {
		t.Errorf("time: %s", got)
	}
}
