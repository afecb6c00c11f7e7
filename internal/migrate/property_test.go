package migrate

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"kith/internal/spec"
)

// tree is a YAML value to be written in any style: a string, a list or a map in order.
type tree any

type list []tree

type pair struct {
	key   string
	value tree
}

type object []pair

// oldProject draws a project of an older schema: any older form may be there, in any order of keys.
func oldProject(t *rapid.T) (project, models tree) {
	old := rapid.SampledFrom([]int{5, 12, 22, 37, 44, 61, 98}).Draw(t, "schema")
	maybe := func(label string, o *object, key string, value tree) {
		if rapid.Bool().Draw(t, label) {
			*o = append(*o, pair{key, value})
		}
	}
	word := func(label string, words ...string) string { return rapid.SampledFrom(words).Draw(t, label) }

	entity := object{{"name", "user"}}
	if old < 18 && rapid.Bool().Draw(t, "inline id types") {
		entity = append(entity, pair{"id_types", list{
			object{{"name", "mail"}, {"filters", list{object{{word("kind", "include", "exclude"), list{"a", object{{"regex", ".+@.+"}}}}}}}}, "phone"}})
	} else {
		entity = append(entity, pair{"id_types", list{"mail", "phone"}})
	}
	if rapid.Bool().Draw(t, "served") {
		entity = append(entity, pair{word("served as", "serve_traits", "entity_traits_360"), list{object{{"id_served", "mail"}, {"name", "by_mail"}}, object{{"id_served", word("id", "main_id", "phone")}}}})
	}
	maybe("stitcher", &entity, "id_stitcher", "models/graph")
	maybe("views", &entity, "feature_views", object{{"name", "all_of_user"}})
	p := object{{"name", "shop"}, {"schema_version", fmt.Sprint(old)}, {"model_folders", list{"models"}}, {"entities", list{shuffled(t, entity)}}}
	maybe("profile", &p, "profile", "wh")
	maybe("untimed", &p, "include_untimed", word("untimed value", "true", "false"))
	maybe("ttl", &p, "time_to_live", "24h")
	maybe("macro folders", &p, "macro_folders", list{"macros"})
	p = append(p, pair{"id_types", list{object{{"name", "phone"}}}})
	if !strings.Contains(fmt.Sprint(entity), "regex") {
		p[len(p)-1].value = list{object{{"name", "phone"}}, object{{"name", "mail"}}}
	}

	id := object{{word("select", "sql", "select"), "lower(mail)"}, {"type", "mail"}}
	if old >= 42 || rapid.Bool().Draw(t, "id entity") {
		id = append(id, pair{"entity", "user"})
	}
	binding := object{{"table", "raw.web"}}
	maybe("time", &binding, word("time key", "timestamp_col", "occurred_at_col"), "seen_at")
	binding = append(binding, pair{"ids", list{shuffled(t, id)}})
	input := object{{"name", "web"}}
	if rapid.Bool().Draw(t, "app_defaults") {
		input = append(input, pair{"app_defaults", shuffled(t, binding)})
	} else {
		input = append(input, binding...)
	}
	maybe("remapping", &input, "remapping", "null")
	maybe("columns", &input, "columns", list{"a", "b"})
	maybe("contract", &input, "contract", object{{"is_optional", word("optional", "true", "'no'", "null")}})
	kind := word("var", "entityvar", "entity_var", "tablevar")
	variable := func(name string) tree {
		v := object{{"name", name}, {word("value of "+name, "value", "select"), "count(*)"}, {word("from of "+name, "ref", "from"), "inputs/web"}}
		maybe("default of "+name, &v, word("default key of "+name, "default", "default_value"), "0")
		maybe("dependencies of "+name, &v, "dependencies", list{"x"})
		return object{{kind, shuffled(t, v)}}
	}
	edge := tree("inputs/web")
	if rapid.Bool().Draw(t, "edge from") {
		edge = object{{"from", "inputs/web"}}
	}
	graph := object{{"edge_sources", list{edge}}, {"entity_key", "user"}}
	maybe("graph validity", &graph, "validity_time", "24h")
	table := object{{"entity_key", "user"}, {"features", list{"one", object{{"tablefeature", "two"}}}}}
	maybe("vars", &table, "vars", list{variable("one"), variable("two")})
	maybe("macros", &table, "macros", list{object{{"name", "m"}, {"inputs", list{"x"}}, {"value", "x"}}})
	maybe("table validity", &table, "validity_time", "24h")
	m := object{{"inputs", list{shuffled(t, input)}}, {"models", list{
		object{{"name", "graph"}, {"model_type", "id_stitcher"}, {"model_spec", shuffled(t, graph)}},
		object{{"name", "table"}, {"model_type", "feature_table_model"}, {"model_spec", shuffled(t, table)}}}}}
	maybe("groups", &m, "var_groups", list{object{{"name", "g"}, {"entity_key", "user"}, {"vars", list{variable("three")}}}})
	return shuffled(t, p), shuffled(t, m)
}

