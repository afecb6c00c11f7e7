package model

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"kith/internal/diag"
	"kith/internal/source"
	"kith/internal/template"
)

// thisObject is the model whose template is rendered.
type thisObject struct {
	n    *names
	node Node
}

func (o *thisObject) Kind() string { return "the model" }

func (o *thisObject) Members() []string {
	return []string{"DeRef", "GetMaterialization", "GetSelectTarget", "GetSelectTargetSQL", "ReadFile", "DbObjectName", "DbObjectNamePrefix", "Model", "Name", "WhtCtx", "name"}
}

func (o *thisObject) Write(*template.CallContext) (template.Value, error) {
	return template.HoleValue{Hole: RefHole{Node: o.node}}, nil
}

func (o *thisObject) Member(name string) (template.Value, bool) {
	switch name {
	case "DeRef":
		return template.FuncOf(func(ctx *template.CallContext, args []template.Value, kw []template.Named) (template.Value, error) {
			return o.n.deref(ctx, "", GrainSpec{}, args, kw)
		}), true
	case "name", "Name", "DbObjectNamePrefix", "UnquotedName":
		return callable(template.Str(o.node.Addr().Last())), true
	case "DbObjectName", "GetSelectTarget":
		return callable(template.HoleValue{Hole: RefHole{Node: o.node}}), true
	case "WhtCtx", "GetWhtContext":
		return callable(template.Obj(contextObject{})), true
	case "ReadFile":
		return template.FuncOf(o.readFile), true
	case "Model":
		return template.Obj(&modelObject{o.node}), true
	case "GetMaterialization":
		return callable(template.Obj(materialization(outputOf(o.node)))), true
	case "GetSelectTargetSQL":
		return selectTarget(RefHole{Node: o.node}), true
	}
	return nil, false
}

// MemberAdvice is the way out for members that belong to models of other kinds.
func (o *thisObject) MemberAdvice(name string) string { return memberAdvice[name] }

// memberAdvice is the way out for members that models of other kinds have, or that stand one step further.
var memberAdvice = map[string]string{
	"OutputFolder":         "an SQL model writes no files: select what is wanted and read the published table",
	"GetOutputFolder":      "an SQL model writes no files: select what is wanted and read the published table",
	"Save":                 "an SQL model writes no files: select what is wanted and read the published table",
	"WriteOutput":          "an SQL model writes no files: select what is wanted and read the published table",
	"RunEphemeralSelector": "dereference the model and write the query in SQL",
	"GetSelectorSQL":       "dereference the model and write the query in SQL",
	"GetModel":             "write .Model",
	"String":               "write the object itself for its qualified name, or .Name for its name alone",
	"ModelType":            "write .Model.ModelType()",
	"GetEntity":            "write .Model.GetEntity()",
}

// selectTarget is GetSelectTargetSQL(): a query of everything in an object, in brackets so that it can stand after FROM as
// well as by itself.
func selectTarget(h RefHole) template.Value {
	return template.FuncOf(func(ctx *template.CallContext, _ []template.Value, _ []template.Named) (template.Value, error) {
		return template.String{Text: source.Literal("(select * from "+ctx.Placeholder(h)+")", ctx.At)}, nil
	})
}

// contextObject is .WhtCtx, what is known of the run.
type contextObject struct{}

func (contextObject) Kind() string      { return "the run" }
func (contextObject) Members() []string { return []string{"TimeInfo"} }

func (contextObject) Member(name string) (template.Value, bool) {
	if name != "TimeInfo" {
		return nil, false
	}
	return callable(template.Obj(timesObject{})), true
}

// MemberAdvice is the way out for what a run without a client and without phases does not have.
func (contextObject) MemberAdvice(string) string {
	return "the times of the run are all there is: write end_time"
}

// timesObject is .WhtCtx.TimeInfo.
type timesObject struct{}

func (timesObject) Kind() string      { return "the times of the run" }
func (timesObject) Members() []string { return []string{"BeginTime", "EndTime"} }

func (timesObject) Member(string) (template.Value, bool) { return nil, false }

// MemberAt is EndTime or BeginTime.
func (timesObject) MemberAt(ctx *template.CallContext, name string) (template.Value, bool, error) {
	switch name {
	case "EndTime":
		return ctx.Time("end_time"), true, nil
	case "BeginTime":
		return ctx.Time("begin_time"), true, nil
	}
	return nil, false, nil
}

