package spec

import (
	"strings"
	"testing"
)

// TestTablesAreComplete holds the tables to what documents and messages need of them.
func TestTablesAreComplete(t *testing.T) {
	seen := map[string]bool{}
	for _, table := range Tables() {
		if seen[table.Name] {
			t.Errorf("two tables are called %q", table.Name)
		}
		seen[table.Name] = true
		if table.Place == "" || !strings.HasSuffix(table.Doc, ".") {
			t.Errorf("%s: place %q, doc %q", table.Name, table.Place, table.Doc)
		}
		names := map[string]bool{}
		for _, f := range table.Fields {
			for _, name := range append([]string{f.Name}, f.OldNames...) {
				if names[name] {
					t.Errorf("%s: key %q twice", table.Name, name)
				}
				names[name] = true
			}
			if !strings.HasSuffix(strings.TrimRight(f.Doc, "'\""), ".") || f.Type.Word == "" {
				t.Errorf("%s.%s: doc %q, type %q", table.Name, f.Name, f.Doc, f.Type.Word)
			}
		}
		for hint := range table.Hints {
			if names[hint] {
				t.Errorf("%s: a hint for the key %q, which exists", table.Name, hint)
			}
		}
	}
	for _, name := range []string{"pb_project.yaml", "entity", "id type", "input", "model", "var group", "entity_var", "input_var", "macro"} {
		if !seen[name] {
			t.Errorf("no table %q", name)
		}
	}
}

func TestMarkdownReferenceNamesEveryKey(t *testing.T) {
	extra := &Table{Name: "cohort spec", Place: "models[].model_spec", Doc: "A | in a doc.", Fields: []FieldInfo{
		{Name: "extends", Doc: "Parent | cohort.", Type: Type{Word: "text"}, Required: true}}}
	md := MarkdownReference(extra)
	for _, table := range append(Tables(), extra) {
		_, section, ok := strings.Cut(md, "\n## "+table.Name+"\n")
		if !ok {
			t.Fatalf("no section for %s", table.Name)
		}
		section, _, _ = strings.Cut(section, "\n## ")
		for _, f := range table.Fields {
			if !strings.Contains(section, "\n| `"+f.Name+"` |") {
				t.Errorf("%s: key %s is not in the reference", table.Name, f.Name)
			}
		}
	}
	if !strings.Contains(md, `**Required.** Parent \| cohort.`) {
		t.Error("bars are not escaped")
	}
}
