package project

import (
	"context"
	"path"
	"sort"
	"strings"

	"kith/internal/catalog"
	"kith/internal/lower"
	"kith/internal/rel"
	"kith/internal/run"
)

// Discovery is a question to the registries of a warehouse. Empty fields ask for everything.
type Discovery struct {
	// Schema is a target schema, "" that of the target, "*" all that kith has worked in.
	Schema string
	// Entity and Model are names or, for Model, a path; Source is a pattern with * over names of projects; Key is
	// <name>:<type>:<entity>.
	Entity, Model, Source, Key string
}

// Found is what is found, as a table.
type Found struct {
	Columns []catalog.Column
	Rows    [][]any
}

// DiscoveryKinds are what can be asked for.
var DiscoveryKinds = []string{"models", "entities", "features", "sources", "materials"}

// internalSuffix is what kith's own schema has behind the name of the target schema.
const internalSuffix = "_kith"

// Discover asks the registries for one of DiscoveryKinds.
func (w *Work) Discover(ctx context.Context, kind string, q Discovery) (*Found, error) {
	schemas, err := w.schemas(ctx, q.Schema)
	if err != nil {
		return nil, err
	}
	d := &discovering{ctx: ctx, w: w, q: q, out: &Found{}}
	for _, s := range schemas {
		if err := d.schema(kind, s); err != nil {
			return nil, err
		}
	}
	return d.out, nil
}

// schemas are the internal schemas that are asked.
func (w *Work) schemas(ctx context.Context, schema string) ([]string, error) {
	switch schema {
	case "":
		return []string{w.Target.InternalSchema}, nil
	case "*":
		return w.Registry.Schemas(ctx)
	}
	return []string{strings.TrimSuffix(schema, internalSuffix) + internalSuffix}, nil
}

type discovering struct {
	ctx context.Context
	w   *Work
	q   Discovery
	out *Found
}

// in is a registry in another schema.
func (d *discovering) in(internal string) *run.Registry {
	reg := *d.w.Registry
	reg.Env.InternalSchema = internal
	reg.Env.TargetSchema = strings.TrimSuffix(internal, internalSuffix)
	return &reg
}

func (d *discovering) schema(kind, internal string) error {
	reg := d.in(internal)
	entries, err := reg.Entries(d.ctx)
	if err != nil {
		return err
	}
	var wanted []run.Entry
	for _, e := range entries {
		if d.wanted(e) {
			wanted = append(wanted, e)
		}
	}
	switch kind {
	case "models":
		d.models(reg.Env.TargetSchema, wanted)
	case "entities":
		d.entities(reg.Env.TargetSchema, wanted)
	case "sources":
		d.sources(reg.Env.TargetSchema, wanted)
	case "materials":
		d.materials(reg.Env.TargetSchema, wanted)
	case "features":
		return d.features(reg, wanted)
	}
	return nil
}

func (d *discovering) wanted(e run.Entry) bool {
	q := d.q
	if q.Source != "" {
		if ok, err := path.Match(strings.ToLower(q.Source), strings.ToLower(e.Project)); err != nil || !ok {
			return false
		}
	}
	return (q.Entity == "" || strings.EqualFold(q.Entity, e.Entity)) && (q.Key == "" || strings.EqualFold(q.Key, e.Key)) &&
		(q.Model == "" || strings.EqualFold(q.Model, e.Name) || strings.EqualFold(q.Model, e.Ref))
}

func (d *discovering) header(names ...string) {
	if d.out.Columns != nil {
		return
	}
	for _, n := range names {
		t := "TEXT"
		switch n {
		case "seq_no", "rows", "runs", "models", "profiles":
			t = "BIGINT"
		case "end_time", "made_at":
			t = "TIMESTAMP"
		}
		d.out.Columns = append(d.out.Columns, catalog.Column{Name: n, Type: t})
	}
}

func (d *discovering) row(values ...any) { d.out.Rows = append(d.out.Rows, values) }

// history is what the registry has of one address.
type history struct {
	run.Entry // the newest
	runs      map[int64]bool
}

