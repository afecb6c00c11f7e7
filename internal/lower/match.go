package lower

import "kith/internal/rel"

// Columns of what a matching is made of.
const (
	colRank = "rank"
	colIDNo = "id_no"
)

// match picks of ranked pairs of an id and a cluster the first whose id and cluster are not taken yet, again and again: rank
// numbers the pairs, id_no is a number of the id, label of the cluster. picked has the ranks of those that are taken. One pass
// over sorted numbers in the process, else rounds in SQL, each of which takes the pairs that are the first of both sides.
func (g *graph) match(ranked, picked rel.Object) {
	numbers := &rel.Select{From: table(ranked, "r"), Items: []rel.Item{item(rel.C("r", colRank), colRank), item(rel.C("r", colIDNo), colIDNo), item(rel.C("r", colLabel), colLabel)}}
	columns := []rel.Column{{Name: colRank, Type: rel.BigInt}}
	g.program = append(g.program, &rel.Choose{
		Name: "ids", Why: "contested main ids are given out in the process while they fit its memory, else by rounds in SQL", Quiet: true,
		Fact: &rel.Select{From: table(ranked, "r"), Items: []rel.Item{item(&rel.Agg{Fn: rel.CountStar}, "pairs")}},
		Options: []rel.Option{
			{Name: "nothing is contested", AtMost: 0, Body: rel.Program{let(picked, &rel.Values{Columns: columns})}},
			{Name: "matching in the process", AtMost: g.l.kernelNodes(), Needs: "kernel", Body: rel.Program{
				&rel.Kernel{Name: "matching", Out: picked, Columns: columns, In: []rel.Rel{numbers}}}},
			{Name: "matching in SQL", AtMost: -1, Body: g.matchInSQL(numbers, picked)},
		}})
}

// matchRounds bounds the rounds of a matching in SQL. Pairs that wait for each other in a row are taken one a round.
const matchRounds = 1 << 20

func (g *graph) matchInSQL(numbers rel.Rel, picked rel.Object) rel.Program {
	left, now := g.scratchOnce("pairs_left"), g.scratchOnce("pairs_now")
	first := func(of string) rel.Rel {
		return &rel.Select{From: table(left, "f"), GroupBy: []rel.Expr{rel.C("f", of)},
			Items: []rel.Item{item(&rel.Agg{Fn: rel.Min, Args: []rel.Expr{rel.C("f", colRank)}}, colRank)}}
	}
	both := func(alias, of string) rel.Join {
		return rel.Join{Kind: rel.Semi, Source: rel.Source{Rel: first(of), Alias: alias}, On: []rel.Expr{rel.Eq(rel.C(alias, colRank), rel.C("p", colRank))}}
	}
	untaken := func(alias, of string) rel.Join {
		return rel.Join{Kind: rel.Anti, Source: table(now, alias), On: []rel.Expr{rel.Eq(rel.C(alias, of), rel.C("p", of))}}
	}
	all := func(joins ...rel.Join) rel.Rel {
		return &rel.Select{From: table(left, "p"), Joins: joins, Items: []rel.Item{item(rel.C("p", colRank), colRank), item(rel.C("p", colIDNo), colIDNo), item(rel.C("p", colLabel), colLabel)}}
	}
	ranks := func(o rel.Object) rel.Rel {
		return &rel.Select{From: table(o, "o"), Items: []rel.Item{item(rel.C("o", colRank), colRank)}}
	}
	return rel.Program{
		let(picked, &rel.Values{Columns: []rel.Column{{Name: colRank, Type: rel.BigInt}}}),
		let(left, numbers),
		&rel.Loop{Name: "matching of main ids", Max: matchRounds, Body: rel.Program{
			let(now, all(both("x", colIDNo), both("y", colLabel))),
			let(picked, &rel.Union{All: true, Rels: []rel.Rel{ranks(picked), ranks(now)}}),
			let(left, all(untaken("x", colIDNo), untaken("y", colLabel))),
		}, Until: none(table(left, "p"), 0)},
	}
}

// scratchOnce is a scratch object that several parts of the program use, one after the other.
func (g *graph) scratchOnce(name string) rel.Object {
	o := g.l.part(g.out, "_internal_"+name)
	for _, s := range g.scratch {
		if s.Key() == o.Key() {
			return o
		}
	}
	return g.scratchObject(name)
}
