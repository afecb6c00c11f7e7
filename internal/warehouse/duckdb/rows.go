package duckdb

import (
	"context"
	"runtime"

	c "github.com/duckdb/duckdb-go-bindings"

	"kith/internal/catalog"
	"kith/internal/run"
)

// Query runs one query and streams its rows. They hold a connection and, in a database that others write to, a snapshot,
// until they are closed or read to the end.
func (c *Conn) Query(ctx context.Context, sql string) (run.Rows, error) {
	return c.query(ctx, sql)
}

func (conn *Conn) query(ctx context.Context, sql string) (*rows, error) {
	s, err := conn.pool.get()
	if err != nil {
		return nil, err
	}
	r := &rows{conn: conn, s: s, ctx: ctx, sql: sql}
	err = s.watched(ctx, func() error {
		stmts, err := conn.extract(s, sql)
		if err != nil {
			return err
		}
		defer stmts.close()
		if r.prepared, err = stmts.last(); err != nil {
			return err
		}
		r.result, err = conn.start(s, r.prepared, sql, true)
		return err
	})
	if err == nil {
		r.open = true
		err = r.describe()
	}
	if err != nil {
		r.Close()
		return nil, err
	}
	return r, nil
}

// rows is a result being read.
type rows struct {
	conn     *Conn
	s        *session
	ctx      context.Context
	sql      string
	prepared c.PreparedStatement
	result   c.Result
	open     bool
	columns  []catalog.Column
	readers  []*reader
	chunk    c.DataChunk
	size     int // of the chunk
	row      int // the one that Values returns
	values   []any
	err      error
}

func (r *rows) describe() error {
	n := c.ColumnCount(&r.result)
	r.values = make([]any, n)
	for i := range n {
		t := c.ColumnLogicalType(&r.result, i)
		name := c.ColumnName(&r.result, i)
		r.columns = append(r.columns, catalog.Column{Name: name, Type: typeName(t)})
		reader, err := newReader(t)
		c.DestroyLogicalType(&t)
		if err != nil {
			return &run.SQLError{Kind: "other", Offset: -1, Message: "column " + name + ": " + err.Error()}
		}
		r.readers = append(r.readers, reader)
	}
	return nil
}

// Columns are the columns of the result.
func (r *rows) Columns() []catalog.Column { return r.columns }

// Next moves to the next row and reports whether there is one.
func (r *rows) Next() bool {
	if r.err != nil || !r.open {
		return false
	}
	if r.row++; r.row < r.size {
		return true
	}
	for {
		ok := r.fetch()
		if !ok {
			r.close()
			return false
		}
		if r.size > 0 {
			break
		}
	}
	for i, reader := range r.readers {
		reader.bind(c.DataChunkGetVector(r.chunk, c.IdxT(i)))
	}
	r.row = 0
	return true
}

// fetch gets the next chunk of rows, which computes them.
func (r *rows) fetch() bool {
	c.DestroyDataChunk(&r.chunk)
	r.size = 0
	r.err = r.s.watched(r.ctx, func() error {
		r.chunk = c.FetchChunk(r.result)
		if r.chunk.Ptr != nil {
			return nil
		}
		// The end and an error look alike.
		if message := c.ResultError(&r.result); message != "" {
			return r.conn.sqlError(message, r.sql)
		}
		return nil
	})
	if r.err != nil || r.chunk.Ptr == nil {
		return false
	}
	r.size = int(c.DataChunkGetSize(r.chunk))
	return true
}

// Values returns the values of the row; see the types at reader. The slice is used again for the next row.
func (r *rows) Values() []any {
	for i, reader := range r.readers {
		r.values[i] = reader.value(r.row)
	}
	runtime.KeepAlive(r)
	return r.values
}

// Err is what ended the reading before the last row, nil at the end.
func (r *rows) Err() error { return r.err }

// Close gives the connection back. It may be called more than once.
func (r *rows) Close() error {
	r.close()
	return nil
}

func (r *rows) close() {
	if r.s == nil {
		return
	}
	c.DestroyDataChunk(&r.chunk)
	if r.open {
		c.DestroyResult(&r.result)
	}
	c.DestroyPrepare(&r.prepared)
	r.size, r.row = 0, 0
	r.conn.pool.put(r.s)
	r.open, r.s = false, nil
}

// strings runs a query of n text columns with text parameters and returns all rows; NULL is "".
func (conn *Conn) strings(ctx context.Context, sql string, n int, args ...string) ([][]string, error) {
	s, err := conn.pool.get()
	if err != nil {
		return nil, err
	}
	defer conn.pool.put(s)
	var out [][]string
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
		for i, arg := range args {
			if c.BindVarcharLength(p, c.IdxT(i+1), arg, c.IdxT(len(arg))) == c.StateError {
				return conn.sqlError(c.PrepareError(p), sql)
			}
		}
		res, err := conn.start(s, p, sql, false)
		if err != nil {
			return err
		}
		r := &rows{conn: conn, s: s, ctx: ctx, sql: sql, result: res}
		defer c.DestroyResult(&r.result)
		if err := r.describe(); err != nil {
			return err
		}
		for {
			chunk := c.FetchChunk(res)
			if chunk.Ptr == nil {
				return nil
			}
			for i, reader := range r.readers {
				reader.bind(c.DataChunkGetVector(chunk, c.IdxT(i)))
			}
			for row := range int(c.DataChunkGetSize(chunk)) {
				texts := make([]string, n)
				for i := range texts {
					texts[i], _ = r.readers[i].value(row).(string)
				}
				out = append(out, texts)
			}
			c.DestroyDataChunk(&chunk)
		}
	})
	return out, err
}
