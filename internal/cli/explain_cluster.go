package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"kith/internal/cli/graphpage"
	"kith/internal/cli/view"
	"kith/internal/diag"
	"kith/internal/project"
)

func (a *App) explainCluster() *cobra.Command {
	var f explainIDs
	c := &cobra.Command{
		Use:   "cluster ID",
		Short: "Say what holds the ids of a person together",
		Long: `Say what holds the ids of a person together: its ids by type and its edges by source; the bridges, which are pairs of ids that alone join two
parts of it; the ids without which it would fall apart; the edges that were dropped at its ids; and where it could be cut at the
least cost should it be two people by mistake. The cost of a cut is the number of rows that speak for what is cut.

ID is an id of the person or the main id. The answer shows ids.`,
		Example: example(`
			kith explain cluster ann@example.com
			kith explain cluster ann@example.com --html ann.html
			kith explain cluster ann@example.com --limit 0 --json`),
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error { return a.tellCluster(c.Context(), f, args) },
	}
	f.add(c)
	f.addPicture(c)
	c.Flags().IntVar(&f.limit, "limit", 10, "how long lists may be; 0 is without end")
	return c
}

func (a *App) tellCluster(ctx context.Context, f explainIDs, ids []string) error {
	if f.limit < 0 {
		var l diag.List
		l.Errorf(diag.UFlag, noSpan, "--limit %d is below 0", f.limit)
		return refuse(ExitUser, l)
	}
	asked, err := f.queries(ids)
	if err != nil {
		return err
	}
	c, err := explained(ctx, a, f, func(w *project.Work, m project.Moment) (*project.Cluster, diag.List, error) {
		return w.ExplainCluster(ctx, m, f.entity, asked[0], f.limit)
	})
	if err != nil {
		return err
	}
	if err := a.page(f.html, func() ([]byte, error) { return graphpage.Cluster(c, a.Leaves.Version) }); err != nil {
		return err
	}
	if a.flags.json {
		return a.document(c)
	}
	(&clusterScreen{a, view.StyleOf(a.Out)}).write(c)
	return nil
}

// clusterScreen shows a cluster.
type clusterScreen struct {
	a     *App
	style view.Style
}

func (s *clusterScreen) say(format string, args ...any) {
	fmt.Fprintf(s.a.Out, format+"\n", args...)
}

func (s *clusterScreen) title(text string, args ...any) {
	s.say("\n  %s", s.style.Bold(fmt.Sprintf(text, args...)))
}

// rest says how many are not shown.
func (s *clusterScreen) rest(total, shown int) {
	if text := more(total, shown); text != "" {
		s.say("    %s", s.style.Dim(text+" (--limit)"))
	}
}

func (s *clusterScreen) write(c *project.Cluster) {
	if c.Pairs == 0 {
		s.say("%s  %s  %s, which no edge joins to another", s.style.Bold(c.Entity), s.style.Accent(c.MainID), view.Count(c.IDs, "id"))
	} else {
		s.say("%s  %s  %s, which %s join in %s", s.style.Bold(c.Entity), s.style.Accent(c.MainID), view.Count(c.IDs, "id"), view.Count(int(c.Rows), "row"), view.Count(c.Pairs, "pair"))
	}
	s.types(c)
	s.sources(c)
	s.bridges(c)
	s.points(c)
	s.dropped(c)
	s.suggestion(c)
}

func (s *clusterScreen) types(c *project.Cluster) {
	var rows [][]string
	for _, t := range c.Types {
		rows = append(rows, []string{t.Type, view.Number(int64(t.IDs)), during(t.FirstSeen, t.LastNew)})
	}
	s.table([]string{"ID TYPE", "IDS", "FIRST SEEN"}, rows)
}

func (s *clusterScreen) sources(c *project.Cluster) {
	var rows [][]string
	for _, x := range c.Sources {
		rows = append(rows, []string{x.Source, view.Number(int64(x.Pairs)), view.Number(x.Rows), during(x.FirstSeen, x.LastSeen)})
	}
	if len(rows) > 0 {
		s.table([]string{"SOURCE", "PAIRS", "ROWS", "SEEN"}, rows)
	}
}

