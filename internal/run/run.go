package run

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"kith/internal/addr"
	"kith/internal/diag"
	"kith/internal/dialect"
	"kith/internal/lower"
	"kith/internal/plan"
	"kith/internal/rel"
	"kith/internal/sqltext/portable"
)

// Plan and Step are a plan with every step printed.
type Plan struct {
	*plan.Plan
	Steps []*Step
	// Setup are statements to execute before the first step, as often as one likes.
	Setup []string
	// GitCommit is that of the project when it is carried out, "" when it is in no repository.
	GitCommit string
	// Retention is how long the project keeps materials after their last use.
	Retention time.Duration
	// PublishStmt is the printed publish; nil when nothing is published.
	PublishStmt *dialect.Publish
	// Checks are due before the publish, the early ones before the first step.
	Checks []*Check
}

// Step is a planned step with its statements.
type Step struct {
	*plan.Step
	Stmts []dialect.Stmt
}

// EntityName is the entity the step belongs to, "" for inputs and SQL models.
func (s *Step) EntityName() string { return lower.EntityName(s.Step.Step) }

// step returns the step of an address; the plan has it.
func (p *Plan) step(a addr.Addr) *Step {
	for _, s := range p.Steps {
		if s.Addr == a {
			return s
		}
	}
	return nil
}

// Print writes the statements of every step in a dialect.
func Print(p *plan.Plan, d dialect.Dialect, env dialect.Env) (*Plan, diag.List) {
	var diags diag.List
	out := &Plan{Plan: p}
	for _, s := range p.Steps {
		stmts, ds := d.Print(s.Program, env)
		for i := range ds {
			if ds[i].At.IsZero() && ds[i].Severity == diag.Error { // of a name that we made of the step's
				ds[i].At = s.Span
			}
		}
		diags.Add(ds)
		out.Steps = append(out.Steps, &Step{Step: s, Stmts: stmts})
	}
	checks, ds := printChecks(p, d, env)
	out.Checks = checks
	diags.Add(ds)
	if p.Publish != nil {
		stmts, ds := d.Print(rel.Program{p.Publish}, env)
		diags.Add(ds)
		for _, st := range stmts {
			if pub, ok := st.(*dialect.Publish); ok {
				out.PublishStmt = pub
			}
		}
	}
	return out, diags
}

// Options of a run.
type Options struct {
	Project, Warehouse string
	// Concurrency is how many steps run at once, at least 1.
	Concurrency int
	// IgnoreErrors publishes what is complete when a step has failed. Steps that do not need it are built either way, so that
	// the run that goes on has only the rest to do.
	IgnoreErrors bool
	// FailFast begins no step after one has failed.
	FailFast bool
	// KernelMemory is how many bytes the kernels may take.
	KernelMemory int64
	// Adopt are names whose objects may be replaced though kith did not make them.
	Adopt []string
	// ForgetGrants leaves the grants of a published object behind when it is made anew.
	ForgetGrants bool
	// GitCommit is that of the project, "" when it is in no repository.
	GitCommit string
	// Retention is how long the project keeps materials after their last use; 0 leaves it open.
	Retention time.Duration
	// Emit receives events, one at a time.
	Emit func(Event)
	// ShowValues lets values of rows that fail a check appear in messages.
	ShowValues bool
	// Ask gives the command that shows the rows of a query in a sequence number, 0 for none; nil gives kith query without
	// any flags.
	Ask func(query string, seqNo int64) string
	// Now is the clock of the events; nil is the time of day.
	Now func() time.Time
}

// Outcome is how a run ended.
type Outcome struct {
	Done RunDone
	// Failures are the diagnostics of failed steps, each cause once.
	Failures diag.List
	// Published are the names that were published.
	Published []*lower.Published
	// Dropped are names that the project no longer declares, which the publish took away.
	Dropped []Name
	// Checks are what came of the checks, Warnings the diagnostics of those that failed and block nothing.
	Checks   []CheckResult
	Warnings diag.List
	// Blocked is set when a check kept the run from publishing.
	Blocked bool
	// Interrupted is set when the run was stopped from outside.
	Interrupted bool
}

