package project

import (
	"context"

	"kith/internal/lower"
	"kith/internal/rel"
	"kith/internal/run"
)

// Read reads a published object whole, in an order that depends on its rows only. Close the rows when done.
func (w *Work) Read(ctx context.Context, c *Compiled, p *lower.Published) (run.Rows, error) {
	object := rel.Named(rel.Target, p.Name)
	q := &rel.Select{From: rel.Source{Rel: &rel.Table{Object: object}, Alias: "p"}, Items: []rel.Item{{Star: true, Of: "p"}}}
	t, ok, err := w.Conn.Table(object)
	if err != nil {
		return nil, err
	}
	for i, col := range t.Columns {
		if ok && i < orderedColumns {
			q.OrderBy = append(q.OrderBy, rel.Order{Expr: rel.C("p", col.Name), NullsLast: true})
		}
	}
	text, diags := c.Dialect.Query(q, c.Settings.Env)
	if diags.HasErrors() {
		return nil, errorOf(diags)
	}
	return w.Conn.Query(ctx, text.S)
}

// orderedColumns is how many columns decide the order: the main id, and in a graph the id and its type.
const orderedColumns = 3
