package cli

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"kith/internal/cli/view"
	"kith/internal/diag"
	"kith/internal/project"
	"kith/internal/run"
)

type runFlags struct {
	when         project.When
	force        bool
	refs         []string
	ignoreErrors bool
	failFast     bool
	concurrency  int
	csv          string
	mock         bool
	assumeAll    bool
	wait         time.Duration
	adopt        []string
	lineage      lineageFlags
	without      []string
	plan         string
	pb           pbFlags
}

func (a *App) run() *cobra.Command {
	var f runFlags
	c := &cobra.Command{
		Use:   "run",
		Short: "Build everything and publish it at once",
		Long: `Build what is not built yet and publish all of it in one step: readers see the last run until the new one is whole.

A run that failed or was stopped goes on where it stood when it is run again with its --seq_no.

With --plan exactly what kith plan --out has saved is done: its seq no, times, models and rewrites. When the project or the
warehouse has changed since, nothing is.

With --json standard output is JSON lines, one object a line with a key "type": header, diagnostics, run_started,
step_started, step_progress, step_done, check_done, run_done, and at the end result, or error when there is none.

However a run ends, its report is left beside its SQL, in output/<target>/seq_no/<n>: run_report.html to look at, and
run_report.json, which is the line result of --json. See kith show run_report.`,
		Example: example(`
			kith run
			kith run -p examples/shop --end_time 2026-06-30T00:00:00Z
			kith run --seq_no 4                     # go on with a run that stopped
			kith run -m user/all/revenue --force    # build one feature, and what it needs, again`),
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return a.runProject(c.Context(), f) },
	}
	whenFlags(c, &f.when)
	fl := c.Flags()
	fl.BoolVar(&f.force, "force", false, "build again what is built already")
	fl.StringSliceVarP(&f.refs, "model_refs", "m", nil, "only these models and what they need; may be repeated or a list with commas")
	fl.BoolVar(&f.ignoreErrors, "ignore_model_errors", false, "publish what is complete though a model has failed (exit code 4)")
	fl.BoolVar(&f.failFast, "fail_fast", false, "begin no model after one has failed; otherwise all that do not need it are built, so that the next run has only the rest to do")
	fl.IntVar(&f.concurrency, "concurrency", 1, "models built at a time")
	fl.StringVar(&f.csv, "write_output_csv", "", "write what is published as CSV files, too, into this folder of the project's output folder")
	fl.StringSliceVar(&f.adopt, "adopt", nil, "take these names over from tables and views that kith did not make: a view is replaced, a table is renamed")
	waitFlag(c, &f.wait)
	fl.BoolVar(&f.mock, "mock_material_run", false, "walk through the run without a warehouse; needs --assume_all_inputs_exist")
	fl.BoolVar(&f.assumeAll, "assume_all_inputs_exist", false, "take every input to exist; only with --mock_material_run")
	fl.StringVar(&f.lineage.file, "openlineage_file", "", "append OpenLineage events of the run to this file, one JSON object a line")
	fl.StringVar(&f.lineage.url, "openlineage_url", "", "post OpenLineage events to this address; default is OPENLINEAGE_URL, the key is OPENLINEAGE_API_KEY")
	fl.StringVar(&f.lineage.namespace, "openlineage_namespace", "", "namespace of the jobs in OpenLineage events; default is OPENLINEAGE_NAMESPACE, else kith")
	withoutFlag(c, &f.without)
	fl.StringVar(&f.plan, "plan", "", "do what this file says, which kith plan --out has written, or nothing")
	f.pb.add(c, "model_args", "disable_registry_cache", "grep_var_dependencies", "allow_beta")
	return c
}

func (a *App) runProject(ctx context.Context, f runFlags) error {
	if a.flags.json {
		a.stream = view.NewLines(a.Out)
	}
	if diags := f.check(); diags.HasErrors() {
		return refuse(ExitUser, diags)
	}
	saved, err := a.savedPlan(f.plan)
	if err != nil {
		return err
	}
	if saved != nil {
		f.follow(saved)
	}
	a.sayIdle(f.pb)
	p, err := a.load(ctx)
	if err != nil {
		return err
	}
	if f.mock {
		return a.mock(ctx, p, f)
	}
	t, err := a.target(p)
	if err != nil {
		return err
	}
	if saved != nil {
		if why := saved.Elsewhere(p, t); why != "" {
			return a.refusePlan(saved, f.plan, why)
		}
	}
	w, err := a.connectWaiting(ctx, p, t, project.Access{Holder: "kith run", Concurrency: f.concurrency}, f.wait)
	if err != nil {
		return err
	}
	defer w.Close()
	if saved != nil {
		return a.runSaved(ctx, w, f, saved)
	}
	l, err := a.lease(ctx, w, "kith run", f.wait)
	if err != nil {
		return err
	}
	defer l.Release(ctx)
	c, err := a.compileRun(ctx, w, l, f)
	if err != nil {
		return err
	}
	return a.carryOut(ctx, w, c, f)
}

