package project

import (
	"strings"

	"kith/internal/catalog"
	"kith/internal/diag"
	"kith/internal/lower"
	"kith/internal/rel"
)

// locate puts the name under which the warehouse has a table in the place of the one that the project gives, where the two
// differ: a table of three parts, written for a cloud warehouse, lies under its last two in a file (architecture: names in
// another warehouse).
func locate(l *lower.Result, c catalog.Catalog) (diag.List, error) {
	var diags diag.List
	var failed error
	found := map[string]rel.Object{}
	place := func(o rel.Object) rel.Object {
		if at, ok := found[o.Key()]; ok {
			return at
		}
		found[o.Key()] = o
		t, ok, err := c.Table(o)
		if err != nil {
			failed = err
		}
		if err == nil && ok && len(t.Object.Parts) > 0 && len(t.Object.Parts) < len(o.Parts) {
			t.Object.Span = o.Span
			found[o.Key()] = t.Object
			diags.Notef(diag.WCatalogNote, o.Span, "%s is read from %s of this warehouse, since no database of that name is attached", dotted(o), dotted(t.Object))
		}
		return found[o.Key()]
	}
	v := rel.Visitor{Rel: func(r rel.Rel) bool {
		if t, ok := r.(*rel.Table); ok && t.Object.Space == rel.External && len(t.Object.Parts) == 3 {
			t.Object = place(t.Object)
		}
		return failed == nil
	}}
	for _, s := range l.Steps {
		v.Program(s.Program)
	}
	return diags, failed
}

func dotted(o rel.Object) string {
	var parts []string
	for _, p := range o.Parts {
		parts = append(parts, p.Name)
	}
	return strings.Join(parts, ".")
}
