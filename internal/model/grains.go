package model

import (
	"kith/internal/addr"
	"kith/internal/diag"
	"kith/internal/source"
	"kith/internal/spec"
)

// SetGrain takes over a time_grain key; an empty one leaves the node at the project's default.
func (b *Builder) SetGrain(n Node, key source.At[string]) {
	if g, ok := grainOf(key.Value); ok {
		base := n.Base()
		base.Grain, base.grainSet = g, true
		b.grains = append(b.grains, usedGrain{g, key.Span})
	}
}

// usedGrain is a grain that the project writes somewhere.
type usedGrain struct {
	grain Grain
	at    source.Span
}

// groupGrain is the grain of an entity var: its own key, else that of its group.
func (b *Builder) groupGrain(v *EntityVar, g *spec.VarGroup) {
	key := v.spec.TimeGrain
	if key.Value == "" {
		key = g.TimeGrain
	}
	b.SetGrain(v, key)
}

// defaultGrain is the grain of nodes that state none: what the project says, else what one of its packages does. key is
// where it is said, zero when nobody does.
func defaultGrain(p *spec.Project) (g Grain, key source.At[string]) {
	if g, ok := grainOf(p.DefaultTimeGrain.Value); ok {
		return g, p.DefaultTimeGrain
	}
	for _, i := range p.Imports {
		if i.Project == nil {
			continue
		}
		if g, key := defaultGrain(i.Project); key.Value != "" {
			return g, key
		}
	}
	return Tick, source.At[string]{}
}

// DefaultGrain is the grain of the nodes of a project that state none.
func DefaultGrain(p *spec.Project) Grain {
	g, _ := defaultGrain(p)
	return g
}

// settleGrains gives every node a grain, and compares the default with those that are used: nothing can be built more often
// than the runs' own times change (modelling.md section 13).
func (b *Builder) settleGrains() {
	g, key := defaultGrain(b.Spec)
	b.Graph.Grain = g
	for _, p := range b.Paths() {
		if base := b.Node(addr.Addr(p)).Base(); !base.grainSet {
			base.Grain = g
		}
	}
	if len(b.grains) == 0 {
		return
	}
	finest := b.grains[0]
	for _, u := range b.grains {
		if u.grain < finest.grain {
			finest = u
		}
	}
	switch {
	case key.Value == "":
		b.Diags.Errorf(diag.RNoDefaultGrain, finest.at, "a time_grain is used, and the project has no default_time_grain").
			WithFix("add default_time_grain: tick to pb_project.yaml for all that states no grain, or another one that is not coarser than %s", finest.grain)
	case g > finest.grain:
		b.Diags.Errorf(diag.RCoarseDefaultGrain, key.Span, "default_time_grain is %s, and that is coarser than a grain in use", g).
			WithAlso(finest.at, "the finest one, %s", finest.grain).
			WithFix("write default_time_grain: %s or a finer one", finest.grain)
	}
}
