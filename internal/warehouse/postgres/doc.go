// Package postgres is the PostgreSQL warehouse (15 and later), over a pool of connections.
//
// What a caller has to know of Postgres:
//
//   - A temporary table belongs to one connection. Statements of a run go to whichever connection of the pool is free, so keep
//     what steps share in a schema. Within one Exec or one Transaction all statements run on one connection.
//   - The statements of one Exec are one transaction, unless they begin and end transactions themselves.
//   - Statements that change the connection itself (SET, BEGIN, temporary tables) do so for the length of one Exec; the connection
//     is then closed rather than given to somebody else.
//   - Names without quotes are folded to lower case, and no more than 63 bytes of a name are kept.
//   - The session is in UTC. Texts compare by the collation of the database unless a statement says otherwise.
//
// Moving integers in bulk (run.Columnar) is COPY in its binary form.
package postgres

import "kith/internal/run"

var (
	_ run.Conn     = (*Conn)(nil)
	_ run.Columnar = (*Conn)(nil)
)
