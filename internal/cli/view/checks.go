package view

import (
	"fmt"
	"io"

	"kith/internal/project"
	"kith/internal/run"
)

// checkLine is a line of JSON about the look at an object.
type checkLine struct {
	Object  string             `json:"object"`
	Title   string             `json:"title"`
	Status  run.Status         `json:"status"`
	Seconds float64            `json:"seconds"`
	Checks  []project.RunCheck `json:"checks"`
}

// notable reports whether people want to see a look: somebody wrote one of its checks, or something is wrong.
func notable(e *run.CheckDone) bool {
	for _, r := range e.Results {
		if !r.BuiltIn || r.Status != run.CheckPassed {
			return true
		}
	}
	return false
}

// verdict counts the results of a look that are not right.
func verdict(e *run.CheckDone) string {
	failed := 0
	for _, r := range e.Results {
		if r.Status != run.CheckPassed {
			failed++
		}
	}
	switch {
	case failed == 0:
		return "passed"
	case e.Status == run.Failed:
		return fmt.Sprintf("%d failed", failed)
	}
	return Count(failed, "warning")
}

// Results shows results of checks as a table, those of kith's own only where all is asked for or something is wrong.
func Results(w io.Writer, results []run.CheckResult, all bool) {
	style := StyleOf(w)
	var rows [][]string
	for _, r := range results {
		if r.BuiltIn && r.Status == run.CheckPassed && !all {
			continue
		}
		failing := "-"
		if r.Failing >= 0 {
			failing = Number(r.Failing)
		}
		rows = append(rows, []string{resultStatus(style, r), r.Check, r.Assertion, r.Object, failing})
	}
	if len(rows) > 0 {
		Table(w, []string{"STATUS", "CHECK", "PROMISE", "OBJECT", "FAILING ROWS"}, rows)
	}
}

func resultStatus(style Style, r run.CheckResult) string {
	switch {
	case r.Status == run.CheckPassed:
		return style.Good(string(r.Status))
	case r.Status == run.CheckNotBuilt:
		return style.Dim(string(r.Status))
	case r.Severity == "warn":
		return style.Warn("warn")
	}
	return style.Bad(string(r.Status))
}
