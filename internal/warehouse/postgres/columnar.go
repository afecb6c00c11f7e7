package postgres

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"

	"github.com/jackc/pgx/v5"

	"kith/internal/rel"
	"kith/internal/run"
)

// The binary form of COPY ("COPY: Binary Format"): a signature, two words of flags and extension, then for each row the number
// of its fields and each field with its length before it, -1 for NULL. A row of -1 fields ends it.
var signature = []byte("PGCOPY\n\xff\r\n\x00")

const copyHeader = 19 // signature, flags, length of the extension

// batchRows is how many rows are handed on at once.
const batchRows = 2048

// ReadInts streams the columns of a query, which must all be bigint, as COPY gives them. The slices are used again for the next
// batch.
func (c *Conn) ReadInts(ctx context.Context, sql string, fn func(run.IntBatch) error) error {
	return c.with(ctx, func(conn *pgx.Conn) error {
		columns, err := c.describeOn(ctx, conn, sql)
		if err != nil {
			return err
		}
		for _, col := range columns {
			if col.Type != "bigint" {
				return &run.SQLError{Kind: "other", Offset: -1, Message: fmt.Sprintf("column %s is %s where bigint is expected", col.Name, col.Type)}
			}
		}
		const before = "COPY ("
		r := newIntReader(len(columns), fn)
		text := before + sql + "\n) TO STDOUT (FORMAT binary)"
		_, err = conn.PgConn().CopyTo(ctx, r, text)
		if r.err != nil { // of fn, or of the form
			conn.Close(context.WithoutCancel(ctx))
			return r.err
		}
		if err != nil {
			return c.sqlError(ctx, err, sql, len(before))
		}
		return r.flush()
	})
}

// intReader takes the bytes of a COPY apart.
type intReader struct {
	n     int // columns
	fn    func(run.IntBatch) error
	held  []byte
	begun bool
	batch run.IntBatch
	valid [][]bool
	nulls []bool // columns that have a NULL in the batch
	err   error
}

func newIntReader(n int, fn func(run.IntBatch) error) *intReader {
	r := &intReader{n: n, fn: fn, valid: make([][]bool, n), nulls: make([]bool, n)}
	r.batch.Cols, r.batch.Valid = make([][]int64, n), make([][]bool, n)
	return r
}

// Write takes the next bytes, which may end anywhere.
func (r *intReader) Write(p []byte) (int, error) {
	if r.err != nil {
		return 0, r.err
	}
	data := p
	if len(r.held) > 0 {
		r.held = append(r.held, p...)
		data = r.held
	}
	rest, err := r.take(data)
	if err != nil {
		r.err = err
		return 0, err
	}
	r.held = append(r.held[:0:0], rest...)
	return len(p), nil
}

// take reads whole rows and returns what is left.
func (r *intReader) take(data []byte) ([]byte, error) {
	if !r.begun {
		if len(data) < copyHeader {
			return data, nil
		}
		if !bytes.HasPrefix(data, signature) {
			return nil, fmt.Errorf("the server sent no binary copy")
		}
		extension := int(binary.BigEndian.Uint32(data[15:]))
		if len(data) < copyHeader+extension {
			return data, nil
		}
		data, r.begun = data[copyHeader+extension:], true
	}
	for {
		n := r.row(data)
		if n == 0 {
			return data, nil
		}
		data = data[n:]
		if len(r.batch.Cols[0]) >= batchRows {
			if err := r.flush(); err != nil {
				return nil, err
			}
		}
	}
}

