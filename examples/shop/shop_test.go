package shop_test

import (
	"context"
	"database/sql"
	"encoding/csv"
	"fmt"
	"math"
	"os"
	"sort"
	"strconv"
	"strings"
	"testing"
	"time"

	_ "github.com/duckdb/duckdb-go/v2"

	"kith/examples/shop/generate/oracle"
	"kith/examples/shop/generate/world"
	"kith/examples/shop/naive"
	"kith/internal/diag"
	"kith/internal/spec"
)

// built is the example built once on DuckDB, and what plain Go makes of the same world.
type built struct {
	db      *sql.DB
	project *naive.Project
	world   *world.World
	answer  *oracle.Solution
}

func build(t *testing.T) *built {
	t.Helper()
	db, err := sql.Open("duckdb", "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	db.SetMaxOpenConns(1)
	if _, err := db.Exec("set threads = 2; set TimeZone = 'UTC'"); err != nil {
		t.Fatal(err)
	}
	p, err := naive.Open(context.Background(), db, ".", "2026-06-30 00:00:00")
	if err != nil {
		t.Fatal(err)
	}
	w := world.New(world.Seed)
	return &built{db: db, project: p, world: w, answer: oracle.Solve(w.Tables(), world.End)}
}

// TestProjectOnDuckDB runs every select, where, id, filter and SQL model of the project on the data, in the slow builder,
// and compares graph, features and cohorts with the plain Go answers for everybody.
func TestProjectOnDuckDB(t *testing.T) {
	b := build(t)
	t.Run("graphs", b.graphs)
	t.Run("user features", func(t *testing.T) { b.features(t, "user", "user_main_id") })
	t.Run("account features", func(t *testing.T) { b.features(t, "account", "account_key") })
	t.Run("cohorts", b.cohorts)
	t.Run("everything else", b.rest)
	t.Run("feature counts", b.kinds)
}

func (b *built) graphs(t *testing.T) {
	for _, x := range []struct{ entity, graph, main string }{{"user", "user_graph", "user_main_id"}, {"account", "account_graph", "account_key"}} {
		table, err := b.project.Object("models/" + x.graph)
		if err != nil {
			t.Fatal(err)
		}
		got := map[world.Identity]string{}
		rows, err := b.db.Query(fmt.Sprintf("select other_id_type, other_id, %s from %s", x.main, table))
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			var id world.Identity
			var main string
			if err := rows.Scan(&id.Type, &id.Value, &main); err != nil {
				t.Fatal(err)
			}
			got[id] = main
		}
		want := 0
		for _, c := range b.answer.Graph(x.entity).Clusters {
			for _, id := range c.IDs {
				want++
				if got[id] != c.MainID {
					t.Errorf("%s: main id of %v is %q, want %q", x.graph, id, got[id], c.MainID)
				}
			}
		}
		if len(got) != want {
			t.Errorf("%s has %d nodes, want %d", x.graph, len(got), want)
		}
	}
}

// features compares every feature that the oracle knows, for everybody.
func (b *built) features(t *testing.T, entity, main string) {
	table, err := b.project.Object(entity + "/all/var_table")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range b.answer.Features(entity) {
		rows, err := b.db.Query(fmt.Sprintf("select %s, %s from %s", main, name, table))
		if err != nil {
			t.Fatal(err)
		}
		n, wrong := 0, 0
		for rows.Next() {
			var id string
			var got any
			if err := rows.Scan(&id, &got); err != nil {
				t.Fatal(err)
			}
			n++
			if want := b.answer.Value(name, id); !same(got, want) {
				if wrong++; wrong <= 3 {
					t.Errorf("%s of %s is %v, want %v", name, id, got, want)
				}
			}
		}
		if want := len(b.answer.Graph(entity).Clusters); n != want || wrong > 3 {
			t.Errorf("%s: %d rows, want %d; %d wrong", name, n, want, wrong)
		}
	}
}

// same compares a value that DuckDB gave with one of the oracle's.
func same(got, want any) bool {
	switch w := want.(type) {
	case nil:
		return got == nil
	case []string:
		list, ok := got.([]any)
		if !ok || len(list) != len(w) {
			return false
		}
		var s []string
		for _, x := range list {
			s = append(s, fmt.Sprint(x))
		}
		sort.Strings(s)
		return strings.Join(s, "\x00") == strings.Join(w, "\x00")
	case world.Time:
		g, ok := got.(time.Time)
		return ok && g.UnixMilli() == int64(w)
	case float64:
		g, err := strconv.ParseFloat(fmt.Sprint(got), 64)
		return err == nil && math.Abs(g-w) <= 1e-6*max(1, math.Abs(w))
	default:
		return fmt.Sprint(got) == fmt.Sprint(want)
	}
}

