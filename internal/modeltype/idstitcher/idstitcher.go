// Package idstitcher is the model type id_stitcher (modelling.md section 6).
package idstitcher

import (
	"kith/internal/model"
	"kith/internal/source"
	"kith/internal/spec"
)

// Spec is the model_spec.
type Spec struct {
	Span            source.Span
	EntityKey       source.At[string]
	EdgeSources     []*EdgeSource
	Materialization *spec.Materialization
	TimeGrain       source.At[string]
	// IncrementalTimedelta is a Go duration, "" when not written.
	IncrementalTimedelta source.At[string]
	Guards               spec.StitcherGuards
}

// EdgeSource is an item of edge_sources.
type EdgeSource struct {
	Span source.Span
	From source.At[string]
}

var edgeObject = &spec.Object[EdgeSource]{
	Name: "edge source", Place: "edge_sources[]", Doc: "Rows whose ids belong together.",
	Span: func(e *EdgeSource) *source.Span { return &e.Span },
	Fields: []spec.Field[EdgeSource]{
		spec.Str("from", "Path of the input or SQL model.", func(e *EdgeSource) *source.At[string] { return &e.From }, spec.Required),
	},
}

// Object is the field table of the model_spec.
var Object = &spec.Object[Spec]{
	Name: "id_stitcher", Place: "models[].model_spec (id_stitcher)", Doc: "The identity graph of an entity: which ids belong to the same one.",
	Span: func(s *Spec) *source.Span { return &s.Span },
	Fields: append([]spec.Field[Spec]{
		spec.Str("entity_key", "The entity stitched.", func(s *Spec) *source.At[string] { return &s.EntityKey }, spec.Required),
		spec.Objs("edge_sources", "Inputs and SQL models whose ids belong together.", edgeObject, func(s *Spec) *[]*EdgeSource { return &s.EdgeSources }, spec.Required),
		spec.Obj("materialization", "output_type view or table.", spec.MaterializationObject, func(s *Spec) **spec.Materialization { return &s.Materialization }),
		spec.Duration("incremental_timedelta", "How long after it occurred a row may arrive, for sources of which nothing tells when rows were loaded. A run that extends an earlier graph reads so far back.", false,
			func(s *Spec) *source.At[string] { return &s.IncrementalTimedelta }, spec.Default("96h")),
		spec.Ignored[Spec]("main_id_type", "Name of the type of main ids.", spec.Default("rudder_id")),
		spec.Ignored[Spec]("max_iterations", "A bound on rounds. The graph is always solved to its end."),
		spec.TimeGrain(func(s *Spec) *source.At[string] { return &s.TimeGrain }),
		spec.Ignored[Spec]("validity_time", "Removed in schema 80."),
		spec.Ignored[Spec]("retention_period", "How long its materials are kept."),
		spec.Ignored[Spec]("log_direct_edge_info", "Keep the edges of each node."),
		spec.Ignored[Spec]("log_node_metadata", "Keep the sources of each node."),
	}, spec.GuardFields(func(s *Spec) *spec.StitcherGuards { return &s.Guards })...),
}

// Type is the model type.
type Type struct{}

// Name is "id_stitcher".
func (Type) Name() string { return "id_stitcher" }

// Table is the field table of the model_spec.
func (Type) Table() *spec.Table { return Object.Table() }

// Declare adds the stitcher; its edge sources are resolved when all models are declared.
func (Type) Declare(b *model.Builder, m *spec.Model) {
	s, diags := spec.DecodeModel(m, Object)
	b.Diags.Add(diags)
	if s.EntityKey.Value == "" {
		return
	}
	e := b.EntityNamed(s.EntityKey)
	if e == nil {
		return
	}
	n := &model.Stitcher{Name: m.Name.Value, Entity: e, Output: model.AsView}
	n.Address, n.Span, n.Broken = b.ModelAddr(n.Name), m.Name.Span, diags.HasErrors()
	if mat := s.Materialization; mat != nil && mat.OutputType.Value == "table" {
		n.Output = model.AsTable
	}
	n.SetIncremental(s.Materialization, s.IncrementalTimedelta)
	if !b.AddStitcher(n) {
		return
	}
	b.SetEnable(n, s.Materialization)
	b.SetHooks(n, m.Hooks)
	b.SetGrain(n, s.TimeGrain)
	b.SetGuards(n, s.Guards)
	b.Later(func() {
		for _, es := range s.EdgeSources {
			if es.From.Value != "" {
				b.AddEdges(n, es.From)
			}
		}
		b.NeedsEdges(n)
	})
}
