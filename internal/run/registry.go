package run

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"kith/internal/dialect"
	"kith/internal/rel"
)

// Tables of kith's own schema. The registry has the columns that tools of Profiles read (platform.md section 6.4); it is
// append-only: a row of status 1 when a material begins, one of status 2 when it is complete, one of status 3 when it goes.
// What the last row of status 2 or 3 says holds.
var (
	registryTable = rel.Named(rel.Internal, "material_registry_4")
	sequenceTable = rel.Named(rel.Internal, "wht_seq_no_4")
	latestTable   = rel.Named(rel.Internal, "ptr_to_latest_seqno_cache")
)

var registryColumns = []rel.Column{
	{Name: "model_name", Type: rel.Text}, {Name: "model_ref", Type: rel.Text}, {Name: "model_type", Type: rel.Text},
	{Name: "model_hash", Type: rel.Text}, {Name: "model_key", Type: rel.Text}, {Name: "entity_key", Type: rel.Text},
	{Name: "seq_no", Type: rel.BigInt}, {Name: "begin_ts", Type: rel.Timestamp}, {Name: "end_ts", Type: rel.Timestamp},
	{Name: "creation_ts", Type: rel.Timestamp}, {Name: "material_name", Type: rel.Text}, {Name: "row_count", Type: rel.BigInt},
	{Name: "target", Type: rel.Text}, {Name: "metadata", Type: rel.Text}, {Name: "invocation_metadata", Type: rel.Text},
	{Name: "pb_version", Type: rel.Text}, {Name: "registry_version", Type: rel.BigInt},
}

// registryVersion is the version of the registry's columns.
const registryVersion = 5

// Registry is what a warehouse remembers of runs.
type Registry struct {
	Conn    Conn
	Dialect dialect.Dialect
	Env     dialect.Env
	Target  string
	Version string // of kith
	// Strategy is how a publish reaches its readers; "" is ByDDL.
	Strategy Strategy

	lease *Lease // nil when this process has none
}

// Lease returns the lease that was acquired and not released, nil when there is none.
func (r *Registry) Lease() *Lease { return r.lease }

func (r *Registry) exec(ctx context.Context, p rel.Program) error {
	stmts, diags := r.Dialect.Print(p, r.Env)
	if diags.HasErrors() {
		return errorOf(diags)
	}
	_, err := Carry(ctx, r.Conn, stmts, 0, func(string) {})
	return err
}

// Carry runs printed statements outside of any step. memory is how many bytes the kernels may take, 0 for any number; tell
// hears of progress. The result says what was chosen where there was a choice.
func Carry(ctx context.Context, conn Conn, stmts []dialect.Stmt, memory int64, tell func(text string)) (choice string, err error) {
	x := &executor{conn: conn, memory: memory, progress: tell}
	err = x.all(ctx, stmts)
	return x.choice, err
}

func (r *Registry) rows(ctx context.Context, q rel.Rel) ([][]any, error) {
	text, diags := r.Dialect.Query(q, r.Env)
	if diags.HasErrors() {
		return nil, errorOf(diags)
	}
	rows, err := r.Conn.Query(ctx, text.S)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out [][]any
	for rows.Next() {
		out = append(out, append([]any{}, rows.Values()...))
	}
	return out, rows.Err()
}

// Made reports whether kith has been at work here.
func (r *Registry) Made() (bool, error) {
	_, ok, err := r.Conn.Table(registryTable)
	return ok, err
}

// Latest returns the number of the newest published run; ok is false before the first.
func (r *Registry) Latest(ctx context.Context) (seqNo int64, ok bool, err error) {
	rows, err := r.rows(ctx, r.selectFrom(latestTable, "seq_no"))
	if err != nil || len(rows) == 0 {
		return 0, false, err
	}
	n, ok := rows[0][0].(int64)
	return n, ok, nil
}

// Status of a material in the registry.
const (
	statusStarted  = 1
	statusComplete = 2
	statusGone     = 3 // cleaned up; written before the objects are dropped
)

