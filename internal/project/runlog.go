package project

import (
	"context"
	"time"

	"kith/internal/addr"
	"kith/internal/diag"
	"kith/internal/run"
)

// publishStep is the address under which a run tells of its publish.
const publishStep = "publish"

// RunLog makes a RunReport of the events of a run as they come.
type RunLog struct {
	report *RunReport
	at     map[string]*RunStep
}

// NewRunLog begins the report of a run with what is planned.
func NewRunLog(h RunHeader, steps []*RunStep) *RunLog {
	l := &RunLog{report: &RunReport{RunHeader: h, Steps: steps, Checks: []RunCheck{}, Failures: diag.List{}, Warnings: diag.List{}}, at: map[string]*RunStep{}}
	for _, s := range steps {
		l.at[s.Step] = s
	}
	return l
}

// RunHeader is the header of a run of a compiled project, whose SQL is in folder. It asks git for the commit.
func (w *Work) RunHeader(ctx context.Context, c *Compiled, folder string) RunHeader {
	s := c.Settings
	h := RunHeader{Project: w.Project.Spec.Name.Value, Target: s.Target, Warehouse: w.Target.Type, Place: w.Target.Place(), Schema: w.Target.Schema,
		SeqNo: s.SeqNo, EndTime: s.EndTime.UTC(), Folder: folder, Version: w.Project.Leaves.Version, Commit: CommitOf(ctx, w.Project.Spec.Root)}
	if !s.BeginTime.IsZero() {
		begin := s.BeginTime.UTC()
		h.BeginTime = &begin
	}
	return h
}

// RunSteps are the planned steps of a compiled project, and the publish.
func (c *Compiled) RunSteps() []*RunStep {
	published := map[addr.Addr]string{}
	for _, p := range c.Plan.Published {
		published[p.Step] = p.Name
	}
	files := map[string][]string{}
	for _, f := range c.Files() {
		files[f.Step] = append(files[f.Step], string(RunOutput)+"/"+f.Path)
	}
	var out []*RunStep
	for _, s := range c.Plan.Steps {
		r := &RunStep{Step: string(s.Addr), Title: s.Title, Type: s.Type, Entity: s.EntityName(), Material: s.Out.Name(), Published: published[s.Addr],
			Action: string(s.Action), Reason: s.Reason, SQL: files[string(s.Addr)]}
		if !s.Span.IsZero() {
			r.File = s.Span.Path()
			r.Line, _ = s.Span.Position()
		}
		for _, n := range s.Needs {
			r.Needs = append(r.Needs, string(n))
		}
		out = append(out, r)
	}
	for _, ch := range c.Plan.Checks {
		step := checkStep(ch.Title())
		out = append(out, &RunStep{Step: step, Title: ch.Title(), Action: string(ch.Action), Reason: ch.Reason, Needs: []string{string(ch.Step)}, SQL: files[step]})
	}
	if c.Plan.PublishStmt != nil {
		out = append(out, &RunStep{Step: publishStep, Title: "publish", Action: "publish", Reason: "all names of the run at once", SQL: files[publishStep]})
	}
	return out
}

// Event puts an event into the report. A step that was not planned is added.
func (l *RunLog) Event(e run.Event) {
	r := l.report
	switch e := e.(type) {
	case *run.RunStarted:
		r.StartedAt, r.Counts.LeftOut = e.At.Truncate(time.Microsecond), e.Skip
	case *run.StepStarted:
		s := l.step(e.Addr, e.Title)
		s.Start = secondsOf(e.Start)
	case *run.StepDone:
		l.done(e)
	case *run.CheckDone:
		l.check(e)
	case *run.RunDone:
		r.Counts = RunCounts{Done: e.Done, Reused: e.Reused, Failed: e.Failed, Skipped: e.Skipped, LeftOut: r.Counts.LeftOut}
		r.Seconds = *secondsOf(e.Took)
	}
}

func (l *RunLog) done(e *run.StepDone) {
	s := l.step(e.Addr, e.Title)
	s.Status, s.Cause, s.Choice, s.Error = e.Status, e.Cause, e.Choice, e.Error
	if s.Ran() {
		s.Start, s.Seconds = secondsOf(e.Start), secondsOf(e.Took)
	}
	if e.Rows >= 0 {
		rows := e.Rows
		s.Rows = &rows
	}
}

// check says what came of a look at an object; the results themselves are in the checks of the report.
func (l *RunLog) check(e *run.CheckDone) {
	s := l.step(checkStep(e.Title), e.Title)
	s.Status = e.Status
	if s.Ran() {
		s.Start, s.Seconds = secondsOf(e.Start), secondsOf(e.Took)
	}
}

// checkStep is the address of a look at an object, which has none of its own.
func checkStep(title string) string { return "checks/" + title }

// Step returns the step of an address as it stands, nil when there is none.
func (l *RunLog) Step(address string) *RunStep { return l.at[address] }

// Report returns the report as it stands. It goes on changing with the events.
func (l *RunLog) Report() *RunReport { return l.report }

func (l *RunLog) step(address, title string) *RunStep {
	s := l.at[address]
	if s == nil {
		s = &RunStep{Step: address, Action: "build"}
		l.at[address] = s
		l.report.Steps = append(l.report.Steps, s)
	}
	s.Title = title
	return s
}

// secondsOf rounds to microseconds, so that a report does not show digits that mean nothing.
func secondsOf(d time.Duration) *float64 {
	s := d.Round(time.Microsecond).Seconds()
	return &s
}

// End says how the run ended. Messages lose what they show of rows.
func (l *RunLog) End(out *run.Outcome, code int, warnings diag.List, resume string, numbers *Report) *RunReport {
	r := l.report
	r.Status, r.ExitCode, r.Resume, r.Report = out.Status(), code, resume, numbers
	r.Checks, r.Blocked = RunChecks(out.Checks), out.Blocked
	r.Failures = append(diag.List{}, out.Failures.Masked()...)
	r.Warnings = append(diag.List{}, warnings.Masked()...)
	return r
}
