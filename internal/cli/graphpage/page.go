// Package graphpage writes what is to be said of ids and their clusters as one HTML file with a picture. The file loads nothing. It
// holds the ids themselves. Of a cluster of any size the picture has at most some hundred circles.
package graphpage

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"slices"
	"time"

	"kith/internal/cli/page"
	"kith/internal/cli/view"
	"kith/internal/identity"
	"kith/internal/project"
)

//go:embed page.html
var pageHTML string

//go:embed page.css
var pageCSS string

//go:embed page.js
var pageJS string

var pageTemplate = template.Must(template.New("page").Funcs(template.FuncMap{
	"number":  func(n int) string { return view.Number(int64(n)) },
	"number6": view.Number,
	"count":   view.Count,
	"count6":  func(n int64, noun string) string { return view.Count(int(n), noun) },
	"during":  during,
	"rest":    func(total, shown int) int { return max(0, total-shown) },
	"cut":     shorten,
}).Parse(pageHTML))

// content is what the template sees. Link or Cluster is nil.
type content struct {
	Title, Verdict, Class string
	Facts                 [][2]string
	Link                  *project.Link
	Steps                 []project.LinkStep
	Cluster               *project.Cluster
	Picture               *picture
	Members               []identity.Node
	MembersLeft           int
	Version               string
	CSS                   template.CSS
	JS                    template.JS
}

// mostMembers is how many ids the table of a page lists.
const mostMembers = 500

func (c *content) html(version string) ([]byte, error) {
	c.Version, c.CSS, c.JS = version, template.CSS(page.CSS+pageCSS), template.JS(pageJS)
	var b bytes.Buffer
	err := pageTemplate.Execute(&b, c)
	return b.Bytes(), err
}

// Link is the page of a link.
func Link(l *project.Link, version string) ([]byte, error) {
	g := l.Graph
	f := focus{mains: []string{l.From.MainID, l.To.MainID}}
	for _, x := range []project.LinkEnd{l.From, l.To} {
		if v := g.Find(x.Value, x.Type); !slices.Contains(f.asked, v) {
			f.asked = append(f.asked, v)
		}
	}
	for _, s := range l.Steps {
		f.way = append(f.way, s.Edges...)
	}
	c := &content{Link: l, Steps: append(slices.Clone(l.Path), l.WouldBe...), Title: l.From.Value + " and " + l.To.Value, Picture: draw(g, f), Facts: [][2]string{{"Entity", l.Entity}, {"Main id", l.From.MainID},
		{"Ids", view.Number(int64(l.From.IDs))}, {"Seq no", fmt.Sprint(l.SeqNo)}}}
	switch {
	case l.Linked:
		c.Verdict, c.Class = fmt.Sprintf("are one %s; the shortest way has %s.", l.Entity, view.Count(len(l.Path), "step")), "done"
	case len(l.WouldBe) > 0:
		c.Verdict, c.Class = fmt.Sprintf("are not one %s; they would be, had edges not been dropped.", l.Entity), "partial"
	default:
		c.Verdict, c.Class = fmt.Sprintf("are not one %s; no edge leads from one to the other.", l.Entity), "partial"
	}
	if !l.Linked {
		c.Facts[1][1] += " and " + l.To.MainID
		c.Facts[2][1] += " and " + view.Number(int64(l.To.IDs))
	}
	c.members(g, f.mains)
	return c.html(version)
}

// Cluster is the page of a cluster.
func Cluster(x *project.Cluster, version string) ([]byte, error) {
	f := focus{cut: x.Cut, mains: []string{x.MainID}}
	title, is := x.MainID, "has"
	if x.Asked >= 0 {
		f.asked, title, is = []int{x.Asked}, x.Graph.Nodes[x.Asked].Value, "is one of"
	}
	c := &content{Cluster: x, Title: title, Class: "done", Picture: draw(x.Graph, f), Facts: [][2]string{{"Entity", x.Entity}, {"Main id", x.MainID}, {"Seq no", fmt.Sprint(x.SeqNo)}},
		Verdict: fmt.Sprintf("%s %s, which %s join in %s.", is, view.Count(x.IDs, "id"), view.Count(int(x.Rows), "row"), view.Count(x.Pairs, "pair"))}
	c.members(x.Graph, f.mains)
	return c.html(version)
}

func (c *content) members(g *identity.Graph, mains []string) {
	for _, n := range g.Nodes {
		if !slices.Contains(mains, n.MainID) {
			continue
		}
		if len(c.Members) < mostMembers {
			c.Members = append(c.Members, n)
		} else {
			c.MembersLeft++
		}
	}
}

// during is a length of time, "" where it is not known.
func during(first, last *time.Time) string {
	switch {
	case first == nil || last == nil:
		return ""
	case first.Equal(*last):
		return moment(*first)
	}
	return moment(*first) + " to " + moment(*last)
}

// Seen is when a node was first seen.
func (c *content) Seen(n identity.Node) string {
	if n.FirstSeen.IsZero() {
		return ""
	}
	return moment(n.FirstSeen)
}
