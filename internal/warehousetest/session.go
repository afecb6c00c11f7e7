package warehousetest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"kith/internal/diag"
	"kith/internal/lower"
	"kith/internal/plan"
	"kith/internal/project"
	"kith/internal/run"
)

// solver says how the identity graph is solved.
type solver int

const (
	byRule  solver = iota // as a run chooses
	inSQL                 // by contraction in the warehouse
	allAnew               // as a run chooses, never beginning with an earlier graph
)

// session is one warehouse in which the script of a case runs.
type session struct {
	e      Engine
	c      *testCase
	conn   run.Conn
	root   string // of the project
	solver solver
	rids   map[string]string
	last   runOptions
	// broken is set when a run ended with errors, as it should.
	broken bool
	// choices are what the steps of the last run chose.
	choices []string
	// extends is how many graphs of the last run began with earlier ones.
	extends int
	// checks are what came of the checks of the last run.
	checks []run.CheckResult
	result []*block // queries since the last run
}

func newSession(t testing.TB, e Engine, c *testCase, how solver) *session {
	t.Helper()
	s := &session{e: e, c: c, root: t.TempDir(), solver: how, conn: e.Open(t)}
	if err := s.write(c.files); err != nil {
		t.Fatal(err)
	}
	for _, tab := range c.tables {
		if err := s.seed(tab); err != nil {
			t.Fatalf("table %s: %v", tab.name, err)
		}
	}
	for _, sql := range c.init {
		if _, err := s.conn.Exec(context.Background(), sql); err != nil {
			t.Fatalf("init.sql: %v\n%s", err, sql)
		}
	}
	return s
}

