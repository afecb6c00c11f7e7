package oracle

import (
	"crypto/sha1"
	"encoding/hex"
	"sort"

	"kith/examples/shop/generate/world"
)

// Solution is everything known about one set of tables at one end time.
type Solution struct {
	End    world.Time
	tables map[string]*world.Table

	kiosks, blocked, freeMail map[string]bool
	graphs                    map[string]*Graph
	features                  map[string]map[string]any // feature -> main id -> value
	entityOf                  map[string]string         // feature -> entity
}

// Graph is the clusters of one entity.
type Graph struct {
	Entity   string
	Clusters []Cluster
	of       map[world.Identity]int
}

// Cluster is one connected component. MainID is the published id; IDs are sorted by type and value.
type Cluster struct {
	MainID string
	IDs    []world.Identity
}

// Solve builds the graphs of both entities and the features from the tables as of an end time. A table that is not given has
// no rows.
func Solve(tables []*world.Table, end world.Time) *Solution {
	s := &Solution{End: end, tables: map[string]*world.Table{}, graphs: map[string]*Graph{}, features: map[string]map[string]any{}, entityOf: map[string]string{}}
	for _, t := range tables {
		s.tables[t.Name] = t
	}
	s.freeMail = s.column("free_mail_domains", "domain")
	s.blocked = s.column("blocked_addresses", "address")
	s.findKiosks()
	for _, e := range []string{user, account} {
		s.graphs[e] = s.solve(e)
	}
	s.userFeatures()
	s.accountFeatures()
	return s
}

// Graph returns the clusters of "user" or "account".
func (s *Solution) Graph(entity string) *Graph { return s.graphs[entity] }

// MainID returns the main id of an identifier's cluster; ok is false when it is no node.
func (g *Graph) MainID(id world.Identity) (string, bool) {
	i, ok := g.of[id]
	if !ok {
		return "", false
	}
	return g.Clusters[i].MainID, true
}

func (s *Solution) column(table, column string) map[string]bool {
	out := map[string]bool{}
	t := s.tables[table]
	if t == nil {
		return out
	}
	for i := range t.Rows {
		v, _ := row{t, i}.str(column)
		out[address(v)] = true
	}
	return out
}

// visible returns the rows of an input that a run with the solution's end time sees: not after it, or without a time, and
// passing the input's where.
func (s *Solution) visible(name string) []row {
	in := inputs[name]
	t := s.tables[in.table]
	if t == nil {
		return nil
	}
	var out []row
	for i := range t.Rows {
		r := row{t, i}
		if at, ok := r.time(in.time); ok && at > s.End {
			continue
		}
		if in.where == nil || in.where(r) {
			out = append(out, r)
		}
	}
	return out
}

// findKiosks finds the devices on which six or more people logged in.
func (s *Solution) findKiosks() {
	logins := map[string]map[string]bool{}
	for _, r := range s.visible("identifies") {
		device, ok := r.str("anonymous_id")
		id, _ := r.str("user_id")
		if !ok || trim(id) == "" {
			continue
		}
		if logins[device] == nil {
			logins[device] = map[string]bool{}
		}
		logins[device][trim(id)] = true
	}
	s.kiosks = map[string]bool{}
	for device, users := range logins {
		s.kiosks[device] = len(users) >= 6
	}
}

// ids returns the identifiers of a row that name the entity, in declared order: neither null nor empty.
func (in input) idsOf(r row, entity string) []world.Identity {
	var out []world.Identity
	for _, x := range in.ids {
		if x.entity != entity {
			continue
		}
		if v, ok := r.str(x.column); ok {
			if v = x.clean(v); v != "" {
				out = append(out, world.Identity{Type: x.typ, Value: v})
			}
		}
	}
	return out
}

