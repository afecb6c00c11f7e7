package portable

import "maps"

// dialect is what is known of the SQL of one warehouse.
type dialect struct {
	name, schema string
	quoting
	// nullsLargest tells that NULLs come after everything in an ascending order, first in a descending one; otherwise they are the
	// smallest.
	nullsLargest bool
	// fullFrames tells that first_value and its like see the whole partition when no frame is written.
	fullFrames bool
	// colonPaths tells that v:a.b is a path into a semi-structured value.
	colonPaths bool
	// jsonLists tells that arrays are semi-structured: JSON here, counted from 0.
	jsonLists bool
	// keepDate tells that DATEADD and DATE_TRUNC leave a DATE a DATE where they can; keepInterval that a DATE with an interval
	// of days added stays one.
	keepDate, keepInterval bool
	// jsonNull tells that a null in a semi-structured value is not NULL: IS NULL tells them apart.
	jsonNull bool
	// jsonIndex tells that lists and JSON arrays are both counted from 0.
	jsonIndex bool
	// detectsTime tells that casts to dates and times know other forms than ISO's.
	detectsTime bool
	// valuesColumn is what the columns of FROM VALUES are called before their number, "column" unless it is set.
	valuesColumn string
	// dottedTicks tells that back-ticks may hold a name of several parts.
	dottedTicks bool
	// starExcept tells that * EXCEPT, UNION DISTINCT and UNNEST in FROM are written as BigQuery does.
	starExcept bool
	minus, top bool
	// foldsUpper tells that names without quotes are in upper case, and that quoted ones keep theirs.
	foldsUpper bool
	// sundayWeeks tells that weeks begin on Sunday; sundayIsOne that the days of the week are counted from 1, Sunday.
	sundayWeeks, sundayIsOne bool
	// percentFormats tells that formats of dates are those of strftime.
	percentFormats bool
	model          formatModel
	// regexpMatch is the function that RLIKE is; tilde that of ~, "" when ~ means the same as here.
	regexpMatch, tilde string
	// divide is the macro that / is, "" when it means the same as here.
	divide    string
	types     map[string]castRule
	bare      map[string]string // words that stand for a call
	templates map[string]map[int]string
	rules     map[string]rule
	refused   map[string]string // functions without a counterpart, and the way out
}

var dialects = map[string]*dialect{}

func init() {
	for _, d := range []*dialect{snowflake(), redshift(), bigquery(), databricks()} {
		dialects[d.name] = d
	}
}

// templates reads the forms of calls by "name/n", n the number of arguments.
func templates(rows ...map[string]string) map[string]map[int]string {
	out := map[string]map[int]string{}
	for _, m := range rows {
		for key, tmpl := range m {
			name, n := key[:len(key)-2], key[len(key)-1]
			if out[name] == nil {
				out[name] = map[int]string{}
			}
			out[name][int(n-'0')] = tmpl
		}
	}
	return out
}

func merged[V any](ms ...map[string]V) map[string]V {
	out := map[string]V{}
	for _, m := range ms {
		maps.Copy(out, m)
	}
	return out
}

// resultTypes are the types that functions give in every dialect.
var resultTypes = map[string]typ{
	"upper": isText, "lower": isText, "trim": isText, "ltrim": isText, "rtrim": isText, "substr": isText, "substring": isText, "left": isText, "right": isText,
	"replace": isText, "split_part": isText, "lpad": isText, "rpad": isText, "regexp_replace": isText, "regexp_substr": isText, "initcap": isText,
	"md5": isText, "sha1": isText, "sha2": isText, "concat": isText, "concat_ws": isText, "listagg": isText, "string_agg": isText, "to_char": isText, "to_varchar": isText,
	"parse_json": isJSON, "try_parse_json": isJSON, "to_date": isDate, "date_from_parts": isDate, "last_day": isDate, "current_date": isDate,
	"row_number": isNumber, "count": isNumber, "length": isNumber, "len": isNumber,
	"current_timestamp": isTimestamp, "getdate": isTimestamp, "curdate": isDate, "sysdate": isTimestamp, "current_datetime": isTimestamp, "now": isTimestamp,
	"to_timestamp": isTimestamp, "to_timestamp_ntz": isTimestamp, "to_timestamp_tz": isTimestamp, "to_timestamp_ltz": isTimestamp,
}

// everywhere are the forms that several dialects share.
var everywhere = map[string]string{
	"nvl/2": "coalesce($1, $2)", "ifnull/2": "coalesce($1, $2)",
	"nvl2/3":              "case when #1 is not null then $2 else $3 end",
	"iff/3":               "case when $1 then $2 else $3 end",
	"current_timestamp/0": "current_timestamp", "current_timestamp/1": "current_timestamp", "current_date/0": "current_date", "getdate/0": "current_timestamp",
	"charindex/2": "instr($2, $1)", "charindex/3": "$s.charindex($1, $2, $3)",
	"len/1": "length($1)", "initcap/1": "$s.initcap($1)",
	"lpad/2": "lpad($1, $2, ' ')", "rpad/2": "rpad($1, $2, ' ')", "replace/2": "replace($1, $2, '')",
	"uuid_string/0": "uuid()::varchar",
}
