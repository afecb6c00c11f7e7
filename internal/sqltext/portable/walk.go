package portable

import (
	"strings"

	"kith/internal/diag"
	"kith/internal/source"
)

// keywords are words that are no operand: what stands left of a postfix operator is never one of them.
var keywords = set(`select from where and or not in is like ilike rlike regexp similar between exists any all some as on using
	by group order having qualify limit offset fetch union except intersect minus when then else end with recursive distinct
	join left right full inner outer cross natural lateral over partition rows range groups preceding following unbounded
	current row asc desc nulls first last ignore respect filter within escape to for window values top exclude rename replace sample tablesample
	only set into default case view explode posexplode`)

// notCalls are words that a bracket may follow without making a call of them.
var notCalls = set(`select from where and or not in is like ilike rlike regexp similar between exists any all some as on using
	by having qualify limit offset union except intersect minus when then else end with recursive distinct
	join inner outer cross natural lateral over partition escape window values top exclude rename to for case order group sample tablesample`)

func set(words string) map[string]bool {
	out := map[string]bool{}
	for _, w := range strings.Fields(words) {
		out[w] = true
	}
	return out
}

// walk rewrites tokens [lo, hi).
func (r *rewriter) walk(lo, hi int) []item {
	return r.after(r.walkRaw(lo, hi))
}

// after applies the rules that look at neighbours.
func (r *rewriter) after(items []item) []item {
	items = r.selects(items)
	items = r.patterns(items)
	items = r.neighbours(items)
	items = r.reserved(items)
	return r.nullOrder(items)
}

func (r *rewriter) walkRaw(lo, hi int) []item {
	var items []item
	for i := lo; i < hi; {
		it := r.one(&items, i, hi)
		items = append(items, it)
		if it.hi <= i {
			panic("no step forward")
		}
		i = it.hi
	}
	return items
}

// one makes the item at token i. A postfix operator takes the primary before it out of items.
func (r *rewriter) one(items *[]item, i, hi int) item {
	t := r.toks[i]
	switch t.kind {
	case tokSpace:
		return item{out: r.slice(i, i+1), lo: i, hi: i + 1, blank: true}
	case tokComment:
		return r.comment(i)
	case tokString:
		return r.textLiteral(i)
	case tokNumber:
		return item{out: r.slice(i, i+1), lo: i, hi: i + 1, prim: true, typ: isNumber}
	case tokComma:
		return item{out: r.slice(i, i+1), lo: i, hi: i + 1, word: ","}
	case tokOpen:
		return r.bracket(items, i)
	case tokQuoted:
		return r.chain(items, i, hi)
	case tokIdent:
		return r.identifier(items, i, hi)
	case tokOp:
		return r.operator(items, i, hi)
	}
	return item{out: r.slice(i, i+1), lo: i, hi: i + 1, word: r.str(i)}
}

// comment keeps a comment, and makes -- of the marks that DuckDB does not know. A comment in slashes may hold others.
func (r *rewriter) comment(i int) item {
	it := item{out: r.slice(i, i+1), lo: i, hi: i + 1, blank: true}
	c := r.str(i)
	switch {
	case strings.HasPrefix(c, "--"):
	case strings.HasPrefix(c, "/*"):
		if strings.Contains(c[2:], "/*") {
			it.out = source.Literal(" ", r.span(i, i+1))
		}
	default:
		n := r.toks[i].start + len(r.d.comment)
		it.out = built(r.span(i, i+1), "--", r.text.Slice(n, r.toks[i].end))
	}
	return it
}

