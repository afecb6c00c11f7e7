// Command solver runs the solver of identity graphs alone, on edges between integers in the embedded warehouse, as a run
// does: edges are a table, labels become one. It answers in the form of bench/reference.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
	"syscall"
	"time"

	"kith/internal/dialect"
	duckdbdialect "kith/internal/dialect/duckdb"
	"kith/internal/lower"
	"kith/internal/rel"
	"kith/internal/run"
	"kith/internal/warehouse/duckdb"
)

// answer is what was measured.
type answer struct {
	Seconds []float64 `json:"seconds"`
	CPU     []float64 `json:"cpu_seconds"`
	Rounds  int       `json:"rounds,omitempty"`
	// Joined is the number of ids that are not the least of their component. When no edge stands between two components, which
	// is an error here, solvers that agree in it agree in all.
	Joined int64 `json:"joined"`
}

func main() {
	edges := flag.String("edges", "", "parquet file of edges, columns a and b")
	database := flag.String("database", "", "database file to work in, which is not there yet")
	inSQL := flag.Bool("sql", false, "solve by contraction in SQL, not in the process")
	threads := flag.Int("threads", 2, "threads of the engine")
	memory := flag.String("memory", "8GB", "memory of the engine")
	flag.Parse()
	out, err := solve(context.Background(), *edges, duckdb.Config{Path: *database, Threads: *threads, MemoryLimit: *memory}, *inSQL)
	if err == nil {
		err = json.NewEncoder(os.Stdout).Encode(out)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "solver:", err)
		os.Exit(1)
	}
}

func solve(ctx context.Context, file string, config duckdb.Config, inSQL bool) (*answer, error) {
	conn, err := duckdb.Open(ctx, config)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	edges, labels := rel.Named(rel.Target, "edges"), rel.Named(rel.Target, "labels")
	load := &rel.Let{Out: edges, Body: &rel.Select{From: rel.Source{Rel: &rel.File{Path: file, Format: "parquet"}, Alias: "f"},
		Items: []rel.Item{{Expr: rel.C("f", "a"), As: "a"}, {Expr: rel.C("f", "b"), As: "b"}}}}
	if err := carry(ctx, conn, rel.Program{load}, func(string) {}); err != nil {
		return nil, err
	}
	key := func(column string) rel.Item {
		return rel.Item{Expr: rel.F(rel.Hash64, &rel.Cast{X: rel.C("e", column), Type: rel.Text}, rel.I(0)), As: column}
	}
	pairs := &rel.Select{From: rel.Source{Rel: &rel.Table{Object: edges}, Alias: "e"}, Items: []rel.Item{key("a"), key("b")}}
	c := &lower.Components{Rows: []rel.Rel{pairs}, Pairs: pairs, Labels: labels,
		Scratch: func(name string) rel.Object { return rel.Named(rel.Target, name) }}
	way := c.UnionFind()
	out := &answer{}
	if inSQL {
		way, out.Rounds = c.Contraction(), 2 // the first stands before the loop
	}
	began, cpu := time.Now(), cpuTime()
	err = carry(ctx, conn, way, func(text string) {
		if strings.HasPrefix(text, "contraction: round ") {
			out.Rounds++
		}
	})
	if err != nil {
		return nil, err
	}
	out.Seconds, out.CPU = []float64{time.Since(began).Seconds()}, []float64{(cpuTime() - cpu).Seconds()}
	if n, err := apart(ctx, conn, pairs); err != nil || n > 0 {
		return nil, errors.Join(err, fmt.Errorf("%d edges between two components", n))
	}
	return out, number(ctx, conn, "SELECT count(*) FROM labels", &out.Joined)
}

// apart counts the pairs whose ends have two labels.
func apart(ctx context.Context, conn run.Conn, pairs rel.Rel) (n int64, err error) {
	text, diags := duckdbdialect.New().Query(pairs, env)
	if diags.HasErrors() {
		return 0, fmt.Errorf("%v", diags)
	}
	err = number(ctx, conn, "SELECT count(*) FROM ("+text.S+`) AS e LEFT JOIN labels AS x ON x.key = e.a LEFT JOIN labels AS y ON y.key = e.b
		WHERE coalesce(x.label, e.a) <> coalesce(y.label, e.b)`, &n)
	return n, err
}

func number(ctx context.Context, conn run.Conn, query string, into *int64) error {
	rows, err := conn.Query(ctx, query)
	if err != nil {
		return err
	}
	defer rows.Close()
	if rows.Next() {
		*into, _ = rows.Values()[0].(int64)
	}
	return rows.Err()
}

var env = dialect.Env{TargetSchema: "main", InternalSchema: "main"}

func carry(ctx context.Context, conn run.Conn, p rel.Program, tell func(string)) error {
	stmts, diags := duckdbdialect.New().Print(p, env)
	if diags.HasErrors() {
		return fmt.Errorf("%v", diags)
	}
	_, err := run.Carry(ctx, conn, stmts, 0, tell)
	return err
}

// cpuTime is the time that this process has kept processors busy.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
