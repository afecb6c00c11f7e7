package template

import (
	"fmt"

	"kith/internal/diag"
	"kith/internal/source"
)

// Object is a thing of the host that templates name: an entity, an input, a dereferenced model, `this`, `warehouse`. The
// optional interfaces below are asked for by assertion.
type Object interface {
	// Member returns the member called name; ok is false when there is none, which is reported with the nearest of
	// Members.
	Member(name string) (v Value, ok bool)
}

// PlacedObject is an Object that wants to know where a member was named: it records references, or has words of its own for
// an unknown member. It is asked instead of Member. A nil error with ok false is an unknown member.
type PlacedObject interface {
	Object
	MemberAt(ctx *CallContext, name string) (v Value, ok bool, err error)
}

// Lister lists the members of an Object, as candidates for a slip of the pen.
type Lister interface{ Members() []string }

// MemberAdviser is asked of an Object: the way out for a member that it has elsewhere and not here, "" when there is nothing
// better to say than the nearest member.
type MemberAdviser interface{ MemberAdvice(name string) string }

// Kinder names the kind of an Object for messages, with its article: "an entity".
type Kinder interface{ Kind() string }

// Niller is an Object that may stand for nothing: an optional model that is absent.
type Niller interface{ IsNil() bool }

// Writer is an Object that can be written by itself, as `{{this}}` is. Write returns what is written: a hole, a string, a
// number. An Object without it cannot be written.
type Writer interface {
	Write(ctx *CallContext) (Value, error)
}

// Callable is a function of the host. An error is shown at the call: a *Failure keeps its own code, place and fix, any other
// error becomes "call failed" with its message. It must give the same result for the same arguments within one rendering.
type Callable interface {
	Call(ctx *CallContext, args []Value, kw []Named) (Value, error)
}

// CallableFunc makes a Callable of a Go function.
type CallableFunc func(ctx *CallContext, args []Value, kw []Named) (Value, error)

// Call calls f.
func (f CallableFunc) Call(ctx *CallContext, args []Value, kw []Named) (Value, error) {
	return f(ctx, args, kw)
}

// FuncOf is the value of a Go function.
func FuncOf(f func(ctx *CallContext, args []Value, kw []Named) (Value, error)) Value {
	return Func{CallableFunc(f)}
}

// Named is a keyword argument.
type Named struct {
	Name     string
	NameSpan source.Span
	Value    Value
	Span     source.Span // of the value
}

// Failure is a mistake of the user that a Callable or Object found.
type Failure struct {
	Code    diag.Code
	Message string
	Fix     string
	At      source.Span // the zero Span means the call
	Also    []diag.Related
}

// Error is the message.
func (f *Failure) Error() string { return f.Message }

// Failf makes a Failure; the caller adds Fix, At and Also.
func Failf(code diag.Code, format string, args ...any) *Failure {
	return &Failure{Code: code, Message: fmt.Sprintf(format, args...)}
}

// CallContext is what a Callable or Object may know and do about the place it is used at. It is valid during the call only.
type CallContext struct {
	// At is the place of the whole call, or of the member.
	At source.Span
	// ArgSpans are the places of the positional arguments.
	ArgSpans []source.Span
	// Discovery is set inside a branch that is not taken: the call is made so that its references are seen, its result is
	// thrown away.
	Discovery bool

	st *state
	sc *scope
}

// ArgAt is the place of positional argument i, or of the call when there is none.
func (c *CallContext) ArgAt(i int) source.Span {
	if i < len(c.ArgSpans) && !c.ArgSpans[i].IsZero() {
		return c.ArgSpans[i]
	}
	return c.At
}

// Placeholder returns the placeholder of a hole, for use within the text of a returned String.
func (c *CallContext) Placeholder(h Hole) string { return Placeholder(c.st.intern(h)) }

// Hole returns the hole behind placeholder i found in the text of an argument; ok is false when i is not of this rendering.
func (c *CallContext) Hole(i int) (Hole, bool) {
	if i < 0 || i >= len(c.st.holes) {
		return nil, false
	}
	return c.st.holes[i], true
}

// Text returns a value as the template would write it. What cannot be written is reported and gives "".
func (c *CallContext) Text(v Value) source.Text {
	var b source.Builder
	c.st.write(v, c.At, c.sc, &b)
	return b.Text()
}

// Render renders a text in the scope of the caller, as a template inside an argument is.
func (c *CallContext) Render(text source.Text) source.Text { return c.st.rerender(text, c.sc, c.At) }

// Time returns end_time or begin_time as a template names it: nil when it is not given.
func (c *CallContext) Time(name string) Value {
	v, _ := c.st.builtin(name)
	return v
}

// LookedAtTime records that the result depends on the value of a time, so that the text may differ from run to run.
func (c *CallContext) LookedAtTime() { c.st.lookedAtTime() }

// Report gives a diagnostic without ending the call. In a branch that is not taken it is dropped.
func (c *CallContext) Report(d diag.Diagnostic) { c.st.report(d) }
