package model

import (
	"strings"

	"kith/internal/diag"
	"kith/internal/source"
	"kith/internal/spec"
)

// Foreign is a model of a type that this version knows but does not run: machine learning, plots, reports. It is a node like
// any other, so that paths to it resolve, and it takes no part in a run: what cannot do without it is left out, too.
type Foreign struct {
	NodeBase
	Rows
	Name, Type string
	// Entity is the entity it is about, nil when it names none.
	Entity *Entity
	// Features are the columns that it adds to the features of its entity.
	Features []ForeignFeature
}

// ForeignFeature is a feature that a model which is not run would give its entity: a predicted score, an answer.
type ForeignFeature struct {
	Name, Description source.At[string]
	// Hidden is set when the feature is not shown in feature views.
	Hidden bool
}

// DisplayName is the model's name.
func (f *Foreign) DisplayName() string { return f.Name }

// AddForeign registers a model that is not run, with a warning at the place of its type.
func (b *Builder) AddForeign(f *Foreign, at source.Span) bool {
	return b.addForeign(f, at, "what needs it is left out of the run; everything else runs")
}

func (b *Builder) addForeign(f *Foreign, at source.Span, fix string) bool {
	f.Disabled = "models of type " + f.Type + " are not run by this version"
	if !b.Add(f) {
		return false
	}
	b.foreigns = append(b.foreigns, f)
	b.Diags.Warnf(diag.RNotRun, at, "model %s is not run: this version does not run models of type %s", f.Name, f.Type).WithFix("%s", fix)
	return true
}

// declareUnknown adds a model of a type that is unlike every type there is: a Python package of the project may bring it, and
// what the type is cannot be known. known are the types there are.
func (b *Builder) declareUnknown(m *spec.Model, known []string) {
	f := &Foreign{Name: m.Name.Value, Type: m.Type.Value}
	f.Address, f.Span = b.ModelAddr(f.Name), m.Name.Span
	if n := m.Spec.Get("entity_key"); n != nil && n.Kind == source.ScalarNode {
		f.Entity = b.Entity(n.Text.S)
	}
	f.Features = FeaturesAt(m.Spec.Get("features"))
	fix := "what needs it is left out of the run; everything else runs"
	if !b.pythonPackages() {
		fix = "no Python package is listed in python_requirements that could bring the type; those there are: " + strings.Join(known, ", ")
	}
	b.addForeign(f, m.Type.Span, fix)
}

// pythonPackages reports whether the project or one of its packages asks for Python packages.
func (b *Builder) pythonPackages() bool {
	for _, u := range b.units {
		if len(u.spec.PythonRequirements) > 0 {
			return true
		}
	}
	return false
}

// FeaturesAt reads a list of features as model_specs write it: names, or maps with name, description and is_feature. Other
// shapes give none.
func FeaturesAt(n *source.Node) []ForeignFeature {
	if n == nil {
		return nil
	}
	var out []ForeignFeature
	for _, item := range n.Items {
		if f, ok := FeatureAt(item); ok {
			out = append(out, f)
		}
	}
	return out
}

// FeatureAt reads one feature: a name, or a map with name, description and is_feature.
func FeatureAt(n *source.Node) (ForeignFeature, bool) {
	f := ForeignFeature{Name: textAt(n)}
	if n != nil && n.Kind == source.MapNode {
		f.Name, f.Description = textAt(n.Get("name")), textAt(n.Get("description"))
		f.Hidden = strings.EqualFold(textAt(n.Get("is_feature")).Value, "false")
	}
	return f, f.Name.Value != ""
}

func textAt(n *source.Node) source.At[string] {
	if n == nil || n.Kind != source.ScalarNode {
		return source.At[string]{}
	}
	return source.At[string]{Value: n.Text.S, Span: n.Span}
}

// declarePredicted makes vars of the features of models that are not run, so that what refers to them is left out with
// them. A var that the project declares under the same name stays what it is.
func (b *Builder) declarePredicted() {
	for _, f := range b.foreigns {
		if f.Entity == nil {
			continue
		}
		c := f.Entity.Root
		for _, x := range f.Features {
			v := &EntityVar{Name: x.Name.Value, Cohort: c, Group: f.Name, Description: x.Description.Value, IsFeature: !x.Hidden, spec: &spec.Var{Name: x.Name}}
			v.Address, v.Span = c.Address.Child(v.Name), x.Name.Span
			if c.own(v.Name) != nil || b.byKey[v.Addr().Key()] != nil {
				continue
			}
			b.Add(v)
			c.Vars = append(c.Vars, v)
			v.need(f)
		}
	}
}

// NeedPath makes a model that is not run wait for the node of a path that its spec names: any node, a column of a source, or a
// var of its entity by name alone. An unknown path is a mistake; a template in its place is not looked at.
func (b *Builder) NeedPath(n *Foreign, path source.At[string]) {
	if strings.Contains(path.Value, "{{") {
		return
	}
	m, _, ok := b.Find(path.Value)
	if !ok && n.Entity != nil {
		if v := n.Entity.Root.Find(path.Value); v != nil {
			m, ok = v, true
		}
	}
	if i := strings.LastIndexByte(path.Value, '/'); !ok && i > 0 {
		if of, child, found := b.Find(path.Value[:i]); found && (child == "" || child == ChildVarTable) {
			m, ok = of.(Source)
		}
	}
	if ok {
		if m != Node(n) {
			n.need(m)
		}
		return
	}
	b.unknownPath(path, "input, model or var", nil)
	n.Broken = true
}
