package audit

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"kith/internal/identity"
	"kith/internal/rel"
)

// suspects looks closely at the largest clusters and at those of crowded ids: what holds them together, which ids look as if many
// people shared them, and what the graph would be without.
func (a *auditor) suspects(ctx context.Context) error {
	crowded, err := a.crowded(ctx)
	if err != nil {
		return err
	}
	chosen, err := a.choose(ctx, crowded)
	if err != nil {
		return err
	}
	var mains []string
	for _, c := range chosen {
		if !c.Unread {
			mains = append(mains, c.MainID)
		}
	}
	c, err := a.apart(ctx, mains)
	if err != nil {
		return err
	}
	suspected := map[int32]bool{}
	for _, n := range crowded {
		if v, ok := c.find(n.key); ok {
			suspected[v] = true
		}
	}
	for _, v := range c.joining(a.out.Thresholds.Bridge, lookedAt) {
		suspected[v] = true
	}
	var wanted []int32
	for v := range suspected {
		wanted = append(wanted, v)
	}
	for r, hubs := range c.hubs {
		wanted = append(append(wanted, hubs...), c.best[r][:min(len(c.best[r]), bridgesShown)]...)
	}
	slices.Sort(wanted)
	nodes, err := a.decode(ctx, c, slices.Compact(wanted), mains)
	if err != nil {
		return err
	}
	a.describe(c, nodes, chosen)
	for v := range suspected {
		if n, ok := nodes[v]; ok {
			a.out.Suspects = append(a.out.Suspects, a.suspect(c, v, n))
		}
	}
	for _, n := range crowded { // of clusters that were too large
		if _, ok := c.find(n.key); !ok {
			a.out.Suspects = append(a.out.Suspects, a.unread(n, chosen))
		}
	}
	return a.rank(ctx, c, nodes)
}

// choose picks the clusters that are looked at: the largest, those of crowded ids and those of seeds, as long as there is room. The
// largest that are shown are kept whether there was room or not.
func (a *auditor) choose(ctx context.Context, crowded []node) ([]*Cluster, error) {
	chosen, err := a.clusters(ctx, nil, int64(max(lookedAt, a.out.Thresholds.Top)))
	if err != nil {
		return nil, err
	}
	a.out.Largest = chosen[:min(len(chosen), a.out.Thresholds.Top)]
	known := map[string]*Cluster{}
	for _, c := range chosen {
		known[c.MainID] = c
	}
	seeds, err := a.seeds(ctx)
	if err != nil {
		return nil, err
	}
	var more []string
	for _, main := range append(mainsOf(crowded), seeds...) {
		if known[main] == nil && !slices.Contains(more, main) {
			more = append(more, main)
		}
	}
	if len(more) > 0 {
		further, err := a.clusters(ctx, more, 0)
		if err != nil {
			return nil, err
		}
		for _, c := range further {
			known[c.MainID] = c
		}
		chosen = append(chosen, further...)
	}
	for _, main := range seeds {
		if c := known[main]; c != nil {
			a.out.Seeds = append(a.out.Seeds, c)
		}
	}
	room := int64(mostIDs)
	for _, c := range chosen {
		if c.Unread = c.IDs > room; !c.Unread {
			room -= c.IDs
		}
	}
	return chosen, nil
}

// mainsOf are the main ids of nodes.
func mainsOf(nodes []node) []string {
	var out []string
	for _, n := range nodes {
		out = append(out, n.mainID)
	}
	return out
}

// seedsShown is how many clusters of seeds are told.
const seedsShown = 100

