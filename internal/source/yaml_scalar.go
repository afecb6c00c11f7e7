package source

import (
	"strings"

	"go.yaml.in/yaml/v3"
)

// scalar returns the node of a scalar whose text begins at start, and the offset behind it. The bytes are read again by
// the rules of the scalar's style, because the parser does not say where each byte of a value stood. Its value is the
// measure: if reading again gives anything else, every byte of the value stands for the whole scalar.
func (c *composer) scalar(y *yaml.Node, start int) (*Node, int) {
	if m, ok := c.masks[start]; ok {
		return &Node{Kind: ScalarNode, Tag: "!!str", Span: m, Text: Verbatim(m), Plain: true}, m.End
	}
	plain := y.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) == 0
	n := &Node{Kind: ScalarNode, Tag: y.ShortTag(), Plain: plain}
	if n.Tag == "!!null" {
		n.Kind = NullNode
	}
	if plain && y.Value == "" {
		start = c.offset(y.Line, y.Column) // nothing is written: what follows a tag or anchor is not ours
		n.Span = Span{c.f, start, start}
		return n, start
	}
	text, end, ok := c.rescan(y, start)
	if !ok {
		c.inexact++
		end = c.roughEnd(start, len(y.Value))
		text = Literal(y.Value, Span{c.f, start, end})
	}
	n.Span, n.Text = Span{c.f, start, end}, text
	return n, end
}

func (c *composer) rescan(y *yaml.Node, start int) (Text, int, bool) {
	r := rescan{f: c.f, data: c.f.Data}
	switch {
	case y.Style&yaml.DoubleQuotedStyle != 0, y.Style&yaml.SingleQuotedStyle != 0:
		end, ok := r.quoted(start, y.Style&yaml.SingleQuotedStyle != 0)
		t := r.b.Text()
		return t, end, ok && t.S == y.Value
	case y.Style&yaml.LiteralStyle != 0, y.Style&yaml.FoldedStyle != 0:
		return rescanBlock(c.f, start, y.Style&yaml.LiteralStyle != 0, y.Value)
	}
	end, ok := r.plain(start, y.Value)
	t := r.b.Text()
	return t, end, ok && t.S == y.Value
}

// roughEnd is the end of a scalar that could not be read again: its own length, but not past the end of a line.
func (c *composer) roughEnd(start, length int) int {
	end := start
	for end < len(c.f.Data) && end-start < length && breakLen(c.f.Data, end) == 0 {
		end++
	}
	return end
}

// rescan reads a scalar again, byte by byte, into text that knows its places.
type rescan struct {
	f    *File
	data []byte
	b    Builder
}

func (r *rescan) verbatim(start, end int) {
	if start < end {
		r.b.WriteVerbatim(Span{r.f, start, end})
	}
}

// lineBreak writes the break at i as YAML normalises it: LS and PS stay, all others become "\n".
func (r *rescan) lineBreak(i int) {
	n := breakLen(r.data, i)
	switch {
	case n == 3:
		r.verbatim(i, i+3)
	case r.data[i+n-1] == '\n':
		r.verbatim(i+n-1, i+n)
	default:
		r.b.WriteString("\n", Span{r.f, i, i + n})
	}
}

// fold reads blanks and line breaks from i, the first break being at or after i, and writes what they fold to. It returns
// the offset of the next character that is neither.
func (r *rescan) fold(i int) int {
	from := i
	for i < len(r.data) && isBlank(r.data[i]) {
		i++
	}
	first := i
	i += breakLen(r.data, i)
	var more []int
	for i < len(r.data) {
		if isBlank(r.data[i]) {
			i++
		} else if n := breakLen(r.data, i); n > 0 {
			more = append(more, i)
			i += n
		} else {
			break
		}
	}
	switch {
	case breakLen(r.data, first) == 3:
		r.lineBreak(first)
	case len(more) == 0:
		r.b.WriteString(" ", Span{r.f, from, i})
	}
	for _, m := range more {
		r.lineBreak(m)
	}
	return i
}