// compileRun compiles for a run. l is the lease that it has, nil for none yet. What is refused leaves nothing behind.
func (a *App) compileRun(ctx context.Context, w *project.Work, l *run.Lease, f runFlags) (*project.Compiled, error) {
	m, diags, err := w.Moment(ctx, f.when, a.Now())
	if err != nil {
		return nil, a.trouble(ctx, w.Target, err, "the registry cannot be read")
	}
	if diags.HasErrors() {
		return nil, refuse(ExitUser, diags)
	}
	if f.force && f.plan == "" { // a saved plan has its number
		if m.SeqNo, err = w.Registry.Fresh(ctx); err != nil {
			return nil, a.trouble(ctx, w.Target, err, "the registry cannot be read")
		}
	}
	s := w.Settings(m)
	s.Force, s.Refs, s.Without = f.force, f.refs, rewritesOf(f.without)
	c, diags, err := w.Compile(ctx, s)
	a.diags.Add(diags)
	if err != nil {
		return nil, a.trouble(ctx, w.Target, err, "the project cannot be compiled")
	}
	if c == nil {
		if l != nil {
			l.Release(ctx) // while there is a connection to do so
		}
		w.Abandon()
		return nil, refuse(ExitCompile, a.diags)
	}
	return c, nil
}

// check reports what is wrong with the flags alone.
func (f *runFlags) check() diag.List {
	diags := f.when.Check()
	if f.concurrency < 1 {
		diags.Errorf(diag.UFlag, noSpan, "--concurrency is at least 1")
	}
	f.lineage.check(&diags)
	checkWithout(f.without, &diags)
	if f.mock != f.assumeAll {
		diags.Errorf(diag.UFlag, noSpan, "--mock_material_run and --assume_all_inputs_exist go together").
			WithFix("give both to walk through a run without a warehouse, or none")
	}
	f.checkPlan(&diags)
	return diags
}

// carryOut runs a compiled project and shows it.
func (a *App) carryOut(ctx context.Context, w *project.Work, c *project.Compiled, f runFlags) error {
	folder, err := c.Write(project.RunOutput)
	if err != nil {
		return unwritten(err)
	}
	if err := c.ForgetReport(); err != nil {
		return unwritten(err)
	}
	r := &runView{app: a, work: w, compiled: c, began: time.Now(), log: project.NewRunLog(w.RunHeader(ctx, c, folder), c.RunSteps())}
	r.told, r.warnings = a.tellLineage(w, c, r.log.Report().RunHeader, f.lineage)
	r.begin()
	out, err := run.Run(ctx, w.Registry, c.Plan, run.Options{
		Project: w.Project.Spec.Name.Value, Warehouse: w.Target.Type, Concurrency: f.concurrency,
		IgnoreErrors: f.ignoreErrors, FailFast: f.failFast, Adopt: f.adopt, ForgetGrants: w.Project.ForgetsGrants(),
		GitCommit: commitWord(r.log.Report().Commit), Retention: w.Project.Retention(),
		KernelMemory: project.KernelMemory, Emit: r.reader.Event, Now: a.Now,
		ShowValues: a.flags.showValues, Ask: a.asking,
	})
	r.reader.Close()
	if err != nil && !interrupted(ctx, err) {
		r.unrecorded(ctx, out, err)
	}
	r.warnings = append(r.warnings, out.Warnings...)
	r.report(ctx, out)
	if f.csv != "" && len(out.Published) > 0 {
		if err := a.writeOutputs(ctx, w, c, out, f.csv); err != nil {
			return err
		}
	}
	return r.end(out)
}

// materials gives the names of what the steps make.
func materials(c *project.Compiled) view.Materials {
	m := view.Materials{}
	for _, s := range c.Plan.Steps {
		m[string(s.Addr)] = s.Out.Name()
	}
	return m
}
