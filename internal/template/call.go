package template

import (
	"kith/internal/diag"
	"kith/internal/source"
)

// arguments are the evaluated arguments of a call at a place.
type arguments struct {
	args  []Value
	spans []source.Span
	kw    []Named
	at    source.Span
}

// unknown reports whether an argument could not be computed.
func (a arguments) unknown() bool {
	for _, v := range a.args {
		if _, ok := v.(Unknown); ok {
			return true
		}
	}
	for _, k := range a.kw {
		if _, ok := k.Value.(Unknown); ok {
			return true
		}
	}
	return false
}

// evalArguments evaluates the arguments of a call in the caller's scope. Strings that contain marks are rendered, whatever
// expression they come from.
func (st *state) evalArguments(s suffix, sc *scope) arguments {
	out := arguments{at: s.whole}
	for _, x := range s.args {
		out.args = append(out.args, st.evalArgument(x, sc))
		out.spans = append(out.spans, x.span())
	}
	for _, k := range s.kw {
		out.kw = append(out.kw, Named{Name: k.name, NameSpan: k.nameAt, Value: st.evalArgument(k.x, sc), Span: k.x.span()})
	}
	return out
}

func (st *state) evalArgument(x expr, sc *scope) Value {
	v := st.eval(x, sc)
	if s, ok := v.(String); ok && HasMarks(s.Text.S) {
		return String{st.rerender(s.Text, sc, x.span())}
	}
	return v
}

// call calls a function of the host. With an argument that could not be computed it is not called: the mistake is known.
func (st *state) call(c Callable, a arguments, sc *scope) Value {
	if st.stopped || a.unknown() || !st.step(a.at) {
		return Unknown{}
	}
	ctx := st.context(a.at, sc)
	ctx.ArgSpans = a.spans
	v, err := c.Call(ctx, a.args, a.kw)
	if err != nil {
		return st.fail(err, a.at)
	}
	if v == nil {
		return Nil{}
	}
	if s, ok := v.(String); ok && !st.charge(s.Text.Len(), a.at) {
		return Unknown{}
	}
	return v
}

// macroValue is a macro as a value.
type macroValue struct{ m *macro }

func (macroValue) noun() string { return "a macro" }

// callMacro renders a macro with its parameters bound. Its scope is inside the caller's, so that it sees the objects the
// caller sees. The result is rendered again when it contains marks: an argument may have carried a template into it.
func (st *state) callMacro(m *macro, a arguments, sc *scope) Value {
	inner := sc.child()
	if st.stopped || !st.bind(m, a, inner) || st.recursive(m, a.at) || !st.deeper(a.at) {
		return Unknown{}
	}
	defer func() { st.depth-- }()
	if m.plain != nil {
		if !st.charge(m.plain.Len(), a.at) {
			return Unknown{}
		}
		return String{*m.plain}
	}
	st.chain = append(st.chain, call{m, a.at})
	defer func() { st.chain = st.chain[:len(st.chain)-1] }()
	text := st.text(m.nodes, inner)
	return String{st.rerender(text, inner, a.at)}
}

// bind gives the parameters of a macro their values; a hole becomes text, because a macro's arguments are text.
func (st *state) bind(m *macro, a arguments, inner *scope) bool {
	if len(a.args) > len(m.params) {
		st.arity(m, a)
		return false
	}
	for i, v := range a.args {
		inner.names[m.params[i]] = st.asArgument(v, a.spans[i])
	}
	for _, k := range a.kw {
		i := m.paramIndex(k.Name)
		if i < 0 {
			d := st.errorf(diag.TemplateArguments, k.NameSpan, "macro %s has no input %q", m.name, k.Name).WithAlso(m.at, "defined here")
			didYouMean(d, k.Name, func() []string { return m.params }, "its inputs:")
			return false
		}
		if _, twice := inner.names[k.Name]; twice {
			st.errorf(diag.TemplateArguments, k.NameSpan, "input %s of macro %s is given twice", k.Name, m.name).WithAlso(m.at, "defined here")
			return false
		}
		inner.names[k.Name] = st.asArgument(k.Value, k.Span)
	}
	for i, p := range m.params {
		if _, ok := inner.names[p]; ok {
			continue
		}
		if m.defaults[i] == nil {
			st.arity(m, a)
			return false
		}
		inner.names[p] = st.eval(m.defaults[i], inner)
	}
	return true
}

func (st *state) arity(m *macro, a arguments) {
	st.errorf(diag.TemplateArguments, a.at, "macro %s wants %s, got %d", m.name, countOf(len(m.params), "argument"), len(a.args)+len(a.kw)).
		WithAlso(m.at, "defined here as %s", m.signature()).
		WithFix("call it as %s", m.signature())
}

func (st *state) asArgument(v Value, at source.Span) Value {
	if h, ok := v.(HoleValue); ok {
		return String{source.Literal(Placeholder(st.intern(h.Hole)), at)}
	}
	return v
}

// recursive reports a macro that is being rendered and is called again, naming the chain.
func (st *state) recursive(m *macro, at source.Span) bool {
	for i, c := range st.chain {
		if c.m != m {
			continue
		}
		path := m.name
		for _, d := range st.chain[i+1:] {
			path += " -> " + d.m.name
		}
		st.errorf(diag.TemplateRecursion, at, "macro %s calls itself: %s -> %s", m.name, path, m.name).
			WithAlso(m.at, "defined here").
			WithFix("macros cannot recurse; unroll it or use {% for %}")
		return true
	}
	return false
}
