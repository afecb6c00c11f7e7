package run

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"kith/internal/rel"
)

// Material is a complete material of the registry.
type Material struct {
	// Ref is the address of the step that made it, Name the main object, Objects all of them, the main one first.
	Ref, Type, Name string
	// At is when it was complete.
	At      time.Time
	Objects []string
}

// Materials returns the complete materials of a sequence number that were not cleaned up, the newest of each address, in the order they were made.
func (r *Registry) Materials(ctx context.Context, seqNo int64) ([]Material, error) {
	sel := r.selectFrom(registryTable, "creation_ts", "model_ref", "model_type", "material_name", "metadata")
	sel.Where = []rel.Expr{rel.Eq(rel.C("t", "seq_no"), rel.I(seqNo))}
	rows, err := r.rows(ctx, sel)
	if err != nil {
		return nil, err
	}
	var out []Material
	at := map[string]int{}
	for _, row := range rows {
		var m Material
		m.At, _ = row[0].(time.Time)
		m.Ref, _ = row[1].(string)
		m.Type, _ = row[2].(string)
		m.Name, _ = row[3].(string)
		text, _ := row[4].(string)
		if i, ok := at[m.Ref]; ok && out[i].Name == m.Name && statusOf(text) == statusGone {
			out[i].Name = ""
			delete(at, m.Ref)
		}
		if m.Name == "" || statusOf(text) != statusComplete {
			continue
		}
		var meta metadata
		if err := json.Unmarshal([]byte(text), &meta); err != nil {
			return nil, err
		}
		for _, o := range meta.MaterialObjects {
			m.Objects = append(m.Objects, o.MaterialName)
		}
		if i, ok := at[m.Ref]; ok {
			out[i] = m
			continue
		}
		at[m.Ref] = len(out)
		out = append(out, m)
	}
	return slices.DeleteFunc(out, func(m Material) bool { return m.Name == "" }), nil
}

// Carry runs a program of ours outside of any step, in the places of the registry.
func (r *Registry) Carry(ctx context.Context, p rel.Program) error { return r.exec(ctx, p) }
