package lower_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"kith/internal/lower"
	"kith/internal/model/modeltest"
)

// manyVars is a project with n vars: aggregates of ten inputs with and without where, windows, derived vars that use the
// aggregates, vars of a cohort, and rows that use vars.
func manyVars(n int) []txtar.File {
	var inputs, vars, cohort strings.Builder
	inputs.WriteString("inputs:\n")
	for i := range 10 {
		fmt.Fprintf(&inputs, "  - name: in%d\n    app_defaults:\n      table: raw.in%d\n      occurred_at_col: seen_at\n      ids: [{select: email, type: email, entity: user}]\n", i, i)
	}
	for i := range n {
		from := i % 10
		switch i % 5 {
		case 0:
			fmt.Fprintf(&vars, "      - entity_var: {name: v%d, select: sum(c%d), from: inputs/in%d, default_value: 0}\n", i, i, from)
		case 1:
			fmt.Fprintf(&vars, "      - entity_var: {name: v%d, select: count(*), from: inputs/in%d, where: c%d > 3}\n", i, from, i)
		case 2:
			fmt.Fprintf(&vars, "      - entity_var: {name: v%d, select: first_value(c%d), from: inputs/in%d, window: {order_by: [seen_at desc]}}\n", i, i, from)
		case 3:
			fmt.Fprintf(&vars, "      - entity_var: {name: v%d, select: '{{user.Var(\"v%d\")}} / nullif({{user.v%d}}, 0)'}\n", i, i-3, i-2)
		case 4:
			fmt.Fprintf(&vars, "      - entity_var: {name: v%d, select: count(*), from: inputs/in%d, where: 'c%d > {{user.v%d}}'}\n", i, from, i, i-4)
		}
		if i%10 == 0 {
			fmt.Fprintf(&cohort, "      - entity_var: {name: w%d, select: sum(c), from: inputs/in%d, where: 'c > {{user.v%d}}'}\n", i, from, i)
		}
	}
	return []txtar.File{
		{Name: "pb_project.yaml", Data: []byte(`name: p
schema_version: 98
connection: c
model_folders: [models]
entities:
  - {name: user, id_types: [email, user_id]}
id_types: [{name: email}, {name: user_id}]
`)},
		{Name: "models/inputs.yaml", Data: []byte(inputs.String())},
		{Name: "models/vars.yaml", Data: []byte("var_groups:\n  - name: g\n    entity_key: user\n    vars:\n" + vars.String() +
			"  - name: h\n    entity_cohort: models/some\n    vars:\n" + cohort.String())},
		{Name: "models/cohorts.yaml", Data: []byte("models:\n  - name: some\n    model_type: entity_cohort\n    model_spec:\n      extends: user/all\n      filter_expression: '{{user.v0}} > 1'\n")},
	}
}

// BenchmarkVars lowers and prints projects of two sizes: ten times the vars should take ten times as long.
func BenchmarkVars(b *testing.B) {
	for _, n := range []int{500, 5000} {
		root := modeltest.Write(b, manyVars(n))
		b.Run(fmt.Sprintf("resolve/%d", n), func(b *testing.B) {
			for b.Loop() {
				modeltest.Load(b, root, modeltest.Options())
			}
		})
		g, diags := modeltest.Load(b, root, modeltest.Options())
		if diags.HasErrors() {
			b.Fatal(modeltest.Text(diags))
		}
		ctx := lower.Context{SeqNo: 1, EndTime: modeltest.EndTime, KernelNodes: 1000}
		b.Run(fmt.Sprintf("lower/%d", n), func(b *testing.B) {
			for b.Loop() {
				lower.Lower(g, ctx)
			}
		})
		out := lower.Lower(g, ctx)
		for _, d := range dialects {
			b.Run(fmt.Sprintf("print %s/%d", d.Name(), n), func(b *testing.B) {
				for b.Loop() {
					for _, s := range out.Steps {
						d.Print(s.Program, env)
					}
				}
			})
		}
	}
}
