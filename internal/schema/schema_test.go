package schema_test

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"kith/internal/modeltype"
	"kith/internal/schema"
	"kith/internal/source"
	"kith/internal/spec"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// compile reads a schema back from its JSON, as editors do.
func compile(t testing.TB, s schema.Schema) *jsonschema.Schema {
	t.Helper()
	data, err := json.Marshal(s)
	must(t, err)
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	must(t, err)
	c := jsonschema.NewCompiler()
	must(t, c.AddResource("kith.json", doc))
	out, err := c.Compile("kith.json")
	must(t, err)
	return out
}

// validators check a file of a project by the schema of its kind and by the one of both kinds.
type validators struct{ project, models, any *jsonschema.Schema }

func newValidators(t testing.TB) *validators {
	types := modeltype.All()
	return &validators{compile(t, schema.Project(types)), compile(t, schema.Models(types)), compile(t, schema.Any(types))}
}

// validate returns what is wrong with the files of a project.
func (v *validators) validate(t testing.TB, p *spec.Project) error {
	t.Helper()
	for i, f := range p.Files {
		n, _ := source.ParseYAML(f)
		if n == nil {
			continue
		}
		one := v.models
		if i == 0 {
			one = v.project
		}
		err := one.Validate(value(n))
		if both := v.any.Validate(value(n)); (err == nil) != (both == nil) && has(n, "schema_version") == (i == 0) {
			t.Errorf("%s: the schema of its kind says %v, that of both kinds %v", f.Path, err, both)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func has(n *source.Node, key string) bool { return n.Get(key) != nil }

// value is YAML as JSON has it.
func value(n *source.Node) any {
	switch n.Kind {
	case source.MapNode:
		out := map[string]any{}
		for _, p := range n.Pairs {
			out[p.Key.Value] = value(p.Value)
		}
		return out
	case source.ListNode:
		out := []any{}
		for _, i := range n.Items {
			out = append(out, value(i))
		}
		return out
	case source.ScalarNode:
		switch n.Tag {
		case "!!int", "!!float":
			if _, err := strconv.ParseFloat(n.Text.S, 64); err == nil {
				return json.Number(n.Text.S)
			}
		case "!!bool":
			return strings.EqualFold(n.Text.S, "true")
		}
		return n.Text.S
	}
	return nil
}

// folder loads a project from a folder.
func folder(t testing.TB, root string) (p *spec.Project, right bool) {
	t.Helper()
	p, list, err := spec.Load(root)
	must(t, err)
	return p, p != nil && !list.HasErrors()
}

// archive lays a project of testdata out and loads it.
func archive(t testing.TB, file, base string) (p *spec.Project, text string, right bool) {
	t.Helper()
	ar, err := txtar.ParseFile(file)
	must(t, err)
	files := ar.Files
	if strings.Contains(string(ar.Comment), "option: base") {
		b, err := txtar.ParseFile(base)
		must(t, err)
		files = append(b.Files, files...)
	}
	dir := t.TempDir()
	for _, f := range files {
		if strings.Contains(f.Name, " -> ") {
			continue
		}
		path := filepath.Join(dir, filepath.FromSlash(f.Name))
		must(t, os.MkdirAll(filepath.Dir(path), 0o777))
		must(t, os.WriteFile(path, f.Data, 0o666))
	}
	p, right = folder(t, dir)
	return p, string(txtar.Format(ar)), right
}

// TestProjectsOfTheRepository holds every project of the repository that loads without errors and is written in the current form
// against the schema. Older forms change the shape of what they stand in and are told by loading, not by a schema.
func TestProjectsOfTheRepository(t *testing.T) {
	v := newValidators(t)
	for _, root := range []string{"../../examples/shop", "../../bench/project"} {
		p, right := folder(t, root)
		if !right {
			t.Errorf("%s does not load", root)
			continue
		}
		if err := v.validate(t, p); err != nil {
			t.Errorf("%s: %v", root, err)
		}
	}
	n := 0
	for _, file := range archives(t) {
		p, text, right := archive(t, file, "../project/testdata/base.txtar")
		if !right || len(p.Older) > 0 || wrongShape.MatchString(text) {
			continue
		}
		n++
		if err := v.validate(t, p); err != nil {
			t.Errorf("%s: %v", file, err)
		}
	}
	if n < 60 {
		t.Errorf("only %d projects", n)
	}
}

// wrongShape finds archives whose model_spec has a mistake of shape, which loading alone does not see.
var wrongShape = regexp.MustCompile(`ERROR S\d\d\d`)

func archives(t testing.TB) []string {
	t.Helper()
	var out []string
	must(t, filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && strings.HasSuffix(path, ".txtar") {
			data, err := os.ReadFile(path)
			must(t, err)
			if bytes.Contains(data, []byte("-- pb_project.yaml --\n")) || bytes.Contains(data, []byte("option: base")) {
				out = append(out, path)
			}
		}
		return err
	}))
	return out
}

// TestUnknownKeysFail wants the schema to refuse every project with an unknown key.
func TestUnknownKeysFail(t *testing.T) {
	v := newValidators(t)
	n := 0
	for _, file := range archives(t) {
		p, text, _ := archive(t, file, "../project/testdata/base.txtar")
		if p == nil || !strings.Contains(text, "ERROR S001") {
			continue
		}
		n++
		if v.validate(t, p) == nil {
			t.Errorf("%s passes", file)
		}
	}
	if n < 2 {
		t.Errorf("only %d projects", n)
	}
}

// TestRequiredAndChosen wants required keys demanded, and the model_spec held against its own type's keys.
func TestRequiredAndChosen(t *testing.T) {
	v := newValidators(t)
	for _, c := range []struct {
		yaml string
		ok   bool
	}{
		{"models: [{name: a, model_type: id_stitcher, model_spec: {entity_key: user, edge_sources: [{from: inputs/x}]}}]", true},
		{"models: [{name: a, model_type: id_stitcher, model_spec: {entity_key: user, single_sql: select 1}}]", false},
		{"models: [{name: a, model_type: sql_template, model_spec: {single_sql: select 1}}]", true},
		{"models: [{name: a, model_type: sql_template, model_spec: {edge_sources: []}}]", false},
		{"models: [{name: a, model_type: propensity, model_spec: {anything: 1}}]", true},
		{"models: [{name: a}]", false},
		{"var_groups: [{name: g, entity_key: user, vars: [{entity_var: {name: a, select: 1, is_feature: no}}]}]", true},
		{"var_groups: [{name: g, entity_key: user, vars: [{entity_var: {name: a, select: 1, is_feature: maybe}}]}]", false},
		{"var_groups: [{name: g, entity_key: user, vars: [{entity_var: {name: a, value: 1}}]}]", true},
		{"var_groups: [{name: g, entity_key: user, vars: [{entity_var: {select: 1}}]}]", false},
		{"models: [{name: a, model_type: sql_template, model_spec: {single_sql: select 1, materialization: {output_type: Table}}}]", true},
		{"models: [{name: a, model_type: sql_template, model_spec: {single_sql: select 1, materialization: {output_type: tables}}}]", false},
		{"inputs: null", true},
	} {
		n, problems := source.ParseYAML(source.NewFile("a.yaml", []byte(c.yaml)))
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		if err := v.models.Validate(value(n)); (err == nil) != c.ok {
			t.Errorf("%s: %v", c.yaml, err)
		}
	}
}
