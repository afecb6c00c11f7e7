package portable

import (
	"embed"
	"regexp"
	"slices"
	"strings"
)

//go:embed macros/*.sql
var macroFiles embed.FS

// macro is one definition: its name, and what follows it: "(parameters) := body".
type macro struct{ name, params, body string }

var macroHead = regexp.MustCompile(`^([a-z_0-9]+)(\([^)]*\)) := `)

// macrosOf are the macros of a dialect, those that others use before them. One of the dialect takes the place of the common
// one of its name.
func macrosOf(d *dialect) []macro {
	var out []macro
	for _, file := range []string{"common", d.name} {
		data, err := macroFiles.ReadFile("macros/" + file + ".sql")
		if err != nil {
			panic(err)
		}
		for _, line := range strings.Split(string(data), "\n") {
			if m := macroHead.FindStringSubmatch(line); m != nil {
				body := strings.TrimSuffix(line[len(m[0]):], ";")
				out = slices.DeleteFunc(out, func(o macro) bool { return o.name == m[1] })
				out = append(out, macro{m[1], m[2], body})
			}
		}
	}
	return inOrder(out)
}

// inOrder puts macros behind those that they use, and leaves their order otherwise.
func inOrder(macros []macro) []macro {
	var out []macro
	placed := map[string]bool{}
	var place func(m macro)
	place = func(m macro) {
		if placed[m.name] {
			return
		}
		placed[m.name] = true
		for _, other := range macros {
			if strings.Contains(m.body, "kith_x."+other.name+"(") {
				place(other)
			}
		}
		out = append(out, m)
	}
	for _, m := range macros {
		place(m)
	}
	return out
}

func (m macro) statement(schema string) string {
	return "CREATE OR REPLACE MACRO " + schema + "." + m.name + m.params + " AS " + strings.ReplaceAll(m.body, "kith_x.", schema+".")
}

// Macros are the statements that make the macros of a dialect in a schema, which Schema names for text of Rewrite: to be
// executed in this order, as often as one likes. They need no extension beyond those built in. nil for a dialect without.
func Macros(dialect, schema string) []string {
	d := dialects[dialect]
	if d == nil {
		return nil
	}
	out := []string{"CREATE SCHEMA IF NOT EXISTS " + schema}
	for _, m := range macrosOf(d) {
		out = append(out, m.statement(schema))
	}
	return out
}

// Used are the statements of Macros that the texts, as Rewrite gives them, need: those that a file with a published view
// has to keep. nil when the texts call no macro.
func Used(dialect string, texts []string) []string {
	d := dialects[dialect]
	if d == nil {
		return nil
	}
	all := macrosOf(d)
	need := map[string]bool{}
	mark := func(text, schema string) {
		for _, m := range all {
			if strings.Contains(text, schema+"."+m.name+"(") {
				need[m.name] = true
			}
		}
	}
	for _, t := range texts {
		mark(t, d.schema)
	}
	for i := len(all) - 1; i >= 0; i-- {
		if need[all[i].name] {
			mark(all[i].body, "kith_x")
		}
	}
	if len(need) == 0 {
		return nil
	}
	out := []string{"CREATE SCHEMA IF NOT EXISTS " + d.schema}
	for _, m := range all {
		if need[m.name] {
			out = append(out, m.statement(d.schema))
		}
	}
	return out
}
