package project

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"kith/internal/diag"
	"kith/internal/identity"
)

// Cluster says what a cluster is made of and what holds it together. It holds values of rows, which the user asked for.
type Cluster struct {
	Entity string `json:"entity"`
	SeqNo  int64  `json:"seqNo"`
	MainID string `json:"mainId"`
	// IDs, Pairs and Rows are the numbers of ids, of pairs of ids that edges which count join, and of rows that say so.
	IDs     int             `json:"ids"`
	Pairs   int             `json:"pairs"`
	Rows    int64           `json:"rows"`
	Types   []ClusterType   `json:"types"`
	Sources []ClusterSource `json:"sources"`
	// Members are the ids by type and value.
	Members Some[ID] `json:"members"`
	// Bridges are the pairs that alone hold two parts of several ids together, those with the largest lesser part first. Hanging
	// is how many ids hang on a single pair each.
	Bridges Some[ClusterBridge] `json:"bridges"`
	Hanging int                 `json:"hangingIds"`
	// Points are the ids without which parts of several ids would come apart, those that hold most first.
	Points Some[ClusterPoint] `json:"articulationIds"`
	// Dropped are the edges at its ids that do not count.
	Dropped Some[ClusterDropped] `json:"dropped"`
	// Suggestion is where to cut should it be two by mistake.
	Suggestion *ClusterCut `json:"suggestion"`
	// Graph has the cluster and the ids that dropped edges lead to; Cut are the places of the edges of the suggestion, Asked is that of
	// the id that was asked for, -1 for the main id.
	Graph *identity.Graph `json:"-"`
	Cut   []int           `json:"-"`
	Asked int             `json:"-"`
}

// Some are the first of a list and how many there are in all.
type Some[T any] struct {
	Total int `json:"total"`
	First []T `json:"first"`
}

// some takes the first of a list, all when most is 0.
func some[T any](list []T, most int) Some[T] {
	out := Some[T]{len(list), []T{}}
	if most > 0 && len(list) > most {
		list = list[:most]
	}
	out.First = append(out.First, list...)
	return out
}

// ClusterType are the ids of one type.
type ClusterType struct {
	Type string `json:"type"`
	IDs  int    `json:"ids"`
	// FirstSeen and LastNew are when the first and the newest of them was seen first, nil where that is not known.
	FirstSeen *time.Time `json:"firstSeen"`
	LastNew   *time.Time `json:"lastNew"`
}

// ClusterSource is what one source adds.
type ClusterSource struct {
	Source    string     `json:"source"`
	Pairs     int        `json:"pairs"`
	Rows      int64      `json:"rows"`
	FirstSeen *time.Time `json:"firstSeen"`
	LastSeen  *time.Time `json:"lastSeen"`
}

// ClusterBridge is a pair without which the cluster falls into parts of so many ids on the sides of From and To.
type ClusterBridge struct {
	IDPair
	Sides [2]int `json:"sides"`
}

// ClusterPoint is an id without which the cluster falls into parts of so many ids, the largest first.
type ClusterPoint struct {
	ID
	Parts Some[int] `json:"parts"`
}

// ClusterDropped are two ids with edges that do not count. MainID is the cluster of To, "" when it is this one.
type ClusterDropped struct {
	IDPair
	MainID string `json:"mainId,omitempty"`
}

// ClusterCut takes edges away so that two parts are left.
type ClusterCut struct {
	// Pairs are what is cut, Rows the rows that speak for it.
	Pairs Some[IDPair] `json:"pairs"`
	Rows  int64        `json:"rows"`
	// Held is how many rows hold the part together that has fewer.
	Held  int64             `json:"heldRows"`
	Parts [2]ClusterCutPart `json:"parts"`
}

// ClusterCutPart is what a cut leaves on one side.
type ClusterCutPart struct {
	IDs   int           `json:"ids"`
	Types []ClusterType `json:"types"`
}

// mostParts is how many parts of an articulation point are listed.
const mostParts = 6

// ExplainCluster says what the cluster of an id is made of in the graph that was built at a moment. Lists have at most most entries,
// all when it is 0.
func (w *Work) ExplainCluster(ctx context.Context, m Moment, entity string, id IDQuery, most int) (*Cluster, diag.List, error) {
	found, diags, err := w.FindIDs(ctx, m, entity, id)
	if err != nil || diags.HasErrors() {
		return nil, diags, err
	}
	x := found[0]
	g, err := x.Graph.Read(ctx, x.MainID)
	if err != nil {
		return nil, nil, err
	}
	c := DescribeCluster(g, x.MainID, most)
	c.Entity, c.SeqNo, c.Asked = x.Graph.Entity.Name, m.SeqNo, g.Find(x.ID.Value, x.ID.Type)
	return c, diags, nil
}

// DescribeCluster says what a cluster of a graph is made of; see ExplainCluster. Entity and seq no are for the caller to fill in.
func DescribeCluster(g *identity.Graph, main string, most int) *Cluster {
	c := &Cluster{MainID: main, Graph: g, Asked: -1, Sources: []ClusterSource{}}
	c.describe(most)
	return c
}

