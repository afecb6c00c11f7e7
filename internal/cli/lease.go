package cli

import (
	"context"
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
