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
)

// Plan and Step are a plan with every step printed.
type Plan struct {
	*plan.Plan
	Steps []*Step
	// Setup are statements to execute before the first step, as often as one likes.
	Setup []string
	// PublishStmt is the printed publish; nil when nothing is published.
	PublishStmt *dialect.Publish
}

// Step is a planned step with its statements.
type Step struct {
	*plan.Step
	Stmts []dialect.Stmt
}

// EntityName is the entity the step belongs to, "" for inputs and SQL models.
func (s *Step) EntityName() string { return lower.EntityName(s.Step.Step) }

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
	// IgnoreErrors goes on with what does not need a failed step, and publishes what is complete.
	IgnoreErrors bool
	// KernelMemory is how many bytes the kernels may take.
	KernelMemory int64
	// Emit receives events, one at a time.
	Emit func(Event)
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
	// Interrupted is set when the run was stopped from outside.
	Interrupted bool
}

// Run carries out a plan and publishes at the end, all or nothing. The error is for what is not the project's fault; failed
// steps are in the Outcome.
func Run(ctx context.Context, reg *Registry, p *Plan, opt Options) (*Outcome, error) {
	r := &runner{reg: reg, plan: p, opt: opt, clock: newClock(opt.Now), state: map[addr.Addr]Status{}, cause: map[addr.Addr]string{}}
	build, reuse, leave := p.Counts()
	var order []string
	for _, s := range p.Steps {
		if s.Action != plan.Leave {
			order = append(order, string(s.Addr))
		}
	}
	r.emit(&RunStarted{Project: opt.Project, Target: reg.Target, Warehouse: opt.Warehouse, SeqNo: p.SeqNo,
		BeginTime: p.BeginTime, EndTime: p.EndTime, Build: build, Reuse: reuse, Skip: leave, Steps: order})
	out := &Outcome{Done: RunDone{SeqNo: p.SeqNo}}
	err := reg.Take(ctx, p.SeqNo, p.BeginTime, p.EndTime)
	if err != nil {
		return out, err
	}
	for _, sql := range p.Setup {
		if _, err := reg.Conn.Exec(ctx, sql); err != nil {
			return out, err
		}
	}
	if r.objects, err = reg.readObjects(ctx); err != nil {
		return out, err
	}
	r.steps(ctx)
	out.Failures = r.failures
	if ctx.Err() != nil {
		out.Interrupted = true
	} else if err := r.publish(ctx, out); err != nil {
		out.Failures = append(out.Failures, Explain(err, "publish"))
		r.count.Failed++
	}
	out.Done = r.count
	out.Done.SeqNo, out.Done.Took = p.SeqNo, r.clock.since()
	// The row of the run is written even when the run was stopped: ctx is done then, its values are not.
	err = reg.RecordRun(context.WithoutCancel(ctx), opt.Project, p, r.clock.started, &out.Done, out.Status())
	r.emit(&out.Done)
	return out, err
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
	if r.opt.Emit == nil {
		return
	}
	r.emitMu.Lock()
	defer r.emitMu.Unlock()
	r.clock.stamp(e)
	r.opt.Emit(e)
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
	x := &executor{conn: r.reg.Conn, memory: r.opt.KernelMemory, rows: -1, objects: r.objects,
		progress: func(text string) { r.emit(&StepProgress{Addr: string(s.Addr), Text: text}) }}
	err := r.reg.Record(ctx, s, r.plan, statusStarted, -1)
	if err == nil {
		err = x.all(ctx, s.Stmts)
	}
	if err == nil {
		err = r.reg.Record(ctx, s, r.plan, statusComplete, x.rows)
	}
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
			r.mu.Lock()
			r.failures = append(r.failures, d)
			r.mu.Unlock()
		}
	}
	r.end(s, end)
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
	if !r.opt.IgnoreErrors {
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
