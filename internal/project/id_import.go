package project

import (
	"context"
	"slices"
	"strings"

	"kith/internal/diag"
	"kith/internal/dialect"
	"kith/internal/model"
	"kith/internal/rel"
	"kith/internal/source"
)

// IDImport is what a file or table of main ids holds.
type IDImport struct {
	Entity string `json:"entity"`
	From   string `json:"from"`
	// IDs and MainIDs are how many there are, Types how many ids of each type, by name.
	IDs     int64      `json:"ids"`
	MainIDs int64      `json:"mainIds"`
	Types   []IDsOfOne `json:"types"`
	// Applied tells that the next run carries them on.
	Applied bool `json:"applied"`
}

// IDsOfOne is how many ids of a type there are.
type IDsOfOne struct {
	Type string `json:"type"`
	IDs  int64  `json:"ids"`
}

// importColumns are the names that columns of main ids, ids and types may have. The name of the entity's main ids is one of the first.
var importColumns = [3][]string{{"main_id"}, {"other_id", "id", "node_id"}, {"other_id_type", "id_type", "node_id_type"}}

// importBatch is how many rows of a file are inserted at a time.
const importBatch = 1000

// importing is the work of ImportIDs.
type importing struct {
	ctx   context.Context
	w     *Work
	e     *model.Entity
	from  string
	show  bool
	file  *csvFile
	stage rel.Object
	diags diag.List
}

// ImportIDs reads main ids that were given elsewhere from a file (FILE.csv) or a table, and with apply makes them what the first graph of the
// entity carries on; that needs the lease. They stand in the warehouse in a table of their own meanwhile.
func (w *Work) ImportIDs(ctx context.Context, m Moment, entity, origin string, apply, show bool) (*IDImport, diag.List, error) {
	g, diags, err := w.Project.Resolve(w.Settings(m))
	if err != nil || diags.HasErrors() {
		return nil, diags, err
	}
	e, diags := importEntity(g, entity)
	if diags.HasErrors() {
		return nil, diags, nil
	}
	x := &importing{ctx: ctx, w: w, e: e, from: origin, show: show, stage: rel.Named(rel.Internal, "kith_id_import")}
	if err := x.fresh(); err != nil || x.diags.HasErrors() {
		return nil, x.diags, err
	}
	defer w.Registry.Carry(context.WithoutCancel(ctx), rel.Program{&rel.Drop{Object: x.stage}})
	if err := x.read(); err != nil || x.diags.HasErrors() {
		return nil, x.diags, err
	}
	if err := x.check(); err != nil || x.diags.HasErrors() {
		return nil, x.diags, err
	}
	out, err := x.count()
	if err != nil || !apply {
		return out, nil, err
	}
	out.Applied = true
	s := func(c, as string) rel.Item { return rel.Item{Expr: rel.C("s", c), As: as} }
	ids := &rel.Select{From: from(x.stage, "s"), Distinct: true, Items: []rel.Item{s("id", "node_id"), s("id_type", "node_id_type"), s("main_id", "main_id")}}
	return out, nil, w.Registry.Import(ctx, string(e.Stitcher.Address), e.Stitcher.Name, e.Name, ids, out.IDs, dialect.LongestName(w.Registry.Dialect))
}

// importEntity is the entity that ids are imported for: that of a name, or the only one with a graph whose ids are given.
func importEntity(g *model.Graph, name string) (*model.Entity, diag.List) {
	var diags diag.List
	var names []string
	var found []*model.Entity
	for _, e := range g.Entities {
		if e.Stitcher == nil || e.Stitcher.Collator {
			continue
		}
		names = append(names, e.Name)
		if name == "" || strings.EqualFold(name, e.Name) {
			found = append(found, e)
		}
	}
	switch {
	case len(found) == 1:
		return found[0], nil
	case name == "" && len(names) > 1:
		diags.Errorf(diag.UMissing, source.Span{}, "whose main ids? give --entity, one of %s", strings.Join(names, ", "))
	case name == "":
		diags.Errorf(diag.UFlag, source.Span{}, "no entity of this project has a graph that gives main ids")
	default:
		diags.Errorf(diag.UFlag, source.Span{}, "no entity %q has a graph that gives main ids; there are %s", name, strings.Join(names, ", "))
	}
	return nil, diags
}

