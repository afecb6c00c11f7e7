package cli

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"kith/internal/cli/view"
	"kith/internal/diag"
	"kith/internal/project"
	"kith/internal/run"
)

// defaultRetention is how many days a material is kept after its last use when nothing is said: as long as a project
// keeps them that says no retention_period (platform.md section 8.2).
const defaultRetention = 30

type cleanupFlags struct {
	days, hours, ms int64
	expired         bool
	keepLast        int
	dryRun, yes     bool
	wait            time.Duration
	pb              pbFlags
	given           []string // of the flags that say how old
}

func (a *App) cleanup() *cobra.Command {
	c := &cobra.Command{
		Use:   "cleanup",
		Short: "Drop what earlier runs left behind and nobody needs",
		Example: example(`
			kith cleanup materials --dry_run`),
		Args: cobra.ArbitraryArgs,
		RunE: func(c *cobra.Command, _ []string) error { return a.needsSubcommand(c) },
	}
	c.AddCommand(a.cleanupMaterials())
	return c
}

func (a *App) cleanupMaterials() *cobra.Command {
	var f cleanupFlags
	c := &cobra.Command{
		Use:   "materials",
		Short: "Drop materials that were not used for long and that nothing needs",
		Long: `List the materials of this schema, what goes and what stays and why, and drop what goes. A material goes when it was last made, run
over or shown to readers longer ago than asked for. Whatever its age, one stays that readers see, that a rollback to one of the last
publishes would show, that is the newest of its model, or that something that stays is made of.

On a terminal it asks before it drops; elsewhere it needs --yes.`,
		Example: example(`
			kith cleanup materials --dry_run           # what would go, and what stays and why
			kith cleanup materials -r 30 --yes         # what was not used for 30 days
			kith cleanup materials --expired --yes     # by the retention_period of the project`),
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			for _, n := range []string{"retention_time_in_days", "retention_time_in_hours", "retention_time_in_ms", "expired"} {
				if c.Flags().Changed(n) {
					f.given = append(f.given, "--"+n)
				}
			}
			return a.cleanUp(c.Context(), f)
		},
	}
	fl := c.Flags()
	fl.Int64VarP(&f.days, "retention_time_in_days", "r", defaultRetention, "keep what was used in the last days")
	fl.Int64Var(&f.hours, "retention_time_in_hours", 0, "the same in hours")
	fl.Int64Var(&f.ms, "retention_time_in_ms", 0, "the same in milliseconds")
	fl.BoolVar(&f.expired, "expired", false, "keep each material as long as the retention_period that its run recorded")
	fl.IntVar(&f.keepLast, "keep_last", 2, "how many publishes stay that rollback can return to, the present one included")
	fl.BoolVar(&f.dryRun, "dry_run", false, "only list")
	fl.BoolVar(&f.yes, "yes", false, "do not ask")
	fl.Int("concurrency", 1, "accepted without effect: objects are dropped one after the other")
	waitFlag(c, &f.wait)
	f.pb.add(c, "remove_latest_view_ptrs")
	return c
}

// options are what the flags ask for.
func (f cleanupFlags) options(now time.Time) (run.CleanupOptions, diag.List) {
	var diags diag.List
	opt := run.CleanupOptions{Now: now.UTC(), Expired: f.expired, KeepLast: f.keepLast, Age: time.Duration(f.days) * 24 * time.Hour}
	if len(f.given) > 1 {
		diags.Errorf(diag.UFlag, noSpan, "%s and %s do not go together", f.given[0], f.given[1]).WithFix("give one of them")
	} else if len(f.given) == 1 {
		switch f.given[0] {
		case "--retention_time_in_hours":
			opt.Age = time.Duration(f.hours) * time.Hour
		case "--retention_time_in_ms":
			opt.Age = time.Duration(f.ms) * time.Millisecond
		}
	}
	if f.days > maxDays || f.hours > maxDays*24 || f.ms > maxDays*24*3600*1000 {
		diags.Errorf(diag.UFlag, noSpan, "a retention time is at most %d days", maxDays)
	}
	if f.days < 0 || f.hours < 0 || f.ms < 0 {
		diags.Errorf(diag.UFlag, noSpan, "a retention time is not negative")
	}
	if f.keepLast < 1 {
		diags.Errorf(diag.UFlag, noSpan, "--keep_last is at least 1: what readers see always stays")
	}
	return opt, diags
}

