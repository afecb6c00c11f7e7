package cli

import (
	"fmt"
	"math"
	"strings"

	"kith/internal/cli/view"
	"kith/internal/project"
	"kith/internal/truth"
)

// showJudgement prints how a graph stands the test of a truth.
func (a *App) showJudgement(j *project.Judgement) {
	style, out := view.StyleOf(a.Out), a.Out
	fmt.Fprintf(out, "%s  %s, seq no %d, against %s\n\n", style.Bold(j.Entity), j.Stitcher, j.SeqNo, j.File)
	fmt.Fprintf(out, "%s of %s in the graph (%s): %s truly, %s found\n\n", view.Number(int64(j.Figures.IDs)), view.Count(j.IDs, "id"),
		view.Percent(int64(j.Figures.IDs), int64(j.IDs)), view.Count(j.Figures.Truth, "cluster"), view.Number(int64(j.Figures.Found)))
	row := func(name string, s truth.Score) []string {
		return []string{name, digits(s.Precision), digits(s.Recall), digits(s.F1)}
	}
	view.Table(out, []string{"", "PRECISION", "RECALL", "F1"}, [][]string{row("pairs", j.Pairwise), row("B-cubed", j.BCubed)})
	fmt.Fprintf(out, "\n%s belong together, %s were put together, %s of them rightly\n", view.Count(int(j.Pairs.True), "pair"),
		view.Number(j.Pairs.Found), view.Number(j.Pairs.Right))
	a.showMixes("Worst false merges", j.Merges, "wrong")
	a.showMixes("Worst false splits", j.Splits, "missed")
}

// digits is a share between 0 and 1 that reads 1 only if it is.
func digits(x float64) string {
	if x < 1 {
		x = min(x, 0.9999)
	}
	return fmt.Sprintf("%.4f", math.Max(x, 0))
}

func (a *App) showMixes(title string, mixes []project.Mix, kind string) {
	if len(mixes) == 0 {
		return
	}
	style := view.StyleOf(a.Out)
	fmt.Fprintf(a.Out, "\n%s\n", style.Bold(title))
	for _, m := range mixes {
		fmt.Fprintf(a.Out, "  %s  %s\n", style.Accent(mixName(m.MainID, m.Cluster, "true cluster")), style.Dim(view.Count(int(m.Pairs), kind+" pair")))
		for _, p := range m.Parts {
			fmt.Fprintf(a.Out, "    %s: %s\n", mixName(p.MainID, p.Cluster, "a true cluster"), partIDs(p))
		}
	}
}

// mixName names a profile by its main id and a true cluster by its name, where that may be seen.
func mixName(main, cluster, masked string) string {
	switch {
	case main != "":
		return main
	case cluster != "":
		return "cluster " + cluster
	}
	return masked
}

// partIDs lists ids by value, or by their lines in the file where values are masked.
func partIDs(p project.MixPart) string {
	var ids []string
	for _, id := range p.IDs {
		if id.Value != "" {
			ids = append(ids, id.Type+" "+id.Value)
		} else {
			ids = append(ids, fmt.Sprintf("%s of line %d", id.Type, id.Line))
		}
	}
	if more := p.Size - len(ids); more > 0 {
		ids = append(ids, fmt.Sprintf("%d more", more))
	}
	return strings.Join(ids, ", ")
}
