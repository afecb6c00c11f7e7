package portable

import (
	"strings"

	"kith/internal/source"
	"kith/internal/sqltext"
)

// databricks is the dialect of Databricks SQL.
func databricks() *dialect {
	return &dialect{
		name: "databricks", schema: "kith_dbx",
		quoting:    quoting{backslash: true, backtick: true, doubleText: true, raw: true},
		colonPaths: true, starExcept: true, minus: true, sundayIsOne: true, keepInterval: true, valuesColumn: "col",
		model: modelJava, regexpMatch: "regexp_matches", types: databricksTypes,
		templates: templates(everywhere, databricksForms), rules: databricksRules(), refused: databricksRefused,
	}
}

var databricksTypes = map[string]castRule{
	"string": textType, "varchar": textType, "char": textType, "int": intType, "integer": intType, "bigint": intType, "long": intType, "smallint": intType, "short": intType, "tinyint": intType, "byte": intType,
	"decimal": {"decimal(10, 0)", "", isNumber}, "dec": {"decimal(10, 0)", "", isNumber}, "numeric": {"decimal(10, 0)", "", isNumber}, "float": {"float", "", isNumber}, "real": {"real", "", isNumber}, "double": {"double", "", isNumber},
	"boolean": {"boolean", "to_bool", isBool}, "date": {"date", "", isDate}, "timestamp": {"timestamp", "", isTimestamp}, "timestamp_ntz": {"timestamp", "", isTimestamp}, "timestamp_ltz": {"timestamptz", "", isTimestamp}, "binary": {"blob", "", unknown},
	"variant": {"json", "", isJSON},
}

