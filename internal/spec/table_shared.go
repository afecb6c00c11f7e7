package spec

import (
	"kith/internal/diag"
	"kith/internal/source"
)

// OutputTypes are the values of materialization.output_type.
var OutputTypes = []string{"table", "view", "ephemeral", "column", "none", "image", "report", "file", "shell"}

// RunTypes are the values of materialization.run_type.
var RunTypes = []string{"discrete", "incremental", "interactive"}

// EnableStatuses are the values of enable_status. not_needed is what schemas before 67 call only_if_necessary.
var EnableStatuses = []string{"must_have", "good_to_have", "only_if_necessary", "disabled", "not_needed"}

// TimeGrains are the spellings of time grains, finest first.
var TimeGrains = []string{"tick", "tenminutes", "10minutes", "hour", "day", "week", "month", "year"}

// TimeGrain is the field time_grain of a model_spec.
func TimeGrain[T any](at func(*T) *source.At[string]) Field[T] {
	return Enum("time_grain", "For which times it is built: the latest boundary of the grain.", TimeGrains, at, Default("default_time_grain of the project"))
}

// MaterializationObject is the materialization block of models, vars and feature views.
var MaterializationObject = &Object[Materialization]{
	Name: "materialization", Place: "models[].model_spec.materialization",
	Doc:  "How the result of a model is kept in the warehouse.",
	Span: func(m *Materialization) *source.Span { return &m.Span },
	Fields: []Field[Materialization]{
		Enum("output_type", "What the model becomes: a table, a view, SQL inlined where it is used (ephemeral), or a column of the var table.", OutputTypes,
			func(m *Materialization) *source.At[string] { return &m.OutputType }, Default("depends on the model type")),
		Enum("run_type", "Whether the model is built from scratch for each run or may begin with the result of an earlier one, with the same outcome. It means something for id stitchers.", RunTypes,
			func(m *Materialization) *source.At[string] { return &m.RunType }, Default("discrete; incremental for id stitchers")),
		enableStatus("enable_status"),
		enableStatus("requested_enable_status"),
	},
	Hints: map[string]string{"materialized": "write output_type: table, view or ephemeral", "type": "write output_type: table, view or ephemeral"},
	Check: checkEnableStatus,
}

// enableStatus is the field under one of its two names, which mean the same and are both in use.
func enableStatus(name string) Field[Materialization] {
	return newField(name, "Whether the model may be left out of a run, or must be in it.", Type{Word: "one of", JSON: "string", Enum: EnableStatuses},
		[]Opt{Default("good_to_have")}, func(d *Decoder, v value, m *Materialization) {
			s, ok := d.str(v.node)
			if !ok || s.Value == "" { // empty is as if it were not written
				return
			}
			if s.Value, ok = d.word(s, name, EnableStatuses); !ok {
				return
			}
			if s.Value == "not_needed" {
				d.Warnf(diag.SOldName, s.Span, `"not_needed" is an older name of "only_if_necessary"`).WithFix("write only_if_necessary")
				d.older(s.Span, s.Value, "only_if_necessary", Replace{s.Span, "only_if_necessary"})
				s.Value = "only_if_necessary"
			}
			m.EnableStatus = s
		})
}

func checkEnableStatus(d *Decoder, _ *Materialization, n *source.Node) {
	d.AtMostOne(n, "materialization", "enable_status", "requested_enable_status")
}

// HooksObject is a hooks block.
var HooksObject = &Object[Hooks]{
	Name: "hooks", Place: "models[].hooks", Doc: "SQL that runs right before and right after an object is made.",
	Span: func(h *Hooks) *source.Span { return &h.Span },
	Fields: []Field[Hooks]{
		Txt("pre_run", "SQL to run before.", func(h *Hooks) *source.Text { return &h.PreRun }),
		Txt("post_run", "SQL to run after.", func(h *Hooks) *source.Text { return &h.PostRun }),
	},
}

