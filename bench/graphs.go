package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

// shapes are the graphs of bench/reference, the typical one first.
var shapes = []string{"typical", "chain", "shuffled", "star", "giant", "cliques", "shared"}

const (
	// endFirst is after the edges of a graph of texts, endSecond after those that come later, one in a hundred.
	endFirst, endSecond = "2025-12-31T23:59:59Z", "2026-01-05T00:00:00Z"
	// hugeEdges and hugeLimit are what -huge solves, and in how much memory.
	hugeEdges, hugeLimit = 100_000_000, 8 << 10
)

// Solved is what one solver took on a graph.
type Solved struct {
	Seconds []float64 `json:"seconds"`
	CPU     []float64 `json:"cpu_seconds"`
	Dense   []float64 `json:"dense_seconds,omitempty"`
	Rounds  int       `json:"rounds,omitempty"`
	Joined  int64     `json:"joined"`
	// PeakMB is of the process.
	PeakMB int64 `json:"peakMB"`
}

// Graph is what was measured on one graph. What was not measured is nil.
type Graph struct {
	Shape string `json:"shape"`
	Edges int64  `json:"edges"`
	// UnionFind is the reference in memory, Process and SQL are kith's solvers, Splink and MinLabel loops in the engine, all
	// on integers. SQLLimited is SQL with little memory.
	UnionFind  *Solved `json:"unionFind,omitempty"`
	Process    *Solved `json:"process,omitempty"`
	SQL        *Solved `json:"sql,omitempty"`
	SQLLimited *Solved `json:"sqlLimited,omitempty"`
	Splink     *Solved `json:"splink,omitempty"`
	MinLabel   *Solved `json:"minLabel,omitempty"`
	// First is a run over texts from nothing, InSQL the same with contraction, Second one more run after First when one row in
	// a hundred has come, Limited First with little memory. Cost is of the whole run, Step of the graph.
	First   *GraphRun `json:"first,omitempty"`
	InSQL   *GraphRun `json:"inSQL,omitempty"`
	Second  *GraphRun `json:"second,omitempty"`
	Limited *GraphRun `json:"limited,omitempty"`
}

// GraphRun is a run of the project that is a graph only.
type GraphRun struct {
	Cost
	Step   float64 `json:"stepSeconds"`
	Choice string  `json:"choice"`
	Failed string  `json:"failed,omitempty"`
}

// graphs measures all shapes of a size on integers, and on texts the typical one; of the first size all.
func (b *benchmark) graphs(ctx context.Context, edges int64, all bool) (out []*Graph, err error) {
	for _, shape := range shapes {
		g := &Graph{Shape: shape, Edges: edges}
		b.say("graph %s of %d edges", shape, edges)
		if err := b.onIntegers(ctx, g); err != nil {
			return nil, err
		}
		if all || shape == shapes[0] {
			if err := b.onTexts(ctx, g); err != nil {
				return nil, err
			}
		}
		out = append(out, g)
	}
	return out, nil
}

// edges makes the data of a graph and returns their folder.
func (b *benchmark) edges(ctx context.Context, shape string, edges int64, more ...string) (string, error) {
	dir := filepath.Join(b.cache, "edges", fmt.Sprint(edges), shape)
	if slices.Contains(more, "-texts") {
		dir += "_texts"
	}
	_, _, err := process(ctx, b.reference, append([]string{"edges", "-edges", fmt.Sprint(edges), "-shape", shape, "-dir", dir, "-memory", b.memory}, more...)...)
	return dir, err
}

// solved runs a program that solves a graph and answers what it took.
func (b *benchmark) solved(ctx context.Context, program string, args ...string) (*Solved, error) {
	database := filepath.Join(b.work, "solved.duckdb")
	for _, p := range []string{database, database + ".wal", database + ".tmp"} {
		if err := os.RemoveAll(p); err != nil {
			return nil, err
		}
	}
	out, cost, err := process(ctx, program, append(args, "-database", database, "-threads", fmt.Sprint(b.threads))...)
	if err != nil {
		return nil, err
	}
	s := &Solved{PeakMB: cost.PeakMB}
	return s, json.Unmarshal(out, s)
}

