package lint

import (
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
		if c := sqltext.SingleCall(t.tree); c != nil && counting[c.Name] {
			p.Warnf(diag.LCountDefault, v.Span, "var %s is NULL, not 0, for every %s without a row in %s", v.Name, v.Cohort.Entity.Name, v.From.Addr()).
				WithAlso(c.NameText.Span(), "it counts rows").WithFix("add default_value: 0")
		}
	}
}
