package warehousetest

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"pgregory.net/rapid"

	"kith/internal/rel"
)

// A graph that begins with an earlier one is the same as one that is built anew and carries the same history: rows that come late or
// at the same moment as others, rows of a mutable table that are corrected or gone, filters that change and change back, runs that
// die, rebases. So two warehouses go through one history, one of which builds each graph anew; both must publish the same ids, and the
// edges and their counts must be those of a count by hand.

const extensionsProject = `name: extensions
schema_version: 98
connection: test
model_folders: [models]
entities:
  - name: user
    id_stitcher: models/user_graph
    id_types: [device, user_id, mail]
id_types:
  - name: device
  - name: user_id
  - name: mail
    filters:
      - {type: exclude, value: FILTERED}
`

const extensionsModels = `inputs:
  - name: web
    contract: {is_append_only: true}
    app_defaults:
      table: web
      occurred_at_col: ts
      loaded_at_col: loaded
      ids:
        - {select: device, type: device, entity: user}
        - {select: uid, type: user_id, entity: user}
  - name: app
    contract: {is_append_only: true}
    app_defaults:
      table: app
      occurred_at_col: ts
      ids:
        - {select: device, type: device, entity: user}
        - {select: mail, type: mail, entity: user}
        - {select: uid, type: user_id, entity: user}
  - name: crm
    app_defaults:
      table: crm
      ids:
        - {select: uid, type: user_id, entity: user}
        - {select: mail, type: mail, entity: user}
        - {select: old_mail, type: mail, entity: user}
models:
  - name: user_graph
    model_type: id_stitcher
    model_spec:
      entity_key: user
      incremental_timedelta: 48h
      edge_sources: [{from: inputs/web}, {from: inputs/app}, {from: inputs/crm}]
  - name: id_edges
    model_type: sql_template
    model_spec:
      materialization: {output_type: view}
      single_sql: |
        {% with g = this.DeRef("models/user_graph") %}{% with e = g.DeRef("./id_edges") %}
        select * from {{e}}
        {% endwith %}{% endwith %}
  - name: mapping
    model_type: sql_template
    model_spec:
      materialization: {output_type: view}
      single_sql: |
        {% with g = this.DeRef("models/user_graph") %}{% with m = g.DeRef("./mappings") %}
        select * from {{m}}
        {% endwith %}{% endwith %}
`

// fact is a row of one of the three tables. Its ids are by type; those of an old mail beside.
type fact struct {
	device, uid, mail, old *string
	at                     *int // minute of occurrence, nil for none
	loaded                 int
}

// rowHistory is the rows that are there, as runs find them.
type rowHistory struct {
	web, app, crm []fact
	filtered      string
	loaded        int // the latest
	// did counts what happened, by kind.
	did map[string]int
}

const manyHistories = 15

const lookbackMinutes = 48 * 60

