package sqltext

import (
	"strings"

	"kith/internal/source"
	"kith/internal/template"
)

// direction is the end of an order term.
type direction struct {
	exprEnd int // the token after the expression
	desc    bool
	nulls   string
}

// direction reads ASC, DESC and NULLS FIRST or LAST off the end of tokens [lo, hi).
func (l *lexed) direction(lo, hi int) direction {
	lo, hi = l.trim(lo, hi)
	d := direction{exprEnd: hi}
	last := l.prev(hi, lo)
	if nulls := l.prev(last, lo); nulls > lo && l.is(nulls, "nulls") && (l.is(last, "first") || l.is(last, "last")) {
		d.nulls = strings.ToLower(l.str(last))
		d.exprEnd = l.prev(nulls, lo) + 1
	}
	if dir := l.prev(d.exprEnd, lo); dir > lo && (l.is(dir, "asc") || l.is(dir, "desc")) {
		d.desc = l.is(dir, "desc")
		d.exprEnd = l.prev(dir, lo) + 1
	}
	return d
}

// frameStart is the token at which a frame clause begins in [lo, hi) outside brackets; hi when there is none.
func (l *lexed) frameStart(lo, hi int) int {
	for i := lo; i < hi; i = l.skip(i) {
		if !l.is(i, "rows") && !l.is(i, "range") && !l.is(i, "groups") || l.is(l.prev(i, lo), ".") {
			continue
		}
		j := l.next(i+1, hi)
		if j >= hi {
			continue
		}
		if l.is(j, "between") || l.is(j, "unbounded") || l.is(j, "current") {
			return i
		}
		if _, end := l.find(j, hi, "preceding"); l.toks[j].kind == tokNumber && end <= hi && l.is(end-1, "preceding") {
			return i
		}
	}
	return hi
}

// Term is one written term of an order_by: an expression to be parsed as Scalar, and what stood after it.
type Term struct {
	// Expr is the expression, with the holes of the whole text.
	Expr template.Rendered
	// Desc is set for DESC; Nulls is "first", "last" or "" when not written.
	Desc  bool
	Nulls string
	// Frame is a frame clause that stood after the term ("ts rows between ..."), empty without one.
	Frame source.Text
}

// SplitOrder cuts the text of an order_by at its commas and reads the direction of each term. It needs no parser and
// makes no diagnostics: what is wrong inside an expression shows when the expression is parsed.
func SplitOrder(r template.Rendered) []Term {
	l := newLexed(r.Text)
	var out []Term
	for _, piece := range l.split(0, len(l.toks)) {
		lo, hi := piece[0], piece[1]
		t := Term{}
		if f := l.frameStart(lo, hi); f > lo && f < hi {
			t.Frame = l.slice(f, hi)
			lo, hi = l.trim(lo, f)
		}
		d := l.direction(lo, hi)
		t.Desc, t.Nulls = d.desc, d.nulls
		t.Expr = template.Rendered{Text: l.slice(lo, d.exprEnd), Holes: r.Holes, TimeDependent: r.TimeDependent}
		out = append(out, t)
	}
	return out
}

// SplitList cuts a text at its commas outside brackets, quotes and comments ("a, f(b, c)" in a partition_by).
func SplitList(r template.Rendered) []template.Rendered {
	l := newLexed(r.Text)
	var out []template.Rendered
	for _, piece := range l.split(0, len(l.toks)) {
		out = append(out, template.Rendered{
			Text: l.slice(piece[0], piece[1]), Holes: r.Holes, TimeDependent: r.TimeDependent,
		})
	}
	return out
}
