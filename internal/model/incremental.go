package model

import (
	"time"

	"kith/internal/source"
	"kith/internal/spec"
)

// defaultLookback is incremental_timedelta where it is not written (modelling.md section 6.1).
const defaultLookback = 96 * time.Hour

// SetIncremental reads the run_type of a stitcher, incremental unless another is written, and how late its rows may come.
func (s *Stitcher) SetIncremental(m *spec.Materialization, timedelta source.At[string]) {
	s.Incremental = m == nil || m.RunType.Value == "" || m.RunType.Value == "incremental"
	s.Lookback = defaultLookback
	if d, err := time.ParseDuration(timedelta.Value); err == nil { // the loader has read it before
		s.Lookback = d
	}
}
