package lower

import (
	"time"

	"kith/internal/model"
	"kith/internal/rel"
	"kith/internal/source"
	"kith/internal/sqltext"
	"kith/internal/template"
)

// binding says where the things that a user's text mentions are to be found in the relation it is put into.
type binding struct {
	// of is the alias of the source's columns.
	of string
	// name is what the user may call the source by ("orders.amount"); "" for nothing.
	name string
	// vars gives the column of an entity var, inputVars that of an input var.
	vars func(*model.EntityVar) rel.Expr
}

// user binds a text that mentions nothing but times and columns of one node, which it may call by name.
func (l *lowering) user(t *sqltext.Tree, n model.Node, alias string) *rel.User {
	b := binding{of: alias}
	if s, ok := n.(model.Source); ok {
		b.name = s.DisplayName()
	}
	return l.bind(t, b)
}

func (l *lowering) bind(t *sqltext.Tree, b binding) *rel.User {
	u := &rel.User{Tree: t, Of: b.of, Holes: l.holes(t, b)}
	if b.name != "" {
		u.Aliases = map[string]string{b.name: b.of}
	}
	return u
}

func (l *lowering) userQuery(t *sqltext.Tree) *rel.UserQuery {
	return &rel.UserQuery{Tree: t, Holes: l.holes(t, binding{})}
}

func (l *lowering) holes(t *sqltext.Tree, b binding) []rel.Expr {
	var out []rel.Expr
	for _, h := range t.Rendered.Holes {
		out = append(out, l.hole(h, b))
	}
	return out
}

func (l *lowering) hole(h template.Hole, b binding) rel.Expr {
	switch h := h.(type) {
	case model.VarHole:
		if b.vars == nil {
			panic("lower: var " + string(h.Var.Address) + " used where no var is in scope")
		}
		return b.vars(h.Var)
	case model.InputVarHole:
		return rel.C(b.of, h.Var.Name)
	case model.ColumnHole:
		return rel.C(b.of, h.Name)
	case model.RefHole:
		return &rel.RelExpr{Rel: l.refRel(h)}
	case model.TargetHole:
		return &rel.RelExpr{Rel: &rel.Table{Object: rel.Named(rel.Target, h.Name)}}
	case template.SQLTimeHole:
		return &rel.Lit{Value: h.Time(l.time(h.Which))}
	case template.TextTimeHole:
		return &rel.Raw{Text: source.Literal(h.Text(l.time(h.Which)), source.Span{})}
	}
	panic("lower: unknown hole " + h.HoleKey())
}

func (l *lowering) time(which string) time.Time {
	if which == "begin_time" {
		return l.ctx.BeginTime
	}
	return l.ctx.EndTime
}

// refRel is what a dereferenced node is read from.
func (l *lowering) refRel(h model.RefHole) rel.Rel {
	if !h.At.IsZero() {
		l = l.when(h.At.At(l.ctx.EndTime))
		h.Node, h.At = same(l, h.Node), model.GrainSpec{}
	}
	switch n := h.Node.(type) {
	case *model.Stitcher:
		switch h.Child {
		case model.ChildEdges:
			return &rel.Table{Object: l.part(l.objectOf(n), "_internal_edges")}
		case model.ChildIDEdges:
			return &rel.Table{Object: l.part(l.objectOf(n), "_internal_id_edges")}
		case model.ChildDelta:
			return &rel.Table{Object: l.part(l.objectOf(n), "_internal_id_clusters_delta")}
		case model.ChildMappings:
			return &rel.Table{Object: l.part(l.objectOf(n), "_internal_mapping")}
		case model.ChildAudit:
			return &rel.Table{Object: l.part(l.objectOf(n), AuditSuffix(n))}
		}
	case model.Source:
		if h.Child == model.ChildVarTable {
			return &rel.Table{Object: l.sourceVarTable(n)}
		}
	}
	return &rel.Table{Object: l.objectOf(h.Node)}
}

// typeText is the type's text in the "cast(null as ...)" that column_data_type was parsed as, with its times filled in.
func typeText(t *sqltext.Tree) source.Text {
	text := t.Rendered.Text
	const head, tail = len("cast(null as "), len(")")
	if len(text.S) <= head+tail {
		return source.Text{}
	}
	if _, _, _, found := template.FindPlaceholder(text.S, 0); found {
		return source.Text{}
	}
	return text.Slice(head, len(text.S)-tail).TrimSpace()
}
