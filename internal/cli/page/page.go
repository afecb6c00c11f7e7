// Package page writes the report of a run as one HTML file that loads nothing: style, script and picture are in it, and its
// only links are to files beside it. It is a function of the report alone.
package page

import (
	"bytes"
	_ "embed"
	"html/template"
	"time"

	"kith/internal/cli/view"
	"kith/internal/diag"
	"kith/internal/project"
	"kith/internal/run"
)

//go:embed page.html
var pageHTML string

// CSS is how pages look, in a light and a dark theme; other pages of kith begin with it.
//
//go:embed page.css
var CSS string

//go:embed page.js
var pageJS string

var pageTemplate = template.Must(template.New("page").Funcs(template.FuncMap{
	"number":     view.Number,
	"took":       tookSeconds,
	"moment":     Moment,
	"percent":    view.Percent,
	"share":      Share,
	"checkClass": checkClass,
	"count64":    func(n int64, noun string) string { return view.Count(int(n), noun) },
}).Parse(pageHTML))

// HTML returns the page of a run.
func HTML(r *project.RunReport) ([]byte, error) {
	var b bytes.Buffer
	err := pageTemplate.Execute(&b, &content{RunReport: r, CSS: template.CSS(CSS), JS: template.JS(pageJS), Chart: newChart(r), Problems: problems(r)})
	return b.Bytes(), err
}

// content is what the template sees.
type content struct {
	*project.RunReport
	CSS      template.CSS
	JS       template.JS
	Chart    *chart
	Problems []problem
}

// Headline is the status in words.
func (c *content) Headline() string {
	switch c.Status {
	case run.RunDoneWhole:
		return "Published"
	case run.RunPartial:
		return "Published in part"
	case run.RunInterrupted:
		return "Interrupted"
	}
	return "Failed"
}

// Consequence says what readers of the tables see now.
func (c *content) Consequence() string {
	names := 0
	if c.Report != nil {
		names = len(c.Published)
	}
	switch c.Status {
	case run.RunDoneWhole:
		return shown(names) + " this run."
	case run.RunPartial:
		return shown(names) + " this run; the others stand as they were."
	case run.RunInterrupted:
		return "Nothing was published; what is built is kept, and what was published before stands."
	}
	return "Nothing was published; what was published before stands."
}

func shown(names int) string {
	if names == 1 {
		return "1 name shows"
	}
	return view.Count(names, "name") + " show"
}

// Window is the time that the run looked at.
func (c *content) Window() string {
	if c.BeginTime == nil {
		return "up to " + Moment(c.EndTime)
	}
	return Moment(*c.BeginTime) + " to " + Moment(c.EndTime)
}

// Slowest is the step that took longest, nil when none ran.
func (c *content) Slowest() *project.RunStep {
	var out *project.RunStep
	for _, s := range c.Steps {
		if s.Seconds != nil && (out == nil || *s.Seconds > *out.Seconds) {
			out = s
		}
	}
	return out
}

// ChecksPassed and ChecksFailed count the checks by what came of them.
func (c *content) ChecksPassed() int { return c.checks("done") }

// ChecksFailed counts those that failed or could not be asked.
func (c *content) ChecksFailed() int { return c.checks("failed") }

func (c *content) checks(class string) int {
	n := 0
	for _, k := range c.Checks {
		if checkClass(k.Status) == class {
			n++
		}
	}
	return n
}

// checkClass is the look of what came of a check.
func checkClass(s run.CheckStatus) string {
	switch s {
	case run.CheckPassed:
		return "done"
	case run.CheckFailed, run.CheckError:
		return "failed"
	}
	return "skipped"
}

// problem is a diagnostic on the page.
type problem struct {
	diag.View
	Snippet string
}

func problems(r *project.RunReport) []problem {
	var out []problem
	for _, l := range []diag.List{r.Failures, r.Warnings} {
		for _, d := range l.Sorted() {
			out = append(out, problem{d.View(), d.Snippet()})
		}
	}
	return out
}

func tookSeconds(s float64) string { return view.Took(time.Duration(s * float64(time.Second))) }

// Moment is a time to the second.
func Moment(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05") + " UTC" }

// Share is the width of a bar in percent.
func Share(n, of int64) float64 {
	if of <= 0 {
		return 0
	}
	return min(100, 100*float64(n)/float64(of))
}
