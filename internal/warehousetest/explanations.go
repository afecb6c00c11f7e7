package warehousetest

import (
	"cmp"
	"context"
	"fmt"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"pgregory.net/rapid"

	"kith/internal/project"
	"kith/internal/siteconfig"
)

// work opens the project of a session at its latest run.
func (s *session) work(ctx context.Context, fatal func(...any)) (*project.Work, project.Moment) {
	p, diags, err := project.Load(ctx, s.root, s.e.Leaves)
	if err != nil || diags.HasErrors() {
		fatal(err, diags)
	}
	reg, err := s.registry(ctx)
	if err != nil {
		fatal(err)
	}
	w := &project.Work{Project: p, Conn: s.conn, Registry: reg, Target: project.Target{
		Output: siteconfig.Output{Type: s.e.Dialect, Target: "dev", Schema: s.e.Env.TargetSchema}, InternalSchema: s.e.Env.InternalSchema}}
	m, diags, err := w.Moment(ctx, project.When{SeqNo: "latest"}, defaultEnd)
	if err != nil || diags.HasErrors() {
		fatal(err, diags)
	}
	return w, m
}

// Explanations asks why ids are one, and why not, in drawn graphs with filters, rules and limits, and holds what is said against the rows:
// who is linked, by how many steps, on how many rows each step stands, and whether dropped edges would have linked the others.
func Explanations(t *testing.T, e Engine) {
	var seen struct{ linked, steps, wouldBe, apart, ruled int }
	checks(t, 12, func(rt *rapid.T) {
		w := drawGraph(rt)
		w.thicken(rt)
		w.drawRules(rt)
		sc := &scope{TB: t}
		defer sc.close()
		made := w.world(nil)
		s := newSession(sc, e, &testCase{tables: made.tables, files: []txtar.File{
			{Name: "pb_project.yaml", Data: []byte(made.project)}, {Name: filepath.Join("models", "all.yaml"), Data: []byte(made.models)}}}, byRule)
		diags, _, err := s.carryOut(runOptions{end: defaultEnd})
		if err != nil || diags.HasErrors() {
			rt.Fatalf("%v %v\n%s", err, diags, made.text())
		}
		ctx := context.Background()
		work, m := s.work(ctx, rt.Fatal)
		o := w.explained()
		if len(o.nodes) == 0 {
			return
		}
		fail := func(what string, a, b node, got, want any) {
			rt.Fatalf("%v and %v: %s %v, want %v\n%s", a, b, what, got, want, made.text())
		}
		for i := range 8 {
			a, b := rapid.SampledFrom(o.nodes).Draw(rt, "from"), rapid.SampledFrom(o.nodes).Draw(rt, "to")
			if i < len(o.rare) {
				a, b = o.rare[i][0], o.rare[i][1]
			}
			l, diags, err := work.ExplainLink(ctx, m, "user", project.IDQuery{Value: a.value, Type: a.idType}, project.IDQuery{Value: b.value, Type: b.idType})
			if err != nil || diags.HasErrors() {
				rt.Fatalf("%v and %v: %v %v\n%s", a, b, err, diags, made.text())
			}
			far, linked := o.steps(a, b, o.edges)
			if l.Linked != linked || len(l.Path) != far {
				fail("linked, steps", a, b, []any{l.Linked, len(l.Path)}, []any{linked, far})
			}
			for _, step := range append(slices.Clone(l.Path), l.WouldBe...) {
				x := between(node{step.From.Value, step.From.Type}, node{step.To.Value, step.To.Type})
				var rows int64
				for _, ev := range step.Edges {
					rows += ev.Rows
					if ev.Rule != "" {
						seen.ruled++
					}
					if (ev.DroppedBy == "") != o.edges[x] {
						fail(fmt.Sprint("step ", x, " dropped"), a, b, ev.DroppedBy, !o.edges[x])
					}
				}
				if rows != o.rows[x] {
					fail(fmt.Sprint("rows of ", x), a, b, rows, o.rows[x])
				}
			}
			_, would := o.steps(a, b, o.any)
			if !linked && (len(l.WouldBe) > 0) != would {
				fail("would be", a, b, len(l.WouldBe), would)
			}
			switch {
			case linked:
				seen.linked, seen.steps = seen.linked+1, seen.steps+far
			case would:
				seen.wouldBe++
			default:
				seen.apart++
			}
			readsAlike(ctx, rt, work, m, l)
		}
	})
	t.Logf("%+v", seen)
	if !t.Failed() && (seen.steps <= seen.linked || seen.wouldBe == 0 || seen.apart == 0 || seen.ruled == 0) {
		t.Errorf("something never happened: %+v", seen)
	}
}

