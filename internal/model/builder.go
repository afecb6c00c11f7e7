package model

import (
	"strings"

	"kith/internal/diag"
	"kith/internal/source"
	"kith/internal/spec"
)

// Parents runs f when all models are declared but before any var looks at its cohort: for what cohorts extend.
func (b *Builder) Parents(f func()) { b.parents = append(b.parents, f) }

// Need makes n wait for m.
func (b *Builder) Need(n, m Node) { n.Base().need(m) }

// NeedStitcher makes n wait for the graph of an entity.
func (b *Builder) NeedStitcher(n Node, e *Entity) {
	if e.Stitcher != nil {
		n.Base().need(e.Stitcher)
	}
}

// NeedParent makes a cohort wait for the cohort it extends.
func (b *Builder) NeedParent(c *Cohort) {
	if c.Parent != nil {
		c.need(c.Parent)
	}
}

// EntityOfCohort follows extends from a path to an entity, before cohorts are resolved. keys reads entity_key and extends of
// another cohort model.
func (b *Builder) EntityOfCohort(path source.At[string], keys func(*spec.Model) (entityKey, extends source.At[string])) *Entity {
	at := path
	seen := map[string]*spec.Model{}
	for range len(b.Spec.Models) + 1 {
		key := normalPath(at.Value)
		if name, ok := strings.CutSuffix(key, "/all"); ok {
			if e := b.Entity(name); e != nil {
				return e
			}
			break
		}
		var next *spec.Model
		for _, m := range b.unit.spec.Models {
			if "models/"+strings.ToLower(m.Name.Value) == key && m.Type.Value == "entity_cohort" {
				next = m
			}
		}
		if next == nil {
			break
		}
		if seen[key] != nil {
			b.sayCircle(path, at, keys)
			return nil
		}
		seen[key] = next
		ek, ext := keys(next)
		if ek.Value != "" {
			return b.EntityNamed(ek)
		}
		if ext.Value == "" {
			return nil // said at the other cohort
		}
		at = ext
	}
	var near []string
	for _, e := range b.Entities {
		near = append(near, string(e.Root.Address))
	}
	for _, m := range b.unit.spec.Models {
		if m.Type.Value == "entity_cohort" {
			near = append(near, "models/"+m.Name.Value)
		}
	}
	b.Diags.Errorf(diag.RUnknownPath, path.Span, "no cohort %q", path.Value).
		WithFix("%s", orElse(didYouMean(path.Value, near), "name a cohort: <entity>/all or models/<cohort>"))
	return nil
}

// sayCircle reports a circle of extends that no entity can be told from, at the first of its cohorts only. at is an extends of
// the circle, path that of the cohort asked for.
func (b *Builder) sayCircle(path, at source.At[string], keys func(*spec.Model) (entityKey, extends source.At[string])) {
	circle := map[string]bool{}
	for key := normalPath(at.Value); !circle[key]; {
		circle[key] = true
		for _, m := range b.unit.spec.Models {
			if "models/"+strings.ToLower(m.Name.Value) == key && m.Type.Value == "entity_cohort" {
				_, ext := keys(m)
				key = normalPath(ext.Value)
				break
			}
		}
	}
	for _, m := range b.unit.spec.Models {
		if circle["models/"+strings.ToLower(m.Name.Value)] {
			if _, ext := keys(m); ext.Span == path.Span {
				b.sayExtendsItself(m.Name.Span, m.Name.Value)
			}
			return
		}
	}
}

// CheckOutputs compares what an SQL model's query returns, where that can be read from its text, with the columns that its
// ids, time and features name.
func (b *Builder) CheckOutputs(m *SQLModel) {
	if m.Query == nil || m.Query.Opaque || m.Query.Facts.Outputs == nil {
		return
	}
	has := map[string]bool{}
	for _, o := range m.Query.Facts.Outputs {
		k := strings.ToLower(o)
		if has[k] {
			b.Diags.Errorf(diag.RDuplicateColumn, m.Span, "the query of %s returns two columns named %q", m.Name, o).WithFix("give one of them another name with AS")
			m.Broken = true
		}
		has[k] = true
	}
	say := func(name string, at source.Span, what string) {
		if has[strings.ToLower(name)] {
			return
		}
		b.Diags.Errorf(diag.RUnknownColumn, at, "the query of %s returns no column %q (%s)", m.Name, name, what).
			WithFix("%s", orElse(didYouMean(name, m.Query.Facts.Outputs), "it returns "+strings.Join(m.Query.Facts.Outputs, ", ")))
		m.Broken = true
	}
	for _, f := range m.Features {
		say(f.Name, f.Span, "feature")
	}
	for _, id := range m.IDs {
		if id.Select == nil {
			continue
		}
		for _, c := range id.Select.Columns() {
			if len(c.Parts) == 1 {
				say(c.Parts[0], c.Text.Span(), "id")
			}
		}
	}
	if m.OccurredAt != nil {
		for _, c := range m.OccurredAt.Columns() {
			if len(c.Parts) == 1 {
				say(c.Parts[0], c.Text.Span(), "occurred_at_col")
			}
		}
	}
}
