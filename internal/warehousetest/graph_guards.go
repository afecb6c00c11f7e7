package warehousetest

import (
	"fmt"
	"slices"
	"sort"
	"strings"
	"time"

	"pgregory.net/rapid"
)

// typeGuards are the guards of an id type.
type typeGuards struct {
	blockedValues []string
	placeholders  bool
	// validFrom is the day from which its edges count, 0 for any.
	validFrom  int
	unique     bool
	perCluster int // 0 for any number
}

// graphGuards are the guards of the graph.
type graphGuards struct {
	validFrom int
	// perCluster limits types by their index, before their own limits.
	perCluster map[int]int
}

// lets is the oracle's reading of what a type blocks.
func (g *typeGuards) lets(v string) bool {
	if slices.Contains(g.blockedValues, v) {
		return false
	}
	word := strings.ToLower(strings.Trim(v, " "))
	return !g.placeholders || !slices.Contains([]string{"unknown", "n/a", "null"}, word) && (word == "" || word[0] != '0' || strings.Trim(word, "0-") != "")
}

// trace is what rows say of an edge.
type trace struct {
	first int         // day, 0 for none
	last  map[int]int // by source, 0 for none
}

// walk goes over the edges of all rows, with the place of the source and the day of the row, 0 for none. apart tells that a rule
// excludes the edge.
func (w *graphWorld) walk(pair func(e edge, source, day int, apart bool)) {
	apart := map[edge]bool{}
	for _, r := range w.settled(false) {
		if r.b != (node{}) {
			apart[between(r.a, r.b)] = true
		}
	}
	w.eachRow(func(s *graphSource, r graphRow, on []node) {
		day := 0
		if s.timed {
			day = r.at
		}
		place := slices.IndexFunc(w.sources, func(o graphSource) bool { return o.name == s.name })
		for i, n := range on {
			for _, m := range on[:i] {
				if e := between(m, n); m != n {
					pair(e, place, day, apart[e])
				}
			}
		}
	})
}

// traces are the edges of rows with what these say.
func (w *graphWorld) traces() map[edge]*trace {
	out := map[edge]*trace{}
	w.walk(func(e edge, source, day int, apart bool) {
		if apart {
			return
		}
		t := out[e]
		if t == nil {
			t = &trace{last: map[int]int{}}
			out[e] = t
		}
		if day > 0 && (t.first == 0 || day < t.first) {
			t.first = day
		}
		t.last[source] = max(t.last[source], day)
	})
	return out
}

// place is the index of a type by its name.
func (w *graphWorld) place(name string) int {
	return slices.IndexFunc(w.types, func(t idType) bool { return t.name == name })
}

// decayed reports whether every source saw an edge last before the day from which it counts.
func (w *graphWorld) decayed(e edge, t *trace) bool {
	from := w.guards.validFrom
	for _, n := range e {
		from = max(from, w.types[w.place(n.idType)].guards.validFrom)
	}
	for _, last := range t.last {
		if last == 0 || last >= from {
			return false
		}
	}
	return true
}

// drops are the edges of rows that do not count, with the reason. left are the others.
func (w *graphWorld) drops() (by map[edge]string, left map[edge]bool) {
	by, left = map[edge]string{}, map[edge]bool{}
	traces := w.traces()
	for e, t := range traces {
		if w.decayed(e, t) {
			by[e] = "valid_for"
		} else {
			left[e] = true
		}
	}
	for v := range w.violations(left, traces) {
		e := between(v.of, v.to)
		reason := "cardinality: " + v.of.idType + " to " + v.to.idType
		if v.within > 0 {
			reason += fmt.Sprintf(" within %dh", 24*v.within)
		}
		if old, ok := by[e]; !ok || reason < old {
			by[e] = reason
		}
	}
	for e := range by {
		delete(left, e)
	}
	for e, reason := range w.keptApart(left, traces) {
		by[e] = reason
		delete(left, e)
	}
	return by, left
}

// crowds reports whether an id, first seen beside others on some days (0 for none), has more than most of them within a time.
func crowds(days []int, most, within int) bool {
	for _, from := range days {
		n := 0
		for _, d := range days {
			if d == 0 || from == 0 || d >= from && d <= from+within {
				n++
			}
		}
		if from > 0 && n > most {
			return true
		}
	}
	undated := 0
	for _, d := range days {
		if d == 0 {
			undated++
		}
	}
	return undated > most
}

// mostOf is how many ids of a type a cluster may have, 0 for any number, and the name of the guard.
func (w *graphWorld) mostOf(i int) (most int, name string) {
	t := w.types[i]
	switch n := w.guards.perCluster[i]; {
	case t.guards.unique:
		return 1, "unique: " + t.name
	case n > 0:
		return n, "maximum_per_cluster: " + t.name
	case t.guards.perCluster > 0:
		return t.guards.perCluster, "maximum_per_cluster: " + t.name
	}
	return 0, ""
}

