package run

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"kith/internal/model"
)

// judge makes results of the row that a look gave. base is the number of rows published last, -1 when there is nothing to
// compare with.
func (c *Check) judge(row []any, base int64, end time.Time) []CheckResult {
	out := make([]CheckResult, len(c.Terms))
	for i, t := range c.Terms {
		res := c.result(i)
		switch t.Assert.Kind {
		case model.Fresh:
			newest, _ := row[0].(time.Time)
			judgeAge(&res, t.Assert.Fresh, newest, end)
		case model.CircuitBreaker:
			res.Rows, _ = row[0].(int64)
			largest, _ := row[i+1].(int64)
			judgeBreaker(&res, t.Assert.Breaker, largest, base)
		case model.RowBounds:
			res.Rows, _ = row[0].(int64)
			judgeRows(&res, t.Assert.Rows, base)
		default:
			if n, ok := row[0].(int64); ok {
				res.Rows = n
			}
			res.Failing, _ = row[i+1].(int64)
			judgeFailing(&res, t.Assert)
		}
		if res.Status == CheckFailed {
			res.Query = c.Ask[i]
		}
		out[i] = res
	}
	return out
}

func (c *CheckResult) fail(format string, args ...any) {
	c.Status, c.Detail = CheckFailed, fmt.Sprintf(format, args...)
}

func judgeFailing(res *CheckResult, a *model.Assertion) {
	if res.Failing == 0 {
		return
	}
	of := fmt.Sprintf("%s of %s", rowCount(res.Failing), grouped(res.Rows))
	columns := strings.Join(a.Columns, ", ")
	switch a.Kind {
	case model.NotNull:
		res.fail("%s of %s is null on %s", columns, res.Object, of)
	case model.Unique:
		res.fail("%s of %s is not unique: the value of another row is repeated on %s", columns, res.Object, of)
	case model.UniqueTogether:
		res.fail("%s of %s are not unique together: the values of another row are repeated on %s", columns, res.Object, of)
	case model.AcceptedValues:
		res.fail("%s of %s has a value that is not accepted on %s", columns, res.Object, of)
	case model.NoRow:
		res.fail("its sql returns %s and must return none", rowCount(res.Failing))
	}
}

// tolerance keeps a bound that is met exactly from failing by the last digit of a fraction.
const tolerance = 1e-9

func judgeRows(res *CheckResult, b *model.Bounds, base int64) {
	has := fmt.Sprintf("%s has %s", res.Object, rowCount(res.Rows))
	rows, last := float64(res.Rows), float64(base)
	switch {
	case b.AtLeast >= 0 && res.Rows < b.AtLeast:
		res.fail("%s, and at_least is %s", has, grouped(b.AtLeast))
	case b.AtMost >= 0 && res.Rows > b.AtMost:
		res.fail("%s, and at_most is %s", has, grouped(b.AtMost))
	case base <= 0: // nothing is published that could be compared
	case b.ShrinkAtMost >= 0 && rows < last*(1-b.ShrinkAtMost/100)-tolerance:
		res.fail("%s, %s fewer than the %s that are published, and shrink_at_most is %s", has, percent(100*(last-rows)/last), grouped(base), percent(b.ShrinkAtMost))
	case b.GrowAtMost >= 0 && rows > last*(1+b.GrowAtMost/100)+tolerance:
		res.fail("%s, %s more than the %s that are published, and grow_at_most is %s", has, percent(100*(rows-last)/last), grouped(base), percent(b.GrowAtMost))
	}
}

// judgeAge compares the age of the newest row with both limits. Without any row that has a time the input is as old as can be.
func judgeAge(res *CheckResult, f *model.Freshness, newest, end time.Time) {
	severity, key, limit := severityBlock, "block_after", f.BlockAfter
	age := end.Sub(newest)
	old := func(limit time.Duration) bool { return limit > 0 && (newest.IsZero() || age > limit) }
	if !old(f.BlockAfter) {
		severity, key, limit = severityWarn, "warn_after", f.WarnAfter
	}
	if !old(limit) {
		return
	}
	res.Severity = severity
	if newest.IsZero() {
		res.fail("no row has a time up to the end of the run, and %s is %s", key, shortDuration(limit))
		return
	}
	res.fail("the newest row is of %s UTC, %s before the end time, and %s is %s", newest.UTC().Format("2006-01-02 15:04:05"),
		shortDuration(age.Truncate(time.Second)), key, shortDuration(limit))
}

// shortDuration is a duration without units that are zero: 48h instead of 48h0m0s.
func shortDuration(d time.Duration) string {
	s := d.String()
	s = strings.TrimSuffix(s, "0s")
	if !strings.HasSuffix(s, "m") && !strings.HasSuffix(s, "h") {
		return d.String()
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

func percent(p float64) string {
	return strings.TrimSuffix(strconv.FormatFloat(p, 'f', 1, 64), ".0") + "%"
}

func rowCount(n int64) string {
	if n == 1 {
		return "1 row"
	}
	return grouped(n) + " rows"
}

// grouped is a number with commas between its thousands.
func grouped(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
