package warehousetest

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kith/internal/rel"
	"kith/internal/run"
)

// Cleanups draws histories of a schema (runs, runs of a part, changed definitions, returns, deaths, cleanups) and compares after
// every cleanup what can be read with what was read when it was published. The oracle keeps rows and knows nothing of
// materials: present names show what they showed, so do the publishes that were to be kept after a return to each, and no
// view that is left reads something that is gone.
func Cleanups(t *testing.T, e Engine, histories int, strategies ...run.Strategy) {
	for _, strategy := range strategies {
		t.Run(string(strategy), func(t *testing.T) {
			dropped, unfinished := 0, 0
			checks(t, histories, func(rt *rapid.T) {
				sc := &scope{TB: t}
				defer sc.close()
				h := &history{crash: newCrash(sc, e, strategy), tb: sc, rt: rt, shown: map[int64]map[string]string{}}
				h.open()
				h.run(runOptions{}, 0)
				for range rapid.IntRange(4, 9).Draw(rt, "steps") {
					h.step()
				}
				h.cleanUp(run.CleanupOptions{KeepLast: 1, Now: time.Now().Add(time.Hour)}, 0)
				h.day()
				h.run(runOptions{}, 0)
				dropped, unfinished = dropped+h.dropped, unfinished+h.unfinished
			})
			if t.Failed() {
				return
			}
			t.Logf("%d materials were dropped, %d of them of runs that were killed", dropped, unfinished)
			if dropped == 0 {
				t.Error("nothing was ever dropped")
			}
		})
	}
}

// Clung holds that a view of somebody else keeps what it reads from being dropped, where the engine says so, and nothing else;
// and that it goes with the cleanup after the view has gone.
func Clung(t *testing.T, e Engine, clings bool) {
	c := newCrash(t, e, run.ByDDL)
	for range 3 {
		c.mustRun(t, runOptions{})
		c.day()
	}
	ctx := context.Background()
	reg := c.reg()
	l, err := reg.Acquire(ctx, run.LeaseOptions{Holder: run.Holder{Host: "test", PID: 1, Command: "cleanup"}})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Release(ctx)
	clean := func(read bool) (gone int, goes []run.Verdict, left []run.Undropped) {
		list, err := reg.Cleanup(ctx, run.CleanupOptions{KeepLast: 1, Now: time.Now().Add(time.Hour)})
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range list {
			if v.Goes {
				goes = append(goes, v)
			}
			if read && v.SeqNo == 1 && v.Ref == "models/pages" {
				if _, err := c.conn.Exec(ctx, `create view mine as select * from `+e.Env.InternalSchema+`."`+v.Material+`"`); err != nil {
					t.Fatal(err)
				}
			}
		}
		left, err = reg.Clean(ctx, list, func(run.Verdict) { gone++ })
		if err != nil {
			t.Fatal(err)
		}
		return gone, goes, left
	}
	gone, goes, left := clean(true)
	want := 0
	if clings {
		want = 1
	}
	if len(left) != want || gone != len(goes)-want || gone < 10 {
		t.Errorf("%d of %d went, left %v", gone, len(goes), left)
	}
	if _, err := c.conn.Exec(ctx, "drop view mine"); err != nil {
		t.Fatal(err)
	}
	if gone, goes, left := clean(false); gone != want || len(goes) != want || len(left) > 0 {
		t.Errorf("afterwards %d of %d went, left %v", gone, len(goes), left)
	}
}

// history is a schema and what its readers have seen.
type history struct {
	*crash
	tb testing.TB
	rt *rapid.T
	// shown are the rows of every name, by the number of the publish; order are those publishes that were no returns.
	shown map[int64]map[string]string
	order []int64
	// present is the publish that readers see, by the number of the one that was no return.
	present int64
	newest  bool // whether the definition is the changed one

	dropped, unfinished int
}

func (h *history) open() {
	if err := h.reg().Open(context.Background()); err != nil {
		h.rt.Fatal(err)
	}
}