// callable is a function without arguments that gives v. Named without brackets it is called, as in pongo2.
func callable(v template.Value) template.Value {
	return template.FuncOf(func(*template.CallContext, []template.Value, []template.Named) (template.Value, error) { return v, nil })
}

func outputOf(n Node) OutputType {
	switch n := n.(type) {
	case *SQLModel:
		return n.Output
	case *Stitcher:
		return n.Output
	case *Cohort:
		return n.Output
	}
	return AsView
}

// materialization is this.GetMaterialization(): .OutputType.ToSQL() writes the word for CREATE.
type materialization OutputType

func (m materialization) Kind() string      { return "a materialization" }
func (m materialization) Members() []string { return []string{"OutputType", "RunType"} }

func (m materialization) Member(name string) (template.Value, bool) {
	switch name {
	case "OutputType":
		return template.Obj(outputType(m)), true
	case "RunType":
		return template.Str("discrete"), true // of models with SQL of their own
	}
	return nil, false
}

type outputType OutputType

func (o outputType) Kind() string      { return "an output type" }
func (o outputType) Members() []string { return []string{"ToSQL", "ToSql"} }
func (o outputType) Write(*template.CallContext) (template.Value, error) {
	return template.Str(string(o)), nil
}

func (o outputType) Member(name string) (template.Value, bool) {
	if name != "ToSQL" && name != "ToSql" {
		return nil, false
	}
	word := "TABLE"
	if OutputType(o) == AsView {
		word = "VIEW"
	}
	return callable(template.Str(word)), true
}

// readFile returns the text of a file of the project; nothing outside the project's folder is readable.
func (o *thisObject) readFile(ctx *template.CallContext, args []template.Value, kw []template.Named) (template.Value, error) {
	bound, err := template.Bind(ctx, "ReadFile", args, kw, "path")
	if err != nil {
		return nil, err
	}
	path, err := template.PlainString(bound[0].Value, "the path")
	if err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(o.n.unit.spec.Root)
	if err != nil {
		return nil, template.Failf(diag.RFileMissing, "the project folder cannot be read")
	}
	defer root.Close()
	data, err := root.ReadFile(filepath.FromSlash(path))
	if err != nil {
		f := template.Failf(diag.RFileMissing, "no file %q in the project", path)
		f.At, f.Fix = ctx.ArgAt(0), "paths are relative to the folder of pb_project.yaml and cannot leave it"
		return nil, f
	}
	file := source.NewFile(filepath.ToSlash(path), data)
	return template.String{Text: source.Verbatim(source.Span{File: file, End: len(data)})}, nil
}

// buildContract reads the JSON of BuildContract, so that a slip is found; what it demands is checked where it is used.
func (n *names) buildContract(ctx *template.CallContext, args []template.Value, kw []template.Named) (template.Value, error) {
	bound, err := template.Bind(ctx, "BuildContract", args, kw, "json")
	if err != nil {
		return nil, err
	}
	text, err := template.PlainString(bound[0].Value, "a contract")
	if err != nil {
		return nil, err
	}
	c := contractObject{}
	if err := json.Unmarshal([]byte(text), &c); err != nil {
		f := template.Failf(diag.RContract, "the contract is no JSON object: %v", err)
		f.At, f.Fix = ctx.ArgAt(0), `write BuildContract('{"with_columns": [{"name": "x"}]}')`
		return nil, f
	}
	return template.Obj(c), nil
}

// contractObject is the result of BuildContract: it is passed on to DeRef.
type contractObject struct {
	Columns []struct {
		Name string `json:"name"`
	} `json:"with_columns"`
}

func (contractObject) Member(string) (template.Value, bool) { return nil, false }
func (contractObject) Kind() string                         { return "a contract" }

// derefParams are the parameters of DeRef (modelling.md section 11.1).
var derefParams = []string{"path", "dependency", "pre_existing", "prereqs", "baseline_name", "checkpoint_name", "time_grain_spec", "contract", "skip_dependency"}

