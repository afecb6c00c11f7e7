package plan_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"kith/internal/lower"
	"kith/internal/model/modeltest"
	"kith/internal/plan"
)

const checkedProject = `
-- pb_project.yaml --
name: checked
schema_version: 98
connection: test
model_folders: [models]
-- models/all.yaml --
inputs:
  - name: events
    freshness: {warn_after: 1h}
    app_defaults: {table: events, occurred_at_col: ts}
models:
  - name: lines
    model_type: sql_template
    model_spec:
      materialization: {output_type: view}
      single_sql: select uid from {{this.DeRef("inputs/events")}}
  - name: banned
    model_type: sql_template
    model_spec:
      materialization: {output_type: table}
      single_sql: select uid from {{this.DeRef("inputs/events")}} where uid like 'x%'
checks:
  - {name: whole, on: models/lines, not_null: [uid], rows: {at_least: 1}}
  - {name: nobody banned, on: models/lines, sql: "select * from {{this}} where uid in (select uid from {{this.DeRef(\"models/banned\")}})"}
`

// TestChecks plans the looks at objects: early ones first, those with checks that passed at a material that stays not again, and
// of a run of some models with all that their checks read.
func TestChecks(t *testing.T) {
	g, diags := modeltest.Resolve(t, txtar.Parse([]byte(checkedProject)).Files)
	if diags.HasErrors() {
		t.Fatal(modeltest.Text(diags))
	}
	ctx := lower.Context{SeqNo: 1, EndTime: modeltest.EndTime}
	built := func(without string) plan.Facts {
		f := plan.Facts{Objects: map[string]bool{}, Passed: map[string]bool{}}
		l := lower.Lower(g, ctx)
		for _, s := range l.Steps {
			if string(s.Addr) != without {
				f.Materials = append(f.Materials, plan.Material{Ref: string(s.Ref), Hash: s.Hash, Name: s.Out.Name(), SeqNo: s.SeqNo})
				f.Objects[strings.ToLower(s.Out.Name())] = true
			}
		}
		for _, c := range l.Checks {
			f.Passed[plan.PassedKey(c.Object.Name(), c.Hash)] = true
		}
		return f
	}
	for _, c := range []struct {
		name  string
		facts plan.Facts
		opt   plan.Options
		want  string
	}{
		{"the first run looks at everything", plan.Facts{}, plan.Options{}, `
			check freshness of inputs/events: before anything is built
			check 2 checks of lines: before anything is published
			check 1 check of lines: before anything is published`},
		{"what passed and stays has passed", built(""), plan.Options{}, `
			reuse freshness of inputs/events: passed before, and nothing it reads is built again
			reuse 2 checks of lines: passed before, and nothing it reads is built again
			reuse 1 check of lines: passed before, and nothing it reads is built again`},
		{"a check is made again when something that it reads is", built("models/banned"), plan.Options{}, `
			reuse freshness of inputs/events: passed before, and nothing it reads is built again
			reuse 2 checks of lines: passed before, and nothing it reads is built again
			check 1 check of lines: before anything is published`},
		{"force looks again", built(""), plan.Options{Force: true}, `
			check freshness of inputs/events: before anything is built
			check 2 checks of lines: before anything is published
			check 1 check of lines: before anything is published`},
		{"what checks read is part of a run of some models", plan.Facts{}, plan.Options{Refs: []string{"models/lines"}}, `
			check freshness of inputs/events: before anything is built
			check 2 checks of lines: before anything is published
			check 1 check of lines: before anything is published
			build inputs/events
			build models/banned
			build models/lines`},
		{"other models are not looked at", plan.Facts{}, plan.Options{Refs: []string{"models/banned"}}, `
			check freshness of inputs/events: before anything is built
			build inputs/events
			build models/banned
			leave models/lines`},
	} {
		p, diags := plan.Make(lower.Lower(g, ctx), ctx, c.facts, c.opt)
		got := modeltest.Text(diags)
		for _, k := range p.Checks {
			got += fmt.Sprintf("\n\t\t\t%s %s: %s", k.Action, k.Title(), k.Reason)
		}
		if c.opt.Refs != nil {
			for _, action := range []plan.Action{plan.Build, plan.Leave} {
				for _, s := range p.Steps {
					if s.Action == action {
						got += fmt.Sprintf("\n\t\t\t%s %s", s.Action, s.Addr)
					}
				}
			}
		}
		if got != c.want {
			t.Errorf("%s:%s\nwant:%s", c.name, got, c.want)
		}
	}
}
