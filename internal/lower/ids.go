package lower

import "kith/internal/rel"

// ridNamespace is the seed of main ids, the same in every project (observed.md section 1).
const ridNamespace = "fe971b24-9572-4005-b22f-351e9c09274d"

// rid is the main id that a node gives a cluster: 'rid' + sha1(sha1(namespace + value)[:32] + type)[:32].
func rid(value, idType rel.Expr) rel.Expr {
	inner := rel.F(rel.Left_, rel.F(rel.SHA1Hex, rel.F(rel.Concat, rel.S(ridNamespace), value)), rel.I(32))
	outer := rel.F(rel.Left_, rel.F(rel.SHA1Hex, rel.F(rel.Concat, inner, idType)), rel.I(32))
	return rel.F(rel.Concat, rel.S("rid"), outer)
}

// naming is the work of giving components their main ids. A first graph calls each by its seed. A graph with a base carries the
// base's ids on by overlap (docs/semantics.md, "Main ids that stay").
type naming struct {
	g *graph
	// chain is what the graph descends from, itself last; members are its ids with their component, and the main id that they had
	// in the base, if any.
	chain, members rel.Object
	// held is what ids had in the base, a table only where it is made out of later graphs.
	held rel.Object
	// clusters are the components: one of their ids of the base, the greatest of them, and how many members there are.
	clusters rel.Object
	// shared are ids of the base that more than one component has members of, or whose component has members of other ids as well.
	// pairs are such ids with each of their components.
	shared, pairs rel.Object
	// loose are the components that do not simply keep the only id that their members had; seeds what their first node calls them;
	// names what they are called in the end.
	loose, seeds, names rel.Object
	// won are names by overlap, regained by what members had before the base, born those that no component ever had.
	won, regained, born rel.Object
}

// name makes the mapping of ids to main ids, and what the graphs descended from this one need to know of it. It returns the table
// that says what it descends from itself.
func (g *graph) name(nodes, labels, mapping rel.Object) (chain rel.Object) {
	n := &naming{g: g, chain: g.l.part(g.out, ChainSuffix)}
	g.let(n.chain, g.chain())
	if g.base == nil {
		n.gather(nodes, labels, nil)
		n.names = g.scratchObject("names")
		g.let(n.names, n.firstOf(n.members, nil, item(&rel.Agg{Fn: rel.Min, Args: []rel.Expr{n.rid("m")}}, colMainID)))
		g.let(mapping, n.mapping(rel.C("c", colMainID), n.join(rel.Inner, n.names, "c")))
		return n.chain
	}
	n.gather(nodes, labels, n.heldIDs())
	n.contest()
	n.settle()
	n.names = g.scratchObject("names")
	g.let(n.names, united([]rel.Rel{n.pick(n.won), n.pick(n.regained), n.pick(n.born)}, nil))
	if !g.asOf() {
		n.record()
	}
	g.let(mapping, n.named())
	return n.chain
}

// rid is what the id of a source of nodes calls a component.
func (n *naming) rid(alias string) rel.Expr {
	return rid(rel.C(alias, colNode), rel.C(alias, colNodeType))
}

// join joins what is kept of components to members.
func (n *naming) join(kind rel.JoinKind, o rel.Object, alias string) rel.Join {
	return rel.Join{Kind: kind, Source: table(o, alias), On: []rel.Expr{rel.Eq(rel.C(alias, colLabel), rel.C("m", colLabel))}}
}

func onNode(a, b string) []rel.Expr {
	return []rel.Expr{rel.Eq(rel.C(a, colNode), rel.C(b, colNode)), rel.Eq(rel.C(a, colNodeType), rel.C(b, colNodeType))}
}

