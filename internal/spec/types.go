// Package spec is the room of what is written: a project's YAML as typed values, each with its place, before any name is
// resolved or any template rendered. A key that was not written is a zero value here, never a default: defaults belong to
// the model.
package spec

import "kith/internal/source"

// Project is one folder with a pb_project.yaml, read whole.
type Project struct {
	// Root is the absolute path of the folder.
	Root string
	// Files are all YAML files read, pb_project.yaml first, then by path.
	Files []*source.File

	Name          source.At[string]
	SchemaVersion source.At[int]
	Connection    source.At[string]
	ModelFolders  []source.At[string]
	Entities      []*Entity
	IDTypes       []*IDType
	Packages      []*Package
	// Imports are the packages that have been loaded, in the order of Packages. Loading a project leaves it empty: finding
	// packages is another room's work.
	Imports                []*Import
	PythonRequirements     []source.At[string]
	RetentionPeriod        source.At[string]
	CarryForwardPrivileges source.At[bool]
	DefaultTimeGrain       source.At[string]
	AvailableTags          []*Tag
	Dialect                source.At[string]
	// StitcherRules are the manual rules of identity graphs, nil when the key is not written.
	StitcherRules *StitcherRules

	Inputs    []*Input
	Models    []*Model
	VarGroups []*VarGroup
	Macros    []*Macro
	Checks    []*Check

	// Unread are the files of which nothing could be read: what seems to be missing may stand there, so resolving names
	// need not complain while there are any.
	Unread []*source.File
	// Unused are keys that were read and have no effect, with their values.
	Unused []Unused
	// Older are the uses of older forms, with the changes that make them current ones.
	Older []*Older
	// MainIDTypes are the names that stitchers give to the type of main ids, besides rudder_id.
	MainIDTypes []string
}

// Unused is a key that belongs to the language and on which nothing acts.
type Unused struct {
	Object string // the kind of object it stands in
	Key    source.At[string]
	Value  *source.Node
}

// Entity is an item of entities.
type Entity struct {
	Span         source.Span // the whole item
	Name         source.At[string]
	Description  source.At[string]
	IDTypes      []source.At[string]
	IDStitcher   source.At[string]
	IDColumnName source.At[string]
	// DefaultIDStitcher tunes the stitcher that is made when IDStitcher is absent.
	DefaultIDStitcher *Materialization
	FeatureViews      *FeatureViews
	Hooks             *Hooks

	defined []defined // id types that it defines, in the oldest schemas
}

// IDType is an item of id_types.
type IDType struct {
	Span    source.Span
	Name    source.At[string]
	Extends source.At[string]
	// Normalize are the normalisers in the order of their use.
	Normalize Normalisers
	Filters   []*IDFilter
	// MaximumEdges are the limits in written order.
	MaximumEdges []*EdgeLimit
	// Blocked are values that are no ids.
	Blocked           []source.At[string]
	BlockPlaceholders source.At[bool]
	ValidFor          source.At[string] // a Go duration
	Unique            source.At[bool]
	MaximumPerCluster source.At[int]
}

// EdgeLimit is an item of maximum_edges: how many ids of another type one id may stand beside; or of maximum_per_cluster: how
// many of a type one cluster may have.
type EdgeLimit struct {
	Type source.At[string]
	Most source.At[int]
	// Within is a Go duration, empty for any time.
	Within source.At[string]
}

// StitcherRules is the id_stitcher_rules block of the project.
type StitcherRules struct {
	Span      source.Span
	Enabled   source.At[bool]
	TableName source.At[string]
	Priority  source.At[string] // exclude or include
}

// IDFilter is one filter of an id type: exactly one of Value, Regex and SQL is present.
type IDFilter struct {
	Span  source.Span
	Type  source.At[string] // include or exclude
	Value *source.Text      // nil when absent; an empty Text is the empty value
	Regex *source.Text
	SQL   *SQLSet
}

// SQLSet is {select, from[, where]}: the values of one expression over a model or input.
type SQLSet struct {
	Span   source.Span
	Select source.Text
	From   source.Text // a path, or a template that dereferences one
	Where  source.Text
}

// FeatureViews is the feature_views block of an entity or cohort.
type FeatureViews struct {
	Span            source.Span
	Name            source.At[string]
	UsingIDs        []*UsingID
	Features        []*FeatureChoice
	Materialization *Materialization
	Hooks           *Hooks
}

