package sqltext

import (
	"strings"

	"kith/internal/source"
	"kith/internal/template"
)

// lexed is a text with its tokens and, for each bracket token, the index of its partner (-1 elsewhere).
type lexed struct {
	text  source.Text
	s     string
	toks  []token
	match []int
}

func newLexed(t source.Text) *lexed {
	l := &lexed{text: t, s: t.S, toks: lex(t.S)}
	l.pair()
	return l
}

// pair matches brackets. A closing bracket that does not fit leaves itself and what is open unmatched.
func (l *lexed) pair() {
	l.match = make([]int, len(l.toks))
	var open []int
	for i, t := range l.toks {
		l.match[i] = -1
		switch t.kind {
		case tokOpen:
			open = append(open, i)
		case tokClose:
			if n := len(open); n > 0 && closes(l.s[l.toks[open[n-1]].start], l.s[t.start]) {
				l.match[i], l.match[open[n-1]] = open[n-1], i
				open = open[:n-1]
			} else {
				open = nil
			}
		}
	}
}

func closes(open, close byte) bool {
	return open == '(' && close == ')' || open == '[' && close == ']' || open == '{' && close == '}'
}

// str is the bytes of token i.
func (l *lexed) str(i int) string { return l.s[l.toks[i].start:l.toks[i].end] }

// is reports whether token i is the operator or word w (lower case).
func (l *lexed) is(i int, w string) bool {
	if i < 0 || i >= len(l.toks) {
		return false
	}
	switch l.toks[i].kind {
	case tokIdent, tokOp, tokOpen, tokClose:
		return l.toks[i].end-l.toks[i].start == len(w) && strings.EqualFold(l.str(i), w)
	}
	return false
}

// next is the first token with a meaning at or after i, below hi; hi when there is none.
func (l *lexed) next(i, hi int) int {
	for i < hi && l.toks[i].blank() {
		i++
	}
	return i
}

// prev is the last token with a meaning before i, at or above lo; lo-1 when there is none.
func (l *lexed) prev(i, lo int) int {
	for i--; i >= lo && l.toks[i].blank(); i-- {
	}
	return i
}

// trim drops blanks and comments at both ends of tokens [lo, hi).
func (l *lexed) trim(lo, hi int) (int, int) {
	lo = l.next(lo, hi)
	return lo, max(l.prev(hi, lo)+1, lo)
}

// slice is the text of tokens [lo, hi).
func (l *lexed) slice(lo, hi int) source.Text {
	if lo >= hi {
		return source.Text{}
	}
	return l.text.Slice(l.toks[lo].start, l.toks[hi-1].end)
}

// skip is the token after i, or after its bracket when i opens one.
func (l *lexed) skip(i int) int {
	if l.match[i] > i {
		return l.match[i] + 1
	}
	return i + 1
}

// split cuts tokens [lo, hi) at the commas outside brackets and trims the pieces; an empty range has none.
func (l *lexed) split(lo, hi int) [][2]int {
	var out [][2]int
	start := lo
	for i := lo; i < hi; i = l.skip(i) {
		if l.toks[i].kind == tokComma {
			a, b := l.trim(start, i)
			out = append(out, [2]int{a, b})
			start = i + 1
		}
	}
	if a, b := l.trim(start, hi); a < b || len(out) > 0 {
		out = append(out, [2]int{a, b})
	}
	return out
}

// find is the first place in [lo, hi) outside brackets where the words stand one after the other; hi when there is none.
func (l *lexed) find(lo, hi int, words ...string) (at, after int) {
	for i := lo; i < hi; i = l.skip(i) {
		if after, ok := l.words(i, hi, words...); ok {
			return i, after
		}
	}
	return hi, hi
}

// words reports whether the words stand at token i one after the other, and the token after them.
func (l *lexed) words(i, hi int, words ...string) (after int, ok bool) {
	for k, w := range words {
		if k > 0 {
			i = l.next(i, hi)
		}
		if i >= hi || !l.is(i, w) {
			return i, false
		}
		i++
	}
	return i, true
}

