package warehousetest

import (
	"fmt"
	"math/rand"
	"slices"
	"sort"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kith/internal/rel"
)

// graphWorld is an identity graph in the making: sources with ids of some types on each row, and filters.
type graphWorld struct {
	types   []idType
	sources []graphSource
	// blocked are the values of the table that a filter by SQL excludes.
	blocked []string
	limits  []edgeLimit
	// ruled tells that there is a table of manual rules.
	ruled       bool
	rules       []graphRule
	includeWins bool
	// guarded tells that there are guards beyond limits, so that the order of id types has a meaning.
	guarded bool
	guards  graphGuards
}

// idType is an id type with the filters that the oracle knows how to apply.
type idType struct {
	name    string
	outside bool // not an id type of the entity
	guards  typeGuards
	exclude string
	cures   []string // further values that are excluded
	most    int      // ids of the type that a cluster may have, 0 for any number; no oracle knows of it
	regex   bool     // include only a letter and digits
	bySQL   bool     // exclude what is blocked
}

type graphSource struct {
	name  string
	ids   []int // index into types, a column each
	timed bool
	rows  []graphRow
}

type graphRow struct {
	ids []*string // NULL is nil
	at  int       // day of 2026, 0 for none
}

const graphRegex = "[a-z][0-9]+"

// passes is the oracle's reading of the filters.
func (w *graphWorld) passes(t idType, v string) bool {
	if v == "" || t.outside || v == t.exclude || slices.Contains(t.cures, v) {
		return false
	}
	if !t.guards.lets(v) {
		return false
	}
	if t.bySQL && slices.Contains(w.blocked, v) {
		return false
	}
	if !t.regex {
		return true
	}
	return len(v) > 1 && v[0] >= 'a' && v[0] <= 'z' && strings.Trim(v[1:], "0123456789") == ""
}

// node is an id with its type.
type node struct{ value, idType string }

// expected computes the published graph the slow way: main id, id, type, first seen.
func (w *graphWorld) expected() []string {
	seen, edges := w.survivors()
	find := roots(seen, edges)
	key := func(n node) string { // known times first, then time, then rid
		if seen[n] == 0 {
			return "9" + MainID(n.value, n.idType)
		}
		return fmt.Sprintf("0%05d", seen[n]) + MainID(n.value, n.idType)
	}
	first := map[node]node{}
	for n := range seen {
		root := find(n)
		if f, ok := first[root]; !ok || key(n) < key(f) {
			first[root] = n
		}
	}
	out := []string{}
	for n := range seen {
		f := first[find(n)]
		at := "NULL"
		if d := seen[n]; d > 0 {
			at = day(d)
		}
		out = append(out, fmt.Sprintf("rid(%s:%s) | %s | %s | %s", f.idType, f.value, quoted(n.value), n.idType, at))
	}
	sort.Strings(out)
	return append([]string{"user_main_id | other_id | other_id_type | first_seen_at"}, out...)
}

// roots joins nodes by edges and gives one node for all of a component.
func roots(nodes map[node]int, edges map[edge]bool) func(node) node {
	parent := map[node]node{}
	for n := range nodes {
		parent[n] = n
	}
	var find func(n node) node
	find = func(n node) node {
		for parent[n] != n {
			parent[n] = parent[parent[n]]
			n = parent[n]
		}
		return n
	}
	for e := range edges {
		parent[find(e[1])] = find(e[0])
	}
	return find
}

// survivors are the ids of the graph with the day they were first seen, 0 for none, and its edges.
func (w *graphWorld) survivors() (map[node]int, map[edge]bool) {
	seen, _ := w.ofRows()
	_, edges := w.drops()
	for _, e := range w.settled(true) {
		for _, n := range e.ends() {
			if _, ok := seen[n]; !ok {
				seen[n] = 0
			}
		}
		if e.b != (node{}) {
			edges[between(e.a, e.b)] = true
		}
	}
	return seen, edges
}