// keptApart are the edges that guards of clusters refuse: edges are joined one after the other, and one that would bring too many
// ids of a type together is not.
func (w *graphWorld) keptApart(edges map[edge]bool, traces map[edge]*trace) map[edge]string {
	cluster := map[node]map[node]bool{}
	var order []edge
	for e := range edges {
		order = append(order, e)
		for _, n := range e {
			cluster[n] = map[node]bool{n: true}
		}
	}
	key := func(e edge) string {
		i, j := w.place(e[0].idType), w.place(e[1].idType)
		first := traces[e].first
		if first == 0 {
			first = 99
		}
		x, y := e[0].idType+":"+e[0].value, e[1].idType+":"+e[1].value
		return fmt.Sprintf("%d %d %02d %s\x00%s", max(i, j), min(i, j), first, min(x, y), max(x, y))
	}
	sort.Slice(order, func(i, j int) bool { return key(order[i]) < key(order[j]) })
	out := map[edge]string{}
	for _, e := range order {
		all := map[node]bool{}
		for _, n := range e {
			for m := range cluster[n] {
				all[m] = true
			}
		}
		reason := ""
		for i, t := range w.types {
			n := 0
			for m := range all {
				if m.idType == t.name {
					n++
				}
			}
			if most, name := w.mostOf(i); most > 0 && n > most && reason == "" {
				reason = name
			}
		}
		if reason != "" {
			out[e] = reason
			continue
		}
		for m := range all {
			cluster[m] = all
		}
	}
	return out
}

const evidenceQuery = "select id1, id1_type, id2, id2_type, source, dropped_by from evidence"

// expectedEvidence are the edges of rows and of rules, each source by itself, with what they were dropped by.
func (w *graphWorld) expectedEvidence() []string {
	by, _ := w.drops()
	for _, r := range w.settled(false) {
		if r.b != (node{}) {
			by[between(r.a, r.b)] = "rule"
		}
	}
	var out []string
	add := func(e edge, source, reason string) {
		if reason == "" {
			reason = "NULL"
		}
		out = append(out, fmt.Sprintf("%s | %s | %s | %s | %s | %s", quoted(e[0].value), e[0].idType, quoted(e[1].value), e[1].idType, source, reason))
	}
	seen := map[string]bool{}
	w.walk(func(e edge, source, _ int, _ bool) {
		name := "inputs/" + w.sources[source].name
		if k := fmt.Sprint(e, name); !seen[k] {
			seen[k] = true
			add(e, name, by[e])
		}
	})
	for _, r := range w.settled(true) {
		if r.b != (node{}) {
			add(between(r.a, r.b), "rules", "")
		}
	}
	sort.Strings(out)
	return append([]string{"id1 | id1_type | id2 | id2_type | source | dropped_by"}, out...)
}

// brokenGuard says which guard the clusters of the edges left break, "" for none: they are looked at without the edges of rules,
// which are exempt.
func (w *graphWorld) brokenGuard() string {
	seen, _ := w.ofRows()
	_, edges := w.drops()
	clusters := map[node]map[string]int{}
	root := roots(seen, edges)
	for n := range seen {
		if clusters[root(n)] == nil {
			clusters[root(n)] = map[string]int{}
		}
		clusters[root(n)][n.idType]++
	}
	for _, counts := range clusters {
		for i, t := range w.types {
			if most, name := w.mostOf(i); most > 0 && counts[t.name] > most {
				return name
			}
		}
	}
	return ""
}

// guardKeys are the guards of a type as keys of the project.
func (t *idType) guardKeys() string {
	var sb strings.Builder
	g := &t.guards
	if len(g.blockedValues) > 0 {
		fmt.Fprintf(&sb, "    blocked_values: [%s]\n", strings.Join(quotedAll(g.blockedValues), ", "))
	}
	if g.placeholders {
		sb.WriteString("    block_placeholders: true\n")
	}
	if g.validFrom > 0 {
		fmt.Fprintf(&sb, "    valid_for: %s\n", validFor(g.validFrom))
	}
	if g.unique {
		sb.WriteString("    unique: true\n")
	} else if g.perCluster > 0 {
		fmt.Fprintf(&sb, "    maximum_per_cluster: %d\n", g.perCluster)
	}
	return sb.String()
}

func quotedAll(texts []string) (out []string) {
	for _, t := range texts {
		out = append(out, fmt.Sprintf("%q", t))
	}
	return out
}

