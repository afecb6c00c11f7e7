package page

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"

	"kith/internal/project"
)

// chart is the timeline: a bar for each step that ran and, above them, how many ran at a time.
type chart struct {
	Bars  []bar
	Ticks []tick
	// Load is a path in a box of 1000 by 100 that is as high as steps ran at once; Most is the highest.
	Load string
	Most int
}

// bar is a step with its place on the timeline in percent.
type bar struct {
	*project.RunStep
	Index       int
	Left, Width string
	// Missed is the title of the step that a skipped one waited for.
	Missed string
}

// tick is a mark of the axis.
type tick struct {
	Left, Text string
	// Minor marks are left out where there is little room.
	Minor bool
}

// mostTicks is how many marks the axis has at most.
const mostTicks = 8

func newChart(r *project.RunReport) *chart {
	total := r.Seconds
	titles := map[string]string{}
	for _, s := range r.Steps {
		titles[s.Step] = s.Title
		if s.Start != nil && s.Seconds != nil {
			total = max(total, *s.Start+*s.Seconds)
		}
	}
	c := &chart{}
	for i, s := range r.Steps {
		b := bar{RunStep: s, Index: i, Missed: titles[s.Cause]}
		if b.Missed == "" {
			b.Missed = s.Cause
		}
		if s.Start != nil && s.Seconds != nil && total > 0 {
			b.Left, b.Width = percent(*s.Start/total), percent(*s.Seconds/total)
		}
		c.Bars = append(c.Bars, b)
	}
	c.ticks(total)
	c.load(r.Steps, total)
	return c
}

// ticks puts round marks on the axis, the first at 0.
func (c *chart) ticks(total float64) {
	if total <= 0 {
		return
	}
	step := roundStep(total / mostTicks)
	for i := 0; ; i++ {
		at := float64(i) * step
		if at > total*0.97 { // a mark at the very end would hang over the edge
			return
		}
		text := "0"
		if i > 0 {
			text = markOf(at)
		}
		c.Ticks = append(c.Ticks, tick{percent(at / total), text, i%2 == 1})
	}
}

// roundSteps are distances between marks above a second that read well: 1, 2, 5, 10, 15, 30 seconds, then minutes and hours.
var roundSteps = []float64{1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 4 * 3600, 6 * 3600, 12 * 3600, 24 * 3600}

// roundStep is the least round distance that is not below a length in seconds.
func roundStep(least float64) float64 {
	if least > 0.5 {
		for _, s := range roundSteps {
			if s >= least {
				return s
			}
		}
		return math.Ceil(least/86400) * 86400
	}
	power := math.Pow(10, math.Floor(math.Log10(least)))
	for _, m := range []float64{1, 2, 5, 10} {
		if m*power >= least*(1-1e-9) {
			return m * power
		}
	}
	return 10 * power
}

// markOf writes a time on the axis without digits that say nothing: 200ms, 1.5s, 2m, 1h30m.
func markOf(s float64) string {
	switch {
	case s < 1:
		return strconv.FormatFloat(math.Round(s*1e6)/1e3, 'f', -1, 64) + "ms"
	case s < 60:
		return strconv.FormatFloat(math.Round(s*100)/100, 'f', -1, 64) + "s"
	}
	whole := int(math.Round(s))
	h, m, rest := whole/3600, whole/60%60, whole%60
	var b strings.Builder
	for _, p := range []struct {
		n    int
		unit string
	}{{h, "h"}, {m, "m"}, {rest, "s"}} {
		if p.n > 0 {
			b.WriteString(strconv.Itoa(p.n) + p.unit)
		}
	}
	return b.String()
}

// load draws how many steps ran at each time.
func (c *chart) load(steps []*project.RunStep, total float64) {
	type change struct {
		at int64 // in microseconds, so that the end of a step and the start of the next are equal
		by int
	}
	micros := func(s float64) int64 { return int64(math.Round(s * 1e6)) }
	var changes []change
	for _, s := range steps {
		if s.Start != nil && s.Seconds != nil {
			changes = append(changes, change{micros(*s.Start), 1}, change{micros(*s.Start) + micros(*s.Seconds), -1})
		}
	}
	slices.SortStableFunc(changes, func(a, b change) int { // ends come before what begins at the same time
		return cmp.Or(cmp.Compare(a.at, b.at), a.by-b.by)
	})
	n := 0
	for _, ch := range changes {
		n += ch.by
		c.Most = max(c.Most, n)
	}
	if c.Most == 0 || total <= 0 {
		return
	}
	var b strings.Builder
	b.WriteString("M0 100")
	n = 0
	for _, ch := range changes {
		n += ch.by
		b.WriteString("H" + short(float64(ch.at)/1000/total) + "V" + short(100-100*float64(n)/float64(c.Most)))
	}
	b.WriteString("H1000V100Z")
	c.Load = b.String()
}

// percent is a share as CSS reads it.
func percent(x float64) string { return short(100*x) + "%" }

func short(x float64) string { return strconv.FormatFloat(math.Round(x*1000)/1000, 'f', -1, 64) }
