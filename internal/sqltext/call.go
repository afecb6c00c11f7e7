package sqltext

import "strings"

// syntaxCalls look like calls to a reader and to a printer, though DuckDB's parser makes operators and casts of them.
// typeCalls are calls only where no type is asked for ("x::time(3)").
var (
	syntaxCalls = words("coalesce if nullif ifnull grouping grouping_id try")
	typeCalls   = words("date time timestamp datetime timestamptz")
)

// notCalls have a syntax of their own inside the brackets.
var notCalls = words("extract cast try_cast interval in exists any all some array values over filter struct")

// call is the Call whose name begins at token i.
func (b *builder) call(i int) made {
	at := i // where the engine sees the call
	if p := b.prev(i, 0); p >= 0 && b.is(p, ".") {
		q := b.prev(p, 0)
		if q >= 0 && (b.toks[q].kind == tokIdent || b.toks[q].kind == tokQuoted) {
			if b.made[q].node == nil {
				return made{} // the middle of a name
			}
			at = q // a method of a column: "a.lower()"
		}
	}
	names, after := b.chain(i, 0)
	open := b.next(after, len(b.toks))
	if open >= len(b.toks) || !b.is(open, "(") || b.match[open] < 0 {
		return made{}
	}
	last := names[len(names)-1]
	for _, n := range names {
		if hasHole(b.str(n)) {
			return made{}
		}
	}
	name := strings.ToLower(unquote(b.str(last)))
	ref, ok := b.calls[b.toks[at].start]
	plain := len(names) == 1 && b.toks[i].kind == tokIdent
	if !ok && !(plain && (syntaxCalls[name] || typeCalls[name] && !b.typeWanted(i))) || plain && notCalls[name] {
		return made{}
	}
	c := &Call{Name: name, NameText: b.slice(i, after)}
	if len(names) == 1 || builtinSchema(unquote(b.str(names[0]))) {
		c.Kind = kindOf(b.parser, name, ref.Name)
	}
	p := &callParts{builder: b, call: c, plain: map[int]bool{i: true}}
	end := p.read(open)
	c.Nodes = b.nodes(i, end, p.plain)
	c.Text = b.slice(i, end)
	return made{c, end}
}

// typeWanted reports whether the word at token i stands where a type does.
func (b *builder) typeWanted(i int) bool {
	p := b.prev(i, 0)
	return b.is(p, "::") || b.is(p, "as")
}

func builtinSchema(s string) bool {
	switch strings.ToLower(s) {
	case "main", "pg_catalog", "system":
		return true
	}
	return false
}

// callParts reads what follows a call's name.
type callParts struct {
	*builder
	call *Call
	// plain are the tokens of the call's own brackets.
	plain map[int]bool
}

func (p *callParts) own(open int) { p.plain[open] = true }

// read takes the brackets at token open and the clauses after them, and returns the token after the call.
func (p *callParts) read(open int) int {
	p.arguments(open)
	n := len(p.toks)
	end := p.match[open] + 1
	for {
		i := p.next(end, n)
		if k, ok := p.words(i, n, "within", "group"); ok && len(p.call.OrderBy) == 0 {
			if o := p.next(k, n); o < n && p.is(o, "(") && p.match[o] > o {
				if _, by, ok := p.orderBy(o+1, p.match[o]); ok {
					p.own(o)
					p.call.WithinGroup = true
					p.call.OrderBy = p.terms(by, p.match[o])
					end = p.match[o] + 1
					continue
				}
			}
		}
		if p.is(i, "filter") && p.call.Filter == nil && p.call.Over == nil {
			if o := p.next(i+1, n); o < n && p.is(o, "(") && p.match[o] > o {
				p.own(o)
				from := p.next(o+1, p.match[o])
				if p.is(from, "where") {
					from++
				}
				p.call.Filter = p.trimmed(from, p.match[o])
				end = p.match[o] + 1
				continue
			}
		}
		if k, ignore, ok := p.nulls(i, n); ok && p.call.Over == nil {
			p.call.IgnoreNulls = p.call.IgnoreNulls || ignore
			end = k
			continue
		}
		if p.is(i, "over") && p.call.Over == nil {
			if k, ok := p.over(i); ok {
				end = k
				continue
			}
		}
		return end
	}
}

