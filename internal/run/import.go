package run

import (
	"context"
	"time"

	"kith/internal/lower"
	"kith/internal/material"
	"kith/internal/plan"
	"kith/internal/rel"
)

// importType is what main ids of elsewhere are called in the registry that the first graph of a stitcher carries on.
const importType = "id_import"

// importHash and importSeqNo are in the name of their material, which is like that of a graph.
const (
	importHash  = "00000000"
	importSeqNo = 0
)

// ImportEnd is the end time of imported ids: before that of any graph, whichever time a run is of.
var ImportEnd = time.Unix(0, 0).UTC()

// Import makes main ids of elsewhere what the first graph of a stitcher carries on, in place of what was imported before. ids gives
// the columns node_id, node_id_type and main_id. name is that of the stitcher. It needs the lease.
func (r *Registry) Import(ctx context.Context, ref, name, entity string, ids rel.Rel, rows int64, longest int) error {
	if err := r.lease.Check(ctx); err != nil {
		return err
	}
	main := material.Fit(material.Name(name, importHash, importSeqNo), longest)
	mapping := rel.Named(rel.Internal, material.Fit(main+lower.MappingSuffix, longest))
	if err := r.exec(ctx, rel.Program{&rel.Let{Out: mapping, Kind: rel.MakeTable, Body: ids}}); err != nil {
		return err
	}
	m := metadata{MainID: "main_id", MaterialObjects: []materialObject{{mapping.Name()}}, Reads: &[]string{}}
	m.Complete.Status = statusComplete
	meta, err := m.text()
	if err != nil {
		return err
	}
	return r.exec(ctx, rel.Program{enter(registryTable, registryColumns, map[string]any{
		"model_name": name, "model_ref": ref, "model_type": importType, "model_hash": importHash, "model_key": name + ":" + importType + ":" + entity, "entity_key": entity,
		"seq_no": int64(importSeqNo), "end_ts": ImportEnd, "creation_ts": stamp(time.Now()), "material_name": main, "row_count": rows,
		"target": r.Target, "metadata": meta, "invocation_metadata": r.invocation(""), "pb_version": r.Version,
		"registry_version": int64(registryVersion)})})
}

// materialOf is an entry as plans have it.
func (e Entry) materialOf() plan.Material {
	return plan.Material{Ref: e.Ref, Type: e.Type, Hash: e.Hash, Name: e.Material, SeqNo: e.SeqNo, Rows: e.Rows, EndTime: e.EndTime, MainID: e.MainID, AsOf: e.AsOf,
		Over: e.Over, Layers: e.Layers}
}
