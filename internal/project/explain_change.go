package project

import (
	"context"
	"slices"
	"time"

	"kith/internal/diag"
	"kith/internal/identity"
	"kith/internal/lower"
	"kith/internal/rel"
	"kith/internal/run"
)

// Change says what became of an id from graph to graph. It holds values of rows, which the user asked for.
type Change struct {
	Entity string `json:"entity"`
	SeqNo  int64  `json:"seqNo"`
	// ID is what was asked for; Type is "" for a main id.
	ID
	// MainID is its main id now, "" when it is in no cluster. For a main id that is no more it is where that went.
	MainID string `json:"mainId"`
	// Gone tells that the id, or the main id, is not in the graph.
	Gone bool `json:"gone"`
	// Graphs are the graphs that this one descends from in which something happened, the newest first. Since is the first of all.
	Graphs []ChangeGraph `json:"graphs"`
	Since  ChangeAt      `json:"since"`
}

// ChangeAt is a graph: the run that built it, and the end time that it has. SeqNo is 0 when it was cleaned up.
type ChangeAt struct {
	SeqNo   int64     `json:"seqNo"`
	EndTime time.Time `json:"endTime"`
}

// Imported tells that it is no graph but main ids that were imported: they are of a time before any graph.
func (c ChangeAt) Imported() bool { return c.EndTime.Equal(run.ImportEnd) }

// ChangeGraph is what happened in one graph.
type ChangeGraph struct {
	ChangeAt
	// Moved tells that the id got another main id: After in place of Before, "" for none.
	Moved  bool          `json:"moved"`
	Before string        `json:"before,omitempty"`
	After  string        `json:"after,omitempty"`
	Events []ChangeEvent `json:"events"`
}

// ChangeEvent is an event of a main id (lower.IDEvents).
type ChangeEvent struct {
	Kind    string `json:"kind"`
	MainID  string `json:"mainId"`
	OtherID string `json:"otherId,omitempty"`
	IDs     int64  `json:"ids"`
	// Cause is "rows" or "definition", or the decision that it came from.
	Cause string `json:"cause"`
	// Joined are, of a merge that still holds, the pairs that join what came with what was there; nil where nothing does.
	Joined *Some[IDPair] `json:"joined,omitempty"`
}

const (
	// mostMerges is for how many merges it is looked up what joined them, mostJoined how many pairs are listed.
	mostMerges, mostJoined = 3, 3
)

// ExplainChange says what became of an id, or of a main id, in the graphs that the one of a moment descends from.
func (w *Work) ExplainChange(ctx context.Context, m Moment, entity string, id IDQuery) (*Change, diag.List, error) {
	found, diags, err := w.findIDs(ctx, m, entity, (*IDGraph).FindGone, id)
	if err != nil || diags.HasErrors() {
		return nil, diags, err
	}
	x := &changing{g: found[0].Graph, id: found[0], out: &Change{Entity: found[0].Graph.Entity.Name, SeqNo: m.SeqNo, ID: found[0].ID, MainID: found[0].MainID, Graphs: []ChangeGraph{}}}
	return x.out, diags, x.tell(ctx)
}

// changing is the work of ExplainChange.
type changing struct {
	g    *IDGraph
	id   IDMatch
	out  *Change
	line []lineGraph
	// at are the places of out.Graphs by those of the line.
	at map[int64]*ChangeGraph
}

func (x *changing) tell(ctx context.Context) (err error) {
	if x.line, err = x.g.line(ctx); err != nil || len(x.line) == 0 {
		return err
	}
	x.out.Since, x.at = ChangeAt{x.line[0].seqNo, x.line[0].end}, map[int64]*ChangeGraph{}
	var turns []IDTurn
	if x.id.IsMain {
		if err := x.redirected(ctx); err != nil {
			return err
		}
	} else {
		x.out.Gone = x.out.MainID == ""
		if turns, err = x.g.Turns(ctx, x.id.ID, x.out.MainID); err != nil {
			return err
		}
	}
	for _, t := range turns {
		c := x.graph(t.Place)
		c.Moved, c.Before, c.After = true, t.Before, t.After
	}
	if err := x.events(ctx, turns); err != nil {
		return err
	}
	for i := len(x.line) - 1; i >= 0; i-- {
		if c := x.at[x.line[i].place]; c != nil {
			x.out.Graphs = append(x.out.Graphs, *c)
		}
	}
	return nil
}

