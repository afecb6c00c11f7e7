package project

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"kith/internal/diag"
	"kith/internal/identity"
	"kith/internal/kernel"
	"kith/internal/model"
	"kith/internal/rel"
	"kith/internal/run"
	"kith/internal/source"
)

// Effect is what a decision about two ids, or taking one back, does to the clusters that it is about.
type Effect struct {
	Entity string `json:"entity"`
	// SeqNo is the run whose graph was looked at.
	SeqNo int64 `json:"seqNo"`
	From  ID    `json:"from"`
	To    ID    `json:"to"`
	// Before are the clusters as they are, After as they would be, the largest first. Those that stay as they are are in neither.
	Before []EffectCluster `json:"before"`
	After  []EffectCluster `json:"after"`
	// Cut are the pairs of ids whose edges would count no more, Joined those whose edges would count again.
	Cut    int `json:"cut"`
	Joined int `json:"joined"`
	// Cohorts are those that clusters of Before are in; what they are in afterwards the next run tells.
	Cohorts []EffectCohort `json:"cohorts"`
	// Holds is false for a split of ids that stay together, because links that people decided join them.
	Holds bool `json:"holds"`
	// Limited tells that more clusters hang together by dropped edges than were looked at.
	Limited bool `json:"limited,omitempty"`
}

// EffectCluster is a cluster of an Effect.
type EffectCluster struct {
	// MainID is "" for a cluster that is not there yet: the next run names it.
	MainID string `json:"mainId,omitempty"`
	IDs    int    `json:"ids"`
	// Types are how many of the ids are of which type.
	Types map[string]int `json:"types"`
	// HasFrom and HasTo tell that the ids of the decision are among them.
	HasFrom bool `json:"hasFrom,omitempty"`
	HasTo   bool `json:"hasTo,omitempty"`
}

// EffectCohort is a cohort with members among the clusters of an Effect.
type EffectCohort struct {
	Cohort  string `json:"cohort"`
	Members int64  `json:"members"`
}

// Foresee says what a decision of a kind about two ids would do to the graph that was built at a moment. withdrawn is the number of a
// decision that is taken back instead, 0 for none.
func (w *Work) Foresee(ctx context.Context, m Moment, entity, kind string, a, b IDQuery, withdrawn int64) (*Effect, diag.List, error) {
	found, diags, err := w.FindIDs(ctx, m, entity, a, b)
	if err != nil || diags.HasErrors() {
		return nil, diags, err
	}
	decidable(found, &diags)
	if diags.HasErrors() {
		return nil, diags, nil
	}
	all, err := w.Registry.Decisions(ctx)
	if err != nil {
		return nil, nil, err
	}
	g := found[0].Graph
	f := &foreseeing{e: g.Entity, from: found[0], to: found[1]}
	for _, d := range all {
		if d.Holds(m.EndTime) && d.No != withdrawn && strings.EqualFold(d.Entity, g.Entity.Name) {
			f.decisions = append(f.decisions, d)
		}
	}
	if withdrawn == 0 {
		f.decisions = append(f.decisions, run.Decision{No: 1 + int64(len(all)), Kind: kind, Type1: found[0].ID.Type, ID1: found[0].ID.Value, Type2: found[1].ID.Type, ID2: found[1].ID.Value})
	}
	if err := f.read(ctx, g); err != nil {
		return nil, nil, err
	}
	if err := f.solve(ctx); err != nil {
		return nil, nil, err
	}
	out := f.effect(kind == run.DecideSplit && withdrawn == 0)
	out.SeqNo = m.SeqNo
	out.Cohorts, err = w.cohortsOf(ctx, m, g, f.mains)
	return out, nil, err
}

// decidable says which ids nothing can be decided about.
func decidable(found []IDMatch, diags *diag.List) {
	for _, x := range found {
		if x.IsMain {
			diags.Errorf(diag.UNoID, source.Span{}, "%q is a main id: a decision is about ids that stand on rows", x.MainID).
				WithFix("give one of its ids: kith explain cluster %s", x.MainID)
		}
	}
	a, b := found[0], found[1]
	switch {
	case a.Graph != b.Graph:
		diags.Errorf(diag.UNoID, source.Span{}, "the ids belong to different entities: %s and %s", a.Graph.Entity.Name, b.Graph.Entity.Name).
			WithFix("say which with --entity")
	case a.ID == b.ID:
		diags.Errorf(diag.UNoID, source.Span{}, "both are the same id")
	case a.Graph.Entity.Stitcher.Collator:
		diags.Errorf(diag.UNoID, a.Graph.Entity.Span, "ids of %s are never joined, so nothing can be decided about them", a.Graph.Entity.Name).
			WithFix("give the entity an id_stitcher over more than one id type")
	}
}

