// Package exectest runs what the Postgres dialect prints on a Postgres server. It is apart from the dialect so that the dialect
// links no driver.
package exectest

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"kith/internal/dialect"
	"kith/internal/dialect/dialecttest"
	dpostgres "kith/internal/dialect/postgres"
	"kith/internal/rel"
	"kith/internal/run"
	"kith/internal/sqltext/duckparser"
	"kith/internal/warehouse/postgres"
	"kith/internal/warehouse/postgres/pgtest"
)

var env = dialect.Env{TargetSchema: "app", InternalSchema: "app_kith"}

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

// open opens an empty database, with what the dialect's statements call.
func open(t testing.TB) (*postgres.Conn, string) {
	t.Helper()
	s := pgtest.Shared(t)
	name := s.Database(t)
	conn, err := postgres.Open(context.Background(), postgres.Config{Host: s.Socket, Port: s.Port, Database: name, User: pgtest.Admin, Schema: "app", ShowValues: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	prepare(t, conn)
	return conn, name
}

func prepare(t testing.TB, conn *postgres.Conn) {
	t.Helper()
	for _, text := range dialect.Prepare(dpostgres.New(), env) {
		if _, err := conn.Exec(context.Background(), text.S); err != nil {
			t.Fatalf("%v\n%s", err, text.S)
		}
	}
}

// read returns the rows of a query, each as its values joined by "|".
func read(t testing.TB, conn *postgres.Conn, query string) []string {
	t.Helper()
	rows, err := conn.Query(context.Background(), query)
	if err != nil {
		t.Fatalf("%v\n%s", err, query)
	}
	defer rows.Close()
	out := []string{}
	for rows.Next() {
		var cells []string
		for _, v := range rows.Values() {
			cells = append(cells, show(v))
		}
		out = append(out, strings.Join(cells, "|"))
	}
	if err := rows.Err(); err != nil {
		t.Fatalf("%v\n%s", err, query)
	}
	return out
}

func show(v any) string {
	switch v := v.(type) {
	case nil:
		return "NULL"
	case time.Time:
		return v.Format("2006-01-02 15:04:05.999999")
	}
	return fmt.Sprint(v)
}

// TestCases runs every program of the matrix that the dialect can print, and compares the rows with those worked out by hand.
func TestCases(t *testing.T) {
	parser := duckparser.New()
	defer parser.Close()
	d := dpostgres.New()
	conn, _ := open(t)
	for _, s := range dialecttest.Fixture {
		if strings.HasPrefix(s, "CREATE SCHEMA app") {
			continue // the connection has made them
		}
		if _, err := conn.Exec(context.Background(), s); err != nil {
			t.Fatalf("%v\n%s", err, s)
		}
	}
	// The programs expect a connection that has no kernels.
	reg := &run.Registry{Conn: struct{ run.Conn }{conn}, Dialect: d, Env: env}
	for _, c := range (dialecttest.Texts{Parser: parser}).Cases() {
		t.Run(c.Name, func(t *testing.T) {
			stmts, list := d.Print(append(c.Program[:len(c.Program):len(c.Program)], &rel.Assert{Message: "read", Query: c.Read}), env)
			if c.Want == nil || list.HasErrors() {
				return // reads a file that is not there, or asks for what the golden file says this engine cannot do
			}
			if strings.Contains(dialect.Script(stmts), "CREATE TEMP ") {
				return // a temporary table belongs to one connection of a pool
			}
			if err := reg.Carry(context.Background(), c.Program); err != nil {
				t.Fatalf("%v\n%s", err, dialect.Script(stmts))
			}
			query := stmts[len(stmts)-1].(*dialect.Assert).Query.S
			if got := read(t, conn, query); !slices.Equal(got, c.Want) {
				t.Errorf("got  %q\nwant %q\n%s", got, c.Want, query)
			}
		})
	}
}
