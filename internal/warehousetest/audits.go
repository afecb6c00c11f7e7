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

	"github.com/rogpeppe/go-internal/txtar"
	"pgregory.net/rapid"

	"kith/internal/audit"
	"kith/internal/diag"
	"kith/internal/project"
)

// Audits checks the figures of an audit against counting by hand over the rows of random graphs, and what it predicts against the graph
// that comes of its cures: they are applied, and the graph is built again.
func Audits(t *testing.T, e Engine) {
	var seen struct{ audits, suspects, cured, all, guarded, kept, merged, split, gone int }
	checks(t, 12, func(rt *rapid.T) {
		w := drawGraph(rt)
		w.thicken(rt)
		holds := w.holds
		switch rapid.IntRange(0, 3).Draw(rt, "guarded") {
		case 0:
			w.drawRules(rt)
		case 1: // what it predicts must come true without anybody else's counting
			w.types[rapid.IntRange(0, len(w.types)-1).Draw(rt, "limited")].most = rapid.IntRange(1, 3).Draw(rt, "most")
			holds = func(*audit.Audit, func(string, any, any)) {}
		}
		sc := &scope{TB: t}
		defer sc.close()
		s := newAudited(rt, sc, e, w)
		a := s.audit(rt)
		if a == nil {
			return // no two ids of this graph can stand on one row
		}
		seen.audits++
		fail := func(what string, got, want any) {
			if g, w := fmt.Sprint(got), fmt.Sprint(want); g != w {
				rt.Fatalf("%s: %s, want %s\n%s", what, g, w, s.w.world(nil).text())
			}
		}
		holds(a, fail)
		seen.suspects += len(a.Suspects)
		for _, x := range a.Suspects {
			if !x.After.Exact {
				seen.guarded++
			}
		}
		// One suspect is cured, or all at once.
		var chosen []*audit.Suspect
		var want *audit.Prediction
		switch {
		case a.AllCured != nil && a.AllCured.Exact && rapid.Bool().Draw(rt, "all"):
			chosen, want = slices.DeleteFunc(slices.Clone(a.Suspects), func(x *audit.Suspect) bool { return x.Needless }), a.AllCured
			seen.all++
		case len(a.Suspects) > 0:
			x := rapid.SampledFrom(a.Suspects).Draw(rt, "suspect")
			if x.After.Exact && len(a.Edges.Lost) > 0 {
				seen.kept++
			}
			chosen, want = []*audit.Suspect{x}, x.After
			seen.cured++
		}
		before := s.graph(rt)
		for _, x := range chosen {
			i := slices.IndexFunc(w.types, func(t idType) bool { return t.name == x.ID.Type })
			w.types[i].cures = append(w.types[i].cures, x.ID.Value)
		}
		changed := rapid.Bool().Draw(rt, "rows change")
		if changed {
			w.change(rt)
		}
		s.again(rt)
		if a = s.audit(rt); a == nil {
			return
		}
		holds(a, fail)
		if want != nil && want.Exact && !changed {
			fail("cured", audit.Prediction{IDs: a.IDs, Clusters: a.Clusters, Singletons: a.Singletons, LargestIDs: a.LargestIDs, Exact: true}, *want)
		}
		d := a.Drift
		holdsDrift(d, before, s.graph(rt), fail)
		seen.merged, seen.split, seen.gone = seen.merged+int(d.Merged), seen.split+int(d.Split), seen.gone+int(d.IDsGone)
	})
	t.Logf("%+v", seen)
	if !t.Failed() && (seen.suspects == 0 || seen.cured == 0 || seen.merged == 0 || seen.split == 0 || seen.gone == 0) {
		t.Errorf("something never happened: %+v", seen)
	}
}