// Run carries out a plan and publishes at the end, all or nothing. It needs the lease of the registry, and takes it for
// itself when the registry has none. The error is for what is not the project's fault; failed steps are in the Outcome.
func Run(ctx context.Context, reg *Registry, p *Plan, opt Options) (*Outcome, error) {
	out := &Outcome{Done: RunDone{SeqNo: p.SeqNo}}
	if reg.lease == nil {
		l, err := reg.Acquire(ctx, LeaseOptions{Holder: Me("kith run", time.Now())})
		if err != nil {
			return out, err
		}
		defer l.Release(ctx)
	}
	p.GitCommit, p.Retention = opt.GitCommit, opt.Retention
	r := &runner{reg: reg, plan: p, opt: opt, clock: newClock(opt.Now), state: map[addr.Addr]Status{}, cause: map[addr.Addr]string{}}
	return out, r.run(ctx, out)
}

func (r *runner) run(ctx context.Context, out *Outcome) error {
	r.emit(r.started())
	reg, p := r.reg, r.plan
	if err := reg.takeAll(ctx, p); err != nil {
		return err
	}
	if err := reg.beginRun(ctx, r.opt, p, r.clock.started); err != nil {
		return err
	}
	for _, sql := range p.Setup {
		if _, err := reg.Conn.Exec(ctx, sql); err != nil {
			return err
		}
	}
	var err error
	if r.objects, err = reg.readObjects(ctx); err != nil {
		return err
	}
	if r.runChecks(ctx, out, true) {
		// Definitions serve the reasons of later plans: a warehouse that cannot take them will say so at the first step.
		_ = reg.define(ctx, p)
		r.steps(ctx)
	}
	checked := !out.Blocked && r.runChecks(ctx, out, false)
	out.Failures = r.failures
	switch {
	case ctx.Err() != nil:
		out.Interrupted = true
	case checked:
		if err := r.publish(ctx, out); err != nil {
			out.Failures = append(out.Failures, Explain(err, "publish"))
			r.count.Failed++
		}
	}
	out.Done = r.count
	out.Done.SeqNo, out.Done.Took = p.SeqNo, r.clock.since()
	// The row of the run is written even when the run was stopped: ctx is done then, its values are not.
	err = reg.endRun(context.WithoutCancel(ctx), out, out.Status(), reason(out.Failures), r.clock.now())
	r.emit(&out.Done)
	return err
}

func (r *runner) started() *RunStarted {
	e := &RunStarted{Project: r.opt.Project, Target: r.reg.Target, Warehouse: r.opt.Warehouse, SeqNo: r.plan.SeqNo,
		BeginTime: r.plan.BeginTime, EndTime: r.plan.EndTime}
	e.Build, e.Reuse, e.Skip = r.plan.Counts()
	for _, s := range r.plan.Steps {
		if s.Action != plan.Leave {
			e.Steps = append(e.Steps, string(s.Addr))
		}
	}
	return e
}

// reason is the first failure, in one line.
func reason(l diag.List) string {
	for _, d := range l {
		if d.Severity == diag.Error {
			return d.Message
		}
	}
	return ""
}

type runner struct {
	reg  *Registry
	plan *Plan
	opt  Options
	// objects are what is in the internal schema.
	objects *objects

	mu       sync.Mutex
	state    map[addr.Addr]Status
	cause    map[addr.Addr]string // of skipped steps: the step that failed
	failures diag.List
	count    RunDone
	emitMu   sync.Mutex
	clock    *clock
}

func (r *runner) emit(e Event) {
	r.emitMu.Lock()
	defer r.emitMu.Unlock()
	r.clock.stamp(e)
	if r.opt.Emit != nil {
		r.opt.Emit(e)
	}
}

