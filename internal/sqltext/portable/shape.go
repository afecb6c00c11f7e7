package portable

import (
	"cmp"
	"strconv"
	"strings"

	"kith/internal/source"
	"kith/internal/sqltext"
)

// keyword is a word that stands for a construct of its own; ok is false for every other word.
func (r *rewriter) keyword(items []item, i, hi int) (item, bool) {
	n := r.next(i+1, hi)
	p := prevItem(items, len(items))
	put := func(end int, s string, word string) (item, bool) {
		return item{out: source.Literal(s, r.span(i, end)), lo: i, hi: end, word: word}, true
	}
	switch r.word(i) {
	case "lateral":
		if r.is(n, "flatten") {
			return put(n, "", "lateral")
		}
		if r.is(n, "view") {
			return r.lateralView(i, n, hi)
		}
	case "minus":
		if r.d.minus && p >= 0 && (r.is(n, "select") || r.is(n, "(") || r.is(n, "with")) {
			return put(i+1, "except", "minus")
		}
	case "except":
		if r.d.starExcept && p >= 0 && strings.HasSuffix(items[p].out.S, "*") {
			return put(i+1, "exclude", "exclude")
		}
		if r.d.starExcept && r.is(n, "distinct") {
			return put(n+1, "except", "except")
		}
	case "union", "intersect":
		if r.d.starExcept && r.is(n, "distinct") {
			return put(n+1, r.str(i), r.word(i))
		}
	case "sample", "tablesample":
		if it, ok := r.sample(i, n, hi); ok && p >= 0 {
			return it, true
		}
	case "left":
		if kind := r.word(n); r.d.name == "databricks" && (kind == "anti" || kind == "semi") && r.is(r.next(n+1, hi), "join") {
			return put(n+1, kind, kind)
		}
	case "exists":
		if r.d.name == "databricks" && r.is(n, "(") && !r.isAny(r.next(n+1, hi), "select", "with", "from", "(") {
			r.refuse(i, i+1, "compare size(filter(list, x -> ...)) with 0", "EXISTS over a list has no counterpart on DuckDB")
		}
	case "approximate":
		if r.is(n, "count") && r.is(r.next(n+1, hi), "(") {
			return put(n, "", "")
		}
	case "div":
		if r.d.name == "databricks" && p >= 0 && items[p].prim {
			return put(i+1, "//", "/")
		}
	case "connect", "start":
		if !r.hierarchy && (r.is(n, "by") && r.word(i) == "connect" || r.is(n, "with") && r.word(i) == "start" && p >= 0) {
			r.hierarchy = true
			r.refuse(i, n+1, "write WITH RECURSIVE", "a hierarchical query has no counterpart on DuckDB")
		}
	case "match_recognize":
		r.refuse(i, i+1, "use window functions", "MATCH_RECOGNIZE has no counterpart on DuckDB")
	}
	return item{}, false
}

// refuseStatements refuses scripts: what begins with a word that no query begins with.
func (r *rewriter) refuseStatements(kind sqltext.Kind) {
	if kind != sqltext.Query {
		return
	}
	i := r.next(0, len(r.toks))
	if as := r.next(i+1, len(r.toks)); r.is(i, "select") && r.is(as, "as") && r.isAny(r.next(as+1, len(r.toks)), "struct", "value") {
		r.refuse(as, as+1, "select the columns themselves", "SELECT AS STRUCT and AS VALUE have no counterpart on DuckDB")
	}
	switch r.word(i) {
	case "call", "execute", "declare", "begin", "create", "insert", "update", "delete", "merge", "drop", "alter", "use", "copy", "put", "get", "grant", "truncate":
		r.refuse(i, i+1, "write one SELECT; run scripts on the warehouse itself", "a script of another warehouse cannot be carried over")
	}
}

