package warehousetest

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"kith/internal/run"
)

// TestPostgresGrants: who may read a published name may read it after a publish that had to make it anew, and what others built
// on it keeps a publish from taking it away.
func TestPostgresGrants(t *testing.T) {
	ctx := context.Background()
	c := newCrash(t, server(t), run.ByDDL)
	exec := func(sql string) {
		t.Helper()
		if _, err := c.conn.Exec(ctx, sql); err != nil {
			t.Fatal(err)
		}
	}
	granted := func(name string) []string {
		t.Helper()
		rows, err := c.read(`select grantee || ' ' || privilege_type || ' ' || is_grantable from information_schema.role_table_grants
where table_schema = 'main' and table_name = '` + name + `' and grantee <> current_user order by 1`)
		if err != nil {
			t.Fatal(err)
		}
		return rows
	}
	c.mustRun(t, runOptions{})
	exec(`do $$ begin create role "kith Reader"; exception when duplicate_object then null; end $$`)
	exec(`grant select on people, by_email to "kith Reader" with grant option`)
	exec("grant select on people to public")
	want := []string{"PUBLIC SELECT NO", "kith Reader SELECT YES"}
	if got := granted("people"); !slices.Equal(got, want) {
		t.Fatalf("before: %v", got)
	}

	// A column of another type: the views are made anew.
	c.edit(t, "name: n, select: count(*)", "name: n, select: max(uid)")
	c.day()
	c.edit(t, "{{user.n}} > 1", "{{user.n}} > 'a'")
	c.mustRun(t, runOptions{})
	if got := granted("people"); !slices.Equal(got, want) {
		t.Errorf("after a publish: %v, want %v", got, want)
	}
	if got := granted("by_email"); !slices.Equal(got, want[1:]) {
		t.Errorf("after a publish: %v, want %v", got, want[1:])
	}
	if err := c.returns(t, 0); err != nil {
		t.Fatal(err)
	}
	if got := granted("people"); !slices.Equal(got, want) {
		t.Errorf("after a rollback: %v, want %v", got, want)
	}

	// Somebody's own view stands on it: the publish says so and changes nothing.
	exec("create view my_report as select n from people")
	seen, err := c.seen()
	if err != nil {
		t.Fatal(err)
	}
	c.day()
	out, err := c.process1(c.conn, runOptions{end: c.end})
	if err != nil || len(out.Failures) != 1 || !strings.Contains(out.Failures[0].Message+out.Failures[0].Fix, "my_report") || len(out.Published) > 0 {
		t.Errorf("with a view of others: %v %+v", err, out)
	}
	if now, err := c.seen(); err != nil || now != seen {
		t.Errorf("readers see %q, %v", now, err)
	}
	exec("drop view my_report")
	if out := c.mustRun(t, runOptions{}); len(out.Published) == 0 {
		t.Error("nothing is published after the view is gone")
	}
	if now, err := c.seen(); err != nil || now != c.end.Format(time.DateOnly) {
		t.Errorf("readers see %q, %v", now, err)
	}

	// Columns that only come to what is there leave views of others alone.
	exec("create view my_report as select n from people")
	c.edit(t, "features: [n, seen]", "features: [n, seen, first_at]")
	c.day()
	c.mustRun(t, runOptions{})
	if rows, err := c.read("select count(*) from my_report"); err != nil || rows[0] != "3" {
		t.Errorf("my_report: %v, %v", rows, err)
	}
}
