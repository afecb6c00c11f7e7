package lower

import "kith/internal/rel"

// Kinds of events of main ids.
const (
	EventCreated  = "created"  // a component of nobody's members got a new id
	EventSplit    = "split"    // members of an id that stays got a new one
	EventRestored = "restored" // an id that was gone is there again
	EventMerged   = "merged"   // an id went to the one that most of its members have
	EventMoved    = "moved"    // some members of an id have another one that was there before
	EventRetired  = "retired"  // an id has no members any more
	EventImported = "imported" // a table of ids gave it
)

// Causes of events.
const (
	CauseRows       = "rows"       // the definition of the graph is that of its base
	CauseDefinition = "definition" // it is another one
)

// record writes down what differs from the base. What a former attempt wrote goes first.
func (n *naming) record() {
	g := n.g
	own := rel.S(g.out.Name())
	for _, o := range []rel.Object{IDMoves, IDRedirects, IDEvents} {
		g.program = append(g.program, &rel.Delete{Into: o, Where: []rel.Expr{rel.Eq(rel.C("t", colMaterial), own), rel.Eq(rel.C("t", colN), n.place())}})
	}
	r := &record{naming: n, gone: g.scratchObject("gone"), changed: g.scratchObject("changed"), lost: g.scratchObject("lost"),
		redirects: g.scratchObject("redirects"), restored: n.regained}
	r.moves()
	count := func(o rel.Object) rel.Expr {
		return &rel.Scalar{Rel: &rel.Select{From: table(o, "o"), Items: []rel.Item{item(&rel.Agg{Fn: rel.CountStar}, "n")}}}
	}
	g.program = append(g.program, &rel.Choose{Name: "events", Why: "events are looked for where ids differ", Quiet: true,
		Fact: &rel.Select{Items: []rel.Item{item(&rel.Op{Op: "+", Args: []rel.Expr{count(r.changed), count(r.loose)}}, "n")}},
		Options: []rel.Option{{Name: "nothing happened", AtMost: 0}, {Name: "something happened", AtMost: -1, Body: g.within(func() {
			r.redirect()
			r.events()
		})}}})
}

// place is that of the graph in its chain.
func (n *naming) place() rel.Expr {
	return &rel.Scalar{Rel: &rel.Select{From: table(n.chain, "c"), Items: []rel.Item{item(&rel.Agg{Fn: rel.Max, Args: []rel.Expr{rel.C("c", colN)}}, colN)}}}
}

// insert adds rows to a shared table.
func (n *naming) insert(into rel.Object, columns []rel.Column, body *rel.Select) {
	body.Items = append([]rel.Item{item(rel.S(n.g.out.Name()), colMaterial), item(n.place(), colN)}, body.Items...)
	var names []string
	for _, c := range columns {
		names = append(names, c.Name)
	}
	n.g.program = append(n.g.program, &rel.Insert{Into: into, Columns: names, Body: body})
}

// record is the work of writing down what differs from the base.
type record struct {
	*naming
	// gone are nodes of the base that the graph has not; changed are nodes with another main id than in the base, NULL for those gone.
	gone, changed rel.Object
	// lost are ids of the base that the graph has not; redirects says where they went.
	lost, redirects rel.Object
	// restored are the ids that nobody had in the base and somebody before.
	restored rel.Object
}

func nodeItems(alias string) []rel.Item {
	return []rel.Item{item(rel.C(alias, colNode), colNode), item(rel.C(alias, colNodeType), colNodeType)}
}

// moves writes the nodes whose main id differs. New ones are many and need no look at anything.
func (r *record) moves() {
	g := r.g
	null := func(t rel.Type) rel.Expr { return &rel.Cast{X: rel.Null(), Type: t} }
	r.insert(IDMoves, IDMovesColumns, &rel.Select{From: table(r.members, "m"), Where: []rel.Expr{&rel.IsNull{X: rel.C("m", colWas)}},
		Items: append(nodeItems("m"), item(null(rel.Text), colWas), item(null(rel.BigInt), colSince))})
	r.findGone()
	other := &rel.Op{Op: "<>", Args: []rel.Expr{rel.C("m", colWas), rel.C("x", colMainID)}}
	g.let(r.changed, &rel.Union{All: true, Rels: []rel.Rel{
		&rel.Select{From: table(r.members, "m"), Joins: []rel.Join{r.join(rel.Inner, r.names, "x")}, Where: []rel.Expr{other},
			Items: append(nodeItems("m"), item(rel.C("m", colWas), colWas), item(rel.C("x", colMainID), colMainID))},
		&rel.Select{From: table(r.gone, "m"), Items: append(nodeItems("m"), item(rel.C("m", colWas), colWas), item(null(rel.Text), colMainID))}}})
	r.insert(IDMoves, IDMovesColumns, &rel.Select{From: table(r.changed, "m"), Joins: []rel.Join{r.sinceOf(r.changed)},
		Items: append(nodeItems("m"), item(rel.C("m", colWas), colWas), item(rel.F(rel.Coalesce, rel.C("s", colSince), rel.I(1)), colSince))})
}