// seeds are the main ids of the clusters that were asked for, in order.
func (a *auditor) seeds(ctx context.Context) ([]string, error) {
	if len(a.g.Seeds) == 0 {
		return nil, nil
	}
	m := func(name string) rel.Expr { return rel.C("m", name) }
	holds := func(x rel.Expr, text string) rel.Expr {
		return rel.F(rel.RegexFullMatch, x, rel.S(".*"+regexp.QuoteMeta(text)+".*"))
	}
	var any []rel.Expr
	for _, s := range a.g.Seeds {
		if s.Type == MainIDs {
			any = append(any, rel.Eq(m(a.idColumn()), rel.S(s.Value)))
		} else {
			any = append(any, rel.And(holds(m("node_id"), s.Value), holds(m("node_id_type"), s.Type)))
		}
	}
	rows, err := a.w.Rows(ctx, &rel.Select{From: table(a.g.Parts.Mapping, "m"), Where: []rel.Expr{rel.Or(any...)}, Distinct: true,
		Items: []rel.Item{item(m(a.idColumn()), "main_id")}, OrderBy: []rel.Order{{Expr: m(a.idColumn()), NullsLast: true}}, Limit: seedsShown})
	var out []string
	for _, r := range rows {
		out = append(out, row(r).text(0))
	}
	return out, err
}

// describe tells what holds clusters together, which of their ids have most neighbours, and how long they are.
func (a *auditor) describe(c *closely, nodes map[int32]node, chosen []*Cluster) {
	root := map[string]int32{}
	for r, hubs := range c.hubs {
		if n, ok := nodes[hubs[0]]; ok {
			root[n.mainID] = r
		}
	}
	bridge := func(v int32) Bridge {
		return Bridge{ID: nodes[v].id, Degree: c.Degree(v), Parts: c.parts(v).Count(), Separated: c.separated(v)}
	}
	for _, cl := range chosen {
		r, ok := root[cl.MainID]
		if !ok {
			continue
		}
		for _, v := range c.best[r][:min(len(c.best[r]), bridgesShown)] {
			cl.Bridges = append(cl.Bridges, bridge(v))
		}
		slices.SortFunc(cl.Bridges, func(x, y Bridge) int {
			return cmp.Or(cmp.Compare(y.Separated, x.Separated), cmp.Compare(y.Degree, x.Degree), compareIDs(x.ID, y.ID))
		})
		slices.SortFunc(c.hubs[r], func(v, w int32) int {
			return cmp.Or(cmp.Compare(c.Degree(w), c.Degree(v)), compareIDs(nodes[v].id, nodes[w].id))
		})
		for _, v := range c.hubs[r] {
			cl.Hubs = append(cl.Hubs, bridge(v))
		}
		cl.Farthest = c.Farthest(c.hubs[r][0])
	}
	longest := slices.Clone(chosen)
	slices.SortStableFunc(longest, func(x, y *Cluster) int {
		return cmp.Or(cmp.Compare(y.Farthest, x.Farthest), cmp.Compare(y.IDs, x.IDs), cmp.Compare(x.MainID, y.MainID))
	})
	a.out.Longest = longest[:min(len(longest), a.out.Thresholds.Top)]
}

func (a *auditor) suspect(c *closely, v int32, n node) *Suspect {
	parts := c.parts(v)
	s := &Suspect{ID: n.id, MainID: n.mainID, ClusterIDs: c.Size(v), Degree: c.Degree(v), Limit: a.limit(n.id.Type), Parts: parts.Count(),
		Bridged: parts.Count() - parts.Of(1), Separated: c.separated(v), Cure: cureOf(n.id)}
	s.Because = a.reasons(s)
	if p, ok := c.points[v]; ok && len(p.Parts) > 1 && int64(p.Parts[1]) >= a.out.Thresholds.Bridge {
		s.Because = append(s.Because, fmt.Sprintf("it alone joins a part of %d ids to one of %d", p.Parts[1], p.Parts[0]))
	}
	s.After = predict(a.out.Sizes.sizes.Replace(c.Size(v), parts))
	return s
}

