package sqltext

import (
	"strconv"
	"strings"

	"kith/internal/template"
)

// Canonical is the text in the form that is hashed: comments dropped, blanks folded, unquoted words in lower case, holes
// by their key. Texts that differ only in formatting have equal forms; those that differ in a literal or a quoted name do
// not.
func (t *Tree) Canonical() string {
	l := newLexed(t.Rendered.Text)
	var b strings.Builder
	for i, tok := range l.toks {
		if tok.blank() {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		s := l.str(i)
		switch tok.kind {
		case tokIdent:
			writeHoles(&b, s, t.Rendered.Holes, true)
		case tokString, tokQuoted:
			writeHoles(&b, s, t.Rendered.Holes, false)
		case tokNumber:
			b.WriteString(strings.ToLower(s))
		default:
			b.WriteString(s)
		}
	}
	return b.String()
}

// writeHoles writes s with its placeholders replaced by keys between zero bytes, which no text has.
func writeHoles(b *strings.Builder, s string, holes []template.Hole, fold bool) {
	part := func(p string) {
		if fold {
			p = strings.ToLower(p)
		}
		b.WriteString(p)
	}
	for at := 0; ; {
		start, end, index, ok := template.FindPlaceholder(s, at)
		if !ok {
			part(s[at:])
			return
		}
		part(s[at:start])
		b.WriteByte(0)
		b.WriteString(holeKey(holes, index))
		b.WriteByte(0)
		at = end
	}
}

// holeKey is the key of a hole; a number when a text names a hole that the rendering does not have.
func holeKey(holes []template.Hole, i int) string {
	if i >= 0 && i < len(holes) && holes[i] != nil {
		return holes[i].HoleKey()
	}
	return "hole " + strconv.Itoa(i)
}