// lateralView is Databricks' LATERAL VIEW [OUTER] explode(a) t AS v.
func (r *rewriter) lateralView(i, view, hi int) (item, bool) {
	k := r.next(view+1, hi)
	outer := r.is(k, "outer")
	if outer {
		k = r.next(k+1, hi)
	}
	open := r.next(k+1, hi)
	if k >= hi || open >= hi || !r.is(open, "(") || !r.is(k, "explode") && !r.is(k, "explode_outer") {
		r.refuse(i, min(k+1, hi), "use LATERAL VIEW explode(...)", "only explode can stand in a LATERAL VIEW here")
		return item{}, false
	}
	outer = outer || r.is(k, "explode_outer")
	a := arg(trimItems(r.walk(open+1, r.match[open])))
	end := r.match[open] + 1
	alias, column := "", "col"
	if t := r.next(end, hi); t < hi && r.toks[t].kind == tokIdent && !r.is(t, "as") && !keywords[r.word(t)] {
		alias, end = r.str(t), t+1
	}
	if as := r.next(end, hi); r.is(as, "as") && as < hi {
		if c := r.next(as+1, hi); c < hi {
			column, end = r.str(c), c+1
		}
	}
	if comma := r.next(end, hi); comma < hi && r.kind(comma) == tokComma && !r.is(r.next(comma+1, hi), "lateral") && alias != "" {
		if after := r.next(r.next(comma+1, hi)+1, hi); after < hi && r.isAny(after, "where", "group", "lateral") {
			r.refuse(comma, comma+1, "explode map_entries(...)", "a map cannot be exploded into two columns here")
		}
	}
	at := r.span(i, k+1)
	join, on := "inner join", " on true"
	if outer {
		join = "left join"
	}
	if alias == "" {
		alias = "_view" + strconv.Itoa(i)
	}
	return item{out: built(at, join, " lateral (select unnest(", a, ") as ", column, ") as ", alias, on), lo: i, hi: end, prim: true}, true
}

// selects rewrites the SELECTs of a range: TOP, FROM VALUES, FLATTEN, UNNEST and GROUP BY of what an alias hides.
func (r *rewriter) selects(items []item) []item {
	for s := len(items) - 1; s >= 0; s-- {
		if items[s].word != "select" {
			continue
		}
		e := s + 1
		for e < len(items) && !setOps[items[e].word] {
			e++
		}
		one := r.oneSelect(append([]item{}, items[s:e]...))
		items = splice(items, s, e, one...)
	}
	return items
}

// nameValues keeps the name of a value of FLATTEN that is a select item as it stands.
func nameValues(items []item) {
	for i := range items {
		if items[i].word == "from" {
			return
		}
		l, n := prevItem(items, i), nextItem(items, i+1)
		before, after := wordAt(items, l), wordAt(items, n)
		if items[i].typ == isPath && items[i].name == "value" && (before == "select" || before == "," || before == "distinct") && (after == "," || after == "from") {
			items[i].out = built(items[i].out.Span(), items[i].out, " as value")
		}
	}
}

// partWords cannot name a column on DuckDB without AS before them.
var partWords = set("year years quarter quarters month months week weeks day days hour hours minute minutes second seconds millisecond milliseconds microsecond microseconds decade decades century centuries millennium millennia")

// bareAliases writes the AS of an alias that DuckDB does not take without it: "count(*) days".
func (r *rewriter) bareAliases(items []item) {
	for i := range items {
		if items[i].word == "from" {
			return
		}
		l, n := prevItem(items, i), nextItem(items, i+1)
		if l > 0 && items[i].prim && items[l].prim && items[i].hi == items[i].lo+1 && partWords[r.word(items[i].lo)] &&
			(n == len(items) || wordAt(items, n) == "," || wordAt(items, n) == "from") {
			items[i].out = built(r.span(items[i].lo, items[i].hi), "as ", items[i].out)
		}
	}
}

var setOps = set("union except intersect minus")

func (r *rewriter) oneSelect(items []item) []item {
	items = r.groupByNumber(items)
	nameValues(items)
	r.bareAliases(items)
	items = r.fromParts(items)
	k := nextItem(items, 1)
	if k < len(items) && (items[k].word == "distinct" || items[k].word == "all") {
		k = nextItem(items, k+1)
	}
	n := nextItem(items, k+1)
	if r.d.top && k < len(items) && items[k].word == "top" && n < len(items) && items[n].typ == isNumber {
		limit := item{out: built(r.span(items[k].lo, items[n].hi), " limit ", items[n].out), lo: items[k].lo, hi: items[n].hi}
		end := prevItem(items, len(items)) + 1
		items = splice(items, end, end, limit)
		rest := n + 1
		if rest < len(items) && items[rest].blank {
			rest++
		}
		items = splice(items, k, rest)
	}
	return items
}

