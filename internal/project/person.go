package project

import (
	"context"
	"strings"

	"kith/internal/catalog"
	"kith/internal/diag"
	"kith/internal/model"
	"kith/internal/rel"
)

// Person is an instance of an entity that an id was looked up for: its ids and its features. It holds values of rows, which
// the user asked for.
type Person struct {
	Entity string `json:"entity"`
	MainID string `json:"mainId"`
	IDs    []ID   `json:"ids"`
	// Features are the columns of the feature view by main id, in its order; none when the view was not built.
	Features []Feature `json:"features"`
}

// ID is an id of a Person.
type ID struct {
	Type  string `json:"type"`
	Value string `json:"value"`
}

// Feature is a feature of a Person.
type Feature struct {
	catalog.Column `json:"-"`
	Name           string `json:"name"`
	Value          any    `json:"value"`
}

// The columns of an identity graph beside the main id.
const (
	graphID   = "other_id"
	graphType = "other_id_type"
)

// Lookup finds who an id belongs to in what was built at a moment: in the graph of every entity, or of the one named. An id
// that is nobody's as it is typed is looked for without regard to letter case. It returns nobody when there is none.
func (w *Work) Lookup(ctx context.Context, m Moment, id, entity string) ([]*Person, diag.List, error) {
	g, materials, diags, err := w.built(ctx, m, entity)
	if err != nil || diags.HasErrors() {
		return nil, diags, err
	}
	l := &lookup{ctx: ctx, w: w, m: m, built: map[string]rel.Object{}}
	for key, b := range materials {
		l.built[key] = rel.Named(rel.Internal, b.Name)
	}
	var out []*Person
	for _, e := range g.Entities {
		if entity != "" && !strings.EqualFold(entity, e.Name) {
			continue
		}
		people, err := l.entity(e, id)
		if err != nil {
			return nil, diags, err
		}
		out = append(out, people...)
	}
	return out, diags, nil
}

// lookup is the work of Lookup.
type lookup struct {
	ctx   context.Context
	w     *Work
	m     Moment
	built map[string]rel.Object // by address, in lower case
}

func (l *lookup) rows(q rel.Rel) ([][]any, error) {
	s := l.w.Settings(l.m)
	return l.w.rows(l.ctx, q, l.w.Registry.Dialect, s.Env)
}

func (l *lookup) entity(e *model.Entity, id string) ([]*Person, error) {
	if e.Stitcher == nil {
		return nil, nil
	}
	graph, ok := l.built[e.Stitcher.Address.Key()]
	if !ok {
		return nil, nil
	}
	mains, err := l.mains(graph, e, id)
	if err != nil {
		return nil, err
	}
	var out []*Person
	for _, main := range mains {
		p := &Person{Entity: e.Name, MainID: main, IDs: []ID{}, Features: []Feature{}}
		if err := l.ids(p, graph, e.IDColumn); err != nil {
			return nil, err
		}
		if err := l.features(p, e); err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, nil
}

// mains are the main ids that an id belongs to: more than one when values of several types are the same. An id of a type with
// normalisers is found by what they make of it.
func (l *lookup) mains(graph rel.Object, e *model.Entity, id string) ([]string, error) {
	main := rel.C("g", e.IDColumn)
	fold := func(x rel.Expr) rel.Expr { return rel.F(rel.Lower, x) }
	exact := []rel.Expr{rel.Eq(rel.C("g", graphID), rel.S(id)), rel.Eq(main, rel.S(id))}
	for _, t := range e.IDTypes {
		if v, ok := t.Normal(id); ok && v != id {
			exact = append(exact, rel.And(rel.Eq(rel.C("g", graphType), rel.S(t.Name)), rel.Eq(rel.C("g", graphID), rel.S(v))))
		}
	}
	folded := []rel.Expr{rel.Eq(fold(rel.C("g", graphID)), rel.S(strings.ToLower(id))), rel.Eq(fold(main), rel.S(strings.ToLower(id)))}
	for _, conds := range [][]rel.Expr{exact, folded} {
		rows, err := l.rows(&rel.Select{From: rel.Source{Rel: &rel.Table{Object: graph}, Alias: "g"}, Distinct: true,
			Where: []rel.Expr{rel.Or(conds...)}, Items: []rel.Item{{Expr: main, As: e.IDColumn}},
			OrderBy: []rel.Order{{Expr: main, NullsLast: true}}})
		if err != nil {
			return nil, err
		}
		var out []string
		for _, row := range rows {
			if s, ok := row[0].(string); ok {
				out = append(out, s)
			}
		}
		if len(out) > 0 {
			return out, nil
		}
	}
	return nil, nil
}

func (l *lookup) ids(p *Person, graph rel.Object, main string) error {
	typ, value := rel.C("g", graphType), rel.C("g", graphID)
	rows, err := l.rows(&rel.Select{From: rel.Source{Rel: &rel.Table{Object: graph}, Alias: "g"},
		Where:   []rel.Expr{rel.Eq(rel.C("g", main), rel.S(p.MainID))},
		Items:   []rel.Item{{Expr: typ, As: graphType}, {Expr: value, As: graphID}},
		OrderBy: []rel.Order{{Expr: typ, NullsLast: true}, {Expr: value, NullsLast: true}}})
	for _, row := range rows {
		var id ID
		id.Type, _ = row[0].(string)
		id.Value, _ = row[1].(string)
		p.IDs = append(p.IDs, id)
	}
	return err
}

func (l *lookup) features(p *Person, e *model.Entity) error {
	view, ok := l.built[e.Root.Address.Child("feature_view").Key()]
	if !ok {
		return nil
	}
	t, ok, err := l.w.Conn.Table(view)
	if err != nil || !ok {
		return err
	}
	rows, err := l.rows(&rel.Select{From: rel.Source{Rel: &rel.Table{Object: view}, Alias: "v"},
		Where: []rel.Expr{rel.Eq(rel.C("v", e.IDColumn), rel.S(p.MainID))}, Items: []rel.Item{{Star: true, Of: "v"}}})
	if err != nil || len(rows) == 0 {
		return err
	}
	for i, c := range t.Columns {
		if i < len(rows[0]) && !strings.EqualFold(c.Name, e.IDColumn) {
			p.Features = append(p.Features, Feature{Column: c, Name: c.Name, Value: rows[0][i]})
		}
	}
	return nil
}
