package model

import (
	"kith/internal/diag"
	"kith/internal/source"
	"kith/internal/spec"
)

// Foreign is a model of a type that this version knows but does not run: machine learning, plots, reports. It is a node like
// any other, so that paths to it resolve, and it takes no part in a run: what cannot do without it is left out, too.
type Foreign struct {
	NodeBase
	Rows
	Name, Type string
	// Entity is the entity it is about, nil when it names none.
	Entity *Entity
}

// DisplayName is the model's name.
func (f *Foreign) DisplayName() string { return f.Name }

// AddForeign registers a model that is not run, with a warning at the place of its type.
func (b *Builder) AddForeign(f *Foreign, at source.Span) bool {
	f.Disabled = "models of type " + f.Type + " are not run by this version"
	if !b.Add(f) {
		return false
	}
	b.Diags.Warnf(diag.RNotRun, at, "model %s is not run: this version does not run models of type %s", f.Name, f.Type).
		WithFix("what needs it is left out of the run; everything else runs")
	return true
}

// declareUnknown adds a model of a type that comes with a Python package of the project: what the type is cannot be known.
func (b *Builder) declareUnknown(m *spec.Model) {
	f := &Foreign{Name: m.Name.Value, Type: m.Type.Value}
	f.Address, f.Span = b.ModelAddr(f.Name), m.Name.Span
	if n := m.Spec.Get("entity_key"); n != nil && n.Kind == source.ScalarNode {
		f.Entity = b.Entity(n.Text.S)
	}
	b.AddForeign(f, m.Type.Span)
}

// NeedPath makes n wait for the node of a path that its spec names; an unknown path is a mistake.
func (b *Builder) NeedPath(n Node, path source.At[string]) {
	if m, _, ok := b.Find(path.Value); ok {
		if m != n {
			n.Base().need(m)
		}
		return
	}
	b.unknownPath(path, "input, model or var", nil)
	n.Base().Broken = true
}
