package warehousetest

import (
	"fmt"
	"strings"

	"kith/internal/run"
)

// checked is what the last run looked at, a line for each assertion.
func (s *session) checked() []string {
	var out []string
	number := func(n int64) string {
		if n < 0 {
			return "-"
		}
		return fmt.Sprint(n)
	}
	for _, c := range s.checks {
		if c.BuiltIn && c.Status == run.CheckPassed {
			continue
		}
		out = append(out, strings.Join([]string{c.Check, c.Assertion, c.Object, string(c.Status), number(c.Failing), number(c.Rows), c.Severity}, " | "))
	}
	if len(out) == 0 {
		return []string{"nothing"}
	}
	return out
}
