package lower

import (
	"fmt"
	"strings"

	"kith/internal/model"
	"kith/internal/rel"
)

// Columns of rules, pairs of ids and audits.
const (
	colID1, colID1Type = "id1", "id1_type"
	colID2, colID2Type = "id2", "id2_type"
	colAction          = "action"
	colCreated         = "created_at"
	colA, colB         = "a", "b"
	colMost, colFound  = "max_edges", "current_count"
	colWithin          = "within"
)

// The actions of manual rules, as the program writes them.
const (
	include = "include"
	exclude = "exclude"
)

// edgeColumns name an edge.
var edgeColumns = []string{colID1, colID1Type, colID2, colID2Type}

// paired reports whether a row's ids have to be looked at pair by pair, because rules, limits or guards may take a single edge away
// or add one.
func (g *graph) paired() bool {
	return !g.n.Collator && (g.ruling() || len(g.limits) > 0 || g.decays() || g.clustered())
}

// ruling reports whether people have a say in the graph: by manual rules, or by decisions that two ids are one.
func (g *graph) ruling() bool { return g.n.Rules != nil || len(g.n.Links()) > 0 }

// readRules makes the table of what people say of the graph: the manual rules that hold, and the decisions that link two ids,
// which are included edges that no rule takes away, between included ids.
func (g *graph) readRules() {
	g.rules = g.l.part(g.out, "_internal_rules")
	var all []rel.Rel
	if g.n.Rules != nil {
		all = append(all, g.settledRules())
	}
	if links := g.n.Links(); len(links) > 0 {
		all = append(all, g.linked(links))
	}
	g.let(g.rules, united(all, nil))
}

// settledRules reads the table of manual rules once and settles which hold (modelling.md section 6.8): of rules about one id or
// one edge the latest, else the one with the action that has priority.
func (g *graph) settledRules() rel.Rel {
	read, decided := g.scratchObject("rules_read"), g.scratchObject("rules_decided")
	g.let(read, g.orderedRules())
	g.assertRules(read)
	settle := &rel.Select{From: table(read, "r")}
	for _, c := range edgeColumns {
		settle.Items = append(settle.Items, item(rel.C("r", c), c))
		settle.GroupBy = append(settle.GroupBy, rel.C("r", c))
	}
	settle.Items = append(settle.Items, item(&rel.Agg{Fn: rel.FirstRow, Args: []rel.Expr{rel.C("r", colAction)}, OrderBy: []rel.Order{
		{Expr: rel.C("r", colCreated), Desc: true, NullsLast: true},
		{Expr: rel.C("r", colAction), Desc: g.n.Rules.IncludeWins, NullsLast: true}, // "exclude" is the lesser word
	}}, colAction))
	settle.Items = append(settle.Items, item(rel.S("rule"), colRule))
	g.let(decided, settle)
	return g.withoutCollisions(decided)
}

// orderedRules are the rules of the entity with their ends in one order, whichever way they were written: an edge has none.
func (g *graph) orderedRules() rel.Rel {
	r := g.n.Rules
	rows := &rel.Select{From: rel.Source{Rel: &rel.Table{Object: userTable(r.Table, r.TableAt)}, Alias: "t"}}
	text := func(name string) rel.Expr {
		if !r.Has(name) {
			return &rel.Cast{X: rel.Null(), Type: rel.Text}
		}
		return idValue(nil, rel.C("t", name))
	}
	lower := func(name string) rel.Expr { return rel.F(rel.Lower, rel.F(rel.Trim, text(name))) }
	for _, id := range [][2]string{{colID1, colID1Type}, {colID2, colID2Type}} {
		rows.Items = append(rows.Items, item(typedID(g.n.Entity.IDTypes, text(id[0]), text(id[1])), id[0]), item(text(id[1]), id[1]))
	}
	created := rel.Expr(&rel.Cast{X: rel.Null(), Type: rel.Timestamp})
	if r.Has(colCreated) {
		created = rel.F(rel.ToTimestamp, rel.C("t", colCreated))
	}
	rows.Items = append(rows.Items, item(lower(colAction), colAction), item(created, colCreated))
	rows.Where = []rel.Expr{rel.Eq(lower("entity"), rel.S(strings.ToLower(g.n.Entity.Name)))}

	col := func(name string) rel.Expr { return rel.C("r", name) }
	less := func(a, b string) rel.Expr { return &rel.Op{Op: "<", Args: []rel.Expr{col(a), col(b)}} }
	swap := rel.Or(less(colID2Type, colID1Type), rel.And(rel.Eq(col(colID1Type), col(colID2Type)), less(colID2, colID1)))
	either := func(swapped, kept string) rel.Expr {
		return &rel.Case{Whens: []rel.When{{If: swap, Then: col(swapped)}}, Else: col(kept)}
	}
	return &rel.Select{From: rel.Source{Rel: rows, Alias: "r"}, Items: []rel.Item{
		item(either(colID2, colID1), colID1), item(either(colID2Type, colID1Type), colID1Type),
		item(either(colID1, colID2), colID2), item(either(colID1Type, colID2Type), colID2Type),
		item(col(colAction), colAction), item(col(colCreated), colCreated)}}
}

