package warehousetest

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"
	"pgregory.net/rapid"

	"kith/internal/rel"
	"kith/internal/run"
)

const idsProject = `name: ids
schema_version: 98
connection: test
model_folders: [models]
entities:
  - name: user
    id_stitcher: models/user_graph
    id_types: [a, b, c]
id_types:
  - name: a
  - name: b
%s  - name: c
`

const idsModels = `inputs:
  - name: hits
    app_defaults:
      table: hits
      occurred_at_col: ts
      ids:
        - {select: a, type: a, entity: user}
        - {select: b, type: b, entity: user}
        - {select: c, type: c, entity: user}
models:
  - name: user_graph
    model_type: id_stitcher
    model_spec:
      entity_key: user
      edge_sources: [{from: inputs/hits}]
`

var idsTypes = []string{"a", "b", "c"}

// idRow is a row of ids, "" for none, at a minute.
type idRow struct {
	ids [3]string
	at  int
}

// idWorld is what the next run finds: rows, and an id that the project filters out, "" for none.
type idWorld struct {
	rows     []idRow
	filtered string
}

func (w idWorld) clone() idWorld { return idWorld{slices.Clone(w.rows), w.filtered} }

// clusters are those of the rows up to a minute, found by painting.
func (w idWorld) clusters(end int) idClusters {
	first, paint := map[idNode]int{}, map[idNode]int{}
	var rows [][]idNode
	for _, r := range w.rows {
		if r.at > end {
			continue
		}
		var nodes []idNode
		for i, id := range r.ids {
			if n := (idNode{idsTypes[i], id}); id != "" && !(n.typ == "b" && id == w.filtered) {
				nodes = append(nodes, n)
				if at, ok := first[n]; !ok || r.at < at {
					first[n] = r.at
				}
				if _, ok := paint[n]; !ok {
					paint[n] = len(paint)
				}
			}
		}
		rows = append(rows, nodes)
	}
	for changed := true; changed; {
		changed = false
		for _, nodes := range rows {
			for _, n := range nodes {
				for _, o := range nodes {
					if paint[o] < paint[n] {
						paint[n], changed = paint[o], true
					}
				}
			}
		}
	}
	of := map[int][]seenNode{}
	for n, p := range paint {
		of[p] = append(of[p], seenNode{n, first[n]})
	}
	return slices.Collect(maps.Values(of))
}

// idHistory is a warehouse through several runs, beside what the law says of it.
type idHistory struct {
	*session
	rt    *rapid.T
	world idWorld
	end   int
	// known are the graphs that were built, by material; asOf are those that no other carries on.
	known map[string]*lineage
	asOf  map[string]bool
	// of are the worlds that they were built of.
	of map[string]idWorld
	// line are the materials of the publishes that led to the present one, lines those of each publish.
	line  []string
	lines map[int64][]string
	// was is the graph that the last change changed, nil when other things have happened since.
	was    *idGraph
	counts map[string]int
}

// enoughHistories is how many have some of everything. A slow engine draws fewer, of which it is not asked.
const enoughHistories = 30

// IDs draws histories of rows that are added, late, corrected and deleted, of filters that come and go, of forced runs, returns to
// earlier publishes, runs that die before they publish, and runs of earlier times, and compares main ids, redirects and events
// after each run with the law. Undoing the last change must give back the ids from before it.
func IDs(t *testing.T, e Engine, histories int) {
	counts := map[string]int{}
	checks(t, histories, func(rt *rapid.T) {
		sc := &scope{TB: t}
		defer sc.close()
		h := &idHistory{rt: rt, known: map[string]*lineage{}, asOf: map[string]bool{}, of: map[string]idWorld{}, lines: map[int64][]string{}, counts: counts, end: 1000}
		h.session = newSession(sc, e, &testCase{files: []txtar.File{{Name: "models/all.yaml", Data: []byte(idsModels)}}}, byRule)
		h.add(rapid.IntRange(5, 12).Draw(rt, "rows"), 1, 1000)
		h.run("first run", runOptions{})
		for i := range rapid.IntRange(3, 8).Draw(rt, "steps") {
			h.step(fmt.Sprintf("step %d", i+1))
		}
	})
	if t.Failed() {
		return
	}
	var words []string
	for _, what := range slices.Sorted(maps.Keys(counts)) {
		words = append(words, fmt.Sprintf("%d %s", counts[what], what))
	}
	t.Log(strings.Join(words, ", "))
	if histories < enoughHistories {
		return
	}
	for _, what := range []string{"rows added", "rows late", "rows corrected", "rows deleted", "rows re-resolved", "filters changed", "events created", "events merged",
		"events split", "events restored", "events retired", "events moved", "returns", "deaths", "forced runs", "runs of earlier times", "changes undone", "redirects followed"} {
		if counts[what] == 0 {
			t.Errorf("no history had any of: %s", what)
		}
	}
}