// ofRows are the ids and edges of all rows, before limits and guards and without what rules add.
func (w *graphWorld) ofRows() (map[node]int, map[edge]bool) {
	seen, edges, apart := map[node]int{}, map[edge]bool{}, map[edge]bool{}
	for _, r := range w.settled(false) {
		if r.b != (node{}) {
			apart[between(r.a, r.b)] = true
		}
	}
	w.eachRow(func(s *graphSource, r graphRow, on []node) {
		for i, n := range on {
			if _, ok := seen[n]; !ok {
				seen[n] = 0
			}
			if s.timed && r.at > 0 && (seen[n] == 0 || r.at < seen[n]) {
				seen[n] = r.at
			}
			for _, m := range on[:i] {
				if m != n && !apart[between(m, n)] {
					edges[between(m, n)] = true
				}
			}
		}
	})
	return seen, edges
}

// eachRow hands over each row with the ids that filters and rules leave on it.
func (w *graphWorld) eachRow(take func(s *graphSource, r graphRow, on []node)) {
	exempt, gone := map[node]bool{}, map[node]bool{}
	for _, r := range w.settled(true) {
		exempt[r.a] = exempt[r.a] || r.b == node{}
	}
	for _, r := range w.settled(false) {
		if r.b == (node{}) {
			gone[r.a] = true
		}
	}
	for i := range w.sources {
		s := &w.sources[i]
		for _, r := range s.rows {
			var on []node
			for i, v := range r.ids {
				t := w.types[s.ids[i]]
				if v == nil || *v == "" || t.outside {
					continue
				}
				n := node{*v, t.name}
				if !gone[n] && (exempt[n] || w.passes(t, *v)) {
					on = append(on, n)
				}
			}
			take(s, r, on)
		}
	}
}

func day(n int) string { return time.Date(2026, 1, n, 0, 0, 0, 0, time.UTC).Format("2006-01-02") }

const graphQuery = "select user_main_id, other_id, other_id_type, first_seen_at from user_graph"

// world writes the project. Orders of what may come in any order are taken from a shuffle; nil keeps them.
func (w *graphWorld) world(shuffle *rand.Rand) *world {
	perm := func(n int) []int {
		p := make([]int, n)
		for i := range p {
			p[i] = i
		}
		if shuffle != nil {
			p = shuffle.Perm(n)
		}
		return p
	}
	out := &world{}
	var p, m strings.Builder
	p.WriteString("name: graph\nschema_version: 98\nconnection: test\nmodel_folders: [models]\nentities:\n  - name: user\n    id_stitcher: models/user_graph\n    id_types: [")
	sep := ""
	order := perm(len(w.types))
	if w.guarded {
		slices.Sort(order)
	}
	for _, i := range order {
		if t := w.types[i]; !t.outside {
			p.WriteString(sep + t.name)
			sep = ", "
		}
	}
	p.WriteString("]\nid_types:\n")
	for _, i := range perm(len(w.types)) {
		t := w.types[i]
		fmt.Fprintf(&p, "  - name: %s\n", t.name)
		var filters []string
		if t.exclude != "" {
			filters = append(filters, fmt.Sprintf("{type: exclude, value: %q}", t.exclude))
		}
		for _, v := range t.cures {
			filters = append(filters, fmt.Sprintf("{type: exclude, value: %q}", v))
		}
		if t.regex {
			filters = append(filters, fmt.Sprintf("{type: include, regex: '%s'}", graphRegex))
		}
		if t.bySQL {
			filters = append(filters, "{type: exclude, sql: {select: word, from: inputs/blocked}}")
		}
		if len(filters) > 0 {
			p.WriteString("    filters: [" + strings.Join(filters, ", ") + "]\n")
		}
		if t.most > 0 {
			fmt.Fprintf(&p, "    maximum_per_cluster: %d\n", t.most)
		}
		p.WriteString(w.limitsOf(i))
		p.WriteString(t.guardKeys())
	}
	w.writeRules(&p, out, perm)
	out.project = p.String()
	m.WriteString("inputs:\n  - name: blocked\n    app_defaults: {table: blocked}\n")
	blocked := table{name: "blocked", columns: []rel.Column{column("word", rel.Text)}}
	for _, b := range w.blocked {
		blocked.rows = append(blocked.rows, []string{b})
	}
	out.tables = append(out.tables, blocked)
	for _, i := range perm(len(w.sources)) {
		s := w.sources[i]
		fmt.Fprintf(&m, "  - name: %s\n    app_defaults:\n      table: %s\n", s.name, s.name)
		if s.timed {
			m.WriteString("      occurred_at_col: ts\n")
		}
		m.WriteString("      ids:\n")
		for _, j := range perm(len(s.ids)) {
			fmt.Fprintf(&m, "        - {select: c%d, type: %s, entity: user}\n", j, w.types[s.ids[j]].name)
		}
		out.tables = append(out.tables, s.table(perm(len(s.rows))))
	}
	m.WriteString("models:\n  - name: user_graph\n    model_type: id_stitcher\n    model_spec:\n      entity_key: user\n      edge_sources:\n")
	for _, i := range perm(len(w.sources)) {
		fmt.Fprintf(&m, "        - from: inputs/%s\n", w.sources[i].name)
	}
	if w.guarded {
		m.WriteString(w.guards.keys(w.types) + evidenceModel)
	}
	out.models = m.String()
	return out
}

