package model

import (
	"fmt"
	"slices"
	"strings"

	"kith/internal/diag"
	"kith/internal/source"
)

// Decision is what somebody decided about two ids of an entity: that they are never one (Split), or always. It holds for the
// entity's graph whatever the rows say.
type Decision struct {
	// No is the number that it has in the warehouse, where its ids are.
	No int64
	// Entity and the types are names, in any letter case.
	Entity       string
	Split        bool
	Type1, Type2 string
}

// Kind is "split" or "link".
func (d Decision) Kind() string {
	if d.Split {
		return "split"
	}
	return "link"
}

// String names a decision as edges and plans do.
func (d Decision) String() string { return fmt.Sprintf("decision %d", d.No) }

// Splits and Links are the decisions of either kind.
func (s *Stitcher) Splits() []Decision { return s.decided(true) }

// Links are the decisions that two ids are one.
func (s *Stitcher) Links() []Decision { return s.decided(false) }

func (s *Stitcher) decided(split bool) []Decision {
	var out []Decision
	for _, d := range s.Decisions {
		if d.Split == split {
			out = append(out, d)
		}
	}
	return out
}

// decide gives graphs the decisions about their entities, by number. What an entity without edges, or without the type of an
// id, cannot follow is told: silence would let people stay merged that somebody has taken apart.
func (b *Builder) decide() {
	decisions := slices.Clone(b.opt.Decisions)
	slices.SortFunc(decisions, func(x, y Decision) int { return int(x.No - y.No) })
	for _, d := range decisions {
		for _, s := range b.Stitchers {
			if !strings.EqualFold(s.Entity.Name, d.Entity) || s.Broken || s.Disabled != "" {
				continue
			}
			if why := s.cannot(d); why != "" {
				b.Diags.Warnf(diag.RDecision, s.Entity.Span, "%s (%s) has no effect on %s: %s", d, d.Kind(), s.Name, why).
					WithFix("take it back with kith id decisions --withdraw %d, or give the entity what it is about", d.No)
				continue
			}
			s.Decisions = append(s.Decisions, d)
		}
	}
}

// cannot says why a graph cannot follow a decision, "" when it can.
func (s *Stitcher) cannot(d Decision) string {
	if s.Collator {
		return "ids of " + s.Entity.Name + " are never joined"
	}
	for _, t := range []string{d.Type1, d.Type2} {
		if !slices.ContainsFunc(s.Entity.IDTypes, func(x *IDType) bool { return strings.EqualFold(x.Name, t) }) {
			return s.Entity.Name + " has no id type " + t
		}
	}
	return ""
}

// decisions adds those of a graph to its definition. A decision never changes: its number stands for it.
func (d *definer) decisions(n *Stitcher) {
	for _, x := range n.Decisions {
		d.field("decision", fmt.Sprint(x.Kind(), " ", x.No), "decisions about ids", source.Span{})
	}
}