// heldIDs are the main ids of the base, as they were at the time of the graph.
func (n *naming) heldIDs() rel.Rel {
	g := n.g
	if g.partly() { // nobody else is looked at
		return &rel.Select{From: table(g.former, "b"), Items: append(nodeItems("b"), item(rel.C("b", g.n.Entity.IDColumn), colWas))}
	}
	column := g.base.MainID
	if column == "" {
		column = g.n.Entity.IDColumn
	}
	present := &rel.Select{From: table(g.ofBase(MappingSuffix), "b"), Items: []rel.Item{item(rel.C("b", colNode), colNode),
		item(rel.C("b", colNodeType), colNodeType), item(rel.C("b", column), colWas)}}
	if !g.asOf() {
		return present
	}
	// What moved since then goes back: the earliest of its later moves says where it was.
	last := &rel.Scalar{Rel: &rel.Select{From: rel.Source{Rel: g.before(), Alias: "l"}, Items: []rel.Item{item(&rel.Agg{Fn: rel.Max, Args: []rel.Expr{rel.C("l", colN)}}, colN)}}}
	later := g.scratchObject("moved_later")
	moves := n.ofChain(IDMoves, g.baseChain())
	moves.Where = []rel.Expr{&rel.Op{Op: ">", Args: []rel.Expr{rel.C("c", colN), last}}}
	moves.GroupBy = []rel.Expr{sharedText("t", colNode), sharedText("t", colNodeType)}
	moves.Items = []rel.Item{item(sharedText("t", colNode), colNode), item(sharedText("t", colNodeType), colNodeType),
		item(&rel.Agg{Fn: rel.FirstRow, Args: []rel.Expr{sharedText("t", colWas)}, OrderBy: []rel.Order{{Expr: rel.C("c", colN)}}}, colWas)}
	g.let(later, moves)
	some := rel.NotNull(last) // before the first graph nobody had an id
	present.Joins = []rel.Join{{Kind: rel.Anti, Source: table(later, "l"), On: onNode("l", "b")}}
	present.Where = []rel.Expr{some}
	n.held = g.scratchObject("held")
	g.let(n.held, &rel.Union{All: true, Rels: []rel.Rel{present, &rel.Select{From: table(later, "l"), Where: []rel.Expr{rel.NotNull(rel.C("l", colWas)), some},
		Items: []rel.Item{item(rel.C("l", colNode), colNode), item(rel.C("l", colNodeType), colNodeType), item(rel.C("l", colWas), colWas)}}}})
	return &rel.Table{Object: n.held}
}

// sharedText is a text of a table that graphs share, which compares like those of the graph.
func sharedText(alias, column string) rel.Expr { return rel.F(rel.ByBytes, rel.C(alias, column)) }

// ofChain are the rows t of a shared table that count: those of the graphs of a chain c.
func (n *naming) ofChain(shared rel.Object, chain rel.Rel) *rel.Select {
	return &rel.Select{From: table(shared, "t"), Joins: []rel.Join{{Kind: rel.Inner, Source: rel.Source{Rel: chain, Alias: "c"},
		On: []rel.Expr{rel.Eq(rel.C("c", colMaterial), sharedText("t", colMaterial)), rel.Eq(rel.C("c", colN), rel.C("t", colN))}}}}
}

// gather makes the members, with the main ids that they had.
func (n *naming) gather(nodes, labels rel.Object, held rel.Rel) {
	members := &rel.Select{From: table(nodes, "n"),
		Joins: []rel.Join{{Kind: rel.Left, Source: table(labels, "l"), On: []rel.Expr{rel.Eq(rel.C("l", colKey), rel.C("n", colKey))}}},
		Items: []rel.Item{item(rel.C("n", colNode), colNode), item(rel.C("n", colNodeType), colNodeType), item(rel.C("n", colFirstSeen), colFirstSeen),
			item(rel.F(rel.Coalesce, rel.C("l", colLabel), rel.C("n", colKey)), colLabel)}}
	if held != nil {
		members.Joins = append(members.Joins, rel.Join{Kind: rel.Left, Source: rel.Source{Rel: held, Alias: "h"}, On: onNode("h", "n")})
		members.Items = append(members.Items, item(rel.C("h", colWas), colWas))
	}
	n.members = n.g.scratchObject("members")
	n.g.let(n.members, members)
}

