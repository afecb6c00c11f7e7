// Package model is the room of resolved things: every name of the project is a pointer here, every template is rendered and
// parsed, every default is filled in. A node never remembers which key was missing; it knows what it means.
package model

import (
	"time"

	"kith/internal/addr"
	"kith/internal/normal"
	"kith/internal/source"
	"kith/internal/spec"
	"kith/internal/sqltext"
	"kith/internal/template"
)

// Graph is a resolved project.
type Graph struct {
	Spec      *spec.Project
	Dialect   string // the dialect the project's SQL is written in
	Entities  []*Entity
	IDTypes   []*IDType
	Inputs    []*Input
	SQL       []*SQLModel
	Unions    []*Union
	Stitchers []*Stitcher
	Cohorts   []*Cohort // root cohorts first, parents before children
	Tables    []*FeatureTable
	Views     []*FeatureView
	// Checks are what must hold before a run publishes: those of kith's own first, then the project's.
	Checks []*Check
	// Order is every node after the nodes it needs, in an order that depends on nothing but the project.
	Order []Node
	// Grain is the grain of nodes that state none.
	Grain Grain
	// TimeDependent tells that a template looks at the value of a time, so that resolving for another end time gives other
	// texts.
	TimeDependent bool
	// Conditional are the references that templates would make if a condition were otherwise. Nobody waits for what they
	// name.
	Conditional []ConditionalRef
	byKey       map[string]Node
}

// ConditionalRef is a reference in a branch of a template that is not taken.
type ConditionalRef struct {
	Owner, To Node
	At        source.Span
}

// Node is a node of the graph: *Input, *SQLModel, *Stitcher, *Cohort, *EntityVar, *InputVar, *FeatureTable, *FeatureView,
// *VarTable, *Union, *Foreign and no other. A *Check is one, too, so that its text can refer to others; nothing needs it and it
// has no place in the order.
type Node interface {
	// Addr is the node's path.
	Addr() addr.Addr
	// Base is what all nodes have.
	Base() *NodeBase
}

// NodeBase is what all nodes have.
type NodeBase struct {
	Address addr.Addr
	// Span is where the node's name is declared; zero for nodes that kith adds.
	Span source.Span
	// Needs are the nodes that must be there before this one, without repeats, in order of mention.
	Needs []Node
	// Meaning is the node's own definition in canonical form; Hash is eight hex digits over it and over the hashes of what
	// it needs. Descriptions, tags and is_feature are not in it: they rebuild no data.
	Meaning, Hash string
	// Parts are the pieces of Meaning by name.
	Parts []Part
	// Broken marks a node with mistakes: dependents stay silent about it.
	Broken bool
	// Disabled says why the node does not take part, "" when it does.
	Disabled string
	// Enable is the enable_status: "must_have", "good_to_have", "only_if_necessary", "disabled", or "" when not written.
	Enable   string
	EnableAt source.Span
	// Grain says for which of the run's times the node is built: the latest boundary of it.
	Grain    Grain
	grainSet bool
	// needed is the set of Needs once there are many.
	needed map[Node]bool
	// PreRun and PostRun are the user's scripts around the making of the node, nil for none.
	PreRun, PostRun *sqltext.Tree
}

// Base returns b itself, so that embedding NodeBase gives a node its methods.
func (b *NodeBase) Base() *NodeBase { return b }

// Addr is the node's path.
func (b *NodeBase) Addr() addr.Addr { return b.Address }

func (b *NodeBase) need(n Node) {
	if len(b.Needs) < manyNeeds {
		for _, o := range b.Needs {
			if o == n {
				return
			}
		}
		b.Needs = append(b.Needs, n)
		return
	}
	if len(b.needed) != len(b.Needs) {
		b.needed = make(map[Node]bool, 2*len(b.Needs))
		for _, o := range b.Needs {
			b.needed[o] = true
		}
	}
	if !b.needed[n] {
		b.needed[n] = true
		b.Needs = append(b.Needs, n)
	}
}

// forget takes a need away.
func (b *NodeBase) forget(n Node) { b.Needs, b.needed = remove(b.Needs, n), nil }

// manyNeeds is from when on looking through Needs costs more than a map: a var table may need thousands of vars.
const manyNeeds = 16

// Entity is a thing profiled.
type Entity struct {
	Name        string
	Span        source.Span
	Description string
	IDTypes     []*IDType
	// IDColumn is the name of the main id column everywhere.
	IDColumn string
	Stitcher *Stitcher
	Root     *Cohort
	spec     *spec.Entity
	// unit said the last word on the entity; stitcherUnit is where its id_stitcher is to be looked up, when not there.
	unit, stitcherUnit *unit
}

