package audit

import (
	"cmp"
	"context"
	"slices"

	"kith/internal/rel"
)

// Drift is what changed since the graph that readers saw before. A cluster is known by its members: that it has another main id alone is
// no change of it.
type Drift struct {
	Material string `json:"material"`
	SeqNo    int64  `json:"seqNo"`
	// IDsNew and IDsGone are ids that only one of the graphs has, IDsMoved those whose main id is another one.
	IDsNew   int64 `json:"idsNew"`
	IDsGone  int64 `json:"idsGone"`
	IDsMoved int64 `json:"idsMoved"`
	// New clusters hold no id that was there before, Gone ones left no id behind. Merged clusters hold ids of several earlier ones, ids of
	// Split ones are in several now.
	New    int64 `json:"clustersNew"`
	Gone   int64 `json:"clustersGone"`
	Merged int64 `json:"clustersMerged"`
	Split  int64 `json:"clustersSplit"`
	// Merges and Splits are the largest of these.
	Merges []Change `json:"merges"`
	Splits []Change `json:"splits"`
	// Joined are the pairs that are new in merged clusters, Parted those that are gone from split ones.
	Joined []Cause `json:"joined"`
	Parted []Cause `json:"parted"`
	// Before and Now are the graphs in numbers.
	Before Summary `json:"before"`
	Now    Summary `json:"now"`
}

// Change is a cluster that others became, or that became others.
type Change struct {
	MainID string `json:"mainId"`
	// Clusters is how many it was made of, or fell into; IDs how many of its ids have a part in it.
	Clusters int64 `json:"clusters"`
	IDs      int64 `json:"ids"`
}

// Cause are pairs of ids by where they come from, or by what took them away.
type Cause struct {
	Type1  string `json:"type1"`
	Type2  string `json:"type2"`
	Source string `json:"source"`
	Rule   string `json:"rule,omitempty"`
	// DroppedBy is what drops the pair now, "" where no row has it any more.
	DroppedBy string `json:"droppedBy,omitempty"`
	Pairs     int64  `json:"pairs"`
}

// moves has a row for each main id before and main id now that share ids: main_before, main_now, ids. One of the two is NULL where the ids are in one
// of the graphs only.
func (a *auditor) moves() rel.Rel {
	side := func(o rel.Object, before bool) rel.Rel {
		m := func(name string) rel.Expr { return rel.C("m", name) }
		none := &rel.Cast{X: rel.Null(), Type: rel.Text}
		old, now := rel.Expr(none), m(a.idColumn())
		if before {
			old, now = now, none
		}
		return &rel.Select{From: table(o, "m"), Items: []rel.Item{item(m("node_id"), "node_id"), item(m("node_id_type"), "node_id_type"), item(old, "main_before"), item(now, "main_now")}}
	}
	u := func(name string) rel.Expr { return rel.C("u", name) }
	ids := &rel.Select{From: from(&rel.Union{All: true, Rels: []rel.Rel{side(a.g.Before.Parts.Mapping, true), side(a.g.Parts.Mapping, false)}}, "u"),
		GroupBy: []rel.Expr{u("node_id"), u("node_id_type")}, Items: []rel.Item{
			item(&rel.Agg{Fn: rel.Max, Args: []rel.Expr{u("main_before")}}, "main_before"), item(&rel.Agg{Fn: rel.Max, Args: []rel.Expr{u("main_now")}}, "main_now")}}
	return grouped(ids, "i", count(), "ids", "main_before", "main_now")
}

// grouped has a row for each combination of columns of a relation, with an aggregate as last column.
func grouped(r rel.Rel, alias string, agg rel.Expr, as string, cols ...string) *rel.Select {
	q := &rel.Select{From: from(r, alias)}
	for _, c := range cols {
		q.Items = append(q.Items, item(rel.C(alias, c), c))
		q.GroupBy = append(q.GroupBy, rel.C(alias, c))
	}
	q.Items = append(q.Items, item(agg, as))
	return q
}