// findGone looks for the nodes of the base that are not there, unless as many are there as the base has.
func (r *record) findGone() {
	count := func(from rel.Source, of rel.Expr) rel.Expr {
		return &rel.Scalar{Rel: &rel.Select{From: from, Items: []rel.Item{item(&rel.Agg{Fn: rel.Count, Args: []rel.Expr{of}}, "n")}}}
	}
	held := rel.Source{Rel: r.heldIDs(), Alias: "h"}
	missing := &rel.Op{Op: "-", Args: []rel.Expr{count(held, rel.C("h", colWas)), count(table(r.members, "m"), rel.C("m", colWas))}}
	r.g.program = append(r.g.program, &rel.Choose{Name: "gone", Why: "ids that are gone are looked for when some are", Quiet: true,
		Fact: &rel.Select{Items: []rel.Item{item(missing, "n")}},
		Options: []rel.Option{
			{Name: "none is gone", AtMost: 0, Body: rel.Program{let(r.gone, &rel.Values{Columns: []rel.Column{{Name: colNode, Type: rel.Text}, {Name: colNodeType, Type: rel.Text}, {Name: colWas, Type: rel.Text}}})}},
			{Name: "some are gone", AtMost: -1, Body: rel.Program{let(r.gone, &rel.Select{From: held,
				Joins: []rel.Join{{Kind: rel.Anti, Source: table(r.members, "m"), On: onNode("m", "h")}},
				Items: append(nodeItems("h"), item(rel.C("h", colWas), colWas))})}}}})
}

// redirect writes where ids went: each to the one that the greatest share of its members has. An id that went before to one that is
// contended or lost goes where the members are that had it last.
func (r *record) redirect() {
	g := r.g
	ofShared := &rel.Select{From: table(r.shared, "p"), Joins: []rel.Join{without("w", &rel.Table{Object: r.won}, colMainID, rel.C("p", colMainID))}, Items: []rel.Item{item(rel.C("p", colMainID), colMainID)}}
	ofGone := &rel.Select{From: table(r.gone, "p"), Joins: []rel.Join{without("k", r.keptIDs(), colMainID, rel.C("p", colWas)), without("w", &rel.Table{Object: r.won}, colMainID, rel.C("p", colWas))},
		Items: []rel.Item{item(rel.C("p", colWas), colMainID)}}
	g.let(r.lost, &rel.Union{Rels: []rel.Rel{ofShared, ofGone}})

	best := func(shares rel.Rel) rel.Rel {
		return &rel.Select{From: rel.Source{Rel: shares, Alias: "b"}, GroupBy: []rel.Expr{rel.C("b", colOldID)}, Items: []rel.Item{item(rel.C("b", colOldID), colOldID),
			item(&rel.Agg{Fn: rel.FirstRow, Args: []rel.Expr{rel.C("b", colMainID)}, OrderBy: []rel.Order{{Expr: rel.C("b", "weight"), Desc: true, NullsLast: true}, {Expr: rel.C("b", colMainID), NullsLast: true}}}, colNewID)}}
	}
	shares := &rel.Select{From: table(r.pairs, "p"), Joins: []rel.Join{
		{Kind: rel.Inner, Source: table(r.names, "x"), On: []rel.Expr{rel.Eq(rel.C("x", colLabel), rel.C("p", colLabel))}},
		{Kind: rel.Semi, Source: table(r.lost, "l"), On: []rel.Expr{rel.Eq(rel.C("l", colMainID), rel.C("p", colMainID))}}},
		Items: []rel.Item{item(rel.C("p", colMainID), colOldID), item(rel.C("x", colMainID), colMainID), item(rel.C("p", "weight"), "weight")}}
	went := g.scratchObject("went")
	g.let(went, &rel.Select{From: table(r.lost, "l"), Joins: []rel.Join{{Kind: rel.Left, Source: rel.Source{Rel: best(shares), Alias: "b"}, On: []rel.Expr{rel.Eq(rel.C("b", colOldID), rel.C("l", colMainID))}}},
		Items: []rel.Item{item(rel.C("l", colMainID), colOldID), item(rel.C("b", colNewID), colNewID)}})

	earlier := g.scratchObject("went_before")
	g.let(earlier, r.wentBefore())
	followed := &rel.Select{From: table(earlier, "e"), Joins: []rel.Join{
		{Kind: rel.Left, Source: rel.Source{Rel: best(r.sharesOf(earlier)), Alias: "b"}, On: []rel.Expr{rel.Eq(rel.C("b", colOldID), rel.C("e", colOldID))}},
		{Kind: rel.Left, Source: table(went, "w"), On: []rel.Expr{rel.Eq(rel.C("w", colOldID), rel.C("e", colNewID))}}},
		Items: []rel.Item{item(rel.C("e", colOldID), colOldID), item(rel.C("e", colNewID), "was_new"),
			item(rel.F(rel.Coalesce, rel.C("b", colNewID), rel.C("w", colNewID), rel.C("e", colNewID)), colNewID)}}
	changed := &rel.Select{From: rel.Source{Rel: followed, Alias: "f"}, Where: []rel.Expr{&rel.Op{Op: "<>", Args: []rel.Expr{rel.C("f", colNewID), rel.C("f", "was_new")}}},
		Items: []rel.Item{item(rel.C("f", colOldID), colOldID), item(rel.C("f", colNewID), colNewID)}}
	back := &rel.Select{From: table(r.restored, "p"), Items: []rel.Item{item(rel.C("p", colMainID), colOldID), item(rel.C("p", colMainID), colNewID)}}
	all := &rel.Select{From: table(went, "w"), Items: []rel.Item{item(rel.C("w", colOldID), colOldID), item(rel.C("w", colNewID), colNewID)}}
	g.let(r.redirects, &rel.Union{All: true, Rels: []rel.Rel{all, changed, back}})
	r.insert(IDRedirects, IDRedirectsColumns, &rel.Select{From: table(r.redirects, "p"), Items: []rel.Item{item(rel.C("p", colOldID), colOldID), item(rel.C("p", colNewID), colNewID)}})
}

