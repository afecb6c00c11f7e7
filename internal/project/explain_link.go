package project

import (
	"context"
	"slices"

	"kith/internal/diag"
	"kith/internal/identity"
	"kith/internal/source"
)

// Link says why two ids are one, or that they are not. It holds values of rows, which the user asked for.
type Link struct {
	Entity string  `json:"entity"`
	SeqNo  int64   `json:"seqNo"`
	From   LinkEnd `json:"from"`
	To     LinkEnd `json:"to"`
	Linked bool    `json:"linked"`
	// Path is the shortest way from one to the other over edges that count; none when they are not linked.
	Path []LinkStep `json:"path"`
	// WouldBe is, for ids that are not linked, the way that needs the fewest edges which were dropped; none where no edge of
	// any kind leads from one to the other.
	WouldBe []LinkStep `json:"wouldBe,omitempty"`
	// Filtered are, for ids that are not linked, the types with filters: ids that a filter took away join nobody.
	Filtered []string `json:"filteredTypes,omitempty"`
	// Graph has the clusters of both ids, and those on the way.
	Graph *identity.Graph `json:"-"`
	// Steps is Path, or WouldBe, in places of Graph.
	Steps []identity.Step `json:"-"`
}

// LinkEnd is one of the two ids. IDs is how many ids its cluster has.
type LinkEnd struct {
	ID
	MainID string `json:"mainId"`
	IDs    int    `json:"ids"`
}

// LinkStep is a step of the way between two ids.
type LinkStep struct {
	IDPair
	// Sides are the numbers of ids that the cluster would fall into were this step cut; nil where it would hold together.
	Sides *[2]int `json:"sides,omitempty"`
}

// mostReach is how many clusters are looked through for a way over dropped edges.
const mostReach = 200

// ExplainLink says how two ids hang together in the graph that was built at a moment.
func (w *Work) ExplainLink(ctx context.Context, m Moment, entity string, a, b IDQuery) (*Link, diag.List, error) {
	found, diags, err := w.FindIDs(ctx, m, entity, a, b)
	if err != nil || diags.HasErrors() {
		return nil, diags, err
	}
	for _, x := range found {
		if x.IsMain {
			d := diags.Errorf(diag.UNoID, source.Span{}, "%q is a main id: it stands on no row, and no edge leads to it", x.MainID)
			d.WithFix("give one of its ids: kith explain cluster %s", x.MainID)
		}
	}
	if found[0].Graph != found[1].Graph {
		diags.Errorf(diag.UNoID, source.Span{}, "the ids belong to different entities: %s and %s", found[0].Graph.Entity.Name, found[1].Graph.Entity.Name)
	}
	if diags.HasErrors() {
		return nil, diags, nil
	}
	l := &Link{Entity: found[0].Graph.Entity.Name, SeqNo: m.SeqNo, Linked: found[0].MainID == found[1].MainID, Path: []LinkStep{}}
	if !l.Linked {
		for _, t := range found[0].Graph.Entity.IDTypes {
			if len(t.Filters) > 0 {
				l.Filtered = append(l.Filtered, t.Name)
			}
		}
	}
	return l, diags, l.read(ctx, found[0], found[1])
}

func (l *Link) read(ctx context.Context, a, b IDMatch) error {
	mains := []string{a.MainID}
	if !l.Linked {
		mains = append(mains, b.MainID)
	}
	g, err := a.Graph.Read(ctx, mains...)
	if err != nil {
		return err
	}
	for !l.Linked && !reaches(g, a.ID, b.ID) {
		more := beyond(g, mains)
		if len(more) == 0 || len(mains)+len(more) > mostReach {
			break
		}
		mains = append(mains, more...)
		if g, err = a.Graph.Read(ctx, mains...); err != nil {
			return err
		}
	}
	l.Graph = g
	l.From, l.To = endOf(g, a), endOf(g, b)
	l.explain()
	return nil
}

// reaches tells whether edges of any kind lead from one id to another.
func reaches(g *identity.Graph, a, b ID) bool {
	_, ok := g.WouldBe(g.Find(a.Value, a.Type), g.Find(b.Value, b.Type))
	return ok
}

// beyond are the main ids of clusters that were not read and that dropped edges lead to, in order.
func beyond(g *identity.Graph, read []string) []string {
	var out []string
	for _, n := range g.Nodes {
		if n.MainID != "" && !slices.Contains(read, n.MainID) {
			out = append(out, n.MainID)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func endOf(g *identity.Graph, m IDMatch) LinkEnd {
	n := 0
	for _, x := range g.Nodes {
		if x.MainID == m.MainID {
			n++
		}
	}
	return LinkEnd{ID: m.ID, MainID: m.MainID, IDs: n}
}

// explain finds the way.
func (l *Link) explain() {
	g := l.Graph
	from, to := g.Find(l.From.Value, l.From.Type), g.Find(l.To.Value, l.To.Type)
	if !l.Linked {
		l.Steps, _ = g.WouldBe(from, to)
		l.WouldBe = l.steps(nil)
		return
	}
	l.Steps, _ = g.Path(from, to)
	sides := map[[2]int][2]int{}
	for _, b := range g.Weak().Bridges {
		sides[[2]int{b.A, b.B}] = [2]int{b.SideA, b.SideB}
		sides[[2]int{b.B, b.A}] = [2]int{b.SideB, b.SideA}
	}
	l.Path = append(l.Path, l.steps(sides)...)
}

func (l *Link) steps(sides map[[2]int][2]int) []LinkStep {
	var out []LinkStep
	for _, s := range l.Steps {
		step := LinkStep{IDPair: pairOf(l.Graph, s.From, s.To, s.Edges)}
		if x, ok := sides[[2]int{s.From, s.To}]; ok {
			step.Sides = &x
		}
		out = append(out, step)
	}
	return out
}
