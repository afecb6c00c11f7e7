package model

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func at(t *testing.T, text string) time.Time {
	t.Helper()
	got, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// TestBoundary holds boundaries to a calendar: 2026-06-01 and 2024-01-01 are Mondays, 2026-01-01 is a Thursday.
func TestBoundary(t *testing.T) {
	for _, c := range []struct {
		grain Grain
		at    string
		want  string
	}{
		{Tick, "2026-06-10T10:34:56.789Z", "2026-06-10T10:34:56.789Z"},
		{TenMinutes, "2026-06-10T10:34:56.789Z", "2026-06-10T10:30:00Z"},
		{TenMinutes, "2026-06-10T10:30:00Z", "2026-06-10T10:30:00Z"},
		{Hour, "2026-06-10T10:34:56Z", "2026-06-10T10:00:00Z"},
		{Day, "2026-06-10T10:34:56Z", "2026-06-10T00:00:00Z"},
		{Day, "2026-06-10T23:30:00-02:00", "2026-06-11T00:00:00Z"}, // half past one of the 11th in UTC
		{Week, "2026-06-10T10:34:56Z", "2026-06-08T00:00:00Z"},
		{Week, "2026-06-08T00:00:00Z", "2026-06-08T00:00:00Z"},
		{Week, "2026-06-07T23:59:59Z", "2026-06-01T00:00:00Z"}, // a Sunday is the last day of a week
		{Week, "2026-01-01T12:00:00Z", "2025-12-29T00:00:00Z"},
		{Month, "2026-06-10T00:00:00Z", "2026-06-01T00:00:00Z"}, // the 1st is the first Monday
		{Month, "2026-07-05T23:00:00Z", "2026-06-01T00:00:00Z"}, // the first Monday of July is the 6th
		{Month, "2026-07-06T00:00:00Z", "2026-07-06T00:00:00Z"},
		{Month, "2026-01-04T00:00:00Z", "2025-12-01T00:00:00Z"},
		{Year, "2026-06-10T00:00:00Z", "2026-01-05T00:00:00Z"},
		{Year, "2026-01-04T00:00:00Z", "2025-01-06T00:00:00Z"},
		{Year, "2024-01-01T00:00:00Z", "2024-01-01T00:00:00Z"},
		{Week, "1969-12-30T00:00:00Z", "1969-12-29T00:00:00Z"},
	} {
		if got := c.grain.Boundary(at(t, c.at)); !got.Equal(at(t, c.want)) {
			t.Errorf("%s of %s is %s, not %s", c.grain, c.at, got.Format(time.RFC3339Nano), c.want)
		}
	}
}

// TestBoundaries is that a boundary is not later than the time, is its own boundary, keeps the order of times, lies less than
// a period back, and is a boundary of every finer grain, so that a coarser boundary can be taken of a finer one.
func TestBoundaries(t *testing.T) {
	longest := map[Grain]time.Duration{TenMinutes: 10 * time.Minute, Hour: time.Hour, Day: 24 * time.Hour, Week: 7 * 24 * time.Hour,
		Month: 35 * 24 * time.Hour, Year: 371 * 24 * time.Hour, Tick: 1}
	rapid.Check(t, func(t *rapid.T) {
		draw := func(name string) time.Time {
			return time.Unix(rapid.Int64Range(-4e9, 8e9).Draw(t, name), rapid.Int64Range(0, 999_999_999).Draw(t, name+" ns"))
		}
		g := Grain(rapid.IntRange(int(Tick), int(Year)).Draw(t, "grain"))
		a, b := draw("a"), draw("b")
		if b.Before(a) {
			a, b = b, a
		}
		x, y := g.Boundary(a), g.Boundary(b)
		switch {
		case x.After(a):
			t.Fatalf("%s is after %s", x, a)
		case a.Sub(x) >= longest[g]:
			t.Fatalf("%s is too long before %s", x, a)
		case !g.Boundary(x).Equal(x):
			t.Fatalf("%s is not its own boundary", x)
		case y.Before(x):
			t.Fatalf("%s before %s", y, x)
		}
		for f := Tick; f <= g; f++ {
			if !f.Boundary(x).Equal(x) || !g.Boundary(f.Boundary(a)).Equal(x) {
				t.Fatalf("%s and %s do not nest at %s", f, g, a)
			}
		}
	})
}

// TestGrainSpec reads what time_grain_spec takes, and evaluates it on Wednesday, the 10th of June 2026.
func TestGrainSpec(t *testing.T) {
	now := at(t, "2026-06-10T10:34:56Z")
	for text, want := range map[string]string{
		"daily": "2026-06-10T00:00:00Z", "Weekly": "2026-06-08T00:00:00Z", "hourly": "2026-06-10T10:00:00Z", "monthly": "2026-06-01T00:00:00Z",
		"yearly": "2026-01-05T00:00:00Z", "day": "2026-06-10T00:00:00Z", "10minutes": "2026-06-10T10:30:00Z", "tick": "2026-06-10T10:34:56Z",
		"-1Day": "2026-06-09T00:00:00Z", "-0Day": "2026-06-10T00:00:00Z", "-2 weeks": "2026-05-25T00:00:00Z", "-1Month": "2026-05-04T00:00:00Z",
		"-2Hours": "2026-06-10T08:00:00Z", "-1Year": "2025-01-06T00:00:00Z", "-1TenMinutes": "2026-06-10T10:20:00Z", "-3 10minutes": "2026-06-10T10:00:00Z",
	} {
		s, ok := grainSpecOf(text)
		if got := s.At(now); !ok || !got.Equal(at(t, want)) {
			t.Errorf("%q is %s (%v), not %s", text, got.Format(time.RFC3339), ok, want)
		}
	}
	for _, text := range []string{"", "dayly", "1Day", "+1Day", "-1", "-1Tick", "-1fortnight", "-5000Day", "day ago"} {
		if s, ok := grainSpecOf(text); ok {
			t.Errorf("%q is read as %s", text, s)
		}
	}
}
