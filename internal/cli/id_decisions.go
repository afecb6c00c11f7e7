package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"kith/internal/cli/view"
	"kith/internal/diag"
	"kith/internal/project"
	"kith/internal/run"
)

type decisionsFlags struct {
	decideFlags
	all      bool
	withdraw int64
}

func (a *App) idDecisions() *cobra.Command {
	var f decisionsFlags
	c := &cobra.Command{
		Use:   "decisions",
		Short: "List what was decided about ids, or take a decision back",
		Long: `List what was decided about ids: by whom, when and why. The list shows ids only with --show_values. With --withdraw a decision is taken
back from the next run on, or at once with --apply. Its row stays, and says who took it back and why.`,
		Example: example(`
			kith id decisions --show_values
			kith id decisions --all --json
			kith id decisions --withdraw 7 --reason "they are one household" --apply`),
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if c.Flags().Changed("withdraw") {
				return a.withdraw(c.Context(), f)
			}
			return a.listDecisions(c.Context(), f)
		},
	}
	fl := c.Flags()
	fl.BoolVar(&f.all, "all", false, "also those that hold no more")
	fl.Int64Var(&f.withdraw, "withdraw", 0, "number of a decision to take back")
	f.add(c, "after taking it back, run the last run again at once")
	return c
}

// listedDecision is a decision as it is listed. Its ids are only there when values may be shown.
type listedDecision struct {
	run.Decision
	// Status is "holds", "expired" or "withdrawn", at the present time.
	Status string `json:"status"`
}

func (a *App) listDecisions(ctx context.Context, f decisionsFlags) error {
	w, err := a.open(ctx, project.Access{Holder: "kith id decisions", ReadOnly: true})
	if err != nil {
		return err
	}
	defer w.Close()
	all, err := w.Registry.Decisions(ctx)
	if err != nil {
		return a.trouble(ctx, w.Target, err, "the decisions cannot be read")
	}
	list := []listedDecision{}
	for _, d := range all {
		x := listedDecision{d, "holds"}
		switch {
		case !d.WithdrawnAt.IsZero():
			x.Status = "withdrawn"
		case !d.Holds(a.Now()):
			x.Status = "expired"
		}
		if !a.flags.showValues {
			x.ID1, x.ID2 = "", ""
		}
		if f.all || x.Status == "holds" {
			list = append(list, x)
		}
	}
	if a.flags.json {
		return a.document(struct {
			Decisions []listedDecision `json:"decisions"`
		}{list})
	}
	a.showDecisions(list, len(all))
	return nil
}

func (a *App) showDecisions(list []listedDecision, all int) {
	if len(list) == 0 {
		text := "Nothing is decided."
		if all > 0 {
			text = fmt.Sprintf("Nothing that was decided holds any more; %s with --all.", view.Count(all, "decision"))
		}
		fmt.Fprintln(a.Out, text)
		return
	}
	id := func(value, typ string) string {
		if value == "" {
			return "a " + typ
		}
		return value + " (" + typ + ")"
	}
	var rows [][]string
	for _, d := range list {
		until := d.Status
		switch {
		case !d.WithdrawnAt.IsZero():
			until = "withdrawn " + d.WithdrawnAt.UTC().Format("2006-01-02") + " by " + d.WithdrawnBy + ": " + d.WithdrawnWhy
		case !d.ExpiresAt.IsZero():
			until = "until " + d.ExpiresAt.UTC().Format(shownTime)
		}
		rows = append(rows, []string{fmt.Sprint(d.No), d.Kind, d.Entity, id(d.ID1, d.Type1), id(d.ID2, d.Type2), d.Author, d.CreatedAt.UTC().Format("2006-01-02"), d.Reason, until})
	}
	view.Table(a.Out, []string{"NO", "KIND", "ENTITY", "ID", "AND", "BY", "ON", "REASON", ""}, rows)
}

func (a *App) withdraw(ctx context.Context, f decisionsFlags) error {
	var diags diag.List
	if f.check(&diags); diags.HasErrors() {
		return refuse(ExitUser, diags)
	}
	out := decided{DryRun: f.dryRun, No: f.withdraw}
	err := a.inGraph(ctx, "kith id decisions", f.decideFlags, func(w *project.Work, m project.Moment) error {
		d, err := a.standing(ctx, w, f.withdraw)
		if err != nil {
			return err
		}
		out.Kind = d.Kind
		e, diags, err := w.Foresee(ctx, m, d.Entity, d.Kind, project.IDQuery{Value: d.ID1, Type: d.Type1}, project.IDQuery{Value: d.ID2, Type: d.Type2}, d.No)
		if err != nil {
			return a.trouble(ctx, w.Target, err, "reading the identity graph")
		}
		if !diags.HasErrors() { // an id that is gone, or an entity: nothing changes
			out.Effect = e
		}
		if err := a.mayDecide(ctx, f.decideFlags, &effectScreen{a: a, kind: d.Kind, back: true}, e); err != nil || f.dryRun {
			return err
		}
		if err := w.Registry.Withdraw(ctx, d.No, f.who(), f.reason, a.Now()); err != nil {
			return a.trouble(ctx, w.Target, err, "the decision cannot be taken back")
		}
		return nil
	})
	if err != nil {
		return err
	}
	return a.followUp(ctx, f.decideFlags, &out, fmt.Sprintf("Decision %d is taken back.", f.withdraw))
}

// standing is the decision of a number that was not taken back yet.
func (a *App) standing(ctx context.Context, w *project.Work, no int64) (run.Decision, error) {
	all, err := w.Registry.Decisions(ctx)
	if err != nil {
		return run.Decision{}, a.trouble(ctx, w.Target, err, "the decisions cannot be read")
	}
	var diags diag.List
	for _, d := range all {
		switch {
		case d.No != no:
		case !d.WithdrawnAt.IsZero():
			diags.Errorf(diag.UFlag, noSpan, "decision %d was taken back on %s by %s", no, d.WithdrawnAt.UTC().Format("2006-01-02"), d.WithdrawnBy)
			return d, refuse(ExitUser, diags)
		default:
			return d, nil
		}
	}
	diags.Errorf(diag.UFlag, noSpan, "there is no decision %d", no).WithFix("kith id decisions lists them")
	return run.Decision{}, refuse(ExitUser, diags)
}