// HasType reports whether ids of type t can belong to the entity.
func (e *Entity) HasType(t *IDType) bool {
	for _, o := range e.IDTypes {
		if o == t {
			return true
		}
	}
	return false
}

// IDType is a namespace of ids.
type IDType struct {
	Name string
	Span source.Span
	// Normalize is what each id becomes before anything else looks at it, and Filters say which then count; inherited ones first.
	Normalize []normal.Step
	Filters   []*IDFilter
	Limits    []*EdgeLimit
	// ValidFor is how long its edges count after they were last seen, zero for ever.
	ValidFor   time.Duration
	perCluster *ClusterLimit // nil for none
	spec       *spec.IDType
	unit       *unit
	// inherited is a package's type of the same name, which this one may extend.
	inherited *IDType
}

// Normal is an id of the type as the graph has it, whether rows or people wrote it; ok is false for what is no id.
func (t *IDType) Normal(value string) (id string, ok bool) { return normal.All(t.Normalize, value) }

// IDFilter restricts the ids of a type.
type IDFilter struct {
	Span    source.Span
	Exclude bool
	Kind    FilterKind
	Text    string    // the value or the pattern
	Set     *ValueSet // of a sql filter
	Values  []string  // of ByValues and ByPlaceholder
}

// FilterKind is the kind of an IDFilter.
type FilterKind int

// The kinds.
const (
	ByValue FilterKind = iota
	ByRegex
	BySQL
	// ByValues matches each of some values.
	ByValues
	// ByPlaceholder matches, after trimming and in any case, each of some words and what a pattern does.
	ByPlaceholder
)

// ValueSet is the values of one expression over a node.
type ValueSet struct {
	Span   source.Span
	Select *sqltext.Tree
	Where  *sqltext.Tree // nil for none
	From   Node
	// At says at which time From is read.
	At GrainSpec
}

// RowID is an id that rows of a source carry.
type RowID struct {
	Span   source.Span
	Select *sqltext.Tree
	// Type is nil when MainID is set: the column holds the main id itself (type rudder_id).
	Type      *IDType
	MainID    bool
	Entity    *Entity
	ToDefault bool // feeds the default stitcher
	// Written is the select as it stands in the file, templates and all.
	Written source.Text
}

// Rows is what is common to everything that entity vars and stitchers read rows from.
type Rows struct {
	IDs        []*RowID
	OccurredAt *sqltext.Tree // nil: untimed
	InputVars  []*InputVar
}

// IDsOf returns the ids of one entity, in declared order. A type outside the entity's id types is left out: it joins
// nothing and resolves nothing.
func (r *Rows) IDsOf(e *Entity) []*RowID {
	var out []*RowID
	for _, id := range r.IDs {
		if id.Entity == e && (id.MainID || e.HasType(id.Type)) {
			out = append(out, id)
		}
	}
	return out
}

// Source is a node that rows can be read from: *Input, *SQLModel, *Union, *Stitcher, and *Foreign, which has none.
type Source interface {
	Node
	// Rows are the ids, time and input vars of the source's rows.
	SourceRows() *Rows
	// DisplayName is the name used as template object and in names of materials.
	DisplayName() string
}

// InputFormat says where an input's rows are.
type InputFormat string

// The formats.
const (
	FromTable   InputFormat = "table"
	FromCSV     InputFormat = "csv"
	FromParquet InputFormat = "parquet"
	FromJSON    InputFormat = "json"
)

// Input is a declared input.
type Input struct {
	NodeBase
	Rows
	Name   string
	Format InputFormat
	// Table is the parts of the table's name for FromTable; Path the absolute path of the file otherwise.
	Table   []NamePart
	TableAt source.Span
	// Columns are the columns of the table where a warehouse could be asked, else nil.
	Columns []string
	Path    string
	Where   *sqltext.Tree
	// LoadedAt is the time at which a row was loaded, nil where no column tells it.
	LoadedAt *sqltext.Tree
	// Freshness says how old the newest row may be, nil for any age.
	Freshness *Freshness
	// Literal holds the rows of a csv file of SQL literals; nil for any other file.
	Literal  *LiteralRows
	Contract *spec.Contract
	Optional bool
	spec     *spec.Input
	// remote tells that Path is an address, not a file of this machine.
	remote bool
	// replaced is set when the importer of a package put another node in the input's place.
	replaced bool
}

