package model

import (
	"strings"

	"kith/internal/diag"
	"kith/internal/source"
	"kith/internal/spec"
	"kith/internal/sqltext"
)

func (b *Builder) declareVarGroups() {
	for _, g := range b.unit.spec.VarGroups {
		c := b.CohortAt(g.EntityKey, g.EntityCohort)
		if c == nil { // said, here or by the loader
			for _, s := range g.Vars {
				b.lostVars[s.Name.Value] = true
			}
			continue
		}
		for _, s := range g.Vars {
			if s.Name.Value == "" {
				continue
			}
			if s.Input {
				b.declareInputVar(c, s)
			} else {
				if v := b.DeclareVar(c, g.Name.Value, s); v != nil {
					b.groupGrain(v, g)
				}
			}
		}
	}
}

// DeclareVar adds an entity var to a cohort and returns it.
func (b *Builder) DeclareVar(c *Cohort, group string, s *spec.Var) *EntityVar {
	v := &EntityVar{Name: s.Name.Value, Cohort: c, Group: group, Description: s.Description.Value,
		IsFeature: !s.IsFeatureOK || s.IsFeature.Value, spec: s}
	v.Address, v.Span = c.Address.Child(v.Name), s.Name.Span
	for _, t := range s.Tags {
		v.Tags = append(v.Tags, t.Value)
	}
	if strings.EqualFold(v.Name, c.Entity.IDColumn) {
		b.Diags.Errorf(diag.RDuplicateColumn, v.Span, "var %s has the name of the main id column of entity %s", v.Name, c.Entity.Name).
			WithFix("rename the var")
		return nil
	}
	if !b.Add(v) {
		return nil
	}
	c.Vars = append(c.Vars, v)
	if !c.IsRoot() { // it is about the cohort's members
		v.need(c)
	}
	b.SetEnable(v, s.Materialization)
	if s.From.Value != "" {
		b.Later(func() {
			if v.From = b.SourceAt(s.From); v.From == nil {
				v.Broken = true
				return
			}
			v.need(v.From)
			b.checkIDs(v, v.From, c.Entity, s.From.Span)
			if c.Entity.Stitcher != nil {
				v.need(c.Entity.Stitcher)
			}
		})
	}
	b.Text(func() {
		b.varTexts(v)
		b.mergeTexts(v)
	})
	b.Check(func() { b.checkVar(v) })
	return v
}

// checkIDs says so when the rows of a source cannot be resolved to an entity.
func (b *Builder) checkIDs(v Node, from Source, e *Entity, at source.Span) {
	if s, ok := from.(*Stitcher); ok {
		if s.Entity != e {
			b.Diags.Errorf(diag.RNoIDs, at, "%s is the graph of entity %s, not of %s", from.Addr(), s.Entity.Name, e.Name).
				WithAlso(s.Span, "declared here")
			v.Base().Broken = true
		}
		return
	}
	if _, ok := from.(*Foreign); ok {
		return // it has no rows in any run; the var is left out with it
	}
	if len(from.SourceRows().IDsOf(e)) == 0 && !from.Base().Broken {
		b.Diags.Errorf(diag.RNoIDs, at, "%s declares no id of entity %s, so its rows belong to nobody", from.Addr(), e.Name).
			WithAlso(from.Base().Span, "declared here").
			WithFix("add an item to its ids: {select: <column>, type: <one of %s>, entity: %s}", e.typeNames(), e.Name)
		v.Base().Broken = true
	}
}

func (e *Entity) typeNames() string {
	s := ""
	for i, t := range e.IDTypes {
		if i > 0 {
			s += ", "
		}
		s += t.Name
	}
	return s
}

func (b *Builder) varTexts(v *EntityVar) {
	s := v.spec
	sc := Scope{From: v.From, Cohort: v.Cohort}
	v.Select = b.Scalar(v, s.Select, sc)
	v.Where = b.Scalar(v, s.Where, sc)
	v.Default = b.Scalar(v, s.DefaultValue, Scope{Cohort: v.Cohort})
	v.Type = b.typeText(v, s.ColumnDataType)
	v.Window = b.window(v, s.Window, sc)
}

// typeText renders column_data_type. It is parsed as a cast, since a type alone is no expression.
func (b *Builder) typeText(owner Node, text source.Text) *sqltext.Tree {
	if text.TrimSpace().S == "" {
		return nil
	}
	if name := strings.TrimSpace(text.S); b.opt.Rewrite != nil && isPlainName(name) {
		if t := b.opt.TypeName(name); t != "" { // a type of the project's dialect
			text = source.Literal(t, text.Span())
		}
	}
	var sb source.Builder
	sb.WriteString("cast(null as ", text.Span())
	sb.WriteText(text)
	sb.WriteString(")", text.Span())
	return b.Scalar(owner, sb.Text(), Scope{AsIs: true})
}

