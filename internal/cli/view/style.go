// Package view shows what commands have to say: events of a run as lines, as a live screen or as JSON, tables, trees and
// the screen at the end of a run. It reads values and writes text; it asks nobody anything.
package view

import (
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/term"
)

// Counted is a writer that knows whether it was written to. A terminal behind it is still seen.
type Counted struct {
	io.Writer
	Written bool
}

// Write writes through.
func (c *Counted) Write(p []byte) (int, error) {
	c.Written = c.Written || len(p) > 0
	return c.Writer.Write(p)
}

func file(w any) (*os.File, bool) {
	if c, ok := w.(*Counted); ok {
		w = c.Writer
	}
	f, ok := w.(*os.File)
	return f, ok
}

// Terminal reports whether a reader or writer is a terminal that people look at.
func Terminal(w any) bool {
	f, ok := file(w)
	return ok && term.IsTerminal(int(f.Fd()))
}

// Colour reports whether a writer takes colours: a terminal, unless NO_COLOR is set or the terminal is a dumb one.
func Colour(w io.Writer) bool {
	return Terminal(w) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
}

// Width is the number of columns of a terminal, 80 when that is not known.
func Width(w io.Writer) int {
	if f, ok := file(w); ok {
		if n, _, err := term.GetSize(int(f.Fd())); err == nil && n > 20 {
			return n
		}
	}
	return 80
}

// Style paints text, or leaves it plain.
type Style struct{ colour bool }

// StyleOf is the style of a writer.
func StyleOf(w io.Writer) Style { return Style{Colour(w)} }

func (s Style) paint(code, text string) string {
	if !s.colour || text == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

// Dim is for what need not be read.
func (s Style) Dim(text string) string { return s.paint("2", text) }

// Bold is for headings.
func (s Style) Bold(text string) string { return s.paint("1", text) }

// Good is for what went well.
func (s Style) Good(text string) string { return s.paint("32", text) }

// Bad is for what went wrong.
func (s Style) Bad(text string) string { return s.paint("31", text) }

// Warn is for what deserves a look.
func (s Style) Warn(text string) string { return s.paint("33", text) }

// Accent is for what can be copied: names and commands.
func (s Style) Accent(text string) string { return s.paint("36", text) }

// Number writes a count with separators: 12,034.
func Number(n int64) string {
	s := strconv.FormatInt(n, 10)
	sign := ""
	if n < 0 {
		sign, s = "-", s[1:]
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return sign + s
}

// Count writes a count with its noun: "1 note", "3 notes".
func Count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	if strings.HasSuffix(noun, "y") {
		return Number(int64(n)) + " " + noun[:len(noun)-1] + "ies"
	}
	return Number(int64(n)) + " " + noun + "s"
}

// Took writes a length of time in two or three digits: 4ms, 0.18s, 12.3s, 4m05s.
func Took(d time.Duration) string {
	switch {
	case d < 10*time.Millisecond:
		return strconv.FormatInt(d.Milliseconds(), 10) + "ms"
	case d < time.Minute:
		return strconv.FormatFloat(d.Seconds(), 'f', map[bool]int{true: 2, false: 1}[d < 10*time.Second], 64) + "s"
	}
	d = d.Round(time.Second)
	h, m, s := int(d.Hours()), int(d.Minutes())%60, int(d.Seconds())%60
	two := func(n int) string { return strings.Repeat("0", 2-len(strconv.Itoa(n))) + strconv.Itoa(n) }
	if h > 0 {
		return strconv.Itoa(h) + "h" + two(m) + "m"
	}
	return strconv.Itoa(m) + "m" + two(s) + "s"
}
