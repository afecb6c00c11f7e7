package spec

import (
	"strconv"
	"strings"
	"time"

	"kith/internal/diag"
	"kith/internal/source"
)

// withEdit lets a field record, once it is read, how its key is written today.
func withEdit[T any](f Field[T], record func(d *Decoder, v value)) Field[T] {
	set := f.set
	f.set = func(d *Decoder, v value, t *T) {
		record(d, v)
		set(d, v, t)
	}
	return f
}

func newField[T any](name, doc string, typ Type, opts []Opt, set func(d *Decoder, v value, t *T)) Field[T] {
	f := Field[T]{Info: FieldInfo{Name: name, Doc: doc, Type: typ}, set: set}
	for _, o := range opts {
		o(&f.Info)
	}
	return f
}

// Str is a key that takes text. Numbers and truth values keep the text they were written with.
func Str[T any](name, doc string, at func(*T) *source.At[string], opts ...Opt) Field[T] {
	return newField(name, doc, Type{Word: "text", JSON: "string"}, opts, func(d *Decoder, v value, t *T) {
		if s, ok := d.str(v.node); ok {
			*at(t) = s
		}
	})
}

// Txt is a key that takes a template: text of which every byte keeps its place.
func Txt[T any](name, doc string, at func(*T) *source.Text, opts ...Opt) Field[T] {
	return newField(name, doc, Type{Word: "template", JSON: "string"}, opts, func(d *Decoder, v value, t *T) {
		if d.scalar(v.node, "text") {
			*at(t) = v.node.Text
		}
	})
}

// TxtFunc is Txt for a value that needs more than an assignment.
func TxtFunc[T any](name, doc string, set func(t *T, text source.Text), opts ...Opt) Field[T] {
	return newField(name, doc, Type{Word: "template", JSON: "string"}, opts, func(d *Decoder, v value, t *T) {
		if d.scalar(v.node, "text") {
			set(t, v.node.Text)
		}
	})
}

// Int is a key that takes a whole number.
func Int[T any](name, doc string, at func(*T) *source.At[int], opts ...Opt) Field[T] {
	return newField(name, doc, Type{Word: "integer", JSON: "integer"}, opts, func(d *Decoder, v value, t *T) {
		n := v.node
		i, err := strconv.ParseInt(strings.ReplaceAll(strings.TrimSpace(n.Text.S), "_", ""), 0, 64)
		if n.Kind != source.ScalarNode || err != nil {
			d.wrongType(n, "a whole number")
			return
		}
		if n.Tag != "!!int" {
			d.quoted(n, "a number")
		}
		*at(t) = source.At[int]{Value: int(i), Span: n.Span}
	})
}

// Bool is a key that takes true or false; yes, no, on and off count too.
func Bool[T any](name, doc string, at func(*T) *source.At[bool], opts ...Opt) Field[T] {
	return BoolFunc(name, doc, func(t *T, b source.At[bool]) { *at(t) = b }, opts...)
}

// BoolFunc is Bool for a value that needs more than an assignment.
func BoolFunc[T any](name, doc string, set func(*T, source.At[bool]), opts ...Opt) Field[T] {
	return newField(name, doc, Type{Word: "true or false", JSON: "boolean"}, opts, func(d *Decoder, v value, t *T) {
		b, ok := truth(v.node)
		if !ok {
			bare := *v.node
			bare.Plain = true
			if b, ok = truth(&bare); !ok {
				d.wrongType(v.node, "true or false")
				return
			}
			d.quoted(v.node, "a truth value")
		}
		set(t, source.At[bool]{Value: b, Span: v.node.Span})
	})
}

// quoted says that a number or truth value is written as text. Profiles refuses it, but it can mean only one thing.
func (d *Decoder) quoted(n *source.Node, what string) {
	text := strings.TrimSpace(n.Text.S)
	d.Warnf(diag.SQuoted, n.Span, "%s is written as text", what).WithFix("write it without quotes: %s", text)
	d.older(n.Span, n.Span.Text(), text, Replace{n.Span, text})
}

// truth reads what YAML 1.1 and 1.2 call true and false, unquoted.
func truth(n *source.Node) (value, ok bool) {
	if n.Kind != source.ScalarNode || !n.Plain {
		return false, false
	}
	switch strings.ToLower(n.Text.S) {
	case "true", "yes", "on", "y":
		return true, true
	case "false", "no", "off", "n":
		return false, true
	}
	return false, false
}

// Enum is a key that takes one of a few words, whatever their case; the value is the word as listed.
func Enum[T any](name, doc string, words []string, at func(*T) *source.At[string], opts ...Opt) Field[T] {
	return newField(name, doc, Type{Word: "one of", JSON: "string", Enum: words}, opts, func(d *Decoder, v value, t *T) {
		if s, ok := d.str(v.node); ok {
			if s.Value == "" && !v.info.Required {
				return // as if it were not written
			}
			if s.Value, ok = d.word(s, v.info.Name, words); ok {
				*at(t) = s
			}
		}
	})
}

