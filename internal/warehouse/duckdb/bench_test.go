package duckdb

import (
	"context"
	"path/filepath"
	"strconv"
	"testing"

	"kith/internal/kernel"
	"kith/internal/rel"
	"kith/internal/run"
)

const benchRows = 10_000_000

// benchEdges makes a table of edges between hashes, in a file.
func benchEdges(b *testing.B) *Conn {
	c := open(b, Config{Path: filepath.Join(b.TempDir(), "w.duckdb"), Threads: 2})
	exec(b, c, `CREATE TABLE e AS SELECT (hash(n) >> 1)::BIGINT a, (hash(CASE WHEN n % 5 = 0 THEN n ELSE greatest(0, n - 1 - k) END) >> 1)::BIGINT b
		FROM (SELECT (hash(range + 77) % 7500000)::BIGINT n, (hash(range + 99) % 4)::BIGINT k FROM range(10000000))`)
	return c
}

func BenchmarkReadInts(b *testing.B) {
	c := benchEdges(b)
	for b.Loop() {
		rows, sum := 0, int64(0)
		err := c.ReadInts(context.Background(), "SELECT a, b FROM e", func(batch run.IntBatch) error {
			rows += batch.Len()
			for _, x := range batch.Cols[0] {
				sum += x
			}
			return nil
		})
		if err != nil || rows != benchRows {
			b.Fatal(rows, err)
		}
	}
	b.ReportMetric(float64(b.N)*benchRows/b.Elapsed().Seconds()/1e6, "Mrows/s")
}

// BenchmarkQuery reads the same rows as values, for comparison.
func BenchmarkQuery(b *testing.B) {
	c := benchEdges(b)
	for b.Loop() {
		r, err := c.Query(context.Background(), "SELECT a, b FROM e")
		if err != nil {
			b.Fatal(err)
		}
		rows := 0
		for r.Next() {
			r.Values()
			rows++
		}
		if r.Close(); rows != benchRows {
			b.Fatal(rows, r.Err())
		}
	}
	b.ReportMetric(float64(b.N)*benchRows/b.Elapsed().Seconds()/1e6, "Mrows/s")
}

func BenchmarkWriteInts(b *testing.B) {
	c := benchEdges(b)
	cols := [][]int64{make([]int64, 1<<14), make([]int64, 1<<14)}
	for b.Loop() {
		exec(b, c, "CREATE OR REPLACE TABLE w (node BIGINT, label BIGINT)")
		left, seed := benchRows, int64(1)
		err := c.WriteInts(context.Background(), object("w"), "w", func() (run.IntBatch, error) {
			n := min(left, len(cols[0]))
			left -= n
			for i := range n {
				seed += 0x1E3779B97F4A7C15
				cols[0][i], cols[1][i] = seed, seed
			}
			return run.IntBatch{Cols: [][]int64{cols[0][:n], cols[1][:n]}}, nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)*benchRows/b.Elapsed().Seconds()/1e6, "Mrows/s")
}

// BenchmarkComponents is a whole solve: edges out, components, labels back.
func BenchmarkComponents(b *testing.B) {
	c := benchEdges(b)
	for b.Loop() {
		exec(b, c, "CREATE OR REPLACE TABLE w (node BIGINT, label BIGINT)")
		if _, err := components(c, "SELECT a, b FROM e", "w"); err != nil {
			b.Fatal(err)
		}
	}
}

// components runs the kernel of that name over a query and writes its rows to a table.
func components(c *Conn, query, table string) (int64, error) {
	ctx := context.Background()
	source := func(ctx context.Context, fn func(kernel.Batch) error) error {
		return c.ReadInts(ctx, query, func(b run.IntBatch) error { return fn(kernel.Batch(b)) })
	}
	result, err := kernel.Run(ctx, "components", []kernel.Source{source}, kernel.Options{})
	if err != nil {
		return 0, err
	}
	next := func() (run.IntBatch, error) {
		b, err := result.Next()
		return run.IntBatch(b), err
	}
	return result.Rows, c.WriteInts(ctx, rel.Object{Parts: []rel.Ident{{Name: table}}}, table, next)
}

// TestComponentsThroughTheWarehouse compares the kernel with the engine's own recursive solution on a small graph.
func TestComponentsThroughTheWarehouse(t *testing.T) {
	c := open(t, Config{Threads: 2})
	exec(t, c, "CREATE TABLE e AS SELECT (hash(range % 700) >> 1)::BIGINT a, CASE WHEN range % 11 = 0 THEN NULL ELSE (hash((range * 7919) % 1500) >> 1)::BIGINT END b FROM range(900)")
	exec(t, c, "CREATE TABLE w (node BIGINT, label BIGINT)")
	n, err := components(c, "SELECT a, b FROM e", "w")
	if err != nil {
		t.Fatal(err)
	}
	got := showQuery(c, `
		WITH RECURSIVE s AS (SELECT a, b FROM e WHERE b IS NOT NULL UNION SELECT b, a FROM e WHERE b IS NOT NULL UNION SELECT a, a FROM e),
		r AS (SELECT a AS node, a AS label FROM s UNION SELECT s.b, r.label FROM r JOIN s ON s.a = r.node),
		m AS (SELECT node, min(label) AS label FROM r GROUP BY node)
		SELECT count(*) AS nodes, count(*) FILTER (m.label IS DISTINCT FROM w.label) AS wrong, count(DISTINCT w.label) > 10 AS many FROM m FULL JOIN w USING (node)`)
	want := "nodes BIGINT; wrong BIGINT; many BOOLEAN; \nint64 " + strconv.FormatInt(n, 10) + " | int64 0 | bool true\n"
	if got != want {
		t.Errorf("got %s want %s", got, want)
	}
}
