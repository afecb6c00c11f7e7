package sqltext_test

import (
	"fmt"
	"strings"
	"testing"

	"kith/internal/source"
	"kith/internal/sqltext"
	"kith/internal/sqltext/duckparser"
	"kith/internal/template"
)

type table string

func (t table) HoleKey() string { return "table " + string(t) }

// TestBlock cuts queries. Holes are written as @.
func TestBlock(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"select a from @", "a plain | @"},
		{"select a b, x.c, upper(d) as e from @ x", "b plain, c plain, e | @ x"},
		{"select *, x.* exclude (a) from @ as x", "*, ? | @ x"},
		{"select x.*, 1 one from s.t x", "x.*, one | s.t x"},
		{`select "B c" from "S"."T"`, `B c plain | S.T`},
		{"select a is distinct from b as d from @", "d | @"},
		{"select case when a then b end from @ where a > 1 group by b having count(*) > 1 order by b limit 3", "? | @ | where group having order limited"},
		{"select a from @ x left join @ y on x.a = y.a, other where left(b, 1) = 'x'", "a plain | @ x, @ y, other | on where"},
		{"select a from @ cross join (select 1) q join f(2) as g using (a) order by a", "a plain | @, ? q, ? g | on order"},
		{"select extract(year from ts) y from @ qualify row_number() over (partition by a order by b) = 1", "y | @ | having"},
		{"select 1 as one", "one |"},
		{"select a::int from @", "? | @"},
		{"with q as (select 1 a) select a from q", "no"},
		{"select a from @ union all select b from @", "no"},
		{"select a from @ where b = 1 except select c from @", "no"},
	} {
		if got := cut(t, c.in); got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.in, got, c.want)
		}
	}
}

func cut(t *testing.T, query string) string {
	t.Helper()
	var holes []template.Hole
	for strings.Contains(query, "@") {
		query = strings.Replace(query, "@", template.Placeholder(len(holes)), 1)
		holes = append(holes, table("t"))
	}
	f := source.NewFile("m.yaml", []byte(query))
	r := template.Rendered{Text: source.Verbatim(source.Span{File: f, End: len(query)}), Holes: holes}
	trees, diags := sqltext.ParseAll([]sqltext.Item{{Kind: sqltext.Query, Rendered: r}}, duckparser.New())
	if diags.HasErrors() {
		t.Fatal(query, diags)
	}
	b, ok := trees[0].Block()
	if !ok {
		return "no"
	}
	var items, tables, clauses []string
	for _, it := range b.Items {
		s := it.Name
		switch {
		case it.Star && it.Of != "":
			s = it.Of + ".*"
		case it.Star:
			s = "*"
		case s == "":
			s = "?"
		}
		if it.Plain {
			s += " plain"
		}
		items = append(items, s)
	}
	for _, tb := range b.Tables {
		s := strings.Join(tb.Name, ".")
		switch {
		case tb.Hole >= 0:
			s = "@"
		case s == "":
			s = "?"
		}
		tables = append(tables, strings.TrimSpace(s+" "+tb.Alias))
	}
	for _, cl := range b.Clauses {
		clauses = append(clauses, [...]string{"on", "where", "group", "having", "order"}[cl.Kind])
	}
	if b.Limited {
		clauses = append(clauses, "limited")
	}
	out := fmt.Sprintf("%s | %s", strings.Join(items, ", "), strings.Join(tables, ", "))
	if len(clauses) > 0 {
		out += " | " + strings.Join(clauses, " ")
	}
	return strings.TrimSpace(out)
}
