package model

import (
	"time"

	"kith/internal/diag"
	"kith/internal/source"
	"kith/internal/spec"
)

// ClusterLimit says how many ids of a type one cluster may have.
type ClusterLimit struct {
	Span source.Span
	Type *IDType
	Most int64
	// Unique tells that the limit of 1 was asked for as unique.
	Unique bool
}

// Name is what a dropped edge is said to be dropped by.
func (l ClusterLimit) Name() string {
	if l.Unique {
		return "unique: " + l.Type.Name
	}
	return "maximum_per_cluster: " + l.Type.Name
}

// Breaker are the bounds of the largest cluster of a graph. A negative bound is none.
type Breaker struct {
	Span source.Span
	// Size is in ids, Share in percent of all ids of the graph.
	Size  int64
	Share float64
	// GrowthTimes and GrowthIDs compare with the largest cluster published last.
	GrowthTimes float64
	GrowthIDs   int64
	// SizeAt and so on are where the bounds are written.
	SizeAt, ShareAt, TimesAt, IDsAt source.Span
	Block                           bool
}

// Compares reports whether a bound looks at what was published last.
func (b *Breaker) Compares() bool { return b.GrowthTimes >= 0 || b.GrowthIDs >= 0 }

// Guards are the guards of one graph beyond the limits of edges (Entity.Limits) and what its id types block.
type Guards struct {
	// ValidFor is how long an edge counts after it was last seen, zero for ever; ValidForAt is where that is written.
	ValidFor   time.Duration
	ValidForAt source.Span
	// PerCluster are in the order of the entity's id types.
	PerCluster []ClusterLimit
	Breaker    *Breaker // nil for none
}

// ValidFor is how long an edge between ids of two types counts after it was last seen, zero for ever: the shortest time of those
// that the graph and the types have.
func (s *Stitcher) ValidFor(a, b *IDType) time.Duration {
	var out time.Duration
	for _, d := range []time.Duration{s.Guards.ValidFor, a.ValidFor, b.ValidFor} {
		if d > 0 && (out == 0 || d < out) {
			out = d
		}
	}
	return out
}

// Decays reports whether edges of the graph stop counting with time.
func (s *Stitcher) Decays() bool {
	for _, t := range s.Entity.IDTypes {
		if s.ValidFor(t, t) > 0 {
			return true
		}
	}
	return false
}

// declareGuards resolves the guards of all id types.
func (b *Builder) declareGuards() {
	for _, t := range b.IDTypes {
		t.ValidFor, _ = time.ParseDuration(t.spec.ValidFor.Value) // the loader has read it before
		switch m := t.spec.MaximumPerCluster; {
		case t.spec.Unique.Value:
			t.perCluster = &ClusterLimit{Span: t.spec.Unique.Span, Type: t, Most: 1, Unique: true}
		case m.Value > 0:
			t.perCluster = &ClusterLimit{Span: m.Span, Type: t, Most: int64(m.Value)}
		}
	}
}

// blocked are the filters that an id type's list of values and its placeholders make.
func blocked(s *spec.IDType) []*IDFilter {
	var out []*IDFilter
	if len(s.Blocked) > 0 {
		f := &IDFilter{Span: s.Blocked[0].Span, Exclude: true, Kind: ByValues}
		for _, v := range s.Blocked {
			f.Values = append(f.Values, v.Value)
		}
		out = append(out, f)
	}
	if s.BlockPlaceholders.Value {
		out = append(out, &IDFilter{Span: s.BlockPlaceholders.Span, Exclude: true, Kind: ByPlaceholder, Text: spec.PlaceholderPattern, Values: spec.PlaceholderWords})
	}
	return out
}

