package project

import (
	"context"
	"encoding/json"
	"slices"

	"kith/internal/dialect"
	"kith/internal/lower"
	"kith/internal/model"
	"kith/internal/rel"
	"kith/internal/run"
)

// Report is what a run has made, in numbers: the last screen of a run. Counts are of rows; it holds no value of any row.
type Report struct {
	Entities []*EntityReport `json:"entities"`
	// Published are the names of what the run published, sorted as the project declares them.
	Published []Published `json:"published"`
}

// Published is a name that people read.
type Published struct {
	Name string `json:"name"`
	// Kind is "graph", "audit", "cohort", "var table", "feature table", "feature view" or "model".
	Kind   string `json:"kind"`
	Entity string `json:"entity,omitempty"`
	// Table is the qualified name as SQL writes it, Material what stands behind it.
	Table    string `json:"table"`
	Material string `json:"material"`
}

// EntityReport are the numbers of one entity.
type EntityReport struct {
	Name string `json:"name"`
	// Graph is the name of the published identity graph, View that of the feature view by main id; "" when not published.
	Graph string `json:"graph,omitempty"`
	View  string `json:"view,omitempty"`
	// IDs is the number of ids in the graph, Profiles of clusters, Largest of ids in the largest one.
	IDs      int64      `json:"ids"`
	Profiles int64      `json:"profiles"`
	Largest  int64      `json:"largest"`
	IDTypes  []IDCount  `json:"idTypes"`
	Features Features   `json:"features"`
	Cohorts  []CohortOf `json:"cohorts"`
}

// IDCount is how many ids of a type there are and how many profiles have one.
type IDCount struct {
	Type     string `json:"type"`
	IDs      int64  `json:"ids"`
	Profiles int64  `json:"profiles"`
}

// Features counts the features of an entity by how they are made.
type Features struct {
	Total      int `json:"total"`
	Aggregates int `json:"aggregates"`
	Windows    int `json:"windows"`
	Derived    int `json:"derived"`
	Columns    int `json:"columns"` // of SQL models
}

// CohortOf is the size of a cohort and of what it is a part of.
type CohortOf struct {
	Name    string `json:"name"`
	Table   string `json:"table"`
	Parent  string `json:"parent"` // "" for the whole entity
	Members int64  `json:"members"`
	Of      int64  `json:"of"`
	// Depth is 1 for a part of the whole entity, 2 for a part of such a part. Parts follow what they are a part of.
	Depth int `json:"depth"`
}

// Report counts what a run published. It reads the graph and the cohorts once each, or nothing when the run built nothing
// and an earlier one counted the same.
func (w *Work) Report(ctx context.Context, c *Compiled, out *run.Outcome) (*Report, error) {
	if rep := w.counted(ctx, c, out); rep != nil {
		return rep, nil
	}
	rep, err := w.count(ctx, c, out)
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(rep)
	if err != nil {
		return nil, err
	}
	return rep, w.Registry.KeepNumbers(ctx, string(text))
}

// counted is the report of an earlier run of the sequence number that published the same, nil when there is none.
func (w *Work) counted(ctx context.Context, c *Compiled, out *run.Outcome) *Report {
	if out.Done.Done > 0 || len(out.Failures) > 0 {
		return nil
	}
	text, err := w.Registry.Numbers(ctx, c.Settings.SeqNo)
	rep := &Report{}
	if err != nil || text == "" || json.Unmarshal([]byte(text), rep) != nil || !slices.Equal(rep.Published, published(c, out)) {
		return nil
	}
	return rep
}

// published lists the names of a run.
func published(c *Compiled, out *run.Outcome) []Published {
	var list []Published
	for _, p := range out.Published {
		entity := ""
		if p.Entity != nil {
			entity = p.Entity.Name
		}
		list = append(list, Published{Name: p.Name, Kind: p.Kind, Entity: entity,
			Table: c.Dialect.Object(rel.Named(rel.Target, p.Name), c.Settings.Env), Material: p.From.Name()})
	}
	return list
}

func (w *Work) count(ctx context.Context, c *Compiled, out *run.Outcome) (*Report, error) {
	r := &reporting{ctx: ctx, w: w, c: c, out: out, there: map[string]*lower.Published{}}
	rep := &Report{Published: published(c, out)}
	for _, p := range out.Published {
		if !p.Part {
			r.there[string(p.Step)] = p
		}
	}
	for _, e := range c.Graph.Entities {
		er, err := r.entity(e)
		if err != nil {
			return nil, err
		}
		if er != nil {
			rep.Entities = append(rep.Entities, er)
		}
	}
	return rep, nil
}

type reporting struct {
	ctx   context.Context
	w     *Work
	c     *Compiled
	out   *run.Outcome
	there map[string]*lower.Published // by the address of the step
}

func (r *reporting) published(n model.Node) *lower.Published { return r.there[string(n.Addr())] }

