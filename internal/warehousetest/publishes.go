package warehousetest

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"kith/internal/diag"
	"kith/internal/rel"
	"kith/internal/run"
)

// Publishes holds publishing to its rules beside the one that all appears at once: what stays, what goes, what is in the way,
// and what can be returned to.
func Publishes(t *testing.T, e Engine, strategies ...run.Strategy) {
	for _, strategy := range strategies {
		t.Run(string(strategy), func(t *testing.T) {
			t.Parallel()
			t.Run("names_go", func(t *testing.T) { namesGo(t, newCrash(t, e, strategy)) })
			t.Run("in_the_way", func(t *testing.T) { inTheWay(t, newCrash(t, e, strategy)) })
			t.Run("a_part", func(t *testing.T) { aPart(t, newCrash(t, e, strategy)) })
			t.Run("nothing_to_return_to", func(t *testing.T) { nothingToReturnTo(t, newCrash(t, e, strategy)) })
		})
	}
	t.Run("a_step_fails", func(t *testing.T) { aStepFails(t, newCrash(t, e, run.ByDDL)) })
	t.Run("registry", func(t *testing.T) { registered(t, newCrash(t, e, run.ByDDL)) })
	t.Run("older_state", func(t *testing.T) { olderState(t, newCrash(t, e, run.ByDDL)) })
}

