package lower

import (
	"time"

	"kith/internal/rel"
)

// Base is the identity graph whose ids a new one carries on: the newest in the line of publishes that led to what readers see.
// Its parts are named after its material.
type Base struct {
	Material string
	Hash     string
	SeqNo    int64
	EndTime  time.Time
	// MainID is the name of its column of main ids, "" where that is not known and is the new graph's.
	MainID string
	// Chain tells that it has a table of what it descends from itself; without one it counts as the first.
	Chain bool
	// Marks tells that it has a table of how far its sources were read, so that a graph may begin with it. Layers are those of its
	// objects that are views over two tables.
	Marks  bool
	Layers []Layer
}

// Suffixes of parts of a graph's material.
const (
	// MappingSuffix is the table of ids that features join.
	MappingSuffix = "_internal_mapping"
	// ChainSuffix is the table of the graphs that a graph descends from, itself last: what counts of the shared tables of ids is what
	// they have of these.
	ChainSuffix = "_internal_chain"
)

// Columns of a chain.
const (
	colN        = "n"
	colMaterial = "material_name"
	colEnd      = "end_ts"
)

// ChainColumns are those of the table of what a graph descends from. n counts from 1.
var ChainColumns = []rel.Column{{Name: colN, Type: rel.BigInt}, {Name: colMaterial, Type: rel.Text}, {Name: colEnd, Type: rel.Timestamp}}

// Tables of ids that all graphs share. Their rows are kept by material and by its place in the chain, and are only ever added, but
// for a material that is made again. What they hold of a graph that was never published counts for nothing, because no chain has it.
var (
	// IDMoves has the nodes whose main id is not what it was: was is what they had in the graph before, from the place since of the
	// chain on, NULL for none. A graph without a base has no rows.
	IDMoves = rel.Named(rel.Internal, "kith_id_moves")
	// IDRedirects says where the main ids went that a graph has no more: to new_id, which is not redirected itself, or nowhere
	// (NULL). A row of an id with itself takes a redirect back. Of the rows of an id that of the latest place in the chain counts.
	IDRedirects = rel.Named(rel.Internal, "kith_id_redirects")
	// IDEvents has the differences between the main ids of a graph and those of its base, in words.
	IDEvents = rel.Named(rel.Internal, "kith_id_events")
)

// Columns of these tables.
var (
	IDMovesColumns = []rel.Column{{Name: colMaterial, Type: rel.Text}, {Name: colN, Type: rel.BigInt},
		{Name: colNode, Type: rel.Text}, {Name: colNodeType, Type: rel.Text}, {Name: colWas, Type: rel.Text}, {Name: colSince, Type: rel.BigInt}}
	IDRedirectsColumns = []rel.Column{{Name: colMaterial, Type: rel.Text}, {Name: colN, Type: rel.BigInt},
		{Name: colOldID, Type: rel.Text}, {Name: colNewID, Type: rel.Text}}
	IDEventsColumns = []rel.Column{{Name: colMaterial, Type: rel.Text}, {Name: colN, Type: rel.BigInt}, {Name: colNo, Type: rel.BigInt},
		{Name: colKind, Type: rel.Text}, {Name: colMainID, Type: rel.Text}, {Name: colOtherMain, Type: rel.Text},
		{Name: colNodes, Type: rel.BigInt}, {Name: colCause, Type: rel.Text}}
)

const (
	colWas       = "was"
	colSince     = "since"
	colOldID     = "old_id"
	colNewID     = "new_id"
	colNo        = "no"
	colKind      = "kind"
	colMainID    = "main_id"
	colOtherMain = "other_id"
	colNodes     = "nodes"
	colCause     = "cause"
)

// base is what the graph carries on, nil for a first one. The ids of a collator are values, and need nothing to carry them.
func (g *graph) findBase() *Base {
	if g.n.Collator || g.l.ctx.Base == nil {
		return nil
	}
	return g.l.ctx.Base(g.n.Address, g.out.Name())
}

// asOf reports whether the graph is of a time before that of its base: then its ids are those of its time, and nothing is
// written of it in the tables that graphs share.
func (g *graph) asOf() bool { return g.base != nil && g.l.ctx.EndTime.Before(g.base.EndTime) }

// ofBase is a part of the base.
func (g *graph) ofBase(suffix string) rel.Object {
	return g.l.part(rel.Named(rel.Internal, g.base.Material), suffix)
}

// baseChain is what the base descends from, itself last.
func (g *graph) baseChain() rel.Rel {
	if g.base.Chain {
		return &rel.Table{Object: g.ofBase(ChainSuffix)}
	}
	return &rel.Values{Columns: ChainColumns, Rows: [][]rel.Expr{{rel.I(1), rel.S(g.base.Material), &rel.Lit{Value: g.base.EndTime}}}}
}

// before is what the graph descends from, without itself.
func (g *graph) before() *rel.Select {
	sel := &rel.Select{From: rel.Source{Rel: g.baseChain(), Alias: "c"}}
	for _, c := range ChainColumns {
		sel.Items = append(sel.Items, item(rel.C("c", c.Name), c.Name))
	}
	if g.asOf() {
		sel.Where = []rel.Expr{&rel.Op{Op: "<=", Args: []rel.Expr{rel.C("c", colEnd), &rel.Lit{Value: g.l.ctx.EndTime}}}}
	}
	return sel
}

// chain is what the graph descends from, itself last.
func (g *graph) chain() rel.Rel {
	name, end := rel.S(g.out.Name()), &rel.Lit{Value: g.l.ctx.EndTime}
	if g.base == nil {
		return &rel.Values{Columns: ChainColumns, Rows: [][]rel.Expr{{rel.I(1), name, end}}}
	}
	last := rel.F(rel.Coalesce, &rel.Agg{Fn: rel.Max, Args: []rel.Expr{rel.C("b", colN)}}, rel.I(0))
	return &rel.Union{All: true, Rels: []rel.Rel{g.before(), &rel.Select{From: rel.Source{Rel: g.before(), Alias: "b"}, Items: []rel.Item{
		item(&rel.Op{Op: "+", Args: []rel.Expr{last, rel.I(1)}}, colN), item(name, colMaterial), item(end, colEnd)}}}}
}
