package project

import (
	"context"
	"slices"
	"strings"
	"time"

	"kith/internal/diag"
	"kith/internal/dialect"
	"kith/internal/identity"
	"kith/internal/material"
	"kith/internal/model"
	"kith/internal/rel"
	"kith/internal/source"
)

// IDGraph is the identity graph of an entity as it was built, open to be read a few clusters at a time.
type IDGraph struct {
	Entity *model.Entity
	// Material is the name of what was built.
	Material string
	// Literals is up to how many ids are written into a statement. Engines push a list of values through the view of edges down to
	// its tables; a join with the members they do not, and would gather the edges of all clusters first. What is read is the same.
	Literals       int
	w              *Work
	m              Moment
	mapping, edges rel.Object
}

// partOf is the name of a part of a material. Where an engine allows no name that long, it was shortened.
func (w *Work) partOf(name, suffix string) string {
	return material.Fit(name+suffix, dialect.LongestName(w.Registry.Dialect))
}

// IDMatch is an id that was found in a graph.
type IDMatch struct {
	Graph *IDGraph
	ID    ID
	// MainID is the cluster that the id is in. IsMain tells that what was looked for is this main id; ID has no type then.
	MainID string
	IsMain bool
}

// IDGraphs are the graphs that were built at a moment: of every entity, or of the one named.
func (w *Work) IDGraphs(ctx context.Context, m Moment, entity string) ([]*IDGraph, diag.List, error) {
	g, materials, diags, err := w.built(ctx, m, entity)
	if err != nil || diags.HasErrors() {
		return nil, diags, err
	}
	var out []*IDGraph
	for _, e := range g.Entities {
		if e.Stitcher == nil || entity != "" && !strings.EqualFold(entity, e.Name) {
			continue
		}
		b, ok := materials[e.Stitcher.Address.Key()]
		if !ok {
			continue
		}
		mapping, edges := w.partOf(b.Name, "_internal_mapping"), w.partOf(b.Name, "_internal_id_edges")
		if !contains(b.Objects, edges) {
			diags.Errorf(diag.WSeqNo, e.Stitcher.Span, "the graph of %s in seq no %d was built by a version of kith that kept no evidence of edges", e.Name, m.SeqNo).
				WithFix("build it again: kith run --force")
			continue
		}
		out = append(out, &IDGraph{Entity: e, Material: b.Name, Literals: literals, w: w, m: m, mapping: rel.Named(rel.Internal, mapping), edges: rel.Named(rel.Internal, edges)})
	}
	if len(out) == 0 && !diags.HasErrors() {
		diags.Errorf(diag.WSeqNo, source.Span{}, "no identity graph has been built in seq no %d", m.SeqNo).WithFix("kith run")
	}
	return out, diags, nil
}

// Find looks an id up as it is typed, then as the rules of its type would write it, then without regard to letter case; what no id
// is may be a main id. idType is "" for any.
func (g *IDGraph) Find(ctx context.Context, value, idType string) ([]IDMatch, error) {
	asked := func(found []IDMatch) []IDMatch {
		return slices.DeleteFunc(found, func(x IDMatch) bool { return idType != "" && !strings.EqualFold(x.ID.Type, idType) })
	}
	ways := []func() ([]IDMatch, error){
		func() ([]IDMatch, error) { return g.find(ctx, value, false) },
		func() ([]IDMatch, error) { return g.findNormal(ctx, value) },
		func() ([]IDMatch, error) { return g.findMain(ctx, value, false) },
		func() ([]IDMatch, error) { return g.find(ctx, value, true) },
		func() ([]IDMatch, error) { return g.findMain(ctx, value, true) },
	}
	for _, way := range ways {
		found, err := way()
		if err != nil {
			return nil, err
		}
		if found = asked(found); len(found) > 0 {
			return found, nil
		}
	}
	return nil, nil
}

// findNormal looks for what a value becomes as an id of each type that is normalised.
func (g *IDGraph) findNormal(ctx context.Context, value string) ([]IDMatch, error) {
	var out []IDMatch
	for _, t := range g.Entity.IDTypes {
		normal, ok := t.Normal(value)
		if !ok || normal == value {
			continue
		}
		found, err := g.find(ctx, normal, false)
		if err != nil {
			return nil, err
		}
		for _, x := range found {
			if strings.EqualFold(x.ID.Type, t.Name) {
				out = append(out, x)
			}
		}
	}
	return out, nil
}

