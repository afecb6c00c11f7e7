// Package exectest runs what the DuckDB dialect prints on DuckDB itself. It is apart from the dialect so that the dialect
// links no driver.
package exectest

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	_ "github.com/duckdb/duckdb-go/v2"

	"kith/internal/dialect"
	"kith/internal/rel"
)

var env = dialect.Env{TargetSchema: "app", InternalSchema: "app_kith"}

// engine is an in-memory DuckDB with one connection, far from UTC: nothing printed may depend on the session's zone.
type engine struct {
	t  testing.TB
	db *sql.DB
}

func open(t testing.TB) *engine {
	t.Helper()
	db, err := sql.Open("duckdb", "?autoinstall_known_extensions=false&threads=1")
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	t.Cleanup(func() { db.Close() })
	e := &engine{t, db}
	e.exec("SET TimeZone = 'America/New_York'")
	e.exec("ATTACH ':memory:' AS " + dialect.ScratchCatalog)
	return e
}

func (e *engine) exec(sql string) {
	e.t.Helper()
	if _, err := e.db.Exec(sql); err != nil {
		e.t.Fatalf("%v\n%s", err, sql)
	}
}

// rows reads a query, each row as its values joined by "|".
func (e *engine) rows(query string) []string {
	e.t.Helper()
	out := []string{}
	for _, r := range e.values(query) {
		var vs []string
		for _, v := range r {
			vs = append(vs, show(v))
		}
		out = append(out, strings.Join(vs, "|"))
	}
	return out
}

func (e *engine) values(query string) [][]any {
	e.t.Helper()
	rows, err := e.db.Query(query)
	if err != nil {
		e.t.Fatalf("%v\n%s", err, query)
	}
	defer rows.Close()
	cols, err := rows.Columns()
	if err != nil {
		e.t.Fatal(err)
	}
	var out [][]any
	for rows.Next() {
		vs, ps := make([]any, len(cols)), make([]any, len(cols))
		for i := range vs {
			ps[i] = &vs[i]
		}
		if err := rows.Scan(ps...); err != nil {
			e.t.Fatal(err)
		}
		out = append(out, vs)
	}
	if err := rows.Err(); err != nil {
		e.t.Fatalf("%v\n%s", err, query)
	}
	return out
}

func show(v any) string {
	switch v := v.(type) {
	case nil:
		return "NULL"
	case time.Time:
		s := v.Format("2006-01-02 15:04:05.999999")
		return s
	}
	return fmt.Sprint(v)
}

// clear does what a run does before a statement that would meet an object of the other kind.
func (e *engine) clear(c *dialect.Clear, exec func(string)) {
	e.t.Helper()
	if c == nil {
		return
	}
	kind, schema := "BASE TABLE", map[rel.Space]string{rel.Internal: env.InternalSchema, rel.Target: env.TargetSchema, rel.Temp: "main"}[c.Object.Space]
	if c.View {
		kind = "VIEW"
	}
	found := e.rows(fmt.Sprintf("SELECT table_name FROM information_schema.tables WHERE table_schema = '%s' AND table_type = '%s'", schema, kind))
	if slices.ContainsFunc(found, func(n string) bool { return strings.EqualFold(n, c.Object.Name()) }) {
		exec(c.SQL)
	}
}

// run carries out statements as a run would, in a connection without kernels.
func (e *engine) run(stmts []dialect.Stmt) {
	e.t.Helper()
	for _, st := range stmts {
		switch st := st.(type) {
		case *dialect.SQL:
			e.clear(st.Clear, e.exec)
			e.exec(st.S)
		case *dialect.Loop:
			e.loop(st)
		case *dialect.Assert:
			if got := e.rows(st.Query.S); len(got) > 0 {
				e.t.Errorf("%s: %v", st.Message, got)
			}
		case *dialect.Kernel:
			e.exec(st.Create.S)
		case *dialect.Choose:
			for _, o := range st.Options {
				for _, s := range o.Body {
					if k, ok := s.(*dialect.Kernel); ok { // its inputs and table must be readable all the same
						for _, in := range k.In {
							e.rows(in.S)
						}
					}
				}
			}
			e.rows(st.Fact.S)
			e.run(st.Options[len(st.Options)-1].Body)
		case *dialect.Publish:
			e.publish(st)
		}
	}
}

func (e *engine) loop(l *dialect.Loop) {
	e.t.Helper()
	for range l.Max {
		e.run(l.Body)
		if fmt.Sprint(e.rows(l.Until.S)) == "[true]" {
			return
		}
	}
	e.t.Errorf("loop %s did not settle", l.Name)
}

func (e *engine) publish(p *dialect.Publish) {
	e.t.Helper()
	var all []string
	for i := range p.Statements {
		e.clear(p.Statements[i].Clear, func(s string) { all = append(all, s) })
		all = append(all, p.Statements[i].S)
	}
	tx, err := e.db.BeginTx(context.Background(), nil)
	if err != nil {
		e.t.Fatal(err)
	}
	for _, s := range all {
		if _, err := tx.Exec(s); err != nil {
			e.t.Fatalf("%v\n%s", err, s)
		}
	}
	if err := tx.Commit(); err != nil {
		e.t.Fatal(err)
	}
}