// fromParts rewrites what stands in FROM with a syntax of its own.
func (r *rewriter) fromParts(items []item) []item {
	for i := 0; i < len(items); i++ {
		before := wordAt(items, prevItem(items, i))
		switch {
		case items[i].word == "values" && before == "from":
			items = r.fromValues(items, i)
		case items[i].fn == "flatten":
			items = r.joinFlatten(items, i)
		case r.d.dottedTicks && items[i].fn == "unnest" && before == "in":
			items[i].out = built(r.span(items[i].lo, items[i].lo+1), "(select ", items[i].out, ")")
		case r.d.starExcept && items[i].fn == "unnest" && (before == "from" || before == "," || before == "join"):
			items = r.fromUnnest(items, i)
		}
	}
	return items
}

// fromValues is FROM VALUES (1), (2).
func (r *rewriter) fromValues(items []item, i int) []item {
	end := i + 1
	columns := 0
	for {
		k := nextItem(items, end)
		if k >= len(items) || !items[k].prim || !r.is(items[k].lo, "(") {
			break
		}
		if columns == 0 {
			columns = len(r.split(items[k].lo+1, items[k].hi-1))
		}
		end = k + 1
		if c := nextItem(items, end); c < len(items) && items[c].word == "," {
			if v := nextItem(items, c+1); v < len(items) && items[v].prim && r.is(items[v].lo, "(") {
				end = c + 1
				continue
			}
		}
		break
	}
	at := r.span(items[i].lo, items[i].hi)
	alias := ""
	if k := nextItem(items, end); k >= len(items) || items[k].word != "as" && !items[k].prim {
		names := make([]string, columns)
		for n := range names {
			names[n] = cmp.Or(r.d.valuesColumn, "column") + strconv.Itoa(n+1)
		}
		alias = " as _v(" + strings.Join(names, ", ") + ")"
	}
	it := item{out: built(at, "(", items[i:end], ")", alias), lo: items[i].lo, hi: items[end-1].hi, prim: true}
	return splice(items, i, end, it)
}

// joinFlatten adds the ON that DuckDB wants after JOIN.
func (r *rewriter) joinFlatten(items []item, i int) []item {
	k := prevItem(items, i)
	if k >= 0 && items[k].word == "lateral" {
		k = prevItem(items, k)
	}
	if wordAt(items, k) != "join" {
		return items
	}
	if c := wordAt(items, prevItem(items, k)); c == "cross" || c == "natural" {
		return items
	}
	end := i + 1
	if n := nextItem(items, end); n < len(items) && items[n].word == "as" {
		end = n + 1
	}
	if n := nextItem(items, end); n < len(items) && items[n].prim {
		end = n + 1
	}
	if n := nextItem(items, end); n < len(items) && (items[n].word == "on" || items[n].word == "using") {
		return items
	}
	return splice(items, end, end, item{out: source.Literal(" on true", r.span(items[i].lo, items[i].lo+1)), lo: items[i].lo, hi: items[i].lo})
}

// fromUnnest names the column of an unnest as its table is named.
func (r *rewriter) fromUnnest(items []item, i int) []item {
	n := nextItem(items, i+1)
	if n < len(items) && items[n].word == "as" {
		n = nextItem(items, n+1)
	}
	join := prevItem(items, i)
	alias := n < len(items) && items[n].prim && items[n].name != ""
	if wordAt(items, join) == "join" && wordAt(items, prevItem(items, join)) != "cross" {
		end := i + 1
		if alias {
			end = n + 1
		}
		if after := nextItem(items, end); after >= len(items) || items[after].word != "on" && items[after].word != "with" {
			items = splice(items, end, end, item{out: source.Literal(" on true", r.span(items[i].lo, items[i].lo+1)), lo: items[i].lo, hi: items[i].lo, blank: true})
		}
	}
	if alias {
		if w := nextItem(items, n+1); w+1 < len(items) && items[w].word == "with" && r.is(r.next(items[w].hi, len(r.toks)), "offset") {
			return r.unnestOffset(items, i, n, w)
		}
		items[n].out = built(items[n].out.Span(), items[n].out, "(", items[n].out, ")")
	}
	return items
}

