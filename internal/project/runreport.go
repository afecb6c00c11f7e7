package project

import (
	"time"

	"kith/internal/diag"
	"kith/internal/run"
)

// RunReport is one run from its header to how it ended: what run_report.json holds, what the page of a run is made from, and
// the last line of `run --json`. It holds no value of a row and no secret. Times are in UTC, lengths of time in seconds.
type RunReport struct {
	RunHeader
	// Status is "done", "partial", "failed" or "interrupted"; ExitCode that of the command.
	Status   string `json:"status"`
	ExitCode int    `json:"exitCode"`
	// StartedAt is when the run began, Seconds how long it lasted.
	StartedAt time.Time `json:"startedAt"`
	Seconds   float64   `json:"seconds"`
	Counts    RunCounts `json:"counts"`
	// Steps are in the order of the plan; checks and publishing are the last.
	Steps []*RunStep `json:"steps"`
	// Checks are the promises that were looked at, Blocked is set when one of them kept the run from publishing.
	Checks  []RunCheck `json:"checks"`
	Blocked bool       `json:"blocked"`
	// Failures say what went wrong, each cause once; Warnings what is worth knowing of a run that went on.
	Failures diag.List `json:"failures"`
	Warnings diag.List `json:"warnings"`
	// Resume is the command that goes on, "" when the run is whole.
	Resume string `json:"resume,omitempty"`
	// Report are the numbers of what was published; nil when nothing was.
	*Report
}

// RunHeader says what is run, where and for which time.
type RunHeader struct {
	Project   string     `json:"project"`
	Target    string     `json:"target"`
	Warehouse string     `json:"warehouse"`
	Place     string     `json:"place"`
	Schema    string     `json:"schema"`
	SeqNo     int64      `json:"seqNo"`
	BeginTime *time.Time `json:"beginTime"`
	EndTime   time.Time  `json:"endTime"`
	// Folder is where the compiled SQL is, relative to the project.
	Folder string `json:"folder"`
	// Version is that of kith. Commit is nil when the project is in no git repository.
	Version string  `json:"version"`
	Commit  *Commit `json:"commit"`
}

// RunCounts are numbers of steps by how they ended. LeftOut are those that were not asked for.
type RunCounts struct {
	Done    int `json:"done"`
	Reused  int `json:"reused"`
	Failed  int `json:"failed"`
	Skipped int `json:"skipped"`
	LeftOut int `json:"leftOut"`
}

// RunStep is a step of a run: what was planned and how it went. It is also the line step_done of `run --json`.
type RunStep struct {
	Step     string `json:"step"`
	Title    string `json:"title"`
	Type     string `json:"type,omitempty"`
	Entity   string `json:"entity,omitempty"`
	Material string `json:"material,omitempty"`
	// Published is the name that people read it by, "" for none.
	Published string `json:"published,omitempty"`
	// Action is "build", "reuse" or "leave", "check" for a look at what was built and "publish" for the last step; Reason is why.
	Action string `json:"action"`
	Reason string `json:"reason,omitempty"`
	// Status is "" for a step that was left out or never came up.
	Status run.Status `json:"status,omitempty"`
	// Start counts from the start of the run. It and Seconds are missing for what did not run.
	Start   *float64 `json:"start,omitempty"`
	Seconds *float64 `json:"seconds,omitempty"`
	Rows    *int64   `json:"rows,omitempty"`
	// Cause names, for a skipped step, the step that failed.
	Cause string `json:"cause,omitempty"`
	// Error is why the step failed.
	Error string `json:"error,omitempty"`
	// Choice is what was chosen while running: "kernel" or "sql" for an identity graph.
	Choice string `json:"choice,omitempty"`
	// File and Line are where the project declares it.
	File string `json:"file,omitempty"`
	Line int    `json:"line,omitempty"`
	// Needs are the steps that it reads.
	Needs []string `json:"needs,omitempty"`
	// SQL are the files of its statements, relative to the folder of the sequence number.
	SQL []string `json:"sql,omitempty"`
}

// Ran reports whether the step did anything.
func (s *RunStep) Ran() bool {
	return s.Status == run.Done || s.Status == run.Failed || s.Status == run.Interrupted
}
