package portable

import (
	"strings"

	"kith/internal/source"
)

// typ is what is known of the type of an item from its text alone.
type typ int

const (
	unknown typ = iota
	isText
	isNumber
	isDate
	isTimestamp
	isJSON
	isPath // an uncast path into a semi-structured value: text that stands for any scalar
	isBool
)

// item is a piece of a range: a blank, a word or operator, or a primary (a name, literal, bracket, call, case).
type item struct {
	out    source.Text
	lo, hi int    // its tokens
	word   string // lower case, of keywords, operators and commas
	blank  bool
	prim   bool
	typ    typ
	// json is a path as a JSON value, base and path its parts.
	json source.Text
	base source.Text
	path string
	// lit is the value of a text literal.
	lit   string
	isLit bool
	// fn is the lower-case name of a plain call, name the last part of a name chain.
	fn   string
	name string
	// inner is what is between the brackets of a bracketed range.
	inner []item
}

// splitItems cuts items at commas and trims the pieces.
func splitItems(items []item) []arg {
	items = trimItems(items)
	var out []arg
	start := 0
	for k, it := range items {
		if it.word == "," {
			out = append(out, arg(trimItems(items[start:k])))
			start = k + 1
		}
	}
	if start < len(items) || start > 0 {
		out = append(out, arg(trimItems(items[start:])))
	}
	return out
}

// join is the text of items.
func join(items []item) source.Text {
	var b source.Builder
	for _, it := range items {
		b.WriteText(it.out)
	}
	return b.Text()
}

// trimItems drops blanks at both ends.
func trimItems(items []item) []item {
	for len(items) > 0 && items[0].blank {
		items = items[1:]
	}
	for len(items) > 0 && items[len(items)-1].blank {
		items = items[:len(items)-1]
	}
	return items
}

// nextItem is the first item with a meaning at or after i; len(items) when there is none.
func nextItem(items []item, i int) int {
	for i < len(items) && items[i].blank {
		i++
	}
	return i
}

// prevItem is the last item with a meaning before i; -1 when there is none.
func prevItem(items []item, i int) int {
	for i--; i >= 0 && items[i].blank; i-- {
	}
	return i
}

// arg is an argument: items without outer blanks.
type arg []item

func (a arg) text() source.Text { return join(a) }

// single is the only item of an argument, nil when there are more.
func (a arg) single() *item {
	if len(a) == 1 && a[0].prim {
		return &a[0]
	}
	return nil
}

// wrapped is the text of an argument that an operator may follow: in brackets unless it is one primary.
func (a arg) wrapped() source.Text {
	if len(a) == 0 || a.single() != nil {
		return a.text()
	}
	var b source.Builder
	t := a.text()
	at := t.Span()
	b.WriteString("(", at)
	b.WriteText(t)
	b.WriteString(")", at)
	return b.Text()
}

// typ is the type of an argument as far as it is known.
func (a arg) typ() typ {
	if s := a.single(); s != nil {
		return s.typ
	}
	for _, it := range a {
		if it.word == "||" {
			return isText
		}
	}
	return unknown
}

// literal is the value of an argument that is a text literal.
func (a arg) literal() (string, bool) {
	if s := a.single(); s != nil && s.isLit {
		return s.lit, true
	}
	return "", false
}

// sameText compares without letter case and blanks.
func sameText(a, b string) bool {
	squeeze := func(s string) string { return strings.ToLower(strings.Join(strings.Fields(s), " ")) }
	return squeeze(a) == squeeze(b)
}

// built puts inserted text and copied text together: strings are inserted and stand for the span, everything else is
// copied.
func built(at source.Span, parts ...any) source.Text {
	var b source.Builder
	for _, p := range parts {
		switch p := p.(type) {
		case string:
			b.WriteString(p, at)
		case source.Text:
			b.WriteText(p)
		case arg:
			b.WriteText(p.text())
		case []item:
			b.WriteText(join(p))
		}
	}
	return b.Text()
}
