package duckparser_test

import (
	"context"
	"database/sql"
	"fmt"
	"reflect"
	"sort"
	"strings"
	"sync"
	"testing"

	_ "github.com/duckdb/duckdb-go/v2"
	"pgregory.net/rapid"

	"kith/internal/sqltext"
	"kith/internal/sqltext/duckparser"
)

// macrosThatAggregate are macros of the engine that stand for aggregates; duckdb_functions() does not tell.
var macrosThatAggregate = []string{"geomean", "geometric_mean", "json_group_array", "json_group_object",
	"json_group_structure", "wavg", "weighted_avg"}

// TestNamesAreTheEngines compares the lists of names in the code with the linked engine.
func TestNamesAreTheEngines(t *testing.T) {
	db, err := sql.Open("duckdb", "")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	p := duckparser.New()
	rows, err := db.Query("select distinct function_name, function_type from duckdb_functions() where function_name ~ '[a-z_0-9]+'")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	macros := map[string]bool{}
	for rows.Next() {
		var name, kind string
		if err := rows.Scan(&name, &kind); err != nil {
			t.Fatal(err)
		}
		switch kind {
		case "aggregate":
			if p.IsAggregate(name) == p.IsWindow(name) {
				t.Errorf("%s: aggregate %v, window %v", name, p.IsAggregate(name), p.IsWindow(name))
			}
		case "macro":
			macros[name] = true
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	for _, m := range macrosThatAggregate {
		if !macros[m] || !p.IsAggregate(m) {
			t.Errorf("macro %s: engine %v, parser %v", m, macros[m], p.IsAggregate(m))
		}
	}
	var version string
	if err := db.QueryRow("select version()").Scan(&version); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(p.Version(), strings.TrimPrefix(version, "v")) {
		t.Errorf("Version() is %q, the engine is %s", p.Version(), version)
	}
}

// TestWindowsNeedOver asks the engine which functions have no meaning without OVER.
func TestWindowsNeedOver(t *testing.T) {
	db, err := sql.Open("duckdb", "")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	p := duckparser.New()
	for call, window := range map[string]bool{
		"row_number()": true, "rank()": true, "lag(1)": true, "first_value(1)": true, "ntile(2)": true, "nth_value(1, 1)": true,
		"first(1)": false, "last(1)": false, "any_value(1)": false, "arg_max(1, 2)": false, "sum(1)": false, "mode(1)": false,
	} {
		_, err := db.Exec("select " + call)
		name, _, _ := strings.Cut(call, "(")
		if p.IsWindow(name) != window || p.IsAggregate(name) == window || (err != nil) != window {
			t.Errorf("%s: window %v, aggregate %v, engine without OVER: %v", name, p.IsWindow(name), p.IsAggregate(name), err)
		}
	}
}

func parse(t *testing.T, p *duckparser.Parser, statement string) sqltext.Parsed {
	t.Helper()
	out, err := p.Parse([]string{statement})
	if err != nil {
		t.Fatal(err)
	}
	return out[0]
}

func TestErrorOffsetsAreBytes(t *testing.T) {
	p := duckparser.New()
	defer p.Close()
	for _, c := range []struct {
		in   string
		want int
	}{
		{"select a b c", len("select a b ")},
		{"select ü b c", len("select ü b ")},
		{"select '日本', 'é' b c", len("select '日本', 'é' b ")},
		{"select 1 from", len("select 1 from")},
		{"select sum(x) over nowhere", -1},
	} {
		got := parse(t, p, c.in)
		if got.Err == "" || got.ErrOffset != c.want {
			t.Errorf("%q: %q at %d, want %d", c.in, got.Err, got.ErrOffset, c.want)
		}
	}
}

func TestParsed(t *testing.T) {
	p := duckparser.New()
	defer p.Close()
	s := "with c as (select x from r) select t.a, sum(b) from c, s.t where b in (select d from u) and f(e) > 1"
	got := parse(t, p, s)
	at := func(sub string) int { return strings.LastIndex(s, sub) }
	want := []sqltext.ColumnRef{
		{Offset: at("t.a,"), Parts: []string{"t", "a"}},
		{Offset: at("b) from c"), Parts: []string{"b"}},
		{Offset: at("b in"), Parts: []string{"b"}},
		{Offset: at("e) > 1"), Parts: []string{"e"}},
	}
	if !reflect.DeepEqual(got.Columns, want) {
		t.Errorf("columns %v, want %v", got.Columns, want)
	}
	var all []string
	for _, c := range got.AllColumns {
		all = append(all, strings.Join(c.Parts, "."))
	}
	if w := []string{"x", "t.a", "b", "b", "d", "e"}; !reflect.DeepEqual(all, w) {
		t.Errorf("all columns %v, want %v", all, w)
	}
	if w := []string{"r", "s.t", "u"}; !reflect.DeepEqual(got.Tables, w) {
		t.Errorf("tables %v, want %v", got.Tables, w)
	}
	calls := []sqltext.CallRef{{Offset: at("sum("), Name: "sum"}, {Offset: at("f(e"), Name: "f"}}
	if !reflect.DeepEqual(got.Calls, calls) {
		t.Errorf("calls %v, want %v", got.Calls, calls)
	}
	if !got.Subqueries || got.Bare {
		t.Errorf("subqueries %v, bare %v", got.Subqueries, got.Bare)
	}
}

// TestManyAndBroken parses more statements than one query asks about, broken ones among them, from many goroutines.
func TestManyAndBroken(t *testing.T) {
	p := duckparser.New()
	defer p.Close()
	var statements []string
	for i := range 1000 {
		s := fmt.Sprintf("select c%d from t", i)
		switch i % 10 {
		case 3:
			s = fmt.Sprintf("select c%d c c from", i)
		case 7:
			s = "select " + strings.Repeat("(", 3000) + "1" + strings.Repeat(")", 3000)
		case 9:
			s = "select '\x00\xff'"
		}
		statements = append(statements, s)
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			out, err := p.Parse(statements)
			if err != nil || len(out) != len(statements) {
				t.Errorf("%d answers, %v", len(out), err)
				return
			}
			for i, r := range out {
				switch i % 10 {
				case 3, 9:
					if r.Err == "" {
						t.Errorf("%d: no error", i)
					}
				case 7:
				default:
					if r.Err != "" || r.Columns[0].Parts[0] != fmt.Sprintf("c%d", i) {
						t.Errorf("%d: %+v", i, r)
					}
				}
			}
		})
	}
	wg.Wait()
}

