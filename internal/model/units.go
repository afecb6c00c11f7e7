package model

import (
	"slices"
	"strings"

	"kith/internal/addr"
	"kith/internal/diag"
	"kith/internal/source"
	"kith/internal/spec"
)

// unit is the project itself or a package: a set of files whose paths mean its own things first.
type unit struct {
	spec *spec.Project
	// prefix stands before the addresses of its nodes: "" or "packages/base/".
	prefix string
	// parent imported the unit as imp; nil for the project.
	parent *unit
	imp    *spec.Import
	// mapped are inputs (lower case) that other nodes stand for.
	mapped map[string]Node
}

// findUnits lists packages before what imports them, so that the importer's word is the last.
func (b *Builder) findUnits(p *spec.Project, parent *unit, imp *spec.Import) {
	u := &unit{spec: p, parent: parent, imp: imp, mapped: map[string]Node{}}
	if imp != nil {
		u.prefix = parent.prefix + "packages/" + imp.Package.Name.Value + "/"
	}
	for _, i := range p.Imports {
		b.findUnits(i.Project, u, i)
	}
	b.units = append(b.units, u)
	b.unit = u
}

// eachUnit runs f once in every unit, packages first.
func (b *Builder) eachUnit(f func()) {
	for _, u := range b.units {
		leave := b.in(u)
		f()
		leave()
	}
}

// in enters a unit; the returned function leaves it.
func (b *Builder) in(u *unit) (leave func()) {
	old := b.unit
	if u != nil {
		b.unit = u
	}
	return func() { b.unit = old }
}

// unitOf is the unit of a place in a file.
func (b *Builder) unitOf(at source.Span) *unit {
	for _, u := range b.units {
		if slices.Contains(u.spec.Files, at.File) {
			return u
		}
	}
	return b.unit
}

// inUnit makes f run in the unit that is current.
func (b *Builder) inUnit(f func()) func() {
	u := b.unit
	return func() {
		defer b.in(u)()
		f()
	}
}

// ModelAddr is the address of a model declared in the current unit.
func (b *Builder) ModelAddr(name string) addr.Addr {
	return addr.Addr(b.unit.prefix) + addr.Model(name)
}

// Find resolves a path as the current unit means it: its own things first, then those of the project as a whole.
func (b *Builder) Find(path string) (n Node, child string, ok bool) {
	key := normalPath(path)
	if parts := strings.Split(key, "/"); len(parts) >= 2 && parts[0] == "inputs" && b.unit.mapped[parts[1]] != nil {
		return b.Graph.Find(strings.Join(append([]string{string(b.unit.mapped[parts[1]].Addr())}, parts[2:]...), "/"))
	}
	if b.unit.prefix != "" {
		if n, child, ok := b.Graph.Find(b.unit.prefix + key); ok {
			return n, child, true
		}
	}
	if n, child, ok := b.Graph.Find(key); ok {
		return n, child, true
	}
	// An entity is one for all units, so its vars have no place in a package: packages/<name>/entity/… is entity/….
	for parts := strings.Split(key, "/"); len(parts) > 3 && parts[0] == "packages"; parts = parts[2:] {
		if rest := parts[2:]; rest[0] == "entity" || b.Entity(rest[0]) != nil {
			return b.Graph.Find(strings.Join(rest, "/"))
		}
	}
	return nil, "", false
}

// mapInputs puts the importer's inputs and models in the place of a package's inputs (modelling.md section 14.1). Importers come
// before their packages: a package may hand on to its own packages an input that another stands for.
func (b *Builder) mapInputs() {
	for _, u := range slices.Backward(b.units) {
		if u.imp == nil {
			continue
		}
		for _, m := range u.imp.Package.InputsMap {
			own, _ := b.byKey[addr.Addr(u.prefix+"inputs/"+m.Key.Value).Key()].(*Input)
			if own == nil {
				var names []string
				for _, i := range u.spec.Inputs {
					names = append(names, i.Name.Value)
				}
				b.Diags.Errorf(diag.RUnknownPath, m.Key.Span, "package %s has no input %q", u.imp.Package.Name.Value, m.Key.Value).
					WithFix("%s", orElse(didYouMean(m.Key.Value, names), "its inputs are "+firstOf(names)))
				continue
			}
			if m.Value.Value == "" || m.Value.Value == "nil" {
				own.Disabled = "the project maps it to nil"
				continue
			}
			leave := b.in(u.parent)
			if to := b.SourceAt(m.Value); to != nil {
				u.mapped[strings.ToLower(m.Key.Value)] = to
				b.standsFor(own, to)
			} else {
				own.replaced, own.Broken = true, true // that its own table is missing would be no news
			}
			leave()
		}
	}
}

// standsFor takes a package's input out of the graph: whoever asks for it gets the other node.
func (b *Builder) standsFor(own *Input, to Source) {
	b.byKey[own.Address.Key()] = to
	own.replaced = true
	for i, in := range b.Inputs {
		if in == own {
			b.Inputs = append(b.Inputs[:i:i], b.Inputs[i+1:]...)
			return
		}
	}
}

// override applies what importers say about models of their packages.
func (b *Builder) override() {
	for _, u := range b.units {
		if u.imp == nil {
			continue
		}
		for _, o := range u.imp.Package.Overrides {
			for _, path := range o.Models {
				leave := b.in(u)
				if n, _, ok := b.Find(path.Value); ok {
					n.Base().Enable, n.Base().EnableAt = o.EnableStatus.Value, o.EnableStatus.Span
				} else {
					b.unknownPath(path, "model of the package", nil)
				}
				leave()
			}
		}
	}
}

// lookIn is the unit that named the entity's stitcher.
func (e *Entity) lookIn() *unit {
	if e.stitcherUnit != nil {
		return e.stitcherUnit
	}
	return e.unit
}
