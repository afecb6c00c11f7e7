package spec

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"kith/internal/diag"
	"kith/internal/source"
)

// Object is one kind of YAML object and how its keys fill a T.
type Object[T any] struct {
	// Name is how messages call it ("input"), Place where it stands ("inputs[]"), Doc what it is.
	Name, Place, Doc string
	Fields           []Field[T]
	// Hints are keys written by habit from elsewhere, with what to do instead.
	Hints map[string]string
	// Span, when set, receives the place of the whole object.
	Span func(*T) *source.Span
	// Check, when set, looks at the object once all keys are read.
	Check func(d *Decoder, v *T, n *source.Node)

	described sync.Once
	table     *Table
}

// Field is one key of an object of type T.
type Field[T any] struct {
	Info FieldInfo
	set  func(d *Decoder, v value, t *T)
}

// value is a key with its value on the way into a field.
type value struct {
	key  source.At[string]
	node *source.Node
	info *FieldInfo
	in   *source.Node // the map that the key stands in
}

// Table returns the description of the object, always the same one.
func (o *Object[T]) Table() *Table {
	o.described.Do(func() {
		o.table = &Table{Name: o.Name, Place: o.Place, Doc: o.Doc, Hints: o.Hints}
		for _, f := range o.Fields {
			o.table.Fields = append(o.table.Fields, f.Info)
		}
	})
	return o.table
}

// Decoder collects what there is to say while objects are read.
type Decoder struct {
	diag.List
	// Unused are the keys met that have no effect, with their values.
	Unused []Unused
	// Older are the uses of older forms met.
	Older []*Older

	stack   []frame
	secrets []source.Span
	// lenient makes unknown keys warnings: the schemas before 42 are not known to the last key.
	lenient bool
	// nodes are the maps that objects were read from.
	nodes map[any]*source.Node
}

// frame is an object being read: for "belongs one level up".
type frame struct {
	table   *Table
	key     string                 // the key whose value is being read
	written map[string]source.Span // the key that filled each field
}

// Decode reads a node as an object. A nil or null node is an object without keys. All mistakes are reported; what could
// be read is returned.
func Decode[T any](n *source.Node, obj *Object[T]) (*T, diag.List) {
	d := &Decoder{}
	v := decodeNew(d, n, obj)
	return v, d.finish()
}

// finish returns the diagnostics, with those that would show a line holding a secret marked.
func (d *Decoder) finish() diag.List {
	for i := range d.List {
		g := &d.List[i]
		for _, s := range d.secrets {
			if sameLines(g.At, s) {
				g.Private = true
			}
			for _, r := range g.Also {
				if sameLines(r.At, s) {
					g.Private = true
				}
			}
		}
	}
	return d.List
}

func sameLines(a, b source.Span) bool {
	if a.File == nil || a.File != b.File {
		return false
	}
	la, _ := a.Position()
	from, _ := b.File.Position(b.Start)
	to, _ := b.File.Position(b.End)
	return la >= from && la <= to
}

// DecodeModel is Decode for the model_spec of a model.
func DecodeModel[T any](m *Model, obj *Object[T]) (*T, diag.List) {
	d := &Decoder{lenient: m.Lenient}
	v := decodeNew(d, m.Spec, obj)
	return v, d.finish()
}

func decodeNew[T any](d *Decoder, n *source.Node, obj *Object[T]) *T {
	v := new(T)
	if d.nodes != nil && n != nil {
		d.nodes[v] = n
	}
	if obj.Span != nil && n != nil {
		*obj.Span(v) = n.Span
	}
	decodeInto(d, n, obj, v, map[string]source.Span{})
	return v
}