// firstOf groups the first-seen nodes of components (observed.md section 1: ids without a time come after those with one). What is
// computed of them is computed of no others: rid costs two hashes each. of limits it to some components.
func (n *naming) firstOf(members rel.Object, of *rel.Object, items ...rel.Item) rel.Rel {
	firsts := &rel.Select{From: table(members, "m"), GroupBy: []rel.Expr{rel.C("m", colLabel)},
		Items: []rel.Item{item(rel.C("m", colLabel), colLabel), item(&rel.Agg{Fn: rel.Min, Args: []rel.Expr{rel.C("m", colFirstSeen)}}, "earliest")}}
	if of != nil {
		firsts.Joins = []rel.Join{n.join(rel.Inner, *of, "o")}
	}
	return &rel.Select{From: table(members, "m"), GroupBy: []rel.Expr{rel.C("m", colLabel)},
		Joins: []rel.Join{{Kind: rel.Inner, Source: rel.Source{Rel: firsts, Alias: "f"}, On: []rel.Expr{
			rel.Eq(rel.C("f", colLabel), rel.C("m", colLabel)),
			&rel.Op{Op: "is not distinct from", Args: []rel.Expr{rel.C("f", "earliest"), rel.C("m", colFirstSeen)}}}}},
		Items: append([]rel.Item{item(rel.C("m", colLabel), colLabel)}, items...)}
}

// mapping is the members with their main id.
func (n *naming) mapping(main rel.Expr, joins ...rel.Join) rel.Rel {
	return &rel.Select{From: table(n.members, "m"), Joins: joins,
		Items: []rel.Item{item(rel.C("m", colNode), colNode), item(rel.C("m", colNodeType), colNodeType),
			item(main, n.g.n.Entity.IDColumn),
			item(rel.C("m", colFirstSeen), colValidAt), item(rel.C("m", colFirstSeen), colFirstSeen)}}
}

// named is the mapping of a graph with a base. A component that is not loose keeps the id of its members.
func (n *naming) named() rel.Rel {
	return n.mapping(rel.F(rel.Coalesce, rel.C("x", colMainID), rel.C("k", colWas)), n.join(rel.Inner, n.clusters, "k"), n.join(rel.Left, n.names, "x"))
}

// pick is a relation of names.
func (n *naming) pick(o rel.Object) rel.Rel {
	return &rel.Select{From: table(o, "p"), Items: []rel.Item{item(rel.C("p", colLabel), colLabel), item(rel.C("p", colMainID), colMainID)}}
}

// weight is how much a node counts where shares of components are compared: one for the last id type of the entity, and one more
// for each that stands before another.
func (n *naming) weight(alias string) rel.Expr {
	types := n.g.n.Entity.IDTypes
	w := &rel.Case{Else: rel.I(1)}
	for i, t := range types[:len(types)-1] {
		w.Whens = append(w.Whens, rel.When{If: rel.Eq(rel.C(alias, colNodeType), rel.S(t.Name)), Then: rel.I(int64(len(types) - i))})
	}
	if len(w.Whens) == 0 {
		return rel.I(1)
	}
	return w
}

func (n *naming) weights(alias string) rel.Expr {
	return &rel.Cast{X: &rel.Agg{Fn: rel.Sum, Args: []rel.Expr{n.weight(alias)}}, Type: rel.BigInt}
}

// contest finds the ids of the base that components contend for. A component whose members all had one id, and nobody else of that
// id, is done with: one pass over the members, grouped by component, tells.
func (n *naming) contest() {
	g := n.g
	was := rel.C("m", colWas)
	n.clusters, n.shared, n.pairs = g.scratchObject("clusters"), g.scratchObject("shared_ids"), g.scratchObject("overlap")
	g.let(n.clusters, &rel.Select{From: table(n.members, "m"), GroupBy: []rel.Expr{rel.C("m", colLabel)}, Items: []rel.Item{
		item(rel.C("m", colLabel), colLabel), item(&rel.Agg{Fn: rel.Min, Args: []rel.Expr{was}}, colWas),
		item(&rel.Agg{Fn: rel.Max, Args: []rel.Expr{was}}, "greatest"), item(&rel.Agg{Fn: rel.CountStar}, colNodes)}})

	mixed := &rel.Select{From: table(n.clusters, "k"), Items: []rel.Item{item(rel.C("k", colLabel), colLabel)},
		Where: []rel.Expr{&rel.Op{Op: "<>", Args: []rel.Expr{rel.C("k", colWas), rel.C("k", "greatest")}}}}
	ofMixed := &rel.Select{From: table(n.members, "m"), Where: []rel.Expr{rel.NotNull(was)}, Items: []rel.Item{item(was, colMainID)},
		Joins: []rel.Join{{Kind: rel.Semi, Source: rel.Source{Rel: mixed, Alias: "x"}, On: []rel.Expr{rel.Eq(rel.C("x", colLabel), rel.C("m", colLabel))}}}}
	apart := &rel.Select{From: table(n.clusters, "k"), GroupBy: []rel.Expr{rel.C("k", colWas)}, Items: []rel.Item{item(rel.C("k", colWas), colMainID)},
		Where:  []rel.Expr{rel.Eq(rel.C("k", colWas), rel.C("k", "greatest"))},
		Having: []rel.Expr{&rel.Op{Op: ">", Args: []rel.Expr{&rel.Agg{Fn: rel.CountStar}, rel.I(1)}}}}
	g.let(n.shared, &rel.Union{Rels: []rel.Rel{ofMixed, apart}})

	contended := g.scratchObject("contended")
	g.let(contended, &rel.Select{From: table(n.members, "m"), Joins: []rel.Join{{Kind: rel.Semi, Source: table(n.shared, "s"), On: []rel.Expr{rel.Eq(rel.C("s", colMainID), was)}}},
		Items: []rel.Item{item(rel.C("m", colNode), colNode), item(rel.C("m", colNodeType), colNodeType), item(rel.C("m", colLabel), colLabel), item(was, colWas)}})
	g.let(n.pairs, &rel.Select{From: table(contended, "m"), GroupBy: []rel.Expr{was, rel.C("m", colLabel)},
		Joins: []rel.Join{n.sinceOf(contended)},
		Items: []rel.Item{item(was, colMainID), item(rel.C("m", colLabel), colLabel), item(n.weights("m"), "weight"),
			item(&rel.Agg{Fn: rel.Min, Args: []rel.Expr{rel.F(rel.Coalesce, rel.C("s", colSince), rel.I(1))}}, colSince)}})
}

