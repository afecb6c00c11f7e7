package portable

import (
	"strings"

	"kith/internal/diag"
	"kith/internal/source"
)

// dateParts are the parts of dates by their many names; the value is the name that the rules use.
var dateParts = map[string]string{}

func init() {
	for part, names := range map[string]string{
		"year": "y yy yyy yyyy yr years yrs", "quarter": "q qtr qtrs quarters", "month": "mm mon mons months",
		"week": "w wk weeks weekofyear woy wy", "isoweek": "weekiso week_iso weekofyeariso weekofyear_iso", "day": "d dd days dayofmonth",
		"dayofweek": "weekday dow dw dayofweek_sunday", "dayofweekiso": "weekday_iso dow_iso dw_iso dayofweek_iso isodow", "dayofyear": "yearday doy dy",
		"hour": "h hh hr hours hrs", "minute": "m mi min minutes mins n", "second": "s sec seconds secs",
		"millisecond": "ms msec msecs msecond milliseconds milliseconds millisecon", "microsecond": "us usec usecs microseconds microsecs microsec",
		"nanosecond": "ns nsec nanosec nsecond nanoseconds nanosecs",
		"yearofweek": "", "yearofweekiso": "isoyear", "epoch_second": "epoch epoch_seconds", "epoch_millisecond": "epoch_milliseconds",
		"epoch_microsecond": "epoch_microseconds", "epoch_nanosecond": "epoch_nanoseconds", "decade": "decades", "century": "centuries c",
	} {
		dateParts[part] = part
		for _, n := range strings.Fields(names) {
			dateParts[n] = part
		}
	}
}

// part is argument i as the name of a part of dates; "" and a diagnostic when it is none.
func (c *call) part(i int) string {
	word := ""
	a := c.args[i]
	if lit, ok := a.literal(); ok {
		word = lit
	} else if len(a) > 0 {
		word = a.text().S
	}
	word = strings.ToLower(strings.TrimSpace(word))
	if inner, ok := strings.CutPrefix(word, "week("); ok {
		switch strings.TrimSuffix(inner, ")") {
		case "monday":
			return "isoweek"
		case "sunday":
			return "week"
		}
	}
	if p := dateParts[word]; p != "" {
		return p
	}
	c.badPart(i, word)
	return ""
}

func (c *call) badPart(i int, word string) {
	lo, hi := c.argTokens(i)
	c.r.list.Errorf(diag.SQLDatePart, c.r.span(lo, hi), "%q is no part of a date that %s can take here", word, c.name).
		WithFix("use year, quarter, month, week, day, hour, minute or second")
}

// isPart reports whether argument i is a bare word or text that names a part.
func (c *call) isPart(i int) bool {
	if i >= len(c.args) {
		return false
	}
	if lit, ok := c.args[i].literal(); ok {
		return dateParts[strings.ToLower(lit)] != ""
	}
	return dateParts[strings.ToLower(c.args[i].text().S)] != ""
}

// asTime is argument i as something that functions of times take: texts and paths are cast, the rest stands as it is.
func (c *call) asTime(i int) source.Text {
	if t := c.args[i].typ(); t == isText || t == isPath || t == isJSON {
		return built(c.span(), c.args[i].wrapped(), "::timestamp")
	}
	if strings.EqualFold(c.args[i].text().S, "null") {
		return source.Literal("null::timestamp", c.span())
	}
	return c.args[i].text()
}

// difference counts boundaries of a part from a to b. Weeks begin on the day of the dialect.
func (c *call) difference(part string, a, b source.Text) (item, bool) {
	switch part {
	case "week", "isoweek":
		if c.r.d.sundayWeeks && part == "week" {
			return c.made(isNumber, "(date_diff('day', ", c.r.d.schema, ".week_start(", a, "), ", c.r.d.schema, ".week_start(", b, ")) // 7)")
		}
		return c.made(isNumber, "(date_diff('day', date_trunc('week', ", a, "), date_trunc('week', ", b, ")) // 7)")
	case "nanosecond":
		return c.made(isNumber, "(epoch_ns(", b, ") - epoch_ns(", a, "))")
	case "year", "quarter", "month", "day", "hour", "minute", "second", "millisecond", "microsecond", "decade", "century":
		return c.made(isNumber, "date_diff('", part, "', ", a, ", ", b, ")")
	case "dayofyear", "dayofweek":
		return c.made(isNumber, "date_diff('day', ", a, ", ", b, ")")
	case "yearofweekiso":
		return c.made(isNumber, "(date_part('isoyear', ", b, ") - date_part('isoyear', ", a, "))")
	}
	c.badPart(0, part)
	return item{}, false
}

