package lint

import (
	"fmt"

	"kith/internal/diag"
	"kith/internal/model"
	"kith/internal/source"
	"kith/internal/sqltext"
)

var counting = set("count", "count_if", "countif", "count_star", "approx_count_distinct", "approx_distinct", "hll")

// manyCounts is from how many counts without a default on one says it for all: a project that has so many has decided so.
const manyCounts = 5

// countDefaults finds counts that are NULL, not 0, for whoever has no row at all.
func countDefaults(p *pass) {
	var found []*model.EntityVar
	at := map[*model.EntityVar]source.Span{}
	for _, t := range p.texts {
		v, ok := t.owner.(*model.EntityVar)
		if !ok || t.what != "select" || v.From == nil || v.Window != nil || v.Default != nil {
			continue
		}
		if c := sqltext.SingleCall(t.tree); c != nil && counting[c.Name] {
			found, at[v] = append(found, v), c.NameText.Span()
		}
	}
	others := ""
	if len(found) >= manyCounts {
		others = fmt.Sprintf("; so are %d more counts of what they count", len(found)-1)
		found = found[:1]
	}
	for _, v := range found {
		p.Warnf(diag.LCountDefault, v.Span, "var %s is NULL, not 0, for every %s without a row in %s%s", v.Name, v.Cohort.Entity.Name, v.From.Addr(), others).
			WithAlso(at[v], "it counts rows").WithFix("add default_value: 0")
	}
}
