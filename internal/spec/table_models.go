package spec

import (
	"kith/internal/diag"
	"kith/internal/source"
)

// unread is what objects without effect are decoded into: their keys are checked, their values dropped.
type unread struct{}

func unreadField(name, doc string, opts ...Opt) Field[unread] {
	return newField(name, doc, Type{Word: "any value"}, opts, func(*Decoder, value, *unread) {})
}

var tableKinds = []string{"table", "view", "csv", "s3", "parquet", "json"}

// binding are the fields that tie an input to a table. They belong under app_defaults; in old projects they stand
// directly under the input.
func binding(opts ...Opt) []Field[Input] {
	with := func(more ...Opt) []Opt { return append(more, opts...) }
	return []Field[Input]{
		Str("table", "The table: name, schema.name or database.schema.name.", func(i *Input) *source.At[string] { return &i.Table }, with()...),
		Str("view", "The view, named like a table.", func(i *Input) *source.At[string] { return &i.View }, with()...),
		Str("csv", "A CSV file of the project, whose cells are SQL literals.", func(i *Input) *source.At[string] { return &i.CSV }, with(Since(53))...),
		Str("s3", "A CSV file in S3: s3://bucket/key.csv.", func(i *Input) *source.At[string] { return &i.S3 }, with(Since(53))...),
		Str("parquet", "Parquet files of the project; * stands for many.", func(i *Input) *source.At[string] { return &i.Parquet }, with(Beyond)...),
		Str("json", "Files of the project with a JSON object in each line; * stands for many.", func(i *Input) *source.At[string] { return &i.JSON }, with(Beyond)...),
		Txt("occurred_at_col", "Column with the time of each row. Rows without a time are always visible.", func(i *Input) *source.Text { return &i.OccurredAtCol }, with(Was("timestamp_col"))...),
		Txt("loaded_at_col", "Column with the time at which each row was loaded. Rows that are loaded later have no earlier one. It tells a graph which rows are new, and freshness how old the newest is.", func(i *Input) *source.Text { return &i.LoadedAtCol }, with(Beyond)...),
		Names("row_identifier", "Columns that identify a row.", func(i *Input) *[]source.At[string] { return &i.RowIdentifier }, with(Since(67), NoEffect)...),
		Objs("ids", "The ids that each row carries, in order of trust.", inputIDObject, func(i *Input) *[]*InputID { return &i.IDs }, with()...),
	}
}

var appDefaultsObject = &Object[Input]{
	Name: "app_defaults", Place: "inputs[].app_defaults", Doc: "The table behind an input, its time and its ids.",
	Fields: binding(),
	Check:  func(d *Decoder, _ *Input, n *source.Node) { d.AtMostOne(n, "app_defaults", tableKinds...) },
}

var sourceMetadataObject = &Object[unread]{
	Name: "source_metadata", Place: "inputs[].source_metadata", Doc: "Where the data came from, for user interfaces.",
	Fields: []Field[unread]{
		unreadField("role", "Kind of source."), unreadField("category", "Category of source."),
	},
}

var inputObject = &Object[Input]{
	Name: "input", Place: "inputs[]", Doc: "A table of the warehouse, or a file, that models read.",
	Span: func(i *Input) *source.Span { return &i.Span },
	Fields: append([]Field[Input]{
		Str("name", "The input; its path is inputs/<name>.", func(i *Input) *source.At[string] { return &i.Name }, Required),
		Obj("contract", "What the project needs of the table.", ContractObject, func(i *Input) **Contract { return &i.Contract }, Since(42)),
		Inline("app_defaults", "The table, its time and its ids.", appDefaultsObject, Since(40)),
		Txt("where", "Which rows exist, for everything that reads the input.", func(i *Input) *source.Text { return &i.Where }, Since(85)),
		Obj("freshness", "How old its newest row may be when a run looks at it.", freshnessObject, func(i *Input) **Freshness { return &i.Freshness }, Beyond),
		ObjFunc("source_metadata", "Where the data came from.", sourceMetadataObject, func(*Input, *unread) {}, NoEffect),
		Ignored[Input]("remapping", "Left behind by user interfaces.", Gone(53)),
		Ignored[Input]("columns", "Columns, in the oldest schemas.", Gone(18)),
		Ignored[Input]("validity_time", "How long a result stayed usable.", Gone(80)),
		Str("entity_key", "The entity of its ids, in the oldest schemas. Each id names its own.", func(i *Input) *source.At[string] { return &i.entity }, Gone(18)),
	}, binding(Under("app_defaults"))...),
	Check: checkInput,
}