// step lets things happen before a run that ends at a minute; last is the end of the one before, 0 for none.
func (h *rowHistory) step(rt *rapid.T, last, end int) {
	id := func(kind string, n int) *string {
		if i := rapid.IntRange(0, n).Draw(rt, kind); i > 0 {
			return text(fmt.Sprintf("%s%d", kind[:1], i))
		}
		return nil
	}
	count := func(kind string) { h.did[kind]++ }
	at := func(earliest int) *int {
		m := rapid.IntRange(max(earliest, 0), end).Draw(rt, "at")
		switch rapid.IntRange(0, 9).Draw(rt, "when") {
		case 0:
			count("row without a time")
			return nil
		case 1:
			m = end + rapid.IntRange(1, periodMinutes).Draw(rt, "ahead")
			count("row of a later time")
		case 2:
			m = max(earliest, 0)
		}
		if m <= last {
			count("late row")
		}
		return &m
	}
	for range rapid.IntRange(0, 6).Draw(rt, "web rows") {
		f := fact{device: id("device", 7), uid: id("uid", 7), at: at(0), loaded: h.loaded}
		if rapid.Bool().Draw(rt, "later") || h.loaded == 0 {
			h.loaded++
			f.loaded = h.loaded
		} else {
			count("row loaded at the moment of others")
		}
		if len(h.web) > 0 && rapid.IntRange(0, 4).Draw(rt, "again") == 0 {
			o := rapid.SampledFrom(h.web).Draw(rt, "of")
			f.device, f.uid = o.device, o.uid
			count("row of known ids")
		}
		h.web = append(h.web, f)
	}
	for range rapid.IntRange(0, 5).Draw(rt, "app rows") {
		earliest := 0
		if last > 0 {
			earliest = last - lookbackMinutes
		}
		h.app = append(h.app, fact{device: id("device", 7), mail: id("mail", 5), uid: id("uid", 7), at: at(earliest)})
	}
	for range rapid.IntRange(0, 3).Draw(rt, "crm changes") {
		f := fact{uid: id("uid", 7), mail: id("mail", 5), old: id("mail", 5)}
		switch op := rapid.SampledFrom([]string{"new", "corrected row", "deleted row", "changed key"}).Draw(rt, "change"); {
		case op == "new" || len(h.crm) == 0:
			h.crm = append(h.crm, f)
		default:
			i := rapid.IntRange(0, len(h.crm)-1).Draw(rt, "row")
			count(op)
			switch op {
			case "deleted row":
				h.crm = slices.Delete(slices.Clone(h.crm), i, i+1)
			case "changed key":
				h.crm = slices.Clone(h.crm)
				h.crm[i].uid = f.uid
			default:
				h.crm = slices.Clone(h.crm)
				h.crm[i] = f
			}
		}
	}
	if rapid.IntRange(0, 7).Draw(rt, "filter") == 0 {
		h.filtered = map[string]string{"m1": "none", "none": "m1"}[h.filtered]
		count("changed filter")
	}
}

// tables are the rows as tables.
func (h *rowHistory) tables() []table {
	cell := func(s *string) string {
		if s == nil {
			return "NULL"
		}
		return *s
	}
	when := func(m *int) string {
		if m == nil {
			return "NULL"
		}
		return minute(*m).Format("2006-01-02 15:04")
	}
	web := table{name: "web", columns: []rel.Column{column("device", rel.Text), column("uid", rel.Text), column("ts", rel.Timestamp), column("loaded", rel.Timestamp)}}
	for _, f := range h.web {
		web.rows = append(web.rows, []string{cell(f.device), cell(f.uid), when(f.at), when(&f.loaded)})
	}
	app := table{name: "app", columns: []rel.Column{column("device", rel.Text), column("mail", rel.Text), column("uid", rel.Text), column("ts", rel.Timestamp)}}
	for _, f := range h.app {
		app.rows = append(app.rows, []string{cell(f.device), cell(f.mail), cell(f.uid), when(f.at)})
	}
	crm := table{name: "crm", columns: []rel.Column{column("uid", rel.Text), column("mail", rel.Text), column("old_mail", rel.Text)}}
	for _, f := range h.crm {
		crm.rows = append(crm.rows, []string{cell(f.uid), cell(f.mail), cell(f.old)})
	}
	return []table{web, app, crm}
}

// idsOf are the ids of a fact that count, as type and value.
func (h *rowHistory) idsOf(f fact) [][2]string {
	var out [][2]string
	add := func(t string, v *string) {
		if v != nil && !(t == "mail" && *v == h.filtered) {
			out = append(out, [2]string{t, *v})
		}
	}
	add("device", f.device)
	add("user_id", f.uid)
	add("mail", f.mail)
	add("mail", f.old)
	return out
}