// thicken makes a graph in which more ids meet: most filters go, and a source of pairs comes.
func (w *graphWorld) thicken(rt *rapid.T) {
	for i := range w.types {
		t := &w.types[i]
		t.outside, t.regex, t.bySQL = false, t.regex && i == 0, t.bySQL && i == 1
	}
	s := graphSource{name: "pairs", ids: []int{0, len(w.types) - 1}}
	for range rapid.IntRange(3, 12).Draw(rt, "pairs") {
		var r graphRow
		for range s.ids {
			r.ids = append(r.ids, text(rapid.SampledFrom([]string{"a1", "a2", "a3", "b1", "b2", "b3", "c1", "c2", "c3", "d1", "d2", "d3"}).Draw(rt, "id")))
		}
		s.rows = append(s.rows, r)
	}
	w.sources = append(w.sources, s)
}

// audited is a warehouse whose graph is audited.
type audited struct {
	*session
	w    *graphWorld
	runs int
}

func newAudited(rt *rapid.T, sc *scope, e Engine, w *graphWorld) *audited {
	made := w.world(nil)
	c := &testCase{tables: made.tables, files: []txtar.File{
		{Name: "pb_project.yaml", Data: []byte(made.project)}, {Name: filepath.Join("models", "all.yaml"), Data: []byte(made.models)}}}
	s := &audited{session: newSession(sc, e, c, byRule), w: w}
	s.build(rt)
	return s
}

// build runs the project, a day after the last time.
func (s *audited) build(rt *rapid.T) {
	diags, _, err := s.carryOut(runOptions{end: defaultEnd.AddDate(0, 0, s.runs)})
	s.runs++
	if err == nil && diags.HasErrors() {
		err = fmt.Errorf("%s", diag.Summary(diags))
	}
	if err != nil {
		rt.Fatalf("%v\n%s", err, s.w.world(nil).text())
	}
}

// again writes the world anew and runs it.
func (s *audited) again(rt *rapid.T) {
	made := s.w.world(nil)
	for name, text := range map[string]string{"pb_project.yaml": made.project, "models/all.yaml": made.models} {
		if err := os.WriteFile(filepath.Join(s.root, filepath.FromSlash(name)), []byte(text), 0o644); err != nil {
			rt.Fatal(err)
		}
	}
	for _, t := range made.tables {
		if _, err := s.conn.Exec(context.Background(), "delete from "+s.target(t.name)); err != nil {
			rt.Fatal(err)
		}
		if err := s.seed(t); err != nil {
			rt.Fatal(err)
		}
	}
	s.build(rt)
}

// audit looks at the newest graph: every id without which a cluster falls apart is suspected. It is nil where the entity has no graph.
func (s *audited) audit(rt *rapid.T) *audit.Audit {
	ctx := context.Background()
	w, m := s.work(ctx, rt.Fatal)
	a, diags, err := w.Audit(ctx, m, project.AuditOptions{Entity: "user", AllRows: true, Thresholds: audit.Thresholds{Deviations: 1, Bridge: 1, Top: 1000}})
	if err != nil {
		rt.Fatal(err)
	}
	if diags.HasErrors() && !strings.Contains(diag.Summary(diags), "no graph in which ids are joined") {
		rt.Fatal(diag.Summary(diags))
	}
	return a
}

// graph are the main ids of all ids.
func (s *audited) graph(rt *rapid.T) map[node]string {
	_, rows, err := s.rows("select other_id, other_id_type, user_main_id from " + s.target("user_graph"))
	if err != nil {
		rt.Fatal(err)
	}
	out := map[node]string{}
	for _, r := range rows {
		out[node{r[0].(string), r[1].(string)}] = r[2].(string)
	}
	return out
}

// change takes rows away and brings others in.
func (w *graphWorld) change(rt *rapid.T) {
	for i := range w.sources {
		s := &w.sources[i]
		s.rows = slices.DeleteFunc(s.rows, func(graphRow) bool { return rapid.IntRange(0, 2).Draw(rt, "taken") == 0 })
		for range rapid.IntRange(0, 4).Draw(rt, "brought") {
			r := graphRow{at: rapid.IntRange(0, 6).Draw(rt, "day")}
			for range s.ids {
				r.ids = append(r.ids, text(rapid.SampledFrom([]string{"a1", "a2", "b1", "c1", "c2", "d1"}).Draw(rt, "id")))
			}
			s.rows = append(s.rows, r)
		}
	}
}

