package portable

import (
	"strconv"
	"strings"

	"kith/internal/source"
)

// bigquery is the dialect of Google's BigQuery, standard SQL.
func bigquery() *dialect {
	return &dialect{
		name: "bigquery", schema: "kith_bq",
		quoting:     quoting{backslash: true, backtick: true, doubleText: true, raw: true, triple: true, comment: "#"},
		dottedTicks: true, jsonIndex: true, keepDate: true, keepInterval: true, starExcept: true, sundayWeeks: true, sundayIsOne: true, percentFormats: true,
		regexpMatch: "regexp_matches", types: bigqueryTypes, bare: map[string]string{"current_datetime": "localtimestamp"},
		templates: templates(everywhere, bigqueryForms), rules: bigqueryRules(), refused: bigqueryRefused,
	}
}

var bigqueryTypes = map[string]castRule{
	"string": textType, "int64": intType, "int": intType, "integer": intType, "bigint": intType, "smallint": intType, "tinyint": intType, "byteint": intType,
	"float64": {"double", "", isNumber}, "numeric": {"decimal(38, 9)", "", isNumber}, "decimal": {"decimal(38, 9)", "", isNumber}, "bignumeric": {"decimal(38, 18)", "", isNumber}, "bigdecimal": {"decimal(38, 18)", "", isNumber},
	"bool": {"boolean", "to_bool", isBool}, "boolean": {"boolean", "to_bool", isBool}, "date": {"date", "", isDate}, "datetime": {"timestamp", "", isTimestamp}, "timestamp": {"timestamp", "", isTimestamp}, "time": {"time", "", unknown}, "bytes": {"blob", "", unknown},
}

var bigqueryForms = map[string]string{
	"current_datetime/0": "localtimestamp", "current_datetime/1": "(current_timestamp at time zone $1)", "current_date/1": "(current_timestamp at time zone $1)::date", "date/1": "cast($1 as date)", "date/2": "(@1 at time zone 'UTC' at time zone $2)::date", "datetime/2": "(@1 at time zone 'UTC' at time zone $2)", "timestamp/2": "(@1 at time zone $2 at time zone 'UTC')", "date/3": "make_date($1, $2, $3)", "datetime/1": "cast($1 as timestamp)", "timestamp/1": "cast($1 as timestamp)", "datetime/6": "make_timestamp($1, $2, $3, $4, $5, $6)",
	"last_day/1": "last_day(@1)", "unix_seconds/1": "floor(epoch(@1))::bigint", "unix_millis/1": "epoch_ms(@1)", "unix_micros/1": "epoch_us(@1)", "unix_date/1": "(#1::date - date '1970-01-01')",
	"timestamp_seconds/1": "make_timestamp(#1::bigint * 1000000)", "timestamp_millis/1": "make_timestamp(#1::bigint * 1000)", "timestamp_micros/1": "make_timestamp($1)", "date_from_unix_date/1": "(date '1970-01-01' + #1)",
	"safe_divide/2": "case when #2 = 0 then null else #1 / #2 end", "safe_multiply/2": "try(#1 * #2)", "safe_add/2": "try(#1 + #2)", "safe_subtract/2": "try(#1 - #2)", "safe_negate/1": "try(-#1)", "nullifzero/1": "nullif($1, 0)", "zeroifnull/1": "coalesce($1, 0)", "log/1": "ln($1)", "log/2": "log($2, $1)", "regexp_instr/2": "$s.regexp_instr($1, $2)", "ieee_divide/2": "(#1::double / #2)", "div/2": "(#1 // #2)", "rand/0": "random()", "generate_uuid/0": "uuid()::varchar",
	"parse_json/1": "cast($1 as json)", "to_json_string/1": "to_json($1)::varchar", "json_value/1": "$s.scalar(!1, '$')", "json_extract_scalar/1": "$s.scalar(!1, '$')", "lax_int64/1": "$s.try_to_int(json_extract_string(!1, '$'))", "lax_float64/1": "try_cast(json_extract_string(!1, '$') as double)", "lax_string/1": "json_extract_string(!1, '$')", "lax_bool/1": "$s.try_to_bool(json_extract_string(!1, '$'))",
	"json_extract_array/1": "$s.elements(!1, '$', '$[*]')", "json_query_array/1": "$s.elements(!1, '$', '$[*]')", "json_value_array/1": "$s.element_texts(!1, '$', '$[*]')", "json_extract_string_array/1": "$s.element_texts(!1, '$', '$[*]')",
	"array_length/1": "len($1)", "split/1": "string_split($1, ',')", "split/2": "string_split($1, $2)", "array_concat/2": "list_concat($1, $2)", "array_reverse/1": "list_reverse($1)", "generate_array/2": "generate_series($1, $2)", "generate_array/3": "generate_series($1, $2, $3)",
	"generate_date_array/2": "list_transform(generate_series(#1::timestamp, #2::timestamp, interval 1 day), lambda _d: _d::date)", "generate_date_array/3": "list_transform(generate_series(#1::timestamp, #2::timestamp, $3), lambda _d: _d::date)", "generate_timestamp_array/3": "generate_series(#1::timestamp, #2::timestamp, $3)", "array_to_string/3": "array_to_string(list_transform($1, lambda _e: coalesce(_e::varchar, $3)), $2)", "range_bucket/2": "case when #1 is not null then len(list_filter($2, lambda _e: _e <= #1)) end", "array_first/1": "#1[1]", "array_last/1": "#1[-1]",
	"regexp_contains/2": "regexp_matches($1, $2)", "regexp_replace/3": "regexp_replace($1, $2, $3, 'g')", "contains_substr/2": "contains(lower(#1::varchar), lower($2))", "instr/2": "instr($1, $2)", "char_length/1": "length($1)", "byte_length/1": "strlen($1)",
	"normalize/1": "nfc_normalize($1)", "is_nan/1": "isnan($1)", "is_inf/1": "isinf($1)", "string/1": "$s.to_varchar($1)", "int64/1": "$s.to_int($1)", "float64/1": "#1::double", "bool/1": "#1::boolean", "current_time/0": "current_time", "to_base64/1": "base64(#1::blob)",
}

