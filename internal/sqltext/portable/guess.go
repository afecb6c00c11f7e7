package portable

import (
	"slices"
	"strings"
)

// signs are words of functions and types that only some dialects have, and how much each says.
var signs = map[string]map[string]int{
	"snowflake": weigh(map[int]string{
		3: "iff parse_json try_parse_json object_construct array_construct flatten timestamp_ntz timestamp_ltz timestamp_tz zeroifnull equal_null div0 to_varchar try_to_number try_to_date try_to_timestamp try_to_boolean boolor_agg booland_agg array_size uuid_string to_timestamp_ntz to_timestamp_ltz ratio_to_report object_keys min_by max_by",
		1: "dateadd datediff getdate timestampdiff to_date nvl nvl2 listagg rlike count_if qualify to_char ifnull timestampadd to_number decode regexp_substr charindex variant convert_timezone",
	}),
	"redshift": weigh(map[int]string{
		3: "json_extract_path_text json_extract_array_element_text json_parse get_array_length split_to_array is_valid_json strtol approximate is_valid_json_array",
		1: "dateadd datediff getdate nvl listagg nvl2 convert_timezone to_char charindex decode regexp_substr sysdate super varbyte",
	}),
	"bigquery": weigh(map[int]string{
		3: "safe_cast timestamp_diff timestamp_trunc timestamp_sub timestamp_add safe_divide countif format_date format_timestamp parse_date parse_timestamp regexp_contains int64 float64 json_value json_query datetime_diff datetime_trunc safe_offset approx_quantiles generate_uuid logical_or logical_and to_json_string timestamp_millis timestamp_micros timestamp_seconds",
		1: "date_diff date_sub date_add unnest struct offset",
	}),
	"databricks": weigh(map[int]string{
		3: "collect_list collect_set get_json_object explode from_json date_format from_unixtime unix_timestamp posexplode map_keys try_divide",
		1: "datediff date_sub date_add rlike nvl size struct dateadd min_by max_by try_cast",
	}),
}

// here are words of signs that the embedded engine has with the same meaning or nearly so: alone they tell nothing.
var here = set("datediff date_diff date_sub date_add min_by max_by count_if countif ifnull decode listagg try_cast unnest struct json_value qualify array_size offset")

func weigh(m map[int]string) map[string]int {
	out := map[string]int{}
	for n, words := range m {
		for _, w := range strings.Fields(words) {
			out[w] = n
		}
	}
	return out
}

// Sign is a sign of a dialect beside the SQL, such as the name of a connection.
type Sign struct {
	Dialect string
	// What is a clause for a message: "its connection is called bq".
	What   string
	Weight int
}

// Guessed is a dialect that texts may be written in. Why is what speaks for it, as a clause for a message.
type Guessed struct{ Dialect, Why string }

// Guess tells the dialects that texts may be written in, the likeliest first, from the functions, types and marks in them and
// from signs beside them; none when nothing belongs to a dialect. It is for projects that name no dialect.
func Guess(texts []string, hints ...Sign) []Guessed {
	score := map[string]int{}
	seen := map[string][]string{}
	beside := map[string]string{}
	note := func(d, what string, n int) {
		if !slices.Contains(seen[d], what) {
			score[d] += n
			seen[d] = append(seen[d], what)
		}
	}
	for _, t := range texts {
		guessOne(t, note)
	}
	for _, h := range hints {
		score[h.Dialect] += h.Weight
		if beside[h.Dialect] == "" {
			beside[h.Dialect] = h.What
		}
	}
	var out []Guessed
	for _, d := range []string{"snowflake", "redshift", "bigquery", "databricks", "postgres"} {
		what := seen[d]
		slices.SortStableFunc(what, func(a, b string) int { return signs[d][b] - signs[d][a] })
		var why []string
		if len(what) > 0 {
			why = append(why, "the SQL uses "+strings.Join(what[:min(len(what), 3)], ", "))
		}
		if beside[d] != "" {
			why = append(why, beside[d])
		}
		if score[d] > 0 {
			out = append(out, Guessed{d, strings.Join(why, ", and ")})
		}
	}
	slices.SortStableFunc(out, func(a, b Guessed) int { return score[b.Dialect] - score[a.Dialect] })
	return out
}

func guessOne(t string, note func(dialect, what string, n int)) {
	toks := slices.DeleteFunc(lex(t, quoting{backtick: true, dollar: true}), token.blank)
	word := func(i int) string {
		if i < 0 || i >= len(toks) || toks[i].kind != tokIdent {
			return ""
		}
		return strings.ToLower(t[toks[i].start:toks[i].end])
	}
	at := func(i int) string {
		if i < 0 || i >= len(toks) {
			return ""
		}
		return t[toks[i].start:toks[i].end]
	}
	for i, tok := range toks {
		switch {
		case tok.kind == tokIdent:
			w := word(i)
			if bigqueryMark(i, word, at) {
				note("bigquery", "\""+at(i-1)+w+at(i+1)+"\"", 3)
				continue
			}
			if w == "lateral" && word(i+1) == "view" {
				note("databricks", "lateral view", 3)
				continue
			}
			called := at(i+1) == "(" || at(i-1) == "::"
			if here[w] && !(dateParts[word(i+2)] != "" && at(i+3) == ",") {
				continue // the embedded engine has it, too, but for a date part without quotes
			}
			for d, m := range signs {
				if n := m[w]; n > 0 && (called || w == "qualify" || w == "rlike" || w == "approximate" || w == "sysdate") {
					note(d, w, n)
				}
			}
		case tok.kind == tokQuoted && t[tok.start] == '`':
			note("bigquery", "`names`", 2)
			note("databricks", "`names`", 2)
		case at(i) == ":" && i > 0 && toks[i-1].end == tok.start && word(i+1) != "" && (toks[i-1].kind == tokIdent || toks[i-1].kind == tokQuoted):
			note("snowflake", "paths such as "+at(i-1)+":"+at(i+1), 3)
		}
	}
}

// bigqueryMark reports forms that BigQuery alone has: an index with its base, and a date part at the end of a call.
func bigqueryMark(i int, word, at func(int) string) bool {
	switch w := word(i); w {
	case "offset", "safe_offset", "ordinal", "safe_ordinal":
		return at(i-1) == "[" && at(i+1) == "("
	case "year", "quarter", "month", "week", "day", "hour", "minute", "second":
		if at(i-1) != "," || at(i+1) != ")" {
			return false
		}
		depth := 0
		for i--; i >= 0; i-- {
			switch at(i) {
			case ")":
				depth++
			case "(":
				if depth == 0 {
					return slices.Contains([]string{"date_diff", "date_trunc", "last_day"}, word(i-1))
				}
				depth--
			}
		}
	}
	return false
}