// add draws rows between two minutes.
func (h *idHistory) add(n, from, to int) {
	for range n {
		r := idRow{at: rapid.IntRange(from, to).Draw(h.rt, "at")}
		lacks := rapid.IntRange(0, 5).Draw(h.rt, "lacks") // two ids on most rows: clusters that are neither all alike nor all alone
		for i := range r.ids {
			if i != lacks%3 || lacks == 5 {
				r.ids[i] = h.id(i)
			}
		}
		h.world.rows = append(h.world.rows, r)
	}
}

func (h *idHistory) id(i int) string {
	return fmt.Sprintf("%s%d", idsTypes[i], rapid.IntRange(1, 6).Draw(h.rt, idsTypes[i]))
}

// step changes something and runs.
func (h *idHistory) step(what string) {
	switch rapid.IntRange(0, 11).Draw(h.rt, "kind") {
	case 0:
		if h.rollBack() {
			return
		}
	case 1:
		h.counts["forced runs"]++
		h.run(what+", forced", runOptions{force: true})
		return
	case 2:
		if earlier := rapid.IntRange(1, h.end).Draw(h.rt, "earlier"); true {
			end := h.end
			h.end = earlier
			h.counts["runs of earlier times"]++
			h.run(what+", of an earlier time", runOptions{force: true})
			h.end = end
			return
		}
	case 3, 4:
		if h.was != nil {
			h.undo(what)
			return
		}
	}
	h.solver = rapid.SampledFrom([]solver{byRule, inSQL}).Draw(h.rt, "solver")
	was := h.base().last()
	h.change()
	opt := runOptions{force: rapid.Bool().Draw(h.rt, "forced")}
	if rapid.IntRange(0, 5).Draw(h.rt, "dies") == 0 {
		h.counts["deaths"]++
		h.build(what+", dies", opt, false)
		h.was = nil
		if rapid.Bool().Draw(h.rt, "changes again") {
			h.change()
		} else {
			opt.force = false // goes on with what was built
		}
		h.run(what+", after a death", opt)
		return
	}
	h.run(what, opt)
	h.was = was
}

// change changes rows or the filter.
func (h *idHistory) change() {
	before := h.end
	h.end += 100
	w := &h.world
	for range rapid.IntRange(1, 3).Draw(h.rt, "changes") {
		switch kind := rapid.IntRange(0, 6).Draw(h.rt, "change"); {
		case kind == 0:
			w.filtered = rapid.SampledFrom([]string{"", "b1", "b2", "b3"}).Draw(h.rt, "filtered")
			h.counts["filters changed"]++
		case kind == 1:
			h.add(1, before+1, h.end)
			h.counts["rows added"]++
		case kind == 2:
			h.add(1, 1, before)
			h.counts["rows late"]++
		case len(w.rows) == 0:
		case kind <= 4:
			r := &w.rows[rapid.IntRange(0, len(w.rows)-1).Draw(h.rt, "corrected")]
			i := rapid.IntRange(0, 2).Draw(h.rt, "column")
			r.ids[i] = h.id(i)
			h.counts["rows corrected"]++
		default:
			i := rapid.IntRange(0, len(w.rows)-1).Draw(h.rt, "deleted")
			w.rows = slices.Delete(w.rows, i, i+1)
			h.counts["rows deleted"]++
		}
	}
}

// undo takes the last change back.
func (h *idHistory) undo(what string) {
	h.world = h.of[h.was.material].clone()
	want := h.was.ids
	h.was = nil
	h.end += 100
	h.run(what+", undone", runOptions{})
	h.counts["changes undone"]++
	if got := h.known[h.line[len(h.line)-1]].last().ids; !maps.Equal(got, want) {
		h.rt.Fatalf("%s: undoing a change gives\n%v\nnot\n%v", what, got, want)
	}
}

// rollBack returns to an earlier publish, if there is one.
func (h *idHistory) rollBack() bool {
	ctx := context.Background()
	reg, err := h.registry(ctx)
	if err != nil {
		h.rt.Fatal(err)
	}
	books, err := reg.Books(ctx)
	if err != nil {
		h.rt.Fatal(err)
	}
	to, err := run.Earlier(books, 0)
	if err != nil {
		return false
	}
	lease, err := reg.Acquire(ctx, run.LeaseOptions{Holder: run.Me("test", time.Now())})
	if err != nil {
		h.rt.Fatal(err)
	}
	defer lease.Release(ctx)
	if err := reg.Return(ctx, to, time.Now()); err != nil {
		h.rt.Fatal(err)
	}
	h.counts["returns"]++
	h.line, h.was = h.lines[to.No], nil
	book, err := reg.Book(ctx)
	if err != nil {
		h.rt.Fatal(err)
	}
	h.lines[book.No] = h.line
	return true
}

