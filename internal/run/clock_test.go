package run

import (
	"testing"
	"time"
)

// TestClock stamps two steps that overlap and one that never ran: starts count from the start of the run.
func TestClock(t *testing.T) {
	at := time.Date(2026, 5, 1, 2, 0, 0, 0, time.FixedZone("", 7200))
	c := newClock(func() time.Time { return at })
	pass := func(d time.Duration, e Event) {
		at = at.Add(d)
		c.stamp(e)
	}
	opened := &RunStarted{}
	a, b := &StepDone{Addr: "a", Status: Done}, &StepDone{Addr: "b", Status: Failed}
	left := &StepDone{Addr: "c", Status: Skipped}
	begun := &StepStarted{Addr: "b"}
	pass(0, opened)
	pass(time.Second, &StepStarted{Addr: "a"})
	pass(time.Second, begun)
	pass(3*time.Second, a)
	pass(time.Second, b)
	pass(time.Second, left)
	if want := time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC); opened.At != want {
		t.Errorf("the run began at %v, want %v", opened.At, want)
	}
	if begun.Start != 2*time.Second {
		t.Errorf("b began after %v", begun.Start)
	}
	for _, c := range []struct {
		e           *StepDone
		start, took time.Duration
	}{{a, time.Second, 4 * time.Second}, {b, 2 * time.Second, 4 * time.Second}, {left, 7 * time.Second, 0}} {
		if c.e.Start != c.start || c.e.Took != c.took {
			t.Errorf("%s: start %v, took %v; want %v, %v", c.e.Addr, c.e.Start, c.e.Took, c.start, c.took)
		}
	}
	if c.since() != 7*time.Second {
		t.Errorf("the run has lasted %v", c.since())
	}
}
