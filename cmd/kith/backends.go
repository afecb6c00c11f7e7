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
