package source

import (
	"sort"
	"strings"
)

// Text is a string that knows, for each of its bytes, where in a file it came from. It survives the folding of YAML
// scalars, the rendering of templates (a macro's body maps to the macro, an argument to the call) and rewriting of SQL.
// The zero Text is the empty string with no place.
type Text struct {
	S      string
	pieces []piece // ascending by at; piece i covers [pieces[i].at, pieces[i+1].at)
}

// piece maps a run of bytes of a Text. A linear piece maps byte k of the run to byte k of the file; an opaque one maps
// every byte to the whole span (a value that a template computed, an escape sequence).
type piece struct {
	at     int
	span   Span
	linear bool
}

// Literal is text of which every byte stands for the whole span.
func Literal(s string, span Span) Text {
	if s == "" {
		return Text{}
	}
	return Text{S: s, pieces: []piece{{0, span, false}}}
}

// Verbatim is the text of a span as it stands in the file.
func Verbatim(span Span) Text {
	s := span.Text()
	if s == "" {
		return Text{}
	}
	return Text{S: s, pieces: []piece{{0, span, true}}}
}

// Len is the length in bytes.
func (t Text) Len() int { return len(t.S) }

// Origin returns the place in a file that bytes [start, end) came from. When they came from several places it is the
// place of the first byte, widened to the last byte if that lies further on in the same file. An offset at the very end
// gives the end of the last piece, so that "unexpected end" can be shown.
func (t Text) Origin(start, end int) Span {
	if len(t.pieces) == 0 {
		return Span{}
	}
	first := t.origin1(start)
	if end <= start+1 {
		return first
	}
	last := t.origin1(end - 1)
	if first.File == last.File && last.End >= first.End {
		first.End = last.End
	}
	return first
}

// Span returns the place of the whole text.
func (t Text) Span() Span { return t.Origin(0, max(len(t.S), 1)) }

func (t Text) origin1(off int) Span {
	i := sort.Search(len(t.pieces), func(i int) bool { return t.pieces[i].at > off }) - 1
	if i < 0 {
		i = 0
	}
	p := t.pieces[i]
	if !p.linear || p.span.File == nil {
		return p.span
	}
	start := p.span.Start + (off - p.at)
	if start >= p.span.End {
		return Span{p.span.File, p.span.End, p.span.End}
	}
	return Span{p.span.File, start, start + 1}
}

// Slice returns bytes [start, end) with their places.
func (t Text) Slice(start, end int) Text {
	if start >= end {
		return Text{}
	}
	out := Text{S: t.S[start:end]}
	first := sort.Search(len(t.pieces), func(i int) bool { return t.pieces[i].at > start }) - 1
	for _, p := range t.pieces[max(first, 0):] {
		if p.at >= end {
			break
		}
		q := p
		if p.at < start {
			if p.linear && p.span.File != nil {
				q.span.Start += start - p.at
			}
			q.at = start
		}
		q.at -= start
		out.pieces = append(out.pieces, q)
	}
	return out
}

// TrimSpace drops white space at both ends.
func (t Text) TrimSpace() Text {
	l := len(t.S) - len(strings.TrimLeft(t.S, " \t\r\n"))
	r := len(strings.TrimRight(t.S, " \t\r\n"))
	if l >= r {
		return Text{}
	}
	return t.Slice(l, r)
}

// Builder puts a Text together from pieces. The zero Builder is ready to use.
type Builder struct {
	s      strings.Builder
	pieces []piece
}

// WriteText appends text with its places.
func (b *Builder) WriteText(t Text) {
	base := b.s.Len()
	for _, p := range t.pieces {
		p.at += base
		b.pieces = append(b.pieces, p)
	}
	if len(t.pieces) == 0 && t.S != "" {
		b.pieces = append(b.pieces, piece{at: base})
	}
	b.s.WriteString(t.S)
}

// WriteString appends text every byte of which stands for span.
func (b *Builder) WriteString(s string, span Span) {
	if s == "" {
		return
	}
	b.pieces = append(b.pieces, piece{b.s.Len(), span, false})
	b.s.WriteString(s)
}

// WriteVerbatim appends the bytes of span as they stand in the file.
func (b *Builder) WriteVerbatim(span Span) { b.WriteText(Verbatim(span)) }

// Len is the number of bytes written.
func (b *Builder) Len() int { return b.s.Len() }

// Text returns what was written.
func (b *Builder) Text() Text { return Text{S: b.s.String(), pieces: b.pieces} }
