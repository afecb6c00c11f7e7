package audit

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"kith/internal/identity"
	"kith/internal/rel"
)

// counting is the condition that an edge joins its ends.
func counting() []rel.Expr { return []rel.Expr{&rel.IsNull{X: rel.C("e", "dropped_by")}} }

// found counts pairs by types and source, and those that were dropped by what dropped them.
func (a *auditor) found(ctx context.Context) error {
	e := func(name string) rel.Expr { return rel.C("e", name) }
	q := &rel.Select{From: table(a.g.Parts.IDEdges, "e")}
	for _, c := range []struct {
		name string
		x    rel.Expr
	}{{"id1_type", e("id1_type")}, {"id2_type", e("id2_type")}, {"source", e("source")}, {"rule", ruleOf()}, {"dropped_by", e("dropped_by")}} {
		q.Items = append(q.Items, item(c.x, c.name))
		q.GroupBy = append(q.GroupBy, c.x)
	}
	q.Items = append(q.Items, item(count(), "pairs"), item(sum(e("rows")), "total_rows"),
		item(&rel.Agg{Fn: rel.Min, Args: []rel.Expr{e("first_seen_at")}}, "first_seen_at"),
		item(&rel.Agg{Fn: rel.Max, Args: []rel.Expr{e("last_seen_at")}}, "last_seen_at"))
	answer, err := a.w.Rows(ctx, q)
	if err != nil {
		return err
	}
	lost := map[string]int64{}
	for _, r := range answer {
		r := row(r)
		if by := r.text(4); by != "" {
			lost[cause(by)] += r.int(5)
			continue
		}
		f := FoundIn{Source: r.text(2), Rule: r.text(3), Pairs: r.int(5), Rows: r.int(6), FirstSeen: r.time(7), LastSeen: r.time(8)}
		f.Type1, f.Type2 = a.typePair(r.text(0), r.text(1))
		a.out.Edges.Found = append(a.out.Edges.Found, f)
	}
	slices.SortFunc(a.out.Edges.Found, func(x, y FoundIn) int {
		return cmp.Or(a.place[x.Type1]-a.place[y.Type1], a.place[x.Type2]-a.place[y.Type2], cmp.Compare(x.Source, y.Source), cmp.Compare(x.Rule, y.Rule))
	})
	for _, by := range slices.Sorted(maps.Keys(lost)) {
		a.out.Edges.Lost = append(a.out.Edges.Lost, DroppedBy{by, lost[by]})
	}
	return nil
}

// typePair puts two types in their declared order.
func (a *auditor) typePair(t, u string) (string, string) {
	if a.place[u] < a.place[t] {
		return u, t
	}
	return t, u
}

// neighbours has a row for each id that is joined to another: node, node_type, degree, and for the i-th declared type other_i, how many of
// its neighbours are of that type.
func (a *auditor) neighbours() rel.Rel {
	pairs := &rel.Select{From: table(a.g.Parts.IDEdges, "e"), Where: counting(), Distinct: true}
	for _, c := range endCols {
		pairs.Items = append(pairs.Items, item(rel.C("e", c), c))
	}
	side := func(id, typ, other string) rel.Rel {
		return &rel.Select{From: from(&rel.Name{Name: "pairs"}, "p"), Items: []rel.Item{
			item(rel.C("p", id), "node"), item(rel.C("p", typ), "node_type"), item(rel.C("p", other), "other_type")}}
	}
	both := &rel.Union{All: true, Rels: []rel.Rel{side("id1", "id1_type", "id2_type"), side("id2", "id2_type", "id1_type")}}
	q := &rel.Select{From: from(both, "b"), GroupBy: []rel.Expr{rel.C("b", "node"), rel.C("b", "node_type")},
		Items: []rel.Item{item(rel.C("b", "node"), "node"), item(rel.C("b", "node_type"), "node_type"), item(count(), "degree")}}
	for i, t := range a.types {
		q.Items = append(q.Items, item(&rel.Agg{Fn: rel.CountStar, Filter: rel.Eq(rel.C("b", "other_type"), rel.S(t))}, fmt.Sprintf("other_%d", i)))
	}
	return &rel.With{CTEs: []rel.CTE{{Name: "pairs", Rel: pairs, Materialized: true}}, Body: q}
}