func (g *IDGraph) find(ctx context.Context, value string, fold bool) ([]IDMatch, error) {
	var out []IDMatch
	q := &rel.Select{From: from(g.mapping, "m"), Where: []rel.Expr{same(rel.C("m", "node_id"), value, fold)},
		Items:   []rel.Item{col("m", "node_id"), col("m", "node_id_type"), col("m", g.Entity.IDColumn)},
		OrderBy: []rel.Order{{Expr: rel.C("m", "node_id_type")}, {Expr: rel.C("m", "node_id")}}}
	err := g.each(ctx, q, func(row []any) {
		out = append(out, IDMatch{Graph: g, ID: ID{Type: text(row[1]), Value: text(row[0])}, MainID: text(row[2])})
	})
	return out, err
}

func (g *IDGraph) findMain(ctx context.Context, value string, fold bool) ([]IDMatch, error) {
	var out []IDMatch
	main := rel.C("m", g.Entity.IDColumn)
	q := &rel.Select{From: from(g.mapping, "m"), Distinct: true, Where: []rel.Expr{same(main, value, fold)}, Items: []rel.Item{{Expr: main, As: g.Entity.IDColumn}},
		OrderBy: []rel.Order{{Expr: main}}}
	err := g.each(ctx, q, func(row []any) {
		out = append(out, IDMatch{Graph: g, ID: ID{Value: text(row[0])}, MainID: text(row[0]), IsMain: true})
	})
	return out, err
}

// same compares a column with a value, with fold without regard to letter case.
func same(x rel.Expr, value string, fold bool) rel.Expr {
	if fold {
		return rel.Eq(rel.F(rel.Lower, x), rel.F(rel.Lower, rel.S(value)))
	}
	return rel.Eq(x, rel.S(value))
}

// literals is IDGraph.Literals where nobody says otherwise.
const literals = 100_000

// Read reads clusters: their ids, the edges between them, and the edges that were dropped at their borders, with the ids at the
// other ends, whose main ids are their own clusters'.
func (g *IDGraph) Read(ctx context.Context, mains ...string) (*identity.Graph, error) {
	r := &idReader{g: g, ctx: ctx, at: map[ID]int{}, words: map[string]string{}, values: rel.Rel(&rel.Select{From: from(g.mapping, "m"),
		Where: []rel.Expr{oneOf(rel.C("m", g.Entity.IDColumn), mains)}, Items: []rel.Item{col("m", "node_id")}})}
	if err := r.members(mains); err != nil {
		return nil, err
	}
	for _, which := range []edgesOf{edgesWithin, edgesOut, edgesIn} {
		if err := r.readEdges(which); err != nil {
			return nil, err
		}
	}
	if err := r.beyond(); err != nil {
		return nil, err
	}
	return identity.New(r.nodes, r.edges), nil
}

// idReader is the work of Read. The first of nodes, as many as known says, are members of the clusters; the others are beyond.
type idReader struct {
	g      *IDGraph
	ctx    context.Context
	nodes  []identity.Node
	at     map[ID]int
	known  int
	edges  []identity.Edge
	values rel.Rel // of the members
	words  map[string]string
}

// word is a text that many rows have, kept once.
func (r *idReader) word(v any) string {
	s, _ := v.(string)
	if known, ok := r.words[s]; ok {
		return known
	}
	s = strings.Clone(s)
	r.words[s] = s
	return s
}

func (r *idReader) id(value, idType any) ID { return ID{Type: r.word(idType), Value: text(value)} }

func (r *idReader) members(mains []string) error {
	main := r.g.Entity.IDColumn
	err := r.g.each(r.ctx, &rel.Select{From: from(r.g.mapping, "m"), Where: []rel.Expr{oneOf(rel.C("m", main), mains)}, Items: []rel.Item{
		col("m", "node_id"), col("m", "node_id_type"), col("m", main), col("m", "first_seen_at")}}, func(row []any) {
		r.node(r.id(row[0], row[1]), r.word(row[2]), moment(row[3]))
	})
	r.known = len(r.nodes)
	return err
}

func (r *idReader) node(id ID, main string, seen time.Time) int {
	if i, ok := r.at[id]; ok {
		return i
	}
	r.at[id] = len(r.nodes)
	r.nodes = append(r.nodes, identity.Node{Value: id.Value, Type: id.Type, FirstSeen: seen, MainID: main})
	return len(r.nodes) - 1
}

