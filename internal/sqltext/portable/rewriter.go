package portable

import (
	"strings"

	"kith/internal/diag"
	"kith/internal/source"
	"kith/internal/sqltext"
)

// rewriter is one text on its way.
type rewriter struct {
	d     *dialect
	text  source.Text
	s     string
	toks  []token
	match []int // for each bracket token the index of its partner, -1 elsewhere
	list  diag.List
	of    sqltext.Kind // what the text is
	// flattened are the aliases of FLATTEN calls in lower case, "" when there is one at all.
	flattened map[string]bool
	// hierarchy is set when a hierarchical query was refused: its other words need no words of their own.
	hierarchy bool
}

// maxDepth is how deep brackets may nest; deeper text is left to the reader, which refuses it.
const maxDepth = 400

// newRewriter reads the tokens and pairs the brackets; nil when that is not possible.
func newRewriter(d *dialect, t source.Text) *rewriter {
	r := &rewriter{d: d, text: t, s: t.S, toks: lex(t.S, d.quoting)}
	r.match = make([]int, len(r.toks))
	var open []int
	for i, t := range r.toks {
		r.match[i] = -1
		switch t.kind {
		case tokOpen:
			if open = append(open, i); len(open) > maxDepth {
				return nil
			}
		case tokClose:
			n := len(open)
			if n == 0 || !closes(r.s[r.toks[open[n-1]].start], r.s[t.start]) {
				return nil
			}
			r.match[i], r.match[open[n-1]] = open[n-1], i
			open = open[:n-1]
		}
		if t.open {
			return nil
		}
	}
	if len(open) > 0 {
		return nil
	}
	return r
}

func closes(open, close byte) bool {
	return open == '(' && close == ')' || open == '[' && close == ']' || open == '{' && close == '}'
}

// all rewrites the whole text.
func (r *rewriter) all(kind sqltext.Kind) source.Text {
	r.of = kind
	r.refuseStatements(kind)
	r.findFlattened()
	items := r.walk(0, len(r.toks))
	if kind == sqltext.Query {
		r.outputs(items)
	}
	return join(items)
}

// str is the bytes of token i, "" outside the text.
func (r *rewriter) str(i int) string {
	if i < 0 || i >= len(r.toks) {
		return ""
	}
	return r.s[r.toks[i].start:r.toks[i].end]
}

// is reports whether token i is the operator, bracket or unquoted word w (lower case).
func (r *rewriter) is(i int, w string) bool {
	if i < 0 || i >= len(r.toks) {
		return false
	}
	switch r.toks[i].kind {
	case tokIdent, tokOp, tokOpen, tokClose:
		return len(w) == r.toks[i].end-r.toks[i].start && strings.EqualFold(r.str(i), w)
	}
	return false
}

func (r *rewriter) isAny(i int, words ...string) bool {
	for _, w := range words {
		if r.is(i, w) {
			return true
		}
	}
	return false
}

// word is token i in lower case when it is an unquoted word, "" otherwise.
func (r *rewriter) word(i int) string {
	if i < 0 || i >= len(r.toks) || r.toks[i].kind != tokIdent {
		return ""
	}
	return strings.ToLower(r.str(i))
}

func (r *rewriter) kind(i int) tokenKind {
	if i < 0 || i >= len(r.toks) {
		return tokSpace
	}
	return r.toks[i].kind
}

// next is the first token with a meaning at or after i, below hi; hi when there is none.
func (r *rewriter) next(i, hi int) int {
	for i < hi && r.toks[i].blank() {
		i++
	}
	return i
}

// prev is the last token with a meaning before i, at or above lo; lo-1 when there is none.
func (r *rewriter) prev(i, lo int) int {
	for i--; i >= lo && r.toks[i].blank(); i-- {
	}
	return i
}

// skip is the token after i, or after its bracket when i opens one.
func (r *rewriter) skip(i int) int {
	if r.match[i] > i {
		return r.match[i] + 1
	}
	return i + 1
}

// words reports whether the words stand at token i one after the other, and the token after them.
func (r *rewriter) words(i, hi int, words ...string) (after int, ok bool) {
	for _, w := range words {
		i = r.next(i, hi)
		if i >= hi || !r.is(i, w) {
			return i, false
		}
		i++
	}
	return i, true
}

// slice is the text of tokens [lo, hi) as it was written.
func (r *rewriter) slice(lo, hi int) source.Text {
	if lo >= hi {
		return source.Text{}
	}
	return r.text.Slice(r.toks[lo].start, r.toks[hi-1].end)
}

// trim drops blanks at both ends of tokens [lo, hi).
func (r *rewriter) trim(lo, hi int) (int, int) {
	lo = r.next(lo, hi)
	return lo, max(r.prev(hi, lo)+1, lo)
}

// split cuts tokens [lo, hi) at commas outside brackets and trims the pieces.
func (r *rewriter) split(lo, hi int) [][2]int {
	var out [][2]int
	start := lo
	for i := lo; i < hi; i = r.skip(i) {
		if r.toks[i].kind == tokComma {
			a, b := r.trim(start, i)
			out = append(out, [2]int{a, b})
			start = i + 1
		}
	}
	if a, b := r.trim(start, hi); a < b || len(out) > 0 {
		out = append(out, [2]int{a, b})
	}
	return out
}

// findFlattened notes the aliases under which FLATTEN is read.
func (r *rewriter) findFlattened() {
	n := len(r.toks)
	for i := range r.toks {
		open := r.next(i+1, n)
		if !r.d.jsonLists || !r.is(i, "flatten") || !r.is(open, "(") {
			continue
		}
		if r.flattened == nil {
			r.flattened = map[string]bool{"": true}
		}
		k := r.next(r.match[open]+1, n)
		if r.is(k, ")") && r.is(r.prev(r.match[k], 0), "table") {
			k = r.next(k+1, n)
		}
		if r.is(k, "as") {
			k = r.next(k+1, n)
		}
		if k < n && (r.toks[k].kind == tokIdent || r.toks[k].kind == tokQuoted) {
			r.flattened[strings.ToLower(r.nameOf(k))] = true
		}
	}
}

// readsFlatten reports whether the SELECT that token i belongs to reads a FLATTEN.
func (r *rewriter) readsFlatten(i int) bool {
	for lo, hi := r.enclosing(i); ; lo, hi = r.enclosing(lo - 1) {
		from, flat := false, false
		for k := lo; k < hi; k = r.skip(k) {
			from = from || r.is(k, "from")
			flat = flat || r.is(k, "flatten") || r.is(k, "table") && r.is(r.next(r.next(k+1, hi)+1, hi), "flatten")
		}
		if from || lo == 0 {
			return flat
		}
	}
}

// enclosing is the range of tokens in the innermost brackets around token i, the whole text when there are none.
func (r *rewriter) enclosing(i int) (lo, hi int) {
	for k := i - 1; k >= 0; k-- {
		if r.match[k] > i {
			return k + 1, r.match[k]
		}
	}
	return 0, len(r.toks)
}
