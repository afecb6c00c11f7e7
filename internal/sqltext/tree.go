// Package sqltext reads the SQL that users write (select, where, order_by, single_sql ...) after template rendering, into
// a tree that rewrites and printers can work on. Text that nothing needs to understand is carried byte for byte; what has
// a meaning to kith (columns, calls, holes) is typed. Every node knows its bytes in the rendered text and, through them,
// its place in the YAML.
//
// An engine's own parser (the Parser interface, DuckDB's under cmd) decides what is valid and which words are columns; the
// tree of brackets and calls is ours, so that nothing is lost or reformatted.
package sqltext

import (
	"kith/internal/source"
	"kith/internal/template"
)

// Kind says what a text is meant to be.
type Kind int

// The kinds of text.
const (
	Scalar Kind = iota // an expression: select, where, an id, one order_by term without its direction
	Query              // one SELECT statement
)

// Tree is one parsed text. It is never changed: rewrites return a new Tree that shares nodes.
type Tree struct {
	Kind Kind
	// Rendered is the text that Nodes cover, with the holes of the whole template.
	Rendered template.Rendered
	// Nodes is the whole text from first to last byte (surrounding blanks and comments and a trailing semicolon dropped).
	Nodes []Node
	// Opaque is set when the parser could not read the text. It is then carried as it is, never fused or rewritten.
	Opaque bool
	// Facts is what the engine's parser said of the text.
	Facts Facts
}

// Facts are answers about a whole text, taken from the engine's parse.
type Facts struct {
	// Aggregates reports a call of an aggregate function outside OVER and outside subqueries.
	Aggregates bool
	// Windows reports a call with OVER, or of a function that has a meaning only with OVER (row_number, first_value...),
	// outside subqueries.
	Windows bool
	// Subqueries reports a nested SELECT inside an expression.
	Subqueries bool
	// Outputs are the names of the columns a Query returns, in order; nil when a star or an unnamed item hides them.
	Outputs []string
	// Tables are the base table names a Query reads (common table expressions of its own left out), as written.
	Tables []string
	// Reads are the column references of the whole text, subqueries included, each once in order of appearance. The first
	// part of "{{t}}.a" is the placeholder of the hole. Names of common table expressions and of outputs are not told
	// apart from those of base tables.
	Reads [][]string
}

// Node is a piece of a Tree: *Verbatim, *Column, *Hole, *Call, *Paren or *Subquery, and no other.
type Node interface{ node() }

// Verbatim is text carried as it stands: keywords, operators, literals, blanks, type names.
type Verbatim struct{ Text source.Text }

// Column is a reference to a column, "a", "t.a" or "t.a.b" (which may also be a field access: the engine decides).
type Column struct {
	// Parts are the names with quotes removed; Quoted tells which were quoted.
	Parts  []string
	Quoted []bool
	Text   source.Text
}

// Hole is a placeholder. InString is set inside a quoted literal, where it must be printed without quotes of its own
// (the quote characters are in the neighbouring Verbatim nodes).
type Hole struct {
	Index    int
	InString bool
	Text     source.Text
}

// Paren is a bracketed piece that is not the argument list of a call. Open and Close are the bracket characters.
type Paren struct {
	Open, Close string
	Nodes       []Node
	Text        source.Text
}

// Subquery is a nested SELECT with its brackets, which Nodes begin and end with. Its inside is carried as it stands: holes
// and calls are told apart in Nodes (a printer may have to spell an order or IGNORE NULLS), columns are not, since they
// belong to sources of its own. Filters and windows of ours never reach into it.
type Subquery struct {
	Nodes []Node // no Column among them at any depth
	Text  source.Text
}

// CallKind tells aggregates from other functions.
type CallKind int

// The kinds of calls. Window is a function that needs OVER by its nature; an aggregate with OVER stays Aggregate with
// Over set.
const (
	ScalarCall CallKind = iota
	AggregateCall
	WindowCall
)

// Call is a function call with everything that belongs to it.
type Call struct {
	Kind CallKind
	// Name is the function's name in lower case without a schema; NameText is how it was written, with a schema if any.
	Name     string
	NameText source.Text
	// Args is everything between the brackets up to an ORDER BY (DISTINCT and IGNORE NULLS included), brackets left out.
	Args []Node
	// ArgList is Args split at commas, DISTINCT and IGNORE NULLS and outer blanks and comments taken off. count(*) has one
	// argument, the star.
	ArgList  [][]Node
	Distinct bool
	// IgnoreNulls is set for "ignore nulls", inside the brackets or after them.
	IgnoreNulls bool
	// OrderBy is the ORDER BY inside the brackets (or of WITHIN GROUP, then WithinGroup is set).
	OrderBy     []OrderTerm
	WithinGroup bool
	// Filter is the condition of FILTER (WHERE ...), nil without one.
	Filter []Node
	// Over is the window, nil without OVER.
	Over *Over
	// Nodes is the whole call in the order it was written, with names, brackets and keywords as Verbatim; printing it
	// gives the text back. The typed nodes in it are those of Args, OrderBy, Filter and Over.
	Nodes []Node
	Text  source.Text
}

// OrderTerm is one term of an ORDER BY.
type OrderTerm struct {
	Nodes []Node
	// Desc is set for DESC.
	Desc bool
	// Nulls is "first", "last" or "" when not written.
	Nulls string
	// Frame is a frame clause that the last term of a window carried along ("ts rows between ..."): real projects write
	// it there. "" without one.
	Frame source.Text
	Text  source.Text
}

// Over is the content of OVER: a name, or a specification.
type Over struct {
	Name        string
	PartitionBy [][]Node
	OrderBy     []OrderTerm
	// Frame is "rows between ..." as written, empty without one.
	Frame source.Text
	Text  source.Text
}

func (*Verbatim) node() {}
func (*Column) node()   {}
func (*Hole) node()     {}
func (*Paren) node()    {}
func (*Subquery) node() {}
func (*Call) node()     {}