func (r *rewriter) textLiteral(i int) item {
	it := item{out: r.slice(i, i+1), lo: i, hi: i + 1, prim: true, typ: isText}
	raw := r.str(i)
	if c := raw[0] | 0x20; c == 'x' || c == 'b' || c == 'n' {
		if !r.d.doubleText {
			return it
		}
		value, ok := r.d.decode(raw[1:])
		if !ok {
			r.refuse(i, i+1, "take the character out", "the text holds a zero character, which no text of DuckDB can hold")
		}
		at := r.span(i, i+1)
		if it.typ = unknown; c == 'b' {
			it.out = built(at, quoteText(value), "::blob")
		} else {
			it.out = built(at, raw[:1], quoteText(value))
		}
		return r.apart(it)
	}
	value, ok := r.d.decode(raw)
	if !ok {
		r.refuse(i, i+1, "take the character out", "the text holds a zero character, which no text of DuckDB can hold")
	}
	it.lit, it.isLit = value, true
	if q := quoteText(value); q != raw && !strings.HasPrefix(raw, "$$") {
		it.out = source.Literal(q, r.span(i, i+1))
	}
	return r.apart(it)
}

// apart keeps a text from growing into one with the text right before it: there two quotes are no escape.
func (r *rewriter) apart(it item) item {
	if it.lo > 0 && r.toks[it.lo-1].kind == tokString {
		it.out = built(r.span(it.lo, it.hi), " ", it.out)
	}
	return it
}

// bracket is a bracketed range, a list literal, or an index behind a primary.
func (r *rewriter) bracket(items *[]item, i int) item {
	close := r.match[i]
	if r.is(i, "[") {
		if p := r.takePrimary(items); p != nil {
			return r.index(*p, i, close)
		}
		return r.listLiteral(i, close)
	}
	inner := r.walk(i+1, close)
	it := item{out: built(r.span(i, i+1), r.slice(i, i+1), inner, r.slice(close, close+1)), lo: i, hi: close + 1, prim: r.is(i, "("), inner: inner}
	if r.is(i, "{") && r.d.jsonLists {
		it.out, it.typ, it.prim = built(r.span(i, i+1), "to_json(", it.out, ")"), isJSON, true
		return it
	}
	if s := arg(trimItems(inner)).single(); s != nil {
		it.typ = s.typ
		if s.typ == isPath {
			it.json = built(r.span(i, i+1), r.slice(i, i+1), s.json, r.slice(close, close+1))
		}
	}
	return it
}

func (r *rewriter) listLiteral(i, close int) item {
	inner := r.walk(i+1, close)
	it := item{lo: i, hi: close + 1, prim: true}
	if r.d.jsonLists {
		it.typ = isJSON
		it.out = built(r.span(i, i+1), "json_array(", inner, ")")
	} else {
		it.out = built(r.span(i, i+1), r.slice(i, i+1), inner, r.slice(close, close+1))
	}
	return it
}

// takePrimary removes the primary at the end of items and returns it; nil when there is none.
func (r *rewriter) takePrimary(items *[]item) *item {
	k := prevItem(*items, len(*items))
	if k < 0 || !(*items)[k].prim {
		return nil
	}
	p := (*items)[k]
	*items = (*items)[:k]
	return &p
}

// identifier is a keyword, a typed literal, a call, CASE, or a name.
func (r *rewriter) identifier(items *[]item, i, hi int) item {
	w := r.word(i)
	n := r.next(i+1, hi)
	switch {
	case w == "case":
		if end := r.caseEnd(i, hi); end > 0 {
			return r.caseItem(i, end)
		}
	case w == "interval":
		return r.interval(i, hi)
	case typedLiterals[w] && r.kind(n) == tokString && n < hi:
		lit := r.textLiteral(n)
		name := source.Text(r.slice(i, n))
		if w == "datetime" {
			name = source.Literal("timestamp ", r.span(i, i+1))
		}
		it := item{out: built(r.span(i, i+1), name, lit.out), lo: i, hi: n + 1, prim: true, typ: isTimestamp}
		if w == "date" {
			it.typ = isDate
		}
		return it
	case n < hi && r.is(n, "(") && (!notCalls[w] || r.patternCall(*items, w)) && !r.is(r.prev(i, 0), ".") && !r.afterStar(*items, w):
		return r.call(items, i, i+1, n, hi)
	case r.d.bare[w] != "" && !r.is(n, ".") && !r.is(r.prev(i, 0), ".") && !r.isName(i):
		return item{out: source.Literal(r.d.bare[w], r.span(i, i+1)), lo: i, hi: i + 1, prim: true, typ: resultTypes[w]}
	}
	if it, ok := r.keyword(*items, i, hi); ok {
		return it
	}
	if keywords[w] && !(n < hi && r.is(n, ".")) && !r.nameByPlace(i) {
		return item{out: r.slice(i, i+1), lo: i, hi: i + 1, word: w}
	}
	return r.chain(items, i, hi)
}