// Age is the time by which the age of a row is told: when it was loaded, else when it occurred; nil where nothing tells.
func (i *Input) Age() *sqltext.Tree {
	if i.LoadedAt != nil {
		return i.LoadedAt
	}
	return i.OccurredAt
}

// NamePart is one part of a table's name.
type NamePart struct {
	Name   string
	Quoted bool
}

// SourceRows returns the rows' description.
func (r *Rows) SourceRows() *Rows { return r }

// DisplayName is the input's name.
func (i *Input) DisplayName() string { return i.Name }

// OutputType is how a model's result is kept.
type OutputType string

// The output types.
const (
	AsTable     OutputType = "table"
	AsView      OutputType = "view"
	AsEphemeral OutputType = "ephemeral"
)

// SQLModel is a sql_template model with a single_sql.
type SQLModel struct {
	NodeBase
	Rows
	Name   string
	Output OutputType
	Query  *sqltext.Tree
	// Statements is the script of a multi_sql, whose last statement makes the model's object; nil for a single_sql.
	Statements *sqltext.Tree
	Contract   *spec.Contract
	// Features are output columns published with the cohort Of.
	Features []*ColumnFeature
	Of       *Cohort
	spec     *spec.Model
	// firmly are the nodes that it reads otherwise than with dependency="optional".
	firmly map[Node]bool
}

func (m *SQLModel) firm(n Node) {
	if m.firmly == nil {
		m.firmly = map[Node]bool{}
	}
	m.firmly[n] = true
}

// DisplayName is the model's name.
func (m *SQLModel) DisplayName() string { return m.Name }

// ColumnFeature is an output column of an SQL model that is a feature.
type ColumnFeature struct {
	Name, Description string
	Span              source.Span
}

// Stitcher makes the identity graph of an entity: an id_stitcher, the default one, or an id_collator.
type Stitcher struct {
	NodeBase
	Rows
	Name    string
	Entity  *Entity
	Sources []*EdgeSource
	// Collator is set when no edge is possible: the main id is the id itself.
	Collator bool
	// Rules are the manual rules of the graph, nil for none.
	Rules  *GraphRules
	Guards Guards
	// Decisions are those that hold for the graph, by number.
	Decisions []Decision
	Output    OutputType
	// Incremental allows a run to begin with the graph of an earlier one. Lookback is how long before the end of that run a row may
	// have occurred that it did not find yet, where no column tells when rows were loaded.
	Incremental bool
	Lookback    time.Duration
	spec        *spec.Model
}

// DisplayName is the stitcher's name.
func (s *Stitcher) DisplayName() string { return s.Name }

// EdgeSource is one source of edges with the ids that take part.
type EdgeSource struct {
	Span source.Span
	From Source
	IDs  []*RowID
}

// Cohort is a subset of an entity's instances; the root cohort is all of them.
type Cohort struct {
	NodeBase
	Name   string // "all" for the root
	Entity *Entity
	Parent *Cohort // nil for the root
	Filter *CohortFilter
	Output OutputType
	// Vars are the cohort's own vars, in declared order.
	Vars []*EntityVar
	// VarTable is the node of the cohort's var table.
	VarTable *VarTable
	Views    []*FeatureView
	// ViewsSpec is the feature_views block of a declared cohort, nil without one.
	ViewsSpec *spec.FeatureViews
	moreViews []moreViews
	spec      *spec.Model
	// byName are the first indexed of Vars by name in lower case. Vars only grow.
	byName  map[string]*EntityVar
	indexed int
}

// IsRoot reports whether the cohort is all of its entity.
func (c *Cohort) IsRoot() bool { return c.Parent == nil }

// ObjectName is the name of the published object: <entity>_all, <entity>_<cohort> (observed.md section 5.4).
func (c *Cohort) ObjectName() string { return c.Entity.Name + "_" + c.Name }

// Visible returns the vars that can be seen in the cohort: own ones, and the parent's that no own var overrides. Root
// vars come first, in declared order.
func (c *Cohort) Visible() []*EntityVar {
	var out []*EntityVar
	if c.Parent != nil {
		for _, v := range c.Parent.Visible() {
			if c.own(v.Name) == nil {
				out = append(out, v)
			}
		}
	}
	return append(out, c.Vars...)
}

// Find returns the var of that name visible in the cohort (letter case ignored), nil when there is none.
func (c *Cohort) Find(name string) *EntityVar {
	for ; c != nil; c = c.Parent {
		if v := c.own(name); v != nil {
			return v
		}
	}
	return nil
}

