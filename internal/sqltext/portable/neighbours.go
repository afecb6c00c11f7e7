package portable

import (
	"strings"

	"kith/internal/source"
)

var arithmetic = set("+ - * / % **")
var comparison = set("= <> != < > <= >=")

// operandEnds are the words and marks that end the operand of a comparison.
var operandEnds = set(`select from where and or not on when then else having qualify , as by group order limit union except
	intersect case end distinct asc desc between in is rows range nulls using with join`)

// textFunctions give text that other engines take as a number next to arithmetic.
var textFunctions = set("left right substr substring split_part trim ltrim rtrim replace regexp_substr regexp_replace")

// neighbours casts uncast paths, and results of text functions, where a number is wanted; makes the dialect's division;
// and keeps the type of a date that an interval is added to.
func (r *rewriter) neighbours(items []item) []item {
	for i := range items {
		it := &items[i]
		if it.typ != isPath && !(it.typ == isText && textFunctions[it.fn]) {
			continue
		}
		l, n := prevItem(items, i), nextItem(items, i+1)
		left, right := wordAt(items, l), wordAt(items, n)
		number := arithmetic[left] || arithmetic[right]
		if number && (intervalAt(items, n+1) || intervalAt(items, l-1)) {
			number = false
			it.out = built(it.out.Span(), it.out, "::timestamp")
			it.typ = isTimestamp
			continue
		}
		if it.typ == isPath {
			number = number || comparison[left] && numberAt(items, prevItem(items, l)) || comparison[right] && numberAt(items, nextItem(items, n+1))
			number = number || right == "between" && numberAt(items, nextItem(items, n+1))
			number = number || right == "in" && nextItem(items, n+1) < len(items) && numberList(items[nextItem(items, n+1)])
		}
		if it.typ == isPath && r.d.jsonNull && right == "is" && nullAt(items, nextItem(items, n+1)) {
			it.out, it.typ = it.json, isJSON
			continue
		}
		switch other := comparedWith(items, i); {
		case number:
			it.out, it.typ = built(it.out.Span(), it.out, "::double"), isNumber
		case it.typ == isPath && other == isBool:
			it.out, it.typ = built(it.out.Span(), it.out, "::boolean"), isBool
		case it.typ == isPath && (other == isDate || other == isTimestamp):
			it.out, it.typ = built(it.out.Span(), it.out, "::timestamp"), isTimestamp
		}
	}
	if r.d.divide != "" {
		items = r.divisions(items)
	}
	if r.d.keepInterval {
		items = r.intervals(items)
	}
	return items
}

// nullAt reports whether NULL or NOT NULL stands at i.
func nullAt(items []item, i int) bool {
	if wordAt(items, i) == "not" {
		i = nextItem(items, i+1)
	}
	return wordAt(items, i) == "null" || i < len(items) && items[i].name == "null"
}

// comparedWith is the type of the one primary that item i is compared with, unknown when there is none.
func comparedWith(items []item, i int) typ {
	if n := nextItem(items, i+1); comparison[wordAt(items, n)] {
		if k := nextItem(items, n+1); k < len(items) {
			return items[k].typ
		}
	}
	if l := prevItem(items, i); comparison[wordAt(items, l)] {
		if k := prevItem(items, l); k >= 0 {
			return items[k].typ
		}
	}
	return unknown
}

func wordAt(items []item, i int) string {
	if i < 0 || i >= len(items) {
		return ""
	}
	return items[i].word
}

// numberAt reports whether a number, with or without a sign, stands at i.
func numberAt(items []item, i int) bool {
	if i >= 0 && i < len(items) && items[i].word == "-" {
		i = nextItem(items, i+1)
	}
	return i >= 0 && i < len(items) && items[i].typ == isNumber
}

func numberList(it item) bool {
	s := strings.TrimLeft(strings.TrimPrefix(it.out.S, "("), " -")
	return s != "" && isDigit(s[0])
}

func intervalAt(items []item, i int) bool {
	for i >= 0 && i < len(items) && items[i].blank {
		i++
	}
	return i >= 0 && i < len(items) && items[i].fn == "interval"
}

