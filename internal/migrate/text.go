package migrate

import (
	"bytes"
	"strings"

	"kith/internal/source"
)

// What bytes of a file a node of YAML is: its lines, its column, whether it is written in brackets.

// patch replaces bytes [start, end) of a file.
type patch struct {
	path       string
	start, end int
	with       string
}

// text is a file that is edited.
type text struct{ f *source.File }

func (t text) data() []byte { return t.f.Data }

// patch makes a patch of this file.
func (t text) patch(start, end int, with string) patch { return patch{t.f.Path, start, end, with} }

// eol is the line break that the file uses.
func (t text) eol() string {
	if bytes.Contains(t.data(), []byte("\r\n")) {
		return "\r\n"
	}
	return "\n"
}

// lineStart is the offset at which the line of an offset begins.
func (t text) lineStart(off int) int {
	start := bytes.LastIndexByte(t.data()[:off], '\n') + 1
	if start == 0 && bytes.HasPrefix(t.data(), []byte("\ufeff")) {
		return len("\ufeff")
	}
	return start
}

// lineEnd is the offset of the break that ends the line of an offset, or the end of the file.
func (t text) lineEnd(off int) int {
	i := bytes.IndexByte(t.data()[off:], '\n')
	if i < 0 {
		return len(t.data())
	}
	if end := off + i; end > off && t.data()[end-1] == '\r' {
		return end - 1
	}
	return off + i
}

// nextLine is the offset behind the line of an offset.
func (t text) nextLine(off int) int {
	i := bytes.IndexByte(t.data()[off:], '\n')
	if i < 0 {
		return len(t.data())
	}
	return off + i + 1
}

func (t text) column(off int) int { return off - t.lineStart(off) }

// alone reports whether only blanks stand before an offset on its line.
func (t text) alone(off int) bool {
	return len(bytes.Trim(t.data()[t.lineStart(off):off], " ")) == 0
}

// skip goes past blanks, line breaks and comments.
func (t text) skip(off int) int {
	d := t.data()
	for off < len(d) {
		switch {
		case d[off] == ' ' || d[off] == '\t' || d[off] == '\n' || d[off] == '\r':
			off++
		case d[off] == '#' && (off == 0 || strings.IndexByte(" \t\r\n", d[off-1]) >= 0):
			off = t.lineEnd(off)
		default:
			return off
		}
	}
	return off
}

// back goes back past blanks and line breaks; the result is the offset behind the last other byte.
func (t text) back(off int) int {
	for off > 0 && strings.IndexByte(" \t\r\n", t.data()[off-1]) >= 0 {
		off--
	}
	return off
}

// flow reports whether a list or map is written in brackets.
func (t text) flow(n *source.Node) bool {
	if n.Span.Start >= len(t.data()) {
		return false
	}
	b := t.data()[n.Span.Start]
	return n.Kind == source.MapNode && b == '{' || n.Kind == source.ListNode && b == '['
}

// holds reports whether a span lies in a node's text.
func holds(n *source.Node, s source.Span) bool {
	return s.File == n.Span.File && s.Start >= n.Span.Start && s.End <= n.Span.End
}

// own returns the pairs of a map that stand in its own text, not those that a merge brought.
func (t text) own(n *source.Node) []source.Pair {
	var out []source.Pair
	for _, p := range n.Pairs {
		if p.Key.Span.File == t.f && holds(n, p.Key.Span) {
			out = append(out, p)
		}
	}
	return out
}

// get returns the pair of a key that stands in a map's own text.
func (t text) get(n *source.Node, key string) (source.Pair, bool) {
	for _, p := range t.own(n) {
		if p.Key.Value == key {
			return p, true
		}
	}
	return source.Pair{}, false
}

// afterColon is the offset at which the value of a pair begins, its anchor and tag included, or -1.
func (t text) afterColon(p source.Pair) int {
	i := t.skip(p.Key.Span.End)
	if i >= len(t.data()) || t.data()[i] != ':' {
		return -1
	}
	return i + 1
}

// aliased reports whether the value of a pair is written as an alias, and where that ends.
func (t text) aliased(p source.Pair) (end int, ok bool) {
	i := t.afterColon(p)
	if i < 0 {
		return 0, false
	}
	if i = t.skip(i); i >= len(t.data()) || t.data()[i] != '*' {
		return 0, false
	}
	for end = i; end < len(t.data()) && strings.IndexByte(" \t\r\n,]}", t.data()[end]) < 0; {
		end++
	}
	return end, true
}

// end is the offset behind the value of a pair, or -1 when its text cannot be told.
func (t text) end(p source.Pair) int {
	colon := t.afterColon(p)
	if colon < 0 {
		return -1
	}
	if end, ok := t.aliased(p); ok {
		return end
	}
	if p.Value.Kind == source.NullNode && p.Value.Span.Start == p.Value.Span.End {
		return colon
	}
	if p.Value.Span.File != t.f || p.Value.Span.Start < colon {
		return -1
	}
	return p.Value.Span.End
}

// indent is the column at which the keys of a block map stand, or -1.
func (t text) indent(n *source.Node) int {
	out := -1
	for _, p := range t.own(n) {
		if c := t.column(p.Key.Span.Start); out < 0 || c < out {
			out = c
		}
	}
	return out
}

// dash is the offset of the "-" of an item of a block list, or -1.
func (t text) dash(item *source.Node) int {
	i := t.back(item.Span.Start)
	for i > 0 && t.data()[i-1] != '-' {
		// An anchor or a tag stands between.
		word := i
		for word > 0 && strings.IndexByte(" \t\r\n", t.data()[word-1]) < 0 {
			word--
		}
		if word == i || t.data()[word] != '&' && t.data()[word] != '!' {
			return -1
		}
		i = t.back(word)
	}
	if i == 0 || i >= len(t.data()) || strings.IndexByte(" \t\r\n", t.data()[i]) < 0 {
		return -1
	}
	return i - 1
}

// shifted moves lines from one column to another. The first line of s begins at its text and stays.
func shifted(s string, from, to int) string {
	lines := strings.SplitAfter(s, "\n")
	var b strings.Builder
	for i, line := range lines {
		if i == 0 || strings.TrimRight(line, " \r\n") == "" {
			b.WriteString(line)
			continue
		}
		rest := strings.TrimLeft(line, " ")
		b.WriteString(strings.Repeat(" ", max(0, len(line)-len(rest)-from+to)))
		b.WriteString(rest)
	}
	return b.String()
}

func spaces(n int) string { return strings.Repeat(" ", max(n, 0)) }
