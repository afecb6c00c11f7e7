package project_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"kith/internal/catalog"
	"kith/internal/diag"
	"kith/internal/dialect"
	"kith/internal/plan"
	"kith/internal/project"
	"kith/internal/rel"
)

// baseCatalog answers for the tables of testdata/base.txtar and of testdata/valid without an engine.
type baseCatalog struct{}

var baseTables = map[string]string{
	"orders":        "order_id user_id email amount currency ordered_at",
	"visits":        "visit_id anonymous_id user_id page seen_at",
	"contracts":     "contract_id account_id seats",
	"clicks":        "email device street no clicked_at",
	"known_devices": "device ok",
}

func (baseCatalog) Table(o rel.Object) (catalog.Table, bool, error) {
	cols, ok := baseTables[strings.ToLower(o.Parts[len(o.Parts)-1].Name)]
	t := catalog.Table{Object: o, Rows: -1}
	for _, c := range strings.Fields(cols) {
		t.Columns = append(t.Columns, catalog.Column{Name: c, Type: "VARCHAR"})
	}
	return t, ok, nil
}

// TestMutatedProjects breaks a large valid project in small ways, as slips of the hand do: a line lost, doubled or moved, a word
// put in the place of another. Whatever comes out is compiled or refused with places, never a panic or a defect of ours.
func TestMutatedProjects(t *testing.T) {
	for _, file := range examples(t, "testdata/valid/*.txtar") {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) { mutateProject(t, readExample(t, file)) })
	}
}

func mutateProject(t *testing.T, x *example) {
	var names []string
	files := map[string][]string{}
	must(t, filepath.WalkDir(x.root, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		name, _ := filepath.Rel(x.root, path)
		names = append(names, name)
		files[name] = strings.SplitAfter(string(data), "\n")
		return err
	}))
	slices.Sort(names)
	var words []string
	for _, name := range names {
		for _, line := range files[name] {
			words = append(words, wordsOf(line)...)
		}
	}
	slices.Sort(words)
	words = slices.Compact(words)
	root := t.TempDir()
	for _, name := range names {
		must(t, os.MkdirAll(filepath.Dir(filepath.Join(root, name)), 0o777))
	}
	rapid.Check(t, func(rt *rapid.T) {
		changed := map[string][]string{}
		for _, name := range names {
			changed[name] = slices.Clone(files[name])
		}
		for range rapid.IntRange(1, 4).Draw(rt, "changes") {
			name := rapid.SampledFrom(names).Draw(rt, "file")
			changed[name] = mutate(rt, changed[name], words)
		}
		for _, name := range names {
			must(t, os.WriteFile(filepath.Join(root, name), []byte(strings.Join(changed[name], "")), 0o666))
		}
		p, list, err := project.Load(t.Context(), root, leaves())
		if err != nil {
			rt.Fatal(err)
		}
		if p != nil && !list.HasErrors() {
			c, more, err := p.Compile(project.Settings{Dialect: "duckdb", Written: "duckdb", Env: dialect.Env{TargetSchema: "main", InternalSchema: "main_kith"}, Target: "test",
				SeqNo: 1, EndTime: end, KernelMemory: 64 << 20, Catalog: baseCatalog{}}, plan.Facts{})
			if err != nil {
				rt.Fatal(err)
			}
			if (c == nil) != more.HasErrors() {
				rt.Errorf("a compiled project and errors: %v %v", c != nil, more.HasErrors())
			}
			list.Add(more)
		}
		said := map[string]string{}
		for _, d := range list.Sorted() {
			if d.Severity == diag.Error && d.At.IsZero() && d.Code != diag.YNoProject {
				rt.Errorf("an error without a place: %s %s", d.Code, d.Message)
			}
			if d.Severity != diag.Error || d.At.IsZero() || strings.ContainsAny(string(d.Code[:1]), "YS") {
				continue
			}
			key := d.At.Path() + ":" + d.At.Text()
			line, col := d.At.Position()
			key = strings.Join([]string{key, string(rune(line)), string(rune(col))}, "\x00")
			if old := said[key]; old != "" {
				rt.Errorf("two errors at one place:\n%s\n%s %s", old, d.Code, d.Message)
			}
			said[key] = string(d.Code) + " " + d.Message
		}
	})
}

func wordsOf(line string) []string {
	return strings.FieldsFunc(line, func(r rune) bool {
		return !(r == '_' || r == '/' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z')
	})
}

// mutate makes one change in the lines of a file.
func mutate(rt *rapid.T, lines, words []string) []string {
	if len(lines) < 2 {
		return lines
	}
	i := rapid.IntRange(0, len(lines)-1).Draw(rt, "line")
	switch rapid.IntRange(0, 4).Draw(rt, "kind") {
	case 0:
		return slices.Delete(lines, i, i+1)
	case 1:
		return slices.Insert(lines, i, lines[i])
	case 2:
		j := rapid.IntRange(0, len(lines)-1).Draw(rt, "other")
		lines[i], lines[j] = lines[j], lines[i]
	default:
		if ws := wordsOf(lines[i]); len(ws) > 0 {
			old := rapid.SampledFrom(ws).Draw(rt, "word")
			lines[i] = strings.Replace(lines[i], old, rapid.SampledFrom(words).Draw(rt, "new"), 1)
		}
	}
	return lines
}
