package template

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"kith/internal/diag"
)

// Time is the end or begin time of the run, perhaps shifted. Written, it is a hole, so that the text is the same in every
// run; only looking at its value makes the text depend on the run.
type Time struct {
	// Which is "end_time", "begin_time" or another name that the host resolves.
	Which string
	// Shift is the chain of methods applied to it, in canonical form: ".AddDate(0,0,-7).Add(-1h0m0s)".
	Shift string
	// Time is the value with the shift applied, in UTC.
	Time time.Time
}

// Duration is a span of time, as Sub gives.
type Duration time.Duration

func (Time) noun() string     { return "a time" }
func (Duration) noun() string { return "a duration" }

// TextTimeHole is a time written as text in a Go layout.
type TextTimeHole struct{ Which, Shift, Layout string }

// SQLTimeHole is a time written as a timestamp literal of the dialect.
type SQLTimeHole struct{ Which, Shift string }

// HoleKey is "end_time 2006-01-02", with the shift after the name.
func (h TextTimeHole) HoleKey() string { return h.Which + h.Shift + " " + h.Layout }

// HoleKey is "end_time_sql", with the shift after the name.
func (h SQLTimeHole) HoleKey() string { return h.Which + "_sql" + h.Shift }

// Text returns the hole's text for the time that Which names in this run.
func (h TextTimeHole) Text(run time.Time) string { return applyShift(run, h.Shift).Format(h.Layout) }

// Time returns the instant the literal stands for, given the time that Which names in this run.
func (h SQLTimeHole) Time(run time.Time) time.Time { return applyShift(run, h.Shift) }

// TextHole is the hole of t as text.
func (t Time) TextHole(layout string) TextTimeHole { return TextTimeHole{t.Which, t.Shift, layout} }

// SQLHole is the hole of t as a literal of the dialect.
func (t Time) SQLHole() SQLTimeHole { return SQLTimeHole{t.Which, t.Shift} }

// shifted appends a step to the shift and applies it.
func (t Time) shifted(step string) Time {
	return Time{t.Which, t.Shift + step, applyShift(t.Time, step)}
}

// applyShift applies a chain of steps as shifted writes them. UTC comes first, because the calendar arithmetic of AddDate
// depends on the zone.
func applyShift(t time.Time, shift string) time.Time {
	t = t.UTC()
	for shift != "" {
		open, end := strings.IndexByte(shift, '('), strings.IndexByte(shift, ')')
		if open < 1 || end < open {
			return t
		}
		name, args := shift[1:open], shift[open+1:end]
		shift = shift[end+1:]
		switch name {
		case "AddDate":
			var n [3]int
			for i, a := range strings.SplitN(args, ",", 3) {
				n[i], _ = strconv.Atoi(a)
			}
			t = t.AddDate(n[0], n[1], n[2])
		case "Add":
			d, _ := time.ParseDuration(args)
			t = t.Add(d)
		case "Truncate":
			d, _ := time.ParseDuration(args)
			t = t.Truncate(d)
		}
	}
	return t
}

var timeMembers = []string{"Add", "AddDate", "After", "Before", "Compare", "Day", "Equal", "Format", "Hour", "IsZero", "Minute",
	"Month", "Second", "String", "Sub", "Truncate", "UTC", "Unix", "UnixMicro", "UnixMilli", "UnixNano", "Weekday", "Year", "YearDay"}

// member returns a method of Go's time.Time.
func (t Time) member(name string) (Value, bool) {
	switch name {
	case "UTC":
		return method(0, func(*CallContext, []Value) (Value, error) { return t, nil }), true
	case "Format":
		return method(1, func(ctx *CallContext, args []Value) (Value, error) {
			layout, err := PlainString(args[0], "a layout")
			if err != nil {
				return nil, err
			}
			return HoleValue{t.TextHole(layout)}, nil
		}), true
	case "String":
		return method(0, func(*CallContext, []Value) (Value, error) {
			return HoleValue{t.TextHole("2006-01-02 15:04:05.999999999 -0700 MST")}, nil
		}), true
	case "AddDate":
		return method(3, func(ctx *CallContext, args []Value) (Value, error) {
			var n [3]int64
			for i, a := range args {
				v, ok := wholeNumber(a)
				if !ok || v > 1e6 || v < -1e6 {
					return nil, &Failure{Code: diag.TemplateKind, At: ctx.ArgAt(i),
						Message: "AddDate wants years, months and days as whole numbers, got " + a.noun()}
				}
				n[i] = v
			}
			return t.shifted(fmt.Sprintf(".AddDate(%d,%d,%d)", n[0], n[1], n[2])), nil
		}), true
	case "Add", "Truncate":
		return method(1, func(ctx *CallContext, args []Value) (Value, error) {
			d, err := duration(args[0])
			if err != nil {
				return nil, err
			}
			return t.shifted(fmt.Sprintf(".%s(%s)", name, d)), nil
		}), true
	case "Sub", "Before", "After", "Equal", "Compare":
		return method(1, func(ctx *CallContext, args []Value) (Value, error) {
			u, ok := args[0].(Time)
			if !ok {
				return nil, Failf(diag.TemplateKind, "%s wants a time, got %s", name, args[0].noun())
			}
			ctx.LookedAtTime()
			switch name {
			case "Sub":
				return Duration(t.Time.Sub(u.Time)), nil
			case "Before":
				return Bool(t.Time.Before(u.Time)), nil
			case "After":
				return Bool(t.Time.After(u.Time)), nil
			case "Compare":
				return Int(t.Time.Compare(u.Time)), nil
			}
			return Bool(t.Time.Equal(u.Time)), nil
		}), true
	}
	get, ok := timeFields[name]
	if !ok {
		return nil, false
	}
	return method(0, func(ctx *CallContext, _ []Value) (Value, error) {
		ctx.LookedAtTime()
		return get(t.Time), nil
	}), true
}

