package view

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"kith/internal/audit"
)

// Audit shows an audit to people.
func Audit(w io.Writer, a *audit.Audit) {
	v := auditView{w: w, style: StyleOf(w), a: a}
	v.summary()
	v.types()
	v.sizes()
	v.edges()
	v.degrees()
	v.largest()
	v.suspects()
	v.unlinked()
	v.sources()
	v.drift()
	v.trend()
	for _, n := range a.Notes {
		fmt.Fprintf(w, "\n%s\n", v.style.Dim(n))
	}
}

type auditView struct {
	w     io.Writer
	style Style
	a     *audit.Audit
}

func (v auditView) title(format string, args ...any) {
	fmt.Fprintf(v.w, "\n%s\n", v.style.Bold(fmt.Sprintf(format, args...)))
}

func (v auditView) line(format string, args ...any) { fmt.Fprintf(v.w, "  "+format+"\n", args...) }

// table shows rows that have numbers: all columns but the first few are flush right.
func (v auditView) table(left int, header []string, rows [][]string) {
	widths := make([]int, len(header))
	for _, r := range append([][]string{header}, rows...) {
		for i, c := range r {
			widths[i] = max(widths[i], len([]rune(c)))
		}
	}
	write := func(r []string, paint func(string) string) {
		var cells []string
		for i, c := range r {
			cells = append(cells, pad(c, widths[i], i >= left))
		}
		fmt.Fprintln(v.w, "  "+paint(strings.TrimRight(strings.Join(cells, "  "), " ")))
	}
	write(header, v.style.Dim)
	for _, r := range rows {
		write(r, func(s string) string { return s })
	}
}

func (v auditView) summary() {
	a := v.a
	fmt.Fprintf(v.w, "%s  %s, seq no %d, up to %s\n", v.style.Bold(a.Entity), a.Stitcher, a.SeqNo, a.EndTime.Format("2006-01-02 15:04:05 UTC"))
	v.line("%s make %s: %s ids each, %s fewer than ids", Count(int(a.IDs), "id"), v.style.Bold(Count(int(a.Clusters), "cluster")), Decimal(a.IDsPerCluster), Share(a.Consolidation))
	v.line("%s (%s); the largest cluster has %s (%s of all)", Count(int(a.Singletons), "singleton"), Share(a.SingletonsPercent), Count(int(a.LargestIDs), "id"), Share(a.LargestPercent))
}

// Decimal writes a number with at most one digit behind the point.
func Decimal(x float64) string {
	return strings.TrimSuffix(strconv.FormatFloat(x, 'f', 1, 64), ".0")
}

// Figure writes a whole number with separators, any other like Decimal.
func Figure(x float64) string {
	if n := int64(x); float64(n) == x {
		return Number(n)
	}
	return Decimal(x)
}

// Share writes a percentage with one digit behind the point where there is one. Little that is not nothing is told from nothing, and
// nearly all from all.
func Share(p float64) string {
	switch {
	case p > 0 && p < 0.1:
		return "<0.1%"
	case p < 100 && p > 99.9:
		return ">99.9%"
	}
	return Decimal(p) + "%"
}

func (v auditView) types() {
	v.title("Ids")
	var rows [][]string
	for _, t := range v.a.Types {
		rows = append(rows, []string{t.Type, Number(t.IDs), Number(t.Clusters), Decimal(t.Average), Number(t.Most), Number(t.Singletons), Share(t.SingletonsPercent)})
	}
	v.table(1, []string{"TYPE", "IDS", "CLUSTERS WITH ONE", "AVERAGE", "MOST", "SINGLETONS", ""}, rows)
}

func (v auditView) sizes() {
	if len(v.a.Sizes.Histogram) == 0 {
		return
	}
	v.title("Sizes of clusters")
	var ps []string
	for _, p := range v.a.Sizes.Percentiles {
		ps = append(ps, PercentileName(p.Percent)+" "+v.style.Bold(Number(p.Size)))
	}
	v.line("%s", strings.Join(ps, "   "))
	var rows [][]string
	for _, b := range v.a.Sizes.Histogram {
		rows = append(rows, []string{BinName(b), Number(b.Clusters), Number(b.IDs), Bar(b.Clusters, v.a.Clusters)})
	}
	widths := [3]int{3, 8, 3}
	for _, r := range rows {
		for i := range widths {
			widths[i] = max(widths[i], len([]rune(r[i])))
		}
	}
	line := func(r []string, bar string) {
		fmt.Fprintln(v.w, strings.TrimRight("  "+pad(r[0], widths[0], false)+"  "+pad(r[1], widths[1], true)+"  "+pad(r[2], widths[2], true)+"  "+bar, " "))
	}
	line([]string{"IDS", "CLUSTERS", "IDS"}, "")
	for _, r := range rows {
		line(r, v.style.Accent(r[3]))
	}
}

// PercentileName is "p99", or "max" for the largest.
func PercentileName(p float64) string {
	if p == 100 {
		return "max"
	}
	return "p" + strconv.FormatFloat(p, 'f', -1, 64)
}

