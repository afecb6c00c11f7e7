package run

import (
	"cmp"
	"context"
	"errors"
	"strings"
	"time"

	"kith/internal/lower"
	"kith/internal/rel"
)

// The kinds of decisions.
const (
	DecideSplit = "split"
	DecideLink  = "link"
)

// Decision is what somebody decided about two ids: that they are never one profile, or always.
type Decision struct {
	No     int64  `json:"no"`
	Entity string `json:"entity"`
	// Kind is "split" or "link".
	Kind string `json:"kind"`
	ID1  string `json:"id1"`
	// Type1 and Type2 are the names of id types.
	Type1     string    `json:"id1Type"`
	ID2       string    `json:"id2"`
	Type2     string    `json:"id2Type"`
	Author    string    `json:"author"`
	Reason    string    `json:"reason"`
	CreatedAt time.Time `json:"createdAt"`
	// ExpiresAt is zero for one that holds until it is withdrawn.
	ExpiresAt time.Time `json:"expiresAt,omitzero"`
	// WithdrawnAt is zero while it is not withdrawn.
	WithdrawnAt  time.Time `json:"withdrawnAt,omitzero"`
	WithdrawnBy  string    `json:"withdrawnBy,omitempty"`
	WithdrawnWhy string    `json:"withdrawnWhy,omitempty"`
}

// Holds reports whether a run of an end time follows the decision. When it was made does not matter: who finds a bad merge wants
// it gone from the run that shows it.
func (d *Decision) Holds(end time.Time) bool {
	return d.WithdrawnAt.IsZero() && (d.ExpiresAt.IsZero() || end.Before(d.ExpiresAt))
}

// Decisions returns all decisions, withdrawn ones too, by number; none of a warehouse that has no table of them.
func (r *Registry) Decisions(ctx context.Context) ([]Decision, error) {
	var names []string
	for _, c := range lower.IDDecisionsColumns {
		names = append(names, c.Name)
	}
	rows, err := r.rows(ctx, r.selectFrom(lower.IDDecisions, names...))
	var sq *SQLError
	if errors.As(err, &sq) && sq.Kind == "missing_table" {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	out := make([]Decision, 0, len(rows))
	for _, row := range rows {
		d := Decision{}
		d.No, _ = row[0].(int64)
		for i, to := range []*string{&d.Entity, &d.Kind, &d.ID1, &d.Type1, &d.ID2, &d.Type2, &d.Author, &d.Reason} {
			*to, _ = row[i+1].(string)
		}
		for i, to := range []*time.Time{&d.CreatedAt, &d.ExpiresAt, &d.WithdrawnAt} {
			*to, _ = row[i+9].(time.Time)
		}
		d.WithdrawnBy, _ = row[12].(string)
		d.WithdrawnWhy, _ = row[13].(string)
		out = append(out, d)
	}
	return out, nil
}

// Decide keeps a decision and returns the number it got, the next free one. Its ends are kept in the order of type and value, as
// those of edges are. Whoever calls it has the lease.
func (r *Registry) Decide(ctx context.Context, d Decision) (int64, error) {
	if cmp.Or(strings.Compare(strings.ToLower(d.Type1), strings.ToLower(d.Type2)), strings.Compare(d.ID1, d.ID2)) > 0 {
		d.ID1, d.Type1, d.ID2, d.Type2 = d.ID2, d.Type2, d.ID1, d.Type1
	}
	known, err := r.Decisions(ctx)
	if err != nil {
		return 0, err
	}
	d.No = 1
	if n := len(known); n > 0 {
		d.No = known[n-1].No + 1
	}
	var names []string
	for _, c := range lower.IDDecisionsColumns {
		names = append(names, c.Name)
	}
	return d.No, r.exec(ctx, rel.Program{
		&rel.Ensure{Object: lower.IDDecisions, Columns: lower.IDDecisionsColumns},
		&rel.Insert{Into: lower.IDDecisions, Columns: names, Body: literals(lower.IDDecisionsColumns, d.No, d.Entity, d.Kind, d.ID1, d.Type1, d.ID2, d.Type2,
			d.Author, d.Reason, stored(d.CreatedAt), stored(d.ExpiresAt), nil, nil, nil)},
	})
}

// Withdraw ends a decision that holds. Its row stays, with who did it and why.
func (r *Registry) Withdraw(ctx context.Context, no int64, by, why string, at time.Time) error {
	return r.exec(ctx, rel.Program{&rel.Update{Into: lower.IDDecisions, Guard: true,
		Set:   []rel.Item{{Expr: &rel.Lit{Value: stored(at)}, As: "withdrawn_at"}, {Expr: rel.S(by), As: "withdrawn_by"}, {Expr: rel.S(why), As: "withdrawn_why"}},
		Where: []rel.Expr{rel.Eq(rel.C("t", "no"), rel.I(no)), &rel.IsNull{X: rel.C("t", "withdrawn_at")}}}})
}

// stored is a time as tables keep it, nil for the zero time.
func stored(t time.Time) any { return timeOrNil(t.UTC().Truncate(time.Microsecond)) }
