// Package portable rewrites SQL that was written for Snowflake, Redshift, BigQuery or Databricks into SQL that the embedded
// DuckDB reads with the same meaning, or refuses it at its place with a way out.
//
// There is no grammar: a text is split into tokens and a tree of brackets and calls, rules replace the constructs whose
// names or meanings differ, and everything else is copied. Every copied byte keeps its place in the user's file, every
// inserted byte stands for the construct it came from. Meanings that need more than a rename live in SQL macros (Macros);
// they call nothing but DuckDB's own functions, so that a view which uses them works without kith.
package portable

import (
	"maps"
	"slices"
	"strconv"

	"kith/internal/diag"
	"kith/internal/source"
	"kith/internal/sqltext"
	"kith/internal/template"
)

// Version changes with the meaning of rules and macros: what was computed by other ones has to be computed again.
const Version = "2"

// Dialects are the names of the dialects that Rewrite knows, in alphabetical order. Any other name ("duckdb",
// "postgres", "") means text that is carried as it stands.
func Dialects() []string {
	out := make([]string, 0, len(dialects))
	for name := range dialects {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

// Schema is the name of the schema that rewritten text of a dialect expects its macros in; "" for a dialect that needs none.
// Macros differ only between versions of kith, so that all projects in one database share them.
func Schema(dialect string) string {
	if d := dialects[dialect]; d != nil {
		return d.schema
	}
	return ""
}

// Rewrite turns a rendered text of a dialect into one that DuckDB reads. The holes are those of r. A text that needs no
// change comes back byte for byte. When the list has errors, the text returned is that of r.
func Rewrite(dialect string, r template.Rendered, kind sqltext.Kind) (template.Rendered, diag.List) {
	d := dialects[dialect]
	if d == nil || r.Text.S == "" {
		return r, nil
	}
	w := newRewriter(d, r.Text)
	if w == nil {
		return r, nil // not closed or not balanced: the reader says it better
	}
	text := w.all(kind)
	if w.list.HasErrors() || text.S == r.Text.S {
		return r, w.list
	}
	return template.Rendered{Text: text, Holes: r.Holes, TimeDependent: r.TimeDependent}, w.list
}

// Rewriter returns Rewrite for one dialect, in the form that sqltext.Item takes; nil when text of the dialect is carried
// as it stands.
func Rewriter(dialect string) func(template.Rendered, sqltext.Kind) (template.Rendered, diag.List) {
	if dialects[dialect] == nil {
		return nil
	}
	return func(r template.Rendered, kind sqltext.Kind) (template.Rendered, diag.List) {
		return Rewrite(dialect, r, kind)
	}
}

// Functions are the functions of a dialect that are rewritten, in alphabetical order: "nvl/2" for a form of two arguments,
// "datediff" for one of any number.
func Functions(dialect string) []string {
	d := dialects[dialect]
	if d == nil {
		return nil
	}
	var out []string
	for name, forms := range d.templates {
		for n := range forms {
			out = append(out, name+"/"+strconv.Itoa(n))
		}
	}
	for name := range d.rules {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

// Types are the names of types that casts of a dialect may name, in alphabetical order.
func Types(dialect string) []string {
	d := dialects[dialect]
	if d == nil {
		return nil
	}
	return slices.Sorted(maps.Keys(d.types))
}

// NullOrder is where NULLs stand in an order that does not say it: "first" or "last", what DuckDB does in the case of text
// that is carried as it stands. It is for order terms whose direction is no longer part of the text.
func NullOrder(dialect string, desc bool) string {
	d := dialects[dialect]
	if d != nil && desc == d.nullsLargest {
		return "first"
	}
	return "last"
}

// span is the place of tokens [lo, hi).
func (r *rewriter) span(lo, hi int) source.Span {
	if lo >= len(r.toks) {
		return r.text.Origin(len(r.s), len(r.s))
	}
	return r.text.Origin(r.toks[lo].start, r.toks[max(hi-1, lo)].end)
}
