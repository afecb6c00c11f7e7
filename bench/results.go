package main

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
)

// Results is everything that was measured, as it is written to the results file.
type Results struct {
	Machine string     `json:"machine"`
	Threads int        `json:"threads"`
	Memory  string     `json:"memory"`
	Sizes   []*Size    `json:"sizes"`
	Compile []*Compile `json:"compile"`
	Graphs  []*Graph   `json:"graphs,omitempty"`
	Huge    *Solved    `json:"huge,omitempty"`
	Limited *Limited   `json:"limited"`
	Figures []Figure   `json:"figures"`
}

// Figure is one line of the table.
type Figure struct {
	What     string `json:"what"`
	Events   int64  `json:"events,omitempty"`
	Measured string `json:"measured"`
	Target   string `json:"target,omitempty"`
	// OK is null when there is no target.
	OK *bool `json:"ok"`
	// Steps tell, for a miss, where the time goes.
	Steps []Step `json:"steps,omitempty"`
}

// Targets: what the ratios must keep.
const (
	maxGrowth     = 12.0 // whole run, ten times the events
	maxGraph      = 8.0  // graph step over union-find of integers
	maxAdded      = 0.15 // features steps of a run with one feature more over those of all
	maxAgain      = 0.01 // CPU of an unchanged run over that of a whole one
	maxFused      = 1.3  // features over one statement by hand
	minEach       = 2.0  // one query a feature over features
	maxCompile    = 0.5  // seconds, warm, of a project of up to smallVars
	maxLarge      = 3.0  // the same of a larger one
	maxCheck      = 1.0  // seconds, warm, of any
	smallVars     = 1000
	judgedFrom    = 1_000_000
	shownOfMisses = 6
)

// judge makes the figures. Below judgedFrom events the fixed costs of statements stand in every ratio, so those are shown
// without a verdict.
func (r *Results) judge() {
	for _, s := range r.Sizes {
		cost := Cost{Seconds: medianOf(s.Runs, func(c Cost) float64 { return c.Seconds }), CPUSeconds: medianOf(s.Runs, func(c Cost) float64 { return c.CPUSeconds }),
			PeakMB: int64(medianOf(s.Runs, func(c Cost) float64 { return float64(c.PeakMB) }))}
		r.add(Figure{What: "whole run", Events: s.Events, Measured: cost.String()})
	}
	for _, s := range r.Sizes {
		r.unchanged(s)
	}
	for _, s := range r.Sizes {
		r.onPostgres(s)
	}
	for i, s := range r.Sizes {
		if i == 0 || s.Events != 10*r.Sizes[i-1].Events {
			continue
		}
		seconds := func(c Cost) float64 { return c.Seconds }
		growth := medianOf(s.Runs, seconds) / medianOf(r.Sizes[i-1].Runs, seconds)
		f := Figure{What: fmt.Sprintf("whole run, growth from %s", number(r.Sizes[i-1].Events)), Events: s.Events, Measured: fmt.Sprintf("%.1fx", growth)}
		if r.Sizes[i-1].Events >= judgedFrom {
			f.atMost(growth, maxGrowth, s.Steps)
		}
		r.add(f)
	}
	for _, s := range r.Sizes {
		r.ratios(s)
	}
	r.ofGraphs()
	for _, c := range r.Compile {
		r.compiled(c)
	}
	if l := r.Limited; l != nil {
		f := Figure{What: "whole run under " + l.Memory, Events: l.Events, Measured: l.Cost.String(), Target: "finishes"}
		if l.Failed != "" {
			f.Measured = "failed, " + f.Measured
		}
		f.judged(l.Failed == "", nil)
		r.add(f)
	}
}

// unchangedFrom is the size from which an unchanged run is judged: below, starting a process weighs more than the data.
const unchangedFrom = 10_000_000