// fresh refuses where a graph was published: its ids are in use.
func (x *importing) fresh() error {
	f, err := x.w.Registry.Known(x.ctx)
	if err != nil {
		return err
	}
	f.Imports = nil
	if b := f.Base(x.e.Stitcher.Address, ""); b != nil {
		x.diags.Errorf(diag.UImport, x.e.Stitcher.Span, "the graph of %s was published already, last as %s: its main ids are in use", x.e.Name, b.Material).
			WithFix("import before the first run: into a target of another schema, or after dropping this one's")
	}
	return nil
}

// read puts the rows into the stage, as texts.
func (x *importing) read() error {
	columns := []rel.Column{{Name: "main_id", Type: rel.Text}, {Name: "id", Type: rel.Text}, {Name: "id_type", Type: rel.Text}, {Name: "line", Type: rel.BigInt}}
	if strings.HasSuffix(strings.ToLower(x.from), ".csv") {
		return x.readFile(columns)
	}
	o, ok := tableName(x.from, true)
	if !ok {
		x.diags.Errorf(diag.UImport, source.Span{}, "%q is no file of the form NAME.csv and no table's name", x.from)
		return nil
	}
	t, there, err := x.w.Conn.Table(o)
	if err != nil {
		return err
	}
	if !there {
		x.diags.Errorf(diag.UImport, source.Span{}, "there is no table %s", x.from).WithFix("load it with kith seed, or give a file that ends in .csv")
		return nil
	}
	var names []string
	for _, c := range t.Columns {
		names = append(names, c.Name)
	}
	at, ok := x.columns(names, source.Span{})
	if !ok {
		return nil
	}
	sel := &rel.Select{From: from(o, "t")}
	for i, n := range at {
		text := rel.F(rel.NullIf, &rel.Cast{X: rel.C("t", names[n]), Type: rel.Text}, rel.S(""))
		sel.Items = append(sel.Items, rel.Item{Expr: text, As: columns[i].Name})
	}
	sel.Items = append(sel.Items, rel.Item{Expr: &rel.Cast{X: rel.Null(), Type: rel.BigInt}, As: "line"})
	return x.w.Registry.Carry(x.ctx, rel.Program{&rel.Let{Out: x.stage, Kind: rel.MakeTable, Body: sel}})
}

func (x *importing) readFile(columns []rel.Column) error {
	allowed := append(slices.Concat(importColumns[:]...), strings.ToLower(x.e.IDColumn), "valid_at", "first_seen_at")
	x.file = readCSVFile(x.from, "the file of main ids", diag.UImport, allowed, nil, x.show)
	x.diags.Add(x.file.diags)
	if x.diags.HasErrors() {
		return nil
	}
	at, ok := x.columns(x.file.header, source.Span{File: x.file.file})
	if !ok {
		return nil
	}
	program := rel.Program{&rel.Let{Out: x.stage, Kind: rel.MakeTable, Body: &rel.Values{Columns: columns}}}
	for first := 0; first < len(x.file.rows); first += importBatch {
		values := &rel.Values{Columns: columns}
		for i, r := range x.file.rows[first:min(first+importBatch, len(x.file.rows))] {
			row := []rel.Expr{}
			for _, n := range at {
				v := rel.Null()
				if r.cells[n] != "" {
					v = rel.S(r.cells[n])
				}
				row = append(row, v)
			}
			values.Rows = append(values.Rows, append(row, rel.I(int64(first+i))))
		}
		program = append(program, &rel.Insert{Into: x.stage, Columns: []string{"main_id", "id", "id_type", "line"}, Body: values})
	}
	return x.w.Registry.Carry(x.ctx, program)
}

// columns finds the columns of main ids, ids and types among names.
func (x *importing) columns(names []string, span source.Span) (at [3]int, ok bool) {
	ok = true
	for i, of := range importColumns {
		if i == 0 {
			of = append([]string{x.e.IDColumn}, of...)
		}
		at[i] = slices.IndexFunc(names, func(n string) bool {
			return slices.ContainsFunc(of, func(o string) bool { return strings.EqualFold(o, n) })
		})
		if at[i] < 0 {
			what := [3]string{"main ids", "ids", "id types"}[i]
			x.diags.Errorf(diag.UImport, span, "%s has no column of %s", x.from, what).WithFix("it may be called %s", strings.Join(of, " or "))
			ok = false
		}
	}
	return at, ok
}

// wrong reports rows that no graph could have made: how many there are, and where the first is if it is in a file.
func (x *importing) wrong(row []any, format string, args ...any) *diag.Diagnostic {
	span := source.Span{}
	if line, ok := row[1].(int64); ok && x.file != nil && line < int64(len(x.file.rows)) {
		span = x.file.rows[line].at[0]
	}
	d := x.diags.Errorf(diag.UImport, span, format, args...)
	d.Private = !x.show
	return d
}