// entity is nil when its graph was not published.
func (r *reporting) entity(e *model.Entity) (*EntityReport, error) {
	graph := r.published(e.Stitcher)
	if graph == nil {
		return nil, nil
	}
	out := &EntityReport{Name: e.Name, Graph: graph.Name}
	sizes, err := r.rows(graphSizes(graph.From, e.IDColumn))
	if err != nil {
		return nil, err
	}
	if len(sizes) > 0 {
		out.IDs, out.Profiles, out.Largest = whole(sizes[0][0]), whole(sizes[0][1]), whole(sizes[0][2])
	}
	types, err := r.rows(graphTypes(graph.From, e.IDColumn))
	if err != nil {
		return nil, err
	}
	for _, row := range types {
		name, _ := row[0].(string)
		out.IDTypes = append(out.IDTypes, IDCount{name, whole(row[1]), whole(row[2])})
	}
	r.features(e, out)
	return out, r.cohorts(e, out)
}

func (r *reporting) features(e *model.Entity, out *EntityReport) {
	for _, v := range e.Root.Views {
		if v.By != nil || r.published(v) == nil {
			continue
		}
		out.View = v.Name
		f := &out.Features
		f.Total, f.Columns = len(v.Vars)+len(v.Columns), len(v.Columns)
		for _, x := range v.Vars {
			switch {
			case x.Window != nil:
				f.Windows++
			case x.From != nil:
				f.Aggregates++
			default:
				f.Derived++
			}
		}
	}
}

// cohorts counts the cohorts, each followed by its own parts.
func (r *reporting) cohorts(e *model.Entity, out *EntityReport) error {
	return r.parts(e.Root, out.Profiles, 1, out)
}

func (r *reporting) parts(parent *model.Cohort, of int64, depth int, out *EntityReport) error {
	for _, c := range r.c.Graph.Cohorts {
		p := r.published(c)
		if c.Parent != parent || p == nil {
			continue
		}
		rows, err := r.rows(&rel.Select{From: rel.Source{Rel: &rel.Table{Object: p.From}, Alias: "c"},
			Items: []rel.Item{{Expr: &rel.Agg{Fn: rel.CountStar}, As: "n"}}})
		if err != nil {
			return err
		}
		co := CohortOf{Name: c.Name, Table: p.Name, Of: of, Depth: depth}
		if len(rows) > 0 {
			co.Members = whole(rows[0][0])
		}
		if !parent.IsRoot() {
			co.Parent = parent.Name
		}
		out.Cohorts = append(out.Cohorts, co)
		if err := r.parts(c, co.Members, depth+1, out); err != nil {
			return err
		}
	}
	return nil
}

func countOf(column string, distinct bool) rel.Expr {
	return &rel.Agg{Fn: rel.Count, Args: []rel.Expr{rel.C("g", column)}, Distinct: distinct}
}

// graphSizes is a row of ids, clusters and ids in the largest cluster.
func graphSizes(graph rel.Object, id string) rel.Rel {
	per := &rel.Select{From: rel.Source{Rel: &rel.Table{Object: graph}, Alias: "g"}, GroupBy: []rel.Expr{rel.C("g", id)},
		Items: []rel.Item{{Expr: rel.C("g", id), As: id}, {Expr: &rel.Agg{Fn: rel.CountStar}, As: "n"}}}
	return &rel.Select{From: rel.Source{Rel: per, Alias: "g"}, Items: []rel.Item{
		{Expr: &rel.Cast{X: &rel.Agg{Fn: rel.Sum, Args: []rel.Expr{rel.C("g", "n")}}, Type: rel.BigInt}, As: "ids"},
		{Expr: &rel.Agg{Fn: rel.CountStar}, As: "clusters"},
		{Expr: &rel.Agg{Fn: rel.Max, Args: []rel.Expr{rel.C("g", "n")}}, As: "largest"}}}
}

// graphTypes is a row for each id type: its ids and the clusters that have one.
func graphTypes(graph rel.Object, id string) rel.Rel {
	t := rel.C("g", "other_id_type")
	return &rel.Select{From: rel.Source{Rel: &rel.Table{Object: graph}, Alias: "g"}, GroupBy: []rel.Expr{t},
		Items:   []rel.Item{{Expr: t, As: "type"}, {Expr: &rel.Agg{Fn: rel.CountStar}, As: "ids"}, {Expr: countOf(id, true), As: "clusters"}},
		OrderBy: []rel.Order{{Expr: countOf(id, true), Desc: true, NullsLast: true}, {Expr: t, NullsLast: true}}}
}

func (r *reporting) rows(q rel.Rel) ([][]any, error) {
	return r.w.rows(r.ctx, q, r.c.Dialect, r.c.Settings.Env)
}

// rows runs a query of ours and returns all its rows.
func (w *Work) rows(ctx context.Context, q rel.Rel, d dialect.Dialect, env dialect.Env) ([][]any, error) {
	var out [][]any
	err := w.each(ctx, q, d, env, func(row []any) { out = append(out, append([]any{}, row...)) })
	if err != nil {
		return nil, err
	}
	return out, nil
}

// each runs a query of ours and hands over each row, which is valid until the next.
func (w *Work) each(ctx context.Context, q rel.Rel, d dialect.Dialect, env dialect.Env, take func(row []any)) error {
	text, diags := d.Query(q, env)
	if diags.HasErrors() {
		return errorOf(diags)
	}
	rows, err := w.Conn.Query(ctx, text.S)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		take(rows.Values())
	}
	return rows.Err()
}

func whole(v any) int64 {
	n, _ := v.(int64)
	return n
}
