// Package rel is the room of meaning: relations, expressions over them, and programs of statements, without a word of
// any dialect's SQL. Model types lower to it, rewrites work on it, dialects print it.
package rel

import (
	"kith/internal/source"
	"kith/internal/sqltext"
)

// Ident is one name. Quoted is set when the user wrote it in quotes, which fixes its letters on engines that fold case.
// Only a dialect turns an Ident into text.
type Ident struct {
	Name   string
	Quoted bool
}

// Space says in which schema an object lives; the run decides the schema's name.
type Space int

// The spaces.
const (
	// External is a table of the user, named by all its parts.
	External Space = iota
	// Internal is kith's own schema (<schema>_kith): materials, state, registry.
	Internal
	// Target is the connection's schema: what people read.
	Target
	// Temp lives until the connection is closed.
	Temp
	// Scratch is for tables that a step makes on its way and drops: beside Internal, or where the engine keeps what need not
	// outlive it. Every session of a run sees them.
	Scratch
)

// Object names a table or view.
type Object struct {
	Space Space
	// Parts is one name, or up to three (catalog, schema, table) for External.
	Parts []Ident
	// Span is where the user named it; zero for names of ours.
	Span source.Span
	// Written tells that the user wrote the name, in a project's file or on the command line. External names always are.
	Written bool
}

// Folds reports whether part i is a name that the user wrote without quotes, so that its letters are those to which the engine folds
// it. The letters of names of ours are kept.
func (o Object) Folds(i int) bool { return (o.Space == External || o.Written) && !o.Parts[i].Quoted }

// Named makes an object of ours.
func Named(space Space, name string) Object {
	return Object{Space: space, Parts: []Ident{{Name: name}}}
}

// Name is the last part.
func (o Object) Name() string {
	if len(o.Parts) == 0 {
		return ""
	}
	return o.Parts[len(o.Parts)-1].Name
}

// Rel is a relation: *Table, *Select, *Union, *Values, *With, *UserQuery, *File, *Name and no other.
type Rel interface{ rel() }

// Table reads an object.
type Table struct{ Object Object }

// Name reads a common table expression of an enclosing With.
type Name struct{ Name string }

// File reads a local data file (csv with a header, parquet, json) where the engine can.
type File struct {
	// Path is absolute. Format is "csv", "parquet" or "json".
	Path, Format string
	Span         source.Span
}

// Select is one query block, evaluated in SQL's order: from, joins, where, group by, having, items, distinct, order, limit.
type Select struct {
	From  Source
	Joins []Join
	Where []Expr // all must hold
	// GroupBy with Items that aggregate makes groups. Aggregates without GroupBy make one row.
	GroupBy  []Expr
	Having   []Expr
	Items    []Item
	Distinct bool
	OrderBy  []Order
	Limit    int64 // 0: none
}

// Source is a relation under an alias. An empty Rel means no FROM at all (constants).
type Source struct {
	Rel   Rel
	Alias string
}

// JoinKind is the kind of a join.
type JoinKind int

// The joins.
const (
	Inner JoinKind = iota
	Left
	Cross
	Semi // rows of the left that have a match
	Anti // rows of the left that have none
)

// Join adds a source to a Select.
type Join struct {
	Kind JoinKind
	Source
	On []Expr // all must hold
}

// Item is one output column. Star takes all columns of the source Of (all sources when Of is ""), without those in Except.
type Item struct {
	Expr   Expr
	As     string
	Star   bool
	Of     string
	Except []string
}

// Order is one term of an ORDER BY. Null order is always printed, never left to the engine.
type Order struct {
	Expr      Expr
	Desc      bool
	NullsLast bool
}

// Union puts relations of equal columns below each other; All keeps repeats.
type Union struct {
	Rels []Rel
	All  bool
}

// Values is a literal relation. Rows may be empty.
type Values struct {
	Columns []Column
	Rows    [][]Expr
}

// Column is a name with a type.
type Column struct {
	Name string
	Type Type
}

// With names relations for use in Body, in order.
type With struct {
	CTEs []CTE
	Body Rel
}

// CTE is one named relation. Materialized asks the engine to compute it once.
type CTE struct {
	Name         string
	Rel          Rel
	Materialized bool
}

// UserQuery is a query that the user wrote. Holes[i] is what hole i of the tree stands for: a *RelExpr for a relation
// (printed as a name), any other Expr for a value.
type UserQuery struct {
	Tree  *sqltext.Tree
	Holes []Expr
}

func (*Table) rel()     {}
func (*Name) rel()      {}
func (*File) rel()      {}
func (*Select) rel()    {}
func (*Union) rel()     {}
func (*Values) rel()    {}
func (*With) rel()      {}
func (*UserQuery) rel() {}