var databricksForms = map[string]string{
	"datediff/2": "date_diff('day', #2::date, #1::date)", "date_diff/2": "date_diff('day', #2::date, #1::date)", "date_add/2": "(#1::date + (#2)::integer)", "date_sub/2": "(#1::date - (#2)::integer)",
	"add_months/2": "(#1::date + to_months(#2))::date", "months_between/2": "round($s.months_between(@1, @2), 8)", "last_day/1": "last_day(@1)", "next_day/2": "$s.next_day(~1, $2)",
	"to_date/1": "cast($1 as date)", "date/1": "cast($1 as date)", "to_timestamp/1": "$s.time_of($1)", "timestamp/1": "cast($1 as timestamp)", "try_to_timestamp/1": "try_cast($1 as timestamp)", "now/0": "current_timestamp",
	"unix_timestamp/0": "floor(epoch(current_timestamp))::bigint", "unix_timestamp/1": "floor(epoch(@1))::bigint", "to_unix_timestamp/1": "floor(epoch(@1))::bigint", "unix_millis/1": "epoch_ms(@1)",
	"from_unixtime/1": "strftime(make_timestamp((#1)::bigint * 1000000), '%Y-%m-%d %H:%M:%S')", "timestamp_seconds/1": "make_timestamp((#1::decimal(38, 6) * 1000000)::bigint)", "timestamp_millis/1": "make_timestamp(#1::bigint * 1000)",
	"from_utc_timestamp/2": "(@1 at time zone 'UTC' at time zone $2)", "to_utc_timestamp/2": "(@1 at time zone $2 at time zone 'UTC')", "convert_timezone/3": "(@3 at time zone $1 at time zone $2)", "make_date/3": "make_date($1, $2, $3)",
	"year/1": "date_part('year', @1)", "quarter/1": "date_part('quarter', @1)", "month/1": "date_part('month', @1)", "day/1": "date_part('day', @1)", "dayofmonth/1": "date_part('day', @1)", "hour/1": "date_part('hour', @1)", "minute/1": "date_part('minute', @1)", "second/1": "date_part('second', @1)",
	"weekofyear/1": "date_part('week', @1)", "dayofweek/1": "(date_part('dow', @1) + 1)", "weekday/1": "(date_part('isodow', @1) - 1)", "dayofyear/1": "date_part('doy', @1)", "dayname/1": "left(dayname(@1), 3)", "monthname/1": "left(monthname(@1), 3)",
	"rand/0": "random()", "random/0": "random()", "uuid/0": "uuid()::varchar", "try_divide/2": "case when #2 = 0 then null else #1 / #2 end", "isnull/1": "(#1 is null)", "isnotnull/1": "(#1 is not null)", "zeroifnull/1": "coalesce($1, 0)", "equal_null/2": "(#1 is not distinct from #2)",
	"get_json_object/2": "json_extract_string($s.json_or_null($1), $2)", "parse_json/1": "cast($1 as json)", "to_json/1": "to_json($1)::varchar", "json_array_length/1": "json_array_length(!1)",
	"curdate/0": "current_date", "log/1": "ln($1)", "btrim/1": "trim($1)", "btrim/2": "trim($1, $2)", "ltrim/2": "ltrim($2, $1)", "rtrim/2": "rtrim($2, $1)", "locate/3": "$s.charindex($1, $2, $3)", "bround/1": "round_even($1, 0)", "bround/2": "round_even($1, $2)", "pmod/2": "(((#1 % #2) + #2) % #2)", "signum/1": "sign($1)",
	"array_distinct/1": "$s.distinct_list($1)", "array_remove/2": "$s.array_remove($1, $2)", "array_intersect/2": "$s.array_intersect($1, $2)", "array_repeat/2": "list_transform(range($2), lambda _i: $1)", "slice/3": "$s.slice($1, $2, $3)", "get/2": "case when #2 >= 0 then #1[#2 + 1] end",
	"size/1": "len($1)", "cardinality/1": "len($1)", "array_size/1": "len($1)", "sort_array/1": "list_sort($1, 'ASC', 'NULLS FIRST')", "array_sort/1": "list_sort($1, 'ASC', 'NULLS LAST')", "array_join/2": "array_to_string($1, $2)", "array_contains/2": "list_contains($1, $2)", "array_union/2": "$s.distinct_list(list_concat($1, $2))", "array_position/2": "coalesce(list_position($1, $2), 0)",
	"element_at/2": "#1[$2]", "array_max/1": "list_max($1)", "array_min/1": "list_min($1)", "explode/1": "unnest($1)", "explode_outer/1": "unnest($1)", "split/2": "string_split_regex($1, $2)", "array_except/2": "$s.array_except($1, $2)",
	"regexp_like/2": "regexp_matches($1, $2)", "rlike/2": "regexp_matches($1, $2)", "regexp/2": "regexp_matches($1, $2)", "regexp_extract/2": "regexp_extract($1, $2, 1)", "regexp_extract_all/2": "regexp_extract_all($1, $2, 1)", "regexp_replace/3": "regexp_replace($1, $2, $3, 'g')", "regexp_count/2": "len(regexp_extract_all($1, $2))", "regexp_substr/2": "nullif(regexp_extract($1, $2), '')",
	"locate/2": "instr($2, $1)", "startswith/2": "starts_with($1, $2)", "endswith/2": "ends_with($1, $2)", "sha/1": "sha1($1)", "ucase/1": "upper($1)", "lcase/1": "lower($1)", "char_length/1": "length($1)", "substring_index/3": "$s.substring_index($1, $2, $3)", "base64/1": "base64(#1::blob)", "unbase64/1": "from_base64($1)", "levenshtein/2": "levenshtein($1, $2)",
}

