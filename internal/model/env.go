package model

import (
	"strings"

	"kith/internal/diag"
	"kith/internal/source"
	"kith/internal/spec"
	"kith/internal/template"
)

// env is what a text of owner can see.
func (b *Builder) env(owner Node, sc Scope) template.Env {
	return template.Env{
		Names:   &names{b: b, unit: b.unit, owner: owner, sc: sc},
		Macros:  b.compiled,
		EndTime: b.opt.EndTime, BeginTime: b.opt.BeginTime,
		OldTime:   b.oldTime(),
		Discovery: true,
	}
}

// oldTime reports whether a text may call the end time timestamp, as those of the schemas before begin and end times do. Macros
// are for everybody, so one old package is enough.
func (b *Builder) oldTime() bool {
	for _, u := range b.units {
		if v := u.spec.SchemaVersion; !v.Span.IsZero() && v.Value < spec.ContractSchema {
			return true
		}
	}
	return false
}

// names are the objects of modelling.md section 10.3.
type names struct {
	b     *Builder
	unit  *unit
	owner Node
	sc    Scope
}

// Lookup finds an entity, cohort, input or model by name; `this` and `warehouse`.
func (n *names) Lookup(name string) (template.Value, bool) {
	b := n.b
	switch name {
	case "rowset":
		if n.sc.Rowset != nil {
			return template.Obj(&rowsetObject{n: n, v: n.sc.Rowset}), true
		}
	case "this":
		if n.sc.NewRows {
			return template.Obj(&rowsetObject{n: n, v: n.sc.Rowset, isNew: true}), true
		}
		if n.sc.This == nil {
			return nil, false
		}
		return template.Obj(&thisObject{n: n, node: n.sc.This}), true
	case "warehouse":
		return template.Obj(&warehouseObject{n: n}), true
	case "BuildContract":
		return template.FuncOf(n.buildContract), true
	case "makePath":
		return template.FuncOf(func(_ *template.CallContext, args []template.Value, _ []template.Named) (template.Value, error) {
			if len(args) != 1 {
				return nil, template.Failf(diag.TemplateArguments, "makePath takes one path")
			}
			return args[0], nil
		}), true
	}
	if e := b.Entity(name); e != nil {
		return template.Obj(&cohortObject{n: n, c: e.Root}), true
	}
	for _, kind := range []string{"models/", "inputs/"} {
		found, child, ok := b.Find(kind + name)
		if !ok || child != "" {
			continue
		}
		switch m := found.(type) {
		case *Cohort:
			return template.Obj(&cohortObject{n: n, c: m}), true
		case Source:
			return template.Obj(&sourceObject{n: n, s: m}), true
		}
	}
	return nil, false
}

// List returns all names, as candidates for a slip.
func (n *names) List() []string {
	out := []string{"warehouse"}
	if n.sc.This != nil || n.sc.NewRows {
		out = append(out, "this")
	}
	if n.sc.Rowset != nil {
		out = append(out, "rowset")
	}
	for _, e := range n.b.Entities {
		out = append(out, e.Name)
	}
	for _, c := range n.b.Cohorts {
		if !c.IsRoot() {
			out = append(out, c.Name)
		}
	}
	for _, i := range n.b.Inputs {
		out = append(out, i.Name)
	}
	for _, m := range n.b.SQL {
		out = append(out, m.Name)
	}
	return out
}

// Advice is the way out for names that templates elsewhere have.
func (n *names) Advice(name string) string {
	switch name {
	case "ref":
		return `ref is dbt's: write this.DeRef("models/<name>")`
	case "source":
		return `source is dbt's: declare the table under inputs and write this.DeRef("inputs/<name>")`
	case "config":
		return "config is dbt's: write materialization under model_spec"
	case "is_incremental":
		return "is_incremental is dbt's: take it away, what a run reads is decided by kith"
	case "rowset":
		return "rowset is there in merge and merge_where alone"
	case "this":
		return "this is there in models and their hooks; a var names the columns of its source as they are"
	case "timestamp", "now", "run_started_at", "current_timestamp":
		return "templates have no clock: write end_time, or end_time_sql for SQL"
	case "min", "max":
		return "compute it in SQL, with least or greatest"
	case "range":
		return "write the list: [1, 2, 3]"
	case "loop":
		return "write forloop.Counter, forloop.First or forloop.Last"
	case "var", "env_var":
		return "name a macro under macros with the value, and call it"
	case "GetModel", "GetWhtContext":
		return "write this.Model, or end_time for the time of the run"
	}
	return ""
}

// cohortObject is an entity or a cohort in a template: its members are vars.
type cohortObject struct {
	n *names
	c *Cohort
}

func (o *cohortObject) Kind() string {
	if o.c.IsRoot() {
		return "an entity"
	}
	return "a cohort"
}

func (o *cohortObject) name() string {
	if o.c.IsRoot() {
		return o.c.Entity.Name
	}
	return o.c.Name
}

func (o *cohortObject) Members() []string {
	out := []string{"Var"}
	for _, v := range o.c.Visible() {
		out = append(out, v.Name)
	}
	return out
}

func (o *cohortObject) Member(name string) (template.Value, bool) { return nil, false }

