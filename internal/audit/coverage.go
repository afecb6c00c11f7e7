package audit

import (
	"context"
	"fmt"

	"kith/internal/lower"
	"kith/internal/rel"
)

// coverage counts what each source brings. It reads the tuples of ids that the graph keeps of its sources, and the sources themselves
// only when it is told to.
func (a *auditor) coverage(ctx context.Context) error {
	if a.g.Changed || len(a.g.Parts.Tuples) == 0 {
		return nil
	}
	for _, t := range a.g.Parts.Tuples {
		s := Source{Source: string(t.From.Addr())}
		for _, id := range t.IDs {
			s.Types = append(s.Types, id.Type.Name)
		}
		a.out.Sources = append(a.out.Sources, s)
	}
	if err := a.rowsByIDs(ctx); err != nil {
		return err
	}
	if err := a.idsBySource(ctx); err != nil {
		return err
	}
	return a.rowsWithoutIDs(ctx)
}

// rowsWithoutIDs counts the rows of sources less those that have an id. A row that came after the graph was built counts as one
// without.
func (a *auditor) rowsWithoutIDs(ctx context.Context) error {
	for i := range a.out.Sources {
		s := &a.out.Sources[i]
		o, ok := a.g.Rows[s.Source]
		if !ok {
			continue
		}
		rows, err := a.w.Rows(ctx, &rel.Select{From: table(o, "s"), Items: []rel.Item{item(count(), "rows")}})
		if err != nil {
			return err
		}
		for _, r := range rows {
			n := max(row(r).int(0)-s.Rows(), 0)
			s.NoID = &n
		}
	}
	return nil
}

// rowsByIDs counts the rows with one id and with more.
func (a *auditor) rowsByIDs(ctx context.Context) error {
	u := &rel.Union{All: true}
	for i, t := range a.g.Parts.Tuples {
		q := &rel.Select{From: table(t.Object, "t"), Items: []rel.Item{item(rel.I(int64(i)), "source")}}
		var has []rel.Expr
		for j := range t.IDs {
			has = append(has, &rel.Case{Whens: []rel.When{{If: rel.NotNull(rel.C("t", lower.TupleID(j))), Then: rel.I(1)}}, Else: rel.I(0)})
		}
		ids := has[0]
		if len(has) > 1 {
			ids = &rel.Op{Op: "+", Args: has}
		}
		q.Items = append(q.Items, item(ids, "ids"), item(rel.C("t", "rows"), "rows"))
		u.Rels = append(u.Rels, q)
	}
	n := func(name string) rel.Expr { return rel.C("n", name) }
	several := op(">", n("ids"), rel.I(1))
	rows, err := a.w.Rows(ctx, &rel.Select{From: from(u, "n"), GroupBy: []rel.Expr{n("source"), several},
		Items: []rel.Item{item(n("source"), "source"), item(several, "several"), item(sum(n("rows")), "rows")}})
	for _, r := range rows {
		r := row(r)
		s := &a.out.Sources[r.int(0)]
		if more, _ := r[1].(bool); more {
			s.MoreIDs = r.int(2)
		} else {
			s.OneID = r.int(2)
		}
	}
	return err
}

// idsBySource counts the distinct ids of each source, and those that no other source has.
func (a *auditor) idsBySource(ctx context.Context) error {
	u := &rel.Union{All: true}
	for i, t := range a.g.Parts.Tuples {
		for j, id := range t.IDs {
			value := rel.C("t", lower.TupleID(j))
			u.Rels = append(u.Rels, &rel.Select{From: table(t.Object, "t"), Where: []rel.Expr{rel.NotNull(value)},
				Items: []rel.Item{item(rel.I(int64(i)), "source"), item(rel.S(id.Type.Name), "id_type"), item(value, "id_value")}})
		}
	}
	n, s := func(name string) rel.Expr { return rel.C("n", name) }, func(name string) rel.Expr { return rel.C("s", name) }
	per := &rel.Select{From: from(u, "n"), GroupBy: []rel.Expr{n("id_type"), n("id_value")}, Items: []rel.Item{item(count(), "all_of_them")}}
	q := &rel.Select{From: from(per, "s")}
	for i := range a.g.Parts.Tuples {
		c := fmt.Sprintf("in_%d", i)
		per.Items = append(per.Items, item(&rel.Agg{Fn: rel.CountStar, Filter: rel.Eq(n("source"), rel.I(int64(i)))}, c))
		q.Items = append(q.Items, item(&rel.Agg{Fn: rel.CountStar, Filter: op(">", s(c), rel.I(0))}, "ids_"+c),
			item(&rel.Agg{Fn: rel.CountStar, Filter: rel.And(op(">", s(c), rel.I(0)), rel.Eq(s(c), s("all_of_them")))}, "only_"+c))
	}
	rows, err := a.w.Rows(ctx, q)
	for _, r := range rows {
		for i := range a.out.Sources {
			a.out.Sources[i].IDs, a.out.Sources[i].Only = row(r).int(2*i), row(r).int(2*i+1)
		}
	}
	return err
}

// Rows are the rows of the source that have an id.
func (s Source) Rows() int64 { return s.OneID + s.MoreIDs }

// LinkingPercent is the share of these that have more than one.
func (s Source) LinkingPercent() float64 { return percent(s.MoreIDs, s.Rows()) }
