package main

import (
	"context"
	"runtime/debug"

	"kith/internal/dialect"
	"kith/internal/dialect/duckdb"
	"kith/internal/dialect/postgres"
	"kith/internal/modeltype"
	"kith/internal/project"
	"kith/internal/run"
	"kith/internal/siteconfig"
	"kith/internal/sqltext"
	"kith/internal/sqltext/duckparser"
	duckwarehouse "kith/internal/warehouse/duckdb"
	pgwarehouse "kith/internal/warehouse/postgres"
)

// version is set when a release is linked.
var version = ""

// leaves are the parts that know one engine or link a driver. What kith can print and open is what stands here.
func leaves() project.Leaves {
	return project.Leaves{
		Parser:   newParser,
		Dialects: []dialect.Dialect{duckdb.New(), postgres.New()},
		Warehouses: []project.Warehouse{
			{Type: "duckdb", Dialect: "duckdb", Open: openDuckDB},
			{Type: "postgres", Dialect: "postgres", Open: openPostgres},
		},
		Types:   modeltype.All(),
		Version: versionOf(),
	}
}

// cachedParser writes its cache when it is closed.
type cachedParser struct {
	*sqltext.Cache
	engine *duckparser.Parser
}

func newParser(cacheDir string) project.Parser {
	p := duckparser.New()
	return cachedParser{sqltext.NewCache(cacheDir, p), p}
}

// Close writes the cache and ends the engine.
func (c cachedParser) Close() error {
	err := c.Cache.Close()
	if e := c.engine.Close(); err == nil {
		err = e
	}
	return err
}

// Discard ends the engine and writes nothing.
func (c cachedParser) Discard() error { return c.engine.Close() }

func openDuckDB(ctx context.Context, out siteconfig.Output, opt project.Access) (run.Conn, error) {
	conn, err := duckwarehouse.Open(ctx, duckwarehouse.Config{
		Path: out.DuckDB.Path, MemoryLimit: out.DuckDB.MemoryLimit, Threads: out.DuckDB.Threads, TempDir: out.DuckDB.TempDirectory,
		ReadOnly: opt.ReadOnly, Schema: out.Schema, InternalSchema: opt.InternalSchema, ShowValues: opt.ShowValues, Holder: opt.Holder,
	})
	if err != nil {
		return nil, err // a nil *Conn in the interface would not be nil
	}
	return conn, nil
}

// spare are the connections that a run needs besides those of its steps: for its lease, the catalog, and rows being read.
const spare = 4

func openPostgres(ctx context.Context, out siteconfig.Output, opt project.Access) (run.Conn, error) {
	p := out.Postgres
	conn, err := pgwarehouse.Open(ctx, pgwarehouse.Config{
		Host: p.Host, Port: p.Port, Database: p.Database, User: p.User, Password: p.Password,
		SSLMode: p.SSLMode, SSLRootCert: p.SSLRootCert, SSLCert: p.SSLCert, SSLKey: p.SSLKey,
		ConnectTimeout: p.ConnectTimeout, StatementTimeout: p.StatementTimeout, Connections: max(opt.Concurrency, 1) + spare,
		ReadOnly: opt.ReadOnly, Schema: out.Schema, InternalSchema: opt.InternalSchema, ShowValues: opt.ShowValues, Files: files{},
	})
	if err != nil {
		return nil, err
	}
	return conn, nil
}

// files reads data files by the embedded engine, for warehouses that read none of this machine.
type files struct{}

// ReadFile opens an engine in memory for one file; closing the rows closes it.
func (files) ReadFile(ctx context.Context, path, format string) (run.Rows, error) {
	conn, err := duckwarehouse.Open(ctx, duckwarehouse.Config{})
	if err != nil {
		return nil, err
	}
	rows, err := conn.ReadFile(ctx, path, format)
	if err != nil {
		conn.Close()
		return nil, err
	}
	return fileRows{rows, conn}, nil
}

type fileRows struct {
	run.Rows
	conn run.Conn
}

// Close closes the rows and the engine that reads them.
func (r fileRows) Close() error {
	err := r.Rows.Close()
	if e := r.conn.Close(); err == nil {
		err = e
	}
	return err
}

// versionOf is the version that was linked in, else the one that the go command knows, else "dev".
func versionOf() string {
	if version != "" {
		return version
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		return info.Main.Version
	}
	return "dev"
}
