package project

import (
	"context"
	"errors"
	"path/filepath"

	"kith/internal/diag"
	"kith/internal/dialect"
	"kith/internal/run"
	"kith/internal/siteconfig"
	"kith/internal/source"
)

// Warehouse is a type of warehouse that this binary can open.
type Warehouse struct {
	// Type is the word in the site configuration, Dialect the name of the dialect it speaks.
	Type, Dialect string
	// Open connects. Errors of the engine are *run.SQLError.
	Open func(ctx context.Context, out siteconfig.Output, opt Access) (run.Conn, error)
}

// Access is how a connection is opened.
type Access struct {
	// InternalSchema is kith's own schema.
	InternalSchema string
	// Holder says who holds the warehouse, for whoever finds it in use.
	Holder string
	// ReadOnly opens what is there without the right to change it. Engines of many clients may ignore it.
	ReadOnly bool
	// Look takes a database file that does not exist for an empty warehouse, which is kept in memory: nothing is made.
	Look bool
	// Concurrency is how many steps will run at once; engines of many connections open as many.
	Concurrency int
	// ShowValues lets the values of rows appear in error messages.
	ShowValues bool
}

// Target is where a project runs.
type Target struct {
	siteconfig.Output
	Warehouse *Warehouse
	// InternalSchema is kith's own schema beside the schema of the output.
	InternalSchema string
}

// Env is where objects live, for the dialects.
func (t Target) Env() dialect.Env {
	return dialect.Env{TargetSchema: t.Schema, InternalSchema: t.InternalSchema}
}

// Place says in a few words where the warehouse is: a file's path, or type and schema. It holds no secret.
func (t Target) Place() string {
	switch {
	case t.DuckDB != nil:
		return t.DuckDB.Path
	case t.Postgres != nil:
		return t.Postgres.Address() + "/" + t.Postgres.Database
	}
	return t.Type
}

// Find looks the project's connection up in a site configuration. path "" is the usual place, where a missing file is no
// mistake; target "" is the connection's own. With errors in the list the target is at most its type.
func (p *Project) Find(path, target string) (Target, diag.List) {
	given := path != ""
	if !given {
		path = siteconfig.DefaultPath()
	}
	file, diags := siteconfig.Load(path, given)
	if diags.HasErrors() {
		return Target{}, diags
	}
	connection := p.Spec.Connection
	out, more := file.Resolve(siteconfig.Request{Connection: connection, Target: target, Project: p.Spec.Root})
	diags.Add(more)
	if out.Default && target != "" && target != siteconfig.DefaultTarget {
		diags.Errorf(diag.SiteUnknownTarget, connection.Span, "no site configuration has connection %q with a target %q", connection.Value, target).
			WithFix("add it with kith init connection --name %s -t %s, or leave out -t to use the embedded warehouse", connection.Value, target)
	}
	if diags.HasErrors() {
		return Target{Output: siteconfig.Output{Type: out.Type}}, diags
	}
	return p.at(out), diags
}

// Embedded is the target that needs no configuration: the warehouse in the project's folder.
func (p *Project) Embedded() Target {
	var none *siteconfig.File
	out, _ := none.Resolve(siteconfig.Request{Connection: p.Spec.Connection, Project: p.Spec.Root})
	return p.at(out)
}

func (p *Project) at(out siteconfig.Output) Target {
	t := Target{Output: out, InternalSchema: out.Schema + internalSuffix}
	for i := range p.Leaves.Warehouses {
		if p.Leaves.Warehouses[i].Type == out.Type {
			t.Warehouse = &p.Leaves.Warehouses[i]
		}
	}
	return t
}

// Openable reports a target of a type that this binary cannot open. Such a target can be compiled for, if its dialect is
// known, but not be connected to.
func (t Target) Openable() diag.List {
	var diags diag.List
	if t.Warehouse == nil {
		diags.Errorf(diag.SiteUnknownType, t.At, "this kith cannot open warehouses of type %s", t.Type).
			WithFix("choose another target with -t, or compile without the warehouse: --assume_all_inputs_exist")
	}
	return diags
}

// ErrNothingBuilt is returned by Connect for reading when there is no warehouse yet.
var ErrNothingBuilt = errors.New("nothing has been built yet")

// Connect opens the warehouse of a target.
func (t Target) Connect(ctx context.Context, opt Access) (run.Conn, error) {
	opt.InternalSchema = t.InternalSchema
	if opt.ReadOnly && t.DuckDB != nil {
		if !exists(t.DuckDB.Path) {
			return nil, ErrNothingBuilt
		}
	}
	if opt.Look && t.DuckDB != nil && !exists(t.DuckDB.Path) {
		inMemory := *t.DuckDB
		inMemory.Path = ":memory:"
		t.DuckDB = &inMemory
	}
	return t.Warehouse.Open(ctx, t.Output, opt)
}

// DiagnoseConnection turns the error of opening a warehouse into a diagnostic at the place of its configuration.
func (t Target) DiagnoseConnection(err error) diag.Diagnostic {
	d := run.Explain(err, "cannot open the warehouse")
	d.Message = "cannot open the warehouse: " + err.Error()
	if d.At.IsZero() {
		d.At = t.At
	}
	d.Private = true
	if d.Code == diag.WLocked {
		d.At, d.Fix = source.Span{}, ""
	}
	return d
}

// Trouble is an error of working in the warehouse outside of any step, at the place of its configuration.
func (t Target) Trouble(err error, title string) diag.Diagnostic {
	d := run.Explain(err, title)
	if d.At.IsZero() {
		d.At, d.Private = t.At, true
	}
	return d
}

// Relative is a path as seen from the working directory when that is shorter, for messages.
func Relative(path, dir string) string {
	r, err := filepath.Rel(dir, path)
	if err != nil || len(r) >= len(path) {
		return path
	}
	return r
}