func bigqueryRules() map[string]rule {
	return map[string]rule{
		"concat": concatRule, "greatest": nullIfAny, "least": nullIfAny, "countif": withDefault("count_if", "0"), "count": countRule, "logical_or": renamed("bool_or"), "logical_and": renamed("bool_and"),
		"date_diff": partLast(false), "datetime_diff": partLast(false), "timestamp_diff": partLast(true), "time_diff": partLast(false),
		"date_add": byInterval("", "date"), "date_sub": byInterval("-", "date"), "datetime_add": byInterval("", "timestamp"), "datetime_sub": byInterval("-", "timestamp"), "timestamp_add": byInterval("", "timestamp"), "timestamp_sub": byInterval("-", "timestamp"),
		"date_trunc": truncLast, "datetime_trunc": truncLast, "timestamp_trunc": truncLast, "last_day": lastDay,
		"format_date": formatFirst, "format_datetime": formatFirst, "format_timestamp": formatFirst,
		"parse_date": parseFirst("::date", false), "parse_datetime": parseFirst("", false), "parse_timestamp": parseFirst("", false), "json_value": jsonAt("scalar"), "json_extract_scalar": jsonAt("scalar"), "json_query": jsonAt("json_extract"), "json_extract": jsonAt("json_extract"), "json_extract_array": jsonAt("elements"), "json_query_array": jsonAt("elements"), "json_value_array": jsonAt("element_texts"), "json_extract_string_array": jsonAt("element_texts"),
		"substr": partOfText, "substring": partOfText, "string_agg": stringAgg, "regexp_substr": extractGroup("regexp_extract"), "md5": digest, "sha1": digest, "sha256": digest, "format": printf,
		"safe.parse_date": parseFirst("::date", true), "safe.parse_timestamp": parseFirst("", true), "safe.parse_datetime": parseFirst("", true),
		"array_agg": listAgg, "any_value": anyValue, "approx_quantiles": approxQuantiles, "regexp_extract": extractGroup("regexp_extract"), "regexp_extract_all": extractGroup("regexp_extract_all"), "to_hex": toHex,
		"percentile_cont": percentileOver("quantile_cont"), "percentile_disc": percentileOver("quantile_disc"), "array_concat_agg": concatAgg,
	}
}

