// Command bench measures kith against references that do the same by hand, on generated data, and holds the ratios against
// what is promised. Everything is a process of its own: kith as users run it, and the command of bench/reference. This
// program stays small on purpose: a child's peak memory starts from that of its parent.
//
// All files live in a folder of the user's cache, where data are made once. Only ratios of one run on one machine mean
// anything; the times beside them tell what the ratios are made of.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := bench(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// settings are the flags.
type settings struct {
	// Programs. server may be "": then nothing is measured on Postgres.
	kith, reference, solver, server string
	cache                           string
	sizes, edges                    []int64
	huge                            bool
	large                           []large
	repetitions                     int // 0: by size
	threads                         int
	memory                          string
}

func parse(args []string) (settings, error) {
	var s settings
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.StringVar(&s.kith, "kith", "bin/kith", "the program to measure")
	flags.StringVar(&s.reference, "reference", "bin/reference", "the program of bench/reference")
	flags.StringVar(&s.server, "server", "", "the program of bench/server, to measure on Postgres, too")
	flags.StringVar(&s.cache, "cache", "", "folder for data and results; default is kith-bench in the user's cache")
	flags.StringVar(&s.solver, "solver", "bin/solver", "the program of bench/solver")
	flags.BoolVar(&s.huge, "huge", false, "solve a graph of 10^8 edges, too")
	edges := flags.String("edges", "1000000 10000000", "numbers of edges of graphs; none measures no graphs alone")
	sizes := flags.String("sizes", "100000 1000000 10000000", "numbers of events; none measures only compiling")
	compiles := flags.String("large", "1000x10 5000x200", "vars and inputs of projects that are only compiled")
	flags.IntVar(&s.repetitions, "repetitions", 0, "how often each pair is measured; default 5, 3 or 2 by size")
	flags.IntVar(&s.threads, "threads", runtime.NumCPU(), "threads of the engine, in kith and in the references")
	flags.StringVar(&s.memory, "memory", "8GB", "memory of the engine, in kith and in the references")
	if err := flags.Parse(args); err != nil {
		return s, err
	}
	var err error
	if s.sizes, err = numbers(*sizes, "events"); err != nil {
		return s, err
	}
	if s.edges, err = numbers(*edges, "edges"); err != nil {
		return s, err
	}
	for _, f := range strings.Fields(*compiles) {
		l, err := parseLarge(f)
		if err != nil {
			return s, err
		}
		s.large = append(s.large, l)
	}
	if s.cache == "" {
		dir, err := os.UserCacheDir()
		if err != nil {
			return s, err
		}
		s.cache = filepath.Join(dir, "kith-bench")
	}
	return s, nil
}

// numbers reads sizes with spaces between.
func numbers(text, of string) (out []int64, err error) {
	for _, f := range strings.Fields(text) {
		n, err := strconv.ParseInt(f, 10, 64)
		if err != nil || n < 1000 {
			return nil, fmt.Errorf("size %q is no number of %s from 1000 on", f, of)
		}
		out = append(out, n)
	}
	return out, nil
}

func bench(ctx context.Context, args []string) error {
	s, err := parse(args)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(s.cache, 0o755); err != nil {
		return err
	}
	// A folder of its own: another benchmark may be running.
	work, err := os.MkdirTemp(s.cache, "work-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	b := &benchmark{settings: s, work: work, say: func(format string, args ...any) { fmt.Fprintf(os.Stderr, format+"\n", args...) }}
	results := &Results{Machine: machine(), Threads: s.threads, Memory: s.memory}
	for _, l := range s.large {
		c, err := b.compile(ctx, l)
		if err != nil {
			return err
		}
		results.Compile = append(results.Compile, c)
	}
	for i, n := range s.edges {
		g, err := b.graphs(ctx, n, i == 0)
		if err != nil {
			return fmt.Errorf("graphs of %d edges: %w", n, err)
		}
		results.Graphs = append(results.Graphs, g...)
	}
	if s.huge {
		if results.Huge, err = b.huge(ctx); err != nil {
			return err
		}
	}
	for _, n := range s.sizes {
		r, err := b.size(ctx, n)
		if err != nil {
			return fmt.Errorf("%d events: %w", n, err)
		}
		results.Sizes = append(results.Sizes, r)
	}
	if len(s.sizes) > 0 {
		if results.Limited, err = b.limited(ctx, s.sizes[len(s.sizes)-1]); err != nil {
			return err
		}
	}
	results.judge()
	file := filepath.Join(s.cache, "results.json")
	if err := results.write(file); err != nil {
		return err
	}
	fmt.Print(results.text())
	fmt.Printf("\nAll figures: %s\n", file)
	return nil
}
