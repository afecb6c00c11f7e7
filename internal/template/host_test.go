package template

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"kith/internal/diag"
	"kith/internal/source"
)

// The host of these tests: an entity, an input, this, warehouse and an absent model, as small as they can be.

type varHole struct{ path string }

func (h varHole) HoleKey() string { return "var " + h.path }

type objectHole struct{ path string }

func (h objectHole) HoleKey() string { return "object " + h.path }

// named is an entity or an input: x.Var("v") and x.v.
type named struct {
	name string
	vars []string
}

func (n named) Kind() string                { return "an entity" }
func (n named) Members() []string           { return append(slices.Clone(n.vars), "Var") }
func (n named) Member(string) (Value, bool) { panic("MemberAt is asked instead") }

func (n named) MemberAt(ctx *CallContext, name string) (Value, bool, error) {
	if name == "Var" {
		return FuncOf(func(ctx *CallContext, args []Value, kw []Named) (Value, error) {
			if len(args) != 1 {
				return nil, Failf(diag.TemplateArguments, "Var wants one name")
			}
			s, ok := args[0].(String)
			if !ok {
				return nil, Failf(diag.TemplateKind, "Var wants text, got %s", args[0].noun())
			}
			if !slices.Contains(n.vars, s.Text.S) {
				f := Failf("R999", "no entity var %q in entity %s", s.Text.S, n.name)
				f.At, f.Fix = ctx.ArgAt(0), "declare it"
				return nil, f
			}
			return HoleValue{varHole{n.name + "/" + s.Text.S}}, nil
		}), true, nil
	}
	if !slices.Contains(n.vars, name) {
		return nil, false, nil
	}
	return HoleValue{varHole{n.name + "/" + name}}, true, nil
}

// material is a dereferenced model.
type material struct {
	path    string
	enabled bool
}

func (m material) Kind() string                      { return "a material" }
func (m material) Members() []string                 { return []string{"IsEnabled", "Except", "Name"} }
func (m material) IsNil() bool                       { return !m.enabled }
func (m material) Write(*CallContext) (Value, error) { return HoleValue{objectHole{m.path}}, nil }
func (m material) Member(name string) (Value, bool) {
	switch name {
	case "IsEnabled":
		return method(0, func(*CallContext, []Value) (Value, error) { return Bool(m.enabled), nil }), true
	case "Except":
		return method(0, func(*CallContext, []Value) (Value, error) { return Obj(m), nil }), true
	case "Name":
		return Str(m.path[strings.LastIndexByte(m.path, '/')+1:]), true
	}
	return nil, false
}

// model is this: it records what is dereferenced.
type model struct{ calls *[]string }

func (m model) Kind() string                      { return "a model" }
func (m model) Members() []string                 { return []string{"DeRef", "Name", "ReadFile", "Kind"} }
func (m model) Write(*CallContext) (Value, error) { return HoleValue{objectHole{"this"}}, nil }
func (m model) Member(name string) (Value, bool) {
	switch name {
	case "DeRef":
		return FuncOf(func(ctx *CallContext, args []Value, kw []Named) (Value, error) {
			params := []string{"path", "dependency", "pre_existing", "prereqs", "checkpoint_name"}
			bound, err := Bind(ctx, "DeRef", args, kw, params...)
			if err != nil {
				return nil, err
			}
			path, enabled := "this", !bound[1].Given()
			if bound[0].Given() {
				if path, err = PlainString(bound[0].Value, "the path"); err != nil {
					return nil, err
				}
			}
			note := "DeRef " + path
			for i, a := range bound[1:] {
				if a.Given() {
					note += fmt.Sprintf(" %s=%s", params[i+1], describe(ctx, a.Value))
				}
			}
			if ctx.Discovery {
				note += " (not reached)"
			}
			*m.calls = append(*m.calls, note)
			return Obj(material{path, enabled}), nil
		}), true
	case "Name":
		return Str("my_model"), true
	case "Kind":
		return Obj(kindOfModel{}), true
	case "ReadFile":
		return FuncOf(func(ctx *CallContext, args []Value, kw []Named) (Value, error) {
			if len(args) != 1 {
				return nil, errors.New("ReadFile wants a path")
			}
			f := source.NewFile("q.sql", []byte("select {{ user.spend }} from q"))
			return String{source.Verbatim(source.Span{File: f, Start: 0, End: len(f.Data)})}, nil
		}), true
	}
	return nil, false
}

// kindOfModel is written as text.
type kindOfModel struct{}

func (kindOfModel) Member(string) (Value, bool)       { return nil, false }
func (kindOfModel) Write(*CallContext) (Value, error) { return Str("table"), nil }

func describe(ctx *CallContext, v Value) string {
	if l, ok := v.(List); ok {
		var items []string
		for _, x := range l {
			items = append(items, describe(ctx, x))
		}
		return "[" + strings.Join(items, " ") + "]"
	}
	if o, ok := v.(ObjectValue); ok {
		if m, ok := o.Object.(material); ok {
			return m.path
		}
	}
	return ctx.Text(v).S
}

// site is warehouse.
type site struct{}

func (site) Kind() string      { return "the warehouse" }
func (site) Members() []string { return []string{"DatabaseType", "DataType", "Wrap"} }
func (site) Member(name string) (Value, bool) {
	switch name {
	case "DatabaseType":
		return method(0, func(*CallContext, []Value) (Value, error) { return Str("snowflake"), nil }), true
	case "DataType":
		return method(1, func(_ *CallContext, args []Value) (Value, error) {
			s, err := PlainString(args[0], "the type")
			return Str(strings.ToUpper(s)), err
		}), true
	case "Wrap":
		return method(2, func(ctx *CallContext, args []Value) (Value, error) {
			var b source.Builder
			b.WriteString("create table ", ctx.At)
			b.WriteText(ctx.Text(args[0]))
			b.WriteString(" as ", ctx.At)
			b.WriteText(ctx.Text(args[1]))
			return String{b.Text()}, nil
		}), true
	}
	return nil, false
}

func testNames(calls *[]string) Map {
	return Map{
		"user":      Obj(named{"user", []string{"spend", "last_seen", "country", "x"}}),
		"visits":    Obj(named{"visits", []string{"ts", "page"}}),
		"this":      Obj(model{calls}),
		"warehouse": Obj(site{}),
		"nothing":   Nil{},
		"failing": FuncOf(func(*CallContext, []Value, []Named) (Value, error) {
			return nil, errors.New("it failed")
		}),
	}
}

var testEnd = time.Date(2024, 3, 5, 10, 30, 0, 0, time.UTC)