// unnestOffset is UNNEST(list) AS x WITH OFFSET AS o: the elements, and their numbers from 0. The alias is item n, WITH is item w.
func (r *rewriter) unnestOffset(items []item, i, n, w int) []item {
	k := nextItem(items, nextItem(items, w+1)+1)
	name, end := item{out: source.Literal("\"offset\"", r.span(items[w].lo, items[w].hi))}, nextItem(items, w+1)+1
	if k < len(items) && items[k].word == "as" {
		k = nextItem(items, k+1)
	}
	if k < len(items) && items[k].prim && items[k].name != "" {
		name, end = items[k], k+1
	}
	at := r.span(items[i].lo, items[i].lo+1)
	list := source.Text{}
	if c := items[i]; len(c.inner) > 0 {
		list = join(c.inner)
	}
	it := item{lo: items[i].lo, hi: items[end-1].hi, prim: true}
	it.out = built(at, "(select unnest(", list, ") as ", items[n].out, ", unnest(range(len(", list, "))) as ", name.out, ") as ", items[n].out)
	return splice(items, i, end, it)
}

// selectItem is one item of a select list: the tokens of its expression, and its alias.
type selectItem struct {
	expr  string
	alias string
	star  bool
}

// groupByNumber writes the number of a select item for a GROUP BY term that is the same expression and has a name in it
// that an alias hides: DuckDB would take the alias.
func (r *rewriter) groupByNumber(items []item) []item {
	from, group := -1, -1
	for i := range items {
		switch items[i].word {
		case "from":
			if from < 0 {
				from = i
			}
		case "group":
			if n := nextItem(items, i+1); n < len(items) && items[n].word == "by" {
				group = n + 1
			}
		}
	}
	if from < 0 || group < from {
		return items
	}
	list := r.selectList(items[1:from])
	end := group
	for end < len(items) && !groupEnds[items[end].word] {
		end++
	}
	start := group
	for k := group; k <= end; k++ {
		if k < end && items[k].word != "," {
			continue
		}
		term := trimItems(items[start:k])
		start = k + 1
		if len(term) == 0 {
			continue
		}
		if n := r.hiddenItem(list, term); n > 0 {
			lo, hi := term[0].lo, term[len(term)-1].hi
			for j := range term {
				term[j].out = source.Text{}
			}
			term[0].out = source.Literal(strconv.Itoa(n), r.span(lo, hi))
		}
	}
	return items
}

var groupEnds = set("having qualify order limit window offset fetch )")

// hiddenItem is the number of the select item that a GROUP BY term repeats, when an alias hides a name in it; 0 otherwise.
func (r *rewriter) hiddenItem(list []selectItem, term []item) int {
	lo, hi := term[0].lo, term[len(term)-1].hi
	text := r.tokensText(lo, hi)
	names := map[string]bool{}
	count := 0
	for i := lo; i < hi; i++ {
		if r.toks[i].blank() {
			continue
		}
		count++
		if (r.toks[i].kind == tokIdent || r.toks[i].kind == tokQuoted) && !r.is(r.next(i+1, hi), ".") {
			names[strings.ToLower(r.nameOf(i))] = true
		}
	}
	if count < 2 {
		return 0
	}
	hidden := false
	for _, s := range list {
		hidden = hidden || names[s.alias] && s.expr != s.alias
	}
	if !hidden {
		return 0
	}
	for k, s := range list {
		if s.star {
			return 0
		}
		if s.expr == text {
			return k + 1
		}
	}
	return 0
}

