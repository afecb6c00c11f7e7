package warehousetest

import (
	"context"
	"testing"

	"kith/internal/dialect"
	dpostgres "kith/internal/dialect/postgres"
	"kith/internal/modeltype"
	"kith/internal/project"
	"kith/internal/run"
	"kith/internal/sqltext"
	"kith/internal/sqltext/duckparser"
	"kith/internal/warehouse/duckdb"
	"kith/internal/warehouse/postgres"
	"kith/internal/warehouse/postgres/pgtest"
)

// server is the engine on a database of its own for each case.
func server(t *testing.T) Engine {
	files, err := duckdb.Open(context.Background(), duckdb.Config{Threads: 1, TempDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { files.Close() })
	e := onServer()
	e.Open = func(t testing.TB) run.Conn {
		s := pgtest.Shared(t)
		conn, err := postgres.Open(context.Background(), postgres.Config{Host: s.Socket, Port: s.Port, Database: s.Database(t), User: pgtest.Admin,
			Schema: "main", Files: files})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.Close() })
		return conn
	}
	return e
}

// onServer is the engine without a way to open it.
func onServer() Engine {
	return Engine{
		Dialect: "postgres",
		Leaves: project.Leaves{
			Parser:   func(string) project.Parser { return parser },
			Dialects: []dialect.Dialect{dpostgres.New()},
			Types:    modeltype.All(),
			Version:  "test",
		},
		Env: dialect.Env{TargetSchema: "main", InternalSchema: "main_kith"},
	}
}

func TestPostgres(t *testing.T) { Run(t, server(t)) }

func TestPostgresGraphs(t *testing.T) { Graphs(t, server(t)) }

func TestPostgresExplanations(t *testing.T) { Explanations(t, server(t)) }

func TestPostgresIncrements(t *testing.T) { Increments(t, server(t)) }

func TestPostgresIDs(t *testing.T) { IDs(t, server(t), 8) }

func TestPostgresExtensions(t *testing.T) { Extensions(t, server(t), 6) }

func TestPostgresFeatures(t *testing.T) { Features(t, server(t)) }

func TestPostgresEdits(t *testing.T) { Edits(t, server(t)) }

func TestPostgresPrivacy(t *testing.T) {
	e := server(t)
	p := duckparser.New()
	t.Cleanup(func() { p.Close() })
	e.Leaves.Parser = func(dir string) project.Parser { return onDisk{sqltext.NewCache(dir, p)} }
	Privacy(t, e)
}

func TestPostgresCrash(t *testing.T) { Crash(t, server(t), run.ByDDL, run.ByDML) }

func TestPostgresLeases(t *testing.T) { Leases(t, server(t), run.ByDDL, run.ByDML) }

func TestPostgresCleanups(t *testing.T) { Cleanups(t, server(t), 3, run.ByDDL, run.ByDML) }

func TestPostgresClung(t *testing.T) { Clung(t, server(t), true) }

func TestPostgresPublishes(t *testing.T) { Publishes(t, server(t), run.ByDDL, run.ByDML) }

func TestPostgresAudits(t *testing.T) { Audits(t, server(t)) }

func TestPostgresShapes(t *testing.T) { Shapes(t, server(t), 100_000) }

func TestPostgresRest(t *testing.T) { Rest(t, server(t)) }
