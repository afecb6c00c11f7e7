package warehousetest

import (
	"cmp"
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
)

// The law by which main ids stay, written down a second time in the plainest way: over whole graphs of every time instead of
// differences, and over all ids instead of those that something happened to.

// idNode is an id with its type.
type idNode struct{ typ, id string }

// recipe is the main id that a node gives.
func recipe(id, typ string) string {
	hexOf := func(s string) string {
		h := sha1.Sum([]byte(s))
		return hex.EncodeToString(h[:])[:32]
	}
	return "rid" + hexOf(hexOf("fe971b24-9572-4005-b22f-351e9c09274d"+id)+typ)
}

// idGraph is a graph as it was published: the main id of each node.
type idGraph struct {
	material string
	end      int
	ids      map[idNode]string
}

// lineage is what a graph descends from, itself last, and what became of ids.
type lineage struct {
	graphs []*idGraph
	given  map[string]int    // at which graph, from 1, an id was first given
	went   map[string]string // of ids that no node has: where they went, "" nowhere
	events []idEvent         // of the last graph
}

type idEvent struct {
	kind, main, other string
	nodes             int
}

func (l *lineage) last() *idGraph { return l.graphs[len(l.graphs)-1] }

// until is the lineage as of the graphs that ended by a time, nil when there was none.
func (l *lineage) until(end int) *lineage {
	out := &lineage{given: map[string]int{}, went: map[string]string{}}
	for _, g := range l.graphs {
		if g.end > end {
			break
		}
		out.graphs = append(out.graphs, g)
	}
	if len(out.graphs) == 0 {
		return nil
	}
	for id, n := range l.given {
		if n <= len(out.graphs) {
			out.given[id] = n
		}
	}
	for _, g := range out.graphs {
		for _, id := range g.ids {
			if !holds(out.last().ids, id) {
				out.went[id] = "" // where it went is not asked for
			}
		}
	}
	return out
}

func holds(ids map[idNode]string, id string) bool {
	for _, x := range ids {
		if x == id {
			return true
		}
	}
	return false
}

// seenNode is a node of a cluster and when it was first seen.
type seenNode struct {
	idNode
	at int
}

func (n seenNode) compare(o seenNode) int {
	return cmp.Or(cmp.Compare(n.at, o.at), cmp.Compare(recipe(n.id, n.typ), recipe(o.id, o.typ)))
}

// idClusters are the clusters of rows, each with its nodes in the order of seeds.
type idClusters [][]seenNode

func (c idClusters) sort() {
	for _, members := range c {
		slices.SortFunc(members, seenNode.compare)
	}
	slices.SortFunc(c, func(a, b []seenNode) int { return a[0].compare(b[0]) })
}

// claim is a pair of an id and a cluster.
type claim struct {
	id      string
	cluster int
	// last and weight are the greater the better, since and given the less.
	last, weight, since, given int
}

// grant gives ids out, the best claim first. Clusters are in the order of their seeds.
func grant(claims []claim, named map[int]string) {
	slices.SortFunc(claims, func(a, b claim) int {
		return cmp.Or(cmp.Compare(b.last, a.last), cmp.Compare(b.weight, a.weight), cmp.Compare(a.since, b.since), cmp.Compare(a.given, b.given),
			cmp.Compare(a.id, b.id), cmp.Compare(a.cluster, b.cluster))
	})
	taken := map[string]bool{}
	for _, id := range named {
		taken[id] = true
	}
	for _, c := range claims {
		if _, done := named[c.cluster]; !done && !taken[c.id] {
			named[c.cluster], taken[c.id] = c.id, true
		}
	}
}

// carry gives clusters their ids by those of a lineage, nil for none.
func carry(base *lineage, material string, end int, clusters idClusters, types []string) *lineage {
	clusters.sort()
	weight := func(n idNode) int { return len(types) - slices.Index(types, n.typ) }
	out := &lineage{given: map[string]int{}, went: map[string]string{}}
	named := map[int]string{}
	held := map[idNode]string{}
	if base != nil {
		out.graphs, out.given, out.went = slices.Clone(base.graphs), maps.Clone(base.given), maps.Clone(base.went)
		held = base.last().ids
		grant(base.overlaps(clusters, weight), named)
		grant(base.memories(clusters, named, weight), named)
	}
	regained := map[string]bool{}
	for _, id := range named {
		regained[id] = base != nil && !holds(held, id)
	}
	born := map[string]bool{}
	ever := func(id string) bool { _, ok := out.given[id]; return ok || born[id] }
	for i, members := range clusters { // every cluster of which a node has a free id, before numbers are looked at
		if _, ok := named[i]; ok {
			continue
		}
		for _, m := range members {
			if id := recipe(m.id, m.typ); !ever(id) {
				named[i] = id
				break
			}
		}
	}
	for i := range clusters {
		if id, ok := named[i]; ok && !ever(id) {
			born[id] = true
		}
	}
	for i, members := range clusters {
		for n := 1; named[i] == ""; n++ {
			if id := recipe(fmt.Sprintf("%s#%d", members[0].id, n), members[0].typ); !ever(id) {
				named[i], born[id] = id, true
			}
		}
	}
	g := &idGraph{material: material, end: end, ids: map[idNode]string{}}
	for i, members := range clusters {
		for _, m := range members {
			g.ids[m.idNode] = named[i]
		}
	}
	out.graphs = append(out.graphs, g)
	for id := range born {
		out.given[id] = len(out.graphs)
	}
	if base != nil {
		out.settle(base, clusters, named, regained, born, weight)
	}
	return out
}

