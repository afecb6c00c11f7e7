package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"kith/internal/cli/view"
	"kith/internal/diag"
	"kith/internal/project"
)

func (a *App) validate() *cobra.Command {
	c := &cobra.Command{
		Use:   "validate",
		Short: "Check that everything a run needs is allowed",
		Args:  cobra.NoArgs,
		Example: example(`
			kith validate access`),
		RunE: func(c *cobra.Command, _ []string) error { return a.needsSubcommand(c) },
	}
	c.AddCommand(&cobra.Command{
		Use:   "access",
		Short: "Open the warehouse, read every input, write in both schemas",
		Long: `Open the connection as a run would, read a row of every input, and make and drop a table and a view in the target schema
and in kith's own. What is missing is shown with what to do about it; the exit code is 5 then.`,
		Example: example(`
			kith validate access
			kith validate access -t prod --json`),
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return a.validateAccess(c.Context()) },
	})
	return c
}

// needsSubcommand is what a command of commands says when none is given.
func (a *App) needsSubcommand(c *cobra.Command) error {
	var names []string
	for _, s := range c.Commands() {
		if s.IsAvailableCommand() {
			names = append(names, s.Name())
		}
	}
	return stop(ExitUser, usageError{fmt.Errorf("%s needs one of: %s", c.CommandPath(), list(names)), c})
}

func (a *App) validateAccess(ctx context.Context) error {
	p, err := a.load(ctx)
	if err != nil {
		return err
	}
	t, err := a.target(p)
	if err != nil {
		return err
	}
	if diags := t.Openable(); diags.HasErrors() {
		return refuse(ExitUser, diags)
	}
	checks := []project.Check{}
	ok := true
	style := view.StyleOf(a.Out)
	emit := func(c project.Check) {
		checks = append(checks, c)
		ok = ok && (c.OK || c.Optional)
		if !a.flags.json {
			fmt.Fprintln(a.Out, checkLines(style, c))
		}
	}
	w, err := p.OpenTarget(ctx, t, project.Access{Holder: "kith validate access", ShowValues: a.flags.showValues})
	open := project.Check{What: "open the warehouse", Object: project.Relative(t.Place(), dir()), OK: err == nil}
	if err != nil {
		if interrupted(ctx, err) {
			return stop(ExitInterrupted, err)
		}
		d := t.DiagnoseConnection(err)
		open.Problem, open.Fix = err.Error(), d.Fix
	}
	emit(open)
	if err == nil {
		defer w.Close()
		if err := a.checkAll(ctx, w, emit); err != nil {
			return err
		}
	}
	return a.verdict(checks, ok)
}

// checkAll checks the inputs as the project declares them, whether their tables exist or not.
func (a *App) checkAll(ctx context.Context, w *project.Work, emit func(project.Check)) error {
	s := w.Project.Settings(w.Target, project.Moment{SeqNo: 1, EndTime: a.Now().UTC()})
	g, diags, err := w.Project.Resolve(s)
	if err != nil {
		return stop(ExitRun, err)
	}
	if g == nil {
		return refuse(ExitCompile, diags)
	}
	if err := w.CheckAccess(ctx, g, emit); err != nil {
		return stop(ExitRun, err)
	}
	return nil
}

func checkLines(style view.Style, c project.Check) string {
	if c.OK {
		return style.Good("✔") + " " + c.What + "  " + style.Dim(c.Object)
	}
	mark, problem := style.Bad("✘"), c.Problem
	if c.Optional {
		mark, problem = style.Warn("–"), c.Problem+" (optional: a run goes on without it)"
	}
	line := mark + " " + c.What + "  " + style.Dim(c.Object) + "\n    " + problem
	if c.Fix != "" {
		line += "\n    " + style.Dim("fix: ") + c.Fix
	}
	return line
}

func (a *App) verdict(checks []project.Check, ok bool) error {
	missing := 0
	for _, c := range checks {
		if !c.OK && !c.Optional {
			missing++
		}
	}
	if a.flags.json {
		if err := a.document(struct {
			OK          bool            `json:"ok"`
			Checks      []project.Check `json:"checks"`
			Diagnostics diag.List       `json:"diagnostics"`
		}{ok, checks, a.diags}); err != nil {
			return err
		}
	} else {
		a.say(a.diags)
		if ok {
			fmt.Fprintln(a.Out, "Everything a run needs is there.")
		}
	}
	if !ok {
		a.note("%s of %s failed", view.Number(int64(missing)), view.Count(len(checks), "check"))
		return exit(ExitAccess)
	}
	return nil
}
