package lower

import (
	"kith/internal/model"
	"kith/internal/rel"
)

// IDDecisions has what people decided about pairs of ids, by number. Nothing in a row changes but that it is withdrawn, so a
// number stands for a decision in the hash of a graph. Programs name decisions by number, so that no id of a person stands in SQL.
var IDDecisions = rel.Named(rel.Internal, "kith_id_decisions")

// IDDecisionsColumns are its columns.
var IDDecisionsColumns = []rel.Column{
	{Name: "no", Type: rel.BigInt}, {Name: "entity", Type: rel.Text}, {Name: "kind", Type: rel.Text},
	{Name: "id1", Type: rel.Text}, {Name: "id1_type", Type: rel.Text}, {Name: "id2", Type: rel.Text}, {Name: "id2_type", Type: rel.Text},
	{Name: "author", Type: rel.Text}, {Name: "reason", Type: rel.Text}, {Name: "created_at", Type: rel.Timestamp},
	{Name: "expires_at", Type: rel.Timestamp},
	{Name: "withdrawn_at", Type: rel.Timestamp}, {Name: "withdrawn_by", Type: rel.Text}, {Name: "withdrawn_why", Type: rel.Text},
}

// decided are the pairs of ids of decisions, over alias d, with further columns. Types are written as the project writes them.
func (g *graph) decided(which []model.Decision, more ...rel.Item) rel.Rel {
	var numbers []rel.Expr
	for _, d := range which {
		numbers = append(numbers, rel.I(d.No))
	}
	idType := func(col string) rel.Expr {
		c := &rel.Case{} // of names alone, as elsewhere in the graph
		for _, t := range g.n.Entity.IDTypes {
			c.Whens = append(c.Whens, rel.When{If: rel.Eq(rel.F(rel.Lower, rel.C("d", col)), rel.F(rel.Lower, rel.S(t.Name))), Then: rel.S(t.Name)})
		}
		return c
	}
	return &rel.Select{From: table(IDDecisions, "d"), Where: []rel.Expr{&rel.InList{X: rel.C("d", "no"), List: numbers}},
		Items: append([]rel.Item{item(rel.C("d", colID1), colID1), item(idType(colID1Type), colID1Type), item(rel.C("d", colID2), colID2),
			item(idType(colID2Type), colID2Type)}, more...)}
}

// keepSplit makes the pairs of keys that may never be in one component.
func (g *graph) keepSplit(splits []model.Decision, seed rel.Object) {
	forbidden := g.scratchObject("forbidden")
	g.forbidden = &forbidden
	key := func(id, idType string) rel.Expr { return nodeKey(rel.C("w", id), rel.C("w", idType), seed) }
	g.let(forbidden, &rel.Select{From: rel.Source{Rel: g.decided(splits, item(rel.C("d", "no"), colNo)), Alias: "w"}, Items: []rel.Item{
		item(key(colID1, colID1Type), colA), item(key(colID2, colID2Type), colB), item(rel.C("w", colNo), colNo)}})
}

// linked are decisions that two ids are one, as rules: that the edge is included, and both of its ends, which are then exempt
// from filters.
func (g *graph) linked(links []model.Decision) rel.Rel {
	col := func(name string) rel.Expr { return rel.C("w", name) }
	none := &rel.Cast{X: rel.Null(), Type: rel.Text}
	all := &rel.Union{All: true}
	for _, ends := range [][4]rel.Expr{
		{col(colID1), col(colID1Type), col(colID2), col(colID2Type)},
		{col(colID1), col(colID1Type), none, none},
		{col(colID2), col(colID2Type), none, none},
	} {
		sel := &rel.Select{From: rel.Source{Rel: g.decided(links, item(rel.C("d", "no"), "no")), Alias: "w"}}
		for i, c := range edgeColumns {
			sel.Items = append(sel.Items, item(ends[i], c))
		}
		sel.Items = append(sel.Items, item(rel.S(include), colAction), item(decisionName(col("no")), colRule))
		all.Rels = append(all.Rels, sel)
	}
	return all
}

// decisionName is what an edge says of a decision: "decision 7".
func decisionName(no rel.Expr) rel.Expr {
	return rel.F(rel.Concat, rel.S("decision "), &rel.Cast{X: no, Type: rel.Text})
}