// assertRules fails the step for rules that cannot be meant: one that is passed over in silence would let people be merged
// that somebody has taken apart.
func (g *graph) assertRules(read rel.Object) {
	r := g.n.Rules
	name := r.Table[len(r.Table)-1].Name
	col := func(name string) rel.Expr { return rel.C("r", name) }
	assert := func(message, fix string, wrong ...rel.Expr) {
		g.program = append(g.program, &rel.Assert{Message: fmt.Sprintf("a rule of entity %s in %s %s", g.n.Entity.Name, name, message), Fix: fix, Span: r.TableAt,
			Query: &rel.Select{From: table(read, "r"), Items: []rel.Item{item(col(colAction), colAction)}, Where: []rel.Expr{rel.Or(wrong...)}}})
	}
	assert("has an action that is neither INCLUDE nor EXCLUDE", "correct the rule; letter case does not matter",
		&rel.IsNull{X: col(colAction)}, &rel.InList{X: col(colAction), List: []rel.Expr{rel.S(include), rel.S(exclude)}, Negate: true})
	lacks := func(a, b string) rel.Expr { return rel.And(&rel.IsNull{X: col(a)}, rel.NotNull(col(b))) }
	assert("lacks an id or the type of an id", "give the rule id1 and id1_type, and either both of id2 and id2_type or none",
		&rel.IsNull{X: col(colID1)}, &rel.IsNull{X: col(colID1Type)}, lacks(colID2, colID2Type), lacks(colID2Type, colID2))
	var types []rel.Expr
	var names []string
	for _, t := range g.n.Entity.IDTypes {
		types, names = append(types, rel.S(t.Name)), append(names, t.Name)
	}
	assert("names an id type that the entity does not have", "the id types of "+g.n.Entity.Name+" are "+strings.Join(names, ", "),
		&rel.InList{X: col(colID1Type), List: types, Negate: true}, &rel.InList{X: col(colID2Type), List: types, Negate: true})
	assert("links an id to itself", "leave id2 and id2_type empty for a rule about one id",
		rel.And(rel.Eq(col(colID1), col(colID2)), rel.Eq(col(colID1Type), col(colID2Type))))
	if g.n.Collator {
		assert("links two ids, and nothing else links ids of this entity", "give the entity an id_stitcher over more than one id type, or take the rule away",
			rel.And(rel.Eq(col(colAction), rel.S(include)), rel.NotNull(col(colID2))))
	}
}

