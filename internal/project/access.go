package project

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"kith/internal/model"
	"kith/internal/rel"
	"kith/internal/run"
)

// Check is one thing that a project must be allowed to do.
type Check struct {
	// What is the thing in words ("read inputs/orders"), Object what it is done to.
	What   string `json:"what"`
	Object string `json:"object"`
	OK     bool   `json:"ok"`
	// Optional tells that a run goes on without it.
	Optional bool   `json:"optional,omitempty"`
	Problem  string `json:"problem,omitempty"`
	Fix      string `json:"fix,omitempty"`
}

// CheckAccess tries everything that a run needs: to read every input, to make tables and views in both schemas. emit gets
// each check as it is done.
func (w *Work) CheckAccess(ctx context.Context, g *model.Graph, emit func(Check)) error {
	for _, in := range g.Inputs {
		c := w.readable(ctx, in)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		emit(c)
	}
	for _, s := range []struct {
		space rel.Space
		name  string
	}{{rel.Target, w.Target.Schema}, {rel.Internal, w.Target.InternalSchema}} {
		c := w.writable(ctx, s.space, s.name)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		emit(c)
	}
	return nil
}

// readable tries to read an input: its file, or a row of its table.
func (w *Work) readable(ctx context.Context, in *model.Input) Check {
	c := Check{What: "read " + string(in.Address), Optional: in.Optional}
	if in.Format != model.FromTable {
		c.Object = Relative(in.Path, w.Project.Spec.Root)
		f, err := os.Open(in.Path)
		if err == nil {
			f.Close()
		}
		c.OK = err == nil
		switch {
		case errors.Is(err, os.ErrNotExist):
			c.Problem, c.Fix = "there is no such file", "put the file there, or correct the path of the input"
		case err != nil:
			c.Problem, c.Fix = "the file may not be read", "give yourself the right to read it"
		}
		return c
	}
	o := InputTable(in)
	c.Object = w.Registry.Dialect.Object(o, w.Registry.Env)
	t, ok, err := w.Conn.Table(o)
	if err == nil && ok {
		err = w.readOne(ctx, t.Object)
	}
	switch {
	case err != nil:
		c.Problem = err.Error()
		c.Fix = w.grantsOr(w.readGrants(ctx, o), "SELECT on "+c.Object)
	case !ok:
		c.Problem = "there is no table or view of that name, or it may not be seen"
		c.Fix = "correct the table of the input, load it with kith seed"
		if w.Target.Type != "duckdb" {
			c.Fix += ", or " + w.grant("SELECT on "+c.Object)
		}
	default:
		c.OK = true
	}
	return c
}

// readOne reads at most a row.
func (w *Work) readOne(ctx context.Context, o rel.Object) error {
	_, err := w.rows(ctx, &rel.Select{From: rel.Source{Rel: &rel.Table{Object: o}, Alias: "t"},
		Items: []rel.Item{{Expr: rel.I(1), As: "one"}}, Limit: 1}, w.Registry.Dialect, w.Registry.Env)
	return err
}

// writable makes a table and a view in a schema and takes them away again.
func (w *Work) writable(ctx context.Context, space rel.Space, schema string) Check {
	c := Check{What: "create tables and views", Object: "schema " + schema}
	name := fmt.Sprintf("kith_access_check_%d", os.Getpid())
	table, view := rel.Named(space, name), rel.Named(space, name+"_view")
	one := &rel.Values{Columns: []rel.Column{{Name: "one", Type: rel.BigInt}}, Rows: [][]rel.Expr{{rel.I(1)}}}
	make := rel.Program{
		&rel.Let{Out: table, Body: one},
		&rel.Insert{Into: table, Columns: []string{"one"}, Body: one},
		&rel.Let{Out: view, Kind: rel.MakeView, Body: &rel.Select{From: rel.Source{Rel: &rel.Table{Object: table}, Alias: "t"},
			Items: []rel.Item{{Expr: rel.C("t", "one"), As: "one"}}}},
	}
	err := w.Registry.Carry(ctx, make)
	// What was made goes again, in the order that leaves no view without its table, whatever became of the command.
	for _, drop := range []rel.Program{{&rel.Drop{Object: view}}, {&rel.Drop{Object: table}}} {
		if e := w.Registry.Carry(context.WithoutCancel(ctx), drop); err == nil {
			err = e
		}
	}
	if c.OK = err == nil; !c.OK {
		c.Problem = err.Error()
		c.Fix = w.grantsOr(w.writeGrants(ctx, schema), "USAGE and CREATE on schema "+schema)
		var sq *run.SQLError
		if w.Target.Type == "duckdb" && errors.As(err, &sq) && sq.Kind == "permission" {
			c.Fix = "make the file " + w.Target.Place() + " writable"
		}
	}
	return c
}

// granter is asked of a connection that knows which privileges are missing.
type granter interface {
	// ReadGrants returns the statements that give the right to read a table.
	ReadGrants(ctx context.Context, o rel.Object) ([]string, error)
	// WriteGrants returns the statements that give the right to make tables and views in a schema.
	WriteGrants(ctx context.Context, schema string) ([]string, error)
}

func (w *Work) readGrants(ctx context.Context, o rel.Object) []string {
	if g, ok := w.Conn.(granter); ok {
		list, _ := g.ReadGrants(ctx, o) // the problem itself is told already
		return list
	}
	return nil
}

func (w *Work) writeGrants(ctx context.Context, schema string) []string {
	if g, ok := w.Conn.(granter); ok {
		list, _ := g.WriteGrants(ctx, schema)
		return list
	}
	return nil
}

// grantsOr is the exact statements that are missing, else in words what to ask for.
func (w *Work) grantsOr(statements []string, what string) string {
	if len(statements) == 0 {
		return w.grant(what)
	}
	return "have an administrator run: " + strings.Join(statements, "; ")
}

// grant is what to ask an administrator for.
func (w *Work) grant(what string) string {
	if w.Target.Type == "duckdb" {
		return "look at the file " + w.Target.Place()
	}
	return "ask for GRANT " + what + " to the user of the connection"
}

// InputTable is the table of an input.
func InputTable(in *model.Input) rel.Object {
	o := rel.Object{Space: rel.External, Span: in.TableAt, Written: true}
	for _, p := range in.Table {
		o.Parts = append(o.Parts, rel.Ident{Name: p.Name, Quoted: p.Quoted})
	}
	if len(o.Parts) == 1 { // a bare name means the connection's own schema
		o.Space = rel.Target
	}
	return o
}