// MemberAt is Var, IdColumnName, or a var by its name.
func (o *cohortObject) MemberAt(ctx *template.CallContext, name string) (template.Value, bool, error) {
	switch name {
	case "Var":
		return template.FuncOf(func(ctx *template.CallContext, args []template.Value, _ []template.Named) (template.Value, error) {
			if len(args) != 1 {
				return nil, template.Failf(diag.TemplateArguments, "Var takes the name of one var")
			}
			return o.ref(ctx, ctx.Text(args[0]).TrimSpace().S, ctx.ArgAt(0))
		}), true, nil
	case "IdColumnName":
		return template.Str(o.c.Entity.IDColumn), true, nil
	}
	if o.c.Find(name) == nil && name == "name" {
		return template.Str(o.name()), true, nil
	}
	v, err := o.ref(ctx, name, ctx.At)
	return v, err == nil, err
}

// ref refers to a var by name or path.
func (o *cohortObject) ref(ctx *template.CallContext, name string, at source.Span) (template.Value, error) {
	b := o.n.b
	var v *EntityVar
	if strings.Contains(name, "/") {
		if rest, ok := strings.CutPrefix(name, "./"); ok && !strings.Contains(rest, "/") {
			v = o.c.Find(rest)
		} else if n, _, ok := b.Find(name); ok {
			v, _ = n.(*EntityVar)
		}
	} else {
		v = o.c.Find(name)
	}
	if v == nil && b.lostVars[name] {
		o.n.owner.Base().Broken = true
		return template.Unknown{}, nil
	}
	if v == nil {
		f := template.Failf(diag.RUnknownVar, "%s %s has no var %q", strings.TrimPrefix(strings.TrimPrefix(o.Kind(), "an "), "a "), o.name(), name)
		f.At = at
		var known []string
		for _, x := range o.c.Visible() {
			known = append(known, x.Name)
		}
		f.Fix = didYouMean(name, known)
		for c := o.n.sc.Cohort; f.Fix == "" && c != nil; c = c.Parent {
			if x := c.own(name); x != nil {
				f.Fix = "it is a var of " + string(c.Address)
			}
		}
		if f.Fix == "" && len(known) > 0 {
			f.Fix = "its vars are " + firstOf(known)
		}
		return nil, f
	}
	if f := o.n.visible(v, at); f != nil {
		return nil, f
	}
	return template.HoleValue{Hole: VarHole{v}}, nil
}

// visible says why a var cannot be used here, nil when it can.
func (n *names) visible(v *EntityVar, at source.Span) error {
	fail := func(fix, format string, args ...any) error {
		f := template.Failf(diag.RVarOutOfScope, format, args...)
		f.At, f.Fix = at, fix
		f.Also = []diag.Related{{Message: "the var is declared here", At: v.Span}}
		return f
	}
	c := n.sc.Cohort
	if c == nil {
		return fail("", "vars cannot be used here")
	}
	if c.Entity != v.Cohort.Entity {
		return fail("roll it up with an SQL model over "+v.Cohort.Entity.Name+"/all/var_table that has an id of entity "+c.Entity.Name,
			"var %s belongs to entity %s, not to %s", v.Name, v.Cohort.Entity.Name, c.Entity.Name)
	}
	for a := c; a != nil; a = a.Parent {
		if a == v.Cohort {
			if v == n.owner {
				return fail("refer to another var, or to a column of the source", "var %s refers to itself", v.Name)
			}
			return nil
		}
	}
	if own, filter := n.owner.(*Cohort); filter && own == v.Cohort {
		return fail("filter by vars of the cohort that it extends", "var %s is a var of the cohort that is being filtered", v.Name)
	} else if filter {
		return fail("the filters of a cohort use vars of the cohort that it extends; extend "+string(v.Cohort.Address)+" to use this one",
			"var %s belongs to cohort %s and is not seen by %s", v.Name, v.Cohort.Name, c.Address)
	}
	return fail("declare this var in a var_group of cohort "+v.Cohort.Name,
		"var %s belongs to cohort %s and is not seen by %s", v.Name, v.Cohort.Name, c.Address)
}

// sourceObject is an input or SQL model in a template: its members are input vars and columns.
type sourceObject struct {
	n *names
	s Source
}

func (o *sourceObject) Kind() string { return "an input" }

func (o *sourceObject) Member(string) (template.Value, bool) { return nil, false }

func (o *sourceObject) MemberAt(ctx *template.CallContext, name string) (template.Value, bool, error) {
	if name == "Var" {
		return template.FuncOf(func(ctx *template.CallContext, args []template.Value, _ []template.Named) (template.Value, error) {
			if len(args) != 1 {
				return nil, template.Failf(diag.TemplateArguments, "Var takes one column or input var")
			}
			return o.ref(ctx.Text(args[0]).TrimSpace(), ctx.ArgAt(0))
		}), true, nil
	}
	v, err := o.ref(source.Literal(name, ctx.At), ctx.At)
	return v, err == nil, err
}

func (o *sourceObject) ref(text source.Text, at source.Span) (template.Value, error) {
	if o.n.sc.From != o.s {
		f := template.Failf(diag.RVarOutOfScope, "columns of %s can only be used where rows are read from it", o.s.Addr())
		f.At, f.Fix = at, "set from: "+string(o.s.Addr())
		return nil, f
	}
	if v := o.s.SourceRows().inputVar(text.S); v != nil {
		return template.HoleValue{Hole: InputVarHole{v}}, nil
	}
	if isPlainName(text.S) {
		return template.HoleValue{Hole: ColumnHole{o.s, text.S}}, nil
	}
	return template.String{Text: text}, nil // an expression over columns passes through
}

func isPlainName(s string) bool {
	for i, r := range s {
		if !(r == '_' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || i > 0 && r >= '0' && r <= '9') {
			return false
		}
	}
	return s != ""
}
