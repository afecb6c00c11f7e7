package spec

import (
	"cmp"
	"regexp"
	"strings"

	"kith/internal/diag"
	"kith/internal/source"
)

// served is a key of an entity that asks for views keyed by ids as older schemas did: a list of items, or a map with
// using_ids.
func served(name, doc string) Field[Entity] {
	typ := Type{Word: "list", JSON: "array", Table: UsingIDObject.Table(), List: true}
	return newField(name, doc, typ, []Opt{ReplacedBy("feature_views.using_ids")}, func(d *Decoder, v value, e *Entity) {
		pair := source.Pair{Key: v.key, Value: v.node}
		current := v.in.Get("feature_views")
		if v.node.Kind == source.MapNode {
			inner := decodeNew(d, v.node, FeatureViewsObject)
			if current == nil || current.Kind == source.NullNode {
				d.older(v.key.Span, name, "feature_views", Replace{v.key.Span, "feature_views"})
			} else {
				// Without a list, or with a place that cannot take it, the edit is left to the user.
				from := source.Pair{Key: v.key, Value: cmp.Or(v.node.Get("using_ids"), v.node)}
				d.older(v.key.Span, name, "feature_views.using_ids", MoveList{In: v.in, From: from, To: current, Key: "using_ids"})
			}
			e.serve(d, inner.Span, v.node.Get("using_ids"), inner.UsingIDs)
			if e.FeatureViews != nil && e.FeatureViews.Name.Value == "" {
				e.FeatureViews.Name = inner.Name
			}
			return
		}
		if current == nil || current.Kind == source.NullNode {
			d.older(v.key.Span, name, "feature_views: {using_ids: …}", Nest{In: v.in, Keys: []source.Pair{pair}, Under: "feature_views", As: "using_ids"})
		} else {
			d.older(v.key.Span, name, "feature_views.using_ids", MoveList{In: v.in, From: pair, To: current, Key: "using_ids"})
		}
		var ids []*UsingID
		for _, item := range d.items(v.node, "using_ids maps") {
			if item.Kind != source.MapNode {
				d.wrongType(item, "a map of keys (using_ids item)")
				continue
			}
			ids = append(ids, decodeNew(d, item, UsingIDObject))
		}
		e.serve(d, v.node.Span, v.node, ids)
	})
}

// serve adds views of an older form. main_id was a word for the main id, of which there always is a view.
func (e *Entity) serve(d *Decoder, at source.Span, list *source.Node, ids []*UsingID) {
	if e.FeatureViews == nil {
		e.FeatureViews = &FeatureViews{Span: at}
	}
	for _, u := range ids {
		if u.ID.Value != "main_id" {
			e.FeatureViews.UsingIDs = append(e.FeatureViews.UsingIDs, u)
			continue
		}
		d.Notef(diag.SFormerMechanism, u.ID.Span, "a view keyed by the main id need not be asked for: there always is one").WithFix("remove the item")
		for _, item := range list.Items {
			if item.Span == u.Span {
				d.older(u.Span, "id_served: main_id", "", RemoveItem{list, item})
			}
		}
	}
}

// entityIDTypes is a list of names; in the oldest schemas an item may define the id type.
func entityIDTypes() Field[Entity] {
	typ := Type{Word: "list of names", JSON: "array", List: true}
	return newField("id_types", "The id types that can belong to it.", typ, nil, func(d *Decoder, v value, e *Entity) {
		for _, item := range d.items(v.node, "names") {
			if item.Kind != source.MapNode {
				if s, ok := d.str(item); ok {
					e.IDTypes = append(e.IDTypes, s)
				}
				continue
			}
			t := decodeNew(d, item, idTypeObject)
			if t.Name.Value == "" {
				continue
			}
			d.Warnf(diag.SFormerMechanism, headOf(item.Span), "an id type defined in an entity is the older form of an item of %q", "id_types").
				WithFix("define it under id_types of the project and leave its name here")
			e.IDTypes = append(e.IDTypes, t.Name)
			e.defined = append(e.defined, defined{t, item})
		}
	})
}

// defined is an id type that an entity defines, with its text.
type defined struct {
	idType *IDType
	node   *source.Node
}