// TestDeepQueries has nested stars, whose columns are looked up level by level.
func TestDeepQueries(t *testing.T) {
	p := duckparser.New()
	defer p.Close()
	s := "select a, b from t"
	for range 40 {
		s = "select * from (" + s + ") q"
	}
	if got := parse(t, p, s); !reflect.DeepEqual(got.Outputs, []string{"a", "b"}) {
		t.Errorf("outputs %v, %s", got.Outputs, got.Err)
	}
}

func TestCachedParsesOpenNothing(t *testing.T) {
	dir := t.TempDir()
	first := duckparser.New()
	c := sqltext.NewCache(dir, first)
	item := []sqltext.Item{{Rendered: rendered("m.yaml", "sum(a) over (partition by {{b}})")}}
	want, _ := sqltext.ParseAll(item, c)
	if err := c.Flush(); err != nil {
		t.Fatal(err)
	}
	first.Close()
	second := closed{duckparser.New(), t}
	got, list := sqltext.ParseAll(item, sqltext.NewCache(dir, second))
	if list.HasErrors() || !reflect.DeepEqual(got[0].Facts, want[0].Facts) || !reflect.DeepEqual(got[0].Nodes, want[0].Nodes) {
		t.Errorf("from the cache: %+v", got[0])
	}
}

// closed is a parser that may be asked for names only.
type closed struct {
	*duckparser.Parser
	t *testing.T
}

func (c closed) Parse(s []string) ([]sqltext.Parsed, error) {
	c.t.Errorf("asked to parse %q", s)
	return make([]sqltext.Parsed, len(s)), nil
}

var words = []string{"sum(", "count(*)", "a", "t.b", "\"C d\"", "(", ")", "[", "]", ",", ";", " ", "\n", "--x\n", "--", "/*", "*/", "'", "'x'",
	"\"", "$$", "$t$", "e'\\'", "select ", "from t ", " as ", "over (", "order by ", " desc", "1", " + ", ":", "::int", "{", "}", "{{h}}", "'{{h}}'",
	" in ", "case when ", " then ", " end", "x -> ", "é", "\u00a0", "within group (", "filter (where ", "ignore nulls ", "union ", "*", ".", "`", "?"}

// TestOneExpressionOnly promises that what is accepted as an expression cannot leave its place: put between two other
// items, with a comment's end at most, it stays one item of three.
func TestOneExpressionOnly(t *testing.T) {
	p := duckparser.New()
	defer p.Close()
	c := sqltext.NewCache("", p)
	rapid.Check(t, func(t *rapid.T) {
		s := strings.Join(rapid.SliceOfN(rapid.SampledFrom(words), 1, 12).Draw(t, "words"), "")
		checkOne(t, c, s)
	})
}

type failer interface{ Fatalf(string, ...any) }

