package portable

// snowflake is the dialect of Snowflake, as its manual describes it.
func snowflake() *dialect {
	return &dialect{
		name: "snowflake", schema: "kith_sf",
		quoting:      quoting{backslash: true, dollar: true, comment: "//"},
		nullsLargest: true, fullFrames: true, colonPaths: true, jsonLists: true, keepDate: true, keepInterval: true, minus: true, top: true, foldsUpper: true, jsonNull: true, detectsTime: true,
		model: modelSnowflake, regexpMatch: "regexp_full_match",
		types: snowflakeTypes, bare: map[string]string{"sysdate": "", "systimestamp": "current_timestamp"},
		templates: templates(everywhere, snowflakeForms, snowflakeJSON), rules: merged(commonRules(), snowflakeRules()), refused: snowflakeRefused,
	}
}

var textType = castRule{"varchar", "to_varchar", isText}
var intType = castRule{"", "to_int", isNumber}
var doubleType = castRule{"double", "", isNumber}
var decimalType = castRule{"", "to_int", isNumber}

var snowflakeTypes = map[string]castRule{
	"varchar": textType, "string": textType, "text": textType, "char": textType, "character": textType, "nvarchar": textType, "character varying": textType, "nchar": textType,
	"number": decimalType, "numeric": decimalType, "decimal": decimalType, "int": intType, "integer": intType, "bigint": intType, "smallint": intType, "tinyint": intType, "byteint": intType,
	"float": doubleType, "float4": doubleType, "float8": doubleType, "real": doubleType, "double": doubleType, "double precision": {"double", "", isNumber},
	"boolean": {"boolean", "to_bool", isBool}, "bool": {"boolean", "to_bool", isBool},
	"date": {"date", "", isDate}, "time": {"time", "", unknown},
	"datetime": {"timestamp", "", isTimestamp}, "timestamp": {"timestamp", "", isTimestamp}, "timestamp_ntz": {"timestamp", "", isTimestamp}, "timestampntz": {"timestamp", "", isTimestamp},
	"timestamp without time zone": {"timestamp", "", isTimestamp}, "timestamp_tz": {"timestamptz", "to_timestamptz", isTimestamp}, "timestamp_ltz": {"timestamptz", "to_timestamptz", isTimestamp},
	"timestampltz": {"timestamptz", "", isTimestamp}, "timestamptz": {"timestamptz", "", isTimestamp}, "timestamp with time zone": {"timestamptz", "", isTimestamp}, "timestamp with local time zone": {"timestamptz", "", isTimestamp},
	"variant": {"json", "", isJSON}, "object": {"json", "", isJSON}, "array": {"json", "", isJSON}, "binary": {"blob", "", unknown}, "varbinary": {"blob", "", unknown},
}