func shuffled(t *rapid.T, o object) object {
	return rapid.Permutation(o).Draw(t, "order")
}

// writer writes a tree with a style drawn for each part.
type writer struct {
	t    *rapid.T
	b    strings.Builder
	nl   string
	step int
	note int
}

func (w *writer) comment() string {
	if rapid.IntRange(0, 5).Draw(w.t, "comment") > 0 {
		return ""
	}
	w.note++
	return fmt.Sprintf("  # note %d", w.note)
}

func (w *writer) line(indent int, s string) {
	w.b.WriteString(strings.Repeat(" ", indent) + s + w.comment() + w.nl)
	if rapid.IntRange(0, 9).Draw(w.t, "blank") == 0 {
		w.b.WriteString(w.nl)
	}
}

// block writes a value that stands below or behind head.
func (w *writer) block(head string, indent, below int, v tree) {
	size := 0
	switch v := v.(type) {
	case list:
		size = len(v)
	case object:
		size = len(v)
	}
	if s, ok := v.(string); ok {
		w.line(indent, head+scalar(s))
		return
	}
	if size == 0 || rapid.IntRange(0, 4).Draw(w.t, "flow") == 0 {
		w.line(indent, head+flow(v))
		return
	}
	if strings.HasSuffix(head, "- ") { // an item: its first key stands beside the dash
		if o, ok := v.(object); ok {
			w.object(indent, head, below, o)
			return
		}
	}
	w.line(indent, strings.TrimRight(head, " "))
	switch v := v.(type) {
	case list:
		for _, item := range v {
			w.block("- ", below, below+2, item)
		}
	case object:
		w.object(below, "", below, v)
	}
}

func (w *writer) object(indent int, head string, below int, o object) {
	for i, p := range o {
		at, lead := below, ""
		if i == 0 {
			at, lead = indent, head
		}
		w.block(lead+p.key+": ", at, below+w.step, p.value)
	}
}

func scalar(s string) string {
	if strings.ContainsAny(s, "*+@") {
		return `"` + s + `"`
	}
	return s
}

func flow(v tree) string {
	var parts []string
	switch v := v.(type) {
	case string:
		return scalar(v)
	case list:
		for _, i := range v {
			parts = append(parts, flow(i))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case object:
		for _, p := range v {
			parts = append(parts, p.key+": "+flow(p.value))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	}
	return "null"
}

func written(t *rapid.T, v tree) []byte {
	w := &writer{t: t, nl: rapid.SampledFrom([]string{"\n", "\n", "\r\n"}).Draw(t, "break"), step: rapid.SampledFrom([]int{2, 2, 4}).Draw(t, "indent")}
	w.object(0, "", 0, v.(object))
	s := w.b.String()
	if rapid.IntRange(0, 5).Draw(t, "cut") == 0 {
		s = strings.TrimRight(s, "\r\n")
	}
	return []byte(s)
}

// goes are lines of which nothing stays.
var goes = regexp.MustCompile(`(include_untimed|macro_folders|remapping|columns|validity_time|dependencies):|- ([abx]|mail|phone)?  #|main_id|phone|(include|exclude|regex|filters):`)

// TestMigratedProjectsSayTheSame draws projects with older forms in any style of writing and holds their migration to its
// promises; no comment may be lost but on lines that go.
func TestMigratedProjectsSayTheSame(t *testing.T) {
	byHand, all := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		project, models := oldProject(t)
		files := Files{"pb_project.yaml": written(t, project), "models/a.yaml": written(t, models), "macros/m.yaml": []byte("macros: [{name: n, value: x}]\n")}
		_, l, err := spec.LoadFS(files, "")
		if err != nil {
			t.Fatal(err)
		}
		if n := errors(l); n > 0 {
			t.Fatalf("the project drawn has mistakes: %v\n%s\n%s", l, files["pb_project.yaml"], files["models/a.yaml"])
		}
		r := check(t, files)
		after := ""
		for _, data := range r.after(files) {
			after += string(data) + "\n"
		}
		for _, data := range files {
			for line := range strings.Lines(string(data)) {
				if at := strings.Index(line, "# note "); at >= 0 && !strings.Contains(after, strings.TrimSpace(line[at:])+"\n") && !strings.Contains(after, strings.TrimSpace(line[at:])+"\r") && !goes.MatchString(line) {
					t.Errorf("the comment of this line is lost: %s", line)
				}
			}
		}
		all += len(r.Changes)
		byHand += len(r.Left())
	})
	if byHand*20 > all {
		t.Errorf("%d of %d changes are left to the user", byHand, all)
	}
}
