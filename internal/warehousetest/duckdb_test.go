package warehousetest

import (
	"context"
	"fmt"
	"os"
	"testing"

	"kith/internal/dialect"
	dduckdb "kith/internal/dialect/duckdb"
	"kith/internal/modeltype"
	"kith/internal/project"
	"kith/internal/run"
	"kith/internal/sqltext"
	"kith/internal/sqltext/duckparser"
	"kith/internal/warehouse/duckdb"
	"kith/internal/warehouse/postgres/pgtest"
)

// sharedParser keeps what it read for all tests of the process: opening one costs more than reading a project.
type sharedParser struct{ *sqltext.Cache }

func (sharedParser) Close() error { return nil }

var parser sharedParser

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "kith-warehousetest-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	p := duckparser.New()
	parser = sharedParser{sqltext.NewCache(dir, p)}
	var code int
	if text := os.Getenv(partVariable); text == "" {
		code = m.Run()
	} else if err := playPart(text); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	p.Close()
	pgtest.Close()
	os.RemoveAll(dir)
	os.Exit(code)
}

var embedded = Engine{
	Dialect: "duckdb",
	Leaves: project.Leaves{
		Parser:   func(string) project.Parser { return parser },
		Dialects: []dialect.Dialect{dduckdb.New()},
		Types:    modeltype.All(),
		Version:  "test",
	},
	Open: func(t testing.TB) run.Conn {
		conn, err := duckdb.Open(context.Background(), duckdb.Config{Threads: 1, TempDir: t.TempDir(), Schema: "main"})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.Close() })
		return conn
	},
	Env: dialect.Env{TargetSchema: "main", InternalSchema: "main_kith"},
}

func TestDuckDB(t *testing.T) { Run(t, embedded) }

func TestDuckDBGraphs(t *testing.T) { Graphs(t, embedded) }

func TestDuckDBExplanations(t *testing.T) { Explanations(t, embedded) }

func TestDuckDBIncrements(t *testing.T) { Increments(t, embedded) }

func TestDuckDBExtensions(t *testing.T) { Extensions(t, embedded, 15) }

func TestDuckDBFeatures(t *testing.T) { Features(t, embedded) }

func TestDuckDBEdits(t *testing.T) { Edits(t, embedded) }

// onDisk keeps what the parser says beside the project, as a command does.
type onDisk struct{ *sqltext.Cache }

func TestDuckDBPrivacy(t *testing.T) {
	e := embedded
	p := duckparser.New()
	t.Cleanup(func() { p.Close() })
	e.Leaves.Parser = func(dir string) project.Parser { return onDisk{sqltext.NewCache(dir, p)} }
	Privacy(t, e)
}

func TestDuckDBCrash(t *testing.T) { Crash(t, embedded, run.ByDDL, run.ByDML, run.ByPointer) }

func TestDuckDBLeases(t *testing.T) { Leases(t, embedded, run.ByDDL, run.ByDML, run.ByPointer) }

func TestDuckDBCleanups(t *testing.T) { Cleanups(t, embedded, 3, run.ByDDL, run.ByDML, run.ByPointer) }

func TestDuckDBClung(t *testing.T) { Clung(t, embedded, false) }

func TestDuckDBPublishes(t *testing.T) { Publishes(t, embedded, run.ByDDL, run.ByDML, run.ByPointer) }

func TestDuckDBAudits(t *testing.T) { Audits(t, embedded) }

func TestDuckDBIDs(t *testing.T) { IDs(t, embedded, 30) }

func TestDuckDBShapes(t *testing.T) { Shapes(t, embedded, 1_000_000) }

func TestDuckDBRest(t *testing.T) { Rest(t, embedded) }

// TestWeakHash runs graphs in an engine whose hash of the first seed knows the length of an id and no more, so that nearly all ids
// collide.
func TestWeakHash(t *testing.T) {
	weak := embedded
	weak.Open = func(t testing.TB) run.Conn {
		conn := embedded.Open(t)
		if _, err := conn.Exec(t.Context(), "CREATE MACRO hash(x) AS CASE WHEN starts_with(x, '0:') THEN CAST(length(x) AS UBIGINT) ELSE md5_number_lower(x) END"); err != nil {
			t.Fatal(err)
		}
		rows, err := conn.Query(t.Context(), "SELECT hash('0:id:abc') = hash('0:id:xyz') AND hash('1:id:abc') <> hash('1:id:xyz')")
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		if !rows.Next() || rows.Values()[0] != true {
			t.Fatal("the hash of the engine is not the weak one")
		}
		return conn
	}
	for _, sh := range shapesOf(10_000) {
		for _, how := range []solver{byRule, inSQL} {
			sh.check(t, weak, how)
		}
	}
}
