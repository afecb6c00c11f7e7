package run

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"kith/internal/rel"
)

// holdings are the materials of the registry of which something is there, by sequence number and in the order they were begun.
func (r *Registry) holdings(ctx context.Context) ([]Holding, error) {
	there, err := r.readObjects(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := r.rows(ctx, r.selectFrom(registryTable, entryColumns...))
	if err != nil {
		return nil, err
	}
	var all []*Holding
	at := map[string]*Holding{}
	for _, row := range rows {
		e, meta := entryOf(row)
		key := strings.ToLower(e.Material)
		if key == "" {
			continue
		}
		h := at[key]
		if h == nil {
			h = &Holding{Bytes: -1}
			at[key] = h
			all = append(all, h)
		}
		h.take(e, meta)
	}
	var out []Holding
	for _, h := range all {
		if err := r.lookAt(h, there); err != nil {
			return nil, err
		}
		if len(h.Objects) > 0 {
			out = append(out, *h)
		}
	}
	return out, nil
}

// take brings a holding up to a later row of the registry.
func (h *Holding) take(e Entry, m metadata) {
	was := h.status
	h.Entry, h.Used = e, e.Made
	if m.Complete.Status != statusStarted || was != statusComplete { // a step that is made again was complete
		h.status = m.Complete.Status
	}
	for _, o := range append(m.MaterialObjects, m.Companions...) {
		h.name(o.MaterialName)
	}
	if m.Complete.Status == statusGone {
		return
	}
	h.reads, h.vague = nil, m.Reads == nil
	if m.Reads != nil {
		for _, n := range *m.Reads {
			h.reads = append(h.reads, strings.ToLower(n))
		}
	}
	h.Retention, _ = time.ParseDuration(m.Retention) // kith wrote it; 0 when there is none
}

func (h *Holding) name(o string) {
	if key := strings.ToLower(o); key != "" && !slices.Contains(h.all, key) {
		h.names, h.all = append(h.names, o), append(h.all, key)
	}
}

// lookAt lists what is there of a material: views in the order in which a step replaces them, then tables.
func (r *Registry) lookAt(h *Holding, there *objects) error {
	var tables []string
	for _, n := range h.names {
		o := rel.Named(rel.Internal, n)
		if !there.has(o) {
			continue
		}
		t, ok, err := r.Conn.Table(o)
		switch {
		case err != nil:
			return err
		case ok && t.View:
			h.Objects = append(h.Objects, n)
		case ok:
			tables = append(tables, n)
		}
	}
	h.tables = tables
	h.Objects = append(h.Objects, tables...)
	return nil
}

// measure asks how much the tables of what goes take.
func (r *Registry) measure(ctx context.Context, list []Verdict) error {
	sized, ok := r.Conn.(Sized)
	if !ok {
		return nil
	}
	for i := range list {
		v := &list[i]
		if !v.Goes {
			continue
		}
		for _, n := range v.tables {
			bytes, known, err := sized.Bytes(ctx, rel.Named(rel.Internal, n))
			if err != nil {
				return err
			}
			if known {
				v.Bytes = max(v.Bytes, 0) + bytes
			}
		}
	}
	return nil
}

// lastUses finds when materials were last used: made, part of a run, or shown to readers.
func lastUses(list []Holding, books []*Book, runs []Past, now time.Time) {
	used := map[string]time.Time{}
	until := now
	for _, b := range books { // the newest first
		for _, n := range b.Names {
			if k := strings.ToLower(n.Material); used[k].Before(until) {
				used[k] = until
			}
		}
		until = b.At
	}
	ran := map[int64]time.Time{}
	for _, p := range runs {
		if ran[p.SeqNo].Before(p.Started) {
			ran[p.SeqNo] = p.Started
		}
	}
	for i := range list {
		h := &list[i]
		if t := ran[h.SeqNo]; h.Used.Before(t) {
			h.Used = t
		}
		for _, o := range h.all {
			if t := used[o]; h.Used.Before(t) {
				h.Used = t
			}
		}
	}
}

// recordGone appends the row of a material that goes.
func (r *Registry) recordGone(ctx context.Context, e Entry, objects []string) error {
	var m metadata
	m.Complete.Status = statusGone
	for _, o := range objects {
		m.MaterialObjects = append(m.MaterialObjects, materialObject{o})
	}
	meta, err := json.Marshal(m)
	if err != nil {
		return err
	}
	var rows any
	if e.Rows >= 0 {
		rows = e.Rows
	}
	return r.exec(ctx, rel.Program{enter(registryTable, registryColumns, map[string]any{
		"model_name": e.Name, "model_ref": e.Ref, "model_type": e.Type, "model_hash": e.Hash, "model_key": e.Key, "entity_key": e.Entity,
		"seq_no": e.SeqNo, "end_ts": timeOrNil(e.EndTime), "creation_ts": stamp(time.Now()), "material_name": e.Material, "row_count": rows,
		"target": r.Target, "metadata": string(meta), "invocation_metadata": r.invocation(""), "pb_version": r.Version,
		"registry_version": int64(registryVersion)})})
}