// readsAlike reads the clusters of a link by lists of ids and by joins.
func readsAlike(ctx context.Context, rt *rapid.T, w *project.Work, m project.Moment, l *project.Link) {
	graphs, diags, err := w.IDGraphs(ctx, m, "user")
	if err != nil || diags.HasErrors() {
		rt.Fatal(err, diags)
	}
	byList, err := graphs[0].Read(ctx, l.From.MainID, l.To.MainID)
	if err != nil {
		rt.Fatal(err)
	}
	graphs[0].Literals = 1
	byJoin, err := graphs[0].Read(ctx, l.From.MainID, l.To.MainID)
	if err != nil {
		rt.Fatal(err)
	}
	if !reflect.DeepEqual(byList, byJoin) {
		rt.Fatalf("read by lists and by joins:\n%+v\n%+v", byList, byJoin)
	}
}

// explainedWorld is what the oracle knows of a graph: edges that count, edges of any kind between ids of the graph, and on how many rows
// the two stand.
type explainedWorld struct {
	nodes      []node
	edges, any map[edge]bool
	rows       map[edge]int64
	// rare are edges to ask about in any case: some that rules add, some that do not count.
	rare []edge
}

func (w *graphWorld) explained() *explainedWorld {
	o := &explainedWorld{any: map[edge]bool{}, rows: map[edge]int64{}}
	var seen map[node]int
	seen, o.edges = w.survivors()
	for n := range seen {
		o.nodes = append(o.nodes, n)
	}
	slices.SortFunc(o.nodes, func(a, b node) int { return cmp.Or(cmp.Compare(a.idType, b.idType), cmp.Compare(a.value, b.value)) })
	for x := range o.edges {
		o.any[x] = true
	}
	w.eachRow(func(_ *graphSource, _ graphRow, on []node) {
		stand := map[edge]bool{}
		for i, n := range on {
			for _, m := range on[:i] {
				if m != n {
					stand[between(m, n)] = true
				}
			}
		}
		for x := range stand {
			o.any[x] = true
			o.rows[x]++
		}
	})
	_, left := w.drops()
	for x := range o.rows {
		if o.edges[x] && !left[x] { // its rows' edge was dropped, and the rule that includes it speaks alone
			o.rows[x] = 0
		}
	}
	for _, dropped := range []bool{false, true} {
		var list []edge
		for x := range o.any {
			if o.rows[x] == 0 && !dropped || !o.edges[x] && dropped {
				list = append(list, x)
			}
		}
		slices.SortFunc(list, func(a, b edge) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
		o.rare = append(o.rare, list[:min(len(list), 3)]...)
	}
	return o
}

// steps is the length of the shortest way between two nodes, 0 and false where there is none.
func (o *explainedWorld) steps(from, to node, edges map[edge]bool) (int, bool) {
	dist := map[node]int{from: 0}
	for changed := true; changed; {
		changed = false
		for x := range edges {
			for _, p := range [][2]node{{x[0], x[1]}, {x[1], x[0]}} {
				if d, ok := dist[p[0]]; ok {
					if was, known := dist[p[1]]; !known || d+1 < was {
						dist[p[1]], changed = d+1, true
					}
				}
			}
		}
	}
	d, ok := dist[to]
	return d, ok
}
