package cli

import (
	"context"
	"fmt"
	"path"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"kith/internal/audit"
	"kith/internal/cli/auditpage"
	"kith/internal/cli/graphpage"
	"kith/internal/cli/view"
	"kith/internal/diag"
	"kith/internal/project"
)

type graphReportFlags struct{ stitcher, seqNo, seeds string }

func (a *App) showGraphReport() *cobra.Command {
	var f graphReportFlags
	c := &cobra.Command{
		Use:     "idstitcher-report",
		Aliases: []string{"idstitcher_report"},
		Short:   "Write a report of an identity graph",
		Long: `Write a report of an identity graph: a page with what kith audit id_stitcher finds, the longest clusters, the ids with the most
neighbours, and the clusters of ids that are asked for. It needs neither the warehouse nor the network when it is opened.

Ids are masked unless --show_values is given; then there is a picture of each cluster that is listed and not too large to be drawn, too.
The file of --seed_clusters_csv has the columns id and id_type. Both are compared by parts of texts; with the id type rudder_id
the id is a main id.`,
		Example: example(`
			kith show idstitcher-report
			kith show idstitcher-report --id_stitcher_model models/customer_graph --show_values
			kith show idstitcher-report --seq_no 4 --seed_clusters_csv seeds.csv`),
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return a.graphReport(c.Context(), f) },
	}
	fl := c.Flags()
	fl.StringVar(&f.stitcher, "id_stitcher_model", "", "path of the id stitcher; needed where there are several")
	fl.StringVar(&f.seqNo, "seq_no", "latest", "sequence number of the run that built the graph")
	fl.StringVar(&f.seeds, "seed_clusters_csv", "", "CSV file of ids whose clusters are shown, too")
	return c
}

// graphReported is the answer of an idstitcher-report.
type graphReported struct {
	*audit.Audit
	// Converged is always true: a graph that did not settle is never published.
	Converged bool   `json:"modelConverged"`
	Page      string `json:"page"`
}

func (a *App) graphReport(ctx context.Context, f graphReportFlags) error {
	opt := project.AuditOptions{Stitcher: f.stitcher}
	if f.seeds != "" {
		var diags diag.List
		if opt.Seeds, diags = project.ReadSeeds(f.seeds, a.flags.showValues); diags.HasErrors() {
			return refuse(ExitUser, diags)
		}
	}
	w, m, err := a.openAt(ctx, "kith show", f.seqNo)
	if err != nil {
		return err
	}
	defer w.Close()
	out, diags, err := w.Audit(ctx, m, opt)
	switch {
	case err != nil:
		return a.trouble(ctx, w.Target, err, "idstitcher-report")
	case diags.HasErrors():
		return refuse(ExitUser, diags)
	}
	name := path.Base(out.Stitcher)
	files, pictures := map[string][]byte{}, map[string]string{}
	if a.flags.showValues {
		if pictures, err = a.pictures(ctx, w, m, out, name, files); err != nil {
			return a.trouble(ctx, w.Target, err, "idstitcher-report")
		}
	} else {
		out.Mask()
	}
	html, err := auditpage.HTML(auditpage.Page{Audit: out, Version: a.Leaves.Version, Pictures: pictures})
	if err != nil {
		return stop(ExitUser, err)
	}
	files[project.GraphReportFile(name)] = html
	at, err := w.WriteGraphReport(m.SeqNo, project.GraphReportFile(name), files)
	if err != nil {
		return unwritten(err)
	}
	at = project.Relative(joined(w.Project.Spec.Root, at), dir())
	if a.flags.json {
		return a.document(graphReported{out, true, at})
	}
	for _, p := range [][2]string{{"Model ref", out.Stitcher}, {"Seq no", fmt.Sprint(out.SeqNo)}, {"Material name", out.Material},
		{"Creation time", out.BuiltAt.Format(time.RFC3339)}, {"Model converged", "true"},
		{"Stitching", fmt.Sprintf("%s before, %s after", view.Count(int(out.IDs), "id"), view.Count(int(out.Clusters), "cluster"))}} {
		fmt.Fprintf(a.Out, "%-16s %s\n", p[0]+":", p[1])
	}
	fmt.Fprintf(a.Out, "%-16s %s\n", "Report:", at)
	return nil
}

const (
	// drawnIDs is how many ids a cluster may have of which a picture is made, listed how long the lists beside it are.
	drawnIDs = 20_000
	listed   = 10
)

// pictures makes the pages of the clusters that a report lists, and returns their names by main id.
func (a *App) pictures(ctx context.Context, w *project.Work, m project.Moment, out *audit.Audit, name string, files map[string][]byte) (map[string]string, error) {
	names := map[string]string{}
	for _, clusters := range [][]*audit.Cluster{out.Seeds, out.Largest, out.Longest} {
		for _, c := range clusters {
			if names[c.MainID] != "" || c.IDs < 2 || c.IDs > drawnIDs {
				continue
			}
			x, diags, err := w.ExplainCluster(ctx, m, out.Entity, project.IDQuery{Value: c.MainID}, listed)
			if err != nil {
				return nil, err
			}
			if diags.HasErrors() { // it is told elsewhere what is wrong with the graph
				continue
			}
			html, err := graphpage.Cluster(x, a.Leaves.Version)
			if err != nil {
				return nil, err
			}
			names[c.MainID] = strings.TrimSuffix(project.GraphReportFile(name), ".html") + "/" + fileName(c.MainID) + ".html"
			files[names[c.MainID]] = html
		}
	}
	return names, nil
}

// fileName is a main id as the name of a file.
func fileName(main string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' {
			return r
		}
		return '_'
	}, main)
}