// deref resolves this.DeRef(path, ...): the object of another node, by name. base is the path that "./" starts from, "" for
// the project, and at the time that what is found there is read at unless another is asked for.
func (n *names) deref(ctx *template.CallContext, base string, at GrainSpec, args []template.Value, kw []template.Named) (template.Value, error) {
	bound, err := template.Bind(ctx, "DeRef", args, kw, derefParams...)
	if err != nil {
		return nil, err
	}
	m := &materialObject{n: n, node: n.sc.This, at: at}
	optional := false
	if bound[1].Given() {
		kind, err := template.PlainString(bound[1].Value, "dependency")
		optional = err == nil && (kind == "optional" || kind == "coercive" || kind == "preferred")
	}
	if bound[0].Given() {
		path := ctx.Text(bound[0].Value).TrimSpace().S
		if base != "" && strings.HasPrefix(path, "./") {
			path = base + path[1:]
		}
		if err := n.target(ctx, m, path); err != nil {
			if f := (*template.Failure)(nil); optional && errors.As(err, &f) {
				ctx.Report(diag.Diagnostic{Severity: diag.Warning, Code: f.Code, At: f.At, Message: f.Message + ", taken as nil", Fix: f.Fix})
				return template.Obj(missingObject{path: path}), nil
			}
			return nil, err
		}
		if ctx.Discovery {
			n.b.Conditional = append(n.b.Conditional, ConditionalRef{Owner: n.owner, To: m.node, At: ctx.At})
		}
	}
	if bound[1].Given() {
		kind, err := template.PlainString(bound[1].Value, "dependency")
		if err != nil {
			return nil, err
		}
		switch kind {
		case "normal", "run_delegate":
		case "optional":
			m.optional, m.weak = true, true
		case "coercive", "preferred":
			m.optional = true
		default:
			f := template.Failf(diag.RDeRef, "no dependency %q", kind)
			f.At, f.Fix = bound[1].Span, "write normal, optional or coercive"
			return nil, f
		}
	}
	// No run of before is looked at: what asks for an earlier material gets none, and templates take their full branch.
	if v, ok := bound[2].Value.(template.Bool); ok && bool(v) {
		m.absent = true
	}
	if bound[3].Given() {
		list, ok := bound[3].Value.(template.List)
		if !ok {
			f := template.Failf(diag.RDeRef, "prereqs is a list of dereferenced models")
			f.At, f.Fix = bound[3].Span, "write prereqs=[a, b.Except()]"
			return nil, f
		}
		n.b.asked = true
		for _, v := range list {
			if template.IsNil(v) {
				m.absent = true
			}
		}
	}
	if bound[6].Given() {
		if m.at, err = grainSpec(bound[6]); err != nil {
			return nil, err
		}
		if m.node == n.sc.This && !m.absent {
			f := template.Failf(diag.RDeRef, "%s cannot be read at another time by itself", n.sc.This.Addr())
			f.At, f.Fix = bound[6].Span, "take time_grain_spec away, or name another model"
			return nil, f
		}
	}
	return template.Obj(m), nil
}

// grainSpec reads the parameter time_grain_spec.
func grainSpec(arg template.Arg) (GrainSpec, error) {
	text, err := template.PlainString(arg.Value, "time_grain_spec")
	if err != nil {
		return GrainSpec{}, err
	}
	spec, ok := grainSpecOf(text)
	if !ok {
		f := template.Failf(diag.RDeRef, "no time_grain_spec %q", text)
		f.At, f.Fix = arg.Span, "write hourly, daily, weekly, monthly or yearly, or \"-1Day\" for the boundary before the latest"
		return spec, f
	}
	return spec, nil
}

// target finds the node of a path.
func (n *names) target(ctx *template.CallContext, m *materialObject, path string) error {
	fail := func(fix, format string, a ...any) error {
		f := template.Failf(diag.RDeRef, format, a...)
		f.At, f.Fix = ctx.ArgAt(0), fix
		return f
	}
	if at := strings.Index(strings.ToLower(path), "/incr_delta_tbl"); at > 0 {
		// The rows that came since an earlier run: a model does not begin with one.
		m.absent, m.optional = true, true
		path = path[:at]
	}
	node, child, ok := n.b.Find(path)
	for _, folder := range []string{"models/", "inputs/"} { // a bare name: the folder that the model itself is in comes first
		if name := strings.TrimPrefix(path, "./"); !ok && !strings.Contains(name, "/") {
			node, child, ok = n.b.Find(folder + name)
		}
	}
	if !ok {
		node, m.column, ok = n.b.promisedColumn(path)
	}
	if !ok {
		return fail(orElse(didYouMean(path, n.b.Paths()), "see `kith show models` for the paths there are"), "no input or model %q", path)
	}
	m.node, m.child = node, child
	switch node.(type) {
	case *EntityVar, *InputVar:
		at := ctx.ArgAt(0)
		n.b.Check(func() { n.noTable(m, path, at) })
	}
	return nil
}

