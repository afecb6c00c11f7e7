package portable

import (
	"strings"

	"kith/internal/source"
)

// commonRules are those that Snowflake shares with others.
func commonRules() map[string]rule {
	return map[string]rule{
		"decode": decode, "concat": concatRule, "concat_ws": concatWs,
		"sum": onPath, "avg": onPath, "median": onPath, "stddev": onPath, "variance": onPath, "abs": onPath, "round": onPath, "floor": onPath, "ceil": onPath,
		"count": countRule, "min": extreme("arg_min"), "max": extreme("arg_max"),
		"percentile_cont": percentile("quantile_cont"), "percentile_disc": percentile("quantile_disc"), "approx_percentile": approxPercentile,
	}
}

// decode takes NULLs as equal.
func decode(c *call) (item, bool) {
	if len(c.args) < 3 {
		return item{}, false
	}
	at := c.span()
	var b source.Builder
	b.WriteString("case", at)
	i := 1
	for ; i+1 < len(c.args); i += 2 {
		b.WriteText(built(at, " when ", c.args[0].wrapped(), " is not distinct from ", c.args[i].wrapped(), " then ", c.args[i+1]))
	}
	if i < len(c.args) {
		b.WriteText(built(at, " else ", c.args[i]))
	}
	b.WriteString(" end", at)
	return c.made(unknown, b.Text())
}

// text is argument i as text, as the dialect writes other types.
func (c *call) text(i int) source.Text {
	a := c.args[i]
	if t := a.typ(); t == isText || t == isPath {
		return a.wrapped()
	}
	return built(c.span(), c.r.d.schema, ".to_varchar(", a, ")")
}

// concatRule gives NULL when any argument is NULL.
func concatRule(c *call) (item, bool) {
	if len(c.args) == 0 || c.aggregateParts() {
		return item{}, false
	}
	parts := []any{"("}
	for i := range c.args {
		if i > 0 {
			parts = append(parts, " || ")
		}
		parts = append(parts, c.text(i))
	}
	return c.made(isText, append(parts, ")")...)
}

// concatWs gives NULL when any argument is NULL.
func concatWs(c *call) (item, bool) {
	if len(c.args) < 2 || c.aggregateParts() {
		return item{}, false
	}
	if len(c.args) == 2 {
		return c.made(isText, c.text(1))
	}
	parts := []any{"("}
	for i := 1; i < len(c.args); i++ {
		if i > 1 {
			parts = append(parts, " || ", c.args[0].wrapped(), " || ")
		}
		parts = append(parts, c.text(i))
	}
	return c.made(isText, append(parts, ")")...)
}

// onPath casts an uncast path that a function of numbers takes.
func onPath(c *call) (item, bool) {
	if len(c.args) == 0 || c.args[0].typ() != isPath {
		return item{}, false
	}
	distinct := ""
	if c.distinct {
		distinct = "distinct "
	}
	parts := []any{c.name, "(", distinct, c.args[0], "::double"}
	for _, a := range c.args[1:] {
		parts = append(parts, ", ", a)
	}
	return c.made(isNumber, append(parts, ")", c.tailText())...)
}

// extreme takes the least or greatest value of an uncast path as the values are, not as their texts.
func extreme(fn string) rule {
	return func(c *call) (item, bool) {
		if len(c.args) != 1 || c.args[0].typ() != isPath {
			return item{}, false
		}
		c.r.warn(c.lo, c.nameEnd, "add a cast to the path, such as ::number", "%s of an uncast path gives a text here", c.name)
		return c.made(isText, fn, "(", c.args[0], ", ", c.args[0].single().json, "::variant)", c.tailText())
	}
}

// countRule is COUNT(DISTINCT a, b): rows without a NULL.
func countRule(c *call) (item, bool) {
	if len(c.args) < 2 {
		return item{}, false
	}
	at := c.span()
	var cond, row source.Builder
	for i, a := range c.args {
		if i > 0 {
			cond.WriteString(" and ", at)
			row.WriteString(", ", at)
		}
		cond.WriteText(built(at, a.wrapped(), " is not null"))
		row.WriteText(a.text())
	}
	if !c.distinct {
		return c.made(isNumber, "count(case when ", cond.Text(), " then 1 end)", c.tailText())
	}
	return c.made(isNumber, "count(distinct case when ", cond.Text(), " then row(", row.Text(), ") end)", c.tailText())
}

// orderTerm is an order term without its direction.
func orderExpr(items []item) (expr arg, desc bool) {
	items = trimItems(items)
	for len(items) > 0 {
		last := items[len(items)-1]
		switch last.word {
		case "desc":
			desc = true
		case "asc", "nulls", "first", "last":
		default:
			return arg(items), desc
		}
		items = trimItems(items[:len(items)-1])
	}
	return nil, desc
}

// percentile is PERCENTILE_CONT(p) WITHIN GROUP (ORDER BY x), with OVER too.
func percentile(fn string) rule {
	return func(c *call) (item, bool) {
		x, desc := orderExpr(c.order)
		if len(c.args) != 1 || x == nil || c.overLo == 0 && x.typ() != isPath {
			return item{}, false
		}
		value := x.text()
		if x.typ() == isPath {
			value = built(c.span(), x, "::double")
		}
		p := []any{c.args[0]}
		if desc {
			p = []any{"-", c.args[0].wrapped()} // a negative share counts from the other end
		}
		parts := append([]any{fn, "(", value, ", "}, p...)
		return c.made(isNumber, append(parts, ")", c.tailText())...)
	}
}

