package template

import (
	"cmp"
	"math"
	"strings"
	"time"

	"kith/internal/diag"
	"kith/internal/source"
)

const defaultTimeLayout = time.RFC3339

func durationText(d Duration) string { return time.Duration(d).String() }

// wholeNumber reads a value as a whole number.
func wholeNumber(v Value) (int64, bool) {
	switch v := v.(type) {
	case Int:
		return int64(v), true
	case NamedInt:
		return v.N, true
	}
	return 0, false
}

// number reads a value as a number with a fraction.
func number(v Value) (float64, bool) {
	if n, ok := wholeNumber(v); ok {
		return float64(n), true
	}
	f, ok := v.(Float)
	return float64(f), ok
}

// arithmetic applies + - * / % to two values, which stand at lAt and rAt. + also joins text and lists.
func (st *state) arithmetic(op string, l, r Value, lAt, rAt, opAt source.Span) Value {
	if isUnknown(l) || isUnknown(r) {
		return Unknown{}
	}
	if op == "+" {
		if v := st.join(l, r, lAt, rAt); v != nil {
			return v
		}
	}
	a, aok := wholeNumber(l)
	b, bok := wholeNumber(r)
	if aok && bok {
		return st.integers(op, a, b, opAt)
	}
	x, xok := number(l)
	y, yok := number(r)
	if !xok || !yok || op == "%" {
		st.errorf(diag.TemplateKind, opAt, "%s cannot be applied to %s and %s", op, l.noun(), r.noun())
		return Unknown{}
	}
	switch op {
	case "+":
		x += y
	case "-":
		x -= y
	case "*":
		x *= y
	case "/":
		x /= y
	}
	if math.IsInf(x, 0) || math.IsNaN(x) {
		st.errorf(diag.TemplateArithmetic, opAt, "division by zero, or a number too large")
		return Unknown{}
	}
	return Float(x)
}

// join is + for text and lists; nil when the values are neither.
func (st *state) join(l, r Value, lAt, rAt source.Span) Value {
	if a, ok := l.(List); ok {
		b, ok := r.(List)
		if !ok {
			return nil
		}
		if !st.charge(itemBytes*(len(a)+len(b)), rAt) {
			return Unknown{}
		}
		return append(append(List{}, a...), b...)
	}
	if !textual(l) && !textual(r) {
		return nil
	}
	var b source.Builder
	st.write(l, lAt, nil, &b)
	st.write(r, rAt, nil, &b)
	return String{b.Text()}
}

// textual reports whether a value makes + join text.
func textual(v Value) bool {
	switch v.(type) {
	case String, HoleValue, ObjectValue:
		return true
	}
	return false
}

// integers applies an operator to whole numbers; division drops the fraction, and nothing wraps around.
func (st *state) integers(op string, a, b int64, at source.Span) Value {
	overflow := false
	var n int64
	switch op {
	case "+":
		n = a + b
		overflow = (n > a) != (b > 0) && b != 0
	case "-":
		n = a - b
		overflow = (n < a) != (b > 0) && b != 0
	case "*":
		n = a * b
		overflow = a != 0 && (n/a != b || a == -1 && b == math.MinInt64)
	case "/", "%":
		if b == 0 {
			st.errorf(diag.TemplateArithmetic, at, "division by zero")
			return Unknown{}
		}
		if b == -1 {
			if op == "%" {
				return Int(0)
			}
			return st.integers("-", 0, a, at)
		}
		if n = a / b; op == "%" {
			n = a % b
		}
	}
	if overflow {
		st.errorf(diag.TemplateArithmetic, at, "the result is too large for a whole number")
		return Unknown{}
	}
	return Int(n)
}

func isUnknown(v Value) bool { _, ok := v.(Unknown); return ok }

// compare applies a comparison, in or not in.
func (st *state) compare(x *compareExpr, l, r Value) Value {
	if isUnknown(l) || isUnknown(r) {
		return Unknown{}
	}
	l, r = st.beside(l, r, x.l.span()), st.beside(r, l, x.r.span())
	switch x.op {
	case "==", "!=":
		eq, ok := st.equal(l, r, x.at, 0)
		if !ok {
			return Unknown{}
		}
		return Bool(eq == (x.op == "=="))
	case "in", "not in":
		in, ok := st.contains(r, l, x.at)
		if !ok {
			return Unknown{}
		}
		return Bool(in == (x.op == "in"))
	}
	c, ok := order(l, r)
	if !ok {
		st.errorf(diag.TemplateKind, x.at, "%s cannot be applied to %s and %s", x.op, l.noun(), r.noun())
		return Unknown{}
	}
	if isTime(l) {
		st.lookedAtTime()
	}
	switch x.op {
	case "<":
		return Bool(c < 0)
	case "<=":
		return Bool(c <= 0)
	case ">":
		return Bool(c > 0)
	}
	return Bool(c >= 0)
}

func isTime(v Value) bool { _, ok := v.(Time); return ok }

