package project

import (
	"context"
	"strings"

	"kith/internal/audit"
	"kith/internal/diag"
	"kith/internal/dialect"
	"kith/internal/lower"
	"kith/internal/material"
	"kith/internal/model"
	"kith/internal/rel"
	"kith/internal/run"
	"kith/internal/source"
)

// AuditOptions say which graph is audited, and how.
type AuditOptions struct {
	// Entity and Stitcher name the graph: that of an entity, or the path of an id stitcher. Both may be empty where there is only one.
	Entity, Stitcher string
	audit.Thresholds
	// Seeds are ids whose clusters are told as well.
	Seeds []audit.Seed
	// AllRows counts the rows of sources that have no id, which reads every source once.
	AllRows bool
}

// Audit looks at a graph as it was built at a moment. The result holds values of ids.
func (w *Work) Audit(ctx context.Context, m Moment, opt AuditOptions) (*audit.Audit, diag.List, error) {
	g, diags, err := w.Project.Resolve(w.Settings(m))
	if err != nil || diags.HasErrors() {
		return nil, diags, err
	}
	if opt.Stitcher != "" {
		n, _, _ := g.Find(opt.Stitcher)
		s, ok := n.(*model.Stitcher)
		if !ok {
			diags = nil
			diags.Errorf(diag.UFlag, source.Span{}, "%s is no id stitcher of this project", opt.Stitcher)
			return nil, diags, nil
		}
		opt.Entity = s.Entity.Name
	}
	e, diags := stitched(g, opt.Entity)
	if e == nil {
		return nil, diags, nil
	}
	materials, err := w.materials(ctx, g, m)
	if err != nil {
		return nil, nil, err
	}
	b, diags := graphOf(e, materials, m)
	if diags.HasErrors() {
		return nil, diags, nil
	}
	longest := dialect.LongestName(w.Registry.Dialect)
	parts := lower.PartsOf(e.Stitcher, b.Name, longest)
	if !contains(b.Objects, parts.IDEdges.Name()) {
		diags.Errorf(diag.WSeqNo, e.Stitcher.Span, "the graph of %s was built by a kith that kept no edges for an audit", e.Name).WithFix("build it anew: kith run --force")
		return nil, diags, nil
	}
	graph := audit.Graph{Stitcher: e.Stitcher, Parts: parts, Changed: !madeBy(e.Stitcher, b.Name), Seeds: opt.Seeds}
	if opt.AllRows {
		graph.Rows = map[string]rel.Object{}
		for _, t := range parts.Tuples {
			if m, ok := materials[t.From.Addr().Key()]; ok {
				graph.Rows[string(t.From.Addr())] = rel.Named(rel.Internal, m.Name)
			}
		}
	}
	if graph.Before, err = w.before(ctx, e.Stitcher, b.Name, longest); err != nil {
		return nil, nil, err
	}
	out, err := audit.Of(ctx, &reader{w, w.Settings(m)}, graph, opt.Thresholds)
	if err != nil {
		return nil, nil, err
	}
	out.SeqNo, out.EndTime, out.BuiltAt = m.SeqNo, m.EndTime.UTC(), b.At.UTC()
	trend, err := w.Registry.GraphMetrics(ctx, out.Stitcher)
	for i, p := range trend { // what was built later is not its past
		if strings.EqualFold(p.Material, out.Material) {
			trend = trend[:i+1]
			break
		}
	}
	out.Trend = append(out.Trend, trend[max(0, len(trend)-out.Thresholds.Top):]...)
	return out, nil, err
}

// madeBy reports whether a material was made by the present definition of its node.
func madeBy(n *model.Stitcher, materialName string) bool {
	_, hash, _, _, ok := material.Parse(materialName)
	return ok && hash == n.Hash
}

// before finds the graph that readers saw before a material was published: the newest other one of an earlier publish. It is nil when
// there is none, or when it has been cleaned up.
func (w *Work) before(ctx context.Context, n *model.Stitcher, materialName string, longest int) (*audit.Before, error) {
	books, err := w.Registry.Books(ctx)
	if err != nil {
		return nil, err
	}
	published := func(b *run.Book) run.Name {
		name, _ := b.Name(n.Name)
		return name
	}
	for i, b := range books { // the newest publish of the material, if it ever was published
		if strings.EqualFold(published(b).Material, materialName) {
			books = books[i:]
			break
		}
	}
	for _, b := range books {
		was := published(b)
		if was.Material == "" || strings.EqualFold(was.Material, materialName) {
			continue
		}
		parts := lower.PartsOf(n, was.Material, longest)
		if _, there, err := w.Conn.Table(parts.Mapping); err != nil || !there {
			return nil, err
		}
		_, edges, err := w.Conn.Table(parts.IDEdges)
		return &audit.Before{Parts: parts, Material: was.Material, SeqNo: was.SeqNo, NoEdges: !edges}, err
	}
	return nil, nil
}

// reader runs the queries of an audit.
type reader struct {
	w *Work
	s Settings
}

// Rows runs a query and returns all its rows.
func (r *reader) Rows(ctx context.Context, q rel.Rel) ([][]any, error) {
	return r.w.rows(ctx, q, r.w.Registry.Dialect, r.s.Env)
}

// Pairs hands on two columns of integers, in bulk where the connection can.
func (r *reader) Pairs(ctx context.Context, q rel.Rel, fn func(a, b []int64)) error {
	text, diags := r.w.Registry.Dialect.Query(q, r.s.Env)
	if diags.HasErrors() {
		return errorOf(diags)
	}
	if c, ok := r.w.Conn.(run.Columnar); ok {
		return c.ReadInts(ctx, text.S, func(b run.IntBatch) error {
			fn(b.Cols[0], b.Cols[1])
			return nil
		})
	}
	rows, err := r.w.Conn.Query(ctx, text.S)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		v := rows.Values()
		fn([]int64{whole(v[0])}, []int64{whole(v[1])})
	}
	return rows.Err()
}