func (s *graphSource) table(order []int) table {
	t := table{name: s.name}
	for i := range s.ids {
		t.columns = append(t.columns, column(fmt.Sprintf("c%d", i), rel.Text))
	}
	t.columns = append(t.columns, column("ts", rel.Timestamp))
	for _, i := range order {
		r := s.rows[i]
		var cells []string
		for _, v := range r.ids {
			if v == nil {
				cells = append(cells, "NULL")
			} else {
				cells = append(cells, *v)
			}
		}
		if r.at == 0 {
			cells = append(cells, "NULL")
		} else {
			cells = append(cells, day(r.at))
		}
		t.rows = append(t.rows, cells)
	}
	return t
}

func text(s string) *string { return &s }

// drawGraph draws types, filters, sources and rows from few values, so that they meet.
func drawGraph(rt *rapid.T) *graphWorld {
	w := &graphWorld{}
	for i := range rapid.IntRange(1, 4).Draw(rt, "types") {
		t := idType{name: fmt.Sprintf("t%d", i)}
		if i > 0 {
			t.outside = rapid.IntRange(0, 5).Draw(rt, "outside") == 0
		}
		if rapid.Bool().Draw(rt, "exclude") {
			t.exclude = rapid.SampledFrom([]string{"bad", "a1", "0"}).Draw(rt, "excluded")
		}
		t.regex = rapid.IntRange(0, 2).Draw(rt, "regex") == 0
		t.bySQL = rapid.IntRange(0, 2).Draw(rt, "bysql") == 0
		w.types = append(w.types, t)
	}
	w.blocked = rapid.SliceOfN(rapid.SampledFrom([]string{"a2", "b3", "NULL", ""}), 0, 3).Draw(rt, "blocked")
	values := []string{"a1", "a2", "a3", "b1", "b2", "b3", "c1", "c2", "c3", "d1", "d2", "d3", "bad", "0", "", "A1", "a1 ", "é"}
	cell := rapid.Custom(func(rt *rapid.T) *string {
		if rapid.IntRange(0, 3).Draw(rt, "null") == 0 {
			return nil
		}
		return text(rapid.SampledFrom(values).Draw(rt, "id"))
	})
	for i := range rapid.IntRange(1, 3).Draw(rt, "sources") {
		s := graphSource{name: fmt.Sprintf("s%d", i), timed: rapid.Bool().Draw(rt, "timed")}
		s.ids = rapid.SliceOfN(rapid.IntRange(0, len(w.types)-1), 1, 4).Draw(rt, "ids")
		if i == 0 && !slices.ContainsFunc(s.ids, func(j int) bool { return !w.types[j].outside }) {
			s.ids[0] = 0
		}
		for range rapid.IntRange(0, 14).Draw(rt, "rows") {
			r := graphRow{at: rapid.IntRange(0, 6).Draw(rt, "day")}
			for range s.ids {
				r.ids = append(r.ids, cell.Draw(rt, "cell"))
			}
			s.rows = append(s.rows, r)
		}
		w.sources = append(w.sources, s)
	}
	return w
}

