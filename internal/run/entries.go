package run

import (
	"context"
	"slices"
	"sort"
	"time"

	"kith/internal/lower"
	"kith/internal/rel"
)

// Entry is a complete material as the registry has it.
type Entry struct {
	// Ref is the address of what made it, Key <name>:<type>:<entity>, Material the name of its main object.
	Ref, Name, Type, Hash, Key, Entity, Material, Target string
	// Project is the name of the project that last ran the sequence number; "" when no run of it has ended.
	Project string
	SeqNo   int64
	// Rows is the number of its rows, -1 for a view.
	Rows          int64
	EndTime, Made time.Time
	// MainID is the column of main ids of an identity graph, "" where the registry does not say. AsOf is set for one of a time before
	// that of the graph whose ids it has.
	MainID string
	AsOf   bool
	// Over are the objects of other materials that it is a view over and nothing without.
	Over []string
	// Layers are the objects that are read together with a table of an earlier material.
	Layers []lower.Layer
}

// Entries returns the complete materials of all runs that were not cleaned up, by sequence number and in the order they were made.
func (r *Registry) Entries(ctx context.Context) ([]Entry, error) {
	projects, err := r.projects(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := r.rows(ctx, r.selectFrom(registryTable, entryColumns...))
	if err != nil {
		return nil, err
	}
	var out []Entry
	at := map[string]int{}
	for _, row := range rows {
		e, meta := entryOf(row)
		status := meta.Complete.Status
		if i, ok := at[e.Material]; ok && status == statusGone {
			out[i].Material = ""
			delete(at, e.Material)
		}
		if e.Material == "" || status != statusComplete {
			continue
		}
		e.Project = projects[e.SeqNo]
		if i, again := at[e.Material]; again { // made again under its name
			out[i] = e
			continue
		}
		at[e.Material] = len(out)
		out = append(out, e)
	}
	out = slices.DeleteFunc(out, func(e Entry) bool { return e.Material == "" })
	sort.SliceStable(out, func(i, j int) bool { return out[i].SeqNo < out[j].SeqNo })
	return out, nil
}

// entryColumns are the columns of the registry that an entry is read from, those first by which rows are in their order.
var entryColumns = []string{"seq_no", "creation_ts", "model_ref", "model_name", "model_type", "model_hash", "model_key", "entity_key", "material_name",
	"row_count", "end_ts", "target", "metadata"}

// entryOf reads a row of these columns.
func entryOf(row []any) (e Entry, meta metadata) {
	text := func(i int) string { s, _ := row[i].(string); return s }
	e = Entry{Ref: text(2), Name: text(3), Type: text(4), Hash: text(5), Key: text(6), Entity: text(7), Material: text(8), Target: text(11), Rows: -1}
	e.SeqNo, _ = row[0].(int64)
	e.Made, _ = row[1].(time.Time)
	e.EndTime, _ = row[10].(time.Time)
	if n, ok := row[9].(int64); ok {
		e.Rows = n
	}
	meta = metadataOf(text(12))
	e.MainID, e.AsOf, e.Over = meta.MainID, meta.AsOf, meta.Over
	for _, y := range meta.Layers {
		e.Layers = append(e.Layers, lower.Layer(y))
	}
	return e, meta
}

// projects are the names of the projects that ran the sequence numbers, of each the last.
func (r *Registry) projects(ctx context.Context) (map[int64]string, error) {
	rows, err := r.rows(ctx, r.selectFrom(runTable, "finished_at", "seq_no", "project"))
	if err != nil {
		return nil, err
	}
	out := map[int64]string{}
	for _, row := range rows {
		n, _ := row[1].(int64)
		out[n], _ = row[2].(string)
	}
	return out, nil
}

// Schemas returns the schemas of the warehouse that hold a registry of kith.
func (r *Registry) Schemas(ctx context.Context) ([]string, error) {
	tables := rel.Object{Space: rel.External, Parts: []rel.Ident{{Name: "information_schema"}, {Name: "tables"}}}
	rows, err := r.rows(ctx, &rel.Select{From: rel.Source{Rel: &rel.Table{Object: tables}, Alias: "t"},
		Where: []rel.Expr{rel.Eq(rel.F(rel.Lower, rel.C("t", "table_name")), rel.S(registryTable.Name()))},
		Items: []rel.Item{{Expr: rel.C("t", "table_schema"), As: "table_schema"}}, Distinct: true,
		OrderBy: []rel.Order{{Expr: rel.C("t", "table_schema"), NullsLast: true}}})
	if err != nil {
		return nil, err
	}
	var out []string
	for _, row := range rows {
		if s, ok := row[0].(string); ok {
			out = append(out, s)
		}
	}
	return out, nil
}