// unchanged is what a run costs that has nothing to do.
func (r *Results) unchanged(s *Size) {
	if len(s.Again) == 0 {
		return
	}
	cpu := func(c Cost) float64 { return c.CPUSeconds }
	again, whole := medianOf(s.Again, cpu), medianOf(s.Runs, cpu)
	f := Figure{What: "unchanged run / whole run, CPU", Events: s.Events, Measured: fmt.Sprintf("%.2f%% = %s / %s", 100*again/whole, span(again), span(whole))}
	if s.Events >= unchangedFrom {
		f.Target = fmt.Sprintf("at most %g%%", 100*maxAgain)
		f.judged(again <= maxAgain*whole, nil)
	}
	r.add(f)
}

// onPostgres sets the same project on a Postgres server beside the embedded warehouse.
func (r *Results) onPostgres(s *Size) {
	if s.Postgres == nil {
		return
	}
	here := medianOf(s.Runs, func(c Cost) float64 { return c.Seconds })
	r.add(Figure{What: "whole run on Postgres / on DuckDB", Events: s.Events,
		Measured: fmt.Sprintf("%.1fx = %s / %s", s.Postgres.Seconds/here, span(s.Postgres.Seconds), span(here))})
}

// compiled adds the figures of a large project.
func (r *Results) compiled(c *Compile) {
	size := fmt.Sprintf("%d vars, %d inputs", c.Vars, c.Inputs)
	limit := maxCompile
	if c.Vars > smallVars {
		limit = maxLarge
	}
	warm, check := median(c.Warm), median(c.Check)
	f := Figure{What: "compile " + size + ", warm", Measured: fmt.Sprintf("%.2f s", warm), Target: fmt.Sprintf("under %.1f s", limit)}
	f.judged(warm < limit, nil)
	g := Figure{What: "check " + size + ", warm", Measured: fmt.Sprintf("%.2f s", check), Target: fmt.Sprintf("under %.1f s", maxCheck)}
	g.judged(check < maxCheck, nil)
	r.add(f, g, Figure{What: "compile " + size + ", cold", Measured: c.Cold.String()})
}

// ratios are the figures of one size that compare kith with a reference.
func (r *Results) ratios(s *Size) {
	graph, features := median(s.Graph), median(s.Features)
	judged := s.Events >= judgedFrom
	of := func(match func(string) bool) []Step {
		var out []Step
		for _, st := range s.Steps {
			if match(st.Title) {
				out = append(out, st)
			}
		}
		return out
	}
	ratio := func(what string, a, b float64) Figure {
		return Figure{What: what, Events: s.Events, Measured: fmt.Sprintf("%.2fx = %s / %s", a/b, span(a), span(b))}
	}
	f := ratio("graph / union-find of integers", graph, median(s.UnionFind))
	if judged {
		f.atMost(graph/median(s.UnionFind), maxGraph, of(func(t string) bool { return t == graphStep }))
	}
	r.add(f, ratio("graph / reading distinct ids and union-find", graph, median(s.Distinct)+median(s.UnionFind)))
	f = ratio("features / one statement by hand", features, median(s.Fused))
	if judged {
		f.atMost(features/median(s.Fused), maxFused, of(featureStep.MatchString))
	}
	r.add(f, ratio("features / the same with ties settled", features, median(s.Stable)))
	if len(s.Added) > 0 {
		f = Figure{What: "one feature more / features", Events: s.Events, Measured: fmt.Sprintf("%.1f%% = %s / %s", 100*median(s.Added)/features, span(median(s.Added)), span(features))}
		if judged {
			f.Target = fmt.Sprintf("at most %g%%", 100*maxAdded)
			f.judged(median(s.Added) <= maxAdded*features, nil)
		}
		r.add(f)
	}
	f = ratio("one query a feature / features", median(s.Each), features)
	if judged {
		f.Target = fmt.Sprintf("at least %gx, aim 4x", minEach)
		f.judged(median(s.Each)/features >= minEach, of(featureStep.MatchString))
	}
	r.add(f)
}

func (r *Results) add(f ...Figure) { r.Figures = append(r.Figures, f...) }

func (f *Figure) atMost(value, target float64, steps []Step) {
	f.Target = fmt.Sprintf("at most %gx", target)
	f.judged(value <= target, steps)
}

