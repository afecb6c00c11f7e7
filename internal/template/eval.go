package template

import (
	"slices"
	"strconv"

	"kith/internal/diag"
	"kith/internal/source"
)

// run evaluates nodes and writes what they give.
func (st *state) run(nodes []node, sc *scope, out *source.Builder) {
	for _, n := range nodes {
		if st.stopped {
			return
		}
		switch n := n.(type) {
		case *textNode:
			if st.step(source.Span{}) && st.room(out, n.text.Len(), n.text.Span()) {
				out.WriteText(n.text)
			}
		case *outputNode:
			if st.step(n.at) {
				st.write(st.eval(n.x, sc), n.x.span(), sc, out)
			}
		case *ifNode:
			st.runIf(n, sc, out)
		case *withNode:
			st.runWith(n, sc, out)
		case *setNode:
			sc.names[n.b.name] = st.eval(n.b.x, sc)
		case *forNode:
			st.runFor(n, sc, out)
		case *macroNode:
			sc.names[n.m.name] = macroValue{n.m}
		case *execNode:
			st.write(String{st.rerender(st.text(n.body, sc), sc, n.at)}, n.at, sc, out)
		case *filterNode:
			v := Value(String{st.text(n.body, sc)})
			for _, f := range n.filters {
				v = st.filter(v, f, sc)
			}
			st.write(v, n.at, sc, out)
		case *firstOfNode:
			for _, x := range n.args {
				if v := st.eval(x, sc); truth(v) {
					st.write(v, x.span(), sc, out)
					break
				}
			}
		}
	}
}

// text renders nodes on their own.
func (st *state) text(nodes []node, sc *scope) source.Text {
	var b source.Builder
	st.run(nodes, sc, &b)
	return b.Text()
}

// discard evaluates nodes that are not reached. Variables they set are forgotten.
func (st *state) discard(nodes []node, sc *scope) {
	st.unreached(func() { st.text(nodes, sc.child()) })
}

func (st *state) runIf(n *ifNode, sc *scope, out *source.Builder) {
	taken := false
	for _, b := range n.branches {
		if taken {
			st.unreached(func() { st.eval(b.cond, sc) })
			st.discard(b.body, sc)
			continue
		}
		if st.condition(b.cond, sc) {
			taken = true
			st.run(b.body, sc, out)
		} else {
			st.discard(b.body, sc)
		}
	}
	if taken {
		st.discard(n.orElse, sc)
	} else {
		st.run(n.orElse, sc, out)
	}
}

// condition evaluates a condition. A value that only the SQL knows cannot decide what the SQL is.
func (st *state) condition(x expr, sc *scope) bool {
	v := st.evalAsked(x, sc)
	st.noteTime(v)
	return truth(v)
}

// evalAsked evaluates what a condition asks about. A name alone there, or one that is compared, may be unknown: it is nil, as the
// engines of this family have it, for projects ask for what only some versions know.
func (st *state) evalAsked(x expr, sc *scope) Value {
	switch x := x.(type) {
	case *nameExpr:
		return st.autoCall(st.evalName(x, sc, true), x.at, sc)
	case *compareExpr:
		if x.op == "==" || x.op == "!=" {
			return st.compare(x, st.evalAsked(x.l, sc), st.evalAsked(x.r, sc))
		}
	}
	return st.eval(x, sc)
}

// noteTime records that a decision looked at whether there is a begin time.
func (st *state) noteTime(v Value) {
	switch v := v.(type) {
	case Time:
		if v.Which == "begin_time" {
			st.lookedAtTime()
		}
	case ObjectValue:
		if o, ok := v.Object.(sqlTime); ok && o.hole.Which == "begin_time" {
			st.lookedAtTime()
		}
	}
}

func (st *state) runWith(n *withNode, sc *scope, out *source.Builder) {
	inner := sc.child()
	inner.weak = true
	for _, b := range n.bindings {
		inner.names[b.name] = st.eval(b.x, inner)
	}
	inner.weak = false
	st.run(n.body, inner, out)
}

func (st *state) runFor(n *forNode, sc *scope, out *source.Builder) {
	v := st.eval(n.over, sc)
	list, ok := v.(List)
	if !ok && !isNil(v) {
		st.errorf(diag.TemplateKind, n.over.span(), "cannot loop over %s", v.noun()).WithFix("loop over a list such as [\"a\", \"b\"]")
	}
	if n.sorted || n.reversed {
		list = slices.Clone(list)
	}
	if n.sorted {
		slices.SortStableFunc(list, func(a, b Value) int { c, _ := order(a, b); return c })
	}
	if n.reversed {
		slices.Reverse(list)
	}
	if len(list) == 0 {
		st.unreached(func() {
			inner := sc.child()
			inner.names[n.name], inner.names["forloop"] = Unknown{}, Unknown{}
			if n.key != "" {
				inner.names[n.key] = Unknown{}
			}
			st.text(n.body, inner)
		})
		st.run(n.empty, sc, out)
		return
	}
	outer, _ := sc.lookup("forloop", false)
	for i, item := range list {
		if !st.step(n.at) {
			return
		}
		inner := sc.child()
		inner.names[n.name] = item
		if n.key != "" {
			inner.names[n.key] = Int(i)
		}
		inner.names["forloop"] = ObjectValue{loop{i, len(list), outer}}
		st.run(n.body, inner, out)
	}
	st.discard(n.empty, sc)
}

