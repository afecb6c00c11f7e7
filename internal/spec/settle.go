package spec

import (
	"slices"
	"strings"

	"kith/internal/diag"
	"kith/internal/source"
)

// Old schemas leave to the project what stands at its place today. settle fills it in once everything is read.

// lastUnbound is the schema from which an entity names its stitcher.
const lastUnbound = 18

// excluded is exclude_id_types of a stitcher.
type excluded struct {
	model *Model
	pair  source.Pair
}

// namedStitcher is a stitcher that something other than the entity names.
type namedStitcher struct {
	entity string
	path   source.At[string]
}

func (r *reader) settle(root *source.Node) {
	r.impliedIDTypes(root)
	r.impliedGrain(root)
	for _, in := range r.p.Inputs {
		r.settleIDs(in)
	}
	r.bindStitchers()
	for _, x := range r.excluded {
		r.settleExcluded(x)
	}
}

// lastWithoutGrain is the schema from which a project that uses time grains says what the default is; before, grains were an
// experiment (modelling.md sections 0.2 and 13).
const lastWithoutGrain = 88

// impliedGrain gives a project of before the default that it has.
func (r *reader) impliedGrain(root *source.Node) {
	v := r.p.SchemaVersion
	if v.Span.IsZero() || v.Value >= lastWithoutGrain || r.p.DefaultTimeGrain.Value != "" {
		return
	}
	at, ok := firstGrain(r.p)
	if !ok {
		return
	}
	const grain = "tick"
	r.p.DefaultTimeGrain = source.At[string]{Value: grain, Span: at}
	r.d.Warnf(diag.SFormerMechanism, at, "a time_grain without %q in %s is an older form", "default_time_grain", ProjectFile).WithFix("add default_time_grain: %s", grain)
	r.d.older(at, "time_grain without default_time_grain", "default_time_grain: "+grain, AddKey{In: root, Key: "default_time_grain", Value: grain})
}

// firstGrain is the place of a time_grain that the project uses; ok is false when it uses none.
func firstGrain(p *Project) (at source.Span, ok bool) {
	for _, e := range p.Entities {
		if m := e.DefaultIDStitcher; m != nil && m.TimeGrain.Value != "" {
			return m.TimeGrain.Span, true
		}
	}
	for _, m := range p.Models {
		if n := m.Spec.Get("time_grain"); n != nil {
			return n.Span, true
		}
	}
	for _, g := range p.VarGroups {
		if g.TimeGrain.Value != "" {
			return g.TimeGrain.Span, true
		}
		for _, v := range g.Vars {
			if v.TimeGrain.Value != "" {
				return v.TimeGrain.Span, true
			}
		}
	}
	return at, false
}

// settleIDs gives ids without an entity that of their input, or the only one there is.
func (r *reader) settleIDs(in *Input) {
	for _, id := range in.IDs {
		if !id.Entity.Span.IsZero() || id.Entity.Value != "" {
			continue
		}
		n := r.d.nodes[id]
		name := in.entity.Value
		if name == "" && r.d.lenient && len(r.p.Entities) == 1 {
			name = r.p.Entities[0].Name.Value
		}
		if name == "" || n == nil {
			g := r.d.Errorf(diag.SMissingKey, idPlace(n, id), "%s needs %q", inputIDObject.Name, "entity")
			if len(r.p.Entities) > 1 {
				g.WithFix("add entity: the one of %s that the id belongs to", quoteList(entityNames(r.p)))
			} else {
				g.WithFix("add entity: the entity that the id belongs to")
			}
			continue
		}
		id.Entity = source.At[string]{Value: name, Span: id.Span}
		r.d.Warnf(diag.SFormerMechanism, idPlace(n, id), "an id without %q is an older form", "entity").WithFix("add entity: %s", name)
		r.d.older(idPlace(n, id), "id without entity", "entity: "+name, AddKey{In: n, Key: "entity", Value: name})
	}
}

func idPlace(n *source.Node, id *InputID) source.Span {
	if n == nil {
		return id.Span
	}
	return placeOf(n)
}

func entityNames(p *Project) []string {
	var out []string
	for _, e := range p.Entities {
		out = append(out, e.Name.Value)
	}
	return out
}