// patternCall reports whether RLIKE, REGEXP, ANY or SOME is a function here: nothing it could stand behind comes before.
func (r *rewriter) patternCall(items []item, w string) bool {
	if w != "rlike" && w != "regexp" && w != "any" && w != "some" {
		return false
	}
	p := prevItem(items, len(items))
	if w == "any" || w == "some" {
		return r.d.name == "databricks" && (p < 0 || items[p].word == "select" || items[p].word == ",")
	}
	return p < 0 || !items[p].prim && items[p].word != "not" || items[p].word == "not" && (prevItem(items, p) < 0 || !items[prevItem(items, p)].prim)
}

// afterStar reports whether REPLACE belongs to the star of a select list.
func (r *rewriter) afterStar(items []item, w string) bool {
	p := prevItem(items, len(items))
	if w != "replace" || p < 0 || !strings.HasSuffix(items[p].out.S, "*") {
		return false
	}
	before := prevItem(items, p)
	return before < 0 || !items[before].prim
}

var typedLiterals = set("date time timestamp datetime")

// isName reports whether a word stands where a name is given: after AS.
func (r *rewriter) isName(i int) bool { return r.is(r.prev(i, 0), "as") }

// nameByPlace reports whether a word must be a name since a dot or an AS stands before it.
func (r *rewriter) nameByPlace(i int) bool {
	p := r.prev(i, 0)
	return r.is(p, ".") || r.is(p, "as")
}

// chain is a name with its dots, and the call if a bracket follows.
func (r *rewriter) chain(items *[]item, i, hi int) item {
	var b source.Builder
	r.writeName(&b, i)
	it := item{lo: i, prim: true, name: r.nameOf(i)}
	end := i + 1
	parts := 1
	for {
		dot := r.next(end, hi)
		if dot >= hi || !r.is(dot, ".") {
			break
		}
		k := r.next(dot+1, hi)
		if k < hi && r.is(k, "*") {
			b.WriteText(r.slice(end, k+1))
			it.out, it.hi, it.prim = b.Text(), k+1, false
			return it
		}
		if k >= hi || r.toks[k].kind != tokIdent && r.toks[k].kind != tokQuoted {
			break
		}
		b.WriteText(r.slice(end, k))
		r.writeName(&b, k)
		it.name = r.nameOf(k)
		end, parts = k+1, parts+1
	}
	if open := r.next(end, hi); open < hi && parts > 1 && r.is(open, "(") {
		return r.call(items, i, end, open, hi)
	}
	it.out, it.hi = b.Text(), end
	if it.name == "value" && (parts == 1 && r.flattened[""] && !r.is(r.prev(i, 0), "as") && r.readsFlatten(i) || parts == 2 && r.flattened[strings.ToLower(r.nameOf(i))]) {
		// The value of FLATTEN is JSON; like any uncast path it is compared as what it holds.
		p := r.pathItem(it.out, "", i, end, r.span(i, end))
		p.json, p.name = it.out, it.name
		return p
	}
	if parts == 1 {
		switch it.name {
		case "true", "false":
			it.typ = isBool
		case "current_date":
			it.typ = isDate
		}
	}
	return it
}

func (r *rewriter) nameOf(i int) string {
	s := r.str(i)
	if r.toks[i].kind == tokQuoted && len(s) >= 2 {
		return s[1 : len(s)-1]
	}
	return strings.ToLower(s)
}

// writeName copies a name, back-ticks made quotes. BigQuery's back-ticks hold dots between parts of a table's name.
func (r *rewriter) writeName(b *source.Builder, i int) {
	s := r.str(i)
	if s[0] != '`' {
		b.WriteText(r.slice(i, i+1))
		return
	}
	body := strings.ReplaceAll(s[1:len(s)-1], "``", "`")
	parts := []string{body}
	if r.d.dottedTicks {
		parts = strings.Split(body, ".")
	}
	for k, p := range parts {
		if k > 0 {
			b.WriteString(".", r.span(i, i+1))
		}
		b.WriteString(quoteName(p), r.span(i, i+1))
	}
}

