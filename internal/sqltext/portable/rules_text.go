package portable

import (
	"strconv"
	"strings"

	"kith/internal/source"
)

// plainNumber is the value of argument i when it is a whole number without a sign.
func (c *call) plainNumber(i int) (int, bool) {
	if i >= len(c.args) {
		return 0, false
	}
	n, err := strconv.Atoi(c.args[i].text().S)
	return n, err == nil && n >= 0
}

// partOfText is SUBSTR of a dialect where the start 0 is the first letter; numbers and times are taken as texts.
func partOfText(c *call) (item, bool) {
	if len(c.args) < 2 || len(c.args) > 3 {
		return item{}, false
	}
	s := c.args[1].text().S
	n, plain := c.plainNumber(1)
	plain = plain && n > 0 || strings.HasPrefix(s, "-") && strings.Trim(s[1:], "0123456789") == ""
	if plain {
		return textOf(c)
	}
	value := c.args[0].text()
	if t := c.args[0].typ(); t == isDate || t == isTimestamp || t == isNumber {
		value = c.text(0)
	}
	parts := []any{c.name, "(", value, ", "}
	if n == 0 && s == "0" {
		parts = append(parts, "1")
	} else {
		parts = append(parts, c.r.d.schema, ".start(", c.args[1], ")")
	}
	if len(c.args) == 3 {
		parts = append(parts, ", ", c.args[2])
	}
	return c.made(isText, append(parts, ")")...)
}

// textFrom is SUBSTRING of Redshift, where letters before the first count: https://docs.aws.amazon.com/redshift/latest/dg/r_SUBSTRING.html.
func textFrom(c *call) (item, bool) {
	if n, ok := c.plainNumber(1); ok && n > 0 {
		return item{}, false
	}
	switch len(c.args) {
	case 2:
		return c.made(isText, c.r.d.schema, ".tail(", c.args[0], ", ", c.args[1], ")")
	case 3:
		return c.made(isText, c.r.d.schema, ".substring(", c.args[0], ", ", c.args[1], ", ", c.args[2], ")")
	}
	return item{}, false
}

// patternFlags are the parameters of a function of patterns as DuckDB's options: whether a group is wanted, and the options.
// ok is false, with a diagnostic, for others.
func (c *call) patternFlags(i int) (group bool, options string, ok bool) {
	lit, is := c.args[i].literal()
	if is {
		for _, f := range lit {
			switch f {
			case 'c', 'p':
				options = strings.ReplaceAll(options, "i", "")
			case 'i':
				options = strings.ReplaceAll(options, "i", "") + "i"
			case 'e':
				group = true
			case 's':
				options += "s"
			default:
				is = false
			}
		}
	}
	if !is {
		c.refuseArg(i, "use the parameters c, i, e or s, written as a text", "these parameters of %s have no counterpart on DuckDB", c.name)
	}
	return group, options, is
}

// regexpSubstr is REGEXP_SUBSTR(x, pattern, position, occurrence, parameters, group). Where nothing matches, Redshift gives an
// empty text and others NULL.
func regexpSubstr(empty bool) rule {
	return func(c *call) (item, bool) {
		if len(c.args) < 3 || empty && len(c.args) > 5 {
			return item{}, false
		}
		group, options := false, ""
		if len(c.args) > 4 {
			var ok bool
			if group, options, ok = c.patternFlags(4); !ok {
				return item{}, false
			}
		}
		from := c.args[0].text()
		if n, ok := c.plainNumber(2); !ok || n != 1 {
			from = built(c.span(), "substr(", c.args[0], ", ", c.args[2], ")")
		}
		parts := []any{"regexp_extract_all(", from, ", ", c.args[1]}
		switch {
		case len(c.args) > 5:
			parts = append(parts, ", ", c.args[5])
		case group:
			parts = append(parts, ", 1")
		default:
			parts = append(parts, ", 0")
		}
		if options != "" {
			parts = append(parts, ", '"+options+"'")
		}
		nth := source.Literal("1", c.span())
		if len(c.args) > 3 {
			nth = c.args[3].text()
		}
		parts = append(parts, ")[", nth, "]")
		if empty {
			return c.made(isText, append(append([]any{"coalesce("}, parts...), ", case when ", c.args[0].wrapped(), " is not null then '' end)")...)
		}
		return c.made(isText, append(append([]any{"nullif("}, parts...), ", '')")...)
	}
}