// decodeInto reads the keys of n into v, of which written tells the fields that are filled.
func decodeInto[T any](d *Decoder, n *source.Node, obj *Object[T], v *T, written map[string]source.Span) {
	if n == nil {
		n = &source.Node{Kind: source.NullNode}
	}
	if n.Kind == source.ListNode && len(n.Items) == 0 {
		d.Warnf(diag.SWrongType, headOf(n.Span), "expected a map of keys (%s), found an empty list", obj.Name).WithFix("write {}")
	} else if n.Kind != source.MapNode && n.Kind != source.NullNode {
		d.wrongType(n, "a map of keys ("+obj.Name+")")
		return
	}
	table := obj.Table()
	d.stack = append(d.stack, frame{table: table, written: written})
	top := len(d.stack) - 1
	present := map[string]bool{}
	misplaced := map[string][]misplacedKey{}
	for _, p := range n.Pairs {
		i, old := obj.field(p.Key.Value)
		if i < 0 {
			d.unknownKey(p.Key, p.Value, n)
			continue
		}
		f := &obj.Fields[i]
		if f.Info.Gone > 0 {
			d.gone(table, n, p, &f.Info)
		}
		if p.Value.Kind == source.NullNode {
			continue // counts as absent
		}
		present[f.Info.Name] = true
		if f.Info.Secret {
			d.secrets = append(d.secrets, p.Value.Span)
		}
		if !d.once(written, p.Key, &f.Info) {
			continue
		}
		d.remark(table, p, &f.Info, old)
		if under := f.Info.OldPlace; under != "" {
			misplaced[under] = append(misplaced[under], misplacedKey{p, f.Info.Name})
		}
		d.stack[top].key = p.Key.Value
		f.set(d, value{p.Key, p.Value, &f.Info, n}, v)
	}
	d.nest(n, misplaced)
	for _, f := range obj.Fields {
		if f.Info.Required && !f.Info.Settled && !present[f.Info.Name] && !misspelt(table, n, f.Info.Name) {
			d.Errorf(diag.SMissingKey, placeOf(n), "%s needs %q", obj.Name, f.Info.Name).
				WithFix("add %s: %s", f.Info.Name, firstSentence(f.Info.Doc))
		}
	}
	if obj.Check != nil {
		obj.Check(d, v, n)
	}
	d.stack = d.stack[:top]
}

// field returns the index of the field of a key, and whether the key is an older spelling; -1 when there is none.
func (o *Object[T]) field(key string) (int, bool) {
	for i := range o.Fields {
		if o.Fields[i].Info.Name == key {
			return i, false
		}
	}
	for i := range o.Fields {
		for _, old := range o.Fields[i].Info.OldNames {
			if old == key {
				return i, true
			}
		}
	}
	return -1, false
}

// once reports whether a field is filled for the first time: an older and the newer name may not both be written.
func (d *Decoder) once(written map[string]source.Span, key source.At[string], info *FieldInfo) bool {
	if first, dup := written[info.Name]; dup {
		d.Errorf(diag.SWrittenTwice, key.Span, "%s", twiceMessage(key.Value, first.Text())).
			WithAlso(first, "written here too").WithFix("keep one of them")
		return false
	}
	written[info.Name] = key.Span
	return true
}

func twiceMessage(a, b string) string {
	if a == b {
		return fmt.Sprintf("%q is written in two places", a)
	}
	return fmt.Sprintf("%q and %q are two names of one key", a, b)
}

// remark says what there is to say about a key that is accepted.
func (d *Decoder) remark(t *Table, p source.Pair, info *FieldInfo, old bool) {
	switch {
	case old:
		d.Warnf(diag.SOldName, p.Key.Span, "%q in %s is an older name of %q", p.Key.Value, t.Name, info.Name).WithFix("write %s", info.Name)
		d.older(p.Key.Span, p.Key.Value, info.Name, Replace{p.Key.Span, info.Name})
	case info.Former != "":
		d.Warnf(diag.SFormerMechanism, p.Key.Span, "%q in %s is the older form of %q", p.Key.Value, t.Name, info.Former).WithFix("use %s", info.Former)
	case info.OldPlace != "":
		d.Warnf(diag.SOldPlace, p.Key.Span, "%q stands directly under the %s", p.Key.Value, t.Name).WithFix("move it under %s", info.OldPlace)
	}
	if info.NoEffect && info.Gone == 0 {
		d.Notef(diag.SNoEffect, p.Key.Span, "%q in %s is accepted and has no effect in this version", p.Key.Value, t.Name)
		d.Unused = append(d.Unused, Unused{Object: t.Name, Key: p.Key, Value: p.Value})
	}
}

// gone says that a key is no longer part of the language.
func (d *Decoder) gone(t *Table, n *source.Node, p source.Pair, info *FieldInfo) {
	d.Notef(diag.SRemoved, p.Key.Span, "%q in %s is not part of the language since schema %d", p.Key.Value, t.Name, info.Gone).WithFix("remove it")
	d.older(p.Key.Span, p.Key.Value, "", RemoveKey{n, p.Key})
}

// misplacedKey is a key that belongs under another one, with its current name.
type misplacedKey struct {
	pair source.Pair
	name string
}

