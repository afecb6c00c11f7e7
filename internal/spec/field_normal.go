package spec

import (
	"strings"

	"kith/internal/diag"
	"kith/internal/normal"
	"kith/internal/source"
)

// NormalizeWord is the kind of value that normalize takes.
const NormalizeWord = "normaliser or list of them"

// Normalisers are the value of a key normalize, in written order.
type Normalisers []source.At[normal.Step]

// Normalize is a key that takes the name of a normaliser, a map of one to its settings, or a list of both.
func Normalize[T any](doc string, at func(*T) *Normalisers) Field[T] {
	return newField("normalize", doc, Type{Word: NormalizeWord}, []Opt{Beyond}, func(d *Decoder, v value, t *T) {
		items := []*source.Node{v.node}
		if v.node.Kind == source.ListNode {
			items = d.items(v.node, "normalisers")
		}
		for _, n := range items {
			if s, ok := d.normaliser(n); ok {
				*at(t) = append(*at(t), s)
			}
		}
	})
}

func (d *Decoder) normaliser(n *source.Node) (source.At[normal.Step], bool) {
	out := source.At[normal.Step]{Span: n.Span}
	name, settings := source.At[string]{Value: n.Text.S, Span: n.Span}, (*source.Node)(nil)
	switch {
	case n.Kind == source.MapNode && len(n.Pairs) == 1:
		name, settings = n.Pairs[0].Key, n.Pairs[0].Value
	case n.Kind != source.ScalarNode:
		d.wrongType(n, "the name of a normaliser").WithFix("write one of: %s; phone may have settings: {phone: {country: \"49\"}}", quoteList(normal.Names))
		return out, false
	}
	word, ok := d.word(name, "normalize", normal.Names)
	if !ok {
		return out, false
	}
	out.Value.Name = word
	if word != normal.Phone {
		if settings != nil && settings.Kind != source.NullNode {
			d.Errorf(diag.SUnknownKey, headOf(settings.Span), "%s has no settings", word).WithFix("write %s alone", word)
			return out, false
		}
		return out, true
	}
	out.Value.Trunk = normal.TrunkOf("")
	if settings == nil || settings.Kind == source.NullNode {
		return out, true
	}
	return out, d.phone(settings, &out.Value)
}

// phone reads the settings of phone: the country of numbers that name none, and what such numbers begin with.
func (d *Decoder) phone(n *source.Node, s *normal.Step) bool {
	if n.Kind != source.MapNode {
		d.wrongType(n, "a map of settings").WithFix("write phone: {country: \"49\"}")
		return false
	}
	ok, trunk, country := true, false, source.Span{}
	for _, p := range n.Pairs {
		switch p.Key.Value {
		case "country":
			v, is := d.digits(p, 1, 3, "the digits of a country, without a plus sign", "49")
			if is && v[0] == '0' {
				d.Errorf(diag.SNotAllowed, p.Value.Span, "%q is no country: prefixes of countries do not begin with 0", v).WithFix("write it like \"49\"")
				is = false
			}
			s.Country, ok, country = v, ok && is, p.Key.Span
		case "trunk":
			v, is := d.digits(p, 0, 4, "the digits that numbers within the country begin with", "0")
			s.Trunk, ok, trunk = v, ok && is, true
		default:
			d.Errorf(diag.SUnknownKey, p.Key.Span, "phone has no setting %q", p.Key.Value).WithFix("its settings are country and trunk")
			ok = false
		}
	}
	if country.IsZero() && ok {
		d.Errorf(diag.SMissingKey, headOf(n.Span), "phone has settings but no country").WithFix("add country, or write phone alone for numbers that all name theirs")
		return false
	}
	if !trunk {
		s.Trunk = normal.TrunkOf(s.Country)
	}
	return ok
}

// digits reads a text of digits, quoted or not: a number would lose a 0 in front, so one is taken as it is written.
func (d *Decoder) digits(p source.Pair, least, most int, what, like string) (string, bool) {
	v := p.Value.Text.S
	if p.Value.Kind != source.ScalarNode || len(v) < least || len(v) > most || strings.Trim(v, "0123456789") != "" {
		d.Errorf(diag.SNotAllowed, headOf(p.Value.Span), "%s takes %s", p.Key.Value, what).WithFix("write it like \"%s\"", like)
		return "", false
	}
	return v, true
}
