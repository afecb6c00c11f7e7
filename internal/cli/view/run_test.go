package view

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"kith/internal/diag"
	"kith/internal/project"
	"kith/internal/run"
)

// story is a run of four steps: one reused, one built, one failed, one skipped because of it.
func story() []run.Event {
	return []run.Event{
		&run.RunStarted{At: time.Unix(60, 0).UTC(), Project: "p", Target: "dev", Warehouse: "duckdb", SeqNo: 3, EndTime: time.Unix(0, 0), Build: 3, Reuse: 1, Steps: []string{"a", "b", "c", "d"}},
		&run.StepDone{Addr: "a", Title: "input a", Status: run.Reused, Rows: -1},
		&run.StepStarted{Addr: "b", Title: "graph of b"},
		&run.StepProgress{Addr: "b", Text: "solver: here"},
		&run.StepStarted{Addr: "c", Title: "c <features>", Start: 500 * time.Millisecond},
		&run.StepDone{Addr: "b", Title: "graph of b", Status: run.Done, Rows: 12034, Took: 1500 * time.Millisecond, Choice: "here"},
		&run.StepDone{Addr: "c", Title: "c <features>", Status: run.Failed, Rows: -1, Start: 500 * time.Millisecond, Took: time.Second},
		&run.StepDone{Addr: "d", Title: "table d", Status: run.Skipped, Rows: -1, Cause: "c"},
		&run.RunDone{SeqNo: 3, Done: 1, Failed: 1, Skipped: 1, Reused: 1, Took: 2 * time.Second},
	}
}

var names = Materials{"a": "Material_a_00000001_3", "b": "Material_b_00000002_3", "c": "Material_c_00000003_3", "d": "Material_d_00000004_3"}

func TestPlain(t *testing.T) {
	for verbose, want := range map[bool]string{
		false: `Plan      3 to build, 1 reused
Material Material_b_00000002_3 ran in 1.50s (graph of b, 12,034 rows, here)
Failed Material_c_00000003_3 (c <features>)
`,
		true: `Plan      3 to build, 1 reused
Material Material_a_00000001_3 reused (input a)
Material Material_b_00000002_3 ran in 1.50s (graph of b, 12,034 rows, here)
Failed Material_c_00000003_3 (c <features>)
Skipped Material_d_00000004_3 (table d), because of c
`} {
		var b bytes.Buffer
		p := &Plain{Out: &b, Materials: names, Verbose: verbose}
		for _, e := range story() {
			p.Event(e)
		}
		p.Close()
		if b.String() != want {
			t.Errorf("%s", b.String())
		}
	}
}

func TestLines(t *testing.T) {
	var b bytes.Buffer
	l := NewLines(&b)
	var planned []*project.RunStep
	for _, a := range []string{"a", "b", "c", "d"} {
		planned = append(planned, &project.RunStep{Step: a, Material: names[a], Action: "build"})
	}
	l.Log = project.NewRunLog(project.RunHeader{}, planned)
	l.Diagnostics(diag.List{{Code: "W001", Severity: diag.Note, Message: "a < b"}})
	for _, e := range story() {
		l.Log.Event(e)
		l.Event(e)
	}
	l.Close()
	want := `{"diagnostics":[{"code":"W001","severity":"note","message":"a < b"}],"type":"diagnostics"}
{"beginTime":null,"build":3,"endTime":"1970-01-01T00:00:00Z","leftOut":0,"project":"p","reuse":1,"seqNo":3,"startedAt":"1970-01-01T00:01:00Z","steps":["a","b","c","d"],"target":"dev","type":"run_started","warehouse":"duckdb"}
{"action":"build","material":"Material_a_00000001_3","status":"reused","step":"a","title":"input a","type":"step_done"}
{"material":"Material_b_00000002_3","start":0,"step":"b","title":"graph of b","type":"step_started"}
{"step":"b","text":"solver: here","type":"step_progress"}
{"material":"Material_c_00000003_3","start":0.5,"step":"c","title":"c <features>","type":"step_started"}
{"action":"build","choice":"here","material":"Material_b_00000002_3","rows":12034,"seconds":1.5,"start":0,"status":"done","step":"b","title":"graph of b","type":"step_done"}
{"action":"build","material":"Material_c_00000003_3","seconds":1,"start":0.5,"status":"failed","step":"c","title":"c <features>","type":"step_done"}
{"action":"build","cause":"c","material":"Material_d_00000004_3","status":"skipped","step":"d","title":"table d","type":"step_done"}
{"done":1,"failed":1,"reused":1,"seconds":2,"seqNo":3,"skipped":1,"type":"run_done"}
`
	if got := unescaped(t, b.String()); got != want {
		t.Errorf("%s", got)
	}
}

// unescaped checks that every line is JSON and writes < and > as they are, whichever way they were written.
func unescaped(t *testing.T, lines string) string {
	t.Helper()
	for line := range strings.SplitSeq(strings.TrimSpace(lines), "\n") {
		if !json.Valid([]byte(line)) {
			t.Errorf("%s is not JSON", line)
		}
	}
	return strings.NewReplacer(`\u003c`, "<", `\u003e`, ">").Replace(lines)
}

var up = regexp.MustCompile(`\x1b\[(\d+)A\r\x1b\[J`)

// screen is what a terminal shows after text was written to it that moves up and clears below.
func screen(s string) string {
	var shown []string
	for {
		at := up.FindStringSubmatchIndex(s)
		if at == nil {
			break
		}
		shown = append(shown, strings.SplitAfter(s[:at[0]], "\n")...)
		for len(shown) > 0 && shown[len(shown)-1] == "" {
			shown = shown[:len(shown)-1]
		}
		n, _ := strconv.Atoi(s[at[2]:at[3]])
		shown = shown[:len(shown)-n]
		s = s[at[1]:]
	}
	return strings.Join(shown, "") + s
}

// TestLive: running steps are there while they run and gone at the end, whenever the screen was redrawn.
func TestLive(t *testing.T) {
	var b bytes.Buffer
	l := NewLive(&b, false)
	events := story()
	for _, e := range events[:5] {
		l.Event(e)
	}
	l.mu.Lock()
	l.redraw("")
	middle := screen(b.String())
	l.mu.Unlock()
	if !strings.Contains(middle, "  • graph of b · solver: here") || !strings.Contains(middle, "  • c <features>") || !strings.Contains(middle, "1/3\n") {
		t.Errorf("while it runs:\n%s", middle)
	}
	for _, e := range events[5:] {
		l.Event(e)
	}
	l.Close()
	want := `Plan      3 to build, 1 reused

  ✔ graph of b                                            12,034 rows    1.50s
  ✘ c <features>                                                         1.00s
`
	if got := screen(b.String()); got != want {
		t.Errorf("%s", got)
	}
}

// TestInterruptedStep: a step that was stopped did not fail.
func TestInterruptedStep(t *testing.T) {
	e := &run.StepDone{Addr: "b", Title: "graph of b", Status: run.Interrupted, Rows: -1, Took: 1500 * time.Millisecond}
	if got := (&Plain{Materials: names}).done(e); got != "Interrupted Material_b_00000002_3 (graph of b)" {
		t.Error(got)
	}
	l := &Live{width: 80}
	if got := l.line(e); !strings.HasPrefix(got, "  – graph of b ") || !strings.Contains(got, " interrupted ") {
		t.Errorf("%q", got)
	}
}
