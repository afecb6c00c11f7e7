package graphpage

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"kith/internal/cli/view"
	"kith/internal/identity"
)

const (
	// most is how many nodes a picture has at most, fewest down to how many it goes to stay within widest and highest: a long chain
	// drawn node by node could not be read.
	most, fewest    = 160, 16
	widest, highest = 2000, 1300
)

// colours is how many id types have a colour of their own; further ones share the last.
const colours = 8

// focus is what a picture is about: places of nodes and edges.
type focus struct {
	// asked are the ids that were asked for, way the edges of the way between them, cut those to be cut.
	asked    []int
	way, cut []int
	// mains are the main ids of the clusters the page is about; ids of others are shown as strangers.
	mains []string
}

// picture is a drawing, ready for the template.
type picture struct {
	View   string
	Width  int
	Nodes  []drawnNode
	Edges  []drawnEdge
	Legend []legendType
	// Has tells which kinds of edges and of nodes there are, for the legend.
	Has map[string]bool
	// Groups and Grouped are how many circles stand for many ids, and for how many.
	Groups, Grouped, IDs int
	Strangers            bool
}

// drawnNode is a circle.
type drawnNode struct {
	Index      int
	X, Y, R    string
	Class      string
	Inside     string // what is written in the circle
	Title      string
	Label      string
	LX, LY     string
	Anchor     string
	Find       string // what the search looks at
	LabelClass string
}

// drawnEdge is a line.
type drawnEdge struct {
	A, B           int
	X1, Y1, X2, Y2 string
	Width, Class   string
	Title          string
}

// legendType is a colour with its id type.
type legendType struct {
	Class, Type, Inside string
	IDs                 int
}

// drawing is the work on a picture.
type drawing struct {
	g       *identity.Graph
	f       focus
	s       *identity.Sketch
	types   []string
	marks   map[string]string
	bridges map[[2]int]bool
	points  map[int]bool
	pic     *picture
}

// draw makes the picture of a graph.
func draw(g *identity.Graph, f focus) *picture {
	keep := slices.Clone(f.asked)
	for _, list := range [][]int{f.way, f.cut} {
		for _, e := range list[:min(len(list), most/4)] {
			keep = append(keep, g.Edges[e].A, g.Edges[e].B)
		}
	}
	slices.Sort(keep)
	keep = slices.Compact(keep)
	d := &drawing{g: g, f: f, bridges: map[[2]int]bool{}, points: map[int]bool{}, pic: &picture{Has: map[string]bool{}}}
	weak := g.Weak()
	for _, b := range weak.Bridges {
		if b.Lesser() > 1 {
			d.bridges[[2]int{b.A, b.B}] = true
		}
	}
	for _, p := range weak.Points {
		if p.Apart() > 0 {
			d.points[p.Node] = true
		}
	}
	d.legend()
	for n := most; ; n = n * 2 / 3 {
		d.s = g.Sketch(keep, n)
		d.s.Edges = slices.DeleteFunc(d.s.Edges, func(e identity.SketchEdge) bool { // what was dropped somewhere among many says nothing
			return !e.Counts && (d.s.Nodes[e.A].Group || d.s.Nodes[e.B].Group)
		})
		bodies, springs := d.bodies()
		place(bodies, springs)
		labels := lettering(bodies, springs, d.order(), d.label, len(f.asked)+len(f.way)+1)
		fr := frame(bodies, labels)
		if (fr.w > widest || fr.h > highest) && n > fewest {
			continue
		}
		d.pic.View = fmt.Sprintf("%.0f %.0f %.0f %.0f", fr.x, fr.y, fr.w, fr.h)
		d.pic.Width = int(1.5 * fr.w)
		d.edges(bodies)
		d.nodes(bodies, labels)
		return d.pic
	}
}

// legend gives the types their colours, the one with the most ids first, and marks of one or two letters.
func (d *drawing) legend() {
	count := map[string]int{}
	for _, n := range d.g.Nodes {
		if count[n.Type]++; count[n.Type] == 1 {
			d.types = append(d.types, n.Type)
		}
	}
	slices.SortStableFunc(d.types, func(a, b string) int { return cmp.Or(cmp.Compare(count[b], count[a]), strings.Compare(a, b)) })
	d.marks = marks(d.types)
	for i, t := range d.types {
		d.pic.Legend = append(d.pic.Legend, legendType{colour(i), t, d.marks[t], count[t]})
	}
	d.pic.IDs = len(d.g.Nodes)
}

