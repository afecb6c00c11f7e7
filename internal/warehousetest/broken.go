package warehousetest

import (
	"context"
	"errors"
	"sync"

	"kith/internal/catalog"
	"kith/internal/rel"
	"kith/internal/run"
)

// errKilled is what every call says once the process is thought to be dead.
var errKilled = errors.New("the process is dead")

// mortal is a connection of a process that dies at a boundary between two statements: from then on nothing reaches the
// warehouse any more, and a transaction that was open is undone. Boundaries are counted from 1; those within a transaction
// count, and so does the one after its commit, of which the process does not hear.
type mortal struct {
	run.Conn
	mu    sync.Mutex
	at    int // the boundary of the death, 0 for none
	count int
	dead  bool
	// published is the boundary at which the publish began, 0 before.
	published int
}

// publishes notes where the publish begins.
func (m *mortal) publishes() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.published = m.count + 1
}

// pass counts a boundary; false when the process is dead.
func (m *mortal) pass() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.dead {
		return false
	}
	m.count++
	if m.count == m.at {
		m.dead = true
	}
	return !m.dead
}

func (m *mortal) alive() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return !m.dead
}

// Exec is of a process that may die before it.
func (m *mortal) Exec(ctx context.Context, sql string) (int64, error) {
	if !m.pass() {
		return 0, errKilled
	}
	return m.Conn.Exec(ctx, sql)
}

// Query changes nothing, so that no boundary is before it.
func (m *mortal) Query(ctx context.Context, sql string) (run.Rows, error) {
	if !m.alive() {
		return nil, errKilled
	}
	return m.Conn.Query(ctx, sql)
}

// Table is asked like Query.
func (m *mortal) Table(o rel.Object) (catalog.Table, bool, error) {
	if !m.alive() {
		return catalog.Table{}, false, errKilled
	}
	return m.Conn.Table(o)
}

// Describe is asked like Query.
func (m *mortal) Describe(ctx context.Context, sql string) ([]catalog.Column, error) {
	if !m.alive() {
		return nil, errKilled
	}
	return m.Conn.Describe(ctx, sql)
}

// Transaction dies before it, between two of its statements, before its commit, or after it without hearing of it.
func (m *mortal) Transaction(ctx context.Context, changes []run.Change) error {
	for i := range changes {
		if m.pass() {
			continue
		}
		if i > 0 && m.first() {
			// The statements that came through, and then an end that no engine accepts as one.
			_ = m.Conn.Transaction(ctx, append(append([]run.Change{}, changes[:i]...), run.Change{SQL: "the process died here"}))
		}
		return errKilled
	}
	err := m.Conn.Transaction(ctx, changes)
	if !m.pass() {
		return errKilled
	}
	return err
}

// first tells that the death has just come: of several calls at a time one sees it.
func (m *mortal) first() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	was := m.count == m.at
	m.count++
	return was
}

// ReadInts is asked like Query.
func (m *mortal) ReadInts(ctx context.Context, sql string, fn func(run.IntBatch) error) error {
	if !m.alive() {
		return errKilled
	}
	return m.Conn.(run.Columnar).ReadInts(ctx, sql, fn)
}

// WriteInts dies before it or after its first batch.
func (m *mortal) WriteInts(ctx context.Context, table rel.Object, printed string, next func() (run.IntBatch, error)) error {
	if !m.pass() {
		return errKilled
	}
	return m.Conn.(run.Columnar).WriteInts(ctx, table, printed, func() (run.IntBatch, error) {
		b, err := next()
		if err == nil && b.Len() > 0 && !m.pass() {
			return run.IntBatch{}, errKilled
		}
		return b, err
	})
}