// idFilters is the list of filters of an id type, in any of its shapes.
func idFilters() Field[IDType] {
	f := Objs("filters", "Which values count as ids.", idFilterObject, func(t *IDType) *[]*IDFilter { return &t.Filters })
	set := f.set
	f.set = func(d *Decoder, v value, t *IDType) {
		v.node = d.filterList(v.node)
		set(d, v, t)
	}
	return f
}

// filterList returns filters as a list of {type, value|regex|sql}. The oldest schemas have {include: …} and {exclude: …}, as
// items of the list or as one map, with a value, a list of values or a map below.
func (d *Decoder) filterList(n *source.Node) *source.Node {
	if n.Kind == source.MapNode && olderFilter(n) {
		items, texts := filterItems(n)
		d.sayFilter(n, texts)
		return &source.Node{Kind: source.ListNode, Span: n.Span, Items: items}
	}
	if n.Kind != source.ListNode {
		return n
	}
	out := *n
	out.Items = nil
	for _, item := range n.Items {
		if item.Kind != source.MapNode || !olderFilter(item) {
			out.Items = append(out.Items, d.emptyValue(item))
			continue
		}
		items, texts := filterItems(item)
		d.sayFilter(item, texts)
		out.Items = append(out.Items, items...)
	}
	return &out
}

// emptyValue reads a filter whose value is written and left empty as one of the empty text.
func (d *Decoder) emptyValue(item *source.Node) *source.Node {
	v := item.Get("value")
	if v == nil || v.Kind != source.NullNode || has(item, "regex") || has(item, "sql") {
		return item
	}
	at := item.Span
	for _, p := range item.Pairs {
		if p.Key.Value == "value" {
			at = p.Key.Span
		}
	}
	d.Warnf(diag.SWrongType, at, "the value of the filter is empty").WithFix("write value: \"\" if the empty text is meant")
	return with(item, source.At[string]{Value: "value", Span: at}, word("", at))
}

func olderFilter(n *source.Node) bool {
	for _, p := range n.Pairs {
		if p.Key.Value != "include" && p.Key.Value != "exclude" {
			return false
		}
	}
	return len(n.Pairs) > 0
}

// sayFilter reports filters of an older shape; texts are those of the current one.
func (d *Decoder) sayFilter(n *source.Node, texts []string) {
	d.Warnf(diag.SFormerMechanism, headOf(n.Span), "%q and %q as keys are the older form of a filter's %q", "include", "exclude", "type").
		WithFix("write {type: include, …} or {type: exclude, …}")
	d.older(n.Span, headOf(n.Span).Text(), strings.Join(texts, ", "), ReplaceItems{n, texts})
}

// filterItems are the filters that a map of include and exclude means, as nodes and as text.
func filterItems(n *source.Node) (items []*source.Node, texts []string) {
	add := func(kind source.At[string], key string, v *source.Node) {
		item := &source.Node{Kind: source.MapNode, Span: v.Span, Pairs: []source.Pair{
			{Key: source.At[string]{Value: "type", Span: kind.Span}, Value: word(kind.Value, kind.Span)},
			{Key: source.At[string]{Value: key, Span: v.Span}, Value: v}}}
		items = append(items, item)
		texts = append(texts, "{type: "+kind.Value+", "+key+": "+flowText(v)+"}")
	}
	for _, p := range n.Pairs {
		values := []*source.Node{p.Value}
		if p.Value.Kind == source.ListNode {
			values = p.Value.Items
		}
		for _, v := range values {
			if v.Kind != source.MapNode {
				add(p.Key, "value", v)
				continue
			}
			for _, q := range v.Pairs {
				add(p.Key, q.Key.Value, q.Value)
			}
		}
	}
	return items, texts
}

// flowText writes a node as it can stand inside of braces.
func flowText(n *source.Node) string {
	switch n.Kind {
	case source.ScalarNode:
		if !n.Plain && !strings.ContainsAny(n.Span.Text(), "\r\n") {
			return n.Span.Text()
		}
		return Quote(n.Text.S)
	case source.ListNode:
		var items []string
		for _, i := range n.Items {
			items = append(items, flowText(i))
		}
		return "[" + strings.Join(items, ", ") + "]"
	case source.MapNode:
		var pairs []string
		for _, p := range n.Pairs {
			pairs = append(pairs, Quote(p.Key.Value)+": "+flowText(p.Value))
		}
		return "{" + strings.Join(pairs, ", ") + "}"
	}
	return "null"
}

