package postgres

import (
	"context"
	"errors"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"kith/internal/catalog"
	"kith/internal/rel"
	"kith/internal/run"
	"kith/internal/siteconfig"
	"kith/internal/warehouse/postgres/pgtest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

// world is a database of the shared server and how to open it as its administrator.
func world(t testing.TB) (*pgtest.Server, Config) {
	s := pgtest.Shared(t)
	return s, Config{Host: s.Socket, Port: s.Port, Database: s.Database(t), User: pgtest.Admin, Schema: "app"}
}

func open(t testing.TB, config Config) *Conn {
	t.Helper()
	c, err := Open(context.Background(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

func do(t testing.TB, c *Conn, sql ...string) {
	t.Helper()
	for _, s := range sql {
		if _, err := c.Exec(context.Background(), s); err != nil {
			t.Fatalf("%v\n%s", err, s)
		}
	}
}

func all(c *Conn, sql string) (out [][]any, err error) {
	rows, err := c.Query(context.Background(), sql)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		out = append(out, append([]any{}, rows.Values()...))
	}
	return out, rows.Err()
}

func sqlError(t testing.TB, err error) *run.SQLError {
	t.Helper()
	var e *run.SQLError
	if !errors.As(err, &e) {
		t.Fatalf("%v is no SQLError", err)
	}
	return e
}

func TestValues(t *testing.T) {
	_, config := world(t)
	c := open(t, config)
	at := time.Date(2026, 1, 2, 3, 4, 5, 678901000, time.UTC)
	for _, tt := range []struct {
		sql, typ string
		want     any
	}{
		{"true", "boolean", true},
		{"1::smallint", "smallint", int64(1)},
		{"(-9223372036854775808)::bigint", "bigint", int64(-9223372036854775808)},
		{"0.1::real", "real", nil}, // see below
		{"'Infinity'::double precision", "double precision", nil},
		{"sum(x) FROM (VALUES (1::bigint)) AS v(x)", "numeric", int64(1)},
		{"avg(x) FROM (VALUES (1), (2)) AS v(x)", "numeric", "1.5"},
		{"1.50::numeric(10,2)", "numeric(10,2)", "1.50"},
		{"99999999999999999999::numeric", "numeric", "99999999999999999999"},
		{"'NaN'::numeric", "numeric", "NaN"},
		{"'ä'::text", "text", "ä"},
		{"'x'::varchar(3)", "character varying(3)", "x"},
		{"DATE '2026-01-02'", "date", time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)},
		{"TIMESTAMP '2026-01-02 03:04:05.678901'", "timestamp without time zone", at},
		{"TIMESTAMPTZ '2026-01-02 05:04:05.678901+02'", "timestamp with time zone", at},
		{"'infinity'::timestamp", "timestamp without time zone", "infinity"},
		{"'0044-03-15 BC'::date", "date", "0044-03-15 BC"},
		{"'12026-03-15'::date", "date", "12026-03-15"},
		{`'{"a": [1]}'::jsonb`, "jsonb", `{"a": [1]}`},
		{`'\x00ff'::bytea`, "bytea", []byte{0, 255}},
		{"'550e8400-e29b-41d4-a716-446655440000'::uuid", "uuid", "550e8400-e29b-41d4-a716-446655440000"},
		{`ARRAY['a,b', NULL, 'NULL', '', 'say "x"', '\']`, "text[]", []any{"a,b", nil, "NULL", "", `say "x"`, `\`}},
		{"ARRAY[[1, 2], [3, 4]]", "integer[]", []any{[]any{int64(1), int64(2)}, []any{int64(3), int64(4)}}},
		{"'{}'::bigint[]", "bigint[]", []any{}},
		{"'[2:3]={5,6}'::bigint[]", "bigint[]", []any{int64(5), int64(6)}},
		{"INTERVAL '1 day'", "interval", "1 day"},
		{"NULL", "text", nil},
	} {
		rows, err := c.Query(context.Background(), "SELECT "+tt.sql)
		if err != nil {
			t.Errorf("%s: %v", tt.sql, err)
			continue
		}
		if got := rows.Columns()[0].Type; got != tt.typ {
			t.Errorf("%s: type %s, want %s", tt.sql, got, tt.typ)
		}
		if described, err := c.Describe(context.Background(), "SELECT "+tt.sql); err != nil || described[0].Type != tt.typ {
			t.Errorf("%s is described as %v, %v", tt.sql, described, err)
		}
		if !rows.Next() {
			t.Errorf("%s: no row: %v", tt.sql, rows.Err())
		} else if got := rows.Values()[0]; !reflect.DeepEqual(got, tt.want) && tt.want != nil || (tt.want == nil && tt.typ == "text" && got != nil) {
			t.Errorf("%s: %#v, want %#v", tt.sql, got, tt.want)
		}
		rows.Close()
	}
	got, err := all(c, "SELECT 0.1::real, 'Infinity'::double precision, 0.1::double precision")
	if err != nil || fmt.Sprint(got[0][1:]...) != "+Inf 0.1" || fmt.Sprintf("%.6f", got[0][0]) != "0.100000" {
		t.Errorf("%v %v", got, err)
	}
}

func TestRowsCounted(t *testing.T) {
	_, config := world(t)
	c := open(t, config)
	for _, tt := range []struct {
		sql  string
		want int64
	}{
		{"CREATE TABLE t AS SELECT generate_series(1, 3) AS a", 3},
		{"INSERT INTO t VALUES (4), (5)", 2},
		{"UPDATE t SET a = a + 1 WHERE a > 3", 2},
		{"DELETE FROM t WHERE a = 1", 1},
		{"CREATE VIEW v AS SELECT * FROM t", -1},
		{"SET work_mem = '4MB'", -1},
		{"-- nothing", -1},
	} {
		if n, err := c.Exec(context.Background(), tt.sql); n != tt.want || err != nil {
			t.Errorf("%s: %d, %v, want %d", tt.sql, n, err, tt.want)
		}
	}
	// The rows of a view are not counted; those of a table are known once the server has looked.
	do(t, c, "ANALYZE t")
	for name, want := range map[string]int64{"t": 4, "v": -1} {
		tab, ok, err := c.Table(rel.Named(rel.Target, name))
		if !ok || err != nil || tab.Rows != want || tab.View != (name == "v") || len(tab.Columns) != 1 || tab.Columns[0].Type != "integer" {
			t.Errorf("%s: %+v %v %v", name, tab, ok, err)
		}
	}
}

func TestErrors(t *testing.T) {
	_, config := world(t)
	c := open(t, config)
	do(t, c, "CREATE TABLE t (amount bigint, word text)", "INSERT INTO t VALUES (1, 'sécret')")
	for _, tt := range []struct {
		sql, kind, at, says, fix string
		candidate                string
	}{
		{sql: "SELECT 'ü', amuont FROM t", kind: "missing_column", at: "amuont", says: `column "amuont" does not exist`, candidate: "amount"},
		{sql: "SELECT x.amount FROM t", kind: "missing_column", at: "x.amount"},
		{sql: "SELECT 'üü' FROM nowhere", kind: "missing_table", at: "nowhere"},
		{sql: "SELECT 1 FROM no_schema.t", kind: "missing_table", at: "no_schema.t"},
		{sql: "SELEKT 1", kind: "syntax", at: "SELEKT"},
		{sql: "CREATE OR REPLACE TABLE u AS SELECT 1", kind: "syntax", at: "TABLE", fix: "CreateReplaceTableAs"},
		{sql: "SELECT word::bigint FROM t", kind: "conversion", says: `invalid input syntax for type bigint: "…"`, fix: "CASE WHEN"},
		{sql: "SELECT chr(1234567 + amount::int) FROM t", kind: "other", says: "for encoding: …"},
		{sql: "SELECT 1 / (amount - 1) FROM t", kind: "conversion", says: "division by zero"},
		{sql: "DO $$ BEGIN RAISE 'sécret'; END $$", kind: "other", says: "raised an error: …"},
		{sql: "SELECT date_diff('day', now(), now())", kind: "other", at: "date_diff", says: "function date_diff"},
		{sql: "CREATE UNIQUE INDEX ON t (amount); INSERT INTO t VALUES (1, 'sécret')", kind: "constraint", says: "duplicate key value"},
	} {
		_, err := c.Exec(context.Background(), tt.sql)
		e := sqlError(t, err)
		at := ""
		if e.Offset >= 0 {
			at = tt.sql[e.Offset:]
		}
		if e.Kind != tt.kind || !strings.HasPrefix(at, tt.at) || !strings.Contains(e.Message, tt.says) || !strings.Contains(e.Fix, tt.fix) {
			t.Errorf("%s: %s at %q: %s (%s)", tt.sql, e.Kind, at, e.Message, e.Fix)
		}
		if strings.Contains(e.Message+e.Fix, "sécret") || strings.Contains(e.Masked, "sécret") {
			t.Errorf("%s tells a value: %s", tt.sql, e.Message)
		}
		if tt.candidate != "" && (len(e.Candidates) != 1 || e.Candidates[0] != tt.candidate) {
			t.Errorf("%s: candidates %q", tt.sql, e.Candidates)
		}
	}
	// A query says the same when it is read, and the connection goes on.
	if _, err := all(c, "SELECT 1 / (2 - x) FROM generate_series(1, 3) AS x"); sqlError(t, err).Kind != "conversion" {
		t.Error(err)
	}
	config.ShowValues = true
	if _, err := open(t, config).Exec(context.Background(), "SELECT word::bigint FROM t"); !strings.Contains(sqlError(t, err).Message, "sécret") {
		t.Error(err)
	}
}

// TestSessions runs statements that would change a connection for whoever gets it next.
func TestSessions(t *testing.T) {
	_, config := world(t)
	config.Connections = 1
	c := open(t, config)
	do(t, c, "SET search_path = nowhere", "SET TimeZone = 'Asia/Tokyo'", "BEGIN", "CREATE TEMP TABLE left_behind (a int)", "CREATE TABLE here (a int)")
	got, err := all(c, "SELECT current_setting('TimeZone'), current_setting('application_name'), to_regclass('pg_temp.left_behind') IS NULL, to_regclass('app.here') IS NOT NULL, to_regclass('here') IS NOT NULL")
	if err != nil || fmt.Sprint(got) != "[[UTC kith true true true]]" {
		t.Errorf("%v %v", got, err)
	}
}

// TestOneConnectionIsEnough names the types of a result while it holds the only connection there is.
func TestOneConnectionIsEnough(t *testing.T) {
	_, config := world(t)
	config.Connections = 1
	c := open(t, config)
	do(t, c, "CREATE TYPE mood AS ENUM ('fine')")
	rows, err := c.Query(context.Background(), "SELECT 'fine'::mood AS m, 1.5::numeric(4,1) AS n, 'x'::char(3) AS c")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	if !rows.Next() || fmt.Sprint(rows.Values()) != "[fine 1.5 x  ]" || !slices.Equal(rows.Columns(), []catalog.Column{{Name: "m", Type: "unknown"}, {Name: "n", Type: "numeric(4,1)"}, {Name: "c", Type: "character(3)"}}) {
		t.Errorf("%v %v %v", rows.Values(), rows.Columns(), rows.Err())
	}
}

func TestTransaction(t *testing.T) {
	_, config := world(t)
	c := open(t, config)
	ctx := context.Background()
	do(t, c, "CREATE TABLE t (a int)")
	if err := c.Transaction(ctx, []run.Change{{SQL: "INSERT INTO t VALUES (1)"}, {SQL: "INSERT INTO t VALUES ('x')"}}); sqlError(t, err).Kind != "conversion" {
		t.Error(err)
	}
	if err := c.Transaction(ctx, []run.Change{{SQL: "INSERT INTO t VALUES (1)"}, {SQL: "UPDATE t SET a = 2 WHERE a = 3", Guard: true}}); err != run.ErrGuard {
		t.Error(err)
	}
	if err := c.Transaction(ctx, []run.Change{{SQL: "CREATE VIEW v AS SELECT 1 AS one"}, {SQL: "DROP VIEW v"}, {SQL: "INSERT INTO t VALUES (7)", Guard: true}}); err != nil {
		t.Error(err)
	}
	if got, _ := all(c, "SELECT a FROM t"); fmt.Sprint(got) != "[[7]]" {
		t.Errorf("kept: %v", got)
	}
}

// TestCancel stops statements in every phase, and looks whether the server has stopped them too.
func TestCancel(t *testing.T) {
	_, config := world(t)
	c := open(t, config)
	do(t, c, "CREATE TABLE kept (a bigint)")
	const long = "SELECT count(*) FROM generate_series(1, 1000000) AS a, generate_series(1, 1000000) AS b"
	for name, work := range map[string]func(context.Context) error{
		"exec":  func(ctx context.Context) error { _, err := c.Exec(ctx, "CREATE TABLE x AS "+long); return err },
		"query": func(ctx context.Context) error { _, err := c.Query(ctx, long); return err },
		"stream": func(ctx context.Context) error {
			rows, err := c.Query(ctx, "SELECT a FROM generate_series(1, 1000000000) AS a")
			for err == nil && rows.Next() {
			}
			if err == nil {
				err = rows.Err()
			}
			return err
		},
		"transaction": func(ctx context.Context) error {
			return c.Transaction(ctx, []run.Change{{SQL: "INSERT INTO kept VALUES (1)"}, {SQL: "CREATE TABLE x AS " + long}})
		},
		"ints": func(ctx context.Context) error {
			return c.ReadInts(ctx, "SELECT a::bigint FROM generate_series(1, 1000000000) AS a", func(run.IntBatch) error { return nil })
		},
		"write": func(ctx context.Context) error {
			batch := run.IntBatch{Cols: [][]int64{make([]int64, 2048)}}
			return c.WriteInts(ctx, rel.Named(rel.Target, "kept"), "app.kept", func() (run.IntBatch, error) { return batch, nil })
		},
	} {
		ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
		began := time.Now()
		err := work(ctx)
		cancel()
		if e := sqlError(t, err); e.Kind != "interrupted" || time.Since(began) > 5*time.Second {
			t.Errorf("%s: %s after %s: %s", name, e.Kind, time.Since(began), e.Message)
		}
	}
	for deadline := time.Now().Add(5 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		got, err := all(c, "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state = 'active' AND pid <> pg_backend_pid()")
		if err == nil && got[0][0] == int64(0) {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("statements run on in the server: %v %v", got, err)
		}
	}
	if got, err := all(c, "SELECT count(*) FROM kept"); err != nil || got[0][0] != int64(0) {
		t.Errorf("%v %v", got, err)
	}
}

func TestStatementTimeout(t *testing.T) {
	_, config := world(t)
	config.StatementTimeout = 50 * time.Millisecond
	c := open(t, config)
	_, err := c.Exec(context.Background(), "SELECT pg_sleep(10)")
	if e := sqlError(t, err); e.Kind == "interrupted" || !strings.Contains(e.Fix, "statement_timeout") {
		t.Errorf("%s: %s (%s)", e.Kind, e.Message, e.Fix)
	}
}

func TestInts(t *testing.T) {
	_, config := world(t)
	c := open(t, config)
	ctx := context.Background()
	do(t, c, `CREATE TABLE "odd name" (a bigint, b bigint)`, "CREATE TABLE texts (a text)")
	const rows = 5000
	n := 0
	next := func() (run.IntBatch, error) {
		if n >= rows {
			return run.IntBatch{}, nil
		}
		b := run.IntBatch{Cols: make([][]int64, 2), Valid: make([][]bool, 2)}
		for range 777 {
			if n >= rows {
				break
			}
			b.Cols[0] = append(b.Cols[0], int64(n)-2)
			b.Cols[1] = append(b.Cols[1], int64(n)<<40)
			b.Valid[1] = append(b.Valid[1], n%3 != 0)
			n++
		}
		return b, nil
	}
	name := rel.Named(rel.Target, "odd name")
	if err := c.WriteInts(ctx, name, `app."odd name"`, next); err != nil {
		t.Fatal(err)
	}
	seen := int64(0)
	err := c.ReadInts(ctx, `SELECT a, b FROM app."odd name" ORDER BY a`, func(b run.IntBatch) error {
		for i := range b.Len() {
			null := b.Valid[1] != nil && !b.Valid[1][i]
			if b.Cols[0][i] != seen-2 || null != (seen%3 == 0) || !null && b.Cols[1][i] != seen<<40 || b.Valid[0] != nil {
				return fmt.Errorf("row %d is %d, %d", seen, b.Cols[0][i], b.Cols[1][i])
			}
			seen++
		}
		return nil
	})
	if err != nil || seen != rows {
		t.Errorf("%d rows, %v", seen, err)
	}
	if err := c.ReadInts(ctx, "SELECT 1::bigint AS a WHERE false", func(run.IntBatch) error { return errors.New("a batch of nothing") }); err != nil {
		t.Error(err)
	}
	stop := errors.New("enough")
	if err := c.ReadInts(ctx, `SELECT a FROM app."odd name"`, func(run.IntBatch) error { return stop }); err != stop {
		t.Error(err)
	}
	broken := func() (run.IntBatch, error) { return run.IntBatch{}, stop }
	if err := c.WriteInts(ctx, name, `app."odd name"`, broken); err != stop {
		t.Error(err)
	}
	for want, err := range map[string]error{
		"column a is text":                 c.ReadInts(ctx, "SELECT a FROM texts", nil),
		"is text where bigint is expected": c.WriteInts(ctx, name, "app.texts", nil),
		`relation "app.none" does not`:     c.WriteInts(ctx, name, "app.none", nil),
		"column \"bb\" does not exist":     c.ReadInts(ctx, `SELECT bb FROM app."odd name"`, nil),
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	if got, err := all(c, `SELECT count(*) FROM app."odd name"`); err != nil || got[0][0] != int64(rows) {
		t.Errorf("%v %v", got, err)
	}
}

// TestNames looks for objects by the rules of folding.
func TestNames(t *testing.T) {
	_, config := world(t)
	config.Schema = `Ödd "schema"`
	c := open(t, config)
	do(t, c, `CREATE TABLE plain (a int)`, `CREATE TABLE "Mixed" (a int)`, `CREATE TABLE "select" (a int)`, `CREATE SCHEMA raw`, `CREATE TABLE raw.events (a int)`, "CREATE TABLE public.shared (a int)")
	written := func(quoted bool, space rel.Space, parts ...string) rel.Object {
		o := rel.Object{Space: space, Written: true}
		for _, p := range parts {
			o.Parts = append(o.Parts, rel.Ident{Name: p, Quoted: quoted})
		}
		return o
	}
	for _, tt := range []struct {
		object rel.Object
		want   bool
	}{
		{rel.Named(rel.Target, "plain"), true},
		{rel.Named(rel.Target, "Plain"), false},
		{rel.Named(rel.Target, "Mixed"), true},
		{rel.Named(rel.Target, "select"), true},
		{written(false, rel.Target, "PLAIN"), true},
		{written(false, rel.Target, "Mixed"), false},
		{written(true, rel.Target, "Mixed"), true},
		{written(false, rel.External, "RAW", "Events"), true},
		{written(true, rel.External, "RAW", "Events"), false},
		{written(false, rel.External, "shared"), true},
		{written(false, rel.External, config.Database, "raw", "events"), true},
		{written(false, rel.External, "other_db", "raw", "events"), false},
		{rel.Named(rel.Internal, "plain"), false},
		{rel.Named(rel.Temp, "plain"), false},
	} {
		if _, ok, err := c.Table(tt.object); ok != tt.want || err != nil {
			t.Errorf("%+v: %v, %v", tt.object, ok, err)
		}
	}
}

func TestReadOnly(t *testing.T) {
	s, config := world(t)
	config.ReadOnly = true
	c := open(t, config) // no schema is made
	s.Exec(t, config.Database, "CREATE SCHEMA app", "CREATE TABLE app.t AS SELECT 1 AS a")
	if got, err := all(c, "SELECT a FROM t"); err != nil || fmt.Sprint(got) != "[[1]]" {
		t.Errorf("%v %v", got, err)
	}
	_, err := c.Exec(context.Background(), "INSERT INTO t VALUES (2)")
	if e := sqlError(t, err); e.Kind != "permission" {
		t.Errorf("%s: %s", e.Kind, e.Message)
	}
}

var secret = siteconfig.NewSecret(pgtest.Password)