func (r *rewriter) selectList(items []item) []selectItem {
	var out []selectItem
	items = trimItems(items)
	if len(items) > 0 && (items[0].word == "distinct" || items[0].word == "all") {
		items = items[1:]
	}
	start := 0
	for k := 0; k <= len(items); k++ {
		if k < len(items) && items[k].word != "," {
			continue
		}
		piece := trimItems(items[start:k])
		start = k + 1
		if len(piece) == 0 {
			continue
		}
		s := selectItem{star: strings.HasSuffix(piece[len(piece)-1].out.S, "*") || strings.HasPrefix(piece[0].out.S, "*")}
		expr := piece
		if last := piece[len(piece)-1]; last.name != "" && len(piece) > 1 {
			p := prevItem(piece, len(piece)-1)
			if piece[p].word == "as" {
				s.alias, expr = strings.ToLower(last.name), trimItems(piece[:p])
			} else if piece[p].prim {
				s.alias, expr = strings.ToLower(last.name), trimItems(piece[:p+1])
			}
		}
		if len(expr) > 0 {
			s.expr = r.tokensText(expr[0].lo, expr[len(expr)-1].hi)
		}
		out = append(out, s)
	}
	return out
}

// tokensText is tokens [lo, hi) without blanks, in lower case: two equal texts are one expression.
func (r *rewriter) tokensText(lo, hi int) string {
	var b strings.Builder
	for i := lo; i < hi; i++ {
		if r.toks[i].blank() {
			continue
		}
		if b.Len() > 0 && r.toks[i].kind == tokIdent && r.kind(r.prev(i, 0)) == tokIdent {
			b.WriteByte(' ')
		}
		b.WriteString(strings.ToLower(r.str(i)))
	}
	return b.String()
}

// sample is SAMPLE [method] (n [ROWS]), a share in percent unless rows are said.
func (r *rewriter) sample(i, n, hi int) (item, bool) {
	if r.isAny(n, "bernoulli", "system", "row", "block") {
		n = r.next(n+1, hi)
	}
	k := r.next(n+1, hi)
	if n >= hi || !r.is(n, "(") || r.kind(k) != tokNumber {
		return item{}, false
	}
	how := []any{"tablesample bernoulli(", r.slice(k, k+1), "%)"}
	rest := r.next(k+1, hi)
	switch {
	case r.isAny(rest, "rows", "row"):
		how = []any{"tablesample reservoir(", r.slice(k, k+1), " rows)"}
	case rest != r.match[n] && !r.is(rest, "percent"):
		return item{}, false
	}
	return item{out: built(r.span(i, i+1), how...), lo: i, hi: r.match[n] + 1, word: "tablesample"}, true
}

// outputs says what is doubtful about the columns of a query: an uncast path is a text here, and a column that has no name
// of its own is named by its text.
func (r *rewriter) outputs(items []item) {
	s := nextItem(items, 0)
	for s < len(items) && items[s].word != "select" {
		s++
	}
	from := s
	for from < len(items) && items[from].word != "from" {
		from++
	}
	if s >= len(items) {
		return
	}
	seen := map[string]string{}
	for _, piece := range splitItems(items[s+1 : from]) {
		if len(piece) == 0 {
			continue
		}
		if last := piece[len(piece)-1]; last.name != "" && r.d.foldsUpper {
			// Letter case tells names apart there, where what is not quoted is in upper case; here it does not.
			key, name := strings.ToLower(last.name), last.name
			if r.kind(last.hi-1) != tokQuoted {
				name = strings.ToUpper(name)
			}
			if other, has := seen[key]; has && other != name {
				r.refuse(last.lo, last.hi, "give the columns names that differ in more than case", "two columns are called %s and %s, which are one name on DuckDB", other, name)
			}
			seen[key] = name
		}
		if piece[0].typ == isPath && (len(piece) == 1 || piece[nextItem(piece, 1)].word == "as" || piece[nextItem(piece, 1)].prim) {
			r.warn(piece[0].lo, piece[0].hi, "add a cast to the path, such as ::string", "an uncast path leaves the query as a text here")
		}
		if len(piece) == 1 && piece[0].prim && piece[0].name == "" && piece[0].out.S != r.slice(piece[0].lo, piece[0].hi).S {
			r.note(piece[0].lo, piece[0].hi, "give it a name with AS", "a column without a name is named otherwise here")
		}
	}
}