// row reads a row and returns its length, 0 when it is not there whole.
func (r *intReader) row(data []byte) int {
	if len(data) < 2 {
		return 0
	}
	if int16(binary.BigEndian.Uint16(data)) < 0 {
		return 2 // the end
	}
	at := 2
	for range r.n {
		if len(data) < at+4 {
			return 0
		}
		size := int32(binary.BigEndian.Uint32(data[at:]))
		if at += 4; size > 0 {
			at += int(size)
		}
		if len(data) < at {
			return 0
		}
	}
	at = 2
	for i := range r.n {
		size := int32(binary.BigEndian.Uint32(data[at:]))
		at += 4
		v := int64(0)
		if size == 8 {
			v = int64(binary.BigEndian.Uint64(data[at:]))
			at += 8
		} else {
			r.nulls[i] = true
		}
		r.batch.Cols[i] = append(r.batch.Cols[i], v)
		r.valid[i] = append(r.valid[i], size == 8)
	}
	return at
}

// flush hands the rows on.
func (r *intReader) flush() error {
	if r.n == 0 || len(r.batch.Cols[0]) == 0 {
		return nil
	}
	for i := range r.n {
		r.batch.Valid[i] = nil
		if r.nulls[i] {
			r.batch.Valid[i] = r.valid[i]
		}
	}
	err := r.fn(r.batch)
	for i := range r.n {
		r.batch.Cols[i], r.valid[i], r.nulls[i] = r.batch.Cols[i][:0], r.valid[i][:0], false
	}
	return err
}

// WriteInts appends rows of bigint columns to a table until next returns an empty batch. COPY is one statement: after an error
// the table is as it was.
func (c *Conn) WriteInts(ctx context.Context, _ rel.Object, printed string, next func() (run.IntBatch, error)) error {
	return c.with(ctx, func(conn *pgx.Conn) error {
		columns, err := c.describeOn(ctx, conn, "SELECT * FROM "+printed)
		if err != nil {
			return err
		}
		for i, col := range columns {
			if col.Type != "bigint" {
				return &run.SQLError{Kind: "other", Offset: -1, Message: fmt.Sprintf("column %d of %s is %s where bigint is expected", i+1, printed, col.Type)}
			}
		}
		w := &intWriter{n: len(columns), printed: printed, next: next}
		sql := "COPY " + printed + " FROM STDIN (FORMAT binary)"
		_, err = conn.PgConn().CopyFrom(ctx, w, sql)
		switch {
		case w.err != nil:
			return w.err
		case err != nil:
			return c.sqlError(ctx, err, sql, 0)
		}
		return nil
	})
}

// intWriter makes the bytes of a COPY of batches.
type intWriter struct {
	n       int
	printed string
	next    func() (run.IntBatch, error)
	held    []byte
	begun   bool
	ended   bool
	err     error
}

// Read fills p with the next bytes.
func (w *intWriter) Read(p []byte) (int, error) {
	for len(w.held) == 0 {
		if w.ended {
			return 0, io.EOF
		}
		if w.err = w.fill(); w.err != nil {
			return 0, w.err
		}
	}
	n := copy(p, w.held)
	w.held = w.held[n:]
	return n, nil
}

func (w *intWriter) fill() error {
	out := w.held[:0:0]
	if !w.begun {
		w.begun = true
		out = append(append(out, signature...), 0, 0, 0, 0, 0, 0, 0, 0)
	}
	b, err := w.next()
	if err != nil {
		return err
	}
	if b.Len() == 0 {
		w.ended = true
		w.held = append(out, 0xff, 0xff)
		return nil
	}
	if len(b.Cols) != w.n {
		return &run.SQLError{Kind: "other", Offset: -1, Message: fmt.Sprintf("rows of %d columns for %s, which has %d", len(b.Cols), w.printed, w.n)}
	}
	for row := range b.Len() {
		out = binary.BigEndian.AppendUint16(out, uint16(w.n))
		for i, col := range b.Cols {
			if i < len(b.Valid) && b.Valid[i] != nil && !b.Valid[i][row] {
				out = binary.BigEndian.AppendUint32(out, 0xffffffff)
				continue
			}
			out = binary.BigEndian.AppendUint32(out, 8)
			out = binary.BigEndian.AppendUint64(out, uint64(col[row]))
		}
	}
	w.held = out
	return nil
}
