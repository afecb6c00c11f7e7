package run

import (
	"context"
	"fmt"
	"strings"
	"time"

	"kith/internal/addr"
	"kith/internal/dialect"
	"kith/internal/model"
	"kith/internal/plan"
	"kith/internal/source"
)

// Check is a planned look at an object with its queries printed.
type Check struct {
	*plan.Check
	Query dialect.Text
	// Baseline counts the rows that were published last; empty when no bound compares with them.
	Baseline dialect.Text
	// Edges are those of the cluster that a circuit breaker is about; empty for anything else.
	Edges dialect.Text
	// Alone and Samples belong to the terms: the query with that term only, and what fails it.
	Alone, Samples []dialect.Text
	// Ask are the samples as one may type them for `kith query`.
	Ask []string
}

// CheckStatus is what came of an assertion.
type CheckStatus string

// The statuses, as the table of results has them.
const (
	CheckPassed CheckStatus = "pass"
	CheckFailed CheckStatus = "fail"
	// CheckError is an assertion whose query could not be run.
	CheckError CheckStatus = "error"
	// CheckNotBuilt is an assertion about something that is not there to be looked at.
	CheckNotBuilt CheckStatus = "not built"
)

// The severities of a failure.
const (
	severityBlock = "block"
	severityWarn  = "warn"
)

// CheckResult is what came of one assertion.
type CheckResult struct {
	// Check is the name of the check, Assertion what it promises ("not_null(country)"), Object what was looked at: a
	// published name or the path of an input.
	Check, Assertion, Object string
	// BuiltIn tells that nobody wrote the check.
	BuiltIn bool
	// Severity is "block" or "warn".
	Severity string
	Status   CheckStatus
	// Failing is the number of rows that fail, Rows that of all rows; -1 where there is no such number.
	Failing, Rows int64
	// Detail says what is wrong, "" when nothing is. It holds no value of a row.
	Detail string
	// shown is what an engine said with values of rows, "" when that is Detail.
	shown string
	// Query is a query for `kith query` that shows what fails, "" when nothing does.
	Query string
	At    source.Span
}

// blocks reports whether the result keeps a run from publishing.
func (c *CheckResult) blocks() bool {
	return c.Severity == severityBlock && (c.Status == CheckFailed || c.Status == CheckError)
}

// AssertionText is how results call an assertion.
func AssertionText(a *model.Assertion) string {
	if len(a.Columns) == 0 {
		return string(a.Kind)
	}
	return string(a.Kind) + "(" + strings.Join(a.Columns, ", ") + ")"
}

// runChecks makes the looks that are due, and reports whether the run may go on.
func (r *runner) runChecks(ctx context.Context, out *Outcome, early bool) bool {
	if r.count.Failed > 0 && !r.opt.IgnoreErrors {
		return true // nothing will be published
	}
	for _, c := range r.plan.Checks {
		if c.Early != early || ctx.Err() != nil || !r.lookable(c) {
			continue
		}
		if c.Action == plan.Reuse {
			r.emit(&CheckDone{Object: c.ObjectName(), Title: c.Title(), Status: Reused})
			continue
		}
		if err := r.look(ctx, out, c); err != nil {
			if ctx.Err() == nil {
				r.failures = append(r.failures, Explain(err, c.Title()))
				out.Blocked = true
			}
			break
		}
	}
	return !out.Blocked && ctx.Err() == nil
}

// lookable reports whether all that a look reads is there.
func (r *runner) lookable(c *Check) bool {
	if c.Early {
		return true
	}
	for _, a := range append([]addr.Addr{c.Step}, c.Needs...) {
		if st := r.state[a]; st != Done && st != Reused {
			return false
		}
	}
	return true
}

// look looks at one object and says what came of it.
func (r *runner) look(ctx context.Context, out *Outcome, c *Check) error {
	start := r.clock.since()
	results, err := r.answers(ctx, c)
	if err != nil {
		return err
	}
	if err := r.reg.recordChecks(ctx, r.plan.SeqNo, c, results); err != nil {
		return err
	}
	end := &CheckDone{Object: c.ObjectName(), Title: c.Title(), Status: Done, Start: start, Took: r.clock.since() - start, Results: results}
	for i := range results {
		res := &results[i]
		if res.Status == CheckPassed {
			continue
		}
		d := r.say(ctx, c, i, res)
		if res.blocks() {
			end.Status, out.Blocked = Failed, true
			r.failures = append(r.failures, d)
		} else {
			out.Warnings = append(out.Warnings, d)
		}
	}
	out.Checks = append(out.Checks, results...)
	r.emit(end)
	return nil
}