// degrees counts ids by type and degree, and with that the pairs of each two types.
func (a *auditor) degrees(ctx context.Context) error {
	n := func(name string) rel.Expr { return rel.C("n", name) }
	q := &rel.Select{From: from(a.neighbours(), "n"), GroupBy: []rel.Expr{n("node_type"), n("degree")},
		Items: []rel.Item{item(n("node_type"), "node_type"), item(n("degree"), "degree"), item(count(), "ids")}}
	for i := range a.types {
		c := fmt.Sprintf("other_%d", i)
		q.Items = append(q.Items, item(sum(n(c)), c))
	}
	rows, err := a.w.Rows(ctx, q)
	if err != nil {
		return err
	}
	counts := make([]map[int64]int64, len(a.types))
	joined := make([][]int64, len(a.types))
	for i := range a.types {
		counts[i], joined[i] = map[int64]int64{}, make([]int64, len(a.types))
	}
	for _, r := range rows {
		r := row(r)
		t, ok := a.place[r.text(0)]
		if !ok {
			continue
		}
		counts[t][r.int(1)] += r.int(2)
		for i := range a.types {
			joined[t][i] += r.int(3 + i)
		}
	}
	for i, t := range a.types {
		if len(counts[i]) > 0 {
			a.out.Degrees = append(a.out.Degrees, a.degree(t, identity.SizesOf(counts[i])))
		}
		for j := i; j < len(a.types); j++ {
			pairs := joined[i][j]
			if i == j {
				pairs /= 2 // both ends are of the type
			}
			if pairs > 0 {
				a.out.Edges.ByType = append(a.out.Edges.ByType, TypePair{t, a.types[j], pairs})
				a.out.Edges.Pairs += pairs
			}
		}
	}
	return nil
}

func (a *auditor) degree(typ string, s identity.Sizes) Degree {
	d := Degree{Type: typ, Linked: s.Count(), Average: s.Average(), Median: s.Percentile(50), Deviation: s.Deviation(), P99: s.Percentile(99), Max: s.Largest()}
	d.Limit = d.Median + a.out.Thresholds.Deviations*max(d.Deviation, 1)
	for _, c := range s {
		if c.Size > d.Limit {
			d.Above += c.Count
		}
	}
	return d
}

// unlinked finds the types that never link to others, those that could meet and do not, and groups of types with no way between them.
func (a *auditor) unlinked() {
	group := make([]int, len(a.types))
	for i := range group {
		group[i] = i
	}
	links := make([]bool, len(a.types))
	meet := map[[2]string]bool{}
	for _, p := range a.out.Edges.ByType {
		i, j := a.place[p.Type1], a.place[p.Type2]
		links[i], links[j] = true, true
		meet[[2]string{p.Type1, p.Type2}] = true
		from, to := max(group[i], group[j]), min(group[i], group[j])
		for k := range group {
			if group[k] == from {
				group[k] = to
			}
		}
	}
	members := map[int][]string{}
	for i, t := range a.types {
		if !links[i] {
			a.out.NeverLink = append(a.out.NeverLink, t)
		} else {
			members[group[i]] = append(members[group[i]], t)
		}
	}
	if len(members) > 1 {
		for _, k := range slices.Sorted(maps.Keys(members)) {
			a.out.Apart = append(a.out.Apart, members[k])
		}
	}
	for i, t := range a.types {
		for _, u := range a.types[i+1:] {
			if !links[a.place[t]] || !links[a.place[u]] { // that says enough
				continue
			}
			if sources := a.sourcesOf(t, u); len(sources) > 0 && !meet[[2]string{t, u}] {
				a.out.NeverMeet = append(a.out.NeverMeet, NeverMeet{t, u, sources})
			}
		}
	}
}

// sourcesOf are the sources whose rows may have ids of both types.
func (a *auditor) sourcesOf(t, u string) []string {
	var out []string
	for _, p := range a.g.Parts.Tuples {
		var has, also bool
		for _, id := range p.IDs {
			has, also = has || id.Type.Name == t, also || id.Type.Name == u
		}
		if has && also {
			out = append(out, string(p.From.Addr()))
		}
	}
	return out
}