// engineText is the text as an engine's parser gets it, byte for byte as long: comments and blanks outside ASCII become
// spaces, IGNORE NULLS and RESPECT NULLS after the brackets are taken out, and the order of WITHIN GROUP is put inside
// them where DuckDB's parser knows it only there. The tree, made of the text as written, carries all of it.
func (l *lexed) engineText() string {
	b := []byte(l.s)
	clear := func(t token) {
		for k := t.start; k < t.end; k++ {
			if b[k] != '\n' {
				b[k] = ' '
			}
		}
	}
	clearAll := func(lo, hi int) {
		for _, t := range l.toks[lo:hi] {
			clear(t)
		}
	}
	n := len(l.toks)
	for i, t := range l.toks {
		switch {
		case t.blank():
			clear(t)
		case t.kind == tokIdent:
			// BigQuery's place for it, before the order inside the brackets; DuckDB wants it after. At the end of the
			// brackets it is DuckDB's own, but only where OVER follows: that of a var stands in its window block.
			for _, w := range []string{"ignore", "respect"} {
				k, ok := l.words(i, n, w, "nulls")
				if !ok {
					continue
				}
				if j := l.next(k, n); l.is(j, "order") || l.is(j, ")") && l.match[j] < i && l.isCall(j) && l.prev(i, 0) > l.match[j] {
					clearAll(i, k)
				}
			}
		case t.kind != tokClose || l.match[i] < 0 || l.s[t.start] != ')':
		default:
			j := l.next(i+1, n)
			if k, ok := l.words(j, n, "within", "group"); ok && l.orderedSet(i) {
				if open := l.next(k, n); open < n && l.match[open] > open && l.is(l.next(open+1, n), "order") {
					b[t.start] = ' '
					clearAll(j, open+1)
					j = l.next(l.match[open]+1, n)
				}
			}
			if !l.isCall(i) {
				break
			}
			for _, w := range []string{"ignore", "respect"} {
				if k, ok := l.words(j, n, w, "nulls"); ok {
					clearAll(j, k)
				}
			}
		}
	}
	return string(b)
}

// isCall reports whether the closing bracket i ends the arguments of a call.
func (l *lexed) isCall(i int) bool {
	if l.match[i] < 0 {
		return false
	}
	name := l.prev(l.match[i], 0)
	return name >= 0 && (l.toks[name].kind == tokIdent || l.toks[name].kind == tokQuoted) && !isOperatorWord(l.str(name))
}

// orderedSet reports whether the closing bracket i ends the arguments, at least one, of a call whose WITHIN GROUP
// DuckDB's parser does not accept.
func (l *lexed) orderedSet(i int) bool {
	open := l.match[i]
	name := l.prev(open, 0)
	if name < 0 || l.toks[name].kind != tokIdent || l.next(open+1, i) == i {
		return false
	}
	switch strings.ToLower(l.str(name)) {
	case "percentile_cont", "percentile_disc", "mode":
		return false
	}
	return true
}

// holePieces are the pieces of a run of bytes that has placeholders: Verbatim and Hole nodes by turns.
func holePieces(t source.Text, inString bool) []Node {
	var out []Node
	at := 0
	for {
		start, end, index, ok := template.FindPlaceholder(t.S, at)
		if !ok {
			break
		}
		if start > at {
			out = append(out, &Verbatim{t.Slice(at, start)})
		}
		out = append(out, &Hole{Index: index, InString: inString, Text: t.Slice(start, end)})
		at = end
	}
	if at < len(t.S) {
		out = append(out, &Verbatim{t.Slice(at, len(t.S))})
	}
	return out
}

// Unread is a text that is carried as it is, apart from its holes: scripts of several statements, which no parser of queries
// reads. It is opaque.
func Unread(r template.Rendered) *Tree {
	return &Tree{Kind: Query, Rendered: r, Nodes: holePieces(r.Text, false), Opaque: true}
}
