package graphpage

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"kith/internal/cli/page"
	"kith/internal/identity"
	"kith/internal/project"
)

var types = []string{"anonymous_id", "email", "device_id", "user_id", "phone"}

// builder makes graphs of one cluster.
type builder struct {
	r     *rand.Rand
	nodes []identity.Node
	edges []identity.Edge
}

var day = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

func (b *builder) node(typ string) int {
	n := len(b.nodes)
	b.nodes = append(b.nodes, identity.Node{Value: fmt.Sprintf("%s-%d@<b>&\"example", typ[:3], n), Type: typ, MainID: "ridx", FirstSeen: day})
	return n
}

func (b *builder) edge(x, y int) *identity.Edge {
	b.edges = append(b.edges, identity.Edge{A: x, B: y, Source: "inputs/web", Rows: int64(1 + b.r.IntN(40)), FirstSeen: day, LastSeen: day.Add(time.Hour)})
	return &b.edges[len(b.edges)-1]
}

// people are small groups of ids that all hang on a few devices.
func people(n int) *identity.Graph {
	b := &builder{r: rand.New(rand.NewPCG(1, 2))}
	var shared []int
	for i := range 4 {
		shared = append(shared, b.node("device_id"))
		if i > 0 {
			b.edge(shared[i-1], shared[i])
		}
	}
	for len(b.nodes) < n {
		first := len(b.nodes)
		for j := range 3 + b.r.IntN(6) {
			v := b.node(types[j%len(types)])
			for w := first; w < v; w++ {
				if w == v-1 || b.r.IntN(3) > 0 {
					b.edge(w, v)
				}
			}
		}
		b.edge(shared[b.r.IntN(4)], first)
		if b.r.IntN(20) == 0 {
			b.edge(first+1, b.r.IntN(first)).DroppedBy = "rule"
		}
	}
	return identity.New(b.nodes, b.edges)
}

// shaped is a graph in which node i hangs on the nodes that a function gives.
func shaped(n int, on func(r *rand.Rand, i int) []int) *identity.Graph {
	b := &builder{r: rand.New(rand.NewPCG(1, 2))}
	for i := range n {
		v := b.node(types[i%len(types)])
		if i > 0 {
			for _, w := range on(b.r, i) {
				b.edge(w, v)
			}
		}
	}
	return identity.New(b.nodes, b.edges)
}

// graphs are clusters of all sizes and shapes.
var graphs = sync.OnceValue(func() map[string]*identity.Graph {
	star := func(*rand.Rand, int) []int { return []int{0} }
	chain := func(_ *rand.Rand, i int) []int { return []int{i - 1} }
	two := func(r *rand.Rand, i int) []int { return []int{r.IntN(i), r.IntN(i)} }
	return map[string]*identity.Graph{
		"one id": shaped(1, nil), "two ids": shaped(2, chain), "small": people(30), "200 ids": people(200), "10^5 ids": people(100_000),
		"star of 50": shaped(50, star), "star of 10^5": shaped(100_000, star), "chain of 200": shaped(200, chain), "chain of 10^5": shaped(100_000, chain),
		"tangle of 150": shaped(150, two), "tangle of 10^5": shaped(100_000, two),
	}
})

// TestPicturesAreReadable looks at pictures of clusters of all sizes: few enough circles, none on another, all within the frame, every id
// drawn or counted in a group, a label for the one that was asked for, and a width at which letters stay large enough to be read.
func TestPicturesAreReadable(t *testing.T) {
	for name, g := range graphs() {
		asked := g.Find(g.Nodes[len(g.Nodes)/2].Value, g.Nodes[len(g.Nodes)/2].Type)
		p := draw(g, focus{asked: []int{asked}, mains: []string{"ridx"}})
		if len(p.Nodes) > most+1 || len(p.Nodes) == 0 {
			t.Errorf("%s: %d circles", name, len(p.Nodes))
		}
		drawn := 0
		var boxes []box
		frame := parse(t, strings.Fields(p.View))
		for i, n := range p.Nodes {
			at := parse(t, []string{n.X, n.Y, n.R})
			if strings.HasPrefix(n.Class, "id") {
				drawn++
			}
			if strings.Contains(n.Class, "asked") && n.Label == "" {
				t.Errorf("%s: the id asked for has no label", name)
			}
			if at[0]-at[2] < frame[0] || at[0]+at[2] > frame[0]+frame[2] || at[1]-at[2] < frame[1] || at[1]+at[2] > frame[1]+frame[3] {
				t.Errorf("%s: circle %d is outside", name, i)
			}
			boxes = append(boxes, box{at[0] - at[2]*0.7, at[1] - at[2]*0.7, at[2] * 1.4, at[2] * 1.4})
		}
		if drawn+p.Grouped != len(g.Nodes) {
			t.Errorf("%s: %d ids drawn, %d in groups, of %d", name, drawn, p.Grouped, len(g.Nodes))
		}
		for i := range boxes {
			for j := range i {
				if boxes[i].meets(boxes[j]) {
					t.Errorf("%s: circle %d lies on %d", name, i, j)
				}
			}
		}
		if frame[2] > widest && len(p.Nodes) > fewest+1 {
			t.Errorf("%s: %g wide with %d circles", name, frame[2], len(p.Nodes))
		}
	}
}

