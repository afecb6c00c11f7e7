package portable

import (
	"strings"

	"kith/internal/source"
)

// snowflakeRules are the rules of Snowflake that a template cannot say.
func snowflakeRules() map[string]rule {
	return map[string]rule{
		"datediff": dateDiff, "timestampdiff": dateDiff, "timediff": dateDiff,
		"dateadd": dateAdd, "timestampadd": dateAdd, "timeadd": dateAdd,
		"date_trunc": dateTrunc, "trunc": truncRule, "date_part": datePart, "last_day": lastDay,
		"to_date": toDate(false), "try_to_date": toDate(true), "date": toDate(false),
		"to_timestamp": toTimestamp(false), "to_timestamp_ntz": toTimestamp(false), "try_to_timestamp": toTimestamp(true), "try_to_timestamp_ntz": toTimestamp(true),
		"to_timestamp_tz": toTimestamp(false), "to_timestamp_ltz": toTimestamp(false),
		"to_char": toChar, "to_varchar": toChar,
		"to_number": toNumber(""), "to_decimal": toNumber(""), "to_numeric": toNumber(""), "try_to_number": toNumber("try_"), "try_to_decimal": toNumber("try_"), "try_to_numeric": toNumber("try_"),
		"greatest": nullIfAny, "least": nullIfAny,
		"array_agg": arrayAgg, "array_unique_agg": uniqueAgg, "listagg": listagg(true), "string_agg": listagg(true), "count_if": withDefault("count_if", "0"),
		"min_by": extremeBy("arg_min_null"), "max_by": extremeBy("arg_max_null"),
		"approx_count_distinct": renamed("approx_count_distinct"), "hll": renamed("approx_count_distinct"), "ratio_to_report": ratioToReport,
		"boolor_agg": renamed("bool_or"), "booland_agg": renamed("bool_and"), "object_agg": objectAgg, "bitor_agg": renamed("bit_or"), "bitand_agg": renamed("bit_and"), "bitxor_agg": renamed("bit_xor"),
		"variance_pop": renamed("var_pop"), "variance_samp": renamed("var_samp"),
		"object_construct": objectConstruct(true), "object_construct_keep_null": objectConstruct(false), "array_construct": arrayConstruct, "array_construct_compact": arrayConstruct,
		"get": get, "get_path": getPath, "flatten": flatten, "table": tableCall, "json_extract_path_text": extractPathText, "sha2": sha2, "position": position,
		"lpad": padded, "rpad": padded, "left": textOf, "right": textOf, "substr": partOfText, "substring": partOfText,
		"regexp_substr": regexpSubstr(false), "regexp_replace": regexpReplace(4, 5, 6), "transform": jsonLambda("list_transform"), "filter": jsonLambda("list_filter"), "boolxor_agg": exactlyOne, "greatest_ignore_nulls": renamed("greatest"), "least_ignore_nulls": renamed("least"), "hash": hash, "identifier": identifierOf,
	}
}

func dateDiff(c *call) (item, bool) {
	if len(c.args) != 3 {
		return item{}, false
	}
	part := c.part(0)
	if part == "" {
		return item{}, false
	}
	return c.difference(part, c.timestamp(1), c.timestamp(2))
}

func dateAdd(c *call) (item, bool) {
	if len(c.args) != 3 {
		return item{}, false
	}
	part := c.part(0)
	if part == "" {
		return item{}, false
	}
	return c.add(part, c.args[1], "", c.asTime(2), c.r.d.keepDate)
}

func dateTrunc(c *call) (item, bool) {
	if len(c.args) != 2 {
		return item{}, false
	}
	part := c.part(0)
	if part == "" {
		return item{}, false
	}
	return c.trunc(part, c.asTime(1))
}

