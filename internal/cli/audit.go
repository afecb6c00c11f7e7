package cli

import (
	"github.com/spf13/cobra"

	"kith/internal/audit"
	"kith/internal/diag"
	"kith/internal/project"
)

func (a *App) audit() *cobra.Command {
	c := &cobra.Command{
		Use:     "audit",
		Short:   "Say how good an identity graph is",
		Example: example("kith audit id_stitcher"),
		Args:    cobra.NoArgs,
		RunE:    func(c *cobra.Command, _ []string) error { return a.needsSubcommand(c) },
	}
	c.AddCommand(a.auditStitcher())
	return c
}

type auditFlags struct {
	entity, seqNo, truth, html string
	worst, top                 int
	deviations, bridge         int64
	failOn                     []string
	allRows                    bool
}

func (a *App) auditStitcher() *cobra.Command {
	var f auditFlags
	c := &cobra.Command{
		Use:     "id_stitcher",
		Aliases: []string{"id-stitcher"},
		Short:   "Say how good the identity graph of an entity is",
		Long: `Say how good the identity graph of an entity is: how large its clusters are, what joins its types of ids, which ids look as if many
people shared them, what would become of the graph without each of these, what each source brings, and what changed since the graph that
readers saw before. Nothing is built and nothing is changed.

An id is suspected when it stands beside more ids than others of its type do (more than the median and --deviations times the median
distance from it), or when it alone joins two parts that both have at least --bridge ids. Suspects are ranked by how many ids would no
longer be with the largest part of their cluster. What the graph would be without an id is computed, not estimated, unless it is said to be
about: then guards hold pairs of the cluster back, of which some may come back.

With --fail_on the exit code is 3 when a condition holds, as it is of a check that fails. A condition compares a metric with a
number: ids, clusters, singletons, singletons_percent, largest, largest_percent, ids_per_cluster, consolidation_percent, p50, p90,
p95, p99, p99_9, pairs, dropped_pairs, suspects, separated (by the worst suspect), ids:TYPE and singletons:TYPE; and, where there
is a graph before, clusters_merged, clusters_split, clusters_new, clusters_gone, ids_new, ids_gone, ids_moved, ids_growth_percent,
clusters_growth_percent and largest_growth_percent.

With --truth the graph is compared with what is known instead. The file is a CSV file with the columns id and cluster, and id_type where an id may be of
several types: a row for each id, and the cluster it truly belongs to. Precision is how much of what was joined belongs together, recall how
much of what belongs together was joined, F1 the harmonic mean of both; over pairs of ids, and as B-cubed, the mean over ids. Ids
of the file that the graph has not take no part, and are counted. The worst false merges and false splits follow, named by main ids and lines of
the file; ids and names of clusters are shown with --show_values.`,
		Example: example(`
			kith audit id_stitcher
			kith audit id_stitcher --entity customer --html audit.html
			kith audit id_stitcher --show_values --top 25
			kith audit id_stitcher --fail_on "largest > 1000" --fail_on "clusters_growth_percent < -20"
			kith audit id_stitcher --truth known.csv
			kith audit id_stitcher --truth known.csv --entity customer --worst 3 --show_values
			kith audit id_stitcher --truth known.csv --json`),
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if f.truth != "" {
				return a.auditTruth(c, f)
			}
			return a.auditGraph(c, f)
		},
	}
	fl := c.Flags()
	fl.StringVar(&f.entity, "entity", "", "the entity; needed where several have graphs")
	fl.StringVar(&f.seqNo, "seq_no", "latest", "sequence number of the run whose graph is looked at")
	fl.StringVar(&f.html, "html", "", "write a page to this file; it needs nothing else")
	fl.StringSliceVar(&f.failOn, "fail_on", nil, "end with exit code 3 when this holds of the graph: \"largest > 1000\"")
	fl.BoolVar(&f.allRows, "all_rows", false, "count the rows of sources without any id, too; this reads every source once, as it is now")
	fl.IntVar(&f.top, "top", audit.Top, "how many clusters, suspects and builds are listed")
	fl.Int64Var(&f.deviations, "deviations", audit.Deviations, "how many median deviations above the median the degree of an id may be")
	fl.Int64Var(&f.bridge, "bridge", 0, "ids that the smaller side of a bridge must have; default is the 99th percentile of cluster sizes, at least 10")
	fl.StringVar(&f.truth, "truth", "", "CSV file of ids and the clusters they truly belong to")
	fl.IntVar(&f.worst, "worst", 5, "how many of the worst false merges and splits are listed")
	return c
}

// notWith reports flags that were given and do not go with the one named.
func notWith(c *cobra.Command, with string, names ...string) diag.List {
	var l diag.List
	for _, n := range names {
		if c.Flags().Changed(n) {
			l.Errorf(diag.UFlag, noSpan, "--%s does not go with %s", n, with)
		}
	}
	return l
}

func (a *App) auditTruth(c *cobra.Command, f auditFlags) error {
	l := notWith(c, "--truth", "html", "fail_on", "top", "deviations", "bridge", "all_rows")
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
	ctx := c.Context()
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
