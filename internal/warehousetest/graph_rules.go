package warehousetest

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"pgregory.net/rapid"

	"kith/internal/rel"
)

// edge is two ids, in the order that between puts them.
type edge [2]node

func between(a, b node) edge {
	if a.idType > b.idType || a.idType == b.idType && a.value > b.value {
		a, b = b, a
	}
	return edge{a, b}
}

// edgeLimit is an item of maximum_edges, of types by their index.
type edgeLimit struct {
	of, to, most int
	within       int // days, 0 for any time
}

// graphRule is a manual rule about the id a, or about the edge to b when b is not zero.
type graphRule struct {
	a, b    node
	include bool
	at      int // day of 2026, 0 for none
	// other tells that the rule is one of another entity.
	other bool
}

func (r graphRule) ends() []node {
	if r.b == (node{}) {
		return []node{r.a}
	}
	return []node{r.a, r.b}
}

// settled are the rules that hold: of those about one thing the latest, then the one with priority. An included edge to an
// excluded id holds only when include has priority.
func (w *graphWorld) settled(include bool) []graphRule {
	holds := map[edge]graphRule{}
	for _, r := range w.rules {
		if r.other {
			continue
		}
		about := edge{r.a}
		if r.b != (node{}) {
			about = between(r.a, r.b)
		}
		old, ok := holds[about]
		if !ok || r.at > old.at || r.at == old.at && r.include == w.includeWins {
			holds[about] = r
		}
	}
	var out []graphRule
	for _, r := range holds {
		if r.include != include {
			continue
		}
		void := false
		if r.include && r.b != (node{}) && !w.includeWins {
			for _, n := range r.ends() {
				x, ok := holds[edge{n}]
				void = void || ok && !x.include
			}
		}
		if !void {
			out = append(out, r)
		}
	}
	return out
}

// violation is an edge that a limit takes away, seen from the id with too many.
type violation struct {
	of, to              node
	most, found, within int
}

// violations are those among edges of rows.
func (w *graphWorld) violations(edges map[edge]bool, traces map[edge]*trace) map[violation]bool {
	out := map[violation]bool{}
	for _, l := range w.limits {
		of, to := w.types[l.of], w.types[l.to]
		if of.outside || to.outside {
			continue
		}
		near := map[node][]node{}
		for e := range edges {
			for _, p := range [][2]node{{e[0], e[1]}, {e[1], e[0]}} {
				if p[0].idType == of.name && p[1].idType == to.name {
					near[p[0]] = append(near[p[0]], p[1])
				}
			}
		}
		for n, others := range near {
			var days []int
			for _, m := range others {
				days = append(days, traces[between(n, m)].first)
			}
			if l.within == 0 && len(others) <= l.most || l.within > 0 && !crowds(days, l.most, l.within) {
				continue
			}
			for _, m := range others {
				out[violation{n, m, l.most, len(others), l.within}] = true
			}
		}
	}
	return out
}

const auditQuery = "select id1, id1_type, id2, id2_type, rule_details from user_graph_cardinality_audit"

// expectedAudit are the rows of the audit, nil when the graph has none.
func (w *graphWorld) expectedAudit() []string {
	if !slices.ContainsFunc(w.limits, func(l edgeLimit) bool { return !w.types[l.of].outside && !w.types[l.to].outside }) {
		return nil
	}
	edges, traces := map[edge]bool{}, w.traces()
	for e, t := range traces {
		if !w.decayed(e, t) {
			edges[e] = true
		}
	}
	var out []string
	for v := range w.violations(edges, traces) {
		within := ""
		if v.within > 0 {
			within = fmt.Sprintf(", \"within\": \"%dh\"", 24*v.within)
		}
		out = append(out, fmt.Sprintf("%s | %s | %s | %s | {\"max_edges\": %d, \"current_count\": %d%s}",
			quoted(v.of.value), v.of.idType, quoted(v.to.value), v.to.idType, v.most, v.found, within))
	}
	sort.Strings(out)
	return append([]string{"id1 | id1_type | id2 | id2_type | rule_details"}, out...)
}

// limitsOf is maximum_edges of a type.
func (w *graphWorld) limitsOf(t int) string {
	var sb strings.Builder
	for _, l := range w.limits {
		if l.of != t {
			continue
		}
		if sb.Len() == 0 {
			sb.WriteString("    maximum_edges:\n")
		}
		if l.within > 0 {
			fmt.Fprintf(&sb, "      - {to: %s, at_most: %d, within: %dh}\n", w.types[l.to].name, l.most, 24*l.within)
			continue
		}
		fmt.Fprintf(&sb, "      - %s: %d\n", w.types[l.to].name, l.most)
	}
	return sb.String()
}

// writeRules adds the block of manual rules to the project, and their table to the world.
func (w *graphWorld) writeRules(project *strings.Builder, out *world, perm func(int) []int) {
	if !w.ruled {
		return
	}
	priority := map[bool]string{true: "include", false: "exclude"}[w.includeWins]
	fmt.Fprintf(project, "id_stitcher_rules: {enabled: true, table_name: fixes, priority: %s}\n", priority)
	t := table{name: "fixes", columns: []rel.Column{column("entity", rel.Text), column("id1", rel.Text), column("id1_type", rel.Text),
		column("id2", rel.Text), column("id2_type", rel.Text), column("action", rel.Text), column("created_at", rel.Timestamp)}}
	for _, i := range perm(len(w.rules)) {
		r := w.rules[i]
		a, b := r.a, r.b
		if i%2 == 1 && b != (node{}) { // an edge has no direction
			a, b = b, a
		}
		row := []string{"user", a.value, a.idType, "NULL", "NULL", "EXCLUDE", "NULL"}
		if r.other {
			row[0] = "robot"
		}
		if b != (node{}) {
			row[3], row[4] = b.value, b.idType
		}
		if r.include {
			row[5] = "include"
		}
		if r.at > 0 {
			row[6] = day(r.at)
		}
		t.rows = append(t.rows, row)
	}
	out.tables = append(out.tables, t)
}

// drawRules adds limits and manual rules, about ids that are there and some that are not.
func (w *graphWorld) drawRules(rt *rapid.T) {
	for of := range w.types {
		for to := range w.types {
			if rapid.IntRange(0, 2).Draw(rt, "limited") == 0 {
				w.limits = append(w.limits, edgeLimit{of: of, to: to, most: rapid.IntRange(1, 3).Draw(rt, "most")})
			}
		}
	}
	if w.ruled = rapid.IntRange(0, 3).Draw(rt, "ruled") > 0; !w.ruled {
		return
	}
	w.includeWins = rapid.Bool().Draw(rt, "include wins")
	var inside []string
	for _, t := range w.types {
		if !t.outside {
			inside = append(inside, t.name)
		}
	}
	drawn := func() node {
		return node{rapid.SampledFrom([]string{"a1", "a2", "a3", "b1", "b2", "bad", "a1 ", "nowhere"}).Draw(rt, "id"), rapid.SampledFrom(inside).Draw(rt, "type")}
	}
	for range rapid.IntRange(0, 8).Draw(rt, "rules") {
		r := graphRule{a: drawn(), include: rapid.Bool().Draw(rt, "include"), at: rapid.IntRange(0, 2).Draw(rt, "created"), other: rapid.IntRange(0, 5).Draw(rt, "other") == 0}
		if rapid.IntRange(0, 2).Draw(rt, "edge") > 0 {
			if r.b = drawn(); r.b == r.a {
				r.b = node{}
			}
		}
		w.rules = append(w.rules, r)
	}
}
