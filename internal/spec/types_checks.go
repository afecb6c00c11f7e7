package spec

import "kith/internal/source"

// Check is an item of checks: what must hold of the rows of one object before a run publishes them.
type Check struct {
	Span              source.Span
	Name, Description source.At[string]
	On                source.At[string] // a path
	OnFailure         source.At[string] // "block", "warn" or ""
	NotNull, Unique   []source.At[string]
	UniqueTogether    []source.At[string]
	AcceptedValues    *AcceptedValues
	Rows              *RowBounds
	SQL               source.Text
}

// AcceptedValues is {column, values}. Values are scalars, each with the tag that YAML gives it.
type AcceptedValues struct {
	Span   source.Span
	Column source.At[string]
	Values []*source.Node
}

// RowBounds is how many rows an object may have. A bound without a place is not written.
type RowBounds struct {
	Span            source.Span
	AtLeast, AtMost source.At[int]
	// ShrinkAtMost and GrowAtMost are percentages of the rows that were published last.
	ShrinkAtMost, GrowAtMost source.At[float64]
}

// Freshness is how old the newest row of an input may be. The ages are Go durations, "" when not written.
type Freshness struct {
	Span                  source.Span
	WarnAfter, BlockAfter source.At[string]
}