// redirected says where a main id went that the graph has not.
func (x *changing) redirected(ctx context.Context) error {
	to, ok, err := x.g.Redirect(ctx, x.id.MainID)
	if ok {
		x.out.Gone, x.out.MainID = true, to
	}
	return err
}

func (x *changing) graph(place int64) *ChangeGraph {
	if c := x.at[place]; c != nil {
		return c
	}
	c := &ChangeGraph{Events: []ChangeEvent{}}
	for _, l := range x.line {
		if l.place == place {
			c.ChangeAt = ChangeAt{l.seqNo, l.end}
		}
	}
	x.at[place] = c
	return c
}

// events reads what happened to the main ids that the id had, while it had them.
func (x *changing) events(ctx context.Context, turns []IDTurn) error {
	mains := []string{}
	for _, t := range turns {
		mains = append(mains, t.Before, t.After)
	}
	mains = append(mains, x.id.MainID)
	slices.Sort(mains)
	mains = slices.DeleteFunc(slices.Compact(mains), func(s string) bool { return s == "" })
	had := func(main string, place int64) bool {
		if x.id.IsMain {
			return main == x.id.MainID
		}
		now := x.id.MainID
		for _, t := range turns { // the newest first
			switch {
			case t.Place < place:
				return main == now
			case t.Place == place:
				return main == t.After || main == t.Before
			}
			now = t.Before
		}
		return main == now
	}
	where := rel.Or(oneOf(rel.C("t", "main_id"), mains), oneOf(rel.C("t", "other_id"), mains))
	var merges []func() error
	err := x.g.ofLine(ctx, lower.IDEvents, where, []string{"n", "no", "kind", "main_id", "other_id", "nodes", "cause"}, func(row []any) {
		place, e := whole(row[0]), ChangeEvent{Kind: text(row[2]), MainID: text(row[3]), OtherID: text(row[4]), IDs: whole(row[5]), Cause: text(row[6])}
		if !had(e.MainID, place) && !had(e.OtherID, place) {
			return
		}
		c := x.graph(place)
		c.Events = append(c.Events, e)
		if i := len(c.Events) - 1; e.Kind == "merged" && e.MainID == x.out.MainID && len(merges) < mostMerges {
			merges = append(merges, func() error { return x.joined(ctx, place, &c.Events[i]) })
		}
	})
	for _, m := range merges {
		if err == nil {
			err = m()
		}
	}
	return err
}

// joined finds what joins the ids that came with a merge with those that were there.
func (x *changing) joined(ctx context.Context, place int64, e *ChangeEvent) error {
	came := map[ID]bool{}
	where := rel.And(rel.Eq(rel.C("t", "was"), rel.S(e.OtherID)), &rel.Op{Op: "=", Args: []rel.Expr{rel.C("t", "n"), rel.I(place)}})
	err := x.g.ofLine(ctx, lower.IDMoves, where, []string{"node_id", "node_id_type"}, func(row []any) {
		came[ID{Type: text(row[1]), Value: text(row[0])}] = true
	})
	if err != nil {
		return err
	}
	g, err := x.g.Read(ctx, e.MainID)
	if err != nil {
		return err
	}
	if pairs := crossing(g, func(n identity.Node) bool { return came[idOf(n)] }); len(pairs) > 0 {
		list := some(pairs, mostJoined)
		e.Joined = &list
	}
	return nil
}

// crossing are the pairs that edges which count join across a border.
func crossing(g *identity.Graph, inside func(identity.Node) bool) []IDPair {
	var out []IDPair
	last := [2]int{-1, -1}
	for _, e := range g.Edges {
		if !e.Counts() || inside(g.Nodes[e.A]) == inside(g.Nodes[e.B]) {
			continue
		}
		if pair := [2]int{e.A, e.B}; pair != last {
			out = append(out, pairOf(g, e.A, e.B, nil))
			last = pair
		}
		p := &out[len(out)-1]
		p.Edges = append(p.Edges, edgeEvidence(e))
	}
	return out
}
