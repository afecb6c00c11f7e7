package warehousetest

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"kith/internal/rel"
	"kith/internal/run"
)

// Leases holds the lease to its rules: one holder at a time, who is named; a quiet one is passed over; one that was passed
// over cannot publish; and one that waits gets it when it is free.
func Leases(t *testing.T, e Engine, strategies ...run.Strategy) {
	ctx := context.Background()
	holder := func(command string) run.LeaseOptions {
		// One process, so that no engine takes the other for dead.
		return run.LeaseOptions{Holder: run.Holder{Host: "test", PID: 1, Command: command}, TTL: time.Second}
	}
	session := func(t *testing.T, strategy run.Strategy) *crash { return newCrash(t, e, strategy) }
	registry := func(t *testing.T, c *crash) *run.Registry {
		reg := &run.Registry{Conn: c.conn, Dialect: e.Leaves.Dialect(e.Dialect), Env: e.Env, Target: "dev", Version: "test", Strategy: c.strategy}
		if err := reg.Open(ctx); err != nil {
			t.Fatal(err)
		}
		return reg
	}
	t.Run("one_at_a_time", func(t *testing.T) {
		c := session(t, run.ByDDL)
		first, second := registry(t, c), registry(t, c)
		l, err := first.Acquire(ctx, holder("kith run"))
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(1500 * time.Millisecond) // longer than it lasts by itself
		_, err = second.Acquire(ctx, holder("kith run --force"))
		var held *run.Held
		if !errors.As(err, &held) || held.Holder.Command != "kith run" || !strings.Contains(err.Error(), "PID 1 on test") {
			t.Errorf("a second holder got %v", err)
		}
		if err := l.Release(ctx); err != nil {
			t.Error(err)
		}
		m, err := second.Acquire(ctx, holder("kith run --force"))
		if err != nil || m.Fence() != l.Fence()+1 {
			t.Fatalf("after the release: %v, %v", m, err)
		}
		if err := m.Release(ctx); err != nil {
			t.Error(err)
		}
	})
	t.Run("waiting", func(t *testing.T) {
		c := session(t, run.ByDDL)
		first, second := registry(t, c), registry(t, c)
		l, err := first.Acquire(ctx, holder("first"))
		if err != nil {
			t.Fatal(err)
		}
		waited := make(chan string, 1)
		got := make(chan error, 1)
		go func() {
			opt := holder("second")
			opt.Wait = time.Minute
			opt.Waiting = func(h *run.Held) { waited <- h.Holder.Command }
			m, err := second.Acquire(ctx, opt)
			if err == nil {
				err = m.Release(ctx)
			}
			got <- err
		}()
		if who := <-waited; who != "first" {
			t.Errorf("waited for %q", who)
		}
		if err := l.Release(ctx); err != nil {
			t.Error(err)
		}
		if err := <-got; err != nil {
			t.Error(err)
		}
	})
	for _, strategy := range strategies {
		t.Run("asleep_"+string(strategy), func(t *testing.T) {
			c := session(t, strategy)
			c.ttl = time.Second
			if got := c.attempt(t, 0); !got.published {
				t.Fatal("the first run published nothing")
			}
			// A process that stops between building and publishing, as by SIGSTOP: nothing of it reaches the warehouse while it sleeps.
			sleeper := &sleepy{Conn: c.conn, awake: make(chan struct{}), asleep: make(chan struct{})}
			c.end = c.end.AddDate(0, 0, 1)
			done := make(chan error, 1)
			go func() {
				out, err := c.process1(sleeper, runOptions{end: c.end})
				if err == nil && len(out.Published) == 0 && len(out.Failures) > 0 {
					err = errors.New(out.Failures[0].Message)
				}
				done <- err
			}()
			<-sleeper.asleep
			time.Sleep(1200 * time.Millisecond)
			other := *c
			other.process += 100
			other.end = c.end.AddDate(0, 0, 1)
			if got := other.attempt(t, 0); !got.published {
				t.Fatalf("the run of another process: %+v", got)
			}
			close(sleeper.awake)
			if err := <-done; err == nil || !strings.Contains(err.Error(), "lost its lease") {
				t.Errorf("the one that woke up: %v", err)
			}
			if seen, err := c.seen(); err != nil || seen != other.end.Format(time.DateOnly) {
				t.Errorf("readers see %q, %v", seen, err)
			}
		})
	}
	t.Run("newer_state", func(t *testing.T) {
		c := session(t, run.ByDDL)
		reg := registry(t, c)
		change(t, e, c.conn, &rel.Update{Into: rel.Named(rel.Internal, "kith_state"), Set: []rel.Item{{Expr: rel.I(99), As: "version"}}})
		var newer *run.NewerState
		if err := reg.Open(ctx); !errors.As(err, &newer) || newer.Found != 99 {
			t.Errorf("a state of version 99 gave %v", err)
		}
	})
}

// sleepy is the connection of a process that falls asleep before the transaction that publishes, and with it its heartbeat.
type sleepy struct {
	run.Conn
	asleep, awake chan struct{}
	slept         bool
}

// Transaction sleeps before one that moves the state.
func (s *sleepy) Transaction(ctx context.Context, changes []run.Change) error {
	for _, c := range changes {
		if c.Guard && strings.Contains(c.SQL, "publish_no =") && !s.slept {
			s.slept = true
			close(s.asleep)
			<-s.awake
		}
	}
	return s.Conn.Transaction(ctx, changes)
}

// ReadInts is passed on.
func (s *sleepy) ReadInts(ctx context.Context, sql string, fn func(run.IntBatch) error) error {
	return s.Conn.(run.Columnar).ReadInts(ctx, sql, fn)
}

// WriteInts is passed on.
func (s *sleepy) WriteInts(ctx context.Context, table rel.Object, printed string, next func() (run.IntBatch, error)) error {
	return s.Conn.(run.Columnar).WriteInts(ctx, table, printed, next)
}

// change runs one statement of rel.
func change(t testing.TB, e Engine, conn run.Conn, s rel.Stmt) {
	t.Helper()
	reg := &run.Registry{Conn: conn, Dialect: e.Leaves.Dialect(e.Dialect), Env: e.Env}
	if err := reg.Carry(context.Background(), rel.Program{s}); err != nil {
		t.Fatal(err)
	}
}