type metadata struct {
	Complete struct {
		Status int `json:"status"`
	} `json:"complete"`
	MaterialObjects []materialObject `json:"material_objects"`
	// Companions are objects that the material needs, or needed while it was made, and that nothing else reads.
	Companions []materialObject `json:"companions,omitempty"`
	// Reads are the names of the materials that it was made of. A row without it does not say what it was made of.
	Reads *[]string `json:"reads,omitempty"`
	// Over are the objects of other materials that this one is a view over and nothing without.
	Over []string `json:"over,omitempty"`
	// Retention is how long the material is kept after its last use, as a Go duration; "" when the project did not say.
	Retention string `json:"retention_period,omitempty"`
	// MainID is the column of main ids of an identity graph; AsOf as lower.Step has it.
	MainID string `json:"main_id,omitempty"`
	AsOf   bool   `json:"as_of,omitempty"`
	// Layers are the objects that are read together with a table of an earlier material.
	Layers []layer `json:"layers,omitempty"`
}

// layer is a lower.Layer.
type layer struct {
	Object string `json:"object"`
	Over   string `json:"over"`
	Delta  string `json:"delta"`
}

type materialObject struct {
	MaterialName string `json:"material_name"`
}

func (m metadata) text() (string, error) {
	text, err := json.Marshal(m)
	return string(text), err
}

func statusOf(meta string) int { return metadataOf(meta).Complete.Status }

func metadataOf(text string) metadata {
	var m metadata
	if json.Unmarshal([]byte(text), &m) != nil {
		return metadata{}
	}
	return m
}

// Record appends a row for a step. Steps without a node (publishing) leave none.
func (r *Registry) Record(ctx context.Context, s *Step, p *Plan, status int, rows int64) error {
	m := metadata{MainID: s.MainID, AsOf: s.AsOf}
	m.Complete.Status = status
	m.MaterialObjects = append(m.MaterialObjects, materialObject{s.Out.Name()})
	for _, o := range s.Extra {
		m.MaterialObjects = append(m.MaterialObjects, materialObject{o.Name()})
	}
	for _, o := range append(slices.Clone(s.Kept), s.Scratch...) {
		m.Companions = append(m.Companions, materialObject{o.Name()})
	}
	reads := []string{}
	for _, a := range s.Needs {
		if o := p.step(a); o != nil && o.Out.Name() != "" {
			reads = append(reads, o.Out.Name())
		}
	}
	for _, y := range s.Layers {
		m.Layers = append(m.Layers, layer(y))
		reads = append(reads, y.Over)
	}
	m.Reads = &reads
	for _, o := range s.Over {
		m.Over = append(m.Over, o.Name())
	}
	if p.Retention > 0 {
		m.Retention = p.Retention.String()
	}
	meta, err := json.Marshal(m)
	if err != nil {
		return err
	}
	var names []string
	for _, c := range registryColumns {
		names = append(names, c.Name)
	}
	var count any
	if rows >= 0 {
		count = rows
	}
	name := s.Ref.Last()
	entity := s.EntityName()
	return r.exec(ctx, rel.Program{&rel.Insert{Into: registryTable, Columns: names, Body: literals(registryColumns,
		name, string(s.Ref), s.Type, s.Hash, name+":"+s.Type+":"+entity, entity,
		s.SeqNo, timeOrNil(p.BeginTime), s.EndTime, time.Now().UTC().Truncate(time.Microsecond), s.Out.Name(), count,
		r.Target, string(meta), r.invocation(p.GitCommit), r.Version, int64(registryVersion))}})
}

func (r *Registry) selectFrom(o rel.Object, cols ...string) *rel.Select {
	sel := &rel.Select{From: rel.Source{Rel: &rel.Table{Object: o}, Alias: "t"}}
	for _, c := range cols {
		sel.Items = append(sel.Items, rel.Item{Expr: rel.C("t", c), As: c})
		sel.OrderBy = append(sel.OrderBy, rel.Order{Expr: rel.C("t", c), NullsLast: true})
	}
	return sel
}

func literals(cols []rel.Column, values ...any) rel.Rel {
	var row []rel.Expr
	for _, v := range values {
		row = append(row, &rel.Lit{Value: v})
	}
	return &rel.Values{Columns: cols, Rows: [][]rel.Expr{row}}
}

func timeOrNil(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t
}