func checkOne(t failer, p sqltext.Parser, s string) {
	items := []sqltext.Item{{Rendered: rendered("m.yaml", s)}, {Rendered: rendered("m.yaml", s), Kind: sqltext.Query}}
	trees, _ := sqltext.ParseAll(items, p)
	for i, tree := range trees {
		if got := sqltext.Print(tree.Nodes); got != tree.Rendered.Text.S {
			t.Fatalf("nodes of %q give %q, want %q", s, got, tree.Rendered.Text.S)
		}
		if tree.Opaque || i == 1 {
			continue
		}
		statements := []string{"select 1 as b, " + engineForm(sqltext.Print(tree.Nodes)) + " as m, 2 as e"}
		out, err := p.Parse(statements)
		if err != nil {
			t.Fatalf("%q: %v", s, err)
		}
		if out[0].Err != "" || !reflect.DeepEqual(out[0].Outputs, threeItems) {
			t.Fatalf("%q is accepted, but between two items it gives %q %s", s, out[0].Outputs, out[0].Err)
		}
	}
}

var threeItems = []string{"b", "m", "e"}

// engineForm is what the text says to an engine that has no word for some of it: the check above is about brackets,
// quotes, comments and commas.
func engineForm(s string) string {
	for _, w := range []string{"ignore nulls", "within group ("} {
		if strings.Contains(s, w) {
			return "0"
		}
	}
	return s
}

func TestSmugglers(t *testing.T) {
	p := duckparser.New()
	defer p.Close()
	for _, s := range []string{
		"1) , (2", "1 /*", "1); drop table x; select (1", "a, b", "1 as x", "1 from t", "'", "1 union select 2", "*", "a; ",
		"1) from t where (2", "e'\\' , (", "$$ , ", "1\x00) , (2", "x'", "a) as b, (c", "1) union (select 2", "(1", "1)", "[1)]",
		"1 order by 2", "distinct 1", "all 1, 2",
	} {
		trees, list := sqltext.ParseAll([]sqltext.Item{{Rendered: rendered("m.yaml", s)}}, p)
		if !list.HasErrors() || !trees[0].Opaque {
			t.Errorf("%q is accepted: %q", s, sqltext.Print(trees[0].Nodes))
		}
	}
}

// TestColumnsArePrintable promises that qualifying exactly the columns of a tree keeps the text's meaning: the engine binds
// the result over a table of those columns.
func TestColumnsArePrintable(t *testing.T) {
	db, err := sql.Open("duckdb", "")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	p := duckparser.New()
	defer p.Close()
	for _, s := range []string{
		"sum(case when a > 1 then b end) / nullif(count(distinct c), 0)",
		"list_transform([a, b], lambda x: x + c)",
		"[x + a for x in [b] if x > c]",
		"a = any([b, c])",
		"case a when b then c end + extract(day from current_date)",
		"sum(a) filter (where b > 1) over (partition by c order by a desc nulls last)",
		"(select max(z.x) from (values (1), (2)) z(x)) + a",
		"row_number() over (order by a, b desc rows between 1 preceding and current row)",
		"{'a': a, 'k': b}.k + a::int + cast(b as decimal(10, 2))",
		"a in (b, c) and not (a between b and c) and a is not distinct from b",
		"string_agg(a, ',' order by b desc) || coalesce(max(c)::text, 'a')",
		"date_trunc('day', current_timestamp) - interval (a) day",
		"a /* b */ + -- c\n b",
		"if(a > b, c, a)",
		"try_cast(a as varchar)[1]",
	} {
		trees, list := sqltext.ParseAll([]sqltext.Item{{Rendered: rendered("m.yaml", s)}}, p)
		if list.HasErrors() {
			t.Errorf("%q: %v", s, list)
			continue
		}
		q := "select " + qualified(trees[0].Nodes) + " from (select 1 as a, 2 as b, 3 as c) src, (select 4 as a, 5 as b, 6 as c) other"
		if !trees[0].Facts.Aggregates && !trees[0].Facts.Windows {
			q += " limit 1"
		}
		if _, err := db.ExecContext(context.Background(), q); err != nil {
			t.Errorf("%q as %q: %v", s, q, err)
		}
	}
}

// qualified prints nodes with src. before each column.
func qualified(nodes []sqltext.Node) string {
	var b strings.Builder
	for _, n := range nodes {
		switch n := n.(type) {
		case *sqltext.Column:
			b.WriteString("src." + n.Text.S)
		case *sqltext.Paren:
			b.WriteString(n.Open + qualified(n.Nodes) + n.Close)
		case *sqltext.Call:
			b.WriteString(qualified(n.Nodes))
		default:
			b.WriteString(sqltext.NodeText(n).S)
		}
	}
	return b.String()
}

func FuzzParse(f *testing.F) {
	seeds := append([]string{}, words...)
	sort.Strings(seeds)
	for _, s := range seeds {
		f.Add("f(" + s + ")")
	}
	f.Add("sum(case when a > 1 then b end) / nullif(count(distinct c), 0)")
	f.Add("select a from t where b in (select c from u) -- d")
	p := duckparser.New()
	f.Fuzz(func(t *testing.T, s string) {
		if len(s) < 2000 {
			checkOne(t, sqltext.NewCache("", p), s)
		}
	})
}
