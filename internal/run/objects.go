package run

import (
	"context"
	"strings"
	"sync"

	"kith/internal/rel"
)

// objects are the names of tables and views in the internal schema, read once and kept up to date by what the run makes. A
// name may stay in it after a drop: it is asked about only to save questions to the catalog.
type objects struct {
	mu    sync.Mutex
	names map[string]bool
}

// readObjects lists the internal schema by the standard's own catalog, which every engine has.
func (r *Registry) readObjects(ctx context.Context) (*objects, error) {
	tables := rel.Object{Space: rel.External, Parts: []rel.Ident{{Name: "information_schema"}, {Name: "tables"}}}
	rows, err := r.rows(ctx, &rel.Select{From: rel.Source{Rel: &rel.Table{Object: tables}, Alias: "t"},
		Where: []rel.Expr{rel.Eq(rel.F(rel.Lower, rel.C("t", "table_schema")), rel.S(strings.ToLower(r.Env.InternalSchema)))},
		Items: []rel.Item{{Expr: rel.C("t", "table_name"), As: "table_name"}}})
	if err != nil {
		return nil, err
	}
	o := &objects{names: map[string]bool{}}
	for _, row := range rows {
		if s, ok := row[0].(string); ok {
			o.names[strings.ToLower(s)] = true
		}
	}
	return o, nil
}

func (o *objects) has(x rel.Object) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.names[strings.ToLower(x.Name())]
}

func (o *objects) add(x rel.Object) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.names[strings.ToLower(x.Name())] = true
}
