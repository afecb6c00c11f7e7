package lower

import (
	"slices"

	"kith/internal/model"
	"kith/internal/rel"
)

// Names of columns and objects of the graph.
const (
	colNode      = "node_id"
	colNodeType  = "node_id_type"
	colFirstSeen = "first_seen_at"
	colValidAt   = "valid_at"
	colKey       = "key"
	colLabel     = "label"
	colOther     = "other_id"
	colOtherType = "other_id_type"
)

// graph is the work on one stitcher.
type graph struct {
	l       *lowering
	n       *model.Stitcher
	out     rel.Object
	program rel.Program
	scratch []rel.Object
	tuples  []tuples
	limits  []model.Limit
	// base is the graph whose ids this one carries on, nil for a first one.
	base *Base
	// old is the base where the graph begins with it instead of anew; readings are how sources are read then, readTo how far they are.
	old      *Base
	readings []reading
	readTo   rel.Object
	// former are the rows of old's mapping that may not be as they were; layers are the objects that consist of two tables.
	former rel.Object
	layers []Layer
	// rules are the manual rules that hold, when the graph has any; audit is what limits took away, when it has any.
	rules, audit rel.Object
	// dropped are the edges of rows that do not count, where anything may drop one; refused those among them that guards of
	// clusters refused, as pairs of keys.
	dropped, refused rel.Object
	// forbidden are pairs of keys that may never come together, (a, b, no); nil for none.
	forbidden *rel.Object
	// links are the pairs of keys to solve over; nil when the tuples tell all.
	links *rel.Object
}

// stitcher makes the identity graph: manual rules, tuples of ids, nodes, links where rules or limits ask for them, components,
// names of components, mapping.
func (l *lowering) stitcher(n *model.Stitcher) {
	g := &graph{l: l, n: n, out: l.objectOf(n), limits: n.Entity.Limits()}
	g.base = g.findBase()
	g.begin()
	if g.ruling() {
		g.readRules()
	}
	if !n.Collator {
		g.readTo = g.l.part(g.out, MarksSuffix)
		g.mark()
	}
	for i, es := range n.Sources {
		if usable(es.From) {
			g.readTuples(i, es)
		}
	}
	mapping := g.l.part(g.out, MappingSuffix)
	edges, idEdges := g.l.part(g.out, "_internal_edges"), g.l.part(g.out, "_internal_id_edges")
	extra := []rel.Object{mapping, edges, idEdges}
	if len(g.limits) > 0 {
		g.audit = g.l.part(g.out, AuditSuffix(n))
		extra = append(extra, g.audit)
	}
	if g.paired() {
		g.dropped = g.l.part(g.out, "_internal_dropped")
		extra = append(extra, g.dropped)
	}
	if n.Collator {
		g.let(mapping, g.collate())
		if len(g.limits) > 0 { // no id stands beside another
			g.let(g.audit, &rel.Values{Columns: auditColumns})
		}
	} else {
		named, restore := mapping, func() {}
		if g.partly() {
			named, restore = g.scratchObject("solved"), g.touch()
		}
		nodes, seed, labels := g.scratchObject("nodes"), g.scratchObject("seed"), g.scratchObject("labels")
		g.hashNodes(nodes, seed)
		if g.paired() {
			g.link(nodes, seed)
		}
		g.solve(nodes, seed, labels)
		extra = append(extra, g.name(nodes, labels, named), g.readTo)
		if restore(); g.partly() {
			g.renew(mapping, named)
		}
		delta := g.l.part(g.out, "_internal_id_clusters_delta")
		extra = append(extra, delta)
		g.program = append(g.program, &rel.Let{Out: delta, Kind: rel.MakeView, Body: g.clustersDelta()})
	}
	g.program = append(g.program,
		&rel.Let{Out: edges, Kind: rel.MakeView, Body: g.edges()},
		&rel.Let{Out: idEdges, Kind: rel.MakeView, Body: g.idEdges()},
		&rel.Let{Out: g.out, Kind: letKind(n.Output), Body: g.published(mapping)})
	var kept []rel.Object // the view of edges reads them
	for _, t := range g.tuples {
		kept = append(kept, t.object)
	}
	for _, y := range g.layers {
		kept = append(kept, rel.Named(rel.Internal, y.Delta))
	}
	if g.ruling() {
		kept = append(kept, g.rules)
	}
	title := "identity graph of " + n.Entity.Name
	typ := "id_stitcher"
	if n.Collator {
		typ = "id_collator"
	}
	for _, o := range g.scratch {
		g.program = append(g.program, &rel.Drop{Object: o})
	}
	l.add(&Step{Addr: n.Address, Title: title, Node: n, Hash: n.Hash, Out: g.out, Extra: extra, Counted: mapping, Kept: kept,
		Type: typ, Program: g.program, Span: n.Span, Scratch: g.scratch, MainID: n.Entity.IDColumn, AsOf: g.asOf(), Extends: g.old, Layers: g.layers, Reading: g.reading()}, n.Grain)
	if n.Entity.Stitcher == n {
		l.publish(&Published{Name: n.Name, Step: n.Address, From: g.out, Entity: n.Entity, Kind: "graph", Span: n.Span})
	} else {
		l.publish(&Published{Name: n.Name, Step: n.Address, From: g.out, Kind: "graph", Span: n.Span})
	}
	if name := n.AuditName(); name != "" {
		l.publish(&Published{Name: name, Step: n.Address, From: g.audit, Entity: n.Entity, Kind: "audit", Part: true, Span: n.Span})
	}
}