// byRef gathers entries by address, in the order of addresses.
func byRef(entries []run.Entry, keep func(run.Entry) bool) []*history {
	at := map[string]*history{}
	var out []*history
	for _, e := range entries {
		if !keep(e) {
			continue
		}
		h := at[strings.ToLower(e.Ref)]
		if h == nil {
			h = &history{runs: map[int64]bool{}}
			at[strings.ToLower(e.Ref)] = h
			out = append(out, h)
		}
		h.Entry = e
		h.runs[e.SeqNo] = true
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].Ref < out[j].Ref })
	return out
}

// isModel reports whether an entry is something that people declare or read, and not a step on the way there.
func isModel(e run.Entry) bool {
	switch e.Type {
	case "input", "input_var_table", "entity_vars", "entity_var_table", lower.NewVars:
		return false
	}
	return true
}

func isInput(e run.Entry) bool { return e.Type == "input" }

func (d *discovering) models(schema string, entries []run.Entry) {
	d.header("model", "type", "entity", "schema", "project", "runs", "seq_no", "rows", "made_at")
	for _, h := range byRef(entries, isModel) {
		d.row(h.Ref, h.Type, orNull(h.Entity), schema, orNull(h.Project), int64(len(h.runs)), h.SeqNo, rowsOf(h.Entry), seconds(h.Made))
	}
}

func (d *discovering) sources(schema string, entries []run.Entry) {
	d.header("source", "schema", "project", "runs", "seq_no", "rows", "made_at")
	for _, h := range byRef(entries, isInput) {
		d.row(h.Ref, schema, orNull(h.Project), int64(len(h.runs)), h.SeqNo, rowsOf(h.Entry), seconds(h.Made))
	}
}

func (d *discovering) materials(schema string, entries []run.Entry) {
	d.header("material", "model", "type", "entity", "schema", "project", "target", "seq_no", "end_time", "rows", "made_at")
	for _, e := range entries {
		d.row(e.Material, e.Ref, e.Type, orNull(e.Entity), schema, orNull(e.Project), orNull(e.Target), e.SeqNo, seconds(e.EndTime), rowsOf(e), seconds(e.Made))
	}
}

func (d *discovering) entities(schema string, entries []run.Entry) {
	d.header("entity", "schema", "project", "models", "profiles", "seq_no", "made_at")
	models, newest, roots := map[string]int64{}, map[string]run.Entry{}, map[string]run.Entry{}
	var names []string
	for _, h := range byRef(entries, isModel) {
		e := h.Entry
		if e.Entity == "" {
			continue
		}
		if models[e.Entity] == 0 {
			names = append(names, e.Entity)
		}
		models[e.Entity]++
		if newest[e.Entity].Made.Before(e.Made) {
			newest[e.Entity] = e
		}
		if strings.EqualFold(e.Ref, e.Entity+"/all") {
			roots[e.Entity] = e
		}
	}
	sort.Strings(names)
	for _, n := range names {
		var profiles any
		if root, ok := roots[n]; ok {
			profiles = rowsOf(root)
		}
		d.row(n, schema, orNull(newest[n].Project), models[n], profiles, newest[n].SeqNo, seconds(newest[n].Made))
	}
}

// features are the columns of the newest feature view by main id of each cohort.
func (d *discovering) features(reg *run.Registry, entries []run.Entry) error {
	d.header("feature", "data_type", "entity", "cohort", "schema", "project", "seq_no")
	for _, h := range byRef(entries, func(e run.Entry) bool { return e.Type == "feature_view" && strings.HasSuffix(e.Ref, "/feature_view") }) {
		// A fixed schema in the name: the catalog may be that of another schema.
		at := rel.Object{Space: rel.External, Parts: []rel.Ident{{Name: reg.Env.InternalSchema, Quoted: true}, {Name: h.Material, Quoted: true}}}
		t, ok, err := reg.Conn.Table(at)
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		for i, c := range t.Columns {
			if i == 0 || strings.EqualFold(c.Name, "valid_at") { // the main id, and when it was so
				continue
			}
			d.row(c.Name, c.Type, orNull(h.Entity), strings.TrimSuffix(h.Ref, "/feature_view"), reg.Env.TargetSchema, orNull(h.Project), h.SeqNo)
		}
	}
	return nil
}
