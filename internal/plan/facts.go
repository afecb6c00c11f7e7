package plan

import (
	"slices"
	"strings"
	"time"

	"kith/internal/addr"
	"kith/internal/lower"
	"kith/internal/material"
	"kith/internal/model"
	"kith/internal/rel"
)

// Facts are what is known of earlier work. The zero value is a warehouse in which nothing has been done.
type Facts struct {
	// Materials are what the registry calls complete, the oldest first.
	Materials []Material
	// Objects are the names (lower case) of the tables and views of the internal schema.
	Objects map[string]bool
	// LongestName is how many bytes of a name the engine keeps, 0 for all.
	LongestName int
	// Definitions are those of nodes and steps of earlier runs, by ref in lower case and hash.
	Definitions map[model.Need]model.Definition
	// PublishNo is the number of the present publish, 0 before the first, and Names what it shows.
	PublishNo int64
	Names     []PublishedName
	// Line are the materials that published names showed in the publishes that led to the present one, by ref in lower case, the latest
	// publish first: where readers were returned to an earlier publish, that one and those before it.
	Line map[string][]string
	// Imports are the main ids of elsewhere that first graphs carry on, by ref of the stitcher in lower case.
	Imports map[string]Material
	// Rows are the numbers of rows of inputs' tables, by ref in lower case, where the catalog knows them.
	Rows map[string]int64
	// Passed are the checks that are known to have passed, by PassedKey.
	Passed map[string]bool
}

// Material is a complete material of the registry. Type is what the step that made it is called in the registry.
type Material struct {
	Ref, Type, Hash, Name string
	SeqNo                 int64
	// Rows is the number of its rows, -1 where that is not known.
	Rows    int64
	EndTime time.Time
	// MainID and AsOf are those of an identity graph: see lower.Step.
	MainID string
	AsOf   bool
	// Over are the names of the objects that it is a view over and nothing without; none for a table.
	Over   []string
	Layers []lower.Layer
}

// PublishedName is a name that readers see, with the project that declares it.
type PublishedName struct {
	Name, Material, Ref, Project string
	SeqNo                        int64
}

// Complete reports whether the registry calls a material complete.
func (f *Facts) Complete(name string) bool {
	return slices.ContainsFunc(f.Materials, func(m Material) bool { return strings.EqualFold(m.Name, name) })
}

// Missing returns the first object of a step that is not there, or that what it made before is a view over; "" when all are.
func (f *Facts) Missing(s *lower.Step) string {
	var names []string
	for _, o := range Objects(s) {
		names = append(names, o.Name())
	}
	for _, m := range f.Materials {
		if len(m.Over) > 0 && strings.EqualFold(m.Name, s.Out.Name()) {
			names = append(names, m.Over...)
		}
	}
	for _, n := range names {
		if !f.Objects[strings.ToLower(n)] {
			return n
		}
	}
	return ""
}

// there reports whether a material and all that it is a view over are there.
func (f *Facts) there(m Material) bool {
	return f.Objects[strings.ToLower(m.Name)] && !slices.ContainsFunc(m.Over, func(o string) bool { return !f.Objects[strings.ToLower(o)] })
}

// Whole reports whether a step is built: it is complete and everything that it leaves is there.
func (f *Facts) Whole(s *lower.Step) bool { return f.Complete(s.Out.Name()) && f.Missing(s) == "" }

// Objects are what a step leaves: its main object, further ones, and what those read.
func Objects(s *lower.Step) []rel.Object {
	return slices.Concat([]rel.Object{s.Out}, s.Extra, s.Kept)
}

// Has reports whether Made may find something: whether tables of a ref were made in a seq no and that of the whole hash, as a
// table, is not among those that are there.
func (f *Facts) Has(seqNo int64, ref addr.Addr, whole string) bool {
	any := false
	for _, m := range f.made(seqNo, ref) {
		if m.Hash == whole && len(m.Over) == 0 {
			return false
		}
		any = true
	}
	return any
}

// made are the materials of a ref and a seq no that are there.
func (f *Facts) made(seqNo int64, ref addr.Addr) []Material {
	var out []Material
	for _, m := range f.Materials {
		if m.SeqNo == seqNo && strings.EqualFold(m.Ref, string(ref)) && f.there(m) {
			out = append(out, m)
		}
	}
	return out
}

// Made are the tables of a ref that were made in a seq no and are there: nothing where that of the whole hash is among them, and
// where that is a view those that it is over. See lower.Context.
func (f *Facts) Made(seqNo int64, ref addr.Addr, whole string) []lower.Made {
	if !f.Has(seqNo, ref, whole) {
		return nil
	}
	all := f.made(seqNo, ref)
	taken := func(m Material) bool { return len(m.Over) == 0 }
	if i := slices.IndexFunc(all, func(m Material) bool { return m.Hash == whole }); i >= 0 {
		taken = func(m Material) bool { return slices.Contains(all[i].Over, m.Name) }
	}
	var out []lower.Made
	for _, m := range all {
		if !taken(m) {
			continue
		}
		if d, ok := f.Definitions[model.Need{Ref: ref.Key(), Hash: m.Hash}]; ok {
			out = append(out, lower.Made{Hash: m.Hash, Of: d.Needs, Columns: d.Columns})
		}
	}
	return out
}

// Base is the graph whose ids that of a stitcher carries on, whose material is made under a name: of the graphs in the line of
// publishes the one of the latest end time, of several the one published last; without any what was
// imported. It is nil for a first graph: see lower.Context.
func (f *Facts) Base(stitcher addr.Addr, material string) *lower.Base {
	var best *Material
	for _, name := range f.Line[stitcher.Key()] {
		i := slices.IndexFunc(f.Materials, func(m Material) bool { return strings.EqualFold(m.Name, name) })
		if i < 0 || strings.EqualFold(name, material) || !f.carries(&f.Materials[i]) {
			continue
		}
		if m := &f.Materials[i]; best == nil || m.EndTime.After(best.EndTime) {
			best = m
		}
	}
	if m, ok := f.Imports[stitcher.Key()]; ok && best == nil && f.part(m.Name, lower.MappingSuffix) {
		best = &m
	}
	if best == nil {
		return nil
	}
	return &lower.Base{Material: best.Name, Hash: best.Hash, SeqNo: best.SeqNo, EndTime: best.EndTime, MainID: best.MainID,
		Chain: f.part(best.Name, lower.ChainSuffix), Marks: f.whole(best), Layers: best.Layers}
}

// carries reports whether a material is a graph that another one can carry on.
func (f *Facts) carries(m *Material) bool {
	return m.Type == "id_stitcher" && !m.AsOf && f.part(m.Name, lower.MappingSuffix)
}

// whole reports whether a graph can be begun with: how far its sources were read is known, and all that its objects consist of is there.
func (f *Facts) whole(m *Material) bool {
	for _, y := range m.Layers {
		if !f.Objects[strings.ToLower(y.Over)] || !f.Objects[strings.ToLower(y.Delta)] {
			return false
		}
	}
	return f.part(m.Name, lower.MarksSuffix)
}

// part reports whether a part of a material is there.
func (f *Facts) part(name, suffix string) bool {
	return f.Objects[strings.ToLower(material.Fit(name+suffix, f.LongestName))]
}