// sinceOf joins to nodes m of a table the place of the chain since which they have the id of the base, where it is not the first.
func (n *naming) sinceOf(nodes rel.Object) rel.Join {
	moves := n.ofChain(IDMoves, n.g.before())
	moves.Joins = append(moves.Joins, rel.Join{Kind: rel.Semi, Source: table(nodes, "o"), On: []rel.Expr{
		rel.Eq(rel.C("o", colNode), sharedText("t", colNode)), rel.Eq(rel.C("o", colNodeType), sharedText("t", colNodeType))}})
	moves.GroupBy = []rel.Expr{sharedText("t", colNode), sharedText("t", colNodeType)}
	moves.Items = []rel.Item{item(sharedText("t", colNode), colNode), item(sharedText("t", colNodeType), colNodeType),
		item(&rel.Agg{Fn: rel.Max, Args: []rel.Expr{rel.C("t", colN)}}, colSince)}
	return rel.Join{Kind: rel.Left, Source: rel.Source{Rel: moves, Alias: "s"}, On: onNode("s", "m")}
}

// settle names the components that are not done with. Where nothing changed there are none.
func (n *naming) settle() {
	g := n.g
	n.loosen()
	n.seeds, n.won, n.regained, n.born = g.scratchObject("seeds"), g.scratchObject("won"), g.scratchObject("regained"), g.scratchObject("born")
	nobody := &rel.Values{Columns: []rel.Column{{Name: colLabel, Type: rel.BigInt}, {Name: colMainID, Type: rel.Text}}}
	g.program = append(g.program, &rel.Choose{Name: "main ids", Why: "only components that do not keep the id of their members are looked at", Quiet: true,
		Fact: &rel.Select{From: table(n.loose, "d"), Items: []rel.Item{item(&rel.Agg{Fn: rel.CountStar}, "loose")}},
		Options: []rel.Option{
			{Name: "all stay", AtMost: 0, Body: rel.Program{let(n.won, nobody), let(n.regained, nobody), let(n.born, nobody)}},
			{Name: "some are given out", AtMost: -1, Body: g.within(func() {
				g.let(n.seeds, n.firstOf(n.members, &n.loose, item(&rel.Agg{Fn: rel.Min, Args: []rel.Expr{n.rid("m")}}, "seed"),
					item(&rel.Agg{Fn: rel.Min, Args: []rel.Expr{rel.C("m", colFirstSeen)}}, colFirstSeen)))
				n.win()
				n.regain()
				n.bear()
			})}}})
}

// within is the program that fn would add to that of the graph.
func (g *graph) within(fn func()) rel.Program {
	outer := g.program
	g.program = nil
	fn()
	inner := g.program
	g.program = outer
	return inner
}

