package warehousetest

import (
	"context"
	"embed"
	"flag"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"kith/internal/rel"
	"kith/internal/run"
)

//go:embed testdata/crash.txtar
var crashProject embed.FS

// Crash kills a run at every boundary between two of its statements, for each strategy of publishing. After each death
// readers see one whole run in one statement, the run before or the new one; and the next run ends as if nothing had been.
// Meanwhile readers join all published names in a loop, and must never see two runs at once.
//
// What is built does not depend on how it will be published, so the boundaries before the publish are shared out among the
// strategies; -every_boundary tries each of them under each.
func Crash(t *testing.T, e Engine, strategies ...run.Strategy) {
	for turn, strategy := range strategies {
		t.Run(string(strategy), func(t *testing.T) {
			t.Parallel()
			c := newCrash(t, e, strategy)
			for range 2 { // the first run makes what later ones find
				c.day()
				if got := c.attempt(t, 0); got.killed || !got.published {
					t.Fatalf("without a death: %+v", got)
				}
			}
			want := c.rows(t)
			before, after := 0, 0
			for at := 1; ; at++ {
				if at < c.publishing && !*everyBoundary && at%len(strategies) != turn {
					continue
				}
				c.end = c.end.AddDate(0, 0, 1)
				got := c.attempt(t, at)
				if !got.killed {
					t.Logf("%d boundaries, those from %d on of the publish; %d deaths before readers saw it, %d after", at-1, c.publishing, before, after)
					break
				}
				if got.published {
					after++
				} else {
					before++
				}
				// The lease of the dead process has ended.
				change(t, e, c.conn, &rel.Update{Into: rel.Named(rel.Internal, "kith_state"), Set: []rel.Item{{Expr: rel.Null(), As: "holder"}}})
				if again := c.attempt(t, 0); again.killed || !again.published {
					t.Fatalf("boundary %d: the run after it: %+v", at, again)
				}
				if r := c.rows(t); r != want {
					t.Errorf("boundary %d: after going on\n%s\nwant\n%s", at, r, want)
				}
			}
			if before < 10 || after == 0 || c.publishing < 20 {
				t.Errorf("%d deaths before the publish and %d after it: both must be tried", before, after)
			}
		})
	}
}

var everyBoundary = flag.Bool("every_boundary", false, "kill runs at every boundary under every strategy")

// crash is a warehouse in which runs of one end time after the other are published.
type crash struct {
	*session
	strategy run.Strategy
	process  int
	end      time.Time // of the run under way
	shown    time.Time // of the run that readers see
	// ttl is long enough that no heartbeat falls between two boundaries, unless a test is about that.
	ttl time.Duration
	// wait is how long to wait for the lease of another process, publishes is called before each publish.
	wait      time.Duration
	publishes func()
	failFast  bool
	// publishing is the first boundary at which the last run without a death published.
	publishing int
}

func newCrash(t testing.TB, e Engine, strategy run.Strategy) *crash {
	t.Helper()
	data, err := crashProject.ReadFile("testdata/crash.txtar")
	if err != nil {
		t.Fatal(err)
	}
	c, err := parseCase(txtar.Parse(data), e.Dialect)
	if err != nil {
		t.Fatal(err)
	}
	return &crash{session: newSession(t, e, c, byRule), strategy: strategy, process: 1000, ttl: time.Hour, end: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)}
}

// attempt is what became of a run.
type attempt struct {
	killed    bool
	published bool // readers see it
	boundary  int
}

