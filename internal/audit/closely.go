package audit

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"kith/internal/identity"
	"kith/internal/rel"
)

// Bounds of what is looked at closely.
const (
	// mostIDs is how many ids the clusters may have together that are taken apart in the process. An id takes about 150 bytes, most of
	// it for its pairs.
	mostIDs = 10_000_000
	// lookedAt is how many of the largest clusters are taken apart, and how many ids of a type above its limit.
	lookedAt = 100
	// bridgesShown is how many bridging ids of a cluster are told.
	bridgesShown = 5
	// hubsShown is how many ids with many neighbours of a cluster are told.
	hubsShown = 10
)

// node is an id of the graph with what is known of it.
type node struct {
	id     ID
	key    int64 // stands for it among pairs
	mainID string
	degree int64
}

// key stands for an id among the pairs that are read: a hash, so that strings need not leave the warehouse.
func key(value, typ rel.Expr) rel.Expr {
	return rel.F(rel.Hash64, rel.F(rel.Concat, typ, rel.S(":"), value), rel.I(0))
}

// crowded are the ids whose degree is above the limit of their type, of each type those of the highest degree.
func (a *auditor) crowded(ctx context.Context) ([]node, error) {
	n := func(name string) rel.Expr { return rel.C("n", name) }
	var above []rel.Expr
	for _, d := range a.out.Degrees {
		if d.Above > 0 {
			above = append(above, rel.And(rel.Eq(n("node_type"), rel.S(d.Type)), op(">", n("degree"), rel.I(d.Limit))))
		}
	}
	if len(above) == 0 {
		return nil, nil
	}
	place := &rel.Win{Fn: rel.RowNumber, Over: rel.Window{PartitionBy: []rel.Expr{n("node_type")},
		OrderBy: []rel.Order{{Expr: n("degree"), Desc: true, NullsLast: true}, {Expr: n("node"), NullsLast: true}}}}
	numbered := &rel.Select{From: from(a.neighbours(), "n"), Where: []rel.Expr{rel.Or(above...)}, Items: []rel.Item{
		item(n("node"), "node"), item(n("node_type"), "node_type"), item(n("degree"), "degree"), item(place, "place")}}
	q := a.named(numbered, "node", "node_type", "degree")
	q.Where = append(q.Where, op("<=", rel.C("x", "place"), rel.I(lookedAt)))
	return a.nodes(ctx, q)
}

// named joins ids of a relation with the mapping. Its columns are type, value, key, main id, and the further ones of the relation.
func (a *auditor) named(ids rel.Rel, value, typ string, more ...string) *rel.Select {
	m := func(name string) rel.Expr { return rel.C("m", name) }
	q := &rel.Select{From: from(ids, "x"), Joins: []rel.Join{{Kind: rel.Inner, Source: table(a.g.Parts.Mapping, "m"),
		On: []rel.Expr{rel.Eq(m("node_id"), rel.C("x", value)), rel.Eq(m("node_id_type"), rel.C("x", typ))}}},
		Items: []rel.Item{item(m("node_id_type"), "id_type"), item(m("node_id"), "id_value"), item(key(m("node_id"), m("node_id_type")), "key"), item(m(a.idColumn()), "main_id")}}
	for _, c := range more {
		q.Items = append(q.Items, item(rel.C("x", c), c))
	}
	return q
}

func (a *auditor) idColumn() string { return a.g.Stitcher.Entity.IDColumn }

// nodes reads what named gives, the degree last, if it is there.
func (a *auditor) nodes(ctx context.Context, q rel.Rel) ([]node, error) {
	rows, err := a.w.Rows(ctx, q)
	if err != nil {
		return nil, err
	}
	var out []node
	for _, r := range rows {
		r := row(r)
		n := node{id: ID{r.text(0), r.text(1)}, key: r.int(2), mainID: r.text(3)}
		if len(r) > 4 {
			n.degree = r.int(4)
		}
		out = append(out, n)
	}
	slices.SortFunc(out, func(x, y node) int { return compareIDs(x.id, y.id) })
	return out, nil
}

func compareIDs(x, y ID) int {
	return cmp.Or(cmp.Compare(x.Type, y.Type), cmp.Compare(x.Value, y.Value))
}

// clusters reads the size and the mix of types of clusters: of those of some main ids, or with none of the largest.
func (a *auditor) clusters(ctx context.Context, mains []string, limit int64) ([]*Cluster, error) {
	m := func(name string) rel.Expr { return rel.C("m", name) }
	q := &rel.Select{From: table(a.g.Parts.Mapping, "m"), GroupBy: []rel.Expr{m(a.idColumn())}, Limit: limit,
		OrderBy: []rel.Order{{Expr: count(), Desc: true, NullsLast: true}, {Expr: m(a.idColumn()), NullsLast: true}},
		Items:   []rel.Item{item(m(a.idColumn()), "main_id"), item(count(), "ids")}}
	if mains != nil {
		q.Where = []rel.Expr{in(m(a.idColumn()), mains)}
	}
	for i, t := range a.types {
		q.Items = append(q.Items, item(&rel.Agg{Fn: rel.CountStar, Filter: rel.Eq(m("node_id_type"), rel.S(t))}, fmt.Sprintf("type_%d", i)))
	}
	rows, err := a.w.Rows(ctx, q)
	if err != nil {
		return nil, err
	}
	var out []*Cluster
	for _, r := range rows {
		r := row(r)
		c := &Cluster{MainID: r.text(0), IDs: r.int(1), Types: []TypeNum{}, Bridges: []Bridge{}, Hubs: []Bridge{}}
		for i, t := range a.types {
			if n := r.int(2 + i); n > 0 {
				c.Types = append(c.Types, TypeNum{t, n})
			}
		}
		out = append(out, c)
	}
	slices.SortFunc(out, func(x, y *Cluster) int { return cmp.Or(cmp.Compare(y.IDs, x.IDs), cmp.Compare(x.MainID, y.MainID)) })
	return out, nil
}

