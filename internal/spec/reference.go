package spec

import (
	"fmt"
	"strings"
)

// Tables lists every object of the language outside of model_spec, each after the object it stands in, pb_project.yaml
// first.
func Tables() []*Table {
	var out []*Table
	seen := map[string]bool{}
	var walk func(t *Table)
	walk = func(t *Table) {
		if seen[t.Name] {
			return
		}
		seen[t.Name] = true
		out = append(out, t)
		for _, f := range t.Fields {
			if f.Type.Table != nil {
				walk(f.Type.Table)
			}
		}
	}
	walk(projectObject.Table())
	walk(modelFileObject.Table())
	return out
}

// MarkdownReference prints the reference of the language: Tables(), then the tables given (those of model types).
func MarkdownReference(more ...*Table) string {
	var b strings.Builder
	b.WriteString("# Language reference\n")
	for _, t := range append(Tables(), more...) {
		fmt.Fprintf(&b, "\n## %s\n\n`%s`: %s\n\n", t.Name, t.Place, t.Doc)
		b.WriteString("| key | type | meaning |\n| --- | --- | --- |\n")
		for _, f := range t.Fields {
			fmt.Fprintf(&b, "| `%s` | %s | %s |\n", f.Name, cell(typeWords(f.Type)), cell(meaning(f)))
		}
	}
	return b.String()
}

func typeWords(t Type) string {
	switch {
	case t.Word == EdgeLimitsWord && t.Table != nil:
		return t.Word + ", or of [" + t.Table.Name + "](#" + anchor(t.Table.Name) + ")"
	case t.Table != nil && t.List:
		return "list of [" + t.Table.Name + "](#" + anchor(t.Table.Name) + ")"
	case t.Table != nil:
		return "[" + t.Table.Name + "](#" + anchor(t.Table.Name) + ")"
	case len(t.Enum) > 0:
		return "`" + strings.Join(t.Enum, "`, `") + "`"
	}
	return t.Word
}

// anchor is the link target that Markdown renderers make of a heading.
func anchor(name string) string {
	return strings.ReplaceAll(strings.ReplaceAll(strings.ToLower(name), ".", ""), " ", "-")
}

func meaning(f FieldInfo) string {
	parts := []string{f.Doc}
	if f.Required {
		parts[0] = "**Required.** " + f.Doc
	}
	add := func(on bool, format string, args ...any) {
		if on {
			parts = append(parts, fmt.Sprintf(format, args...))
		}
	}
	add(f.Default != "", "Default: %s.", f.Default)
	add(f.Since > 0, "Since schema %d.", f.Since)
	add(len(f.OldNames) > 0, "Older: `%s`.", strings.Join(f.OldNames, "`, `"))
	add(f.OldPlace != "", "Older place; belongs under `%s`.", f.OldPlace)
	add(f.Former != "", "Replaced by `%s`.", f.Former)
	add(f.Gone > 0, "Removed in schema %d.", f.Gone)
	add(f.NoEffect && f.Gone == 0, "No effect in this version.")
	add(f.Secret, "Never shown.")
	add(f.Beyond, "Not known to Profiles.")
	return strings.Join(parts, " ")
}

func cell(s string) string { return strings.ReplaceAll(s, "|", `\|`) }