func (s *clusterScreen) table(header []string, rows [][]string) {
	var b strings.Builder
	view.Table(&b, header, rows)
	s.say("")
	for line := range strings.Lines(b.String()) {
		s.say("  %s", strings.TrimRight(line, "\n"))
	}
}

// pair writes two ids with what is said of them.
func (s *clusterScreen) pair(p project.IDPair, tail string) {
	s.say("    %s – %s%s", shownID(p.From), shownID(p.To), tail)
	for _, e := range p.Edges {
		line := s.style.Accent(e.Source)
		if text := evidenceLine(e); text != "" {
			line += "  " + text
		}
		if e.DroppedBy != "" {
			line += "  " + s.style.Bad("dropped by "+e.DroppedBy)
		}
		s.say("      %s", line)
	}
}

func (s *clusterScreen) bridges(c *project.Cluster) {
	if c.Bridges.Total == 0 && c.Hanging == 0 {
		if c.IDs > 2 {
			s.title("No pair of ids alone holds it together")
		}
		return
	}
	s.title("What alone holds parts together")
	for _, b := range c.Bridges.First {
		s.pair(b.IDPair, s.style.Warn(fmt.Sprintf("  without it %s and %s", view.Count(b.Sides[0], "id"), view.Count(b.Sides[1], "id"))))
	}
	s.rest(c.Bridges.Total, len(c.Bridges.First))
	if c.Hanging > 0 {
		s.say("    %s", s.style.Dim(hanging(c.Hanging)))
	}
}

func hanging(n int) string {
	if n == 1 {
		return "1 id hangs on one pair"
	}
	return view.Count(n, "id") + " hang on one pair each"
}

func (s *clusterScreen) points(c *project.Cluster) {
	if c.Points.Total == 0 {
		return
	}
	s.title("Ids without which it falls apart")
	for _, p := range c.Points.First {
		s.say("    %s  %s", shownID(p.ID), s.style.Warn("into "+partsText(p.Parts)))
	}
	s.rest(c.Points.Total, len(c.Points.First))
}

// partsText says how large parts are: 3 parts of 14, 2 and 1 ids.
func partsText(p project.Some[int]) string {
	var sizes []string
	for _, n := range p.First {
		sizes = append(sizes, view.Number(int64(n)))
	}
	text := list(sizes)
	if rest := p.Total - len(p.First); rest > 0 {
		text = strings.Join(sizes, ", ") + " … ids"
		return fmt.Sprintf("%s of %s", view.Count(p.Total, "part"), text)
	}
	return fmt.Sprintf("%s of %s ids", view.Count(p.Total, "part"), text)
}

func (s *clusterScreen) dropped(c *project.Cluster) {
	if c.Dropped.Total == 0 {
		return
	}
	s.title("Edges that were dropped")
	for _, d := range c.Dropped.First {
		tail := ""
		if d.MainID != "" {
			tail = "  " + s.style.Dim("of "+d.MainID)
		}
		s.pair(d.IDPair, tail)
	}
	s.rest(c.Dropped.Total, len(c.Dropped.First))
}

func (s *clusterScreen) suggestion(c *project.Cluster) {
	cut := c.Suggestion
	if cut == nil {
		return
	}
	s.title("Should it be two, the cheapest cut")
	for _, p := range cut.Pairs.First {
		s.pair(p, "")
	}
	s.rest(cut.Pairs.Total, len(cut.Pairs.First))
	s.say("    takes %s away and leaves", view.Count(int(cut.Rows), "row"))
	for _, p := range cut.Parts {
		var types []string
		for _, t := range p.Types {
			types = append(types, fmt.Sprintf("%s %s", view.Number(int64(t.IDs)), t.Type))
		}
		s.say("      %s: %s", view.Count(p.IDs, "id"), strings.Join(types, ", "))
	}
}
