package template

import (
	"slices"
	"strings"

	"kith/internal/diag"
	"kith/internal/source"
)

// Arg is an argument bound to a parameter; Value is nil when it was not given.
type Arg struct {
	Value Value
	Span  source.Span
}

// Given reports whether the argument was written.
func (a Arg) Given() bool { return a.Value != nil }

// Bind puts the arguments of a call to a host's function in the order of its parameters. Too many, unknown and repeated
// ones are a *Failure that names the function; missing ones are left to the function.
func Bind(ctx *CallContext, function string, args []Value, kw []Named, params ...string) ([]Arg, error) {
	out := make([]Arg, len(params))
	if len(args) > len(params) {
		return nil, Failf(diag.TemplateArguments, "%s takes at most %s, got %d", function, countOf(len(params), "argument"), len(args)+len(kw))
	}
	for i, v := range args {
		out[i] = Arg{v, ctx.ArgAt(i)}
	}
	for _, k := range kw {
		i := slices.Index(params, k.Name)
		if i < 0 {
			f := Failf(diag.TemplateArguments, "%s has no argument %q", function, k.Name)
			f.At = k.NameSpan
			if near := diag.Nearest(k.Name, params); near != "" {
				f.Fix = "did you mean " + quoted(near) + "?"
			} else if len(params) > 0 {
				f.Fix = "its arguments: " + strings.Join(params, ", ")
			}
			return nil, f
		}
		if out[i].Given() {
			f := Failf(diag.TemplateArguments, "argument %s of %s is given twice", k.Name, function)
			f.At = k.NameSpan
			return nil, f
		}
		out[i] = Arg{k.Value, k.Span}
	}
	return out, nil
}

// PlainString reads a value as text without placeholders; what names it in the message of the *Failure ("a layout").
func PlainString(v Value, what string) (string, error) {
	s, ok := v.(String)
	if !ok {
		return "", Failf(diag.TemplateKind, "%s must be a string, got %s", what, v.noun())
	}
	if _, _, _, found := FindPlaceholder(s.Text.S, 0); found {
		return "", Failf(diag.TemplateKind, "%s must be plain text, it contains a value that is known only when the SQL runs", what)
	}
	return s.Text.S, nil
}

// Noun names the kind of a value for a message, with its article: "a string", "an entity".
func Noun(v Value) string {
	if v == nil {
		return "nothing"
	}
	return v.noun()
}

// IsNil is what the filter isnil says of a value.
func IsNil(v Value) bool { return v == nil || isNil(v) }