// step is a thing that happens.
func (h *history) step() {
	now := rapid.SampledFrom([]time.Duration{0, 2 * time.Hour}).Draw(h.rt, "later")
	switch rapid.SampledFrom([]string{"run", "part", "edit", "again", "return", "death", "cleanup", "cleanup", "expired"}).Draw(h.rt, "step") {
	case "run":
		h.day()
		h.run(runOptions{}, 0)
	case "part":
		h.day()
		h.run(runOptions{refs: []string{rapid.SampledFrom([]string{"models/pages", "user/all", "models/people"}).Draw(h.rt, "ref")}}, 0)
	case "edit":
		h.change()
		h.day()
		h.run(runOptions{}, 0)
	case "again": // an end time of before; what was cleaned up is built again
		end := h.end
		h.end = end.AddDate(0, 0, -rapid.IntRange(0, 2).Draw(h.rt, "days"))
		h.run(runOptions{}, 0)
		h.end = end
	case "return":
		h.returnTo(rapid.SampledFrom(h.last(2)).Draw(h.rt, "publish"))
	case "death":
		h.day()
		h.run(runOptions{}, rapid.IntRange(1, 90).Draw(h.rt, "boundary"))
	case "cleanup":
		h.cleanUp(run.CleanupOptions{Age: time.Hour, KeepLast: rapid.IntRange(1, 4).Draw(h.rt, "keep"), Now: time.Now().Add(now)},
			rapid.SampledFrom([]int{0, 0, 1, 2, 3, 5, 9, 14}).Draw(h.rt, "boundary"))
	case "expired":
		h.cleanUp(run.CleanupOptions{Expired: true, KeepLast: rapid.IntRange(1, 4).Draw(h.rt, "keep"), Now: time.Now().Add(now)}, 0)
	}
}

// change turns the definition of a feature over.
func (h *history) change() {
	path := filepath.Join(h.root, "models", "all.yaml")
	data, err := os.ReadFile(path)
	if err != nil {
		h.rt.Fatal(err)
	}
	was, is := "min(ts)", "max(ts)"
	if h.newest {
		was, is = is, was
	}
	h.newest = !h.newest
	if err := os.WriteFile(path, []byte(strings.Replace(string(data), was, is, 1)), 0o644); err != nil {
		h.rt.Fatal(err)
	}
}

// run runs, in a process that dies at a boundary, 0 for none, and remembers what it published.
func (h *history) run(opt runOptions, at int) {
	opt.end = h.end
	m := &mortal{Conn: h.conn, at: at}
	out, err := h.process1(m, opt)
	if at == 0 && (err != nil || len(out.Failures) > 0) {
		h.rt.Fatalf("a run: %v %+v", err, out)
	}
	h.bury()
	h.remember()
}

// bury ends the lease of a process that has died.
func (h *history) bury() {
	change(h.tb, h.e, h.conn, &rel.Update{Into: rel.Named(rel.Internal, "kith_state"), Set: []rel.Item{{Expr: rel.Null(), As: "holder"}}})
}

// remember keeps what a publish shows, when it is new.
func (h *history) remember() {
	book, err := h.reg().Book(context.Background())
	if err != nil {
		h.rt.Fatal(err)
	}
	if book.ReturnedTo > 0 || h.shown[book.No] != nil || book.No == 0 {
		return
	}
	h.shown[book.No], h.present = h.readAll(), book.No
	h.order = append(h.order, book.No)
}

// readAll reads every name of the present book.
func (h *history) readAll() map[string]string {
	book, err := h.reg().Book(context.Background())
	if err != nil {
		h.rt.Fatal(err)
	}
	out := map[string]string{}
	for _, n := range book.Names {
		lines, err := h.read("select * from " + n.Name)
		if err != nil {
			h.rt.Fatalf("%s cannot be read: %v", n.Name, err)
		}
		slices.Sort(lines)
		out[n.Name] = strings.Join(lines, "\n")
	}
	return out
}

// same compares what readers see with what a publish has shown.
func (h *history) same(no int64, when string) {
	got, want := h.readAll(), h.shown[no]
	if len(got) != len(want) {
		h.rt.Fatalf("%s: %d names, publish %d had %d", when, len(got), no, len(want))
	}
	for name, rows := range want {
		if got[name] != rows {
			h.rt.Fatalf("%s: %s shows\n%s\npublish %d showed\n%s", when, name, got[name], no, rows)
		}
	}
}

// last are the n newest publishes.
func (h *history) last(n int) []int64 { return h.order[max(0, len(h.order)-n):] }