// onIntegers measures the solvers by turns, and demands that they agree.
func (b *benchmark) onIntegers(ctx context.Context, g *Graph) error {
	dir, err := b.edges(ctx, g.Shape, g.Edges)
	if err != nil {
		return err
	}
	typical := g.Shape == shapes[0]
	file := filepath.Join(dir, "edges.parquet")
	for _, m := range []struct {
		into    **Solved
		program string
		when    bool
		args    []string
	}{
		{&g.UnionFind, b.reference, true, []string{"unionfind", "-dir", dir, "-times", "3"}},
		{&g.Process, b.solver, true, []string{"-edges", file, "-memory", b.memory}},
		{&g.SQL, b.solver, true, []string{"-edges", file, "-memory", b.memory, "-sql"}},
		{&g.SQLLimited, b.solver, typical, []string{"-edges", file, "-memory", limit, "-sql"}},
		{&g.Splink, b.reference, typical, []string{"splink", "-dir", dir, "-memory", b.memory}},
		{&g.MinLabel, b.reference, typical, []string{"minlabel", "-dir", dir, "-memory", b.memory}},
	} {
		if !m.when {
			continue
		}
		if *m.into, err = b.solved(ctx, m.program, m.args...); err != nil {
			return err
		}
		if (*m.into).Joined != g.UnionFind.Joined {
			return fmt.Errorf("%s %v: %d ids are joined to a lesser one, in memory %d", filepath.Base(m.program), m.args, (*m.into).Joined, g.UnionFind.Joined)
		}
	}
	return nil
}

// onTexts runs the project. All but the first run are of the typical graph.
func (b *benchmark) onTexts(ctx context.Context, g *Graph) (err error) {
	dir, err := b.edges(ctx, g.Shape, g.Edges, "-texts")
	if err != nil {
		return err
	}
	if g.Shape != shapes[0] {
		g.First, err = b.graphRun(ctx, dir, b.memory, true, endFirst)
		return err
	}
	if g.InSQL, err = b.graphRun(ctx, dir, b.memory, true, endFirst, "--without", "solve_in_process"); err != nil {
		return err
	}
	if g.First, err = b.graphRun(ctx, dir, b.memory, true, endFirst); err != nil {
		return err
	}
	if g.Second, err = b.graphRun(ctx, dir, b.memory, false, endSecond); err != nil {
		return err
	}
	g.Limited, err = b.graphRun(ctx, dir, limit, true, endFirst)
	if g.Limited != nil && err != nil && ctx.Err() == nil {
		g.Limited.Failed, err = err.Error(), nil
	}
	return err
}

// graphRun runs the project, anew or once more. Of a run that failed it returns the cost, beside the error.
func (b *benchmark) graphRun(ctx context.Context, data, memory string, anew bool, end string, more ...string) (*GraphRun, error) {
	dir, site := filepath.Join(b.work, "graph"), filepath.Join(b.work, "siteconfig.yaml")
	if anew {
		if err := errors.Join(os.RemoveAll(dir), writeProject("graph", dir, data), writeSite(site, b.threads, memory)); err != nil {
			return nil, err
		}
	}
	out, cost, err := process(ctx, b.kith, append([]string{"run", "-p", dir, "-c", site, "--end_time", end, "--json"}, more...)...)
	r := &GraphRun{Cost: cost}
	if err != nil {
		if why := failure(out); why != "" {
			err = errors.New(why)
		}
		return r, err
	}
	steps, err := readSteps(out)
	if err != nil {
		return nil, err
	}
	for _, s := range steps {
		if s.Title == graphStep {
			r.Step, r.Choice = s.Seconds, s.Choice
		}
	}
	if r.Step == 0 {
		return nil, fmt.Errorf("no step %q: %v", graphStep, steps)
	}
	return r, nil
}

// huge solves a graph that is far larger than the others, in the process.
func (b *benchmark) huge(ctx context.Context) (*Solved, error) {
	b.say("graph of %d edges", hugeEdges)
	dir, err := b.edges(ctx, shapes[0], hugeEdges)
	if err != nil {
		return nil, err
	}
	return b.solved(ctx, b.solver, "-edges", filepath.Join(dir, "edges.parquet"), "-memory", "4GB")
}
