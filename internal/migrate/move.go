package migrate

import (
	"slices"
	"strings"

	"kith/internal/source"
	"kith/internal/spec"
)

// step is by how much text is indented that kith writes below a key.
const step = 2

// nest moves pairs of a map under one of its keys.
func (t text) nest(e spec.Nest) ([]patch, bool) {
	keys := slices.Clone(e.Keys)
	slices.SortFunc(keys, func(a, b source.Pair) int { return a.Key.Span.Start - b.Key.Span.Start })
	for _, p := range keys {
		if t.end(p) < 0 {
			return nil, false
		}
	}
	if under, ok := t.get(e.In, e.Under); ok {
		return t.nestInto(e, keys, under)
	}
	if t.flow(e.In) {
		return t.nestFlow(e, keys)
	}
	indent := t.indent(e.In)
	first := keys[0]
	start, end := first.Key.Span.Start, t.lineEnd(t.end(first))
	body := t.pairText(first, e.As, end)
	var out []patch
	for _, p := range keys[1:] {
		// Neighbours move as one text, with the comments between them.
		if t.skip(end) == p.Key.Span.Start {
			next := t.lineEnd(t.end(p))
			body += string(t.data()[end:next])
			end = next
			continue
		}
		cut, ok := t.removeKey(e.In, p)
		if !ok {
			return nil, false
		}
		out = append(out, cut...)
		body += t.eol() + spaces(indent) + t.pairText(p, "", t.lineEnd(t.end(p)))
	}
	with := e.Under + ":" + t.eol() + spaces(indent+step) + shifted(body, indent, indent+step)
	return append(out, t.patch(start, end, with)), true
}

// pairText is a pair from its key to an offset, under another key when one is given.
func (t text) pairText(p source.Pair, as string, end int) string {
	if as == "" {
		return string(t.data()[p.Key.Span.Start:end])
	}
	return as + string(t.data()[p.Key.Span.End:end])
}

// nestInto moves pairs into the map of a key that is there.
func (t text) nestInto(e spec.Nest, keys []source.Pair, under source.Pair) ([]patch, bool) {
	if _, alias := t.aliased(under); alias {
		return nil, false
	}
	var out []patch
	for _, p := range keys {
		cut, ok := t.removeKey(e.In, p)
		if !ok {
			return nil, false
		}
		out = append(out, cut...)
	}
	into := under.Value
	switch {
	case into.Kind == source.MapNode && t.flow(into):
		var pairs []string
		for _, p := range keys {
			s := t.pairText(p, e.As, t.end(p))
			if strings.ContainsAny(s, "\r\n") {
				return nil, false
			}
			pairs = append(pairs, s)
		}
		last := t.last(into)
		if last < 0 {
			return append(out, t.patch(into.Span.Start+1, into.Span.Start+1, strings.Join(pairs, ", "))), true
		}
		return append(out, t.patch(last, last, ", "+strings.Join(pairs, ", "))), true
	case t.flow(e.In):
		return nil, false
	}
	from := t.indent(e.In)
	to := from + step
	at := t.afterColon(under)
	if into.Kind == source.MapNode {
		if to, at = t.indent(into), t.last(into); at < 0 {
			return nil, false
		}
	} else if into.Kind != source.NullNode || into.Span.Start != into.Span.End {
		return nil, false
	}
	at = t.lineEnd(at)
	var b strings.Builder
	for _, p := range keys {
		b.WriteString(t.eol() + spaces(to) + shifted(t.pairText(p, e.As, t.lineEnd(t.end(p))), from, to))
	}
	return append(out, t.patch(at, at, b.String())), true
}

// nestFlow moves pairs of a map in braces under a new key.
func (t text) nestFlow(e spec.Nest, keys []source.Pair) ([]patch, bool) {
	var pairs []string
	var out []patch
	for i, p := range keys {
		pairs = append(pairs, t.pairText(p, e.As, t.end(p)))
		if i > 0 {
			comma := t.back(p.Key.Span.Start) - 1
			if comma < 0 || t.data()[comma] != ',' {
				return nil, false
			}
			out = append(out, t.patch(comma, t.end(p), ""))
		}
	}
	with := e.Under + ": {" + strings.Join(pairs, ", ") + "}"
	return append(out, t.patch(keys[0].Key.Span.Start, t.end(keys[0]), with)), true
}

// items are items of a list on their way to another place.
type items struct {
	// lines are items of a block list, their dashes at column 0, without a break at the end; raw are items in brackets.
	lines string
	raw   []string
	// trail is the comment behind items in brackets.
	trail string
}

// listItems is the text of the items of a list, with the comments above them.
func (t text) listItems(list *source.Node, after int) (items, bool) {
	if t.flow(list) {
		var out items
		for _, i := range list.Items {
			if !holds(list, i.Span) {
				return out, false
			}
			out.raw = append(out.raw, i.Span.Text())
		}
		if c := t.skipBlanks(list.Span.End); c < len(t.data()) && t.data()[c] == '#' {
			out.trail = string(t.data()[list.Span.End:t.lineEnd(c)])
		}
		return out, true
	}
	if !t.alone(list.Span.Start) {
		return items{}, false
	}
	column := t.column(list.Span.Start)
	from := t.lineStart(list.Span.Start)
	above := ""
	if first := t.nextLine(after); first <= from && t.skip(first) == list.Span.Start {
		from = first
		// A comment beside the key goes with its items.
		if c := t.skipBlanks(after + 1); c < t.lineEnd(after) && t.data()[c] == '#' {
			above = string(t.data()[c:t.lineEnd(after)]) + t.eol()
		}
	}
	end := list.Span.End
	for _, i := range list.Items {
		if !holds(list, i.Span) { // an alias, whose text stands elsewhere
			end = max(end, t.lineEnd(list.Span.End))
		}
	}
	s := string(t.data()[from:t.lineEnd(end)])
	return items{lines: above + strings.TrimPrefix(shifted("\n"+s, column, 0), "\n")}, true
}

