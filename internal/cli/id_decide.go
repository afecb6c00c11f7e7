package cli

import (
	"context"
	"errors"
	"fmt"
	"os/user"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"kith/internal/diag"
	"kith/internal/project"
	"kith/internal/run"
)

// decideFlags are those of commands that change what is decided.
type decideFlags struct {
	ids                   explainIDs
	author, reason, until string
	dryRun, yes, apply    bool
	wait                  time.Duration
}

func (f *decideFlags) add(c *cobra.Command, apply string) {
	fl := c.Flags()
	fl.StringVar(&f.reason, "reason", "", "why; it is kept with the decision")
	fl.StringVar(&f.author, "author", "", "who; default is the user of this machine")
	fl.BoolVar(&f.dryRun, "dry_run", false, "only say what it would do")
	fl.BoolVar(&f.yes, "yes", false, "do not ask")
	fl.BoolVar(&f.apply, "apply", false, apply)
	waitFlag(c, &f.wait)
}

func (a *App) idDecide(kind string) *cobra.Command {
	var f decideFlags
	c := &cobra.Command{
		Use:   kind + " ID1 ID2",
		Short: map[string]string{run.DecideSplit: "Decide that two ids are never one person", run.DecideLink: "Decide that two ids are one person"}[kind],
		Args:  cobra.ExactArgs(2),
		RunE:  func(c *cobra.Command, args []string) error { return a.decide(c.Context(), f, kind, args) },
	}
	if kind == run.DecideSplit {
		c.Long = `Decide that two ids are never one person, whatever rows say: every way between them is cut where it is weakest. Edges join in the order
of the entity's id types, then of the time they were first seen; those that would bring the two together are dropped.

First shown is what it does to the graph of the last run. The decision holds from the next run on, or at once with --apply, until it
expires or is taken back with kith id decisions --withdraw; then ids and values are as they were before.`
		c.Example = example(`
			kith id split ann@example.com bob@example.com --dry_run
			kith id split ann@example.com bob@example.com --reason "a shared tablet" --apply
			kith id split 17 18 --type user_id --reason "two accounts" --expires 2027-01-01`)
	} else {
		c.Long = `Decide that two ids are one person, though no row has them together. The link stands above filters and guards.

First shown is what it does to the graph of the last run. The decision holds from the next run on, or at once with --apply, until it
expires or is taken back with kith id decisions --withdraw; then ids and values are as they were before.`
		c.Example = example(`
			kith id link u17 u18 --dry_run
			kith id link u17 u18 --reason "confirmed by phone" --author ann --apply`)
	}
	fl := c.Flags()
	fl.StringVar(&f.ids.entity, "entity", "", "only in the graph of this entity")
	fl.StringSliceVar(&f.ids.types, "type", nil, "id type, where ids of several types have the value; two for two ids")
	fl.StringVar(&f.until, "expires", "", "runs whose end time is this or later do not follow it (a day, or RFC 3339)")
	f.add(c, "run the last run again at once, so that readers see it")
	return c
}

// expires is the time of --expires, the zero time for none.
func (f *decideFlags) expires(now time.Time, diags *diag.List) time.Time {
	if f.until == "" {
		return time.Time{}
	}
	for _, layout := range []string{time.DateOnly, time.RFC3339} {
		if t, err := time.Parse(layout, f.until); err == nil {
			if !t.After(now) {
				diags.Errorf(diag.UFlag, noSpan, "--expires %s is over", f.until).WithFix("give a time to come, or leave it out")
			}
			return t.UTC()
		}
	}
	diags.Errorf(diag.UFlag, noSpan, "--expires %q is no time", f.until).WithFix("write 2027-01-31 or 2027-01-31T12:00:00Z")
	return time.Time{}
}

// who is the author of a decision.
func (f *decideFlags) who() string {
	if f.author != "" {
		return f.author
	}
	if u, err := user.Current(); err == nil {
		return u.Username
	}
	return ""
}

func (f *decideFlags) check(diags *diag.List) {
	if strings.TrimSpace(f.reason) == "" && !f.dryRun {
		diags.Errorf(diag.UMissing, noSpan, "why? who comes after you wants to know").WithFix(`give --reason "..."`)
	}
	if f.who() == "" {
		diags.Errorf(diag.UMissing, noSpan, "who decides?").WithFix("give --author")
	}
	if f.dryRun && f.apply {
		diags.Errorf(diag.UFlag, noSpan, "--dry_run and --apply do not go together").WithFix("give one of them")
	}
}

