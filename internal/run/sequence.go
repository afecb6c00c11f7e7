package run

import (
	"context"
	"time"

	"kith/internal/rel"
)

// Sequences are the contexts that have a number: the times of a run, and those of the boundaries of coarser grains that it
// needed (modelling.md section 18.7).
type Sequences struct {
	rows []sequence
	last int64
}

type sequence struct {
	no         int64
	begin, end time.Time
}

// Sequences reads the contexts of the registry.
func (r *Registry) Sequences(ctx context.Context) (*Sequences, error) {
	rows, err := r.rows(ctx, r.selectFrom(sequenceTable, "seq_no", "begin_ts", "end_ts"))
	if err != nil {
		return nil, err
	}
	out := &Sequences{}
	for _, row := range rows {
		var s sequence
		s.no, _ = row[0].(int64)
		s.begin, _ = row[1].(time.Time)
		s.end, _ = row[2].(time.Time)
		out.rows, out.last = append(out.rows, s), max(out.last, s.no)
	}
	return out, nil
}

// Known returns the newest number that times had before; ok is false when they had none.
func (s *Sequences) Known(begin, end time.Time) (no int64, ok bool) {
	for _, o := range s.rows {
		if o.begin.Equal(begin) && o.end.Equal(end) {
			no, ok = max(no, o.no), true
		}
	}
	return no, ok
}

// Times returns the times of a number; ok is false when there is no such number.
func (s *Sequences) Times(no int64) (begin, end time.Time, ok bool) {
	for _, o := range s.rows {
		if o.no == no {
			return o.begin, o.end, true
		}
	}
	return begin, end, false
}

// Fresh returns a number that no context has, and remembers it as taken.
func (s *Sequences) Fresh() int64 {
	s.last++
	return s.last
}

// Reserve makes a number one that Fresh does not return.
func (s *Sequences) Reserve(no int64) { s.last = max(s.last, no) }

// Of returns the number of a context: the newest that the same times had before, else a fresh one.
func (s *Sequences) Of(begin, end time.Time) int64 {
	if no, ok := s.Known(begin, end); ok {
		return no
	}
	return s.Fresh()
}

// Sequence returns the number of a context: the newest that the same times had before, else the next free one.
func (r *Registry) Sequence(ctx context.Context, begin, end time.Time) (int64, error) {
	s, err := r.Sequences(ctx)
	if err != nil {
		return 0, err
	}
	return s.Of(begin, end), nil
}

// Fresh returns a number that no context has. A forced run takes one: what it builds must not overwrite the materials of its
// times, because published views read those until the new ones are complete.
func (r *Registry) Fresh(ctx context.Context) (int64, error) {
	s, err := r.Sequences(ctx)
	if err != nil {
		return 0, err
	}
	return s.Fresh(), nil
}

// Context returns the times of a sequence number; ok is false when there is none of that number.
func (r *Registry) Context(ctx context.Context, seqNo int64) (begin, end time.Time, ok bool, err error) {
	s, err := r.Sequences(ctx)
	if err != nil {
		return begin, end, false, err
	}
	begin, end, ok = s.Times(seqNo)
	return begin, end, ok, nil
}

// takeAll registers the contexts of a plan under their numbers, where they are not there.
func (r *Registry) takeAll(ctx context.Context, p *Plan) error {
	s, err := r.Sequences(ctx)
	if err != nil {
		return err
	}
	cols := []rel.Column{{Name: "seq_no", Type: rel.BigInt}, {Name: "begin_ts", Type: rel.Timestamp}, {Name: "end_ts", Type: rel.Timestamp}}
	for _, c := range p.Contexts {
		if _, _, known := s.Times(c.SeqNo); known {
			continue
		}
		err := r.exec(ctx, rel.Program{&rel.Insert{Into: sequenceTable, Columns: []string{"seq_no", "begin_ts", "end_ts"},
			Body: literals(cols, c.SeqNo, timeOrNil(c.BeginTime), c.EndTime)}})
		if err != nil {
			return err
		}
	}
	return nil
}
