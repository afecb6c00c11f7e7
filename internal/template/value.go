package template

import (
	"strconv"
	"strings"

	"kith/internal/source"
)

// Value is what an expression of a template gives. The set is closed: Nil, Bool, Int, Float, String, List, Time, Duration,
// NamedInt, HoleValue, ObjectValue, Func, Unknown, and the macros of this package. Rooms to the right bring their own things in as
// Object, Callable or Hole.
type Value interface {
	// noun names the kind of the value for people, with its article: "a string".
	noun() string
}

// Nil is the absence of a value. Writing it is a mistake; looking at it in a condition is not.
type Nil struct{}

// Bool is true or false; it is written in lower case.
type Bool bool

// Int is a whole number.
type Int int64

// Float is a number with a fraction.
type Float float64

// String is text of which every byte knows its place. It may contain placeholders (see Placeholder) whose numbers are
// valid within one rendering: a Callable passes them on untouched.
type String struct{ Text source.Text }

// List is a list of values.
type List []Value

// NamedInt is a whole number with a name: it is written as the name and compared as the number (a month, a weekday).
type NamedInt struct {
	N    int64
	Name string
}

// HoleValue is a hole that a template may write, pass on or test for nil, but not look into.
type HoleValue struct{ Hole Hole }

// ObjectValue is an Object of the host.
type ObjectValue struct{ Object Object }

// Func is a function. Naming it without parentheses calls it without arguments, as in pongo2.
type Func struct{ Callable Callable }

// Unknown is a value that could not be computed and about which a diagnostic has been given. It is written as nothing, and
// whatever is done with it gives Unknown again, so that one mistake is reported once.
type Unknown struct{}

func (Nil) noun() string      { return "nil" }
func (Bool) noun() string     { return "a boolean" }
func (Int) noun() string      { return "a number" }
func (Float) noun() string    { return "a number" }
func (String) noun() string   { return "a string" }
func (List) noun() string     { return "a list" }
func (NamedInt) noun() string { return "a number" }
func (Func) noun() string     { return "a function" }
func (Unknown) noun() string  { return "an unknown value" }

func (HoleValue) noun() string { return "a value of the SQL" }

func (v ObjectValue) noun() string {
	if k, ok := v.Object.(Kinder); ok {
		return k.Kind()
	}
	return "an object"
}

// Str is a String that no file wrote; in the output it stands for the expression that gave it.
func Str(s string) String { return String{source.Literal(s, source.Span{})} }

// Obj wraps an object of the host.
func Obj(o Object) Value { return ObjectValue{o} }

// isNil is the answer of the filter isnil.
func isNil(v Value) bool {
	switch v := v.(type) {
	case Nil, Unknown:
		return true
	case ObjectValue:
		n, ok := v.Object.(Niller)
		return ok && n.IsNil()
	}
	return false
}

// truth says whether a condition holds: zero, the empty string, the empty list and nil are false.
func truth(v Value) bool {
	switch v := v.(type) {
	case Bool:
		return bool(v)
	case Int:
		return v != 0
	case Float:
		return v != 0
	case NamedInt:
		return v.N != 0
	case Duration:
		return v != 0
	case String:
		return v.Text.S != ""
	case List:
		return len(v) > 0
	}
	return !isNil(v)
}

// formatFloat writes a float so that SQL reads a float again: without exponent and with a fraction.
func formatFloat(f float64) string {
	s := strconv.FormatFloat(f, 'f', -1, 64)
	if !strings.ContainsAny(s, ".NI") {
		s += ".0"
	}
	return s
}
