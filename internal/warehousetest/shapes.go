package warehousetest

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"kith/internal/lower"
	"kith/internal/rel"
	"kith/internal/run"
)

const shapeProject = `name: graph
schema_version: 98
connection: test
model_folders: [models]
entities:
  - {name: user, id_stitcher: models/user_graph, id_types: [id]}
id_types:
  - name: id
`

const shapeModels = `inputs:
  - name: rows
    app_defaults:
      table: shape
      ids:
        - {select: a, type: id, entity: user}
        - {select: b, type: id, entity: user}
models:
  - name: user_graph
    model_type: id_stitcher
    model_spec: {entity_key: user, edge_sources: [{from: inputs/rows}]}
`

// shape is a graph that breaks naive algorithms: the select that makes its rows (a, b), and what is known of it by construction.
type shape struct {
	name, rows    string
	ids, clusters int
}

func series(n int) string {
	return fmt.Sprintf("(SELECT i FROM generate_series(0, %d) AS g(i)) AS g", n-1)
}

// shapesOf are the graphs; shared is how many rows one of them shares an id on.
func shapesOf(shared int) []shape {
	const n = 100_000
	text := func(x string) string { return "CAST(" + x + " AS VARCHAR)" }
	return []shape{
		{"chain", "SELECT " + text("1000000 + i") + " AS a, " + text("1000001 + i") + " AS b FROM " + series(n), n + 1, 1},
		// 7919 has no divisor in common with the prime 100003, so that this visits all numbers in wild order.
		{"shuffled chain", "SELECT " + text("i * 7919 % 100003") + " AS a, " + text("(i + 1) * 7919 % 100003") + " AS b FROM " + series(100_002), 100_003, 1},
		{"star", "SELECT 'hub' AS a, " + text("i") + " AS b FROM " + series(n), n + 1, 1},
		{"giant", "SELECT " + text("i % 50021") + " AS a, " + text("(i * 1 + CASE WHEN i < 50021 THEN 7919 ELSE 104 END) % 50021") + " AS b FROM " + series(2*50021), 50_021, 1},
		// Five hundred cliques of twenty, apart, and with a bridge from each to the next.
		{"cliques", cliques(500, text), 10_000, 500},
		{"cliques with bridges", cliques(500, text) + " UNION ALL SELECT " + text("i * 20") + ", " + text("i * 20 + 20") + " FROM " + series(499), 10_000, 1},
		{"shared by many rows", "SELECT 'shared' AS a, " + text("i % 5000") + " AS b FROM " + series(shared), 5001, 1},
		{"empty", "SELECT 'x' AS a, 'y' AS b FROM " + series(1) + " WHERE i > 0", 0, 0},
		{"one", "SELECT 'x' AS a, CAST(NULL AS VARCHAR) AS b FROM " + series(1), 1, 1},
		{"one twice", "SELECT 'x' AS a, 'x' AS b FROM " + series(1), 1, 1},
		// A letter with an accent and the letter with one behind it are two ids, as are upper and lower case.
		{"unicode", "SELECT a, b FROM (VALUES ('é', 'e\u0301'), ('É', '日本語'), ('👩‍👩‍👧', '👩'), ('ß', 'SS'), ('👩', 'ss')) AS v(a, b)", 9, 4},
		// Ids of a hundred thousand letters that differ in the last, in pairs.
		{"long", "SELECT repeat('x', 100000) || " + text("i % 10") + " AS a, repeat('x', 100000) || " + text("i % 10 + 10") + " AS b FROM " + series(30), 20, 10},
	}
}

func cliques(n int, text func(string) string) string {
	return fmt.Sprintf("SELECT %s AS a, %s AS b FROM %s CROSS JOIN (SELECT i AS x FROM generate_series(0, 19) AS g(i)) AS x CROSS JOIN (SELECT i AS y FROM generate_series(0, 19) AS g(i)) AS y WHERE x < y",
		text("i * 20 + x"), text("i * 20 + y"), series(n))
}

// Shapes runs graphs that break naive algorithms through the whole program, in the process and in SQL. One has an id shared by so
// many rows.
func Shapes(t *testing.T, e Engine, shared int) {
	for _, sh := range shapesOf(shared) {
		t.Run(sh.name, func(t *testing.T) { sh.check(t, e, byRule) })
		t.Run(sh.name+" in SQL", func(t *testing.T) { sh.check(t, e, inSQL) })
	}
}

