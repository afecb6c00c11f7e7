package lower

import "kith/internal/rel"

// without takes the rows away whose column another relation has.
func without(alias string, of rel.Rel, column string, x rel.Expr) rel.Join {
	return rel.Join{Kind: rel.Anti, Source: rel.Source{Rel: of, Alias: alias}, On: []rel.Expr{rel.Eq(rel.C(alias, column), x)}}
}

// nameless are the loose components d without those that have got a name.
func (n *naming) nameless(named ...rel.Object) *rel.Select {
	out := &rel.Select{From: table(n.loose, "d"), Items: []rel.Item{item(rel.C("d", colLabel), colLabel), item(rel.C("d", colNodes), colNodes), item(rel.C("d", colWas), colWas)}}
	for i, o := range named {
		out.Joins = append(out.Joins, without(idCol(i), &rel.Table{Object: o}, colLabel, rel.C("d", colLabel)))
	}
	return out
}

// keptIDs are the ids of the base that stay with the only component that had them.
func (n *naming) keptIDs() rel.Rel {
	return &rel.Select{From: table(n.clusters, "k"), Joins: []rel.Join{without("l", &rel.Table{Object: n.loose}, colLabel, rel.C("k", colLabel))},
		Items: []rel.Item{item(rel.C("k", colWas), colMainID)}}
}

// heldElsewhere are those of some ids that components which are not looked at have; nil where all are looked at.
func (n *naming) heldElsewhere(ids rel.Object) rel.Rel {
	g := n.g
	if !g.partly() {
		return nil
	}
	id := g.n.Entity.IDColumn
	return g.ofOld(MappingSuffix, g.mappingLayers()).pick(func(from rel.Source) *rel.Select {
		return &rel.Select{From: from, Items: []rel.Item{item(rel.C("t", id), colMainID)}, Joins: []rel.Join{
			{Kind: rel.Semi, Source: table(ids, "i"), On: []rel.Expr{rel.Eq(rel.C("i", colMainID), rel.C("t", id))}},
			without("f", &rel.Table{Object: g.former}, id, rel.C("t", id))}}
	})
}

// regain gives components without a name what most of their members were called before: of such ids that nobody has the one that a
// member had last, then the one that the greater share of them had. Ids of the base are no choice: whoever has members of it and
// did not get it stands behind the one who did.
func (n *naming) regain() {
	g := n.g
	left, before, pairs := g.scratchObject("nameless"), g.scratchObject("before"), g.scratchObject("before_pairs")
	g.let(left, n.nameless(n.won))

	moves := n.ofChain(IDMoves, g.before())
	was := sharedText("t", colWas)
	moves.Joins = append(moves.Joins,
		rel.Join{Kind: rel.Inner, Source: table(n.members, "m"), On: []rel.Expr{rel.Eq(rel.C("m", colNode), sharedText("t", colNode)), rel.Eq(rel.C("m", colNodeType), sharedText("t", colNodeType))}},
		n.join(rel.Semi, left, "d"))
	moves.Where = []rel.Expr{rel.NotNull(rel.C("t", colWas))}
	moves.GroupBy = []rel.Expr{rel.C("m", colLabel), rel.C("m", colNode), rel.C("m", colNodeType), was}
	moves.Items = []rel.Item{item(rel.C("m", colLabel), colLabel), item(rel.C("m", colNode), colNode), item(rel.C("m", colNodeType), colNodeType), item(was, colMainID),
		item(&rel.Agg{Fn: rel.Max, Args: []rel.Expr{rel.C("t", colN)}}, "until"), item(&rel.Agg{Fn: rel.Min, Args: []rel.Expr{rel.C("t", colSince)}}, colSince)}
	g.let(before, moves)

	most := &rel.Op{Op: ">", Args: []rel.Expr{&rel.Op{Op: "*", Args: []rel.Expr{&rel.Agg{Fn: rel.CountStar}, rel.I(2)}}, &rel.Agg{Fn: rel.Max, Args: []rel.Expr{rel.C("d", colNodes)}}}}
	taken := []rel.Join{n.join(rel.Inner, left, "d"), without("k", n.keptIDs(), colMainID, rel.C("m", colMainID)), without("w", &rel.Table{Object: n.won}, colMainID, rel.C("m", colMainID))}
	if others := n.heldElsewhere(before); others != nil {
		taken = append(taken, without("o", others, colMainID, rel.C("m", colMainID)))
	}
	g.let(pairs, &rel.Select{From: table(before, "m"),
		Joins:   taken,
		GroupBy: []rel.Expr{rel.C("m", colMainID), rel.C("m", colLabel)}, Having: []rel.Expr{most},
		Items: []rel.Item{item(rel.C("m", colMainID), colMainID), item(rel.C("m", colLabel), colLabel), item(n.weights("m"), "weight"),
			item(&rel.Agg{Fn: rel.Max, Args: []rel.Expr{rel.C("m", "until")}}, "until"), item(&rel.Agg{Fn: rel.Min, Args: []rel.Expr{rel.C("m", colSince)}}, colSince)}})
	n.give("before", &rel.Table{Object: pairs}, n.regained, rel.Order{Expr: rel.C("p", "until"), Desc: true, NullsLast: true},
		rel.Order{Expr: rel.C("p", "weight"), Desc: true, NullsLast: true})
}

