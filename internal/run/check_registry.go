package run

import (
	"context"
	"errors"
	"time"

	"kith/internal/plan"
	"kith/internal/rel"
)

// checkTable has a row for each assertion of each look, the newest last.
var checkTable = rel.Named(rel.Internal, "kith_check")

var checkColumns = []rel.Column{
	{Name: "seq_no", Type: rel.BigInt}, {Name: "check_name", Type: rel.Text}, {Name: "assertion", Type: rel.Text},
	{Name: "object_name", Type: rel.Text}, {Name: "status", Type: rel.Text}, {Name: "failing_rows", Type: rel.BigInt},
	{Name: "row_count", Type: rel.BigInt}, {Name: "severity", Type: rel.Text}, {Name: "checked_at", Type: rel.Timestamp},
	{Name: "material_name", Type: rel.Text}, {Name: "check_hash", Type: rel.Text},
}

// recordChecks appends the results of one look.
func (r *Registry) recordChecks(ctx context.Context, seqNo int64, c *Check, results []CheckResult) error {
	now := time.Now().UTC().Truncate(time.Microsecond)
	count := func(n int64) any {
		if n < 0 {
			return nil
		}
		return n
	}
	v := &rel.Values{Columns: checkColumns}
	for _, res := range results {
		var row []rel.Expr
		for _, x := range []any{seqNo, res.Check, res.Assertion, res.Object, string(res.Status), count(res.Failing), count(res.Rows), res.Severity,
			now, c.Object.Name(), c.Hash} {
			row = append(row, &rel.Lit{Value: x})
		}
		v.Rows = append(v.Rows, row)
	}
	var names []string
	for _, col := range checkColumns {
		names = append(names, col.Name)
	}
	return r.exec(ctx, rel.Program{&rel.Insert{Into: checkTable, Columns: names, Body: v}})
}

// Passed returns the checks whose last look passed, by plan.PassedKey, in whichever run that was: a material may serve several.
// Of a warehouse that has no table of results it returns none.
func (r *Registry) Passed(ctx context.Context) (map[string]bool, error) {
	rows, err := r.rows(ctx, r.selectFrom(checkTable, "checked_at", "material_name", "check_hash", "status"))
	var sq *SQLError
	if errors.As(err, &sq) && sq.Kind == "missing_table" {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	out := map[string]bool{}
	at := map[string]time.Time{}
	for _, row := range rows {
		when, _ := row[0].(time.Time)
		material, _ := row[1].(string)
		hash, _ := row[2].(string)
		status, _ := row[3].(string)
		k := plan.PassedKey(material, hash)
		if !when.Equal(at[k]) { // a later look takes the place of the one before
			at[k], out[k] = when, true
		}
		out[k] = out[k] && status == string(CheckPassed)
	}
	return out, nil
}