func (f *Figure) judged(ok bool, steps []Step) {
	f.OK = &ok
	if !ok {
		f.Steps = slices.Clone(steps)
		slices.SortStableFunc(f.Steps, func(a, b Step) int {
			switch {
			case a.Seconds > b.Seconds:
				return -1
			case a.Seconds < b.Seconds:
				return 1
			}
			return 0
		})
		f.Steps = f.Steps[:min(len(f.Steps), shownOfMisses)]
	}
}

// write saves the results as JSON.
func (r *Results) write(path string) error {
	b, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(b, '\n'), 0o644)
}

// text is the table, and for each miss the steps that take the time.
func (r *Results) text() string {
	var sb strings.Builder
	fmt.Fprintf(&sb, "\nkith against references on %s; engine with %d threads and %s\n", r.Machine, r.Threads, r.Memory)
	for _, s := range r.Sizes {
		fmt.Fprintf(&sb, "%s events: %s ids of %s profiles; results equal to those of the references\n", number(s.Events), number(s.Nodes), number(s.Profiles))
	}
	rows := [][]string{{"measure", "size", "measured", "target", ""}}
	for _, f := range r.Figures {
		verdict := ""
		if f.OK != nil {
			verdict = map[bool]string{true: "ok", false: "MISS"}[*f.OK]
		}
		events := ""
		if f.Events > 0 {
			events = number(f.Events)
		}
		rows = append(rows, []string{f.What, events, f.Measured, f.Target, verdict})
	}
	sb.WriteString("\n")
	for _, row := range aligned(rows) {
		sb.WriteString(row + "\n")
	}
	if r.Limited != nil && r.Limited.Failed != "" {
		fmt.Fprintf(&sb, "\nMISS whole run under %s: %s\n", r.Limited.Memory, firstLine(r.Limited.Failed))
	}
	for _, f := range r.Figures {
		if len(f.Steps) == 0 {
			continue
		}
		fmt.Fprintf(&sb, "\nMISS %s, %s events:\n", f.What, number(f.Events))
		for _, s := range f.Steps {
			fmt.Fprintf(&sb, "  %9s  %s\n", span(s.Seconds), s.Title)
		}
	}
	return sb.String()
}

// aligned pads the cells of rows to columns.
func aligned(rows [][]string) []string {
	var width []int
	for _, row := range rows {
		for i, c := range row {
			if i == len(width) {
				width = append(width, 0)
			}
			width[i] = max(width[i], len(c))
		}
	}
	var out []string
	for _, row := range rows {
		var sb strings.Builder
		for i, c := range row {
			fmt.Fprintf(&sb, "%-*s  ", width[i], c)
		}
		out = append(out, strings.TrimRight(sb.String(), " "))
	}
	return out
}

// String is "12.3 s, 20.1 s CPU, peak 900 MB".
func (c Cost) String() string {
	return fmt.Sprintf("%s, %s CPU, peak %d MB", span(c.Seconds), span(c.CPUSeconds), c.PeakMB)
}

// span is a length of time in the unit that suits it.
func span(seconds float64) string {
	if seconds < 0.1 {
		return fmt.Sprintf("%.1f ms", seconds*1000)
	}
	return fmt.Sprintf("%.2f s", seconds)
}

// number writes thousands apart.
func number(n int64) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}

// median is the middle value, the mean of the two middle ones of an even number, 0 of none.
func median(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	v := slices.Sorted(slices.Values(values))
	return (v[(len(v)-1)/2] + v[len(v)/2]) / 2
}

// middle is the index of the value that lies closest to the median.
func middle(values []float64) int {
	m, best := median(values), 0
	for i, v := range values {
		if math.Abs(v-m) < math.Abs(values[best]-m) {
			best = i
		}
	}
	return best
}

func medianOf[T any](items []T, value func(T) float64) float64 {
	var v []float64
	for _, i := range items {
		v = append(v, value(i))
	}
	return median(v)
}
