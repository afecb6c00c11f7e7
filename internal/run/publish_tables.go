package run

import (
	"context"
	"fmt"
	"strings"

	"kith/internal/catalog"
	"kith/internal/rel"
)

// Shape is the error of a publish into tables that stay, when a column has another type than before: no engine that needs
// this strategy changes it without a moment in which readers see something else.
type Shape struct {
	Name, Column, Old, New string
}

// Error says what to do.
func (e *Shape) Error() string {
	return fmt.Sprintf("column %s of %s is %s now and %s in the published table, which cannot change in one step: drop the table, or rename the column",
		e.Column, e.Name, e.New, e.Old)
}

// publishTables fills the tables of a publication anew, writes the book and moves the state in one transaction. Tables and
// columns that are not there are made before it, empty: readers see nothing of the new run in them. Columns that the new
// run does not have stay, NULL in every row.
func (r *Registry) publishTables(ctx context.Context, p *publication) error {
	if err := r.exec(ctx, p.adopt()); err != nil {
		return err
	}
	program := rel.Program{r.advance(p, "")}
	for _, n := range p.put {
		columns, err := r.widen(ctx, n)
		if err != nil {
			return err
		}
		body := &rel.Select{From: rel.Source{Rel: &rel.Table{Object: n.object()}, Alias: "m"}}
		for _, c := range columns {
			body.Items = append(body.Items, rel.Item{Expr: rel.C("m", c), As: c})
		}
		target := rel.Named(rel.Target, n.Name)
		program = append(program,
			&rel.Delete{Into: target, Where: []rel.Expr{rel.Eq(rel.I(1), rel.I(1))}},
			&rel.Insert{Into: target, Columns: columns, Body: body})
	}
	book, err := p.next.write()
	if err != nil {
		return err
	}
	stmts, err := r.print(append(append(program, book...), p.latest()...))
	if err != nil {
		return err
	}
	list, err := changes(r.Conn, stmts)
	if err != nil {
		return err
	}
	if err := r.commit(ctx, p, list); err != nil {
		return err
	}
	return r.tidy(ctx, p)
}

// tidy drops what a publish took out of the book, and makes what is beside it. The publish has happened: what fails here is
// done by the next one.
func (r *Registry) tidy(ctx context.Context, p *publication) error {
	var program rel.Program
	for _, n := range p.gone {
		program = append(program, &rel.Drop{Object: rel.Named(rel.Target, n.Name)})
	}
	if err := r.exec(ctx, program); err != nil {
		return err
	}
	x := &executor{conn: r.Conn, progress: func(string) {}}
	return x.all(ctx, p.aside)
}

// widen makes the table of a name hold the columns of its material, and returns those.
func (r *Registry) widen(ctx context.Context, n Name) ([]string, error) {
	now, err := r.material(n)
	if err != nil {
		return nil, err
	}
	var columns []string
	for _, c := range now {
		columns = append(columns, c.Name)
	}
	target := rel.Named(rel.Target, n.Name)
	old, ok, err := r.Conn.Table(target)
	if err != nil {
		return nil, err
	}
	if !ok || old.View {
		empty := &rel.Select{From: rel.Source{Rel: &rel.Table{Object: n.object()}, Alias: "m"}, Items: []rel.Item{{Star: true, Of: "m"}},
			Where: []rel.Expr{rel.Eq(rel.I(1), rel.I(0))}}
		return columns, r.exec(ctx, rel.Program{&rel.Let{Out: target, Body: empty, Comment: n.Comment, ColumnComments: n.Columns}})
	}
	var program rel.Program
	for _, c := range now {
		was, ok := column(old.Columns, c.Name)
		switch {
		case !ok:
			program = append(program, &rel.AddColumn{Table: target, Column: rel.Column{Name: c.Name}, Type: c.Type})
		case was.Type != c.Type:
			return nil, &Shape{Name: n.Name, Column: c.Name, Old: was.Type, New: c.Type}
		}
	}
	return columns, r.exec(ctx, program)
}

// material returns the columns of what stands behind a name.
func (r *Registry) material(n Name) ([]catalog.Column, error) {
	t, ok, err := r.Conn.Table(n.object())
	if err == nil && !ok {
		err = &Gone{Names: []Name{n}}
	}
	return t.Columns, err
}

func column(list []catalog.Column, name string) (catalog.Column, bool) {
	for _, c := range list {
		if strings.EqualFold(c.Name, name) {
			return c, true
		}
	}
	return catalog.Column{}, false
}
