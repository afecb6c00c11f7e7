package spec

import (
	"strconv"
	"strings"

	"kith/internal/diag"
	"kith/internal/source"
)

// EdgeLimitsWord is the kind of value that maximum_edges takes.
const EdgeLimitsWord = "list of maps of an id type to a number"

// edgeLimits is maximum_edges: a list of maps of one key each, {<id type>: N} (modelling.md section 6.9). pb takes at most five
// items and an N of at most ten; there is no reason for a bound here.
func edgeLimits() Field[IDType] {
	typ := Type{Word: EdgeLimitsWord, JSON: "array", List: true}
	return newField("maximum_edges", "How many ids of another type one id may stand beside on rows. One with more loses all its edges to ids of that type.", typ, []Opt{Since(93)}, func(d *Decoder, v value, t *IDType) {
		seen := map[string]source.Span{}
		for _, item := range d.items(v.node, "maps {<id type>: <number>}") {
			if item.Kind != source.MapNode || len(item.Pairs) != 1 {
				d.wrongType(item, "a map of one id type to a number").WithFix("write - <id type>: 1")
				continue
			}
			p := item.Pairs[0]
			n, ok := d.limit(p.Key.Value, p.Value)
			if !ok {
				continue
			}
			if first, twice := seen[p.Key.Value]; twice {
				d.Errorf(diag.SDuplicateName, p.Key.Span, "maximum_edges of %s names %q twice", t.Name.Value, p.Key.Value).
					WithAlso(first, "first here").WithFix("keep one of them")
				continue
			}
			seen[p.Key.Value] = p.Key.Span
			t.MaximumEdges = append(t.MaximumEdges, &EdgeLimit{Type: p.Key, Most: n})
		}
	})
}

// limit reads the number of a limit, which is one or more: none at all is what a filter says.
func (d *Decoder) limit(name string, n *source.Node) (source.At[int], bool) {
	i, err := strconv.Atoi(strings.TrimSpace(n.Text.S))
	switch {
	case n.Kind != source.ScalarNode || err != nil:
		d.wrongType(n, "a whole number")
	case i < 1:
		d.Errorf(diag.SNotAllowed, n.Span, "%d is not a limit of edges to %s: it must be 1 or more", i, name).
			WithFix("write 1 or more; to keep an id type out of the graph, take it off the entity's id_types")
	default:
		return source.At[int]{Value: i, Span: n.Span}, true
	}
	return source.At[int]{}, false
}