// bindStitchers gives an entity the stitcher that was its own without being named: the one that a feature table names, or
// in schemas before 18 the only one of the entity.
func (r *reader) bindStitchers() {
	for _, e := range r.p.Entities {
		if e.IDStitcher.Value != "" {
			continue
		}
		var path string
		for _, n := range r.named {
			if n.entity == e.Name.Value || n.entity == "" && len(r.p.Entities) == 1 {
				path = n.path.Value
				break
			}
		}
		if path == "" && r.p.SchemaVersion.Value < lastUnbound && !r.p.SchemaVersion.Span.IsZero() {
			var own []*Model
			for _, m := range r.p.Models {
				if k, ok := scalarAt(m.Spec.Get("entity_key")); ok && m.Type.Value == stitcherType && strings.EqualFold(k.Value, e.Name.Value) {
					own = append(own, m)
				}
			}
			if len(own) == 1 {
				path = "models/" + own[0].Name.Value
			}
		}
		if path == "" {
			continue
		}
		e.IDStitcher = source.At[string]{Value: path, Span: e.Name.Span}
		r.d.Warnf(diag.SFormerMechanism, e.Name.Span, "an entity that does not name its stitcher is an older form").WithFix("add id_stitcher: %s", path)
		r.d.older(e.Name.Span, "entity without id_stitcher", "id_stitcher: "+path, AddKey{In: r.d.nodes[e], Key: "id_stitcher", Value: path})
	}
}

// settleExcluded takes the id types that a stitcher excludes out of its entity.
func (r *reader) settleExcluded(x excluded) {
	r.d.Warnf(diag.SFormerMechanism, x.pair.Key.Span, "%q in id_stitcher is the older form of leaving id types out of the entity", x.pair.Key.Value).
		WithFix("take them out of the entity's id_types")
	key, _ := scalarAt(x.model.Spec.Get("entity_key"))
	for _, e := range r.p.Entities {
		if !strings.EqualFold(e.Name.Value, key.Value) {
			continue
		}
		list := r.d.nodes[e].Get("id_types")
		for _, item := range x.pair.Value.Items {
			if item.Kind != source.ScalarNode {
				continue
			}
			i := slices.IndexFunc(e.IDTypes, func(s source.At[string]) bool { return s.Value == item.Text.S })
			if i < 0 {
				continue
			}
			at := e.IDTypes[i].Span
			e.IDTypes = slices.Delete(e.IDTypes, i, i+1)
			for _, t := range list.Items {
				if t.Span == at {
					r.d.older(at, "id type "+item.Text.S+", which the stitcher excludes", "", RemoveItem{list, t})
				}
			}
		}
	}
	r.d.older(x.pair.Key.Span, x.pair.Key.Value, "", RemoveKey{r.specs[x.model], x.pair.Key})
}

// settleIDTypes adds the id types that entities define to those of the project.
func (r *reader) settleIDTypes(root *source.Node) {
	for _, e := range r.p.Entities {
		for _, def := range e.defined {
			name := def.idType.Name.Value
			i := slices.IndexFunc(r.p.IDTypes, func(t *IDType) bool { return t.Name.Value == name })
			if i >= 0 && sameMeaning(r.p.IDTypes[i], def.idType) || i >= 0 && len(def.idType.Filters) == 0 {
				r.d.older(def.node.Span, "{name: "+name+", …}", name, Replace{def.node.Span, Quote(name)})
				continue
			}
			r.d.older(def.node.Span, "{name: "+name+", …}", name, MoveItem{Item: def.node, To: root, Key: "id_types", Leave: name})
			r.p.IDTypes = append(r.p.IDTypes, def.idType)
		}
	}
}

// impliedIDTypes defines the id types that a project of the schemas before id_types uses without defining them. With packages
// nothing is implied: they may define them.
func (r *reader) impliedIDTypes(root *source.Node) {
	if v := r.p.SchemaVersion; v.Span.IsZero() || v.Value >= lastUnbound || len(r.p.Packages) > 0 {
		return
	}
	known := map[string]bool{"": true, "main_id": true, "rudder_id": true}
	for _, t := range r.p.MainIDTypes {
		known[t] = true
	}
	for _, t := range r.p.IDTypes {
		known[t.Name.Value] = true
	}
	imply := func(s source.At[string]) {
		if known[s.Value] {
			return
		}
		known[s.Value] = true
		r.p.IDTypes = append(r.p.IDTypes, &IDType{Span: s.Span, Name: s})
		r.d.Warnf(diag.SFormerMechanism, s.Span, "an id type that is nowhere defined is an older form").WithFix("add an item to id_types: {name: %s}", s.Value)
		r.d.older(s.Span, "id type "+s.Value+" that is not defined", "id_types: [{name: "+s.Value+"}]", AddItem{To: root, Key: "id_types", Name: "name", Word: s.Value})
	}
	for _, e := range r.p.Entities {
		for _, s := range e.IDTypes {
			imply(s)
		}
	}
	for _, in := range r.p.Inputs {
		for _, id := range in.IDs {
			imply(id.Type)
		}
	}
}