var adders = map[string]string{
	"year": "to_years", "quarter": "quarter", "month": "to_months", "week": "to_weeks", "day": "to_days", "hour": "to_hours", "minute": "to_minutes",
	"second": "to_seconds", "millisecond": "to_milliseconds", "microsecond": "to_microseconds", "dayofyear": "to_days", "dayofweek": "to_days", "isoweek": "to_weeks",
}

// count is a number of parts as an argument of to_days and the like, times a factor.
func (c *call) count(n arg, sign string, factor string) source.Text {
	s := n.text().S
	t := n.wrapped()
	if strings.Trim(strings.TrimPrefix(s, "-"), "0123456789") == "" {
		if t = n.text(); factor != "" && s != "" && s[0] == '-' {
			t = n.wrapped()
		}
	} else {
		t = built(c.span(), c.r.d.schema, ".to_int(", n, ")::integer")
	}
	if sign != "" && strings.HasPrefix(t.S, "-") || sign != "" && len(n) > 1 {
		t = built(c.span(), "(", t, ")")
	}
	return built(c.span(), sign, t, factor)
}

// add adds n parts to x, which keeps its type when the part is a day or longer and the dialect keeps it.
func (c *call) add(part string, n arg, sign string, x source.Text, keep bool) (item, bool) {
	fn := adders[part]
	factor := ""
	switch {
	case fn == "quarter":
		fn, factor = "to_months", " * 3"
	case fn == "":
		c.badPart(0, part)
		return item{}, false
	}
	n1 := c.count(n, sign, factor)
	switch part {
	case "hour", "minute", "second", "millisecond", "microsecond":
		return c.made(isTimestamp, "(", x, " + ", fn, "(", n1, "))")
	}
	if keep {
		return c.made(unknown, c.r.d.schema, ".shift(", x, ", ", fn, "(", n1, "))")
	}
	return c.made(isTimestamp, "(", x, " + ", fn, "(", n1, "))")
}

// partOf is a part of x as a number.
func (c *call) partOf(part string, x source.Text) (item, bool) {
	return c.r.partOf(part, x, c.span())
}

func (r *rewriter) partOf(part string, x source.Text, at source.Span) (item, bool) {
	name := part
	head, tail := "date_part('", ""
	switch part {
	case "dayofweek":
		name = "dow"
		if r.d.sundayIsOne {
			head, tail = "(date_part('", " + 1)"
		}
	case "dayofweekiso":
		name = "isodow"
	case "dayofyear":
		name = "doy"
	case "isoweek":
		name = "week"
	case "week":
		if r.d.sundayWeeks {
			return item{out: built(at, "strftime(", x, ", '%U')::bigint"), typ: isNumber}, true
		}
	case "yearofweek", "yearofweekiso":
		name = "isoyear"
	case "epoch_second":
		return item{out: built(at, "floor(epoch(", x, "))::bigint"), typ: isNumber}, true
	case "epoch_millisecond":
		return item{out: built(at, "epoch_ms(", x, ")"), typ: isNumber}, true
	case "epoch_microsecond":
		return item{out: built(at, "epoch_us(", x, ")"), typ: isNumber}, true
	case "epoch_nanosecond":
		return item{out: built(at, "epoch_ns(", x, ")"), typ: isNumber}, true
	}
	return item{out: built(at, head, name, "', ", x, ")", tail), typ: isNumber}, true
}

// sameParts are those that EXTRACT means alike everywhere.
var sameParts = set("year quarter month day hour minute second")

