package sqltext

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"kith/internal/diag"
	"kith/internal/source"
	"kith/internal/template"
)

type key string

func (k key) HoleKey() string { return string(k) }

func text(s string) source.Text {
	f := source.NewFile("m.yaml", []byte(s))
	return source.Verbatim(source.Span{File: f, End: len(s)})
}

func rendered(s string, holes ...template.Hole) template.Rendered {
	return template.Rendered{Text: text(s), Holes: holes}
}

func joinTokens(s string) string {
	var b strings.Builder
	for _, t := range lex(s) {
		b.WriteString(s[t.start:t.end])
	}
	return b.String()
}

func TestLex(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"a.b", "a|.|b"},
		{"a>-1", "a|>|-|1"},
		{"a->>'x'", "a|->>|'x'"},
		{"x::int", "x|::|int"},
		{"1.5e-3+.5", "1.5e-3|+|.5"},
		{"1..2", "1|..|2"},
		{"'it''s' \"a\"\"b\"", "'it''s'| |\"a\"\"b\""},
		{`E'it\'s'`, `E'it\'s'`},
		{`'it\'s'`, `'it\'|s|'`},
		{"e 'x'", "e| |'x'"},
		{"$$it's$$ $t$a$$b$t$ $1 $x", "$$it's$$| |$t$a$$b$t$| |$1| |$x"},
		{"a$b$c", "a$b$c"},
		{"/* a /* b */ c */d--e\nf", "/* a /* b */ c */|d|--e|\n|f"},
		{"a+--b", "a|+|--b"},
		{"a*/*x*/b", "a|*|/*x*/|b"},
		{"f(x=>1,y:=2)", "f|(|x|=>|1|,|y|:=|2|)"},
		{"a\u00a0b\u3000c", "a|\u00a0|b|\u3000|c"},
		{"größe日", "größe日"},
		{"__kith_0_hole___suffix", "__kith_0_hole___suffix"},
		{"0x1F 1_000", "0x1F| |1_000"},
		{"x'AB' b'01' n'c'", "x'AB'| |b'01'| |n'c'"},
	} {
		var got []string
		for _, tok := range lex(c.in) {
			got = append(got, c.in[tok.start:tok.end])
		}
		if s := strings.Join(got, "|"); s != c.want {
			t.Errorf("lex(%q) = %s, want %s", c.in, s, c.want)
		}
	}
}

func TestEngineTextKeepsOffsets(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"a -- b\n+ /* c\n */ d", "a     \n+     \n    d"},
		{"a\u00a0+ 'x\u00a0y'", "a  + 'x\u00a0y'"},
		{"first_value(x) ignore nulls over (order by y)", "first_value(x)              over (order by y)"},
		{"first_value(x) ignore nulls", "first_value(x)             "},
		{"listagg(x, ',') within group (order by y)", "listagg(x, ','                order by y)"},
		{"percentile_cont(0.5) within group (order by y)", "percentile_cont(0.5) within group (order by y)"},
		{"array_agg(x ignore nulls order by y)", "array_agg(x              order by y)"},
		{"'ignore nulls' over", "'ignore nulls' over"},
	} {
		got := newLexed(text(c.in)).engineText()
		if got != c.want {
			t.Errorf("engineText(%q)\n got %q\nwant %q", c.in, got, c.want)
		}
		if len(got) != len(c.in) {
			t.Errorf("engineText(%q) changed the length", c.in)
		}
	}
}

func TestSplitOrder(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"ts", `"ts" desc=false nulls= frame=""`},
		{"ts desc", `"ts" desc=true nulls= frame=""`},
		{"  f(a, b) ASC NULLS LAST , c -- x", `"f(a, b)" desc=false nulls=last frame=""; "c" desc=false nulls= frame=""`},
		{"ts desc nulls first rows between unbounded preceding and current row",
			`"ts" desc=true nulls=first frame="rows between unbounded preceding and current row"`},
		{"ts range 3 preceding", `"ts" desc=false nulls= frame="range 3 preceding"`},
		{"rows", `"rows" desc=false nulls= frame=""`},
		{"t.rows desc", `"t.rows" desc=true nulls= frame=""`},
		{"case when a then 1 end desc", `"case when a then 1 end" desc=true nulls= frame=""`},
		{"desc", `"desc" desc=false nulls= frame=""`},
		{"__kith_0_hole__ desc", `"__kith_0_hole__" desc=true nulls= frame=""`},
		{"", ``},
	} {
		var got []string
		for _, term := range SplitOrder(rendered(c.in, key("x"))) {
			got = append(got, fmt.Sprintf("%q desc=%v nulls=%s frame=%q", term.Expr.Text.S, term.Desc, term.Nulls, term.Frame.S))
			if len(term.Expr.Holes) != 1 {
				t.Errorf("SplitOrder(%q) lost the holes", c.in)
			}
		}
		if s := strings.Join(got, "; "); s != c.want {
			t.Errorf("SplitOrder(%q)\n got %s\nwant %s", c.in, s, c.want)
		}
	}
}

