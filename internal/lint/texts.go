package lint

import (
	"strings"

	"kith/internal/model"
	"kith/internal/source"
	"kith/internal/sqltext"
)

// text is one piece of the user's SQL in the graph.
type text struct {
	owner model.Node
	// what is the key it is written under, in words.
	what string
	tree *sqltext.Tree
}

// textsOf returns all SQL of a graph in the order of its nodes. Texts of a window are one: its OVER.
func textsOf(g *model.Graph) []text {
	var out []text
	for _, n := range g.Order {
		add := func(what string, t *sqltext.Tree) {
			if t != nil && !t.Opaque {
				out = append(out, text{n, what, t})
			}
		}
		window := func(w *model.Window) {
			if w != nil {
				add("window", w.Tree)
			}
		}
		switch n := n.(type) {
		case *model.Input:
			rows(&n.Rows, add)
			add("loaded_at_col", n.LoadedAt)
			add("where", n.Where)
		case *model.SQLModel:
			rows(&n.Rows, add)
			add("single_sql", n.Query)
		case *model.EntityVar:
			add("select", n.Select)
			add("where", n.Where)
			window(n.Window)
			add("default_value", n.Default)
		case *model.InputVar:
			add("select", n.Select)
			add("where", n.Where)
			window(n.Window)
			add("default_value", n.Default)
		case *model.Cohort:
			condition(n.Filter, add)
		}
	}
	return out
}

func rows(r *model.Rows, add func(string, *sqltext.Tree)) {
	for _, id := range r.IDs {
		add("id", id.Select)
	}
	add("occurred_at_col", r.OccurredAt)
}

func condition(f *model.CohortFilter, add func(string, *sqltext.Tree)) {
	if f == nil {
		return
	}
	add("filter", f.Cond)
	if f.Set != nil {
		add("filter", f.Set.Select)
		add("filter", f.Set.Where)
	}
	for _, list := range [][]*model.CohortFilter{f.All, f.Any} {
		for _, g := range list {
			condition(g, add)
		}
	}
}

// calls visits every call of a tree, those in subqueries too. inside tells that the call stands in a subquery.
func calls(t *sqltext.Tree, visit func(c *sqltext.Call, inside bool)) {
	var walk func(nodes []sqltext.Node, inside bool)
	walk = func(nodes []sqltext.Node, inside bool) {
		sqltext.Walk(nodes, func(n sqltext.Node) bool {
			switch n := n.(type) {
			case *sqltext.Call:
				visit(n, inside)
			case *sqltext.Subquery:
				walk(n.Nodes, true)
				return false
			}
			return true
		})
	}
	walk(t.Nodes, t.Kind == sqltext.Query)
}

// hasCall reports whether a tree calls one of some functions.
func hasCall(t *sqltext.Tree, names map[string]bool) bool {
	found := false
	calls(t, func(c *sqltext.Call, _ bool) { found = found || names[c.Name] })
	return found
}

// set is a set of words.
func set(words ...string) map[string]bool {
	out := map[string]bool{}
	for _, w := range words {
		out[w] = true
	}
	return out
}

// pieces visits the words and marks of a text, without literals, quoted names, comments and blanks.
func pieces(t source.Text, visit func(source.Text)) {
	s := t.S
	for i := 0; i < len(s); {
		switch c := s[i]; {
		case c == '\'' || c == '"' || c == '`':
			i = after(s, i+1, string(c))
		case strings.HasPrefix(s[i:], "--"):
			i = after(s, i, "\n")
		case strings.HasPrefix(s[i:], "/*"):
			i = after(s, i, "*/")
		case isWord(c):
			j := i
			for j < len(s) && isWord(s[j]) {
				j++
			}
			visit(t.Slice(i, j))
			i = j
		default:
			if c > ' ' {
				visit(t.Slice(i, i+1))
			}
			i++
		}
	}
}

// after is the place behind the next mark, the end when there is none.
func after(s string, from int, mark string) int {
	if k := strings.Index(s[from:], mark); k >= 0 {
		return from + k + len(mark)
	}
	return len(s)
}

func isWord(c byte) bool {
	return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c >= 0x80
}

func lower(s string) string { return strings.ToLower(s) }
