package run

import (
	"context"
	"slices"
	"strings"

	"kith/internal/rel"
)

// line are the publishes that led to the present one, the latest first, of books in that order: where one returned to an earlier
// publish, that one and those before it.
func line(books []*Book) []*Book {
	var out []*Book
	next := int64(1<<63 - 1)
	for _, b := range books {
		switch {
		case b.No > next:
		case b.ReturnedTo > 0:
			next = b.ReturnedTo
		default:
			out = append(out, b)
			next = b.No - 1
		}
	}
	return out
}

// shownBy are the materials that names of a ref showed in a line of publishes, each once.
func shownBy(line []*Book, ref string) []string {
	var out []string
	for _, b := range line {
		for _, n := range b.Names {
			if strings.EqualFold(n.Ref, ref) && !slices.Contains(out, n.Material) {
				out = append(out, n.Material)
			}
		}
	}
	return out
}

// graphType is what an identity graph is called in the registry.
const graphType = "id_stitcher"

// line finds the identity graphs in the line of publishes, as plan.Facts has it.
func (r *Registry) line(ctx context.Context, entries []Entry) (map[string][]string, error) {
	var refs []rel.Expr
	out := map[string][]string{}
	for _, e := range entries {
		if key := strings.ToLower(e.Ref); e.Type == graphType && out[key] == nil {
			out[key] = []string{}
			refs = append(refs, rel.S(e.Ref))
		}
	}
	s, ok, err := r.readState(ctx)
	if err != nil || !ok || len(refs) == 0 {
		return nil, err
	}
	books, err := r.booksWhere(ctx, &rel.InList{X: rel.C("t", "model_ref"), List: refs},
		&rel.Op{Op: "<=", Args: []rel.Expr{rel.C("t", "publish_no"), rel.I(s.publishNo)}})
	if err != nil {
		return nil, err
	}
	led := line(books)
	for ref := range out {
		out[ref] = shownBy(led, ref)
	}
	return out, nil
}
