package ansi

import (
	"strings"

	"kith/internal/diag"
	"kith/internal/rel"
	"kith/internal/source"
)

// ident writes a name of ours, or one whose spelling is known: in quotes unless the engine reads it back as it is.
func (w *Writer) ident(name string) { w.identAt(name, source.Span{}) }

func (w *Writer) identAt(name string, at source.Span) {
	if name == "" || strings.ContainsRune(name, 0) {
		w.diags.Errorf(diag.DIdentifier, at, "the name %q cannot be written as SQL", name).WithFix("choose another name")
	}
	if m := w.engine.LongestName; m > 0 && len(name) > m {
		w.diags.Errorf(diag.DIdentifier, at, "the name %s is longer than the %d bytes that %s keeps", name, m, w.engine.Name).
			WithFix("choose a shorter name")
	}
	if w.engine.Bare(name) {
		w.Write(name)
		return
	}
	w.Write(`"` + strings.ReplaceAll(name, `"`, `""`) + `"`)
}

// object writes the qualified name of an object.
func (w *Writer) object(o rel.Object) {
	switch o.Space {
	case rel.Target:
		w.schema(w.env.TargetSchema)
	case rel.Internal:
		w.schema(w.env.InternalSchema)
	case rel.Scratch:
		if w.engine.ScratchCatalog == "" {
			w.schema(w.env.InternalSchema)
			break
		}
		w.Write(w.engine.ScratchCatalog + ".main.")
	case rel.Temp:
		w.Write(w.engine.TempSchema + ".")
	}
	for i, p := range o.Parts {
		if i > 0 {
			w.Write(".")
		}
		name := p.Name
		if o.Folds(i) {
			name = w.engine.Fold(name)
		}
		w.identAt(name, o.Span)
	}
}

func (w *Writer) schema(schema string) {
	if schema == "" {
		return
	}
	if w.env.Catalog != "" {
		w.ident(w.env.Catalog)
		w.Write(".")
	}
	w.ident(schema)
	w.Write(".")
}

// userObject is object for a name that stands in a statement because the user wrote it.
func (w *Writer) userObject(o rel.Object) {
	if o.Span.IsZero() {
		w.object(o)
		return
	}
	w.standing(source.Literal("?", o.Span), func() { w.object(o) })
}

// Words returns the set of the words of s, for tables of keywords.
func Words(s string) map[string]bool {
	set := map[string]bool{}
	for _, f := range strings.Fields(s) {
		set[f] = true
	}
	return set
}

// Bare returns the test for names that may go without quotes: letters, digits and underscores, not beginning with a
// digit, and in no case (lower-cased) a keyword. upper allows upper-case letters.
func Bare(keywords map[string]bool, upper bool) func(string) bool {
	return func(name string) bool {
		for i := 0; i < len(name); i++ {
			c := name[i]
			switch {
			case c == '_', c >= 'a' && c <= 'z':
			case c >= 'A' && c <= 'Z' && upper:
			case c >= '0' && c <= '9' && i > 0:
			default:
				return false
			}
		}
		return name != "" && !keywords[strings.ToLower(name)]
	}
}
