package sqltext

import "strings"

// foreignAggregates and foreignWindows are functions that DuckDB does not have and other engines do. They are needed to
// read a project that is written for such an engine: its aggregates must be seen as such before they are translated.
var foreignAggregates = words(`approx_percentile approx_quantiles approx_top_count approx_top_sum array_concat_agg
	array_union_agg array_unique_agg bitand_agg bitor_agg bitxor_agg bit_xor_agg booland_agg boolor_agg boolxor_agg
	collect_list collect_set every first_if hll hash_agg json_agg json_arrayagg json_object_agg json_objectagg jsonb_agg
	jsonb_object_agg last_if logical_and logical_or max_if min_if object_agg percentile percentile_approx percentile_cont
	percentile_disc st_union_agg stddevpop sum_if sumif avg_if some_agg variance_pop variance_samp xmlagg`)

var foreignWindows = words(`conditional_change_event conditional_true_event ratio_to_report`)

func words(s string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(s) {
		m[w] = true
	}
	return m
}

// kindOf tells what a function is by its written name and the name the engine's parser gave it.
func kindOf(p Parser, written, parsed string) CallKind {
	is := func(in func(string) bool, foreign map[string]bool) bool {
		return in(written) || parsed != "" && in(parsed) || foreign[written]
	}
	switch {
	case is(p.IsWindow, foreignWindows):
		return WindowCall
	case is(p.IsAggregate, foreignAggregates):
		return AggregateCall
	}
	return ScalarCall
}

// datePartFirst and datePartLast are the functions that take a bare word for a date part ("datediff(day, a, b)",
// "timestamp_diff(a, b, DAY)") on the engines that have them. The engine's parser takes such a word for a column.
var (
	datePartFirst = words(`datediff date_diff dateadd date_add date_sub datesub date_trunc date_part datepart timestampdiff
		timestampadd timediff timeadd`)
	datePartLast = words(`date_diff datetime_diff timestamp_diff time_diff date_trunc datetime_trunc timestamp_trunc
		time_trunc last_day next_day`)
	dateParts = words(`year years y yy yyy yyyy yr quarter quarters q qtr month months mm mon mons week weeks w wk
		weekofyear week_iso isoweek isoyear iso_week iso_year day days d dd dayofmonth dayofweek dayofweek_iso dayofweekiso dow
		isodow dow_iso weekday dayofyear doy yearday hour hours h hh hr hrs minute minutes mi min mins second seconds s sec
		secs millisecond milliseconds ms msec microsecond microseconds us usec nanosecond nanoseconds ns nsec epoch
		epoch_second epoch_seconds epoch_millisecond epoch_milliseconds epoch_microsecond epoch_microseconds epoch_nanosecond
		epoch_nanoseconds century decade millennium timezone_hour timezone_minute`)
)

// datePart is the argument of a call that is a bare date part: which one, -1 for none.
func datePart(name string, args int, word func(arg int) string) int {
	if datePartFirst[name] && args > 0 && dateParts[strings.ToLower(word(0))] {
		return 0
	}
	if datePartLast[name] && args > 1 && dateParts[strings.ToLower(word(args-1))] {
		return args - 1
	}
	return -1
}

// DatePart is the argument of a call that is a bare date part, and the word in lower case; arg is -1 when there is none.
// DuckDB and Postgres want such a word in quotes.
func (c *Call) DatePart() (arg int, word string) {
	at := func(i int) string {
		if len(c.ArgList[i]) == 1 {
			if v, ok := c.ArgList[i][0].(*Verbatim); ok {
				return v.Text.S
			}
		}
		return ""
	}
	if arg = datePart(c.Name, len(c.ArgList), at); arg >= 0 {
		word = strings.ToLower(at(arg))
	}
	return arg, word
}

// dateParts are the offsets of the bare date parts of a text.
func (l *lexed) dateParts() map[int]bool {
	out := map[int]bool{}
	for i, t := range l.toks {
		if t.kind != tokIdent {
			continue
		}
		name := strings.ToLower(l.str(i))
		open := l.next(i+1, len(l.toks))
		if !datePartFirst[name] && !datePartLast[name] || !l.is(open, "(") || l.match[open] < 0 {
			continue
		}
		args := l.split(open+1, l.match[open])
		word := func(k int) string {
			if args[k][1] == args[k][0]+1 && l.toks[args[k][0]].kind == tokIdent {
				return l.str(args[k][0])
			}
			return ""
		}
		if k := datePart(name, len(args), word); k >= 0 {
			out[l.toks[args[k][0]].start] = true
		}
	}
	return out
}
