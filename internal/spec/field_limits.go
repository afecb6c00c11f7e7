package spec

import (
	"strconv"
	"strings"

	"kith/internal/diag"
	"kith/internal/source"
)

// EdgeLimitsWord is the kind of value that limits of ids take.
const EdgeLimitsWord = "list of maps of an id type to a number"

// edgeLimits is maximum_edges: a list of maps of one key each, {<id type>: N} (modelling.md section 6.9), or of the keys of
// edgeLimitObject. pb takes at most five items and an N of at most ten; there is no reason for a bound here.
func edgeLimits() Field[IDType] {
	typ := Type{Word: EdgeLimitsWord, JSON: "array", List: true, Table: edgeLimitObject.Table()}
	return newField("maximum_edges", "How many ids of another type one id may stand beside on rows. One with more loses all its edges to ids of that type.", typ, []Opt{Since(93)}, func(d *Decoder, v value, t *IDType) {
		for _, m := range d.limits(v.node, edgeLimitObject) {
			first := m.sameAs(t.MaximumEdges)
			if first == nil {
				t.MaximumEdges = append(t.MaximumEdges, m)
				continue
			}
			d.Errorf(diag.SDuplicateName, m.Type.Span, "maximum_edges of %s names %q twice", t.Name.Value, m.Type.Value).
				WithAlso(first.Type.Span, "first here").WithFix("keep one of them, or give them different times within which they hold")
		}
		for _, m := range t.MaximumEdges {
			m.compare(d, t.MaximumEdges)
		}
	})
}

// clusterLimits is maximum_per_cluster of a stitcher: a list of maps of one key each.
func clusterLimits[T any](name, doc string, at func(*T) *[]*EdgeLimit) Field[T] {
	typ := Type{Word: EdgeLimitsWord, JSON: "array", List: true}
	return newField(name, doc, typ, []Opt{Beyond}, func(d *Decoder, v value, t *T) {
		for _, m := range d.limits(v.node, nil) {
			if first := m.sameAs(*at(t)); first != nil {
				d.Errorf(diag.SDuplicateName, m.Type.Span, "%s names %q twice", name, m.Type.Value).WithAlso(first.Type.Span, "first here").WithFix("keep one of them")
				continue
			}
			*at(t) = append(*at(t), m)
		}
	})
}

var edgeLimitObject = &Object[EdgeLimit]{
	Name: "edge limit", Place: "id_types[].maximum_edges[]", Doc: "How many ids of another type one id may stand beside, at any time or within some time. The short form is a map of the id type to the number.",
	Fields: []Field[EdgeLimit]{
		Str("to", "The other id type.", func(m *EdgeLimit) *source.At[string] { return &m.Type }, Required),
		Int("at_most", "How many of its ids.", func(m *EdgeLimit) *source.At[int] { return &m.Most }, Required),
		Duration("within", "Only edges that were first seen within so long of each other count together; edges without a time count at any time.", true, func(m *EdgeLimit) *source.At[string] { return &m.Within }, Default("at any time")),
	},
	Hints: map[string]string{"type": "write to", "maximum": "write at_most", "limit": "write at_most"},
}

// limits reads the items of a list of limits, each in the short form or, where there is an object, in its form.
func (d *Decoder) limits(n *source.Node, obj *Object[EdgeLimit]) []*EdgeLimit {
	var out []*EdgeLimit
	for _, item := range d.items(n, "maps {<id type>: <number>}") {
		switch {
		case item.Kind == source.MapNode && len(item.Pairs) == 1:
			p := item.Pairs[0]
			if most, ok := d.limit(limitOf(obj, p.Key.Value), p.Value); ok {
				out = append(out, &EdgeLimit{Type: p.Key, Most: most})
			}
		case item.Kind == source.MapNode && obj != nil && (has(item, "to") || has(item, "at_most")):
			m := decodeNew(d, item, obj)
			switch {
			case m.Type.Value == "" || m.Most.Span.IsZero():
			case m.Most.Value < 1:
				d.noLimit(m.Most.Span, m.Most.Value, limitOf(obj, m.Type.Value))
			default:
				out = append(out, m)
			}
		default:
			d.wrongType(item, "a map of one id type to a number").WithFix("write - <id type>: 1")
		}
	}
	return out
}

// sameAs is the limit among others that is about the same type and time, nil for none.
func (m *EdgeLimit) sameAs(others []*EdgeLimit) *EdgeLimit {
	for _, o := range others {
		if o.Type.Value == m.Type.Value && o.Within.Value == m.Within.Value {
			return o
		}
	}
	return nil
}

// compare says so when a limit within some time never holds, because that at any time is as low.
func (m *EdgeLimit) compare(d *Decoder, others []*EdgeLimit) {
	for _, o := range others {
		if m.Within.Value != "" && o.Within.Value == "" && o.Type.Value == m.Type.Value && m.Most.Value >= o.Most.Value {
			d.Errorf(diag.SNotAllowed, m.Most.Span, "a limit of %d within %s is never reached: %d are allowed at any time", m.Most.Value, m.Within.Value, o.Most.Value).
				WithAlso(o.Type.Span, "that limit is written here").WithFix("make the limit within some time the lower one, or take one away")
		}
	}
}

// limitOf is what a limit is of: edges, or ids in a cluster.
func limitOf(obj *Object[EdgeLimit], name string) string {
	if obj == nil {
		return "ids of " + name + " in a cluster"
	}
	return "edges to " + name
}

// limit reads the number of a limit, which is one or more: none at all is what a filter says.
func (d *Decoder) limit(of string, n *source.Node) (source.At[int], bool) {
	i, err := strconv.Atoi(strings.TrimSpace(n.Text.S))
	switch {
	case n.Kind != source.ScalarNode || err != nil:
		d.wrongType(n, "a whole number")
	case i < 1:
		d.noLimit(n.Span, i, of)
	default:
		return source.At[int]{Value: i, Span: n.Span}, true
	}
	return source.At[int]{}, false
}

func (d *Decoder) noLimit(at source.Span, most int, of string) {
	d.Errorf(diag.SNotAllowed, at, "%d is not a limit of %s: it must be 1 or more", most, of).
		WithFix("write 1 or more; to keep an id type out of the graph, take it off the entity's id_types")
}
