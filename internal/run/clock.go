package run

import "time"

// clock gives events their times. All of a run's times come from one clock, which a test can set.
type clock struct {
	now     func() time.Time
	started time.Time
	began   map[string]time.Duration // by address, of steps that run
}

func newClock(now func() time.Time) *clock {
	if now == nil {
		now = time.Now
	}
	return &clock{now: now, started: now(), began: map[string]time.Duration{}}
}

// since is how long the run has lasted.
func (c *clock) since() time.Duration { return c.now().Sub(c.started) }

// stamp puts the times into an event. Events come one at a time. What ended without having begun took no time.
func (c *clock) stamp(e Event) {
	switch e := e.(type) {
	case *RunStarted:
		e.At = c.started.UTC()
	case *StepStarted:
		e.Start = c.since()
		c.began[e.Addr] = e.Start
	case *StepDone:
		now := c.since()
		e.Start = now
		if start, ok := c.began[e.Addr]; ok {
			e.Start, e.Took = start, now-start
		}
	}
}
