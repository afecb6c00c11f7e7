package project

import (
	"context"
	"errors"
	"strings"
	"time"

	"kith/internal/diag"
	"kith/internal/dialect"
	"kith/internal/lower"
	"kith/internal/material"
	"kith/internal/model"
	"kith/internal/rel"
	"kith/internal/run"
	"kith/internal/source"
	"kith/internal/template"
)

// Query is a query of the user with its template rendered. Its places are those of what was typed.
type Query struct{ Text source.Text }

// QueryFile is how diagnostics name the text of a query.
const QueryFile = "query"

// Plain is a query without a template, which is taken as it is.
func Plain(sql string) (q Query, ok bool) {
	f := source.NewFile(QueryFile, []byte(sql))
	return Query{source.Verbatim(source.Span{File: f, End: len(sql)})}, !template.HasMarks(sql)
}

// Render renders a query in a context: this.DeRef(path) is the real name of what was built there.
func (w *Work) Render(ctx context.Context, sql string, m Moment) (Query, diag.List, error) {
	s := w.Settings(m)
	g, diags, err := w.Project.Resolve(s)
	if err != nil || diags.HasErrors() {
		return Query{}, diags, err
	}
	diags = nil // those of the project have nothing to do with the query
	built, err := w.materials(ctx, g, m)
	if err != nil {
		return Query{}, nil, err
	}
	names := &queryNames{g: g, env: s.Env, d: w.Registry.Dialect, m: m, built: built}
	q, _ := Plain(sql)
	t, ds := template.Parse(q.Text)
	diags.Add(ds)
	rendered, ds := t.Render(template.Env{Names: names, EndTime: m.EndTime, BeginTime: m.BeginTime}, template.Limits{})
	diags.Add(ds)
	return Query{names.fill(rendered)}, diags, nil
}

// queryNames are the names that a query's template knows.
type queryNames struct {
	g     *model.Graph
	env   dialect.Env
	d     dialect.Dialect
	m     Moment
	built map[string]run.Material // by address, in lower case
}

// Lookup knows this.
func (n *queryNames) Lookup(name string) (template.Value, bool) {
	if name != "this" {
		return nil, false
	}
	return template.Obj(queryThis{n}), true
}

// List returns the names.
func (n *queryNames) List() []string { return []string{"this"} }

// fill puts literals in the place of times.
func (n *queryNames) fill(r template.Rendered) source.Text {
	var b source.Builder
	from := 0
	for pos := 0; ; {
		start, end, i, ok := template.FindPlaceholder(r.Text.S, pos)
		if !ok {
			break
		}
		pos = end
		if i >= len(r.Holes) {
			continue
		}
		b.WriteText(r.Text.Slice(from, start))
		b.WriteString(n.literal(r.Holes[i]), r.Text.Origin(start, end))
		from = end
	}
	b.WriteText(r.Text.Slice(from, len(r.Text.S)))
	return b.Text()
}

func (n *queryNames) literal(h template.Hole) string {
	at := func(which string) time.Time {
		if which == "begin_time" {
			return n.m.BeginTime
		}
		return n.m.EndTime
	}
	switch h := h.(type) {
	case template.SQLTimeHole:
		return n.d.TimeLiteral(h.Time(at(h.Which)))
	case template.TextTimeHole:
		return h.Text(at(h.Which))
	}
	return ""
}

// queryThis is `this` in a query.
type queryThis struct{ n *queryNames }

// Kind names it in messages.
func (queryThis) Kind() string { return "the query" }

// Members are what it has.
func (queryThis) Members() []string { return []string{"DeRef"} }

// Member is DeRef.
func (q queryThis) Member(name string) (template.Value, bool) {
	if name != "DeRef" {
		return nil, false
	}
	return template.FuncOf(func(ctx *template.CallContext, args []template.Value, _ []template.Named) (template.Value, error) {
		if len(args) != 1 {
			return nil, template.Failf(diag.TemplateArguments, "DeRef takes one path, such as \"user/all\"")
		}
		name, fix, err := q.n.object(ctx.Text(args[0]).TrimSpace().S)
		if err != nil {
			f := template.Failf(diag.RDeRef, "%s", err.Error())
			f.At, f.Fix = ctx.ArgAt(0), fix
			return nil, f
		}
		return template.Str(name), nil
	}), true
}

// object is the name of what was built for a path; fix is the way out of an error.
func (n *queryNames) object(path string) (name, fix string, err error) {
	node, child, ok := n.g.Find(path)
	if !ok {
		near := diag.Nearest(path, n.g.Paths())
		if near != "" {
			near = "did you mean \"" + near + "\"?"
		}
		return "", near, errors.New("no input, model, cohort or view \"" + path + "\"")
	}
	switch node.(type) {
	case *model.EntityVar, *model.InputVar:
		return "", "read the var_table it is a column of", errors.New(path + " is a column and cannot be read as a table")
	}
	b, ok := n.built[strings.ToLower(string(node.Addr()))]
	if !ok {
		return "", "run the project, or choose another --seq_no", errors.New(path + " has not been built in this seq no")
	}
	suffix := map[string]string{model.ChildEdges: "_internal_edges", model.ChildIDEdges: "_internal_id_edges", model.ChildMappings: "_internal_mapping",
		model.ChildDelta: "_internal_id_clusters_delta"}[child]
	if s, is := node.(*model.Stitcher); is && child == model.ChildAudit {
		suffix = lower.AuditSuffix(s)
	}
	if child != "" && suffix == "" {
		return "", "read " + string(node.Addr()) + " instead", errors.New(path + " is made inside of other statements and not kept")
	}
	name = material.Fit(b.Name+suffix, dialect.LongestName(n.d))
	if !contains(b.Objects, name) {
		return "", "", errors.New(path + " has not been built in this seq no")
	}
	return n.d.Object(rel.Named(rel.Internal, name), n.env), "", nil
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if strings.EqualFold(x, s) {
			return true
		}
	}
	return false
}

// Diagnose turns an error of running the query into a diagnostic at what was typed.
func (q Query) Diagnose(err error) diag.Diagnostic {
	d := run.Explain(err, "query")
	d.Message = strings.TrimPrefix(d.Message, "query: ")
	if d.Code == diag.WStatement {
		d.Code = diag.WQuery
	}
	var sq *run.SQLError
	if errors.As(err, &sq) && sq.Offset >= 0 {
		d.At = q.Text.Origin(sq.Offset, sq.Offset+1)
	}
	return d
}