// inputsMap is the map of a package's inputs; the oldest schemas call it mappings and leave out the "inputs/" of paths.
func inputsMap() Field[Package] {
	f := Map("inputsMap", "Which input or model of this project stands for each input of the package; nil for none.",
		func(p *Package) *[]Mapping { return &p.InputsMap }, Was("mappings"))
	set := f.set
	f.set = func(d *Decoder, v value, p *Package) {
		set(d, v, p)
		if v.key.Value != "mappings" {
			return
		}
		for i := range p.InputsMap {
			m := &p.InputsMap[i].Value
			if m.Value == "nil" || m.Value == "" || strings.Contains(m.Value, "/") {
				continue
			}
			d.older(m.Span, m.Value, "inputs/"+m.Value, Replace{m.Span, "inputs/" + m.Value})
			m.Value = "inputs/" + m.Value
		}
	}
	return f
}

// includeUntimed is the switch that older schemas have for rows without a time. Such rows always count today, so a project
// that left them out means something else than it did.
func includeUntimed() Field[projectFile] {
	return newField("include_untimed", "Whether rows without a time count. They always do.", Type{Word: "true or false", JSON: "boolean"},
		[]Opt{Gone(63)}, func(d *Decoder, v value, _ *projectFile) {
			if b, ok := truth(v.node); ok && !b {
				d.Warnf(diag.SUntimed, v.key.Span, "rows without a time count, although include_untimed is false").
					WithFix("to leave them out, add to each input with a time: where: <occurred_at_col> is not null")
			}
		})
}

// macroFolders are folders that hold macros only, in the oldest schemas.
func macroFolders() Field[projectFile] {
	f := Names("macro_folders", "Folders of macros, in the oldest schemas.", func(p *projectFile) *[]source.At[string] { return &p.macroFolders }, ReplacedBy("model_folders"))
	return withEdit(f, func(d *Decoder, v value) {
		if has(v.in, "model_folders") {
			d.older(v.key.Span, "macro_folders", "model_folders",
				MoveList{In: v.in, From: source.Pair{Key: v.key, Value: v.node}, To: v.in, Key: "model_folders"})
			return
		}
		d.older(v.key.Span, "macro_folders", "model_folders", Replace{v.key.Span, "model_folders"})
	})
}

// olderWord is a word of templates that has another name today. re finds a use of it; group 1 is the word.
type olderWord struct {
	re       *regexp.Regexp
	old, new string
	// before is the schema from which the word means nothing more, 0 when it always is understood.
	before int
	what   string
}

var olderWordList = []olderWord{
	{re: regexp.MustCompile(`dependency\s*=\s*["'](preferred)["']`), old: "preferred", new: "coercive", what: "the dependency"},
	{re: regexp.MustCompile(`\b(timestamp)(?:\s*\|\s*isnil\b|\.Format\s*\()`), old: "timestamp", new: "end_time", before: ContractSchema, what: "the time of the run,"},
}

// olderWords finds older words inside of templates.
func (r *reader) olderWords(n *source.Node) {
	switch n.Kind {
	case source.MapNode:
		for _, p := range n.Pairs {
			r.olderWords(p.Value)
		}
	case source.ListNode:
		for _, item := range n.Items {
			r.olderWords(item)
		}
	case source.ScalarNode:
		for _, w := range olderWordList {
			if w.before > 0 && !r.d.lenient || !strings.Contains(n.Text.S, w.old) {
				continue
			}
			for _, m := range w.re.FindAllStringSubmatchIndex(n.Text.S, -1) {
				at := n.Text.Origin(m[2], m[3])
				r.d.Warnf(diag.SOldName, at, "%s %q is an older name of %q", w.what, w.old, w.new).WithFix("write %s", w.new)
				if at.Text() == w.old {
					r.d.older(at, w.old, w.new, Replace{at, w.new})
				}
			}
		}
	}
}

// currentWords is a text with its older words replaced.
func currentWords(s string) string {
	for _, w := range olderWordList {
		if strings.Contains(s, w.old) {
			s = w.re.ReplaceAllStringFunc(s, func(m string) string { return strings.Replace(m, w.old, w.new, 1) })
		}
	}
	return s
}
