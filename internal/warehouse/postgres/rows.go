package postgres

import (
	"context"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"

	"kith/internal/catalog"
	"kith/internal/run"
)

// Query runs one query and streams its rows. They hold a connection until they are closed or read to the end.
func (c *Conn) Query(ctx context.Context, sql string) (run.Rows, error) {
	lent, err := c.pool.Acquire(ctx)
	if err != nil {
		return nil, c.connectError(ctx, err)
	}
	own, cancel := context.WithCancel(ctx)
	r := &rows{c: c, lent: lent, ctx: ctx, cancel: cancel, sql: sql, types: lent.Conn().TypeMap()}
	r.result = lent.Conn().PgConn().ExecParams(own, sql, nil, nil, nil, nil)
	// The fields are gone once the result is closed.
	fields := append([]pgconn.FieldDescription{}, r.result.FieldDescriptions()...)
	r.fields = fields
	r.advance() // an error of the statement is an error of Query
	if r.err != nil {
		return nil, r.err
	}
	for _, f := range fields {
		// No other connection may be asked while this one is held: with all of them held, everybody would wait for everybody.
		r.columns = append(r.columns, catalog.Column{Name: f.Name, Type: nearName(r.types, f)})
	}
	return r, nil
}

// rows is a result being read, one row ahead of what is shown: so the end is known, and the connection free, once the last row
// is out.
type rows struct {
	c       *Conn
	lent    *pgxpool.Conn
	ctx     context.Context
	cancel  context.CancelFunc
	sql     string
	types   *pgtype.Map
	result  *pgconn.ResultReader
	fields  []pgconn.FieldDescription
	columns []catalog.Column
	// ahead is the next row, more whether there is one.
	ahead, values []any
	more          bool
	err           error
}

// Columns are the columns of the result.
func (r *rows) Columns() []catalog.Column { return r.columns }

// Next moves to the next row and reports whether there is one.
func (r *rows) Next() bool {
	if !r.more {
		return false
	}
	r.values, r.ahead = r.ahead, r.values
	r.advance()
	return true
}

func (r *rows) advance() {
	r.more = r.result.NextRow()
	if !r.more {
		r.finish()
		return
	}
	raw := r.result.Values()
	r.ahead = r.ahead[:0]
	for i, f := range r.fields {
		v, err := value(r.types, f, raw[i])
		if err != nil {
			r.more = false
			r.cancel()
			r.finish()
			r.err = &run.SQLError{Kind: "other", Offset: -1, Message: "column " + f.Name + ": " + err.Error()}
			return
		}
		r.ahead = append(r.ahead, v)
	}
}

// finish takes the end of the result and gives the connection back.
func (r *rows) finish() {
	if r.lent == nil {
		return
	}
	_, err := r.result.Close()
	if err != nil && r.err == nil {
		r.err = r.c.sqlError(r.ctx, err, r.sql, 0)
	}
	if err != nil && (r.ctx.Err() != nil || !isStatementError(err)) {
		r.lent.Conn().Close(context.WithoutCancel(r.ctx))
	}
	r.lent.Release()
	r.lent = nil
	r.cancel()
}

// Values returns the values of the row; see the types at value. The slice is used again two rows later.
func (r *rows) Values() []any { return r.values }

// Err is what ended the reading before the last row, nil at the end.
func (r *rows) Err() error { return r.err }

// Close gives the connection back. A result that was not read to its end is cancelled in the server, and the connection
// closed, since the cancellation might come late. It may be called more than once.
func (r *rows) Close() error {
	if r.lent == nil {
		return nil
	}
	err := r.err
	r.more = false
	r.cancel()
	r.result.Close()
	r.lent.Conn().Close(context.WithoutCancel(r.ctx))
	r.lent.Release()
	r.lent, r.err = nil, err
	return nil
}