// UsingID asks for a view keyed by an id type.
type UsingID struct {
	Span source.Span
	ID   source.At[string]
	Name source.At[string]
}

// FeatureChoice picks features of one model.
type FeatureChoice struct {
	Span    source.Span
	From    source.At[string]
	Include []source.At[string]
	Exclude []source.At[string]
}

// Hooks are SQL to run before and after.
type Hooks struct {
	Span            source.Span
	PreRun, PostRun source.Text
}

// Materialization is the materialization block.
type Materialization struct {
	Span         source.Span
	OutputType   source.At[string]
	RunType      source.At[string]
	EnableStatus source.At[string] // enable_status or requested_enable_status
	TimeGrain    source.At[string]
	// IncrementalTimedelta is a Go duration.
	IncrementalTimedelta source.At[string]
	// Guards are those of a default stitcher.
	Guards StitcherGuards
}

// Package is an item of packages.
type Package struct {
	Span      source.Span
	Name      source.At[string]
	URL       source.Text
	InputsMap []Mapping
	Overrides []*Override
}

// Override changes settings of models of a package.
type Override struct {
	Span         source.Span
	EnableStatus source.At[string]
	Models       []source.At[string]
}

// Import is a package that has been loaded.
type Import struct {
	Package *Package
	Project *Project
}

// Mapping is one key and value of a map, in written order.
type Mapping struct{ Key, Value source.At[string] }

// Tag is an item of available_tags.
type Tag struct {
	Span              source.Span
	Name, Description source.At[string]
}

// Input is an item of inputs. Fields of app_defaults stand directly here.
type Input struct {
	Span     source.Span
	Name     source.At[string]
	Contract *Contract
	Where    source.Text
	// Exactly one of Table, View, CSV, S3, Parquet and JSON is written.
	Table, View, CSV, S3, Parquet, JSON source.At[string]
	OccurredAtCol, LoadedAtCol          source.Text
	RowIdentifier                       []source.At[string]
	IDs                                 []*InputID
	Freshness                           *Freshness

	entity source.At[string] // of ids that name none, in the oldest schemas
}

// InputID is an item of ids, on inputs and SQL models.
type InputID struct {
	Span                source.Span
	Select              source.Text
	Type                source.At[string]
	Entity              source.At[string]
	ToDefaultStitcher   source.At[bool]
	ToDefaultStitcherOK bool // the key was written
}

// Contract is a contract block.
type Contract struct {
	Span                                    source.Span
	IsOptional, IsEventStream, IsAppendOnly source.At[bool]
	WithEntityIDs                           []source.At[string]
	WithColumns                             []*ContractColumn
}

// ContractColumn is an item of with_columns.
type ContractColumn struct {
	Span           source.Span
	Name, Datatype source.At[string]
}

// Model is an item of models. Spec is the model_spec as YAML: its type decodes it with its own field table.
type Model struct {
	Span source.Span
	Name source.At[string]
	Type source.At[string]
	// It is never nil: without model_spec it is an empty map placed at the model's name. Older forms in it are current ones
	// here.
	Spec  *source.Node
	Hooks *Hooks
	// Lenient is set in projects so old that an unknown key of the model_spec is a warning.
	Lenient bool
}

// VarGroup is an item of var_groups.
type VarGroup struct {
	Span         source.Span
	Name         source.At[string]
	EntityKey    source.At[string]
	EntityCohort source.At[string]
	TimeGrain    source.At[string]
	Vars         []*Var
}

// Var is an item of vars: an entity_var or an input_var.
type Var struct {
	Span   source.Span
	Input  bool // input_var
	Name   source.At[string]
	Select source.Text
	From   source.At[string]
	Where  source.Text
	// DefaultValue is default_value or the older default; HasDefault tells that it was written.
	DefaultValue    source.Text
	HasDefault      bool
	Description     source.At[string]
	Window          *Window
	IsFeature       source.At[bool]
	IsFeatureOK     bool // the key was written
	Tags            []source.At[string]
	ColumnDataType  source.Text
	TimeGrain       source.At[string]
	Merge           source.Text
	MergeWhere      source.Text
	Materialization *Materialization
}

// Window is a window block.
type Window struct {
	Span        source.Span
	PartitionBy []source.Text
	OrderBy     []source.Text
	FrameClause source.Text
}

// Macro is an item of macros.
type Macro struct {
	Span   source.Span
	Name   source.At[string]
	Inputs []source.At[string]
	Value  source.Text
}
