package spec

import (
	"slices"
	"strconv"
	"strings"

	"kith/internal/diag"
	"kith/internal/source"
)

// Model types whose model_spec had other forms in older schemas.
const (
	stitcherType     = "id_stitcher"
	featureTableType = "feature_table_model"
)

// timed are the model types that had validity_time up to schema 79. Types that run in Python keep a key of that name.
var timed = map[string]bool{stitcherType: true, featureTableType: true, "sql_template": true, "entity_cohort": true,
	"common_column_union": true, "feature_view": true, "feature_views": true, "entity_traits_360": true}

// lastTimed is the schema that took validity_time out of the language.
const lastTimed = 80

// modernise brings the model_spec of a model into the current form. file takes what moves out of it.
func (r *reader) modernise(m *Model, file *modelFile) {
	m.Lenient = r.d.lenient
	if m.Type.Value == stitcherType || m.Type.Value == featureTableType {
		r.ownEntity(m)
	}
	if timed[m.Type.Value] {
		for _, p := range m.Spec.Pairs {
			if p.Key.Value == "validity_time" {
				r.d.Notef(diag.SRemoved, p.Key.Span, "%q in %s is not part of the language since schema %d", p.Key.Value, m.Type.Value, lastTimed).WithFix("remove it")
				r.drop(m, p.Key, "")
			}
		}
	}
	if timed[m.Type.Value] {
		r.olderBlocks(m)
	}
	switch m.Type.Value {
	case stitcherType:
		r.stitcher(m)
	case featureTableType:
		r.featureTable(m, file)
	}
}

// olderBlocks brings the blocks that model types share into the current form.
func (r *reader) olderBlocks(m *Model) {
	d := &Decoder{lenient: r.d.lenient}
	for _, p := range m.Spec.Pairs {
		if p.Value.Kind == source.NullNode {
			continue
		}
		switch p.Key.Value {
		case "materialization":
			decodeNew(d, p.Value, MaterializationObject)
		case "contract":
			decodeNew(d, p.Value, ContractObject)
		case "feature_views":
			decodeNew(d, p.Value, FeatureViewsObject)
		case "ids":
			decodeEach(d, p.Value, InputIDObject)
		case "using_ids":
			decodeEach(d, p.Value, UsingIDObject)
		}
	}
	words := map[source.Span]string{}
	for _, o := range d.Older {
		if e, ok := o.Edit.(Replace); ok {
			words[e.Span] = e.With
			r.d.Older = append(r.d.Older, o)
		}
	}
	if len(words) == 0 {
		return
	}
	for _, g := range d.List { // other mistakes are said where the model_spec is decoded
		if _, ok := words[g.At]; ok && g.Severity != diag.Error {
			r.d.List = append(r.d.List, g)
		}
	}
	m.Spec = reworded(m.Spec, words)
}

// reworded returns a node with other words in some of its places. The node itself may be shared by aliases and stays.
func reworded(n *source.Node, words map[source.Span]string) *source.Node {
	if w, ok := words[n.Span]; ok && n.Kind == source.ScalarNode {
		out := word(w, n.Span)
		if _, err := strconv.Atoi(w); err == nil {
			out.Tag = "!!int"
		} else if w == "true" || w == "false" {
			out.Tag = "!!bool"
		}
		return out
	}
	out := *n
	out.Items, out.Pairs = nil, nil
	for _, i := range n.Items {
		out.Items = append(out.Items, reworded(i, words))
	}
	for _, p := range n.Pairs {
		if w, ok := words[p.Key.Span]; ok {
			p.Key.Value = w
		}
		p.Value = reworded(p.Value, words)
		out.Pairs = append(out.Pairs, p)
	}
	return &out
}

func decodeEach[T any](d *Decoder, n *source.Node, obj *Object[T]) {
	for _, item := range n.Items {
		if item.Kind == source.MapNode {
			decodeNew(d, item, obj)
		}
	}
}

// drop takes a key out of a model_spec.
func (r *reader) drop(m *Model, key source.At[string], becomes string) {
	r.d.older(key.Span, key.Value, becomes, RemoveKey{r.specs[m], key})
	m.Spec = without(m.Spec, key.Value)
}

// ownEntity adds the entity_key that the oldest schemas leave out.
func (r *reader) ownEntity(m *Model) {
	if has(m.Spec, "entity_key") || has(m.Spec, "entity_cohort") || !r.d.lenient || len(r.p.Entities) != 1 {
		return
	}
	name := r.p.Entities[0].Name
	r.d.Warnf(diag.SFormerMechanism, m.Name.Span, "%s without %q is an older form: it is about the one entity of the project", m.Type.Value, "entity_key").
		WithFix("add entity_key: %s", name.Value)
	r.d.older(m.Name.Span, m.Type.Value+" without entity_key", "entity_key: "+name.Value, AddKey{In: r.specs[m], Key: "entity_key", Value: name.Value, First: true})
	at := m.Name.Span
	m.Spec = with(m.Spec, source.At[string]{Value: "entity_key", Span: at}, word(name.Value, at))
}

