package portable

import (
	"strings"

	"kith/internal/source"
)

// asJSON is an argument as a JSON value: a path without its last step to text, JSON as it is, anything else through the
// macro that takes text as JSON.
func (r *rewriter) asJSON(a arg, at source.Span) source.Text {
	if s := a.single(); s != nil {
		switch s.typ {
		case isPath:
			return s.json
		case isJSON:
			return s.out
		}
	}
	return built(at, r.d.schema, ".j(", a, ")")
}

// asVariant is an argument as a JSON value of its own: text becomes a JSON text, not what it spells.
func (r *rewriter) asVariant(a arg, at source.Span) source.Text {
	if s := a.single(); s != nil {
		switch s.typ {
		case isPath:
			return s.json
		case isJSON:
			return s.out
		}
	}
	return built(at, "to_json(", a, ")")
}

// pathItem makes the item of a path over base; base is already JSON.
func (r *rewriter) pathItem(base source.Text, path string, lo, hi int, at source.Span) item {
	lit := quoteText("$" + path)
	return item{
		out:  built(at, "json_extract_string(", base, ", ", lit, ")"),
		json: built(at, "json_extract(", base, ", ", lit, ")"),
		lo:   lo, hi: hi, prim: true, typ: isPath, base: base, path: path,
	}
}

// pathKey is one key of a path, from the name at token i. An unquoted one keeps its letters: keys are case-sensitive.
func (r *rewriter) pathKey(i int) string {
	s := r.str(i)
	if r.toks[i].kind == tokQuoted {
		s = s[1 : len(s)-1]
	}
	return r.keyText(s, i)
}

func (r *rewriter) keyText(s string, i int) string {
	if strings.ContainsAny(s, "\"\\*") {
		r.refuse(i, i+1, "use get(value, 'key')", "a key with a quote, a backslash or a star cannot be written in a path")
	}
	return `"` + s + `"`
}

// colon is "p:key" with the colon at token i and the key at token k.
func (r *rewriter) colon(p item, i, k, hi int) item {
	at := r.span(i, k+1)
	base := r.asJSON(arg{p}, at)
	path := ""
	if p.typ == isPath {
		base, path = p.base, p.path
	}
	return r.pathItem(base, path+"."+r.pathKey(k), p.lo, k+1, at)
}

// step extends the path p.
func (r *rewriter) step(p item, step string, hi int) item {
	return r.pathItem(p.base, p.path+step, p.lo, hi, r.span(p.hi, hi))
}

// index is "p[...]".
func (r *rewriter) index(p item, open, close int) item {
	at := r.span(open, close+1)
	if !r.d.jsonLists {
		if it, ok := r.offset(p, open, close); ok {
			return it
		}
	}
	inner := arg(trimItems(r.walk(open+1, close)))
	if !r.d.jsonLists {
		return r.listIndex(p, inner, open, close)
	}
	base, path := p.base, p.path
	if p.typ != isPath {
		base, path = r.asJSON(arg{p}, at), ""
	}
	return r.element(base, path, inner, p.lo, close+1, open+1, at)
}

// element is the path under base and path to a key, an index, or what an expression gives as one of them. The expression is
// at token keyAt.
func (r *rewriter) element(base source.Text, path string, inner arg, lo, hi, keyAt int, at source.Span) item {
	if key, ok := inner.literal(); ok {
		return r.pathItem(base, path+"."+r.keyText(key, keyAt), lo, hi, at)
	}
	if s := inner.single(); s != nil && s.typ == isNumber && strings.Trim(s.out.S, "0123456789") == "" {
		return r.pathItem(base, path+"["+s.out.S+"]", lo, hi, at)
	}
	whole := base
	if path != "" {
		whole = built(at, "json_extract(", base, ", ", quoteText("$"+path), ")")
	}
	got := built(at, r.d.schema, ".get(", whole, ", ", inner, ")")
	return item{
		out:  built(at, "json_extract_string(", got, ", '$')"),
		json: got, base: got, lo: lo, hi: hi, prim: true, typ: isPath,
	}
}

// listIndex is an index of a list that is a list on DuckDB too, which counts from 1.
func (r *rewriter) listIndex(p item, inner arg, open, close int) item {
	it := item{lo: p.lo, hi: close + 1, prim: true}
	at := r.span(open, close+1)
	if s := inner.single(); s != nil {
		if p.typ == isPath && s.typ == isNumber && strings.Trim(s.out.S, "0123456789") == "" {
			return r.step(p, "["+s.out.S+"]", close+1)
		}
		if p.typ == isPath && s.isLit {
			return r.step(p, "."+r.keyText(s.lit, open+1), close+1)
		}
		if s.isLit {
			it.out = built(at, p.out, "[", inner, "]")
			return it
		}
	}
	if r.d.jsonIndex && p.fn == "" && p.name != "" {
		// JSON counts from 0 here, too, and lists from 1.
		it.out = built(at, p.out, "[", inner.wrapped(), " + case when typeof(", p.out, ") = 'JSON' then 0 else 1 end]")
		it.name = p.name
		return it
	}
	it.out = built(at, p.out, "[", inner.wrapped(), " + 1]")
	return it
}

// offset is BigQuery's p[offset(n)] and its like.
func (r *rewriter) offset(p item, open, close int) (item, bool) {
	k, plus := r.next(open+1, close), " + 1]"
	b := r.next(k+1, close)
	if b >= close || !r.is(b, "(") || !r.isAny(k, "offset", "safe_offset", "ordinal", "safe_ordinal") {
		return item{}, false
	}
	if r.isAny(k, "ordinal", "safe_ordinal") {
		plus = "]"
	}
	at := r.span(open, close+1)
	out := built(at, p.out, "[", arg(trimItems(r.walk(b+1, r.match[b]))).wrapped(), plus)
	return item{out: out, lo: p.lo, hi: close + 1, prim: true}, true
}
