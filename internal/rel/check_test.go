package rel

import (
	"slices"
	"strings"
	"testing"

	"kith/internal/source"
	"kith/internal/sqltext"
	"kith/internal/template"
)

type testHole struct{}

// HoleKey is the same for all.
func (testHole) HoleKey() string { return "hole" }

func text(s string) source.Text { return source.Literal(s, source.Span{}) }

// word is a user's text of one column; agg is one of an aggregate call of it.
func word(name string) *sqltext.Tree {
	return &sqltext.Tree{Nodes: []sqltext.Node{&sqltext.Column{Parts: []string{name}, Quoted: []bool{false}, Text: text(name)}}}
}

func agg(name, col string) *sqltext.Tree {
	c := &sqltext.Call{Kind: sqltext.AggregateCall, Name: name, NameText: text(name), Args: word(col).Nodes, Text: text(name + "(" + col + ")")}
	return &sqltext.Tree{Nodes: []sqltext.Node{c}, Facts: sqltext.Facts{Aggregates: true}}
}

var things = Source{Rel: &Table{Object: Named(Internal, "things")}, Alias: "t"}

var ab = Source{Rel: &Values{Columns: []Column{{"a", BigInt}, {"b", Text}}}, Alias: "v"}

// pick is a block over things.
func pick(items ...Item) *Select { return &Select{From: things, Items: items} }

func it(name string, e Expr) Item { return Item{As: name, Expr: e} }

func let(r Rel) Program { return Program{&Let{Out: Named(Internal, "out"), Body: r}} }

