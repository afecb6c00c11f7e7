package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"kith/internal/cli/view"
	"kith/internal/diag"
	"kith/internal/project"
	"kith/internal/run"
)

type rollbackFlags struct {
	seqNo  int64
	dryRun bool
	wait   time.Duration
}

func (a *App) rollback() *cobra.Command {
	var f rollbackFlags
	c := &cobra.Command{
		Use:   "rollback",
		Short: "Show readers an earlier run again, at once",
		Long: `Publish again what an earlier run published: all its names, and no other. Nothing is built. Without --seq_no that is the
publish before the present one; rolling back twice goes back twice. The next run publishes its own results as usual.`,
		Example: example(`
			kith rollback --dry_run       # what would change
			kith rollback
			kith rollback --seq_no 41`),
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return a.rollBack(c.Context(), f) },
	}
	c.Flags().Int64Var(&f.seqNo, "seq_no", 0, "sequence number of the run to return to")
	c.Flags().BoolVar(&f.dryRun, "dry_run", false, "only say what would change")
	waitFlag(c, &f.wait)
	return c
}

// rolledBack is what a rollback changes, for --json.
type rolledBack struct {
	From    int64    `json:"fromSeqNo"`
	To      int64    `json:"toSeqNo"`
	Changed []string `json:"changed"`
	Dropped []string `json:"dropped"`
	DryRun  bool     `json:"dryRun"`
}

func (a *App) rollBack(ctx context.Context, f rollbackFlags) error {
	w, closed, err := a.openToWrite(ctx, "kith rollback", f.wait)
	if err != nil {
		return err
	}
	defer closed()
	t := w.Target
	books, err := w.Registry.Books(ctx)
	if err != nil {
		return a.trouble(ctx, t, err, "the registry cannot be read")
	}
	to, err := run.Earlier(books, f.seqNo)
	if err != nil {
		return refuse(ExitUser, diag.List{w.Target.Trouble(err, "rollback")})
	}
	out := difference(books[0], to)
	out.DryRun = f.dryRun
	if !f.dryRun {
		if err := w.Registry.Return(ctx, to, a.Now()); err != nil {
			return a.notReturned(ctx, t, err)
		}
	}
	return a.sayRolledBack(out, to)
}

func (a *App) notReturned(ctx context.Context, t project.Target, err error) error {
	var gone *run.Gone
	if errors.As(err, &gone) {
		return refuse(ExitRun, diag.List{t.Trouble(err, "rollback")})
	}
	return a.trouble(ctx, t, err, "the rollback failed")
}

// difference lists the names that show something else afterwards, and those that go.
func difference(from, to *run.Book) rolledBack {
	out := rolledBack{From: from.SeqNo, To: to.SeqNo, Changed: []string{}, Dropped: []string{}}
	for _, n := range to.Names {
		if was, ok := from.Name(n.Name); !ok || was.Material != n.Material {
			out.Changed = append(out.Changed, n.Name)
		}
	}
	for _, n := range from.Names {
		if _, ok := to.Name(n.Name); !ok {
			out.Dropped = append(out.Dropped, n.Name)
		}
	}
	return out
}

func (a *App) sayRolledBack(out rolledBack, to *run.Book) error {
	if a.flags.json {
		return a.document(out)
	}
	verb := "Readers see"
	if out.DryRun {
		verb = "Readers would see"
	}
	was, is := fmt.Sprintf("seq no %d", out.From), fmt.Sprintf("seq no %d", out.To)
	if out.From == out.To { // one run, published twice
		was = "what was published of it later"
	}
	fmt.Fprintf(a.Out, "%s %s of %s again, in place of %s.\n", verb, is, to.At.UTC().Format("2006-01-02 15:04:05 UTC"), was)
	for _, part := range []struct {
		what  string
		names []string
	}{{"show other rows", out.Changed}, {"are dropped, having been published later", out.Dropped}} {
		if len(part.names) > 0 {
			fmt.Fprintf(a.Out, "%s %s: %s\n", view.Count(len(part.names), "name"), part.what, strings.Join(part.names, ", "))
		}
	}
	return nil
}