func databricksRules() map[string]rule {
	return map[string]rule{
		"concat": concatRule, "decode": decode, "count": countRule, "count_if": withDefault("count_if", "0"), "sha2": sha2,
		"datediff": wholeUnits, "date_diff": wholeUnits, "timestampdiff": wholeUnits, "dateadd": timestampAdd, "date_add": timestampAdd, "timestampadd": timestampAdd, "date_trunc": dateTrunc, "trunc": truncDate, "date_part": datePart,
		"to_date": toDate(false), "try_to_date": toDate(true), "to_timestamp": toTimestamp(false), "try_to_timestamp": toTimestamp(true), "date_format": toChar, "to_char": toChar, "from_unixtime": fromUnix,
		"collect_list": collect(false), "collect_set": collect(true), "array_agg": collect(false), "min_by": extremeBy("arg_min_null"), "max_by": extremeBy("arg_max_null"), "first": firstOf, "last": firstOf, "first_value": firstOf, "last_value": firstOf,
		"percentile": quantile("quantile_cont"), "percentile_approx": quantile("approx_quantile"), "approx_percentile": quantile("approx_quantile"), "every": renamed("bool_and"), "listagg": listagg(false),
		"int": typeCall, "bigint": typeCall, "smallint": typeCall, "tinyint": typeCall, "float": typeCall, "double": typeCall, "decimal": typeCall, "string": typeCall, "boolean": typeCall, "binary": typeCall,
		"named_struct": namedStruct, "array": arrayOf, "map": mapOf, "from_json": fromJSON, "concat_ws": joinedWs, "lpad": padded, "rpad": padded, "left": textOf, "right": textOf, "some": renamed("bool_or"), "substr": partOfText, "substring": partOfText, "sort_array": sortArray, "sequence": sequence, "regexp_replace": javaReplace, "unix_timestamp": unixOf, "to_unix_timestamp": unixOf, "any": renamed("bool_or"), "transform": lambdaCall("list_transform"), "filter": lambdaCall("list_filter"), "position": position,
	}
}

var databricksRefused = map[string]string{
	"posexplode": "number the elements with row_number()", "inline": "explode the list and name its fields", "stack": "write UNION ALL", "parse_url": "use regexp_extract", "xxhash64": "use md5", "hash": "use md5", "hll_sketch_agg": "use approx_count_distinct", "hll_union_agg": "use approx_count_distinct", "hll_sketch_estimate": "use approx_count_distinct",
	"monotonically_increasing_id": "use row_number() over (order by ...)", "window": "use date_trunc", "schema_of_json": "write the schema", "ai_query": "compute it outside", "aggregate": "explode the list and aggregate its values", "reduce": "explode the list and aggregate its values", "forall": "compare size(filter(...)) with size(...)", "json_tuple": "use get_json_object", "format_string": "use concat and lpad", "printf": "use concat and lpad", "format_number": "use round", "crc32": "use md5", "soundex": "use levenshtein",
}

// wholeUnits is DATEDIFF(unit, start, end): complete units, not boundaries.
func wholeUnits(c *call) (item, bool) {
	if len(c.args) != 3 {
		return item{}, false
	}
	switch part := c.part(0); part {
	case "":
		return item{}, false
	case "year", "quarter", "month", "week", "day", "hour", "minute", "second", "millisecond", "microsecond":
		return c.made(isNumber, "date_sub('", part, "', ", c.timestamp(1), ", ", c.timestamp(2), ")")
	default:
		c.badPart(0, part)
	}
	return item{}, false
}

// timestampAdd is DATEADD(unit, n, x), a timestamp.
func timestampAdd(c *call) (item, bool) {
	if len(c.args) != 3 {
		return item{}, false
	}
	part := c.part(0)
	if part == "" {
		return item{}, false
	}
	return c.add(part, c.args[1], "", c.timestamp(2), false)
}

// truncDate is TRUNC(date, part), a date.
func truncDate(c *call) (item, bool) {
	if len(c.args) != 2 || !c.isPart(1) {
		return item{}, false
	}
	it, ok := c.trunc(c.part(1), c.asTime(0))
	it.out, it.typ = built(c.span(), it.out, "::date"), isDate
	return it, ok
}

func fromUnix(c *call) (item, bool) {
	if len(c.args) != 2 {
		return item{}, false
	}
	f, ok := c.format(1)
	if !ok {
		return item{}, false
	}
	return c.made(isText, "strftime(make_timestamp((", c.args[0].wrapped(), ")::bigint * 1000000), ", f, ")")
}