// base is the graph that the next one carries on.
func (h *idHistory) base() *lineage {
	var best *lineage
	for _, m := range slices.Backward(h.line) {
		if l := h.known[m]; !h.asOf[m] && (best == nil || l.last().end > best.last().end) {
			best = l
		}
	}
	return best
}

// run builds and publishes, and compares.
func (h *idHistory) run(what string, opt runOptions) {
	h.build(what, opt, true)
	ctx := context.Background()
	reg, err := h.registry(ctx)
	if err != nil {
		h.rt.Fatal(err)
	}
	book, err := reg.Book(ctx)
	if err != nil {
		h.rt.Fatal(err)
	}
	n, _ := book.Name("user_graph")
	if h.lines[book.No] == nil {
		h.line = append(slices.Clip(h.line), n.Material)
		h.lines[book.No] = h.line
	}
	l := h.known[n.Material]
	if l == nil {
		h.rt.Fatalf("%s: %s is published, and was never built", what, n.Material)
	}
	h.compare(what, n.Material, l)
}

// build builds the graph, and works out what the law says of it. A run that does not publish has died just before.
func (h *idHistory) build(what string, opt runOptions, publish bool) {
	filters := ""
	if h.world.filtered != "" {
		filters = fmt.Sprintf("    filters:\n      - {type: exclude, value: %s}\n", h.world.filtered)
	}
	if err := os.WriteFile(filepath.Join(h.root, "pb_project.yaml"), []byte(fmt.Sprintf(idsProject, filters)), 0o644); err != nil {
		h.rt.Fatal(err)
	}
	t := table{name: "hits", columns: []rel.Column{column("a", rel.Text), column("b", rel.Text), column("c", rel.Text), column("ts", rel.Timestamp)}}
	for _, r := range h.world.rows {
		row := []string{}
		for _, id := range r.ids {
			if id == "" {
				id = "NULL"
			}
			row = append(row, id)
		}
		t.rows = append(t.rows, append(row, minute(r.at).Format("2006-01-02 15:04")))
	}
	ctx := context.Background()
	empty := t
	empty.rows = nil
	if err := h.seed(empty); err != nil {
		h.rt.Fatal(err)
	}
	if _, err := h.conn.Exec(ctx, "delete from "+h.target("hits")); err != nil {
		h.rt.Fatal(err)
	}
	if err := h.seed(t); err != nil {
		h.rt.Fatal(err)
	}
	opt.end = minute(h.end)
	reg, err := h.registry(ctx)
	if err != nil {
		h.rt.Fatal(err)
	}
	p, diags, err := h.compile(opt)
	if err != nil || p == nil {
		h.rt.Fatalf("%s: %v %v", what, err, diags)
	}
	base := h.base()
	if !publish {
		p.Published = nil
	}
	out, err := run.Run(ctx, reg, p, run.Options{Project: "ids", Concurrency: 1, KernelMemory: 256 << 20})
	if err != nil || out.Done.Failed > 0 {
		h.rt.Fatalf("%s: %v %v", what, err, out.Failures)
	}
	for _, s := range p.Steps {
		if string(s.Ref) != "models/user_graph" || h.known[s.Out.Name()] != nil {
			continue
		}
		of := base
		if base != nil && h.end < base.last().end {
			of = base.until(h.end)
			h.asOf[s.Out.Name()] = true
		}
		h.of[s.Out.Name()] = h.world.clone()
		h.known[s.Out.Name()] = carry(of, s.Out.Name(), h.end, h.world.clusters(h.end), idsTypes)
	}
}

