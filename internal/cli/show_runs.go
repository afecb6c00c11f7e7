package cli

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"kith/internal/cli/view"
	"kith/internal/project"
	"kith/internal/run"
)

func (a *App) showPublishes() *cobra.Command {
	return &cobra.Command{
		Use:   "publishes",
		Short: "List what readers saw, publish by publish",
		Long: `List the publishes of this schema, the newest first: what readers see now, and what kith rollback can return to. Of a publish
that left some names as they were, those come from an earlier run.`,
		Example: example(`
			kith show publishes
			kith show publishes --json`),
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return a.listPublishes(c.Context()) },
	}
}

type shownPublish struct {
	No         int64       `json:"publishNo"`
	SeqNo      int64       `json:"seqNo"`
	At         time.Time   `json:"at"`
	ReturnedTo int64       `json:"returnedTo,omitempty"`
	Present    bool        `json:"present"`
	Names      []shownName `json:"names"`
}

type shownName struct {
	Name     string `json:"name"`
	Material string `json:"material"`
	SeqNo    int64  `json:"seqNo"`
	Model    string `json:"model"`
}

func (a *App) listPublishes(ctx context.Context) error {
	var books []*run.Book
	err := a.inRegistry(ctx, func(w *project.Work) (err error) {
		books, err = w.Registry.Books(ctx)
		return err
	})
	if err != nil {
		return err
	}
	out := []shownPublish{}
	for i, b := range books {
		s := shownPublish{No: b.No, SeqNo: b.SeqNo, At: b.At.UTC(), ReturnedTo: b.ReturnedTo, Present: i == 0, Names: []shownName{}}
		for _, n := range b.Names {
			s.Names = append(s.Names, shownName{n.Name, n.Material, n.SeqNo, n.Ref})
		}
		out = append(out, s)
	}
	if a.flags.json {
		return a.document(out)
	}
	var rows [][]string
	for _, s := range out {
		what, older := "", 0
		for _, n := range s.Names {
			if n.SeqNo != s.SeqNo {
				older++
			}
		}
		switch {
		case s.Present:
			what = "what readers see"
		}
		if s.ReturnedTo > 0 {
			what = joinNotes(what, fmt.Sprintf("a rollback to publish %d", s.ReturnedTo))
		}
		if older > 0 {
			what = joinNotes(what, view.Count(older, "name")+" of earlier runs")
		}
		rows = append(rows, []string{fmt.Sprint(s.No), fmt.Sprint(s.SeqNo), s.At.Format("2006-01-02 15:04:05"), fmt.Sprint(len(s.Names)), dash(what)})
	}
	view.Table(a.Out, []string{"PUBLISH", "SEQ NO", "AT (UTC)", "NAMES", "NOTE"}, rows)
	return nil
}

func joinNotes(a, b string) string {
	if a == "" {
		return b
	}
	return a + ", " + b
}

func (a *App) showRuns() *cobra.Command {
	var limit int
	c := &cobra.Command{
		Use:   "runs",
		Short: "List the runs of this schema",
		Long: `List the runs of this schema, the newest first: when, by whom, of which commit, how they ended. A run that was killed shows as
running until the next run has taken over, then as crashed.`,
		Example: example(`
			kith show runs
			kith show runs --limit 5 --json`),
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return a.listRuns(c.Context(), limit) },
	}
	c.Flags().IntVar(&limit, "limit", 20, "how many at most")
	return c
}

func (a *App) listRuns(ctx context.Context, limit int) error {
	runs := []run.Past{}
	err := a.inRegistry(ctx, func(w *project.Work) error {
		list, err := w.Registry.Runs(ctx, limit)
		runs = append(runs, list...)
		return err
	})
	if err != nil {
		return err
	}
	if a.flags.json {
		return a.document(runs)
	}
	var rows [][]string
	for _, r := range runs {
		took := "–"
		if r.Finished != nil {
			took = view.Took(r.Finished.Sub(r.Started))
		}
		rows = append(rows, []string{fmt.Sprint(r.No), fmt.Sprint(r.SeqNo), r.Started.UTC().Format("2006-01-02 15:04:05"), took, r.Status,
			fmt.Sprintf("%d/%d/%d/%d", r.Done, r.Reused, r.Failed, r.Skipped), dash(r.User), dash(short(r.GitCommit)), dash(r.Error)})
	}
	view.Table(a.Out, []string{"RUN", "SEQ NO", "STARTED (UTC)", "TOOK", "STATUS", "BUILT/REUSED/FAILED/SKIPPED", "BY", "COMMIT", "ERROR"}, rows)
	return nil
}

// short is how people write a commit.
func short(commit string) string {
	if len(commit) > 8 {
		return commit[:8]
	}
	return commit
}

// inRegistry opens the warehouse for reading and asks its registry.
func (a *App) inRegistry(ctx context.Context, ask func(*project.Work) error) error {
	w, err := a.open(ctx, project.Access{Holder: "kith show", ReadOnly: true})
	if err != nil {
		return err
	}
	defer w.Close()
	switch err := ask(w); {
	case err == nil:
		return nil
	case nothingYet(err):
		return refuse(ExitUser, a.nothingBuilt())
	default:
		return a.trouble(ctx, w.Target, err, "the registry cannot be read")
	}
}
