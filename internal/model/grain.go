package model

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Grain says how often a node changes: runs whose end times lie between two boundaries of its grain share what was built for
// the first of the two. Grains nest: a boundary of one is a boundary of all finer ones.
type Grain int

// The grains, finest first. Tick is every run.
const (
	Tick Grain = iota
	TenMinutes
	Hour
	Day
	Week
	Month
	Year
)

var grainNames = []string{"tick", "tenminutes", "hour", "day", "week", "month", "year"}

// grainWords are other spellings: of the language (modelling.md section 13), and the adverbs that time_grain_spec takes.
var grainWords = map[string]Grain{"10minutes": TenMinutes, "hourly": Hour, "daily": Day, "weekly": Week, "monthly": Month, "yearly": Year}

// String is the grain as projects write it.
func (g Grain) String() string { return grainNames[g] }

// grainOf reads a spelling of a grain; ok is false for any other text.
func grainOf(text string) (g Grain, ok bool) {
	text = strings.ToLower(text)
	if i := slices.Index(grainNames, text); i >= 0 {
		return Grain(i), true
	}
	g, ok = grainWords[text]
	return g, ok
}

// Boundary is the latest boundary of the grain at or before t, in UTC: weeks begin on Monday, months and years on their first
// Monday, so that they are whole weeks (modelling.md section 13). Every instant is a boundary of Tick.
func (g Grain) Boundary(t time.Time) time.Time {
	t = t.UTC()
	switch g {
	case TenMinutes:
		return t.Truncate(10 * time.Minute)
	case Hour:
		return t.Truncate(time.Hour)
	case Day:
		return midnight(t.Year(), t.Month(), t.Day())
	case Week:
		return midnight(t.Year(), t.Month(), t.Day()-sinceMonday(t))
	case Month:
		first := firstMonday(t.Year(), t.Month())
		if first.After(t) {
			first = firstMonday(t.Year(), t.Month()-1)
		}
		return first
	case Year:
		first := firstMonday(t.Year(), time.January)
		if first.After(t) {
			first = firstMonday(t.Year()-1, time.January)
		}
		return first
	}
	return t
}

func midnight(year int, month time.Month, day int) time.Time {
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}

// sinceMonday is how many days before the day of t its week began.
func sinceMonday(t time.Time) int { return (int(t.Weekday()) + 6) % 7 }

func firstMonday(year int, month time.Month) time.Time {
	first := midnight(year, month, 1)
	return first.AddDate(0, 0, (7-sinceMonday(first))%7)
}

// GrainSpec is a time_grain_spec of DeRef: the boundary of a grain that is the latest but Back ones. The zero value is the
// time that the reader itself is evaluated at.
type GrainSpec struct {
	Grain Grain
	Back  int
}

// IsZero reports whether the reader's own time is meant.
func (s GrainSpec) IsZero() bool { return s == GrainSpec{} }

// At is the time that is meant by a reader that is evaluated at t.
func (s GrainSpec) At(t time.Time) time.Time {
	t = s.Grain.Boundary(t)
	for range s.Back {
		t = s.Grain.Boundary(t.Add(-time.Nanosecond))
	}
	return t
}

// String is the spec as HoleKey and messages write it: "day", "-1day".
func (s GrainSpec) String() string {
	if s.Back == 0 {
		return s.Grain.String()
	}
	return strconv.Itoa(-s.Back) + s.Grain.String()
}

var relativeGrain = regexp.MustCompile(`^-([0-9]{1,4})\s*([A-Za-z0-9]+?)s?$`)

// maxBack bounds how many boundaries a time_grain_spec goes back.
const maxBack = 1000

// grainSpecOf reads a time_grain_spec: a grain or its adverb, or "-1Day" and its like for earlier boundaries (observed.md
// section 5.6). ok is false for any other text.
func grainSpecOf(text string) (s GrainSpec, ok bool) {
	text = strings.TrimSpace(text)
	if g, ok := grainOf(text); ok {
		return GrainSpec{Grain: g}, true
	}
	m := relativeGrain.FindStringSubmatch(text)
	if m == nil {
		return s, false
	}
	g, ok := grainOf(m[2])
	if !ok { // the plural is the name: "10minutes"
		g, ok = grainOf(m[2] + "s")
	}
	n, err := strconv.Atoi(m[1])
	return GrainSpec{g, n}, ok && err == nil && n <= maxBack && g != Tick
}
