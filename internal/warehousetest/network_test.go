package warehousetest

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"kith/internal/diag"
	"kith/internal/run"
	"kith/internal/siteconfig"
	"kith/internal/warehouse/postgres"
	"kith/internal/warehouse/postgres/pgtest"
)

// slow is a project with a step that takes a while.
const slow = `
-- pb_project.yaml --
name: slow
schema_version: 98
connection: test
model_folders: [models]
entities:
  - name: user
    id_stitcher: models/user_graph
    id_types: [user_id]
id_types:
  - name: user_id
-- models/all.yaml --
inputs:
  - name: events
    app_defaults:
      table: events
      ids:
        - {select: uid, type: user_id, entity: user}
models:
  - name: user_graph
    model_type: id_stitcher
    model_spec:
      entity_key: user
      edge_sources: [{from: inputs/events}]
  - name: nap
    model_type: sql_template
    model_spec:
      materialization: {output_type: table}
      single_sql: select uid, cast(pg_sleep(1) as text) as nothing from {{this.DeRef("inputs/events")}}
-- table events --
uid text
u1
-- steps --
run
`

// TestPostgresNetwork cuts the network in the middle of a step. When it comes back at once the run goes on by itself; when it
// stays away the run fails with a word on it and publishes nothing, and the next run goes on where that one stopped.
func TestPostgresNetwork(t *testing.T) {
	e := server(t)
	s := pgtest.Shared(t)
	var net *pgtest.Proxy
	e.Open = func(t testing.TB) run.Conn {
		net = s.Proxy(t)
		conn, err := postgres.Open(context.Background(), postgres.Config{Host: "127.0.0.1", Port: net.Port(), Database: s.Database(t), User: pgtest.Admin,
			Password: siteconfig.NewSecret(pgtest.Password), Schema: "main"})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.Close() })
		return conn
	}
	c, err := parseCase(txtar.Parse([]byte(slow)), e.Dialect)
	if err != nil {
		t.Fatal(err)
	}
	for _, back := range []bool{true, false} {
		ses := newSession(t, e, c, byRule)
		ctx := context.Background()
		reg, err := ses.registry(ctx)
		if err != nil {
			t.Fatal(err)
		}
		carryOut := func(onNap func()) *run.Outcome {
			t.Helper()
			p, diags, err := ses.compile(runOptions{end: defaultEnd})
			if err != nil || p == nil {
				t.Fatal(err, diags)
			}
			// A run that lost its network cannot give its lease back: the next one waits until it ends.
			l, err := reg.Acquire(ctx, run.LeaseOptions{Holder: run.Holder{Host: "test", PID: 1, Command: "test"}, TTL: 10 * time.Second, Wait: time.Minute})
			if err != nil {
				t.Fatal(err)
			}
			defer l.Release(ctx)
			out, err := run.Run(ctx, reg, p, run.Options{Project: "slow", Concurrency: 2, KernelMemory: 256 << 20, Emit: func(ev run.Event) {
				if begun, ok := ev.(*run.StepStarted); ok && strings.HasSuffix(begun.Addr, "/nap") && onNap != nil {
					time.AfterFunc(300*time.Millisecond, onNap)
				}
			}})
			if err != nil && onNap == nil {
				t.Fatal(err)
			}
			return out
		}
		published := func() bool {
			_, rows, err := ses.rows("select table_name from information_schema.tables where table_name = 'nap'")
			return err == nil && len(rows) == 1
		}
		if back {
			if out := carryOut(net.Cut); len(out.Failures) > 0 || !published() {
				t.Errorf("a cut that is mended at once: %v, %+v", out.Failures, out.Done)
			}
			continue
		}
		out := carryOut(func() { net.Down(true) })
		if len(out.Failures) == 0 || out.Failures[0].Code != diag.WConnection {
			t.Errorf("a cut that stays: %v", out.Failures)
		}
		net.Down(false)
		if published() {
			t.Error("something was published without a network")
		}
		if out := carryOut(nil); len(out.Failures) > 0 || !published() || out.Done.Reused == 0 {
			t.Errorf("after the cut: %v, %+v", out.Failures, out.Done)
		}
	}
}