// stitcher reads edge_sources as a list of paths, exclude_id_types and main_id_type.
func (r *reader) stitcher(m *Model) {
	for _, p := range m.Spec.Pairs {
		switch p.Key.Value {
		case "edge_sources":
			if list := r.edgeSources(p.Value); list != p.Value {
				m.Spec = with(m.Spec, p.Key, list)
			}
		case "exclude_id_types":
			r.excluded = append(r.excluded, excluded{m, p})
			m.Spec = without(m.Spec, p.Key.Value)
		case "main_id_type":
			if t := p.Value; t.Kind == source.ScalarNode && t.Text.S != "" && t.Text.S != "rudder_id" {
				r.p.MainIDTypes = append(r.p.MainIDTypes, t.Text.S)
			}
		}
	}
}

// edgeSources makes {from: path} of items that are a path.
func (r *reader) edgeSources(n *source.Node) *source.Node {
	if n.Kind != source.ListNode {
		return n
	}
	var items []*source.Node
	changed := false
	for _, item := range n.Items {
		if item.Kind != source.ScalarNode {
			items = append(items, item)
			continue
		}
		changed = true
		r.d.Warnf(diag.SFormerMechanism, item.Span, "a path as an item of %q is the older form of {from: path}", "edge_sources").WithFix("write from: before it")
		r.d.older(item.Span, item.Text.S, "from: "+item.Text.S, WrapItem{List: n, Item: item, Key: "from"})
		items = append(items, &source.Node{Kind: source.MapNode, Span: item.Span,
			Pairs: []source.Pair{{Key: source.At[string]{Value: "from", Span: item.Span}, Value: item}}})
	}
	if !changed {
		return n
	}
	return &source.Node{Kind: source.ListNode, Span: n.Span, Items: items}
}

// featureTable moves the vars and macros that a feature table defines to the entity and the project, and leaves the names
// of its features.
func (r *reader) featureTable(m *Model, file *modelFile) {
	var vars []*Var
	for _, p := range m.Spec.Pairs {
		switch p.Key.Value {
		case "vars":
			vars = append(vars, r.tableVars(m, p, file)...)
		case "macros":
			r.tableMacros(m, p, file)
		case "id_stitching":
			r.tableStitcher(m, p)
		}
	}
	if f := m.Spec.Get("features"); f != nil && f.Kind == source.ListNode {
		vars = append(vars, r.tableFeatures(m, f)...)
	}
	if len(vars) == 0 {
		return
	}
	if vars = r.unique(m, vars, file); len(vars) == 0 {
		return
	}
	g := &VarGroup{Span: m.Span, Name: source.At[string]{Value: r.groupName(m), Span: m.Name.Span}, Vars: vars}
	g.EntityKey, _ = scalarAt(m.Spec.Get("entity_key"))
	g.EntityCohort, _ = scalarAt(m.Spec.Get("entity_cohort"))
	file.moved = append(file.moved, g)
}

// unique leaves out vars that another feature table or a group of the entity defines word for word: each feature table of
// old had vars of its own.
func (r *reader) unique(m *Model, vars []*Var, file *modelFile) []*Var {
	entity, _ := scalarAt(m.Spec.Get("entity_key"))
	var others []*Var
	for _, groups := range [][]*VarGroup{r.p.VarGroups, file.varGroups, file.moved} {
		for _, g := range groups {
			if entity.Value != "" && strings.EqualFold(g.EntityKey.Value, entity.Value) {
				others = append(others, g.Vars...)
			}
		}
	}
	var out []*Var
	for _, v := range vars {
		same := slices.IndexFunc(others, func(o *Var) bool { return o.Input == v.Input && o.Name.Value == v.Name.Value && sameMeaning(o, v) })
		if same < 0 {
			out = append(out, v)
			continue
		}
		r.d.Warnf(diag.SFormerMechanism, v.Name.Span, "a var that two feature tables define in the same words is one var of the entity").
			WithAlso(others[same].Name.Span, "defined here too").WithFix("define it once")
		list := r.specs[m].Get("vars")
		if list == nil {
			continue
		}
		for _, item := range list.Items {
			if len(item.Pairs) == 1 && item.Pairs[0].Value == r.d.nodes[v] {
				r.d.older(item.Span, "var "+v.Name.Value+" twice", "", RemoveItem{list, item})
			}
		}
	}
	return out
}

// groupName is the name of the var group that the vars of a feature table make.
func (r *reader) groupName(m *Model) string { return m.Name.Value + "_vars" }

func scalarAt(n *source.Node) (source.At[string], bool) {
	if n == nil || n.Kind != source.ScalarNode {
		return source.At[string]{}, false
	}
	return source.At[string]{Value: n.Text.S, Span: n.Span}, true
}

