package cli

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"kith/internal/cli/view"
	"kith/internal/diag"
	"kith/internal/lower"
	"kith/internal/plan"
	"kith/internal/project"
	"kith/internal/source"
)

type compileFlags struct {
	when      project.When
	assumeAll bool
	dialect   string
	force     bool
	refs      []string
	without   []string
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
			kith compile --assume_all_inputs_exist --dialect postgres
			kith compile --assume_all_inputs_exist --dialect snowflake   # reads its SQL, writes DuckDB's`),
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return a.compileProject(c.Context(), f) },
	}
	whenFlags(c, &f.when)
	fl := c.Flags()
	fl.BoolVar(&f.assumeAll, "assume_all_inputs_exist", false, "open no warehouse; take every input to exist")
	fl.StringVar(&f.dialect, "dialect", "", "write the SQL of another engine than the target's; of one that is only read, DuckDB's is written")
	fl.BoolVar(&f.force, "force", false, "plan to build again what is built already")
	fl.StringSliceVarP(&f.refs, "model_refs", "m", nil, "only these models and what they need; may be repeated or a list with commas")
	withoutFlag(c, &f.without)
	f.pb.add(c, "grep_var_dependencies", "allow_beta", "disable_registry_cache")
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
		return unwritten(err)
	}
	return a.showCompiled(c, folder)
}

func (f *compileFlags) check(leaves project.Leaves) diag.List {
	diags := f.when.Check()
	if f.dialect != "" && !leaves.Reads(f.dialect) {
		diags.Errorf(diag.DUnknown, noSpan, "no dialect %q; there are %s", f.dialect, list(leaves.DialectNames()))
	}
	checkWithout(f.without, &diags)
	return diags
}

func (f *compileFlags) rewrites() []lower.Rewrite { return rewritesOf(f.without) }

// compiled compiles with the warehouse or without it.
func (a *App) compiled(ctx context.Context, p *project.Project, f compileFlags) (*project.Compiled, error) {
	var c *project.Compiled
	var diags diag.List
	var err error
	if f.assumeAll {
		m, more := f.when.Offline(a.Now())
		if more.HasErrors() {
			return nil, refuse(ExitUser, more)
		}
		s, serr := a.offline(p, m, f.dialect)
		if serr != nil {
			return nil, serr
		}
		s.Force, s.Refs, s.Without = f.force, f.refs, f.rewrites()
		c, diags, err = p.Compile(s, plan.Facts{})
	} else {
		t, terr := a.target(p)
		if terr != nil {
			return nil, terr
		}
		w, cerr := a.connect(ctx, p, t, project.Access{Holder: "kith compile", Look: true})
		if cerr != nil {
			return nil, cerr
		}
		defer w.Close()
		m, more, merr := w.Moment(ctx, f.when, a.Now())
		if merr != nil {
			return nil, a.trouble(ctx, t, merr, "the registry cannot be read")
		}
		if more.HasErrors() {
			return nil, refuse(ExitUser, more)
		}
		s, serr := a.inDialect(p, w.Settings(m), f.dialect, noSpan)
		if serr != nil {
			return nil, serr
		}
		s.Force, s.Refs, s.Without = f.force, f.refs, f.rewrites()
		if c, diags, err = w.Compile(ctx, s); err != nil {
			err = a.trouble(ctx, t, err, "the project cannot be compiled")
		}
	}
	a.diags.Add(diags)
	switch {
	case err != nil:
		return nil, stopped(err)
	case c == nil:
		return nil, refuse(ExitCompile, a.diags)
	}
	return c, nil
}

// offline are the settings of a compile without a warehouse. A connection that cannot be configured here, for want of a
// secret or the whole file, is no hindrance unless the command line names it.
func (a *App) offline(p *project.Project, m project.Moment, dialect string) (project.Settings, error) {
	named := a.flags.siteconfig != "" || a.flags.target != ""
	t, diags := p.Find(a.flags.siteconfig, a.flags.target)
	if diags.HasErrors() {
		if named {
			return project.Settings{}, refuse(ExitUser, diags)
		}
		if dialect == "" && a.Leaves.Reads(t.Type) {
			dialect = t.Type
		}
		t = p.Embedded()
	} else if _, err := a.target(p); err != nil { // what is worth saying of it
		return project.Settings{}, err
	}
	s := p.Settings(t, m)
	at := noSpan
	if dialect == "" && s.Dialect == "" {
		dialect, at = t.Type, t.At
		if !a.Leaves.Reads(dialect) {
			var l diag.List
			l.Errorf(diag.DUnknown, at, "this kith writes no SQL of %s", dialect).WithFix("choose one of %s with --dialect", list(a.Leaves.DialectNames()))
			return s, refuse(ExitUser, l)
		}
	}
	return a.inDialect(p, s, dialect, at)
}

// inDialect is project.In for a dialect that may not be given, with a line about what is read and not written: it changes what
// the user gets, so it is not only counted among the notes.
func (a *App) inDialect(p *project.Project, s project.Settings, dialect string, at source.Span) (project.Settings, error) {
	if dialect == "" {
		return s, nil
	}
	s, diags := p.In(s, dialect, at)
	if diags.HasErrors() {
		return s, refuse(ExitUser, diags)
	}
	for _, d := range diags {
		a.note("%s", a.style().Dim(d.Message))
	}
	a.diags.Add(diags)
	return s, nil
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
