package cli

import (
	"context"

	"github.com/spf13/cobra"

	"kith/internal/diag"
	"kith/internal/project"
)

func (a *App) audit() *cobra.Command {
	c := &cobra.Command{
		Use:     "audit",
		Short:   "Say how good an identity graph is",
		Example: example("kith audit id_stitcher --truth known.csv"),
		Args:    cobra.NoArgs,
		RunE:    func(c *cobra.Command, _ []string) error { return a.needsSubcommand(c) },
	}
	c.AddCommand(a.auditStitcher())
	return c
}

type auditFlags struct {
	entity, seqNo, truth string
	worst                int
}

func (a *App) auditStitcher() *cobra.Command {
	var f auditFlags
	c := &cobra.Command{
		Use:     "id_stitcher",
		Aliases: []string{"id-stitcher"},
		Short:   "Say how good the identity graph of an entity is",
		Long: `Say how good the identity graph of an entity is.

With --truth it is compared with what is known. The file is a CSV file with the columns id and cluster, and id_type where an id may be of
several types: a row for each id, and the cluster it truly belongs to. Precision is how much of what was joined belongs together, recall how
much of what belongs together was joined, F1 the harmonic mean of both; over pairs of ids, and as B-cubed, the mean over ids. Ids
of the file that the graph has not take no part, and are counted. The worst false merges and false splits follow, named by main ids and lines of
the file; ids and names of clusters are shown with --show_values.`,
		Example: example(`
			kith audit id_stitcher --truth known.csv
			kith audit id_stitcher --truth known.csv --entity customer --worst 3 --show_values
			kith audit id_stitcher --truth known.csv --json`),
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return a.auditGraph(c.Context(), f) },
	}
	fl := c.Flags()
	fl.StringVar(&f.entity, "entity", "", "the entity; needed where several have graphs")
	fl.StringVar(&f.seqNo, "seq_no", "latest", "sequence number of the run whose graph is looked at")
	fl.StringVar(&f.truth, "truth", "", "CSV file of ids and the clusters they truly belong to")
	fl.IntVar(&f.worst, "worst", 5, "how many of the worst false merges and splits are listed")
	return c
}

func (a *App) auditGraph(ctx context.Context, f auditFlags) error {
	var l diag.List
	if f.truth == "" {
		l.Errorf(diag.UMissing, noSpan, "with what is the graph to be compared? give a file with --truth")
	}
	if f.worst < 0 {
		l.Errorf(diag.UFlag, noSpan, "--worst %d is less than none", f.worst)
	}
	if l.HasErrors() {
		return refuse(ExitUser, l)
	}
	truth, diags := project.ReadTruth(f.truth, a.flags.showValues)
	if diags.HasErrors() {
		return refuse(ExitUser, diags)
	}
	w, m, err := a.openAt(ctx, "kith audit", f.seqNo)
	if err != nil {
		return err
	}
	defer w.Close()
	j, diags, err := w.Judge(ctx, m, truth, f.entity, f.worst, a.flags.showValues)
	switch {
	case err != nil:
		return a.trouble(ctx, w.Target, err, "audit")
	case diags.HasErrors():
		return refuse(ExitUser, diags)
	}
	if a.flags.json {
		return a.document(j)
	}
	a.showJudgement(j)
	return nil
}
