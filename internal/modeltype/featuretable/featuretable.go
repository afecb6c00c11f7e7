// Package featuretable is the older model type feature_table_model (modelling.md section 8.6).
package featuretable

import (
	"strings"

	"kith/internal/diag"
	"kith/internal/model"
	"kith/internal/source"
	"kith/internal/spec"
)

// Spec is the model_spec.
type Spec struct {
	Span         source.Span
	EntityKey    source.At[string]
	EntityCohort source.At[string]
	Features     []source.At[string]
	TimeGrain    source.At[string]
}

// Object is the field table of the model_spec.
var Object = &spec.Object[Spec]{
	Name: "feature_table_model", Place: "models[].model_spec (feature_table_model)", Doc: "A view of chosen features with the time they are valid at. Feature views replace it.",
	Span: func(s *Spec) *source.Span { return &s.Span },
	Fields: []spec.Field[Spec]{
		spec.Str("entity_key", "The entity.", func(s *Spec) *source.At[string] { return &s.EntityKey }),
		spec.Str("entity_cohort", "A cohort, instead of the entity.", func(s *Spec) *source.At[string] { return &s.EntityCohort }),
		spec.Names("features", "The vars, and features of SQL models, in the order of the columns.", func(s *Spec) *[]source.At[string] { return &s.Features }),
		spec.Ignored[Spec]("validity_time", "Removed in schema 80."),
		spec.Ignored[Spec]("compatibility_mode", "A switch of evaluation order that has no meaning here."),
		spec.TimeGrain(func(s *Spec) *source.At[string] { return &s.TimeGrain }),
		spec.Ignored[Spec]("materialization", "It is always a view."),
		spec.Ignored[Spec]("retention_period", "How long its materials are kept."),
	},
	Check: func(d *spec.Decoder, s *Spec, n *source.Node) {
		if (s.EntityKey.Value == "") == (s.EntityCohort.Value == "") {
			d.Errorf(diag.SChoice, n.Span, "a feature table needs either entity_key or entity_cohort")
		}
	},
}

// Type is the model type.
type Type struct{}

// Name is "feature_table_model".
func (Type) Name() string { return "feature_table_model" }

// Table is the field table of the model_spec.
func (Type) Table() *spec.Table { return Object.Table() }

// Declare adds the table; its features are looked up when all vars are declared.
func (Type) Declare(b *model.Builder, m *spec.Model) {
	s, diags := spec.DecodeModel(m, Object)
	b.Diags.Add(diags)
	n := &model.FeatureTable{Name: m.Name.Value}
	n.Address, n.Span, n.Broken = b.ModelAddr(n.Name), m.Name.Span, diags.HasErrors()
	if !b.Add(n) {
		return
	}
	b.Tables = append(b.Tables, n)
	b.SetHooks(n, m.Hooks)
	b.SetGrain(n, s.TimeGrain)
	b.Later(func() {
		if diags.HasErrors() {
			return
		}
		if n.Cohort = b.CohortAt(s.EntityKey, s.EntityCohort); n.Cohort == nil {
			n.Broken = true
			return
		}
		b.Need(n, n.Cohort)
		b.Later(func() { list(b, n, s.Features) }) // when SQL models know their cohort, too
	})
}

// list looks the features up: vars that the cohort sees, and features of SQL models of the cohort.
func list(b *model.Builder, n *model.FeatureTable, names []source.At[string]) {
	seen := map[string]bool{}
	for _, name := range names {
		f, ok := feature(b, n.Cohort, name.Value)
		if !ok {
			d := b.Diags.Errorf(diag.RUnknownVar, name.Span, "%s has no var or feature %q", n.Cohort.Address, name.Value)
			if near := diag.Nearest(name.Value, known(b, n.Cohort)); near != "" {
				d.WithFix("did you mean %q?", near)
			}
			n.Broken = true
			continue
		}
		if key := strings.ToLower(f.Name()); !seen[key] {
			seen[key] = true
			n.Features = append(n.Features, f)
			if f.Var != nil {
				b.Need(n, f.Var)
			} else {
				b.Need(n, f.Column.Model)
			}
		}
	}
}

// feature is the var of a name, else the feature of that name of an SQL model.
func feature(b *model.Builder, c *model.Cohort, name string) (model.TableFeature, bool) {
	if v := c.Find(name); v != nil {
		return model.TableFeature{Var: v}, true
	}
	for _, f := range b.ModelFeatures(c) {
		if strings.EqualFold(f.Name, name) {
			return model.TableFeature{Column: f}, true
		}
	}
	return model.TableFeature{}, false
}

func known(b *model.Builder, c *model.Cohort) []string {
	var names []string
	for _, v := range c.Visible() {
		names = append(names, v.Name)
	}
	for _, f := range b.ModelFeatures(c) {
		names = append(names, f.Name)
	}
	return names
}