// trunc cuts x to a part; a DATE stays a DATE where the dialect keeps it.
func (c *call) trunc(part string, x source.Text) (item, bool) {
	switch part {
	case "isoweek":
		part = "week"
	case "week":
		if c.r.d.sundayWeeks {
			return c.made(unknown, c.r.d.schema, ".week_start(", x, ")")
		}
	case "year", "quarter", "month", "day", "hour", "minute", "second", "millisecond", "microsecond", "decade", "century":
	case "yearofweekiso":
		return c.made(unknown, c.r.d.schema, ".isoyear_start(", x, ")")
	default:
		c.badPart(0, part)
		return item{}, false
	}
	if !c.r.d.keepDate {
		return c.made(isTimestamp, "date_trunc('", part, "', ", x, ")")
	}
	return c.made(unknown, c.r.d.schema, ".date_trunc('", part, "', ", x, ")")
}

// truncRule is TRUNC(date, part); of numbers it stands as it is.
func truncRule(c *call) (item, bool) {
	if len(c.args) != 2 || !c.isPart(1) {
		return item{}, false
	}
	return c.trunc(c.part(1), c.asTime(0))
}

func datePart(c *call) (item, bool) {
	if len(c.args) != 2 {
		return item{}, false
	}
	part := c.part(0)
	if part == "" {
		return item{}, false
	}
	return c.partOf(part, c.asTime(1))
}

func lastDay(c *call) (item, bool) {
	if len(c.args) != 2 {
		return item{}, false
	}
	if part := c.part(1); part == "week" && c.r.d.sundayWeeks {
		return c.made(isDate, "(", c.r.d.schema, ".week_start(", c.asTime(0), ") + interval '6 day')::date")
	} else if part == "isoweek" {
		return c.made(isDate, "(date_trunc('week', ", c.asTime(0), ") + interval '6 day')::date")
	}
	n, ok := map[string]string{"week": "interval '6 day'", "month": "interval '1 month' - interval '1 day'", "quarter": "interval '3 month' - interval '1 day'", "year": "interval '1 year' - interval '1 day'"}[c.part(1)]
	if !ok {
		c.badPart(1, c.args[1].text().S)
		return item{}, false
	}
	return c.made(isDate, "(date_trunc('", c.part(1), "', ", c.asTime(0), ") + ", n, ")::date")
}

// parse is strptime of argument 0 with the format of argument 1.
func (c *call) parse(try bool) (source.Text, bool) {
	f, ok := c.format(1)
	if !ok {
		return source.Text{}, false
	}
	fn := "strptime("
	if try {
		fn = "try_strptime("
	}
	return built(c.span(), fn, c.text(0), ", ", f, ")"), true
}

func toDate(try bool) rule {
	return func(c *call) (item, bool) {
		if len(c.args) != 2 {
			return item{}, false
		}
		if lit, ok := c.args[1].literal(); ok && strings.EqualFold(lit, "auto") {
			c.args = c.args[:1]
			return item{}, false
		}
		t, ok := c.parse(try)
		if !ok {
			return item{}, false
		}
		return c.made(isDate, t, "::date")
	}
}

func toTimestamp(try bool) rule {
	return func(c *call) (item, bool) {
		if len(c.args) != 2 {
			return item{}, false
		}
		if s := c.args[1].single(); s != nil && s.typ == isNumber {
			return c.made(isTimestamp, c.r.d.schema, ".epoch_scaled(", c.args[0], ", ", c.args[1], ")")
		}
		t, ok := c.parse(try)
		if !ok {
			return item{}, false
		}
		if strings.HasSuffix(c.name, "tz") && !strings.HasSuffix(c.name, "ntz") {
			return c.made(isTimestamp, t, "::timestamptz")
		}
		return c.made(isTimestamp, t)
	}
}

// toChar is TO_CHAR(x, model) of dates and of simple formats of numbers.
func toChar(c *call) (item, bool) {
	if len(c.args) != 2 {
		return item{}, false
	}
	if lit, ok := c.args[1].literal(); ok {
		if out, is := numberText(c.span(), c.args[0], lit); is && c.r.d.model.fold {
			if !strings.HasPrefix(strings.ToUpper(lit), "FM") {
				c.warnArg(1, "begin the format with FM", "the blanks before the number are left out here")
			}
			return c.made(isText, out)
		}
	}
	if lit, ok := c.args[1].literal(); ok && c.r.d.name == "redshift" {
		if out, bad := c.cased(c.asTime(0), lit); bad == "" {
			return c.made(isText, out)
		}
	}
	f, ok := c.format(1)
	if !ok {
		return item{}, false
	}
	return c.made(isText, "strftime(", c.asTime(0), ", ", f, ")")
}