var snowflakeForms = map[string]string{
	// Time.
	"last_day/1": "last_day(@1)", "add_months/2": "$s.add_months(~1, $2)", "months_between/2": "$s.months_between(@1, @2)",
	"dayname/1": "left(dayname(@1), 3)", "monthname/1": "left(monthname(@1), 3)", "next_day/2": "$s.next_day(~1, $2)", "previous_day/2": "$s.previous_day(~1, $2)",
	"date_from_parts/3": "$s.date_from_parts($1, $2, $3)", "datefromparts/3": "$s.date_from_parts($1, $2, $3)",
	"timestamp_from_parts/6": "$s.timestamp_from_parts($1, $2, $3, $4, $5, $6)", "timestamp_ntz_from_parts/6": "$s.timestamp_from_parts($1, $2, $3, $4, $5, $6)",
	"sysdate/0": "(current_timestamp at time zone 'UTC')", "systimestamp/0": "current_timestamp", "localtimestamp/0": "localtimestamp", "current_time/0": "current_time",
	"convert_timezone/2": "(#2::timestamptz at time zone $1)", "convert_timezone/3": "(@3 at time zone $1 at time zone $2)",
	"date/1": "$s.to_date($1)", "to_date/1": "$s.to_date($1)", "try_to_date/1": "$s.try_to_date($1)",
	"to_timestamp/1": "$s.to_timestamp($1)", "to_timestamp_ntz/1": "$s.to_timestamp($1)", "try_to_timestamp/1": "$s.try_to_timestamp($1)", "try_to_timestamp_ntz/1": "$s.try_to_timestamp($1)",
	"to_timestamp_tz/1": "$s.to_timestamptz($1)", "to_timestamp_ltz/1": "$s.to_timestamptz($1)", "try_to_timestamp_tz/1": "$s.try_to_timestamptz($1)", "try_to_timestamp_ltz/1": "$s.try_to_timestamptz($1)",
	"year/1": "date_part('year', @1)", "quarter/1": "date_part('quarter', @1)", "month/1": "date_part('month', @1)", "day/1": "date_part('day', @1)", "dayofmonth/1": "date_part('day', @1)",
	"week/1": "date_part('week', @1)", "weekofyear/1": "date_part('week', @1)", "weekiso/1": "date_part('week', @1)", "dayofweek/1": "date_part('dow', @1)", "dayofweekiso/1": "date_part('isodow', @1)",
	"dayofyear/1": "date_part('doy', @1)", "yearofweek/1": "date_part('isoyear', @1)", "yearofweekiso/1": "date_part('isoyear', @1)", "hour/1": "date_part('hour', @1)", "minute/1": "date_part('minute', @1)", "second/1": "date_part('second', @1)",
	// Casts, NULL, numbers.
	"to_number/1": "$s.to_int($1)", "to_numeric/1": "$s.to_int($1)", "to_decimal/1": "$s.to_int($1)", "try_to_number/1": "$s.try_to_int($1)", "try_to_numeric/1": "$s.try_to_int($1)", "try_to_decimal/1": "$s.try_to_int($1)",

	"to_double/1": "cast($1 as double)", "try_to_double/1": "try_cast($1 as double)", "to_boolean/1": "$s.to_bool($1)", "try_to_boolean/1": "$s.try_to_bool($1)",
	"to_varchar/1": "$s.to_varchar($1)", "to_char/1": "$s.to_varchar($1)",
	"zeroifnull/1": "coalesce($1, 0)", "nullifzero/1": "nullif($1, 0)", "equal_null/2": "(#1 is not distinct from #2)",
	"div0/2": "case when #2 = 0 and #1 is not null then 0 else #1 / #2 end", "div0null/2": "case when (#2 = 0 or #2 is null) and #1 is not null then 0 else #1 / #2 end", "divnull/2": "(#1 / nullif(#2, 0))",
	"random/0": "((random() - 0.5) * 1.8e19)::bigint::hugeint", "random/1": "((random() - 0.5) * 1.8e19)::bigint::hugeint", "uniform/3": "$s.uniform($1, $2)",
	"bitand/2": "(#1 & #2)", "bitor/2": "(#1 | #2)", "bitxor/2": "xor($1, $2)", "square/1": "power($1, 2)", "truncate/1": "trunc($1)", "truncate/2": "trunc($1, $2)", "bitshiftleft/2": "(#1 << #2)", "bitshiftright/2": "(#1 >> #2)", "skew/1": "skewness($1)", "time/1": "cast($1 as time)", "to_time/1": "cast($1 as time)", "ceiling/1": "ceil($1)", "haversine/4": "$s.haversine($1, $2, $3, $4)",
	"width_bucket/4": "$s.width_bucket($1, $2, $3, $4)",
	// Text.
	"startswith/2": "starts_with($1, $2)", "endswith/2": "ends_with($1, $2)", "contains/2": "contains($1, $2)",
	"split_part/3": "$s.split_part($1, $2, $3)", "regexp_like/2": "regexp_full_match($1, $2)", "rlike/2": "regexp_full_match($1, $2)", "regexp_like/3": "regexp_full_match($1, $2, $3)", "rlike/3": "regexp_full_match($1, $2, $3)",
	"regexp_replace/2": "regexp_replace($1, $2, '', 'g')", "regexp_replace/3": "regexp_replace($1, $2, $3, 'g')", "regexp_count/2": "len(regexp_extract_all($1, $2))",
	"regexp_substr/2": "nullif(regexp_extract($1, $2), '')", "try_base64_decode_string/1": "try(from_base64($1)::varchar)", "try_to_time/1": "try_cast($1 as time)", "time_from_parts/3": "make_time($1, $2, $3)", "timefromparts/3": "make_time($1, $2, $3)", "floor/2": "(floor(#1 * power(10, #2)) / power(10, #2))", "ceil/2": "(ceil(#1 * power(10, #2)) / power(10, #2))", "regexp_substr/3": "nullif(regexp_extract(substr($1, $3), $2), '')", "regexp_substr/4": "nullif(regexp_extract_all(substr($1, $3), $2)[$4], '')",
	"regexp_instr/2": "$s.regexp_instr($1, $2)",
	"sha2/1":         "sha256($1)", "sha2_hex/1": "sha256($1)", "sha1_hex/1": "sha1($1)", "md5_hex/1": "md5($1)", "insert/4": "$s.insert($1, $2, $3, $4)", "space/1": "repeat(' ', $1)",
	"base64_encode/1": "base64($1::blob)", "base64_decode_string/1": "from_base64($1)::varchar", "hex_encode/1": "hex($1)", "editdistance/2": "levenshtein($1, $2)",
}