// window renders a window block as one OVER, so that its parts share their holes.
func (b *Builder) window(owner Node, s *spec.Window, sc Scope) *Window {
	if s == nil {
		return nil
	}
	var sb source.Builder
	list := func(head string, texts []source.Text) {
		n := 0
		for _, t := range texts {
			if t.TrimSpace().S == "" {
				continue
			}
			if n == 0 {
				sb.WriteString(head, t.Span())
			} else {
				sb.WriteString(", ", t.Span())
			}
			sb.WriteText(t)
			n++
		}
	}
	sb.WriteString("row_number() over (", s.Span)
	list("partition by ", s.PartitionBy)
	list(" order by ", s.OrderBy)
	if s.FrameClause.S != "" {
		sb.WriteString(" ", s.Span)
		sb.WriteText(s.FrameClause)
	}
	sb.WriteString(")", s.Span)
	w := &Window{Span: s.Span}
	t := b.Scalar(owner, sb.Text(), sc)
	b.Check(func() { w.fill(t) })
	return w
}

// fill takes the parts of the parsed OVER apart.
func (w *Window) fill(t *sqltext.Tree) {
	if t == nil || t.Opaque {
		return
	}
	w.Tree = t
	for _, c := range t.WindowCalls() {
		if c.Over == nil {
			continue
		}
		part := func(nodes []sqltext.Node) *sqltext.Tree {
			return &sqltext.Tree{Kind: sqltext.Scalar, Rendered: t.Rendered, Nodes: nodes}
		}
		for _, p := range c.Over.PartitionBy {
			w.PartitionBy = append(w.PartitionBy, part(p))
		}
		w.Frame = c.Over.Frame
		for _, o := range c.Over.OrderBy {
			w.OrderBy = append(w.OrderBy, &OrderTerm{Tree: part(o.Nodes), Desc: o.Desc, Nulls: o.Nulls})
			if o.Frame.S != "" {
				w.Frame = o.Frame
			}
		}
		return
	}
}

// checkVar looks at the parsed texts of an entity var.
func (b *Builder) checkVar(v *EntityVar) {
	s := v.spec
	b.noAggregates(v.Where, "a where")
	b.noAggregates(v.Default, "a default value")
	b.windowAggregates(v.Window)
	if v.Select == nil || v.Select.Opaque || v.Broken {
		return
	}
	f := v.Select.Facts
	at := s.Select.Span()
	if v.From == nil {
		b.checkWindow(v, "var "+v.Name, v.Select, v.Window)
		if f.Aggregates && v.Window == nil {
			b.Diags.Errorf(diag.RAggregateNotAllowed, at, "var %s has no from, so it is computed per %s from other vars and cannot aggregate", v.Name, v.Cohort.Entity.Name).
				WithFix("add from: <input or model> to aggregate its rows")
			v.Broken = true
		}
		return
	}
	switch {
	case f.Windows && f.Aggregates && v.Window == nil:
		b.sayMixed(v, "var "+v.Name, v.Select)
	case f.Windows:
		b.checkWindow(v, "var "+v.Name, v.Select, v.Window)
	case b.nestedAggregate(v, v.Select):
	}
}

// checkOneValue says which vars with a from would have many values per entity. It comes after the check of columns: what
// names a column that is not there has said enough.
func (b *Builder) checkOneValue() {
	for _, c := range b.Cohorts {
		for _, v := range c.Vars {
			if v.From == nil || v.Broken || v.Select == nil || v.Select.Opaque {
				continue
			}
			if f := v.Select.Facts; f.Aggregates || f.Windows || b.isMainID(v) {
				continue
			}
			b.Diags.Errorf(diag.RNotAggregate, v.spec.Select.Span(), "var %s is neither an aggregate nor a window function", v.Name).
				WithAlso(v.spec.From.Span, "%s may have many rows per %s", v.From.Addr(), v.Cohort.Entity.Name).
				WithFix("say which value is meant: any_value(%s), max(%s), or a window function with window.order_by", oneLine(v.Select), oneLine(v.Select))
			v.Broken = true
		}
	}
}

// checkWindow says so when a window function has no window, or a window no function.
func (b *Builder) checkWindow(owner Node, what string, t *sqltext.Tree, w *Window) {
	switch f := t.Facts; {
	case f.Windows && w == nil && !allHaveOver(t):
		b.Diags.Errorf(diag.RWindowMismatch, t.Rendered.Text.Span(), "%s uses a window function but has no window", what).
			WithFix("add window: {order_by: [...]}")
	case w != nil && !f.Windows && !f.Aggregates:
		b.Diags.Errorf(diag.RWindowMismatch, t.Rendered.Text.Span(), "%s has a window, but select calls neither a window function nor an aggregate", what).
			WithAlso(w.Span, "the window").WithFix("call one, such as first_value(...) or rank(), or take window away")
	default:
		return
	}
	owner.Base().Broken = true
}

