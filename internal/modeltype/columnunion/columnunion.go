// Package columnunion is the model type common_column_union (modelling.md section 15.7): the rows of several inputs below each
// other, with the columns that all of them have.
package columnunion

import (
	"kith/internal/diag"
	"kith/internal/model"
	"kith/internal/source"
	"kith/internal/spec"
)

// Spec is the model_spec.
type Spec struct {
	Span          source.Span
	Inputs        []source.At[string]
	IDs           []*spec.InputID
	OccurredAtCol source.Text
	TimeGrain     source.At[string]
	Contract      *spec.Contract
	// Materialization matters for its enable_status only.
	Materialization *spec.Materialization
}

// Object is the field table of the model_spec.
var Object = &spec.Object[Spec]{
	Name: "common_column_union", Place: "models[].model_spec (common_column_union)", Doc: "The rows of several inputs below each other, with the columns that all of them have.",
	Span: func(s *Spec) *source.Span { return &s.Span },
	Fields: []spec.Field[Spec]{
		spec.Names("inputs", "Paths of the inputs and models. Those that take no part in the run are left out.", func(s *Spec) *[]source.At[string] { return &s.Inputs }, spec.Required),
		spec.Objs("ids", "The ids that each row carries.", spec.InputIDObject, func(s *Spec) *[]*spec.InputID { return &s.IDs }),
		spec.Txt("occurred_at_col", "Column with the time of each row.", func(s *Spec) *source.Text { return &s.OccurredAtCol }),
		spec.Obj("contract", "What the model promises.", spec.ContractObject, func(s *Spec) **spec.Contract { return &s.Contract }),
		spec.Ignored[Spec]("entity_key", "The entity it is about. ids name it."),
		spec.Ignored[Spec]("entity_cohort", "The cohort it is about."),
		spec.Ignored[Spec]("features", "Columns described for people."),
		spec.TimeGrain(func(s *Spec) *source.At[string] { return &s.TimeGrain }),
		spec.Ignored[Spec]("retention_period", "How long its materials are kept."),
		spec.Ignored[Spec]("validity_time", "Removed in schema 80."),
		spec.Obj("materialization", "enable_status. It is a view, whatever the output_type.", spec.MaterializationObject, func(s *Spec) **spec.Materialization { return &s.Materialization }),
	},
}

// Type is the model type.
type Type struct{}

// Name is "common_column_union".
func (Type) Name() string { return "common_column_union" }

// Table is the field table of the model_spec.
func (Type) Table() *spec.Table { return Object.Table() }

// Declare adds the union.
func (Type) Declare(b *model.Builder, m *spec.Model) {
	s, diags := spec.DecodeModel(m, Object)
	b.Diags.Add(diags)
	n := &model.Union{Name: m.Name.Value}
	n.Address, n.Span, n.Broken = b.ModelAddr(n.Name), m.Name.Span, diags.HasErrors()
	if !b.Add(n) {
		return
	}
	b.Unions = append(b.Unions, n)
	b.SetEnable(n, s.Materialization)
	b.SetHooks(n, m.Hooks)
	b.SetGrain(n, s.TimeGrain)
	n.IDs = b.RowIDs(n, s.IDs)
	b.Later(func() {
		for _, p := range s.Inputs {
			if from := b.SourceAt(p); from != nil {
				n.From = append(n.From, from)
				b.Need(n, from)
			} else {
				n.Broken = true
			}
		}
		if len(n.From) == 0 && !n.Broken {
			b.Diags.Errorf(diag.SMissingKey, n.Span, "union %s names no inputs", n.Name)
			n.Broken = true
		}
	})
	b.Text(func() {
		if s.OccurredAtCol.S != "" {
			n.OccurredAt = b.TimeColumn(n, s.OccurredAtCol, model.Scope{})
		}
	})
}
