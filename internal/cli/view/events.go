package view

import (
	"encoding/json"
	"io"
	"time"

	"kith/internal/diag"
	"kith/internal/project"
	"kith/internal/run"
)

// Lines writes a run as JSON lines, one object a line with a key "type": header, diagnostics, run_started, step_started,
// step_progress, step_done, check_done, run_done, result or error. Times are RFC 3339 in UTC, lengths of time are seconds.
type Lines struct {
	// Log has seen every event before it comes here.
	Log *project.RunLog
	out *json.Encoder
}

// NewLines writes to out.
func NewLines(out io.Writer) *Lines {
	e := json.NewEncoder(out)
	e.SetEscapeHTML(false)
	return &Lines{out: e}
}

// Close does nothing.
func (l *Lines) Close() {}

// Line writes a line of a type with the fields of v, which is a struct or a map.
func (l *Lines) Line(kind string, v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return err
	}
	fields := map[string]json.RawMessage{}
	if err := json.Unmarshal(data, &fields); err != nil {
		return err
	}
	head, err := json.Marshal(kind)
	if err != nil {
		return err
	}
	fields["type"] = head
	return l.out.Encode(fields)
}

// Diagnostics writes what there is to say of the project.
func (l *Lines) Diagnostics(d diag.List) {
	l.Line("diagnostics", map[string]any{"diagnostics": d})
}

type startedLine struct {
	Project   string     `json:"project"`
	Target    string     `json:"target"`
	Warehouse string     `json:"warehouse"`
	StartedAt time.Time  `json:"startedAt"`
	SeqNo     int64      `json:"seqNo"`
	BeginTime *time.Time `json:"beginTime"`
	EndTime   time.Time  `json:"endTime"`
	Build     int        `json:"build"`
	Reuse     int        `json:"reuse"`
	LeftOut   int        `json:"leftOut"`
	Steps     []string   `json:"steps"`
}

type stepLine struct {
	Step     string   `json:"step"`
	Title    string   `json:"title,omitempty"`
	Material string   `json:"material,omitempty"`
	Start    *float64 `json:"start,omitempty"`
	Text     string   `json:"text,omitempty"`
}

type runLine struct {
	SeqNo   int64   `json:"seqNo"`
	Done    int     `json:"done"`
	Failed  int     `json:"failed"`
	Skipped int     `json:"skipped"`
	Reused  int     `json:"reused"`
	Seconds float64 `json:"seconds"`
}

// Event writes an event.
func (l *Lines) Event(e run.Event) {
	switch e := e.(type) {
	case *run.RunStarted:
		l.Line("run_started", startedLine{e.Project, e.Target, e.Warehouse, e.At, e.SeqNo, Moment(e.BeginTime), e.EndTime.UTC(), e.Build, e.Reuse, e.Skip, e.Steps})
	case *run.StepStarted:
		s := l.Log.Step(e.Addr)
		l.Line("step_started", stepLine{Step: s.Step, Title: s.Title, Material: s.Material, Start: s.Start})
	case *run.StepProgress:
		l.Line("step_progress", stepLine{Step: e.Addr, Text: e.Text})
	case *run.StepDone:
		l.Line("step_done", l.Log.Step(e.Addr))
	case *run.CheckDone:
		l.Line("check_done", checkLine{e.Object, e.Title, e.Status, e.Took.Seconds(), project.RunChecks(e.Results)})
	case *run.RunDone:
		l.Line("run_done", runLine{e.SeqNo, e.Done, e.Failed, e.Skipped, e.Reused, e.Took.Seconds()})
	}
}

// Moment is a time for JSON, null when it is not set.
func Moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}