// nest records keys that belong under another one. Keys that a merge brought are nested where they are written.
func (d *Decoder) nest(n *source.Node, misplaced map[string][]misplacedKey) {
	for _, under := range slices.Sorted(maps.Keys(misplaced)) {
		var own []source.Pair
		var names []string
		for _, p := range misplaced[under] {
			if k := p.pair.Key.Span; k.File == n.Span.File && k.Start >= n.Span.Start && k.End <= n.Span.End {
				own = append(own, p.pair)
				names = append(names, p.name)
			}
		}
		if len(own) > 0 {
			d.older(own[0].Key.Span, quoteList(names), under+": {"+quoteList(names)+"}", Nest{In: n, Keys: own, Under: under})
		}
	}
}

// misspelt reports whether an unknown key of an object, which has been said, seems to be meant for a name.
func misspelt(t *Table, n *source.Node, name string) bool {
	return slices.ContainsFunc(n.Pairs, func(p source.Pair) bool {
		return t.Field(p.Key.Value) == nil && diag.Nearest(p.Key.Value, t.keys()) == name
	})
}

// unknownKey reports a key that the object being read does not have, with the best advice that tables can give.
func (d *Decoder) unknownKey(key source.At[string], v, in *source.Node) {
	top := d.stack[len(d.stack)-1]
	g := d.Errorf(diag.SUnknownKey, key.Span, "unknown key %q in %s", key.Value, top.table.Name)
	if d.lenient {
		g.Severity = diag.Warning
		d.older(key.Span, "unknown key "+key.Value, "", nil)
	}
	if hint, ok := top.table.Hints[key.Value]; ok {
		g.WithFix("%s", hint)
		return
	}
	if under := holder(top.table, key.Value, in); under != "" {
		g.WithFix("move it under %s", under)
		return
	}
	near := diag.Nearest(key.Value, top.table.keys())
	if near == "" && len(d.stack) > 1 {
		up := d.stack[len(d.stack)-2]
		if up.table.Field(key.Value) != nil {
			g.WithFix("move it one level up, beside %s", up.key)
			return
		}
		if beside := holder(up.table, key.Value, nil); beside != "" {
			g.WithFix("move it under %s, beside %s", beside, up.key)
			return
		}
	}
	if near != "" {
		g.WithFix("did you mean %q?", near)
		return
	}
	keys := top.table.keys()
	if len(keys) > 16 {
		keys = append(keys[:16:16], "…")
	}
	g.WithFix("keys of %s: %s", top.table.Name, quoteList(keys))
}

// holder returns the key of a table under whose object the key exists. When several could hold it, one that is written
// without a value wins: the sign of a key that should have been indented.
func holder(t *Table, key string, in *source.Node) string {
	found := ""
	for _, f := range t.Fields {
		if f.Type.Table == nil || f.Type.List || f.NoEffect || f.Type.Table.Field(key) == nil {
			continue
		}
		if in != nil {
			if v := in.Get(f.Name); v != nil && v.Kind == source.NullNode {
				return f.Name
			}
		}
		if found == "" {
			found = f.Name
		}
	}
	return found
}

// wrongType reports a value of the wrong kind.
func (d *Decoder) wrongType(n *source.Node, want string) *diag.Diagnostic {
	return d.Errorf(diag.SWrongType, headOf(n.Span), "expected %s, found %s", want, found(n))
}

func found(n *source.Node) string {
	switch n.Kind {
	case source.MapNode:
		return "a map"
	case source.ListNode:
		return "a list"
	case source.NullNode:
		return "nothing"
	}
	switch n.Tag {
	case "!!int", "!!float":
		return "a number"
	case "!!bool":
		return "true or false"
	}
	return "text"
}

// placeOf is where to point at an object as a whole: its first key.
func placeOf(n *source.Node) source.Span {
	if len(n.Pairs) > 0 {
		return n.Pairs[0].Key.Span
	}
	return headOf(n.Span)
}

// headOf cuts a span to its first line: what is underlined when something long is meant.
func headOf(s source.Span) source.Span {
	if i := strings.IndexAny(s.Text(), "\r\n"); i >= 0 {
		s.End = s.Start + i
	}
	return s
}

func firstSentence(doc string) string {
	if i := strings.Index(doc, ". "); i >= 0 {
		doc = doc[:i]
	}
	doc = strings.TrimSuffix(doc, ".")
	if doc == "" {
		return doc
	}
	return strings.ToLower(doc[:1]) + doc[1:]
}