// breakAhead reports whether only blanks stand between i and the end of its line.
func (r *rescan) breakAhead(i int) bool {
	for i < len(r.data) && isBlank(r.data[i]) {
		i++
	}
	return breakLen(r.data, i) > 0
}

// plain reads an unquoted scalar. Where it ends depends on the indentation around it, so the value leads: the text ends
// when the value does.
func (r *rescan) plain(i int, value string) (end int, ok bool) {
	run := i
	for k := 0; k < len(value); {
		if i >= len(r.data) {
			return i, false
		}
		if (isBlank(r.data[i]) || breakLen(r.data, i) > 0) && r.breakAhead(i) {
			r.verbatim(run, i)
			i = r.fold(i)
			run, k = i, r.b.Len()
			if k > len(value) || !strings.HasPrefix(value, r.b.s.String()) {
				return i, false
			}
			continue
		}
		if r.data[i] != value[k] {
			return i, false
		}
		i, k = i+1, k+1
	}
	r.verbatim(run, i)
	return i, true
}

// quoted reads a single- or double-quoted scalar from its opening quote.
func (r *rescan) quoted(i int, single bool) (end int, ok bool) {
	quote := byte('"')
	if single {
		quote = '\''
	}
	if i >= len(r.data) || r.data[i] != quote {
		return i, false
	}
	i++
	run := i
	for i < len(r.data) {
		b := r.data[i]
		switch {
		case b == quote && single && i+1 < len(r.data) && r.data[i+1] == quote:
			r.verbatim(run, i)
			r.b.WriteString("'", Span{r.f, i, i + 2})
			i += 2
			run = i
		case b == quote:
			r.verbatim(run, i)
			return i + 1, true
		case b == '\\' && !single:
			r.verbatim(run, i)
			n, ok := r.escape(i)
			if !ok {
				return i, false
			}
			i += n
			run = i
		case (isBlank(b) || breakLen(r.data, i) > 0) && r.breakAhead(i):
			r.verbatim(run, i)
			i = r.fold(i)
			run = i
		default:
			i++
		}
	}
	return i, false
}

var simpleEscapes = map[byte]string{
	'0': "\x00", 'a': "\a", 'b': "\b", 't': "\t", '\t': "\t", 'n': "\n", 'v': "\v", 'f': "\f", 'r': "\r", 'e': "\x1b",
	' ': " ", '"': `"`, '\'': "'", '\\': `\`, '/': "/", 'N': "\u0085", '_': "\u00a0", 'L': "\u2028", 'P': "\u2029",
}

// escape reads the escape sequence at i and returns its length.
func (r *rescan) escape(i int) (int, bool) {
	if i+1 >= len(r.data) {
		return 0, false
	}
	if n := breakLen(r.data, i+1); n > 0 {
		return r.escapedBreak(i, i+1+n), true
	}
	if s, ok := simpleEscapes[r.data[i+1]]; ok {
		r.b.WriteString(s, Span{r.f, i, i + 2})
		return 2, true
	}
	digits := map[byte]int{'x': 2, 'u': 4, 'U': 8}[r.data[i+1]]
	if digits == 0 || i+2+digits > len(r.data) {
		return 0, false
	}
	value := rune(0)
	for _, b := range r.data[i+2 : i+2+digits] {
		d := strings.IndexByte("0123456789abcdef", b|0x20)
		if b < '0' || d < 0 {
			return 0, false
		}
		value = value<<4 + rune(d)
	}
	r.b.WriteString(string(value), Span{r.f, i, i + 2 + digits})
	return 2 + digits, true
}

// escapedBreak goes past a backslash at the end of a line: the break and the blanks of the next line vanish, empty lines
// stay as breaks.
func (r *rescan) escapedBreak(i, next int) int {
	for next < len(r.data) {
		if isBlank(r.data[next]) {
			next++
		} else if n := breakLen(r.data, next); n > 0 {
			r.lineBreak(next)
			next += n
		} else {
			break
		}
	}
	return next - i
}