func TestSplitList(t *testing.T) {
	var got []string
	for _, r := range SplitList(rendered("a, f(b, c) , ',' /* , */, [d, e]")) {
		got = append(got, r.Text.S)
	}
	if want := []string{"a", "f(b, c)", "','", "[d, e]"}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func canonical(t *testing.T, s string, holes ...template.Hole) string {
	t.Helper()
	trees, list := ParseAll([]Item{{Rendered: rendered(s, holes...)}}, &naiveParser{})
	if list.HasErrors() {
		t.Fatalf("%q: %v", s, list)
	}
	return trees[0].Canonical()
}

func TestCanonical(t *testing.T) {
	same := [][2]string{
		{"SUM( a )", "sum(a) -- total"},
		{"case when A>1\n then 'x' END", "case  when a > 1 then 'x' end"},
		{"a/**/+b", "a + b"},
		{"1E5", "1e5"},
	}
	for _, p := range same {
		if a, b := canonical(t, p[0]), canonical(t, p[1]); a != b {
			t.Errorf("%q and %q differ: %q, %q", p[0], p[1], a, b)
		}
	}
	differ := [][2]string{
		{"a = 'x'", "a = 'X'"}, {"a = 'x y'", "a = 'x  y'"}, {`"a"`, `"A"`}, {"ab", "a.b"}, {"a - -b", "a -- -b\n"},
		{"'a' || 'b'", "'a || b'"},
	}
	for _, p := range differ {
		if a, b := canonical(t, p[0]), canonical(t, p[1]); a == b {
			t.Errorf("%q and %q have the same form %q", p[0], p[1], a)
		}
	}
	h := "__kith_0_hole__ + '__kith_1_hole__'"
	swapped := "__kith_1_hole__ + '__kith_0_hole__'"
	if a, b := canonical(t, h, key("V x"), key("V y")), canonical(t, swapped, key("V y"), key("V x")); a != b {
		t.Errorf("numbering of holes shows: %q, %q", a, b)
	}
	if a, b := canonical(t, h, key("V x"), key("V y")), canonical(t, h, key("V x"), key("V z")); a == b {
		t.Errorf("meaning of holes does not show: %q", a)
	}
}

func TestOpaque(t *testing.T) {
	p := &naiveParser{err: map[string]Parsed{"SELECT (a b '__kith_0_hole__')": {Err: `syntax error at or near "b"`, ErrOffset: 10}}}
	item := Item{Rendered: rendered(" a b '__kith_0_hole__' -- c", key("x")), What: "select of v", Opaque: true}
	trees, list := ParseAll([]Item{item}, p)
	if len(list) != 1 || list[0].Severity != diag.Note || list[0].Code != diag.SQLOpaque {
		t.Fatalf("want one note, got %+v", list)
	}
	tree := trees[0]
	if !tree.Opaque || Print(tree.Nodes) != "a b '__kith_0_hole__'" || !reflect.DeepEqual(tree.HoleIndexes(), []int{0}) {
		t.Errorf("opaque tree is %+v", tree)
	}
	item.Opaque = false
	if _, list := ParseAll([]Item{item}, p); !list.HasErrors() {
		t.Error("no error without Opaque")
	}
}

func TestManyItemsAtOnce(t *testing.T) {
	p := &naiveParser{}
	items := []Item{
		{Rendered: rendered("a")}, {Rendered: rendered("a ")}, {Rendered: rendered("(")}, {Rendered: rendered("b;c")},
		{Rendered: rendered("x\x00y")}, {Rendered: rendered("a\xff")},
	}
	trees, list := ParseAll(items, p)
	if p.asked != 1 {
		t.Errorf("asked about %d statements, want 1: equal ones are asked once, broken ones never", p.asked)
	}
	var codes []string
	for _, d := range list {
		line, col := d.At.Position()
		codes = append(codes, fmt.Sprintf("%s %d:%d", d.Code, line, col))
	}
	want := []string{"Q010 1:1", "Q002 1:2", "Q013 1:2", "Q013 1:2"}
	if !reflect.DeepEqual(codes, want) {
		t.Errorf("got %v, want %v", codes, want)
	}
	for i, tree := range trees {
		if tree == nil || Print(tree.Nodes) != tree.Rendered.Text.S {
			t.Errorf("tree %d is %+v", i, tree)
		}
	}
}

func TestParserFailure(t *testing.T) {
	_, list := ParseAll([]Item{{Rendered: rendered("a")}}, &naiveParser{fail: errors.New("no memory")})
	if len(list) != 1 || list[0].Code != diag.SQLParserFailed || !strings.Contains(list[0].Message, "no memory") {
		t.Errorf("got %+v", list)
	}
}

func TestEmptyTextShowsItsKey(t *testing.T) {
	at := source.Span{File: source.NewFile("m.yaml", []byte("select:")), End: 6}
	_, list := ParseAll([]Item{{At: at, What: "select of v"}}, &naiveParser{})
	if len(list) != 1 || list[0].At != at {
		t.Errorf("got %+v", list)
	}
}

// TestSharedNodes promises that a call's arguments are the same nodes in Args, ArgList and Nodes.
func TestSharedNodes(t *testing.T) {
	trees, _ := ParseAll([]Item{{Rendered: rendered("sum(distinct c1, rank(c2)) filter (where c3) over (order by c4)")}}, &naiveParser{})
	call := trees[0].Nodes[0].(*Call)
	in := map[Node]bool{}
	Walk(call.Nodes, func(n Node) bool { in[n] = true; return true })
	for _, n := range []Node{call.ArgList[0][0], call.ArgList[1][0], call.Filter[0], call.Over.OrderBy[0].Nodes[0]} {
		if _, verbatim := n.(*Verbatim); verbatim || !in[n] {
			t.Errorf("node %#v is not among the call's Nodes", n)
		}
	}
	if got := len(trees[0].Columns()); got != 4 {
		t.Errorf("%d columns, want 4", got)
	}
}

var pieces = []string{"sum", "count", "rank", "c1", "c2.x", "a", "(", ")", "[", "]", "{", "}", ",", " ", "\n", "distinct ", "order by ",
	" desc", " nulls last", "within group ", "filter ", "where ", "over ", "partition by ", "ignore nulls", "rows between 1 preceding and current row",
	"'x'", "'__kith_0_hole__'", "__kith_1_hole__", "__kith_1_hole___s", "\"q\"", ".", "::", "--c\n", "/*d*/", "select ", "from ", "1", "$$z$$", ":", ";", "é", "\u00a0"}

// TestLossless promises that a tree's nodes give back its text, whatever the text and whatever an engine says of it.
func TestLossless(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := strings.Join(rapid.SliceOf(rapid.SampledFrom(pieces)).Draw(t, "pieces"), "")
		checkLossless(t, s)
	})
}