var snowflakeJSON = map[string]string{
	"parse_json/1": "$s.parse_json($1)", "try_parse_json/1": "$s.try_parse_json($1)", "check_json/1": "$s.check_json($1)", "to_json/1": "json_extract(!1, '$')::varchar",
	"to_variant/1": "to_json($1)", "to_array/1": "$s.to_array(!1)", "to_object/1": "!1", "array_size/1": "$s.array_size(!1)", "object_keys/1": "to_json(json_keys(!1))",
	"array_contains/2": "$s.array_contains($1, !2)", "array_to_string/2": "array_to_string($s.texts(!1), $2)", "array_distinct/1": "$s.array_distinct(!1)", "array_cat/2": "$s.array_cat(!1, !2)",
	"array_append/2": "$s.array_append(!1, $2)", "array_compact/1": "$s.array_compact(!1)", "array_position/2": "$s.array_position($1, !2)", "array_slice/3": "$s.array_slice(!1, $2, $3)", "array_sort/1": "$s.array_sort(!1)",
	"arrays_overlap/2": "list_has_any($s.texts(!1), $s.texts(!2))", "array_intersection/2": "to_json(list_intersect($s.texts(!1), $s.texts(!2)))",
	"split/2": "to_json(string_split($1, $2))", "typeof/1": "$s.type_of(!1)", "is_array/1": "(json_type(!1) = 'ARRAY')", "is_object/1": "(json_type(!1) = 'OBJECT')", "is_null_value/1": "(json_type(!1) = 'NULL')",
	"strtok_to_array/1": "to_json($s.words($1, ' '))", "strtok_to_array/2": "to_json($s.words($1, $2))", "strtok/1": "$s.words($1, ' ')[1]", "strtok/2": "$s.words($1, $2)[1]", "strtok/3": "$s.words($1, $2)[$3]",
	"array_except/2": "$s.array_except(!1, !2)", "array_flatten/1": "$s.array_flatten(!1)", "array_remove/2": "$s.array_remove(!1, $2)", "array_reverse/1": "$s.array_reverse(!1)", "array_prepend/2": "to_json(list_prepend(to_json($2), json_extract(!1, '$[*]')))", "array_max/1": "$s.array_extreme(!1, 'max')", "array_min/1": "$s.array_extreme(!1, 'min')", "array_generate_range/2": "to_json(range($1, $2))", "array_generate_range/3": "to_json(range($1, $2, $3))",
	"object_delete/2": "json_merge_patch(!1, json_object($2, null))", "as_varchar/1": "json_extract_string($s.as_type(!1, ['VARCHAR']), '$')", "as_char/1": "json_extract_string($s.as_type(!1, ['VARCHAR']), '$')", "as_integer/1": "try_cast($s.as_type(!1, ['BIGINT', 'UBIGINT']) as bigint)", "as_double/1": "try_cast($s.as_type(!1, ['BIGINT', 'UBIGINT', 'DOUBLE']) as double)", "as_boolean/1": "try_cast($s.as_type(!1, ['BOOLEAN']) as boolean)", "as_array/1": "$s.as_type(!1, ['ARRAY'])", "as_object/1": "$s.as_type(!1, ['OBJECT'])",
	"strip_null_value/1": "nullif(!1, 'null'::json)",
}

var snowflakeRefused = map[string]string{
	"array_insert": "use array_cat of array_slice", "reduce": "flatten the array and aggregate its values", "jarowinkler_similarity": "use editdistance", "soundex": "compare upper(left(x, 1)) or editdistance", "generator": "use range(n) in an SQL of DuckDB's own, or a seed table", "seq1": "use row_number() over (order by ...)", "seq2": "use row_number() over (order by ...)", "seq4": "use row_number() over (order by ...)", "seq8": "use row_number() over (order by ...)",
	"hll_accumulate": "count distinct values, or use approx_count_distinct", "hll_combine": "count distinct values, or use approx_count_distinct", "hll_estimate": "count distinct values, or use approx_count_distinct", "hll_export": "count distinct values, or use approx_count_distinct",
	"approx_top_k": "count and rank the values", "approx_percentile_accumulate": "use approx_percentile", "minhash": "compare the values themselves", "approximate_similarity": "compare the values themselves",
	"time_slice": "use date_trunc", "parse_url": "use regexp_substr", "parse_ip": "use split_part", "object_agg_keep_null": "use object_agg",
	"md5_number_lower64": "use md5", "md5_number_upper64": "use md5", "randstr": "use md5 of random()", "object_insert": "use object_construct", "get_ddl": "read the catalog of the engine", "result_scan": "name the query in a WITH", "infer_schema": "name the columns", "conditional_true_event": "sum a case over the window", "conditional_change_event": "use lag and a sum over the window",
	"bitmap_bucket_number": "count distinct values", "bitmap_construct_agg": "count distinct values", "st_makepoint": "compute with the coordinates", "st_distance": "use haversine", "ai_complete": "compute it outside", "encrypt": "encrypt outside", "xmlget": "read the XML outside",
}