// promisedColumn finds "inputs/x/column", as far as the input is known to have the column: by its contract, its ids, its time or
// the warehouse (observed.md section 5.6).
func (b *Builder) promisedColumn(path string) (Node, string, bool) {
	at := strings.LastIndexByte(path, '/')
	if at < 0 {
		return nil, "", false
	}
	n, child, ok := b.Find(path[:at])
	in, is := n.(*Input)
	if !ok || !is || child != "" {
		return nil, "", false
	}
	names := slices.Clone(in.Columns)
	if in.Contract != nil {
		for _, c := range in.Contract.WithColumns {
			names = append(names, c.Name.Value)
		}
	}
	names = append(names, in.spec.OccurredAtCol.S, in.spec.LoadedAtCol.S)
	for _, id := range in.spec.IDs {
		names = append(names, id.Select.S)
	}
	i := slices.IndexFunc(names, func(s string) bool { return strings.EqualFold(s, path[at+1:]) })
	if i < 0 {
		return nil, "", false
	}
	return in, names[i], true
}

// noTable says so when a query reads the column of a var as if it were a table.
func (n *names) noTable(m *materialObject, path string, at source.Span) {
	q, ok := n.owner.(*SQLModel)
	if !ok || !m.written || q.Query == nil {
		return
	}
	name := m.node.Addr().Last()
	if slices.ContainsFunc(q.Query.Facts.Tables, func(t string) bool { return strings.EqualFold(t, name) }) {
		n.b.Diags.Errorf(diag.RDeRef, at, "%s is a column and cannot be read as a table", path).
			WithFix("dereference its var_table and select the column")
	}
}

// materialObject is a dereferenced node.
type materialObject struct {
	n     *names
	node  Node
	child string
	// optional tells that the template can do without it; absent that it is not there in this run; except turns that round.
	optional, absent, except bool
	// column is the column of node that is meant, "" for the whole.
	column string
	// written tells that it stands in the rendered text.
	written bool
	// weak tells that reading it makes it no more necessary (enable_status: only_if_necessary).
	weak bool
	// at is the time it is read at.
	at GrainSpec
}

func (o *materialObject) Kind() string { return "a dereferenced model" }

func (o *materialObject) Members() []string {
	return []string{"DbObjectName", "DeRef", "Except", "GetSelectTarget", "GetSelectTargetSQL", "GetTimeFilteringColSQL", "IsEnabled", "IsNil", "Model", "Name", "WhtCtx"}
}

// MemberAdvice is the way out for members that belong to models of other kinds.
func (o *materialObject) MemberAdvice(name string) string { return memberAdvice[name] }

// IsNil tells that the material is not there. A template that asks is rendered again when it is known what takes part.
func (o *materialObject) IsNil() bool {
	gone := o.absent
	if o.optional && !gone {
		o.n.b.asked = true
		_, gone = o.n.b.off[o.node.Addr().Key()]
	}
	return gone != o.except
}

// Write gives the object's name. A var is a column of its var table: it is written as the column's name, and who names it waits
// for the table (modelling.md section 11.4).
func (o *materialObject) Write(*template.CallContext) (template.Value, error) {
	o.written = true
	if o.column != "" {
		o.n.owner.Base().need(o.node)
		return template.Str(o.column), nil
	}
	switch v := o.node.(type) {
	case *EntityVar:
		if t := v.Cohort.VarTable; t != nil {
			o.n.owner.Base().need(t)
		}
		return template.Str(v.Name), nil
	case *InputVar:
		o.n.owner.Base().need(v)
		return template.Str(v.Name), nil
	}
	if m, ok := o.n.owner.(*SQLModel); ok && !o.weak {
		m.firm(o.node)
	}
	return template.HoleValue{Hole: RefHole{Node: o.node, Child: o.child, At: o.at}}, nil
}

