package lint

import (
	"strings"

	"kith/internal/diag"
	"kith/internal/model"
	"kith/internal/source"
)

// bareDefaults finds defaults that look like words and are read as columns: default_value is SQL, so text needs quotes of
// its own inside those of YAML.
func bareDefaults(p *pass) {
	for _, t := range p.texts {
		if t.what != "default_value" {
			continue
		}
		var cohort *model.Cohort
		var from model.Source
		switch n := t.owner.(type) {
		case *model.EntityVar:
			cohort = n.Cohort
		case *model.InputVar:
			from = n.Of
		}
		for _, c := range t.tree.Columns() {
			name := c.Parts[len(c.Parts)-1]
			if from != nil && !t.isWhole(c.Text) || cohort != nil && (cohort.Find(name) != nil || strings.EqualFold(name, cohort.Entity.IDColumn)) {
				continue // a column of the row, or another var
			}
			p.Warnf(diag.LBareDefault, c.Text.Span(), "%s is read as the name of a column, not as text", c.Text.S).
				WithFix(`write "'%s'": SQL's quotes inside of YAML's`, strings.TrimSpace(t.tree.Rendered.Text.S))
			break
		}
	}
}

// isWhole reports whether a piece is all there is of the text.
func (t text) isWhole(piece source.Text) bool {
	return strings.TrimSpace(t.tree.Rendered.Text.S) == piece.S
}
