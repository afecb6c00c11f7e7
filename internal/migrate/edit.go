package migrate

import (
	"strings"

	"kith/internal/source"
	"kith/internal/spec"
)

// patches turns an edit into bytes to change; it is not ok when the text is of a shape that has to be changed by hand.
func patches(e spec.Edit) (out []patch, ok bool) {
	switch e := e.(type) {
	case spec.Replace:
		return []patch{{e.Span.Path(), e.Span.Start, e.Span.End, e.With}}, e.Span.File != nil && e.Span.End > e.Span.Start
	case spec.ReplaceItems:
		return text{e.At.Span.File}.replaceItems(e)
	case spec.RemoveKey:
		p, found := text{e.In.Span.File}.pair(e.In, e.Key)
		if !found {
			return nil, false
		}
		return text{e.In.Span.File}.removeKey(e.In, p)
	case spec.RemoveItem:
		return text{e.List.Span.File}.removeItem(e.List, e.Item)
	case spec.WrapItem:
		return text{e.List.Span.File}.wrapItem(e)
	case spec.AddKey:
		return text{e.In.Span.File}.addKey(e)
	case spec.Nest:
		return text{e.In.Span.File}.nest(e)
	case spec.MoveList:
		return text{e.In.Span.File}.moveList(e)
	case spec.AddItem:
		item := e.Name + ": " + spec.Quote(e.Word)
		if t := (text{e.To.Span.File}); t.f == nil {
			return nil, false
		} else if p, ok := t.get(e.To, e.Key); t.flow(e.To) || ok && t.flow(p.Value) {
			return t.appendItems(e.To, e.Key, items{raw: []string{"{" + item + "}"}})
		} else {
			return t.appendItems(e.To, e.Key, items{lines: "- " + item})
		}
	case spec.MoveItem:
		return text{e.Item.Span.File}.moveItem(e)
	}
	return nil, false
}

func (t text) pair(n *source.Node, key source.At[string]) (source.Pair, bool) {
	for _, p := range t.own(n) {
		if p.Key == key {
			return p, true
		}
	}
	return source.Pair{}, false
}

func (t text) replaceItems(e spec.ReplaceItems) ([]patch, bool) {
	at := e.At.Span
	if t.f == nil || len(e.Items) == 0 {
		return nil, false
	}
	if before := t.back(at.Start); t.flow(e.At) && before > 0 && strings.IndexByte("[,", t.data()[before-1]) >= 0 {
		return []patch{t.patch(at.Start, at.End, strings.Join(e.Items, ", "))}, true
	}
	if d := t.dash(e.At); d >= 0 {
		sep := t.eol() + spaces(t.column(d)) + "- "
		return []patch{t.patch(at.Start, at.End, strings.Join(e.Items, sep))}, true
	}
	if t.flow(e.At) || !t.alone(at.Start) {
		return []patch{t.patch(at.Start, at.End, "["+strings.Join(e.Items, ", ")+"]")}, true
	}
	sep := t.eol() + spaces(t.column(at.Start)) + "- "
	return []patch{t.patch(at.Start, at.End, "- "+strings.Join(e.Items, sep))}, true
}

// removeKey takes a pair out of its map.
func (t text) removeKey(in *source.Node, p source.Pair) ([]patch, bool) {
	start, end := p.Key.Span.Start, t.end(p)
	if end < 0 {
		return nil, false
	}
	if t.flow(in) {
		return []patch{t.cutFlow(start, end)}, true
	}
	if t.onlyText(in, start, end) {
		return []patch{t.patch(start, end, "{}")}, true
	}
	if t.alone(start) {
		return []patch{t.cutLines(start, end)}, true
	}
	// The first key of an item stands beside its dash: the next key takes its place.
	next := t.lineEnd(end)
	if next == len(t.data()) {
		return nil, false
	}
	following := t.skip(next)
	if strings.Contains(string(t.data()[next:following]), "#") {
		return []patch{t.patch(start, next, "")}, true
	}
	return []patch{t.patch(start, following, "")}, true
}

// onlyText reports whether a map holds nothing but bytes [start, end).
func (t text) onlyText(in *source.Node, start, end int) bool {
	return t.skip(in.Span.Start) >= start && t.skip(end) >= in.Span.End
}

// cutLines removes the lines that bytes [start, end) stand on. It takes the break before them rather than the one behind, so
// that something may be written at their end.
func (t text) cutLines(start, end int) patch {
	from, to := t.lineStart(start), t.lineEnd(end)
	switch {
	case from > 1 && t.data()[from-1] == '\n' && t.data()[from-2] == '\r':
		return t.patch(from-2, to, "")
	case from > 0 && t.data()[from-1] == '\n':
		return t.patch(from-1, to, "")
	}
	return t.patch(from, t.nextLine(end), "")
}

// cutFlow removes a pair or item between brackets, with one comma.
func (t text) cutFlow(start, end int) patch {
	if next := t.skip(end); next < len(t.data()) && t.data()[next] == ',' {
		after := next + 1
		for after < len(t.data()) && t.data()[after] == ' ' {
			after++
		}
		return t.patch(start, after, "")
	}
	if before := t.back(start); before > 0 && t.data()[before-1] == ',' {
		return t.patch(before-1, end, "")
	}
	return t.patch(start, end, "")
}

func (t text) removeItem(list, item *source.Node) ([]patch, bool) {
	if !holds(list, item.Span) {
		return nil, false
	}
	start, end := item.Span.Start, item.Span.End
	if t.flow(list) {
		return []patch{t.cutFlow(start, end)}, true
	}
	d := t.dash(item)
	switch {
	case d < 0:
		return nil, false
	case t.skip(list.Span.Start) >= d && t.skip(end) >= list.Span.End:
		return []patch{t.patch(list.Span.Start, end, "[]")}, true
	case !t.alone(d):
		return nil, false
	}
	return []patch{t.cutLines(d, end)}, true
}

func (t text) wrapItem(e spec.WrapItem) ([]patch, bool) {
	at := e.Item.Span
	if !holds(e.List, at) {
		return nil, false
	}
	pair := e.Key + ": " + at.Text()
	d := t.dash(e.Item)
	if t.flow(e.List) || d < 0 || strings.Trim(string(t.data()[d+1:at.Start]), " ") != "" {
		pair = "{" + pair + "}"
	}
	return []patch{t.patch(at.Start, at.End, pair)}, true
}

func (t text) addKey(e spec.AddKey) ([]patch, bool) {
	pair := e.Key + ": " + spec.Quote(e.Value)
	own := t.own(e.In)
	if len(own) == 0 {
		return nil, false
	}
	if t.flow(e.In) {
		last := t.last(e.In)
		if last < 0 {
			return nil, false
		}
		return []patch{t.patch(last, last, ", "+pair)}, true
	}
	indent := spaces(t.indent(e.In))
	if e.First {
		at := own[0].Key.Span.Start
		return []patch{t.patch(at, at, pair+t.eol()+indent)}, true
	}
	last := t.last(e.In)
	if last < 0 {
		return nil, false
	}
	at := t.lineEnd(last)
	return []patch{t.patch(at, at, t.eol()+indent+pair)}, true
}

// last is the offset behind the last pair of a map's own text, or -1.
func (t text) last(n *source.Node) int {
	out := -1
	for _, p := range t.own(n) {
		end := t.end(p)
		if end < 0 {
			return -1
		}
		out = max(out, end)
	}
	return out
}