// edges counts by hand what id_edges must show at the end of a run, and groups the ids.
func (h *rowHistory) edges(end int) (lines []string, groups []string) {
	type evidence struct{ rows, first, last int }
	found := map[string]*evidence{}
	group := map[[2]string][2]string{}
	for source, facts := range map[string][]fact{"inputs/web": h.web, "inputs/app": h.app, "inputs/crm": h.crm} {
		for _, f := range facts {
			if f.at != nil && *f.at > end {
				continue
			}
			seen := map[string]bool{}
			ids := h.idsOf(f)
			for i, a := range ids {
				if _, ok := group[a]; !ok {
					group[a] = a
				}
				for _, b := range ids[i+1:] {
					if a == b {
						continue
					}
					if group[b] == ([2]string{}) {
						group[b] = b
					}
					if from, to := group[b], group[a]; from != to {
						for id, g := range group {
							if g == from {
								group[id] = to
							}
						}
					}
					x, y := a, b
					if x[0] > y[0] || x[0] == y[0] && x[1] > y[1] {
						x, y = y, x
					}
					key := strings.Join([]string{x[1], x[0], y[1], y[0], source}, " | ")
					if seen[key] { // several columns of one row say so
						continue
					}
					seen[key] = true
					e := found[key]
					if e == nil {
						e = &evidence{first: -1, last: -1}
						found[key] = e
					}
					e.rows++
					if f.at != nil {
						if e.first < 0 || *f.at < e.first {
							e.first = *f.at
						}
						e.last = max(e.last, *f.at)
					}
				}
			}
		}
	}
	for key, e := range found {
		when := func(m int) string {
			if m < 0 {
				return "NULL"
			}
			return minute(m).Format("2006-01-02 15:04:05")
		}
		lines = append(lines, fmt.Sprintf("%s | %s | %s | %d", key, when(e.first), when(e.last), e.rows))
	}
	members := map[[2]string][]string{}
	for id, g := range group {
		members[g] = append(members[g], id[0]+":"+id[1])
	}
	for _, m := range members {
		sort.Strings(m)
		groups = append(groups, strings.Join(m, " "))
	}
	sort.Strings(lines)
	sort.Strings(groups)
	return lines, groups
}

// lines are the sorted rows of a query.
func (s *session) lines(sql string) ([]string, error) {
	got, err := s.query(&block{verb: "query", lines: []string{"query " + sql}})
	if err != nil {
		return nil, err
	}
	return got[1:], nil
}

// take replaces the rows of the tables, and the filter.
func (s *session) take(h *rowHistory) error {
	for _, tab := range h.tables() {
		if _, err := s.conn.Exec(context.Background(), "delete from "+s.target(tab.name)); err != nil {
			return err
		}
		if err := s.seed(tab); err != nil {
			return err
		}
	}
	return os.WriteFile(filepath.Join(s.root, "pb_project.yaml"), []byte(strings.ReplaceAll(extensionsProject, "FILTERED", h.filtered)), 0o644)
}

