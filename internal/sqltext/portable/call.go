package portable

import (
	"slices"
	"strings"

	"kith/internal/source"
)

// call is a function call with what belongs to it, its arguments rewritten.
type call struct {
	r           *rewriter
	name        string // lower case, with the schema if any
	lo, nameEnd int
	open, close int
	end         int // the token after everything that belongs to the call
	args        []arg
	inner       []item // all between the brackets
	distinct    bool
	order       []item // the terms of ORDER BY inside the brackets or of WITHIN GROUP, nil without one
	within      bool
	limit       []item
	having      []item // of "having max x", from max
	filter      []item // the condition of FILTER
	nulls       string // "ignore", "respect" or ""
	overLo      int    // the token of OVER, 0 without one
	over        []item // the window with OVER and brackets
}

// rule makes the text of a call; ok is false when the call is to be carried as it stands.
type rule func(c *call) (it item, ok bool)

// span is the place that inserted bytes of a call stand for: its name.
func (c *call) span() source.Span { return c.r.span(c.lo, c.nameEnd) }

// call reads the call whose name is tokens [lo, nameEnd) and whose bracket is open.
func (r *rewriter) call(items *[]item, lo, nameEnd, open, hi int) item {
	name := strings.ToLower(strings.Map(dropBlank, r.s[r.toks[lo].start:r.toks[nameEnd-1].end]))
	if special := specials[name]; special != nil {
		if it, ok := special(r, lo, open); ok {
			return it
		}
	}
	c := &call{r: r, name: name, lo: lo, nameEnd: nameEnd, open: open, close: r.match[open]}
	c.inner = r.walk(open+1, c.close)
	c.arguments()
	c.tail(hi)
	name = strings.TrimPrefix(name, "system$")
	if fix := r.d.refused[name]; fix != "" {
		r.refuse(lo, nameEnd, fix, "%s has no counterpart on DuckDB", strings.ToUpper(name))
	}
	it, ok := item{}, false
	if rule := r.d.rules[name]; rule != nil {
		it, ok = rule(c)
	}
	if !ok {
		if tmpl, has := r.d.templates[name][len(c.args)]; has && !c.aggregateParts() {
			it, ok = c.expand(tmpl), true
		}
	}
	if !ok {
		it = item{out: c.plain("")}
	}
	if it.out.Len() > maxGrown {
		r.refuse(lo, nameEnd, "name the inner value in a query of its own", "%s repeats its arguments, which nest too deep", name)
		it.out = r.slice(lo, nameEnd)
	}
	if it.fn == "" {
		it.fn = name
	}
	it.lo, it.hi, it.prim = lo, c.end, true
	if name == "unnest" {
		it.inner = c.inner
	}
	if it.typ == unknown {
		it.typ = resultTypes[name]
	}
	return it
}

func dropBlank(c rune) rune {
	if c < 0x80 && isSpace(byte(c)) {
		return -1
	}
	return c
}

// aggregateParts reports whether a call has what only aggregates and windows have.
func (c *call) aggregateParts() bool {
	return c.distinct || c.order != nil || c.filter != nil || c.nulls != "" || c.overLo > 0
}

// maxGrown is how many bytes a rewritten call may have: forms that write an argument twice double the text at each level.
const maxGrown = 1 << 16

// arguments splits what is between the brackets.
func (c *call) arguments() {
	rest := trimItems(c.inner)
	if len(rest) > 0 && rest[0].word == "distinct" {
		c.distinct = true
		rest = trimItems(rest[1:])
	}
	cut := func(at int) []item {
		tail := rest[at:]
		rest = rest[:at]
		return tail
	}
	for k := len(rest) - 1; k >= 0; k-- {
		n := nextItem(rest, k+1)
		two := ""
		if n < len(rest) {
			two = rest[k].word + " " + rest[n].word
		}
		switch {
		case rest[k].word == "limit":
			c.limit = trimItems(cut(k)[1:])
		case two == "order by":
			c.order = trimItems(cut(k)[n-k+1:])
			for j := range c.order {
				if i := nextItem(c.order, j+1); (c.order[j].word == "ignore" || c.order[j].word == "respect") && i < len(c.order) && c.order[i].word == "nulls" {
					c.nulls = c.order[j].word
					c.order = trimItems(c.order[:j])
					break
				}
			}
		case two == "ignore nulls", two == "respect nulls":
			c.nulls = rest[k].word
			cut(k)
		case rest[k].word == "having":
			c.having = trimItems(cut(k)[1:])
		}
	}
	c.args = splitItems(rest)
}