// withoutCollisions are the settled rules that hold. An edge to an id that is excluded is a contradiction: with priority
// exclude the edge is not added; with priority include it is, and brings the id back with that edge alone.
func (g *graph) withoutCollisions(decided rel.Object) rel.Rel {
	all := func(joins []rel.Join, where ...rel.Expr) *rel.Select {
		return &rel.Select{From: table(decided, "d"), Joins: joins, Where: where, Items: []rel.Item{star("d")}}
	}
	if g.n.Rules.IncludeWins {
		return all(nil)
	}
	d := func(name string) rel.Expr { return rel.C("d", name) }
	gone := func(alias, id, idType string) rel.Join {
		return rel.Join{Kind: rel.Anti, Source: rel.Source{Rel: excludedIDs(decided), Alias: alias},
			On: []rel.Expr{rel.Eq(rel.C(alias, colNode), d(id)), rel.Eq(rel.C(alias, colNodeType), d(idType))}}
	}
	return &rel.Union{All: true, Rels: []rel.Rel{
		all(nil, rel.Or(rel.Eq(d(colAction), rel.S(exclude)), &rel.IsNull{X: d(colID2)})),
		all([]rel.Join{gone("x", colID1, colID1Type), gone("y", colID2, colID2Type)}, rel.Eq(d(colAction), rel.S(include)), rel.NotNull(d(colID2)))}}
}

func excludedIDs(rules rel.Object) rel.Rel {
	return &rel.Select{From: table(rules, "r"), Where: idRules(exclude),
		Items: []rel.Item{item(rel.C("r", colID1), colNode), item(rel.C("r", colID1Type), colNodeType)}}
}

// idRules and edgeRules are the conditions, over alias r, of rules about one id and of rules about an edge.
func idRules(action string) []rel.Expr {
	return []rel.Expr{rel.Eq(rel.C("r", colAction), rel.S(action)), &rel.IsNull{X: rel.C("r", colID2)}}
}

func edgeRules(action string) []rel.Expr {
	return []rel.Expr{rel.Eq(rel.C("r", colAction), rel.S(action)), rel.NotNull(rel.C("r", colID2))}
}

// ruledIDs are the ids of a type that rules include or exclude.
func (g *graph) ruledIDs(action string, t *model.IDType) rel.Rel {
	return &rel.Select{From: table(g.rules, "r"), Items: []rel.Item{item(rel.C("r", colID1), "value")},
		Where: append(idRules(action), rel.Eq(rel.C("r", colID1Type), rel.S(t.Name)))}
}

// ruled is the condition that an id stays, given that of the filters (nil for none): an included id is exempt from filters,
// an excluded one goes.
func (g *graph) ruled(passes rel.Expr, t *model.IDType, id rel.Expr) rel.Expr {
	if !g.ruling() {
		return passes
	}
	if passes != nil {
		passes = rel.Or(passes, &rel.InRel{X: id, Rel: g.ruledIDs(include, t)})
	}
	return rel.And(passes, &rel.InRel{X: id, Rel: g.ruledIDs(exclude, t), Negate: true})
}

// includedIDs are the ids of a type that rules bring into the graph, on rows or not: included ones, and the ends of included edges.
func (g *graph) includedIDs(of string) []rel.Rel {
	pick := func(id, idType string, where []rel.Expr) rel.Rel {
		return &rel.Select{From: table(g.rules, "r"), Where: append([]rel.Expr{rel.Eq(rel.C("r", idType), rel.S(of))}, where...), Items: []rel.Item{
			item(rel.C("r", id), colNode), item(&rel.Cast{X: rel.Null(), Type: rel.Timestamp}, colFirstSeen)}}
	}
	return []rel.Rel{
		pick(colID1, colID1Type, []rel.Expr{rel.Eq(rel.C("r", colAction), rel.S(include))}),
		pick(colID2, colID2Type, edgeRules(include)),
	}
}

// ruleKeys are the edges of rules as pairs of keys, the smaller first.
func (g *graph) ruleKeys(action string, seed rel.Object) rel.Rel {
	key := func(id, idType string) rel.Expr { return nodeKey(rel.C("r", id), rel.C("r", idType), seed) }
	a, b := key(colID1, colID1Type), key(colID2, colID2Type)
	return &rel.Select{From: table(g.rules, "r"), Where: edgeRules(action), Items: []rel.Item{
		item(rel.F(rel.Least, a, b), colA), item(rel.F(rel.Greatest, a, b), colB)}}
}
