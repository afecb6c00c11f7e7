package spec

import (
	"fmt"
	"slices"
	"strings"

	"kith/internal/diag"
	"kith/internal/source"
)

// WindowObject is a window block.
var WindowObject = &Object[Window]{
	Name: "window", Place: "var_groups[].vars[].entity_var.window", Doc: "The window that select is computed over, as in SQL's OVER.",
	Span: func(w *Window) *source.Span { return &w.Span },
	Fields: []Field[Window]{
		windowTerms("partition_by", "Expressions that divide the rows. For vars with from, rows are divided by main id as well.", func(w *Window) *[]source.Text { return &w.PartitionBy }),
		windowTerms("order_by", "Terms that order the rows: expression, then asc or desc, then nulls first or last.", func(w *Window) *[]source.Text { return &w.OrderBy }),
		Txt("frame_clause", "Which rows around each row count.", func(w *Window) *source.Text { return &w.FrameClause }),
	},
	Hints: map[string]string{"limit": "a window has no limit: take the row you want with where on a rank, or with max_by/min_by"},
}

// windowTerms is a list of SQL terms; maps, which no version of the language takes, are answered with the SQL they mean.
func windowTerms(name, doc string, at func(*Window) *[]source.Text) Field[Window] {
	return newField(name, doc, Type{Word: "list of templates", JSON: "array", List: true}, nil, func(d *Decoder, v value, w *Window) {
		for _, item := range d.items(v.node, "SQL terms") {
			if item.Kind == source.MapNode {
				d.Errorf(diag.SWindowTerm, placeOf(item), "an item of %s is SQL text, not a map", name).WithFix("%s", windowFix(name, item))
				continue
			}
			if d.scalar(item, "SQL text") {
				*at(w) = append(*at(w), item.Text)
			}
		}
	})
}

func windowFix(name string, item *source.Node) string {
	if v := item.Get("entity_var"); v != nil && v.Kind == source.ScalarNode {
		return fmt.Sprintf(`write "{{<entity>.%s}}" with the entity's name`, v.Text.S)
	}
	for _, k := range []string{"column", "expression", "select", "name"} {
		if v := item.Get(k); v != nil && v.Kind == source.ScalarNode {
			term := v.Text.S
			if b, ok := truthOf(item.Get("desc")); ok && name == "order_by" {
				term += map[bool]string{true: " desc", false: " asc"}[b]
			}
			return fmt.Sprintf("write %q", term)
		}
	}
	return `write "column" or "column desc"`
}

func truthOf(n *source.Node) (value, ok bool) {
	if n == nil {
		return false, false
	}
	return truth(n)
}

func varFields(input bool) []Field[Var] {
	fromOpts := []Opt{Was("ref")}
	selectDoc := "The expression: an aggregate over the rows of from, or an expression over other vars when there is no from."
	if input {
		fromOpts = append(fromOpts, Required)
		selectDoc = "The expression, computed for each row of from."
	}
	fields := []Field[Var]{
		Str("name", "The var, and the column it becomes.", func(v *Var) *source.At[string] { return &v.Name }, Required),
		Txt("select", selectDoc, func(v *Var) *source.Text { return &v.Select }, Was("value")),
		Str("from", "Path of the input or model whose rows are read.", func(v *Var) *source.At[string] { return &v.From }, fromOpts...),
		Txt("where", "Which rows count.", func(v *Var) *source.Text { return &v.Where }, Was("filter")),
		TxtFunc("default_value", "SQL expression that takes the place of null; text needs quotes of its own: \"'none'\".", func(v *Var, t source.Text) {
			v.DefaultValue, v.HasDefault = t, true
		}, Was("default"), Default("null")),
		Str("description", "What it means; becomes the comment of the column.", func(v *Var) *source.At[string] { return &v.Description }),
		Obj("window", "The window that select is computed over.", WindowObject, func(v *Var) **Window { return &v.Window }),
		Names("tags", "Tags, for people.", func(v *Var) *[]source.At[string] { return &v.Tags }, Since(49), NoEffect),
		Txt("column_data_type", "SQL type that the value is cast to.", func(v *Var) *source.Text { return &v.ColumnDataType }, Since(54), Default("the type of the expression")),
		Obj("materialization", "Only enable_status matters for a var.", MaterializationObject, func(v *Var) **Materialization { return &v.Materialization }),
		Ignored[Var]("vartable_group", "Which part of the var table holds the column."),
		Ignored[Var]("dependencies", "Vars that this one reads. They are found in the expression.", Gone(53)),
	}
	if !input {
		fields = append(fields,
			BoolFunc("is_feature", "Whether feature views show it.", func(v *Var, b source.At[bool]) { v.IsFeature, v.IsFeatureOK = b, true }, Since(49), Default("true")),
			Txt("merge", "Expression that combines the value so far with that of new rows.", func(v *Var) *source.Text { return &v.Merge }, Since(96)),
			Txt("merge_where", "Which of the two values count when they are combined.", func(v *Var) *source.Text { return &v.MergeWhere }, Since(96)),
			Enum("time_grain", "For which times the value is computed: the latest boundary of the grain.", TimeGrains, func(v *Var) *source.At[string] { return &v.TimeGrain }, Since(67), Default("that of the group")),
		)
	}
	return fields
}

