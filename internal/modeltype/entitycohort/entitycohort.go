// Package entitycohort is the model type entity_cohort (modelling.md section 8).
package entitycohort

import (
	"strings"

	"kith/internal/diag"
	"kith/internal/model"
	"kith/internal/source"
	"kith/internal/spec"
)

// Spec is the model_spec.
type Spec struct {
	Span             source.Span
	EntityKey        source.At[string]
	Extends          source.At[string]
	Materialization  *spec.Materialization
	FilterPipeline   []*Step
	FilterExpression *source.Node
	FeatureViews     *spec.FeatureViews
	TimeGrain        source.At[string]
}

// Step is an item of filter_pipeline.
type Step struct {
	Span  source.Span
	Type  source.At[string]
	Value source.Text
	SQL   *spec.SQLSet
}

var stepObject = &spec.Object[Step]{
	Name: "filter", Place: "filter_pipeline[]", Doc: "A condition that members pass (include) or fail (exclude).",
	Span: func(s *Step) *source.Span { return &s.Span },
	Fields: []spec.Field[Step]{
		spec.Enum("type", "include or exclude.", spec.FilterTypes, func(s *Step) *source.At[string] { return &s.Type }, spec.Required),
		spec.Txt("value", "A condition over vars of the parent cohort.", func(s *Step) *source.Text { return &s.Value }),
		spec.Obj("sql", "A set of main ids.", spec.SQLSetObject, func(s *Step) **spec.SQLSet { return &s.SQL }),
	},
	Check: func(d *spec.Decoder, s *Step, n *source.Node) {
		if (s.Value.S == "") == (s.SQL == nil) {
			d.Errorf(diag.SChoice, n.Span, "a filter needs either value or sql")
		}
	},
}

// Object is the field table of the model_spec.
var Object = &spec.Object[Spec]{
	Name: "entity_cohort", Place: "models[].model_spec (entity_cohort)", Doc: "A subset of an entity's instances, with vars and views of its own.",
	Span: func(s *Spec) *source.Span { return &s.Span },
	Fields: []spec.Field[Spec]{
		spec.Str("entity_key", "The entity, when extends does not tell.", func(s *Spec) *source.At[string] { return &s.EntityKey }),
		spec.Str("extends", "The parent cohort: <entity>/all or models/<cohort>.", func(s *Spec) *source.At[string] { return &s.Extends }, spec.Default("<entity_key>/all")),
		spec.Objs("filter_pipeline", "Filters applied one after the other.", stepObject, func(s *Spec) *[]*Step { return &s.FilterPipeline }),
		spec.Raw("filter_expression", "A condition, or a tree of AND and OR over conditions.", func(s *Spec) **source.Node { return &s.FilterExpression }, spec.Since(80)),
		spec.Obj("feature_views", "The cohort's views.", spec.FeatureViewsObject, func(s *Spec) **spec.FeatureViews { return &s.FeatureViews }),
		spec.Obj("materialization", "output_type view or table.", spec.MaterializationObject, func(s *Spec) **spec.Materialization { return &s.Materialization }),
		spec.TimeGrain(func(s *Spec) *source.At[string] { return &s.TimeGrain }),
		spec.Ignored[Spec]("retention_period", "How long its materials are kept."),
	},
	Check: func(d *spec.Decoder, s *Spec, n *source.Node) {
		if len(s.FilterPipeline) > 0 && s.FilterExpression != nil {
			d.Errorf(diag.SChoice, s.FilterExpression.Span, "a cohort takes filter_pipeline or filter_expression, not both").
				WithAlso(s.FilterPipeline[0].Span, "the pipeline begins here").WithFix("keep one of them")
		}
	},
}

// Type is the model type.
type Type struct{}

// Name is "entity_cohort".
func (Type) Name() string { return "entity_cohort" }

// Table is the field table of the model_spec.
func (Type) Table() *spec.Table { return Object.Table() }