// sayMixed is for a select that aggregates rows and calls a window function with an OVER of its own: one is a value per
// entity, the other a value per row.
func (b *Builder) sayMixed(owner Node, what string, t *sqltext.Tree) {
	at := t.Rendered.Text.Span()
	d := b.Diags.Errorf(diag.RAggregateNotAllowed, at, "%s mixes an aggregate with a window function", what).
		WithFix("compute the window function in an input_var, and aggregate that")
	for _, c := range t.AggregateCalls() {
		d.At = c.Text.Span()
		break
	}
	for _, c := range t.WindowCalls() {
		d.WithAlso(c.Text.Span(), "the window function")
		break
	}
	owner.Base().Broken = true
}

// windowAggregates says so when a term of a window aggregates.
func (b *Builder) windowAggregates(w *Window) {
	if w == nil {
		return
	}
	b.Check(func() { // its parts are filled in by a check of its own
		for _, p := range w.PartitionBy {
			b.noAggregatesIn(p, "a term of partition_by")
		}
		for _, o := range w.OrderBy {
			b.noAggregatesIn(o.Tree, "a term of order_by")
		}
	})
}

// nestedAggregate reports, after saying so, whether an aggregate stands in the arguments of another.
func (b *Builder) nestedAggregate(owner Node, t *sqltext.Tree) bool {
	for _, c := range t.AggregateCalls() {
		inner := &sqltext.Tree{Nodes: c.Args}
		for _, in := range inner.AggregateCalls() {
			b.Diags.Errorf(diag.RAggregateNotAllowed, in.Text.Span(), "an aggregate cannot stand inside another aggregate").
				WithAlso(c.Text.Span(), "the outer one").
				WithFix("aggregate in two steps: by an SQL model first, or in an entity_var that this one refers to")
			owner.Base().Broken = true
			return true
		}
	}
	return false
}

// allHaveOver reports whether every window call brings its own OVER, so that no window block is missing.
func allHaveOver(t *sqltext.Tree) bool {
	for _, c := range t.WindowCalls() {
		if c.Over == nil {
			return false
		}
	}
	return true
}

// isMainID reports whether a select is nothing but the main id column, which is the grouping key, or a constant.
func (b *Builder) isMainID(v *EntityVar) bool {
	cols := v.Select.Columns()
	for _, c := range cols {
		if len(c.Parts) != 1 || c.Parts[0] != v.Cohort.Entity.IDColumn {
			return false
		}
	}
	return len(v.Select.HoleIndexes()) == 0
}

func oneLine(t *sqltext.Tree) string {
	s := t.Rendered.Text.S
	if len(s) > 40 || t.Rendered.Holes != nil {
		return "..."
	}
	return s
}

func (b *Builder) declareInputVar(c *Cohort, s *spec.Var) {
	v := &InputVar{Name: s.Name.Value, Entity: c.Entity, Description: s.Description.Value, spec: s}
	v.Span = s.Name.Span
	of := b.SourceAt(s.From)
	if of == nil {
		return
	}
	v.Of = of
	for _, id := range of.SourceRows().IDs {
		if strings.EqualFold(v.Name, id.Entity.IDColumn) {
			b.Diags.Errorf(diag.RDuplicateColumn, v.Span, "input var %s has the name of the main id column of entity %s", v.Name, id.Entity.Name).
				WithFix("rename the var")
			return
		}
	}
	v.Address = of.Addr().Child(v.Name)
	if !b.Add(v) {
		return
	}
	of.SourceRows().InputVars = append(of.SourceRows().InputVars, v)
	b.SetEnable(v, s.Materialization)
	v.need(of)
	if c.Entity != nil && len(of.SourceRows().IDsOf(c.Entity)) > 0 {
		b.Later(func() {
			if c.Entity.Stitcher != nil {
				v.need(c.Entity.Stitcher)
			}
		})
	}
	b.Text(func() {
		sc := Scope{From: of, Cohort: c}
		v.Select = b.Scalar(v, s.Select, sc)
		v.Where = b.Scalar(v, s.Where, sc)
		v.Default = b.Scalar(v, s.DefaultValue, sc)
		v.Type = b.typeText(v, s.ColumnDataType)
		v.Window = b.window(v, s.Window, sc)
	})
	b.Check(func() {
		b.noAggregates(v.Where, "a where")
		b.noAggregates(v.Default, "a default value")
		b.windowAggregates(v.Window)
		if v.Select != nil && !v.Select.Opaque {
			b.checkWindow(v, "input var "+v.Name, v.Select, v.Window)
		}
		switch {
		case v.Select == nil || v.Select.Opaque || v.Window != nil || !v.Select.Facts.Aggregates:
		case v.Select.Facts.Windows:
			b.sayMixed(v, "input var "+v.Name, v.Select)
		default:
			b.Diags.Errorf(diag.RAggregateNotAllowed, s.Select.Span(), "input var %s has one value per row and cannot aggregate without a window", v.Name).
				WithFix("add window: {partition_by: [...]}, or make it an entity_var")
			v.Broken = true
		}
	})
}
