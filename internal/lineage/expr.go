package lineage

import (
	"strings"

	"kith/internal/rel"
	"kith/internal/sqltext"
)

// all are the columns of several expressions.
func (sc *scope) all(xs []rel.Expr) set {
	out := set{}
	for _, x := range xs {
		out.take(sc.expr(x))
	}
	return out
}

func (sc *scope) orders(os []rel.Order) set {
	out := set{}
	for _, o := range os {
		out.take(sc.expr(o.Expr))
	}
	return out
}

// expr is what an expression is made of.
func (sc *scope) expr(e rel.Expr) set {
	switch e := e.(type) {
	case *rel.Col:
		return sc.column(e.Of, e.Name)
	case *rel.Func:
		use := Transformation
		use.Masking = e.Fn == rel.SHA1Hex || e.Fn == rel.Hash64
		return sc.all(e.Args).as(use)
	case *rel.Agg:
		return union(sc.all(e.Args).as(Aggregation), sc.expr(e.Filter).as(Filtering), sc.orders(e.OrderBy).as(Sorting))
	case *rel.Win:
		return union(sc.all(e.Args).as(Aggregation), sc.all(e.Over.PartitionBy).as(Windowing), sc.orders(e.Over.OrderBy).as(Windowing))
	case *rel.Op:
		return sc.all(e.Args).as(Transformation)
	case *rel.Not:
		return sc.expr(e.X).as(Transformation)
	case *rel.IsNull:
		return sc.expr(e.X).as(Transformation)
	case *rel.Case:
		out := sc.expr(e.Else).as(Transformation)
		for _, w := range e.Whens {
			out.take(sc.expr(w.If).as(Conditional))
			out.take(sc.expr(w.Then).as(Transformation))
		}
		return out
	case *rel.Cast:
		return sc.expr(e.X).as(Transformation)
	case *rel.InList:
		return sc.expr(e.X).as(Transformation)
	case *rel.InRel:
		return union(sc.expr(e.X).as(Transformation), everything(sc.relation(e.Rel)).as(Joining))
	case *rel.Scalar:
		s := sc.relation(e.Rel)
		return union(everything(s).as(Transformation), s.rows)
	case *rel.User:
		return sc.user(e)
	}
	return set{}
}

// everything are all columns of a relation together.
func everything(s *shape) set {
	out := set{}
	for _, c := range s.columns {
		out.take(c.from)
	}
	return out
}

// user is what an expression that the user wrote is made of.
func (sc *scope) user(e *rel.User) set {
	if e.Tree == nil {
		return set{}
	}
	u := &userText{scope: sc, holes: e.Holes, of: e.Of, aliases: e.Aliases}
	out := u.nodes(e.Tree.Nodes)
	if !plain(e.Tree.Nodes) {
		out = out.as(Transformation)
	}
	if e.Over != nil {
		out.take(sc.all(e.Over.PartitionBy).as(Windowing))
		out.take(sc.orders(e.Over.OrderBy).as(Windowing))
	}
	out.take(sc.expr(e.Filter).as(Filtering))
	return out
}

// plain reports whether a text is one column or hole.
func plain(nodes []sqltext.Node) bool {
	n := 0
	for _, node := range nodes {
		switch node := node.(type) {
		case *sqltext.Column, *sqltext.Hole:
			n++
		case *sqltext.Verbatim:
			if strings.TrimSpace(node.Text.S) != "" {
				return false
			}
		default:
			return false
		}
	}
	return n == 1
}

// userText looks up what a user's text mentions.
type userText struct {
	*scope
	holes   []rel.Expr
	of      string
	aliases map[string]string
}

func (u *userText) nodes(nodes []sqltext.Node) set {
	out := set{}
	for i, n := range nodes {
		switch n := n.(type) {
		case *sqltext.Column:
			out.take(u.named(n.Parts))
		case *sqltext.Hole:
			if n.Index < len(u.holes) {
				out.take(u.hole(n, nodes[i+1:]))
			}
		case *sqltext.Paren:
			out.take(u.nodes(n.Nodes))
		case *sqltext.Call:
			out.take(u.call(n))
		}
	}
	return out
}

// named looks a column up by its parts, of which the first may be a source.
func (u *userText) named(parts []string) set {
	if len(parts) > 1 {
		if alias, ok := u.aliases[parts[0]]; ok {
			return u.column(alias, parts[1])
		}
		if u.scope.of(parts[0]) != nil {
			return u.column(parts[0], parts[1])
		}
	}
	return u.column(u.of, parts[0])
}

// hole is a value, or a relation with the name of a column behind it.
func (u *userText) hole(h *sqltext.Hole, after []sqltext.Node) set {
	r, ok := u.holes[h.Index].(*rel.RelExpr)
	if !ok {
		return u.expr(u.holes[h.Index])
	}
	if len(after) > 0 {
		if v, ok := after[0].(*sqltext.Verbatim); ok {
			name := strings.TrimPrefix(v.Text.S, ".")
			if name == "" && len(after) > 1 { // a sign and a name of their own
				if w, ok := after[1].(*sqltext.Verbatim); ok {
					name = w.Text.S
				}
			} else if name == v.Text.S {
				return set{}
			}
			end := strings.IndexFunc(name, func(r rune) bool {
				return !strings.ContainsRune("_", r) && (r < '0' || r > '9' && r < 'A' || r > 'Z' && r < 'a' || r > 'z' && r < 0x80)
			})
			if end >= 0 {
				name = name[:end]
			}
			found, _ := u.relation(r.Rel).find(name)
			return found
		}
	}
	return set{}
}

func (u *userText) call(c *sqltext.Call) set {
	use := Transformation
	if c.Kind == sqltext.AggregateCall || c.Kind == sqltext.WindowCall {
		use = Aggregation
	}
	use.Masking = hashes[c.Name]
	out := u.nodes(c.Args).as(use)
	for _, o := range c.OrderBy {
		out.take(u.nodes(o.Nodes).as(Sorting))
	}
	out.take(u.nodes(c.Filter).as(Filtering))
	if c.Over != nil {
		for _, p := range c.Over.PartitionBy {
			out.take(u.nodes(p).as(Windowing))
		}
		for _, o := range c.Over.OrderBy {
			out.take(u.nodes(o.Nodes).as(Windowing))
		}
	}
	return out
}

// hashes are functions whose result does not show their argument.
var hashes = map[string]bool{"md5": true, "sha1": true, "sha256": true, "sha2": true, "sha2_hex": true, "sha1_hex": true, "hash": true, "md5_hex": true, "sha": true, "sha512": true}