func colour(i int) string { return fmt.Sprintf("t%d", min(i, colours-1)) }

// marks are letters that stand for types: the first, or the first two where types begin alike.
func marks(types []string) map[string]string {
	out := map[string]string{}
	for _, n := range []int{1, 2} {
		taken := map[string]int{}
		for _, t := range types {
			taken[begin(t, n)]++
		}
		for _, t := range types {
			if m := begin(t, n); out[t] == "" && (taken[m] == 1 || n == 2) {
				out[t] = m
			}
		}
	}
	return out
}

func begin(s string, n int) string {
	r := []rune(s)
	return strings.ToLower(string(r[:min(len(r), n)]))
}

func (d *drawing) bodies() ([]body, []spring) {
	bodies := make([]body, len(d.s.Nodes))
	for i, n := range d.s.Nodes {
		r := 8.5
		if n.Group {
			r = 11 + 5*math.Log10(float64(len(n.Members)))
		}
		bodies[i].r = r
	}
	var springs []spring
	for _, e := range d.s.Edges {
		springs = append(springs, spring{e.A, e.B})
	}
	return bodies, springs
}

// rank is how much a node of the sketch deserves a label: those asked for first, then the ends of what is shown, then what holds
// things together, then groups.
func (d *drawing) rank(i int) int {
	n := d.s.Nodes[i]
	if n.Group {
		return 4
	}
	v := n.Members[0]
	touches := func(list []int) bool {
		return slices.ContainsFunc(list, func(e int) bool { return d.g.Edges[e].A == v || d.g.Edges[e].B == v })
	}
	switch {
	case slices.Contains(d.f.asked, v):
		return 0
	case touches(d.f.way):
		return 1
	case touches(d.f.cut):
		return 2
	case d.points[v]:
		return 3
	}
	return 5
}

// order is that of the labels.
func (d *drawing) order() []int {
	order, ranks := make([]int, len(d.s.Nodes)), make([]int, len(d.s.Nodes))
	for i := range order {
		order[i], ranks[i] = i, d.rank(i)
	}
	slices.SortStableFunc(order, func(a, b int) int { return ranks[a] - ranks[b] })
	return order
}

func (d *drawing) label(i int) string {
	if n := d.s.Nodes[i]; !n.Group {
		return d.g.Nodes[n.Members[0]].Value
	}
	return ""
}

func (d *drawing) nodes(bodies []body, labels map[int]label) {
	for i, n := range d.s.Nodes {
		b := bodies[i]
		x := drawnNode{Index: i, X: num(b.x), Y: num(b.y), R: num(b.r)}
		if n.Group {
			x.Class, x.Inside, x.Title = "group", short(len(n.Members)), d.groupTitle(n)
			d.pic.Groups++
			d.pic.Grouped += len(n.Members)
		} else {
			d.single(&x, n.Members[0])
		}
		if l, ok := labels[i]; ok {
			x.Label, x.LX, x.LY, x.Anchor = l.text, num(l.x), num(l.y), l.anchor
			if d.rank(i) < 3 {
				x.LabelClass = "strong"
			}
		}
		d.pic.Nodes = append(d.pic.Nodes, x)
	}
}

// single fills in a circle that stands for one id.
func (d *drawing) single(x *drawnNode, v int) {
	n := d.g.Nodes[v]
	classes := []string{"id", colour(slices.Index(d.types, n.Type))}
	title := []string{n.Value, n.Type, "main id " + n.MainID}
	if !n.FirstSeen.IsZero() {
		title = append(title, "first seen "+moment(n.FirstSeen))
	}
	if slices.Contains(d.f.asked, v) {
		classes = append(classes, "asked")
	}
	if !slices.Contains(d.f.mains, n.MainID) {
		classes = append(classes, "stranger")
		d.pic.Strangers = true
	}
	if d.points[v] {
		classes, title = append(classes, "point"), append(title, "without it parts of several ids come apart")
		d.pic.Has["point"] = true
	}
	x.Class, x.Inside, x.Title, x.Find = strings.Join(classes, " "), d.marks[n.Type], strings.Join(title, "\n"), strings.ToLower(n.Value+" "+n.Type)
}

