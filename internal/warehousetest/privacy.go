package warehousetest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"kith/internal/diag"
	"kith/internal/plan"
	"kith/internal/project"
	"kith/internal/run"
)

// planted are values of people that must not be seen outside the warehouse.
var planted = []string{"erika.plant", "mustermann@private.example", "4917012345678", "sk_live_planted"}

// leak is a way to make an engine talk of a row.
type leak struct {
	name string
	// vars, models, inputs and files are added to the project; fails tells that the run must fail.
	vars, models, inputs string
	files                map[string]string
	fails                bool
}

// entityVarOf is a var of the rows of people.
func entityVarOf(sel, rest string) string {
	return fmt.Sprintf("      - entity_var:\n          name: bad\n          select: %q\n          from: inputs/people\n%s", sel, rest)
}

// leaks are mistakes that people make, each met by a value of the table people.
func leaks() []leak {
	out := []leak{{name: "no mistake", vars: entityVarOf("max(mail)", "")}}
	for name, sel := range map[string]string{
		"cast to number": "sum(cast(mail as bigint))", "cast to date": "max(cast(mail as date))", "cast to time": "max(cast(mail as timestamp))",
		"cast to bool": "count(cast(mail as boolean))", "cast to decimal": "max(cast(token as decimal(9, 2)))", "cast to double": "max(cast(mail as double))",
		"overflow": "sum(phone * phone * phone)", "number too large": "max(cast(phone as integer))", "json": "max(cast(mail as json))",
		"pattern": "count(regexp_matches('x', '(' || mail))", "raised": "max(error(mail))", "format": "max(strptime(mail, '%Y-%m-%d'))",
		"uuid": "max(cast(token as uuid))", "interval": "max(cast(token as interval))", "many rows": "max((select mail from (values (1), (2)) v (x)))",
		"logarithm": "max(ln(0 - phone))", "letter": "max(chr(cast(phone % 4000000000 as integer)))",
	} {
		out = append(out, leak{name: name, vars: entityVarOf(sel, ""), fails: true})
	}
	whole := func(name, rest string) {
		out = append(out, leak{name: name, vars: entityVarOf("count(*)", rest), fails: true})
	}
	whole("in where", "          where: cast(mail as bigint) > 0\n")
	out = append(out,
		leak{name: "in a window", fails: true, vars: entityVarOf("first_value(mail)", "          window: {order_by: [\"cast(mail as bigint)\"]}\n")},
		leak{name: "derived", fails: true, vars: entityVarOf("max(mail)", "") + "      - entity_var: {name: worse, select: \"cast({{user.bad}} as bigint)\"}\n"},
		leak{name: "input var", fails: true, vars: entityVarOf("max({{people.worse}})", "") +
			"      - input_var: {name: worse, from: inputs/people, select: cast(mail as bigint)}\n"},
		leak{name: "model", fails: true, models: "  - name: m\n    model_type: sql_template\n    model_spec:\n      materialization: {output_type: table}\n" +
			"      single_sql: select cast(mail as bigint) as x from {{this.DeRef('inputs/people')}}\n"},
		leak{name: "cohort", fails: true, vars: entityVarOf("max(mail)", ""), models: "  - name: c\n    model_type: entity_cohort\n    model_spec:\n      extends: user/all\n" +
			"      filter_pipeline: [{type: include, value: \"cast({{user.bad}} as bigint) > 0\"}]\n"},
		leak{name: "time of rows", fails: true, inputs: "  - name: more\n    app_defaults:\n      table: people\n      occurred_at_col: mail\n      ids: [{select: uid, type: user_id, entity: user}]\n",
			vars: strings.Replace(entityVarOf("count(*)", ""), "inputs/people", "inputs/more", 1)},
		leak{name: "id", fails: true, inputs: "  - name: more\n    app_defaults:\n      table: people\n      ids: [{select: cast(cast(mail as bigint) as varchar), type: user_id, entity: user}]\n",
			vars: strings.Replace(entityVarOf("count(*)", ""), "inputs/people", "inputs/more", 1)},
	)
	for name, data := range map[string]string{
		"csv with a ragged row":     "uid,mail\nu1,erika.plant,mustermann@private.example\n",
		"csv with an open quote":    "uid,mail\nu1,\"mustermann@private.example\nu2,x\n",
		"csv of literals":           "uid,mail\n'u1','erika.plant'\n'mustermann@private.example',NULL\n",
		"csv with a ragged literal": "uid,mail\n'u1','mustermann@private.example','x'\n",
		"csv with a strange header": "mustermann@private.example,mustermann@private.example\nu1,x\n",
		"csv that is no UTF-8":      "uid,mail\nu1,mustermann@private.example\xff\n",
		"csv with a template":       "uid,mail\n{% if %}'erika.plant','mustermann@private.example'\n",
	} {
		out = append(out, leak{name: name, fails: name != "csv of literals",
			// The line that a diagnostic shows is a row of the file.
			files:  map[string]string{"people.csv": data},
			inputs: "  - name: more\n    app_defaults:\n      csv: people.csv\n      ids: [{select: uid, type: user_id, entity: user}]\n",
			vars:   strings.Replace(entityVarOf("max(mail)", ""), "inputs/people", "inputs/more", 1)})
	}
	slices.SortFunc(out, func(a, b leak) int { return strings.Compare(a.name, b.name) })
	return out
}

