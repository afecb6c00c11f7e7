package warehousetest

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"kith/internal/diag"
	"kith/internal/run"
)

// faulty is a connection on which statements that mention a word fail a number of times.
type faulty struct {
	run.Conn
	word string
	err  error

	mu          sync.Mutex
	left, tries int
}

// Exec fails as long as there are failures left.
func (f *faulty) Exec(ctx context.Context, sql string) (int64, error) {
	if err := f.fails(sql); err != nil {
		return 0, err
	}
	return f.Conn.Exec(ctx, sql)
}

func (f *faulty) fails(sql string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !strings.Contains(sql, f.word) || !strings.HasPrefix(sql, "CREATE") {
		return nil
	}
	f.tries++
	if f.left == 0 {
		return nil
	}
	f.left--
	return f.err
}

// TestRetries: what may be gone at the next attempt is tried again, a step at a time, and told once when it stays; what will not
// be gone is not tried again.
func TestRetries(t *testing.T) {
	said := func(kind, message string) error { return &run.SQLError{Kind: kind, Message: message, Offset: -1} }
	for _, c := range []struct {
		name     string
		err      error
		failures int
		tries    int // at least of the statement
		exact    bool
		fails    bool
	}{
		{"two conflicts", said("conflict", "another transaction was quicker"), 2, 3, false, false},
		{"broken for longer than all attempts", said("connection", "the server closed the connection"), 1000, 5, true, true},
		{"no room", said("disk_full", "no space left on device"), 1000, 1, true, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newCrash(t, embedded, run.ByDDL)
			w.day()
			f := &faulty{Conn: w.conn, word: "Material_user_graph", err: c.err, left: c.failures}
			out, err := w.process1(f, runOptions{end: w.end})
			if err != nil {
				t.Fatal(err)
			}
			if f.tries < c.tries || c.exact && f.tries != c.tries {
				t.Errorf("%d tries, want %d", f.tries, c.tries)
			}
			if !c.fails {
				if len(out.Failures) > 0 || len(out.Published) == 0 {
					t.Errorf("%+v", out)
				}
				return
			}
			var sq *run.SQLError
			if len(out.Failures) != 1 || len(out.Published) > 0 || !errors.As(c.err, &sq) {
				t.Fatalf("want one failure and no publish: %+v", out)
			}
			d := out.Failures[0]
			if text := d.Message + d.Fix; d.Severity != diag.Error || d.At.IsZero() || strings.Contains(text, "context") || !strings.Contains(d.Message, sq.Message) {
				t.Errorf("said: %+v", d)
			}
			// What failed is gone: the same time goes on.
			if again, err := w.process1(w.conn, runOptions{end: w.end}); err != nil || len(again.Published) == 0 || again.Done.Reused == 0 {
				t.Errorf("after it: %v %+v", err, again)
			}
		})
	}
}
