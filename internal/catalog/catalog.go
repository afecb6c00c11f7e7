// Package catalog is what may be asked about the tables of a warehouse while compiling and planning. It needs no network:
// a live warehouse, a snapshot and a fake in tests answer the same questions.
package catalog

import "kith/internal/rel"

// Column is a column of a table as the engine describes it. Type is the engine's own spelling.
type Column struct {
	Name string
	Type string
	// Collation is the rule by which texts of the column compare, where the engine has several and it is not the usual one.
	Collation string
}

// Table is what is known of a table or view.
type Table struct {
	Object  rel.Object
	Columns []Column
	// Rows is the number of rows where the engine keeps it at hand, else -1.
	Rows int64
	// View tells that it is a view.
	View bool
}

// Catalog answers questions about tables.
type Catalog interface {
	// Table describes a table; ok is false when there is none of that name (or it may not be seen).
	Table(object rel.Object) (table Table, ok bool, err error)
}

// Assumed is a Catalog for compiling without a warehouse: it knows no table, and a caller must take every table to exist.
type Assumed struct{}

// Table always answers "not known".
func (Assumed) Table(rel.Object) (Table, bool, error) { return Table{}, false, nil }