func (b *built) cohorts(t *testing.T) {
	for _, name := range b.project.Models("entity_cohort") {
		vars, err := b.project.Vars(name)
		if err != nil {
			t.Fatal(err)
		}
		if len(vars) == 0 {
			t.Errorf("cohort %s has no features", name)
		}
		rows, err := b.db.Query("select user_main_id from vars_of_" + name + " order by 1")
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for rows.Next() {
			var id string
			if err := rows.Scan(&id); err != nil {
				t.Fatal(err)
			}
			got = append(got, id)
		}
		if want := b.answer.Cohort(name); strings.Join(got, " ") != strings.Join(want, " ") {
			t.Errorf("cohort %s has %d members, want %d", name, len(got), len(want))
		}
	}
	b.one(t, `select min("var:discount_percent") || '-' || max("var:discount_percent") from vars_of_vips`, "15-15")
	b.one(t, `select min("var:discount_percent") || '-' || max("var:discount_percent") from vars_of_user`, "5-5")
	b.one(t, `select count(*) from vars_of_vips where abs("var:vip_discount_given_eur" - "var:revenue_eur" * 0.15) < 1e-9`, fmt.Sprint(len(b.answer.Cohort("vips"))))
}

// rest builds the models that no feature needed.
func (b *built) rest(t *testing.T) {
	for _, typ := range []string{"sql_template", "feature_table_model"} {
		for _, name := range b.project.Models(typ) {
			table, err := b.project.Object("models/" + name)
			if err != nil {
				t.Fatal(err)
			}
			var n int
			if err := b.db.QueryRow("select count(*) from " + table).Scan(&n); err != nil || n == 0 {
				t.Errorf("%s: %d rows, %v", name, n, err)
			}
		}
	}
	b.one(t, "select count(*) - count(distinct user_main_id) from user_segments", "0")
	b.one(t, "select count(*) from kiosk_devices where length(anonymous_id) = 36", "3")
	b.one(t, "select count(*) from role_mailboxes", "3")
}

// kinds keeps the example from shrinking: every feature has a value for somebody, and varies unless it is a constant.
func (b *built) kinds(t *testing.T) {
	constant := map[string]bool{"discount_percent": true, "steward": true}
	for _, entity := range []string{"user", "account"} {
		names, err := b.project.Vars(entity)
		if err != nil {
			t.Fatal(err)
		}
		if entity == "user" && len(names) < 45 {
			t.Errorf("%d vars of users", len(names))
		}
		for _, name := range names {
			var distinct int
			if err := b.db.QueryRow(fmt.Sprintf(`select count(distinct "var:%s") from vars_of_%s`, name, entity)).Scan(&distinct); err != nil {
				t.Fatal(err)
			}
			if distinct < 2 != constant[name] {
				t.Errorf("%s has %d values", name, distinct)
			}
		}
	}
}

func (b *built) one(t *testing.T, query, want string) {
	t.Helper()
	var got string
	if err := b.db.QueryRow(query).Scan(&got); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	if got != want {
		t.Errorf("%s gives %s, want %s", query, got, want)
	}
}

// TestLoads reads the project as kith does. The one warning it may give is for the older name that the example shows.
func TestLoads(t *testing.T) {
	_, list, err := spec.Load(".")
	if err != nil {
		t.Fatal(err)
	}
	warnings := 0
	for _, d := range list {
		switch d.Severity {
		case diag.Error:
			t.Errorf("%s: %s", d.Code, d.Message)
		case diag.Warning:
			warnings++
		}
	}
	if warnings != 1 {
		t.Errorf("%d warnings, want 1", warnings)
	}
}

// TestQuality reads the published figures: linking by shared devices costs some precision, devices nobody logs in on cost
// some recall, and neither may be perfect, or the example would show nothing.
func TestQuality(t *testing.T) {
	f, err := os.Open("expected/clusters.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range lines[1:] {
		for i, name := range []string{"precision", "recall"} {
			v, err := strconv.ParseFloat(line[4+i], 64)
			if err != nil || v <= 0.95 || v >= 1 {
				t.Errorf("%s of %s is %s, want more than 0.95 and less than 1", name, line[0], line[4+i])
			}
		}
	}
}