// steps runs every step once all steps it needs have ended. Steps of the plan stand after what they need, so the first that
// is not ended is always ready or running.
func (r *runner) steps(ctx context.Context) {
	pending := map[addr.Addr]bool{}
	for _, s := range r.plan.Steps {
		if s.Action != plan.Leave {
			pending[s.Addr] = true
		}
	}
	workers := max(r.opt.Concurrency, 1)
	done := make(chan addr.Addr)
	running := 0
	started := map[addr.Addr]bool{}
	for len(pending) > 0 {
		for _, s := range r.plan.Steps {
			if running >= workers {
				break
			}
			if !pending[s.Addr] || started[s.Addr] || !r.ready(s, pending) {
				continue
			}
			started[s.Addr] = true
			running++
			go func() {
				r.step(ctx, s)
				done <- s.Addr
			}()
		}
		delete(pending, <-done)
		running--
	}
}

func (r *runner) ready(s *Step, pending map[addr.Addr]bool) bool {
	for _, n := range s.Needs {
		if pending[n] {
			return false
		}
	}
	return true
}

func (r *runner) step(ctx context.Context, s *Step) {
	if s.Action == plan.Reuse {
		r.end(s, &StepDone{Addr: string(s.Addr), Title: s.Title, Status: Reused, Rows: -1, At: s.Span})
		return
	}
	if cause := r.blocked(s); cause != "" {
		r.end(s, &StepDone{Addr: string(s.Addr), Title: s.Title, Status: Skipped, Rows: -1, Cause: cause, At: s.Span})
		return
	}
	if ctx.Err() != nil {
		r.end(s, &StepDone{Addr: string(s.Addr), Title: s.Title, Status: Skipped, Rows: -1, Cause: "the run was stopped", At: s.Span})
		return
	}
	r.emit(&StepStarted{Addr: string(s.Addr), Title: s.Title})
	counted := s.Counted
	if counted.Name() == "" {
		counted = s.Out
	}
	x := &executor{conn: r.reg.Conn, memory: r.opt.KernelMemory, rows: -1, objects: r.objects, counted: counted,
		progress: func(text string) { r.emit(&StepProgress{Addr: string(s.Addr), Text: text}) }}
	err := r.build(ctx, s, x)
	end := &StepDone{Addr: string(s.Addr), Title: s.Title, Status: Done, Rows: x.rows, Choice: x.choice, At: s.Span}
	if err != nil {
		end.Status, end.Rows = Failed, -1
		if ctx.Err() != nil {
			end.Status = Interrupted
		} else {
			d := Explain(r.locate(ctx, s, err), s.Title)
			if d.At.IsZero() { // the registry has no place of its own
				d.At = s.Span
			}
			end.Error = d.Safe()
			r.mu.Lock()
			r.failures = append(r.failures, d)
			r.mu.Unlock()
		}
	}
	r.end(s, end)
	if err == nil {
		// Figures that later runs are compared with are no reason for this one to fail.
		_ = r.reg.keepMetrics(ctx, s, r.clock.now())
	}
	// What is known of a step that failed is worth keeping, and no reason for another failure.
	_ = r.reg.recordStep(context.WithoutCancel(ctx), s, end, r.clock.started, end.Error)
}

// build makes what a step makes. What may be gone at the next attempt is attempted again from the step's beginning: a step
// replaces what it made before.
func (r *runner) build(ctx context.Context, s *Step, x *executor) error {
	for i := 0; ; i++ {
		err := r.attempt(ctx, s, x)
		if err == nil || i == len(attempts) || !transient(err) || ctx.Err() != nil {
			return err
		}
		x.progress(fmt.Sprintf("once more in %s: %s", attempts[i], portable.Message(err.Error())))
		if !sleep(ctx, attempts[i]) {
			return err
		}
		x.rows, x.choice = -1, ""
	}
}