func (d *drawing) groupTitle(n identity.SketchNode) string {
	count := map[string]int{}
	for _, v := range n.Members {
		count[d.g.Nodes[v].Type]++
	}
	title := []string{view.Count(len(n.Members), "id") + " that are not drawn one by one"}
	if n.Parts > 1 {
		title = append(title, "in "+view.Count(n.Parts, "part")+" that only what is drawn holds together")
	}
	for _, t := range d.types {
		if count[t] > 0 {
			title = append(title, fmt.Sprintf("%s %s", view.Number(int64(count[t])), t))
		}
	}
	return strings.Join(title, "\n")
}

func (d *drawing) edges(bodies []body) {
	way, cut := places(d.f.way), places(d.f.cut)
	for _, e := range d.s.Edges {
		x := drawnEdge{A: e.A, B: e.B, Title: d.edgeTitle(e)}
		var rows int64
		class := "plain"
		for _, i := range e.Edges {
			rows += d.g.Edges[i].Weight()
			switch {
			case way[i]:
				class = "way"
			case cut[i] && class != "way":
				class = "cut"
			case class == "plain" && d.bridges[[2]int{d.g.Edges[i].A, d.g.Edges[i].B}] && len(d.f.way) == 0:
				class = "bridge"
			}
		}
		if !e.Counts {
			class = strings.TrimPrefix(class+" dropped", "plain ")
		}
		for _, c := range strings.Fields(class) {
			d.pic.Has[c] = true
		}
		x.Class, x.Width = class, num(1.1+min(1.1*math.Log10(float64(rows)), 4.4))
		a, b := bodies[e.A], bodies[e.B]
		dx, dy := b.x-a.x, b.y-a.y
		if far := math.Hypot(dx, dy); far > 0 { // a line ends at the circles
			dx, dy = dx/far, dy/far
		}
		x.X1, x.Y1, x.X2, x.Y2 = num(a.x+dx*a.r), num(a.y+dy*a.r), num(b.x-dx*b.r), num(b.y-dy*b.r)
		d.pic.Edges = append(d.pic.Edges, x)
	}
	rank := map[string]int{"plain": 0, "dropped": 1, "bridge": 2, "cut": 3, "way": 4, "way dropped": 4}
	slices.SortStableFunc(d.pic.Edges, func(a, b drawnEdge) int { return rank[a.Class] - rank[b.Class] }) // what matters is drawn last
}

func places(list []int) map[int]bool {
	out := map[int]bool{}
	for _, i := range list {
		out[i] = true
	}
	return out
}

// mostEvidence is how many edges the text of a line lists.
const mostEvidence = 6

func (d *drawing) edgeTitle(e identity.SketchEdge) string {
	var lines []string
	one := !d.s.Nodes[e.A].Group && !d.s.Nodes[e.B].Group
	if one {
		x := d.g.Edges[e.Edges[0]]
		lines = append(lines, d.g.Nodes[x.A].Value+" – "+d.g.Nodes[x.B].Value)
	} else {
		lines = append(lines, view.Count(len(e.Edges), "edge"))
	}
	for k, i := range e.Edges {
		if k == mostEvidence {
			lines = append(lines, fmt.Sprintf("and %s more", view.Number(int64(len(e.Edges)-k))))
			break
		}
		x := d.g.Edges[i]
		line := x.Source
		if x.Rule != "" {
			line += ", " + x.Rule
		}
		if x.Rows > 0 {
			line += ", " + view.Count(int(x.Rows), "row")
		}
		if !x.FirstSeen.IsZero() && !x.LastSeen.IsZero() {
			line += ", " + moment(x.FirstSeen) + " to " + moment(x.LastSeen)
		}
		if x.DroppedBy != "" {
			line += ", dropped by " + x.DroppedBy
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

func moment(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05") }

// num writes a coordinate to a tenth.
func num(x float64) string {
	s := fmt.Sprintf("%.1f", x)
	if s == "-0.0" {
		return "0.0"
	}
	return s
}

// short writes a count in the room of a circle: 950, 12k, 3.4M.
func short(n int) string {
	switch {
	case n < 1000:
		return fmt.Sprint(n)
	case n < 10_000:
		return fmt.Sprintf("%.1fk", float64(n)/1000)
	case n < 1_000_000:
		return fmt.Sprintf("%dk", n/1000)
	}
	return fmt.Sprintf("%.1fM", float64(n)/1e6)
}
