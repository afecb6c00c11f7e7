package model

import (
	"kith/internal/diag"
	"kith/internal/source"
	"kith/internal/spec"
	"kith/internal/sqltext"
	"kith/internal/template"
)

// Scope says what a text may refer to.
type Scope struct {
	// From is the source whose columns and input vars can be named; nil for none.
	From Source
	// Cohort is the cohort whose visible vars can be named; nil for none. Own tells that vars of the cohort itself count
	// (a filter of the cohort sees only its ancestors').
	Cohort *Cohort
	// AsIs tells that the text is that of the printed dialect, whatever the project is written in.
	AsIs bool
	// This is the model that DeRef belongs to; nil where DeRef cannot be called.
	This Node
	// Rowset is the var whose values are merged; nil outside a merge. NewRows tells that {{this.x}} means those of new rows.
	Rowset  *EntityVar
	NewRows bool
}

type parseJob struct {
	item sqltext.Item
	set  func(*sqltext.Tree)
	node Node
}

// Scalar renders an expression and queues it to be parsed. The returned tree is filled in when parsing is done: only
// Checks may look into it. It is nil for an empty text.
func (b *Builder) Scalar(owner Node, text source.Text, sc Scope) *sqltext.Tree {
	return b.queueText(owner, text, sc, sqltext.Scalar)
}

// Query is Scalar for one SELECT statement.
func (b *Builder) Query(owner Node, text source.Text, sc Scope) *sqltext.Tree {
	return b.queueText(owner, text, sc, sqltext.Query)
}

func (b *Builder) queueText(owner Node, text source.Text, sc Scope, kind sqltext.Kind) *sqltext.Tree {
	if text.TrimSpace().S == "" {
		return nil
	}
	r, ok := b.Render(owner, text, sc)
	if !ok {
		return nil
	}
	t := &sqltext.Tree{}
	rewrite := b.opt.Rewrite
	if sc.AsIs {
		rewrite = nil
	}
	b.queue = append(b.queue, parseJob{
		item: sqltext.Item{Rendered: r, Kind: kind, At: text.Span(), Rewrite: rewrite},
		set:  func(p *sqltext.Tree) { *t = *p },
		node: owner,
	})
	return t
}

// Render renders a template; ok is false after a mistake, which has been said and marks the owner as broken.
func (b *Builder) Render(owner Node, text source.Text, sc Scope) (template.Rendered, bool) {
	tpl, diags := template.Parse(text)
	var r template.Rendered
	base := owner.Base()
	was := base.Broken
	base.Broken = false
	defer func() { base.Broken = base.Broken || was }()
	if !diags.HasErrors() {
		var more diag.List
		r, more = tpl.Render(b.env(owner, sc), b.opt.Limits)
		diags.Add(more)
	}
	b.Diags.Add(diags)
	if diags.HasErrors() || base.Broken { // what it refers to may be broken, and have said so
		base.Broken = true
		return r, false
	}
	b.TimeDependent = b.TimeDependent || r.TimeDependent
	for _, h := range r.Holes {
		b.noteHole(owner, h)
	}
	return r, true
}

// noteHole turns what a text refers to into needs of its owner.
func (b *Builder) noteHole(owner Node, h template.Hole) {
	switch h := h.(type) {
	case VarHole:
		owner.Base().need(h.Var)
		if v, ok := owner.(*EntityVar); ok && !contains(v.Uses, h.Var) {
			v.Uses = append(v.Uses, h.Var)
		}
		if v, ok := owner.(*InputVar); ok && !contains(v.Uses, h.Var) {
			v.Uses = append(v.Uses, h.Var)
		}
	case InputVarHole:
		owner.Base().need(h.Var)
		if v, ok := owner.(*InputVar); ok && !contains(v.UsesInput, h.Var) {
			v.UsesInput = append(v.UsesInput, h.Var)
		}
	case RefHole:
		if h.Node != owner {
			owner.Base().need(h.Node)
			if src, ok := h.Node.(Source); ok && h.Child == ChildVarTable {
				b.needMainIDs(owner, src)
			}
		}
	}
}

// needMainIDs makes owner wait for the stitchers that resolve the rows of src, and for its input vars.
func (b *Builder) needMainIDs(owner Node, src Source) {
	for _, id := range src.SourceRows().IDs {
		if id.Entity.Stitcher != nil {
			owner.Base().need(id.Entity.Stitcher)
		}
	}
	for _, v := range src.SourceRows().InputVars {
		owner.Base().need(v)
	}
}

// valueSet resolves {select, from, where}.
func (b *Builder) valueSet(s *spec.SQLSet, owner Node, this Node) *ValueSet {
	out := &ValueSet{Span: s.Span}
	var holder Node = owner
	if holder == nil {
		holder = &FeatureTable{} // filters of id types belong to no node; the stitchers that use them take over the needs
	}
	from := s.From.TrimSpace()
	r, ok := b.Render(holder, from, Scope{This: holder})
	if !ok {
		return nil
	}
	if len(r.Holes) == 1 && template.Placeholder(0) == r.Text.S {
		if h, is := r.Holes[0].(RefHole); is {
			out.From, out.At = h.Node, h.At
		}
	}
	if out.From == nil {
		at := source.At[string]{Value: r.Text.S, Span: from.Span()}
		n, child, ok := b.Find(at.Value)
		if !ok || child != "" {
			b.unknownPath(at, "input or model", nil)
			return nil
		}
		out.From = n
	}
	holder.Base().need(out.From)
	src, _ := out.From.(Source)
	out.Select = b.Scalar(holder, s.Select, Scope{From: src})
	out.Where = b.Scalar(holder, s.Where, Scope{From: src})
	b.Check(func() { b.checkSet(holder, out) })
	return out
}

// parse reads all queued texts at once.
func (b *Builder) parse() {
	items := make([]sqltext.Item, len(b.queue))
	for i, j := range b.queue {
		items[i] = j.item
	}
	trees, diags := sqltext.ParseAll(items, b.opt.Parser)
	b.Diags.Add(diags)
	for i, j := range b.queue {
		j.set(trees[i])
		if trees[i].Opaque {
			j.node.Base().Broken = true
		}
	}
	b.queue = nil
}

// TimeColumn reads an occurred_at_col. The language defines it as a column, so a lone word is one even where SQL gives the word
// another meaning; anything else is read as an expression.
func (b *Builder) TimeColumn(owner Node, text source.Text, sc Scope) *sqltext.Tree {
	word := text.TrimSpace()
	if !isPlainName(word.S) {
		return b.Scalar(owner, text, sc)
	}
	return &sqltext.Tree{Kind: sqltext.Scalar, Rendered: template.Rendered{Text: word},
		Nodes: []sqltext.Node{&sqltext.Column{Parts: []string{word.S}, Quoted: []bool{false}, Text: word}}}
}
