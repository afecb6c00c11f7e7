package project

import (
	"context"
	"time"

	"kith/internal/addr"
	"kith/internal/catalog"
	"kith/internal/lower"
	"kith/internal/model"
	"kith/internal/plan"
	"kith/internal/rel"
	"kith/internal/run"
)

// past is what is known of earlier runs.
type past interface {
	// number gives the seq no of another time than that of the run, as lower.Context has it.
	number(s Settings) func(end time.Time) int64
	// made gives the bundles that are there, as lower.Context has it.
	made() func(seqNo int64, ref addr.Addr, whole string) []lower.Made
	// base gives the identity graphs that new ones carry on, as lower.Context has it.
	base() func(stitcher addr.Addr, material string) *lower.Base
	// decisions are those that a run of an end time follows.
	decisions(end time.Time) ([]model.Decision, error)
	// facts tells what the steps of a run are compared with.
	facts(l *lower.Result) (plan.Facts, error)
}

// offline is the past without a warehouse.
type offline struct{ known plan.Facts }

func (offline) number(Settings) func(time.Time) int64 { return nil }

func (o offline) made() func(int64, addr.Addr, string) []lower.Made {
	if len(o.known.Materials) == 0 {
		return nil
	}
	return o.known.Made
}

func (o offline) base() func(addr.Addr, string) *lower.Base   { return o.known.Base }
func (offline) decisions(time.Time) ([]model.Decision, error) { return nil, nil }

func (o offline) facts(*lower.Result) (plan.Facts, error) { return o.known, nil }

// registered is the past that a registry has.
type registered struct {
	ctx   context.Context
	reg   *run.Registry
	seqs  *run.Sequences
	known plan.Facts
	// err is what went wrong while definitions were read.
	err error
}

// known reads what the registry has but for the definitions, which a run that builds nothing does without.
func (w *Work) known(ctx context.Context, seqs *run.Sequences) (*registered, error) {
	f, err := w.Registry.Known(ctx)
	return &registered{ctx: ctx, reg: w.Registry, seqs: seqs, known: f}, err
}

// number finds the number that a time had before. A forced run takes new ones, as it does for its own time: published views
// read the materials of the others until the new ones are complete.
func (r *registered) number(s Settings) func(time.Time) int64 {
	r.seqs.Reserve(s.SeqNo)
	return func(end time.Time) int64 {
		if s.Force {
			return r.seqs.Fresh()
		}
		return r.seqs.Of(s.BeginTime, end)
	}
}

func (r *registered) made() func(int64, addr.Addr, string) []lower.Made {
	if len(r.known.Materials) == 0 {
		return nil
	}
	return func(seqNo int64, ref addr.Addr, whole string) []lower.Made {
		if !r.known.Has(seqNo, ref, whole) {
			return nil
		}
		r.define()
		return r.known.Made(seqNo, ref, whole)
	}
}

func (r *registered) base() func(addr.Addr, string) *lower.Base { return r.known.Base }

// define reads the definitions, once.
func (r *registered) define() {
	if r.known.Definitions == nil && r.err == nil {
		r.known.Definitions, r.err = r.reg.Definitions(r.ctx)
	}
}

func (r *registered) decisions(end time.Time) ([]model.Decision, error) {
	all, err := r.reg.Decisions(r.ctx)
	return Followed(all, end), err
}

// Followed are the decisions that a run of an end time follows.
func Followed(all []run.Decision, end time.Time) []model.Decision {
	var out []model.Decision
	for _, d := range all {
		if d.Holds(end) {
			out = append(out, model.Decision{No: d.No, Entity: d.Entity, Split: d.Kind == run.DecideSplit, Type1: d.Type1, Type2: d.Type2})
		}
	}
	return out
}

func (r *registered) facts(l *lower.Result) (plan.Facts, error) {
	for _, s := range l.Steps {
		if !r.known.Whole(s) {
			r.define()
			break
		}
	}
	return r.known, r.err
}

// inputRows are the numbers of rows of inputs' tables, as far as a catalog has them at hand.
func inputRows(g *model.Graph, c catalog.Catalog) map[string]int64 {
	out := map[string]int64{}
	for _, in := range g.Inputs {
		if c == nil || in.Format != model.FromTable {
			continue
		}
		o := rel.Object{Space: rel.External, Written: true}
		if len(in.Table) == 1 {
			o.Space = rel.Target
		}
		for _, p := range in.Table {
			o.Parts = append(o.Parts, rel.Ident{Name: p.Name, Quoted: p.Quoted})
		}
		if t, ok, err := c.Table(o); err == nil && ok && t.Rows >= 0 && !t.View { // a number to go by: its absence is no failure
			out[in.Address.Key()] = t.Rows
		}
	}
	return out
}