// foreseeing is the work of Foresee.
type foreseeing struct {
	e         *model.Entity
	from, to  IDMatch
	decisions []run.Decision
	g         *identity.Graph
	mains     []string
	limited   bool
	after     *identity.Parts
	// cut and joined are how many pairs count no more, and again.
	cut, joined int
}

// mostForeseen is how many clusters are looked at that hang together by edges which guards dropped.
const mostForeseen = 1000

// read reads the clusters of both ids, and those that edges lead to which guards dropped: with another decision they may count.
func (f *foreseeing) read(ctx context.Context, g *IDGraph) error {
	f.mains = []string{f.from.MainID}
	if f.to.MainID != f.from.MainID {
		f.mains = append(f.mains, f.to.MainID)
	}
	for {
		var err error
		if f.g, err = g.Read(ctx, f.mains...); err != nil {
			return err
		}
		var more []string
		for _, e := range f.g.Edges {
			for _, end := range []int{e.A, e.B} {
				if id := f.g.Nodes[end].MainID; refusable(e) && id != "" && !slices.Contains(f.mains, id) {
					more = append(more, id)
				}
			}
		}
		slices.Sort(more)
		more = slices.Compact(more)
		if len(more) == 0 {
			return nil
		}
		if len(f.mains)+len(more) > mostForeseen {
			f.limited = true
			return nil
		}
		f.mains = append(f.mains, more...)
	}
}

// refusable tells whether an edge was dropped by what keeps ids of one component apart.
func refusable(e identity.Edge) bool {
	by := e.DroppedBy
	return strings.HasPrefix(by, "decision ") || strings.HasPrefix(by, "unique: ") || strings.HasPrefix(by, "maximum_per_cluster: ")
}

// pair is an edge between two nodes whichever sources say it.
type pair struct {
	edge   identity.Edge
	counts bool
}

// solve joins the edges of rows in the order in which a run does (lower.guardedEdges), and then what people include.
func (f *foreseeing) solve(ctx context.Context) error {
	pairs, included := f.edges()
	k := kernel.NewGuarded(kernel.Options{})
	for i, p := range pairs {
		if err := k.Add(int64(i), int64(p.edge.A), int64(p.edge.B)); err != nil {
			return err
		}
	}
	for i, l := range f.e.Stitcher.Guards.PerCluster {
		for n, node := range f.g.Nodes {
			if node.Type == l.Type.Name {
				if err := k.Mark(int64(n), int64(i), l.Most); err != nil {
					return err
				}
			}
		}
	}
	for _, d := range f.decisions {
		a, b := f.node(d.Type1, d.ID1), f.node(d.Type2, d.ID2)
		switch {
		case a < 0 || b < 0:
		case d.Kind == run.DecideSplit:
			if err := k.Forbid(int64(a), int64(b), d.No); err != nil {
				return err
			}
		default:
			included = append(included, identity.Edge{A: a, B: b})
		}
	}
	refused, err := k.Join(ctx)
	if err != nil {
		return err
	}
	gone := map[[2]int]bool{}
	for _, r := range refused {
		gone[[2]int{int(r.A), int(r.B)}] = true
	}
	kept := included
	for _, p := range pairs {
		is := !gone[[2]int{p.edge.A, p.edge.B}]
		if is {
			kept = append(kept, p.edge)
		}
		switch {
		case is && !p.counts:
			f.joined++
		case !is && p.counts:
			f.cut++
		}
	}
	f.after = (&identity.Graph{Nodes: f.g.Nodes, Edges: kept}).Parts(identity.Change{})
	return nil
}

// edges are the edges of rows that guards look at, in the order in which they are joined, and those of manual rules.
func (f *foreseeing) edges() (pairs []pair, included []identity.Edge) {
	at := map[[2]int]int{}
	for _, e := range f.g.Edges {
		switch {
		case e.Source == "decisions": // from the list, without one that is taken back
		case e.Source == "rules":
			included = append(included, e)
		case e.Counts() || refusable(e):
			k := [2]int{e.A, e.B}
			i, known := at[k]
			if !known {
				i = len(pairs)
				at[k] = i
				pairs = append(pairs, pair{edge: identity.Edge{A: e.A, B: e.B, FirstSeen: e.FirstSeen}, counts: e.Counts()})
			}
			if first := &pairs[i].edge.FirstSeen; first.IsZero() || !e.FirstSeen.IsZero() && e.FirstSeen.Before(*first) {
				*first = e.FirstSeen
			}
		}
	}
	rank := map[string]int{}
	for i, t := range f.e.IDTypes {
		rank[t.Name] = i
	}
	text := func(n int) string { return f.g.Nodes[n].Type + ":" + f.g.Nodes[n].Value }
	slices.SortFunc(pairs, func(x, y pair) int {
		a, b := x.edge, y.edge
		xa, xb, ya, yb := rank[f.g.Nodes[a.A].Type], rank[f.g.Nodes[a.B].Type], rank[f.g.Nodes[b.A].Type], rank[f.g.Nodes[b.B].Type]
		return cmp.Or(cmp.Compare(max(xa, xb), max(ya, yb)), cmp.Compare(min(xa, xb), min(ya, yb)), nullsLast(a.FirstSeen, b.FirstSeen),
			cmp.Compare(min(text(a.A), text(a.B)), min(text(b.A), text(b.B))), cmp.Compare(max(text(a.A), text(a.B)), max(text(b.A), text(b.B))))
	})
	return pairs, included
}