func letKind(o model.OutputType) rel.LetKind {
	if o == model.AsTable {
		return rel.MakeTable
	}
	return rel.MakeView
}

func (g *graph) scratchObject(name string) rel.Object {
	o := g.l.part(g.out, "_internal_"+name)
	o.Space = rel.Scratch
	if !slices.ContainsFunc(g.scratch, func(other rel.Object) bool { return other.Key() == o.Key() }) { // a graph may be solved twice
		g.scratch = append(g.scratch, o)
	}
	return o
}

func (g *graph) let(out rel.Object, body rel.Rel) {
	g.program = append(g.program, &rel.Let{Out: out, Kind: rel.MakeTable, Body: body})
}

// filtered is the id when it passes every filter of its type and no rule says otherwise, else NULL.
func (g *graph) filtered(t *model.IDType, id rel.Expr) rel.Expr {
	var conds []rel.Expr
	for _, f := range t.Filters {
		var c rel.Expr
		switch f.Kind {
		case model.ByValue:
			c = isAny(id, []string{f.Text}, t)
		case model.ByRegex:
			c = rel.F(rel.RegexFullMatch, id, rel.S(f.Text))
		case model.ByValues:
			c = isAny(id, f.Values, t)
		case model.ByPlaceholder:
			word := rel.F(rel.Lower, rel.F(rel.Trim, id))
			c = rel.Or(inTexts(word, f.Values), rel.F(rel.RegexFullMatch, word, rel.S(f.Text)))
		case model.BySQL:
			if f.Set == nil || f.Set.Select == nil {
				continue
			}
			c = &rel.InRel{X: id, Rel: g.l.idSet(f.Set, t)}
		}
		if f.Exclude {
			c = &rel.Not{X: c}
		}
		conds = append(conds, c)
	}
	stays := g.ruled(rel.And(conds...), t, id)
	if stays == nil {
		return id
	}
	return &rel.Case{Whens: []rel.When{{If: stays, Then: id}}}
}

// inTexts tests membership in some texts.
func inTexts(x rel.Expr, texts []string) rel.Expr {
	in := &rel.InList{X: x}
	for _, t := range texts {
		in.List = append(in.List, rel.S(t))
	}
	return in
}

// valueSet is the single column of a {select, from, where}; asText casts it, as ids are texts.
func (l *lowering) valueSet(s *model.ValueSet, asText bool) rel.Rel {
	var x rel.Expr = l.user(s.Select, s.From, "s")
	if asText {
		x = &rel.Cast{X: x, Type: rel.Text}
	}
	from := l
	if !s.At.IsZero() {
		from = l.when(s.At.At(l.ctx.EndTime))
	}
	sel := &rel.Select{From: table(from.objectOf(s.From), "s"), Items: []rel.Item{item(x, "value")}}
	if s.Where != nil {
		sel.Where = []rel.Expr{l.user(s.Where, s.From, "s")}
	}
	return sel
}

// nodes are the distinct ids of all tuples, and of rules. key computes a node's hash; nil for none. Ids of each type are grouped on
// their own: half of the time goes into telling texts apart, and so it is done with the value alone.
func (g *graph) nodes(key func(value, idType rel.Expr) rel.Expr) rel.Rel {
	of := map[*model.IDType][]rel.Rel{}
	var types []*model.IDType
	for _, t := range g.tuples {
		for i, id := range t.ids {
			if of[id.Type] == nil {
				types = append(types, id.Type)
			}
			of[id.Type] = append(of[id.Type], &rel.Select{From: table(t.object, "t"), Where: []rel.Expr{rel.NotNull(rel.C("t", idCol(i)))},
				Items: []rel.Item{item(rel.C("t", idCol(i)), colNode), item(rel.C("t", colFirstSeen), colFirstSeen)}})
		}
	}
	if g.ruling() {
		for _, t := range g.n.Entity.IDTypes {
			if of[t] == nil {
				types = append(types, t)
			}
			of[t] = append(of[t], g.includedIDs(t.Name)...)
		}
	}
	var all []rel.Rel
	for _, t := range types {
		name := rel.S(t.Name)
		sel := &rel.Select{From: rel.Source{Rel: united(of[t], nil), Alias: "n"}, GroupBy: []rel.Expr{rel.C("n", colNode)},
			Items: []rel.Item{item(rel.C("n", colNode), colNode), item(name, colNodeType), item(&rel.Agg{Fn: rel.Min, Args: []rel.Expr{rel.C("n", colFirstSeen)}}, colFirstSeen)}}
		if key != nil {
			sel.Items = append(sel.Items, item(key(rel.C("n", colNode), name), colKey))
		}
		all = append(all, sel)
	}
	columns := []rel.Column{{Name: colNode, Type: rel.Text}, {Name: colNodeType, Type: rel.Text}, {Name: colFirstSeen, Type: rel.Timestamp}}
	if key != nil {
		columns = append(columns, rel.Column{Name: colKey, Type: rel.BigInt})
	}
	return united(all, columns)
}