// write writes files of the project, and takes away those that are empty.
func (s *session) write(files []txtar.File) error {
	for _, f := range files {
		path := filepath.Join(s.root, filepath.FromSlash(f.Name))
		if len(f.Data) == 0 {
			if err := os.Remove(path); err != nil {
				return err
			}
			continue
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, f.Data, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// change lays the files of a change over the project.
func (s *session) change(name string) error {
	files := s.c.changes[name]
	if len(files) == 0 {
		return fmt.Errorf("no change %q", name)
	}
	return s.write(files)
}

// script runs every block. With rewrite what comes out replaces what is expected.
func (s *session) script(t *testing.T, rewrite bool) {
	for _, b := range s.c.blocks {
		if b.engine != "" && b.engine != s.e.Dialect {
			continue
		}
		var got []string
		var err error
		switch b.verb {
		case "run":
			got, err = s.run(b)
		case "sql":
			_, err = s.conn.Exec(context.Background(), b.command())
		case "change":
			err = s.change(b.command())
		case "query":
			got, err = s.query(b)
			s.result = append(s.result, b)
		case "checks":
			got = s.checked()
		case "decide", "withdraw":
			err = s.decide(b)
		}
		if err != nil {
			t.Errorf("%s\n%v", strings.Join(b.lines, "\n"), err)
			if b.verb == "run" {
				t.FailNow()
			}
			continue
		}
		if rewrite {
			if b.verb != "run" || len(got) > 0 {
				b.want = got
			}
			continue
		}
		if b.verb == "query" || b.verb == "checks" {
			if b.verb == "checks" && s.solver == inSQL { // the order of steps is another one without the rewrites
				slices.Sort(got)
				b.want = slices.Sorted(slices.Values(b.want))
			}
			if g, w := strings.Join(got, "\n"), strings.Join(b.want, "\n"); g != w {
				t.Errorf("%s\n%s\ngot:\n%s\nwant:\n%s", strings.Join(b.comments, "\n"), strings.Join(b.lines, "\n"), g, w)
			}
		} else if len(got) > 0 {
			t.Fatalf("%s\n%s", strings.Join(b.lines, "\n"), strings.Join(got, "\n"))
		}
	}
}

// again runs once more what was run last: without force nothing may be built, with force the same rows must come out.
func (s *session) again(t *testing.T) {
	same := s.last
	same.force = false
	c, _, err := s.compile(same)
	if err != nil || c == nil {
		t.Fatalf("cannot be compiled again: %v", err)
	}
	twice, _, err := s.compile(same)
	if err != nil || twice == nil {
		t.Fatalf("cannot be compiled again: %v", err)
	}
	if a, b := sqlOf(c), sqlOf(twice); a != b {
		t.Errorf("two compilations differ:\n%s\n----\n%s", a, b)
	}
	_, out, err := s.carryOut(same)
	if err != nil {
		t.Fatal(err)
	}
	if out.Done.Done != 0 || out.Done.Failed != 0 {
		t.Errorf("a second run of the same built %d and failed %d steps", out.Done.Done, out.Done.Failed)
	}
	forced := s.last
	forced.force = true
	if _, out, err = s.carryOut(forced); err != nil || out.Done.Failed != 0 || out.Done.Reused != 0 {
		t.Fatalf("forced run: %v, %+v", err, out)
	}
	for _, b := range s.result {
		got, err := s.query(b)
		if err != nil {
			t.Errorf("%s\n%v", strings.Join(b.lines, "\n"), err)
		} else if g, w := strings.Join(got, "\n"), strings.Join(b.want, "\n"); g != w {
			t.Errorf("after a forced run\n%s\ngot:\n%s\nwant:\n%s", strings.Join(b.lines, "\n"), g, w)
		}
	}
}

// run carries out a run block and returns what is wrong with it.
func (s *session) run(b *block) ([]string, error) {
	opt, err := parseRun(strings.Fields(b.command()))
	if err != nil {
		return nil, err
	}
	s.last, s.result = opt, nil
	diags, _, err := s.carryOut(opt)
	if err != nil {
		return nil, err
	}
	s.broken = diags.HasErrors()
	s.rids = nil
	return compareDiagnostics(s.root, diags, b, *update), nil
}

// carryOut compiles and runs. The outcome is nil when the project cannot be compiled.
func (s *session) carryOut(opt runOptions) (diag.List, *run.Outcome, error) {
	ctx := context.Background()
	reg, err := s.registry(ctx)
	if err != nil {
		return nil, nil, err
	}
	c, diags, err := s.compile(opt)
	if err != nil || c == nil {
		return diags, nil, err
	}
	s.choices, s.checks, s.extends = nil, nil, 0
	for _, st := range c.Steps {
		if st.Extends != nil && st.Action != plan.Reuse {
			s.extends++
		}
	}
	out, err := run.Run(ctx, reg, c, run.Options{Project: "conformance", Concurrency: map[solver]int{byRule: 1, inSQL: 4, allAnew: 1}[s.solver], KernelMemory: 256 << 20,
		Emit: func(e run.Event) {
			if d, ok := e.(*run.StepDone); ok && d.Choice != "" {
				s.choices = append(s.choices, d.Choice)
			}
		}})
	if err != nil {
		return diags, nil, err
	}
	s.checks = out.Checks
	diags.Add(out.Failures, out.Warnings)
	return diags, out, nil
}

func (s *session) registry(ctx context.Context) (*run.Registry, error) {
	reg := &run.Registry{Conn: s.conn, Dialect: s.e.Leaves.Dialect(s.e.Dialect), Env: s.e.Env, Target: "dev", Version: "test"}
	return reg, reg.Open(ctx)
}

// compile takes the project to statements, with what the registry knows. The plan is nil when there are errors.
func (s *session) compile(opt runOptions) (*run.Plan, diag.List, error) {
	ctx := context.Background()
	p, diags, err := project.Load(ctx, s.root, s.e.Leaves)
	if err != nil || p == nil || diags.HasErrors() {
		return nil, diags, err
	}
	reg, err := s.registry(ctx)
	if err != nil {
		return nil, nil, err
	}
	end := p.End(opt.end)
	seq, err := sequence(ctx, reg, opt, end)
	if err != nil {
		return nil, nil, err
	}
	settings := project.Settings{Dialect: s.e.Dialect, Written: cmp.Or(s.c.written, s.e.Dialect), Env: s.e.Env, Target: "dev", SeqNo: seq, BeginTime: opt.begin, EndTime: end,
		KernelMemory: 256 << 20, Catalog: s.conn, Force: opt.force, Refs: opt.refs}
	if s.solver == inSQL {
		settings.KernelMemory = -1 // leaves no choice of solver
		for _, r := range lower.Rewrites {
			// Without this one, texts with IGNORE NULLS need an engine that has it.
			if r.Name == lower.FirstAsExtreme && s.e.Dialect != "duckdb" {
				continue
			}
			settings.Without = append(settings.Without, r.Name)
		}
	}
	if s.solver == allAnew || opt.anew {
		settings.Without = append(settings.Without, lower.ExtendGraphs)
	}
	w := &project.Work{Project: p, Conn: s.conn, Registry: reg}
	c, more, err := w.Compile(ctx, settings)
	diags.Add(more)
	if c == nil {
		return nil, diags, err
	}
	return c.Plan, diags, err
}

// engineError is what an engine said of a statement of a case, which is short enough to be shown.
func engineError(err error, sql string) error {
	var e *run.SQLError
	if errors.As(err, &e) {
		return fmt.Errorf("%s\n%s", e.Message, sql)
	}
	return err
}

// sequence is the number of a run: a fresh one when it is forced.
func sequence(ctx context.Context, reg *run.Registry, opt runOptions, end time.Time) (int64, error) {
	if opt.force {
		return reg.Fresh(ctx)
	}
	return reg.Sequence(ctx, opt.begin, end)
}