// wentBefore are the ids that went, in an earlier graph, to one that is contended or lost now.
func (r *record) wentBefore() rel.Rel {
	rows := r.ofChain(IDRedirects, r.g.before())
	rows.GroupBy = []rel.Expr{sharedText("t", colOldID)}
	rows.Items = []rel.Item{item(sharedText("t", colOldID), colOldID),
		item(&rel.Agg{Fn: rel.FirstRow, Args: []rel.Expr{sharedText("t", colNewID)}, OrderBy: []rel.Order{{Expr: rel.C("t", colN), Desc: true, NullsLast: true}}}, colNewID)}
	touched := func(o rel.Object) rel.Expr {
		return &rel.InRel{X: rel.C("e", colNewID), Rel: &rel.Select{From: table(o, "x"), Items: []rel.Item{item(rel.C("x", colMainID), colMainID)}}}
	}
	return &rel.Select{From: rel.Source{Rel: rows, Alias: "e"}, Joins: []rel.Join{without("r", &rel.Table{Object: r.restored}, colMainID, rel.C("e", colOldID))},
		Where: []rel.Expr{&rel.Op{Op: "<>", Args: []rel.Expr{rel.C("e", colOldID), rel.C("e", colNewID)}}, rel.Or(touched(r.shared), touched(r.lost))},
		Items: []rel.Item{item(rel.C("e", colOldID), colOldID), item(rel.C("e", colNewID), colNewID)}}
}

// sharesOf are the main ids of the nodes that had ids last which are no more.
func (r *record) sharesOf(ids rel.Object) rel.Rel {
	had := func(joins ...rel.Join) *rel.Select {
		s := r.ofChain(IDMoves, r.g.before())
		s.Joins = append(s.Joins, joins...)
		return s
	}
	last := had(rel.Join{Kind: rel.Semi, Source: table(ids, "e"), On: []rel.Expr{rel.Eq(rel.C("e", colOldID), sharedText("t", colWas))}})
	last.GroupBy = []rel.Expr{sharedText("t", colWas)}
	last.Items = []rel.Item{item(sharedText("t", colWas), colOldID), item(&rel.Agg{Fn: rel.Max, Args: []rel.Expr{rel.C("t", colN)}}, colN)}
	nodes := had(rel.Join{Kind: rel.Inner, Source: rel.Source{Rel: last, Alias: "l"}, On: []rel.Expr{rel.Eq(rel.C("l", colOldID), sharedText("t", colWas)), rel.Eq(rel.C("l", colN), rel.C("t", colN))}})
	nodes.Items = []rel.Item{item(rel.C("l", colOldID), colOldID), item(sharedText("t", colNode), colNode), item(sharedText("t", colNodeType), colNodeType)}
	now := r.named()
	if g := r.g; g.partly() {
		old := g.ofOld(MappingSuffix, g.mappingLayers())
		now = &rel.Union{All: true, Rels: []rel.Rel{now, old.pick(func(from rel.Source) *rel.Select {
			sel := old.all(from)
			sel.Joins = []rel.Join{old.join(rel.Anti, &rel.Table{Object: g.former}, "f")}
			return sel
		})}}
	}
	main := rel.C("n", r.g.n.Entity.IDColumn)
	return &rel.Select{From: rel.Source{Rel: nodes, Alias: "h"}, Joins: []rel.Join{{Kind: rel.Inner, Source: rel.Source{Rel: now, Alias: "n"}, On: onNode("n", "h")}},
		GroupBy: []rel.Expr{rel.C("h", colOldID), main}, Items: []rel.Item{item(rel.C("h", colOldID), colOldID), item(main, colMainID), item(r.weights("h"), "weight")}}
}

