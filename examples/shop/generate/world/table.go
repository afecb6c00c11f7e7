package world

import (
	"fmt"
	"time"
)

// Time is milliseconds since 1970-01-01T00:00:00Z.
type Time int64

// Clock builds a Time from a UTC date and time of day, in the form "2006-01-02 15:04:05".
func Clock(s string) Time {
	t, err := time.Parse("2006-01-02 15:04:05", s)
	if err != nil {
		panic(fmt.Sprintf("world: %v", err))
	}
	return Time(t.UnixMilli())
}

// Units of Time.
const (
	Second Time = 1000
	Minute      = 60 * Second
	Hour        = 60 * Minute
	Day         = 24 * Hour
)

// String writes the time as "2006-01-02 15:04:05.000" in UTC, the form that DuckDB and Postgres read.
func (t Time) String() string {
	return time.UnixMilli(int64(t)).UTC().Format("2006-01-02 15:04:05.000")
}

// Day is the number of days since 1970-01-01 of the date in UTC.
func (t Time) Day() int64 {
	d := int64(t) / int64(Day)
	if int64(t)%int64(Day) < 0 {
		d--
	}
	return d
}

// Column is one column of a Table. Type is the SQL type it is stored with.
type Column struct{ Name, Type string }

// Table is rows in the order they are written to a file. A cell is nil (null), a string, an int64, a float64, a bool or a
// Time, as its column's type says.
type Table struct {
	Name    string
	Columns []Column
	Rows    [][]any
}

// Index returns the position of a column; it panics when the table has none of that name, because only this package and
// the oracle name columns.
func (t *Table) Index(column string) int {
	for i, c := range t.Columns {
		if c.Name == column {
			return i
		}
	}
	panic("world: table " + t.Name + " has no column " + column)
}

// Cell returns the value of a column in a row.
func (t *Table) Cell(row int, column string) any { return t.Rows[row][t.Index(column)] }