// validFor is how long edges count that were last seen on a day or later.
func validFor(day int) time.Duration {
	return defaultEnd.Sub(time.Date(2026, 1, day, 0, 0, 0, 0, time.UTC))
}

// keys are the guards of the graph as keys of its model_spec.
func (g *graphGuards) keys(types []idType) string {
	var sb strings.Builder
	if g.validFrom > 0 {
		fmt.Fprintf(&sb, "      valid_for: %s\n", validFor(g.validFrom))
	}
	if len(g.perCluster) > 0 {
		sb.WriteString("      maximum_per_cluster:\n")
		for i, t := range types {
			if n := g.perCluster[i]; n > 0 {
				fmt.Fprintf(&sb, "        - %s: %d\n", t.name, n)
			}
		}
	}
	return sb.String()
}

// evidenceModel shows the edges of the graph with what they were dropped by.
const evidenceModel = `  - name: evidence
    model_type: sql_template
    model_spec:
      materialization: {output_type: view}
      single_sql: |
        {% with g = this.DeRef("models/user_graph") %}{% with e = g.DeRef("./id_edges") %}
        select id1, id1_type, id2, id2_type, source, dropped_by from {{e}}
        {% endwith %}{% endwith %}
`

// drawGuards adds guards of all kinds.
func (w *graphWorld) drawGuards(rt *rapid.T) {
	w.guarded = true
	some := func(of int, what string) bool { return rapid.IntRange(0, of).Draw(rt, what) == 0 }
	for i := range w.types {
		g := &w.types[i].guards
		if some(2, "blocked") {
			g.blockedValues = rapid.SliceOfN(rapid.SampledFrom([]string{"a1", "b2", "A1", "é", "bad"}), 1, 2).Draw(rt, "values")
		}
		g.placeholders = some(2, "placeholders")
		if some(2, "valid_for") {
			g.validFrom = rapid.IntRange(2, 6).Draw(rt, "from")
		}
		switch rapid.IntRange(0, 3).Draw(rt, "in a cluster") {
		case 0:
			g.unique = true
		case 1:
			g.perCluster = rapid.IntRange(1, 3).Draw(rt, "most in a cluster")
		}
		if !g.unique && !w.types[i].outside && some(3, "limited in the graph") {
			if w.guards.perCluster == nil {
				w.guards.perCluster = map[int]int{}
			}
			w.guards.perCluster[i] = rapid.IntRange(1, 3).Draw(rt, "most in the graph")
		}
	}
	if some(3, "valid_for of the graph") {
		w.guards.validFrom = rapid.IntRange(2, 5).Draw(rt, "from")
	}
	for of := range w.types {
		for to := range w.types {
			within := edgeLimit{of: of, to: to, most: rapid.IntRange(1, 2).Draw(rt, "most within"), within: rapid.IntRange(1, 3).Draw(rt, "days")}
			useless := slices.ContainsFunc(w.limits, func(l edgeLimit) bool { return l.of == of && l.to == to && l.most <= within.most })
			if some(3, "limited within") && !useless { // a project may not have one that is never reached
				w.limits = append(w.limits, within)
			}
		}
	}
	for i := range w.sources {
		for _, r := range w.sources[i].rows {
			for c := range r.ids {
				if rapid.IntRange(0, 11).Draw(rt, "placeholder") == 0 {
					r.ids[c] = text(rapid.SampledFrom([]string{"unknown", " N/A", "000", "0-0", "0a", "Null "}).Draw(rt, "word"))
				}
			}
		}
	}
}

// drawGuarded draws a graph with guards, and often rules.
func drawGuarded(rt *rapid.T) *graphWorld {
	w := drawGraph(rt)
	if rapid.Bool().Draw(rt, "rules") {
		w.drawRules(rt)
	}
	w.drawGuards(rt)
	return w
}

// tally counts by what the edges of drawn graphs were dropped, up to the first colon, and what was blocked.
func (w *graphWorld) tally(out map[string]int) {
	by, _ := w.drops()
	for _, reason := range by {
		kind, _, _ := strings.Cut(reason, ":")
		if strings.Contains(reason, "within") {
			kind += " within"
		}
		out[kind]++
	}
	for _, s := range w.sources {
		for _, r := range s.rows {
			for i, v := range r.ids {
				g := w.types[s.ids[i]].guards
				switch {
				case v == nil:
				case slices.Contains(g.blockedValues, *v):
					out["blocked_values"]++
				case !g.lets(*v):
					out["block_placeholders"]++
				}
			}
		}
	}
}

// guardKinds are the guards that drawn graphs must have use for.
var guardKinds = []string{"blocked_values", "block_placeholders", "valid_for", "cardinality", "cardinality within", "unique", "maximum_per_cluster"}
