package spec

import (
	"slices"

	"kith/internal/source"
)

var idFilterObject = &Object[IDFilter]{
	Name: "filter", Place: "id_types[].filters[]", Doc: "Which values of an id type count as ids. An id survives when every include filter matches it and no exclude filter does.",
	Span: func(f *IDFilter) *source.Span { return &f.Span },
	Fields: []Field[IDFilter]{
		Enum("type", "Whether values that match are kept or dropped.", FilterTypes, func(f *IDFilter) *source.At[string] { return &f.Type }, Required),
		TxtFunc("value", "The value that matches.", func(f *IDFilter, t source.Text) { f.Value = &t }),
		TxtFunc("regex", "A regular expression that must match the whole value.", func(f *IDFilter, t source.Text) { f.Regex = &t }),
		Obj("sql", "The set of values that match.", SQLSetObject, func(f *IDFilter) **SQLSet { return &f.SQL }, Since(53)),
	},
	Check: func(d *Decoder, f *IDFilter, n *source.Node) {
		d.ExactlyOne(n, "filter", "value", "regex", "sql")
		f.dropEmpty()
	},
}

var idTypeObject = &Object[IDType]{
	Name: "id type", Place: "id_types[]", Doc: "A named kind of identifier: email, user_id, device_id.",
	Span: func(t *IDType) *source.Span { return &t.Span },
	Fields: slices.Concat([]Field[IDType]{
		Str("name", "The id type.", func(t *IDType) *source.At[string] { return &t.Name }, Required),
		Str("extends", "Id type whose filters and normalisers come before the ones written here.", func(t *IDType) *source.At[string] { return &t.Extends }, Since(49)),
		Normalize("What each id becomes before anything else looks at it: trim, lower, unaccent, email or phone, or a list of them in the order of their use. phone takes the country of numbers that name none: {phone: {country: \"49\"}}.", func(t *IDType) *Normalisers { return &t.Normalize }),
		idFilters(),
	}, blockedValues(), []Field[IDType]{edgeLimits()}, clusterGuards()),
	Check: checkClusterGuards,
}

var defaultStitcherObject = &Object[Materialization]{
	Name: "default_id_stitcher", Place: "entities[].default_id_stitcher", Doc: "Settings of the id stitcher that is made when the entity names none.",
	Span: func(m *Materialization) *source.Span { return &m.Span },
	Fields: append([]Field[Materialization]{
		Enum("time_grain", "For which times the id graph is built: the latest boundary of the grain.", TimeGrains, func(m *Materialization) *source.At[string] { return &m.TimeGrain }, Since(63)),
		Duration("incremental_timedelta", "How long after it occurred a row may arrive, for sources of which nothing tells when rows were loaded. A run that extends an earlier graph reads so far back.", false, func(m *Materialization) *source.At[string] { return &m.IncrementalTimedelta }, Default("96h")),
		Inline("materialization", "How the id graph is kept.", MaterializationObject),
		Ignored[Materialization]("validity_time", "How long a result stayed usable.", Gone(80)),
	}, GuardFields(func(m *Materialization) *StitcherGuards { return &m.Guards })...),
}

var entityObject = &Object[Entity]{
	Name: "entity", Place: "entities[]", Doc: "A kind of thing that is profiled: user, account, product.",
	Span: func(e *Entity) *source.Span { return &e.Span },
	Fields: []Field[Entity]{
		Str("name", "The entity, as paths and templates call it.", func(e *Entity) *source.At[string] { return &e.Name }, Required),
		Str("description", "What it is, for people.", func(e *Entity) *source.At[string] { return &e.Description }),
		entityIDTypes(),
		Str("id_stitcher", "Path of the id stitcher that links its ids.", func(e *Entity) *source.At[string] { return &e.IDStitcher }, Default("a default stitcher over all inputs")),
		Str("id_column_name", "Name of the column that holds its main id.", func(e *Entity) *source.At[string] { return &e.IDColumnName }, Default("<entity>_main_id")),
		Obj("default_id_stitcher", "Settings of the default stitcher.", defaultStitcherObject, func(e *Entity) **Materialization { return &e.DefaultIDStitcher }),
		ObjFunc("feature_views", "The views that show its features.", FeatureViewsObject, func(e *Entity, f *FeatureViews) {
			if e.FeatureViews != nil {
				f.UsingIDs = append(f.UsingIDs, e.FeatureViews.UsingIDs...)
			}
			e.FeatureViews = f
		}, Since(61)),
		Obj("hooks", "SQL to run before and after its models.", HooksObject, func(e *Entity) **Hooks { return &e.Hooks }),
		served("serve_traits", "Views keyed by ids, up to schema 60."),
		served("serve_traits_360", "Views keyed by ids, schemas 53 to 61."),
		served("entity_traits_360", "Views keyed by ids, in schemas around 53."),
	},
}

var overrideObject = &Object[Override]{
	Name: "override", Place: "packages[].overrides[]", Doc: "A setting for some models of a package.",
	Span: func(o *Override) *source.Span { return &o.Span },
	Fields: []Field[Override]{
		Enum("requested_enable_status", "Whether the models take part in a run.", EnableStatuses, func(o *Override) *source.At[string] { return &o.EnableStatus }, Required, Was("enable_status")),
		Names("models", "Paths of the models, as the package calls them.", func(o *Override) *[]source.At[string] { return &o.Models }, Required),
	},
}