func checkInput(d *Decoder, i *Input, n *source.Node) {
	if !d.AtMostOne(n, "input", tableKinds...) {
		return
	}
	named := 0
	for _, at := range []source.At[string]{i.Table, i.View, i.CSV, i.S3, i.Parquet, i.JSON} {
		if at.Value != "" {
			named++
		}
	}
	switch app := n.Get("app_defaults"); {
	case named == 0 && (app == nil || app.Kind == source.MapNode || app.Kind == source.NullNode):
		if misspelt(d.stack[len(d.stack)-1].table, n, "app_defaults") {
			return
		}
		at := placeOf(n)
		if app != nil && app.Kind == source.MapNode {
			at = placeOf(app)
		}
		d.Errorf(diag.SChoice, at, "input %q names no table", i.Name.Value).
			WithFix("write one of %s under app_defaults", quoteList(tableKinds))
	case named > 1 && app != nil && d.crosses(n, app):
		at := i.Name.Span
		if at.IsZero() {
			at = i.Span
		}
		d.Errorf(diag.SChoice, at, "input %q names a table both under app_defaults and beside it", i.Name.Value).
			WithFix("keep the one under app_defaults")
	}
}

// crosses reports whether table keys of different names stand on both levels; equal names are reported as such.
func (d *Decoder) crosses(n, app *source.Node) bool {
	outer, inner := "", ""
	for _, k := range tableKinds {
		if has(n, k) {
			outer = k
		}
		if has(app, k) {
			inner = k
		}
	}
	return outer != "" && inner != "" && outer != inner
}

// modelHints catches keys of model_spec that were written one level too high, whatever the model type.
var modelHints = func() map[string]string {
	out := map[string]string{
		"type":         "write model_type",
		"materialized": "write model_spec: {materialization: {output_type: table}}",
		"ref":          "reference models by path: from: models/<name>",
	}
	for _, key := range []string{"entity_key", "entity_cohort", "edge_sources", "single_sql", "multi_sql", "materialization", "ids", "contract",
		"features", "extends", "filter_pipeline", "filter_expression", "occurred_at_col", "time_grain", "retention_period", "feature_views",
		"incremental_timedelta", "main_id_type", "vars", "validity_time"} {
		out[key] = "move it under model_spec"
	}
	return out
}()

var modelObject = &Object[Model]{
	Name: "model", Place: "models[]", Doc: "Something computed: an id graph, a cohort, a table.",
	Span: func(m *Model) *source.Span { return &m.Span },
	Fields: []Field[Model]{
		Str("name", "The model; its path is models/<name>.", func(m *Model) *source.At[string] { return &m.Name }, Required),
		Str("model_type", "The kind of model.", func(m *Model) *source.At[string] { return &m.Type }, Required),
		newField("model_spec", "What its kind needs to know.", Type{Word: "map", JSON: "object"}, nil, func(d *Decoder, v value, m *Model) {
			if v.node.Kind != source.MapNode {
				d.wrongType(v.node, "a map of keys (model_spec)")
				return
			}
			m.Spec = v.node
		}),
		Obj("hooks", "SQL to run before and after it is made.", HooksObject, func(m *Model) **Hooks { return &m.Hooks }, Since(53)),
	},
	Hints: modelHints,
	Check: func(_ *Decoder, m *Model, n *source.Node) {
		if m.Spec == nil {
			m.Spec = &source.Node{Kind: source.MapNode, Span: placeOf(n)}
			if !m.Name.Span.IsZero() {
				m.Spec.Span = m.Name.Span
			}
		}
	},
}