func uniqueAgg(c *call) (item, bool) {
	c.distinct = true
	return arrayAgg(c)
}

func extremeBy(fn string) rule {
	return func(c *call) (item, bool) {
		if len(c.args) != 2 {
			return item{}, false
		}
		by := c.args[1].text()
		if s := c.args[1].single(); s != nil && s.typ == isPath {
			by = built(c.span(), s.json, "::variant")
		}
		return c.made(unknown, fn, "(", c.args[0], ", ", by, ")", c.tailText())
	}
}

func ratioToReport(c *call) (item, bool) {
	if len(c.args) != 1 || c.overLo == 0 {
		return item{}, false
	}
	return c.made(isNumber, "(", c.args[0].wrapped(), " / nullif(sum(", c.args[0], ")", c.tailText(), "::double, 0))")
}

func objectAgg(c *call) (item, bool) {
	if len(c.args) != 2 {
		return item{}, false
	}
	at := c.span()
	filter := built(at, c.args[0].wrapped(), " is not null and ", c.args[1].wrapped(), " is not null")
	if c.filter != nil {
		filter = built(at, "(", c.filter, ") and ", filter)
	}
	over := source.Text{}
	if c.overLo > 0 {
		over = built(at, " ", c.over)
	}
	return c.made(isJSON, "coalesce(('{' || string_agg(to_json(", c.args[0].wrapped(), "::varchar) || ':' || to_json(", c.value(1), "), ',') filter (where ", filter, ")", over, " || '}')::json, '{}'::json)")
}

// value is argument i as the value of an object or array: a path as the JSON it is.
func (c *call) value(i int) source.Text {
	if s := c.args[i].single(); s != nil && s.typ == isPath {
		return s.json
	}
	return c.args[i].text()
}

func objectConstruct(dropNull bool) rule {
	return func(c *call) (item, bool) {
		if len(c.args) == 1 {
			c.r.refuse(c.lo, c.close+1, "name the keys and values", "%s(*) has no counterpart on DuckDB", strings.ToUpper(c.name))
			return item{}, false
		}
		var b source.Builder
		at := c.span()
		for i := range c.args {
			if i > 0 {
				b.WriteString(", ", at)
			}
			b.WriteText(c.value(i))
		}
		if dropNull {
			return c.made(isJSON, "json_merge_patch('{}'::json, json_object(", b.Text(), "))")
		}
		return c.made(isJSON, "json_object(", b.Text(), ")")
	}
}

func arrayConstruct(c *call) (item, bool) {
	parts := []any{"json_array("}
	for i := range c.args {
		if i > 0 {
			parts = append(parts, ", ")
		}
		parts = append(parts, c.value(i))
	}
	parts = append(parts, ")")
	if strings.HasSuffix(c.name, "compact") {
		parts = append([]any{c.r.d.schema, ".array_compact("}, append(parts, ")")...)
	}
	return c.made(isJSON, parts...)
}

// get is GET(v, key or index): a path like v[key].
func get(c *call) (item, bool) {
	if len(c.args) != 2 {
		return item{}, false
	}
	lo, _ := c.argTokens(1)
	return c.r.element(c.json(0), "", c.args[1], c.lo, c.end, lo, c.span()), true
}

// getPath is GET_PATH(v, 'a.b[0]').
func getPath(c *call) (item, bool) {
	if len(c.args) != 2 {
		return item{}, false
	}
	lit, ok := c.args[1].literal()
	if !ok {
		c.r.refuse(c.lo, c.nameEnd, "write the path as a text", "a path that is no literal has no counterpart on DuckDB")
		return item{}, false
	}
	path := jsonPath(lit)
	return c.r.pathItem(c.json(0), path, c.lo, c.end, c.span()), true
}