// divisions makes "a / b" the dialect's division.
func (r *rewriter) divisions(items []item) []item {
	for i := 0; i < len(items); i++ {
		if items[i].word != "/" {
			continue
		}
		right := nextItem(items, i+1)
		lo := prevItem(items, i)
		if right < len(items) && items[right].word == "-" {
			right = nextItem(items, right+1)
		}
		if lo < 0 || !items[lo].prim || right >= len(items) || !items[right].prim {
			continue
		}
		for {
			k := prevItem(items, lo)
			if k < 1 || items[k].word != "*" && items[k].word != "%" {
				break
			}
			k = prevItem(items, k)
			if k < 0 || !items[k].prim {
				break
			}
			lo = k
		}
		at := r.span(items[i].lo, items[i].hi)
		it := item{lo: items[lo].lo, hi: items[right].hi, prim: true}
		it.out = built(at, r.d.schema, ".", r.d.divide, "(", trimItems(items[lo:i]), ", ", trimItems(items[i+1:right+1]), ")")
		items = splice(items, lo, right+1, it)
		i = lo
	}
	return items
}

// splice puts one item in the place of items [lo, hi).
func splice(items []item, lo, hi int, it ...item) []item {
	out := append([]item{}, items[:lo]...)
	out = append(out, it...)
	return append(out, items[hi:]...)
}

// intervals keeps a DATE a DATE when days, months or years are added to it.
func (r *rewriter) intervals(items []item) []item {
	for i := 0; i < len(items); i++ {
		if items[i].fn != "interval" || !dateInterval(items[i].out.S) {
			continue
		}
		op := prevItem(items, i)
		if op < 0 || items[op].word != "+" && items[op].word != "-" {
			continue
		}
		x := prevItem(items, op)
		if x < 0 || !items[x].prim || items[x].typ == isTimestamp || items[x].isLit {
			continue
		}
		if before := wordAt(items, prevItem(items, x)); arithmetic[before] {
			continue
		}
		sign := ""
		if items[op].word == "-" {
			sign = "-"
		}
		at := r.span(items[op].lo, items[op].hi)
		it := item{lo: items[x].lo, hi: items[i].hi, prim: true, typ: items[x].typ}
		if items[x].typ == isDate {
			it.out = built(at, "(", trimItems(items[x:i+1]), ")::date")
		} else {
			it.out = built(at, r.d.schema, ".shift(", items[x].out, ", ", sign, items[i].out, ")")
		}
		items = splice(items, x, i+1, it)
		i = x
	}
	return items
}

// dateInterval reports whether an interval has only parts of a day or more.
func dateInterval(s string) bool {
	s = strings.ToLower(s)
	for _, part := range []string{"hour", "minute", "second", "hh", "milli", "micro", "nano"} {
		if strings.Contains(s, part) {
			return false
		}
	}
	return true
}

// operandStart is the first item of the operand that ends before item i.
func operandStart(items []item, i int) int {
	lo := i
	for k := prevItem(items, i); k >= 0 && !operandEnds[items[k].word] && !comparison[items[k].word]; k = prevItem(items, k) {
		lo = k
	}
	return lo
}

// operandEnd is the item after the operand that begins at or after item i.
func operandEnd(items []item, i int) int {
	hi := i
	for k := nextItem(items, i); k < len(items) && !operandEnds[items[k].word] && !comparison[items[k].word]; k = nextItem(items, k+1) {
		hi = k + 1
	}
	return hi
}

// patterns rewrites RLIKE, REGEXP and LIKE ANY or ALL.
func (r *rewriter) patterns(items []item) []item {
	for i := 0; i < len(items); i++ {
		switch w := items[i].word; {
		case w == "rlike" || w == "regexp":
			items, i = r.rlike(items, i, r.d.regexpMatch)
		case r.d.tilde != "" && (w == "~" || w == "!~" || w == "~*" || w == "!~*"):
			items, i = r.rlike(items, i, r.d.tilde)
		case w == "similar":
			items, i = r.similar(items, i)
		case w == "like" || w == "ilike":
			items, i = r.likeAny(items, i)
		}
	}
	return items
}

func (r *rewriter) rlike(items []item, i int, fn string) ([]item, int) {
	left, not := i, false
	if k := prevItem(items, i); k >= 0 && items[k].word == "not" {
		left, not = k, true
	}
	not = not || items[i].word[0] == '!'
	flags := ""
	if strings.HasSuffix(items[i].word, "*") {
		flags = ", 'i'"
	}
	lo, hi := operandStart(items, left), operandEnd(items, i+1)
	if lo == left || hi == i+1 {
		return items, i
	}
	at := r.span(items[i].lo, items[i].hi)
	head := fn + "("
	if not {
		head = "not " + head
	}
	it := item{lo: items[lo].lo, hi: items[hi-1].hi, prim: true, typ: isBool}
	it.out = built(at, head, trimItems(items[lo:left]), ", ", trimItems(items[i+1:hi]), flags, ")")
	return splice(items, lo, hi, it), lo
}