// names are those of the present book.
func (c *crash) names(t *testing.T) []string {
	t.Helper()
	book, err := c.reg().Book(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, n := range book.Names {
		out = append(out, n.Name)
	}
	return out
}

func (c *crash) reg() *run.Registry {
	return &run.Registry{Conn: c.conn, Dialect: c.e.Leaves.Dialect(c.e.Dialect), Env: c.e.Env, Target: "dev", Version: "test", Strategy: c.strategy}
}

func (c *crash) there(t *testing.T, name string) bool {
	t.Helper()
	_, ok, err := c.conn.Table(rel.Named(rel.Target, name))
	if err != nil {
		t.Fatal(err)
	}
	return ok
}

// returns goes back to an earlier publish.
func (c *crash) returns(t *testing.T, seqNo int64) error {
	t.Helper()
	ctx := context.Background()
	reg := c.reg()
	l, err := reg.Acquire(ctx, run.LeaseOptions{Holder: run.Holder{Host: "test", PID: c.process, Command: "rollback"}})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Release(ctx)
	books, err := reg.Books(ctx)
	if err != nil {
		t.Fatal(err)
	}
	to, err := run.Earlier(books, seqNo)
	if err != nil {
		return err
	}
	return reg.Return(ctx, to, c.end)
}

// edit changes the project.
func (c *crash) edit(t *testing.T, old, new string) {
	t.Helper()
	path := filepath.Join(c.root, "models", "all.yaml")
	data, err := os.ReadFile(path)
	if err != nil || strings.Count(string(data), old) != 1 {
		t.Fatalf("%q is not once in the project: %v", old, err)
	}
	if err := os.WriteFile(path, []byte(strings.Replace(string(data), old, new, 1)), 0o644); err != nil {
		t.Fatal(err)
	}
}

// day goes on to the next run.
func (c *crash) day() { c.end = c.end.AddDate(0, 0, 1) }

func (c *crash) mustRun(t *testing.T, opt runOptions) *run.Outcome {
	t.Helper()
	opt.end = c.end
	out, err := c.process1(c.conn, opt)
	if err != nil || len(out.Failures) > 0 {
		t.Fatalf("%v %+v", err, out)
	}
	return out
}

// namesGo: a name that the project no longer declares goes with the next whole run; a rollback brings it back.
func namesGo(t *testing.T, c *crash) {
	c.mustRun(t, runOptions{})
	c.edit(t, "- name: people\n    model_type: feature_table_model", "- name: persons\n    model_type: feature_table_model")
	c.day()
	out := c.mustRun(t, runOptions{})
	if c.there(t, "people") || !c.there(t, "persons") || slices.Contains(c.names(t), "people") {
		t.Errorf("after the run: people %v, persons %v, %v", c.there(t, "people"), c.there(t, "persons"), c.names(t))
	}
	if len(out.Dropped) != 1 || out.Dropped[0].Name != "people" {
		t.Errorf("dropped %v", out.Dropped)
	}
	if err := c.returns(t, 0); err != nil {
		t.Fatal(err)
	}
	if !c.there(t, "people") || c.there(t, "persons") {
		t.Errorf("after the return: people %v, persons %v", c.there(t, "people"), c.there(t, "persons"))
	}
	c.edit(t, "- name: persons", "- name: people")
	if seen, err := c.seen(); err != nil || seen != c.end.AddDate(0, 0, -1).Format("2006-01-02") {
		t.Errorf("after the return readers see %q, %v", seen, err)
	}
	if err := c.returns(t, 0); err == nil {
		t.Error("there was something before the first publish")
	}
}

// inTheWay: what kith did not make is not replaced, unless it is told to: then a view goes and a table gets another name.
func inTheWay(t *testing.T, c *crash) {
	for _, sql := range []string{"create table people as select 1 as mine", "create view pages as select 2 as mine"} {
		if _, err := c.conn.Exec(context.Background(), sql); err != nil {
			t.Fatal(err)
		}
	}
	out, err := c.process1(c.conn, runOptions{end: c.end})
	if err != nil || len(out.Failures) != 2 || out.Failures[0].Code != diag.WForeign || len(c.names(t)) > 0 || c.there(t, "by_email") {
		t.Fatalf("%v %+v %v", err, out, c.names(t))
	}
	out = c.mustRun(t, runOptions{adopt: []string{"PEOPLE", "pages"}})
	if len(out.Published) == 0 {
		t.Error("nothing is published")
	}
	if mine, err := c.read("select mine from people_before_kith"); err != nil || !slices.Equal(mine, []string{"1"}) {
		t.Errorf("the table that was there: %v, %v", mine, err)
	}
	if seen, err := c.seen(); err != nil || seen != c.end.Format("2006-01-02") {
		t.Errorf("readers see %q, %v", seen, err)
	}
}

// aPart: names that a run leaves out stay what they were, and the book says of which run they are.
func aPart(t *testing.T, c *crash) {
	c.mustRun(t, runOptions{})
	first := c.end.Format("2006-01-02")
	c.day()
	c.mustRun(t, runOptions{refs: []string{"models/pages"}})
	for name, want := range map[string]string{"pages": c.end.Format("2006-01-02"), "people": first, "by_email": first} {
		got, err := c.read("select distinct seen from " + name)
		if err != nil || !slices.Equal(got, []string{want}) {
			t.Errorf("%s shows %v, want %s (%v)", name, got, want, err)
		}
	}
	book, err := c.reg().Book(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range book.Names {
		if want := int64(1); n.Name == "pages" && n.SeqNo != 2 || n.Name != "pages" && n.SeqNo != want {
			t.Errorf("%s is of seq no %d", n.Name, n.SeqNo)
		}
	}
}

// nothingToReturnTo: a publish whose materials are gone cannot be shown again, and trying changes nothing.
func nothingToReturnTo(t *testing.T, c *crash) {
	c.mustRun(t, runOptions{})
	books, err := c.reg().Books(context.Background())
	if err != nil || len(books) != 1 {
		t.Fatalf("%v, %v", books, err)
	}
	pages, _ := books[0].Name("pages")
	c.day()
	c.mustRun(t, runOptions{})
	change(t, c.e, c.conn, &rel.Drop{Object: rel.Named(rel.Internal, pages.Material)})
	var gone *run.Gone
	if err := c.returns(t, 0); !errors.As(err, &gone) || len(gone.Names) != 1 || gone.Names[0].Name != "pages" {
		t.Errorf("returned with %v", err)
	}
	if seen, err := c.seen(); err != nil || seen != c.end.Format("2006-01-02") {
		t.Errorf("readers see %q, %v", seen, err)
	}
}

// aStepFails: the others are built, nothing is published, and the run that goes on has only the rest to do.
func aStepFails(t *testing.T, c *crash) {
	c.mustRun(t, runOptions{})
	seen, err := c.seen()
	if err != nil {
		t.Fatal(err)
	}
	c.edit(t, "select uid, count(*) as n,", "select uid, max(cast(uid as bigint)) as n,")
	c.day()
	out, err := c.process1(c.conn, runOptions{end: c.end})
	if err != nil || out.Done.Failed != 1 || out.Done.Skipped != 0 || out.Done.Done < 10 || len(out.Failures) != 1 || len(out.Published) > 0 {
		t.Fatalf("%v %+v", err, out)
	}
	if now, err := c.seen(); err != nil || now != seen {
		t.Errorf("readers see %q, %v", now, err)
	}
	c.edit(t, "select uid, max(cast(uid as bigint)) as n,", "select uid, count(*) as n,")
	if again := c.mustRun(t, runOptions{}); again.Done.Done != 1 || again.Done.Reused != out.Done.Done {
		t.Errorf("going on: %+v after %+v", again.Done, out.Done)
	}
	c.edit(t, "select uid, count(*) as n,", "select uid, max(cast(uid as bigint)) as n,")
	c.day()
	c.failFast = true
	if out, err := c.process1(c.conn, runOptions{end: c.end}); err != nil || out.Done.Failed != 1 || out.Done.Skipped == 0 {
		t.Errorf("failing fast: %v %+v", err, out)
	}
}

// registered: the registry says who had what made, when, and how large it is where the engine knows.
func registered(t *testing.T, c *crash) {
	c.mustRun(t, runOptions{})
	rows, err := c.read("select distinct invocation_metadata from main_kith.material_registry_4")
	if err != nil || len(rows) != 1 || !strings.Contains(rows[0], `"hostName":"test"`) || !strings.Contains(rows[0], `"command":"test"`) {
		t.Errorf("invocation: %v, %v", rows, err)
	}
	rows, err = c.read("select count(*) from main_kith.kith_step where status = 'done' and started_at <= finished_at and run_no = 1")
	if err != nil || !slices.Equal(rows, []string{"13"}) {
		t.Errorf("steps: %v, %v", rows, err)
	}
	_, sized := c.conn.(run.Sized)
	rows, err = c.read("select count(*) from main_kith.kith_step where byte_count > 0")
	if err != nil || (rows[0] != "0") != sized {
		t.Errorf("sizes are known of %v steps, %v", rows, err)
	}
}

// olderState: tables of version 1, which had no state, are brought forward: what is published stays kith's own.
func olderState(t *testing.T, c *crash) {
	internal := func(name string) rel.Object { return rel.Named(rel.Internal, name) }
	published := []rel.Column{{Name: "name", Type: rel.Text}, {Name: "material_name", Type: rel.Text}, {Name: "seq_no", Type: rel.BigInt}}
	runs := []rel.Column{{Name: "seq_no", Type: rel.BigInt}, {Name: "status", Type: rel.Text}, {Name: "project", Type: rel.Text},
		{Name: "started_at", Type: rel.Timestamp}, {Name: "finished_at", Type: rel.Timestamp}}
	change(t, c.e, c.conn, &rel.Ensure{Object: internal("kith_published"), Columns: published,
		Rows: &rel.Values{Columns: published, Rows: [][]rel.Expr{{rel.S("pages"), rel.S("Material_pages_00000000_1"), rel.I(1)}}}})
	change(t, c.e, c.conn, &rel.Ensure{Object: internal("kith_run"), Columns: runs,
		Rows: &rel.Values{Columns: runs, Rows: [][]rel.Expr{{rel.I(1), rel.S("done"), rel.S("crash"), rel.Null(), rel.Null()}}}})
	for _, sql := range []string{"create view pages as select 1 as old"} {
		if _, err := c.conn.Exec(context.Background(), sql); err != nil {
			t.Fatal(err)
		}
	}
	c.mustRun(t, runOptions{})
	if got, err := c.read("select distinct seen from pages"); err != nil || len(got) != 1 {
		t.Errorf("pages shows %v, %v", got, err)
	}
	past, err := c.reg().Runs(context.Background(), 10)
	if err != nil || len(past) != 2 || past[0].Status != "done" || past[0].No == 0 {
		t.Errorf("runs: %+v, %v", past, err)
	}
	books, err := c.reg().Books(context.Background())
	if err != nil || len(books) != 2 || books[1].No != 1 || len(books[1].Names) != 1 {
		t.Errorf("books: %+v, %v", books, err)
	}
}