func (d *Decoder) word(s source.At[string], what string, words []string) (string, bool) {
	for _, w := range words {
		if strings.EqualFold(w, s.Value) {
			return w, true
		}
	}
	g := d.Errorf(diag.SNotAllowed, headOf(s.Span), "%q is not a value of %s", s.Value, what)
	if near := diag.Nearest(s.Value, words); near != "" {
		g.WithFix("did you mean %q?", near)
	} else {
		g.WithFix("write one of: %s", quoteList(words))
	}
	return "", false
}

// Duration is a key that takes a Go duration such as 24h or 720h0m0s, which must be more than zero when positive is set.
func Duration[T any](name, doc string, positive bool, at func(*T) *source.At[string], opts ...Opt) Field[T] {
	return newField(name, doc, Type{Word: "duration", JSON: "string"}, opts, func(d *Decoder, v value, t *T) {
		s, ok := d.str(v.node)
		if !ok {
			return
		}
		dur, err := time.ParseDuration(s.Value)
		switch {
		case err != nil:
			g := d.Errorf(diag.SDuration, s.Span, "%q is not a duration", s.Value)
			if days, e := strconv.Atoi(strings.TrimRight(s.Value, "days ")); e == nil && strings.ContainsAny(s.Value, "d") {
				g.WithFix("write %dh", days*24)
			} else {
				g.WithFix("write a number with a unit, for example 24h, 90m or 720h0m0s")
			}
		case dur < 0 || positive && dur == 0:
			d.Errorf(diag.SDuration, s.Span, "%s must be more than zero", v.info.Name)
		default:
			*at(t) = s
		}
	})
}

// Names is a key that takes a list of names.
func Names[T any](name, doc string, at func(*T) *[]source.At[string], opts ...Opt) Field[T] {
	return newField(name, doc, Type{Word: "list of names", JSON: "array", List: true}, opts, func(d *Decoder, v value, t *T) {
		for _, item := range d.items(v.node, "names") {
			if s, ok := d.str(item); ok {
				*at(t) = append(*at(t), s)
			}
		}
	})
}

// Txts is a key that takes a list of templates.
func Txts[T any](name, doc string, at func(*T) *[]source.Text, opts ...Opt) Field[T] {
	return newField(name, doc, Type{Word: "list of templates", JSON: "array", List: true}, opts, func(d *Decoder, v value, t *T) {
		for _, item := range d.items(v.node, "texts") {
			if d.scalar(item, "text") {
				*at(t) = append(*at(t), item.Text)
			}
		}
	})
}

// Raw is a key whose value is kept as it was written.
func Raw[T any](name, doc string, at func(*T) **source.Node, opts ...Opt) Field[T] {
	return newField(name, doc, Type{Word: "any value"}, opts, func(_ *Decoder, v value, t *T) { *at(t) = v.node })
}

// Ignored is a key that is accepted with any value and has no effect.
func Ignored[T any](name, doc string, opts ...Opt) Field[T] {
	return newField(name, doc, Type{Word: "any value"}, append(opts, NoEffect), func(*Decoder, value, *T) {})
}

// Map is a key that takes a map of names to names, kept in written order. A null value is the word nil.
func Map[T any](name, doc string, at func(*T) *[]Mapping, opts ...Opt) Field[T] {
	return newField(name, doc, Type{Word: "map of names", JSON: "object"}, opts, func(d *Decoder, v value, t *T) {
		if v.node.Kind != source.MapNode {
			d.wrongType(v.node, "a map of names")
			return
		}
		for _, p := range v.node.Pairs {
			val := source.At[string]{Value: "nil", Span: p.Key.Span}
			if p.Value.Kind != source.NullNode {
				var ok bool
				if val, ok = d.str(p.Value); !ok {
					continue
				}
			}
			*at(t) = append(*at(t), Mapping{Key: p.Key, Value: val})
		}
	})
}

// scalar reports whether a node is a scalar, and says so when it is not.
func (d *Decoder) scalar(n *source.Node, want string) bool {
	if n.Kind == source.ScalarNode {
		return true
	}
	d.wrongType(n, want)
	return false
}

func (d *Decoder) str(n *source.Node) (source.At[string], bool) {
	if !d.scalar(n, "text") {
		return source.At[string]{}, false
	}
	return source.At[string]{Value: n.Text.S, Span: n.Span}, true
}

// items returns the items of a list that hold something.
func (d *Decoder) items(n *source.Node, of string) []*source.Node {
	if n.Kind != source.ListNode {
		if n.Kind == source.MapNode && len(n.Pairs) == 0 {
			d.Warnf(diag.SWrongType, headOf(n.Span), "expected a list of %s, found an empty map", of).WithFix("write []")
			return nil
		}
		g := d.wrongType(n, "a list of "+of)
		if n.Kind == source.ScalarNode {
			g.WithFix("write it as a list: [%s]", n.Span.Text())
		} else if n.Kind == source.MapNode {
			g.WithFix("begin each item with \"- \"")
		}
		return nil
	}
	var out []*source.Node
	for _, item := range n.Items {
		if item.Kind == source.NullNode {
			d.Warnf(diag.SWrongType, headOf(item.Span), "an item of the list is empty").WithFix("write the item or remove its \"-\"")
			continue
		}
		out = append(out, item)
	}
	return out
}
