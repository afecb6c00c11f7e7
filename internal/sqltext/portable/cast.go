package portable

import (
	"strconv"
	"strings"

	"kith/internal/source"
)

// castRule is how a dialect's type is written: the name of a type, or a macro that casts. With neither the cast stands as
// it is.
type castRule struct {
	typeName string
	macro    string // without schema; "try_" before it gives NULL where the cast fails
	typ      typ
}

// typeName is a type as it is written: words in lower case, and what stands in its brackets.
type typeName struct {
	words  string
	args   [][2]int
	lo, hi int
	list   bool // followed by [] or <>
}

// longTypes are types of several words.
var longTypes = [][]string{
	{"double", "precision"}, {"character", "varying"}, {"timestamp", "with", "time", "zone"},
	{"timestamp", "without", "time", "zone"}, {"time", "with", "time", "zone"}, {"timestamp", "with", "local", "time", "zone"},
}

// typeAt reads the type at token i; ok is false when there is none.
func (r *rewriter) typeAt(i, hi int) (t typeName, ok bool) {
	i = r.next(i, hi)
	if i >= hi || r.toks[i].kind != tokIdent && r.toks[i].kind != tokQuoted {
		return t, false
	}
	t = typeName{words: r.nameOf(i), lo: i, hi: i + 1}
	for _, words := range longTypes {
		if after, ok := r.words(i, hi, words...); ok && after > t.hi {
			t.words, t.hi = strings.Join(words, " "), after
		}
	}
	if k := r.next(t.hi, hi); k < hi && r.is(k, "(") {
		t.args = r.split(k+1, r.match[k])
		t.hi = r.match[k] + 1
	}
	if k := r.next(t.hi, hi); k < hi && r.is(k, "<") && r.isAny(i, "array", "struct", "map") {
		if end := r.angleEnd(k, hi); end > 0 {
			t.hi, t.list = end, true
		}
	}
	for {
		k := r.next(t.hi, hi)
		if k+1 >= hi || !r.is(k, "[") || r.match[k] != k+1 {
			return t, true
		}
		t.hi, t.list = k+2, true
	}
}

// angleEnd is the token after the > that closes the < at token i; 0 when there is none.
func (r *rewriter) angleEnd(i, hi int) int {
	depth := 0
	for ; i < hi; i++ {
		switch {
		case r.is(i, "<"):
			depth++
		case r.is(i, ">"):
			depth--
		case r.is(i, ">>"):
			depth -= 2
		}
		if depth <= 0 {
			return i + 1
		}
	}
	return 0
}

// castOf is "p::type" with the colons at token i.
func (r *rewriter) castOf(p item, i, hi int) item {
	t, ok := r.typeAt(i+1, hi)
	if !ok {
		p.out = built(r.span(i, i+1), p.out, r.slice(i, i+1))
		p.hi, p.prim, p.typ = i+1, false, unknown
		return p
	}
	out := r.cast(arg{p}, t, false, r.span(i, t.hi))
	if out.out.S == "" {
		typ := r.writeType(t)
		out.out = built(r.span(i, i+1), p.out, r.text.Slice(r.toks[p.hi-1].end, r.toks[t.lo].start), typ)
	}
	out.lo, out.hi, out.prim = p.lo, t.hi, true
	return out
}

// writeType is a type that DuckDB knows under the same name, or a type of lists made readable for it.
func (r *rewriter) writeType(t typeName) source.Text {
	if rule, ok := r.d.types[t.words]; ok && rule.typeName != "" && len(t.args) == 0 && !t.list && rule.typeName != t.words {
		return source.Literal(rule.typeName, r.span(t.lo, t.hi))
	}
	if !t.list || !r.is(t.lo, "array") {
		return r.slice(t.lo, t.hi)
	}
	open := r.next(t.lo+1, t.hi)
	if !r.is(open, "<") {
		return r.slice(t.lo, t.hi)
	}
	inner, ok := r.typeAt(open+1, t.hi-1)
	if !ok {
		return r.slice(t.lo, t.hi)
	}
	return built(r.span(t.lo, t.hi), r.writeType(inner), "[]")
}