func parse(t *testing.T, words []string) []float64 {
	t.Helper()
	var out []float64
	for _, w := range words {
		var x float64
		if _, err := fmt.Sscan(w, &x); err != nil {
			t.Fatal(err)
		}
		out = append(out, x)
	}
	return out
}

// pageOf is the page of a cluster.
func pageOf(t *testing.T, g *identity.Graph) string {
	t.Helper()
	text, err := Cluster(project.DescribeCluster(g, "ridx", 10), "test")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestPagesLoadNothing looks at what could load: nothing does, and markup in ids stays text. A page stays small, however large its cluster.
func TestPagesLoadNothing(t *testing.T) {
	fetches := regexp.MustCompile(`(?i)@import|url\(|https?:|fetch\(|XMLHttpRequest|WebSocket|import\(|sendBeacon`)
	if bad := fetches.FindString(page.CSS + pageCSS + pageJS); bad != "" {
		t.Errorf("style or script has %q", bad)
	}
	for name, g := range graphs() {
		text := pageOf(t, g)
		if len(text) > 600_000 {
			t.Errorf("%s: %d bytes", name, len(text))
		}
		if !strings.Contains(text, "default-src 'none'") || strings.Contains(text, "ZgotmplZ") {
			t.Errorf("%s: the page may load, or the template refused a value", name)
		}
		scripts := 0
		d := xml.NewDecoder(strings.NewReader(strings.NewReplacer(page.CSS, "", pageCSS, "", pageJS, "").Replace(text)))
		d.Strict, d.AutoClose, d.Entity = false, xml.HTMLAutoClose, xml.HTMLEntity
		for {
			tok, err := d.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			n, ok := tok.(xml.StartElement)
			if !ok {
				continue
			}
			if n.Name.Local == "script" {
				scripts++
			}
			if slices.Contains([]string{"link", "iframe", "object", "embed", "img", "image", "use", "base", "form", "a"}, n.Name.Local) {
				t.Errorf("%s: the page has a %s", name, n.Name.Local)
			}
			for _, a := range n.Attr {
				if strings.HasPrefix(a.Name.Local, "on") || a.Name.Local == "src" || a.Name.Local == "href" {
					t.Errorf("%s: %s=%q", name, a.Name.Local, a.Value)
				}
			}
		}
		if scripts != 1 {
			t.Errorf("%s: %d scripts", name, scripts)
		}
	}
}

// TestPagesAreFunctions makes pages twice.
func TestPagesAreFunctions(t *testing.T) {
	for _, name := range []string{"small", "200 ids", "tangle of 10^5"} {
		if pageOf(t, graphs()[name]) != pageOf(t, graphs()[name]) {
			t.Errorf("%s: another page", name)
		}
	}
}

func TestMarks(t *testing.T) {
	got := marks([]string{"email", "user_id", "device_id", "domain", "employee"})
	for typ, want := range map[string]string{"email": "em", "user_id": "u", "device_id": "de", "domain": "do", "employee": "em"} {
		if got[typ] != want {
			t.Errorf("%s: %q, want %q", typ, got[typ], want)
		}
	}
}

func TestShort(t *testing.T) {
	for n, want := range map[int]string{42: "42", 999: "999", 1250: "1.2k", 99_999: "99k", 3_400_000: "3.4M"} {
		if got := short(n); got != want {
			t.Errorf("%d: %s, want %s", n, got, want)
		}
	}
}

func TestCrossed(t *testing.T) {
	b := box{0, 0, 10, 10}
	for _, c := range []struct {
		p, q point
		want bool
	}{
		{point{-5, 5}, point{15, 5}, true}, {point{5, -5}, point{5, 15}, true}, {point{-5, -5}, point{15, 15}, true},
		{point{-5, 12}, point{15, 12}, false}, {point{12, -5}, point{12, 15}, false}, {point{-5, 0}, point{0, -5}, false}, {point{2, 2}, point{3, 3}, true},
	} {
		if got := b.crossed(c.p, c.q); got != c.want {
			t.Errorf("%v to %v: %v", c.p, c.q, got)
		}
	}
}