var packageObject = &Object[Package]{
	Name: "package", Place: "packages[]", Doc: "A project whose definitions are imported.",
	Span: func(p *Package) *source.Span { return &p.Span },
	Fields: []Field[Package]{
		Str("name", "How paths call it: packages/<name>/….", func(p *Package) *source.At[string] { return &p.Name }, Required),
		Txt("url", "Where it is: a folder, a git address, an S3 folder.", func(p *Package) *source.Text { return &p.URL }, Was("gitUrl")),
		inputsMap(),
		Objs("overrides", "Settings of the package's models that are changed.", overrideObject, func(p *Package) *[]*Override { return &p.Overrides }),
	},
}

var tagObject = &Object[Tag]{
	Name: "tag", Place: "available_tags[]", Doc: "A tag that vars may carry.",
	Span: func(t *Tag) *source.Span { return &t.Span },
	Fields: []Field[Tag]{
		Str("name", "The tag.", func(t *Tag) *source.At[string] { return &t.Name }, Required),
		Str("description", "What it means, for people.", func(t *Tag) *source.At[string] { return &t.Description }),
	},
}

// RulePriorities are the words of id_stitcher_rules.priority.
var RulePriorities = []string{"exclude", "include"}

var stitcherRulesObject = &Object[StitcherRules]{
	Name: "id_stitcher_rules", Place: "id_stitcher_rules", Doc: "Rules kept in a table that add or remove single ids and links. They hold for every identity graph of the project.",
	Span: func(r *StitcherRules) *source.Span { return &r.Span },
	Fields: []Field[StitcherRules]{
		Bool("enabled", "Whether the rules are applied.", func(r *StitcherRules) *source.At[bool] { return &r.Enabled }, Default("false")),
		Str("table_name", "The table that holds them: in the schema of the connection, or schema.table.", func(r *StitcherRules) *source.At[string] { return &r.TableName }, Default("id_stitch_rules")),
		Enum("priority", "Whether exclude or include wins when two rules contradict each other and neither is the later.", RulePriorities, func(r *StitcherRules) *source.At[string] { return &r.Priority }, Default("exclude")),
	},
}

// projectFile is pb_project.yaml: the project, and keys that end with loading.
type projectFile struct {
	Project
	macroFolders []source.At[string]
}

var projectObject = &Object[projectFile]{
	Name: "pb_project.yaml", Place: "pb_project.yaml", Doc: "The file that makes a folder a project.",
	Fields: []Field[projectFile]{
		Str("name", "The project.", func(p *projectFile) *source.At[string] { return &p.Name }, Required),
		Int("schema_version", "Version of the language the project is written in, 2 to 99.", func(p *projectFile) *source.At[int] { return &p.SchemaVersion }, Required),
		Str("connection", "Name of a connection of the site configuration.", func(p *projectFile) *source.At[string] { return &p.Connection }, Was("profile"), Default("the embedded warehouse")),
		Names("model_folders", "Folders that hold the other YAML files, relative to this one.", func(p *projectFile) *[]source.At[string] { return &p.ModelFolders }),
		Objs("entities", "What is profiled.", entityObject, func(p *projectFile) *[]*Entity { return &p.Entities }),
		Objs("id_types", "The kinds of identifiers.", idTypeObject, func(p *projectFile) *[]*IDType { return &p.IDTypes }),
		Objs("packages", "Projects whose definitions are imported.", packageObject, func(p *projectFile) *[]*Package { return &p.Packages }),
		Names("python_requirements", "Python packages that the project needs, and the version of pb it was written for.", func(p *projectFile) *[]source.At[string] { return &p.PythonRequirements }, Since(49), NoEffect),
		Duration("retention_period", "How long results are kept.", true, func(p *projectFile) *source.At[string] { return &p.RetentionPeriod }, Since(72), Default("720h"), Was("time_to_live")),
		Bool("carry_forward_privileges", "Whether grants on a published object pass on to the one that replaces it.", func(p *projectFile) *source.At[bool] { return &p.CarryForwardPrivileges }, Since(84), Default("true")),
		Enum("default_time_grain", "Grain of all that states none, not coarser than any in use. A run ends at its latest boundary.", TimeGrains, func(p *projectFile) *source.At[string] { return &p.DefaultTimeGrain }, Since(63)),
		Objs("available_tags", "Tags that vars may carry.", tagObject, func(p *projectFile) *[]*Tag { return &p.AvailableTags }, Since(61), NoEffect, Was("tags")),
		ObjFunc("id_stitcher_rules", "Rules that add or remove single ids and links.", stitcherRulesObject, func(p *projectFile, r *StitcherRules) { p.StitcherRules = r }, Since(92)),
		Str("dialect", "The SQL dialect the project is written in.", func(p *projectFile) *source.At[string] { return &p.Dialect }, Beyond, Default("that of the warehouse")),
		Ignored[projectFile]("allow_beta", "Unlocked features that were in testing.", Since(96)),
		includeUntimed(),
		macroFolders(),
	},
	Hints: map[string]string{
		"inputs":        "move it to a YAML file in one of the model_folders",
		"models":        "move it to a YAML file in one of the model_folders",
		"var_groups":    "move it to a YAML file in one of the model_folders",
		"macros":        "move it to a YAML file in one of the model_folders",
		"optimizations": "move it to a YAML file in one of the model_folders",
		"version":       "write schema_version",
	},
}

// dropEmpty takes what is written without a value away beside what has one: an empty value alone means the empty text.
func (f *IDFilter) dropEmpty() {
	if f.Regex != nil && f.Regex.S == "" && (f.Value != nil || f.SQL != nil) {
		f.Regex = nil
	}
	if f.Value != nil && f.Value.S == "" && (f.Regex != nil || f.SQL != nil) {
		f.Value = nil
	}
}
