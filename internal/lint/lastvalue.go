package lint

import (
	"kith/internal/diag"
	"kith/internal/model"
	"kith/internal/sqltext"
)

// lastValue finds last_value with an order and without a frame. The default frame of SQL ends at the current row, so that
// the "last" value is that of the row itself. In a var kith puts the whole frame there; in the user's own queries it changes
// nothing.
func lastValue(p *pass) {
	for _, t := range p.texts {
		var block *model.Window
		switch n := t.owner.(type) {
		case *model.EntityVar:
			block = n.Window
		case *model.InputVar:
			block = n.Window
		}
		calls(t.tree, func(c *sqltext.Call, inside bool) {
			if c.Name != "last_value" && c.Name != "nth_value" {
				return
			}
			switch {
			case inside && c.Over != nil && unframed(c.Over):
				p.Warnf(diag.LLastValue, c.NameText.Span(), "%s without a frame looks no further than the current row", c.Name).
					WithFix("add ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING to its OVER, or take first_value in the opposite order")
			case !inside && c.Over != nil && unframed(c.Over),
				!inside && c.Over == nil && block != nil && len(block.OrderBy) > 0 && block.Frame.S == "":
				p.Notef(diag.LLastValue, c.NameText.Span(), "%s has no frame; here, in a var, it is taken over the whole window", c.Name).
					WithFix("write frame_clause: rows between unbounded preceding and unbounded following, to say so")
			}
		})
	}
}

// unframed reports a window with an order and no frame.
func unframed(o *sqltext.Over) bool {
	if len(o.OrderBy) == 0 || o.Frame.S != "" {
		return false
	}
	for _, term := range o.OrderBy {
		if term.Frame.S != "" {
			return false
		}
	}
	return true
}