// extract is EXTRACT(part FROM x).
func extract(r *rewriter, lo, open int) (item, bool) {
	close := r.match[open]
	p := r.next(open+1, close)
	k := r.next(p+1, close)
	if r.is(k, "(") && k < close {
		k = r.next(r.match[k]+1, close)
	}
	if k >= close || !r.is(k, "from") {
		return item{}, false
	}
	word := r.word(p)
	if r.kind(p) == tokString {
		word = strings.ToLower(strings.Trim(r.str(p), "'"))
	}
	part := dateParts[word]
	if part == "" && (word != "date" || !r.d.starExcept) {
		r.list.Errorf(diag.SQLDatePart, r.span(p, p+1), "%q is no part of a date", word).WithFix("use year, quarter, month, week, day, hour, minute or second")
		return item{}, false
	}
	end := close
	var zone []item
	if r.d.starExcept && r.d.percentFormats {
		for z := k + 1; z < close; z = r.skip(z) {
			if after, ok := r.words(z, close, "at", "time", "zone"); ok {
				end, zone = z, trimItems(r.walk(after, close))
				break
			}
		}
	}
	inner := r.walk(k+1, end)
	x := arg(trimItems(inner))
	if len(zone) > 0 {
		at := r.span(lo, lo+1)
		local := built(at, "(", x.wrapped(), "::timestamp at time zone 'UTC' at time zone ", zone, ")")
		x = arg{{out: local, lo: k + 1, hi: close, prim: true, typ: isTimestamp}}
		inner = x
	}
	if word == "date" && r.d.starExcept {
		return item{out: built(r.span(lo, lo+1), x.wrapped(), "::date"), lo: lo, hi: close + 1, prim: true, typ: isDate}, true
	}
	if sameParts[part] && (x.typ() == unknown || x.typ() == isDate || x.typ() == isTimestamp) && sameParts[word] {
		return item{out: built(r.span(lo, lo+1), r.slice(lo, k+1), inner, r.slice(close, close+1)), lo: lo, hi: close + 1, prim: true, typ: isNumber}, true
	}
	t := x.text()
	if ty := x.typ(); ty == isText || ty == isPath {
		t = built(r.span(lo, lo+1), x.wrapped(), "::timestamp")
	}
	it, ok := r.partOf(part, t, r.span(lo, lo+1))
	it.lo, it.hi, it.prim = lo, close+1, true
	return it, ok
}

// interval is INTERVAL '7 day', INTERVAL '1 month, 1 day', INTERVAL 7 DAY and INTERVAL -7 DAY.
func (r *rewriter) interval(i, hi int) item {
	n := r.next(i+1, hi)
	it := item{lo: i, hi: i + 1, out: r.slice(i, i+1), prim: true, fn: "interval"}
	at := r.span(i, i+1)
	if n >= hi {
		it.fn, it.name = "", "interval"
		return it
	}
	if r.kind(n) == tokString {
		value, ok := r.d.decode(r.str(n))
		u := r.next(n+1, hi)
		switch {
		case ok && u < hi && dateParts[r.word(u)] != "" && strings.Trim(value, "0123456789+-. ") == "":
			it.hi = u + 1
			if dateParts[r.word(u)] == r.word(u) {
				it.out = r.slice(i, u+1)
			} else {
				it.out = built(at, "interval ", quoteText(value+" "+dateParts[r.word(u)]))
			}
		case ok:
			it.hi = n + 1
			it.out = r.slice(i, n+1)
			if words := intervalWords(value); words != value {
				it.out = built(at, "interval ", quoteText(words))
			}
		}
		return it
	}
	if r.is(n, "(") {
		u := r.next(r.match[n]+1, hi)
		if u < hi && dateParts[r.word(u)] != "" {
			e := r.walk(n+1, r.match[n])
			it.out, it.hi = built(at, "interval (", e, ") ", dateParts[r.word(u)]), u+1
		}
		return it
	}
	e := n
	if r.is(n, "-") || r.is(n, "+") {
		e = r.next(n+1, hi)
	}
	end := e + 1
	var operand []item
	if called := r.is(r.next(e+1, hi), "("); e < hi && (r.kind(e) == tokNumber || (r.kind(e) == tokIdent || r.kind(e) == tokQuoted) && !called && !r.isAny(e, "interval", "case")) {
		operand = append(operand, r.one(&operand, e, hi))
		end = operand[0].hi
	}
	u := r.next(end, hi)
	if len(operand) == 0 || u >= hi || dateParts[r.word(u)] == "" {
		it.fn, it.name, it.typ = "", "interval", unknown
		return it
	}
	it.hi = u + 1
	if e == n && r.kind(e) == tokNumber && dateParts[r.word(u)] == r.word(u) {
		it.out = r.slice(i, u+1)
		return it
	}
	sign := ""
	if r.is(n, "-") {
		sign = "-"
	}
	it.out = built(at, "interval (", sign, operand, ") ", dateParts[r.word(u)])
	return it
}

// intervalWords drops the commas of an interval and gives its parts the names that DuckDB knows.
func intervalWords(s string) string {
	fields := strings.Fields(strings.ReplaceAll(s, ",", " "))
	changed := strings.Contains(s, ",")
	if len(fields) == 1 && s != "" && strings.Trim(s, "0123456789") == "" {
		return s + " second" // Snowflake takes seconds for a number alone
	}
	for i, f := range fields {
		if p := dateParts[strings.ToLower(f)]; p != "" && p != strings.ToLower(f) && p+"s" != strings.ToLower(f) {
			fields[i], changed = p, true
		}
	}
	if !changed {
		return s
	}
	return strings.Join(fields, " ")
}
