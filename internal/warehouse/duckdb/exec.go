package duckdb

import (
	"context"
	"fmt"

	c "github.com/duckdb/duckdb-go-bindings"

	"kith/internal/catalog"
	"kith/internal/run"
)

// Exec runs the statements of a text one after the other on one connection and returns the rows of the last: those
// inserted, changed, deleted or copied, those of the table that a CREATE TABLE AS made, and -1 for a statement that has
// no such number.
func (c *Conn) Exec(ctx context.Context, sql string) (int64, error) {
	s, err := c.pool.get()
	if err != nil {
		return -1, err
	}
	defer c.pool.put(s)
	return c.exec(ctx, s, sql)
}

// Transaction runs the statements on one connection, all or none.
func (c *Conn) Transaction(ctx context.Context, changes []run.Change) error {
	s, err := c.pool.get()
	if err != nil {
		return err
	}
	defer c.pool.put(s)
	return c.transact(ctx, s, func() error {
		for _, change := range changes {
			n, err := c.exec(ctx, s, change.SQL)
			if err != nil {
				return err
			}
			if change.Guard && n != 1 {
				return run.ErrGuard
			}
		}
		return nil
	})
}

// transact wraps fn in a transaction of a session. A failed or cancelled one is rolled back whatever became of ctx.
func (c *Conn) transact(ctx context.Context, s *session, fn func() error) error {
	if _, err := c.exec(ctx, s, "BEGIN TRANSACTION"); err != nil {
		return err
	}
	s.spoiled = false // by BEGIN, which COMMIT undoes
	err := fn()
	spoiled := s.spoiled
	if err == nil {
		_, err = c.exec(ctx, s, "COMMIT")
	}
	if err == nil {
		s.spoiled = spoiled
		return nil
	}
	// The connection is closed afterwards, which ends the transaction even when this fails.
	s.spoiled = true
	_, _ = c.exec(context.WithoutCancel(ctx), s, "ROLLBACK")
	return err
}

// Describe returns the columns that a query would return, without running it. A type is written as DuckDB's DESCRIBE
// writes it.
func (conn *Conn) Describe(ctx context.Context, sql string) ([]catalog.Column, error) {
	s, err := conn.pool.get()
	if err != nil {
		return nil, err
	}
	defer conn.pool.put(s)
	var columns []catalog.Column
	err = s.watched(ctx, func() error {
		stmts, err := conn.extract(s, sql)
		if err != nil {
			return err
		}
		defer stmts.close()
		p, err := stmts.last()
		if err != nil {
			return err
		}
		defer c.DestroyPrepare(&p)
		for i := range c.PreparedStatementColumnCount(p) {
			t := c.PreparedStatementColumnLogicalType(p, i)
			columns = append(columns, catalog.Column{Name: c.PreparedStatementColumnName(p, i), Type: typeName(t)})
			c.DestroyLogicalType(&t)
		}
		return nil
	})
	return columns, err
}

// exec runs every statement of a text and counts the rows of the last.
func (conn *Conn) exec(ctx context.Context, s *session, sql string) (int64, error) {
	rows := int64(-1)
	err := s.watched(ctx, func() error {
		stmts, err := conn.extract(s, sql)
		if err != nil {
			return err
		}
		defer stmts.close()
		for i := range stmts.count {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			p, err := stmts.prepare(i)
			if err != nil {
				return err
			}
			rows, err = conn.execPrepared(s, p, sql)
			c.DestroyPrepare(&p)
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return -1, err
	}
	return rows, nil
}

func (conn *Conn) execPrepared(s *session, p c.PreparedStatement, sql string) (int64, error) {
	res, err := conn.start(s, p, sql, false)
	if err != nil {
		return -1, err
	}
	defer c.DestroyResult(&res)
	if c.ResultReturnType(res) == c.ResultTypeChangedRows {
		return int64(c.RowsChanged(&res)), nil
	}
	// A table made by a query and a COPY report their rows in a result of one number named Count.
	if t := c.ResultStatementType(res); t != c.StatementTypeCreate && t != c.StatementTypeCopy {
		return -1, nil
	}
	if c.ColumnCount(&res) != 1 || c.ColumnName(&res, 0) != "Count" || c.ColumnType(&res, 0) != c.TypeBigInt {
		return -1, nil
	}
	chunk := c.FetchChunk(res)
	if chunk.Ptr == nil {
		return -1, nil
	}
	defer c.DestroyDataChunk(&chunk)
	if c.DataChunkGetSize(chunk) != 1 {
		return -1, nil
	}
	return int64s(c.DataChunkGetVector(chunk, 0), 1)[0], nil
}

// start begins a prepared statement. A streamed result computes its rows as they are fetched; only a SELECT may be
// streamed, because a statement that writes must have written when it returns.
func (conn *Conn) start(s *session, p c.PreparedStatement, sql string, stream bool) (c.Result, error) {
	switch t := c.PreparedStatementType(p); t {
	case c.StatementTypeSet, c.StatementTypeVariableSet, c.StatementTypePragma, c.StatementTypeTransaction,
		c.StatementTypePrepare, c.StatementTypeExecute, c.StatementTypeCall:
		s.spoiled = true
	case c.StatementTypeSelect:
	default:
		stream = false
	}
	var pending c.PendingResult
	var state c.State
	if stream {
		state = c.PendingPreparedStreaming(p, &pending)
	} else {
		state = c.PendingPrepared(p, &pending)
	}
	defer c.DestroyPending(&pending)
	if state == c.StateError {
		return c.Result{}, conn.sqlError(c.PendingError(pending), sql)
	}
	var res c.Result
	if c.ExecutePending(pending, &res) == c.StateError {
		err := conn.sqlError(c.ResultError(&res), sql)
		c.DestroyResult(&res)
		return c.Result{}, err
	}
	return res, nil
}

// statements are the parsed statements of a text.
type statements struct {
	conn  *Conn
	s     *session
	sql   string
	list  c.ExtractedStatements
	count c.IdxT
}

func (conn *Conn) extract(s *session, sql string) (*statements, error) {
	x := &statements{conn: conn, s: s, sql: sql}
	x.count = c.ExtractStatements(s.conn, sql, &x.list)
	if x.count > 0 {
		return x, nil
	}
	message := c.ExtractStatementsError(x.list)
	if message == "" {
		return x, nil // white space and comments
	}
	x.close()
	return nil, conn.sqlError(message, sql)
}

// last prepares the statement of a text that must be a single query.
func (x *statements) last() (c.PreparedStatement, error) {
	if x.count != 1 {
		return c.PreparedStatement{}, &run.SQLError{Kind: "syntax", Offset: -1,
			Message: fmt.Sprintf("a single query is expected, the text has %d statements", x.count)}
	}
	return x.prepare(0)
}

// prepare compiles statement i. Statements before it must have run, for it may use what they make.
func (x *statements) prepare(i c.IdxT) (c.PreparedStatement, error) {
	var p c.PreparedStatement
	if c.PrepareExtractedStatement(x.s.conn, x.list, i, &p) == c.StateError {
		err := x.conn.sqlError(c.PrepareError(p), x.sql)
		c.DestroyPrepare(&p)
		return p, err
	}
	return p, nil
}

func (x *statements) close() { c.DestroyExtracted(&x.list) }