func (sh shape) check(t *testing.T, e Engine, how solver) {
	s := newSession(t, e, &testCase{init: []string{"CREATE TABLE main.shape AS " + sh.rows}, files: []txtar.File{
		{Name: "pb_project.yaml", Data: []byte(shapeProject)}, {Name: filepath.Join("models", "all.yaml"), Data: []byte(shapeModels)}}}, how)
	diags, _, err := s.carryOut(runOptions{end: defaultEnd})
	if err != nil || diags.HasErrors() {
		t.Fatal(err, diags)
	}
	got, err := s.query(&block{verb: "query", lines: []string{"query select count(distinct other_id) as ids, count(*) as n, count(distinct user_main_id) as clusters from user_graph"}})
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"ids | n | clusters", fmt.Sprintf("%d | %d | %d", sh.ids, sh.ids, sh.clusters)}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if how == inSQL && sh.ids > 0 && !slices.Contains(s.choices, "contraction in SQL") {
		t.Errorf("the graph was not solved in SQL: %v", s.choices)
	}
}

// Rest solves chains in wild order by contraction that leaves its rest to the process, and to the end, and counts components.
func Rest(t *testing.T, e Engine) {
	conn := e.Open(t)
	d := e.Leaves.Dialect(e.Dialect)
	in := func(name string) rel.Object { return rel.Named(rel.Internal, name) }
	carry := func(p rel.Program) string {
		stmts, diags := d.Print(p, e.Env)
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		choice, err := run.Carry(context.Background(), conn, stmts, 0, func(string) {})
		if err != nil {
			t.Fatal(err)
		}
		return choice
	}
	// Ten chains of 1009 ids: 57 has no divisor in common with 1009.
	_, err := conn.Exec(context.Background(), "CREATE TABLE main.steps AS SELECT CAST(c * 10000 + i * 57 % 1009 AS BIGINT) AS a, CAST(c * 10000 + (i + 1) * 57 % 1009 AS BIGINT) AS b FROM "+
		series(1008)+" CROSS JOIN (SELECT i AS c FROM generate_series(0, 9) AS g(i)) AS c")
	if err != nil {
		t.Fatal(err)
	}
	pairs := &rel.Select{From: rel.Source{Rel: &rel.Table{Object: rel.Named(rel.Target, "steps")}, Alias: "s"},
		Items: []rel.Item{{Expr: rel.C("s", "a"), As: "a"}, {Expr: rel.C("s", "b"), As: "b"}}}
	for _, c := range []struct {
		inProcess int64
		want      string
	}{{0, ""}, {4000, "its rest in the process"}, {100_000, "its rest in the process"}} {
		choice := carry((&lower.Components{Rows: []rel.Rel{pairs}, Pairs: pairs, Labels: in("labels"), Scratch: in, InProcess: c.inProcess}).Contraction())
		if choice != c.want {
			t.Errorf("with room for %d keys: chosen %q, want %q", c.inProcess, choice, c.want)
		}
		q, diags := d.Query(&rel.Select{From: rel.Source{Rel: &rel.Table{Object: in("labels")}, Alias: "l"}, Items: []rel.Item{
			{Expr: &rel.Agg{Fn: rel.CountStar}, As: "n"},
			{Expr: &rel.Agg{Fn: rel.Count, Args: []rel.Expr{rel.C("l", "label")}, Distinct: true}, As: "labels"},
			{Expr: &rel.Cast{X: &rel.Agg{Fn: rel.Sum, Args: []rel.Expr{rel.C("l", "label")}}, Type: rel.BigInt}, As: "sum"}}}, e.Env)
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		rows, err := conn.Query(context.Background(), q.S)
		if err != nil {
			t.Fatal(err)
		}
		// 1008 ids of each chain have the least one, 10000 times the number of the chain.
		if !rows.Next() || !slices.Equal(rows.Values(), []any{int64(10080), int64(10), int64(1008 * 10000 * 45)}) {
			t.Errorf("with room for %d keys: %v", c.inProcess, rows.Values())
		}
		rows.Close()
	}
}
