package project

import (
	"context"
	"regexp"
	"strconv"
	"time"

	"kith/internal/diag"
	"kith/internal/run"
	"kith/internal/source"
)

// When is what the command line says of time and sequence number, as it was typed; "" is not given.
type When struct {
	SeqNo, BeginTime, EndTime, EndTimeOffset string
}

// Moment is the context of a compile or run.
type Moment struct {
	SeqNo              int64
	BeginTime, EndTime time.Time // a zero BeginTime is none
	// Known tells that the sequence number is in the registry already.
	Known bool
}

// times are the parsed values of a When.
type times struct {
	seqNo      int64 // 0: new
	latest     bool
	begin, end time.Time
	offset     time.Duration
}

// parse reads the flags and reports all mistakes.
func (w When) parse() (times, diag.List) {
	var out times
	var diags diag.List
	fail := func(format string, args ...any) *diag.Diagnostic {
		return diags.Errorf(diag.WTime, source.Span{}, format, args...)
	}
	at := func(flag, text string) time.Time {
		if text == "" {
			return time.Time{}
		}
		t, ok := parseTime(text)
		if !ok {
			fail("--%s %q is no time", flag, text).WithFix("write it like 2026-06-30T00:00:00Z, or as Unix seconds")
		}
		return t
	}
	out.begin, out.end = at("begin_time", w.BeginTime), at("end_time", w.EndTime)
	if !out.begin.IsZero() && !out.end.IsZero() && !out.begin.Before(out.end) {
		fail("--begin_time is not before --end_time")
	}
	if w.EndTimeOffset != "" {
		d, err := time.ParseDuration(w.EndTimeOffset)
		switch {
		case err != nil || d < 0:
			fail("--end_time_offset %q is no length of time", w.EndTimeOffset).WithFix("write it like 45m or 2h30m")
		case w.EndTime != "" || numbered(w.SeqNo):
			fail("--end_time_offset counts back from now and cannot be given with --end_time or --seq_no")
		}
		out.offset = d
	}
	switch w.SeqNo {
	case "", "new":
	case "latest":
		out.latest = true
	default:
		n, err := strconv.ParseInt(w.SeqNo, 10, 64)
		if err != nil || n < 1 {
			diags.Errorf(diag.WSeqNo, source.Span{}, "--seq_no %q is none of: a number from 1, latest, new", w.SeqNo)
		}
		out.seqNo = n
	}
	return out, diags
}

func numbered(seqNo string) bool { return seqNo != "" && seqNo != "new" }

var unixSeconds = regexp.MustCompile(`^[0-9]{1,12}$`)

// parseTime reads RFC 3339 or Unix seconds.
func parseTime(s string) (time.Time, bool) {
	if unixSeconds.MatchString(s) {
		n, _ := strconv.ParseInt(s, 10, 64)
		return time.Unix(n, 0).UTC(), true
	}
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil || t.Year() < 1 || t.Year() > 9999 {
		return time.Time{}, false
	}
	return t.UTC(), true
}

// Check reports what is wrong with the flags alone, before anything is opened.
func (w When) Check() diag.List {
	_, diags := w.parse()
	return diags
}

// Offline is the moment without a warehouse: sequence number 1 unless one is given.
func (w When) Offline(now time.Time) (Moment, diag.List) {
	t, diags := w.parse()
	if t.latest {
		diags.Errorf(diag.WSeqNo, source.Span{}, "--seq_no latest needs the warehouse").WithFix("give the number, or leave out --assume_all_inputs_exist")
	}
	m := Moment{SeqNo: max(t.seqNo, 1), BeginTime: t.begin, EndTime: t.end}
	if m.EndTime.IsZero() {
		m.EndTime = now.UTC().Truncate(time.Second).Add(-t.offset)
	}
	return m, diags
}

// In is the moment in a warehouse. boundary gives the latest end time at or before one at which anything of the project changes. A number that the registry knows brings its times with it; equal times get the number
// they had before.
func (w When) In(ctx context.Context, reg *run.Registry, now time.Time, boundary func(time.Time) time.Time) (Moment, diag.List, error) {
	t, diags := w.parse()
	if diags.HasErrors() {
		return Moment{}, diags, nil
	}
	m := Moment{SeqNo: t.seqNo, BeginTime: t.begin, EndTime: t.end}
	if t.latest {
		n, ok, err := reg.Latest(ctx)
		if err != nil {
			return m, diags, err
		}
		if !ok {
			diags.Errorf(diag.WSeqNo, source.Span{}, "there is no latest seq no: no run has been published in this warehouse yet").WithFix("kith run, without --seq_no")
			return m, diags, nil
		}
		m.SeqNo = n
	}
	if m.SeqNo != 0 {
		begin, end, ok, err := reg.Context(ctx, m.SeqNo)
		if err != nil {
			return m, diags, err
		}
		switch {
		case ok:
			m.known(begin, end, &diags)
			return m, diags, nil
		case !m.EndTime.IsZero():
			m.EndTime = boundary(m.EndTime)
		default:
			diags.Errorf(diag.WSeqNo, source.Span{}, "seq no %d is not in the registry of this warehouse", m.SeqNo).
				WithFix("give --end_time as well to begin it, or leave out --seq_no")
		}
		return m, diags, nil
	}
	if m.EndTime.IsZero() {
		m.EndTime = now.UTC().Truncate(time.Second).Add(-t.offset)
	}
	m.EndTime = boundary(m.EndTime)
	n, err := reg.Sequence(ctx, m.BeginTime, m.EndTime)
	m.SeqNo = n
	return m, diags, err
}

// known takes the times of the registry; other ones on the command line are a mistake, since the tables of that number
// were made for these.
func (m *Moment) known(begin, end time.Time, diags *diag.List) {
	differs := !m.EndTime.IsZero() && !m.EndTime.Equal(end) || !m.BeginTime.IsZero() && !m.BeginTime.Equal(begin)
	if differs {
		diags.Errorf(diag.WSeqNo, source.Span{}, "seq no %d has the end time %s", m.SeqNo, end.UTC().Format(time.RFC3339)).
			WithFix("leave out the times, or leave out --seq_no")
	}
	m.BeginTime, m.EndTime, m.Known = begin, end, true
}
