package portable

import "strings"

// redshift is the dialect of Amazon Redshift.
func redshift() *dialect {
	return &dialect{
		name: "redshift", schema: "kith_rs",
		quoting:      quoting{backslash: true, dollar: true},
		nullsLargest: true, fullFrames: true, jsonLists: true, minus: true, top: true,
		model: modelRedshift, regexpMatch: "regexp_matches", tilde: "regexp_matches", divide: "div",
		types: redshiftTypes, bare: map[string]string{"sysdate": "localtimestamp"},
		templates: templates(everywhere, redshiftForms), rules: merged(commonRules(), redshiftRules()), refused: redshiftRefused,
	}
}

var redshiftTypes = map[string]castRule{
	"varchar": textType, "text": textType, "char": textType, "character": textType, "bpchar": textType, "nvarchar": textType, "character varying": textType, "nchar": textType,
	"numeric": decimalType, "decimal": decimalType, "int": intType, "integer": intType, "bigint": intType, "smallint": intType, "int2": intType, "int4": intType, "int8": intType,
	"float": doubleType, "float8": doubleType, "double precision": {"double", "", isNumber}, "float4": {"real", "", isNumber}, "real": {"real", "", isNumber},
	"boolean": {"boolean", "to_bool", isBool}, "bool": {"boolean", "to_bool", isBool}, "date": {"date", "", isDate}, "time": {"time", "", unknown},
	"timestamp": {"timestamp", "", isTimestamp}, "timestamp without time zone": {"timestamp", "", isTimestamp}, "timestamptz": {"timestamptz", "", isTimestamp}, "timestamp with time zone": {"timestamptz", "", isTimestamp},
	"super": {"json", "", isJSON}, "varbyte": {"blob", "", unknown},
}

var redshiftForms = map[string]string{
	"getdate/0": "localtimestamp", "last_day/1": "last_day(@1)", "add_months/2": "$s.add_months(@1, $2)", "months_between/2": "$s.months_between(@1, @2)", "next_day/2": "$s.next_day(~1, $2)",
	"date/1": "$s.to_date($1)", "convert_timezone/2": "(@2 at time zone 'UTC' at time zone $1)", "convert_timezone/3": "(@3 at time zone $1 at time zone $2)",
	"date_cmp/2": "sign(date_diff('day', #2::date, #1::date))", "dlog1/1": "ln($1)", "btrim/1": "trim($1)", "btrim/2": "trim($1, $2)", "to_hex/1": "lower(to_hex($1))", "json_array_length/2": "$s.array_size($s.json_or_null($1, $2))",
	"charindex/2": "instr($2, $1)", "regexp_replace/2": "regexp_replace($1, $2, '', 'g')", "regexp_replace/3": "regexp_replace($1, $2, $3, 'g')", "regexp_count/2": "len(regexp_extract_all($1, $2))",
	"regexp_substr/2": "regexp_extract($1, $2)", "regexp_instr/2": "$s.regexp_instr($1, $2)", "sha/1": "sha1($1)", "func_sha1/1": "sha1($1)", "ceiling/1": "ceil($1)", "dlog10/1": "log10($1)", "dexp/1": "exp($1)",
	"json_parse/1": "cast($1 as json)", "json_serialize/1": "json_extract(!1, '$')::varchar", "get_array_length/1": "$s.array_size(!1)", "json_array_length/1": "$s.array_size(!1)", "split_to_array/1": "to_json(string_split($1, ','))", "split_to_array/2": "to_json(string_split($1, $2))",
	"is_valid_json/1": "json_valid($1)", "is_valid_json_array/1": "coalesce(json_valid($1) and json_type($1) = 'ARRAY', false)", "can_json_parse/1": "json_valid($1)",
	"json_extract_array_element_text/2": "json_extract_string(!1, '$[' || ($2)::varchar || ']')", "array_concat/2": "to_json(list_concat(json_extract(!1, '$[*]'), json_extract(!2, '$[*]')))", "array_to_string/2": "array_to_string($s.texts(!1), $2)",
	"is_array/1": "(json_type(!1) = 'ARRAY')", "is_object/1": "(json_type(!1) = 'OBJECT')", "strtol/2": "('0x' || $1)::bigint",
}