// tail reads WITHIN GROUP, FILTER, IGNORE NULLS and OVER behind the brackets.
func (c *call) tail(hi int) {
	r := c.r
	c.end = c.close + 1
	for {
		i := r.next(c.end, hi)
		if i >= hi {
			return
		}
		if k, ok := r.words(i, hi, "within", "group"); ok {
			open := r.next(k, hi)
			if _, ordered := r.words(open+1, hi, "order", "by"); ordered && r.is(open, "(") {
				inner := trimItems(r.walk(open+1, r.match[open]))
				if n := nextItem(inner, 1); n < len(inner) && inner[0].word == "order" && inner[n].word == "by" {
					c.order, c.within = trimItems(inner[n+1:]), true
					c.end = r.match[open] + 1
					continue
				}
			}
		}
		if open := r.next(i+1, hi); r.is(i, "filter") && open < hi && r.is(open, "(") && r.is(r.next(open+1, hi), "where") {
			inner := trimItems(r.walk(open+1, r.match[open]))
			if len(inner) > 0 && inner[0].word == "where" {
				c.filter = trimItems(inner[1:])
				c.end = r.match[open] + 1
				continue
			}
		}
		if r.isAny(i, "ignore", "respect") {
			if k, ok := r.words(i+1, hi, "nulls"); ok {
				c.nulls = r.word(i)
				c.end = k
				continue
			}
		}
		if r.is(i, "over") {
			k := r.next(i+1, hi)
			if k < hi && r.is(k, "(") {
				c.overLo = i
				c.over = r.walkWindow(c, i, k)
				c.end = r.match[k] + 1
			} else if k < hi && (r.toks[k].kind == tokIdent || r.toks[k].kind == tokQuoted) {
				c.overLo = i
				c.over = []item{{out: r.slice(i, k+1), lo: i, hi: k + 1}}
				c.end = k + 1
			}
		}
		return
	}
}

// walkWindow rewrites OVER (...), and adds the frame that the dialect takes for functions that look at it.
func (r *rewriter) walkWindow(c *call, over, open int) []item {
	close := r.match[open]
	inner := r.walk(open+1, close)
	end := item{out: r.slice(close, close+1), word: ")"}
	if r.d.fullFrames && framed[c.name] && !hasFrame(inner) {
		if hasOrder(inner) {
			end.out = built(c.span(), " rows between unbounded preceding and unbounded following", end.out)
		}
	}
	out := []item{{out: r.slice(over, open+1)}}
	return append(append(out, inner...), end)
}

var framed = set("first_value last_value nth_value")

func hasOrder(items []item) bool {
	return slices.ContainsFunc(items, func(it item) bool { return it.word == "order" })
}

func hasFrame(items []item) bool {
	return slices.ContainsFunc(items, func(it item) bool {
		return it.word == "rows" || it.word == "range" || it.word == "groups"
	})
}

// plain is the call under a name ("" for its own), with everything that belongs to it where DuckDB wants it.
func (c *call) plain(name string) source.Text {
	r := c.r
	head := r.slice(c.lo, c.open)
	if name != "" {
		head = source.Literal(name, c.span())
	} else if strings.Contains(head.S, "`") {
		var b source.Builder
		for i := c.lo; i < c.nameEnd; i++ {
			if r.toks[i].kind == tokQuoted {
				r.writeName(&b, i)
			} else {
				b.WriteText(r.slice(i, i+1))
			}
		}
		head = b.Text()
	}
	inner := []item(c.inner)
	var b source.Builder
	b.WriteText(head)
	b.WriteText(r.slice(c.open, c.open+1))
	b.WriteText(join(inner))
	outside := c.nulls != "" && !hasWord(inner, c.nulls)
	if outside && c.nulls == "ignore" {
		b.WriteString(" ignore nulls", c.span())
	}
	b.WriteText(r.slice(c.close, c.close+1))
	if outside || c.overLo > 0 || c.filter != nil || c.within {
		c.writeTail(&b)
	}
	return b.Text()
}

