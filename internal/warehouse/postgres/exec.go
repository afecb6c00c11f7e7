package postgres

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"kith/internal/catalog"
	"kith/internal/run"
)

// with lends a connection of the pool. One that is left within a transaction, or broken, is closed.
func (c *Conn) with(ctx context.Context, fn func(conn *pgx.Conn) error) error {
	lent, err := c.pool.Acquire(ctx)
	if err != nil {
		return c.connectError(ctx, err)
	}
	err = fn(lent.Conn())
	lent.Release() // the pool closes what is within a transaction
	return err
}

// spoils finds statements that may leave something behind on the connection.
var spoils = regexp.MustCompile(`(?i)\b(?:set|reset|temp|temporary|prepare|declare|listen|set_config|pg_advisory_lock)\b`)

// Exec runs the statements of a text one after the other on one connection and returns the rows of the last: those inserted,
// changed, deleted or copied, those of the table that a CREATE TABLE AS made, and -1 for a statement that has no such number.
func (c *Conn) Exec(ctx context.Context, sql string) (rows int64, err error) {
	rows = -1
	err = c.with(ctx, func(conn *pgx.Conn) error {
		rows, err = c.execOn(ctx, conn, sql)
		if spoils.MatchString(sql) {
			c.reset(ctx, conn)
		}
		return err
	})
	return rows, err
}

// reset brings a connection back to how it was opened; one that cannot be is closed.
func (c *Conn) reset(ctx context.Context, conn *pgx.Conn) {
	ctx = context.WithoutCancel(ctx)
	if conn.IsClosed() {
		return
	}
	if conn.PgConn().TxStatus() != 'I' {
		conn.Close(ctx)
		return
	}
	if err := exec(ctx, conn, "DISCARD ALL"); err != nil || c.session(ctx, conn) != nil {
		conn.Close(ctx)
	}
}

// execOn runs a text on a connection.
func (c *Conn) execOn(ctx context.Context, conn *pgx.Conn, sql string) (int64, error) {
	all := conn.PgConn().Exec(ctx, sql)
	rows := int64(-1)
	for all.NextResult() {
		tag, err := all.ResultReader().Close()
		if err != nil {
			break // Close of all returns it, too
		}
		rows = affected(tag)
	}
	if err := all.Close(); err != nil {
		return -1, c.sqlError(ctx, err, sql, 0)
	}
	return rows, nil
}

// affected is the number of rows that the tag of a command has, -1 for commands that have none.
func affected(tag pgconn.CommandTag) int64 {
	words := strings.Fields(tag.String())
	if len(words) < 2 {
		return -1
	}
	n, err := strconv.ParseInt(words[len(words)-1], 10, 64)
	if err != nil {
		return -1
	}
	return n
}

// Transaction runs the statements on one connection, all or none.
func (c *Conn) Transaction(ctx context.Context, changes []run.Change) error {
	return c.with(ctx, func(conn *pgx.Conn) error {
		return c.transact(ctx, conn, func() error {
			for _, change := range changes {
				n, err := c.execOn(ctx, conn, change.SQL)
				if err != nil {
					return err
				}
				if change.Guard && n != 1 {
					return run.ErrGuard
				}
			}
			return nil
		})
	})
}

// transact wraps fn in a transaction. A failed or cancelled one is rolled back whatever became of ctx.
func (c *Conn) transact(ctx context.Context, conn *pgx.Conn, fn func() error) error {
	if _, err := c.execOn(ctx, conn, "BEGIN"); err != nil {
		return err
	}
	err := fn()
	if err == nil {
		_, err = c.execOn(ctx, conn, "COMMIT")
	}
	if err != nil && !conn.IsClosed() {
		// The pool closes a connection that is still within a transaction, which ends it even when this fails.
		_, _ = c.execOn(context.WithoutCancel(ctx), conn, "ROLLBACK")
	}
	return err
}

// Describe returns the columns that a query would return, without running it. A type is written as format_type writes it.
func (c *Conn) Describe(ctx context.Context, sql string) (columns []catalog.Column, err error) {
	err = c.with(ctx, func(conn *pgx.Conn) error {
		columns, err = c.describeOn(ctx, conn, sql)
		return err
	})
	return columns, err
}

func (c *Conn) describeOn(ctx context.Context, conn *pgx.Conn, sql string) ([]catalog.Column, error) {
	d, err := conn.PgConn().Prepare(ctx, "", sql, nil)
	if err != nil {
		return nil, c.sqlError(ctx, err, sql, 0)
	}
	return c.columns(ctx, conn, d.Fields)
}

// columns names the types of fields. Those that are not built in are asked for.
func (c *Conn) columns(ctx context.Context, conn *pgx.Conn, fields []pgconn.FieldDescription) ([]catalog.Column, error) {
	out := make([]catalog.Column, len(fields))
	for i, f := range fields {
		out[i] = catalog.Column{Name: f.Name, Type: typeName(f)}
		if out[i].Type != "" {
			continue
		}
		rows, err := c.strings(ctx, conn, "SELECT format_type($1::oid, $2::int)", fmt.Sprint(f.DataTypeOID), fmt.Sprint(f.TypeModifier))
		if err != nil {
			return nil, err
		}
		out[i].Type = rows[0][0]
	}
	return out, nil
}

// strings runs a query of ours with text parameters and returns all its rows as texts; NULL is "".
func (c *Conn) strings(ctx context.Context, conn *pgx.Conn, sql string, args ...string) ([][]string, error) {
	r := conn.PgConn().ExecParams(ctx, sql, texts(args), nil, nil, nil).Read()
	if r.Err != nil {
		return nil, c.sqlError(ctx, r.Err, sql, 0)
	}
	var out [][]string
	for _, row := range r.Rows {
		cells := make([]string, len(row))
		for i, v := range row {
			cells[i] = string(v)
		}
		out = append(out, cells)
	}
	return out, nil
}