func (r *rewriter) likeAny(items []item, i int) ([]item, int) {
	any := nextItem(items, i+1)
	if any >= len(items) || items[any].word != "any" && items[any].word != "all" {
		return items, i
	}
	list := nextItem(items, any+1)
	if list >= len(items) || !r.is(items[list].lo, "(") {
		return items, i
	}
	left, not := i, false
	if k := prevItem(items, i); k >= 0 && items[k].word == "not" {
		left, not = k, true
	}
	lo := operandStart(items, left)
	if lo == left {
		return items, i
	}
	if n := nextItem(items, list+1); n < len(items) && items[n].word == "escape" {
		r.refuse(items[n].lo, items[n].hi, "write one LIKE ... ESCAPE for each pattern", "ESCAPE behind a list of patterns has no counterpart on DuckDB")
	}
	at := r.span(items[i].lo, items[any].hi)
	var b source.Builder
	if not {
		b.WriteString("not ", at)
	}
	b.WriteString("(", at)
	x := arg(trimItems(items[lo:left])).wrapped()
	word := map[string]string{"any": " or ", "all": " and "}[items[any].word]
	for k, p := range splitItems(items[list].inner) {
		if k > 0 {
			b.WriteString(word, at)
		}
		b.WriteText(built(at, x, " ", items[i].word, " ", p.wrapped()))
	}
	b.WriteString(")", at)
	it := item{out: b.Text(), lo: items[lo].lo, hi: items[list].hi, prim: true, typ: isBool}
	return splice(items, lo, list+1, it), lo
}

// orderEnds are the words that end a list of order terms.
var orderEnds = set("rows range groups limit offset fetch ignore respect union except intersect minus having )")

// nullOrder writes where NULLs stand in each order term that does not say it and would stand elsewhere on DuckDB.
func (r *rewriter) nullOrder(items []item) []item {
	for i := 0; i < len(items); i++ {
		by := nextItem(items, i+1)
		if items[i].word != "order" || by >= len(items) || items[by].word != "by" {
			continue
		}
		start := by + 1
		k := start
		for ; k <= len(items); k++ {
			if k < len(items) && items[k].word != "," && !orderEnds[items[k].word] {
				continue
			}
			r.orderTerm(items[start:k])
			if k == len(items) || items[k].word != "," {
				break
			}
			start = k + 1
		}
		i = k
	}
	return items
}

// orderTerm adds "nulls first" to the last item of a term that needs it.
func (r *rewriter) orderTerm(items []item) {
	last := prevItem(items, len(items))
	if last < 0 || items[last].word == "first" || items[last].word == "last" {
		return
	}
	desc := items[last].word == "desc"
	if x, _ := orderExpr(items); len(x) == 1 && x[0].typ == isPath {
		for i := range items {
			if items[i].typ == isPath {
				// Values of one kind are in the order of that kind: 9 before 10.
				items[i].out, items[i].typ = built(r.span(items[i].lo, items[i].hi), items[i].json, "::variant"), unknown
			}
		}
	}
	if desc == r.d.nullsLargest {
		items[last].out = built(r.span(items[last].lo, items[last].hi), items[last].out, " nulls first")
	}
}

// reservedHere are words that DuckDB keeps for itself and the dialects do not.
var reservedHere = set("offset limit show default desc asc do only window array column pivot unpivot returning references primary summarize describe analyze placing variadic symmetric asymmetric collate constraint deferrable initially foreign user check")

// reserved quotes a name that DuckDB keeps for itself where an operand stands.
func (r *rewriter) reserved(items []item) []item {
	for i := range items {
		it := &items[i]
		if it.hi != it.lo+1 || !reservedHere[r.word(it.lo)] || it.out.S != r.str(it.lo) {
			continue
		}
		l, n := prevItem(items, i), nextItem(items, i+1)
		left, right := wordAt(items, l), wordAt(items, n)
		if (l < 0 && len(items) == 1 || operandStarts[left] || arithmetic[left] || comparison[left]) &&
			(n == len(items) || operandStops[right] || arithmetic[right] || comparison[right]) {
			it.out = built(r.span(it.lo, it.hi), quoteName(strings.ToLower(r.str(it.lo))))
			it.prim, it.word, it.name = true, "", r.word(it.lo)
		}
	}
	return items
}

var operandStarts = set("select where and or not on when then else by , distinct ||")
var operandStops = set("from where and or is in like ilike between as , then else end asc desc group order having qualify limit || union")
