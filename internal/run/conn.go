package run

import (
	"context"
	"errors"

	"kith/internal/catalog"
	"kith/internal/rel"
)

// Conn is what a run needs of a warehouse. A connection is used by several goroutines at once; it may hold a pool.
type Conn interface {
	catalog.Catalog
	// Exec runs one statement to its end and returns the number of rows it made or changed, -1 when the engine does not
	// say. Errors that the engine raised are *SQLError.
	Exec(ctx context.Context, sql string) (rows int64, err error)
	// Query runs one statement that returns rows.
	Query(ctx context.Context, sql string) (Rows, error)
	// Transaction runs statements all or none. When a guard among them finds something else than its one row, nothing is
	// kept and the error is ErrGuard.
	Transaction(ctx context.Context, changes []Change) error
	// Describe returns the columns a query would return, without running it.
	Describe(ctx context.Context, sql string) ([]catalog.Column, error)
	Close() error
}

// Change is one statement of a transaction.
type Change struct {
	SQL string
	// Guard demands that the statement change exactly one row.
	Guard bool
}

// ErrGuard is the error of a transaction whose guard did not change exactly one row. Nothing of the transaction was kept.
var ErrGuard = errors.New("what the transaction was made for is not so any more")

// Rows is a result being read. Values are int64, float64, bool, string, time.Time, []byte, nil, or any other value for
// types of the engine that have no counterpart.
type Rows interface {
	Columns() []catalog.Column
	Next() bool
	Values() []any
	Err() error
	Close() error
}

// Columnar is asked for by the kernels: moving integers in bulk between the warehouse and the process. A Conn that has it
// has the capability "kernel".
type Columnar interface {
	// ReadInts streams the BIGINT columns of a query in batches; a NULL is reported through valid. The slices are reused
	// after fn returns.
	ReadInts(ctx context.Context, sql string, fn func(batch IntBatch) error) error
	// WriteInts appends rows of BIGINT columns to an existing table (a printed name) until next returns an empty batch.
	WriteInts(ctx context.Context, table rel.Object, printed string, next func() (IntBatch, error)) error
}

// Loader is asked of a connection that can make a table of a local file: for kith seed, and for inputs that are files where the
// engine reads none itself.
type Loader interface {
	// LoadFile makes a table of a file of format "csv", "parquet" or "json" and returns its rows. With replace a table of that name
	// is replaced, without it that is an error.
	LoadFile(ctx context.Context, path, format string, target rel.Object, replace bool) (rows int64, err error)
}

// IntBatch is a batch of BIGINT columns of equal length. Valid[c] is nil when column c has no NULL.
type IntBatch struct {
	Cols  [][]int64
	Valid [][]bool
}

// Len is the number of rows.
func (b IntBatch) Len() int {
	if len(b.Cols) == 0 {
		return 0
	}
	return len(b.Cols[0])
}

// SQLError is what an engine said of a statement. Offset is the byte of the statement it points at, -1 unknown.
type SQLError struct {
	Message string
	// Masked is Message without values of rows, for what is kept or sent away; "" when Message holds none.
	Masked string
	Offset int
	// Kind sorts errors: "missing_table", "missing_column", "conversion", "syntax", "permission", "locked", "disk_full",
	// "out_of_memory", "interrupted", "constraint", "other", and three that may be gone at the next attempt: "conflict" with
	// another transaction, "busy", "connection" when it broke.
	Kind string
	// Candidates are names the engine suggests.
	Candidates []string
	// Fix is the way out that the warehouse knows from how it was opened, "" when it knows none.
	Fix   string
	Cause error
}

// Error is the engine's message.
func (e *SQLError) Error() string { return e.Message }

// Unwrap returns the driver's error.
func (e *SQLError) Unwrap() error { return e.Cause }
