package cli

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"kith/internal/diag"
	"kith/internal/project"
	"kith/internal/run"
)

// whenFlags are the flags of time and sequence number.
func whenFlags(c *cobra.Command, w *project.When) {
	f := c.Flags()
	f.StringVar(&w.SeqNo, "seq_no", "", "sequence number: N, latest or new")
	f.StringVar(&w.BeginTime, "begin_time", "", "rows before this time are not seen (RFC 3339 or Unix seconds)")
	f.StringVar(&w.EndTime, "end_time", "", "rows after this time are not seen (RFC 3339 or Unix seconds); default is now")
	f.StringVar(&w.EndTimeOffset, "end_time_offset", "", "end this long before now (45m); not with --end_time or --seq_no N")
}

// load reads the project. What there is to say of it is kept for the end of the command.
func (a *App) load(ctx context.Context) (*project.Project, error) {
	p, diags, err := project.Load(ctx, a.flags.project, a.Leaves)
	if err != nil {
		if interrupted(ctx, err) {
			return nil, stop(ExitInterrupted, err)
		}
		return nil, stop(ExitUser, err)
	}
	if p == nil || diags.HasErrors() {
		code := ExitCompile
		if hasCode(diags, diag.YNoProject) {
			code = ExitUser
		}
		return nil, refuse(code, diags)
	}
	a.diags.Add(diags)
	return p, nil
}

func hasCode(l diag.List, code diag.Code) bool {
	for _, d := range l {
		if d.Code == code {
			return true
		}
	}
	return false
}

// target finds where the project runs. That nothing is configured is worth a line, but no diagnostic.
func (a *App) target(p *project.Project) (project.Target, error) {
	t, diags := p.Find(a.flags.siteconfig, a.flags.target)
	if diags.HasErrors() {
		return t, refuse(ExitUser, diags)
	}
	for _, d := range diags {
		if d.Code == diag.SiteDefaultOutput {
			if defaultFix(d.Fix) {
				continue
			}
			d.Severity = diag.Warning // a slip in the name would have a run go to the wrong place unseen
		}
		a.diags.Add(diag.List{d})
	}
	return t, nil
}

// open reads the project and opens its warehouse: how most commands begin.
func (a *App) open(ctx context.Context, opt project.Access) (*project.Work, error) {
	p, err := a.load(ctx)
	if err != nil {
		return nil, err
	}
	t, err := a.target(p)
	if err != nil {
		return nil, err
	}
	return a.connect(ctx, p, t, opt)
}

// openAt opens the project's warehouse for reading, at the run of a sequence number: N or latest.
func (a *App) openAt(ctx context.Context, holder, seqNo string) (*project.Work, project.Moment, error) {
	when := project.When{SeqNo: seqNo}
	if diags := when.Check(); diags.HasErrors() {
		return nil, project.Moment{}, refuse(ExitUser, diags)
	}
	w, err := a.open(ctx, project.Access{Holder: holder, ReadOnly: true})
	if err != nil {
		return nil, project.Moment{}, err
	}
	m, diags, err := w.Moment(ctx, when, a.Now())
	switch {
	case err != nil && nothingYet(err):
		err = refuse(ExitUser, a.nothingBuilt())
	case err != nil:
		err = stop(ExitRun, err)
	case diags.HasErrors():
		err = refuse(ExitUser, diags)
	default:
		return w, m, nil
	}
	w.Close()
	return nil, m, err
}

// connect opens the project's warehouse.
func (a *App) connect(ctx context.Context, p *project.Project, t project.Target, opt project.Access) (*project.Work, error) {
	if diags := t.Openable(); diags.HasErrors() {
		return nil, refuse(ExitUser, diags)
	}
	opt.ShowValues = a.flags.showValues
	w, err := p.OpenTarget(ctx, t, opt)
	switch {
	case errors.Is(err, project.ErrNothingBuilt):
		var l diag.List
		l.Errorf(diag.WSeqNo, t.At, "nothing has been built yet: %s", nothing(t)).
			WithFix("%s", a.line("kith run"))
		return nil, refuse(ExitUser, l)
	case err != nil:
		if interrupted(ctx, err) {
			return nil, stop(ExitInterrupted, err)
		}
		d := t.DiagnoseConnection(err)
		return nil, refuse(exitOf(d), diag.List{d})
	}
	return w, nil
}

// nothing says what is missing where nothing has been built.
func nothing(t project.Target) string {
	if t.DuckDB != nil {
		return "there is no " + project.Relative(t.Place(), dir())
	}
	return t.Place() + " has no registry in schema " + t.InternalSchema
}

// exitOf is the exit code of what a warehouse refused.
func exitOf(d diag.Diagnostic) int {
	if d.Code == diag.WPermission {
		return ExitAccess
	}
	return ExitRun
}

// trouble ends a command by what a warehouse refused outside of any step. Errors that are not the warehouse's stay as they are.
func (a *App) trouble(ctx context.Context, t project.Target, err error, title string) error {
	var sq *run.SQLError
	if interrupted(ctx, err) || !errors.As(err, &sq) {
		return stop(ExitRun, err)
	}
	d := t.Trouble(err, title)
	return refuse(exitOf(d), diag.List{d})
}
