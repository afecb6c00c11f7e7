package rel

import (
	"time"

	"kith/internal/sqltext"
)

// place says what may stand where an expression stands.
type place struct {
	name       string
	aggs, wins bool
	hole       bool
}

var arity = map[Fn][2]int{
	Coalesce: {1, -1}, NullIf: {2, 2}, Concat: {1, -1}, Lower: {1, 1}, Trim: {1, 1}, Left_: {2, 2}, SHA1Hex: {1, 1},
	Hash64: {2, 2}, Bucket: {2, 2}, RegexFullMatch: {2, 2}, Least: {1, -1}, Greatest: {1, -1}, ToTimestamp: {1, 1}, ByBytes: {1, 1}, Later: {2, 2}, Now: {0, 0}, CharLength: {1, 1},
	TrimSpaces: {1, 1}, LowerCase: {1, 1}, PlainLetters: {1, 1}, EmailAddress: {1, 1}, PhoneNumber: {3, 3},
}

var aggArity = map[AggFn]int{
	CountStar: 0, Count: 1, Min: 1, Max: 1, LeastOf: 1, GreatestOf: 1, Sum: 1, AnyValue: 1, BoolOr: 1, BoolAnd: 1, FirstRow: 1,
}

var winArity = map[WinFn][2]int{RowNumber: {0, 0}, Rank: {0, 0}, WinMin: {1, 1}, WinCount: {0, 1}}

var binary = map[string]bool{"=": true, "<>": true, "<": true, "<=": true, ">": true, ">=": true, "/": true,
	"is distinct from": true, "is not distinct from": true}

var nary = map[string]bool{"and": true, "or": true, "+": true, "-": true, "*": true, "||": true}

func (c *checker) exprs(xs []Expr, sc *Scope, fr *frame, p place) {
	for _, x := range xs {
		c.expr(x, sc, fr, p)
	}
}

func (c *checker) expr(e Expr, sc *Scope, fr *frame, p place) {
	inner := p
	inner.hole = false
	switch e := e.(type) {
	case *Col:
		c.col(e, fr)
	case *Lit:
		switch e.Value.(type) {
		case nil, string, int64, float64, bool, time.Time:
		default:
			c.say("a literal of Go type %T", e.Value)
		}
	case *TextTime, *Raw:
		if !p.hole {
			c.say("%s stands outside a hole", FormatExpr(e))
		}
	case *RelExpr:
		if !p.hole {
			c.say("a relation stands outside a hole")
		}
		c.rel(e.Rel, sc, fr)
	case *Func:
		n, ok := arity[e.Fn]
		if !ok {
			c.say("unknown function %q", e.Fn)
		} else if len(e.Args) < n[0] || n[1] >= 0 && len(e.Args) > n[1] {
			c.say("%s has %d arguments", e.Fn, len(e.Args))
		}
		c.exprs(e.Args, sc, fr, inner)
	case *Agg:
		c.agg(e, sc, fr, p)
	case *Win:
		c.win(e, sc, fr, p)
	case *Op:
		switch {
		case binary[e.Op] && len(e.Args) != 2:
			c.say("%q has %d operands", e.Op, len(e.Args))
		case nary[e.Op] && len(e.Args) == 0:
			c.say("empty %q", e.Op)
		case !binary[e.Op] && !nary[e.Op]:
			c.say("unknown operator %q", e.Op)
		}
		c.exprs(e.Args, sc, fr, inner)
	case *Not:
		c.expr(e.X, sc, fr, inner)
	case *IsNull:
		c.expr(e.X, sc, fr, inner)
	case *Case:
		if len(e.Whens) == 0 {
			c.say("a case without branches")
		}
		for _, w := range e.Whens {
			c.expr(w.If, sc, fr, inner)
			c.expr(w.Then, sc, fr, inner)
		}
		if e.Else != nil {
			c.expr(e.Else, sc, fr, inner)
		}
	case *Cast:
		if e.Type == Unknown && e.UserType.S == "" {
			c.say("a cast to no type")
		}
		c.expr(e.X, sc, fr, inner)
	case *InList:
		if len(e.List) == 0 {
			c.say("an empty list")
		}
		c.expr(e.X, sc, fr, inner)
		c.exprs(e.List, sc, fr, inner)
	case *InRel:
		c.expr(e.X, sc, fr, inner)
		c.oneColumn(e.Rel, sc, fr)
	case *Scalar:
		c.oneColumn(e.Rel, sc, fr)
	case *User:
		c.user(e, sc, fr, p)
	default:
		c.say("no expression in %s", p.name)
	}
}

func (c *checker) col(e *Col, fr *frame) {
	switch {
	case e.Name == "":
		c.say("a column without a name")
	case e.Of == "":
		if len(fr.sources) == 0 {
			c.say("column %q without a source", e.Name)
		} else if len(fr.sources) > 1 && fr.sources[0].alias != "" {
			c.say("column %q names no source among %d", e.Name, len(fr.sources))
		} else if s := fr.sources[0]; s.cols != nil && !hasName(s.cols, e.Name) {
			c.say("no column %q in the source", e.Name)
		}
	default:
		s, ok := fr.source(e.Of)
		if !ok {
			c.say("unknown alias %q of column %q", e.Of, e.Name)
		} else if s.cols != nil && !hasName(s.cols, e.Name) {
			c.say("no column %q in %q", e.Name, e.Of)
		}
	}
}

