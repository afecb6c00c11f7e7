package dialect_test

import (
	"strconv"
	"strings"
	"testing"

	"kith/internal/dialect"
	"kith/internal/dialect/dialecttest"
	"kith/internal/dialect/duckdb"
	"kith/internal/dialect/postgres"
	"kith/internal/rel"
	"kith/internal/source"
	"kith/internal/sqltext"
)

func itoa(n int) string { return strconv.Itoa(n) }

// TestPlaces finds the leaves of every user's text in the printed SQL: their bytes stand there, and Place leads back to
// where they were written.
func TestPlaces(t *testing.T) {
	leaves := 0
	for _, c := range (dialecttest.Texts{Parser: dialecttest.Words{}}).Cases() {
		for _, d := range []dialect.Dialect{duckdb.New(), postgres.New()} {
			text, list := d.Query(c.Read, env)
			if list.HasErrors() {
				continue
			}
			checkSegments(t, c.Name, text)
			v := rel.Visitor{
				Expr: func(e rel.Expr) bool {
					if u, ok := e.(*rel.User); ok {
						leaves += checkTree(t, c.Name, text, u.Tree)
					}
					return true
				},
				Rel: func(r rel.Rel) bool {
					if q, ok := r.(*rel.UserQuery); ok {
						leaves += checkTree(t, c.Name, text, q.Tree)
					}
					return true
				},
			}
			v.VisitRel(c.Read)
		}
	}
	if leaves < 100 {
		t.Errorf("only %d leaves were looked for", leaves)
	}
}

// checkSegments verifies that segments stand in order, do not overlap, and copy the bytes they claim to copy.
func checkSegments(t *testing.T, name string, text dialect.Text) {
	t.Helper()
	at := 0
	for _, s := range text.Segments {
		if s.Start < at || s.End <= s.Start || s.End > len(text.S) {
			t.Errorf("%s: segment [%d,%d) after %d of %d bytes", name, s.Start, s.End, at, len(text.S))
		}
		at = s.End
	}
}

// checkTree looks for every column, hole, call name and piece of text of a tree in the SQL by its place. The words between
// a call's parts (order by, over, brackets) are written anew.
func checkTree(t *testing.T, name string, text dialect.Text, tree *sqltext.Tree) int {
	t.Helper()
	n := 0
	look := func(want source.Text) {
		if strings.TrimSpace(want.S) == "" {
			return
		}
		n++
		if !covers(text, want.Span()) {
			t.Errorf("%s: no byte of the SQL leads back to %q:\n%s", name, want.S, text.S)
		}
	}
	var nodes func(ns []sqltext.Node)
	nodes = func(ns []sqltext.Node) {
		sqltext.Walk(ns, func(node sqltext.Node) bool {
			switch node := node.(type) {
			case *sqltext.Call:
				look(node.NameText)
				nodes(node.Args)
				nodes(node.Filter)
				for _, o := range node.OrderBy {
					nodes(o.Nodes)
				}
				if node.Over != nil {
					look(node.Over.Frame)
					for _, p := range node.Over.PartitionBy {
						nodes(p)
					}
					for _, o := range node.Over.OrderBy {
						nodes(o.Nodes)
					}
				}
				return false
			case *sqltext.Column, *sqltext.Verbatim, *sqltext.Hole:
				look(sqltext.NodeText(node))
			}
			return true
		})
	}
	nodes(tree.Nodes)
	return n
}

// covers reports whether some byte of the SQL leads to the first byte of the span.
func covers(text dialect.Text, span source.Span) bool {
	for i := range len(text.S) {
		p := text.Place(i)
		if p.File == span.File && p.Start == span.Start {
			return true
		}
	}
	return false
}
