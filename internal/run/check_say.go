package run

import (
	"context"
	"fmt"
	"strings"
	"time"

	"kith/internal/diag"
)

// say is a result as a diagnostic.
func (r *runner) say(ctx context.Context, c *Check, i int, res *CheckResult) diag.Diagnostic {
	var l diag.List
	code := diag.WCheck
	if c.Early {
		code = diag.WStale
	}
	if c.Edges.S != "" {
		code = diag.WBreaker
		r.name(ctx, c, res)
	}
	add := l.Errorf
	if !res.blocks() {
		add = l.Warnf
	}
	name := "check " + res.Check
	if c.Terms[i].Check.BuiltIn {
		name = res.Check
	}
	d := add(code, res.At, "%s: %s", name, res.Detail)
	shown := d.Message + r.values(ctx, c, i, res)
	if res.shown != "" {
		shown = name + ": " + res.shown
	}
	if shown != d.Message {
		d.Masked, d.Message = d.Message, shown
	}
	if t := c.Terms[i].Check; !t.BuiltIn {
		about := "the check"
		if t.Description != "" {
			about = t.Description
		}
		d.WithAlso(t.Span, "%s", about)
	}
	switch {
	case res.Query != "" && c.Edges.S != "":
		d.WithFix("block a bridging id (blocked_values of its id type), limit what it links (maximum_edges, maximum_per_cluster), or raise %s; clusters by size:  %s",
			brokenBound(res.Detail), r.asking(c, res.Query))
	case res.Query != "":
		d.WithFix("see what fails:  %s", r.asking(c, res.Query))
	}
	return *d
}

// name adds to the failure of a circuit breaker which ids hold the cluster together, with their values where these may be shown.
func (r *runner) name(ctx context.Context, c *Check, res *CheckResult) {
	if res.Status != CheckFailed {
		return
	}
	shown, masked := r.bridging(ctx, c)
	if shown != "" && r.opt.ShowValues {
		res.shown = res.Detail + shown
	}
	res.Detail += masked
}

// asking is the command that shows what fails.
func (r *runner) asking(c *Check, query string) string {
	seqNo := r.plan.SeqNo
	if c.Early {
		seqNo = 0
	}
	if r.opt.Ask != nil {
		return r.opt.Ask(query, seqNo)
	}
	line := "kith query '" + strings.ReplaceAll(query, "'", `'\''`) + "'"
	if seqNo > 0 {
		line += fmt.Sprintf(" --seq_no %d", seqNo)
	}
	return line
}

// shownValues is how many of the values that fail are shown.
const shownValues = 3

// values are some values that fail, when values may be shown. Assertions about the number of rows have none.
func (r *runner) values(ctx context.Context, c *Check, i int, res *CheckResult) string {
	if !r.opt.ShowValues || res.Status != CheckFailed || res.Failing < 0 {
		return ""
	}
	rows, err := r.reg.Conn.Query(ctx, c.Samples[i].S)
	if err != nil {
		return "" // the failure itself is told
	}
	defer rows.Close()
	var shown []string
	for len(shown) < shownValues && rows.Next() {
		var cells []string
		for j, v := range rows.Values() {
			cells = append(cells, fmt.Sprintf("%s=%v", rows.Columns()[j].Name, shownValue(v)))
		}
		shown = append(shown, "("+strings.Join(cells, ", ")+")")
	}
	if len(shown) == 0 {
		return ""
	}
	return ", such as " + strings.Join(shown, ", ")
}

func shownValue(v any) any {
	switch v := v.(type) {
	case nil:
		return "NULL"
	case time.Time:
		return v.UTC().Format(time.RFC3339Nano)
	}
	return v
}
