package plan

import (
	"slices"
	"strings"

	"kith/internal/addr"
	"kith/internal/model"
	"kith/internal/rel"
)

// connect fills in what steps read and write, what is downstream of them, and how many rows are to be expected.
func (p *Plan) connect(facts Facts) {
	feeds := map[addr.Addr][]addr.Addr{}
	rows := map[string]int64{}
	for _, m := range facts.Materials {
		rows[strings.ToLower(m.Ref)] = m.Rows
	}
	for _, s := range p.Steps {
		for _, n := range s.Needs {
			feeds[n] = append(feeds[n], s.Addr)
		}
		s.Reads, s.Writes = reads(s), nil
		for _, o := range Objects(s.Step) {
			s.Writes = append(s.Writes, o.Name())
		}
		s.Rows = -1
		if n, ok := rows[s.Ref.Key()]; ok {
			s.Rows = n
		}
		if in, ok := s.Node.(*model.Input); ok && s.Of == nil {
			if n, ok := facts.Rows[in.Address.Key()]; ok {
				s.Rows = n
			}
		}
	}
	for _, s := range p.Steps {
		below := map[addr.Addr]bool{}
		var visit func(a addr.Addr)
		visit = func(a addr.Addr) {
			for _, f := range feeds[a] {
				if !below[f] {
					below[f] = true
					visit(f)
				}
			}
		}
		visit(s.Addr)
		s.Downstream = nil
		for _, o := range p.Steps {
			if below[o.Addr] {
				s.Downstream = append(s.Downstream, o.Addr)
			}
		}
	}
}

// reads are the objects that a step reads and does not make.
func reads(s *Step) []string {
	var out []string
	made := append(Objects(s.Step), s.Scratch...)
	for _, o := range rel.Reads(s.Program) {
		own := slices.ContainsFunc(made, func(m rel.Object) bool { return m.Key() == o.Key() })
		if name := written(o); !own && !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out
}

// written is an object's name with its parts.
func written(o rel.Object) string {
	var parts []string
	for _, p := range o.Parts {
		parts = append(parts, p.Name)
	}
	return strings.Join(parts, ".")
}

// Name is what happens to a published name.
type Name struct {
	Name string
	// Action is Publish, Reuse for a name that shows its material already, Leave or Drop.
	Action Action
	// Step makes what the name shows; "" for a name that goes or is left.
	Step addr.Addr
	// Material is what it shows then, or showed last.
	Material string
	Reason   string
}

// names decides about published names: those of the plan get their materials, those that the project declares no more go, the
// others stay as they are.
func (p *Plan) names(facts Facts, opt Options) {
	whole := true
	for _, s := range p.Steps {
		whole = whole && s.Action != Leave
	}
	was := map[string]PublishedName{}
	for _, n := range facts.Names {
		was[strings.ToLower(n.Name)] = n
	}
	for _, v := range p.Published {
		n := Name{Name: v.Name, Action: Publish, Step: v.Step, Material: v.From.Name(), Reason: "new"}
		if old, ok := was[strings.ToLower(v.Name)]; ok {
			n.Reason = "in place of " + old.Material
			if strings.EqualFold(old.Material, n.Material) {
				n.Action, n.Reason = Reuse, "shows it already"
			}
		}
		delete(was, strings.ToLower(v.Name))
		p.Names = append(p.Names, n)
	}
	for _, old := range facts.Names {
		if _, left := was[strings.ToLower(old.Name)]; !left {
			continue
		}
		n := Name{Name: old.Name, Action: Leave, Material: old.Material}
		switch {
		case old.Project != opt.Project:
			n.Reason = "belongs to the project " + old.Project
		case p.Declared(old.Name, old.Ref):
			n.Reason = "takes no part in this run"
		case !whole:
			n.Reason = "is not declared any more; a run of the whole project drops it"
		default:
			n.Action, n.Reason = Drop, "is not declared any more"
		}
		p.Names = append(p.Names, n)
	}
}