// BinName is the sizes of a bin: 3, or 6–10.
func BinName(b audit.Bin) string {
	if b.From == b.To {
		return Number(b.From)
	}
	return Number(b.From) + "–" + Number(b.To)
}

// TypesName names two types that ids of a pair have.
func TypesName(t, u string) string { return t + " – " + u }

func (v auditView) edges() {
	v.title("Pairs of ids")
	if v.a.Edges.Pairs == 0 {
		v.line("no two ids stand side by side")
	}
	var rows [][]string
	for _, p := range v.a.Edges.ByType {
		first := true
		for _, f := range v.a.Edges.Found {
			if f.Type1 != p.Type1 || f.Type2 != p.Type2 {
				continue
			}
			name, pairs := "", ""
			if first {
				name, pairs = TypesName(p.Type1, p.Type2), Number(p.Pairs)
			}
			first = false
			rows = append(rows, []string{name, SourceName(f.Source, f.Rule), pairs, Number(f.Pairs), Number(f.Rows), Day(f.FirstSeen), Day(f.LastSeen)})
		}
	}
	if len(rows) > 0 {
		v.table(2, []string{"TYPES", "SOURCE", "PAIRS", "OF SOURCE", "ROWS", "FIRST SEEN", "LAST SEEN"}, rows)
	}
	for _, d := range v.a.Edges.Lost {
		v.line("%s kept out of the graph by %s", Count(int(d.Pairs), "pair"), d.By)
	}
}

// SourceName is a source and what joined ids there besides standing on one row.
func SourceName(source, rule string) string {
	if rule == "" || rule == "rule" {
		return source
	}
	return source + " (" + rule + ")"
}

// Day is a time by its day, "" for none.
func Day(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.Format("2006-01-02")
}

func (v auditView) degrees() {
	if len(v.a.Degrees) == 0 {
		return
	}
	v.title("Beside how many other ids an id stands")
	var rows [][]string
	for _, d := range v.a.Degrees {
		rows = append(rows, []string{d.Type, Number(d.Linked), Decimal(d.Average), Number(d.Median), Number(d.Deviation), Number(d.P99), Number(d.Max), Number(d.Limit), Number(d.Above)})
	}
	v.table(1, []string{"TYPE", "IDS", "AVERAGE", "MEDIAN", "MAD", "P99", "MAX", "LIMIT", "ABOVE"}, rows)
}

// idName is an id with its type.
func idName(id audit.ID) string { return id.Type + " " + id.Value }

func (v auditView) largest() {
	if len(v.a.Largest) == 0 {
		return
	}
	v.title("Largest clusters")
	for _, c := range v.a.Largest {
		var mix []string
		for _, t := range c.Types {
			mix = append(mix, t.Type+" "+Number(t.IDs))
		}
		v.line("%s  %s  %s", v.style.Accent(c.MainID), Count(int(c.IDs), "id"), v.style.Dim(strings.Join(mix, ", ")))
		if c.Unread {
			v.line("  too large to be taken apart here")
		}
		for _, b := range c.Bridges {
			v.line("  %s  beside %s; without it %s, %s from the rest", idName(b.ID), Count(int(b.Degree), "id"), Count(int(b.Parts), "part"), Count(int(b.Separated), "id"))
		}
	}
}

func (v auditView) suspects() {
	v.title("Suspected shared ids")
	if len(v.a.Suspects) == 0 {
		v.line("none")
		return
	}
	for i, s := range v.a.Suspects {
		v.line("%d. %s  in %s, %s", i+1, v.style.Warn(idName(s.ID)), v.style.Accent(s.MainID), Count(int(s.ClusterIDs), "id"))
		for _, why := range s.Because {
			v.line("   %s", why)
		}
		if s.After != nil {
			v.line("   without it %s would fall into %s, of which %s of at least 2 ids; %s would no longer be with the largest", Count(int(s.ClusterIDs), "id"),
				Count(int(s.Parts), "part"), areOf(s.Bridged), Number(s.Separated))
			v.line("   the graph would be %s", v.prediction(s.After))
		}
		if s.Needless {
			v.line("   once those before it are out, nothing large hangs on it")
		}
		if s.Exempt != "" {
			v.line("   %s", v.style.Warn(s.Exempt))
		}
	}
	if more := v.a.SuspectsFound - len(v.a.Suspects); more > 0 {
		v.line("%s: --top %d", v.style.Dim(fmt.Sprintf("%d more", more)), v.a.SuspectsFound)
	}
	fmt.Fprintf(v.w, "\n  %s\n", v.style.Dim("What keeps them out, for pb_project.yaml:"))
	for _, l := range strings.Split(audit.Cures(v.a.Suspects), "\n") {
		fmt.Fprintf(v.w, "    %s\n", l)
	}
	if v.a.AllCured != nil && len(v.a.Suspects) > 1 {
		v.line("With these filters the graph would be %s", v.prediction(v.a.AllCured))
	}
	if v.a.Masked {
		v.line("%s", v.style.Dim("ids are masked; --show_values shows them"))
	}
}

func areOf(n int64) string {
	if n == 1 {
		return "1 is"
	}
	return Number(n) + " are"
}

