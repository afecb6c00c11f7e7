package lint

import (
	"strings"

	"kith/internal/diag"
	"kith/internal/model"
	"kith/internal/sqltext"
)

var counting = set("count", "count_if", "countif", "count_star", "approx_count_distinct", "approx_distinct", "hll")

// countDefaults finds counts that are NULL, not 0, for whoever has no row at all.
func countDefaults(p *pass) {
	for _, t := range p.texts {
		v, ok := t.owner.(*model.EntityVar)
		if !ok || t.what != "select" || v.From == nil || v.Window != nil || v.Default != nil {
			continue
		}
		if c := onlyCall(t.tree); c != nil && counting[c.Name] {
			p.Warnf(diag.LCountDefault, v.Span, "var %s is NULL, not 0, for every %s without a row in %s", v.Name, v.Cohort.Entity.Name, v.From.Addr()).
				WithAlso(c.NameText.Span(), "it counts rows").WithFix("add default_value: 0")
		}
	}
}

// onlyCall is the call that a text consists of, nil when there is more to it.
func onlyCall(t *sqltext.Tree) *sqltext.Call {
	var call *sqltext.Call
	for _, n := range t.Nodes {
		switch n := n.(type) {
		case *sqltext.Call:
			if call != nil {
				return nil
			}
			call = n
		case *sqltext.Verbatim:
			if strings.TrimSpace(n.Text.S) != "" {
				return nil
			}
		default:
			return nil
		}
	}
	return call
}
