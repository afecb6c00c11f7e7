package schema

import (
	"slices"
	"strings"
	"unicode"

	"kith/internal/normal"
	"kith/internal/spec"
)

// value is what a key accepts. null is the same as leaving the key out.
func (w *writer) value(t spec.Type) Schema {
	switch {
	case t.Word == spec.EdgeLimitsWord:
		return w.limits(t)
	case t.Table != nil && t.List:
		return Schema{"type": []string{"array", "null"}, "items": w.ref(t.Table)}
	case t.Table != nil:
		return w.ref(t.Table)
	case t.Enum != nil && t.List:
		return Schema{"type": []string{"array", "null"}, "items": words(t.Enum)}
	case t.Enum != nil:
		return words(append(slices.Clone(t.Enum), "")) // the empty text is the same as leaving the key out, too
	}
	if t.Word == spec.NormalizeWord {
		return normalisers()
	}
	switch t.JSON {
	case "string":
		return scalar() // numbers and truth values keep the text they are written with
	case "integer":
		return Schema{"anyOf": []Schema{{"type": []string{"integer", "null"}}, {"type": "string", "pattern": "^[0-9_]+$"}}}
	case "number":
		return Schema{"anyOf": []Schema{{"type": []string{"number", "null"}}, {"type": "string", "pattern": "^[0-9.]+$"}}}
	case "boolean":
		return Schema{"anyOf": []Schema{{"type": []string{"boolean", "null"}}, words([]string{"true", "false", "yes", "no", "on", "off", "y", "n"})}}
	case "array":
		return Schema{"type": []string{"array", "null"}, "items": scalar()}
	case "object":
		if t.Word == "map of names" {
			return Schema{"type": []string{"object", "null"}, "additionalProperties": scalar()}
		}
		return Schema{"type": []string{"object", "null"}}
	}
	return Schema{}
}

// limits is a list of maps of one id type to a number each, or of maps of a table's keys.
func (w *writer) limits(t spec.Type) Schema {
	number := Schema{"type": "integer", "minimum": 1}
	items := Schema{"type": "object", "minProperties": 1, "maxProperties": 1, "additionalProperties": number}
	if t.Table != nil {
		items = Schema{"anyOf": []Schema{items, w.ref(t.Table)}}
	}
	return Schema{"type": []string{"array", "null"}, "items": items}
}

// normalisers are one or a list of names, or of maps of a name to its settings.
func normalisers() Schema {
	digits := Schema{"type": []string{"string", "integer"}, "pattern": "^[0-9]*$"}
	settings := Schema{"type": []string{"object", "null"}, "properties": Schema{"country": digits, "trunk": digits}, "required": []string{"country"}, "additionalProperties": false}
	one := Schema{"anyOf": []Schema{words(normal.Names), {"type": "object", "minProperties": 1, "maxProperties": 1, "properties": Schema{normal.Phone: settings}}}}
	return Schema{"anyOf": []Schema{one, {"type": []string{"array", "null"}, "items": one}}}
}

func scalar() Schema { return Schema{"type": []string{"string", "number", "boolean", "null"}} }

// words are a choice among words whose case does not matter. The first alternative is the one that editors complete.
func words(list []string) Schema {
	var enum []any
	var patterns []string
	for _, w := range list {
		if w != "" {
			enum = append(enum, w)
		}
		patterns = append(patterns, caseless(w))
	}
	return Schema{"anyOf": []Schema{{"enum": append(enum, nil)}, {"type": "string", "pattern": "^(" + strings.Join(patterns, "|") + ")$"}}}
}

// caseless is a pattern of a word in any case: JSON Schema has no flag for it.
func caseless(word string) string {
	var b strings.Builder
	for _, r := range word {
		if u := unicode.ToUpper(r); u != r {
			b.WriteString("[" + string(r) + string(u) + "]")
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}