func (t text) skipBlanks(off int) int {
	for off < len(t.data()) && (t.data()[off] == ' ' || t.data()[off] == '\t') {
		off++
	}
	return off
}

func (t text) moveList(e spec.MoveList) ([]patch, bool) {
	list := e.From.Value
	if list.Kind != source.ListNode || list.Span.File != t.f || e.To == nil || e.To.Span.File != t.f {
		return nil, false
	}
	if _, alias := t.aliased(e.From); alias {
		return nil, false
	}
	p, found := t.pair(e.In, e.From.Key)
	if !found || t.end(p) < 0 {
		return nil, false
	}
	moved, ok := t.listItems(list, p.Key.Span.End)
	if !ok {
		return nil, false
	}
	if len(e.Head) > 0 {
		moved = t.underHead(e.Head, e.Inner, moved)
	}
	out, ok := t.removeKey(e.In, p)
	if !ok {
		return nil, false
	}
	added, ok := t.appendItems(e.To, e.Key, moved)
	return append(out, added...), ok
}

// underHead makes one item of items: the keys of head, and the items under inner.
func (t text) underHead(head [][2]string, inner string, moved items) items {
	var b strings.Builder
	for i, h := range head {
		b.WriteString(map[bool]string{true: "- ", false: "  "}[i == 0])
		b.WriteString(h[0] + ": " + spec.Quote(h[1]) + t.eol())
	}
	b.WriteString("  " + inner + ":")
	if moved.lines == "" {
		b.WriteString(" [" + strings.Join(moved.raw, ", ") + "]" + moved.trail)
	} else {
		b.WriteString(shifted(t.eol()+moved.lines, 0, 2*step))
	}
	return items{lines: b.String()}
}

func (t text) moveItem(e spec.MoveItem) ([]patch, bool) {
	at := e.Item.Span
	if t.f == nil || e.To == nil || e.To.Span.File != t.f {
		return nil, false
	}
	var moved items
	if t.flow(e.Item) {
		moved.raw = []string{at.Text()}
	} else {
		if t.dash(e.Item) < 0 {
			return nil, false
		}
		moved.lines = "- " + shifted(at.Text(), t.column(at.Start), step)
	}
	added, ok := t.appendItems(e.To, e.Key, moved)
	return append([]patch{t.patch(at.Start, at.End, spec.Quote(e.Leave))}, added...), ok
}

// appendItems adds items to the list under a key of a map.
func (t text) appendItems(to *source.Node, key string, moved items) ([]patch, bool) {
	p, there := t.get(to, key)
	if there {
		if _, alias := t.aliased(p); alias {
			return nil, false
		}
		if p.Value.Kind == source.ListNode {
			return t.appendToList(p.Value, moved)
		}
		if p.Value.Kind != source.NullNode {
			return nil, false
		}
	}
	if t.flow(to) {
		if moved.lines != "" || there {
			return nil, false
		}
		s := key + ": [" + strings.Join(moved.raw, ", ") + "]"
		if last := t.last(to); last >= 0 {
			return []patch{t.patch(last, last, ", "+s)}, true
		}
		return []patch{t.patch(to.Span.Start+1, to.Span.Start+1, s)}, true
	}
	indent := t.indent(to)
	if indent < 0 {
		return nil, false
	}
	value := " [" + strings.Join(moved.raw, ", ") + "]" + moved.trail
	if moved.lines != "" {
		value = shifted(t.eol()+moved.lines, 0, indent+step)
	}
	if there { // written without a value
		if moved.trail != "" && t.skipBlanks(t.end(p)) != t.lineEnd(t.end(p)) {
			return nil, false
		}
		return []patch{t.patch(t.afterColon(p), t.end(p), value)}, true
	}
	last := t.last(to)
	if last < 0 {
		return nil, false
	}
	at := t.lineEnd(last)
	return []patch{t.patch(at, at, t.eol()+spaces(indent)+key+":"+value)}, true
}

func (t text) appendToList(list *source.Node, moved items) ([]patch, bool) {
	if t.flow(list) {
		if moved.lines != "" {
			var ok bool
			if moved.raw, ok = words(moved.lines); !ok {
				return nil, false
			}
		}
		s := strings.Join(moved.raw, ", ")
		if len(list.Items) == 0 {
			return []patch{t.patch(list.Span.Start+1, list.Span.Start+1, s)}, true
		}
		end := list.Span.End - 1
		at := t.back(end)
		if at > 0 && t.data()[at-1] == ',' {
			return []patch{t.patch(at, at, " "+s)}, true
		}
		return []patch{t.patch(at, at, ", "+s)}, true
	}
	lines := moved.lines
	if lines == "" {
		lines = "- " + strings.Join(moved.raw, t.eol()+"- ") + moved.trail
	}
	at := t.lineEnd(list.Span.End)
	return []patch{t.patch(at, at, shifted(t.eol()+lines, 0, t.column(list.Span.Start)))}, true
}

// words reads the items of a block list that are each one plain line, so that they can stand in brackets.
func words(lines string) ([]string, bool) {
	var out []string
	for line := range strings.Lines(lines) {
		s, ok := strings.CutPrefix(strings.TrimRight(line, "\r\n"), "- ")
		if !ok || strings.ContainsAny(s, "#,[]{}:") {
			return nil, false
		}
		out = append(out, strings.TrimSpace(s))
	}
	return out, true
}
