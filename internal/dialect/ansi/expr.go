package ansi

import (
	"strconv"
	"strings"
	"time"

	"kith/internal/rel"
)

// How tightly an expression binds, from loosest to tightest. An expression that binds looser than its place asks for is put
// in brackets.
const (
	precLoose = iota // between brackets or commas
	precOr
	precAnd
	precNot
	precCompare // also IS, IN
	precConcat
	precAdd
	precMultiply
	precTight // a name, a call, a literal, anything in brackets
)

var opPrec = map[string]int{
	"or": precOr, "and": precAnd, "||": precConcat, "+": precAdd, "-": precAdd, "*": precMultiply,
	"=": precCompare, "<>": precCompare, "<": precCompare, "<=": precCompare, ">": precCompare, ">=": precCompare,
	"is distinct from": precCompare, "is not distinct from": precCompare, "/": precTight,
}

// associative are the operators for which a op (b op c) is (a op b) op c, to the last bit.
var associative = map[string]bool{"and": true, "or": true, "||": true}

// prec is how tightly the printed form of e binds.
func prec(e rel.Expr) int {
	switch e := e.(type) {
	case *rel.Op:
		if len(e.Args) == 1 {
			return prec(e.Args[0])
		}
		return opPrec[e.Op]
	case *rel.Not:
		return precNot
	case *rel.IsNull, *rel.InList, *rel.InRel:
		return precCompare
	case *rel.Lit:
		switch v := e.Value.(type) {
		case int64:
			if v < 0 {
				return precMultiply // a sign may meet another: x - -1 is well, x --1 is a comment
			}
		}
	case *rel.User:
		if !oneOperand(e.Tree) {
			return precLoose
		}
	case *rel.Raw, *rel.TextTime:
		return precTight
	}
	return precTight
}

// expr writes an expression in a place that needs it to bind at least as tightly as min.
func (w *Writer) expr(e rel.Expr, min int) {
	if prec(e) < min {
		w.Write("(")
		w.bare(e)
		w.Write(")")
		return
	}
	w.bare(e)
}

// Arg writes an expression between brackets or commas.
func (w *Writer) Arg(e rel.Expr) { w.expr(e, precLoose) }

// Operand writes an expression so that it binds tightest.
func (w *Writer) Operand(e rel.Expr) { w.expr(e, precTight) }

// Args writes expressions with commas.
func (w *Writer) Args(es []rel.Expr) { w.list(len(es), func(i int) { w.Arg(es[i]) }) }

func (w *Writer) bare(e rel.Expr) {
	switch e := e.(type) {
	case *rel.Col:
		w.column(e.Of, e.Name)
	case *rel.Lit:
		w.literal(e.Value)
	case *rel.TextTime:
		s, _ := plainText(e)
		w.Write(s)
	case *rel.Raw:
		w.user(e.Text)
	case *rel.Func:
		w.function(e)
	case *rel.Agg:
		w.aggregate(e)
	case *rel.Win:
		w.windowCall(e)
	case *rel.Op:
		w.op(e)
	case *rel.Not:
		w.Write("NOT ")
		w.expr(e.X, precNot+1)
	case *rel.IsNull:
		w.expr(e.X, precCompare+1)
		w.Write(pick(e.Negate, " IS NOT NULL", " IS NULL"))
	case *rel.Case:
		w.caseWhen(e)
	case *rel.Cast:
		w.Write("CAST(")
		w.Arg(e.X)
		w.Write(" AS ")
		if e.UserType.S != "" {
			w.user(e.UserType)
		} else {
			w.Write((&printer{w.engine}).Type(e.Type))
		}
		w.Write(")")
		if e.Type == rel.Text && e.UserType.S == "" && w.engine.ByBytes != nil {
			w.engine.ByBytes(w)
		}
	case *rel.InList:
		w.expr(e.X, precCompare+1)
		w.Write(pick(e.Negate, " NOT IN (", " IN ("))
		w.Args(e.List)
		w.Write(")")
	case *rel.InRel:
		w.expr(e.X, precCompare+1)
		w.Write(pick(e.Negate, " NOT IN ", " IN "))
		w.block(func() { w.set(e.Rel) })
	case *rel.Scalar:
		w.block(func() { w.query(e.Rel) })
	case *rel.RelExpr:
		w.holeRelation(e.Rel)
	case *rel.User:
		w.userExpr(e)
	}
}

func pick(b bool, yes, no string) string {
	if b {
		return yes
	}
	return no
}

func (w *Writer) column(of, name string) {
	if of != "" {
		w.ident(of)
		w.Write(".")
	}
	w.ident(name)
}

func (w *Writer) op(e *rel.Op) {
	if len(e.Args) == 1 {
		w.bare(e.Args[0])
		return
	}
	if e.Op == "/" {
		w.Template(w.engine.Divide, e.Args)
		return
	}
	p := opPrec[e.Op]
	for i, a := range e.Args {
		min := p + 1
		if i > 0 {
			w.Write(" " + strings.ToUpper(e.Op) + " ")
		}
		if p != precCompare && (i == 0 || associative[e.Op]) {
			min = p // chains read from the left; comparisons do not chain
		}
		w.expr(a, min)
	}
}