// rerender renders a text that rendering gave, when it has marks.
func (st *state) rerender(text source.Text, sc *scope, at source.Span) source.Text {
	if !HasMarks(text.S) || !st.deeper(at) {
		return text
	}
	defer func() { st.depth-- }()
	t, diags := parse(text, 0)
	for _, d := range diags {
		if d.At.IsZero() {
			d.At = at
		}
		st.report(d)
	}
	if t.plain {
		return text
	}
	return st.text(t.nodes, sc)
}

// write writes a value; what was not copied from a file stands for at.
func (st *state) write(v Value, at source.Span, sc *scope, out *source.Builder) {
	if st.stopped {
		return
	}
	put := func(s string) {
		if st.room(out, len(s), at) {
			out.WriteString(s, at)
		}
	}
	switch v := v.(type) {
	case Unknown:
	case Nil:
		st.errorf(diag.TemplateNil, at, "nothing to write: the value of %s is nil", shown(at)).
			WithFix("guard it with {%% if !(%s|isnil) %%}, or give it a default", shown(at))
	case Bool:
		put(strconv.FormatBool(bool(v)))
	case Int:
		put(strconv.FormatInt(int64(v), 10))
	case Float:
		put(formatFloat(float64(v)))
	case NamedInt:
		put(v.Name)
	case Duration:
		put(durationText(v))
	case String:
		if v.Text.Span().IsZero() {
			put(v.Text.S)
		} else if st.room(out, v.Text.Len(), at) {
			out.WriteText(v.Text)
		}
	case Time:
		put(Placeholder(st.intern(v.TextHole(defaultTimeLayout))))
	case HoleValue:
		put(Placeholder(st.intern(v.Hole)))
	case ObjectValue:
		st.writeObject(v, at, sc, out)
	case macroValue:
		st.write(st.callMacro(v.m, arguments{at: at}, sc), at, sc, out)
	case List:
		st.errorf(diag.TemplateUnwritable, at, "a list cannot be written").WithFix("use the filter join")
	default:
		st.errorf(diag.TemplateUnwritable, at, "%s cannot be written", v.noun())
	}
}

// writeObject writes what an object says it is written as.
func (st *state) writeObject(v ObjectValue, at source.Span, sc *scope, out *source.Builder) {
	if isNil(v) {
		st.write(Nil{}, at, sc, out)
		return
	}
	w, ok := v.Object.(Writer)
	if !ok {
		st.errorf(diag.TemplateUnwritable, at, "%s is %s and cannot be written by itself", shown(at), v.noun()).
			WithFix("write one of its members")
		return
	}
	got, err := w.Write(st.context(at, sc))
	if err != nil {
		st.fail(err, at)
		return
	}
	if _, again := got.(ObjectValue); again {
		st.errorf(diag.TemplateUnwritable, at, "%s cannot be written", v.noun())
		return
	}
	st.write(got, at, sc, out)
}

// context is what the host sees of a place.
func (st *state) context(at source.Span, sc *scope) *CallContext {
	return &CallContext{At: at, Discovery: st.muted > 0, st: st, sc: sc}
}

// shown is the user's text of a place, shortened for a message.
func shown(at source.Span) string {
	s := at.Text()
	if len(s) > 40 {
		s = s[:37] + "..."
	}
	if s == "" {
		s = "the value"
	}
	return s
}

// loop is forloop.
type loop struct {
	i, n  int
	outer Value
}

func (loop) Kind() string { return "the state of a loop" }

func (loop) Members() []string {
	return []string{"Counter", "Counter0", "First", "Last", "Parentloop", "Revcounter", "Revcounter0"}
}

func (l loop) Member(name string) (Value, bool) {
	switch name {
	case "Counter", "counter":
		return Int(l.i + 1), true
	case "Counter0", "counter0":
		return Int(l.i), true
	case "Revcounter", "revcounter":
		return Int(l.n - l.i), true
	case "Revcounter0", "revcounter0":
		return Int(l.n - l.i - 1), true
	case "First", "first":
		return Bool(l.i == 0), true
	case "Last", "last":
		return Bool(l.i == l.n-1), true
	case "Parentloop", "parentloop":
		if l.outer != nil {
			return l.outer, true
		}
		return Nil{}, true
	}
	return nil, false
}
