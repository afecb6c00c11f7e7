package project

import (
	"kith/internal/model"
	"kith/internal/source"
	"kith/internal/spec"
)

// Details is what `show model_details` tells of a project. Its keys are those that tools for Profiles read.
type Details struct {
	Entities []*EntityDetails `json:"entities"`
	Models   []*ModelDetails  `json:"models"`
}

// EntityDetails is an entity of Details.
type EntityDetails struct {
	Name        string   `json:"name"`
	Description string   `json:"description"`
	IDColumn    string   `json:"id_column_name"`
	Stitcher    string   `json:"id_model_ref"`
	IDTypes     []string `json:"id_types"`
	Path        string   `json:"path_ref"`
	RootCohort  string   `json:"default_cohort_path_ref"`
}

// ModelDetails is a node of Details.
type ModelDetails struct {
	Name            string          `json:"name"`
	DisplayName     string          `json:"display_name"`
	Type            string          `json:"model_type"`
	Path            string          `json:"path_ref"`
	Materialization Materialization `json:"materialization"`
	View            string          `json:"warehouse_view_name"`
	Dependencies    []string        `json:"dependencies"`
	IsFeature       bool            `json:"is_feature"`
	IsEventStream   bool            `json:"is_event_stream"`
	Entity          string          `json:"entity"`
	EntityKey       string          `json:"entity_key"`
	Cohort          string          `json:"cohort_path_ref"`
	ViewIDColumn    string          `json:"feature_view_id_column_name"`
	Feature         *FeatureDetails `json:"feature_data"`
	// Merge is how values of an entity var with a from make one, absent for anything else.
	Merge *MergeDetails `json:"merge,omitempty"`
	// Audit is the published table of edges that limits took out of an identity graph, "" for none.
	Audit string `json:"cardinality_audit_name,omitempty"`
}

// MergeDetails is how the value of an earlier run and that of new rows make one. No run uses it yet.
type MergeDetails struct {
	// Expression is the aggregate over rowsets, "" when there is none; Origin is "declared", "derived" or "none".
	Expression string `json:"expression"`
	Where      string `json:"where,omitempty"`
	Origin     string `json:"origin"`
	// Mergeable tells that new rows alone would give the new value; Reason says why not.
	Mergeable bool   `json:"mergeable"`
	Reason    string `json:"reason,omitempty"`
}

func mergeDetails(v *model.EntityVar) *MergeDetails {
	m := v.Merge
	if m == nil {
		return nil
	}
	d := &MergeDetails{Expression: m.Text, Origin: "derived", Mergeable: m.Why == "", Reason: m.Why}
	switch {
	case m.Declared:
		d.Origin = "declared"
	case m.Text == "":
		d.Origin = "none"
	}
	d.Where = v.MergeWhere()
	return d
}

// Materialization is how a node is kept.
type Materialization struct {
	OutputType string `json:"output_type"`
	RunType    string `json:"run_type"`
	SQLType    string `json:"sql_type"`
}

// FeatureDetails is a feature of Details.
type FeatureDetails struct {
	Name        string `json:"name"`
	Description string `json:"description"`
	ModelName   string `json:"model_name"`
	ModelType   string `json:"model_type"`
	Entity      string `json:"entity"`
	Cohort      string `json:"cohort"`
	CohortPath  string `json:"cohort_path"`
	Path        string `json:"path_ref"`
	Column      string `json:"warehouse_column_name"`
	YAML        string `json:"yaml"`
}

// Details describes entities and nodes, in the order of the graph.
func (c *Compiled) Details() *Details {
	out := &Details{Entities: []*EntityDetails{}, Models: []*ModelDetails{}}
	for _, e := range c.Graph.Entities {
		d := &EntityDetails{Name: e.Name, Description: e.Description, IDColumn: e.IDColumn, IDTypes: []string{},
			Path: "entity/" + e.Name, RootCohort: string(e.Root.Address)}
		if e.Stitcher != nil {
			d.Stitcher = string(e.Stitcher.Address)
		}
		for _, t := range e.IDTypes {
			d.IDTypes = append(d.IDTypes, t.Name)
		}
		out.Entities = append(out.Entities, d)
	}
	yaml := c.varTexts()
	for i, l := range c.List() {
		n := c.Graph.Order[i]
		m := &ModelDetails{Name: l.Name, DisplayName: l.Name, Type: l.Type, Path: l.Path, View: l.View, Dependencies: l.Dependencies, IsFeature: l.IsFeature,
			Materialization: Materialization{l.OutputType, l.RunType, l.SQLType}, Entity: l.Entity, EntityKey: l.Entity}
		switch n := n.(type) {
		case *model.Input:
			m.IsEventStream = n.Contract != nil && n.Contract.IsEventStream.Value
		case *model.SQLModel:
			m.IsEventStream = n.Contract != nil && n.Contract.IsEventStream.Value
		case *model.FeatureView:
			m.Cohort, m.ViewIDColumn = string(n.Cohort.Address), viewKey(n)
		case *model.VarTable:
			m.Cohort = string(n.Cohort.Address)
		case *model.Cohort:
			m.Cohort = string(n.Address)
		case *model.EntityVar:
			m.Cohort = string(n.Cohort.Address)
			m.Feature = &FeatureDetails{Name: n.Name, Description: n.Description, ModelName: n.Name, ModelType: l.Type, Entity: l.Entity,
				Cohort: n.Cohort.Name, CohortPath: m.Cohort, Path: l.Path, Column: n.Name, YAML: yaml[n.Span]}
			m.Merge = mergeDetails(n)
		case *model.Stitcher:
			m.Audit = n.AuditName()
		}
		out.Models = append(out.Models, m)
	}
	return out
}

// varTexts are the texts of vars as they were written, by the place of their names.
func (c *Compiled) varTexts() map[source.Span]string {
	out := map[source.Span]string{}
	projects := []*spec.Project{c.Project.Spec}
	for i := 0; i < len(projects); i++ {
		for _, g := range projects[i].VarGroups {
			for _, v := range g.Vars {
				out[v.Name.Span] = v.Span.Text()
			}
		}
		for _, imp := range projects[i].Imports {
			projects = append(projects, imp.Project)
		}
	}
	return out
}

// viewKey is the column that a feature view has a row for each value of.
func viewKey(v *model.FeatureView) string {
	if v.By != nil {
		return v.By.Name
	}
	return v.Cohort.Entity.IDColumn
}
