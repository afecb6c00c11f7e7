package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// large is the size of a project that is only compiled.
type large struct {
	Vars   int `json:"vars"`
	Inputs int `json:"inputs"`
}

// parseLarge reads "5000x200": vars, then inputs, of which each gets as many vars.
func parseLarge(s string) (large, error) {
	vars, inputs, ok := strings.Cut(s, "x")
	l := large{}
	var err, err2 error
	l.Vars, err = strconv.Atoi(vars)
	l.Inputs, err2 = strconv.Atoi(inputs)
	if !ok || err != nil || err2 != nil || l.Inputs < 1 || l.Vars < l.Inputs || l.Vars%l.Inputs != 0 {
		return l, fmt.Errorf("%q is no size like 5000x200, with as many vars for each input", s)
	}
	return l, nil
}

// write makes the project. Its vars are of all kinds: aggregates with and without a condition, first values, distinct counts,
// and vars derived from the ones before.
func (l large) write(dir string) error {
	n, inputs := l.Vars, l.Inputs
	files := map[string]string{
		"pb_project.yaml": `name: large
schema_version: 98
connection: kith_bench
model_folders: [models]
entities:
  - name: user
    id_stitcher: models/user_graph
    id_types: [user_id, email]
id_types:
  - name: user_id
  - name: email
`,
		"models/inputs.yaml": largeInputs(inputs),
		"models/graph.yaml":  largeGraph(inputs),
	}
	for g := range inputs {
		var sb strings.Builder
		fmt.Fprintf(&sb, "var_groups:\n  - name: features_%d\n    entity_key: user\n    vars:\n", g)
		for i := range n / inputs {
			sb.WriteString(largeVar(g, i))
		}
		files[fmt.Sprintf("models/features_%d.yaml", g)] = sb.String()
	}
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}

func largeInputs(n int) string {
	var sb strings.Builder
	sb.WriteString("inputs:\n")
	for i := range n {
		fmt.Fprintf(&sb, `  - name: source_%d
    contract:
      is_event_stream: true
      with_entity_ids: [user]
    app_defaults:
      table: raw.source_%d
      occurred_at_col: timestamp
      ids:
        - {select: user_id, type: user_id, entity: user}
        - {select: lower(trim(email)), type: email, entity: user}
`, i, i)
	}
	return sb.String()
}

func largeGraph(n int) string {
	var sb strings.Builder
	sb.WriteString("models:\n  - name: user_graph\n    model_type: id_stitcher\n    model_spec:\n      entity_key: user\n      edge_sources:\n")
	for i := range n {
		fmt.Fprintf(&sb, "        - from: inputs/source_%d\n", i)
	}
	return sb.String()
}

// largeVar is var i of a group. Every text names the var, so that no two are the same and none is parsed for another.
func largeVar(group, i int) string {
	id := fmt.Sprintf("%d_%d", group, i)
	head := "      - entity_var:\n          name: v_" + id + "\n"
	source := fmt.Sprintf("          from: inputs/source_%d\n", group)
	switch i % 5 {
	case 0:
		return head + source + fmt.Sprintf("          select: count(quantity_%s)\n          where: event = 'event %s' and timestamp > {{end_time_sql}} - interval '%d days'\n          default_value: 0\n", id, id, i+1)
	case 1:
		return head + source + fmt.Sprintf("          select: sum(coalesce(amount_%s, 0)) / nullif(count(amount_%s), 0)\n", id, id)
	case 2:
		return head + source + fmt.Sprintf("          select: first_value(property_%s)\n          where: property_%s is not null\n          window: {order_by: [timestamp desc]}\n", id, id)
	case 3:
		return head + source + fmt.Sprintf("          select: count(distinct lower(trim(property_%s)))\n          default_value: 0\n", id)
	}
	return head + fmt.Sprintf("          select: \"case when {{user.v_%d_%d}} > %d then 'high' else 'low' end\"\n", group, i-4, i)
}