var bigqueryRefused = map[string]string{
	"farm_fingerprint": "use md5", "sha512": "use sha256", "net.host": "use regexp_extract", "net.reg_domain": "use regexp_extract", "hll_count.init": "use approx_count_distinct", "hll_count.merge": "use approx_count_distinct", "hll_count.extract": "use approx_count_distinct",
	"session_user": "name the user", "approx_top_count": "count and rank the values", "approx_top_sum": "sum and rank the values", "st_geogpoint": "compute with the coordinates", "ml.predict": "compute it outside", "keys.new_keyset": "encrypt outside",
}

// partLast is DATE_DIFF(a, b, part), a minus b: boundaries, or whole units.
func partLast(whole bool) rule {
	return func(c *call) (item, bool) {
		if len(c.args) != 3 {
			return item{}, false
		}
		part := c.part(2)
		if part == "" {
			return item{}, false
		}
		if !whole {
			return c.difference(part, c.timestamp(1), c.timestamp(0))
		}
		switch part {
		case "day", "hour", "minute", "second", "millisecond", "microsecond":
			return c.made(isNumber, "date_sub('", part, "', ", c.timestamp(1), ", ", c.timestamp(0), ")")
		}
		c.badPart(2, part)
		return item{}, false
	}
}

// byInterval is DATE_ADD(x, INTERVAL n part) and its like.
func byInterval(sign, typ string) rule {
	return func(c *call) (item, bool) {
		if len(c.args) != 2 {
			return item{}, false
		}
		s := c.args[1].single()
		if s == nil || s.fn != "interval" {
			return item{}, false
		}
		x := c.args[0].text()
		if t := c.args[0].typ(); t == isText || strings.EqualFold(x.S, "null") {
			x = built(c.span(), "cast(", x, " as ", typ, ")")
		}
		return c.made(unknown, c.r.d.schema, ".shift(", x, ", ", sign, c.args[1], ")")
	}
}

// truncLast is DATE_TRUNC(x, part).
func truncLast(c *call) (item, bool) {
	if len(c.args) != 2 {
		return item{}, false
	}
	part := c.part(1)
	if part == "" {
		return item{}, false
	}
	return c.trunc(part, c.asTime(0))
}

// formatFirst is FORMAT_DATE(format, x).
func formatFirst(c *call) (item, bool) {
	if len(c.args) != 2 {
		return item{}, false
	}
	f, ok := c.format(0)
	if !ok {
		return item{}, false
	}
	return c.made(isText, "strftime(", c.asTime(1), ", ", f, ")")
}

// parseFirst is PARSE_DATE(format, x).
func parseFirst(cast string, try bool) rule {
	return func(c *call) (item, bool) {
		if len(c.args) != 2 {
			return item{}, false
		}
		f, ok := c.format(0)
		if !ok {
			return item{}, false
		}
		fn := "strptime("
		if try {
			fn = "try_strptime("
		}
		return c.made(isTimestamp, fn, c.args[1], ", ", f, ")", cast)
	}
}

// listAgg is ARRAY_AGG(x [IGNORE NULLS] [ORDER BY y] [LIMIT n]).
func listAgg(c *call) (item, bool) {
	if len(c.args) != 1 {
		return item{}, false
	}
	skip := c.nulls == "ignore"
	if !skip && c.limit == nil && !c.distinct {
		return item{}, false
	}
	out := c.list("list", c.args[0].text(), "", skip)
	if c.limit != nil {
		return c.made(unknown, out, "[1:", c.limit, "]")
	}
	return c.made(unknown, out)
}

// anyValue is ANY_VALUE(x HAVING MAX y).
func anyValue(c *call) (item, bool) {
	if len(c.args) != 1 || len(c.having) < 2 {
		return item{}, false
	}
	fn := map[string]string{"max": "arg_max_null", "min": "arg_min_null"}[c.having[0].name+c.having[0].word]
	if fn == "" {
		return item{}, false
	}
	return c.made(unknown, fn, "(", c.args[0], ", ", trimItems(c.having[1:]), ")", c.tailText())
}

// approxQuantiles gives n+1 bounds.
func approxQuantiles(c *call) (item, bool) {
	if len(c.args) != 2 {
		return item{}, false
	}
	n, err := strconv.Atoi(c.args[1].text().S)
	if err != nil || n < 1 || n > 1000 {
		c.r.refuse(c.lo, c.nameEnd, "write the number of quantiles", "the number of quantiles has to be a number from 1 to 1000 here")
		return item{}, false
	}
	var shares []string
	for k := 0; k <= n; k++ {
		shares = append(shares, strconv.FormatFloat(float64(k)/float64(n), 'g', -1, 64))
	}
	return c.made(unknown, "approx_quantile(", c.args[0], ", [", strings.Join(shares, ", "), "])", c.tailText())
}