// closely is the shape of the clusters that are looked at.
type closely struct {
	*identity.Shape
	numbers
	// points are the nodes without which their cluster falls apart, by number.
	points map[int32]identity.Point
	// best are for each cluster, by its root, the points that would part most ids from the rest, in that order.
	best map[int32][]int32
	// hubs are for each cluster, by its root, the ids that stand beside the most others.
	hubs map[int32][]int32
}

// apart reads the pairs of clusters and finds out what holds them together.
func (a *auditor) apart(ctx context.Context, mains []string) (*closely, error) {
	c := &closely{points: map[int32]identity.Point{}, best: map[int32][]int32{}}
	e, m := func(name string) rel.Expr { return rel.C("e", name) }, func(name string) rel.Expr { return rel.C("m", name) }
	q := &rel.Select{From: table(a.g.Parts.IDEdges, "e"), Where: append(counting(), in(m(a.idColumn()), mains)),
		Joins: []rel.Join{{Kind: rel.Inner, Source: table(a.g.Parts.Mapping, "m"), On: []rel.Expr{rel.Eq(m("node_id"), e("id1")), rel.Eq(m("node_id_type"), e("id1_type"))}}},
		Items: []rel.Item{item(key(e("id1"), e("id1_type")), "a"), item(key(e("id2"), e("id2_type")), "b")}}
	var from, to []int32
	if len(mains) > 0 {
		if err := a.w.Pairs(ctx, q, func(x, y []int64) {
			for i := range x {
				from, to = append(from, c.of(x[i])), append(to, c.of(y[i]))
			}
		}); err != nil {
			return nil, err
		}
	}
	rank := c.arrange()
	for i := range from {
		from[i], to[i] = rank[from[i]], rank[to[i]]
	}
	c.Shape = identity.NewShape(len(c.keys), from, to)
	c.hubs = c.Hubs(hubsShown)
	for _, p := range c.Points() {
		v := int32(p.Node)
		c.points[v] = p
		c.best[c.Root(v)] = append(c.best[c.Root(v)], v)
	}
	for r := range c.best {
		slices.SortFunc(c.best[r], func(v, w int32) int {
			return cmp.Or(cmp.Compare(c.separated(w), c.separated(v)), cmp.Compare(c.Degree(w), c.Degree(v)), cmp.Compare(c.keys[v], c.keys[w]))
		})
	}
	return c, nil
}

// separated is how many ids would no longer be with the largest part if a node were gone.
func (c *closely) separated(v int32) int64 {
	p, ok := c.points[v]
	if !ok {
		return 0
	}
	return c.Size(v) - 1 - int64(p.Parts[0])
}

// parts are the sizes of what the cluster of a node would fall into.
func (c *closely) parts(v int32) identity.Sizes {
	counts := map[int64]int64{}
	p, ok := c.points[v]
	if !ok {
		p.Parts = []int{int(c.Size(v)) - 1}
	}
	for _, n := range p.Parts {
		counts[int64(n)]++
	}
	return identity.SizesOf(counts)
}

// joining are the points that join two parts which are both large, whatever their degree: the second largest part has at least
// least ids. Of many, those that would part most ids from the rest.
func (c *closely) joining(least int64, most int) []int32 {
	var out []int32
	for v, p := range c.points {
		if len(p.Parts) > 1 && int64(p.Parts[1]) >= least {
			out = append(out, v)
		}
	}
	slices.SortFunc(out, func(v, w int32) int {
		return cmp.Or(cmp.Compare(c.separated(w), c.separated(v)), cmp.Compare(c.keys[v], c.keys[w]))
	})
	return out[:min(len(out), most)]
}

// decode reads the ids of numbers.
func (a *auditor) decode(ctx context.Context, c *closely, numbers []int32, mains []string) (map[int32]node, error) {
	out := map[int32]node{}
	if len(numbers) == 0 {
		return out, nil
	}
	m := func(name string) rel.Expr { return rel.C("m", name) }
	keys := &rel.InList{X: rel.C("k", "key")}
	for _, v := range numbers {
		keys.List = append(keys.List, rel.I(c.keys[v]))
	}
	ids := &rel.Select{From: table(a.g.Parts.Mapping, "m"), Where: []rel.Expr{in(m(a.idColumn()), mains)}, Items: []rel.Item{
		item(m("node_id_type"), "id_type"), item(m("node_id"), "id_value"), item(key(m("node_id"), m("node_id_type")), "key"), item(m(a.idColumn()), "main_id")}}
	found, err := a.nodes(ctx, &rel.Select{From: from(ids, "k"), Where: []rel.Expr{keys}, Items: []rel.Item{{Star: true, Of: "k"}}})
	for _, n := range found {
		v, _ := c.find(n.key)
		n.degree = c.Degree(v)
		out[v] = n
	}
	return out, err
}
