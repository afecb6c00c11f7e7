package shop_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"kith/examples/shop/generate/oracle"
	"kith/examples/shop/generate/world"
	"kith/internal/diag"
	"kith/internal/dialect"
	"kith/internal/dialect/duckdb"
	"kith/internal/modeltype"
	"kith/internal/project"
	"kith/internal/run"
	"kith/internal/sqltext/duckparser"
	warehouse "kith/internal/warehouse/duckdb"
)

// product is a copy of the example, and the warehouse that kith fills from it.
type product struct {
	folder string
	conn   *warehouse.Conn
	end    time.Time
}

// open copies the example to a folder of its own, so that tests may change its data.
func open(t *testing.T) *product {
	t.Helper()
	p := &product{folder: t.TempDir(), end: time.UnixMilli(int64(world.End)).UTC()}
	for _, part := range []string{"pb_project.yaml", "models", "data"} {
		copyTo(t, part, filepath.Join(p.folder, part))
	}
	return p
}

func copyTo(t *testing.T, from, to string) {
	t.Helper()
	info, err := os.Stat(from)
	if err != nil {
		t.Fatal(err)
	}
	if info.IsDir() {
		err = os.CopyFS(to, os.DirFS(from))
	} else {
		var data []byte
		if data, err = os.ReadFile(from); err == nil {
			err = os.WriteFile(to, data, 0o644)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
}

// run takes the project from its files to published views, as the command does, and fails the test on any error.
func (p *product) run(t *testing.T) *run.Outcome {
	t.Helper()
	ctx := context.Background()
	if p.conn == nil {
		conn, err := warehouse.Open(ctx, warehouse.Config{Path: filepath.Join(p.folder, "warehouse.duckdb"), Threads: 2})
		if err != nil {
			t.Fatal(err)
		}
		p.conn = conn
		t.Cleanup(func() { conn.Close() })
	}
	loaded, list, err := project.Load(context.Background(), p.folder, project.Leaves{
		Parser:   func(string) project.Parser { return duckparser.New() },
		Dialects: []dialect.Dialect{duckdb.New()},
		Types:    modeltype.All(),
		Version:  "test",
	})
	if err != nil || loaded == nil {
		t.Fatal(err, list)
	}
	const memory = 256 << 20
	s := project.Settings{Dialect: "duckdb", Written: "duckdb", Env: dialect.Env{TargetSchema: "main", InternalSchema: "main_kith"},
		Target: "dev", EndTime: p.end, KernelMemory: memory, Catalog: p.conn}
	reg := &run.Registry{Conn: p.conn, Dialect: duckdb.New(), Env: s.Env, Target: s.Target, Version: "test"}
	if err := reg.Open(ctx); err != nil {
		t.Fatal(err)
	}
	if s.SeqNo, err = reg.Sequence(ctx, s.BeginTime, s.EndTime); err != nil {
		t.Fatal(err)
	}
	known, err := reg.Known(ctx)
	if err != nil {
		t.Fatal(err)
	}
	compiled, more, err := loaded.Compile(s, known)
	list.Add(more)
	if err != nil || compiled == nil {
		t.Fatal(err, rendered(list))
	}
	out, err := run.Run(ctx, reg, compiled.Plan, run.Options{Project: "fernwick_shop", Concurrency: 2, KernelMemory: memory})
	if err != nil || len(out.Failures) > 0 {
		t.Fatal(err, rendered(out.Failures))
	}
	return out
}

func rendered(list diag.List) string {
	var b strings.Builder
	diag.Render(&b, list, false)
	return b.String()
}

// query returns all rows of a query.
func (p *product) query(t *testing.T, sql string) (columns []string, out [][]any) {
	t.Helper()
	rows, err := p.conn.Query(context.Background(), sql)
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	defer rows.Close()
	for _, c := range rows.Columns() {
		columns = append(columns, c.Name)
	}
	for rows.Next() {
		out = append(out, slices.Clone(rows.Values()))
	}
	if err := rows.Err(); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return columns, out
}

// TestProduct runs kith on the example and compares what it publishes with the plain Go answers, for every id, person,
// company, feature and cohort.
func TestProduct(t *testing.T) {
	p := open(t)
	p.run(t)
	w := world.New(world.Seed)
	answer := oracle.Solve(w.Tables(), world.End)
	t.Run("main ids", func(t *testing.T) {
		for _, x := range []struct{ entity, view, main string }{{"user", "user_graph", "user_main_id"}, {"account", "account_graph", "account_key"}} {
			graph := p.graph(t, x.view, x.main)
			sameGraph(t, x.view, graph, mainIDs(answer.Graph(x.entity)))
			q := quality(graph, w.Person)
			t.Logf("%s: %d ids in %d profiles, precision %.4f, recall %.4f", x.entity, len(graph), distinct(graph), q.Precision(), q.Recall())
			if q != answer.Graph(x.entity).Quality(w.Person) {
				t.Errorf("%s: quality %+v", x.entity, q)
			}
		}
	})
	t.Run("views by main id", func(t *testing.T) {
		p.byMainID(t, answer, "user", "user_var_table", "user_main_id", nil)
		p.byMainID(t, answer, "user", "user_feature_view", "user_main_id", nil)
		p.byMainID(t, answer, "account", "account_var_table", "account_key", nil)
		p.byMainID(t, answer, "account", "account_360", "account_key", nil)
		for _, c := range oracle.Cohorts {
			view := map[string]string{"vips": "vip_profiles"}[c]
			if view == "" {
				view = c + "_feature_view"
			}
			p.byMainID(t, answer, "user", view, "user_main_id", answer.Cohort(c))
		}
	})
	t.Run("views by another id", func(t *testing.T) {
		p.byOtherID(t, answer, "user", "users_by_email", "email", nil)
		p.byOtherID(t, answer, "user", "user_feature_view_with_user_id", "user_id", nil)
		p.byOtherID(t, answer, "account", "accounts_by_domain", "domain", nil)
		p.byOtherID(t, answer, "user", "vips_by_email", "email", answer.Cohort("vips"))
	})
	t.Run("cohort members", func(t *testing.T) {
		for _, name := range oracle.Cohorts {
			_, rows := p.query(t, "select user_main_id from user_"+name+" order by 1")
			var got []string
			for _, r := range rows {
				got = append(got, fmt.Sprint(r[0]))
			}
			if want := answer.Cohort(name); !slices.Equal(got, want) {
				t.Errorf("%s has %d members, want %d", name, len(got), len(want))
			}
		}
	})
}

// graph reads a published graph: the main id of every id.
func (p *product) graph(t *testing.T, view, main string) map[world.Identity]string {
	t.Helper()
	_, rows := p.query(t, fmt.Sprintf("select other_id_type, other_id, %s from %s", main, view))
	out := map[world.Identity]string{}
	for _, r := range rows {
		id := world.Identity{Type: r[0].(string), Value: r[1].(string)}
		if _, twice := out[id]; twice {
			t.Errorf("%s lists %v twice", view, id)
		}
		out[id] = r[2].(string)
	}
	return out
}

func mainIDs(g *oracle.Graph) map[world.Identity]string {
	out := map[world.Identity]string{}
	for _, c := range g.Clusters {
		for _, id := range c.IDs {
			out[id] = c.MainID
		}
	}
	return out
}

func sameGraph(t *testing.T, view string, got, want map[world.Identity]string) {
	t.Helper()
	wrong := 0
	for id, main := range want {
		if got[id] != main {
			if wrong++; wrong <= 3 {
				t.Errorf("%s: main id of %v is %q, want %q", view, id, got[id], main)
			}
		}
	}
	if len(got) != len(want) || wrong > 3 {
		t.Errorf("%s: %d ids, want %d; %d wrong", view, len(got), len(want), wrong)
	}
}

func distinct(graph map[world.Identity]string) int {
	mains := map[string]bool{}
	for _, m := range graph {
		mains[m] = true
	}
	return len(mains)
}

// quality judges a published graph by whose each id really is.
func quality(graph map[world.Identity]string, whose func(world.Identity) (string, bool)) oracle.Quality {
	byMain := map[string]*oracle.Cluster{}
	g := &oracle.Graph{}
	for id, m := range graph {
		if byMain[m] == nil {
			byMain[m] = &oracle.Cluster{MainID: m}
		}
		byMain[m].IDs = append(byMain[m].IDs, id)
	}
	for _, c := range byMain {
		g.Clusters = append(g.Clusters, *c)
	}
	return g.Quality(whose)
}

// overridden are features that a cohort has of its own under a name that its parent has, too.
var overridden = map[string][]string{"vip_profiles": {"discount_percent"}}

// byMainID compares a view with one row for each of members (nil: everybody), in every column that the oracle knows.
func (p *product) byMainID(t *testing.T, answer *oracle.Solution, entity, view, key string, members []string) {
	t.Helper()
	if members == nil {
		for _, c := range answer.Graph(entity).Clusters {
			members = append(members, c.MainID)
		}
	}
	of := map[string]string{}
	for _, m := range members {
		of[m] = m
	}
	p.compare(t, answer, entity, view, key, of)
}

// byOtherID compares a view with one row for each id of a type, in every column that the oracle knows.
func (p *product) byOtherID(t *testing.T, answer *oracle.Solution, entity, view, idType string, members []string) {
	t.Helper()
	of := map[string]string{}
	for _, c := range answer.Graph(entity).Clusters {
		if members != nil && !slices.Contains(members, c.MainID) {
			continue
		}
		for _, id := range c.IDs {
			if id.Type == idType {
				of[id.Value] = c.MainID
			}
		}
	}
	p.compare(t, answer, entity, view, idType, of)
}

// compare reads a view and compares every feature that the oracle knows. of gives the main id that each key stands for.
func (p *product) compare(t *testing.T, answer *oracle.Solution, entity, view, key string, of map[string]string) {
	t.Helper()
	columns, rows := p.query(t, fmt.Sprintf("select * from %s", view))
	at := slices.Index(columns, key)
	if at < 0 {
		t.Errorf("%s has no column %s", view, key)
		return
	}
	seen := map[string]bool{}
	for _, r := range rows {
		k := fmt.Sprint(r[at])
		if of[k] == "" || seen[k] {
			t.Errorf("%s: an unexpected row for %s", view, k)
		}
		seen[k] = true
	}
	if len(seen) != len(of) {
		t.Errorf("%s: %d rows, want %d", view, len(seen), len(of))
	}
	for _, feature := range answer.Features(entity) {
		if slices.Contains(overridden[view], feature) {
			continue
		}
		c := slices.Index(columns, feature)
		if c < 0 {
			t.Errorf("%s has no column %s", view, feature)
			continue
		}
		wrong := 0
		for _, r := range rows {
			k := fmt.Sprint(r[at])
			if want := answer.Value(feature, of[k]); !same(r[c], want) {
				if wrong++; wrong <= 2 {
					t.Errorf("%s: %s of %s is %v, want %v", view, feature, k, r[c], want)
				}
			}
		}
		if wrong > 2 {
			t.Errorf("%s: %s is wrong in %d of %d rows", view, feature, wrong, len(rows))
		}
	}
}

// TestRunTwice runs the project again with the same end time: nothing is computed again, and all views stay as they were.
func TestRunTwice(t *testing.T) {
	p := open(t)
	first := p.run(t)
	before := p.everything(t)
	again := p.run(t)
	if again.Done.Done != 0 || again.Done.Reused != first.Done.Done || again.Done.SeqNo != first.Done.SeqNo {
		t.Errorf("again: %+v, after %+v", again.Done, first.Done)
	}
	after := p.everything(t)
	for view, rows := range before {
		if !slices.Equal(rows, after[view]) {
			t.Errorf("%s has changed", view)
		}
	}
}

// everything reads all published objects, each as sorted lines.
func (p *product) everything(t *testing.T) map[string][]string {
	t.Helper()
	_, views := p.query(t, "select name from main_kith.kith_published where publish_no = (select publish_no from main_kith.kith_state) order by 1")
	if len(views) < 20 {
		t.Fatalf("only %d objects are published", len(views))
	}
	out := map[string][]string{}
	for _, v := range views {
		name := v[0].(string)
		_, rows := p.query(t, "select * from "+name)
		for _, r := range rows {
			out[name] = append(out[name], line(r))
		}
		slices.Sort(out[name])
	}
	return out
}

// line writes a row so that equal rows are equal lines: lists in sorted order, doubles to ten digits.
func line(row []any) string {
	var b strings.Builder
	for _, v := range row {
		switch v := v.(type) {
		case []any:
			var parts []string
			for _, x := range v {
				parts = append(parts, fmt.Sprint(x))
			}
			slices.Sort(parts)
			fmt.Fprintf(&b, "%q|", parts)
		case float64:
			fmt.Fprintf(&b, "%.10g|", v)
		default:
			fmt.Fprintf(&b, "%v|", v)
		}
	}
	return b.String()
}
