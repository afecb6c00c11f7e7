package duckdb

import (
	"context"
	"fmt"
	"strings"
	"unsafe"

	c "github.com/duckdb/duckdb-go-bindings"

	"kith/internal/rel"
	"kith/internal/run"
)

// int64s is the data of a vector of BIGINT, in the engine's own memory.
func int64s(v c.Vector, n int) []int64 { return unsafe.Slice((*int64)(c.VectorGetData(v)), n) }

// ReadInts streams the columns of a query, which must all be BIGINT. A batch is a chunk of the engine (2048 rows), and
// its columns are the engine's own memory: fn must not keep or change them.
func (conn *Conn) ReadInts(ctx context.Context, sql string, fn func(run.IntBatch) error) error {
	r, err := conn.query(ctx, sql)
	if err != nil {
		return err
	}
	defer r.Close()
	for _, col := range r.columns {
		if col.Type != "BIGINT" {
			return &run.SQLError{Kind: "other", Offset: -1, Message: fmt.Sprintf("column %s is %s where BIGINT is expected", col.Name, col.Type)}
		}
	}
	n := len(r.columns)
	batch := run.IntBatch{Cols: make([][]int64, n), Valid: make([][]bool, n)}
	held := make([][]bool, n)
	for r.fetch() {
		if r.size == 0 {
			continue
		}
		for i := range n {
			v := c.DataChunkGetVector(r.chunk, c.IdxT(i))
			batch.Cols[i] = int64s(v, r.size)
			batch.Valid[i] = validity(v, r.size, &held[i])
		}
		if err := fn(batch); err != nil {
			return err
		}
	}
	return r.err
}

// validity spreads the bits of a vector's validity mask, nil when no value is NULL.
func validity(v c.Vector, n int, held *[]bool) []bool {
	mask := c.VectorGetValidity(v)
	if mask == nil {
		return nil
	}
	out := (*held)[:0]
	all := true
	for row := range n {
		ok := at64(mask, row/64)&(1<<(row%64)) != 0
		out = append(out, ok)
		all = all && ok
	}
	*held = out
	if all {
		return nil
	}
	return out
}

// WriteInts appends rows of BIGINT columns to a table until next returns an empty batch, in one transaction: after an
// error the table is as it was. The table is found by object; printed is what it is called in messages.
func (conn *Conn) WriteInts(ctx context.Context, table rel.Object, printed string, next func() (run.IntBatch, error)) error {
	s, err := conn.pool.get()
	if err != nil {
		return err
	}
	defer conn.pool.put(s)
	name := conn.place(table)
	// In a transaction the engine writes full row groups to the file as they come; otherwise each flush of the appender
	// would be a commit of its own through the log.
	return conn.transact(ctx, s, func() error {
		a, err := newAppender(conn, s, name, printed)
		if err != nil {
			return err
		}
		defer a.close()
		for {
			batch, err := next()
			if err != nil {
				return err
			}
			if batch.Len() == 0 {
				break
			}
			if err := s.watched(ctx, func() error { return a.append(batch) }); err != nil {
				return err
			}
		}
		return s.watched(ctx, a.flush)
	})
}

// appender fills chunks and gives them to the engine.
type appender struct {
	conn     *Conn
	printed  string
	appender c.Appender
	types    []c.LogicalType
	chunk    c.DataChunk
	capacity int
	n        int // rows in the chunk
}

func newAppender(conn *Conn, s *session, name [3]string, printed string) (*appender, error) {
	a := &appender{conn: conn, printed: printed, capacity: int(c.VectorSize())}
	if c.AppenderCreateExt(s.conn, name[0], name[1], name[2], &a.appender) == c.StateError {
		message := appenderError(a.appender)
		err := conn.sqlError(message, "")
		if strings.Contains(message, "could not be found") {
			err.Kind, err.Message = "missing_table", "there is no table "+printed
		}
		a.close()
		return nil, err
	}
	for i := range c.AppenderColumnCount(a.appender) {
		t := c.AppenderColumnType(a.appender, i)
		a.types = append(a.types, t)
		if c.GetTypeId(t) != c.TypeBigInt {
			err := &run.SQLError{Kind: "other", Offset: -1, Message: fmt.Sprintf("column %d of %s is %s where BIGINT is expected", i+1, printed, typeName(t))}
			a.close()
			return nil, err
		}
	}
	a.chunk = c.CreateDataChunk(a.types)
	return a, nil
}

func appenderError(a c.Appender) string {
	data := c.AppenderErrorData(a)
	defer c.DestroyErrorData(&data)
	return c.ErrorDataMessage(data)
}

func (a *appender) append(b run.IntBatch) error {
	if len(b.Cols) != len(a.types) {
		return &run.SQLError{Kind: "other", Offset: -1, Message: fmt.Sprintf("rows of %d columns for %s, which has %d", len(b.Cols), a.printed, len(a.types))}
	}
	for from := 0; from < b.Len(); {
		n := min(b.Len()-from, a.capacity-a.n)
		for i, col := range b.Cols {
			v := c.DataChunkGetVector(a.chunk, c.IdxT(i))
			copy(int64s(v, a.capacity)[a.n:], col[from:from+n])
			if i < len(b.Valid) && b.Valid[i] != nil {
				a.invalidate(v, b.Valid[i][from:from+n])
			}
		}
		from, a.n = from+n, a.n+n
		if a.n == a.capacity {
			if err := a.emit(); err != nil {
				return err
			}
		}
	}
	return nil
}

func (a *appender) invalidate(v c.Vector, valid []bool) {
	c.VectorEnsureValidityWritable(v)
	mask := c.VectorGetValidity(v)
	for i, ok := range valid {
		if !ok {
			c.ValiditySetRowInvalid(mask, c.IdxT(a.n+i))
		}
	}
}

// emit gives the rows of the chunk to the engine.
func (a *appender) emit() error {
	if a.n == 0 {
		return nil
	}
	c.DataChunkSetSize(a.chunk, c.IdxT(a.n))
	state := c.AppendDataChunk(a.appender, a.chunk)
	c.DataChunkReset(a.chunk)
	a.n = 0
	return a.check(state)
}

func (a *appender) flush() error {
	if err := a.emit(); err != nil {
		return err
	}
	return a.check(c.AppenderFlush(a.appender))
}

func (a *appender) check(state c.State) error {
	if state == c.StateError {
		return a.conn.sqlError(appenderError(a.appender), "")
	}
	return nil
}

// close drops rows that were not flushed.
func (a *appender) close() {
	if a.chunk.Ptr != nil {
		c.DestroyDataChunk(&a.chunk)
	}
	for i := range a.types {
		c.DestroyLogicalType(&a.types[i])
	}
	c.AppenderClear(a.appender)
	c.AppenderDestroy(&a.appender)
}
