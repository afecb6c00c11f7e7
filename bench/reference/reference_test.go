package main

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestComponents holds the union-find against spreading the least node over rows until nothing changes.
func TestComponents(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 30).Draw(t, "nodes")
		var ids []int32
		for range rapid.IntRange(0, 20).Draw(t, "rows") {
			ids = append(ids, rapid.SliceOfN(rapid.Int32Range(-1, int32(n-1)), 3, 3).Draw(t, "row")...)
		}
		want := make([]int32, n)
		for i := range want {
			want[i] = int32(i)
		}
		for changed := true; changed; {
			changed = false
			for i := 0; i < len(ids); i += 3 {
				least := int32(n)
				for _, id := range ids[i : i+3] {
					if id >= 0 {
						least = min(least, want[id])
					}
				}
				for _, id := range ids[i : i+3] {
					if id >= 0 && want[id] > least {
						want[id], changed = least, true
					}
				}
			}
		}
		if got := components(ids, n); !slices.Equal(got, want) {
			t.Fatalf("rows %v of %d nodes: got %v, want %v", ids, n, got, want)
		}
	})
}

const few = 3000 // events

// small makes data of a small size and the settings to read it.
func small(t *testing.T) settings {
	t.Helper()
	dir := t.TempDir()
	s := settings{events: few, dir: filepath.Join(dir, "data"), database: filepath.Join(dir, "reference.duckdb"),
		warehouse: filepath.Join(dir, "warehouse.duckdb"), threads: 2, memory: "1GB"}
	if _, err := data(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestDataIsTheSameEachTime(t *testing.T) {
	sums := func(s settings) map[string]string {
		out := map[string]string{}
		for _, name := range []string{"events.parquet", "logins.parquet", "nodes.parquet", rowsFile} {
			b, err := os.ReadFile(filepath.Join(s.dir, name))
			if err != nil {
				t.Fatal(err)
			}
			out[name] = fmt.Sprintf("%x", sha256.Sum256(b))
		}
		return out
	}
	one, two := sums(small(t)), sums(small(t))
	for name := range one {
		if one[name] != two[name] {
			t.Errorf("%s differs between two runs of the generator", name)
		}
	}
}

// TestDataHoldsWhatTheReferencesRelyOn: the SQL by hand takes no id for empty and no two events for simultaneous.
func TestDataHoldsWhatTheReferencesRelyOn(t *testing.T) {
	s := small(t)
	db := engine(t, s)
	var rows, times, empty, late, persons int64
	err := db.QueryRow(s.fill(`SELECT count(*), count(DISTINCT "timestamp"), count(*) FILTER (anonymous_id = '' OR user_id = '' OR email = '' OR page IS NULL),
		count(*) FILTER ("timestamp" > TIMESTAMP '2026-01-01'), count(DISTINCT anonymous_id) FROM ':dir/events.parquet'`)).Scan(&rows, &times, &empty, &late, &persons)
	if err != nil {
		t.Fatal(err)
	}
	if rows != few || times != few || empty != 0 || late != 0 || persons < few/20 {
		t.Errorf("%d rows at %d times, %d empty, %d late, %d devices", rows, times, empty, late, persons)
	}
}

func TestRowsAreTheIdsOfTheFiles(t *testing.T) {
	s := small(t)
	ids, n, err := readRows(filepath.Join(s.dir, rowsFile))
	if err != nil {
		t.Fatal(err)
	}
	var rows, nodes, accounts int64
	err = engine(t, s).QueryRow(s.fill(`SELECT (SELECT count(*) FROM ':dir/events.parquet') + (SELECT count(*) FROM ':dir/logins.parquet'),
		(SELECT count(*) FROM ':dir/nodes.parquet'), (SELECT count(user_id) FROM ':dir/events.parquet') + (SELECT count(user_id) FROM ':dir/logins.parquet')`)).Scan(&rows, &nodes, &accounts)
	if err != nil {
		t.Fatal(err)
	}
	given := int64(0)
	for i := 0; i < len(ids); i += 3 {
		if ids[i] >= 0 {
			given++
		}
	}
	if int64(len(ids)) != 3*rows || int64(n) != nodes || given != accounts {
		t.Errorf("%d numbers of %d nodes, %d accounts; the files have %d rows, %d ids, %d accounts", len(ids), n, given, rows, nodes, accounts)
	}
}

func engine(t *testing.T, s settings) *sql.DB {
	t.Helper()
	db, err := s.open(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// warehouse makes what kith would: the graph from the components, and the var table of a reference.
func warehouse(t *testing.T, s settings) {
	t.Helper()
	db := engine(t, s)
	if err := s.loadLabels(t.Context(), db); err != nil {
		t.Fatal(err)
	}
	must(t, s, db, `
		ATTACH ':warehouse' AS kith;
		CREATE TABLE kith.user_graph AS SELECT n.id AS other_id, n.id_type AS other_id_type, 'rid' || l.label AS user_main_id
			FROM ':dir/nodes.parquet' AS n JOIN labels AS l USING (node);
		DETACH kith;
		`)
	reference(t, s, fused)
	must(t, s, db, `
		ATTACH ':warehouse' AS kith;
		ATTACH ':database' AS reference (READ_ONLY);
		CREATE TABLE kith.user_var_table AS FROM reference.user_var_table;
		DETACH reference;
		DETACH kith;
		`)
}

func must(t *testing.T, s settings, db *sql.DB, text string) {
	t.Helper()
	if err := s.script(t.Context(), db, text); err != nil {
		t.Fatal(err)
	}
}

func reference(t *testing.T, s settings, run func(context.Context, settings) (any, error)) {
	t.Helper()
	out, err := run(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	if c := out.(cost); c.Rows < few/20 {
		t.Errorf("%d profiles of %d events", c.Rows, few)
	}
}

func TestReferencesAgree(t *testing.T) {
	s := small(t)
	warehouse(t, s)
	stable := s
	stable.stable = true
	for name, run := range map[string]func(){
		"fused":  func() { reference(t, s, fused) },
		"stable": func() { reference(t, stable, fused) },
		"each":   func() { reference(t, s, each) },
	} {
		run()
		out, err := compare(t.Context(), s)
		if err != nil {
			t.Fatal(err)
		}
		if c := out.(*compared); len(c.Differences) > 0 || c.Columns != int64(len(alone)+len(derived)) || c.Nodes == 0 || c.Clusters == 0 || c.Clusters >= c.Nodes {
			t.Errorf("%s: %+v", name, c)
		}
	}
}

func TestStableSettlesEveryTie(t *testing.T) {
	text := stable(fusedSQL)
	if strings.Contains(text, `, "timestamp")`) {
		t.Error("an order by the time alone is left")
	}
	for _, want := range []string{
		`arg_min(page, ("timestamp", page)) AS first_page`,
		`arg_max({page: page, os: os, browser: browser}, ("timestamp", {page: page, os: os, browser: browser})) AS last,`,
		`arg_max(amount, ("timestamp", amount)) FILTER (event = 'order_completed') AS last_order_amount`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s", want)
		}
	}
}

// TestCompareFindsDifferences changes one thing at a time.
func TestCompareFindsDifferences(t *testing.T) {
	s := small(t)
	warehouse(t, s)
	for _, c := range []struct{ change, undo, want string }{
		{"UPDATE kith.user_var_table SET n_events = n_events + 1 WHERE user_main_id = (SELECT min(user_main_id) FROM kith.user_var_table)",
			"UPDATE kith.user_var_table SET n_events = n_events - 1 WHERE user_main_id = (SELECT min(user_main_id) FROM kith.user_var_table)",
			"1 profiles differ in n_events"},
		{"UPDATE kith.user_var_table SET revenue = revenue * (1 + 1e-6) WHERE revenue = (SELECT max(revenue) FROM kith.user_var_table)",
			"UPDATE kith.user_var_table SET revenue = revenue / (1 + 1e-6) WHERE revenue = (SELECT max(revenue) FROM kith.user_var_table)",
			"1 profiles differ in revenue"},
		{"INSERT INTO kith.user_var_table (user_main_id) VALUES ('nobody')", "DELETE FROM kith.user_var_table WHERE user_main_id = 'nobody'", "are in one table only"},
		{"UPDATE kith.user_graph SET other_id = 'x' WHERE other_id = (SELECT min(other_id) FROM kith.user_graph WHERE other_id_type = 'email')", "", "are in one graph only"},
		{"UPDATE kith.user_graph SET user_main_id = (SELECT max(user_main_id) FROM kith.user_graph) WHERE user_main_id = (SELECT min(user_main_id) FROM kith.user_graph)", "", "clusters of kith"},
	} {
		alter(t, s, c.change)
		out, err := compare(t.Context(), s)
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(out.(*compared).Differences, "\n"); !strings.Contains(got, c.want) {
			t.Errorf("%s\nfinds %q, want %q", c.change, got, c.want)
		}
		if c.undo != "" {
			alter(t, s, c.undo)
		}
	}
}

func alter(t *testing.T, s settings, q string) {
	t.Helper()
	must(t, s, engine(t, s), "ATTACH ':warehouse' AS kith;\n"+q+";\nDETACH kith;\n")
}