func TestCheck(t *testing.T) {
	sum := &Agg{Fn: Sum, Args: []Expr{C("t", "n")}}
	one := pick(it("n", &Agg{Fn: CountStar}))
	holed := &sqltext.Tree{Rendered: template.Rendered{Holes: []template.Hole{testHole{}, testHole{}}}, Nodes: []sqltext.Node{&sqltext.Hole{Index: 1}}}
	cases := []struct {
		name    string
		program Program
		want    []string // ends of the problems, in order
	}{
		{"a good block", let(&Select{From: things, GroupBy: []Expr{C("t", "a")}, Items: []Item{{Expr: C("t", "a")}, it("s", sum), it("u", &User{Tree: agg("max", "x"), Of: "t", Filter: NotNull(C("t", "b"))})}}), nil},
		{"unknown name", let(&With{CTEs: []CTE{{Name: "x", Rel: &Name{"y"}}, {Name: "y", Rel: &Name{"x"}}, {Name: "y", Rel: one}}, Body: &Name{"z"}}),
			[]string{`with x: unknown common table expression "y"`, `with y: name is empty or stands twice`, `unknown common table expression "z"`}},
		{"output names", let(pick(it("a", I(1)), it("A", I(2)), it("", I(3)))), []string{`output column "A" stands twice`, "empty output column"}},
		{"output names behind a star", let(&Select{From: ab, Items: []Item{{Star: true}, it("a", I(1))}}), []string{`output column "a" stands twice`}},
		{"no items", let(&Select{From: things}), []string{"no items"}},
		{"empty and", let(&Select{From: things, Where: []Expr{&Op{Op: "and"}}, Items: []Item{it("a", &Op{Op: "or"})}}), []string{`empty "and"`, `item a: empty "or"`}},
		{"operators", let(pick(it("a", &Op{"=", []Expr{I(1)}}), it("b", &Op{"~", []Expr{I(1), I(2)}}))), []string{`"=" has 1 operands`, `unknown operator "~"`}},
		{"ungrouped column", let(pick(it("a", C("t", "a")), it("n", sum))), []string{`item "a": t.a is neither grouped nor aggregated`}},
		{"ungrouped text", let(pick(it("a", &User{Tree: word("x"), Of: "t"}), it("n", sum))), []string{`item "a": user [] of t is neither grouped nor aggregated`}},
		{"star among aggregates", let(pick(Item{Star: true, Of: "t"}, it("n", sum))), []string{"a star among aggregates"}},
		{"aggregate in where", let(&Select{From: things, Where: []Expr{sum, &User{Tree: agg("max", "x"), Of: "t"}}, Items: []Item{it("a", I(1))}}), []string{"aggregate sum in where", "a user's aggregate in where"}},
		{"aggregate in aggregate", let(pick(it("a", &Agg{Fn: Min, Args: []Expr{sum}}))), []string{"aggregate sum in an aggregate"}},
		{"window in where", let(&Select{From: things, Where: []Expr{&Win{Fn: RowNumber}}, Items: []Item{it("a", I(1))}}), []string{"window function row_number in where"}},
		{"filter without aggregate", let(pick(it("a", &User{Tree: word("x"), Of: "t", Filter: NotNull(C("t", "a"))}))), []string{"a filter on a user's expression without aggregate calls"}},
		{"window without call", let(pick(it("a", &User{Tree: word("x"), Of: "t", Over: &UserWindow{}}))), []string{"a window on a user's expression without calls to take it"}},
		{"holes", let(pick(it("a", &User{Tree: holed, Holes: []Expr{I(1)}}), it("b", &User{Tree: holed, Holes: []Expr{nil, I(1)}}), it("c", &User{Tree: holed, Holes: []Expr{I(1), nil}}))),
			[]string{"item a: hole 1 of the text is not filled", "item a: 1 holes are filled, the text has 2", "item c: hole 1 of the text is not filled"}},
		{"outside a hole", let(pick(it("a", &Raw{}), it("b", &RelExpr{one}), it("c", &TextTime{}))), []string{`raw "" stands outside a hole`, "a relation stands outside a hole", "stands outside a hole"}},
		{"aliases", let(&Select{From: things, Joins: []Join{{Kind: Inner, Source: things}, {Kind: Cross, Source: Source{Rel: one}, On: []Expr{NotNull(C("q", "a"))}}}, Items: []Item{it("a", C("", "a"))}}),
			[]string{`alias "t" stands twice`, `join "t" without a condition`, "a joined source without an alias", "a cross join with a condition", `unknown alias "q" of column "a"`, `column "a" names no source among 3`}},
		{"semi join hides its columns", let(&Select{From: things, Joins: []Join{{Kind: Semi, Source: ab, On: []Expr{Eq(C("t", "a"), C("v", "a"))}}}, Items: []Item{it("a", C("v", "a"))}}), []string{`unknown alias "v" of column "a"`}},
		{"correlated", let(pick(it("a", &Scalar{&Select{From: ab, Where: []Expr{Eq(C("v", "a"), C("t", "a"))}, Items: []Item{it("n", I(1))}}}))), nil},
		{"unknown column", append(let(&Select{From: ab, Items: []Item{it("x", C("v", "c"))}}), &Let{Out: Named(Internal, "next"), Body: &Select{From: Source{Rel: &Table{Object: Named(Internal, "out")}, Alias: "o"}, Items: []Item{it("y", C("o", "y"))}}}),
			[]string{`no column "c" in "v"`, `no column "y" in "o"`}},
		{"functions", let(pick(it("a", F(NullIf, I(1))), it("b", F("nope")), it("c", &Agg{Fn: FirstRow, Args: []Expr{I(1)}}), it("d", &Cast{X: I(1)}), it("e", &Case{}), it("f", &InList{X: I(1)}), it("g", &Lit{int32(1)}))),
			[]string{"nullif has 1 arguments", `unknown function "nope"`, "first_row needs an order, and only first_row takes one", "a cast to no type", "a case without branches", "an empty list", "a literal of Go type int32"}},
		{"values", let(&Values{Columns: []Column{{"a", Text}, {"a", Text}}, Rows: [][]Expr{{I(1)}}}), []string{`column "a" stands twice`, "row 0 has 1 values for 2 columns"}},
		{"union", let(&Union{Rels: []Rel{ab.Rel, one}}), []string{"union: 1: 1 columns, the first has 2"}},
		{"one column", let(pick(it("a", &InRel{X: I(1), Rel: ab.Rel}))), []string{"2 columns where one is asked for"}},
		{"merge", Program{&Merge{Into: Named(Internal, "s"), Body: ab.Rel, Keys: []string{"a", "k"}}, &Merge{Into: Named(Internal, "s"), Body: ab.Rel}}, []string{`key "k" is no column of the body`, "no keys"}},
		{"loop", Program{&Loop{Until: ab.Rel}}, []string{"a loop needs a name, a body and a greatest number of rounds", "2 columns where one value is asked for"}},
		{"choose", Program{&Choose{Name: "x", Why: "y", Options: []Option{{Name: "a", AtMost: 5}, {Name: "b", Needs: "kernel", AtMost: -1}}}}, []string{`option "a" compares a fact that is not there`, `the last option "b" has a condition`}},
		{"publish", Program{&Publish{Views: []PublishedView{{Name: "u", Body: one}, {Name: "U", Body: one}}}}, []string{`published name "U" stands twice`}},
		{"objects", Program{&Drop{Object{Space: Target, Parts: []Ident{{Name: "a"}, {Name: ""}}}}}, []string{"an object of space target has 2 names", "an object has an empty name"}},
	}
	for _, c := range cases {
		var got Problems
		if err := Check(c.program); err != nil {
			got = err.(Problems)
		}
		ok := len(got) == len(c.want)
		for i := range min(len(got), len(c.want)) {
			ok = ok && strings.HasSuffix(got[i], c.want[i])
		}
		if !ok {
			t.Errorf("%s:\n got  %q\n want %q", c.name, []string(got), c.want)
		}
	}
}

