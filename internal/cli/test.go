package cli

import (
	"context"
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"kith/internal/cli/view"
	"kith/internal/diag"
	"kith/internal/project"
	"kith/internal/run"
)

type testFlags struct {
	seqNo string
	refs  []string
}

func (a *App) test() *cobra.Command {
	var f testFlags
	c := &cobra.Command{
		Use:   "test",
		Short: "Run the checks on what is built, without building or publishing",
		Long: `Run the project's checks, and those of kith's own, on what the latest run built, or the run of --seq_no. Nothing is built and
nothing is published; the results are kept in the warehouse like those of a run.

What is not built with its present definition cannot be looked at and is listed as not built. The exit code is 3 when a
check fails that would keep a run from publishing, 0 when none does, whatever only warns.`,
		Example: example(`
			kith test
			kith test --seq_no 4 --json
			kith test -m user/all/feature_view --show_values`),
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return a.runTest(c.Context(), f) },
	}
	fl := c.Flags()
	fl.StringVar(&f.seqNo, "seq_no", "latest", "sequence number of what is looked at: a number or latest")
	fl.StringSliceVarP(&f.refs, "model_refs", "m", nil, "only checks of these models and of what they need")
	return c
}

func (a *App) runTest(ctx context.Context, f testFlags) error {
	diags := project.When{SeqNo: f.seqNo}.Check()
	if f.seqNo == "new" || f.seqNo == "" {
		diags.Errorf(diag.UFlag, noSpan, "--seq_no new has nothing to look at; give a number or latest")
	}
	if diags.HasErrors() {
		return refuse(ExitUser, diags)
	}
	w, err := a.open(ctx, project.Access{Holder: "kith test"})
	if err != nil {
		return err
	}
	defer w.Close()
	c, err := a.asBuilt(ctx, w, w.Target, f)
	if err != nil {
		return err
	}
	out, err := run.Judge(ctx, w.Registry, c.Plan, run.Options{Project: w.Project.Spec.Name.Value, Warehouse: w.Target.Type, ShowValues: a.flags.showValues, Ask: a.asking})
	if err != nil {
		return a.trouble(ctx, w.Target, err, "the checks cannot be made")
	}
	return a.showTested(c, out)
}

// asBuilt compiles the project for the run that is looked at.
func (a *App) asBuilt(ctx context.Context, w *project.Work, t project.Target, f testFlags) (*project.Compiled, error) {
	m, diags, err := w.Moment(ctx, project.When{SeqNo: f.seqNo}, a.Now())
	if err != nil {
		return nil, a.trouble(ctx, t, err, "the registry cannot be read")
	}
	if diags.HasErrors() {
		w.Abandon()
		return nil, refuse(ExitUser, diags)
	}
	s := w.Settings(m)
	s.Refs = f.refs
	c, diags, err := w.Compile(ctx, s)
	a.diags.Add(diags)
	if err != nil {
		return nil, a.trouble(ctx, t, err, "the project cannot be compiled")
	}
	if c == nil {
		return nil, refuse(ExitCompile, a.diags)
	}
	return c, nil
}

func (a *App) showTested(c *project.Compiled, out *run.Outcome) error {
	code := exitCode(out)
	passed, failed, warned, absent := countChecks(out.Checks)
	if a.flags.json {
		if err := a.document(struct {
			ExitCode int                `json:"exitCode"`
			SeqNo    int64              `json:"seqNo"`
			Passed   int                `json:"passed"`
			Failed   int                `json:"failed"`
			Warned   int                `json:"warned"`
			NotBuilt int                `json:"notBuilt"`
			Failures diag.List          `json:"failures"`
			Warnings diag.List          `json:"warnings"`
			Checks   []project.RunCheck `json:"checks"`
		}{code, c.Settings.SeqNo, passed, failed, warned, absent, out.Failures, out.Warnings, project.RunChecks(out.Checks)}); err != nil {
			return err
		}
	} else {
		a.say(a.diags)
		view.Results(a.Out, out.Checks, a.flags.verbose)
		a.say(append(append(diag.List{}, out.Failures...), out.Warnings...))
		style := view.StyleOf(a.Out)
		mark := style.Good("✔")
		if code != ExitOK {
			mark = style.Bad("✘")
		}
		fmt.Fprintf(a.Out, "%s Seq no %d: %d passed, %d failed, %s, %d not built\n", mark, c.Settings.SeqNo, passed, failed, view.Count(warned, "warning"), absent)
		if absent > 0 {
			a.note("What is not built is built by:  %s", a.line("kith run"))
		}
	}
	if code != ExitOK {
		return exit(code)
	}
	return nil
}

func countChecks(results []run.CheckResult) (passed, failed, warned, absent int) {
	for _, r := range results {
		switch {
		case r.Status == run.CheckPassed:
			passed++
		case r.Status == run.CheckNotBuilt:
			absent++
		case r.Severity == "warn":
			warned++
		default:
			failed++
		}
	}
	return
}

// asking is the command that shows the rows of a query in a sequence number, 0 for none.
func (a *App) asking(query string, seqNo int64) string {
	args := []string{query}
	if seqNo > 0 {
		args = append(args, "--seq_no", strconv.FormatInt(seqNo, 10))
	}
	return a.line("kith query", args...)
}
