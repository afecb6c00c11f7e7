package lint

import (
	"kith/internal/diag"
	"kith/internal/model"
	"kith/internal/source"
	"kith/internal/sqltext"
)

// stars finds SQL models kept as tables that select every column there is and that features are made from: a column that is
// added or renamed upstream changes the table unseen, and no column of it can be checked before a run.
func stars(p *pass) {
	reads := map[model.Node]bool{}
	for _, c := range p.g.Cohorts {
		for _, v := range c.Vars {
			if v.From != nil {
				reads[v.From] = true
			}
		}
	}
	for _, m := range p.g.SQL {
		if m.Output != model.AsTable || m.Query == nil || m.Query.Opaque || m.Query.Facts.Outputs != nil || len(m.Features) == 0 && !reads[m] {
			continue
		}
		if at, ok := outerStar(m.Query); ok {
			p.Warnf(diag.LStar, at, "the table of %s has whatever columns its source has on the day, and features are made from it", m.Name).
				WithFix("name the columns that are used")
		}
	}
}

// outerStar finds a star among what a query selects, outside of brackets.
func outerStar(t *sqltext.Tree) (at source.Span, ok bool) {
	before := "" // the piece before, "" for one that is no text
	for _, n := range t.Nodes {
		v, isText := n.(*sqltext.Verbatim)
		if !isText {
			before = ""
			continue
		}
		pieces(v.Text, func(piece source.Text) {
			if piece.S == "*" && starts[before] && !ok {
				at, ok = piece.Span(), true
			}
			before = lower(piece.S)
		})
	}
	return at, ok
}

// starts are the pieces after which a star stands for columns and does not multiply.
var starts = set("select", "distinct", "all", ",", ".")