func approxPercentile(c *call) (item, bool) {
	if len(c.args) != 2 {
		return item{}, false
	}
	return c.made(isNumber, "approx_quantile(", c.args[0], ", ", c.args[1], ")", c.tailText())
}

// renamed is an aggregate or window function under another name.
func renamed(name string) rule {
	return func(c *call) (item, bool) { return item{out: c.plain(name)}, true }
}

// withDefault gives an aggregate a value for no rows.
func withDefault(fn, value string) rule {
	return func(c *call) (item, bool) {
		distinct := ""
		if c.distinct {
			distinct = "distinct "
		}
		if len(c.args) != 1 {
			return item{}, false
		}
		return c.made(isNumber, "coalesce(", fn, "(", distinct, c.args[0], ")", c.tailText(), ", ", value, ")")
	}
}

// nullIfAny is GREATEST or LEAST that is NULL when any argument is.
func nullIfAny(c *call) (item, bool) {
	if len(c.args) < 2 {
		return item{}, false
	}
	parts := []any{"case when "}
	for i, a := range c.args {
		if i > 0 {
			parts = append(parts, " or ")
		}
		parts = append(parts, a.wrapped(), " is null")
	}
	parts = append(parts, " then null else ", c.name, "(")
	for i, a := range c.args {
		if i > 0 {
			parts = append(parts, ", ")
		}
		parts = append(parts, a)
	}
	return c.made(unknown, append(parts, ") end")...)
}

// list is the body of an aggregate that makes a list: list([distinct] x [order by ...]) filter (...) over (...).
func (c *call) list(fn string, value source.Text, extra string, skipNull bool) source.Text {
	at := c.span()
	var b source.Builder
	b.WriteString(fn+"(", at)
	if c.distinct {
		b.WriteString("distinct ", at)
	}
	b.WriteText(value)
	b.WriteString(extra, at)
	if order := c.keptOrder(); len(order) > 0 {
		b.WriteText(built(at, " order by ", order))
	}
	b.WriteString(")", at)
	switch {
	case skipNull && c.filter != nil:
		b.WriteText(built(at, " filter (where (", c.filter, ") and ", arg(c.args[0]).wrapped(), " is not null)"))
	case skipNull:
		b.WriteText(built(at, " filter (where ", arg(c.args[0]).wrapped(), " is not null)"))
	case c.filter != nil:
		b.WriteText(built(at, " filter (where ", c.filter, ")"))
	}
	if c.overLo > 0 {
		b.WriteText(built(at, " ", c.over))
	}
	return b.Text()
}

// keptOrder is the order of an aggregate; with DISTINCT only by its own argument, since DuckDB takes no other.
func (c *call) keptOrder() []item {
	if len(c.order) == 0 || !c.distinct {
		return c.order
	}
	x, _ := orderExpr(c.order)
	if len(x) > 0 && sameText(x.text().S, c.args[0].text().S) {
		if w := c.args[0].typ(); w == isPath || c.name == "listagg" && w != isText {
			return c.order[:0:0]
		}
		return c.order
	}
	c.r.warn(c.order[0].lo, c.order[len(c.order)-1].hi, "order by the argument itself", "the order of distinct values by something else is not kept here")
	return nil
}

// arrayAgg skips NULLs and gives an empty array for nothing.
func arrayAgg(c *call) (item, bool) {
	if len(c.args) != 1 {
		return item{}, false
	}
	value := c.args[0].text()
	if s := c.args[0].single(); s != nil && s.typ == isPath {
		value = s.json
	}
	return c.made(isJSON, "coalesce(to_json(", c.list("list", value, "", true), "), '[]'::json)")
}

// listagg joins texts without a separator unless one is given.
func listagg(empty bool) rule {
	return func(c *call) (item, bool) {
		if len(c.args) == 0 || len(c.args) > 2 {
			return item{}, false
		}
		sep := source.Literal("''", c.span())
		if len(c.args) == 2 {
			sep = c.args[1].text()
		}
		value := c.text(0)
		if c.distinct && len(c.order) > 0 {
			if x, _ := orderExpr(c.order); len(x) > 0 && sameText(x.text().S, c.args[0].text().S) && value.S != c.args[0].wrapped().S {
				// Both have to be the same text for DuckDB.
				_, desc := orderExpr(c.order)
				dir := ""
				if desc {
					dir = " desc"
				}
				c.order = []item{{out: built(c.span(), value, dir), lo: c.order[0].lo, hi: c.order[len(c.order)-1].hi, prim: true}}
			}
		}
		var b source.Builder
		at := c.span()
		b.WriteString("string_agg(", at)
		if c.distinct {
			b.WriteString("distinct ", at)
		}
		b.WriteText(built(at, value, ", ", sep))
		if order := c.listOrder(value); len(order) > 0 {
			b.WriteText(built(at, " order by ", order))
		}
		b.WriteString(")", at)
		b.WriteText(c.tailText())
		if !empty {
			return c.made(isText, b.Text())
		}
		return c.made(isText, "coalesce(", b.Text(), ", '')")
	}
}

// listOrder is the order of LISTAGG.
func (c *call) listOrder(value source.Text) []item {
	if len(c.order) == 0 || !c.distinct {
		return c.order
	}
	if x, _ := orderExpr(c.order); len(x) > 0 && (sameText(x.text().S, value.S) || strings.HasPrefix(c.order[0].out.S, value.S)) {
		return c.order
	}
	c.r.warn(c.order[0].lo, c.order[len(c.order)-1].hi, "order by the argument itself", "the order of distinct values by something else is not kept here")
	return nil
}
