package cli

import (
	"context"
	"errors"
	"time"

	"github.com/spf13/cobra"

	"kith/internal/diag"
	"kith/internal/project"
	"kith/internal/run"
)

// waitFlag adds --wait to a command that writes.
func waitFlag(c *cobra.Command, wait *time.Duration) {
	c.Flags().DurationVar(wait, "wait", 0, "wait this long for another run of the same schema to end (10m); without it the command fails at once")
}

// connectWaiting opens the warehouse, and waits while another process has its file: the lock of the file comes before any lease.
func (a *App) connectWaiting(ctx context.Context, p *project.Project, t project.Target, opt project.Access, wait time.Duration) (*project.Work, error) {
	until := time.Now().Add(wait)
	for told := false; ; {
		w, err := a.connect(ctx, p, t, opt)
		var f *failure
		if err == nil || !errors.As(err, &f) || !hasCode(f.diags, diag.WLocked) || !time.Now().Before(until) {
			return w, err
		}
		if !told {
			told = true
			a.note("%s", a.style().Dim("Waiting: "+f.diags[0].Message))
		}
		select {
		case <-ctx.Done():
			return nil, stop(ExitInterrupted, ctx.Err())
		case <-time.After(min(250*time.Millisecond, time.Until(until))):
		}
	}
}

// openToWrite reads the project, opens its warehouse and takes the lease, for a command that changes what runs left. closed gives
// both back.
func (a *App) openToWrite(ctx context.Context, command string, wait time.Duration) (w *project.Work, closed func(), err error) {
	p, err := a.load(ctx)
	if err != nil {
		return nil, nil, err
	}
	t, err := a.target(p)
	if err != nil {
		return nil, nil, err
	}
	if w, err = a.connectWaiting(ctx, p, t, project.Access{Holder: command}, wait); err != nil {
		return nil, nil, err
	}
	l, err := a.lease(ctx, w, command, wait)
	if err != nil {
		w.Close()
		return nil, nil, err
	}
	return w, func() { l.Release(ctx); w.Close() }, nil
}

// lease takes the right to write. A holder that is there is named, while it is waited for and in the error.
func (a *App) lease(ctx context.Context, w *project.Work, command string, wait time.Duration) (*run.Lease, error) {
	l, err := w.Registry.Acquire(ctx, run.LeaseOptions{Holder: run.Me(command, a.Now()), Wait: wait, Waiting: func(h *run.Held) {
		a.note("%s", a.style().Dim("Waiting for "+h.Holder.String()))
	}})
	switch {
	case err == nil:
		return l, nil
	case interrupted(ctx, err):
		return nil, stop(ExitInterrupted, err)
	}
	return nil, refuse(ExitRun, diag.List{w.Target.Trouble(err, "the lease cannot be taken")})
}

// commitWord is a commit as the registry keeps it.
func commitWord(c *project.Commit) string {
	switch {
	case c == nil:
		return ""
	case c.Changed:
		return c.SHA + "-dirty"
	}
	return c.SHA
}