func nullsLast(a, b time.Time) int {
	if a.IsZero() || b.IsZero() {
		return map[bool]int{true: 1}[a.IsZero()] - map[bool]int{true: 1}[b.IsZero()]
	}
	return a.Compare(b)
}

// node finds an id whose type may be written in any letter case, -1 for none.
func (f *foreseeing) node(idType, value string) int {
	for _, t := range f.e.IDTypes {
		if strings.EqualFold(t.Name, idType) {
			return f.g.Find(value, t.Name)
		}
	}
	return -1
}

// effect compares the clusters as they are with those that would be.
func (f *foreseeing) effect(split bool) *Effect {
	out := &Effect{Entity: f.e.Name, From: f.from.ID, To: f.to.ID, Cut: f.cut, Joined: f.joined, Holds: true, Limited: f.limited}
	from, to := f.g.Find(f.from.ID.Value, f.from.ID.Type), f.g.Find(f.to.ID.Value, f.to.ID.Type)
	before := map[string][]int{}
	for i, n := range f.g.Nodes {
		if slices.Contains(f.mains, n.MainID) {
			before[n.MainID] = append(before[n.MainID], i)
		}
	}
	same := map[string]bool{} // clusters that stay as they are
	var after [][]int
	for _, members := range f.after.Members {
		main := f.g.Nodes[members[0]].MainID
		if slices.Equal(members, before[main]) {
			same[main] = true
			continue
		}
		if slices.ContainsFunc(members, func(n int) bool { return before[f.g.Nodes[n].MainID] != nil }) {
			after = append(after, members)
		}
	}
	cluster := func(main string, members []int) EffectCluster {
		c := EffectCluster{MainID: main, IDs: len(members), Types: map[string]int{}, HasFrom: slices.Contains(members, from), HasTo: slices.Contains(members, to)}
		for _, n := range members {
			c.Types[f.g.Nodes[n].Type]++
		}
		return c
	}
	for _, main := range f.mains {
		if !same[main] {
			out.Before = append(out.Before, cluster(main, before[main]))
		}
	}
	for _, members := range after {
		out.After = append(out.After, cluster("", members))
	}
	for _, list := range [][]EffectCluster{out.Before, out.After} {
		slices.SortStableFunc(list, func(x, y EffectCluster) int {
			return cmp.Or(cmp.Compare(y.IDs, x.IDs), cmp.Compare(x.MainID, y.MainID))
		})
	}
	if split {
		out.Holds = f.after.Of[from] != f.after.Of[to]
	}
	return out
}

// cohortsOf are the cohorts that some clusters of an entity are in, as they were built at a moment.
func (w *Work) cohortsOf(ctx context.Context, m Moment, g *IDGraph, mains []string) ([]EffectCohort, error) {
	graph, materials, diags, err := w.built(ctx, m, "")
	if err != nil || diags.HasErrors() {
		return nil, err
	}
	out := []EffectCohort{}
	for _, c := range graph.Cohorts {
		b, built := materials[c.Address.Key()]
		if c.Entity.Name != g.Entity.Name || c.Parent == nil || !built {
			continue
		}
		members := int64(0)
		q := &rel.Select{From: from(rel.Named(rel.Internal, b.Name), "c"), Where: []rel.Expr{oneOf(rel.C("c", g.Entity.IDColumn), mains)},
			Items: []rel.Item{{Expr: &rel.Agg{Fn: rel.CountStar}, As: "members"}}}
		if err := g.each(ctx, q, func(row []any) { members = whole(row[0]) }); err != nil {
			return nil, err
		}
		if members > 0 {
			out = append(out, EffectCohort{Cohort: c.ObjectName(), Members: members})
		}
	}
	return out, nil
}
