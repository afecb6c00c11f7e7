package template

import (
	"slices"
	"strings"
	"time"

	"kith/internal/diag"
	"kith/internal/source"
)

// state is one rendering under way.
type state struct {
	env    Env
	limits Limits
	diags  diag.List
	said   map[said]bool

	holes []Hole
	byKey map[string]int // index in holes by HoleKey

	muted         int // over 0 inside what is not reached: nothing is reported
	timeDependent bool
	chain         []call // the macros being rendered, outermost first

	steps, bytes, depth int
	start               time.Time
	stopped             bool
}

// call is a macro being rendered and where it was called.
type call struct {
	m  *macro
	at source.Span
}

// said identifies a diagnostic, so that a loop reports a mistake once.
type said struct {
	code diag.Code
	at   source.Span
	msg  string
}

func newState(env Env, limits Limits) *state {
	return &state{env: env, limits: limits, said: map[said]bool{}, byKey: map[string]int{}, start: time.Now()}
}

// errorf reports an error, with the call of the macro it is in.
func (st *state) errorf(code diag.Code, at source.Span, format string, args ...any) *diag.Diagnostic {
	var one diag.List
	one.Errorf(code, at, format, args...)
	return st.report(one[0])
}

// report keeps a diagnostic unless it was said or nothing is reported here. It returns the kept one, to be completed.
func (st *state) report(d diag.Diagnostic) *diag.Diagnostic {
	key := said{d.Code, d.At, d.Message}
	if st.muted > 0 || st.stopped && d.Code != diag.TemplateLimit || st.said[key] {
		return &diag.Diagnostic{}
	}
	st.said[key] = true
	st.diags = append(st.diags, d)
	kept := &st.diags[len(st.diags)-1]
	if n := len(st.chain); n > 0 {
		kept.WithAlso(st.chain[n-1].at, "in a call of macro %s", st.chain[n-1].m.name)
	}
	return kept
}

// fail reports an error of the host at a place and gives Unknown.
func (st *state) fail(err error, at source.Span) Value {
	f, ok := err.(*Failure)
	if !ok {
		f = &Failure{Code: diag.TemplateCallFailed, Message: err.Error()}
	}
	if !f.At.IsZero() {
		at = f.At
	}
	d := st.errorf(f.Code, at, "%s", f.Message)
	d.Fix = f.Fix
	d.Also = append(slices.Clone(f.Also), d.Also...)
	return Unknown{}
}

// step counts work; it reports false when the rendering has to stop.
func (st *state) step(at source.Span) bool {
	if st.stopped {
		return false
	}
	st.steps++
	if st.steps > st.limits.Steps {
		st.stop(at, "template takes more than %d steps", st.limits.Steps)
	} else if st.steps%256 == 0 && time.Since(st.start) > st.limits.Wall {
		st.stop(at, "template takes longer than %s", st.limits.Wall)
	}
	return !st.stopped
}

// itemBytes is what an item of a list is counted as.
const itemBytes = 64

// charge counts bytes made, in output and in values; one value may be as long as the output, all together eight times that.
func (st *state) charge(n int, at source.Span) bool {
	st.bytes += n
	if n > st.limits.OutputBytes || st.bytes > 8*st.limits.OutputBytes {
		st.stop(at, "template makes more than %d bytes of text", st.limits.OutputBytes)
	}
	return !st.stopped
}

// room counts n bytes that are to be written to out, which may not become longer than the output.
func (st *state) room(out *source.Builder, n int, at source.Span) bool {
	if out.Len()+n > st.limits.OutputBytes {
		n = st.limits.OutputBytes + 1
	}
	return st.charge(n, at)
}

// stop ends the rendering with a diagnostic, also where others are dropped.
func (st *state) stop(at source.Span, format string, args ...any) {
	if st.stopped {
		return
	}
	st.stopped = true
	muted := st.muted
	st.muted = 0
	st.errorf(diag.TemplateLimit, at, format, args...).WithFix("look for loops and macros that multiply each other")
	st.muted = muted
}

// deeper enters a rendering inside a rendering.
func (st *state) deeper(at source.Span) bool {
	if st.depth >= st.limits.Depth {
		st.stop(at, "template renders more than %d levels deep", st.limits.Depth)
		return false
	}
	st.depth++
	return true
}