// bear gives the components that are left a new id each: what their first node calls them, in the order of seeds, whose id was never
// given; where all were, the recipe over the first node with a number.
func (n *naming) bear() {
	g := n.g
	fresh, bySeed := g.scratchObject("fresh"), g.scratchObject("by_seed")
	g.let(fresh, n.nameless(n.won, n.regained))
	seed := rel.C("s", "seed")
	g.let(bySeed, &rel.Select{From: table(n.seeds, "s"), Joins: append([]rel.Join{{Kind: rel.Semi, Source: table(fresh, "f"), On: []rel.Expr{rel.Eq(rel.C("f", colLabel), rel.C("s", colLabel))}}},
		n.neverGiven(seed)...), Items: []rel.Item{item(rel.C("s", colLabel), colLabel), item(seed, colMainID)}})

	// Few components come here: all members are looked at.
	again, byNode := g.scratchObject("given_seeds"), g.scratchObject("by_node")
	rest := &rel.Select{From: table(fresh, "d"), Joins: []rel.Join{without("b", &rel.Table{Object: bySeed}, colLabel, rel.C("d", colLabel))}, Items: []rel.Item{item(rel.C("d", colLabel), colLabel)}}
	g.let(again, &rel.Select{From: table(n.members, "m"), Joins: []rel.Join{{Kind: rel.Semi, Source: rel.Source{Rel: rest, Alias: "r"}, On: []rel.Expr{rel.Eq(rel.C("r", colLabel), rel.C("m", colLabel))}}},
		Items: []rel.Item{item(rel.C("m", colLabel), colLabel), item(rel.C("m", colNode), colNode), item(rel.C("m", colNodeType), colNodeType), item(rel.C("m", colFirstSeen), colFirstSeen), item(n.rid("m"), "seed")}})
	seeds := []rel.Order{{Expr: rel.C("m", colFirstSeen), NullsLast: true}, {Expr: rel.C("m", "seed"), NullsLast: true}}
	first := func(column string) rel.Expr {
		return &rel.Agg{Fn: rel.FirstRow, Args: []rel.Expr{rel.C("m", column)}, OrderBy: seeds}
	}
	g.let(byNode, &rel.Select{From: table(again, "m"), GroupBy: []rel.Expr{rel.C("m", colLabel)}, Joins: n.neverGiven(rel.C("m", "seed")),
		Items: []rel.Item{item(rel.C("m", colLabel), colLabel), item(first("seed"), colMainID)}})

	byNumber := g.scratchObject("by_number")
	n.number(&rel.Select{From: table(again, "m"), GroupBy: []rel.Expr{rel.C("m", colLabel)}, Joins: []rel.Join{without("b", &rel.Table{Object: byNode}, colLabel, rel.C("m", colLabel))},
		Items: []rel.Item{item(rel.C("m", colLabel), colLabel), item(first(colNode), colNode), item(first(colNodeType), colNodeType), item(rel.I(1), colNo)}},
		byNumber, bySeed, byNode)
	g.let(n.born, &rel.Union{All: true, Rels: []rel.Rel{n.pick(bySeed), n.pick(byNode), n.pick(byNumber)}})
}

// neverGiven leaves the ids that no graph of the chain had: what one of them had and the base has not was redirected or retired.
func (n *naming) neverGiven(id rel.Expr) []rel.Join {
	held := rel.Rel(&rel.Table{Object: n.held})
	switch {
	case n.g.partly():
		held = n.g.ofOld(MappingSuffix, n.g.mappingLayers()).pick(func(from rel.Source) *rel.Select {
			return &rel.Select{From: from, Items: []rel.Item{item(rel.C("t", n.g.n.Entity.IDColumn), colWas)}}
		})
	case n.held.Name() == "":
		held = n.heldIDs()
	}
	gone := n.ofChain(IDRedirects, n.g.before())
	gone.Items = []rel.Item{item(sharedText("t", colOldID), colOldID)}
	return []rel.Join{without("h", held, colWas, id), without("g", gone, colOldID, id)}
}

// numbers bounds how many times an id may come and go without its members.
const numbers = 1 << 20

// number calls components by their first node and the least number from 1 that gives an id which nobody ever had.
func (n *naming) number(first rel.Rel, out rel.Object, named ...rel.Object) {
	g := n.g
	pending, found := g.scratchObject("pending"), g.scratchObject("found")
	number := &rel.Cast{X: rel.C("p", colNo), Type: rel.Text}
	candidates := &rel.Select{From: table(pending, "p"), Items: []rel.Item{item(rel.C("p", colLabel), colLabel),
		item(rid(rel.F(rel.Concat, rel.C("p", colNode), rel.S("#"), number), rel.C("p", colNodeType)), colMainID)}}
	free := &rel.Select{From: rel.Source{Rel: candidates, Alias: "c"}, Joins: n.neverGiven(rel.C("c", colMainID)),
		Items: []rel.Item{item(rel.C("c", colLabel), colLabel), item(rel.C("c", colMainID), colMainID)}}
	for i, o := range named {
		free.Joins = append(free.Joins, without(idCol(i), &rel.Table{Object: o}, colMainID, rel.C("c", colMainID)))
	}
	more := &rel.Op{Op: "+", Args: []rel.Expr{rel.C("p", colNo), rel.I(1)}}
	g.let(pending, first)
	g.let(out, &rel.Values{Columns: []rel.Column{{Name: colLabel, Type: rel.BigInt}, {Name: colMainID, Type: rel.Text}}})
	g.program = append(g.program, &rel.Loop{Name: "numbers of main ids", Max: numbers, Body: rel.Program{
		let(found, free),
		let(out, &rel.Union{All: true, Rels: []rel.Rel{n.pick(out), n.pick(found)}}),
		let(pending, &rel.Select{From: table(pending, "p"), Joins: []rel.Join{without("f", &rel.Table{Object: found}, colLabel, rel.C("p", colLabel))}, Items: []rel.Item{
			item(rel.C("p", colLabel), colLabel), item(rel.C("p", colNode), colNode), item(rel.C("p", colNodeType), colNodeType), item(more, colNo)}}),
	}, Until: none(table(pending, "p"), 0)})
}
