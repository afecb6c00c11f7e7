package project

import (
	"slices"
	"strings"

	"kith/internal/diag"
	"kith/internal/source"
	"kith/internal/sqltext/portable"
)

// In sets the dialect that a compile is for. One that can be read and not written is taken for that of the project's SQL; its
// statements are then those of the embedded engine, which a note says. at is the place that names the dialect, zero for a flag.
func (p *Project) In(s Settings, name string, at source.Span) (Settings, diag.List) {
	var diags diag.List
	name = strings.ToLower(name)
	switch {
	case p.Leaves.Dialect(name) != nil:
		s.Dialect = name
	case slices.Contains(portable.Dialects(), name):
		s.Dialect, s.Written = embedded, name
		diags.Notef(diag.DReadOnly, at, "the project's SQL is read as %s; statements are written for %s, since this version writes none of %s", name, embedded, name)
	default:
		diags.Errorf(diag.DUnknown, at, "no dialect %q; there are %s", name, strings.Join(p.Leaves.DialectNames(), ", "))
	}
	return s, diags
}

// DialectNames are the names of all dialects, those that can be written first.
func (l Leaves) DialectNames() []string {
	var names []string
	for _, d := range l.Dialects {
		names = append(names, d.Name())
	}
	return append(names, portable.Dialects()...)
}

// Reads reports whether there is a dialect of a name, to be read or written.
func (l Leaves) Reads(name string) bool {
	name = strings.ToLower(name)
	return l.Dialect(name) != nil || slices.Contains(portable.Dialects(), name)
}
