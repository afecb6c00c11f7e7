// Package dialecttest has programs that every dialect must print and every engine must run alike: the corpus of the
// dialect matrix, with the rows worked out by hand.
package dialecttest

import (
	"fmt"
	"strings"
	"time"

	"kith/internal/rel"
	"kith/internal/source"
	"kith/internal/sqltext"
	"kith/internal/template"
)

// Texts makes trees of users' texts with one parser.
type Texts struct{ Parser sqltext.Parser }

// hole is a hole of a test.
type hole string

// HoleKey is the name of the hole.
func (h hole) HoleKey() string { return string(h) }

// Tree parses a text. "{0}" stands for hole 0, and so on. The text lies in a file of its own, so places can be checked.
func (t Texts) Tree(kind sqltext.Kind, text string) *sqltext.Tree {
	f := source.NewFile("models/profiles.yaml", []byte("select: "+text+"\n"))
	var b source.Builder
	var holes []template.Hole
	at := len("select: ")
	for rest := text; rest != ""; {
		i := strings.IndexByte(rest, '{')
		if i < 0 {
			b.WriteVerbatim(source.Span{File: f, Start: at, End: at + len(rest)})
			break
		}
		b.WriteVerbatim(source.Span{File: f, Start: at, End: at + i})
		var n int
		fmt.Sscanf(rest[i:], "{%d}", &n)
		w := len(fmt.Sprintf("{%d}", n))
		b.WriteString(template.Placeholder(n), source.Span{File: f, Start: at + i, End: at + i + w})
		for len(holes) <= n {
			holes = append(holes, hole(fmt.Sprintf("hole %d", len(holes))))
		}
		rest, at = rest[i+w:], at+i+w
	}
	trees, list := sqltext.ParseAll([]sqltext.Item{{
		Rendered: template.Rendered{Text: b.Text(), Holes: holes}, Kind: kind, What: "select",
	}}, t.Parser)
	if len(list) > 0 {
		panic(fmt.Sprintf("%s: %s", text, list[0].Message))
	}
	return trees[0]
}

// Expr is a user's expression over the columns of an alias.
func (t Texts) Expr(of, text string, holes ...rel.Expr) *rel.User {
	return &rel.User{Tree: t.Tree(sqltext.Scalar, text), Of: of, Holes: holes}
}

// Filtered is Expr with a condition on its aggregates.
func (t Texts) Filtered(of, text string, filter rel.Expr, holes ...rel.Expr) *rel.User {
	u := t.Expr(of, text, holes...)
	u.Filter = filter
	return u
}

// Query is a user's query.
func (t Texts) Query(text string, holes ...rel.Expr) *rel.UserQuery {
	return &rel.UserQuery{Tree: t.Tree(sqltext.Query, text), Holes: holes}
}

// raw is text that a template computed.
func raw(s string) *rel.Raw { return &rel.Raw{Text: source.Literal(s, source.Span{})} }

// ext names a table of the fixture.
func ext(parts ...string) rel.Object {
	o := rel.Object{Space: rel.External}
	for _, p := range parts {
		o.Parts = append(o.Parts, rel.Ident{Name: p})
	}
	return o
}

func from(o rel.Object, alias string) rel.Source {
	return rel.Source{Rel: &rel.Table{Object: o}, Alias: alias}
}

func as(name string, e rel.Expr) rel.Item { return rel.Item{As: name, Expr: e} }

func asc(e rel.Expr) rel.Order { return rel.Order{Expr: e, NullsLast: true} }

func utc(s string) time.Time {
	t, err := time.Parse("2006-01-02 15:04:05.999999", s)
	if err != nil {
		panic(err)
	}
	return t
}
