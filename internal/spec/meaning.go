package spec

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"kith/internal/source"
)

// Meaning prints what a project says, without places, files and its schema version: two projects of one meaning resolve to
// the same graph.
func (p *Project) Meaning() string {
	q := *p
	q.Root, q.Files, q.Unread, q.Unused, q.Older, q.Imports = "", nil, nil, nil, nil, nil
	q.SchemaVersion = source.At[int]{}
	var b strings.Builder
	writeMeaning(&b, reflect.ValueOf(q))
	return b.String()
}

// sameMeaning reports whether two values say the same.
func sameMeaning(a, b any) bool {
	var x, y strings.Builder
	writeMeaning(&x, reflect.ValueOf(a))
	writeMeaning(&y, reflect.ValueOf(b))
	return x.String() == y.String()
}

var spanType = reflect.TypeFor[source.Span]()

// writeMeaning prints a value. Fields that are zero or not exported are left out: the latter are what loading needs and ends with.
func writeMeaning(b *strings.Builder, v reflect.Value) {
	switch x := v.Interface().(type) {
	case source.Text:
		fmt.Fprintf(b, "%q", currentWords(x.S))
		return
	case source.Node:
		nodeMeaning(b, &x)
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			b.WriteString("nil")
			return
		}
		writeMeaning(b, v.Elem())
	case reflect.Struct:
		b.WriteString("{")
		for i := range v.NumField() {
			f := v.Type().Field(i)
			if !f.IsExported() || f.Type == spanType || f.Name == "Lenient" || v.Field(i).IsZero() {
				continue
			}
			b.WriteString(f.Name + ":")
			writeMeaning(b, v.Field(i))
			b.WriteString(" ")
		}
		b.WriteString("}")
	case reflect.Slice:
		b.WriteString("[")
		for i := range v.Len() {
			writeMeaning(b, v.Index(i))
			b.WriteString("\n")
		}
		b.WriteString("]")
	default:
		fmt.Fprintf(b, "%#v", v.Interface())
	}
}

// nodeMeaning prints a node; the order of the keys of a map means nothing.
func nodeMeaning(b *strings.Builder, n *source.Node) {
	switch n.Kind {
	case source.ScalarNode:
		fmt.Fprintf(b, "%s %q", n.Tag, currentWords(n.Text.S))
	case source.ListNode:
		b.WriteString("[")
		for _, i := range n.Items {
			nodeMeaning(b, i)
			b.WriteString(", ")
		}
		b.WriteString("]")
	case source.MapNode:
		b.WriteString("{")
		for _, k := range sortedKeys(n) {
			fmt.Fprintf(b, "%q: ", k)
			nodeMeaning(b, n.Get(k))
			b.WriteString(", ")
		}
		b.WriteString("}")
	default:
		b.WriteString("null")
	}
}

func sortedKeys(n *source.Node) []string {
	var out []string
	for _, p := range n.Pairs {
		if p.Value.Kind != source.NullNode { // counts as absent
			out = append(out, p.Key.Value)
		}
	}
	slices.Sort(out)
	return out
}
