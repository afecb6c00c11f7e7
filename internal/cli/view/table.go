package view

import (
	"fmt"
	"io"
	"strings"

	"github.com/jedib0t/go-pretty/v6/text"
)

// Table writes rows of text below a header, columns side by side. Escape sequences count for nothing.
func Table(w io.Writer, header []string, rows [][]string) {
	style := StyleOf(w)
	widths := make([]int, len(header))
	measure := func(row []string) {
		for i, c := range row {
			widths[i] = max(widths[i], text.StringWidthWithoutEscSequences(c))
		}
	}
	measure(header)
	for _, r := range rows {
		measure(r)
	}
	line := func(row []string, paint func(string) string) {
		var cells []string
		for i, c := range row {
			cells = append(cells, paint(pad(c, widths[i], false)))
		}
		fmt.Fprintln(w, strings.TrimRight(strings.Join(cells, "  "), " "))
	}
	line(header, style.Bold)
	for _, r := range rows {
		line(r, func(s string) string { return s })
	}
}

// Pairs writes names with their values below a title, values side by side; nothing for no pairs.
func Pairs(w io.Writer, title string, pairs [][2]string) {
	if len(pairs) == 0 {
		return
	}
	style, width := StyleOf(w), 0
	for _, p := range pairs {
		width = max(width, text.StringWidthWithoutEscSequences(p[0]))
	}
	fmt.Fprintf(w, "\n  %s\n", style.Bold(title))
	for _, p := range pairs {
		fmt.Fprintf(w, "    %s  %s\n", style.Dim(pad(p[0], width, false)), p[1])
	}
}