func (x *importing) check() error {
	s := func(c string) rel.Expr { return rel.C("s", c) }
	found := []rel.Item{{Expr: &rel.Agg{Fn: rel.CountStar}, As: "found"}, {Expr: &rel.Agg{Fn: rel.Min, Args: []rel.Expr{s("line")}}, As: "line"}}
	from := from(x.stage, "s")

	rows, err := x.rows(&rel.Select{From: from, Items: found})
	if err != nil {
		return err
	}
	if whole(rows[0][0]) == 0 {
		x.diags.Errorf(diag.UImport, source.Span{}, "%s has no rows", x.from)
	}
	rows, err = x.rows(&rel.Select{From: from, Items: found, Where: []rel.Expr{rel.Or(&rel.IsNull{X: s("main_id")}, &rel.IsNull{X: s("id")}, &rel.IsNull{X: s("id_type")})}})
	if err != nil {
		return err
	}
	if n := whole(rows[0][0]); n > 0 {
		x.wrong(rows[0], "%d of the rows lack a main id, an id or a type", n).WithFix("fill them in, or leave the rows out")
	}
	var types []rel.Expr
	var names []string
	for _, t := range x.e.IDTypes {
		types, names = append(types, rel.S(t.Name)), append(names, t.Name)
	}
	rows, err = x.rows(&rel.Select{From: from, Items: append(found, rel.Item{Expr: s("id_type"), As: "id_type"}), GroupBy: []rel.Expr{s("id_type")},
		Where: []rel.Expr{&rel.InList{X: s("id_type"), List: types, Negate: true}}, OrderBy: []rel.Order{{Expr: s("id_type")}}, Limit: maxMistakes})
	if err != nil {
		return err
	}
	for _, r := range rows {
		d := x.wrong(r, "%d of the rows are of the type %q, which %s does not have", whole(r[0]), text(r[2]), x.e.Name)
		d.WithFix("the id types of %s are %s", x.e.Name, strings.Join(names, ", "))
	}
	several := &rel.Select{From: from, GroupBy: []rel.Expr{s("id"), s("id_type")}, Items: []rel.Item{{Expr: &rel.Agg{Fn: rel.Min, Args: []rel.Expr{s("line")}}, As: "line"}},
		Having: []rel.Expr{&rel.Op{Op: ">", Args: []rel.Expr{&rel.Agg{Fn: rel.Count, Args: []rel.Expr{s("main_id")}, Distinct: true}, rel.I(1)}}}}
	rows, err = x.rows(&rel.Select{From: rel.Source{Rel: several, Alias: "s"}, Items: found})
	if err != nil {
		return err
	}
	if n := whole(rows[0][0]); n > 0 {
		x.wrong(rows[0], "%d ids have more than one main id", n).WithFix("an id belongs to one profile: leave the rows of the others out")
	}
	return nil
}

func (x *importing) count() (*IDImport, error) {
	s := func(c string) rel.Expr { return rel.C("s", c) }
	ids := &rel.Select{From: from(x.stage, "s"), Distinct: true, Items: []rel.Item{{Expr: s("id"), As: "id"}, {Expr: s("id_type"), As: "id_type"}}}
	out := &IDImport{Entity: x.e.Name, From: x.from, Types: []IDsOfOne{}}
	rows, err := x.rows(&rel.Select{From: rel.Source{Rel: ids, Alias: "s"}, GroupBy: []rel.Expr{s("id_type")}, OrderBy: []rel.Order{{Expr: s("id_type")}},
		Items: []rel.Item{{Expr: s("id_type"), As: "id_type"}, {Expr: &rel.Agg{Fn: rel.CountStar}, As: "ids"}}})
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		out.Types = append(out.Types, IDsOfOne{text(r[0]), whole(r[1])})
		out.IDs += whole(r[1])
	}
	rows, err = x.rows(&rel.Select{From: from(x.stage, "s"), Items: []rel.Item{{Expr: &rel.Agg{Fn: rel.Count, Args: []rel.Expr{s("main_id")}, Distinct: true}, As: "n"}}})
	if err != nil {
		return nil, err
	}
	out.MainIDs = whole(rows[0][0])
	return out, nil
}

func (x *importing) rows(q rel.Rel) ([][]any, error) {
	return x.w.rows(x.ctx, q, x.w.Registry.Dialect, x.w.Registry.Env)
}