// collect skips NULLs and gives an empty list for nothing.
func collect(distinct bool) rule {
	return func(c *call) (item, bool) {
		if len(c.args) != 1 {
			return item{}, false
		}
		c.distinct = c.distinct || distinct
		return c.made(unknown, "coalesce(", c.list("list", c.args[0].text(), "", true), ", [])")
	}
}

// firstOf is FIRST(x, true), which skips NULLs.
func firstOf(c *call) (item, bool) {
	if len(c.args) > 0 && c.overLo > 0 {
		return c.made(unknown, strings.TrimSuffix(c.name, "_value"), "_value(", c.args[0], c.ignoring(), ")", c.tailText())
	}
	if len(c.args) == 0 || c.ignoring() == "" {
		return item{}, false
	}
	if c.r.of != sqltext.Query && strings.HasSuffix(c.name, "_value") && c.end == len(c.r.toks) {
		return c.made(unknown, c.name, "(", c.args[0], " ignore nulls)") // its window stands elsewhere
	}
	return c.made(unknown, strings.TrimSuffix(c.name, "_value"), "(", c.args[0], ") filter (where ", c.args[0].wrapped(), " is not null)")
}

func (c *call) ignoring() string {
	if c.nulls == "ignore" || len(c.args) == 2 && strings.EqualFold(c.args[1].text().S, "true") {
		return " ignore nulls"
	}
	return ""
}

func quantile(fn string) rule {
	return func(c *call) (item, bool) {
		if len(c.args) < 2 {
			return item{}, false
		}
		return c.made(isNumber, fn, "(", c.args[0], ", ", c.args[1], ")", c.tailText())
	}
}

// namedStruct is NAMED_STRUCT('a', 1, ...).
func namedStruct(c *call) (item, bool) {
	parts := []any{"struct_pack("}
	for i := 0; i+1 < len(c.args); i += 2 {
		name, ok := c.args[i].literal()
		if !ok {
			c.r.refuse(c.lo, c.nameEnd, "write the names as texts", "a name in NAMED_STRUCT that is no literal has no counterpart on DuckDB")
			return item{}, false
		}
		if i > 0 {
			parts = append(parts, ", ")
		}
		parts = append(parts, quoteName(name), " := ", c.args[i+1])
	}
	return c.made(unknown, append(parts, ")")...)
}

func arrayOf(c *call) (item, bool) {
	parts := []any{"["}
	for i, a := range c.args {
		if i > 0 {
			parts = append(parts, ", ")
		}
		parts = append(parts, a)
	}
	return c.made(unknown, append(parts, "]")...)
}

func mapOf(c *call) (item, bool) {
	var keys, values source.Builder
	at := c.span()
	for i := 0; i+1 < len(c.args); i += 2 {
		if i > 0 {
			keys.WriteString(", ", at)
			values.WriteString(", ", at)
		}
		keys.WriteText(c.args[i].text())
		values.WriteText(c.args[i+1].text())
	}
	return c.made(unknown, "map([", keys.Text(), "], [", values.Text(), "])")
}

// jsonTypes are the types of a schema of FROM_JSON.
var jsonTypes = map[string]string{"int": "BIGINT", "bigint": "BIGINT", "long": "BIGINT", "string": "VARCHAR", "double": "DOUBLE", "float": "FLOAT", "boolean": "BOOLEAN", "date": "DATE", "timestamp": "TIMESTAMP"}

// sortArray is SORT_ARRAY(list, ascending): NULLs are the smallest.
func sortArray(c *call) (item, bool) {
	if len(c.args) != 2 {
		return item{}, false
	}
	switch strings.ToLower(c.args[1].text().S) {
	case "true":
		return c.made(unknown, "list_sort(", c.args[0], ", 'ASC', 'NULLS FIRST')")
	case "false":
		return c.made(unknown, "list_sort(", c.args[0], ", 'DESC', 'NULLS LAST')")
	}
	c.refuseArg(1, "write true or false", "a computed direction of SORT_ARRAY has no counterpart on DuckDB")
	return item{}, false
}

