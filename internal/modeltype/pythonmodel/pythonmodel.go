// Package pythonmodel holds the model types that the reference implementation runs in Python (modelling.md section 15):
// propensity, attribution, plots and the like. They are read, their dependencies are resolved and their gravest mistakes
// found, but they are not run.
package pythonmodel

import (
	"cmp"
	"strings"

	"kith/internal/addr"
	"kith/internal/diag"
	"kith/internal/model"
	"kith/internal/source"
	"kith/internal/spec"
)

// Type is one of these model types. Keys are dotted paths into the model_spec; "[]" steps into each item of a list and "*"
// into each value of a map.
type Type struct {
	name string
	// required are keys that must be written.
	required []string
	// paths are keys whose values, or lists of values, are paths of models and vars.
	paths []string
	// entity is the key that names the entity, when it is not entity_key.
	entity string
	// features are keys of what it adds to the features of its entity: a feature or a list of them.
	features []string
	// named is set when a feature is called as the model.
	named bool
	// children are models that the type adds beside itself.
	children []child
}

// child is a model that a type adds: what its name ends in, and its type.
type child struct{ suffix, typ string }

// Types returns all of them.
func Types() []model.Type {
	var out []model.Type
	for _, t := range types {
		out = append(out, t)
	}
	return out
}

var types = []Type{
	{name: "propensity", required: []string{"entity_key", "inputs", "training.predict_var", "training.predict_window_days", "prediction.output_columns"},
		paths: []string{"inputs", "training.predict_var"}, features: []string{"prediction.output_columns.*"}, children: []child{{"_training", "training_model"}, {"_prediction", "prediction_model"}}},
	{name: "training_model", required: []string{"inputs"}, paths: []string{"inputs"}},
	{name: "prediction_model", required: []string{"inputs", "training_model"}, paths: []string{"inputs", "training_model"},
		features: []string{"features", "ml_config.outputs.column_names.*"}},
	{name: "python_model", paths: []string{"train.inputs", "predict.inputs"},
		features: []string{"features", "predict.config.outputs.feature_meta_data.features", "predict.config.outputs.column_names.*"}},
	{name: "churn_prediction", paths: []string{"inputs"}, features: []string{"features", "prediction.output_columns.*"}},
	{name: "attribution", required: []string{"entity_key", "conversion.touchpoints", "conversion.conversion_vars"},
		paths: []string{"conversion.touchpoints[].from", "campaign.campaign_details[].*[].from"}},
	{name: "attribution_report", paths: []string{"conversion.touchpoints[].from"}},
	{name: "campaign_attribution_scores", entity: "entity", required: []string{"touchpoint_var"}},
	{name: "llm_model", required: []string{"prompt", "entity_key"}, paths: []string{"var_inputs", "table_inputs[].from"}, features: []string{"features"}, named: true},
	{name: "llm_email_gen", features: []string{"features"}, named: true},
	{name: "pyplot", paths: []string{"x_axis.inputs", "y_axis.inputs"}},
	{name: "report_model"},
	{name: "audit_id_stitcher"},
	{name: "profiles_tutorial"},
	{name: "semantic_events_model"},
	{name: "events_driven_funnel"},
}

// Name is the value of model_type.
func (t Type) Name() string { return t.name }

// Declare adds the model, and those it expands to, as nodes that are not run.
func (t Type) Declare(b *model.Builder, m *spec.Model) {
	for _, key := range t.required {
		if len(find(m.Spec, key)) == 0 {
			b.Diags.Errorf(diag.SMissingKey, m.Name.Span, "%s model %s needs %s", t.name, m.Name.Value, key).
				WithFix("add %s to its model_spec", key)
		}
	}
	f := &model.Foreign{Name: m.Name.Value, Type: t.name}
	f.Address, f.Span = b.ModelAddr(f.Name), m.Name.Span
	if n := cmp.Or(m.Spec.Get(cmp.Or(t.entity, "entity_key")), m.Spec.Get("entity_key")); n != nil && n.Kind == source.ScalarNode {
		f.Entity = b.EntityNamed(source.At[string]{Value: n.Text.S, Span: n.Span})
	}
	f.Features = t.featuresOf(m)
	if !b.AddForeign(f, m.Type.Span) {
		return
	}
	var paths []source.At[string]
	for _, key := range t.paths {
		for _, n := range find(m.Spec, key) {
			paths = append(paths, names(n)...)
		}
	}
	for _, x := range t.children {
		c := &model.Foreign{Name: f.Name + x.suffix, Type: x.typ, Entity: f.Entity}
		c.Address, c.Span, c.Disabled = f.Address+addr.Addr(x.suffix), f.Span, f.Disabled
		if c.Disabled == "" {
			c.Disabled = "it belongs to " + f.Name
		}
		if b.Add(c) {
			b.Need(f, c)
			b.Text(func() { // a path that is wrong is said for the model alone
				for _, p := range paths {
					if _, _, ok := b.Find(p.Value); ok {
						b.NeedPath(c, p)
					}
				}
			})
		}
	}
	b.Text(func() { // paths may lead through feature tables, which find their vars when all are declared
		for _, p := range paths {
			b.NeedPath(f, p)
		}
	})
}

// featuresOf are the features that a model of the type adds to its entity.
func (t Type) featuresOf(m *spec.Model) []model.ForeignFeature {
	var out []model.ForeignFeature
	for _, key := range t.features {
		for _, n := range find(m.Spec, key) {
			if f, ok := model.FeatureAt(n); ok {
				out = append(out, f)
			}
			out = append(out, model.FeaturesAt(n)...)
		}
	}
	if t.named {
		out = append(out, model.ForeignFeature{Name: m.Name})
	}
	return out
}

// names are the texts of a node: one, or those of a list.
func names(n *source.Node) []source.At[string] {
	switch n.Kind {
	case source.ScalarNode:
		return []source.At[string]{{Value: n.Text.S, Span: n.Span}}
	case source.ListNode:
		var out []source.At[string]
		for _, i := range n.Items {
			if i.Kind == source.ScalarNode {
				out = append(out, source.At[string]{Value: i.Text.S, Span: i.Span})
			}
		}
		return out
	}
	return nil
}

// find returns the nodes at a dotted path that hold something.
func find(n *source.Node, path string) []*source.Node {
	if n == nil || n.Kind == source.NullNode {
		return nil
	}
	if path == "" {
		return []*source.Node{n}
	}
	head, rest, _ := strings.Cut(path, ".")
	each := strings.HasSuffix(head, "[]")
	head = strings.TrimSuffix(head, "[]")
	var next []*source.Node
	if head == "*" {
		for _, p := range n.Pairs {
			next = append(next, p.Value)
		}
	} else if v := n.Get(head); v != nil {
		next = append(next, v)
	}
	var out []*source.Node
	for _, v := range next {
		if each {
			for _, i := range v.Items {
				out = append(out, find(i, rest)...)
			}
			continue
		}
		out = append(out, find(v, rest)...)
	}
	return out
}
