package project

import (
	"kith/internal/catalog"
	"kith/internal/dialect"
	"kith/internal/lower"
	"kith/internal/rel"
)

// Sources tells lower which columns of a table are texts that must be made to compare by their bytes. It is nil where texts do so by
// themselves, or where there is no warehouse to ask.
func Sources(d dialect.Dialect, c catalog.Catalog) func(rel.Object) []lower.SourceColumn {
	if c == nil || !dialect.Collates(d, "text") {
		return nil
	}
	return func(o rel.Object) []lower.SourceColumn {
		t, ok, err := c.Table(o)
		if err != nil || !ok {
			return nil // whoever reads the table says why
		}
		var out []lower.SourceColumn
		for _, col := range t.Columns {
			out = append(out, lower.SourceColumn{Name: col.Name, Text: dialect.Collates(d, col.Type)})
		}
		return out
	}
}