var varHints = map[string]string{
	"limit":        "a var has no limit: use where, a window, or an SQL model",
	"order_by":     "move it under window",
	"group_by":     "remove it: rows are grouped by main id",
	"materialized": "write materialization: {output_type: …}",
	"type":         "write column_data_type, or remove it",
	"entity":       "remove it: the group's entity_key says it",
}

// EntityVarObject is an entity_var.
var EntityVarObject = &Object[Var]{
	Name: "entity_var", Place: "var_groups[].vars[].entity_var", Doc: "One value for each member of an entity or cohort.",
	Span: func(v *Var) *source.Span { return &v.Span }, Fields: varFields(false), Hints: varHints, Check: checkVar("entity_var"),
}

// InputVarObject is an input_var.
var InputVarObject = &Object[Var]{
	Name: "input_var", Place: "var_groups[].vars[].input_var", Doc: "One value for each row of an input or SQL model.",
	Span: func(v *Var) *source.Span { return &v.Span }, Fields: varFields(true), Hints: varHints, Check: checkVar("input_var"),
}

// checkVar holds select against the rest: an entity_var may be nothing but its default, else a var needs an expression.
func checkVar(what string) func(*Decoder, *Var, *source.Node) {
	return func(d *Decoder, v *Var, n *source.Node) {
		alone := what == "entity_var" && v.From.Value == "" && v.Where.S == "" && v.Window == nil
		if strings.TrimSpace(v.Select.S) != "" || v.HasDefault && alone {
			return
		}
		if s := firstWritten(n, "select", "value"); s != nil && (s.Kind == source.MapNode || s.Kind == source.ListNode) {
			return // reported as the wrong type
		}
		if misspelt(d.stack[len(d.stack)-1].table, n, "select") {
			return
		}
		g := d.Errorf(diag.SNoSelect, placeOf(n), "%s %q has no select", what, v.Name.Value)
		if v.HasDefault && what == "entity_var" {
			g.WithFix("add select; only a var without from, where and window may be its default_value alone")
		} else {
			g.WithFix("add select: the expression that computes it")
		}
	}
}

func firstWritten(n *source.Node, keys ...string) *source.Node {
	for _, k := range keys {
		if v := n.Get(k); v != nil {
			return v
		}
	}
	return nil
}

// varItem is an item of vars: a map with one key that says the kind.
type varItem struct{ entity, input *Var }

var varItemObject = &Object[varItem]{
	Name: "item of vars", Place: "var_groups[].vars[]", Doc: "One var: a map with the single key entity_var or input_var.",
	Fields: []Field[varItem]{
		Obj("entity_var", "A var of the entity.", EntityVarObject, func(i *varItem) **Var { return &i.entity }, Was("entityvar", "tablevar", "tablefeature", "feature")),
		Obj("input_var", "A var of the rows of an input.", InputVarObject, func(i *varItem) **Var { return &i.input }, Was("inputvar")),
	},
	Check: func(d *Decoder, i *varItem, n *source.Node) {
		if i.entity != nil && i.input != nil {
			d.AtMostOne(n, "an item of vars", "entity_var", "input_var")
			return
		}
		unwrapped := slices.ContainsFunc(n.Pairs, func(p source.Pair) bool { return EntityVarObject.Table().Field(p.Key.Value) != nil })
		if i.entity == nil && i.input == nil && firstWritten(n, "entity_var", "input_var") == nil && !unwrapped { // that has been said of its keys
			d.Errorf(diag.SChoice, placeOf(n), "an item of vars needs one of entity_var, input_var")
		}
	},
}

// Vars is a key that takes a list of vars, each {entity_var: …} or {input_var: …}.
func Vars[T any](name, doc string, at func(*T) *[]*Var, opts ...Opt) Field[T] {
	return ObjsFunc(name, doc, varItemObject, func(t *T, i *varItem) {
		if i.entity != nil {
			*at(t) = append(*at(t), i.entity)
		}
		if i.input != nil {
			i.input.Input = true
			*at(t) = append(*at(t), i.input)
		}
	}, opts...)
}

var varGroupObject = &Object[VarGroup]{
	Name: "var group", Place: "var_groups[]", Doc: "Vars of one entity or cohort. Groups only order the text: all vars of an entity make one table.",
	Span: func(g *VarGroup) *source.Span { return &g.Span },
	Fields: []Field[VarGroup]{
		Str("name", "The group.", func(g *VarGroup) *source.At[string] { return &g.Name }, Required),
		Str("entity_key", "The entity whose vars these are.", func(g *VarGroup) *source.At[string] { return &g.EntityKey }),
		Str("entity_cohort", "Or the cohort: a path such as models/<cohort> or <entity>/all.", func(g *VarGroup) *source.At[string] { return &g.EntityCohort }, Since(53)),
		Enum("time_grain", "Grain of vars that state none.", TimeGrains, func(g *VarGroup) *source.At[string] { return &g.TimeGrain }, Since(67)),
		Vars("vars", "The vars.", func(g *VarGroup) *[]*Var { return &g.Vars }),
		Ignored[VarGroup]("vartable_group", "Which part of the var table holds the columns."),
	},
	Hints: map[string]string{"entity": "write entity_key", "cohort": "write entity_cohort"},
	Check: func(d *Decoder, _ *VarGroup, n *source.Node) {
		d.ExactlyOne(n, "var group", "entity_key", "entity_cohort")
	},
}