// SetGuards gives a stitcher its guards, once the id types of its entity are known.
func (b *Builder) SetGuards(s *Stitcher, w spec.StitcherGuards) {
	g := &s.Guards
	g.ValidFor, _ = time.ParseDuration(w.ValidFor.Value)
	g.ValidForAt = w.ValidFor.Span
	if c := w.CircuitBreaker; c != nil {
		g.Breaker = breaker(c)
	}
	own := map[*IDType]*ClusterLimit{}
	for _, m := range w.MaximumPerCluster {
		t := b.idTypeNamed(m.Type)
		switch {
		case t == nil:
			b.Diags.Errorf(diag.RUnknownIDType, m.Type.Span, "no id type %q to limit in a cluster", m.Type.Value).
				WithFix("%s", orElse(didYouMean(m.Type.Value, b.idTypeNames()), "declare it under id_types in pb_project.yaml"))
		case !s.Entity.HasType(t):
			b.Diags.Warnf(diag.RLimitNowhere, m.Type.Span, "maximum_per_cluster limits ids of %s, and %s has none", t.Name, s.Entity.Name).
				WithAlso(s.Entity.Span, "%s is declared here", s.Entity.Name).
				WithFix("add %s to the id_types of the entity, or take the limit away", t.Name)
		case t.perCluster != nil && t.perCluster.Unique:
			b.Diags.Errorf(diag.RGuard, m.Type.Span, "%s is unique, so a cluster never has two of its ids, and maximum_per_cluster allows %d", t.Name, m.Most.Value).
				WithAlso(t.perCluster.Span, "unique is written here").WithFix("take one of them away")
			s.Broken = true
		default:
			own[t] = &ClusterLimit{Span: m.Type.Span, Type: t, Most: int64(m.Most.Value)}
		}
	}
	for _, t := range s.Entity.IDTypes {
		if own[t] == nil {
			own[t] = t.perCluster
		}
		if own[t] != nil {
			g.PerCluster = append(g.PerCluster, *own[t])
		}
	}
}

func breaker(c *spec.CircuitBreaker) *Breaker {
	out := &Breaker{Span: firstLine(c.Span), Size: -1, Share: -1, GrowthTimes: -1, GrowthIDs: -1, Block: c.OnFailure.Value != "warn",
		SizeAt: c.ClusterSize.Span, ShareAt: c.Share.Span, TimesAt: c.GrowthTimes.Span, IDsAt: c.GrowthIDs.Span}
	if !c.ClusterSize.Span.IsZero() {
		out.Size = int64(c.ClusterSize.Value)
	}
	if !c.Share.Span.IsZero() {
		out.Share = c.Share.Value
	}
	if !c.GrowthTimes.Span.IsZero() {
		out.GrowthTimes = c.GrowthTimes.Value
	}
	if !c.GrowthIDs.Span.IsZero() {
		out.GrowthIDs = int64(c.GrowthIDs.Value)
	}
	return out
}

// checkGuards says which guards never do anything.
func (b *Builder) checkGuards() {
	for _, s := range b.Stitchers {
		if s.Broken || s.Disabled != "" || s.Collator {
			continue
		}
		timed := false
		for _, es := range s.Sources {
			timed = timed || es.From.SourceRows().OccurredAt != nil
		}
		if at := s.Guards.ValidForAt; s.Guards.ValidFor > 0 && !timed && len(s.Sources) > 0 {
			b.Diags.Warnf(diag.RGuard, at, "valid_for of %s never drops an edge: none of its edge sources has a time", s.Name).
				WithAlso(s.Sources[0].From.Base().Span, "the first of them is declared here").
				WithFix("add occurred_at_col to the inputs, or take valid_for away")
		}
	}
}

// guards adds those of a stitcher to its definition. What only looks at the result is not part of it.
func (d *definer) guards(n *Stitcher) {
	if n.Guards.ValidFor > 0 {
		d.field("valid_for", n.Guards.ValidFor, "valid_for", orSpan(n.Guards.ValidForAt, n.Span))
	}
	for _, t := range n.Entity.IDTypes {
		if t.ValidFor > 0 {
			d.field("valid_for", t.Name+" "+t.ValidFor.String(), "valid_for of "+t.Name, t.spec.ValidFor.Span)
		}
	}
	for _, l := range n.Guards.PerCluster {
		name := "maximum_per_cluster of " + l.Type.Name
		if l.Unique {
			name = "unique of " + l.Type.Name
		}
		d.field("per_cluster", l.Name(), name, l.Span)
		d.field("per_cluster.most", l.Most, name, l.Span)
	}
}

// guardsOf are the guards among the settings of a default stitcher, which may be nil.
func guardsOf(m *spec.Materialization) spec.StitcherGuards {
	if m == nil {
		return spec.StitcherGuards{}
	}
	return m.Guards
}
