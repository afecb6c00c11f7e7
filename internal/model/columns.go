package model

import (
	"strings"

	"kith/internal/diag"
	"kith/internal/source"
	"kith/internal/sqltext"
)

// checkSet compares the columns of a {select, from, where} with those of its source.
func (b *Builder) checkSet(owner Node, s *ValueSet) {
	if s == nil {
		return
	}
	if from, ok := s.From.(Source); ok {
		b.checkTrees(owner, from, []*sqltext.Tree{s.Select, s.Where}, false)
	}
}

// columnsOf returns the columns that rows of a source have for the texts of vars; nil when they are not known, and then
// nothing is said about columns.
func columnsOf(s Source) []string {
	var cols []string
	switch s := s.(type) {
	case *Input:
		cols = s.Columns
	case *SQLModel:
		if s.Query != nil && !s.Query.Opaque {
			cols = s.Query.Facts.Outputs
		}
	case *Union:
		cols = s.Columns()
	case *Stitcher:
		cols = []string{s.Entity.IDColumn, "other_id", "other_id_type", "valid_at", "first_seen_at"}
	}
	return cols
}

// checkColumns compares every column that a text names with the columns of its source.
func (b *Builder) checkColumns() {
	for _, in := range b.Inputs {
		own := []*sqltext.Tree{in.OccurredAt, in.LoadedAt, in.Where}
		b.checkTrees(in, in, append(own, idTrees(&in.Rows)...), false)
		b.checkContract(in)
	}
	for _, s := range b.Sources() {
		for _, v := range s.SourceRows().InputVars {
			b.checkTrees(v, s, append([]*sqltext.Tree{v.Select, v.Where, windowTree(v.Window)}, nil), true)
		}
	}
	for _, c := range b.Cohorts {
		for _, v := range c.Vars {
			if v.From != nil {
				b.checkTrees(v, v.From, []*sqltext.Tree{v.Select, v.Where, windowTree(v.Window)}, true)
			}
		}
	}
}

func windowTree(w *Window) *sqltext.Tree {
	if w == nil {
		return nil
	}
	return w.Tree
}

func idTrees(r *Rows) []*sqltext.Tree {
	var out []*sqltext.Tree
	for _, id := range r.IDs {
		out = append(out, id.Select)
	}
	return out
}

// Sources are all inputs, SQL models and stitchers.
func (g *Graph) Sources() []Source {
	var out []Source
	for _, i := range g.Inputs {
		out = append(out, i)
	}
	for _, m := range g.SQL {
		out = append(out, m)
	}
	for _, u := range g.Unions {
		out = append(out, u)
	}
	for _, s := range g.Stitchers {
		out = append(out, s)
	}
	return out
}

// checkTrees says which columns of texts the source lacks. resolved tells that main ids and input vars are columns, too.
func (b *Builder) checkTrees(owner Node, s Source, trees []*sqltext.Tree, resolved bool) {
	cols := columnsOf(s)
	if cols == nil || s.Base().Broken {
		return
	}
	has := map[string]bool{}
	for _, c := range cols {
		has[strings.ToLower(c)] = true
	}
	if resolved {
		for _, id := range s.SourceRows().IDs {
			has[strings.ToLower(id.Entity.IDColumn)] = true
		}
		for _, v := range s.SourceRows().InputVars {
			has[strings.ToLower(v.Name)] = true
		}
	}
	for _, t := range trees {
		if t == nil || t.Opaque {
			continue
		}
		for _, c := range t.Columns() {
			name := c.Parts[0]
			if len(c.Parts) > 1 && strings.EqualFold(name, s.DisplayName()) {
				name = c.Parts[1]
			} else if len(c.Parts) > 1 {
				continue // a field of a column, or an alias inside the text: the engine knows
			}
			b.sayColumn(owner, s, name, c, has, cols)
		}
		for i, h := range t.Rendered.Holes {
			if ch, ok := h.(ColumnHole); ok && ch.Of == s && !has[strings.ToLower(ch.Name)] {
				b.Diags.Errorf(diag.RUnknownColumn, holeSpan(t, i), "%s has no column %q", s.Addr(), ch.Name).
					WithFix("%s", orElse(didYouMean(ch.Name, cols), "its columns are "+firstOf(cols)))
				owner.Base().Broken = true
			}
		}
	}
}

func (b *Builder) sayColumn(owner Node, s Source, name string, c *sqltext.Column, has map[string]bool, cols []string) {
	if has[strings.ToLower(name)] {
		return
	}
	owner.Base().Broken = true
	if b.saidColumns[c.Text.Span()] {
		return // one text that several sources share through an anchor
	}
	b.saidColumns[c.Text.Span()] = true
	d := b.Diags.Errorf(diag.RUnknownColumn, c.Text.Span(), "%s has no column %q", s.Addr(), name)
	d.WithAlso(s.Base().Span, "declared here")
	fix := didYouMean(name, cols)
	if v, ok := owner.(*EntityVar); ok && fix == "" && v.Cohort.Find(name) != nil {
		fix = "to use the var of that name, write {{" + v.Cohort.Entity.Name + ".Var(\"" + name + "\")}}"
	}
	d.WithFix("%s", orElse(fix, "its columns are "+firstOf(cols)))
	owner.Base().Broken = true
}

// holeSpan is where a hole stands in the user's text.
func holeSpan(t *sqltext.Tree, index int) source.Span {
	at := t.Rendered.Text.Span()
	sqltext.Walk(t.Nodes, func(n sqltext.Node) bool {
		if h, ok := n.(*sqltext.Hole); ok && h.Index == index {
			at = h.Text.Span()
		}
		return true
	})
	return at
}

// firstOf lists some names.
func firstOf(names []string) string {
	if len(names) > 12 {
		return strings.Join(names[:12], ", ") + ", ..."
	}
	return strings.Join(names, ", ")
}

// checkContract compares the columns that an input promises with those that its table has.
func (b *Builder) checkContract(in *Input) {
	if in.Columns == nil || in.Contract == nil || in.Broken {
		return
	}
	has := map[string]bool{}
	for _, c := range in.Columns {
		has[strings.ToLower(c)] = true
	}
	for _, c := range in.Contract.WithColumns {
		if c.Name.Value != "" && !has[strings.ToLower(c.Name.Value)] {
			b.Diags.Errorf(diag.RContract, c.Name.Span, "the contract of %s promises column %q, which it does not have", in.Name, c.Name.Value).
				WithAlso(in.TableAt, "read from here").
				WithFix("%s", orElse(didYouMean(c.Name.Value, in.Columns), "its columns are "+firstOf(in.Columns)))
			in.Broken = true
		}
	}
}