// since is from which graph on a node has had the id of the last one.
func (l *lineage) since(n idNode) int {
	i := len(l.graphs)
	for i > 1 && l.graphs[i-2].ids[n] == l.graphs[i-1].ids[n] {
		i--
	}
	return i
}

// overlaps are the claims of clusters on the ids of their members.
func (l *lineage) overlaps(clusters idClusters, weight func(idNode) int) []claim {
	var out []claim
	for i, members := range clusters {
		of := map[string]*claim{}
		for _, m := range members {
			id, ok := l.last().ids[m.idNode]
			if !ok {
				continue
			}
			if of[id] == nil {
				of[id] = &claim{id: id, cluster: i, since: 1 << 30, given: l.given[id]}
			}
			of[id].weight += weight(m.idNode)
			of[id].since = min(of[id].since, l.since(m.idNode))
		}
		for _, c := range of {
			out = append(out, *c)
		}
	}
	return out
}

// memories are the claims of clusters without a name on what most of their members were ever called.
func (l *lineage) memories(clusters idClusters, named map[int]string, weight func(idNode) int) []claim {
	var out []claim
	for i, members := range clusters {
		if _, ok := named[i]; ok {
			continue
		}
		of := map[string]*claim{}
		count := map[string]int{}
		for _, m := range members {
			mine := map[string]bool{}
			for n, g := range l.graphs {
				id, ok := g.ids[m.idNode]
				if !ok {
					continue
				}
				if of[id] == nil {
					of[id] = &claim{id: id, cluster: i, since: n + 1, given: l.given[id]}
				}
				of[id].since, of[id].last = min(of[id].since, n+1), max(of[id].last, n+1)
				if !mine[id] {
					mine[id] = true
					of[id].weight += weight(m.idNode)
					count[id]++
				}
			}
		}
		for id, c := range of {
			if 2*count[id] > len(members) {
				out = append(out, *c)
			}
		}
	}
	return out
}

// settle works out where ids went, and what happened.
func (l *lineage) settle(base *lineage, clusters idClusters, named map[int]string, regained, born map[string]bool, weight func(idNode) int) {
	held, now := base.last().ids, l.last().ids
	best := func(nodes map[idNode]bool) string { // the id that the greatest share of them has
		share := map[string]int{}
		for n := range nodes {
			if id, ok := now[n]; ok {
				share[id] += weight(n)
			}
		}
		out := ""
		for id, w := range share {
			if out == "" || w > share[out] || w == share[out] && id < out {
				out = id
			}
		}
		return out
	}
	holders := func(g map[idNode]string, id string) map[idNode]bool {
		out := map[idNode]bool{}
		for n, x := range g {
			if x == id {
				out[n] = true
			}
		}
		return out
	}
	lost, touched := map[string]bool{}, map[string]bool{}
	for _, id := range held {
		if !holds(now, id) {
			lost[id], touched[id] = true, true
		}
	}
	for _, members := range clusters { // contended: members of one id in several clusters, or of several ids in one
		of := map[string]bool{}
		for _, m := range members {
			if id, ok := held[m.idNode]; ok {
				of[id] = true
			}
		}
		for id := range of {
			inside := 0
			for _, other := range clusters {
				if slices.ContainsFunc(other, func(m seenNode) bool { return held[m.idNode] == id }) {
					inside++
				}
			}
			if len(of) > 1 || inside > 1 {
				touched[id] = true
			}
		}
	}
	went := map[string]string{}
	for id := range lost {
		went[id] = best(holders(held, id))
	}
	for id, to := range base.went {
		if regained[id] || to == "" || !touched[to] {
			continue
		}
		for i := len(base.graphs) - 1; i >= 0; i-- {
			if last := holders(base.graphs[i].ids, id); len(last) > 0 {
				went[id] = cmp.Or(best(last), went[to], to)
				break
			}
		}
	}
	// A retired id stays what the ids that went there point at.
	maps.Copy(l.went, went)
	for id := range regained {
		if regained[id] {
			delete(l.went, id)
		}
	}

	type flow struct{ from, to string }
	flows, gone := map[flow]int{}, map[string]int{}
	for n, was := range held {
		switch id, ok := now[n]; {
		case !ok:
			gone[was]++
		case id != was:
			flows[flow{was, id}]++
		}
	}
	for f, nodes := range flows {
		kind := "moved"
		switch {
		case lost[f.from] && went[f.from] == f.to:
			kind = "merged"
		case born[f.to]:
			kind = "split"
		case regained[f.to]:
			kind = "restored"
		}
		l.events = append(l.events, idEvent{kind, f.to, f.from, nodes})
	}
	for id := range lost {
		if went[id] == "" {
			l.events = append(l.events, idEvent{"retired", id, "", gone[id]})
		}
	}
	for i, members := range clusters {
		if slices.ContainsFunc(members, func(m seenNode) bool { _, ok := held[m.idNode]; return ok }) {
			continue
		}
		kind := "created"
		if regained[named[i]] {
			kind = "restored"
		}
		l.events = append(l.events, idEvent{kind, named[i], "", len(members)})
	}
	slices.SortFunc(l.events, func(a, b idEvent) int {
		return cmp.Or(cmp.Compare(a.main, b.main), cmp.Compare(a.kind, b.kind), cmp.Compare(a.other, b.other)) // no event of a kind and an id has another id and another one none
	})
}
