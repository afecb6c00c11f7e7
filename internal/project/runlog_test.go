package project

import (
	"strings"
	"testing"
	"time"

	"kith/internal/run"
)

// TestRunLog reads the events of a run with a check: it is a step of its own, and one that was not planned is added.
func TestRunLog(t *testing.T) {
	l := NewRunLog(RunHeader{}, []*RunStep{{Step: "a", Title: "input a", Action: "build"},
		{Step: checkStep("2 checks of a"), Action: "check"}, {Step: checkStep("1 check of b"), Action: "reuse"}, {Step: publishStep, Title: "publish", Action: "publish"}})
	for _, e := range []run.Event{
		&run.RunStarted{At: time.Unix(0, 1999), Skip: 2},
		&run.StepStarted{Addr: "a", Title: "input a", Start: time.Second},
		&run.StepDone{Addr: "a", Title: "input a", Status: run.Failed, Rows: -1, Start: time.Second, Took: 1500 * time.Microsecond, Error: "no"},
		&run.CheckDone{Object: "a", Title: "2 checks of a", Status: run.Failed, Start: 2 * time.Second, Took: time.Second},
		&run.CheckDone{Object: "b", Title: "1 check of b", Status: run.Reused},
		&run.StepDone{Addr: "z", Title: "table z", Status: run.Skipped, Rows: -1, Cause: "a"},
		&run.RunDone{Failed: 1, Skipped: 1, Took: 3*time.Second + 400},
	} {
		l.Event(e)
	}
	r := l.Report()
	var got []string
	for _, s := range r.Steps {
		got = append(got, s.Step+" "+s.Action+" "+string(s.Status))
	}
	if s := strings.Join(got, "|"); s != "a build failed|checks/2 checks of a check failed|checks/1 check of b reuse reused|publish publish |z build skipped" {
		t.Error(s)
	}
	if a := l.Step("a"); *a.Start != 1 || *a.Seconds != 0.0015 || a.Error != "no" || a.Rows != nil {
		t.Errorf("%+v", a)
	}
	if c := l.Step("checks/1 check of b"); c.Start != nil || c.Seconds != nil {
		t.Errorf("%+v", c)
	}
	if r.Seconds != 3 || r.Counts != (RunCounts{Failed: 1, Skipped: 1, LeftOut: 2}) || r.StartedAt.Nanosecond() != 1000 {
		t.Errorf("%v %+v %v", r.Seconds, r.Counts, r.StartedAt)
	}
}
