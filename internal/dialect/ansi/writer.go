package ansi

import (
	"strings"

	"kith/internal/dialect"
	"kith/internal/rel"
	"kith/internal/source"
)

// Writer is one statement being written: its bytes, and which of them came from the user.
type Writer struct {
	*session
	b      strings.Builder
	segs   []dialect.Segment
	indent int
	scope  *rel.Scope
	last   byte
}

// Write appends text of ours.
func (w *Writer) Write(s string) {
	if s != "" {
		w.last = s[len(s)-1]
		w.b.WriteString(s)
	}
}

// space separates words, where nothing does yet.
func (w *Writer) space() {
	if w.last != ' ' && w.last != '\n' {
		w.Write(" ")
	}
}

// line ends the line and indents the next.
func (w *Writer) line() {
	w.Write("\n" + strings.Repeat("  ", w.indent))
}

// block writes "(", the lines of fn one step further in, and ")".
func (w *Writer) block(fn func()) {
	w.Write("(")
	w.indent++
	w.line()
	fn()
	w.indent--
	w.line()
	w.Write(")")
}

// user appends text of the user, each byte with its place.
func (w *Writer) user(t source.Text) {
	if t.S == "" {
		return
	}
	start := w.b.Len()
	w.Write(t.S)
	if t.Span().IsZero() {
		return
	}
	w.segs = append(w.segs, dialect.Segment{Start: start, End: w.b.Len(), Origin: t})
}

// standing runs fn; what it writes without a place of its own stands for the place of t.
func (w *Writer) standing(t source.Text, fn func()) {
	start, first := w.b.Len(), len(w.segs)
	fn()
	end := w.b.Len()
	span := t.Span()
	if span.IsZero() || start == end {
		return
	}
	place := source.Literal("?", span) // every byte of a literal text stands for its span
	inner := append([]dialect.Segment(nil), w.segs[first:]...)
	w.segs = w.segs[:first]
	at := start
	for _, s := range inner {
		if s.Start > at {
			w.segs = append(w.segs, dialect.Segment{Start: at, End: s.Start, Origin: place})
		}
		w.segs = append(w.segs, s)
		at = s.End
	}
	if at < end {
		w.segs = append(w.segs, dialect.Segment{Start: at, End: end, Origin: place})
	}
}

// list writes items with commas between them.
func (w *Writer) list(n int, item func(i int)) {
	for i := range n {
		if i > 0 {
			w.Write(", ")
		}
		item(i)
	}
}

// lines writes items on lines of their own, one step in, with commas.
func (w *Writer) lines(n int, item func(i int)) {
	w.indent++
	for i := range n {
		w.line()
		item(i)
		if i < n-1 {
			w.Write(",")
		}
	}
	w.indent--
}
