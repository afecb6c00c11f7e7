// Command generate prints the reference documents from what the program itself knows:
//
//	go generate ./docs
//
// Run it after a change of a field table, a diagnostic's entry or an example of one.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"kith/internal/modeltype"
	"kith/internal/spec"
)

func main() {
	root, err := repository()
	if err == nil {
		err = write(root)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

// document is a generated file, most of them for people: its path from the root of the repository, and what prints it.
type document struct {
	path  string
	print func(root string) (string, error)
}

var documents = []document{
	{"docs/reference/language.md", func(string) (string, error) { return language(), nil }},
	{"docs/reference/cli.md", func(string) (string, error) { return commandLine() }},
	{"docs/reference/diagnostics.md", diagnostics},
	{"internal/cli/examples/examples.txtar", exampleArchive},
}

func write(root string) error {
	for _, d := range documents {
		text, err := d.print(root)
		if err != nil {
			return fmt.Errorf("%s: %w", d.path, err)
		}
		path := filepath.Join(root, filepath.FromSlash(d.path))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// repository is the folder with go.mod, at or above the working directory.
func repository() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", fmt.Errorf("no go.mod at or above the working directory: run it in the repository")
		}
		dir = up
	}
}

const generated = "<!-- Printed from the program by `go generate ./docs`. Do not edit. -->\n\n"

// language prints every key of the language with its type and meaning, and what of it has no effect.
func language() string {
	types := nested(modeltype.Tables())
	var b strings.Builder
	b.WriteString(generated + plainAngles(spec.MarkdownReference(types...)))
	b.WriteString("\n## Keys without effect\n\nThese are accepted, so that a project need not be changed, and nothing acts on them. " +
		"`--verbose` says which of them\na project uses.\n\n| object | keys |\n| --- | --- |\n")
	for _, t := range append(spec.Tables(), types...) {
		var keys []string
		for _, f := range t.Fields {
			if f.NoEffect {
				keys = append(keys, "`"+f.Name+"`")
			}
		}
		if len(keys) > 0 {
			fmt.Fprintf(&b, "| %s | %s |\n", t.Name, strings.Join(keys, ", "))
		}
	}
	return b.String()
}

// nested are tables, each followed by those of the objects it holds, without those that belong to the language at large.
func nested(tables []*spec.Table) []*spec.Table {
	seen := map[string]bool{}
	for _, t := range spec.Tables() {
		seen[t.Name] = true
	}
	var out []*spec.Table
	var walk func(t *spec.Table)
	walk = func(t *spec.Table) {
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
	for _, t := range tables {
		walk(t)
	}
	return out
}

// plainAngles keeps "<entity>" from being taken for a tag of HTML. Code spans show it as it is.
func plainAngles(text string) string {
	parts := strings.Split(text, "`")
	for i := 0; i < len(parts); i += 2 {
		parts[i] = strings.ReplaceAll(parts[i], "<", "&lt;")
	}
	return strings.Join(parts, "`")
}
