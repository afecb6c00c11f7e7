package cli

import (
	"context"
	"errors"
	"fmt"
	"time"

	"kith/internal/cli/view"
	"kith/internal/diag"
	"kith/internal/plan"
	"kith/internal/project"
	"kith/internal/run"
)

// checks shows what is looked at, and when; what has passed before and what kith promises of itself only when more is asked for.
func (s *planScreen) checks() {
	var rows [][]string
	for _, ch := range s.c.Plan.Checks {
		if ch.Action == plan.Reuse && !s.verbose {
			continue
		}
		for _, t := range ch.Terms {
			if t.Check.BuiltIn && !s.verbose {
				continue
			}
			severity := "block"
			if !t.Check.Block {
				severity = "warn"
			}
			rows = append(rows, []string{string(ch.Action), t.Check.Name, run.AssertionText(t.Assert), ch.ObjectName(), severity, ch.Reason})
		}
	}
	if len(rows) == 0 {
		return
	}
	fmt.Fprintln(s.w)
	view.Table(s.w, []string{"ACTION", "CHECK", "PROMISE", "OBJECT", "ON FAILURE", "WHY"}, rows)
}

// foresee compiles for a run that is not carried out: nothing is written, and a warehouse that is not there yet is as good as
// one in which nothing has been built.
func (a *App) foresee(ctx context.Context, p *project.Project, f planFlags) (*foreseen, error) {
	t, err := a.target(p)
	if err != nil {
		return nil, err
	}
	offline := f
	offline.assumeAll = true
	if f.assumeAll || t.Warehouse == nil {
		return a.foreseenWithout(ctx, p, t, offline)
	}
	w, err := p.OpenTarget(ctx, t, project.Access{Holder: "kith plan", ReadOnly: true, ShowValues: a.flags.showValues})
	switch {
	case errors.Is(err, project.ErrNothingBuilt):
		return a.foreseenWithout(ctx, p, t, offline)
	case err != nil:
		return nil, refuse(ExitRun, diag.List{t.DiagnoseConnection(err)})
	}
	defer w.Close()
	m, diags, err := w.Moment(ctx, f.when, a.Now())
	switch {
	case err != nil && nothingYet(err):
		return a.foreseenWithout(ctx, p, t, offline)
	case err != nil:
		return nil, stop(ExitRun, err)
	case diags.HasErrors():
		return nil, refuse(ExitUser, diags)
	}
	state, err := standing(ctx, w)
	if err == nil && f.force {
		m.SeqNo, err = w.Registry.Fresh(ctx)
	}
	if err != nil {
		return nil, stop(ExitRun, err)
	}
	s := w.Settings(m)
	s.Force, s.Refs, s.Without = f.force, f.refs, f.rewrites()
	c, diags, err := w.Compile(ctx, s)
	a.diags.Add(diags)
	switch {
	case err != nil:
		return nil, stop(ExitRun, err)
	case c == nil:
		return nil, refuse(ExitCompile, a.diags)
	}
	out := &foreseen{Compiled: c, target: t, state: state}
	if f.diff {
		if out.differences, err = w.Differences(ctx, c); err != nil {
			return nil, stop(ExitRun, err)
		}
	}
	return out, nil
}

// foreseen is a plan with what was asked for beside it.
type foreseen struct {
	*project.Compiled
	target      project.Target
	differences []project.Difference
	// state is where the warehouse stood before anything was compiled, nil where nothing has been built.
	state *run.Standing
}

// foreseenWithout compiles for a warehouse in which nothing has been built.
func (a *App) foreseenWithout(ctx context.Context, p *project.Project, t project.Target, f planFlags) (*foreseen, error) {
	c, err := a.compiled(ctx, p, f.compileFlags)
	if err != nil {
		return nil, err
	}
	return &foreseen{Compiled: c, target: t}, nil
}