// maxDays is a hundred years, which a duration can hold.
const maxDays = 36500

func (a *App) cleanUp(ctx context.Context, f cleanupFlags) error {
	a.sayIdle(f.pb)
	opt, diags := f.options(a.Now())
	if diags.HasErrors() {
		return refuse(ExitUser, diags)
	}
	if len(f.given) == 0 {
		a.note("%s", a.style().Dim(fmt.Sprintf("No age was given: what was used in the last %d days stays.", defaultRetention)))
	}
	w, closed, err := a.openToWrite(ctx, "kith cleanup materials", f.wait)
	if err != nil {
		return err
	}
	defer closed()
	t := w.Target
	list, err := w.Registry.Cleanup(ctx, opt)
	if err != nil {
		return a.trouble(ctx, t, err, "the registry cannot be read")
	}
	out := cleanedUp{Materials: []cleanedMaterial{}, DryRun: f.dryRun}
	for _, v := range list {
		out.add(v)
	}
	if !a.flags.json {
		a.sayCleanup(out)
	}
	if !f.dryRun && out.Goes > 0 {
		if err := a.mayDrop(ctx, f, out.Goes); err != nil {
			return err
		}
		left, err := w.Registry.Clean(ctx, list, func(run.Verdict) { out.Dropped++ })
		if err != nil {
			return a.trouble(ctx, t, err, "the cleanup failed")
		}
		if len(left) > 0 {
			return a.notAll(t, out, left)
		}
	}
	return a.sayCleaned(out)
}

// sayCleaned says what was dropped.
func (a *App) sayCleaned(out cleanedUp) error {
	if a.flags.json {
		return a.document(out)
	}
	if out.Dropped > 0 {
		fmt.Fprintf(a.Out, "Dropped %s.\n", view.Count(out.Dropped, "material"))
	}
	return nil
}

// notAll ends a cleanup that met objects which the engine would not drop.
func (a *App) notAll(t project.Target, out cleanedUp, left []run.Undropped) error {
	var diags diag.List
	for _, u := range left {
		d := t.Trouble(u.Err, "cleanup")
		d.Code, d.Message = diag.WUndropped, fmt.Sprintf("%s was not dropped: %s", u.Object, d.Message)
		d.Fix = "drop what reads it, and clean up again; views of your own had better read the published names"
		diags = append(diags, d)
	}
	if !a.flags.json {
		if err := a.sayCleaned(out); err != nil {
			return err
		}
	}
	return refuse(ExitRun, diags)
}

// mayDrop asks before anything is dropped.
func (a *App) mayDrop(ctx context.Context, f cleanupFlags, n int) error {
	if f.yes {
		return nil
	}
	k := a.asker(ctx)
	if !k.on {
		var diags diag.List
		diags.Errorf(diag.UFlag, noSpan, "nothing was dropped: there is no terminal to ask on").WithFix("give --yes, or look first with --dry_run")
		return refuse(ExitUser, diags)
	}
	answer := k.choice("", "Drop "+view.Count(n, "material")+"?", "yes", []string{"yes", "no"})
	switch {
	case ctx.Err() != nil:
		return stop(ExitInterrupted, ctx.Err())
	case k.err != nil:
		return stop(ExitUser, k.err)
	case answer == "no":
		fmt.Fprintln(a.Out, "Nothing was dropped.")
		return exit(ExitUser)
	}
	return nil
}
