package model

import (
	"strings"

	"kith/internal/diag"
	"kith/internal/source"
	"kith/internal/template"
)

// warehouseObject answers in the dialect the project is written in.
type warehouseObject struct{ n *names }

// noReplace are the dialects without CREATE OR REPLACE TABLE (their manuals, "CREATE TABLE").
var noReplace = map[string]bool{"postgres": true, "redshift": true}

func (o *warehouseObject) Kind() string { return "the warehouse" }

func (o *warehouseObject) Members() []string {
	return []string{"BeginEndBlock", "CreateReplaceTableAs", "DataType", "DatabaseType", "EntityCohortCondition", "NamedWhObject", "ObjRef", "Timestamp"}
}

// MemberAdvice is the way out for what SQL itself says.
func (o *warehouseObject) MemberAdvice(name string) string {
	switch name {
	case "SqlKeyword":
		return "write the keyword itself"
	case "TimeAdd":
		return "use end_time.AddDate(years, months, days) or end_time.Add(\"-36h\"), or add an interval in SQL"
	}
	return ""
}

func (o *warehouseObject) Member(name string) (template.Value, bool) {
	f := func(fn func(ctx *template.CallContext, a []template.Arg) (template.Value, error), params ...string) (template.Value, bool) {
		return template.FuncOf(func(ctx *template.CallContext, args []template.Value, kw []template.Named) (template.Value, error) {
			bound, err := template.Bind(ctx, name, args, kw, params...)
			if err != nil {
				return nil, err
			}
			for i, p := range params {
				if !bound[i].Given() && p != "type" {
					return nil, template.Failf(diag.TemplateArguments, "%s needs %s", name, p)
				}
			}
			return fn(ctx, bound)
		}), true
	}
	switch name {
	case "DatabaseType":
		return callable(template.Str(o.n.b.opt.Dialect)), true
	case "DataType":
		return f(o.dataType, "name")
	case "ObjRef":
		return f(func(ctx *template.CallContext, a []template.Arg) (template.Value, error) {
			return o.object(ctx, a[0].Value)
		}, "name")
	case "NamedWhObject":
		return f(func(ctx *template.CallContext, a []template.Arg) (template.Value, error) {
			return o.object(ctx, a[0].Value)
		}, "name", "type")
	case "Timestamp":
		return f(func(ctx *template.CallContext, a []template.Arg) (template.Value, error) {
			if t, ok := a[0].Value.(template.Time); ok {
				return template.HoleValue{Hole: t.SQLHole()}, nil
			}
			f := template.Failf(diag.TemplateKind, "Timestamp wants a time, got %s", template.Noun(a[0].Value))
			f.At, f.Fix = ctx.ArgAt(0), "give it end_time, or write the timestamp in SQL"
			return nil, f
		}, "time")
	case "BeginEndBlock":
		return f(func(ctx *template.CallContext, a []template.Arg) (template.Value, error) {
			return template.String{Text: ctx.Text(a[0].Value)}, nil
		}, "sql")
	case "CreateReplaceTableAs":
		return f(func(ctx *template.CallContext, a []template.Arg) (template.Value, error) {
			var b source.Builder
			object := ctx.Text(a[0].Value)
			if noReplace[o.n.b.opt.Dialect] {
				b.WriteString("drop table if exists ", ctx.At)
				b.WriteText(object)
				b.WriteString("; create table ", ctx.At)
			} else {
				b.WriteString("create or replace table ", ctx.At)
			}
			b.WriteText(object)
			b.WriteString(" as ", ctx.At)
			b.WriteText(ctx.Text(a[1].Value))
			b.WriteString(";", ctx.At)
			return template.String{Text: b.Text()}, nil
		}, "object", "sql")
	case "EntityCohortCondition":
		return f(o.cohortCondition, "cohort", "operator")
	}
	return nil, false
}

func (o *warehouseObject) dataType(ctx *template.CallContext, a []template.Arg) (template.Value, error) {
	name, err := template.PlainString(a[0].Value, "the name of a type")
	if err != nil {
		return nil, err
	}
	t := o.n.b.opt.TypeName(name)
	if t == "" {
		f := template.Failf(diag.TemplateArguments, "no data type %q", name)
		f.At, f.Fix = ctx.ArgAt(0), "there are text, string, integer, float, boolean, timestamp, date and json"
		return nil, f
	}
	return template.Str(t), nil
}

// object is the qualified name of something in the target schema.
func (o *warehouseObject) object(ctx *template.CallContext, v template.Value) (template.Value, error) {
	name, err := template.PlainString(v, "a name")
	if err != nil {
		return nil, err
	}
	return template.HoleValue{Hole: TargetHole{Name: name}}, nil
}

// cohortCondition writes "<main id> in (select <main id> from <cohort>)".
func (o *warehouseObject) cohortCondition(ctx *template.CallContext, a []template.Arg) (template.Value, error) {
	path, err := template.PlainString(a[0].Value, "a cohort")
	if err != nil {
		return nil, err
	}
	n, child, ok := o.n.b.Find(path)
	c, is := n.(*Cohort)
	if !ok || !is || child != "" {
		f := template.Failf(diag.RUnknownPath, "no cohort %q", path)
		f.At, f.Fix = ctx.ArgAt(0), orElse(didYouMean(path, o.n.b.Paths()), "see `kith show models` for the paths there are")
		return nil, f
	}
	op := strings.ToLower(ctx.Text(a[1].Value).S)
	if op != "in" && op != "not in" {
		return nil, template.Failf(diag.TemplateArguments, "EntityCohortCondition takes in or not in")
	}
	id := c.Entity.IDColumn
	var b source.Builder
	b.WriteString(id+" "+op+" (select "+id+" from "+ctx.Placeholder(RefHole{Node: c})+")", ctx.At)
	return template.String{Text: b.Text()}, nil
}

// TargetHole stands for an object of the target schema, by its published name.
type TargetHole struct{ Name string }

// HoleKey names the object.
func (h TargetHole) HoleKey() string { return "object " + h.Name }