// beside prepares an operand of a comparison. An object beside a string is what it is written as, when that is a string.
func (st *state) beside(v, other Value, at source.Span) Value {
	o, ok := v.(ObjectValue)
	if !ok || isNil(v) {
		return st.lookInto(v)
	}
	w, ok := o.Object.(Writer)
	if _, text := other.(String); !ok || !text {
		return v
	}
	written, err := w.Write(st.context(at, nil))
	if err != nil {
		return v
	}
	switch written.(type) {
	case String, HoleValue:
		return st.lookInto(written)
	}
	return v
}

// lookInto gives the text of a formatted time where a decision needs it: the text then depends on the run.
func (st *state) lookInto(v Value) Value {
	h, ok := v.(HoleValue)
	if !ok {
		return v
	}
	t, ok := h.Hole.(TextTimeHole)
	if !ok {
		return v
	}
	run := st.env.EndTime
	if t.Which == "begin_time" {
		run = st.env.BeginTime
	} else if t.Which != "end_time" {
		return v
	}
	st.lookedAtTime()
	return Str(t.Text(run))
}

// equal compares two values; ok is false when a value is known only to the SQL, which is reported. Lists that share their
// items can be deep and compare in more steps than there are values, so both are bounded.
func (st *state) equal(l, r Value, at source.Span, depth int) (eq, ok bool) {
	if depth > st.limits.Depth {
		st.stop(at, "lists are nested more than %d levels deep", st.limits.Depth)
	}
	if !st.step(at) {
		return false, false
	}
	if isNil(l) || isNil(r) {
		st.noteTime(l)
		st.noteTime(r)
		return isNil(l) && isNil(r), true
	}
	for _, v := range []Value{l, r} {
		if h, is := v.(HoleValue); is {
			if g, both := l.(HoleValue); both {
				if k, both := r.(HoleValue); both {
					return g.Hole.HoleKey() == k.Hole.HoleKey(), true
				}
			}
			st.errorf(diag.TemplateKind, at, "%s is known only when the SQL runs (%s)", shown(at), h.Hole.HoleKey()).
				WithFix("compare it in SQL, not in the template")
			return false, false
		}
	}
	if isTime(l) && isTime(r) {
		st.lookedAtTime()
		return l.(Time).Time.Equal(r.(Time).Time), true
	}
	if b, is := l.(Bool); is {
		c, is := r.(Bool)
		return is && b == c, true
	}
	if a, is := l.(List); is {
		b, is := r.(List)
		if !is || len(a) != len(b) {
			return false, true
		}
		for i := range a {
			if eq, ok := st.equal(a[i], b[i], at, depth+1); !eq || !ok {
				return false, ok
			}
		}
		return true, true
	}
	if n, is := l.(NamedInt); is {
		if s, is := r.(String); is {
			return n.Name == s.Text.S, true
		}
	}
	if n, is := r.(NamedInt); is {
		if s, is := l.(String); is {
			return n.Name == s.Text.S, true
		}
	}
	c, comparable := order(l, r)
	return comparable && c == 0, true
}

// order compares numbers, strings, times and durations; ok is false for anything else.
func order(l, r Value) (c int, ok bool) {
	if a, ok := wholeNumber(l); ok {
		if b, ok := wholeNumber(r); ok {
			return cmp.Compare(a, b), true
		}
	}
	if a, ok := number(l); ok {
		b, ok := number(r)
		return cmp.Compare(a, b), ok
	}
	switch a := l.(type) {
	case String:
		b, ok := r.(String)
		return strings.Compare(a.Text.S, b.Text.S), ok
	case Time:
		b, ok := r.(Time)
		return a.Time.Compare(b.Time), ok
	case Duration:
		b, ok := r.(Duration)
		return cmp.Compare(a, b), ok
	}
	return 0, false
}

// contains is `item in whole`.
func (st *state) contains(whole, item Value, at source.Span) (in, ok bool) {
	switch w := whole.(type) {
	case List:
		for _, v := range w {
			eq, ok := st.equal(v, item, at, 0)
			if eq || !ok {
				return eq, ok
			}
		}
		return false, true
	case String:
		if s, is := item.(String); is {
			return strings.Contains(w.Text.S, s.Text.S), true
		}
	}
	st.errorf(diag.TemplateKind, at, "in cannot be applied to %s and %s", item.noun(), whole.noun()).
		WithFix("the right side is a list, or a string when the left side is one")
	return false, false
}

// opaque reports a string that contains a placeholder where its characters are needed.
func (st *state) opaque(s String, at source.Span) bool {
	_, _, i, found := FindPlaceholder(s.Text.S, 0)
	if found && i < len(st.holes) {
		st.errorf(diag.TemplateKind, at, "%s contains a value that is known only when the SQL runs (%s)", shown(at), st.holes[i].HoleKey()).
			WithFix("do this in SQL, not in the template")
	}
	return found
}