func TestReadsAndMakes(t *testing.T) {
	o := func(n string) Object { return Named(Internal, n) }
	read := func(n string) Rel {
		return &Select{From: Source{Rel: &Table{Object: o(n)}}, Items: []Item{{Star: true}}}
	}
	p := Program{
		&Let{Out: o("a"), Body: read("in")},
		&Let{Out: o("b"), Body: read("a")},
		&Choose{Options: []Option{
			{Body: Program{&Let{Out: o("c"), Body: read("b")}, &Let{Out: o("d"), Body: read("in")}}},
			{Body: Program{&Kernel{Out: o("c"), In: []Rel{read("in2")}}}},
		}},
		&Merge{Into: o("state"), Body: read("c")},
		&Assert{Query: read("d")}, // only one option makes d
		&Drop{Object: o("a")},
		&Exec{SQL: &UserQuery{Holes: []Expr{&RelExpr{read("a")}}}, Reads: []Object{o("e")}, Writes: []Object{o("f")}},
		&Loop{Body: Program{&Let{Out: o("g"), Body: read("g")}}, Until: read("g")},
		&Publish{Views: []PublishedView{{Name: "user", Body: read("f")}}},
	}
	keys := func(os []Object) (out []string) {
		for _, o := range os {
			out = append(out, strings.TrimPrefix(o.Key(), "internal."))
		}
		return out
	}
	if got, want := keys(Reads(p)), []string{"in", "in2", "state", "d", "a", "e", "g"}; !slices.Equal(got, want) {
		t.Errorf("reads %v, want %v", got, want)
	}
	if got, want := keys(Makes(p)), []string{"a", "b", "c", "d", "state", "f", "g", "target.user"}; !slices.Equal(got, want) {
		t.Errorf("makes %v, want %v", got, want)
	}
}

func TestKeyTellsNamesApart(t *testing.T) {
	ext := func(parts ...Ident) Object { return Object{Parts: parts} }
	keys := map[string]bool{}
	for _, o := range []Object{ext(Ident{Name: "a.b"}), ext(Ident{Name: "a"}, Ident{Name: "b"}), ext(Ident{Name: "a", Quoted: true}), ext(Ident{Name: "a"}), Named(Temp, "a"), ext(Ident{Name: `a"`})} {
		if keys[o.Key()] {
			t.Errorf("%s stands for two objects", o.Key())
		}
		keys[o.Key()] = true
	}
}
