package template

import (
	"kith/internal/diag"
	"kith/internal/source"
)

// eval evaluates an expression. A mistake is reported and gives Unknown.
func (st *state) eval(x expr, sc *scope) Value {
	if !st.step(x.span()) {
		return Unknown{}
	}
	switch x := x.(type) {
	case *litExpr:
		return x.v
	case *stringExpr:
		return st.evalString(x, sc)
	case *nameExpr:
		return st.autoCall(st.evalName(x, sc, false), x.at, sc)
	case *listExpr:
		list := make(List, len(x.items))
		for i, item := range x.items {
			list[i] = st.eval(item, sc)
		}
		return list
	case *unaryExpr:
		return st.evalUnary(x, sc)
	case *chainExpr:
		return st.evalChain(x, sc)
	case *compareExpr:
		return st.compare(x, st.eval(x.l, sc), st.eval(x.r, sc))
	case *postfixExpr:
		return st.evalPostfix(x, sc)
	case *filterExpr:
		return st.evalFilters(x, sc)
	}
	return Unknown{} // a badExpr
}

// evalString gives a literal; one with marks is rendered here, in the scope it is written in.
func (st *state) evalString(x *stringExpr, sc *scope) Value {
	if x.nested == nil {
		return String{x.text}
	}
	if !st.deeper(x.at) {
		return Unknown{}
	}
	defer func() { st.depth-- }()
	return String{st.text(x.nested.nodes, sc)}
}

// evalName looks a name up. Where nil is asked about, an unknown name is nil with a warning: projects test for names that
// only some versions have.
func (st *state) evalName(x *nameExpr, sc *scope, nilAllowed bool) Value {
	if v, ok := st.lookup(x.name, sc); ok {
		return v
	}
	d := st.errorf(diag.TemplateUnknownName, x.at, "unknown name %q", x.name)
	didYouMean(d, x.name, func() []string { return st.candidates(sc) }, "known here:")
	if a, ok := st.env.Names.(Adviser); ok && a.Advice(x.name) != "" {
		d.Fix = a.Advice(x.name)
	}
	if d.Fix == "" {
		d.Fix = "declare it under macros, or write what is SQL outside of {{ }}"
	}
	if nilAllowed {
		d.Severity = diag.Warning
		d.Message += ", taken as nil"
		return Nil{}
	}
	return Unknown{}
}

// autoCall calls a function that is named without parentheses.
func (st *state) autoCall(v Value, at source.Span, sc *scope) Value {
	switch v := v.(type) {
	case Func:
		return st.call(v.Callable, arguments{at: at}, sc)
	case macroValue:
		if len(v.m.params) == 0 {
			return st.callMacro(v.m, arguments{at: at}, sc)
		}
	}
	return v
}

func (st *state) evalUnary(x *unaryExpr, sc *scope) Value {
	switch x.op {
	case "!":
		return Bool(!st.condition(x.x, sc))
	case "!!":
		return Bool(st.condition(x.x, sc))
	}
	v := st.eval(x.x, sc)
	if _, ok := v.(Unknown); ok {
		return v
	}
	switch v := v.(type) {
	case Int:
		return -v
	case Float:
		return -v
	case Duration:
		return -v
	}
	st.errorf(diag.TemplateKind, x.at, "- cannot be applied to %s", v.noun())
	return Unknown{}
}

func (st *state) evalChain(x *chainExpr, sc *scope) Value {
	op := x.rest[0].op
	if op == "and" || op == "or" {
		return st.evalLogic(x, op == "and", sc)
	}
	v := st.eval(x.first, sc)
	for _, link := range x.rest {
		v = st.arithmetic(link.op, v, st.eval(link.x, sc), x.first.span(), link.x.span(), link.opAt)
	}
	return v
}

// evalLogic evaluates operands until one decides.
func (st *state) evalLogic(x *chainExpr, and bool, sc *scope) Value {
	result := st.condition(x.first, sc)
	for _, link := range x.rest {
		if result == and {
			result = st.condition(link.x, sc)
		} else {
			st.unreached(func() { st.eval(link.x, sc) })
		}
	}
	return Bool(result)
}

// evalPostfix follows members, indexes and calls.
func (st *state) evalPostfix(x *postfixExpr, sc *scope) Value {
	var v Value
	if name, ok := x.x.(*nameExpr); ok {
		v = st.evalName(name, sc, false)
	} else {
		v = st.eval(x.x, sc)
	}
	for i, s := range x.suffix {
		if st.stopped {
			return Unknown{}
		}
		if s.kind == callSuffix {
			v = st.evalCall(v, x, i, sc)
			continue
		}
		v = st.autoCall(v, st.before(x, i), sc)
		if _, ok := v.(Unknown); ok {
			if s.kind == indexSuffix {
				st.eval(s.index, sc)
			}
			continue
		}
		if s.kind == memberSuffix {
			v = st.member(v, s.name, s, st.before(x, i), sc)
		} else {
			v = st.index(v, s, sc)
		}
	}
	return st.autoCall(v, x.at, sc)
}

