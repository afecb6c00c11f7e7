// Package featureviews holds the older model types that make views of features: feature_view, feature_views and
// entity_traits_360 (modelling.md section 8.5). They are three ways of writing one thing.
package featureviews

import (
	"kith/internal/model"
	"kith/internal/source"
	"kith/internal/spec"
)

// Spec is the model_spec of all three.
type Spec struct {
	Span         source.Span
	EntityKey    source.At[string]
	EntityCohort source.At[string]
	UsingIDs     []*spec.UsingID
	Features     []*spec.FeatureChoice
	IDServed     source.At[string]
	TimeGrain    source.At[string]
	Nested       *spec.FeatureViews
	// Materialization matters for its enable_status only.
	Materialization *spec.Materialization
}

// Object is the field table of the model_spec.
var Object = &spec.Object[Spec]{
	Name: "feature_view", Place: "models[].model_spec (feature_view, feature_views, entity_traits_360)", Doc: "Views of features as a model. feature_views of the entity replaces it.",
	Span: func(s *Spec) *source.Span { return &s.Span },
	Fields: []spec.Field[Spec]{
		spec.Str("entity_key", "The entity.", func(s *Spec) *source.At[string] { return &s.EntityKey }),
		spec.Str("entity_cohort", "A cohort, instead of the entity.", func(s *Spec) *source.At[string] { return &s.EntityCohort }),
		spec.Objs("using_ids", "A view for each of these ids.", spec.UsingIDObject, func(s *Spec) *[]*spec.UsingID { return &s.UsingIDs }),
		spec.Objs("features", "Which features the views show.", spec.FeatureChoiceObject, func(s *Spec) *[]*spec.FeatureChoice { return &s.Features }),
		spec.Objs("feature_list", "The older name of features.", spec.FeatureChoiceObject, func(s *Spec) *[]*spec.FeatureChoice { return &s.Features }),
		spec.Str("id_served", "The one id that the view is keyed by.", func(s *Spec) *source.At[string] { return &s.IDServed }),
		spec.Obj("feature_views", "The same, one level down.", spec.FeatureViewsObject, func(s *Spec) **spec.FeatureViews { return &s.Nested }),
		spec.Obj("materialization", "enable_status. They are views, whatever the output_type.", spec.MaterializationObject, func(s *Spec) **spec.Materialization { return &s.Materialization }),
		spec.Ignored[Spec]("validity_time", "Removed in schema 80."),
		spec.TimeGrain(func(s *Spec) *source.At[string] { return &s.TimeGrain }),
	},
}

// Type is one of the model types.
type Type string

// Types returns all of them.
func Types() []model.Type {
	return []model.Type{Type("feature_view"), Type("feature_views"), Type("entity_traits_360")}
}

// Name is the value of model_type.
func (t Type) Name() string { return string(t) }

// Table is the field table of the model_spec.
func (t Type) Table() *spec.Table { return Object.Table() }

// Declare asks for the views; a view keyed by main id has the model's name.
func (t Type) Declare(b *model.Builder, m *spec.Model) {
	s, diags := spec.DecodeModel(m, Object)
	b.Diags.Add(diags)
	if diags.HasErrors() {
		return
	}
	views := &spec.FeatureViews{Span: s.Span, UsingIDs: s.UsingIDs, Features: s.Features, Hooks: m.Hooks, Materialization: s.Materialization}
	if s.Nested != nil {
		if views.Hooks == nil {
			views.Hooks = s.Nested.Hooks
		}
		views.UsingIDs = append(views.UsingIDs, s.Nested.UsingIDs...)
		views.Features = append(views.Features, s.Nested.Features...)
	}
	if s.IDServed.Value != "" {
		views.UsingIDs = append(views.UsingIDs, &spec.UsingID{Span: s.IDServed.Span, ID: s.IDServed, Name: m.Name})
	}
	b.Later(func() {
		if c := b.CohortAt(s.EntityKey, s.EntityCohort); c != nil {
			b.AddViews(c, m.Name, s.TimeGrain, views)
		}
	})
}