func (c *Cluster) describe(most int) {
	var members []int
	for i, n := range c.Graph.Nodes {
		if n.MainID == c.MainID {
			members = append(members, i)
		}
	}
	c.IDs, c.Types = len(members), typesOf(c.Graph, members)
	var ids []ID
	for _, i := range members {
		ids = append(ids, idOf(c.Graph.Nodes[i]))
	}
	c.Members = some(ids, most)
	c.sources()
	c.weak(most)
	c.dropped(most)
	if len(members) > 0 {
		c.suggest(members, most)
	}
}

func typesOf(g *identity.Graph, members []int) []ClusterType {
	at := map[string]int{}
	var out []ClusterType
	for _, i := range members { // in order of type
		n := g.Nodes[i]
		k, ok := at[n.Type]
		if !ok {
			k = len(out)
			at[n.Type] = k
			out = append(out, ClusterType{Type: n.Type})
		}
		t := &out[k]
		t.IDs++
		t.FirstSeen, t.LastNew = earlier(t.FirstSeen, n.FirstSeen), later(t.LastNew, n.FirstSeen)
	}
	return out
}

func earlier(a *time.Time, b time.Time) *time.Time {
	if b.IsZero() || a != nil && !b.Before(*a) {
		return a
	}
	return &b
}

func later(a *time.Time, b time.Time) *time.Time {
	if b.IsZero() || a != nil && !b.After(*a) {
		return a
	}
	return &b
}

func (c *Cluster) sources() {
	at := map[string]int{}
	last := [2]int{-1, -1}
	for _, e := range c.Graph.Edges {
		if !e.Counts() {
			continue
		}
		if pair := [2]int{e.A, e.B}; pair != last {
			c.Pairs++
			last = pair
		}
		c.Rows += e.Rows
		k, ok := at[e.Source]
		if !ok {
			k = len(c.Sources)
			at[e.Source] = k
			c.Sources = append(c.Sources, ClusterSource{Source: e.Source})
		}
		s := &c.Sources[k]
		s.Pairs++
		s.Rows += e.Rows
		s.FirstSeen, s.LastSeen = earlier(s.FirstSeen, e.FirstSeen), later(s.LastSeen, e.LastSeen)
	}
	slices.SortFunc(c.Sources, func(a, b ClusterSource) int {
		return cmp.Or(cmp.Compare(b.Rows, a.Rows), strings.Compare(a.Source, b.Source))
	})
}

func (c *Cluster) weak(most int) {
	w := c.Graph.Weak()
	slices.SortStableFunc(w.Bridges, func(a, b identity.Bridge) int { return cmp.Compare(b.Lesser(), a.Lesser()) })
	var bridges []ClusterBridge
	for _, b := range w.Bridges {
		if b.Lesser() == 1 && c.IDs > 2 {
			c.Hanging++
			continue
		}
		if c.IDs > 2 {
			bridges = append(bridges, ClusterBridge{pairOf(c.Graph, b.A, b.B, b.Edges), [2]int{b.SideA, b.SideB}})
		}
	}
	c.Bridges = some(bridges, most)
	slices.SortStableFunc(w.Points, func(a, b identity.Point) int { return cmp.Compare(b.Apart(), a.Apart()) })
	var points []ClusterPoint
	for _, p := range w.Points {
		if p.Apart() > 0 {
			points = append(points, ClusterPoint{idOf(c.Graph.Nodes[p.Node]), some(p.Parts, mostParts)})
		}
	}
	c.Points = some(points, most)
}

func (c *Cluster) dropped(most int) {
	var out []ClusterDropped
	last := [2]int{-1, -1}
	for _, i := range c.Graph.Dropped() {
		e := c.Graph.Edges[i]
		a, b := e.A, e.B
		if c.Graph.Nodes[a].MainID != c.MainID {
			a, b = b, a
		}
		if pair := [2]int{e.A, e.B}; pair == last {
			p := &out[len(out)-1]
			p.Edges = append(p.Edges, edgeEvidence(e))
			continue
		} else {
			last = pair
		}
		d := ClusterDropped{IDPair: pairOf(c.Graph, a, b, []int{i})}
		if other := c.Graph.Nodes[b].MainID; other != c.MainID {
			d.MainID = other
		}
		out = append(out, d)
	}
	c.Dropped = some(out, most)
}

func (c *Cluster) suggest(members []int, most int) {
	s := c.Graph.Suggest(members[0])
	if s.Cut == nil {
		return
	}
	c.Cut = s.Cut.Edges
	var pairs []IDPair
	last := [2]int{-1, -1}
	cut := &ClusterCut{Held: s.Held}
	for _, i := range s.Cut.Edges {
		e := c.Graph.Edges[i]
		cut.Rows += e.Rows
		if pair := [2]int{e.A, e.B}; pair != last {
			pairs = append(pairs, pairOf(c.Graph, e.A, e.B, nil))
			last = pair
		}
		p := &pairs[len(pairs)-1]
		p.Edges = append(p.Edges, edgeEvidence(e))
	}
	cut.Pairs = some(pairs, most)
	var sides [2][]int
	for _, v := range members {
		k := 1
		if s.Cut.Side[v] {
			k = 0
		}
		sides[k] = append(sides[k], v)
	}
	slices.SortStableFunc(sides[:], func(a, b []int) int { return cmp.Compare(len(b), len(a)) })
	for k, side := range sides {
		cut.Parts[k] = ClusterCutPart{len(side), typesOf(c.Graph, side)}
	}
	c.Suggestion = cut
}
