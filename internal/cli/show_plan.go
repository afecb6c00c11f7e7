package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"kith/internal/cli/view"
	"kith/internal/diag"
	"kith/internal/plan"
	"kith/internal/project"
	"kith/internal/run"
)

func (a *App) showDetails() *cobra.Command {
	var f showFlags
	c := &cobra.Command{
		Use:     "model_details",
		Aliases: []string{"model-details"},
		Short:   "Describe entities, models and features as JSON",
		Long:    "Describe every entity, model, var and feature of the project in one JSON document, for tools.",
		Example: example("kith show model_details\nkith show model_details -p examples/shop --assume_all_inputs_exist"),
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			p, err := a.forShow(c.Context(), f)
			if err != nil {
				return err
			}
			return a.document(p.Details())
		},
	}
	fl := c.Flags()
	fl.StringVar(&f.seqNo, "seq_no", "", "sequence number of the materials; default is latest")
	fl.BoolVar(&f.assumeAll, "assume_all_inputs_exist", false, "open no warehouse; take every input to exist")
	return c
}

func (a *App) showPlan() *cobra.Command {
	var f compileFlags
	var dependents bool
	c := &cobra.Command{
		Use:   "plan",
		Short: "Show what a run would do, step by step, and why",
		Long: `Show what kith run would do with the same flags: which steps it would build, which it would reuse, and why. Without --seq_no
that is a run of now, for which nothing has been built yet.`,
		Example: example(`
			kith show plan
			kith show plan --seq_no latest
			kith show plan -m user/all/revenue --json`),
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return a.planned(c.Context(), f, dependents) },
	}
	whenFlags(c, &f.when)
	fl := c.Flags()
	fl.BoolVar(&f.assumeAll, "assume_all_inputs_exist", false, "open no warehouse; take every input to exist")
	fl.BoolVar(&f.force, "force", false, "as if everything were to be built again")
	fl.StringSliceVarP(&f.refs, "model_refs", "m", nil, "only these models and what they need")
	fl.BoolVar(&dependents, "show_dependents", false, "show what each step feeds")
	return c
}

func (a *App) planned(ctx context.Context, f compileFlags, dependents bool) error {
	if diags := f.check(a.Leaves); diags.HasErrors() {
		return refuse(ExitUser, diags)
	}
	p, err := a.load(ctx)
	if err != nil {
		return err
	}
	c, err := a.foreseen(ctx, p, f)
	if err != nil {
		return err
	}
	if a.flags.json {
		return a.planDocument(c)
	}
	a.say(a.diags)
	style := view.StyleOf(a.Out)
	build, reuse, leave := c.Plan.Counts()
	fmt.Fprintf(a.Out, "%s%s\n", style.Dim("Seq no  "), fmt.Sprintf("%d, %s", c.Settings.SeqNo, times(c.Settings.BeginTime, c.Settings.EndTime)))
	for _, x := range c.Plan.Contexts {
		if x.SeqNo != c.Settings.SeqNo {
			fmt.Fprintf(a.Out, "        %d, %s, at a boundary of time grains\n", x.SeqNo, times(x.BeginTime, x.EndTime))
		}
	}
	fmt.Fprintf(a.Out, "%s%s\n\n", style.Dim("Steps   "), steps(build, reuse, leave))
	flow := c.Flow()
	header := []string{"ACTION", "STEP", "MATERIAL", "WHY", "NEEDS"}
	if dependents {
		header = append(header, "FEEDS")
	}
	var rows [][]string
	for _, st := range c.Plan.Steps {
		var needs, feeds []string
		if n := flow.Node(string(st.Addr)); n != nil {
			needs, feeds = n.Needs, n.Feeds
		}
		row := []string{actionText(st.Action, style), string(st.Addr), style.Dim(st.Out.Name()), st.Reason, dash(strings.Join(needs, ", "))}
		if dependents {
			row = append(row, dash(strings.Join(feeds, ", ")))
		}
		rows = append(rows, row)
	}
	view.Table(a.Out, header, rows)
	a.plannedChecks(c, style)
	return nil
}

// plannedChecks shows what is looked at, and when.
func (a *App) plannedChecks(c *project.Compiled, style view.Style) {
	var rows [][]string
	for _, ch := range c.Plan.Checks {
		for _, t := range ch.Terms {
			severity := "block"
			if !t.Check.Block {
				severity = "warn"
			}
			rows = append(rows, []string{actionText(ch.Action, style), t.Check.Name, run.AssertionText(t.Assert), ch.ObjectName(), severity, ch.Reason})
		}
	}
	if len(rows) == 0 {
		return
	}
	fmt.Fprintln(a.Out)
	view.Table(a.Out, []string{"ACTION", "CHECK", "PROMISE", "OBJECT", "ON FAILURE", "WHY"}, rows)
}

// foreseen compiles for a run that is not carried out: nothing is written, and a warehouse that is not there yet is as good as
// one in which nothing has been built.
func (a *App) foreseen(ctx context.Context, p *project.Project, f compileFlags) (*project.Compiled, error) {
	t, err := a.target(p)
	if err != nil {
		return nil, err
	}
	offline := f
	offline.assumeAll = true
	if f.assumeAll || t.Warehouse == nil {
		return a.compiled(ctx, p, offline)
	}
	w, err := p.OpenTarget(ctx, t, project.Access{Holder: "kith show", ReadOnly: true, ShowValues: a.flags.showValues})
	switch {
	case errors.Is(err, project.ErrNothingBuilt):
		return a.compiled(ctx, p, offline)
	case err != nil:
		return nil, refuse(ExitRun, diag.List{t.DiagnoseConnection(err)})
	}
	defer w.Close()
	m, diags, err := w.Moment(ctx, f.when, a.Now())
	switch {
	case err != nil && nothingYet(err):
		return a.compiled(ctx, p, offline)
	case err != nil:
		return nil, stop(ExitRun, err)
	case diags.HasErrors():
		return nil, refuse(ExitUser, diags)
	}
	s := w.Settings(m)
	s.Force, s.Refs = f.force, f.refs
	c, diags, err := w.Compile(ctx, s)
	a.diags.Add(diags)
	switch {
	case err != nil:
		return nil, stop(ExitRun, err)
	case c == nil:
		return nil, refuse(ExitCompile, a.diags)
	}
	return c, nil
}

func actionText(action plan.Action, style view.Style) string {
	switch action {
	case plan.Build:
		return style.Good(string(action))
	case plan.Leave:
		return style.Dim(string(action))
	}
	return string(action)
}

func (a *App) planDocument(c *project.Compiled) error {
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
	}
	flow, out := c.Flow(), []step{}
	for _, st := range c.Plan.Steps {
		s := step{Step: string(st.Addr), Title: st.Title, Type: st.Type, Entity: st.EntityName(), Action: string(st.Action), Reason: st.Reason,
			Material: st.Out.Name(), SeqNo: st.SeqNo, Needs: []string{}, Feeds: []string{}}
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
		// Checks are made before anything is published.
		Checks []plannedCheck `json:"checks"`
	}{c.Settings.SeqNo, view.Moment(c.Settings.BeginTime), c.Settings.EndTime.UTC(), contexts, build, reuse, leave, out, checks})
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
