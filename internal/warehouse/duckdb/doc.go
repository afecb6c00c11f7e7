// Package duckdb is the warehouse that comes with kith: an embedded DuckDB, one file (or memory), no server.
//
// It implements run.Conn and run.Columnar over the C interface of the engine rather than over database/sql, for three
// reasons that a run feels: results are streamed instead of being collected first, integers move between engine and
// kernels as whole vectors (ten million rows of two columns in a twentieth of a second, which no row interface comes
// near), and an error arrives with its position and kind as data.
//
// What a caller has to know of DuckDB:
//
//   - A temporary table belongs to one connection of the engine. Statements of a run go to whichever connection of the
//     pool is free, so a temporary table made by one statement is not there for the next: keep what steps share in a
//     schema. Within one Exec or one Transaction all statements run on one connection.
//   - Statements that change the connection itself (SET, USE, BEGIN) do so for the length of one Exec; the connection is
//     then closed rather than given to somebody else.
//   - One process may have the file open for writing, and nobody else may read it meanwhile. Opening a file that is held
//     fails with kind "locked" and a message that names the holder (see Config.Holder).
//   - Rows of a query without ORDER BY come in no particular order, because keeping the order of insertion costs memory.
//
// Nothing is ever installed or loaded from a network: json, parquet and icu are part of the engine.
package duckdb

import (
	"kith/internal/run"
)

var (
	_ run.Conn     = (*Conn)(nil)
	_ run.Columnar = (*Conn)(nil)
)