// answers runs the query of a look. When the engine refuses it, every term is asked alone, so that the one to blame is known
// and the others have their answers.
func (r *runner) answers(ctx context.Context, c *Check) ([]CheckResult, error) {
	base, err := r.baseline(ctx, c)
	if err != nil {
		return nil, err
	}
	row, err := r.oneRow(ctx, c.Query)
	if err == nil {
		return c.judge(row, base, r.plan.EndTime), nil
	}
	if ctx.Err() != nil {
		return nil, err
	}
	var out []CheckResult
	for i, text := range c.Alone {
		row, err := r.oneRow(ctx, text)
		if err != nil && ctx.Err() != nil {
			return nil, err
		}
		if err != nil {
			res := c.result(i)
			d := Explain(err, res.Assertion)
			res.Status, res.Detail = CheckError, strings.TrimPrefix(d.Message, res.Assertion+": ")
			if d.Masked != "" {
				res.Detail, res.shown = strings.TrimPrefix(d.Masked, res.Assertion+": "), res.Detail
			}
			if !d.At.IsZero() {
				res.At = d.At
			}
			out = append(out, res)
			continue
		}
		full := make([]any, len(c.Terms)+1)
		full[0], full[i+1] = row[0], row[len(row)-1]
		if c.Early {
			full = row
		}
		out = append(out, c.judge(full, base, r.plan.EndTime)[i])
	}
	return out, nil
}

func (r *runner) oneRow(ctx context.Context, text dialect.Text) ([]any, error) {
	rows, err := r.reg.Conn.Query(ctx, text.S)
	if err != nil {
		return nil, located(err, text)
	}
	defer rows.Close()
	if !rows.Next() {
		if err := rows.Err(); err != nil {
			return nil, located(err, text)
		}
		return nil, fmt.Errorf("run: a check gave no row")
	}
	row := append([]any{}, rows.Values()...)
	for rows.Next() {
	}
	if err := rows.Err(); err != nil {
		return nil, located(err, text)
	}
	return row, nil
}

// baseline is the number of rows that are published under the name of the object; -1 when nothing is, or the object itself.
func (r *runner) baseline(ctx context.Context, c *Check) (int64, error) {
	if c.Baseline.S == "" {
		return -1, nil
	}
	book, err := r.reg.Book(ctx)
	if err != nil {
		return -1, err
	}
	if n, ok := book.Name(c.Name); !ok || strings.EqualFold(n.Material, c.Object.Name()) {
		return -1, nil
	}
	row, err := r.oneRow(ctx, c.Baseline)
	if err != nil {
		return -1, err
	}
	n, _ := row[0].(int64)
	return n, nil
}

// ObjectName is how results call what was looked at.
func (c *Check) ObjectName() string {
	if c.Name != "" {
		return c.Name
	}
	return string(c.Step)
}

// result is that of a term before anything is known.
func (c *Check) result(i int) CheckResult {
	t := c.Terms[i]
	res := CheckResult{Check: t.Check.Name, Assertion: AssertionText(t.Assert), Object: c.ObjectName(), BuiltIn: t.Check.BuiltIn, Severity: severityWarn,
		Status: CheckPassed, Failing: -1, Rows: -1, At: t.Assert.Span}
	if t.Check.Block {
		res.Severity = severityBlock
	}
	return res
}

// Judge runs all checks on what is built, and publishes nothing. Steps that are to be built count as not there.
func Judge(ctx context.Context, reg *Registry, p *Plan, opt Options) (*Outcome, error) {
	r := &runner{reg: reg, plan: p, opt: opt, clock: newClock(opt.Now), state: map[addr.Addr]Status{}}
	for _, s := range p.Steps {
		if s.Action == plan.Reuse {
			r.state[s.Addr] = Reused
		}
	}
	out := &Outcome{Done: RunDone{SeqNo: p.SeqNo}}
	for _, sql := range p.Setup {
		if _, err := reg.Conn.Exec(ctx, sql); err != nil {
			return out, err
		}
	}
	for _, c := range p.Checks {
		switch {
		case ctx.Err() != nil:
			out.Interrupted = true
			return out, nil
		case r.lookable(c):
			if err := r.look(ctx, out, c); err != nil {
				return out, err
			}
		default:
			for i := range c.Terms {
				res := c.result(i)
				res.Status, res.Detail = CheckNotBuilt, c.ObjectName()+" is not built with this definition"
				out.Checks = append(out.Checks, res)
			}
		}
	}
	out.Failures = r.failures
	return out, nil
}

// CheckDone says what came of a look at one object. Status is Done, Failed when something keeps the run from publishing, or
// Reused when it passed before. Start counts from the start of the run.
type CheckDone struct {
	Object, Title string
	Status        Status
	Start, Took   time.Duration
	Results       []CheckResult
}

func (*CheckDone) event() {}
