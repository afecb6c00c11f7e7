package run

import (
	"context"
	"errors"
	"slices"
	"testing"

	"kith/internal/catalog"
	"kith/internal/dialect"
	"kith/internal/rel"
)

// short is a connection without memory for more than some statements.
type short struct {
	Conn
	fails map[string]string // statement -> kind of error
	ran   []string
}

func (c *short) Exec(_ context.Context, sql string) (int64, error) {
	if kind := c.fails[sql]; kind != "" {
		return 0, &SQLError{Kind: kind, Message: kind, Offset: -1}
	}
	c.ran = append(c.ran, sql)
	return 10, nil
}

func (c *short) Table(rel.Object) (catalog.Table, bool, error) { return catalog.Table{}, false, nil }

func TestPasses(t *testing.T) {
	stmt := func() *dialect.SQL {
		return &dialect.SQL{Text: dialect.Text{S: "all"}, Table: true, Passes: func(n int) []dialect.SQL {
			out := []dialect.SQL{{Text: dialect.Text{S: "first"}}}
			for range n - 1 {
				out = append(out, dialect.SQL{Text: dialect.Text{S: "next"}})
			}
			if n > 8 {
				out[0].S = "first of many"
			}
			return out
		}}
	}
	for _, c := range []struct {
		name   string
		fails  map[string]string
		rows   int64
		choice string
		err    string
	}{
		{name: "enough memory", rows: 10},
		{name: "eight passes", fails: map[string]string{"all": "out_of_memory"}, rows: 80, choice: "in 8 passes"},
		{name: "more passes", fails: map[string]string{"all": "out_of_memory", "first": "out_of_memory"}, rows: 640, choice: "in 64 passes"},
		{name: "never enough", fails: map[string]string{"all": "out_of_memory", "next": "out_of_memory"}, err: "out_of_memory"},
		{name: "another error is no reason for passes", fails: map[string]string{"all": "conversion"}, err: "conversion"},
		{name: "another error ends the passes", fails: map[string]string{"all": "out_of_memory", "next": "conversion"}, err: "conversion"},
	} {
		t.Run(c.name, func(t *testing.T) {
			conn := &short{fails: c.fails}
			x := &executor{conn: conn, progress: func(string) {}}
			err := x.sql(context.Background(), stmt())
			var sq *SQLError
			if got := errors.As(err, &sq); got != (c.err != "") || got && sq.Kind != c.err {
				t.Fatalf("error %v, want kind %q", err, c.err)
			}
			if err == nil && (x.rows != c.rows || x.choice != c.choice) {
				t.Errorf("%d rows %q, want %d %q", x.rows, x.choice, c.rows, c.choice)
			}
			if c.name == "eight passes" && !slices.Equal(conn.ran, []string{"first", "next", "next", "next", "next", "next", "next", "next"}) {
				t.Errorf("ran %q", conn.ran)
			}
		})
	}
}