// decided is what came of a decision, for --json.
type decided struct {
	*project.Effect
	Kind string `json:"kind"`
	// No is the number of the decision, 0 when nothing was kept.
	No      int64 `json:"no,omitempty"`
	DryRun  bool  `json:"dryRun"`
	Applied bool  `json:"applied"`
}

func (a *App) decide(ctx context.Context, f decideFlags, kind string, ids []string) error {
	var diags diag.List
	until := f.expires(a.Now(), &diags)
	if f.check(&diags); diags.HasErrors() {
		return refuse(ExitUser, diags)
	}
	asked, err := f.ids.queries(ids)
	if err != nil {
		return err
	}
	out := decided{Kind: kind, DryRun: f.dryRun}
	err = a.inGraph(ctx, "kith id "+kind, f, func(w *project.Work, m project.Moment) error {
		if out.Effect, err = a.foresees(ctx, w, m, f.ids.entity, kind, asked, 0); err != nil {
			return err
		}
		if err := a.mayDecide(ctx, f, &effectScreen{a: a, kind: kind}, out.Effect); err != nil || f.dryRun {
			return err
		}
		out.No, err = w.Registry.Decide(ctx, run.Decision{Kind: kind, Entity: out.Effect.Entity, ID1: out.Effect.From.Value, Type1: out.Effect.From.Type,
			ID2: out.Effect.To.Value, Type2: out.Effect.To.Type, Author: f.who(), Reason: f.reason, CreatedAt: a.Now(), ExpiresAt: until})
		if err != nil {
			return a.trouble(ctx, w.Target, err, "the decision cannot be kept")
		}
		return nil
	})
	if err != nil {
		return err
	}
	return a.followUp(ctx, f, &out, fmt.Sprintf("Kept as decision %d.", out.No))
}

// followUp says what was kept, and runs the last run again when that is asked for.
func (a *App) followUp(ctx context.Context, f decideFlags, out *decided, kept string) error {
	out.Applied = f.apply
	switch {
	case a.flags.json && f.apply:
		a.note("%s", kept) // standard output is the run's
	case a.flags.json:
		return a.document(out)
	case f.dryRun:
		a.note("Nothing was changed.")
		return nil
	default:
		a.note("%s", kept)
	}
	if !f.apply {
		a.note("The next run follows; at once:  %s", a.style().Accent(a.line("kith run", "--seq_no", "latest")))
		return nil
	}
	return a.runProject(ctx, runFlags{when: project.When{SeqNo: "latest"}, concurrency: 1, wait: f.wait})
}

// inGraph opens the warehouse to write, at the last run.
func (a *App) inGraph(ctx context.Context, command string, f decideFlags, do func(*project.Work, project.Moment) error) error {
	w, closed, err := a.openToWrite(ctx, command, f.wait)
	if err != nil {
		return err
	}
	defer closed()
	m, diags, err := w.Moment(ctx, project.When{SeqNo: "latest"}, a.Now())
	switch {
	case err != nil && nothingYet(err):
		return refuse(ExitUser, a.nothingBuilt())
	case err != nil:
		return stop(ExitRun, err)
	case diags.HasErrors():
		return refuse(ExitUser, diags)
	}
	return do(w, m)
}

// foresees says what a decision would do.
func (a *App) foresees(ctx context.Context, w *project.Work, m project.Moment, entity, kind string, ids []project.IDQuery, withdrawn int64) (*project.Effect, error) {
	e, diags, err := w.Foresee(ctx, m, entity, kind, ids[0], ids[1], withdrawn)
	switch {
	case err != nil:
		return nil, a.trouble(ctx, w.Target, err, "reading the identity graph")
	case diags.HasErrors():
		return nil, refuse(ExitUser, diags)
	}
	return e, nil
}

var errNotDecided = errors.New("nothing was kept")

// mayDecide shows what a decision does and asks.
func (a *App) mayDecide(ctx context.Context, f decideFlags, s *effectScreen, e *project.Effect) error {
	if !a.flags.json && e != nil {
		s.write(e)
	}
	if f.yes || f.dryRun {
		return nil
	}
	k := a.asker(ctx)
	if !k.on {
		var diags diag.List
		diags.Errorf(diag.UFlag, noSpan, "nothing was kept: there is no terminal to ask on").WithFix("give --yes, or look first with --dry_run")
		return refuse(ExitUser, diags)
	}
	answer := k.choice("", "Keep this decision?", "yes", []string{"yes", "no"})
	switch {
	case ctx.Err() != nil:
		return stop(ExitInterrupted, ctx.Err())
	case k.err != nil:
		return stop(ExitUser, k.err)
	case answer == "no":
		return stop(ExitUser, errNotDecided)
	}
	return nil
}