// timeFields are the methods without arguments that look at the value.
var timeFields = map[string]func(time.Time) Value{
	"Unix":      func(t time.Time) Value { return Int(t.Unix()) },
	"UnixMilli": func(t time.Time) Value { return Int(t.UnixMilli()) },
	"UnixMicro": func(t time.Time) Value { return Int(t.UnixMicro()) },
	"UnixNano":  func(t time.Time) Value { return Int(t.UnixNano()) },
	"Year":      func(t time.Time) Value { return Int(t.Year()) },
	"Month":     func(t time.Time) Value { return NamedInt{int64(t.Month()), t.Month().String()} },
	"Day":       func(t time.Time) Value { return Int(t.Day()) },
	"Hour":      func(t time.Time) Value { return Int(t.Hour()) },
	"Minute":    func(t time.Time) Value { return Int(t.Minute()) },
	"Second":    func(t time.Time) Value { return Int(t.Second()) },
	"YearDay":   func(t time.Time) Value { return Int(t.YearDay()) },
	"Weekday":   func(t time.Time) Value { return NamedInt{int64(t.Weekday()), t.Weekday().String()} },
	"IsZero":    func(t time.Time) Value { return Bool(t.IsZero()) },
}

var durationMembers = []string{"Hours", "Milliseconds", "Minutes", "Nanoseconds", "Seconds", "String"}

// member returns a method of Go's time.Duration.
func (d Duration) member(name string) (Value, bool) {
	var v Value
	switch g := time.Duration(d); name {
	case "Hours":
		v = Float(g.Hours())
	case "Minutes":
		v = Float(g.Minutes())
	case "Seconds":
		v = Float(g.Seconds())
	case "Milliseconds":
		v = Int(g.Milliseconds())
	case "Nanoseconds":
		v = Int(g.Nanoseconds())
	case "String":
		v = Str(g.String())
	default:
		return nil, false
	}
	return method(0, func(*CallContext, []Value) (Value, error) { return v, nil }), true
}

// duration reads an argument as a duration: nanoseconds as a number, or text such as "-36h".
func duration(v Value) (time.Duration, error) {
	switch v := v.(type) {
	case Int:
		return time.Duration(v), nil
	case Float:
		if v > -9e18 && v < 9e18 {
			return time.Duration(v), nil
		}
	case Duration:
		return time.Duration(v), nil
	case String:
		if d, err := time.ParseDuration(v.Text.S); err == nil {
			return d, nil
		}
	}
	return 0, &Failure{Code: diag.TemplateKind, Message: "a duration is a number of nanoseconds or text such as \"-36h\", got " + v.noun()}
}

// method is a function of a fixed number of positional arguments.
func method(n int, f func(ctx *CallContext, args []Value) (Value, error)) Value {
	return FuncOf(func(ctx *CallContext, args []Value, kw []Named) (Value, error) {
		if len(args) != n || len(kw) > 0 {
			return nil, Failf(diag.TemplateArguments, "%s wanted, got %s", countOf(n, "argument"), countOf(len(args)+len(kw), ""))
		}
		return f(ctx, args)
	})
}

func countOf(n int, word string) string {
	s := strconv.Itoa(n)
	if word == "" {
		return s
	}
	if n != 1 {
		word += "s"
	}
	return s + " " + word
}

// sqlTime is end_time_sql or begin_time_sql: written as a hole, and also callable without arguments.
type sqlTime struct{ hole SQLTimeHole }

func (sqlTime) Kind() string                        { return "a time" }
func (sqlTime) Member(string) (Value, bool)         { return nil, false }
func (o sqlTime) Write(*CallContext) (Value, error) { return HoleValue{o.hole}, nil }
func (o sqlTime) Call(_ *CallContext, args []Value, kw []Named) (Value, error) {
	if len(args)+len(kw) > 0 {
		return nil, Failf(diag.TemplateArguments, "%s_sql takes no arguments", o.hole.Which)
	}
	return HoleValue{o.hole}, nil
}