// caseEnd is the token of the END of the CASE at token i; 0 when there is none.
func (r *rewriter) caseEnd(i, hi int) int {
	depth := 0
	for ; i < hi; i = r.skip(i) {
		switch {
		case r.is(r.prev(i, 0), "."):
		case r.is(i, "case"):
			depth++
		case r.is(i, "end"):
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return 0
}

func (r *rewriter) caseItem(i, end int) item {
	inner := r.walk(i+1, end)
	return item{out: built(r.span(i, i+1), r.slice(i, i+1), inner, r.slice(end, end+1)), lo: i, hi: end + 1, prim: true}
}

// operator is a postfix operator, or one that is carried.
func (r *rewriter) operator(items *[]item, i, hi int) item {
	switch {
	case r.is(i, "::"):
		if p := r.takePrimary(items); p != nil {
			return r.castOf(*p, i, hi)
		}
	case r.is(i, ":") && r.d.colonPaths:
		if k := r.next(i+1, hi); k < hi && (r.toks[k].kind == tokIdent || r.toks[k].kind == tokQuoted) && !r.inType(i) && !endsInLiteral(*items) {
			if p := r.takePrimary(items); p != nil {
				return r.colon(*p, i, k, hi)
			}
		}
	case r.is(i, "."):
		if k := r.next(i+1, hi); k < hi && (r.toks[k].kind == tokIdent || r.toks[k].kind == tokQuoted) {
			if last := prevItem(*items, len(*items)); last >= 0 && (*items)[last].typ == isPath {
				if p := r.takePrimary(items); p != nil {
					return r.step(*p, "."+r.pathKey(k), k+1)
				}
			}
		}
	case r.is(i, "@"):
		r.refuse(i, i+1, "use an input or a template variable", "a stage or variable with @ has no meaning on DuckDB")
	case r.is(i, "<=>"):
		return item{out: source.Literal("is not distinct from", r.span(i, i+1)), lo: i, hi: i + 1, word: "<=>"}
	case r.is(i, "=="):
		return item{out: source.Literal("=", r.span(i, i+1)), lo: i, hi: i + 1, word: "="}
	}
	return item{out: r.slice(i, i+1), lo: i, hi: i + 1, word: r.str(i)}
}

// endsInLiteral reports whether a literal comes last: what follows its colon is the value of an object's key.
func endsInLiteral(items []item) bool {
	k := prevItem(items, len(items))
	return k >= 0 && (items[k].isLit || items[k].typ == isNumber)
}

// inType reports whether a colon stands between angle brackets, as in struct<a:int>.
func (r *rewriter) inType(i int) bool {
	for k := r.prev(i, 0); k >= 0; k = r.prev(k, 0) {
		if r.isAny(k, "struct", "array", "map") && r.is(r.next(k+1, len(r.toks)), "<") {
			return true
		}
		if r.toks[k].kind != tokIdent && r.toks[k].kind != tokQuoted && !r.isAny(k, "<", ">", ":") && r.toks[k].kind != tokComma {
			return false
		}
	}
	return false
}

// refuse says that tokens [lo, hi) cannot be carried over.
func (r *rewriter) refuse(lo, hi int, fix, format string, args ...any) {
	r.list.Errorf(diag.SQLNotPortable, r.span(lo, hi), format, args...).WithFix("%s", fix)
}

// warn says that tokens [lo, hi) may mean something else.
func (r *rewriter) warn(lo, hi int, fix, format string, args ...any) {
	r.list.Warnf(diag.SQLPortableDoubt, r.span(lo, hi), format, args...).WithFix("%s", fix)
}

// note says something that changes no value.
func (r *rewriter) note(lo, hi int, fix, format string, args ...any) {
	r.list.Notef(diag.SQLPortableDoubt, r.span(lo, hi), format, args...).WithFix("%s", fix)
}