// Declare adds the cohort; its parent and filters are resolved when all models are declared.
func (Type) Declare(b *model.Builder, m *spec.Model) {
	s, diags := spec.DecodeModel(m, Object)
	b.Diags.Add(diags)
	e := entityOf(b, s, m)
	if e == nil {
		return
	}
	c := &model.Cohort{Name: m.Name.Value, Entity: e, Parent: e.Root, Output: model.AsView, ViewsSpec: s.FeatureViews}
	c.Address, c.Span, c.Broken = b.ModelAddr(c.Name), m.Name.Span, diags.HasErrors()
	if mat := s.Materialization; mat != nil && mat.OutputType.Value == "table" {
		c.Output = model.AsTable
	}
	if !b.AddCohort(c) {
		return
	}
	b.SetEnable(c, s.Materialization)
	b.SetHooks(c, m.Hooks)
	b.SetGrain(c, s.TimeGrain)
	b.Parents(func() {
		if s.Extends.Value != "" {
			p := b.CohortAt(source.At[string]{}, s.Extends)
			switch {
			case p == nil:
				c.Broken = true
			case p.Entity != c.Entity:
				b.Diags.Errorf(diag.RWrongKind, s.Extends.Span, "%s is a cohort of entity %s, not of %s", s.Extends.Value, p.Entity.Name, c.Entity.Name).
					WithAlso(p.Span, "%s is declared here", p.Address).WithFix("extend %s/all or a cohort of that entity", c.Entity.Name)
				c.Broken = true
			default:
				c.Parent = p
			}
		}
		b.NeedParent(c)
		c.Filter = filter(b, c, s)
		if len(s.FilterPipeline) == 0 && s.FilterExpression == nil && !c.Broken {
			b.Diags.Warnf(diag.SChoice, m.Name.Span, "cohort %s has no filter: its members are all of %s", m.Name.Value, c.Parent.Address).
				WithFix("write filter_pipeline or filter_expression, or use %s", c.Parent.Address)
		}
	})
}

// entityOf finds the cohort's entity: from entity_key, or by following extends.
func entityOf(b *model.Builder, s *Spec, m *spec.Model) *model.Entity {
	if s.EntityKey.Value != "" {
		return b.EntityNamed(s.EntityKey)
	}
	if s.Extends.Value == "" {
		b.Diags.Errorf(diag.RUnknownEntity, m.Name.Span, "cohort %s names no entity", m.Name.Value).
			WithFix("add extends: <entity>/all")
		return nil
	}
	return b.EntityOfCohort(s.Extends, func(other *spec.Model) (entityKey, extends source.At[string]) {
		o, _ := spec.DecodeModel(other, Object)
		return o.EntityKey, o.Extends
	})
}

func filter(b *model.Builder, c *model.Cohort, s *Spec) *model.CohortFilter {
	if s.FilterExpression != nil {
		return expression(b, c, s.FilterExpression)
	}
	if len(s.FilterPipeline) == 0 {
		return nil
	}
	out := &model.CohortFilter{Span: s.Span}
	for _, st := range s.FilterPipeline {
		out.All = append(out.All, b.CohortFilterOf(c, st.Span, st.Value, st.SQL, st.Type.Value == "exclude"))
	}
	return out
}

// expression reads a filter_expression: a text, or a map with AND or OR over a list of texts and maps.
func expression(b *model.Builder, c *model.Cohort, n *source.Node) *model.CohortFilter {
	switch n.Kind {
	case source.ScalarNode:
		return b.CohortFilterOf(c, n.Span, n.Text, nil, false)
	case source.MapNode:
		out := &model.CohortFilter{Span: n.Span}
		for _, p := range n.Pairs {
			op := strings.ToUpper(p.Key.Value)
			if (op != "AND" && op != "OR") || p.Value.Kind != source.ListNode {
				b.Diags.Errorf(diag.SNotAllowed, p.Key.Span, "filter_expression takes AND or OR with a list of conditions").
					WithFix("write AND: [\"...\", \"...\"]")
				c.Broken = true
				continue
			}
			if len(p.Value.Items) == 0 {
				b.Diags.Errorf(diag.SNotAllowed, p.Value.Span, "%s has no condition", op).WithFix("list at least one condition")
				c.Broken = true
				continue
			}
			part := &model.CohortFilter{Span: p.Value.Span}
			for _, x := range p.Value.Items {
				if f := expression(b, c, x); f != nil {
					if op == "AND" {
						part.All = append(part.All, f)
					} else {
						part.Any = append(part.Any, f)
					}
				}
			}
			out.All = append(out.All, part)
		}
		return out
	}
	b.Diags.Errorf(diag.SWrongType, n.Span, "filter_expression is a condition, or a map with AND or OR")
	c.Broken = true
	return nil
}