func (o *materialObject) Member(name string) (template.Value, bool) {
	switch name {
	case "IsEnabled":
		return callable(template.Bool(!o.IsNil())), true
	case "IsNil":
		return callable(template.Bool(o.IsNil())), true
	case "Except":
		other := *o
		other.except = !o.except
		return callable(template.Obj(&other)), true
	case "Name", "name", "UnquotedName":
		return callable(template.Str(o.node.Addr().Last())), true
	case "Model":
		return template.Obj(&modelObject{o.node}), true
	case "DbObjectName", "GetSelectTarget":
		v, err := o.Write(nil)
		return callable(v), err == nil
	case "GetSelectTargetSQL":
		if v, err := o.Write(nil); err == nil {
			if h, ok := v.(template.HoleValue); ok {
				return selectTarget(h.Hole.(RefHole)), true
			}
		}
	case "WhtCtx", "GetWhtContext":
		return callable(template.Obj(contextObject{})), true
	case "GetTimeFilteringColSQL":
		col := ""
		if s, ok := o.node.(*Input); ok {
			col = s.spec.OccurredAtCol.S
		}
		return callable(template.Str(col)), true
	case "DeRef":
		return template.FuncOf(func(ctx *template.CallContext, args []template.Value, kw []template.Named) (template.Value, error) {
			return o.n.deref(ctx, string(o.node.Addr()), o.at, args, kw)
		}), true
	}
	return nil, false
}

// missingObject is what an optional dependency is when there is no such input or model: nil, unless that is turned round.
type missingObject struct {
	path   string
	except bool
}

func (o missingObject) Kind() string      { return "a model that is not there" }
func (o missingObject) IsNil() bool       { return !o.except }
func (o missingObject) Members() []string { return []string{"Except", "IsEnabled", "IsNil"} }

func (o missingObject) Member(name string) (template.Value, bool) {
	switch name {
	case "IsEnabled":
		return callable(template.Bool(o.except)), true
	case "IsNil":
		return callable(template.Bool(!o.except)), true
	case "Except":
		return callable(template.Obj(missingObject{o.path, !o.except})), true
	}
	return nil, false
}

// MemberAdvice says how to ask first.
func (o missingObject) MemberAdvice(string) string { return "ask IsEnabled() before it is used" }

// modelObject is .Model of a dereferenced node.
type modelObject struct{ node Node }

func (o *modelObject) Kind() string { return "a model" }
func (o *modelObject) Members() []string {
	return []string{"DbObjectNamePrefix", "GetEntity", "GetVarTableRef", "ModelType", "Name"}
}

func (o *modelObject) Member(name string) (template.Value, bool) {
	switch name {
	case "ModelType":
		return callable(template.Str(typeOf(o.node))), true
	case "Name", "name", "DbObjectNamePrefix":
		return callable(template.Str(o.node.Addr().Last())), true
	case "GetVarTableRef":
		return callable(template.Str(string(o.node.Addr().Child(ChildVarTable)))), true
	case "GetEntity":
		if e := entityOf(o.node); e != nil {
			return callable(template.Obj(&entityObject{e})), true
		}
	}
	return nil, false
}

// entityObject is .Model.GetEntity().
type entityObject struct{ e *Entity }

func (o *entityObject) Kind() string      { return "an entity" }
func (o *entityObject) Members() []string { return []string{"IdColumnName", "Name"} }

func (o *entityObject) Member(name string) (template.Value, bool) {
	switch name {
	case "IdColumnName":
		return callable(template.Str(o.e.IDColumn)), true
	case "Name", "name":
		return callable(template.Str(o.e.Name)), true
	}
	return nil, false
}

func entityOf(n Node) *Entity {
	switch n := n.(type) {
	case *Stitcher:
		return n.Entity
	case *Cohort:
		return n.Entity
	case *VarTable:
		return n.Cohort.Entity
	case *FeatureTable:
		if n.Cohort != nil {
			return n.Cohort.Entity
		}
	case *FeatureView:
		return n.Cohort.Entity
	case Source:
		if ids := n.SourceRows().IDs; len(ids) > 0 {
			return ids[0].Entity
		}
	}
	return nil
}

// typeOf is a node's model_type.
func typeOf(n Node) string {
	switch n := n.(type) {
	case *Input:
		return "input"
	case *SQLModel:
		return "sql_template"
	case *Union:
		return "common_column_union"
	case *Foreign:
		return n.Type
	case *Stitcher:
		if n.Collator {
			return "id_collator"
		}
		return "id_stitcher"
	case *Cohort:
		return "entity_cohort"
	case *FeatureTable:
		return "feature_table_model"
	case *FeatureView:
		return "feature_view"
	case *VarTable:
		return "entity_var_table"
	case *EntityVar:
		return "entity_var"
	case *InputVar:
		return "input_var"
	}
	return ""
}