func (a *App) planDocument(c *foreseen) error {
	type step struct {
		Step      string   `json:"step"`
		Title     string   `json:"title"`
		Type      string   `json:"type"`
		Entity    string   `json:"entity,omitempty"`
		Action    string   `json:"action"`
		Reason    string   `json:"reason"`
		Material  string   `json:"material"`
		SeqNo     int64    `json:"seqNo"`
		Published string   `json:"published,omitempty"`
		Needs     []string `json:"needs"`
		Feeds     []string `json:"feeds"`
		Reads     []string `json:"reads"`
		Writes    []string `json:"writes"`
		// Rows is the number of rows to expect, null when it is not known.
		Rows       *int64   `json:"rows"`
		Downstream []string `json:"downstream"`
		// Extends is the material of the earlier graph that one begins with, Reading how each of its sources is read then.
		Extends string   `json:"extends,omitempty"`
		Reading []string `json:"reading,omitempty"`
		// Choices are what the step chooses while it runs, and by which rule.
		Choices []string `json:"choices,omitempty"`
		// Diff is there only when it is asked for and the SQL differs.
		Diff string `json:"diff,omitempty"`
	}
	type name struct {
		Name     string `json:"name"`
		Action   string `json:"action"`
		Step     string `json:"step,omitempty"`
		Material string `json:"material"`
		Reason   string `json:"reason"`
	}
	names := []name{}
	for _, n := range c.Plan.Names {
		names = append(names, name{n.Name, string(n.Action), string(n.Step), n.Material, n.Reason})
	}
	flow, out := c.Flow(), []step{}
	for _, st := range c.Plan.Steps {
		s := step{Step: string(st.Addr), Title: st.Title, Type: st.Type, Entity: st.EntityName(), Action: string(st.Action), Reason: st.Reason,
			Material: st.Out.Name(), SeqNo: st.SeqNo, Needs: []string{}, Feeds: []string{},
			Reads: append([]string{}, st.Reads...), Writes: st.Writes, Downstream: []string{}, Choices: st.Choices()}
		for _, d := range c.differences {
			if d.Step == st.Addr {
				s.Diff = d.Unified
			}
		}
		if st.Rows >= 0 {
			s.Rows = &st.Rows
		}
		if st.Extends != nil && st.Action == plan.Build {
			s.Extends, s.Reading = st.Extends.Material, st.Reading
		}
		for _, d := range st.Downstream {
			s.Downstream = append(s.Downstream, string(d))
		}
		if n := flow.Node(s.Step); n != nil {
			s.Published = n.Published
			s.Needs, s.Feeds = append(s.Needs, n.Needs...), append(s.Feeds, n.Feeds...)
		}
		out = append(out, s)
	}
	checks := []plannedCheck{}
	for _, ch := range c.Plan.Checks {
		for i, t := range ch.Terms {
			p := plannedCheck{Check: t.Check.Name, Assertion: run.AssertionText(t.Assert), Object: ch.ObjectName(), Step: string(ch.Step), BuiltIn: t.Check.BuiltIn,
				Severity: "block", Action: string(ch.Action), Reason: ch.Reason, SQL: ch.Alone[i].S}
			if !t.Check.Block {
				p.Severity = "warn"
			}
			checks = append(checks, p)
		}
	}
	type context struct {
		SeqNo   int64     `json:"seqNo"`
		EndTime time.Time `json:"endTime"`
	}
	contexts := []context{}
	for _, x := range c.Plan.Contexts {
		contexts = append(contexts, context{x.SeqNo, x.EndTime.UTC()})
	}
	build, reuse, leave := c.Plan.Counts()
	return a.document(struct {
		SeqNo     int64      `json:"seqNo"`
		BeginTime *time.Time `json:"beginTime"`
		EndTime   time.Time  `json:"endTime"`
		Contexts  []context  `json:"contexts"`
		Build     int        `json:"build"`
		Reuse     int        `json:"reuse"`
		LeftOut   int        `json:"leftOut"`
		Steps     []step     `json:"steps"`
		Names     []name     `json:"names"`
		// Checks are made before anything is published.
		Checks []plannedCheck `json:"checks"`
	}{c.Settings.SeqNo, view.Moment(c.Settings.BeginTime), c.Settings.EndTime.UTC(), contexts, build, reuse, leave, out, names, checks})
}

// plannedCheck is a promise that a run would look at.
type plannedCheck struct {
	Check     string `json:"check"`
	Assertion string `json:"assertion"`
	Object    string `json:"object"`
	Step      string `json:"step"`
	BuiltIn   bool   `json:"builtIn"`
	Severity  string `json:"severity"`
	Action    string `json:"action"`
	Reason    string `json:"reason"`
	SQL       string `json:"sql"`
}
