package project_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"kith/internal/dialect"
	"kith/internal/plan"
	"kith/internal/project"
)

// TestDetailsOfMergesAndLimits is what model_details tells of merges and of the audit of a graph, in the keys of its JSON.
func TestDetailsOfMergesAndLimits(t *testing.T) {
	root := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		must(t, os.MkdirAll(filepath.Dir(filepath.Join(root, name)), 0o777))
		must(t, os.WriteFile(filepath.Join(root, name), []byte(text), 0o666))
	}
	write("pb_project.yaml", `
name: p
schema_version: 98
connection: c
model_folders: [models]
entities: [{name: user, id_types: [user_id, email]}]
id_types: [{name: user_id, maximum_edges: [{email: 2}]}, {name: email}]
`)
	write("models/a.yaml", `
inputs:
  - name: hits
    contract: {is_append_only: true}
    app_defaults: {table: hits, occurred_at_col: ts, ids: [{select: uid, type: user_id, entity: user}, {select: mail, type: email, entity: user}]}
var_groups:
  - name: g
    entity_key: user
    vars:
      - entity_var: {name: n, from: inputs/hits, select: count(*)}
      - entity_var: {name: total, from: inputs/hits, select: sum(x), merge: "sum({{rowset.total}})", merge_where: "{{rowset.total}} > 0"}
      - entity_var: {name: mean, from: inputs/hits, select: avg(x)}
      - entity_var: {name: half, select: "{{user.n}} / 2"}
`)
	p, diags, err := project.Load(t.Context(), root, leaves())
	must(t, err)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	c, diags, err := p.Compile(project.Settings{Dialect: "duckdb", Written: "duckdb", Target: "test", SeqNo: 1, EndTime: end,
		Env: dialect.Env{TargetSchema: "main", InternalSchema: "main_kith"}}, plan.Facts{})
	must(t, err)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	var got []string
	for _, m := range c.Details().Models {
		if m.Merge != nil {
			text, err := json.Marshal(m.Merge)
			must(t, err)
			got = append(got, m.Name+" "+string(text))
		}
		if m.Audit != "" {
			got = append(got, m.Name+" "+m.View+" "+m.Audit)
		}
	}
	want := []string{
		`user_default_id_stitcher user_default_id_stitcher user_default_id_stitcher_cardinality_audit`,
		`n {"expression":"sum({{rowset.n}})","origin":"derived","mergeable":true}`,
		`total {"expression":"sum({{rowset.total}})","where":"{{rowset.total}} \u003e 0","origin":"declared","mergeable":true}`,
		`mean {"expression":"","origin":"none","mergeable":false,"reason":"an average does not follow from averages; keep its sum and its count as vars, and divide them in a var without from"}`,
	}
	if a, b := strings.Join(got, "\n"), strings.Join(want, "\n"); a != b {
		t.Errorf("got:\n%s\nwant:\n%s", a, b)
	}
}