// events writes what happened to ids: one event for every id that came or went, and for every two ids that nodes went between.
func (r *record) events() {
	g := r.g
	events := g.scratchObject("events")
	null := &rel.Cast{X: rel.Null(), Type: rel.Text}
	event := func(kind rel.Expr, main, other, nodes rel.Expr) []rel.Item {
		return []rel.Item{item(kind, colKind), item(main, colMainID), item(other, colOtherMain), item(nodes, colNodes)}
	}
	// A component of new nodes alone, by a new name or one that came back.
	alone := func(o rel.Object, kind string) rel.Rel {
		return &rel.Select{From: table(o, "p"), Where: []rel.Expr{&rel.IsNull{X: rel.C("d", colWas)}},
			Joins: []rel.Join{{Kind: rel.Inner, Source: table(r.loose, "d"), On: []rel.Expr{rel.Eq(rel.C("d", colLabel), rel.C("p", colLabel))}}},
			Items: event(rel.S(kind), rel.C("p", colMainID), null, rel.C("d", colNodes))}
	}
	flows := &rel.Select{From: table(r.changed, "m"), Where: []rel.Expr{rel.NotNull(rel.C("m", colMainID))}, GroupBy: []rel.Expr{rel.C("m", colWas), rel.C("m", colMainID)},
		Items: []rel.Item{item(rel.C("m", colWas), colWas), item(rel.C("m", colMainID), colMainID), item(&rel.Agg{Fn: rel.CountStar}, colNodes)}}
	known := func(alias string, o rel.Object, on ...rel.Expr) rel.Join {
		return rel.Join{Kind: rel.Left, Source: table(o, alias), On: on}
	}
	main := rel.C("f", colMainID)
	kind := &rel.Case{Else: rel.S(EventMoved), Whens: []rel.When{
		{If: rel.NotNull(rel.C("w", colOldID)), Then: rel.S(EventMerged)},
		{If: rel.NotNull(rel.C("b", colMainID)), Then: rel.S(EventSplit)},
		{If: rel.NotNull(rel.C("r", colMainID)), Then: rel.S(EventRestored)}}}
	between := &rel.Select{From: rel.Source{Rel: flows, Alias: "f"}, Joins: []rel.Join{
		known("w", r.redirects, rel.Eq(rel.C("w", colOldID), rel.C("f", colWas)), rel.Eq(rel.C("w", colNewID), main)),
		known("b", r.born, rel.Eq(rel.C("b", colMainID), main)), known("r", r.restored, rel.Eq(rel.C("r", colMainID), main))},
		Items: event(kind, main, rel.C("f", colWas), rel.C("f", colNodes))}
	retired := &rel.Select{From: table(r.redirects, "w"), Where: []rel.Expr{&rel.IsNull{X: rel.C("w", colNewID)}}, GroupBy: []rel.Expr{rel.C("w", colOldID)},
		Joins: []rel.Join{{Kind: rel.Inner, Source: table(r.gone, "m"), On: []rel.Expr{rel.Eq(rel.C("m", colWas), rel.C("w", colOldID))}}},
		Items: event(rel.S(EventRetired), rel.C("w", colOldID), null, &rel.Agg{Fn: rel.CountStar})}
	g.let(events, &rel.Union{All: true, Rels: []rel.Rel{alone(r.born, EventCreated), alone(r.restored, EventRestored), between, retired}})

	up := func(c string) rel.Order { return rel.Order{Expr: rel.C("e", c), NullsLast: true} }
	cause := CauseRows
	if g.base.Hash != g.n.Hash {
		cause = CauseDefinition
	}
	r.insert(IDEvents, IDEventsColumns, &rel.Select{From: table(events, "e"), Items: append(
		[]rel.Item{item(&rel.Win{Fn: rel.RowNumber, Over: rel.Window{OrderBy: []rel.Order{up(colMainID), up(colKind), up(colOtherMain)}}}, colNo)},
		item(rel.C("e", colKind), colKind), item(rel.C("e", colMainID), colMainID), item(rel.C("e", colOtherMain), colOtherMain), item(rel.C("e", colNodes), colNodes), item(rel.S(cause), colCause))})
}