// parts are the clusters of a graph without some ids, as sets.
func parts(seen map[node]int, edges map[edge]bool, without ...node) []map[node]bool {
	near := map[node][]node{}
	for e := range edges {
		near[e[0]], near[e[1]] = append(near[e[0]], e[1]), append(near[e[1]], e[0])
	}
	done := map[node]bool{}
	for _, n := range without {
		done[n] = true
	}
	var out []map[node]bool
	for n := range seen {
		if done[n] {
			continue
		}
		part, todo := map[node]bool{}, []node{n}
		done[n] = true
		for len(todo) > 0 {
			m := todo[0]
			todo = todo[1:]
			part[m] = true
			for _, o := range near[m] {
				if !done[o] {
					done[o] = true
					todo = append(todo, o)
				}
			}
		}
		out = append(out, part)
	}
	return out
}

// predicted counts clusters.
func predicted(clusters []map[node]bool, exact bool) audit.Prediction {
	p := audit.Prediction{Clusters: int64(len(clusters)), Exact: exact}
	for _, c := range clusters {
		p.IDs += int64(len(c))
		p.LargestIDs = max(p.LargestIDs, int64(len(c)))
		if len(c) == 1 {
			p.Singletons++
		}
	}
	return p
}

// holds compares the figures of an audit with what the rows say.
func (w *graphWorld) holds(a *audit.Audit, fail func(what string, got, want any)) {
	seen, edges := w.survivors()
	clusters := parts(seen, edges)
	fail("graph", audit.Prediction{IDs: a.IDs, Clusters: a.Clusters, Singletons: a.Singletons, LargestIDs: a.LargestIDs, Exact: true}, predicted(clusters, true))
	for _, t := range a.Types {
		want := audit.Type{Type: t.Type, Average: t.Average, SingletonsPercent: t.SingletonsPercent}
		for _, c := range clusters {
			var n int64
			for m := range c {
				if m.idType == t.Type {
					n++
				}
			}
			want.IDs += n
			want.Most = max(want.Most, n)
			if n > 0 {
				want.Clusters++
			}
			if n == 1 && len(c) == 1 {
				want.Singletons++
			}
		}
		fail("type "+t.Type, t, want)
	}
	w.holdsPairs(a, edges, fail)
	w.holdsSources(a, fail)
	cut := 0
	for n := range seen {
		if len(parts(seen, edges, n)) > len(clusters) {
			cut++
		}
	}
	found := 0
	for _, s := range a.Suspects {
		n := node{s.ID.Value, s.ID.Type}
		want := predicted(parts(seen, edges, n), s.After.Exact)
		fail("without "+n.idType+" "+n.value, *s.After, want)
		if want.Clusters > int64(len(clusters)) {
			found++
			fail("parts", s.Parts, want.Clusters-int64(len(clusters))+1)
		}
		degree := 0
		for e := range edges {
			if e[0] == n || e[1] == n {
				degree++
			}
		}
		fail("degree", s.Degree, degree)
		fail("exact without guards", s.After.Exact || w.ruled || len(w.limits) > 0, true)
	}
	fail("ids that hold clusters together", found, cut)
	if a.AllCured != nil {
		var all []node
		for _, s := range a.Suspects {
			if !s.Needless {
				all = append(all, node{s.ID.Value, s.ID.Type})
			}
		}
		fail("all cured", *a.AllCured, predicted(parts(seen, edges, all...), a.AllCured.Exact))
	}
}

