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