// drift compares the graph with the one before.
func (a *auditor) drift(ctx context.Context) error {
	if a.g.Before == nil {
		return nil
	}
	d := &Drift{Material: a.g.Before.Material, SeqNo: a.g.Before.SeqNo, Now: a.out.Summary, Merges: []Change{}, Splits: []Change{}, Joined: []Cause{}, Parted: []Cause{}}
	a.out.Drift = d
	if d.Material == a.out.Material {
		d.Before = d.Now
		return nil
	}
	sizes, err := a.sizesOf(ctx, a.g.Before.Parts.Mapping)
	if err != nil {
		return err
	}
	d.Before = summary(sizes)
	if err := a.moved(ctx, d); err != nil {
		return err
	}
	for _, side := range []struct {
		of, other  string
		only, more *int64
		list       *[]Change
	}{{"main_now", "main_before", &d.New, &d.Merged, &d.Merges}, {"main_before", "main_now", &d.Gone, &d.Split, &d.Splits}} {
		if err := a.changes(ctx, side.of, side.other, side.only, side.more, side.list); err != nil {
			return err
		}
	}
	return a.causes(ctx, d)
}

// moved counts ids by whether they are new, gone, or elsewhere.
func (a *auditor) moved(ctx context.Context, d *Drift) error {
	m := func(name string) rel.Expr { return rel.C("m", name) }
	old, now := &rel.IsNull{X: m("main_before")}, &rel.IsNull{X: m("main_now")}
	total := func(when rel.Expr) rel.Expr {
		return &rel.Cast{X: &rel.Agg{Fn: rel.Sum, Args: []rel.Expr{m("ids")}, Filter: when}, Type: rel.BigInt}
	}
	rows, err := a.w.Rows(ctx, &rel.Select{From: from(a.moves(), "m"), Items: []rel.Item{item(total(old), "ids_new"), item(total(now), "ids_gone"),
		item(total(op("<>", m("main_before"), m("main_now"))), "ids_moved")}})
	for _, r := range rows {
		d.IDsNew, d.IDsGone, d.IDsMoved = row(r).int(0), row(r).int(1), row(r).int(2)
	}
	return err
}

// per has a row for each cluster of one graph: main_id, clusters of the other that it shares ids with, and ids, how many it shares.
func (a *auditor) per(of, other string) *rel.Select {
	m := func(name string) rel.Expr { return rel.C("m", name) }
	shared := rel.NotNull(m(other))
	return &rel.Select{From: from(a.moves(), "m"), Where: []rel.Expr{rel.NotNull(m(of))}, GroupBy: []rel.Expr{m(of)}, Items: []rel.Item{item(m(of), "main_id"),
		item(&rel.Agg{Fn: rel.CountStar, Filter: shared}, "clusters"),
		item(&rel.Cast{X: &rel.Agg{Fn: rel.Sum, Args: []rel.Expr{m("ids")}, Filter: shared}, Type: rel.BigInt}, "ids")}}
}

// changes counts the clusters of one graph that share ids with none of the other, and with several, and lists the largest of these.
func (a *auditor) changes(ctx context.Context, of, other string, only, more *int64, list *[]Change) error {
	p := func(name string) rel.Expr { return rel.C("p", name) }
	rows, err := a.w.Rows(ctx, &rel.Select{From: from(a.per(of, other), "p"), Items: []rel.Item{
		item(&rel.Agg{Fn: rel.CountStar, Filter: rel.Eq(p("clusters"), rel.I(0))}, "only"),
		item(&rel.Agg{Fn: rel.CountStar, Filter: op(">", p("clusters"), rel.I(1))}, "more")}})
	if err != nil {
		return err
	}
	for _, r := range rows {
		*only, *more = row(r).int(0), row(r).int(1)
	}
	if *more == 0 {
		return nil
	}
	rows, err = a.w.Rows(ctx, &rel.Select{From: from(a.per(of, other), "p"), Where: []rel.Expr{op(">", p("clusters"), rel.I(1))}, Limit: int64(a.out.Thresholds.Top),
		OrderBy: []rel.Order{{Expr: p("clusters"), Desc: true, NullsLast: true}, {Expr: p("ids"), Desc: true, NullsLast: true}, {Expr: p("main_id"), NullsLast: true}},
		Items:   []rel.Item{item(p("main_id"), "main_id"), item(p("clusters"), "clusters"), item(p("ids"), "ids")}})
	for _, r := range rows {
		r := row(r)
		*list = append(*list, Change{r.text(0), r.int(1), r.int(2)})
	}
	slices.SortFunc(*list, func(x, y Change) int {
		return cmp.Or(cmp.Compare(y.Clusters, x.Clusters), cmp.Compare(y.IDs, x.IDs), cmp.Compare(x.MainID, y.MainID))
	})
	return err
}
