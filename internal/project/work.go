package project

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"kith/internal/diag"
	"kith/internal/run"
)

// KernelMemory is how many bytes a computation in the process may take. It is part of what is compiled (it decides up to
// which size a graph is solved in the process), so it does not depend on the machine.
const KernelMemory = 1 << 30

// Work is a project at a target, with its warehouse open.
type Work struct {
	Project  *Project
	Target   Target
	Conn     run.Conn
	Registry *run.Registry
	// made is the database file that opening made, "" when it was there or is none.
	made string
}

// OpenTarget connects to the target of a project and makes kith's own tables ready. Close the Work when done.
func (p *Project) OpenTarget(ctx context.Context, t Target, opt Access) (*Work, error) {
	made := ""
	if t.DuckDB != nil && !opt.ReadOnly && !opt.Look && filepath.IsAbs(t.DuckDB.Path) && !exists(t.DuckDB.Path) {
		made = t.DuckDB.Path
	}
	conn, err := t.Connect(ctx, opt)
	if err != nil {
		return nil, err
	}
	w := &Work{Project: p, Target: t, Conn: conn, Registry: p.registry(conn, p.Settings(t, Moment{})), made: made}
	if opt.ReadOnly {
		if ok, err := w.Registry.Made(); err != nil || !ok {
			conn.Close()
			if err == nil {
				err = ErrNothingBuilt
			}
			return nil, err
		}
		return w, nil
	}
	if err := w.Registry.Open(ctx); err != nil {
		conn.Close()
		return nil, err
	}
	return w, nil
}

// Open makes the registry of a connection ready.
func (p *Project) Open(ctx context.Context, conn run.Conn, s Settings) (*run.Registry, error) {
	reg := p.registry(conn, s)
	return reg, reg.Open(ctx)
}

func (p *Project) registry(conn run.Conn, s Settings) *run.Registry {
	return &run.Registry{Conn: conn, Dialect: p.Leaves.Dialect(s.Dialect), Env: s.Env, Target: s.Target, Version: p.Leaves.Version}
}

// Close closes the warehouse.
func (w *Work) Close() error { return w.Conn.Close() }

// Abandon closes the warehouse before anything was done in it, and takes away the file that opening made.
func (w *Work) Abandon() {
	w.Close()
	if w.made == "" {
		return
	}
	os.Remove(w.made)
	os.Remove(w.made + ".wal")
	if dir := filepath.Dir(w.made); filepath.Base(dir) == ".kith" { // the folder is kith's own
		os.Remove(dir) // stays unless it is empty
	}
}

// Settings are those of a compile at a moment.
func (w *Work) Settings(m Moment) Settings {
	s := w.Project.Settings(w.Target, m)
	s.Catalog = w.Conn
	return s
}

// Settings are those of a compile at a moment without a warehouse. Dialect is "" when that of the target is not known.
func (p *Project) Settings(t Target, m Moment) Settings {
	s := Settings{Env: t.Env(), Target: t.Output.Target, SeqNo: m.SeqNo, BeginTime: m.BeginTime, EndTime: m.EndTime, KernelMemory: KernelMemory}
	switch {
	case t.Warehouse != nil:
		s.Dialect = t.Warehouse.Dialect
	case p.Leaves.Dialect(t.Type) != nil:
		s.Dialect = t.Type
	}
	if !t.Default {
		s.Written = t.Type
	}
	return s
}

// Compile compiles with what the registry knows of earlier work.
func (w *Work) Compile(ctx context.Context, s Settings) (*Compiled, diag.List, error) {
	seqs, err := w.Registry.Sequences(ctx)
	if err != nil {
		return nil, nil, err
	}
	var diags diag.List
	s.EndTime = w.Project.End(s.EndTime)
	if _, end, ok := seqs.Times(s.SeqNo); ok && !end.Equal(s.EndTime) {
		diags.Errorf(diag.WSeqNo, w.Project.Spec.DefaultTimeGrain.Span, "seq no %d has the end time %s, at which no model of this project changes", s.SeqNo, end.UTC().Format(time.RFC3339)).
			WithFix("leave out --seq_no: the project's default_time_grain is not what it was in that run")
		return nil, diags, nil
	}
	known, err := w.known(ctx, seqs)
	if err != nil {
		return nil, nil, err
	}
	return w.Project.compile(s, known)
}

// Moment finds the sequence number and times.
func (w *Work) Moment(ctx context.Context, when When, now time.Time) (Moment, diag.List, error) {
	return when.In(ctx, w.Registry, now, w.Project.End)
}

// ForgetsGrants reports whether the project says that grants on a published object end with it. Without a word they pass on:
// that readers lose their rights because a column changed its type is nothing that anybody asks for by silence.
func (p *Project) ForgetsGrants() bool {
	v := p.Spec.CarryForwardPrivileges
	return !v.Span.IsZero() && !v.Value
}
