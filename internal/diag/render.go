package diag

import (
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Render prints diagnostics for people, in the order of display, and a last line that counts them: each with its place,
// the line of the file with the place underlined, the other places, and the way out. It prints nothing for an empty list.
// The error is that of w.
func Render(w io.Writer, l List, color bool) error {
	p := printer{color: color}
	for _, d := range l.Sorted() {
		p.view(d.View())
	}
	if s := Summary(l); s != "" {
		p.b.WriteString(s + "\n")
	}
	_, err := io.WriteString(w, p.b.String())
	return err
}

// printer writes views as text.
type printer struct {
	b     strings.Builder
	color bool
}

// The colours of the terminal, as the parameters of an escape sequence.
const (
	bold   = "1"
	red    = "1;31"
	yellow = "1;33"
	cyan   = "36"
	dim    = "2"
)

func (p *printer) paint(style, s string) string {
	if !p.color || s == "" {
		return s
	}
	return "\x1b[" + style + "m" + s + "\x1b[0m"
}

func (p *printer) view(v View) {
	style := map[string]string{"error": red, "warning": yellow, "note": cyan}[v.Severity]
	if v.File != "" {
		p.b.WriteString(p.paint(bold, place(v.File, v.Line, v.Column)+":") + " ")
	}
	if v.Severity != "error" {
		p.b.WriteString(p.paint(style, v.Severity) + " ")
	}
	p.b.WriteString(p.paint(style, string(v.Code)) + " " + p.paint(bold, visible(v.Message)) + "\n")
	p.snippet(v.text, v.Line, v.Column, v.EndLine, v.EndColumn, style)
	for _, r := range v.Related {
		p.related(r)
	}
	if v.Fix != "" {
		fmt.Fprintf(&p.b, "   %s  %s\n", p.paint(dim, "fix:"), visible(v.Fix))
	}
}

func (p *printer) related(r RelatedView) {
	fmt.Fprintf(&p.b, "   %s %s  %s\n", p.paint(dim, "from:"), visible(r.Message), place(r.File, r.Line, r.Column))
	p.snippet(r.text, r.Line, r.Column, r.EndLine, r.EndColumn, dim)
}

func place(file string, line, col int) string {
	return visible(file) + ":" + strconv.Itoa(line) + ":" + strconv.Itoa(col)
}

// snippet prints a line of the file with [col, endCol) underlined; what goes on over several lines is underlined to the
// end of the first.
func (p *printer) snippet(text string, line, col, endLine, endCol int, style string) {
	if strings.TrimSpace(text) == "" {
		return
	}
	shown, from, to := layout(text, col, endLine > line, endCol)
	num := strconv.Itoa(line)
	gutter := strings.Repeat(" ", len(num))
	fmt.Fprintf(&p.b, "   %s %s\n", p.paint(dim, num+" |"), shown)
	fmt.Fprintf(&p.b, "   %s %s%s\n", p.paint(dim, gutter+" |"), strings.Repeat(" ", from), p.paint(style, strings.Repeat("^", max(to-from, 1))))
}

// maxColumns is how wide a line of a file is shown; longer ones are cut on both sides of the place.
const (
	maxColumns = 100
	tabWidth   = 4
)

// layout returns a line as it is shown and the columns of the screen that the underline covers. Tabs are shown as spaces,
// wide characters take two columns, control characters are made visible.
func layout(text string, col int, toEnd bool, endCol int) (shown string, from, to int) {
	var cells []cell
	end := 0
	for _, r := range text {
		c := cellOf(r, end)
		cells, end = append(cells, c), c.at+c.width
	}
	at := func(col int) int {
		if i := col - 1; i < len(cells) {
			return cells[max(i, 0)].at
		}
		return end
	}
	from, to = at(col), at(endCol)
	if toEnd {
		to = end
	}
	to = max(to, from)
	if end <= maxColumns {
		return strings.TrimRight(join(cells, 0, end), " "), from, to
	}
	left := max(0, min(from-maxColumns/3, end-maxColumns))
	right := left + maxColumns
	before, after := "", ""
	if left > 0 {
		before = "…"
	}
	if right < end {
		after = "…"
	}
	shown = before + join(cells, left, right) + after
	shift := left - len([]rune(before))
	return strings.TrimRight(shown, " "), from - shift, min(to, right) - shift
}

// cell is a character on the screen.
type cell struct {
	s         string
	at, width int
}

func cellOf(r rune, at int) cell {
	if r == '\t' {
		w := tabWidth - at%tabWidth
		return cell{strings.Repeat(" ", w), at, w}
	}
	s := visible(string(r))
	return cell{s, at, runeWidth([]rune(s)[0])}
}

// join shows the cells that lie whole within [left, right); a wide one that is cut becomes a space.
func join(cells []cell, left, right int) string {
	var b strings.Builder
	for _, c := range cells {
		switch {
		case c.at >= left && c.at+c.width <= right:
			b.WriteString(c.s)
		case c.at < right && c.at+c.width > left:
			b.WriteString(strings.Repeat(" ", min(c.at+c.width, right)-max(c.at, left)))
		}
	}
	return b.String()
}
