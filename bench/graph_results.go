package main

import "fmt"

// Targets of graphs.
const (
	maxTexts  = 6.0 // texts in, table out, over union-find in memory
	maxSecond = 3.0 // the same when one row in a hundred is new
	maxSQL    = 7.0 // contraction over union-find in memory
	maxRounds = 12
	minSplink = 12.0 // loops in the engine over the solver
	minLabel  = 20.0
	minDelta  = 25.0 // the graph solved in full in SQL over one row in a hundred
)

// ofGraphs adds the figures of graphs.
func (r *Results) ofGraphs() {
	for _, g := range r.Graphs {
		base, cpu := median(g.UnionFind.Seconds), median(g.UnionFind.CPU)
		r.onTexts(g, base, cpu)
		r.add(g.over("solver in the process / union-find in memory", g.Process, base, cpu))
		f := g.over("contraction in SQL / union-find in memory", g.SQL, base, cpu)
		f.atMost(median(g.SQL.Seconds)/base, maxSQL, nil)
		f.Target += ", aim 5x"
		rounds := g.figure("rounds of contraction", fmt.Sprint(g.SQL.Rounds))
		rounds.Target = fmt.Sprintf("at most %d", maxRounds)
		rounds.judged(g.SQL.Rounds <= maxRounds, nil)
		r.add(f, rounds)
		if g.Splink != nil {
			r.add(g.slower("loop as Splink's / solver", g.Splink, minSplink, "15x"), g.slower("loop by least label / solver", g.MinLabel, minLabel, ""))
		}
		if g.SQLLimited != nil {
			r.add(g.figure("contraction in SQL under "+limit, g.SQLLimited.String()))
		}
	}
	if s := r.Huge; s != nil {
		f := Figure{What: "solver in the process, integers", Events: hugeEdges, Measured: s.String(), Target: fmt.Sprintf("within %d MB", hugeLimit)}
		f.judged(s.PeakMB <= hugeLimit, nil)
		r.add(f)
	}
}

// onTexts adds the figures of whole runs. CPU is of the process, which does little but the graph.
func (r *Results) onTexts(g *Graph, base, cpu float64) {
	if g.First == nil {
		return
	}
	over := func(what string, run *GraphRun, target float64, aim string) Figure {
		f := g.figure(what, fmt.Sprintf("%.2fx = %s / %s, CPU %.2fx", run.Step/base, span(run.Step), span(base), run.CPUSeconds/cpu))
		f.atMost(run.Step/base, target, nil)
		f.Target += ", aim " + aim
		return f
	}
	r.add(over("texts in and table out / union-find in memory", g.First, maxTexts, "4x"))
	if g.Second == nil {
		return
	}
	r.add(over("the same, one row in 100 new", g.Second, maxSecond, "2x"))
	f := g.figure("graph solved in SQL / one row in 100 new", fmt.Sprintf("%.1fx = %s / %s", g.InSQL.Step/g.Second.Step, span(g.InSQL.Step), span(g.Second.Step)))
	f.Target = fmt.Sprintf("at least %gx, aim 40x", minDelta)
	f.judged(g.InSQL.Step/g.Second.Step >= minDelta, nil)
	r.add(f)
	f = g.figure("texts in and table out under "+limit, g.Limited.String())
	if g.Limited.Failed != "" {
		f.Measured = "failed, " + firstLine(g.Limited.Failed)
	}
	f.Target = "finishes"
	f.judged(g.Limited.Failed == "", nil)
	r.add(f)
}

// figure is one of the graph.
func (g *Graph) figure(what, measured string) Figure {
	return Figure{What: g.Shape + ": " + what, Events: g.Edges, Measured: measured}
}

// over sets a solver beside union-find in memory.
func (g *Graph) over(what string, s *Solved, base, cpu float64) Figure {
	return g.figure(what, fmt.Sprintf("%.2fx = %s / %s, CPU %.2fx", median(s.Seconds)/base, span(median(s.Seconds)), span(base), median(s.CPU)/cpu))
}

// slower sets a loop in the engine beside kith's solver.
func (g *Graph) slower(what string, s *Solved, target float64, aim string) Figure {
	ratio := median(s.Seconds) / median(g.Process.Seconds)
	f := g.figure(what, fmt.Sprintf("%.1fx = %s / %s, CPU %.1fx, %d rounds", ratio, span(median(s.Seconds)), span(median(g.Process.Seconds)),
		median(s.CPU)/median(g.Process.CPU), s.Rounds))
	f.Target = fmt.Sprintf("at least %gx", target)
	if aim != "" {
		f.Target += ", aim " + aim
	}
	if g.Edges >= unchangedFrom {
		f.judged(ratio >= target, nil)
	}
	return f
}

// String is what a solver took.
func (s *Solved) String() string { return Cost{median(s.Seconds), median(s.CPU), s.PeakMB}.String() }