func hasWord(items []item, w string) bool {
	return slices.ContainsFunc(items, func(it item) bool { return it.word == w })
}

// writeTail writes what stands behind the brackets, IGNORE NULLS left out.
func (c *call) writeTail(b *source.Builder) {
	at := c.span()
	if c.within {
		b.WriteText(built(at, " within group (order by ", c.order, ")"))
	}
	c.writeFilterOver(b)
}

func (c *call) writeFilterOver(b *source.Builder) {
	at := c.span()
	if c.filter != nil {
		b.WriteText(built(at, " filter (where ", c.filter, ")"))
	}
	if c.overLo > 0 {
		b.WriteText(built(at, " ", c.over))
	}
}

// tailText is FILTER and OVER, to be put behind an aggregate.
func (c *call) tailText() source.Text {
	var b source.Builder
	c.writeFilterOver(&b)
	return b.Text()
}

// expand fills a template: $1 an argument, #1 an argument that an operator may follow, $* all arguments with commas, $s
// the schema of the macros, !1 an argument as JSON, @1 as a
// timestamp, ~1 as a date or timestamp.
func (c *call) expand(tmpl string) item {
	at := c.span()
	var b source.Builder
	from := 0
	for i := 0; i+1 < len(tmpl); i++ {
		if mark, k := tmpl[i], tmpl[i+1]; strings.IndexByte("$#!@~", mark) >= 0 && c.marked(mark, k) {
			b.WriteString(tmpl[from:i], at)
			c.fill(&b, mark, k)
			i++
			from = i + 1
		}
	}
	b.WriteString(tmpl[from:], at)
	return item{out: b.Text()}
}

func (c *call) marked(mark, k byte) bool {
	return isDigit(k) && k > '0' && int(k-'1') < len(c.args) || mark == '$' && (k == '*' || k == 's')
}

// fill writes what the mark of a template stands for.
func (c *call) fill(b *source.Builder, mark, k byte) {
	switch {
	case k == 's':
		b.WriteString(c.r.d.schema, c.span())
	case k == '*':
		for n, a := range c.args {
			if n > 0 {
				b.WriteString(", ", c.span())
			}
			b.WriteText(a.text())
		}
	case mark == '$':
		b.WriteText(c.args[k-'1'].text())
	case mark == '#':
		b.WriteText(c.args[k-'1'].wrapped())
	case mark == '!':
		b.WriteText(c.json(int(k - '1')))
	case mark == '~':
		b.WriteText(c.asTime(int(k - '1')))
	case mark == '@':
		b.WriteText(c.timestamp(int(k - '1')))
	}
}

// json is argument i as a JSON value.
func (c *call) json(i int) source.Text { return c.r.asJSON(c.args[i], c.span()) }

// timestamp is argument i as a TIMESTAMP.
func (c *call) timestamp(i int) source.Text {
	if s := c.args[i].single(); s != nil && s.typ == isTimestamp && s.fn == "" {
		return c.args[i].text()
	}
	return built(c.span(), c.args[i].wrapped(), "::timestamp")
}

// made is a shorthand for the outcome of a rule.
func (c *call) made(t typ, parts ...any) (item, bool) {
	return item{out: built(c.span(), parts...), typ: t}, true
}

// argTokens are the tokens of argument i; those of the name when it is empty.
func (c *call) argTokens(i int) (lo, hi int) {
	if a := c.args[i]; len(a) > 0 {
		return a[0].lo, a[len(a)-1].hi
	}
	return c.lo, c.nameEnd
}

// refuseArg says that argument i cannot be carried over.
func (c *call) refuseArg(i int, fix, format string, args ...any) {
	lo, hi := c.argTokens(i)
	c.r.refuse(lo, hi, fix, format, args...)
}

// warnArg says that argument i may mean something else.
func (c *call) warnArg(i int, fix, format string, args ...any) {
	lo, hi := c.argTokens(i)
	c.r.warn(lo, hi, fix, format, args...)
}
