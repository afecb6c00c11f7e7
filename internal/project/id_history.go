package project

import (
	"context"
	"slices"
	"strconv"
	"time"

	"kith/internal/diag"
	"kith/internal/lower"
	"kith/internal/rel"
	"kith/internal/source"
)

// IDHistory says which main ids an id had, or where a main id went. It holds values of rows, which the user asked for.
type IDHistory struct {
	Entity string `json:"entity"`
	// ID is what was asked for; Type is "" for a main id.
	ID
	// MainID is the main id as of AsOf: that of the id, or where the main id went, itself while some id has it; "" for none.
	MainID string   `json:"mainId"`
	AsOf   ChangeAt `json:"asOf"`
	// Spells are what it was from graph to graph, the first first, up to AsOf.
	Spells []IDSpell `json:"spells"`
}

// IDSpell is a time in which nothing changed: from a graph on, and until the one before another. Until is nil for the last.
type IDSpell struct {
	MainID string    `json:"mainId"` // "" for none
	From   ChangeAt  `json:"from"`
	Until  *ChangeAt `json:"until"`
}

// History finds the main ids that an id had in the graphs that the one of a moment descends from, up to asOf: a time, or the number
// of a run among them; "" for all.
func (w *Work) History(ctx context.Context, m Moment, entity string, id IDQuery, asOf string) (*IDHistory, diag.List, error) {
	found, diags, err := w.findIDs(ctx, m, entity, (*IDGraph).FindGone, id)
	if err != nil || diags.HasErrors() {
		return nil, diags, err
	}
	x := found[0]
	line, err := x.Graph.line(ctx)
	if err != nil {
		return nil, nil, err
	}
	if len(line) == 0 { // built before anything was kept: what is there is all that is known
		line = []lineGraph{{place: 1, material: x.Graph.Material, end: m.EndTime, seqNo: m.SeqNo}}
	}
	last, diags := upTo(line, asOf)
	if diags.HasErrors() {
		return nil, diags, nil
	}
	out := &IDHistory{Entity: x.Graph.Entity.Name, ID: x.ID, AsOf: line[last].at(), Spells: []IDSpell{}}
	at, err := x.mains(ctx)
	if err != nil {
		return nil, nil, err
	}
	for i, l := range line[:last+1] {
		switch n := len(out.Spells); {
		case i > 0 && at(l.place) == out.MainID:
			continue
		case n > 0:
			before := line[i-1].at()
			out.Spells[n-1].Until = &before
		}
		out.MainID = at(l.place)
		out.Spells = append(out.Spells, IDSpell{MainID: out.MainID, From: l.at()})
	}
	if out.Spells[0].MainID == "" { // it was not there yet
		out.Spells = out.Spells[1:]
	}
	return out, nil, nil
}

func (l lineGraph) at() ChangeAt { return ChangeAt{SeqNo: l.seqNo, EndTime: l.end} }

// mains tells the main id at each place of the line.
func (x IDMatch) mains(ctx context.Context) (func(place int64) string, error) {
	var turns []IDTurn
	var err error
	if x.IsMain {
		turns, err = x.Graph.mainTurns(ctx, x.MainID)
	} else {
		turns, err = x.Graph.Turns(ctx, x.ID, x.MainID)
	}
	now := x.MainID
	if x.IsMain && len(turns) > 0 {
		now = turns[0].After
	}
	return func(place int64) string {
		main := now
		for _, t := range turns { // the newest first
			if t.Place > place {
				main = t.Before
			}
		}
		return main
	}, err
}

// mainTurns are the graphs in which a main id came, went, or came back, the newest first.
func (g *IDGraph) mainTurns(ctx context.Context, main string) ([]IDTurn, error) {
	var out []IDTurn // the newest first, Before still open
	err := g.ofLine(ctx, lower.IDRedirects, rel.Eq(rel.C("t", "old_id"), rel.S(main)), []string{"n", "new_id"}, func(row []any) {
		out = append(out, IDTurn{Place: whole(row[0]), After: text(row[1])})
	})
	if err != nil {
		return nil, err
	}
	given := rel.And(rel.Eq(rel.C("t", "main_id"), rel.S(main)), &rel.InList{X: rel.C("t", "kind"), List: []rel.Expr{rel.S(lower.EventCreated), rel.S(lower.EventSplit)}})
	first := int64(0)
	if err := g.ofLine(ctx, lower.IDEvents, given, []string{"n"}, func(row []any) { first = whole(row[0]) }); err != nil {
		return nil, err
	}
	before := main // one that was never given later was there from the first graph on
	if first > 0 {
		out, before = append(out, IDTurn{Place: first, After: main}), ""
	}
	for i, t := range slices.Backward(out) {
		out[i].Before, before = before, t.After
	}
	return out, nil
}

// upTo is the place in a line of the graph that was the newest at a time, or that a run built.
func upTo(line []lineGraph, asOf string) (int, diag.List) {
	var diags diag.List
	if asOf == "" {
		return len(line) - 1, nil
	}
	var until time.Time
	if n, err := strconv.ParseInt(asOf, 10, 64); err == nil && n < 1_000_000_000 { // Unix seconds of this century are more
		for i, l := range slices.Backward(line) {
			if l.seqNo == n {
				return i, nil
			}
		}
		diags.Errorf(diag.WSeqNo, source.Span{}, "the graph that is published does not descend from one of seq no %d", n).
			WithFix("kith show runs lists the runs; a time works as well: --as-of 2026-06-30T00:00:00Z")
		return 0, diags
	}
	until, ok := parseTime(asOf)
	if !ok {
		diags.Errorf(diag.WTime, source.Span{}, "--as-of %q is no time and no seq no", asOf).WithFix("write it like 2026-06-30T00:00:00Z, or give the seq no of a run")
		return 0, diags
	}
	for i, l := range slices.Backward(line) {
		if !l.end.After(until) {
			return i, nil
		}
	}
	diags.Errorf(diag.WTime, source.Span{}, "no graph is kept of a time as early as %s", until.Format(time.RFC3339)).
		WithFix("the first that the present one descends from is as of %s", line[0].end.UTC().Format(time.RFC3339))
	return 0, diags
}
