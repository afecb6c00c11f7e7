package view

import (
	"fmt"
	"io"
	"strings"

	"github.com/jedib0t/go-pretty/v6/text"

	"kith/internal/project"
)

// Screen is the end of a run, for people.
type Screen struct {
	Report *project.Report
	// Headline is the first line, Place where the tables are ("DuckDB file x, schema main").
	Headline, Place string
	// Page is the path of the report of the run, "" for none.
	Page string
	// Next are commands to try.
	Next []string
}

// Write shows the screen.
func (s *Screen) Write(w io.Writer) {
	style := StyleOf(w)
	fmt.Fprintf(w, "\n%s %s\n", style.Good("✔"), style.Bold(s.Headline))
	for _, e := range s.Report.Entities {
		fmt.Fprintln(w)
		entity(w, style, e)
	}
	s.where(w, style)
	if s.Page != "" {
		fmt.Fprintf(w, "  %s  %s\n", style.Dim(text.Pad("Report", labelWidth, ' ')), s.Page)
	}
	if len(s.Next) > 0 {
		fmt.Fprintf(w, "\n%s\n", style.Bold("Next"))
		for _, n := range s.Next {
			fmt.Fprintln(w, "  "+style.Accent(n))
		}
	}
}

func entity(w io.Writer, style Style, e *project.EntityReport) {
	fmt.Fprintf(w, "%s  %s ids make %s profiles%s\n", style.Bold(e.Name), style.Bold(Number(e.IDs)), style.Bold(Number(e.Profiles)),
		style.Dim(clusters(e)))
	var rows [][]string
	for _, t := range e.IDTypes {
		rows = append(rows, []string{t.Type, Number(t.IDs), Number(t.Profiles) + " profiles have one", Percent(t.Profiles, e.Profiles), Bar(t.Profiles, e.Profiles)})
	}
	block(w, style, "Ids", rows)
	if f := features(e.Features); f != "" {
		fmt.Fprintf(w, "  %s  %s\n", style.Dim(text.Pad("Features", labelWidth, ' ')), f)
	}
	rows = nil
	for _, c := range e.Cohorts {
		of := "of " + e.Name
		if c.Parent != "" {
			of = "of " + c.Parent
		}
		rows = append(rows, []string{strings.Repeat("  ", c.Depth-1) + c.Name, Number(c.Members), of, Percent(c.Members, c.Of), Bar(c.Members, c.Of)})
	}
	block(w, style, "Cohorts", rows)
}

func clusters(e *project.EntityReport) string {
	if e.Profiles == 0 {
		return ""
	}
	return fmt.Sprintf("  (%.1f ids each, %s in the largest)", float64(e.IDs)/float64(e.Profiles), Number(e.Largest))
}

// features says how many features there are and how they are made.
func features(f project.Features) string {
	if f.Total == 0 {
		return ""
	}
	var kinds []string
	for _, k := range []struct {
		n    int
		word string
	}{{f.Aggregates, "aggregated"}, {f.Windows, "by window"}, {f.Derived, "derived"}, {f.Columns, "from SQL models"}} {
		if k.n > 0 {
			kinds = append(kinds, fmt.Sprintf("%d %s", k.n, k.word))
		}
	}
	return fmt.Sprintf("%d: %s", f.Total, strings.Join(kinds, ", "))
}

// labelWidth is the width of the words on the left.
const labelWidth = 8

// block shows rows of name, number, words, share and bar under a label.
func block(w io.Writer, style Style, label string, rows [][]string) {
	widths := make([]int, 5)
	for _, r := range rows {
		for i, c := range r {
			widths[i] = max(widths[i], text.StringWidthWithoutEscSequences(c))
		}
	}
	for i, r := range rows {
		if i > 0 {
			label = ""
		}
		fmt.Fprintf(w, "  %s  %s  %*s  %s  %*s  %s\n", style.Dim(text.Pad(label, labelWidth, ' ')), text.Pad(r[0], widths[0], ' '), widths[1], r[1],
			style.Dim(text.Pad(r[2], widths[2], ' ')), widths[3], r[3], style.Accent(r[4]))
	}
}

// where lists the names that people read.
func (s *Screen) where(w io.Writer, style Style) {
	kinds := []struct{ kind, label string }{{"feature view", "Profiles"}, {"graph", "Graph"}, {"audit", "Audit"}, {"cohort", "Cohorts"}, {"feature table", "Tables"}, {"model", "Models"}}
	fmt.Fprintf(w, "\n%s  %s\n", style.Bold("Where"), s.Place)
	for _, k := range kinds {
		var names []string
		for _, p := range s.Report.Published {
			if p.Kind == k.kind {
				names = append(names, p.Name)
			}
		}
		if len(names) == 0 {
			continue
		}
		for i, line := range wrap(names, Width(w)-labelWidth-5) {
			label := k.label
			if i > 0 {
				label = ""
			}
			fmt.Fprintf(w, "  %s  %s\n", style.Dim(text.Pad(label, labelWidth, ' ')), line)
		}
	}
}

// wrap joins names with commas into lines of at most width.
func wrap(names []string, width int) []string {
	var lines []string
	line := ""
	for i, n := range names {
		if i < len(names)-1 {
			n += ","
		}
		if line != "" && len(line)+1+len(n) > width {
			lines = append(lines, line)
			line = ""
		}
		if line != "" {
			line += " "
		}
		line += n
	}
	return append(lines, line)
}

// Percent is a share in per cent; "<1%" for little that is not nothing, ">99%" for nearly all.
func Percent(n, of int64) string {
	if of <= 0 {
		return "–"
	}
	p := 100 * float64(n) / float64(of)
	switch {
	case n > 0 && p < 1:
		return "<1%"
	case n < of && p > 99:
		return ">99%"
	}
	return fmt.Sprintf("%.0f%%", p)
}

const barWidth = 20

// Bar draws a share.
func Bar(n, of int64) string {
	if of <= 0 || n <= 0 {
		return ""
	}
	eighths := min(int(float64(barWidth*8)*float64(n)/float64(of)+0.5), barWidth*8)
	bar := strings.Repeat("█", eighths/8)
	if rest := eighths % 8; rest > 0 {
		bar += string([]rune("▏▎▍▌▋▊▉")[rest-1])
	}
	if bar == "" {
		return "▏"
	}
	return bar
}
