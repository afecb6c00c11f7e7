package run

import (
	"context"

	"kith/internal/catalog"
	"kith/internal/rel"
)

// publishSlots shows a publication by moving one pointer. Every name is a view over two slots, views of the internal schema
// over materials, and shows the rows of the slot that the state points at. The other slot is what the next publish writes,
// for every name of the book: those that keep their material get the same one, since the pointer moves for all.
func (r *Registry) publishSlots(ctx context.Context, p *publication) error {
	if err := r.exec(ctx, p.adopt()); err != nil {
		return err
	}
	slot := "a"
	if p.from.slot == "a" {
		slot = "b"
	}
	var slots rel.Program
	gates := &rel.Publish{}
	alone := &rel.Publish{}
	for _, n := range append(p.stay(), p.put...) {
		now, err := r.material(n)
		if err != nil {
			return err
		}
		old, err := r.shown(n, p.from)
		if err != nil {
			return err
		}
		for _, c := range now {
			if was, ok := column(old, c.Name); ok && was.Type != c.Type {
				return &Shape{Name: n.Name, Column: c.Name, Old: was.Type, New: c.Type}
			}
		}
		slots = append(slots, &rel.Let{Out: slotOf(n, slot), Kind: rel.MakeView, Body: n.view().Body})
		g := gate{name: n, slot: slot, now: now, old: old, before: p.from.slot}
		gates.Views = append(gates.Views, g.view())
		g.old = nil
		alone.Views = append(alone.Views, g.view())
	}
	if err := r.exec(ctx, slots); err != nil {
		return err
	}
	// Each gate shows what it showed before, by itself: they need not change together.
	stmts, err := r.print(rel.Program{gates})
	if err != nil {
		return err
	}
	book, err := p.next.write()
	if err != nil {
		return err
	}
	x := &executor{conn: r.Conn, progress: func(string) {}}
	if err := x.all(ctx, stmts); err != nil {
		return err
	}
	if err := r.exec(ctx, book); err != nil {
		return err
	}
	move, err := r.print(rel.Program{r.advance(p, slot)})
	if err != nil {
		return err
	}
	list, err := changes(r.Conn, move)
	if err != nil {
		return err
	}
	if err := r.commit(ctx, p, list); err != nil {
		return err
	}
	// Nobody sees the other slot any more: what it shows may be cleaned up.
	if stmts, err = r.print(rel.Program{alone}); err != nil {
		return err
	}
	if err := x.all(ctx, stmts); err != nil {
		return err
	}
	if err := r.exec(ctx, p.latest()); err != nil {
		return err
	}
	return r.tidy(ctx, p)
}

// slotOf is the view of a slot under a name.
func slotOf(n Name, slot string) rel.Object { return rel.Named(rel.Internal, n.Name+"__slot_"+slot) }

// shown returns the columns of what readers see of a name; nil when it is new.
func (r *Registry) shown(n Name, from *Book) ([]catalog.Column, error) {
	if _, ok := from.Name(n.Name); !ok || from.slot == "" {
		return nil, nil
	}
	t, _, err := r.Conn.Table(slotOf(n, from.slot))
	return t.Columns, err
}

// gate is the view that readers of a name see.
type gate struct {
	name         Name
	slot, before string // of the new and of the present rows
	now, old     []catalog.Column
}

// view shows the rows of the slot that the state points at, with the columns of both slots: the new ones first.
func (g *gate) view() rel.PublishedView {
	columns := append([]catalog.Column{}, g.now...)
	for _, c := range g.old {
		if _, ok := column(g.now, c.Name); !ok {
			columns = append(columns, c)
		}
	}
	v := g.name.view()
	v.Table = false
	v.Body = g.rows(g.slot, columns, g.now)
	if g.old != nil {
		v.Body = &rel.Union{All: true, Rels: []rel.Rel{v.Body, g.rows(g.before, columns, g.old)}}
	}
	return v
}

func (g *gate) rows(slot string, columns, has []catalog.Column) rel.Rel {
	pointer := &rel.Select{From: rel.Source{Rel: &rel.Table{Object: stateTable}, Alias: "p"}, Items: []rel.Item{{Expr: rel.C("p", "slot"), As: "slot"}}}
	sel := &rel.Select{From: rel.Source{Rel: &rel.Table{Object: slotOf(g.name, slot)}, Alias: "m"},
		Where: []rel.Expr{rel.Eq(&rel.Scalar{Rel: pointer}, rel.S(slot))}}
	for _, c := range columns {
		if _, ok := column(has, c.Name); ok {
			sel.Items = append(sel.Items, rel.Item{Expr: rel.C("m", c.Name), As: c.Name})
		} else {
			sel.Items = append(sel.Items, rel.Item{Expr: rel.Null(), As: c.Name})
		}
	}
	return sel
}