func redshiftRules() map[string]rule {
	return map[string]rule{
		"datediff": dateDiff, "date_diff": dateDiff, "dateadd": dateAdd, "date_add": dateAdd, "date_trunc": dateTrunc, "date_part": datePart, "datepart": datePart, "trunc": truncTime, "last_day": lastDay,
		"to_date": toDate(false), "to_timestamp": toTimestampTZ, "to_char": toChar, "listagg": listagg(false), "count": approximateCount, "hll": renamed("approx_count_distinct"),
		"ratio_to_report": ratioToReport, "json_extract_path_text": pathTextIfValid, "sha2": sha2, "array": arrayConstruct, "object": objectConstruct(false),
		"strtol": strtol, "convert": convert, "nvl": renamed("coalesce"), "avg": average, "lpad": padded, "rpad": padded, "left": textOf, "right": textOf, "substring": textFrom, "substr": textFrom, "regexp_substr": regexpSubstr(true), "regexp_replace": regexpReplace(4, 0, 5),
	}
}

var redshiftRefused = map[string]string{
	"hll_create_sketch": "count distinct values, or use approximate count(distinct)", "hll_combine": "count distinct values, or use approximate count(distinct)", "hll_cardinality": "count distinct values, or use approximate count(distinct)",
	"object_transform": "name the keys and values", "json_typeof": "use is_array or is_object", "crc32": "use md5", "fnv_hash": "use md5", "farmfingerprint64": "use md5",
}

// truncTime is TRUNC(time), a date; of what is not known to be a time it stands as it is.
func truncTime(c *call) (item, bool) {
	if len(c.args) == 1 && (c.args[0].typ() == isTimestamp || c.args[0].typ() == isDate) {
		return c.made(isDate, c.args[0].wrapped(), "::date")
	}
	return item{}, false
}

func toTimestampTZ(c *call) (item, bool) {
	if len(c.args) != 2 {
		return item{}, false
	}
	t, ok := c.parse(false)
	if !ok {
		return item{}, false
	}
	return c.made(isTimestamp, "(", t, " at time zone 'UTC')")
}

// approximateCount is APPROXIMATE COUNT(DISTINCT x).
func approximateCount(c *call) (item, bool) {
	if c.distinct && len(c.args) == 1 && c.r.is(c.r.prev(c.lo, 0), "approximate") {
		return c.made(isNumber, "approx_count_distinct(", c.args[0], ")", c.tailText())
	}
	return countRule(c)
}

// strtol reads base 16 only.
func strtol(c *call) (item, bool) {
	if len(c.args) == 2 && c.args[1].text().S != "16" {
		c.r.refuse(c.lo, c.nameEnd, "compute the number outside", "STRTOL of another base than 16 has no counterpart on DuckDB")
	}
	return item{}, false
}

// pathTextIfValid is JSON_EXTRACT_PATH_TEXT, whose last argument may be TRUE: text that is no JSON gives NULL.
func pathTextIfValid(c *call) (item, bool) {
	n := len(c.args) - 1
	if n < 2 || !strings.EqualFold(c.args[n].text().S, "true") && !strings.EqualFold(c.args[n].text().S, "false") {
		return extractPathText(c)
	}
	valid := strings.EqualFold(c.args[n].text().S, "true")
	c.args = c.args[:n]
	if valid {
		out := built(c.span(), "(case when json_valid(", c.args[0], ") then ", c.args[0], " end)")
		c.args[0] = arg{{out: out, lo: c.args[0][0].lo, hi: c.args[0][0].hi, prim: true}}
	}
	return extractPathText(c)
}

// average is AVG, which of whole numbers is a whole number: https://docs.aws.amazon.com/redshift/latest/dg/r_AVG.html.
func average(c *call) (item, bool) {
	if len(c.args) != 1 || c.args[0].typ() == isPath {
		return onPath(c)
	}
	distinct := ""
	if c.distinct {
		distinct = "distinct "
	}
	tail := c.tailText()
	return c.made(isNumber, c.r.d.schema, ".average(avg(", distinct, c.args[0], ")", tail, ", sum(", c.args[0], ")", tail, ")")
}

// convert is CONVERT(type, x).
func convert(c *call) (item, bool) {
	if len(c.args) != 2 || len(c.args[0]) == 0 || len(c.args[1]) == 0 {
		return item{}, false
	}
	t, ok := c.r.typeAt(c.args[0][0].lo, c.close)
	if !ok {
		return item{}, false
	}
	it := c.r.cast(c.args[1], t, false, c.span())
	if it.out.S == "" {
		return c.made(it.typ, "cast(", c.args[1], " as ", c.r.writeType(t), ")")
	}
	return it, true
}
