package cli

import (
	"context"
	"os"
	"strings"

	"kith/internal/diag"
	"kith/internal/project"
	"kith/internal/run"
)

// savePlan writes a plan to a file.
func (a *App) savePlan(c *foreseen, path string) error {
	if err := writeWhole(path, jsonOf(c.Save(c.target, c.state))); err != nil {
		return unwritten(err)
	}
	return nil
}

// standing is where the state of a warehouse stands, nil where there is none.
func standing(ctx context.Context, w *project.Work) (*run.Standing, error) {
	s, ok, err := w.Registry.Standing(ctx)
	if err != nil || !ok {
		return nil, err
	}
	return &s, nil
}

// savedPlan reads the plan that a run is to follow; nil when none is given.
func (a *App) savedPlan(path string) (*project.SavedPlan, error) {
	if path == "" {
		return nil, nil
	}
	text, err := os.ReadFile(path)
	var s project.SavedPlan
	if err == nil {
		s, err = project.ParseSavedPlan(text)
	}
	if err != nil {
		var l diag.List
		l.Errorf(diag.UFlag, noSpan, "--plan: %s cannot be read: %s", path, reasonOf(err)).
			WithFix("save the plan with %s", a.line("kith plan", "--out", path))
		return nil, refuse(ExitUser, l)
	}
	return &s, nil
}

// checkOut reports a plan that is to be saved though no run would follow it.
func (f *planFlags) checkOut(diags *diag.List) {
	if f.out != "" && f.assumeAll {
		diags.Errorf(diag.UFlag, noSpan, "--out saves what a run would do, and with --assume_all_inputs_exist nobody looks into the warehouse").
			WithFix("leave one of them out")
	}
}

// reasonOf is an error without the path, which the message has already.
func reasonOf(err error) string {
	if p, ok := err.(*os.PathError); ok {
		return p.Err.Error()
	}
	return err.Error()
}

// runSaved carries out a saved plan. All that it may be refused for is looked at before the lease is taken, which moves the state
// that plans are made on: what is refused changes nothing and can be carried out when the reason is gone. Nobody can have come
// between if the lease is the only move.
func (a *App) runSaved(ctx context.Context, w *project.Work, f runFlags, saved *project.SavedPlan) error {
	if err := a.unmoved(ctx, w, f, saved, 0); err != nil {
		return err
	}
	c, err := a.compileRun(ctx, w, nil, f)
	if err != nil {
		return err
	}
	if why := saved.Differs(c); why != "" {
		w.Abandon()
		return a.refusePlan(saved, f.plan, why)
	}
	l, err := a.lease(ctx, w, "kith run", f.wait)
	if err != nil {
		return err
	}
	defer l.Release(ctx)
	if err := a.unmoved(ctx, w, f, saved, 1); err != nil {
		return err
	}
	return a.carryOut(ctx, w, c, f)
}

// unmoved refuses a saved plan when the state of the warehouse has moved since by more than the leases of this run.
func (a *App) unmoved(ctx context.Context, w *project.Work, f runFlags, saved *project.SavedPlan, leases int64) error {
	state, _, err := w.Registry.Standing(ctx)
	if err != nil {
		return a.trouble(ctx, w.Target, err, "the state of the warehouse cannot be read")
	}
	why := saved.Moved(state, leases)
	if why == "" {
		return nil
	}
	if leases == 0 {
		w.Abandon()
	}
	return a.refusePlan(saved, f.plan, why)
}

// follow takes what a saved plan was made with.
func (f *runFlags) follow(s *project.SavedPlan) {
	f.when, f.force, f.refs, f.without = s.When(), s.Force, s.ModelRefs, s.Without
}

// checkPlan reports flags that the file of a plan decides.
func (f *runFlags) checkPlan(diags *diag.List) {
	if f.plan == "" {
		return
	}
	if f.when != (project.When{}) || f.force || len(f.refs)+len(f.without) > 0 || f.mock {
		diags.Errorf(diag.UFlag, noSpan, "--plan decides on seq no, times, models and rewrites, and cannot be given with flags that do").
			WithFix("leave them out, or give them to kith plan --out")
	}
}

// refusePlan says why a saved plan is not carried out, and how to save it again with the flags that it was made with.
func (a *App) refusePlan(s *project.SavedPlan, path, why string) error {
	args := []string{"--out", path}
	if len(s.ModelRefs) > 0 {
		args = append(args, "-m", strings.Join(s.ModelRefs, ","))
	}
	if s.Force {
		args = append(args, "--force")
	}
	if len(s.Without) > 0 {
		args = append(args, "--without", strings.Join(s.Without, ","))
	}
	var l diag.List
	fix := "save it again with " + a.line("kith plan", args...)
	if s.State == nil { // a plan for a warehouse that nobody has looked into takes every input to exist
		fix += ", or begin with " + a.line("kith run")
	}
	l.Errorf(diag.WPlanMoved, noSpan, "the plan in %s does not apply: %s", path, why).WithFix("%s", fix)
	return refuse(ExitUser, l)
}
