package project

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"kith/internal/diag"
	"kith/internal/model"
	"kith/internal/rel"
	"kith/internal/source"
)

// IDQuery is an id as it was asked for; Type is "" when it was not said.
type IDQuery struct{ Value, Type string }

// FindIDs looks ids up together, in the one graph that has all of them. What cannot be told apart is a diagnostic that says how to name it;
// ids that are not there get hints that show no other id.
func (w *Work) FindIDs(ctx context.Context, m Moment, entity string, asked ...IDQuery) ([]IDMatch, diag.List, error) {
	return w.findIDs(ctx, m, entity, func(*IDGraph, context.Context, string, string) ([]IDMatch, error) { return nil, nil }, asked...)
}

// findIDs is FindIDs with another way to find what the graphs have not.
func (w *Work) findIDs(ctx context.Context, m Moment, entity string, otherwise func(g *IDGraph, ctx context.Context, value, idType string) ([]IDMatch, error), asked ...IDQuery) ([]IDMatch, diag.List, error) {
	graphs, diags, err := w.IDGraphs(ctx, m, entity)
	if err != nil || diags.HasErrors() {
		return nil, diags, err
	}
	found := make([][]IDMatch, len(asked))
	for i, q := range asked {
		for _, g := range graphs {
			x, err := g.Find(ctx, q.Value, q.Type)
			if err != nil {
				return nil, nil, err
			}
			found[i] = append(found[i], x...)
		}
		for _, g := range graphs {
			if len(found[i]) > 0 {
				break
			}
			if found[i], err = otherwise(g, ctx, q.Value, q.Type); err != nil {
				return nil, nil, err
			}
		}
		if len(found[i]) == 0 {
			if err := w.missing(ctx, graphs, q, &diags); err != nil {
				return nil, nil, err
			}
		}
	}
	if diags.HasErrors() {
		return nil, diags, nil
	}
	inAll(found)
	var out []IDMatch
	for i, x := range found {
		if len(x) != 1 {
			ambiguous(asked[i], x, &diags)
			continue
		}
		out = append(out, x[0])
	}
	return out, diags, nil
}

// inAll leaves only what was found in graphs that have all of the ids, if there are any.
func inAll(found [][]IDMatch) {
	shared := func(g *IDGraph) bool {
		for _, x := range found {
			if !slices.ContainsFunc(x, func(m IDMatch) bool { return m.Graph == g }) {
				return false
			}
		}
		return true
	}
	for i := range found {
		kept := slices.DeleteFunc(slices.Clone(found[i]), func(m IDMatch) bool { return !shared(m.Graph) })
		if len(kept) > 0 {
			found[i] = kept
		}
	}
}

// ambiguous says what an id could be.
func ambiguous(q IDQuery, found []IDMatch, diags *diag.List) {
	var entities, types []string
	spellings := map[string]bool{}
	for _, x := range found {
		entities = append(entities, x.Graph.Entity.Name)
		if x.IsMain {
			types = append(types, "main id")
		} else {
			types = append(types, x.ID.Type)
		}
		spellings[x.ID.Value] = true
	}
	slices.Sort(entities)
	slices.Sort(types)
	entities, types = slices.Compact(entities), slices.Compact(types)
	d := diags.Errorf(diag.UManyIDs, source.Span{}, "there are several ids %q", q.Value)
	d.Masked = "there are several ids of this value"
	switch {
	case len(entities) > 1:
		d.WithFix("say which with --entity: %s", strings.Join(entities, ", "))
	case len(types) > 1:
		d.WithFix("say which with --type: %s", strings.Join(types, ", "))
	case len(spellings) > 1:
		d.WithFix("%d ids of type %s differ in letter case only: type it exactly as it stands in the graph", len(spellings), types[0])
	}
}

// missing says that an id is not there, and what is known of why.
func (w *Work) missing(ctx context.Context, graphs []*IDGraph, q IDQuery, diags *diag.List) error {
	d := diag.Diagnostic{Code: diag.UNoID, Severity: diag.Error, Message: fmt.Sprintf("nobody has the id %q", q.Value), Masked: "nobody has this id"}
	if q.Type != "" {
		d.Message = fmt.Sprintf("nobody has the %s %q", q.Type, q.Value)
	}
	h := &hinting{w: w, ctx: ctx, graphs: graphs, q: q, d: &d}
	for _, hint := range []func() (bool, error){h.otherType, h.blanks, h.filtered, h.begins} {
		done, err := hint()
		if err != nil {
			return err
		}
		if done {
			break
		}
	}
	diags.Add(diag.List{d})
	return nil
}

