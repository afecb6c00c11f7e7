package warehousetest

import (
	"fmt"
	"slices"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"
	"pgregory.net/rapid"

	"kith/internal/rel"
)

// Rows that are only ever added, in several runs of one warehouse, must give what one run over all of them gives, in whatever
// way a run computes it: anew, or from what earlier runs left (modelling.md section 12.7). Profiles are compared by their
// members, since the name of a profile may depend on what it was before.

const incrementsProject = `name: increments
schema_version: 98
connection: test
model_folders: [models]
entities:
  - name: user
    id_stitcher: models/user_graph
    id_types: [device, user_id]
id_types:
  - name: device
  - name: user_id
`

const incrementsModels = `inputs:
  - name: hits
    contract: {is_append_only: true}
    app_defaults:
      table: hits
      occurred_at_col: ts
      ids:
        - {select: device, type: device, entity: user}
        - {select: uid, type: user_id, entity: user}
models:
  - name: user_graph
    model_type: id_stitcher
    model_spec:
      entity_key: user
      materialization: {run_type: incremental}
      incremental_timedelta: 48h
      edge_sources: [{from: inputs/hits}]
  - name: pages
    model_type: sql_template
    model_spec:
      materialization: {output_type: table, run_type: incremental}
      single_sql: |
        {%- set prev = this.DeRef(pre_existing=true, dependency="optional", checkpoint_name="pages") -%}
        {%- set delta = this.DeRef("inputs/hits/incr_delta_tbl", dependency="coercive", baseline_name="pages", prereqs=[prev]) -%}
        {%- set full = this.DeRef("inputs/hits", prereqs=[delta.Except()]) -%}
        {% if prev.IsEnabled() and delta.IsEnabled() %}
        select url, sum(n) as n, max(last_at) as last_at from (
          select url, n, last_at from {{prev}}
          union all
          select url, count(*) as n, max(ts) as last_at from {{delta}} group by url) as parts
        group by url
        {% else %}
        select url, count(*) as n, max(ts) as last_at from {{full}} group by url
        {% endif %}
var_groups:
  - name: vars
    entity_key: user
    vars:
      - entity_var: {name: n, from: inputs/hits, select: count(*), merge: "sum({{rowset.n}})"}
      - entity_var: {name: paid, from: inputs/hits, select: sum(amount), where: amount > 2, default_value: 0, merge: "sum({{rowset.paid}})"}
      - entity_var: {name: least, from: inputs/hits, select: min(amount), merge: "min({{rowset.least}})"}
      - entity_var: {name: most, from: inputs/hits, select: max(amount)}
      - entity_var: {name: big, from: inputs/hits, select: bool_or(amount > 7), merge: "bool_or({{rowset.big}})"}
      - entity_var: {name: last_url_by_param, from: inputs/hits, select: max(ts), merge: "max({{rowset.last_url_by_param}})", is_feature: false}
      - entity_var: {name: last_url, from: inputs/hits, select: last_value(url), window: {order_by: [ts asc]}, merge: "max_by({{rowset.last_url}}, {{rowset.last_url_by_param}})"}
      - entity_var: {name: urls, from: inputs/hits, select: count(distinct url)}
      - entity_var: {name: n_and_paid, select: "{{user.n}} + {{user.paid}}"}
`

// hit is a row of the input: minutes since the beginning, no two alike.
type hit struct {
	device, uid *string
	url         string
	amount      int
	at          int
}

// increments are the hits that each run finds added, and the minute at which it ends. A hit may be of a time after the run
// that it is there for.
type increments struct {
	added [][]hit
	ends  []int
}

// periodMinutes is how long after one run the next one ends.
const periodMinutes = 1000

func drawIncrements(rt *rapid.T) increments {
	var out increments
	id := func(kind string, n int) *string {
		i := rapid.IntRange(0, n).Draw(rt, kind)
		if i == 0 {
			return nil
		}
		return text(fmt.Sprintf("%s%d", kind[:1], i))
	}
	next := 0
	for run := range rapid.IntRange(3, 5).Draw(rt, "runs") {
		var rows []hit
		last := (run + 1) * periodMinutes
		for range rapid.IntRange(0, 10).Draw(rt, "rows") {
			next++
			at := run*periodMinutes + 1 + next
			if rapid.IntRange(0, 7).Draw(rt, "ahead") == 0 {
				at += periodMinutes
			}
			rows = append(rows, hit{id("device", 6), id("user", 6), rapid.SampledFrom([]string{"/", "/a", "/b"}).Draw(rt, "url"), rapid.IntRange(0, 9).Draw(rt, "amount"), at})
		}
		out.added, out.ends = append(out.added, rows), append(out.ends, last)
	}
	return out
}

func minute(n int) time.Time {
	return time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(n) * time.Minute)
}

func hitsTable(rows []hit) table {
	t := table{name: "hits", columns: []rel.Column{column("device", rel.Text), column("uid", rel.Text), column("url", rel.Text),
		column("amount", rel.BigInt), column("ts", rel.Timestamp)}}
	cell := func(s *string) string {
		if s == nil {
			return "NULL"
		}
		return *s
	}
	for _, h := range rows {
		t.rows = append(t.rows, []string{cell(h.device), cell(h.uid), h.url, fmt.Sprint(h.amount), minute(h.at).Format("2006-01-02 15:04")})
	}
	return t
}