func (c *checker) agg(e *Agg, sc *Scope, fr *frame, p place) {
	n, ok := aggArity[e.Fn]
	if !ok {
		c.say("unknown aggregate %q", e.Fn)
	} else if len(e.Args) != n {
		c.say("%s has %d arguments", e.Fn, len(e.Args))
	}
	if (e.Fn == FirstRow) != (len(e.OrderBy) > 0) {
		c.say("first_row needs an order, and only first_row takes one")
	}
	if e.Distinct && (e.Fn == CountStar || e.Fn == FirstRow) {
		c.say("%s has no distinct form", e.Fn)
	}
	if !p.aggs {
		c.say("aggregate %s in %s", e.Fn, p.name)
	}
	in := place{name: "an aggregate"}
	c.exprs(e.Args, sc, fr, in)
	if e.Filter != nil {
		c.expr(e.Filter, sc, fr, in)
	}
}

func (c *checker) win(e *Win, sc *Scope, fr *frame, p place) {
	n, ok := winArity[e.Fn]
	if !ok {
		c.say("unknown window function %q", e.Fn)
	} else if len(e.Args) < n[0] || len(e.Args) > n[1] {
		c.say("%s has %d arguments", e.Fn, len(e.Args))
	}
	if !p.wins {
		c.say("window function %s in %s", e.Fn, p.name)
	}
	in := place{name: "a window", aggs: true}
	c.exprs(e.Args, sc, fr, in)
	c.exprs(e.Over.PartitionBy, sc, fr, in)
	for _, o := range e.Over.OrderBy {
		c.expr(o.Expr, sc, fr, in)
	}
}

func (c *checker) oneColumn(r Rel, sc *Scope, fr *frame) {
	c.rel(r, sc, fr)
	if cols, ok := sc.Columns(r); ok && len(cols) != 1 {
		c.say("%d columns where one is asked for", len(cols))
	}
}

func (c *checker) user(e *User, sc *Scope, fr *frame, p place) {
	if e.Tree == nil {
		c.say("a user's expression without text")
		return
	}
	if e.Tree.Kind != sqltext.Scalar {
		c.say("a user's query where an expression is asked for")
	}
	if e.Of != "" {
		if _, ok := fr.source(e.Of); !ok {
			c.say("a user's expression of unknown alias %q", e.Of)
		}
	}
	for _, k := range SortedKeys(e.Aliases) {
		if _, ok := fr.source(e.Aliases[k]); !ok {
			c.say("alias %q of a user's expression stands for unknown %q", k, e.Aliases[k])
		}
	}
	c.tree(e.Tree, e.Holes)
	c.holes(e.Holes, len(e.Tree.Rendered.Holes), sc, fr)
	aggs, open := calls(e.Tree.Nodes)
	if e.Tree.Facts.Aggregates && e.Over == nil && !p.aggs {
		c.say("a user's aggregate in %s", p.name)
	}
	if e.Filter != nil {
		if aggs == 0 {
			c.say("a filter on a user's expression without aggregate calls")
		}
		c.expr(e.Filter, sc, fr, place{name: "a filter"})
	}
	if e.Over != nil {
		if open == 0 {
			c.say("a window on a user's expression without calls to take it")
		}
		if !p.wins {
			c.say("a user's window in %s", p.name)
		}
		in := place{name: "a window"}
		c.exprs(e.Over.PartitionBy, sc, fr, in)
		for _, o := range e.Over.OrderBy {
			c.expr(o.Expr, sc, fr, in)
		}
	}
}

// holes checks what stands in holes; want is how many the text has.
func (c *checker) holes(holes []Expr, want int, sc *Scope, fr *frame) {
	if len(holes) != want {
		c.say("%d holes are filled, the text has %d", len(holes), want)
	}
	if fr == nil {
		fr = &frame{}
	}
	for _, h := range holes {
		if h == nil {
			continue // a hole of the template that this text does not use
		}
		c.expr(h, sc, fr, place{name: "a hole", hole: true, aggs: true, wins: true})
	}
}

// tree checks that every hole of the tree is filled.
func (c *checker) tree(t *sqltext.Tree, holes []Expr) {
	sqltext.Walk(t.Nodes, func(n sqltext.Node) bool {
		if h, ok := n.(*sqltext.Hole); ok && (h.Index < 0 || h.Index >= len(holes) || holes[h.Index] == nil) {
			c.say("hole %d of the text is not filled", h.Index)
		}
		return true
	})
}

// calls counts the aggregate calls outside OVER, and the aggregate or window calls without OVER, subqueries left out.
func calls(nodes []sqltext.Node) (aggs, open int) {
	sqltext.Walk(nodes, func(n sqltext.Node) bool {
		switch n := n.(type) {
		case *sqltext.Subquery:
			return false
		case *sqltext.Call:
			if n.Over == nil && n.Kind != sqltext.ScalarCall {
				open++
			}
			if n.Over == nil && n.Kind == sqltext.AggregateCall {
				aggs++
			}
		}
		return true
	})
	return aggs, open
}

func hasColumn(nodes []sqltext.Node) bool {
	found := false
	sqltext.Walk(nodes, func(n sqltext.Node) bool {
		switch n.(type) {
		case *sqltext.Column, *sqltext.Hole, *sqltext.Subquery:
			found = true
		}
		return !found
	})
	return found
}