// compare reads what was published and what is known of its ids.
func (h *idHistory) compare(what, material string, l *lineage) {
	fail := func(kind string, got, want any) {
		var rows []string
		for _, r := range h.world.rows {
			rows = append(rows, fmt.Sprint(r))
		}
		h.rt.Fatalf("%s: %s are\n%v\nand should be\n%v\nrows %v, filtered %q", what, kind, got, want, rows, h.world.filtered)
	}
	read := func(sql string, args ...any) [][]any {
		_, rows, err := h.rows(fmt.Sprintf(sql, args...))
		if err != nil {
			h.rt.Fatal(err)
		}
		return rows
	}
	ids := map[idNode]string{}
	for _, r := range read("select other_id_type, other_id, user_main_id from user_graph") {
		ids[idNode{r[0].(string), r[1].(string)}] = r[2].(string)
	}
	if want := l.last().ids; !maps.Equal(ids, want) {
		fail("main ids", ids, want)
	}
	chain := h.internal(material + "_internal_chain")
	var names, want []string
	for _, r := range read("select n, material_name from %s order by n", chain) {
		names = append(names, fmt.Sprint(r[0], " ", r[1]))
	}
	for i, g := range l.graphs {
		want = append(want, fmt.Sprint(i+1, " ", g.material))
	}
	if !slices.Equal(names, want) {
		fail("graphs that it descends from", names, want)
	}
	if h.asOf[material] {
		for _, t := range []string{"kith_id_moves", "kith_id_redirects", "kith_id_events"} {
			if rows := read("select 1 from %s where material_name = '%s'", h.internal(t), material); len(rows) > 0 {
				fail("rows of "+t, len(rows), 0)
			}
		}
		return
	}
	h.compareEvents(read, fail, chain, material, l)
	h.compareRedirects(read, fail, chain, l)
	h.compareMoves(read, fail, chain, ids, l)
}

type (
	reader func(sql string, args ...any) [][]any
	failer func(kind string, got, want any)
)

func orEmpty(v any) string { s, _ := v.(string); return s }

func (h *idHistory) compareEvents(read reader, fail failer, chain, material string, l *lineage) {
	var events []idEvent
	for i, r := range read("select no, kind, main_id, other_id, nodes from %s t join %s c on c.material_name = t.material_name and c.n = t.n where c.n = %d order by no",
		h.internal("kith_id_events"), chain, len(l.graphs)) {
		if fmt.Sprint(r[0]) != fmt.Sprint(i+1) {
			fail("numbers of events", r[0], i+1)
		}
		nodes := 0
		fmt.Sscan(fmt.Sprint(r[4]), &nodes)
		events = append(events, idEvent{orEmpty(r[1]), orEmpty(r[2]), orEmpty(r[3]), nodes})
	}
	if !slices.Equal(events, l.events) {
		fail("events", events, l.events)
	}
	for _, e := range events {
		h.counts["events "+e.kind]++
		if e.other != "" {
			h.counts["rows re-resolved"] += e.nodes
		}
	}
}

// compareRedirects compares redirects, which go one hop and end at ids that nodes have, or had last.
func (h *idHistory) compareRedirects(read reader, fail failer, chain string, l *lineage) {
	went := map[string]string{}
	for _, r := range read("select old_id, new_id from %s t join %s c on c.material_name = t.material_name and c.n = t.n order by t.n",
		h.internal("kith_id_redirects"), chain) {
		went[orEmpty(r[0])] = orEmpty(r[1])
	}
	for id, to := range went {
		if id == to {
			delete(went, id)
		}
	}
	if !maps.Equal(went, l.went) {
		fail("redirects", went, l.went)
	}
	for id, to := range went {
		if further, again := went[to]; to != "" && again && further != "" {
			fail("hops of "+id, 2, 1)
		}
		if holds(l.last().ids, id) {
			fail("redirected ids that nodes have", id, "none")
		}
		if to != "" {
			h.counts["redirects followed"]++
		}
	}
}

// compareMoves goes back from the present by what moved, to each graph of the chain.
func (h *idHistory) compareMoves(read reader, fail failer, chain string, ids map[idNode]string, l *lineage) {
	moves := read("select t.n, t.node_id_type, t.node_id, t.was, t.since from %s t join %s c on c.material_name = t.material_name and c.n = t.n order by t.n desc",
		h.internal("kith_id_moves"), chain)
	at := maps.Clone(ids)
	for n := len(l.graphs); n > 1; n-- {
		for _, r := range moves {
			if fmt.Sprint(r[0]) != fmt.Sprint(n) {
				continue
			}
			node := idNode{r[1].(string), r[2].(string)}
			if r[3] == nil {
				delete(at, node)
				continue
			}
			at[node] = r[3].(string)
			before := &lineage{graphs: l.graphs[:n-1]}
			if want := before.since(node); fmt.Sprint(r[4]) != fmt.Sprint(want) {
				fail(fmt.Sprintf("the time since which %v had %v before graph %d", node, r[3], n), r[4], want)
			}
		}
		if want := l.graphs[n-2].ids; !maps.Equal(at, want) {
			fail(fmt.Sprintf("main ids of graph %d of %d", n-1, len(l.graphs)), at, want)
		}
	}
}