// intern returns the number of a hole within this rendering.
func (st *state) intern(h Hole) int {
	key := h.HoleKey()
	if i, ok := st.byKey[key]; ok {
		return i
	}
	st.byKey[key] = len(st.holes)
	st.holes = append(st.holes, h)
	return len(st.holes) - 1
}

func (st *state) lookedAtTime() {
	if st.muted == 0 {
		st.timeDependent = true
	}
}

// unreached evaluates what the rendering does not reach, for the host to see its references.
func (st *state) unreached(f func()) {
	if !st.env.Discovery || st.stopped {
		return
	}
	st.muted++
	f()
	st.muted--
}

// scope holds the variables of a block, a macro or the whole text.
type scope struct {
	parent *scope
	names  map[string]Value
	// weak marks the bindings of a {% with %} while its values are evaluated: outer names win over them, so that
	// a=b b=a swaps, and a=f() b=a.g() works too.
	weak bool
}

func (sc *scope) child() *scope { return &scope{parent: sc, names: map[string]Value{}} }

func (sc *scope) lookup(name string, weak bool) (Value, bool) {
	for ; sc != nil; sc = sc.parent {
		if sc.weak == weak {
			if v, ok := sc.names[name]; ok {
				return v, true
			}
		}
	}
	return nil, false
}

// lookup finds what a name means.
func (st *state) lookup(name string, sc *scope) (Value, bool) {
	if v, ok := sc.lookup(name, false); ok {
		return v, true
	}
	if st.env.Names != nil {
		if v, ok := st.env.Names.Lookup(name); ok {
			return v, true
		}
	}
	if st.env.Macros != nil {
		if m, ok := st.env.Macros.byName[name]; ok {
			return macroValue{m}, true
		}
	}
	if v, ok := st.builtin(name); ok {
		return v, true
	}
	return sc.lookup(name, true)
}

var builtinNames = []string{"end_time", "begin_time", "end_time_sql", "begin_time_sql", "len"}

// builtin is what every template can name. Whether there is a begin time differs from run to run, so asking for one that
// is not given is looking at a time.
func (st *state) builtin(name string) (Value, bool) {
	switch name {
	case "timestamp":
		if st.env.OldTime {
			return st.builtin("end_time")
		}
	case "end_time", "begin_time":
		t := st.env.EndTime
		if name == "begin_time" {
			t = st.env.BeginTime
		}
		if t.IsZero() {
			st.lookedAtTime()
			return Nil{}, true
		}
		return Time{Which: name, Time: t.UTC()}, true
	case "end_time_sql":
		return ObjectValue{sqlTime{SQLTimeHole{Which: "end_time"}}}, true
	case "begin_time_sql":
		if st.env.BeginTime.IsZero() {
			st.lookedAtTime()
			return Nil{}, true
		}
		return ObjectValue{sqlTime{SQLTimeHole{Which: "begin_time"}}}, true
	case "len":
		return method(1, func(ctx *CallContext, args []Value) (Value, error) {
			return ctx.st.length(args[0], ctx.ArgAt(0)), nil
		}), true
	}
	return nil, false
}

// candidates lists every name that can be used in a scope, sorted.
func (st *state) candidates(sc *scope) []string {
	out := slices.Clone(builtinNames)
	for ; sc != nil; sc = sc.parent {
		out = append(out, Map(sc.names).List()...)
	}
	if st.env.Names != nil {
		out = append(out, st.env.Names.List()...)
	}
	if st.env.Macros != nil {
		out = append(out, st.env.Macros.names...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// didYouMean sets the fix for an unknown word: the nearest candidate, or the candidates themselves when they are few. A
// diagnostic that was not kept gets none.
func didYouMean(d *diag.Diagnostic, name string, candidates func() []string, what string) {
	if d.Code == "" {
		return
	}
	words := candidates()
	if near := diag.Nearest(name, words); near != "" {
		d.WithFix("did you mean %q?", near)
	} else if n := len(words); n > 0 && n <= 12 {
		d.Fix = what + " " + strings.Join(words, ", ")
	}
}