// loosen lists the components that are not done with.
func (n *naming) loosen() {
	g := n.g
	n.loose = g.scratchObject("loose")
	contending := &rel.Select{From: table(n.pairs, "p"), Items: []rel.Item{item(rel.C("p", colLabel), colLabel)}}
	g.let(n.loose, &rel.Select{From: table(n.clusters, "k"), Items: []rel.Item{item(rel.C("k", colLabel), colLabel), item(rel.C("k", colNodes), colNodes), item(rel.C("k", colWas), colWas)},
		Where: []rel.Expr{rel.Or(&rel.IsNull{X: rel.C("k", colWas)}, &rel.InRel{X: rel.C("k", colLabel), Rel: contending})}})
}

// win gives contended ids to components by their shares.
func (n *naming) win() {
	n.give("overlap", &rel.Table{Object: n.pairs}, n.won, rel.Order{Expr: rel.C("p", "weight"), Desc: true, NullsLast: true})
}

// give matches pairs of an id and a component in the order of terms, then by how long members have had the id, when it was first
// given, the id, and the seed of the component.
func (n *naming) give(what string, pairs rel.Rel, out rel.Object, terms ...rel.Order) {
	g := n.g
	ranked, picked := g.scratchObject(what+"_ranked"), g.scratchObject(what+"_picked")
	up := func(x rel.Expr) rel.Order { return rel.Order{Expr: x, NullsLast: true} }
	terms = append(terms, up(rel.C("p", colSince)), up(rel.F(rel.Coalesce, rel.C("g", "given"), rel.I(1))), up(rel.C("p", colMainID)),
		up(rel.C("d", colFirstSeen)), up(rel.C("d", "seed")))
	inOrder := &rel.Select{From: rel.Source{Rel: pairs, Alias: "p"},
		Joins: []rel.Join{{Kind: rel.Inner, Source: table(n.seeds, "d"), On: []rel.Expr{rel.Eq(rel.C("d", colLabel), rel.C("p", colLabel))}},
			{Kind: rel.Left, Source: rel.Source{Rel: n.firstGiven(pairs), Alias: "g"}, On: []rel.Expr{rel.Eq(rel.C("g", colMainID), rel.C("p", colMainID))}}},
		Items: []rel.Item{item(rel.C("p", colMainID), colMainID), item(rel.C("p", colLabel), colLabel),
			item(&rel.Win{Fn: rel.RowNumber, Over: rel.Window{OrderBy: terms}}, colRank)}}
	g.let(ranked, &rel.Select{From: rel.Source{Rel: inOrder, Alias: "r"}, Items: []rel.Item{
		item(rel.C("r", colMainID), colMainID), item(rel.C("r", colLabel), colLabel), item(rel.C("r", colRank), colRank),
		item(&rel.Win{Fn: rel.WinMin, Args: []rel.Expr{rel.C("r", colRank)}, Over: rel.Window{PartitionBy: []rel.Expr{rel.C("r", colMainID)}}}, colIDNo)}})
	g.match(ranked, picked)
	g.let(out, &rel.Select{From: table(ranked, "r"), Joins: []rel.Join{{Kind: rel.Inner, Source: table(picked, "k"), On: []rel.Expr{rel.Eq(rel.C("k", colRank), rel.C("r", colRank))}}},
		Items: []rel.Item{item(rel.C("r", colLabel), colLabel), item(rel.C("r", colMainID), colMainID)}})
}

// firstGiven is the place of the chain at which ids of pairs were first given, where it is not the first.
func (n *naming) firstGiven(pairs rel.Rel) rel.Rel {
	events := n.ofChain(IDEvents, n.g.before())
	events.Joins = append(events.Joins, rel.Join{Kind: rel.Semi, Source: rel.Source{Rel: pairs, Alias: "p"}, On: []rel.Expr{rel.Eq(rel.C("p", colMainID), sharedText("t", colMainID))}})
	events.Where = []rel.Expr{&rel.InList{X: rel.C("t", colKind), List: []rel.Expr{rel.S(EventCreated), rel.S(EventSplit), rel.S(EventImported)}}}
	events.GroupBy = []rel.Expr{sharedText("t", colMainID)}
	events.Items = []rel.Item{item(sharedText("t", colMainID), colMainID), item(&rel.Agg{Fn: rel.Min, Args: []rel.Expr{rel.C("t", colN)}}, "given")}
	return events
}