// nodeKey is the 64-bit hash that stands for a node inside the solver.
func nodeKey(value, idType rel.Expr, seed rel.Object) rel.Expr {
	return rel.F(rel.Hash64, rel.F(rel.Concat, idType, rel.S(":"), value), &rel.Scalar{Rel: &rel.Select{
		From: table(seed, "seed"), Items: []rel.Item{item(rel.C("seed", "seed"), "seed")}}})
}

// hashNodes keeps the nodes with their hashes. Two ids with one hash would be merged silently, so the loop goes on with
// another seed until there are as many hashes as ids.
func (g *graph) hashNodes(nodes, seed rel.Object) {
	bumped := &rel.Op{Op: "+", Args: []rel.Expr{rel.C("seed", "seed"), rel.I(1)}}
	g.let(seed, &rel.Values{Columns: []rel.Column{{Name: "seed", Type: rel.BigInt}}, Rows: [][]rel.Expr{{rel.I(-1)}}})
	count := func(distinct bool) rel.Expr {
		if !distinct {
			return &rel.Agg{Fn: rel.CountStar}
		}
		return &rel.Agg{Fn: rel.Count, Args: []rel.Expr{rel.C("n", colKey)}, Distinct: true}
	}
	g.program = append(g.program, &rel.Loop{Name: "hash seed", Max: 16,
		Body: rel.Program{
			&rel.Let{Out: seed, Kind: rel.MakeTable, Body: &rel.Select{From: table(seed, "seed"), Items: []rel.Item{item(bumped, "seed")}}},
			&rel.Let{Out: nodes, Kind: rel.MakeTable, Body: g.nodes(func(v, t rel.Expr) rel.Expr { return nodeKey(v, t, seed) })},
		},
		Until: &rel.Select{From: table(nodes, "n"), Items: []rel.Item{item(rel.Eq(count(false), count(true)), "done")}}})
}

// collate maps every id of an entity without edges to itself (modelling.md section 6.7).
func (g *graph) collate() rel.Rel {
	return &rel.Select{From: rel.Source{Rel: g.nodes(nil), Alias: "n"}, Items: []rel.Item{
		item(rel.C("n", colNode), colNode), item(rel.C("n", colNodeType), colNodeType),
		item(rel.C("n", colNode), g.n.Entity.IDColumn),
		item(rel.C("n", colFirstSeen), colValidAt), item(rel.C("n", colFirstSeen), colFirstSeen)}}
}

// edges are all pairs of ids that stood on one row, the pair of an id with itself included, with the earliest known time
// and the smaller rid of the two ends; less what rules and limits take away, and what rules add. It is a view: users look at it when they hunt a bad merge, no run needs it.
func (g *graph) edges() rel.Rel {
	u := &rel.Union{All: true}
	for _, t := range g.tuples {
		for i := range t.ids {
			for j := i; j < len(t.ids); j++ {
				where := []rel.Expr{rel.NotNull(rel.C("t", idCol(i)))}
				if j != i {
					where = append(where, rel.NotNull(rel.C("t", idCol(j))))
				}
				u.Rels = append(u.Rels, &rel.Select{From: table(t.object, "t"), Where: where, Items: []rel.Item{
					item(rel.C("t", idCol(i)), "id1"), item(rel.S(t.ids[i].Type.Name), "id1_type"),
					item(rel.C("t", idCol(j)), "id2"), item(rel.S(t.ids[j].Type.Name), "id2_type"),
					item(rel.C("t", colFirstSeen), colValidAt)}})
			}
		}
	}
	sel := &rel.Select{From: rel.Source{Rel: g.edgesLeft(u), Alias: "e"}}
	for _, c := range edgeColumns {
		sel.Items = append(sel.Items, item(rel.C("e", c), c))
		sel.GroupBy = append(sel.GroupBy, rel.C("e", c))
	}
	var main rel.Expr = rel.C("e", "id1")
	if !g.n.Collator {
		main = rel.F(rel.Least, rid(rel.C("e", "id1"), rel.C("e", "id1_type")), rid(rel.C("e", "id2"), rel.C("e", "id2_type")))
	}
	sel.Items = append(sel.Items, item(main, g.n.Entity.IDColumn),
		item(&rel.Agg{Fn: rel.Min, Args: []rel.Expr{rel.C("e", colValidAt)}}, colValidAt))
	return sel
}

// published is the graph as people read it (observed.md section 5.1).
func (g *graph) published(mapping rel.Object) rel.Rel {
	id := g.n.Entity.IDColumn
	return &rel.Select{From: table(mapping, "m"), Items: []rel.Item{
		item(rel.C("m", id), id), item(rel.C("m", colNode), colOther), item(rel.C("m", colNodeType), colOtherType),
		item(rel.C("m", colValidAt), colValidAt), item(rel.C("m", colFirstSeen), colFirstSeen)}}
}
