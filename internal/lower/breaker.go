package lower

import (
	"kith/internal/model"
	"kith/internal/rel"
)

// BreakerEdges is how many edges of a cluster are read to find what holds it together.
const BreakerEdges = 500_000

// breaker asks for the ids of a graph and of its largest cluster, and makes ready what is asked when that is too large.
func (l *lowering) breaker(s *CheckScan, c *model.Check, a *model.Assertion, n *model.Stitcher) {
	id := n.Entity.IDColumn
	most := func(sizes *rel.Select) rel.Expr {
		return &rel.Cast{X: rel.F(rel.Coalesce, &rel.Agg{Fn: rel.Max, Args: []rel.Expr{rel.C("c", "ids")}}, rel.I(0)), Type: rel.BigInt}
	}
	sizes := clusterSizes(s.Object, id)
	all := &rel.Cast{X: rel.F(rel.Coalesce, &rel.Agg{Fn: rel.Sum, Args: []rel.Expr{rel.C("c", "ids")}}, rel.I(0)), Type: rel.BigInt}
	s.Query = &rel.Select{From: rel.Source{Rel: sizes, Alias: "c"}, Items: []rel.Item{item(all, rowsColumn), item(most(sizes), "n1")}}
	if a.Breaker.Compares() && s.Name != "" {
		published := clusterSizes(rel.Named(rel.Target, s.Name), id)
		s.Baseline = &rel.Select{From: rel.Source{Rel: published, Alias: "c"}, Items: []rel.Item{item(most(published), rowsColumn)}}
	}
	ordered := clusterSizes(s.Object, id)
	ordered.OrderBy = byNumber([]rel.Expr{rel.C(checkAlias, id)})
	s.Terms = []CheckTerm{{Check: c, Assert: a, Alone: s.Query, Sample: ordered}}
	largest := clusterSizes(s.Object, id)
	largest.OrderBy, largest.Limit = ordered.OrderBy, 1
	s.Edges = l.clusterEdges(n, largest)
}

// clusterSizes are the clusters of a graph with the number of their ids.
func clusterSizes(graph rel.Object, id string) *rel.Select {
	return &rel.Select{From: table(graph, checkAlias), GroupBy: []rel.Expr{rel.C(checkAlias, id)}, Items: []rel.Item{
		item(rel.C(checkAlias, id), id), item(&rel.Agg{Fn: rel.CountStar}, "ids")}}
}

// clusterEdges are the edges that count within the clusters of a relation, each once, in an order of their own.
func (l *lowering) clusterEdges(n *model.Stitcher, clusters rel.Rel) rel.Rel {
	out := l.objectOf(n)
	e := func(name string) rel.Expr { return rel.C("e", name) }
	sel := &rel.Select{From: table(l.part(out, "_internal_id_edges"), "e"), Distinct: true, Limit: BreakerEdges,
		Joins: []rel.Join{
			{Kind: rel.Inner, Source: table(l.part(out, "_internal_mapping"), "m"), On: []rel.Expr{rel.Eq(rel.C("m", colNode), e(colID1)), rel.Eq(rel.C("m", colNodeType), e(colID1Type))}},
			{Kind: rel.Inner, Source: rel.Source{Rel: clusters, Alias: "c"}, On: []rel.Expr{rel.Eq(rel.C("c", n.Entity.IDColumn), rel.C("m", n.Entity.IDColumn))}}},
		Where: []rel.Expr{&rel.IsNull{X: e(colDroppedBy)}}}
	for _, c := range edgeColumns {
		sel.Items = append(sel.Items, item(e(c), c))
	}
	return sel
}
