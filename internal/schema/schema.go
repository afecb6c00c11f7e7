// Package schema writes JSON Schema (draft 2020-12) of what a project's files may hold, from the field tables that also decode
// them: so an editor completes the keys that there are, shows what they mean, and marks the others. What older schemas allow is
// accepted and marked as deprecated.
package schema

import (
	"strings"

	"kith/internal/model"
	"kith/internal/spec"
)

// Schema is a schema or a part of one. Its JSON has its keys sorted, so the same tables give the same bytes.
type Schema map[string]any

// Described is asked of a model type: the field table of its model_spec. A type without one accepts any keys.
type Described interface{ Table() *spec.Table }

const draft = "https://json-schema.org/draft/2020-12/schema"

// Project is the schema of pb_project.yaml.
func Project(types []model.Type) Schema { return document("pb_project.yaml", types, "pb_project.yaml") }

// Models is the schema of the files in model folders.
func Models(types []model.Type) Schema {
	return document("a file of a model folder", types, "model file")
}

// Any is the schema of both kinds of files: a file with a schema_version is pb_project.yaml.
func Any(types []model.Type) Schema {
	w := &writer{types: types, defs: Schema{}, names: map[*spec.Table]string{}}
	return Schema{
		"$schema": draft, "title": "A file of a kith project",
		"if": Schema{"required": []string{"schema_version"}}, "then": w.ref(tableNamed("pb_project.yaml")), "else": w.ref(tableNamed("model file")),
		"$defs": w.defs,
	}
}

func document(title string, types []model.Type, root string) Schema {
	w := &writer{types: types, defs: Schema{}, names: map[*spec.Table]string{}}
	t := tableNamed(root)
	out := w.object(t)
	delete(w.defs, w.names[t])
	out["$schema"], out["title"], out["$defs"] = draft, title, w.defs
	return out
}

func tableNamed(name string) *spec.Table {
	for _, t := range spec.Tables() {
		if t.Name == name {
			return t
		}
	}
	panic("the language has no table " + name) // the names are those of package spec
}

// writer collects the definitions that a schema refers to.
type writer struct {
	types []model.Type
	defs  Schema
	names map[*spec.Table]string
}

// ref refers to the definition of a table, which is written at the first call. null stands for a key that is not written.
func (w *writer) ref(t *spec.Table) Schema {
	name, ok := w.names[t]
	if !ok {
		name = strings.NewReplacer(" ", "_", ".", "_").Replace(t.Name)
		for w.defs[name] != nil { // two tables of one name: ids of inputs and of models
			name += "_"
		}
		w.names[t] = name
		w.defs[name] = Schema{} // the name is taken while the table is written, which may hold itself
		w.defs[name] = w.object(t)
	}
	return Schema{"$ref": "#/$defs/" + name}
}

// object is a table as a schema.
func (w *writer) object(t *spec.Table) Schema {
	props := Schema{}
	var required []any
	for _, f := range t.Fields {
		props[f.Name] = w.field(f)
		for _, old := range f.OldNames {
			p := Schema{"deprecated": true, "description": "The older name of " + f.Name + ". " + f.Doc}
			for k, v := range w.value(f.Type) {
				p[k] = v
			}
			props[old] = p
		}
		if f.Required && !f.Settled {
			required = append(required, oneOf(f))
		}
	}
	out := Schema{"type": []string{"object", "null"}, "description": t.Doc, "properties": props, "additionalProperties": false}
	all := required
	if t.Name == "model" {
		all = append(all, w.specs()...)
	}
	if len(all) > 0 {
		out["if"] = Schema{"type": "object"} // an empty object is no object to those who write YAML
		out["then"] = Schema{"allOf": all}
	}
	return out
}

// oneOf demands a key under any of its names.
func oneOf(f spec.FieldInfo) Schema {
	if len(f.OldNames) == 0 {
		return Schema{"required": []string{f.Name}}
	}
	any := []Schema{{"required": []string{f.Name}}}
	for _, old := range f.OldNames {
		any = append(any, Schema{"required": []string{old}})
	}
	return Schema{"anyOf": any}
}

// field is a key: what it accepts, what it means, whether it is of old.
func (w *writer) field(f spec.FieldInfo) Schema {
	out := Schema{}
	for k, v := range w.value(f.Type) {
		out[k] = v
	}
	doc := f.Doc
	if f.Default != "" {
		doc += " Default: " + f.Default + "."
	}
	switch {
	case f.Gone > 0:
		out["deprecated"] = true
		doc += " No part of the language any more."
	case f.Former != "":
		out["deprecated"] = true
		doc += " " + f.Former + " has taken its place."
	case f.OldPlace != "":
		out["deprecated"] = true
		doc += " It belongs under " + f.OldPlace + "."
	case f.NoEffect:
		doc += " No effect in this version."
	}
	out["description"] = doc
	return out
}

// specs chooses the model_spec by model_type.
func (w *writer) specs() []any {
	var out []any
	var names []string
	for _, t := range w.types {
		names = append(names, t.Name())
		if d, ok := t.(Described); ok {
			out = append(out, Schema{
				"if":   Schema{"properties": Schema{"model_type": Schema{"const": t.Name()}}, "required": []string{"model_type"}},
				"then": Schema{"properties": Schema{"model_spec": w.ref(d.Table())}},
			})
		}
	}
	// Packages of Python bring types of their own; editors complete the known ones.
	out = append(out, Schema{"properties": Schema{"model_type": Schema{"anyOf": []Schema{{"enum": names}, {"type": "string"}}}}})
	return out
}
