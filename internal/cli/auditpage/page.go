// Package auditpage writes the audit of an identity graph as one HTML file that loads nothing.
package auditpage

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"math"
	"strings"

	"kith/internal/audit"
	"kith/internal/cli/page"
	"kith/internal/cli/view"
)

//go:embed page.html
var pageHTML string

//go:embed page.css
var pageCSS string

//go:embed page.js
var pageJS string

var pageTemplate = template.Must(template.New("page").Funcs(template.FuncMap{
	"number":  view.Number,
	"figure":  view.Figure,
	"decimal": view.Decimal,
	"share":   view.Share,
	"moment":  page.Moment,
	"day":     view.Day,
	"count":   func(n int64, noun string) string { return view.Count(int(n), noun) },
	"count1":  func(n int, noun string) string { return view.Count(n, noun) },
	"signed":  func(n int64) string { return fmt.Sprintf("%+d", n) },
	"pname":   view.PercentileName,
	"bin":     view.BinName,
	"source":  view.SourceName,
	"types":   view.TypesName,
	"dropped": view.DroppedText,
	"after":   view.PredictionText,
	"cures":   audit.Cures,
	"join":    strings.Join,
	"minus":   func(a, b int64) int64 { return a - b },
	"inc":     func(i int) int { return i + 1 },
	"width":   page.Share,
}).Parse(pageHTML))

// Page is what a page is made of.
type Page struct {
	*audit.Audit
	// Failed are the conditions that hold and should not.
	Failed []audit.Breach
	// Version is that of kith.
	Version string
	// Pictures are pages of clusters beside this one, by main id.
	Pictures map[string]string
}

// HTML returns the page of an audit. It is a function of its argument alone.
func HTML(p Page) ([]byte, error) {
	var b bytes.Buffer
	err := pageTemplate.Execute(&b, &content{Page: p, CSS: template.CSS(page.CSS + pageCSS), JS: template.JS(pageJS)})
	return b.Bytes(), err
}

// content is what the template sees.
type content struct {
	Page
	CSS template.CSS
	JS  template.JS
}

// clusterOf is a cluster of a list, with the size that its bar is full at.
type clusterOf struct {
	*audit.Cluster
	Of      int64
	Picture string
}

// ListOf are clusters as they are listed.
func (c *content) ListOf(clusters []*audit.Cluster) []clusterOf {
	var out []clusterOf
	for _, x := range clusters {
		out = append(out, clusterOf{x, c.LargestIDs, c.Pictures[x.MainID]})
	}
	return out
}

// Long are the clusters that are longer than what directly stands beside one id.
func (c *content) Long() []*audit.Cluster {
	var out []*audit.Cluster
	for _, x := range c.Longest {
		if x.Farthest > 1 {
			out = append(out, x)
		}
	}
	return out
}

// Status is the look of the top: failed, a warning, or good.
func (c *content) Status() string {
	switch {
	case len(c.Failed) > 0:
		return "failed"
	case len(c.Suspects) > 0:
		return "partial"
	}
	return "done"
}

// Verdict is what the audit comes to.
func (c *content) Verdict() string {
	switch n := len(c.Failed); {
	case n > 0:
		return view.Count(n, "condition") + " failed"
	case c.SuspectsFound > 0:
		return view.Count(c.SuspectsFound, "suspected shared id")
	}
	return "No suspected shared ids"
}

// Most is the number of clusters in the highest bar.
func (c *content) Most() int64 {
	var most int64
	for _, b := range c.Sizes.Histogram {
		most = max(most, b.Clusters)
	}
	return most
}

// Tall is the height of a bar in percent, on a scale of logarithms: the few large clusters are what one looks for.
func (c *content) Tall(n int64) float64 {
	if n == 0 {
		return 0
	}
	return 4 + 96*math.Log1p(float64(n))/math.Log1p(float64(c.Most()))
}

// cell is a field of the table of types by types.
type cell struct {
	Pairs int64
	// Possible is set where a source could have both.
	Possible bool
	Blank    bool
	Shade    float64
}

// Matrix are the pairs of each two types, a row for each type.
func (c *content) Matrix() [][]cell {
	place := map[string]int{}
	for i, t := range c.Types {
		place[t.Type] = i
	}
	out := make([][]cell, len(c.Types))
	for i := range out {
		out[i] = make([]cell, len(c.Types))
		for j := range i {
			out[i][j].Blank = true
		}
	}
	var most int64
	for _, p := range c.Edges.ByType {
		most = max(most, p.Pairs)
	}
	for _, p := range c.Edges.ByType {
		f := &out[place[p.Type1]][place[p.Type2]]
		f.Pairs, f.Shade = p.Pairs, 0.08+0.5*math.Log1p(float64(p.Pairs))/math.Log1p(float64(most))
	}
	for _, n := range c.NeverMeet {
		out[place[n.Type1]][place[n.Type2]].Possible = true
	}
	return out
}

// line is a metric over builds.
type line struct {
	Label, First, Last, Path string
	Dot                      [2]float64
}

// Lines are the metrics of the trend, each on a scale of its own; none for fewer than two builds.
func (c *content) Lines() []line {
	if len(c.Trend) < 2 {
		return nil
	}
	var out []line
	for _, m := range audit.TrendMetrics {
		low, high := math.Inf(1), math.Inf(-1)
		for _, p := range c.Trend {
			low, high = min(low, p.Metrics[m.Name]), max(high, p.Metrics[m.Name])
		}
		l := line{Label: m.Label, First: view.Figure(c.Trend[0].Metrics[m.Name]), Last: view.Figure(c.Trend[len(c.Trend)-1].Metrics[m.Name])}
		var points []string
		for i, p := range c.Trend {
			x, y := 4+192*float64(i)/float64(len(c.Trend)-1), 20.0
			if high > low {
				y = 36 - 32*(p.Metrics[m.Name]-low)/(high-low)
			}
			points = append(points, fmt.Sprintf("%.1f,%.1f", x, y))
			l.Dot = [2]float64{x, y}
		}
		l.Path = strings.Join(points, " ")
		out = append(out, l)
	}
	return out
}

// TrendRow are the figures of a build, in the order of the lines.
func (c *content) TrendRow(p audit.TrendPoint) []string {
	var out []string
	for _, m := range audit.TrendMetrics {
		out = append(out, view.Figure(p.Metrics[m.Name]))
	}
	return out
}
