package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// benchmark carries out the measurements.
type benchmark struct {
	settings
	work string
	say  func(format string, args ...any)
}

// Size is what was measured on data of one size. The slices hold a value a repetition.
type Size struct {
	Events   int64  `json:"events"`
	Nodes    int64  `json:"nodes"`
	Profiles int64  `json:"profiles"`
	Runs     []Cost `json:"runs"`
	// Again are runs of the same project with the same end time right after them, which build nothing.
	Again     []Cost    `json:"again"`
	Graph     []float64 `json:"graphSeconds"`
	Features  []float64 `json:"featuresSeconds"`
	UnionFind []float64 `json:"unionFindSeconds"`
	Distinct  []float64 `json:"distinctSeconds"`
	Fused     []float64 `json:"fusedSeconds"`
	Stable    []float64 `json:"stableSeconds"`
	Each      []float64 `json:"eachSeconds"`
	// Added are the seconds of the features steps of a run after one feature was added, with the same end time.
	Added []float64 `json:"addedSeconds"`
	// Postgres is a run of the same project on a Postgres server; nil when it was not measured. Its CPU is that of the process, not
	// of the server.
	Postgres *Cost `json:"postgres,omitempty"`
	// Steps are those of the run whose features took the median time.
	Steps []Step `json:"steps"`
}

// repetitionsFor says how often a size is measured: small ones vary more and cost little.
func (b *benchmark) repetitionsFor(events int64) int {
	switch {
	case b.repetitions > 0:
		return b.repetitions
	case events <= 200_000:
		return 5
	case events <= 2_000_000:
		return 3
	}
	return 2
}

// slow is the size from which the slowest reference is measured only once.
const slow = 5_000_000

// size measures kith and the references by turns, so that what else the machine does meets both, and compares what they
// made: figures of different results would mean nothing.
func (b *benchmark) size(ctx context.Context, events int64) (*Size, error) {
	s := &Size{Events: events}
	data := filepath.Join(b.cache, "data", fmt.Sprint(events))
	b.say("%d events: data in %s", events, data)
	ref := func(command string, into any, more ...string) error {
		args := append([]string{command, "-events", fmt.Sprint(events), "-dir", data, "-database", filepath.Join(b.work, "reference.duckdb"),
			"-threads", fmt.Sprint(b.threads), "-memory", b.memory}, more...)
		out, _, err := process(ctx, b.reference, args...)
		if err != nil {
			return err
		}
		return json.Unmarshal(out, into)
	}
	var made struct{ Dir string }
	if err := ref("data", &made); err != nil {
		return nil, err
	}
	n := b.repetitionsFor(events)
	var steps [][]Step
	for i := range n {
		b.say("%d events: repetition %d of %d", events, i+1, n)
		r, err := b.kithRun(ctx, data, b.memory)
		if err != nil {
			return nil, err
		}
		s.Runs, s.Graph, s.Features = append(s.Runs, r.cost), append(s.Graph, r.graph), append(s.Features, r.features)
		steps = append(steps, r.steps)
		again, err := b.again(ctx)
		if err != nil {
			return nil, err
		}
		s.Again = append(s.Again, again)
		warehouse := []string{"-warehouse", r.warehouse}
		var graph struct{ Seconds []float64 }
		if err := ref("graph", &graph, "-times", "3"); err != nil {
			return nil, err
		}
		s.UnionFind = append(s.UnionFind, median(graph.Seconds))
		for _, m := range []struct {
			command string
			into    *[]float64
			more    []string
			once    bool
		}{
			{"distinct", &s.Distinct, nil, false},
			{"each", &s.Each, warehouse, events >= slow},
			{"fused", &s.Stable, append(warehouse, "-stable"), events >= slow},
			{"fused", &s.Fused, warehouse, false},
		} {
			if m.once && i > 0 {
				continue
			}
			var cost struct{ Seconds float64 }
			if err := ref(m.command, &cost, m.more...); err != nil {
				return nil, err
			}
			*m.into = append(*m.into, cost.Seconds)
			if i == 0 && (m.command != "distinct") {
				if err := b.compare(s, ref, m.command, warehouse); err != nil {
					return nil, err
				}
			}
		}
		added, err := b.added(ctx)
		if err != nil {
			return nil, err
		}
		s.Added = append(s.Added, added)
	}
	s.Steps = steps[middle(s.Features)]
	if events > onPostgres {
		return s, nil
	}
	b.say("%d events: on Postgres", events)
	cost, err := b.postgres(ctx, data)
	if err != nil {
		return nil, fmt.Errorf("on Postgres: %w", err)
	}
	s.Postgres = cost
	return s, nil
}

// compare has the reference hold kith's results against its own.
func (b *benchmark) compare(s *Size, ref func(string, any, ...string) error, command string, warehouse []string) error {
	var c struct {
		Nodes, Profiles int64
		Differences     []string
	}
	if err := ref("compare", &c, warehouse...); err != nil {
		return err
	}
	if len(c.Differences) > 0 {
		return fmt.Errorf("kith and the reference %q differ:\n  %s", command, strings.Join(c.Differences, "\n  "))
	}
	s.Nodes, s.Profiles = c.Nodes, c.Profiles
	return nil
}

// Limited is a run with little memory.
type Limited struct {
	Events int64  `json:"events"`
	Memory string `json:"memory"`
	Cost   Cost   `json:"cost"`
	Failed string `json:"failed,omitempty"`
	Steps  []Step `json:"steps"`
}

// limit is the memory that the largest size must get along with.
const limit = "1GB"

// limited runs the largest size with little memory. That it fails is a result like any other.
func (b *benchmark) limited(ctx context.Context, events int64) (*Limited, error) {
	b.say("%d events: under %s", events, limit)
	l := &Limited{Events: events, Memory: limit}
	r, err := b.kithRun(ctx, filepath.Join(b.cache, "data", fmt.Sprint(events)), limit)
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case r == nil:
		return nil, err
	case err != nil:
		l.Failed = err.Error()
	}
	l.Cost, l.Steps = r.cost, r.steps
	return l, nil
}

// Compile is what reading and compiling a large project takes. A cold one parses every text, a warm one finds the parses of the
// one before.
type Compile struct {
	large
	Cold Cost `json:"cold"`
	// Warm are the seconds of compile, Check those of check.
	Warm  []float64 `json:"warmSeconds"`
	Check []float64 `json:"checkSeconds"`
}

// compile measures a large project.
func (b *benchmark) compile(ctx context.Context, size large) (*Compile, error) {
	b.say("compile %d vars of %d inputs", size.Vars, size.Inputs)
	dir := filepath.Join(b.work, "large")
	if err := size.write(dir); err != nil {
		return nil, err
	}
	c := &Compile{large: size}
	site := filepath.Join(b.work, "siteconfig.yaml")
	if err := writeSite(site, b.threads, b.memory); err != nil {
		return nil, err
	}
	for i := range 6 {
		_, cost, err := process(ctx, b.kith, "compile", "-p", dir, "-c", site, "--assume_all_inputs_exist", "--end_time", endTime)
		if err != nil {
			return nil, err
		}
		if i == 0 {
			c.Cold = cost
			continue
		}
		c.Warm = append(c.Warm, cost.Seconds)
		if _, cost, err = process(ctx, b.kith, "check", "-p", dir, "-c", site); err != nil {
			return nil, err
		}
		c.Check = append(c.Check, cost.Seconds)
	}
	return c, os.RemoveAll(dir)
}