func (s *Solution) solve(entity string) *Graph {
	parent := map[world.Identity]world.Identity{}
	seen := map[world.Identity]world.Time{} // earliest known time
	var find func(world.Identity) world.Identity
	find = func(n world.Identity) world.Identity {
		if parent[n] != n {
			parent[n] = find(parent[n])
		}
		return parent[n]
	}
	for _, name := range edgeSources[entity] {
		in := inputs[name]
		for _, r := range s.visible(name) {
			at, timed := r.time(in.time)
			var before *world.Identity
			for _, id := range in.idsOf(r, entity) {
				if !s.keep(id.Type, id.Value) {
					continue
				}
				if _, ok := parent[id]; !ok {
					parent[id] = id
				}
				if first, ok := seen[id]; timed && (!ok || at < first) {
					seen[id] = at
				}
				if before != nil {
					parent[find(id)] = find(*before)
				}
				before = &id
			}
		}
	}
	members := map[world.Identity][]world.Identity{}
	for n := range parent {
		members[find(n)] = append(members[find(n)], n)
	}
	g := &Graph{Entity: entity, of: map[world.Identity]int{}}
	for _, ids := range members {
		sort.Slice(ids, func(i, j int) bool { return less(ids[i], ids[j]) })
		g.Clusters = append(g.Clusters, Cluster{MainID: nameOf(ids, seen), IDs: ids})
	}
	sort.Slice(g.Clusters, func(i, j int) bool { return g.Clusters[i].MainID < g.Clusters[j].MainID })
	for i, c := range g.Clusters {
		for _, id := range c.IDs {
			g.of[id] = i
		}
	}
	return g
}

func less(a, b world.Identity) bool {
	if a.Type != b.Type {
		return a.Type < b.Type
	}
	return a.Value < b.Value
}

// nameOf is the id of the node that was seen first; nodes without a time come last, ties go to the smaller id.
func nameOf(ids []world.Identity, seen map[world.Identity]world.Time) string {
	best, bestAt, bestTimed := "", world.Time(0), false
	for _, id := range ids {
		rid := nodeID(id)
		at, timed := seen[id]
		earlier := timed && (!bestTimed || at < bestAt)
		tied := timed == bestTimed && (!timed || at == bestAt)
		if best == "" || earlier || tied && rid < best {
			best, bestAt, bestTimed = rid, at, timed
		}
	}
	return best
}

// nodeID is the id of a node by the published recipe.
func nodeID(id world.Identity) string {
	hash := func(s string) string {
		sum := sha1.Sum([]byte(s))
		return hex.EncodeToString(sum[:])[:32]
	}
	return "rid" + hash(hash("fe971b24-9572-4005-b22f-351e9c09274d"+id.Value)+id.Type)
}

// resolve returns the main id of a row: that of its first identifier, in declared order, that is in the graph.
func (s *Solution) resolve(name string, r row, entity string) (string, bool) {
	for _, id := range inputs[name].idsOf(r, entity) {
		if m, ok := s.graphs[entity].MainID(id); ok {
			return m, true
		}
	}
	return "", false
}

// by groups the visible rows of an input by the entity's main id; rows that resolve to none are left out.
func (s *Solution) by(name, entity string) map[string][]row {
	out := map[string][]row{}
	for _, r := range s.visible(name) {
		if m, ok := s.resolve(name, r, entity); ok {
			out[m] = append(out[m], r)
		}
	}
	return out
}

// Quality compares clusters with the truth, pair by pair of identifiers: Precision is the share of the pairs put together
// that belong together, Recall the share of the pairs that belong together that are. Identifiers that name nobody are left out.
type Quality struct{ Together, Belong, Both int }

// Precision is 1 when no two identifiers were put together.
func (q Quality) Precision() float64 { return ratio(q.Both, q.Together) }

// Recall is 1 when no two identifiers belong together.
func (q Quality) Recall() float64 { return ratio(q.Both, q.Belong) }

func ratio(a, b int) float64 {
	if b == 0 {
		return 1
	}
	return float64(a) / float64(b)
}

// Quality judges the graph by whose each identifier really is.
func (g *Graph) Quality(whose func(world.Identity) (string, bool)) Quality {
	pairs := func(n int) int { return n * (n - 1) / 2 }
	var q Quality
	total := map[string]int{}
	for _, c := range g.Clusters {
		here, all := map[string]int{}, 0
		for _, id := range c.IDs {
			if key, ok := whose(id); ok {
				here[key]++
				all++
			}
		}
		q.Together += pairs(all)
		for key, n := range here {
			q.Both += pairs(n)
			total[key] += n
		}
	}
	for _, n := range total {
		q.Belong += pairs(n)
	}
	return q
}

// Identities are all identifiers that may be in the graph of the tables at whatever end time: those of edge sources.
func Identities(tables []*world.Table) map[world.Identity]bool {
	all := Solve(tables, 1<<62)
	out := map[world.Identity]bool{}
	for _, g := range all.graphs {
		for id := range g.of {
			out[id] = true
		}
	}
	return out
}