// CohortFilter is a boolean tree over vars of the parent: exactly one of All, Any, Cond and Set is used.
type CohortFilter struct {
	Span    source.Span
	All     []*CohortFilter
	Any     []*CohortFilter
	Cond    *sqltext.Tree
	Set     *ValueSet // main ids
	Exclude bool
}

// EntityVar is a column of a cohort's var table.
type EntityVar struct {
	NodeBase
	Name    string
	Cohort  *Cohort
	From    Source        // nil for derived and constant vars
	Select  *sqltext.Tree // nil: the default only
	Where   *sqltext.Tree
	Window  *Window
	Default *sqltext.Tree
	// Type is the text of column_data_type, rendered; nil when inferred.
	Type        *sqltext.Tree
	IsFeature   bool
	Description string
	Tags        []string
	Group       string
	// Uses are the entity vars that select, where, window and default mention.
	Uses []*EntityVar
	// Merge says how values of the var make one; nil for a var without from.
	Merge *Merge
	spec  *spec.Var
}

// Window is a window of a var.
type Window struct {
	Span        source.Span
	PartitionBy []*sqltext.Tree
	OrderBy     []*OrderTerm
	Frame       source.Text // rendered; empty for none
	// Tree is the parse of the whole block, which the parts share their holes with.
	Tree *sqltext.Tree
}

// OrderTerm is one order_by term.
type OrderTerm struct {
	Tree *sqltext.Tree
	Desc bool
	// Nulls is "first", "last" or "" when not written.
	Nulls string
}

// InputVar is an extra column of a source.
type InputVar struct {
	NodeBase
	Name        string
	Of          Source
	Entity      *Entity // of the var group: its main id column can be used
	Select      *sqltext.Tree
	Where       *sqltext.Tree
	Window      *Window
	Default     *sqltext.Tree
	Type        *sqltext.Tree
	Description string
	Uses        []*EntityVar
	UsesInput   []*InputVar
	UsesMainID  []*Entity
	spec        *spec.Var
}

// VarTable is all vars of one cohort together.
type VarTable struct {
	NodeBase
	Cohort *Cohort
}

// FeatureTable is a feature_table_model: main id, valid_at, listed features.
type FeatureTable struct {
	NodeBase
	Name     string
	Cohort   *Cohort
	Features []TableFeature
	spec     *spec.Model
}

// TableFeature is a listed feature of a feature table: a var, or else a column of an SQL model.
type TableFeature struct {
	Var    *EntityVar
	Column *ModelFeature
}

// Name is the name of the feature's column.
func (f TableFeature) Name() string {
	if f.Var != nil {
		return f.Var.Name
	}
	return f.Column.Name
}

// of is the node that declares the feature.
func (f TableFeature) of() Node {
	if f.Var != nil {
		return f.Var.Cohort
	}
	return f.Column.Model
}

// FeatureView shows all features of a cohort, a row per main id, or per id of one type.
type FeatureView struct {
	NodeBase
	Name   string // the published object's name
	Cohort *Cohort
	// By is nil for the view keyed by main id.
	By *IDType
	// Vars and Columns are the features, in alphabetical order of their names when put together.
	Vars    []*EntityVar
	Columns []*ModelFeature
	Table   bool
}

// ModelFeature is a feature of an SQL model in a view.
type ModelFeature struct {
	*ColumnFeature
	Model *SQLModel
}

// VarHole stands for an entity var in rendered text.
type VarHole struct{ Var *EntityVar }

// HoleKey names the var by its path.
func (h VarHole) HoleKey() string { return "var " + string(h.Var.Address) }

// InputVarHole stands for an input var in rendered text.
type InputVarHole struct{ Var *InputVar }

// HoleKey names the input var by its path.
func (h InputVarHole) HoleKey() string { return "input var " + string(h.Var.Address) }

// ColumnHole stands for a column of a source, named through its template object.
type ColumnHole struct {
	Of   Source
	Name string
}

// HoleKey names the column by its path.
func (h ColumnHole) HoleKey() string { return "column " + string(h.Of.Addr()) + "/" + h.Name }

// RefHole stands for the object of a node (DeRef, this). Child is "" or one of the node's child objects.
type RefHole struct {
	Node  Node
	Child string
	At    GrainSpec
}

// HoleKey names the node by its path, and the time it is read at if that is not the reader's.
func (h RefHole) HoleKey() string {
	key := "ref " + string(h.Node.Addr().Child(h.Child))
	if !h.At.IsZero() {
		key += " at " + h.At.String()
	}
	return key
}

var _ = []template.Hole{VarHole{}, InputVarHole{}, ColumnHole{}, RefHole{}, RowsetHole{}}