func (p *callParts) nulls(i, hi int) (after int, ignore, ok bool) {
	if k, ok := p.words(i, hi, "ignore", "nulls"); ok {
		return k, true, true
	}
	k, ok := p.words(i, hi, "respect", "nulls")
	return k, false, ok
}

// orderBy finds ORDER BY in [lo, hi) outside brackets.
func (p *callParts) orderBy(lo, hi int) (order, by int, ok bool) {
	order, by = p.find(lo, hi, "order", "by")
	return order, by, order < hi
}

// arguments reads the brackets at token open.
func (p *callParts) arguments(open int) {
	close := p.match[open]
	p.own(open)
	order, by, ordered := p.orderBy(open+1, close)
	c := p.call
	c.Args = p.nodes(open+1, order, nil)
	lo, hi := p.trim(open+1, order)
	if p.is(lo, "distinct") && lo < hi {
		c.Distinct = true
		lo++
	} else if p.is(lo, "all") && p.next(lo+1, hi) < hi {
		lo++
	}
	lo, hi = p.dropNulls(lo, hi)
	for _, r := range p.split(lo, hi) {
		c.ArgList = append(c.ArgList, p.nodes(r[0], r[1], nil))
	}
	if ordered {
		_, end := p.dropNulls(by, close)
		c.OrderBy = p.terms(by, end)
	}
}

// dropNulls takes IGNORE NULLS and RESPECT NULLS off the end of [lo, hi).
func (p *callParts) dropNulls(lo, hi int) (int, int) {
	for i := lo; i < hi; i = p.skip(i) {
		if k, ignore, ok := p.nulls(i, hi); ok && p.next(k, hi) == hi && p.next(lo, hi) < i {
			p.call.IgnoreNulls = p.call.IgnoreNulls || ignore
			return lo, i
		}
	}
	return lo, hi
}

// terms reads the terms of an ORDER BY without frames.
func (b *builder) terms(lo, hi int) []OrderTerm {
	var out []OrderTerm
	for _, r := range b.split(lo, hi) {
		d := b.direction(r[0], r[1])
		out = append(out, OrderTerm{
			Nodes: b.trimmed(r[0], d.exprEnd), Desc: d.desc, Nulls: d.nulls, Text: b.slice(r[0], r[1]),
		})
	}
	return out
}

// over reads OVER at token i and returns the token after it.
func (p *callParts) over(i int) (int, bool) {
	n := len(p.toks)
	o := p.next(i+1, n)
	if o >= n {
		return 0, false
	}
	if p.toks[o].kind == tokIdent || p.toks[o].kind == tokQuoted {
		p.call.Over = &Over{Name: unquote(p.str(o)), Text: p.slice(o, o+1)}
		p.own(o)
		return o + 1, true
	}
	if !p.is(o, "(") || p.match[o] < 0 {
		return 0, false
	}
	p.own(o)
	p.call.Over = p.window(o+1, p.match[o])
	p.call.Over.Text = p.slice(o, p.match[o]+1)
	return p.match[o] + 1, true
}

// window reads the specification in tokens [lo, hi).
func (p *callParts) window(lo, hi int) *Over {
	w := &Over{}
	lo, hi = p.trim(lo, hi)
	frame := p.frameStart(lo, hi)
	if frame < hi {
		w.Frame = p.slice(frame, hi)
	}
	order, by := p.find(lo, frame, "order", "by")
	part, pby := p.find(lo, order, "partition", "by")
	if first := p.next(lo, part); first < part {
		w.Name = unquote(p.str(first))
		p.own(first)
	}
	if part < order {
		for _, r := range p.split(pby, order) {
			w.PartitionBy = append(w.PartitionBy, p.nodes(r[0], r[1], nil))
		}
	}
	if order < frame {
		w.OrderBy = p.terms(by, frame)
	}
	return w
}
