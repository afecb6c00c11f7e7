// Package run is the room where a plan is carried out: it executes printed statements over a connection, tells what
// happens as events, and publishes at the end. It prints nothing itself.
package run

import (
	"time"

	"kith/internal/source"
)

// Event is *RunStarted, *StepStarted, *StepProgress, *StepDone, *CheckDone, *RunDone and no other. Readers: the terminal view, JSON
// lines, tests.
type Event interface{ event() }

// RunStarted opens a run.
type RunStarted struct {
	Project, Target, Warehouse string
	// At is when the run began, in UTC. The starts of steps count from it.
	At                 time.Time
	SeqNo              int64
	BeginTime, EndTime time.Time // zero Begin: none
	Build, Reuse, Skip int
	Steps              []string // addresses in order
}

// StepStarted says that a step began, Start after the run did.
type StepStarted struct {
	Addr, Title string
	Start       time.Duration
}

// StepProgress is a word on a long step ("round 3: 12,034 edges left").
type StepProgress struct{ Addr, Text string }

// Status is how a step ended.
type Status string

// The ways a step ends.
const (
	Done    Status = "done"
	Reused  Status = "reused"
	Failed  Status = "failed"
	Skipped Status = "skipped"
	// Interrupted is a step that was stopped from outside while it ran.
	Interrupted Status = "interrupted"
)

// StepDone says that a step ended. Rows is -1 when not known. Cause names, for a skipped step, the step that failed. Start
// counts from the start of the run; Took is 0 for a step that did not run.
type StepDone struct {
	Addr, Title string
	Status      Status
	Rows        int64
	Start, Took time.Duration
	Cause       string
	Choice      string // what a Choose picked, "" for none
	Error       string // why it failed, without values of rows
	At          source.Span
}

// RunDone closes a run.
type RunDone struct {
	SeqNo                         int64
	Done, Failed, Skipped, Reused int
	Took                          time.Duration
}

func (*RunStarted) event()   {}
func (*StepStarted) event()  {}
func (*StepProgress) event() {}
func (*StepDone) event()     {}
func (*RunDone) event()      {}
