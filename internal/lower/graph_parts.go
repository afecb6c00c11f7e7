package lower

import (
	"fmt"

	"kith/internal/material"
	"kith/internal/model"
	"kith/internal/rel"
)

// GraphParts are the objects of a built graph, for whoever reads it beside the features.
type GraphParts struct {
	// Graph is what people read, Mapping a row for each id with its main id, IDEdges a row for each two ids and source of them.
	Graph, Mapping, IDEdges rel.Object
	// Rules are the manual rules that held; a zero object where the graph has none.
	Rules  rel.Object
	Tuples []GraphTuples
}

// GraphTuples are the id tuples of one edge source. The ids are in columns id1, id2 and so on, in the order of IDs.
type GraphTuples struct {
	Object rel.Object
	From   model.Source
	IDs    []*model.RowID
}

// TupleID is the column of the i-th id of a tuple, counted from 0.
func TupleID(i int) string { return idCol(i) }

// PartsOf names the objects of the graph that stands in a material, on an engine that keeps longest bytes of a name (0 for all).
func PartsOf(n *model.Stitcher, materialName string, longest int) GraphParts {
	part := func(suffix string) rel.Object {
		return rel.Named(rel.Internal, material.Fit(materialName+suffix, longest))
	}
	p := GraphParts{Graph: part(""), Mapping: part("_internal_mapping"), IDEdges: part("_internal_id_edges")}
	if n.Rules != nil {
		p.Rules = part("_internal_rules")
	}
	for i, es := range n.Sources {
		if usable(es.From) {
			p.Tuples = append(p.Tuples, GraphTuples{part(fmt.Sprintf("_internal_tuples_%d", i+1)), es.From, es.IDs})
		}
	}
	return p
}

// GraphShape has a row for each size of cluster, in order of size: size, clusters, and for the i-th id type of the entity,
// counted from 0, ids_i (how many ids), with_i (how many clusters have one) and most_i (the most in one cluster). It reads the mapping once.
func GraphShape(e *model.Entity, mapping rel.Object) rel.Rel {
	per := &rel.Select{From: table(mapping, "m"), GroupBy: []rel.Expr{rel.C("m", e.IDColumn)},
		Items: []rel.Item{item(rel.C("m", e.IDColumn), "main_id"), item(&rel.Agg{Fn: rel.CountStar}, "size")}}
	size := rel.C("c", "size")
	out := &rel.Select{From: rel.Source{Rel: per, Alias: "c"}, GroupBy: []rel.Expr{size}, OrderBy: []rel.Order{{Expr: size}},
		Items: []rel.Item{item(size, "size"), item(&rel.Agg{Fn: rel.CountStar}, "clusters")}}
	for i, t := range e.IDTypes {
		n := rel.C("c", fmt.Sprintf("type_%d", i))
		per.Items = append(per.Items, item(&rel.Agg{Fn: rel.CountStar, Filter: rel.Eq(rel.C("m", colNodeType), rel.S(t.Name))}, n.Name))
		out.Items = append(out.Items,
			item(&rel.Cast{X: &rel.Agg{Fn: rel.Sum, Args: []rel.Expr{n}}, Type: rel.BigInt}, fmt.Sprintf("ids_%d", i)),
			item(&rel.Agg{Fn: rel.CountStar, Filter: &rel.Op{Op: ">", Args: []rel.Expr{n, rel.I(0)}}}, fmt.Sprintf("with_%d", i)),
			item(&rel.Agg{Fn: rel.Max, Args: []rel.Expr{n}}, fmt.Sprintf("most_%d", i)))
	}
	return out
}