// MacroObject is an item of macros.
var MacroObject = &Object[Macro]{
	Name: "macro", Place: "macros[]", Doc: "A piece of template with a name and parameters.",
	Span: func(m *Macro) *source.Span { return &m.Span },
	Fields: []Field[Macro]{
		Str("name", "How templates call it.", func(m *Macro) *source.At[string] { return &m.Name }, Required),
		Names("inputs", "Its parameters.", func(m *Macro) *[]source.At[string] { return &m.Inputs }),
		Txt("value", "The template it stands for.", func(m *Macro) *source.Text { return &m.Value }, Required),
	},
	Check: func(d *Decoder, m *Macro, _ *source.Node) {
		if m.Name.Value == "this" || m.Name.Value == "warehouse" {
			d.Errorf(diag.SReservedName, m.Name.Span, "a macro cannot be called %q: every template has an object of that name", m.Name.Value).
				WithFix("rename the macro")
		}
	},
}

var optimizationsObject = &Object[unread]{
	Name: "optimizations", Place: "optimizations", Doc: "Switches of the reference implementation. What they speed up is always on here.",
	Fields: []Field[unread]{
		unreadField("enable_input_columns_filtering", "Read only the columns that are used."),
		unreadField("main_id_addition_approach", "How main ids are joined to rows."),
		unreadField("bundle_input_vars", "Compute input vars together."),
		unreadField("bundle_entity_vars", "Compute entity vars together."),
		unreadField("bundle_entity_vars_strategy", "How eagerly to do so."),
		unreadField("bundle_entity_vars_cte_limit", "How many at a time."),
	},
}

// modelFile is what one file of a model folder holds.
type modelFile struct {
	inputs    []*Input
	models    []*Model
	root      *source.Node
	varGroups []*VarGroup
	macros    []*Macro
	checks    []*Check
	// moved and movedMacros stand in feature tables of the file, in old schemas.
	moved       []*VarGroup
	movedMacros []*Macro
}

var modelFileObject = &Object[modelFile]{
	Name: "model file", Place: "<model folder>/*.yaml", Doc: "Any mix of definitions; files of one project are read together.",
	Fields: []Field[modelFile]{
		Objs("inputs", "Tables and files that are read.", inputObject, func(f *modelFile) *[]*Input { return &f.inputs }),
		Objs("models", "What is computed.", modelObject, func(f *modelFile) *[]*Model { return &f.models }),
		Objs("var_groups", "Features, in groups.", varGroupObject, func(f *modelFile) *[]*VarGroup { return &f.varGroups }, Since(49)),
		Objs("macros", "Pieces of template.", MacroObject, func(f *modelFile) *[]*Macro { return &f.macros }),
		Objs("checks", "What must hold before a run publishes.", checkObject, func(f *modelFile) *[]*Check { return &f.checks }, Beyond),
		ObjFunc("optimizations", "Switches of the reference implementation.", optimizationsObject, func(*modelFile, *unread) {}, NoEffect),
	},
	Hints: map[string]string{
		"entities":          "move it to pb_project.yaml",
		"id_types":          "move it to pb_project.yaml",
		"packages":          "move it to pb_project.yaml",
		"model_folders":     "move it to pb_project.yaml",
		"schema_version":    "move it to pb_project.yaml",
		"connection":        "move it to pb_project.yaml",
		"id_stitcher_rules": "move it to pb_project.yaml",
		"vars":              "write it in an item of var_groups",
		"tests":             "write checks",
		"version":           "this looks like a dbt file; move it out of the model folders",
		"sources":           "this looks like a dbt file; write inputs, or move it out of the model folders",
	},
}
