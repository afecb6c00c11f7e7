package project

import (
	"context"
	"strings"
	"time"

	"kith/internal/lower"
	"kith/internal/rel"
)

// IDTurn is a graph in the line of those that a graph descends from, in which an id got another main id.
type IDTurn struct {
	// Place is that of the graph in the line, from 1.
	Place int64
	// Before and After are the main ids, "" for none.
	Before, After string
}

// lineGraph is a graph in the line of those that a graph descends from.
type lineGraph struct {
	place    int64
	material string
	end      time.Time
	seqNo    int64 // 0 when its material is gone
}

// line is what the graph descends from, itself last; none where nothing is kept of that.
func (g *IDGraph) line(ctx context.Context) ([]lineGraph, error) {
	chain := rel.Named(rel.Internal, g.w.partOf(g.Material, lower.ChainSuffix))
	if _, there, err := g.w.Conn.Table(chain); err != nil || !there {
		return nil, err
	}
	entries, err := g.w.Registry.Entries(ctx)
	if err != nil {
		return nil, err
	}
	seqNo := map[string]int64{}
	for _, e := range entries {
		seqNo[e.Material] = e.SeqNo
	}
	var out []lineGraph
	err = g.each(ctx, &rel.Select{From: from(chain, "c"), Items: []rel.Item{col("c", "n"), col("c", "material_name"), col("c", "end_ts")},
		OrderBy: []rel.Order{{Expr: rel.C("c", "n")}}}, func(row []any) {
		l := lineGraph{place: whole(row[0]), material: text(row[1]), end: moment(row[2])}
		l.seqNo = seqNo[l.material]
		out = append(out, l)
	})
	return out, err
}

// ofLine reads those rows of a table that all graphs share which the graph descends from.
func (g *IDGraph) ofLine(ctx context.Context, shared rel.Object, where rel.Expr, columns []string, take func(row []any)) error {
	chain := rel.Named(rel.Internal, g.w.partOf(g.Material, lower.ChainSuffix))
	for _, o := range []rel.Object{chain, shared} {
		if _, there, err := g.w.Conn.Table(o); err != nil || !there {
			return err
		}
	}
	material := rel.F(rel.ByBytes, rel.C("t", "material_name")) // shared tables may compare texts otherwise than those of a graph
	q := &rel.Select{From: from(shared, "t"), Where: []rel.Expr{where}, OrderBy: []rel.Order{{Expr: rel.C("t", "n"), Desc: true}},
		Joins: []rel.Join{{Kind: rel.Semi, Source: from(chain, "c"), On: []rel.Expr{
			rel.Eq(rel.C("c", "material_name"), material), rel.Eq(rel.C("c", "n"), rel.C("t", "n"))}}}}
	for _, c := range columns {
		q.Items = append(q.Items, col("t", c))
		if c != "n" {
			q.OrderBy = append(q.OrderBy, rel.Order{Expr: rel.C("t", c), NullsLast: true})
		}
	}
	return g.each(ctx, q, take)
}

// Turns are the changes of an id's main id, the newest first. present is its main id in the graph, "" when it has none. An id without
// any is where it was in the first graph.
func (g *IDGraph) Turns(ctx context.Context, id ID, present string) ([]IDTurn, error) {
	var out []IDTurn
	after := present
	where := rel.And(rel.Eq(rel.C("t", "node_id"), rel.S(id.Value)), rel.Eq(rel.C("t", "node_id_type"), rel.S(id.Type)))
	err := g.ofLine(ctx, lower.IDMoves, where, []string{"n", "was"}, func(row []any) {
		out = append(out, IDTurn{Place: whole(row[0]), Before: text(row[1]), After: after})
		after = text(row[1])
	})
	return out, err
}

// FindGone looks up what was in graphs that the graph descends from and is not in it: ids, and main ids.
func (g *IDGraph) FindGone(ctx context.Context, value, idType string) ([]IDMatch, error) {
	seen := map[ID]bool{}
	var out []IDMatch
	err := g.ofLine(ctx, lower.IDMoves, rel.Eq(rel.C("t", "node_id"), rel.S(value)), []string{"n", "node_id_type"}, func(row []any) {
		id := ID{Type: text(row[1]), Value: value}
		if !seen[id] && (idType == "" || strings.EqualFold(idType, id.Type)) {
			seen[id] = true
			out = append(out, IDMatch{Graph: g, ID: id})
		}
	})
	if err != nil || len(out) > 0 || idType != "" {
		return out, err
	}
	named := rel.Or(rel.Eq(rel.C("t", "main_id"), rel.S(value)), rel.Eq(rel.C("t", "other_id"), rel.S(value)))
	err = g.ofLine(ctx, lower.IDEvents, named, []string{"n"}, func([]any) {
		out = []IDMatch{{Graph: g, ID: ID{Value: value}, MainID: value, IsMain: true}}
	})
	return out, err
}

// Redirect is where a main id went that the graph has no more: to another, or nowhere. ok is false for one that did not go.
func (g *IDGraph) Redirect(ctx context.Context, main string) (to string, ok bool, err error) {
	first := true
	err = g.ofLine(ctx, lower.IDRedirects, rel.Eq(rel.C("t", "old_id"), rel.S(main)), []string{"n", "new_id"}, func(row []any) {
		if first {
			to = text(row[1])
			ok, first = to != main, false
		}
	})
	return to, ok, err
}