// check holds what an engine makes of the world against the oracle, in each way to compute it.
func (w *graphWorld) check(t testing.TB, fail func(format string, args ...any), e Engine, seed int64) {
	queries, want := []string{graphQuery}, [][]string{w.expected()}
	if audit := w.expectedAudit(); audit != nil {
		queries, want = append(queries, auditQuery), append(want, audit)
	}
	if w.guarded {
		queries, want = append(queries, evidenceQuery), append(want, w.expectedEvidence())
		if name := w.brokenGuard(); name != "" {
			fail("what is expected breaks %s\n%s", name, w.world(nil).text())
		}
	}
	ways := []struct {
		name  string
		how   solver
		world *world
	}{
		{"in the process", byRule, w.world(nil)},
		{"in SQL", inSQL, w.world(nil)},
		{"in the process, shuffled", byRule, w.world(rand.New(rand.NewSource(seed)))},
	}
	for _, way := range ways {
		got, err := way.world.outcome(t, e, way.how, queries...)
		if err != nil {
			fail("%s: %v\n%s", way.name, err, way.world.text())
			return
		}
		for i := range queries {
			a, b := strings.Join(got[i], "\n"), strings.Join(want[i], "\n")
			if a == b {
				continue
			}
			if len(w.sources[0].rows) > 100 {
				fail("%s: %d rows, want %d", way.name, len(got[i]), len(want[i]))
			} else {
				fail("%s\ngot:\n%s\nwant:\n%s\n%s", way.name, a, b, way.world.text())
			}
			return
		}
	}
}

// Graphs checks that identity graphs are the connected components of their rows, named as they should be, in whatever way
// and order they are computed.
func Graphs(t *testing.T, e Engine) {
	check := func(t testing.TB, fail func(format string, args ...any), w *graphWorld, seed int64) {
		w.check(t, fail, e, seed)
	}
	t.Run("random", func(t *testing.T) {
		checks(t, 12, func(rt *rapid.T) {
			check(t, rt.Fatalf, drawGraph(rt), rapid.Int64().Draw(rt, "order"))
		})
	})
	t.Run("rules and limits", func(t *testing.T) {
		checks(t, 15, func(rt *rapid.T) {
			w := drawGraph(rt)
			w.drawRules(rt)
			check(t, rt.Fatalf, w, rapid.Int64().Draw(rt, "order"))
		})
	})
	t.Run("guards", func(t *testing.T) {
		checks(t, 15, func(rt *rapid.T) {
			check(t, rt.Fatalf, drawGuarded(rt), rapid.Int64().Draw(rt, "order"))
		})
	})
	shapes := map[string]func(i int) (string, string){
		// A chain in order and one that jumps: the worst for whatever walks along edges.
		"chain":      func(i int) (string, string) { return fmt.Sprintf("n%05d", i), fmt.Sprintf("n%05d", i+1) },
		"wild chain": func(i int) (string, string) { return fmt.Sprint(i * 7919 % 10007), fmt.Sprint((i + 1) * 7919 % 10007) },
		"star":       func(i int) (string, string) { return "hub", fmt.Sprintf("n%d", i) },
		"many stars": func(i int) (string, string) { return fmt.Sprintf("h%d", i%97), fmt.Sprintf("n%d", i) },
	}
	for _, name := range []string{"chain", "wild chain", "star", "many stars"} {
		t.Run(name, func(t *testing.T) {
			s := graphSource{name: "s0", ids: []int{0, 0}}
			for i := range 10000 {
				a, b := shapes[name](i)
				s.rows = append(s.rows, graphRow{ids: []*string{text(a), text(b)}})
			}
			check(t, t.Fatalf, &graphWorld{types: []idType{{name: "t0"}}, sources: []graphSource{s}}, 1)
		})
	}
}