// Privacy checks that what is written and said while running holds none of the values of the people it is about: events,
// errors, diagnostics with the lines they show, and every file beside the warehouse and the project's own.
func Privacy(t *testing.T, e Engine) {
	for _, l := range leaks() {
		t.Run(l.name, func(t *testing.T) {
			sc := &scope{TB: t}
			defer sc.close()
			c := &testCase{files: []txtar.File{
				{Name: "pb_project.yaml", Data: []byte("name: privacy\nschema_version: 98\nconnection: test\nmodel_folders: [models]\nentities:\n" +
					"  - name: user\n    id_stitcher: models/user_graph\n    id_types: [user_id, email]\nid_types:\n  - name: user_id\n  - name: email\n")},
				{Name: "models/all.yaml", Data: []byte("inputs:\n  - name: people\n    app_defaults:\n      table: people\n      ids:\n" +
					"        - {select: uid, type: user_id, entity: user}\n        - {select: mail, type: email, entity: user}\n" + l.inputs +
					"models:\n  - name: user_graph\n    model_type: id_stitcher\n    model_spec:\n      entity_key: user\n      edge_sources: [{from: inputs/people}]\n" + l.models +
					"var_groups:\n  - name: vars\n    entity_key: user\n    vars:\n      - entity_var: {name: fine, select: count(*), from: inputs/people}\n" + l.vars)}}}
			for name, data := range l.files {
				c.files = append(c.files, txtar.File{Name: name, Data: []byte(data)})
			}
			people, err := parseTable("people", "uid text, mail text, phone bigint, token text\n"+
				"u1, erika.plant, 4917012345678, sk_live_planted\nu2, mustermann@private.example, 4917012345678, sk_live_planted\n")
			if err != nil {
				t.Fatal(err)
			}
			c.tables = append(c.tables, people)
			said, failed := newSession(sc, e, c, byRule).everythingSaid(t)
			if failed != l.fails {
				t.Errorf("fails is %v, want %v\n%s", failed, l.fails, said)
			}
			for _, p := range planted {
				if strings.Contains(said, p) {
					t.Errorf("%q is told\n%s", p, said)
				}
			}
		})
	}
}

// everythingSaid runs the project and returns all that was said or written, and whether anything failed.
func (s *session) everythingSaid(t *testing.T) (string, bool) {
	var sb bytes.Buffer
	ctx := context.Background()
	var diags diag.List
	tell := func(what string, v any) { fmt.Fprintf(&sb, "%s: %+v\n", what, v) }
	p, diags, err := project.Load(ctx, s.root, s.e.Leaves)
	if err != nil {
		tell("error", err)
	}
	if p != nil && !diags.HasErrors() {
		reg, err := s.registry(ctx)
		if err != nil {
			t.Fatal(err)
		}
		c, more, err := p.Compile(project.Settings{Dialect: s.e.Dialect, Written: s.e.Dialect, Env: s.e.Env, Target: "dev", SeqNo: 1, EndTime: defaultEnd,
			KernelMemory: 256 << 20, Catalog: s.conn}, plan.Facts{})
		diags.Add(more)
		if err != nil {
			tell("error", err)
		}
		if c != nil {
			out, err := run.Run(ctx, reg, c.Plan, run.Options{Project: "privacy", Concurrency: 2, KernelMemory: 256 << 20, Emit: func(ev run.Event) {
				tell("event", ev)
				if data, err := json.Marshal(ev); err == nil {
					sb.Write(data)
				}
			}})
			if err != nil {
				tell("error", err)
			}
			diags.Add(out.Failures)
			for _, step := range c.Plan.Steps {
				tell("step", step.Title)
			}
		}
	}
	diag.Render(&sb, diags.Sorted(), false)
	if data, err := json.Marshal(diags); err == nil {
		sb.Write(data)
	}
	own := map[string]bool{}
	for _, f := range s.c.files {
		own[filepath.Join(s.root, filepath.FromSlash(f.Name))] = true
	}
	filepath.WalkDir(s.root, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && !own[path] {
			data, _ := os.ReadFile(path)
			fmt.Fprintf(&sb, "\n%s:\n%s\n", path, data)
		}
		return err
	})
	return sb.String(), diags.HasErrors() || err != nil
}
