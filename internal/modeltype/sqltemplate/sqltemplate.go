// Package sqltemplate is the model type sql_template (modelling.md section 9).
package sqltemplate

import (
	"kith/internal/diag"
	"kith/internal/model"
	"kith/internal/source"
	"kith/internal/spec"
)

// Spec is the model_spec.
type Spec struct {
	Span            source.Span
	SingleSQL       source.Text
	MultiSQL        source.Text
	Materialization *spec.Materialization
	IDs             []*spec.InputID
	OccurredAtCol   source.Text
	Contract        *spec.Contract
	Features        []*Feature
	EntityKey       source.At[string]
	EntityCohort    source.At[string]
	TimeGrain       source.At[string]
}

// Feature is an item of features.
type Feature struct {
	Span        source.Span
	Name        source.At[string]
	Description source.At[string]
}

var featureObject = &spec.Object[Feature]{
	Name: "feature", Place: "features[]", Doc: "A column of the output that is published as a feature.",
	Span: func(f *Feature) *source.Span { return &f.Span },
	Fields: []spec.Field[Feature]{
		spec.Str("name", "The column.", func(f *Feature) *source.At[string] { return &f.Name }, spec.Required),
		spec.Str("description", "What it tells.", func(f *Feature) *source.At[string] { return &f.Description }),
	},
}

// Object is the field table of the model_spec.
var Object = &spec.Object[Spec]{
	Name: "sql_template", Place: "models[].model_spec (sql_template)", Doc: "A table, view or inlined query written in SQL.",
	Span: func(s *Spec) *source.Span { return &s.Span },
	Fields: []spec.Field[Spec]{
		spec.Txt("single_sql", "One SELECT, which may begin with WITH or, as in old projects, with a comma and a common table expression.", func(s *Spec) *source.Text { return &s.SingleSQL }),
		spec.Txt("multi_sql", "Statements of which the last makes {{this}}.", func(s *Spec) *source.Text { return &s.MultiSQL }),
		spec.Obj("materialization", "output_type table, view or ephemeral.", spec.MaterializationObject, func(s *Spec) **spec.Materialization { return &s.Materialization }, spec.Default("ephemeral")),
		spec.Objs("ids", "The ids that each row carries.", spec.InputIDObject, func(s *Spec) *[]*spec.InputID { return &s.IDs }),
		spec.Txt("occurred_at_col", "Column with the time of each row.", func(s *Spec) *source.Text { return &s.OccurredAtCol }),
		spec.Obj("contract", "What the model promises.", spec.ContractObject, func(s *Spec) **spec.Contract { return &s.Contract }),
		spec.Objs("features", "Columns to publish as features.", featureObject, func(s *Spec) *[]*Feature { return &s.Features }),
		spec.Str("entity_key", "The entity whose features they are.", func(s *Spec) *source.At[string] { return &s.EntityKey }),
		spec.Str("entity_cohort", "The cohort whose features they are.", func(s *Spec) *source.At[string] { return &s.EntityCohort }),
		spec.TimeGrain(func(s *Spec) *source.At[string] { return &s.TimeGrain }),
		spec.Ignored[Spec]("retention_period", "How long its materials are kept."),
		spec.Ignored[Spec]("validity_time", "Removed in schema 80."),
	},
	Check: func(d *spec.Decoder, s *Spec, n *source.Node) {
		switch {
		case s.SingleSQL.S != "" && s.MultiSQL.S != "":
			d.Errorf(diag.SChoice, s.MultiSQL.Span(), "an SQL model takes single_sql or multi_sql, not both")
		case s.SingleSQL.S == "" && s.MultiSQL.S == "":
			d.Errorf(diag.SMissingKey, n.Span, "an SQL model needs single_sql").WithFix("add single_sql: select ...")
		}
		if len(s.Features) > 0 && len(s.IDs) == 0 {
			d.Errorf(diag.RNoIDs, s.Features[0].Span, "a model with features needs ids, to know whose features they are").
				WithFix("add ids: [{select: ..., type: ..., entity: ...}]")
		}
	},
}

// Type is the model type.
type Type struct{}

// Name is "sql_template".
func (Type) Name() string { return "sql_template" }

// Table is the field table of the model_spec.
func (Type) Table() *spec.Table { return Object.Table() }

// Declare adds the model.
func (Type) Declare(b *model.Builder, m *spec.Model) {
	s, diags := spec.DecodeModel(m, Object)
	b.Diags.Add(diags)
	n := &model.SQLModel{Name: m.Name.Value, Output: model.AsEphemeral, Contract: s.Contract}
	n.Address, n.Span, n.Broken = b.ModelAddr(n.Name), m.Name.Span, diags.HasErrors()
	if s.MultiSQL.S != "" {
		n.Output = model.AsTable
	}
	if mat := s.Materialization; mat != nil && mat.OutputType.Value != "" {
		switch o := model.OutputType(mat.OutputType.Value); o {
		case model.AsTable, model.AsView, model.AsEphemeral:
			n.Output = o
		default:
			b.Diags.Errorf(diag.SNotAllowed, mat.OutputType.Span, "an SQL model cannot have output_type %s", o).
				WithFix("write table, view or ephemeral")
			n.Broken = true
		}
	}
	if s.MultiSQL.S != "" && n.Output == model.AsEphemeral {
		n.Output = model.AsTable // its statements make an object; there is no query to inline
	}
	if !b.Add(n) {
		return
	}
	b.SQL = append(b.SQL, n)
	b.SetEnable(n, s.Materialization)
	b.SetHooks(n, m.Hooks)
	b.SetGrain(n, s.TimeGrain)
	n.IDs = b.RowIDs(n, s.IDs)
	for _, f := range s.Features {
		if f.Name.Value != "" {
			n.Features = append(n.Features, &model.ColumnFeature{Name: f.Name.Value, Description: f.Description.Value, Span: f.Name.Span})
		}
	}
	b.Later(func() {
		if len(n.Features) == 0 {
			return
		}
		if n.Of = b.CohortAt(s.EntityKey, s.EntityCohort); n.Of == nil {
			if s.EntityKey.Value == "" && s.EntityCohort.Value == "" && len(n.IDs) > 0 {
				n.Of = n.IDs[0].Entity.Root // schemas before 80 had no entity_key here
			} else {
				n.Broken = true
				return
			}
		}
		if len(s.IDs) > 0 && len(n.IDs) == len(s.IDs) && len(n.IDsOf(n.Of.Entity)) == 0 {
			b.Diags.Errorf(diag.RNoIDs, n.Span, "%s has features of entity %s but no id of it", n.Name, n.Of.Entity.Name).
				WithFix("add an item with entity: %s to its ids", n.Of.Entity.Name)
			n.Broken = true
		}
		b.NeedStitcher(n, n.Of.Entity)
	})
	b.Text(func() {
		sc := model.Scope{This: n}
		n.Query = b.Query(n, s.SingleSQL, sc)
		n.Statements = b.Script(n, s.MultiSQL)
		if s.OccurredAtCol.S != "" {
			n.OccurredAt = b.TimeColumn(n, s.OccurredAtCol, model.Scope{})
		}
	})
	b.Check(func() { b.CheckOutputs(n) })
}