// jsonPath is "a.b[0]" as DuckDB's path without the dollar.
func jsonPath(s string) string {
	var b strings.Builder
	for _, step := range strings.Split(s, ".") {
		key, rest, _ := strings.Cut(step, "[")
		if key != "" {
			b.WriteString(`."` + strings.Trim(key, `"`) + `"`)
		}
		for rest != "" {
			idx, more, _ := strings.Cut(rest, "]")
			if strings.Trim(idx, "0123456789") == "" {
				b.WriteString("[" + idx + "]")
			} else {
				b.WriteString(`."` + strings.Trim(idx, `"'`) + `"`)
			}
			rest = strings.TrimPrefix(more, "[")
		}
	}
	return b.String()
}

// extractPathText is JSON_EXTRACT_PATH_TEXT(v, 'a', 'b'); Snowflake takes one path.
func extractPathText(c *call) (item, bool) {
	if len(c.args) < 2 {
		return item{}, false
	}
	path := ""
	for _, a := range c.args[1:] {
		lit, ok := a.literal()
		if !ok {
			c.r.refuse(c.lo, c.nameEnd, "write the path as texts", "a path that is no literal has no counterpart on DuckDB")
			return item{}, false
		}
		if c.r.d.name == "snowflake" {
			path += jsonPath(lit)
		} else if lit != "" && strings.Trim(lit, "0123456789") == "" {
			path += "[" + lit + "]"
		} else {
			path += `."` + strings.ReplaceAll(lit, `"`, "") + `"`
		}
	}
	it := c.r.pathItem(c.json(0), path, c.lo, c.end, c.span())
	return item{out: it.out, typ: isText}, true
}

// flatten is the table function, with its arguments by name or in order.
func flatten(c *call) (item, bool) {
	fn, path := ".flatten(", ""
	var input *arg
	for i := range c.args {
		a := c.args[i]
		arrow := -1
		for k := range a {
			if a[k].word == "=>" {
				arrow = k
			}
		}
		name := "input"
		if arrow > 0 {
			name = strings.ToLower(join(trimItems(a[:arrow])).S)
			a = arg(trimItems(a[arrow+1:]))
		}
		switch name {
		case "input":
			input = &a
		case "outer":
			if strings.EqualFold(a.text().S, "true") {
				fn = ".flatten_outer("
			}
		case "path":
			lit, ok := a.literal()
			if !ok {
				c.refuseArg(i, "write the path as a text", "a path that is no literal has no counterpart on DuckDB")
			}
			path = jsonPath(lit)
		default:
			if name != "mode" || !strings.EqualFold(strings.Trim(a.text().S, "'"), "both") {
				c.refuseArg(i, "flatten the value itself, step by step", "FLATTEN with %s has no counterpart on DuckDB", name)
			}
		}
	}
	if input == nil || len(*input) == 0 {
		return item{}, false
	}
	value := c.r.asJSON(*input, c.span())
	if path != "" {
		value = built(c.span(), "json_extract(", value, ", ", quoteText("$"+path), ")")
	}
	return c.made(unknown, c.r.d.schema, fn, value, ")")
}

// tableCall is TABLE(f(...)): the table function itself.
func tableCall(c *call) (item, bool) {
	if len(c.args) != 1 {
		return item{}, false
	}
	if s := c.args[0].single(); s != nil && s.fn == "flatten" {
		it := *s
		return it, true
	}
	if s := c.args[0].single(); s != nil && s.fn == "generator" {
		return item{}, false
	}
	c.r.refuse(c.lo, c.nameEnd, "read a table, or declare a macro of DuckDB", "a table function of the warehouse has no counterpart on DuckDB")
	return item{}, false
}

// sha2 takes a length of 256 only.
func sha2(c *call) (item, bool) {
	if len(c.args) != 2 {
		return item{}, false
	}
	if c.args[1].text().S != "256" && c.args[1].text().S != "0" {
		c.refuseArg(1, "use 256 bits", "only SHA2 of 256 bits has a counterpart on DuckDB")
		return item{}, false
	}
	return c.made(isText, "sha256(", c.args[0], ")")
}

