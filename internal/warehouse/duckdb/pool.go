package duckdb

import (
	"context"
	"errors"
	"sync"
	"time"

	c "github.com/duckdb/duckdb-go-bindings"

	"kith/internal/run"
)

// pool hands out connections of the engine. A connection runs one statement at a time; there is no bound on their
// number, because the callers bound how much runs at once and the engine shares its threads among all.
type pool struct {
	db    c.Database
	setup []string

	mu      sync.Mutex
	free    []*session
	busy    map[*session]bool
	closed  bool
	release func()
}

// session is one connection of the engine, used by one goroutine at a time.
type session struct {
	pool *pool
	conn c.Connection
	// spoiled is set once a statement may have changed the connection itself.
	spoiled bool
}

var errClosed = &run.SQLError{Kind: "other", Offset: -1, Message: "the connection to the warehouse is closed"}

func (p *pool) get() (*session, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return nil, errClosed
	}
	if n := len(p.free); n > 0 {
		s := p.free[n-1]
		p.free = p.free[:n-1]
		p.busy[s] = true
		return s, nil
	}
	s := &session{pool: p}
	if c.Connect(p.db, &s.conn) == c.StateError {
		return nil, errors.New("duckdb: no further connection could be made")
	}
	for _, sql := range p.setup {
		var res c.Result
		state := c.Query(s.conn, sql, &res)
		message := c.ResultError(&res)
		c.DestroyResult(&res)
		if state == c.StateError {
			c.Disconnect(&s.conn)
			return nil, errors.New("duckdb: " + message)
		}
	}
	if p.busy == nil {
		p.busy = map[*session]bool{}
	}
	p.busy[s] = true
	return s, nil
}

func (p *pool) put(s *session) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.busy, s)
	if s.spoiled || p.closed {
		c.Disconnect(&s.conn)
	} else {
		p.free = append(p.free, s)
	}
	p.finish()
}

// discard closes the connections that wait, so that the next ones are made with the present setup.
func (p *pool) discard() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, s := range p.free {
		c.Disconnect(&s.conn)
	}
	p.free = nil
}

// close calls release once when the last connection has come back, which is at once when none is out.
func (p *pool) close(release func()) {
	p.discard()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return
	}
	p.closed, p.release = true, release
	for s := range p.busy {
		c.Interrupt(s.conn)
	}
	p.finish()
}

func (p *pool) finish() {
	if p.closed && len(p.busy) == 0 && p.release != nil {
		p.release()
		p.release = nil
	}
}

// interruptEvery is how often a cancelled statement is told again to stop: the engine forgets an interrupt that comes
// between two phases of a statement.
const interruptEvery = 20 * time.Millisecond

// watched runs fn, a call into the engine, and interrupts it when ctx ends. It returns after fn has returned and the
// watcher is gone, so that a late interrupt never hits the next statement.
func (s *session) watched(ctx context.Context, fn func() error) error {
	if ctx.Err() != nil {
		return interrupted(ctx)
	}
	if ctx.Done() == nil {
		return fn()
	}
	done, gone := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(gone)
		select {
		case <-done:
			return
		case <-ctx.Done():
		}
		tick := time.NewTicker(interruptEvery)
		defer tick.Stop()
		for {
			c.Interrupt(s.conn)
			select {
			case <-done:
				return
			case <-tick.C:
			}
		}
	}()
	err := fn()
	close(done)
	<-gone
	if err != nil && ctx.Err() != nil {
		return interrupted(ctx)
	}
	return err
}

func interrupted(ctx context.Context) error {
	cause := context.Cause(ctx)
	return &run.SQLError{Kind: "interrupted", Offset: -1, Message: "the statement was stopped: " + cause.Error(), Cause: cause}
}