// cast makes the text of a cast of a to a type; the text is empty when the cast stands as it is.
func (r *rewriter) cast(a arg, t typeName, try bool, at source.Span) item {
	rule, known := r.d.types[t.words]
	prefix := ""
	if try {
		prefix = "try_"
	}
	p := a.single()
	onPath := p != nil && p.typ == isPath
	if t.list || !known {
		return item{}
	}
	out := item{typ: rule.typ}
	switch {
	case rule.typ == isText && len(t.args) > 0:
		n := r.slice(t.args[0][0], t.args[0][1])
		if n.S == "max" || n.S == "MAX" {
			n = source.Literal("65535", at)
		}
		if a.typ() == isText || onPath {
			out.out = built(at, "left(", a, ", ", n, ")")
		} else {
			out.out = built(at, "left(", r.d.schema, ".to_varchar(", a, "), ", n, ")")
		}
	case rule.typ == isText && onPath:
		out.out = p.out
	case rule.typ == isText && r.d.percentFormats && a.typ() == isTimestamp:
		r.warn(a[0].lo, a[len(a)-1].hi, "use format_timestamp", "the text of a TIMESTAMP ends in +00 on BigQuery, and not here")
		out.out = built(at, r.d.schema, ".to_varchar(", a, ")")
	case rule.typ == isText && a.typ() == isText:
		out.out = source.Text{}
	case rule.typ == isJSON:
		out.out = r.asVariant(a, at)
	case rule.typ == isNumber && len(t.args) == 1 && rule.macro == "to_int":
		out.out = built(at, prefix, "cast(", a, " as decimal(", r.slice(t.args[0][0], t.args[0][1]), ", 0))")
	case rule.typ == isNumber && len(t.args) == 2:
		out.out = built(at, prefix, "cast(", a, " as decimal(", r.slice(t.args[0][0], t.args[0][1]), ", ", r.slice(t.args[1][0], t.args[1][1]), "))")
	case try && r.d.detectsTime && rule.macro == "" && (rule.typ == isDate || rule.typ == isTimestamp):
		macro := ".try_to_timestamp("
		if rule.typ == isDate {
			macro = ".try_to_date("
		}
		out.out = built(at, r.d.schema, macro, a, ")")
	case !try && r.d.detectsTime && a.typ() == isText && (rule.typ == isDate || rule.typ == isTimestamp && rule.macro == "") && !isoText(a):
		macro := ".to_timestamp("
		if rule.typ == isDate {
			macro = ".to_date("
		}
		out.out = built(at, r.d.schema, macro, a, ")")
	case rule.macro != "":
		if rule.typ == isText {
			prefix = "" // everything has a text
		}
		out.out = built(at, r.d.schema, ".", prefix, rule.macro, "(", a, ")")
	case try || rule.typeName != t.words:
		if try || p == nil {
			out.out = built(at, prefix, "cast(", a, " as ", rule.typeName, ")")
		} else {
			out.out = built(at, a, "::", rule.typeName)
		}
	}
	return out
}

// isoText reports whether an argument is a literal that begins as a date of ISO 8601 does.
func isoText(a arg) bool {
	lit, ok := a.literal()
	return ok && len(lit) >= 10 && lit[4] == '-' && lit[7] == '-'
}

// castCall is CAST(x AS t), TRY_CAST and SAFE_CAST.
func castCall(try bool) func(*rewriter, int, int) (item, bool) {
	return func(r *rewriter, lo, open int) (item, bool) {
		close := r.match[open]
		as := -1
		for i := open + 1; i < close; i = r.skip(i) {
			if r.is(i, "as") {
				as = i
			}
		}
		if as < 0 {
			return item{}, false
		}
		t, ok := r.typeAt(as+1, close)
		if !ok {
			return item{}, false
		}
		a := arg(trimItems(r.walk(open+1, as)))
		it := r.cast(a, t, try, r.span(lo, lo+1))
		if it.out.S == "" {
			head := r.slice(lo, open+1)
			if r.is(lo, "safe_cast") {
				head = source.Literal("try_cast(", r.span(lo, lo+1))
			}
			tail := r.slice(as, close+1)
			if fmtLo := r.next(t.hi, close); fmtLo < close {
				r.refuse(fmtLo, close, "use parse_date or format_date", "a format in a cast has no counterpart on DuckDB")
			}
			if w := r.writeType(t); w.S != r.slice(t.lo, t.hi).S {
				tail = built(r.span(as, as+1), r.slice(as, t.lo), w, r.slice(close, close+1))
			}
			it.out = built(r.span(lo, lo+1), head, []item(a), " ", tail)
			if join(a).S == r.slice(r.next(open+1, as), r.prev(as, open)+1).S && head.S == r.slice(lo, open+1).S {
				it.out = built(r.span(lo, lo+1), r.slice(lo, as), tail)
			}
		}
		it.lo, it.hi, it.prim = lo, close+1, true
		return it, true
	}
}

// specials are calls whose brackets hold more than arguments.
var specials map[string]func(*rewriter, int, int) (item, bool)

func init() {
	specials = map[string]func(*rewriter, int, int) (item, bool){
		"cast":      castCall(false),
		"try_cast":  castCall(true),
		"safe_cast": castCall(true),
		"extract":   extract,
		"struct":    structCall,
	}
}

// structCall is BigQuery's struct(1 as a, b).
func structCall(r *rewriter, lo, open int) (item, bool) {
	close := r.match[open]
	var b source.Builder
	at := r.span(lo, lo+1)
	b.WriteString("struct_pack(", at)
	for k, piece := range r.split(open+1, close) {
		if k > 0 {
			b.WriteString(", ", at)
		}
		items := trimItems(r.walk(piece[0], piece[1]))
		name := source.Text{}
		if n := len(items); n > 2 && items[n-1].prim && items[prevItem(items, n-1)].word == "as" {
			name = items[n-1].out
			items = trimItems(items[:prevItem(items, n-1)])
		} else if p := arg(items).single(); p != nil && p.name != "" {
			name = source.Literal(quoteName(p.name), at)
		} else {
			name = source.Literal("_field_"+strconv.Itoa(k+1), at)
		}
		b.WriteText(name)
		b.WriteString(" := ", at)
		b.WriteText(join(items))
	}
	b.WriteString(")", at)
	return item{out: b.Text(), lo: lo, hi: close + 1, prim: true}, true
}