// returnTo shows an earlier publish again, unless a cleanup with fewer to keep has taken it.
func (h *history) returnTo(no int64) {
	err := h.tryReturn(no)
	var gone *run.Gone
	if errors.As(err, &gone) {
		h.same(h.present, "after a return that could not be")
		return
	}
	if err != nil {
		h.rt.Fatal(err)
	}
	h.present = no
	h.same(no, "after the return")
}

func (h *history) tryReturn(no int64) error {
	return h.leased(h.conn, func(ctx context.Context, reg *run.Registry) error {
		books, err := reg.Books(ctx)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(books, func(b *run.Book) bool { return b.No == no })
		return reg.Return(ctx, books[i], h.end)
	})
}

// leased does something with the lease, as a process of its own.
func (h *history) leased(conn run.Conn, do func(context.Context, *run.Registry) error) error {
	ctx := context.Background()
	h.process++
	reg := h.reg()
	reg.Conn = conn
	l, err := reg.Acquire(ctx, run.LeaseOptions{Holder: run.Holder{Host: "test", PID: h.process, Command: "test"}, TTL: time.Hour})
	if err != nil {
		return err
	}
	defer l.Release(ctx)
	return do(ctx, reg)
}

// cleanUp cleans up, first in a process that dies at a boundary when there is one, and looks at what is left. Publishes to
// keep are returned to only when no cleanup before kept fewer.
func (h *history) cleanUp(opt run.CleanupOptions, at int) {
	ready := h.ready(opt.KeepLast)
	clean := func(conn run.Conn) error {
		return h.leased(conn, func(ctx context.Context, reg *run.Registry) error {
			list, err := reg.Cleanup(ctx, opt)
			if err != nil {
				return err
			}
			left, err := reg.Clean(ctx, list, func(v run.Verdict) {
				h.dropped++
				if strings.Contains(v.Why, "did not end") {
					h.unfinished++
				}
			})
			if err == nil && len(left) > 0 {
				err = left[0].Err
			}
			return err
		})
	}
	if at > 0 {
		if err := clean(&mortal{Conn: h.conn, at: at}); err != nil && !errors.Is(err, errKilled) {
			h.rt.Fatal(err)
		}
		h.bury()
		h.look("after a cleanup that died")
	}
	if err := clean(h.conn); err != nil {
		h.rt.Fatal(err)
	}
	h.look("after a cleanup")
	present := h.present
	for _, no := range ready {
		if err := h.tryReturn(no); err != nil {
			h.rt.Fatalf("after a cleanup that kept %d: publish %d: %v", opt.KeepLast, no, err)
		}
		h.same(no, "after a cleanup and a return")
	}
	if len(ready) > 0 {
		if err := h.tryReturn(present); err != nil {
			h.rt.Fatal(err)
		}
	}
	h.same(present, "after all returns")
}

// ready are the publishes that a cleanup must keep and that are whole before it.
func (h *history) ready(keep int) (out []int64) {
	books, err := h.reg().Books(context.Background())
	if err != nil {
		h.rt.Fatal(err)
	}
	for _, no := range h.last(keep) {
		for _, b := range books {
			if b.No == no && !slices.ContainsFunc(b.Names, func(n run.Name) bool { return !h.holds(n.Material) }) {
				out = append(out, no)
			}
		}
	}
	return out
}

func (h *history) holds(material string) bool {
	_, ok, err := h.conn.Table(rel.Named(rel.Internal, material))
	if err != nil {
		h.rt.Fatal(err)
	}
	return ok
}

// look holds that names show what they showed, that what the registry calls complete is there, and that every view of the
// internal schema can be read.
func (h *history) look(when string) {
	ctx := context.Background()
	h.same(h.present, when)
	entries, err := h.reg().Entries(ctx)
	if err != nil {
		h.rt.Fatal(err)
	}
	for _, e := range entries {
		if !h.holds(e.Material) {
			h.rt.Fatalf("%s: %s is complete and not there", when, e.Material)
		}
	}
	views, err := h.read("select table_name from information_schema.tables where table_schema = '" + h.e.Env.InternalSchema + "' and table_type = 'VIEW' order by 1")
	if err != nil || len(views) == 0 {
		h.rt.Fatalf("%v %v", views, err)
	}
	for _, v := range views {
		if _, err := h.read(`select count(*) from ` + h.e.Env.InternalSchema + `."` + v + `"`); err != nil {
			h.rt.Fatalf("%s: %s: %v", when, v, err)
		}
	}
}
