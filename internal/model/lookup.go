package model

import (
	"sort"
	"strings"

	"kith/internal/addr"
)

// Children that can be dereferenced below a node.
const (
	ChildVarTable = "var_table"
	ChildEdges    = "edges"
	ChildIDEdges  = "id_edges"
	ChildMappings = "mappings"
	ChildDelta    = "id_clusters_delta"
	ChildAudit    = "cardinality_audit"
)

// Find returns the node a path names and the child object asked for ("" for the node itself). Paths ignore case; "~/"
// and "./" in front, and the older "entity/<entity>/..." form are understood (modelling.md section 17).
func (g *Graph) Find(path string) (n Node, child string, ok bool) {
	key := normalPath(path)
	if n := g.byKey[key]; n != nil {
		return n, "", true
	}
	parts := strings.Split(key, "/")
	for cut := len(parts) - 1; cut >= 1; cut-- {
		n := g.byKey[strings.Join(parts[:cut], "/")]
		if n == nil {
			continue
		}
		rest := parts[cut:]
		switch n := n.(type) {
		case *Foreign:
			if rest[0] == ChildVarTable && len(rest) <= 2 {
				return n, ChildVarTable, true
			}
			return n, "", true // which columns and children it has is not known without running it
		case *Input, *SQLModel, *Union:
			if rest[0] == ChildVarTable && len(rest) <= 2 {
				return n, ChildVarTable, true
			}
		case *FeatureTable:
			if len(rest) == 1 && n.Cohort != nil {
				if v := n.Cohort.Find(rest[0]); v != nil {
					return v, "", true
				}
			}
		case *Stitcher:
			switch strings.Join(rest, "/") {
			case ChildVarTable:
				return n, "", true
			case ChildEdges, "internal_edges":
				return n, ChildEdges, true
			case ChildIDEdges, "internal_id_edges":
				return n, ChildIDEdges, true
			case ChildMappings, "mapping", "internal_mapping":
				return n, ChildMappings, true
			case ChildDelta:
				return n, ChildDelta, !n.Collator
			case ChildAudit:
				return n, ChildAudit, n.AuditName() != ""
			}
		case *FeatureView: // a view by an id, by its name
			if v := n.viewNamed(strings.Join(rest, "/")); v != nil {
				return v, "", true
			}
		case *Cohort:
			if len(rest) == 1 {
				if v := n.Find(rest[0]); v != nil {
					return v, "", true
				}
			}
		}
		return nil, "", false
	}
	return nil, "", false
}

// viewNamed is the cohort's view of a name, letter case ignored; nil when there is none.
func (v *FeatureView) viewNamed(name string) *FeatureView {
	for _, o := range v.Cohort.Views {
		if strings.EqualFold(o.Name, name) {
			return o
		}
	}
	return nil
}

func normalPath(path string) string {
	key := strings.ToLower(strings.TrimSpace(path))
	for _, p := range []string{"~/", "./"} {
		key = strings.TrimPrefix(key, p)
	}
	if rest, ok := strings.CutPrefix(key, "entity/"); ok {
		parts := strings.Split(rest, "/")
		if len(parts) >= 2 && parts[1] != "all" {
			parts = append([]string{parts[0], "all"}, parts[1:]...)
		}
		key = strings.Join(parts, "/")
	}
	return key
}

// Paths are the addresses of all nodes, sorted.
func (g *Graph) Paths() []string {
	out := make([]string, 0, len(g.byKey))
	for _, n := range g.byKey {
		out = append(out, string(n.Addr()))
	}
	sort.Strings(out)
	return out
}

// Node returns the node of exactly that address, nil when there is none.
func (g *Graph) Node(a addr.Addr) Node { return g.byKey[a.Key()] }

// Entity returns an entity by name, letter case ignored; nil when there is none.
func (g *Graph) Entity(name string) *Entity {
	for _, e := range g.Entities {
		if strings.EqualFold(e.Name, name) {
			return e
		}
	}
	return nil
}

// IDType returns an id type by name (exact letters, as id types are values in the graph); nil when there is none.
func (g *Graph) IDType(name string) *IDType {
	for _, t := range g.IDTypes {
		if t.Name == name {
			return t
		}
	}
	return nil
}

// own returns the cohort's own var of a name, the first when there are several.
func (c *Cohort) own(name string) *EntityVar {
	if c.indexed != len(c.Vars) {
		c.byName, c.indexed = make(map[string]*EntityVar, len(c.Vars)), len(c.Vars)
		for _, v := range c.Vars {
			if k := strings.ToLower(v.Name); c.byName[k] == nil {
				c.byName[k] = v
			}
		}
	}
	return c.byName[strings.ToLower(name)]
}

// inputVar returns an input var of a source by name.
func (r *Rows) inputVar(name string) *InputVar {
	for _, v := range r.InputVars {
		if strings.EqualFold(v.Name, name) {
			return v
		}
	}
	return nil
}
