package view

import (
	"encoding/json"
	"io"
	"time"

	"kith/internal/diag"
	"kith/internal/run"
)

// Lines writes a run as JSON lines, one object a line with a key "type": header, diagnostics, run_started, step_started,
// step_progress, step_done, run_done, result or error. Times are RFC 3339 in UTC, lengths of time are seconds.
type Lines struct {
	Materials Materials
	out       *json.Encoder
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
	SeqNo     int64      `json:"seqNo"`
	BeginTime *time.Time `json:"beginTime"`
	EndTime   time.Time  `json:"endTime"`
	Build     int        `json:"build"`
	Reuse     int        `json:"reuse"`
	LeftOut   int        `json:"leftOut"`
	Steps     []string   `json:"steps"`
}

type stepLine struct {
	Step     string     `json:"step"`
	Title    string     `json:"title,omitempty"`
	Material string     `json:"material,omitempty"`
	Text     string     `json:"text,omitempty"`
	Status   run.Status `json:"status,omitempty"`
	Rows     *int64     `json:"rows,omitempty"`
	Seconds  *float64   `json:"seconds,omitempty"`
	Cause    string     `json:"cause,omitempty"`
	Choice   string     `json:"choice,omitempty"`
	File     string     `json:"file,omitempty"`
	Line     int        `json:"line,omitempty"`
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
		l.Line("run_started", startedLine{e.Project, e.Target, e.Warehouse, e.SeqNo, Moment(e.BeginTime), e.EndTime.UTC(), e.Build, e.Reuse, e.Skip, e.Steps})
	case *run.StepStarted:
		l.Line("step_started", stepLine{Step: e.Addr, Title: e.Title, Material: l.Materials[e.Addr]})
	case *run.StepProgress:
		l.Line("step_progress", stepLine{Step: e.Addr, Text: e.Text})
	case *run.StepDone:
		s := stepLine{Step: e.Addr, Title: e.Title, Material: l.Materials[e.Addr], Status: e.Status, Cause: e.Cause, Choice: e.Choice}
		if e.Rows >= 0 {
			s.Rows = &e.Rows
		}
		if e.Status == run.Done || e.Status == run.Failed || e.Status == run.Interrupted {
			took := e.Took.Seconds()
			s.Seconds = &took
		}
		if !e.At.IsZero() {
			s.File = e.At.Path()
			s.Line, _ = e.At.Position()
		}
		l.Line("step_done", s)
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
