package sqltext

import "strings"

// Parser is an engine's own parser, chosen under cmd. It must be safe for use by many goroutines.
type Parser interface {
	// Parse returns the engine's view of each statement, in the order given. Parsing many at once may be cheaper.
	Parse(statements []string) ([]Parsed, error)
	// IsAggregate and IsWindow tell whether a function name (lower case, no schema) is an aggregate, or a function that
	// exists only as a window function.
	IsAggregate(name string) bool
	IsWindow(name string) bool
}

// Parsed is what the engine's parser found in one statement. Offsets are bytes of the statement.
type Parsed struct {
	// Err is what is wrong, in the parser's words or one of NotSelect and ManyStatements, "" when the statement is one valid
	// SELECT. ErrOffset is where (-1 unknown).
	Err       string `json:"err,omitempty"`
	ErrOffset int    `json:"errOffset,omitempty"`
	// Columns are the references to columns outside subqueries, in order of offset.
	Columns []ColumnRef `json:"columns,omitempty"`
	// Calls are the function calls (operators left out), subqueries included.
	Calls []CallRef `json:"calls,omitempty"`
	// Subqueries are the offsets of nested SELECTs, as the parser reports them.
	Subqueries bool `json:"subqueries,omitempty"`
	// Outputs and Tables are as in Facts.
	Outputs []string `json:"outputs,omitempty"`
	Tables  []string `json:"tables,omitempty"`
	// AllColumns are the column references everywhere, subqueries included: what a query may read.
	AllColumns []ColumnRef `json:"allColumns,omitempty"`
	// Bare is set when the statement is SELECT with one item without alias and nothing else; Star when that item is a star
	// or COLUMNS().
	Bare bool `json:"bare,omitempty"`
	Star bool `json:"star,omitempty"`
	// Params is set when the statement has parameters to bind.
	Params bool `json:"params,omitempty"`
}

// What Parsed.Err says of statements that parse but are not one SELECT.
const (
	NotSelect      = "not a SELECT statement"
	ManyStatements = "more than one statement"
)

// Versioned is a Parser that says which parser it is, so that a cache does not keep the answers of another one.
type Versioned interface{ Version() string }

// ColumnRef is a column reference at an offset.
type ColumnRef struct {
	Offset int      `json:"o"`
	Parts  []string `json:"p"`
}

// CallRef is a function call. Over tells that it has OVER; InSubquery that it is inside a nested SELECT.
type CallRef struct {
	Offset     int    `json:"o"`
	Name       string `json:"n"`
	Over       bool   `json:"w,omitempty"`
	InSubquery bool   `json:"s,omitempty"`
}

// IsMacroSchema reports whether a name is that of a schema of macros which rewritten text calls ("kith_sf.to_varchar(x)"):
// never a column whose method is called. The names are those of package portable.
func IsMacroSchema(name string) bool {
	switch strings.ToLower(name) {
	case "kith_sf", "kith_rs", "kith_bq", "kith_dbx":
		return true
	}
	return false
}