// clear drops what an attempt that did not end left of a step, views before what they read: some engines drop no table that
// a view reads, and a statement that makes an object anew does not know what else the step had made.
func (r *runner) clear(ctx context.Context, s *Step, x *executor) error {
	made := append([]rel.Object{s.Out}, s.Extra...)
	var views, tables rel.Program
	for _, o := range append(append(made, s.Kept...), s.Scratch...) {
		if o.Name() == "" || x.absent(o) {
			continue
		}
		t, there, err := r.reg.Conn.Table(o)
		switch {
		case err != nil:
			return err
		case there && t.View:
			views = append(views, &rel.Drop{Object: o})
		case there:
			tables = append(tables, &rel.Drop{Object: o})
		}
	}
	return r.reg.exec(ctx, append(views, tables...))
}

func (r *runner) attempt(ctx context.Context, s *Step, x *executor) error {
	if err := r.reg.lease.Check(ctx); err != nil {
		return err
	}
	if err := r.reg.Record(ctx, s, r.plan, statusStarted, -1); err != nil {
		return err
	}
	if err := r.clear(ctx, s, x); err != nil {
		return err
	}
	if err := x.all(ctx, s.Stmts); err != nil {
		return err
	}
	if x.rows < 0 && len(s.Layers) > 0 { // what it is about is a view: no statement has said how many rows it has
		if err := r.countRows(ctx, x); err != nil {
			return err
		}
	}
	return r.reg.Record(ctx, s, r.plan, statusComplete, x.rows)
}

// countRows counts the rows of the object that a step is about.
func (r *runner) countRows(ctx context.Context, x *executor) error {
	rows, err := r.reg.rows(ctx, &rel.Select{From: rel.Source{Rel: &rel.Table{Object: x.counted}, Alias: "t"},
		Items: []rel.Item{{Expr: &rel.Agg{Fn: rel.CountStar}, As: "n"}}})
	if err == nil && len(rows) == 1 {
		x.rows, _ = rows[0][0].(int64)
	}
	return err
}

// blocked names the failed step that keeps a step from running, "" when nothing does.
func (r *runner) blocked(s *Step) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, n := range s.Needs {
		switch r.state[n] {
		case Failed, Interrupted:
			return string(n)
		case Skipped:
			return r.cause[n]
		}
	}
	if r.opt.FailFast {
		for _, o := range r.plan.Steps {
			if r.state[o.Addr] == Failed {
				return string(o.Addr)
			}
		}
	}
	return ""
}

func (r *runner) end(s *Step, e *StepDone) {
	r.mu.Lock()
	r.state[s.Addr] = e.Status
	r.cause[s.Addr] = e.Cause
	switch e.Status {
	case Done:
		r.count.Done++
	case Reused:
		r.count.Reused++
	case Failed:
		r.count.Failed++
	case Skipped, Interrupted:
		r.count.Skipped++
	}
	r.mu.Unlock()
	r.emit(e)
}

// locate finds the place of an error that the engine gave without one. A statement that computes many features is taken
// apart: the first part that fails alone is guilty.
func (r *runner) locate(ctx context.Context, s *Step, err error) error {
	var se *StepError
	if !errors.As(err, &se) || !se.At.IsZero() || se.SQL == nil {
		return err
	}
	for _, part := range s.Parts {
		text, diags := r.reg.Dialect.Query(part.Probe(), r.reg.Env)
		if diags.HasErrors() {
			continue
		}
		if _, perr := (&executor{conn: r.reg.Conn}).scalar(ctx, text); perr != nil && ctx.Err() == nil {
			var pe *StepError
			if errors.As(perr, &pe) && pe.SQL != nil && pe.SQL.Kind == se.SQL.Kind {
				return &StepError{SQL: pe.SQL, Err: fmt.Errorf("%s: %w", part.Name, pe.Err), At: part.Span, Statement: pe.Statement}
			}
		}
	}
	se.At = s.Span
	return err
}

func errorOf(l diag.List) error {
	for _, d := range l {
		if d.Severity == diag.Error {
			return errors.New(d.Message)
		}
	}
	return nil
}
