package model_test

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"kith/internal/diag"
	"kith/internal/model"
	"kith/internal/model/modeltest"
	"kith/internal/template"
)

// probe is a piece in which a text of testdata/objects.txt is rendered.
func probe(kind, text string) piece {
	quoted := "'" + strings.ReplaceAll(text, "'", "''") + "'"
	switch kind {
	case "var":
		return piece{"var_groups", "probe", "- name: probes\n  entity_key: user\n  vars:\n    - entity_var:\n        name: probe\n        from: inputs/orders\n        select: " + quoted}
	}
	return piece{"models", "probe", "- name: probe\n  model_type: sql_template\n  model_spec:\n    materialization: {output_type: view}\n    single_sql: " + quoted}
}

// shown is a rendered text with its holes named.
func shown(r template.Rendered) string {
	var b strings.Builder
	from := 0
	for {
		start, end, i, ok := template.FindPlaceholder(r.Text.S, from)
		if !ok {
			return strings.TrimSpace(b.String() + r.Text.S[from:])
		}
		b.WriteString(r.Text.S[from:start] + "<" + r.Holes[i].HoleKey() + ">")
		from = end
	}
}

// TestObjects renders every text of testdata/objects.txt in the project of pieces and compares the outcome with the lines under
// it: the text with its holes named, or what is said. A text that begins with "var:" is the select of a var, others are
// SQL models. Whatever is said of one text, the rest of the project stands.
func TestObjects(t *testing.T) {
	const path = "testdata/objects.txt"
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	base := append(pieces(t), piece{"macros", "of_entity", "- name: of_entity\n  inputs: [e, name]\n  value: \"coalesce({{ e.Var(name) }}, 0)\""},
		piece{"macros", "of_this", "- name: of_this\n  inputs: [m]\n  value: \"{{ m.Name() }} of {{ m.DeRef('inputs/orders') }}\""})
	var got bytes.Buffer
	for _, line := range strings.Split(strings.TrimSpace(string(data)), "\n") {
		if strings.HasPrefix(line, "    ") {
			continue
		}
		got.WriteString(line + "\n")
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		kind, text := "sql", line
		if rest, ok := strings.CutPrefix(line, "var: "); ok {
			kind, text = "var", rest
		}
		files := append(compose(append(append([]piece{}, base...), probe(kind, text)), one), txtar.File{Name: "q/part.sql", Data: []byte("select 7")})
		g, diags := modeltest.Resolve(t, files)
		for _, d := range diags {
			if d.Severity == diag.Error {
				got.WriteString("    " + string(d.Code) + " " + d.Message)
				if d.Fix != "" {
					got.WriteString(" | " + d.Fix)
				}
				got.WriteString("\n")
			}
		}
		if diags.HasErrors() {
			if g == nil || g.Node("user/all/total") == nil {
				t.Errorf("%s: the rest of the project is gone", line)
			}
			continue
		}
		switch n := probed(g, kind).(type) {
		case *model.SQLModel:
			got.WriteString("    " + shown(n.Query.Rendered) + "\n")
		case *model.EntityVar:
			got.WriteString("    " + shown(n.Select.Rendered) + "\n")
		default:
			t.Errorf("%s: nothing made", line)
		}
	}
	if *update {
		if err := os.WriteFile(path, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if strings.TrimSpace(string(data)) != strings.TrimSpace(got.String()) {
		t.Errorf("got:\n%s", got.String())
	}
}

func probed(g *model.Graph, kind string) model.Node {
	if kind == "var" {
		return g.Node("user/all/probe")
	}
	return g.Node("models/probe")
}