// position is POSITION(s, x); POSITION(s IN x) stands as it is.
func position(c *call) (item, bool) {
	if len(c.args) == 2 {
		return c.made(isNumber, "instr(", c.args[1], ", ", c.args[0], ")")
	}
	if len(c.args) == 3 {
		return c.made(isNumber, c.r.d.schema, ".charindex(", c.args[0], ", ", c.args[1], ", ", c.args[2], ")")
	}
	return item{}, false
}

// padded is LPAD or RPAD, which numbers are given to as often as texts.
func padded(c *call) (item, bool) {
	if len(c.args) != 3 || c.args[0].typ() == isText {
		return item{}, false
	}
	return c.made(isText, c.name, "(", c.text(0), ", ", c.args[1], ", ", c.args[2], ")")
}

// textOf is a function of text that is given what is known to be none.
func textOf(c *call) (item, bool) {
	if len(c.args) < 2 || c.args[0].typ() != isDate && c.args[0].typ() != isTimestamp && c.args[0].typ() != isNumber {
		return item{}, false
	}
	parts := []any{c.name, "(", c.text(0)}
	for _, a := range c.args[1:] {
		parts = append(parts, ", ", a)
	}
	return c.made(isText, append(parts, ")")...)
}

// jsonLambda is TRANSFORM(array, x -> f(x)) and FILTER over a semi-structured array.
func jsonLambda(fn string) rule {
	return func(c *call) (item, bool) {
		if len(c.args) != 2 {
			return item{}, false
		}
		a := c.args[1]
		for k := range a {
			if a[k].word != "->" {
				continue
			}
			head := trimItems(a[:k])
			if len(head) != 1 || head[0].name == "" {
				c.refuseArg(1, "write one name before the arrow, and a cast where it is used", "this lambda has no counterpart on DuckDB")
				return item{}, false
			}
			return c.made(isJSON, "to_json(", fn, "(json_extract(", c.json(0), ", '$[*]'), lambda ", head, ": ", trimItems(a[k+1:]), "))")
		}
		return item{}, false
	}
}

// exactlyOne is BOOLXOR_AGG: whether one row of the group is true, and no other.
func exactlyOne(c *call) (item, bool) {
	if len(c.args) != 1 {
		return item{}, false
	}
	return c.made(isBool, "(case when count(", c.args[0], ")", c.tailText(), " > 0 then count_if(", c.args[0], ")", c.tailText(), " = 1 end)")
}

// hash is a number of the warehouse's own making.
func hash(c *call) (item, bool) {
	c.r.warn(c.lo, c.nameEnd, "use md5 where the value matters", "hash gives other numbers here than on the warehouse")
	return item{}, false
}

// identifierOf is IDENTIFIER('name'): the name itself.
func identifierOf(c *call) (item, bool) {
	if len(c.args) == 1 {
		if lit, ok := c.args[0].literal(); ok && lit != "" && strings.Trim(strings.ToLower(lit), "abcdefghijklmnopqrstuvwxyz0123456789_.$") == "" && !isDigit(lit[0]) {
			return c.made(unknown, lit)
		}
		c.refuseArg(0, "write the name itself", "a computed name has no counterpart on DuckDB")
	}
	return item{}, false
}

// toNumber is TO_NUMBER(x, precision, scale).
func toNumber(try string) rule {
	return func(c *call) (item, bool) {
		if len(c.args) < 2 || len(c.args) > 3 {
			return item{}, false
		}
		scale := source.Literal("0", c.span())
		for i, a := range c.args[1:] {
			if s := a.single(); s == nil || s.typ != isNumber {
				c.refuseArg(i+1, "give precision and scale as numbers", "a format of %s has no counterpart on DuckDB", c.name)
				return item{}, false
			}
		}
		if len(c.args) == 3 {
			scale = c.args[2].text()
		}
		return c.made(isNumber, try, "cast(", c.args[0], " as decimal(", c.args[1], ", ", scale, "))")
	}
}