// holdsPairs compares pairs of ids by their types, and degrees.
func (w *graphWorld) holdsPairs(a *audit.Audit, edges map[edge]bool, fail func(what string, got, want any)) {
	pairs, degrees := map[[2]string]int64{}, map[node]int64{}
	for e := range edges {
		pairs[[2]string{min(e[0].idType, e[1].idType), max(e[0].idType, e[1].idType)}]++
		degrees[e[0]]++
		degrees[e[1]]++
	}
	got := map[[2]string]int64{}
	for _, p := range a.Edges.ByType {
		got[[2]string{min(p.Type1, p.Type2), max(p.Type1, p.Type2)}] += p.Pairs
	}
	fail("pairs", got, pairs)
	fail("all pairs", a.Edges.Pairs, len(edges))
	for _, d := range a.Degrees {
		var all []int64
		for n, k := range degrees {
			if n.idType == d.Type {
				all = append(all, k)
			}
		}
		slices.Sort(all)
		fail("degrees of "+d.Type, fmt.Sprint(d.Linked, d.Max, d.Median), fmt.Sprint(len(all), all[len(all)-1], all[(len(all)-1)/2]))
	}
	_, before := w.ofRows()
	lost := 0
	for e := range before {
		if !edges[e] {
			lost++
		}
	}
	if !w.ruled { // edges that a rule takes away never were edges, to the oracle
		var dropped int64
		for _, l := range a.Edges.Lost {
			dropped += l.Pairs
		}
		fail("some pairs were dropped", dropped > 0, lost > 0)
	}
}

// holdsSources compares what sources bring. An id that a rule takes away or brings in is no matter of a source.
func (w *graphWorld) holdsSources(a *audit.Audit, fail func(what string, got, want any)) {
	if w.ruled {
		return
	}
	where := map[node]map[string]bool{}
	type rows struct{ none, one, more int64 }
	counts := map[string]rows{}
	for _, s := range w.sources {
		name := "inputs/" + s.name
		for _, r := range s.rows {
			n := 0
			for i, v := range r.ids {
				if t := w.types[s.ids[i]]; v != nil && w.passes(t, *v) {
					n++
					id := node{*v, t.name}
					if where[id] == nil {
						where[id] = map[string]bool{}
					}
					where[id][name] = true
				}
			}
			c := counts[name]
			switch n {
			case 0:
				c.none++
			case 1:
				c.one++
			default:
				c.more++
			}
			counts[name] = c
		}
	}
	for _, s := range a.Sources {
		var ids, only int64
		for _, in := range where {
			if in[s.Source] {
				ids++
				if len(in) == 1 {
					only++
				}
			}
		}
		c := counts[s.Source]
		fail(s.Source, []int64{*s.NoID, s.OneID, s.MoreIDs, s.IDs, s.Only}, []int64{c.none, c.one, c.more, ids, only})
	}
}

// holdsDrift compares what changed with both graphs.
func holdsDrift(d *audit.Drift, before, now map[node]string, fail func(what string, got, want any)) {
	var want audit.Drift
	was, is := map[string]map[string]bool{}, map[string]map[string]bool{}
	enter := func(m map[string]map[string]bool, of, other string) {
		if m[of] == nil {
			m[of] = map[string]bool{}
		}
		if other != "" {
			m[of][other] = true
		}
	}
	for n, main := range before {
		enter(was, main, now[n])
		switch {
		case now[n] == "":
			want.IDsGone++
		case now[n] != main:
			want.IDsMoved++
		}
	}
	for n, main := range now {
		enter(is, main, before[n])
		if before[n] == "" {
			want.IDsNew++
		}
	}
	tally := func(m map[string]map[string]bool, none, several *int64) {
		for _, main := range slices.Sorted(maps.Keys(m)) {
			switch len(m[main]) {
			case 0:
				*none++
			case 1:
			default:
				*several++
			}
		}
	}
	tally(was, &want.Gone, &want.Split)
	tally(is, &want.New, &want.Merged)
	fail("drift", fmt.Sprint(d.IDsNew, d.IDsGone, d.IDsMoved, d.New, d.Gone, d.Merged, d.Split),
		fmt.Sprint(want.IDsNew, want.IDsGone, want.IDsMoved, want.New, want.Gone, want.Merged, want.Split))
	fail("clusters before and now", fmt.Sprint(d.Before.Clusters, d.Now.Clusters), fmt.Sprint(len(was), len(is)))
	fail("listed", fmt.Sprint(len(d.Merges), len(d.Splits)), fmt.Sprint(d.Merged, d.Split))
}