// Extensions checks that in n histories. Where they are many, everything that may go wrong must have been in them.
func Extensions(t *testing.T, e Engine, n int) {
	did := map[string]int{}
	checks(t, n, func(rt *rapid.T) {
		h := &rowHistory{filtered: "none", did: did}
		sc := &scope{TB: t}
		defer sc.close()
		open := func(how solver) *session {
			return newSession(sc, e, &testCase{tables: h.tables(), files: []txtar.File{
				{Name: "pb_project.yaml", Data: []byte(extensionsProject)}, {Name: "models/all.yaml", Data: []byte(extensionsModels)}}}, how)
		}
		extended, anew := open(byRule), open(allAnew)
		last := 0
		var before []string
		for run := range rapid.IntRange(3, 7).Draw(rt, "runs") {
			end := (run + 1) * periodMinutes
			h.step(rt, last, end)
			opt := runOptions{end: minute(end)}
			if rapid.IntRange(0, 9).Draw(rt, "rebase") == 0 {
				opt.anew = true
				did["rebase"]++
			}
			for _, s := range []*session{extended, anew} {
				if err := s.take(h); err != nil {
					rt.Fatal(err)
				}
			}
			if run > 0 && rapid.IntRange(0, 3).Draw(rt, "dies") == 0 {
				conn := extended.conn
				extended.conn = &mortal{Conn: conn, at: rapid.IntRange(30, 130).Draw(rt, "boundary")}
				_, out, err := extended.carryOut(opt)
				if err != nil || out == nil || out.Done.Failed > 0 {
					did["death"]++
				}
				extended.conn = conn
				change(t, e, conn, &rel.Update{Into: rel.Named(rel.Internal, "kith_state"), Set: []rel.Item{{Expr: rel.Null(), As: "holder"}}})
			}
			for _, s := range []*session{extended, anew} {
				diags, _, err := s.carryOut(opt)
				if err != nil || diags.HasErrors() {
					rt.Fatalf("run %d: %v %v", run+1, err, diags)
				}
			}
			if extended.extends > 0 {
				did["graph that begins with an earlier one"]++
			}
			lines, groups := h.edges(end)
			got, err := extended.lines("select id1, id1_type, id2, id2_type, source, first_seen_at, last_seen_at, rows from id_edges")
			if a, b := strings.Join(got, "\n"), strings.Join(normal(lines), "\n"); err != nil || a != b {
				rt.Fatalf("run %d: edges: %v\ngot:\n%s\nwant:\n%s\n%+v", run+1, err, a, b, h.tables())
			}
			now, err := extended.groups()
			if a, b := strings.Join(now, "\n"), strings.Join(groups, "\n"); err != nil || a != b {
				rt.Fatalf("run %d: who belongs together: %v\ngot:\n%s\nwant:\n%s\n%+v", run+1, err, a, b, h.tables())
			}
			for _, q := range []string{"user_graph", "mapping", "kith_id_moves", "kith_id_redirects", "kith_id_events"} {
				of := func(s *session) string {
					if strings.HasPrefix(q, "kith_") {
						return "select * from " + s.internal(q)
					}
					return "select * from " + s.target(q)
				}
				a, err1 := extended.lines(of(extended))
				b, err2 := anew.lines(of(anew))
				if err1 != nil || err2 != nil || strings.Join(a, "\n") != strings.Join(b, "\n") {
					rt.Fatalf("run %d: %s: %v %v\ngot:\n%s\nanew:\n%s", run+1, q, err1, err2, strings.Join(a, "\n"), strings.Join(b, "\n"))
				}
			}
			merged, split := changesOf(before, now)
			did["merge"], did["split"] = did["merge"]+merged, did["split"]+split
			before, last = now, end
		}
	})
	t.Logf("%v", did)
	for _, kind := range []string{"late row", "row without a time", "row of a later time", "row loaded at the moment of others", "row of known ids", "corrected row",
		"deleted row", "changed key", "changed filter", "rebase", "death", "merge", "split", "graph that begins with an earlier one"} {
		if did[kind] == 0 && n >= manyHistories && !t.Failed() {
			t.Errorf("no %s in %v", kind, slices.Sorted(maps.Keys(did)))
		}
	}
}

// normal writes times as the suite shows them: without a midnight.
func normal(lines []string) []string {
	var out []string
	for _, l := range lines {
		out = append(out, strings.ReplaceAll(l, " 00:00:00 |", " |"))
	}
	sort.Strings(out)
	return out
}

// members are the ids of each main id of the published graph, in order.
func (s *session) members() (map[string][]string, error) {
	_, rows, err := s.rows("select user_main_id, other_id_type, other_id from user_graph")
	out := map[string][]string{}
	for _, r := range rows {
		main := r[0].(string)
		out[main] = append(out[main], fmt.Sprintf("%v:%v", r[1], r[2]))
	}
	for _, ids := range out {
		sort.Strings(ids)
	}
	return out, err
}

// groups are the ids that the published graph puts together.
func (s *session) groups() ([]string, error) {
	members, err := s.members()
	if err != nil {
		return nil, err
	}
	var out []string
	for _, m := range members {
		out = append(out, strings.Join(m, " "))
	}
	sort.Strings(out)
	return out, nil
}

// changesOf counts groups that hold ids of several groups before, and groups before whose ids are in several now.
func changesOf(before, now []string) (merged, split int) {
	in := func(groups []string) map[string]int {
		out := map[string]int{}
		for i, g := range groups {
			for _, id := range strings.Fields(g) {
				out[id] = i
			}
		}
		return out
	}
	several := func(groups []string, of map[string]int) (n int) {
		for _, g := range groups {
			met := map[int]bool{}
			for _, id := range strings.Fields(g) {
				if i, ok := of[id]; ok {
					met[i] = true
				}
			}
			if len(met) > 1 {
				n++
			}
		}
		return n
	}
	return several(now, in(before)), several(before, in(now))
}
