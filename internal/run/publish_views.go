package run

import (
	"context"
	"slices"

	"kith/internal/rel"
)

// publishViews replaces the views of a publication, writes the book and moves the state in one transaction.
func (r *Registry) publishViews(ctx context.Context, p *publication) error {
	views, locked := &rel.Publish{}, &rel.Lock{}
	var after rel.Program
	for _, n := range append(slices.Clone(p.put), p.gone...) {
		if _, there := p.from.Name(n.Name); there {
			locked.Objects = append(locked.Objects, rel.Named(rel.Target, n.Name))
		}
	}
	for _, n := range p.put {
		v := n.view()
		grows, err := r.grows(n)
		if err != nil {
			return err
		}
		v.Grows = grows
		views.Views = append(views.Views, v)
		if !grows {
			grants, err := r.grants(ctx, n)
			if err != nil {
				return err
			}
			after = append(after, grants...)
		}
	}
	program := append(append(rel.Program{r.advance(p, ""), locked}, p.adopt()...), views)
	if !p.forget {
		program = append(program, after...)
	}
	for _, n := range p.gone {
		program = append(program, &rel.Drop{Object: rel.Named(rel.Target, n.Name)})
	}
	book, err := p.next.write()
	if err != nil {
		return err
	}
	stmts, err := r.print(append(append(program, book...), p.latest()...))
	if err != nil {
		return err
	}
	list, err := changes(r.Conn, append(stmts, p.aside...))
	if err != nil {
		return err
	}
	return r.commit(ctx, p, list)
}

// Granting is asked of a connection: which roles may use an object, besides its owner, as the statements that let them.
type Granting interface {
	Grants(ctx context.Context, o rel.Object) ([]*rel.Grant, error)
}

// grants are those of what stands under a name, to be given again to what takes its place.
func (r *Registry) grants(ctx context.Context, n Name) (rel.Program, error) {
	g, ok := r.Conn.(Granting)
	if !ok {
		return nil, nil
	}
	list, err := g.Grants(ctx, rel.Named(rel.Target, n.Name))
	var out rel.Program
	for _, s := range list {
		out = append(out, s)
	}
	return out, err
}

// grows reports whether the view that stands under a name has the columns of the new one, in their order and of their types,
// and at most fewer of them. Engines that replace only such views keep what hangs on them then: grants, and views of others.
func (r *Registry) grows(n Name) (bool, error) {
	old, ok, err := r.Conn.Table(rel.Named(rel.Target, n.Name))
	if err != nil || !ok || !old.View {
		return false, err
	}
	now, ok, err := r.Conn.Table(n.object())
	if err != nil || !ok || len(old.Columns) > len(now.Columns) {
		return false, err
	}
	for i, c := range old.Columns {
		if now.Columns[i] != c {
			return false, nil
		}
	}
	return true, nil
}
