package migrate

import (
	"kith/internal/source"
	"kith/internal/spec"
)

// UnknownKeys lists the keys in model_specs of an old project that no version is known to have: without effect there, they are
// mistakes in a project of today, and only the user knows what they were meant for. table returns the field table of a
// model_type, nil for one whose model_spec is not read by a table.
func UnknownKeys(p *spec.Project, table func(modelType string) *spec.Table) []Change {
	var out []Change
	for _, m := range p.Models {
		if t := table(m.Type.Value); m.Lenient && t != nil {
			out = append(out, unknownIn(m.Spec, t)...)
		}
	}
	return out
}

func unknownIn(n *source.Node, t *spec.Table) (out []Change) {
	for _, item := range n.Items {
		out = append(out, unknownIn(item, t)...)
	}
	for _, p := range n.Pairs {
		f := t.Field(p.Key.Value)
		switch {
		case f == nil:
			c := changeOf(&spec.Older{At: p.Key.Span, Old: "unknown key " + p.Key.Value})
			c.ByHand = true
			out = append(out, c)
		case f.Type.Table != nil && !f.NoEffect:
			out = append(out, unknownIn(p.Value, f.Type.Table)...)
		}
	}
	return out
}