// extractGroup takes the group of a pattern that has one, the whole match of one that has not.
func extractGroup(fn string) rule {
	return func(c *call) (item, bool) {
		if len(c.args) != 2 {
			return item{}, false
		}
		lit, ok := c.args[1].literal()
		if !ok {
			c.refuseArg(1, "write the pattern as a text", "the pattern of %s is no literal, so it is not known whether it has a group", c.name)
			return item{}, false
		}
		group := "0"
		if hasGroup(lit) {
			group = "1"
		}
		if fn == "regexp_extract" {
			return c.made(isText, "nullif(", fn, "(", c.args[0], ", ", c.args[1], ", ", group, "), '')")
		}
		return c.made(unknown, fn, "(", c.args[0], ", ", c.args[1], ", ", group, ")")
	}
}

// hasGroup reports whether a pattern has a group that captures.
func hasGroup(p string) bool {
	for i := 0; i < len(p); i++ {
		switch p[i] {
		case '\\':
			i++
		case '[':
			for i++; i < len(p) && p[i] != ']'; i++ {
				if p[i] == '\\' {
					i++
				}
			}
		case '(':
			if i+1 >= len(p) || p[i+1] != '?' || strings.HasPrefix(p[i:], "(?P<") {
				return true
			}
		}
	}
	return false
}

// toHex of a digest is the digest itself: DuckDB gives it in hexadecimal.
func toHex(c *call) (item, bool) {
	if len(c.args) == 1 {
		if s := c.args[0].single(); s != nil && s.json.S != "" && (s.fn == "md5" || s.fn == "sha1" || s.fn == "sha256") {
			return c.made(isText, s.json)
		}
		return c.made(isText, "lower(hex(", c.args[0], "))")
	}
	return item{}, false
}

// jsonAt is a function of a JSON value and a path: the name of the macro or function that it is.
func jsonAt(name string) rule {
	return func(c *call) (item, bool) {
		if len(c.args) != 2 {
			return item{}, false
		}
		path, every := c.args[1].text(), source.Text{}
		if lit, ok := c.args[1].literal(); ok {
			p, at := "$"+jsonPath(strings.TrimPrefix(strings.TrimPrefix(lit, "$"), ".")), c.r.span(c.argTokens(1))
			path, every = source.Literal(quoteText(p), at), source.Literal(quoteText(p+"[*]"), at)
		} else {
			every = built(c.span(), c.args[1].wrapped(), " || '[*]'")
		}
		switch name {
		case "scalar":
			return c.made(isText, c.r.d.schema, ".scalar(", c.json(0), ", ", path, ")")
		case "elements", "element_texts":
			return c.made(unknown, c.r.d.schema, ".", name, "(", c.json(0), ", ", path, ", ", every, ")")
		}
		return c.made(isJSON, name, "(", c.json(0), ", ", path, ")")
	}
}

// stringAgg is STRING_AGG(x, separator ORDER BY y LIMIT n).
func stringAgg(c *call) (item, bool) {
	if c.limit == nil || len(c.args) == 0 || len(c.args) > 2 {
		return item{}, false
	}
	sep := source.Literal("','", c.span())
	if len(c.args) == 2 {
		sep = c.args[1].text()
	}
	return c.made(isText, "array_to_string(", c.list("list", c.args[0].text(), "", true), "[1:", c.limit, "], ", sep, ")")
}

// percentileOver is PERCENTILE_CONT(x, p) OVER (...).
func percentileOver(fn string) rule {
	return func(c *call) (item, bool) {
		if len(c.args) != 2 {
			return item{}, false
		}
		return c.made(isNumber, fn, "(", c.args[0], ", ", c.args[1], ")", c.tailText())
	}
}

func concatAgg(c *call) (item, bool) {
	if len(c.args) != 1 {
		return item{}, false
	}
	out := c.list("list", c.args[0].text(), "", true)
	return c.made(unknown, "flatten(", out, ")")
}