// unread is a crowded id of a cluster that was too large to take apart.
func (a *auditor) unread(n node, chosen []*Cluster) *Suspect {
	s := &Suspect{ID: n.id, MainID: n.mainID, Degree: n.degree, Limit: a.limit(n.id.Type), Cure: cureOf(n.id)}
	for _, c := range chosen {
		if c.MainID == n.mainID {
			s.ClusterIDs = c.IDs
		}
	}
	s.Because = append(a.reasons(s), "its cluster is too large to be taken apart here")
	return s
}

func (a *auditor) limit(typ string) int64 {
	for _, d := range a.out.Degrees {
		if d.Type == typ {
			return d.Limit
		}
	}
	return 0
}

func (a *auditor) reasons(s *Suspect) []string {
	out := []string{}
	for _, d := range a.out.Degrees {
		if d.Type == s.ID.Type && s.Degree > d.Limit {
			out = append(out, fmt.Sprintf("it stands beside %d other ids; half of all %s ids stand beside at most %d", s.Degree, d.Type, d.Median))
		}
	}
	return out
}

// rank puts the suspects in order, keeps those that are told, and says what would become of the graph without all of them.
func (a *auditor) rank(ctx context.Context, c *closely, nodes map[int32]node) error {
	slices.SortFunc(a.out.Suspects, func(x, y *Suspect) int {
		return cmp.Or(cmp.Compare(y.Separated, x.Separated), cmp.Compare(y.Degree, x.Degree), compareIDs(x.ID, y.ID))
	})
	a.out.SuspectsFound = len(a.out.Suspects)
	a.out.Suspects = a.out.Suspects[:min(len(a.out.Suspects), a.out.Thresholds.Top)]
	if err := a.guarded(ctx); err != nil {
		return err
	}
	if err := a.exempt(ctx); err != nil {
		return err
	}
	at := map[ID]int32{}
	for v, n := range nodes {
		at[n.id] = v
	}
	var gone []int32
	exact := true
	for _, s := range a.out.Suspects {
		v, ok := at[s.ID]
		if !ok {
			return nil // its cluster was not taken apart, so nobody knows what would become of it
		}
		// Of ids on one way between two parts one is enough.
		if s.Degree <= s.Limit {
			if joined := c.Joined(v, gone); len(joined) < 2 || joined[1] < a.out.Thresholds.Bridge {
				s.Needless = true
				continue
			}
		}
		gone = append(gone, v)
		exact = exact && s.After.Exact
	}
	if len(gone) == 0 {
		return nil
	}
	parts, whole := c.Without(gone)
	sizes := a.out.Sizes.sizes.Replace(whole[0], parts)
	for _, n := range whole[1:] {
		sizes = sizes.Replace(n, nil)
	}
	a.out.AllCured = predict(sizes)
	a.out.AllCured.Exact = exact
	return nil
}

// predict is a graph with clusters of such sizes.
func predict(s identity.Sizes) *Prediction {
	return &Prediction{IDs: s.Total(), Clusters: s.Count(), Singletons: s.Of(1), LargestIDs: s.Largest(), Exact: true}
}

// settled are the words of edges that are dropped whatever else the graph holds: by their age, or because a rule says so.
var settled = []string{"valid_for", "rule"}

