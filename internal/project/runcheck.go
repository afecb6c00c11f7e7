package project

import "kith/internal/run"

// RunCheck is what came of one promise of a check.
type RunCheck struct {
	Check       string          `json:"check"`
	Assertion   string          `json:"assertion"`
	Object      string          `json:"object"`
	BuiltIn     bool            `json:"builtIn"`
	Severity    string          `json:"severity"`
	Status      run.CheckStatus `json:"status"`
	FailingRows *int64          `json:"failingRows"`
	Rows        *int64          `json:"rows"`
	Detail      string          `json:"detail,omitempty"`
	Query       string          `json:"query,omitempty"`
	File        string          `json:"file,omitempty"`
	Line        int             `json:"line,omitempty"`
}

// RunChecks are the results of checks as a report has them.
func RunChecks(results []run.CheckResult) []RunCheck {
	out := []RunCheck{}
	number := func(n int64) *int64 {
		if n < 0 {
			return nil
		}
		return &n
	}
	for _, r := range results {
		c := RunCheck{Check: r.Check, Assertion: r.Assertion, Object: r.Object, BuiltIn: r.BuiltIn, Severity: r.Severity, Status: r.Status,
			FailingRows: number(r.Failing), Rows: number(r.Rows), Detail: r.Detail, Query: r.Query}
		if !r.At.IsZero() {
			c.File = r.At.Path()
			c.Line, _ = r.At.Position()
		}
		out = append(out, c)
	}
	return out
}