// attempt runs in a process that dies at a boundary, 0 for none. Readers watch.
func (c *crash) attempt(t *testing.T, at int) attempt {
	t.Helper()
	m := &mortal{Conn: c.conn, at: at}
	stop := func() {}
	if !c.shown.IsZero() {
		stop = c.watch(t, at)
	}
	out, err := c.process1(m, runOptions{end: c.end})
	stop()
	if at == 0 && m.published > 0 && out != nil && out.Done.Reused == 0 {
		c.publishing = m.published
	}
	a := attempt{killed: err != nil || out == nil || out.Done.Failed > 0 || !m.alive(), boundary: at}
	if at == 0 && a.killed {
		t.Fatalf("a run without a death: %+v, %v", out, err)
	}
	seen, err := c.seen()
	switch {
	case err != nil:
		t.Errorf("boundary %d: what is published cannot be read: %v", at, err)
	case seen == c.end.Format(time.DateOnly):
		a.published, c.shown = true, c.end
	case seen != c.shown.Format(time.DateOnly):
		t.Errorf("boundary %d: readers see %q", at, seen)
	}
	return a
}

// process1 is a run by a process of its own.
func (c *crash) process1(conn run.Conn, opt runOptions) (*run.Outcome, error) {
	ctx := context.Background()
	c.process++
	reg := c.reg()
	reg.Conn = conn
	if err := reg.Open(ctx); err != nil {
		return nil, err
	}
	l, err := reg.Acquire(ctx, run.LeaseOptions{Holder: run.Holder{Host: "test", PID: c.process, Command: "test"}, TTL: c.ttl, Wait: c.wait})
	if err != nil {
		return nil, err
	}
	defer l.Release(ctx)
	conn0 := c.conn
	c.conn = conn
	p, diags, err := c.compile(opt)
	c.conn = conn0
	if err != nil || p == nil {
		return nil, fmt.Errorf("%v %v", err, diags)
	}
	return run.Run(ctx, reg, p, run.Options{Project: "crash", Concurrency: 1, Retention: time.Hour, KernelMemory: 256 << 20, Adopt: opt.adopt, FailFast: c.failFast,
		Emit: func(e run.Event) {
			s, ok := e.(*run.StepStarted)
			if !ok || s.Addr != "publish" {
				return
			}
			if m, mortal := conn.(*mortal); mortal {
				m.publishes()
			}
			if c.publishes != nil {
				c.publishes()
			}
		}})
}

// everyName reads every published name in one statement: one row for each run that any of them shows.
const everyName = `select distinct seen from (select seen from user_feature_view union all select seen from people union all
select seen from by_email union all select seen from pages union all select seen from vips_view) as every_name order by seen`

// seen is the run that readers see, by its end time; more than one when it is more than one.
func (c *crash) seen() (string, error) {
	rows, err := c.read(everyName)
	return strings.Join(rows, " "), err
}

// read returns rows as lines.
func (c *crash) read(sql string) ([]string, error) {
	rows, err := c.conn.Query(context.Background(), sql)
	if err != nil {
		return nil, engineError(err, sql)
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		out = append(out, strings.TrimSuffix(fmt.Sprintln(rows.Values()...), "\n"))
	}
	return out, rows.Err()
}

// rows is all that is published, without the day of the run.
func (c *crash) rows(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	for _, name := range []string{"user_feature_view", "people", "by_email", "pages", "vips_view", "user_vips", "user_graph"} {
		lines, err := c.read("select * from " + name + " order by 1, 2")
		if err != nil && strings.HasPrefix(name, "user_vips") {
			lines, err = c.read("select * from " + name + " order by 1")
		}
		if err != nil {
			t.Error(err)
		}
		b.WriteString(name + "\n  " + strings.Join(lines, "\n  ") + "\n")
	}
	return strings.ReplaceAll(b.String(), c.shown.Format(time.DateOnly), "<the run's>")
}

// watch joins all names in a loop until it is stopped.
func (c *crash) watch(t *testing.T, at int) (stop func()) {
	quit := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			select {
			case <-quit:
				return
			default:
			}
			if seen, err := c.seen(); err != nil {
				t.Errorf("boundary %d: a reader met %v", at, err)
				return
			} else if strings.Contains(seen, " ") || seen == "" {
				t.Errorf("boundary %d: a reader saw the runs %q in one statement", at, seen)
				return
			}
			time.Sleep(25 * time.Millisecond)
		}
	})
	return func() { close(quit); wg.Wait() }
}