// before is the place of the expression in front of step i.
func (st *state) before(x *postfixExpr, i int) source.Span {
	if i == 0 {
		return x.x.span()
	}
	return x.suffix[i-1].whole
}

func (st *state) evalCall(v Value, x *postfixExpr, i int, sc *scope) Value {
	s := x.suffix[i]
	args := st.evalArguments(s, sc)
	switch v := v.(type) {
	case Unknown:
		return v
	case Func:
		return st.call(v.Callable, args, sc)
	case macroValue:
		return st.callMacro(v.m, args, sc)
	case ObjectValue:
		if c, ok := v.Object.(Callable); ok {
			return st.call(c, args, sc)
		}
	}
	what := st.before(x, i)
	if isNil(v) {
		st.errorf(diag.TemplateNil, s.whole, "%s is nil and cannot be called", shown(what)).
			WithFix("guard it with {%% if !(%s|isnil) %%}", shown(what))
		return Unknown{}
	}
	st.errorf(diag.TemplateNotCallable, s.whole, "%s is %s and cannot be called", shown(what), v.noun()).
		WithFix("remove the parentheses")
	return Unknown{}
}

// member finds a member of a value. at is the place of the value, s the step.
func (st *state) member(v Value, name string, s suffix, at source.Span, sc *scope) Value {
	members := func() []string { return nil }
	advice := ""
	switch v := v.(type) {
	case ObjectValue:
		got, ok, err := st.objectMember(v.Object, name, s.whole, sc)
		if err != nil {
			return st.fail(err, s.whole)
		}
		if ok {
			return got
		}
		if l, ok := v.Object.(Lister); ok {
			members = l.Members
		}
		if a, ok := v.Object.(MemberAdviser); ok {
			advice = a.MemberAdvice(name)
		}
	case Time:
		if got, ok := v.member(name); ok {
			return got
		}
		members = func() []string { return timeMembers }
	case Duration:
		if got, ok := v.member(name); ok {
			return got
		}
		members = func() []string { return durationMembers }
	case Nil:
		st.errorf(diag.TemplateNil, s.whole, "%s is nil and has no member %q", shown(at), name).
			WithFix("guard it with {%% if !(%s|isnil) %%}", shown(at))
		return Unknown{}
	}
	d := st.errorf(diag.TemplateNoMember, s.whole, "%s has no member %q", v.noun(), name)
	didYouMean(d, name, members, "its members:")
	if advice != "" {
		d.Fix = advice
	}
	return Unknown{}
}

func (st *state) objectMember(o Object, name string, at source.Span, sc *scope) (Value, bool, error) {
	if p, ok := o.(PlacedObject); ok {
		return p.MemberAt(st.context(at, sc), name)
	}
	v, ok := o.Member(name)
	return v, ok, nil
}

// index takes an item of a list, a character of a string or a member of an object. Negative numbers count from the end.
func (st *state) index(v Value, s suffix, sc *scope) Value {
	i := st.eval(s.index, sc)
	if _, ok := i.(Unknown); ok {
		return i
	}
	if name, ok := i.(String); ok {
		return st.member(v, name.Text.S, s, s.whole, sc)
	}
	n, ok := wholeNumber(i)
	if !ok {
		st.errorf(diag.TemplateKind, s.index.span(), "an index is a number or a string, got %s", i.noun())
		return Unknown{}
	}
	size := 0
	switch v := v.(type) {
	case List:
		size = len(v)
	case String:
		if st.opaque(v, s.whole) {
			return Unknown{}
		}
		size = len(v.Text.S)
	default:
		st.errorf(diag.TemplateKind, s.whole, "%s cannot be indexed", v.noun())
		return Unknown{}
	}
	at := n
	if at < 0 {
		at += int64(size)
	}
	if at < 0 || at >= int64(size) {
		st.errorf(diag.TemplateKind, s.whole, "index %d is outside: the length is %d", n, size)
		return Unknown{}
	}
	if list, ok := v.(List); ok {
		return list[at]
	}
	return String{v.(String).Text.Slice(int(at), int(at)+1)}
}

// evalFilters applies filters in order. A bare name in front of isnil or a default may be unknown.
func (st *state) evalFilters(x *filterExpr, sc *scope) Value {
	var v Value
	first := x.filters[0].name
	if name, ok := x.x.(*nameExpr); ok && (first == "isnil" || first == "default" || first == "default_if_none") {
		v = st.autoCall(st.evalName(name, sc, true), name.at, sc)
	} else {
		v = st.eval(x.x, sc)
	}
	for _, f := range x.filters {
		v = st.filter(v, f, sc)
	}
	return v
}