type failer interface{ Fatalf(string, ...any) }

func checkLossless(t failer, s string) {
	if got := joinTokens(s); got != s {
		t.Fatalf("tokens of %q give %q", s, got)
	}
	if got := newLexed(text(s)).engineText(); len(got) != len(s) {
		t.Fatalf("engine text of %q is %q", s, got)
	}
	SplitOrder(rendered(s))
	for _, kind := range []Kind{Scalar, Query} {
		trees, _ := ParseAll([]Item{{Rendered: rendered(s), Kind: kind}}, &naiveParser{})
		tree := trees[0]
		if got := Print(tree.Nodes); got != tree.Rendered.Text.S {
			t.Fatalf("nodes of %q give %q, want %q", s, got, tree.Rendered.Text.S)
		}
		var flat strings.Builder
		for _, n := range tree.Nodes {
			flat.WriteString(NodeText(n).S)
		}
		if flat.String() != tree.Rendered.Text.S {
			t.Fatalf("texts of the nodes of %q give %q", s, flat.String())
		}
		IsNullOnEmpty(tree)
		ConstantTree(tree)
		if !tree.Opaque {
			again, list := ParseAll([]Item{{Rendered: tree.Rendered, Kind: kind}}, &naiveParser{})
			if list.HasErrors() || again[0].Canonical() != tree.Canonical() {
				t.Fatalf("%q: the tree's text does not give the tree again: %v", s, list)
			}
		}
	}
}

func FuzzLossless(f *testing.F) {
	f.Add("sum(case when a then '__kith_0_hole__' end) over (partition by b order by c desc nulls last)")
	f.Add("listagg(x, ',') within group (order by y) -- z")
	f.Add(", a as (select 1) select e'\\'' from $t$ ; $t$;")
	f.Add("a[1:2] /* x /* y */ */ :b")
	f.Fuzz(func(t *testing.T, s string) { checkLossless(t, s) })
}

// TestSubqueriesHaveNoColumns promises what a printer relies on: it may qualify every Column it meets.
func TestSubqueriesHaveNoColumns(t *testing.T) {
	s := "sum(c1) > (select count(c2) from t where c3 = '__kith_0_hole__' and c4 in (select rank(c5) over (order by c6) from u))"
	trees, _ := ParseAll([]Item{{Rendered: rendered(s, key("x"))}}, &naiveParser{})
	tree := trees[0]
	var names []string
	Walk(tree.Nodes, func(n Node) bool {
		if c, ok := n.(*Call); ok {
			names = append(names, c.Name)
		}
		if c, ok := n.(*Column); ok {
			names = append(names, c.Parts[0])
		}
		return true
	})
	if want := []string{"sum", "c1", "count", "rank"}; !reflect.DeepEqual(names, want) {
		t.Errorf("got %v, want %v", names, want)
	}
	if len(tree.AggregateCalls()) != 1 || len(tree.WindowCalls()) != 0 || len(tree.Columns()) != 1 {
		t.Error("accessors reach into subqueries")
	}
	if !tree.Facts.Aggregates || tree.Facts.Windows || !tree.Facts.Subqueries || !reflect.DeepEqual(tree.HoleIndexes(), []int{0}) {
		t.Errorf("facts %+v, holes %v", tree.Facts, tree.HoleIndexes())
	}
}