// regexpReplace is REGEXP_REPLACE(x, pattern, text, ...) with what follows at the positions given, counted from 1: where
// the search begins, which match is meant (0 for all), and parameters. A position of 0 is for a dialect without it.
func regexpReplace(position, occurrence, parameters int) rule {
	return func(c *call) (item, bool) {
		if len(c.args) < 4 || len(c.args) > max(position, occurrence, parameters) {
			return item{}, false
		}
		options, all := "", "g"
		if at := parameters - 1; at < len(c.args) {
			group, o, ok := c.patternFlags(at)
			if !ok || group {
				return item{}, false
			}
			options = o
		}
		if at := occurrence - 1; occurrence > 0 && at < len(c.args) {
			switch n, ok := c.plainNumber(at); {
			case ok && n == 1:
				all = ""
			case !ok || n != 0:
				c.refuseArg(at, "replace all matches or the first one", "replacing match %s alone has no counterpart on DuckDB", c.args[at].text().S)
				return item{}, false
			}
		}
		if n, ok := c.plainNumber(position - 1); !ok || n < 1 {
			c.refuseArg(position-1, "write the position as a number", "a computed position has no counterpart on DuckDB")
			return item{}, false
		} else if n > 1 {
			from := strconv.Itoa(n)
			return c.made(isText, "(left(", c.args[0], ", "+strconv.Itoa(n-1)+") || regexp_replace(substr(", c.args[0], ", "+from+"), ", c.args[1], ", ", c.args[2], ", '"+all+options+"'))")
		}
		return c.made(isText, "regexp_replace(", c.args[0], ", ", c.args[1], ", ", c.args[2], ", '"+all+options+"')")
	}
}

