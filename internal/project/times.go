package project

import (
	"context"
	"strings"
	"time"

	"kith/internal/diag"
	"kith/internal/model"
	"kith/internal/run"
	"kith/internal/source"
)

// End is the end time that a run of an end time has: the latest boundary of the project's default_time_grain, which no model
// of it is finer than. So all runs between two boundaries are one.
func (p *Project) End(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return model.DefaultGrain(p.Spec).Boundary(t)
}

// otherTimes resolves a project for the earlier times that a run needs, where templates look at the value of a time.
type otherTimes struct {
	p     *Project
	s     Settings
	g     *model.Graph
	diags diag.List // mistakes that are made at one of those times only
	err   error
}

// graph is lower.Context.Graph of the project.
func (o *otherTimes) graph() func(time.Time) *model.Graph {
	if !o.g.TimeDependent {
		return nil
	}
	known := map[int64]*model.Graph{}
	return func(end time.Time) *model.Graph {
		if g := known[end.UnixNano()]; g != nil {
			return g
		}
		s := o.s
		s.EndTime = end
		g, diags, err := o.p.Resolve(s)
		if err != nil || diags.HasErrors() {
			o.err, g = err, o.g
			for _, d := range diags {
				if d.Severity == diag.Error {
					o.diags = append(o.diags, d)
				}
			}
		}
		known[end.UnixNano()] = g
		return g
	}
}

// materials are the complete materials that a run of a moment reads or has made for nodes of the project, by the address of
// their node in lower case: each is in the context of the boundary of the node's grain.
func (w *Work) materials(ctx context.Context, g *model.Graph, m Moment) (map[string]run.Material, error) {
	seqs, err := w.Registry.Sequences(ctx)
	if err != nil {
		return nil, err
	}
	of := map[model.Grain]map[string]run.Material{}
	out := map[string]run.Material{}
	for _, n := range g.Order {
		grain := n.Base().Grain
		if of[grain] == nil {
			seqNo := m.SeqNo
			if end := grain.Boundary(m.EndTime); !end.Equal(m.EndTime) {
				seqNo, _ = seqs.Known(m.BeginTime, end)
			}
			list, err := w.Registry.Materials(ctx, seqNo)
			if err != nil {
				return nil, err
			}
			of[grain] = map[string]run.Material{}
			for _, b := range list {
				of[grain][strings.ToLower(b.Ref)] = b
			}
		}
		if b, ok := of[grain][n.Addr().Key()]; ok {
			out[n.Addr().Key()] = b
		}
	}
	return out, nil
}

// built is the project's graph with the materials of a moment, for questions about all entities or, unless it is "", the one named.
func (w *Work) built(ctx context.Context, m Moment, entity string) (*model.Graph, map[string]run.Material, diag.List, error) {
	g, diags, err := w.Project.Resolve(w.Settings(m))
	if err != nil || diags.HasErrors() {
		return nil, nil, diags, err
	}
	diags = nil
	if entity != "" && g.Entity(entity) == nil {
		var names []string
		for _, e := range g.Entities {
			names = append(names, e.Name)
		}
		diags.Errorf(diag.UFlag, source.Span{}, "no entity %q; there are %s", entity, strings.Join(names, ", "))
		return nil, nil, diags, nil
	}
	materials, err := w.materials(ctx, g, m)
	return g, materials, nil, err
}

// graphOf is the material of an entity's identity graph at a moment.
func graphOf(e *model.Entity, materials map[string]run.Material, m Moment) (run.Material, diag.List) {
	var diags diag.List
	b, ok := materials[e.Stitcher.Address.Key()]
	if !ok {
		diags.Errorf(diag.WSeqNo, e.Stitcher.Span, "the graph of %s has not been built in seq no %d", e.Name, m.SeqNo).WithFix("kith run")
	}
	return b, diags
}