// tableVars reads vars inside of a feature table.
func (r *reader) tableVars(m *Model, p source.Pair, file *modelFile) []*Var {
	m.Spec = without(m.Spec, p.Key.Value)
	r.d.Warnf(diag.SFormerMechanism, p.Key.Span, "%q in feature_table_model is the older form of %q", p.Key.Value, "var_groups").
		WithFix("move them to an item of var_groups with the same entity_key")
	if p.Value.Kind == source.NullNode || p.Value.Kind == source.ListNode && len(p.Value.Items) == 0 {
		r.d.older(p.Key.Span, "vars", "", RemoveKey{r.specs[m], p.Key})
		return nil
	}
	head := [][2]string{{"name", r.groupName(m)}}
	for _, key := range []string{"entity_key", "entity_cohort"} {
		if s, ok := scalarAt(m.Spec.Get(key)); ok {
			head = append(head, [2]string{key, s.Value})
		}
	}
	r.d.older(p.Key.Span, "vars in a feature table", "var_groups: "+r.groupName(m),
		MoveList{In: r.specs[m], From: p, To: file.root, Key: "var_groups", Head: head, Inner: "vars"})
	var holder VarGroup
	varList.set(r.d, value{p.Key, p.Value, &varList.Info, m.Spec}, &holder)
	return holder.Vars
}

var varList = Vars("vars", "The vars.", func(g *VarGroup) *[]*Var { return &g.Vars })

// tableMacros reads macros inside of a feature table.
func (r *reader) tableMacros(m *Model, p source.Pair, file *modelFile) {
	m.Spec = without(m.Spec, p.Key.Value)
	r.d.Warnf(diag.SFormerMechanism, p.Key.Span, "%q in feature_table_model is the older form of %q at the top of a file", p.Key.Value, "macros").
		WithFix("move them to macros at the top of the file")
	if p.Value.Kind == source.NullNode || p.Value.Kind == source.ListNode && len(p.Value.Items) == 0 {
		r.d.older(p.Key.Span, "macros", "", RemoveKey{r.specs[m], p.Key})
		return
	}
	r.d.older(p.Key.Span, "macros in a feature table", "macros at the top of the file",
		MoveList{In: r.specs[m], From: p, To: file.root, Key: "macros"})
	for _, item := range r.d.items(p.Value, "macro maps") {
		if item.Kind != source.MapNode {
			r.d.wrongType(item, "a map of keys (macro)")
			continue
		}
		file.movedMacros = append(file.movedMacros, decodeNew(r.d, item, MacroObject))
	}
}

// tableStitcher reads the stitcher that a feature table names in the oldest schemas. Today the entity names it.
func (r *reader) tableStitcher(m *Model, p source.Pair) {
	r.d.Warnf(diag.SFormerMechanism, p.Key.Span, "%q in feature_table_model is the older form of %q in the entity", p.Key.Value, "id_stitcher").
		WithFix("write id_stitcher in the entity")
	path, ok := scalarAt(p.Value)
	if !ok {
		for _, q := range p.Value.Pairs {
			if path, ok = scalarAt(q.Value); ok && strings.Contains(path.Value, "/") {
				break
			}
		}
	}
	if ok && path.Value != "" {
		if !strings.Contains(path.Value, "/") {
			path.Value = "models/" + path.Value
		}
		entity, _ := scalarAt(m.Spec.Get("entity_key"))
		r.named = append(r.named, namedStitcher{entity.Value, path})
	}
	r.drop(m, p.Key, "id_stitcher of the entity")
}

// tableFeatures reads features that are defined where they are listed, and makes names of them.
func (r *reader) tableFeatures(m *Model, list *source.Node) []*Var {
	var vars []*Var
	var names []*source.Node
	changed := false
	for _, item := range list.Items {
		if item.Kind != source.MapNode || len(item.Pairs) == 0 {
			names = append(names, item)
			continue
		}
		body := item
		key := ""
		if v := item.Pairs[0].Value; len(item.Pairs) == 1 && item.Pairs[0].Key.Value != "name" {
			key, body = item.Pairs[0].Key.Value, v
		}
		name := body.Get("name")
		if body.Kind == source.ScalarNode {
			name = body
		}
		if name == nil || name.Kind != source.ScalarNode {
			names = append(names, item)
			continue
		}
		changed = true
		names = append(names, name)
		r.d.Warnf(diag.SFormerMechanism, headOf(item.Span), "a map as an item of %q is the older form of a name", "features").
			WithFix("define the var in an item of var_groups, and list its name")
		if body.Kind == source.ScalarNode || len(body.Pairs) == 1 {
			r.d.older(item.Span, key, name.Text.S, Replace{item.Span, Quote(name.Text.S)})
			continue
		}
		r.d.older(item.Span, orWord(key, "feature"), name.Text.S, MoveItem{Item: item, To: r.specs[m], Key: "vars", Leave: name.Text.S})
		i := decodeNew(r.d, item, varItemObject)
		if i.entity != nil {
			vars = append(vars, i.entity)
		}
		if i.input != nil {
			i.input.Input = true
			vars = append(vars, i.input)
		}
	}
	if changed {
		m.Spec = with(m.Spec, source.At[string]{Value: "features", Span: list.Span}, &source.Node{Kind: source.ListNode, Span: list.Span, Items: names})
	}
	return vars
}

func orWord(s, other string) string {
	if s != "" {
		return s
	}
	return other
}