// sequence is SEQUENCE(start, stop, step), upwards or downwards; days of dates when no step is given.
func sequence(c *call) (item, bool) {
	if len(c.args) < 2 || len(c.args) > 3 {
		return item{}, false
	}
	dates := c.args[0].typ() == isDate || c.args[1].typ() == isDate
	switch {
	case dates && len(c.args) == 3:
		return c.made(unknown, "list_transform(generate_series(", c.timestamp(0), ", ", c.timestamp(1), ", ", c.args[2], "), lambda _d: _d::date)")
	case dates:
		return c.made(unknown, "list_transform(generate_series(", c.timestamp(0), ", ", c.timestamp(1), ", interval 1 day), lambda _d: _d::date)")
	case len(c.args) == 3:
		return c.made(unknown, "generate_series(", c.args[0], ", ", c.args[1], ", ", c.args[2], ")")
	}
	return c.made(unknown, "generate_series(", c.args[0], ", ", c.args[1], ", case when ", c.args[0].wrapped(), " > ", c.args[1].wrapped(), " then -1 else 1 end)")
}

// unixOf is UNIX_TIMESTAMP(x, format).
func unixOf(c *call) (item, bool) {
	if len(c.args) != 2 {
		return item{}, false
	}
	t, ok := c.parse(false)
	if !ok {
		return item{}, false
	}
	return c.made(isNumber, "floor(epoch(", t, "))::bigint")
}

// fromJSON is FROM_JSON(x, 'a INT, b STRING'): a flat schema.
func fromJSON(c *call) (item, bool) {
	if len(c.args) != 2 {
		return item{}, false
	}
	lit, ok := c.args[1].literal()
	if inner, list := strings.CutPrefix(strings.ToLower(strings.ReplaceAll(lit, " ", "")), "array<"); ok && list {
		if t := jsonTypes[strings.TrimSuffix(inner, ">")]; t != "" {
			return c.made(unknown, "from_json(", c.args[0], "::json, ", quoteText(`["`+t+`"]`), ")")
		}
	}
	var fields []string
	for _, f := range strings.Split(lit, ",") {
		words := strings.Fields(strings.Replace(f, ":", " ", 1))
		if len(words) != 2 || strings.ContainsAny(f, "<>(){}") {
			ok = false
			break
		}
		t := jsonTypes[strings.ToLower(words[1])]
		ok = ok && t != ""
		fields = append(fields, `"`+words[0]+`":"`+t+`"`)
	}
	if !ok {
		c.refuseArg(1, "take single values with get_json_object", "this schema of FROM_JSON has no counterpart on DuckDB")
		return item{}, false
	}
	return c.made(unknown, "from_json(", c.args[0], "::json, ", quoteText("{"+strings.Join(fields, ",")+"}"), ")")
}

// lambdaCall is TRANSFORM(list, x -> f(x)) and FILTER.
func lambdaCall(fn string) rule {
	return func(c *call) (item, bool) {
		if len(c.args) != 2 {
			return item{}, false
		}
		a := c.args[1]
		for k := range a {
			if a[k].word == "->" {
				head := strings.Trim(join(trimItems(a[:k])).S, "()")
				return c.made(unknown, fn, "(", c.args[0], ", lambda ", head, ": ", trimItems(a[k+1:]), ")")
			}
		}
		return item{}, false
	}
}

// typeCall is a cast written as a call of the type: INT(x).
func typeCall(c *call) (item, bool) {
	if len(c.args) != 1 {
		return item{}, false
	}
	it := c.r.cast(c.args[0], typeName{words: c.name, lo: c.lo, hi: c.nameEnd}, false, c.span())
	if it.out.S == "" {
		return c.made(it.typ, "cast(", c.args[0], " as ", c.r.d.types[c.name].typeName, ")")
	}
	return it, true
}