func (w *Writer) caseWhen(e *rel.Case) {
	w.Write("CASE")
	for _, x := range e.Whens {
		w.Write(" WHEN ")
		w.Arg(x.If)
		w.Write(" THEN ")
		w.Arg(x.Then)
	}
	if e.Else != nil {
		w.Write(" ELSE ")
		w.Arg(e.Else)
	}
	w.Write(" END")
}

func (w *Writer) function(f *rel.Func) {
	if w.engine.Fn != nil && w.engine.Fn(w, f) {
		return
	}
	w.Template(w.engine.Fns[f.Fn], f.Args)
}

// Template writes the template of a function, as Engine.Fns explains.
func (w *Writer) Template(t string, args []rel.Expr) {
	for t != "" {
		i := strings.IndexByte(t, '{')
		if i < 0 {
			break
		}
		w.Write(t[:i])
		end := i + strings.IndexByte(t[i:], '}')
		slot := t[i+1 : end]
		t = t[end+1:]
		switch {
		case slot == "*":
			w.Args(args)
		case slot == "*||":
			for k, a := range args {
				if k > 0 {
					w.Write(" || ")
				}
				w.expr(a, precConcat+1)
			}
		case strings.HasSuffix(slot, "."):
			n, _ := strconv.Atoi(slot[:len(slot)-1])
			w.Operand(args[n])
		default:
			n, _ := strconv.Atoi(slot)
			w.Arg(args[n])
		}
	}
	w.Write(t)
}

// aggs are the names of the aggregates that all engines share.
var aggs = map[rel.AggFn]string{
	rel.Count: "count", rel.Min: "min", rel.Max: "max", rel.LeastOf: "min", rel.GreatestOf: "max", rel.Sum: "sum", rel.AnyValue: "any_value",
	rel.BoolOr: "bool_or", rel.BoolAnd: "bool_and",
}

func (w *Writer) aggregate(a *rel.Agg) {
	if w.engine.Agg != nil && w.engine.Agg(w, a) {
		return
	}
	if a.Fn == rel.CountStar {
		w.Write("count(*)")
	} else {
		w.Write(aggs[a.Fn] + pick(a.Distinct, "(DISTINCT ", "("))
		w.Args(a.Args)
		w.Write(")")
	}
	w.Filter(a.Filter)
}

// Filter writes FILTER with the conditions that are not nil.
func (w *Writer) Filter(conds ...rel.Expr) {
	if c := rel.And(conds...); c != nil {
		w.Write(" FILTER (WHERE ")
		w.Arg(c)
		w.Write(")")
	}
}

func (w *Writer) windowCall(e *rel.Win) {
	w.Write(string(e.Fn) + "(")
	if e.Fn == rel.WinCount && len(e.Args) == 0 {
		w.Write("*")
	}
	w.Args(e.Args)
	w.Write(") OVER (")
	var parts []func()
	if len(e.Over.PartitionBy) > 0 {
		parts = append(parts, func() { w.Write("PARTITION BY "); w.Args(e.Over.PartitionBy) })
	}
	if len(e.Over.OrderBy) > 0 {
		parts = append(parts, func() { w.Write("ORDER BY "); w.orders(e.Over.OrderBy) })
	}
	if e.Over.Frame == rel.Full {
		parts = append(parts, func() { w.Write(fullFrame) })
	}
	w.spaced(parts)
	w.Write(")")
}

// fullFrame is the frame of the whole partition.
const fullFrame = "ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING"

func (w *Writer) spaced(parts []func()) {
	for i, p := range parts {
		if i > 0 {
			w.Write(" ")
		}
		p()
	}
}

func (w *Writer) orders(os []rel.Order) {
	w.list(len(os), func(i int) { w.order(os[i]) })
}

// Orders writes the terms of an ORDER BY.
func (w *Writer) Orders(os []rel.Order) { w.orders(os) }

func (w *Writer) order(o rel.Order) {
	w.key(o.Expr)
	w.Write(pick(o.Desc, " DESC", "") + pick(o.NullsLast, " NULLS LAST", " NULLS FIRST"))
}

// key writes a term of GROUP BY or ORDER BY. A bare constant there would be the position of a column, or an error.
func (w *Writer) key(e rel.Expr) {
	if l, ok := e.(*rel.Lit); ok {
		t := rel.Text
		switch l.Value.(type) {
		case int64:
			t = rel.BigInt
		case bool:
			t = rel.Bool
		case float64:
			t = rel.Double
		case time.Time:
			t = rel.Timestamp
		}
		e = &rel.Cast{X: l, Type: t}
	}
	w.Arg(e)
}

// IsTimestamp reports an expression that is a timestamp without zone by its form.
func IsTimestamp(e rel.Expr) bool {
	switch e := e.(type) {
	case *rel.Lit:
		_, ok := e.Value.(time.Time)
		return ok
	case *rel.Func:
		return e.Fn == rel.ToTimestamp
	case *rel.Cast:
		return e.Type == rel.Timestamp && e.UserType.S == ""
	}
	return false
}