// expected is what is published of all hits up to a minute: profiles by their members, and pages.
func expectedIncrement(rows []hit, end int) []string {
	group := map[string]string{} // id to the least id of its profile
	visible := slices.DeleteFunc(slices.Clone(rows), func(h hit) bool { return h.at > end })
	ids := func(h hit) []string {
		var out []string
		if h.device != nil {
			out = append(out, "device:"+*h.device)
		}
		if h.uid != nil {
			out = append(out, "user_id:"+*h.uid)
		}
		return out
	}
	for _, h := range visible {
		on := ids(h)
		for _, a := range on {
			if _, ok := group[a]; !ok {
				group[a] = a
			}
		}
		if len(on) == 2 && group[on[0]] != group[on[1]] {
			from, to := group[on[0]], group[on[1]]
			for id, g := range group {
				if g == from {
					group[id] = to
				}
			}
		}
	}
	of := map[string][]hit{}
	for _, h := range visible {
		if on := ids(h); len(on) > 0 {
			of[group[on[0]]] = append(of[group[on[0]]], h)
		}
	}
	members := map[string][]string{}
	for id, g := range group {
		members[g] = append(members[g], id)
	}
	var out []string
	for g, hits := range of {
		slices.Sort(members[g])
		paid, least, most, big, last := 0, 10, -1, false, hits[0]
		urls := map[string]bool{}
		for _, h := range hits {
			if h.amount > 2 {
				paid += h.amount
			}
			least, most, big = min(least, h.amount), max(most, h.amount), big || h.amount > 7
			if h.at > last.at {
				last = h
			}
			urls[h.url] = true
		}
		out = append(out, fmt.Sprintf("%s | %v | %d | %d | %s | %d | %d | %d | %d", strings.Join(members[g], " "), big, least, most, last.url,
			len(hits), len(hits)+paid, paid, len(urls)))
	}
	pages := map[string][2]int{}
	for _, h := range visible {
		p := pages[h.url]
		pages[h.url] = [2]int{p[0] + 1, max(p[1], h.at)}
	}
	for url, p := range pages {
		out = append(out, fmt.Sprintf("page %s | %d | %s", url, p[0], minute(p[1]).Format("2006-01-02 15:04:05")))
	}
	sort.Strings(out)
	return out
}

// published is the same as an engine has it.
func publishedIncrement(s *session) ([]string, error) {
	members, err := s.members()
	if err != nil {
		return nil, err
	}
	_, vars, err := s.rows("select user_main_id, big, least, most, last_url, n, n_and_paid, paid, urls from user_var_table")
	if err != nil {
		return nil, err
	}
	var out []string
	for _, r := range vars {
		main := r[0].(string)
		cells := []string{strings.Join(members[main], " ")}
		for _, v := range r[1:] {
			cells = append(cells, fmt.Sprint(v))
		}
		out = append(out, strings.Join(cells, " | "))
	}
	_, pages, err := s.rows("select url, n, last_at from pages")
	if err != nil {
		return nil, err
	}
	for _, r := range pages {
		out = append(out, fmt.Sprintf("page %v | %v | %s", r[0], r[1], r[2].(time.Time).UTC().Format("2006-01-02 15:04:05")))
	}
	sort.Strings(out)
	return out, nil
}

// Increments checks that runs over rows that are added bit by bit publish what the oracle says after each of them, and that one
// run over all rows publishes the same as the last.
func Increments(t *testing.T, e Engine) {
	checks(t, 6, func(rt *rapid.T) {
		w := drawIncrements(rt)
		var all []hit
		for _, rows := range w.added {
			all = append(all, rows...)
		}
		sc := &scope{TB: t}
		defer sc.close()
		open := func(rows []hit) *session {
			return newSession(sc, e, &testCase{tables: []table{hitsTable(rows)}, files: []txtar.File{
				{Name: "pb_project.yaml", Data: []byte(incrementsProject)}, {Name: "models/all.yaml", Data: []byte(incrementsModels)}}}, byRule)
		}
		compare := func(s *session, what string, rows []hit, end int) {
			diags, _, err := s.carryOut(runOptions{end: minute(end)})
			if err != nil || diags.HasErrors() {
				rt.Fatalf("%s: %v %v", what, err, diags)
			}
			got, err := publishedIncrement(s)
			if err != nil {
				rt.Fatalf("%s: %v", what, err)
			}
			if a, b := strings.Join(got, "\n"), strings.Join(expectedIncrement(rows, end), "\n"); a != b {
				rt.Fatalf("%s\ngot:\n%s\nwant:\n%s\nrows: %v", what, a, b, hitsTable(rows).rows)
			}
		}
		s := open(nil)
		var there []hit
		for i, rows := range w.added {
			if err := s.seed(hitsTable(rows)); err != nil {
				rt.Fatal(err)
			}
			there = append(there, rows...)
			compare(s, fmt.Sprintf("run %d of %d", i+1, len(w.added)), there, w.ends[i])
		}
		compare(open(all), "one run over all", all, w.ends[len(w.ends)-1])
	})
}