// javaReplace is REGEXP_REPLACE of Databricks, whose text names groups as $1.
func javaReplace(c *call) (item, bool) {
	if len(c.args) != 3 {
		return item{}, false
	}
	lit, ok := c.args[2].literal()
	if !ok || !strings.ContainsAny(lit, `$\`) {
		return item{}, false
	}
	var b strings.Builder
	for i := 0; i < len(lit); i++ {
		switch {
		case lit[i] == '$' && i+1 < len(lit) && isDigit(lit[i+1]) && !(i+2 < len(lit) && isDigit(lit[i+2])):
			b.WriteString(`\` + lit[i+1:i+2])
			i++
		case lit[i] == '\\' && i+1 < len(lit) && !isDigit(lit[i+1]) && lit[i+1] != '\\':
			b.WriteByte(lit[i+1])
			i++
		case lit[i] == '$' || lit[i] == '\\':
			c.refuseArg(2, "name groups as $1 to $9", "this replacement has no counterpart on DuckDB")
			return item{}, false
		default:
			b.WriteByte(lit[i])
		}
	}
	return c.made(isText, "regexp_replace(", c.args[0], ", ", c.args[1], ", ", quoteText(b.String()), ", 'g')")
}

// joinedWs is CONCAT_WS of Databricks, which takes lists beside texts and leaves NULLs out.
func joinedWs(c *call) (item, bool) {
	if len(c.args) < 2 {
		return item{}, false
	}
	parts := []any{"concat_ws(", c.args[0]}
	for _, a := range c.args[1:] {
		if a.typ() == isText {
			parts = append(parts, ", ", a)
		} else {
			parts = append(parts, ", ", c.r.d.schema, ".joined(", a, ", ", c.args[0], ")")
		}
	}
	return c.made(isText, append(parts, ")")...)
}

// printf is FORMAT(format, ...) of BigQuery, for the verbs that DuckDB's printf has.
func printf(c *call) (item, bool) {
	if len(c.args) == 0 {
		return item{}, false
	}
	lit, ok := c.args[0].literal()
	if !ok {
		c.refuseArg(0, "write the format as a text", "the format of FORMAT is no literal, so it cannot be translated")
		return item{}, false
	}
	var b strings.Builder
	args, next := []any{}, 1
	for i := 0; i < len(lit); i++ {
		b.WriteByte(lit[i])
		if lit[i] != '%' {
			continue
		}
		k := i + 1
		for k < len(lit) && strings.IndexByte("0123456789.-+", lit[k]) >= 0 {
			k++
		}
		if k < len(lit) && lit[k] == '%' && k == i+1 {
			b.WriteByte('%')
			i = k
			continue
		}
		if k >= len(lit) || next >= len(c.args) || strings.IndexByte("disft", lit[k]) < 0 {
			c.refuseArg(0, "use %d, %s, %f or %t, or concatenate texts", "this format of FORMAT has no counterpart on DuckDB")
			return item{}, false
		}
		a := c.args[next]
		switch next++; lit[k] {
		case 'd', 'i':
			b.WriteString(lit[i+1:k] + "d")
			args = append(args, ", cast(", a, " as bigint)")
		case 'f':
			b.WriteString(lit[i+1:k] + "f")
			args = append(args, ", cast(", a, " as double)")
		case 's':
			b.WriteString(lit[i+1:k] + "s")
			args = append(args, ", cast(", a, " as varchar)")
		case 't':
			b.WriteString(lit[i+1:k] + "s")
			args = append(args, ", coalesce(", c.r.d.schema, ".to_varchar(", a, "), 'NULL')")
		}
		i = k
	}
	return c.made(isText, append(append([]any{"printf(", quoteText(b.String())}, args...), ")")...)
}

// digest is MD5 and its like of BigQuery, which give bytes.
func digest(c *call) (item, bool) {
	if len(c.args) != 1 {
		return item{}, false
	}
	hex := built(c.span(), c.name, "(", c.args[0], ")")
	return item{out: built(c.span(), "unhex(", hex, ")"), json: hex}, true
}

// similar is x SIMILAR TO pattern: the whole text has to match, % and _ stand for what they do with LIKE.
func (r *rewriter) similar(items []item, i int) ([]item, int) {
	to := nextItem(items, i+1)
	p := nextItem(items, to+1)
	if to >= len(items) || items[to].name+items[to].word != "to" || p >= len(items) {
		return items, i
	}
	left, not := i, ""
	if k := prevItem(items, i); k >= 0 && items[k].word == "not" {
		left, not = k, "not "
	}
	lo := operandStart(items, left)
	if lo == left {
		return items, i
	}
	at := r.span(items[i].lo, items[to].hi)
	if n := nextItem(items, p+1); !items[p].isLit || n < len(items) && (items[n].word == "escape" || items[n].word == "||") {
		r.refuse(items[i].lo, items[to].hi, "use ~ with a regular expression", "a pattern of SIMILAR TO that is not one text has no counterpart on DuckDB")
		return items, i
	}
	it := item{lo: items[lo].lo, hi: items[p].hi, prim: true, typ: isBool}
	it.out = built(at, not, "regexp_full_match(", trimItems(items[lo:left]), ", ", quoteText(similarPattern(items[p].lit)), ")")
	return splice(items, lo, p+1, it), lo
}

// similarPattern is a pattern of SIMILAR TO as a regular expression.
func similarPattern(s string) string {
	var b strings.Builder
	b.WriteString("(?s)")
	class := false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\' && i+1 < len(s):
			b.WriteString(`\` + s[i+1:i+2])
			i++
		case class:
			class = c != ']'
			b.WriteByte(c)
		case c == '[':
			class = true
			b.WriteByte(c)
		case c == '%':
			b.WriteString(".*")
		case c == '_':
			b.WriteByte('.')
		case strings.IndexByte(".^$", c) >= 0:
			b.WriteString(`\` + string(c))
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}
