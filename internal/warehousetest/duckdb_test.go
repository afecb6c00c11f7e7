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
