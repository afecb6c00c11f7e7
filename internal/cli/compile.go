package cli

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"kith/internal/cli/view"
	"kith/internal/diag"
	"kith/internal/plan"
	"kith/internal/project"
)

type compileFlags struct {
	when      project.When
	assumeAll bool
	dialect   string
	force     bool
	refs      []string
	pb        pbFlags
}

func (a *App) compile() *cobra.Command {
	var f compileFlags
	c := &cobra.Command{
		Use:   "compile",
		Short: "Check the project and write its SQL, without running it",
		Long: `Check the whole project, report every mistake at once, and write the SQL that a run would execute to
output/<target>/seq_no/<n>/compile, a file or folder for each step. Compiling twice writes the same bytes.

The warehouse is asked which tables and columns there are. With --assume_all_inputs_exist it is not opened at all.`,
		Example: example(`
			kith compile
			kith compile --assume_all_inputs_exist                  # without a warehouse
			kith compile --assume_all_inputs_exist --dialect postgres`),
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return a.compileProject(c.Context(), f) },
	}
	whenFlags(c, &f.when)
	fl := c.Flags()
	fl.BoolVar(&f.assumeAll, "assume_all_inputs_exist", false, "open no warehouse; take every input to exist")
	fl.StringVar(&f.dialect, "dialect", "", "write the SQL of another engine than the target's")
	fl.BoolVar(&f.force, "force", false, "plan to build again what is built already")
	fl.StringSliceVarP(&f.refs, "model_refs", "m", nil, "only these models and what they need; may be repeated or a list with commas")
	f.pb.add(c, "rebase_incremental", "grep_var_dependencies", "allow_beta", "disable_registry_cache")
	return c
}

func (a *App) compileProject(ctx context.Context, f compileFlags) error {
	if diags := f.check(a.Leaves); diags.HasErrors() {
		return refuse(ExitUser, diags)
	}
	a.sayIdle(f.pb)
	p, err := a.load(ctx)
	if err != nil {
		return err
	}
	c, err := a.compiled(ctx, p, f)
	if err != nil {
		return err
	}
	folder, err := c.Write(project.CompileOutput)
	if err != nil {
		return stop(ExitUser, fmt.Errorf("the output cannot be written: %w", err))
	}
	return a.showCompiled(c, folder)
}

func (f *compileFlags) check(leaves project.Leaves) diag.List {
	diags := f.when.Check()
	if f.dialect != "" && leaves.Dialect(f.dialect) == nil {
		diags.Errorf(diag.DUnknown, noSpan, "no dialect %q; there are %s", f.dialect, list(dialects(leaves)))
	}
	return diags
}

func dialects(leaves project.Leaves) []string {
	var names []string
	for _, d := range leaves.Dialects {
		names = append(names, d.Name())
	}
	return names
}

// compiled compiles with the warehouse or without it.
func (a *App) compiled(ctx context.Context, p *project.Project, f compileFlags) (*project.Compiled, error) {
	t, err := a.target(p)
	if err != nil {
		return nil, err
	}
	set := func(s *project.Settings) {
		s.Force, s.Refs = f.force, f.refs
		if f.dialect != "" {
			s.Dialect = f.dialect
		}
	}
	var c *project.Compiled
	var diags diag.List
	if f.assumeAll {
		m, more := f.when.Offline(a.Now())
		if more.HasErrors() {
			return nil, refuse(ExitUser, more)
		}
		s := p.Settings(t, m)
		set(&s)
		if s.Dialect == "" {
			var l diag.List
			l.Errorf(diag.DUnknown, t.At, "this kith writes no SQL of %s", t.Type).WithFix("choose one of %s with --dialect", list(dialects(a.Leaves)))
			return nil, refuse(ExitUser, l)
		}
		c, diags, err = p.Compile(s, plan.Facts{})
	} else {
		w, cerr := a.connect(ctx, p, t, project.Access{Holder: "kith compile"})
		if cerr != nil {
			return nil, cerr
		}
		defer w.Close()
		m, more, merr := w.Moment(ctx, f.when, a.Now())
		if merr != nil {
			return nil, stop(ExitRun, merr)
		}
		if more.HasErrors() {
			return nil, refuse(ExitUser, more)
		}
		s := w.Settings(m)
		set(&s)
		c, diags, err = w.Compile(ctx, s)
	}
	a.diags.Add(diags)
	switch {
	case err != nil:
		return nil, stop(ExitRun, err)
	case c == nil:
		return nil, refuse(ExitCompile, a.diags)
	}
	return c, nil
}

func (a *App) showCompiled(c *project.Compiled, folder string) error {
	build, reuse, leave := c.Plan.Counts()
	s := c.Settings
	if a.flags.json {
		type step struct {
			Step     string `json:"step"`
			Title    string `json:"title"`
			Material string `json:"material"`
			Action   string `json:"action"`
			Reason   string `json:"reason"`
		}
		steps := []step{}
		for _, st := range c.Plan.Steps {
			steps = append(steps, step{string(st.Addr), st.Title, st.Out.Name(), string(st.Action), st.Reason})
		}
		return a.document(struct {
			Project     string     `json:"project"`
			Target      string     `json:"target"`
			Dialect     string     `json:"dialect"`
			SeqNo       int64      `json:"seqNo"`
			BeginTime   *time.Time `json:"beginTime"`
			EndTime     time.Time  `json:"endTime"`
			Folder      string     `json:"folder"`
			Build       int        `json:"build"`
			Reuse       int        `json:"reuse"`
			LeftOut     int        `json:"leftOut"`
			Steps       []step     `json:"steps"`
			Diagnostics diag.List  `json:"diagnostics"`
		}{c.Project.Spec.Name.Value, s.Target, s.Dialect, s.SeqNo, view.Moment(s.BeginTime), s.EndTime.UTC(), folder, build, reuse, leave, steps, a.diags})
	}
	a.say(a.diags)
	style := view.StyleOf(a.Out)
	if a.flags.verbose {
		for _, st := range c.Plan.Steps {
			fmt.Fprintf(a.Out, "  %-6s %s  %s\n", st.Action, st.Out.Name(), style.Dim(st.Reason))
		}
	}
	row := func(label, value string) { fmt.Fprintf(a.Out, "%s%s\n", style.Dim(fmt.Sprintf("%-10s", label)), value) }
	row("Project", fmt.Sprintf("%s, target %s, %s", c.Project.Spec.Name.Value, s.Target, s.Dialect))
	row("Seq no", fmt.Sprintf("%d, %s", s.SeqNo, times(s.BeginTime, s.EndTime)))
	row("Steps", steps(build, reuse, leave))
	row("SQL", project.Relative(joined(c.Project.Spec.Root, folder), dir()))
	fmt.Fprintf(a.Out, "\nRun it with:  %s\n", style.Accent(a.line("kith run", "--end_time", s.EndTime.UTC().Format(time.RFC3339))))
	return nil
}