// SQLSetObject is {select, from, where}: the values of one expression over a model or input.
var SQLSetObject = &Object[SQLSet]{
	Name: "sql", Place: "id_types[].filters[].sql", Doc: "The set of values of one expression over the rows of an input or model.",
	Span: func(s *SQLSet) *source.Span { return &s.Span },
	Fields: []Field[SQLSet]{
		Txt("select", "The expression whose values make the set.", func(s *SQLSet) *source.Text { return &s.Select }, Required),
		Txt("from", "Path of the input or model that is read.", func(s *SQLSet) *source.Text { return &s.From }, Required),
		Txt("where", "Which of its rows count.", func(s *SQLSet) *source.Text { return &s.Where }),
	},
}

// FilterTypes are the two kinds of filters.
var FilterTypes = []string{"include", "exclude"}

// InputIDObject is an item of ids of an SQL model.
var InputIDObject = idObject(Required)

// inputIDObject is an item of ids of an input. In the oldest schemas it may leave the entity to the project.
var inputIDObject = idObject(Settled)

func idObject(entity Opt) *Object[InputID] {
	return &Object[InputID]{
		Name: "id", Place: "inputs[].app_defaults.ids[]", Doc: "An id that each row of the table carries. The first id of the list that is known decides whom the row belongs to.",
		Span: func(i *InputID) *source.Span { return &i.Span },
		Fields: []Field[InputID]{
			Txt("select", "Column or SQL expression that gives the id as text.", func(i *InputID) *source.Text { return &i.Select }, Required, Was("sql")),
			Str("type", "The id type.", func(i *InputID) *source.At[string] { return &i.Type }, Required),
			Str("entity", "The entity that the id belongs to.", func(i *InputID) *source.At[string] { return &i.Entity }, entity),
			BoolFunc("to_default_stitcher", "Whether the id feeds the default id stitcher.", func(i *InputID, b source.At[bool]) {
				i.ToDefaultStitcher, i.ToDefaultStitcherOK = b, true
			}, Default("true"), Was("to_id_stitcher")),
		},
		Hints: map[string]string{"name": "an id has no name: write select, type and entity"},
	}
}

// ContractColumnObject is an item of with_columns.
var ContractColumnObject = &Object[ContractColumn]{
	Name: "column", Place: "contract.with_columns[]", Doc: "A column that must exist.",
	Span: func(c *ContractColumn) *source.Span { return &c.Span },
	Fields: []Field[ContractColumn]{
		Str("name", "The column.", func(c *ContractColumn) *source.At[string] { return &c.Name }, Required),
		Str("datatype", "Its type; columns of CSV inputs are cast to it.", func(c *ContractColumn) *source.At[string] { return &c.Datatype }, Was("type")),
	},
}

// ContractObject is a contract block, on inputs and models.
var ContractObject = &Object[Contract]{
	Name: "contract", Place: "inputs[].contract", Doc: "What is promised of a table: its columns, its ids and how its rows behave.",
	Span: func(c *Contract) *source.Span { return &c.Span },
	Fields: []Field[Contract]{
		Bool("is_optional", "A missing table disables what reads it instead of failing the run.", func(c *Contract) *source.At[bool] { return &c.IsOptional }, Default("false")),
		Bool("is_event_stream", "Rows are events with a time, not states.", func(c *Contract) *source.At[bool] { return &c.IsEventStream }, Default("false")),
		Bool("is_append_only", "Rows never change or vanish, so that runs may read only new ones.", func(c *Contract) *source.At[bool] { return &c.IsAppendOnly }, Default("false"), Since(96)),
		Names("with_entity_ids", "Entities whose ids the rows carry.", func(c *Contract) *[]source.At[string] { return &c.WithEntityIDs }),
		Objs("with_columns", "Columns that must exist.", ContractColumnObject, func(c *Contract) *[]*ContractColumn { return &c.WithColumns }),
	},
}