// edgesOf are edges by which of their ends are members of the clusters.
type edgesOf int

// All edges that count are inside. Of those that lead out or in only such as were dropped are there, and an engine sees that a view
// without drops has none. Each way is a statement of its own: an engine looks both lists up while it scans, but not lists joined by OR.
const (
	edgesWithin edgesOf = iota
	edgesOut
	edgesIn
)

func (r *idReader) readEdges(which edgesOf) error {
	q := &rel.Select{From: from(r.g.edges, "e")}
	for _, c := range []string{"id1", "id1_type", "id2", "id2_type", "source", "rule", "first_seen_at", "last_seen_at", "rows", "dropped_by"} {
		q.Items = append(q.Items, col("e", c))
	}
	if which != edgesIn {
		q.Where = append(q.Where, r.isMember(rel.C("e", "id1")))
	}
	if which != edgesOut {
		q.Where = append(q.Where, r.isMember(rel.C("e", "id2")))
	}
	if which != edgesWithin {
		q.Where = append(q.Where, rel.NotNull(rel.C("e", "dropped_by")))
	}
	return r.g.each(r.ctx, q, func(row []any) {
		a, b := r.id(row[0], row[1]), r.id(row[2], row[3])
		begins, ends := r.member(a), r.member(b)
		if begins != (which != edgesIn) || ends != (which != edgesOut) { // read otherwise, or the value is that of a member of another type
			return
		}
		r.edges = append(r.edges, identity.Edge{A: r.node(a, "", time.Time{}), B: r.node(b, "", time.Time{}), Source: r.word(row[4]), Rule: r.word(row[5]),
			FirstSeen: moment(row[6]), LastSeen: moment(row[7]), Rows: whole(row[8]), DroppedBy: r.word(row[9])})
	})
}

func (r *idReader) member(id ID) bool {
	i, ok := r.at[id]
	return ok && i < r.known
}

func (r *idReader) isMember(x rel.Expr) rel.Expr {
	if r.known > r.g.Literals {
		return &rel.InRel{X: x, Rel: r.values}
	}
	values := make([]string, r.known)
	for i, n := range r.nodes[:r.known] {
		values[i] = n.Value
	}
	return oneOf(x, values)
}

// beyond finds the clusters of the ids at the other ends of dropped edges.
func (r *idReader) beyond() error {
	for rest := r.nodes[r.known:]; len(rest) > 0; {
		part := rest[:min(len(rest), max(r.g.Literals, 1))]
		rest = rest[len(part):]
		var values []string
		for _, n := range part {
			values = append(values, n.Value)
		}
		main := r.g.Entity.IDColumn
		err := r.g.each(r.ctx, &rel.Select{From: from(r.g.mapping, "m"), Where: []rel.Expr{oneOf(rel.C("m", "node_id"), values)}, Items: []rel.Item{
			col("m", "node_id"), col("m", "node_id_type"), col("m", main), col("m", "first_seen_at")}}, func(row []any) {
			if i, ok := r.at[r.id(row[0], row[1])]; ok {
				r.nodes[i].MainID, r.nodes[i].FirstSeen = r.word(row[2]), moment(row[3])
			}
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// each runs a query of ours over the graph and hands over each row, which is valid until the next.
func (g *IDGraph) each(ctx context.Context, q rel.Rel, take func(row []any)) error {
	return g.w.each(ctx, q, g.w.Registry.Dialect, g.w.Settings(g.m).Env, take)
}

func from(o rel.Object, alias string) rel.Source {
	return rel.Source{Rel: &rel.Table{Object: o}, Alias: alias}
}

func col(of, name string) rel.Item { return rel.Item{Expr: rel.C(of, name), As: name} }

// oneOf tells whether an expression has one of some values; false for none.
func oneOf(x rel.Expr, values []string) rel.Expr {
	if len(values) == 0 {
		return &rel.Lit{Value: false}
	}
	list := make([]rel.Expr, len(values))
	for i, v := range values {
		list[i] = rel.S(v)
	}
	return &rel.InList{X: x, List: list}
}

func text(v any) string {
	s, _ := v.(string)
	return strings.Clone(s) // a driver may use the memory of a row again
}

func moment(v any) time.Time {
	t, _ := v.(time.Time)
	if t.IsZero() {
		return time.Time{}
	}
	return t.UTC()
}
