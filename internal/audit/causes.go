package audit

import (
	"cmp"
	"context"
	"slices"

	"kith/internal/lower"
	"kith/internal/rel"
)

// endCols are the ends of an edge, which stand in one order everywhere.
var endCols = []string{"id1", "id1_type", "id2", "id2_type"}

// byHand are what stands in the place of a source for edges that people added.
var byHand = []string{"decisions", "rules"}

// causes finds the pairs that are new in merged clusters, and those that are gone from split ones.
func (a *auditor) causes(ctx context.Context, d *Drift) error {
	if a.g.Before.NoEdges {
		a.out.Notes = append(a.out.Notes, "What merged and split clusters is not known: the graph before was built by a kith that kept no edges for it.")
		return nil
	}
	var err error
	if d.Merged > 0 {
		if d.Joined, err = a.differing(ctx, a.g.Parts, a.g.Before.Parts, a.per("main_now", "main_before"), false); err != nil {
			return err
		}
	}
	if d.Split > 0 {
		d.Parted, err = a.differing(ctx, a.g.Before.Parts, a.g.Parts, a.per("main_before", "main_now"), true)
	}
	return err
}

// differing counts the pairs of some clusters that count in one graph and not in the other, by types and source. dropped adds what
// drops them in the other.
func (a *auditor) differing(ctx context.Context, has, lacks lower.GraphParts, clusters *rel.Select, dropped bool) ([]Cause, error) {
	e, m := func(name string) rel.Expr { return rel.C("e", name) }, func(name string) rel.Expr { return rel.C("m", name) }
	clusters.Having = []rel.Expr{op(">", &rel.Agg{Fn: rel.CountStar, Filter: clusters.Items[1].Expr.(*rel.Agg).Filter}, rel.I(1))}
	clusters.Items = clusters.Items[:1]
	same := func(alias string) []rel.Expr {
		var on []rel.Expr
		for _, c := range endCols {
			on = append(on, rel.Eq(rel.C(alias, c), e(c)))
		}
		return on
	}
	pairs := func(where rel.Expr) *rel.Select {
		q := &rel.Select{From: table(lacks.IDEdges, "o"), Where: []rel.Expr{where}}
		for _, c := range endCols {
			q.Items = append(q.Items, item(rel.C("o", c), c))
			q.GroupBy = append(q.GroupBy, rel.C("o", c))
		}
		return q
	}
	by := rel.Expr(&rel.Cast{X: rel.Null(), Type: rel.Text})
	rows := &rel.Select{From: table(has.IDEdges, "e"), Where: append(counting(), &rel.InRel{X: m(a.idColumn()), Rel: clusters}), Joins: []rel.Join{
		{Kind: rel.Inner, Source: table(has.Mapping, "m"), On: []rel.Expr{rel.Eq(m("node_id"), e("id1")), rel.Eq(m("node_id_type"), e("id1_type"))}},
		{Kind: rel.Anti, Source: from(pairs(&rel.IsNull{X: rel.C("o", "dropped_by")}), "c"), On: same("c")}}}
	if dropped {
		drops := pairs(rel.NotNull(rel.C("o", "dropped_by")))
		drops.Items = append(drops.Items, item(&rel.Agg{Fn: rel.Min, Args: []rel.Expr{rel.C("o", "dropped_by")}}, "dropped_by"))
		rows.Joins = append(rows.Joins, rel.Join{Kind: rel.Left, Source: from(drops, "d"), On: same("d")})
		by = rel.C("d", "dropped_by")
	}
	rows.Items = []rel.Item{item(e("id1_type"), "id1_type"), item(e("id2_type"), "id2_type"), item(e("source"), "source"), item(ruleOf(), "rule"), item(by, "dropped_by")}
	answer, err := a.w.Rows(ctx, grouped(rows, "r", count(), "pairs", "id1_type", "id2_type", "source", "rule", "dropped_by"))
	out := []Cause{}
	for _, r := range answer {
		r := row(r)
		c := Cause{Source: r.text(2), Rule: r.text(3), DroppedBy: cause(r.text(4)), Pairs: r.int(5)}
		c.Type1, c.Type2 = a.typePair(r.text(0), r.text(1))
		same := func(x Cause) bool { return slices.Equal(x.key(), c.key()) }
		if i := slices.IndexFunc(out, same); i >= 0 { // several decisions are one cause
			out[i].Pairs += c.Pairs
		} else {
			out = append(out, c)
		}
	}
	slices.SortFunc(out, func(x, y Cause) int {
		return cmp.Or(cmp.Compare(y.Pairs, x.Pairs), a.place[x.Type1]-a.place[y.Type1], a.place[x.Type2]-a.place[y.Type2], slices.Compare(x.key(), y.key()))
	})
	return out, err
}

func (c Cause) key() []string { return []string{c.Type1, c.Type2, c.Source, c.Rule, c.DroppedBy} }

// ruleOf is the rule of an edge. A decision, or a manual rule, is a rule of its own; here all are one.
func ruleOf() rel.Expr {
	return &rel.Case{Whens: []rel.When{{If: in(rel.C("e", "source"), byHand), Then: rel.Null()}}, Else: rel.C("e", "rule")}
}