// FeatureChoiceObject is an item of features in feature views.
var FeatureChoiceObject = &Object[FeatureChoice]{
	Name: "feature choice", Place: "feature_views.features[]", Doc: "Which features of one model the views show.",
	Span: func(f *FeatureChoice) *source.Span { return &f.Span },
	Fields: []Field[FeatureChoice]{
		Str("from", "Path of the model whose features are meant.", func(f *FeatureChoice) *source.At[string] { return &f.From }, Required),
		Names("include", "The features to show; all when absent.", func(f *FeatureChoice) *[]source.At[string] { return &f.Include }),
		Names("exclude", "Features to leave out.", func(f *FeatureChoice) *[]source.At[string] { return &f.Exclude }),
	},
}

// UsingIDObject is an item of using_ids.
var UsingIDObject = &Object[UsingID]{
	Name: "using_ids item", Place: "feature_views.using_ids[]", Doc: "A view of the features keyed by the values of an id type.",
	Span: func(u *UsingID) *source.Span { return &u.Span },
	Fields: []Field[UsingID]{
		Str("id", "The id type, or the main id column.", func(u *UsingID) *source.At[string] { return &u.ID }, Required, Was("id_served")),
		Str("name", "Name of the view.", func(u *UsingID) *source.At[string] { return &u.Name }, Default("feature_view_with_<id>")),
	},
}

// FeatureViewsObject is the feature_views block of entities and cohorts.
var FeatureViewsObject = &Object[FeatureViews]{
	Name: "feature_views", Place: "entities[].feature_views", Doc: "The views that show all features of an entity or cohort.",
	Span: func(f *FeatureViews) *source.Span { return &f.Span },
	Fields: []Field[FeatureViews]{
		Str("name", "Name of the view keyed by main id.", func(f *FeatureViews) *source.At[string] { return &f.Name }, Default("<entity>_feature_view")),
		Objs("using_ids", "Further views, keyed by ids.", UsingIDObject, func(f *FeatureViews) *[]*UsingID { return &f.UsingIDs }),
		Objs("features", "Which features the views show; all when absent.", FeatureChoiceObject, func(f *FeatureViews) *[]*FeatureChoice { return &f.Features }),
		Obj("materialization", "Whether the views are views or tables.", MaterializationObject, func(f *FeatureViews) **Materialization { return &f.Materialization }),
		Obj("hooks", "SQL to run before and after.", HooksObject, func(f *FeatureViews) **Hooks { return &f.Hooks }, Since(92)),
	},
}

// AtMostOne reports all but the first of several keys that exclude each other; it returns whether there was nothing to report.
// Keys with an empty value count as absent: projects that a form has written have all keys.
func (d *Decoder) AtMostOne(n *source.Node, object string, keys ...string) bool {
	var first source.At[string]
	ok := true
	for _, p := range n.Pairs {
		for _, k := range keys {
			if p.Key.Value != k || p.Value.Kind == source.NullNode || p.Value.Kind == source.ScalarNode && p.Value.Text.S == "" {
				continue
			}
			if first.Value == "" {
				first = p.Key
				continue
			}
			ok = false
			d.Errorf(diag.SChoice, p.Key.Span, "%s takes only one of %s", object, quoteList(keys)).
				WithAlso(first.Span, "%q is written here", first.Value).WithFix("keep one of them")
		}
	}
	return ok
}

// has reports whether a key is written with a value.
func has(n *source.Node, key string) bool {
	v := n.Get(key)
	return v != nil && v.Kind != source.NullNode
}

// ExactlyOne is AtMostOne, and reports when none is written. Keys with a null value count as absent. object is what the
// message calls the place.
func (d *Decoder) ExactlyOne(n *source.Node, object string, keys ...string) {
	if !d.AtMostOne(n, object, keys...) {
		return
	}
	for _, k := range keys {
		if has(n, k) {
			return
		}
	}
	d.Errorf(diag.SChoice, placeOf(n), "%s needs one of %s", object, quoteList(keys))
}
