package template

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"kith/internal/diag"
	"kith/internal/source"
)

// Names are the things a text may name.
type Names interface {
	Lookup(name string) (Value, bool)
	// List returns the names in any order, as candidates for a slip of the pen.
	List() []string
}

// Adviser is asked of Names: the way out for a name that no template has but that people bring along from elsewhere, "" when
// there is nothing better to say than the nearest name.
type Adviser interface{ Advice(name string) string }

// Map is Names kept in a map.
type Map map[string]Value

// Lookup returns the value of a name.
func (m Map) Lookup(name string) (Value, bool) { v, ok := m[name]; return v, ok }

// List returns the names.
func (m Map) List() []string {
	out := make([]string, 0, len(m))
	for name := range m {
		out = append(out, name)
	}
	return out
}

// Env is what a rendering can see. A name is looked for among the variables of the text, then in Names, then in Macros,
// then among end_time, begin_time, end_time_sql, begin_time_sql and len.
type Env struct {
	Names  Names   // may be nil
	Macros *Macros // may be nil
	// EndTime and BeginTime are the run's; the zero Time means not given, and the name is nil.
	EndTime, BeginTime time.Time
	// OldTime lets texts call the end time timestamp, as they did before there were a begin and an end.
	OldTime bool
	// Discovery also evaluates what is not reached (branches of if, the body of a loop over nothing, the right side of and
	// and or), with CallContext.Discovery set, so that the host sees the references made there. Their output and their
	// mistakes are dropped.
	Discovery bool
}

// Limits bound one rendering. Zero fields mean the defaults of DefaultLimits.
type Limits struct {
	OutputBytes int
	Steps       int // nodes and expressions evaluated
	Depth       int // renderings inside renderings: macros, templates in strings, exec
	Wall        time.Duration
}

// DefaultLimits are what a project meets only by mistake.
var DefaultLimits = Limits{OutputBytes: 4 << 20, Steps: 2_000_000, Depth: 64, Wall: 5 * time.Second}

func (l Limits) orDefaults() Limits {
	d := DefaultLimits
	if l.OutputBytes > 0 {
		d.OutputBytes = l.OutputBytes
	}
	if l.Steps > 0 {
		d.Steps = l.Steps
	}
	if l.Depth > 0 {
		d.Depth = l.Depth
	}
	if l.Wall > 0 {
		d.Wall = l.Wall
	}
	return d
}

// Render evaluates the template. Every byte copied from the template, a macro or an argument keeps its place; what was
// computed stands for the expression that gave it. With mistakes, the rest of the text is still returned.
func (t *Template) Render(env Env, limits Limits) (Rendered, diag.List) {
	if t.plain {
		return Rendered{Text: t.text}, nil
	}
	st := newState(env, limits.orDefaults())
	sc := &scope{names: map[string]Value{}}
	var b source.Builder
	st.run(t.nodes, sc, &b)
	text, holes := st.renumber(b.Text())
	return Rendered{Text: text, Holes: holes, TimeDependent: st.timeDependent}, st.diags
}

// renumber gives the placeholders of the output numbers in order of appearance, and returns their holes in that order.
func (st *state) renumber(text source.Text) (source.Text, []Hole) {
	var b source.Builder
	var holes []Hole
	number := map[int]int{}
	from := 0
	for pos := 0; ; {
		start, end, old, ok := FindPlaceholder(text.S, pos)
		if !ok {
			break
		}
		pos = end
		if old >= len(st.holes) {
			st.errorf(diag.TemplateReserved, text.Origin(start, end), "%q is a reserved word", text.S[start:end])
			continue
		}
		n, seen := number[old]
		if !seen {
			n = len(holes)
			number[old] = n
			holes = append(holes, st.holes[old])
		}
		if n == old {
			continue
		}
		b.WriteText(text.Slice(from, start))
		b.WriteString(Placeholder(n), text.Origin(start, end))
		from = end
	}
	if from == 0 {
		return text, holes
	}
	b.WriteText(text.Slice(from, len(text.S)))
	return b.Text(), holes
}

// Macro is a macro of the project as it was written.
type Macro struct {
	Name   string
	Inputs []string
	Body   source.Text
	Span   source.Span // where it is shown as "defined here"
}

// Macros are the macros of a project, parsed once. It may be used by several renderings at a time.
type Macros struct {
	byName map[string]*macro
	names  []string
}

// Names returns the names in alphabetical order.
func (m *Macros) Names() []string { return m.names }

// reservedMacros are names that templates give another meaning.
var reservedMacros = []string{"this", "warehouse"}

// CompileMacros parses macros and reports their mistakes. Of two macros with the same name the later is used.
func CompileMacros(list []Macro) (*Macros, diag.List) {
	var diags diag.List
	out := &Macros{byName: map[string]*macro{}}
	for _, m := range list {
		switch {
		case !isIdent(m.Name) || keywords[m.Name]:
			diags.Errorf(diag.TemplateMacro, m.Span, "%q cannot be the name of a macro", m.Name).
				WithFix("use letters, digits and underscores")
			continue
		case slices.Contains(reservedMacros, m.Name):
			diags.Errorf(diag.TemplateMacro, m.Span, "a macro cannot be named %q", m.Name).WithFix("rename the macro")
			continue
		}
		t, ds := Parse(m.Body)
		diags.Add(ds)
		c := &macro{name: m.Name, nodes: t.nodes, at: m.Span, defaults: make([]expr, len(m.Inputs))}
		if t.plain {
			c.plain = &t.text
		}
		for _, in := range m.Inputs {
			if !isIdent(in) || keywords[in] {
				diags.Errorf(diag.TemplateMacro, m.Span, "%q cannot be an input of macro %s", in, m.Name).
					WithFix("use letters, digits and underscores")
			} else if c.paramIndex(in) >= 0 {
				diags.Errorf(diag.TemplateMacro, m.Span, "macro %s has two inputs %q", m.Name, in).WithFix("rename one of them")
			}
			c.params = append(c.params, in)
		}
		if old := out.byName[m.Name]; old != nil {
			diags.Warnf(diag.TemplateMacroTwice, m.Span, "macro %q is defined twice; this definition is used", m.Name).
				WithAlso(old.at, "first defined here").WithFix("rename or remove one of them")
		} else {
			out.names = append(out.names, m.Name)
		}
		out.byName[m.Name] = c
	}
	slices.Sort(out.names)
	return out, diags
}

// signature is a macro as messages show it: f(a, b).
func (m *macro) signature() string { return m.name + "(" + strings.Join(m.params, ", ") + ")" }

func quoted(s string) string { return strconv.Quote(s) }
