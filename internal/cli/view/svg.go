package view

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"
)

// pictureKinds are the colours of boxes, with the words of the legend.
var pictureKinds = []struct{ kind, words, fill, stroke string }{
	{"input", "input", "#eef2f6", "#8598ab"},
	{"model", "SQL model", "#e3f4f1", "#3f9c8d"},
	{"graph", "identity graph", "#efe8fb", "#7a54c4"},
	{"features", "features", "#fdf3dc", "#c79a2b"},
	{"cohort", "cohort", "#e8f5e2", "#5c9e3c"},
	{"view", "feature view", "#e2edfb", "#2f6fc4"},
}

const svgStyle = `text{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:11px;fill:#1d2733}
.n{font-size:10px;fill:#56657a}.t{font-size:14px;font-weight:600}.e{fill:none;stroke:#9aa7b5;stroke-width:1.1;opacity:.75}
rect.p{stroke-width:2}`

// SVG draws the picture. The text stands on its own: no font, script or style is loaded from anywhere.
func (p *Picture) SVG(w io.Writer) error {
	l := p.place()
	width := max(l.width, float64(margin)+legendWidth())
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%.0f" height="%.0f" viewBox="0 0 %.0f %.0f" role="img">`+"\n", width, l.height, width, l.height)
	fmt.Fprintf(&b, "<title>%s</title>\n<style>%s</style>\n", escaped(p.Title), svgStyle)
	b.WriteString(`<defs><marker id="a" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z" fill="#9aa7b5"/></marker></defs>` + "\n")
	fmt.Fprintf(&b, `<rect width="%.0f" height="%.0f" fill="#fff"/>`+"\n", width, l.height)
	fmt.Fprintf(&b, `<text class="t" x="%d" y="%d">%s</text>`+"\n", margin, margin, escaped(p.Title))
	legend(&b)
	for _, path := range l.paths {
		fmt.Fprintf(&b, `<path class="e" marker-end="url(#a)" d="%s"/>`+"\n", curve(path))
	}
	for i, n := range p.Nodes {
		box(&b, l.boxes[i], n)
	}
	b.WriteString("</svg>\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// curve is an edge through its lanes, from the right of its first box to the left of its last.
func curve(path []*spot) string {
	var b strings.Builder
	first := path[0]
	x, y := first.x+first.w, first.y+first.h/2
	fmt.Fprintf(&b, "M%.1f %.1f", x, y)
	for i, s := range path[1:] {
		tx, ty := s.x, s.y+s.h/2
		mid := (x + tx) / 2
		fmt.Fprintf(&b, "C%.1f %.1f %.1f %.1f %.1f %.1f", mid, y, mid, ty, tx, ty)
		x, y = tx, ty
		if i < len(path)-2 {
			x = s.x + s.w
			fmt.Fprintf(&b, "H%.1f", x)
		}
	}
	return b.String()
}

func box(b *strings.Builder, s *spot, n PictureNode) {
	fill, stroke := colours(n.Kind)
	class := ""
	if n.Strong {
		class = ` class="p"`
	}
	fmt.Fprintf(b, `<g><title>%s</title><rect%s x="%.1f" y="%.1f" width="%.1f" height="%.1f" rx="5" fill="%s" stroke="%s"/>`, escaped(n.Hint), class, s.x, s.y, s.w, s.h, fill, stroke)
	fmt.Fprintf(b, `<text x="%.1f" y="%.1f">%s</text>`, s.x+boxPadding, s.y+17, escaped(n.Label))
	if n.Note != "" {
		fmt.Fprintf(b, `<text class="n" x="%.1f" y="%.1f">%s</text>`, s.x+boxPadding, s.y+17+boxNote, escaped(n.Note))
	}
	b.WriteString("</g>\n")
}

func colours(kind string) (fill, stroke string) {
	for _, k := range pictureKinds {
		if k.kind == kind {
			return k.fill, k.stroke
		}
	}
	return "#fff", "#8598ab"
}

// legend shows what the colours mean, in a line below the title.
func legend(b *strings.Builder) {
	x := float64(margin)
	for _, k := range pictureKinds {
		fmt.Fprintf(b, `<rect x="%.1f" y="%d" width="10" height="10" rx="2" fill="%s" stroke="%s"/><text class="n" x="%.1f" y="%d">%s</text>`+"\n",
			x, margin+11, k.fill, k.stroke, x+15, margin+20, k.words)
		x += legendStep(k.words)
	}
}

func legendStep(words string) float64 { return 35 + float64(len(words))*6.1 }

func legendWidth() float64 {
	w := 0.0
	for _, k := range pictureKinds {
		w += legendStep(k.words)
	}
	return w
}

func escaped(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a strings.Builder takes everything
	return b.String()
}