// hinting looks for what may be meant by an id that is not there.
type hinting struct {
	w      *Work
	ctx    context.Context
	graphs []*IDGraph
	q      IDQuery
	d      *diag.Diagnostic
}

func (h *hinting) otherType() (bool, error) {
	if h.q.Type == "" {
		return false, nil
	}
	var types, known []string
	for _, g := range h.graphs {
		for _, t := range g.Entity.IDTypes {
			known = append(known, t.Name)
		}
		found, err := g.Find(h.ctx, h.q.Value, "")
		if err != nil {
			return false, err
		}
		for _, x := range found {
			if !x.IsMain {
				types = append(types, x.ID.Type)
			}
		}
	}
	slices.Sort(types)
	switch types = slices.Compact(types); {
	case !slices.ContainsFunc(known, func(k string) bool { return strings.EqualFold(k, h.q.Type) }):
		slices.Sort(known)
		h.d.Fix = fmt.Sprintf("there is no id type %s; the id types are %s", h.q.Type, strings.Join(slices.Compact(known), ", "))
	case len(types) > 0:
		h.d.Fix = "there is one of type " + strings.Join(types, ", ")
	}
	return h.d.Fix != "", nil
}

func (h *hinting) blanks() (bool, error) {
	trimmed := strings.TrimSpace(h.q.Value)
	if trimmed == h.q.Value {
		return false, nil
	}
	for _, g := range h.graphs {
		if found, err := g.Find(h.ctx, trimmed, h.q.Type); err != nil || len(found) > 0 {
			h.d.Fix = "there is one without the blanks around it"
			return true, err
		}
	}
	return false, nil
}

// filtered tells of filters of id types that take the id away wherever it stands. Those that read tables are not asked.
func (h *hinting) filtered() (bool, error) {
	for _, g := range h.graphs {
		for _, t := range g.Entity.IDTypes {
			if h.q.Type != "" && !strings.EqualFold(h.q.Type, t.Name) {
				continue
			}
			f, err := h.filter(g, t)
			if err != nil {
				return false, err
			}
			if f != nil {
				h.d.WithAlso(f.Span, "this filter takes it away where it is a %s", t.Name)
			}
		}
	}
	if len(h.d.Also) > 0 {
		h.d.Fix = "ids that a filter takes away join nobody; change the filter if it should"
	}
	return len(h.d.Also) > 0, nil
}

// filter is the first filter of a type that the id does not pass.
func (h *hinting) filter(g *IDGraph, t *model.IDType) (*model.IDFilter, error) {
	value, ok := t.Normal(h.q.Value)
	if !ok {
		return nil, nil
	}
	for _, f := range t.Filters {
		var is bool
		switch f.Kind {
		case model.ByValue:
			is = f.Text == value
		case model.ByRegex:
			match := &rel.Case{Whens: []rel.When{{If: rel.F(rel.RegexFullMatch, rel.S(value), rel.S(f.Text)), Then: rel.I(1)}}, Else: rel.I(0)}
			err := g.each(h.ctx, &rel.Select{Items: []rel.Item{{Expr: &rel.Cast{X: match, Type: rel.BigInt}, As: "is"}}}, func(row []any) { is = whole(row[0]) == 1 })
			if err != nil {
				return nil, err
			}
		default:
			continue
		}
		if is == f.Exclude {
			return f, nil
		}
	}
	return nil, nil
}

// begins counts the ids that begin like it.
func (h *hinting) begins() (bool, error) {
	letters := []rune(h.q.Value)
	n := len(letters) * 2 / 3
	if n < 3 {
		return false, nil
	}
	var words []string
	for _, g := range h.graphs {
		begin := func(x rel.Expr) rel.Expr { return rel.F(rel.Left_, rel.F(rel.Lower, x), rel.I(int64(n))) }
		q := &rel.Select{From: from(g.mapping, "m"), Where: []rel.Expr{rel.Eq(begin(rel.C("m", "node_id")), begin(rel.S(h.q.Value)))},
			GroupBy: []rel.Expr{rel.C("m", "node_id_type")}, OrderBy: []rel.Order{{Expr: rel.C("m", "node_id_type")}},
			Items: []rel.Item{col("m", "node_id_type"), {Expr: &rel.Agg{Fn: rel.CountStar}, As: "n"}}}
		err := g.each(h.ctx, q, func(row []any) { words = append(words, fmt.Sprintf("%d of type %s", whole(row[1]), text(row[0]))) })
		if err != nil {
			return false, err
		}
	}
	if len(words) > 0 {
		h.d.Fix = fmt.Sprintf("ids with the same first %d letters: %s", n, strings.Join(words, ", "))
	}
	return len(words) > 0, nil
}
