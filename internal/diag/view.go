package diag

import (
	"encoding/json"
	"fmt"

	"kith/internal/source"
)

// View is a diagnostic as tools read it: the JSON form. The text for people is printed from it as well, so that the two
// never say different things. Lines and columns count from 1, columns in characters; the end is behind the last
// character. A diagnostic without a place has none of them.
type View struct {
	Code      Code          `json:"code"`
	Severity  string        `json:"severity"`
	Message   string        `json:"message"`
	File      string        `json:"file,omitempty"`
	Line      int           `json:"line,omitempty"`
	Column    int           `json:"column,omitempty"`
	EndLine   int           `json:"endLine,omitempty"`
	EndColumn int           `json:"endColumn,omitempty"`
	Related   []RelatedView `json:"related,omitempty"`
	Fix       string        `json:"fix,omitempty"`

	text string // the source line, for people
}

// RelatedView is another place of a View.
type RelatedView struct {
	Message   string `json:"message"`
	File      string `json:"file"`
	Line      int    `json:"line"`
	Column    int    `json:"column"`
	EndLine   int    `json:"endLine"`
	EndColumn int    `json:"endColumn"`

	text string
}

// View returns the JSON form of a diagnostic.
func (d Diagnostic) View() View {
	v := View{Code: d.Code, Severity: d.Severity.String(), Message: d.Message, Fix: d.Fix, File: d.At.Path()}
	v.Line, v.Column, v.EndLine, v.EndColumn = extent(d.At)
	if !d.Private {
		v.text = lineOf(d.At)
	}
	for _, r := range d.Also {
		if r.At.IsZero() {
			continue
		}
		rv := RelatedView{Message: r.Message, File: r.At.Path()}
		rv.Line, rv.Column, rv.EndLine, rv.EndColumn = extent(r.At)
		if !d.Private {
			rv.text = lineOf(r.At)
		}
		v.Related = append(v.Related, rv)
	}
	return v
}

// MarshalJSON writes the View.
func (d Diagnostic) MarshalJSON() ([]byte, error) { return json.Marshal(d.View()) }

// MarshalJSON writes the views in the order of display, [] when there is nothing to say.
func (l List) MarshalJSON() ([]byte, error) {
	views := []View{}
	for _, d := range l.Sorted() {
		views = append(views, d.View())
	}
	return json.Marshal(views)
}

func extent(s source.Span) (line, col, endLine, endCol int) {
	if s.IsZero() {
		return 0, 0, 0, 0
	}
	line, col = s.Position()
	endLine, endCol = s.File.Position(max(s.End, s.Start))
	return line, col, endLine, endCol
}

func lineOf(s source.Span) string {
	if s.IsZero() {
		return ""
	}
	line, _ := s.Position()
	return s.File.Line(line)
}

// Summary counts a list: "3 errors, 1 warning"; "" when there is nothing to say.
func Summary(l List) string {
	counts := map[Severity]int{}
	for _, d := range l.Sorted() {
		counts[d.Severity]++
	}
	out := ""
	for _, s := range []Severity{Error, Warning, Note} {
		n := counts[s]
		if n == 0 {
			continue
		}
		if out != "" {
			out += ", "
		}
		out += fmt.Sprintf("%d %s", n, s)
		if n > 1 {
			out += "s"
		}
	}
	return out
}

// Counts is how many diagnostics of a list are shown, by severity.
type Counts struct{ Errors, Warnings, Notes int }

// Count counts a list as it is shown: without repeats.
func Count(l List) Counts {
	var c Counts
	for _, d := range l.Sorted() {
		switch d.Severity {
		case Error:
			c.Errors++
		case Warning:
			c.Warnings++
		case Note:
			c.Notes++
		}
	}
	return c
}