// guarded finds the suspects' clusters of which a guard holds edges back. Without the id some of these edges may be legal.
func (a *auditor) guarded(ctx context.Context) error {
	var mains []string
	for _, s := range a.out.Suspects {
		mains = append(mains, s.MainID)
	}
	if len(mains) == 0 || len(a.out.Edges.Lost) == 0 {
		return nil
	}
	m := func(name string) rel.Expr { return rel.C("m", name) }
	ends := &rel.Union{All: true}
	for _, end := range [][2]string{{"id1", "id1_type"}, {"id2", "id2_type"}} {
		ends.Rels = append(ends.Rels, &rel.Select{From: table(a.g.Parts.IDEdges, "e"), Where: []rel.Expr{&rel.Not{X: in(rel.C("e", "dropped_by"), settled)}},
			Items: []rel.Item{item(rel.C("e", end[0]), "node"), item(rel.C("e", end[1]), "node_type")}})
	}
	rows, err := a.w.Rows(ctx, &rel.Select{From: from(ends, "x"), Distinct: true, Where: []rel.Expr{in(m(a.idColumn()), mains)},
		Joins: []rel.Join{{Kind: rel.Inner, Source: table(a.g.Parts.Mapping, "m"),
			On: []rel.Expr{rel.Eq(m("node_id"), rel.C("x", "node")), rel.Eq(m("node_id_type"), rel.C("x", "node_type"))}}},
		Items: []rel.Item{item(m(a.idColumn()), "main_id")}})
	held := map[string]bool{}
	for _, r := range rows {
		held[row(r).text(0)] = true
	}
	for _, s := range a.out.Suspects {
		if s.After != nil && held[s.MainID] {
			s.After.Exact = false
		}
	}
	return err
}

// exempt finds the suspects that a manual rule or a decision brings in: filters pass them by.
func (a *auditor) exempt(ctx context.Context) error {
	if len(a.out.Suspects) == 0 {
		return nil
	}
	brought := &rel.Union{All: true}
	bring := func(o rel.Object, where rel.Expr) {
		for _, end := range [][2]string{{"id1", "id1_type"}, {"id2", "id2_type"}} {
			var ids []rel.Expr
			for _, s := range a.out.Suspects {
				ids = append(ids, rel.And(rel.Eq(rel.C("r", end[0]), rel.S(s.ID.Value)), rel.Eq(rel.C("r", end[1]), rel.S(s.ID.Type))))
			}
			brought.Rels = append(brought.Rels, &rel.Select{From: table(o, "r"), Where: []rel.Expr{where, rel.Or(ids...)},
				Items: []rel.Item{item(rel.C("r", end[1]), "id_type"), item(rel.C("r", end[0]), "id_value")}})
		}
	}
	added := slices.ContainsFunc(a.out.Edges.Found, func(f FoundIn) bool { return slices.Contains(byHand, f.Source) })
	if added {
		bring(a.g.Parts.IDEdges, in(rel.C("r", "source"), byHand))
	}
	if a.g.Parts.Rules.Name() != "" {
		bring(a.g.Parts.Rules, rel.Eq(rel.C("r", "action"), rel.S("include")))
	}
	if len(brought.Rels) == 0 {
		return nil
	}
	rows, err := a.w.Rows(ctx, brought)
	for _, x := range rows {
		for _, s := range a.out.Suspects {
			if s.ID == (ID{row(x).text(0), row(x).text(1)}) {
				s.Exempt = "a manual rule or a decision brings it in, and filters pass it by: take that back as well"
				if s.After != nil {
					s.After.Exact = false
				}
			}
		}
	}
	return err
}

// cureOf is YAML that keeps an id out of the graph.
func cureOf(id ID) string { return Cures([]*Suspect{{ID: id}}) }

// Cures is YAML that keeps ids out of the graph: filters for the id types of the project. Needless ones are not among them.
func Cures(suspects []*Suspect) string {
	values := map[string][]string{}
	for _, s := range suspects {
		if s.Needless {
			continue
		}
		values[s.ID.Type] = append(values[s.ID.Type], s.ID.Value)
	}
	out := []string{"id_types:"}
	for _, t := range slices.Sorted(maps.Keys(values)) {
		out = append(out, "  - name: "+t, "    filters:")
		for _, v := range values[t] {
			out = append(out, "      - type: exclude", "        value: "+yamlText(v))
		}
	}
	return strings.Join(out, "\n")
}

// yamlText is a text in double quotes, in which JSON is YAML.
func yamlText(s string) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if e.Encode(s) != nil {
		return `""` // texts always encode
	}
	return strings.TrimSuffix(b.String(), "\n")
}