// prediction says in words what a graph would be.
func (v auditView) prediction(p *audit.Prediction) string {
	return PredictionText(v.a, p)
}

// PredictionText says in words what a graph would be.
func PredictionText(a *audit.Audit, p *audit.Prediction) string {
	s := fmt.Sprintf("%s (%+d), %s (%+d), the largest of %s", Count(int(p.Clusters), "cluster"), p.Clusters-a.Clusters,
		Count(int(p.Singletons), "singleton"), p.Singletons-a.Singletons, Count(int(p.LargestIDs), "id"))
	if !p.Exact {
		s = "about " + s + "; a guard or a rule holds pairs of the cluster back, of which some may come back"
	}
	return s
}

func (v auditView) unlinked() {
	if len(v.a.NeverLink)+len(v.a.NeverMeet)+len(v.a.Apart) == 0 {
		return
	}
	v.title("What never meets")
	for _, t := range v.a.NeverLink {
		v.line("no %s stands beside another id", t)
	}
	for _, n := range v.a.NeverMeet {
		v.line("no %s stands beside a %s, though %s could have both", n.Type1, n.Type2, strings.Join(n.Sources, ", "))
	}
	if len(v.a.Apart) > 0 {
		var groups []string
		for _, g := range v.a.Apart {
			groups = append(groups, strings.Join(g, ", "))
		}
		v.line("nothing leads from one of these to another: %s", strings.Join(groups, " | "))
	}
}

func (v auditView) sources() {
	if len(v.a.Sources) == 0 {
		return
	}
	v.title("Sources")
	header := []string{"SOURCE", "ROWS WITH 1 ID", "WITH MORE", "IDS", "ONLY HERE"}
	all := slices.ContainsFunc(v.a.Sources, func(s audit.Source) bool { return s.NoID != nil })
	if all {
		header = slices.Insert(header, 1, "ROWS WITHOUT ID")
	}
	var rows [][]string
	for _, s := range v.a.Sources {
		r := []string{s.Source, Number(s.OneID), Number(s.MoreIDs), Number(s.IDs), Number(s.Only)}
		if all {
			without := ""
			if s.NoID != nil {
				without = Number(*s.NoID)
			}
			r = slices.Insert(r, 1, without)
		}
		rows = append(rows, r)
	}
	v.table(1, header, rows)
	for _, s := range v.a.Sources {
		if len(s.Types) < 2 {
			v.line("%s has ids of %s only: it joins nothing", s.Source, strings.Join(s.Types, ", "))
		}
	}
}

func (v auditView) drift() {
	d := v.a.Drift
	if d == nil {
		return
	}
	v.title("Since the graph before, of seq no %d", d.SeqNo)
	if d.Material == v.a.Material {
		v.line("it is the same")
		return
	}
	v.line("%s ids (%+d), %s clusters (%+d), the largest of %s (%+d)", Number(d.Now.IDs), d.Now.IDs-d.Before.IDs, Number(d.Now.Clusters), d.Now.Clusters-d.Before.Clusters,
		Number(d.Now.LargestIDs), d.Now.LargestIDs-d.Before.LargestIDs)
	v.line("%s merged, %s split, %s new, %s gone; %s new, %s gone, %s under another main id", Count(int(d.Merged), "cluster"), Number(d.Split), Number(d.New), Number(d.Gone),
		Count(int(d.IDsNew), "id"), Number(d.IDsGone), Number(d.IDsMoved))
	for _, m := range d.Merges {
		v.line("%s  joins %s, %s of them", v.style.Accent(m.MainID), Count(int(m.Clusters), "earlier cluster"), Count(int(m.IDs), "id"))
	}
	for _, m := range d.Splits {
		v.line("%s  fell into %s, %s of them", v.style.Accent(m.MainID), Count(int(m.Clusters), "cluster"), Count(int(m.IDs), "id"))
	}
	for _, c := range d.Joined {
		v.line("new in merged clusters: %s of %s, by %s", Count(int(c.Pairs), "pair"), TypesName(c.Type1, c.Type2), SourceName(c.Source, c.Rule))
	}
	for _, c := range d.Parted {
		v.line("gone from split clusters: %s of %s, of %s%s", Count(int(c.Pairs), "pair"), TypesName(c.Type1, c.Type2), SourceName(c.Source, c.Rule), DroppedText(c.DroppedBy))
	}
}

// DroppedText says what drops a pair now.
func DroppedText(by string) string {
	if by == "" {
		return ", which no row has any more"
	}
	return ", dropped by " + by
}

func (v auditView) trend() {
	if len(v.a.Trend) < 2 {
		return
	}
	v.title("Trend")
	var rows [][]string
	for _, p := range v.a.Trend {
		r := []string{strconv.FormatInt(p.SeqNo, 10), p.At.Format("2006-01-02 15:04")}
		for _, m := range audit.TrendMetrics {
			r = append(r, Figure(p.Metrics[m.Name]))
		}
		rows = append(rows, r)
	}
	header := []string{"SEQ NO", "BUILT"}
	for _, m := range audit.TrendMetrics {
		header = append(header, strings.ToUpper(m.Label))
	}
	v.table(0, header, rows)
}
