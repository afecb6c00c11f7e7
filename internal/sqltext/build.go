package sqltext

import "strings"

// builder makes the nodes of one text. Typed nodes are kept by their first token, so that a call's arguments are the same
// nodes whether they are reached by Args, ArgList or Nodes.
type builder struct {
	*lexed
	parser Parser
	// columns and calls are what the engine found, by offset in the text.
	columns map[int]ColumnRef
	calls   map[int]CallRef
	made    map[int]made
	// dateParts are the offsets of words that the engine takes for columns and that are date parts.
	dateParts map[int]bool
	// nested is how many subqueries are around: columns in them are not ours to qualify.
	nested int
}

type made struct {
	node  Node
	after int // the token after the node
}

func newBuilder(l *lexed, p Parser, parsed Parsed, shift int) *builder {
	b := &builder{
		lexed: l, parser: p, columns: map[int]ColumnRef{}, calls: map[int]CallRef{}, made: map[int]made{},
		dateParts: l.dateParts(),
	}
	for _, c := range parsed.Columns {
		if o := c.Offset - shift; !b.dateParts[o] {
			b.columns[o] = c
		}
	}
	for _, c := range parsed.Calls {
		o := c.Offset - shift
		if old, ok := b.calls[o]; !ok || !old.Over && c.Over {
			b.calls[o] = c
		}
	}
	return b
}

// nodes are the pieces of tokens [lo, hi). Tokens whose index is in plain are carried as they stand even where a call or
// a bracket begins.
func (b *builder) nodes(lo, hi int, plain map[int]bool) []Node {
	var out []Node
	from := lo // first token of the Verbatim being gathered
	flush := func(to int) {
		if from < to {
			out = append(out, &Verbatim{b.slice(from, to)})
		}
	}
	for i := lo; i < hi; {
		if !plain[i] {
			if pieces, ok := b.holes(i); ok {
				flush(i)
				out = append(out, pieces...)
				i++
				from = i
				continue
			}
			if m, ok := b.typed(i); ok && m.after <= hi {
				flush(i)
				out = append(out, m.node)
				i = m.after
				from = i
				continue
			}
		}
		i++
	}
	flush(hi)
	return out
}

// holes are the pieces of a name or literal that has placeholders in it.
func (b *builder) holes(i int) ([]Node, bool) {
	t := b.toks[i]
	switch t.kind {
	case tokIdent, tokString, tokQuoted:
		if hasHole(b.str(i)) {
			return holePieces(b.slice(i, i+1), t.kind != tokIdent), true
		}
	}
	return nil, false
}

// typed is the node that begins at token i, if any.
func (b *builder) typed(i int) (made, bool) {
	if m, ok := b.made[i]; ok {
		return m, m.node != nil
	}
	var m made
	switch b.toks[i].kind {
	case tokOpen:
		m = b.bracket(i)
	case tokIdent, tokQuoted:
		if m = b.column(i); m.node == nil {
			m = b.call(i)
		}
	}
	b.made[i] = m
	return m, m.node != nil
}

// bracket is the Paren or Subquery that token i opens.
func (b *builder) bracket(i int) made {
	close := b.match[i]
	if close < 0 {
		return made{}
	}
	text := b.slice(i, close+1)
	if b.str(i) == "(" && b.startsQuery(i+1, close) {
		b.nested++
		nodes := b.nodes(i, close+1, map[int]bool{i: true})
		b.nested--
		return made{&Subquery{Nodes: nodes, Text: text}, close + 1}
	}
	return made{&Paren{Open: b.str(i), Close: b.str(close), Nodes: b.nodes(i+1, close, nil), Text: text}, close + 1}
}

func (b *builder) startsQuery(lo, hi int) bool {
	i := b.next(lo, hi)
	if i >= hi || b.toks[i].kind != tokIdent {
		return false
	}
	switch strings.ToLower(b.str(i)) {
	case "select", "with", "from", "values", "table", "pivot", "unpivot", "describe", "summarize", "show":
		return true
	}
	return false
}

// verbatimNodes carry tokens [lo, hi) as they stand, apart from holes.
func verbatimNodes(l *lexed, lo, hi int) []Node {
	var out []Node
	from := lo
	for i := lo; i < hi; i++ {
		switch l.toks[i].kind {
		case tokIdent, tokString, tokQuoted:
			if hasHole(l.str(i)) {
				if from < i {
					out = append(out, &Verbatim{l.slice(from, i)})
				}
				out = append(out, holePieces(l.slice(i, i+1), l.toks[i].kind != tokIdent)...)
				from = i + 1
			}
		}
	}
	if from < hi {
		out = append(out, &Verbatim{l.slice(from, hi)})
	}
	return out
}

// chain is the names that begin at token i, joined by dots: their token indices, and the token after them.
func (l *lexed) chain(i, limit int) (names []int, after int) {
	n := len(l.toks)
	for {
		names, after = append(names, i), i+1
		if limit > 0 && len(names) == limit {
			return names, after
		}
		dot := l.next(after, n)
		if !l.is(dot, ".") {
			return names, after
		}
		i = l.next(dot+1, n)
		if i >= n || l.toks[i].kind != tokIdent && l.toks[i].kind != tokQuoted {
			return names, after
		}
	}
}

// column is the Column at token i, when the engine says that there is one and no part of it is a hole.
func (b *builder) column(i int) made {
	ref, ok := b.columns[b.toks[i].start]
	if !ok || b.nested > 0 {
		return made{}
	}
	names, after := b.chain(i, len(ref.Parts))
	c := &Column{}
	for k, n := range names {
		s := b.str(n)
		if hasHole(s) || k == 0 && !strings.EqualFold(unquote(s), ref.Parts[0]) {
			return made{}
		}
		c.Parts = append(c.Parts, unquote(s))
		c.Quoted = append(c.Quoted, b.toks[n].kind == tokQuoted)
	}
	c.Text = b.slice(i, after)
	return made{c, after}
}

// trimmed are the nodes of tokens [lo, hi) without outer blanks and comments.
func (b *builder) trimmed(lo, hi int) []Node {
	lo, hi = b.trim(lo, hi)
	return b.nodes(lo, hi, nil)
}
