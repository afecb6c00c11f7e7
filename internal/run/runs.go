package run

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"time"

	"kith/internal/rel"
)

// Tables of what runs did, with a column for each fact. runTable has a row for each run, entered when it begins and changed
// when it ends; stepTable one for each step that ended.
var (
	runTable  = rel.Named(rel.Internal, "kith_run")
	stepTable = rel.Named(rel.Internal, "kith_step")
)

var runColumns = []rel.Column{
	{Name: "run_no", Type: rel.BigInt}, // the fence of the run's lease
	{Name: "seq_no", Type: rel.BigInt}, {Name: "started_at", Type: rel.Timestamp}, {Name: "finished_at", Type: rel.Timestamp},
	{Name: "status", Type: rel.Text}, {Name: "project", Type: rel.Text}, {Name: "target", Type: rel.Text},
	{Name: "steps_done", Type: rel.BigInt}, {Name: "steps_reused", Type: rel.BigInt}, {Name: "steps_failed", Type: rel.BigInt}, {Name: "steps_skipped", Type: rel.BigInt},
	{Name: "begin_ts", Type: rel.Timestamp}, {Name: "end_ts", Type: rel.Timestamp},
	{Name: "publish_no", Type: rel.BigInt}, // NULL when it published nothing
	{Name: "command", Type: rel.Text}, {Name: "user_name", Type: rel.Text}, {Name: "host", Type: rel.Text},
	{Name: "git_commit", Type: rel.Text}, {Name: "version", Type: rel.Text}, {Name: "error", Type: rel.Text},
	{Name: "numbers", Type: rel.Text}, // JSON of what was counted in what it published
}

var stepColumns = []rel.Column{
	{Name: "run_no", Type: rel.BigInt}, {Name: "seq_no", Type: rel.BigInt}, {Name: "model_ref", Type: rel.Text}, {Name: "model_type", Type: rel.Text},
	{Name: "material_name", Type: rel.Text}, {Name: "action", Type: rel.Text}, {Name: "reason", Type: rel.Text}, {Name: "status", Type: rel.Text},
	{Name: "started_at", Type: rel.Timestamp}, {Name: "finished_at", Type: rel.Timestamp}, {Name: "row_count", Type: rel.BigInt},
	{Name: "choice", Type: rel.Text}, {Name: "error", Type: rel.Text},
	{Name: "byte_count", Type: rel.BigInt}, // NULL where the engine does not say
}

// What the row of a run says beside the words of Outcome.Status. One that says running is of a run that goes on, or of one
// that was killed: the next run that gets the lease says which.
const (
	runRunning = "running"
	runCrashed = "crashed"
)

// beginRun enters a run. Runs of earlier leases that never ended have crashed.
func (r *Registry) beginRun(ctx context.Context, opt Options, p *Plan, started time.Time) error {
	h := holderOf(r.lease.holder)
	row := map[string]any{
		"run_no": r.lease.fence, "seq_no": p.SeqNo, "started_at": stamp(started), "status": runRunning, "project": opt.Project, "target": r.Target,
		"begin_ts": timeOrNil(p.BeginTime), "end_ts": p.EndTime, "command": textOrNil(h.Command), "user_name": textOrNil(h.User), "host": textOrNil(h.Host),
		"git_commit": textOrNil(opt.GitCommit), "version": textOrNil(r.Version),
	}
	return r.exec(ctx, rel.Program{
		&rel.Update{Into: runTable, Set: []rel.Item{{Expr: rel.S(runCrashed), As: "status"}},
			Where: []rel.Expr{rel.Eq(rel.C("t", "status"), rel.S(runRunning)), &rel.Op{Op: "<>", Args: []rel.Expr{rel.C("t", "run_no"), rel.I(r.lease.fence)}}}},
		enter(runTable, runColumns, row),
	})
}

// endRun completes the row of a run.
func (r *Registry) endRun(ctx context.Context, out *Outcome, status, reason string, at time.Time) error {
	var published any
	if len(out.Published) > 0 {
		b, err := r.Book(ctx)
		if err != nil {
			return err
		}
		published = b.No
	}
	set := []rel.Item{}
	for _, c := range []struct {
		name  string
		value any
	}{
		{"finished_at", stamp(at)}, {"status", status}, {"steps_done", int64(out.Done.Done)}, {"steps_reused", int64(out.Done.Reused)},
		{"steps_failed", int64(out.Done.Failed)}, {"steps_skipped", int64(out.Done.Skipped)}, {"publish_no", published}, {"error", textOrNil(reason)},
	} {
		set = append(set, rel.Item{Expr: &rel.Lit{Value: c.value}, As: c.name})
	}
	return r.exec(ctx, rel.Program{&rel.Update{Into: runTable, Set: set, Where: []rel.Expr{rel.Eq(rel.C("t", "run_no"), rel.I(r.lease.fence))}}})
}

// recordStep enters a step that ended, of a run that began at started.
func (r *Registry) recordStep(ctx context.Context, s *Step, e *StepDone, started time.Time, reason string) error {
	began := started.Add(e.Start)
	row := map[string]any{
		"run_no": r.lease.fence, "seq_no": s.SeqNo, "model_ref": string(s.Ref), "model_type": s.Type, "material_name": s.Out.Name(),
		"action": string(s.Action), "reason": s.Reason, "status": string(e.Status), "started_at": stamp(began), "finished_at": stamp(began.Add(e.Took)),
		"choice": textOrNil(e.Choice), "error": textOrNil(reason),
	}
	if e.Rows >= 0 {
		row["row_count"] = e.Rows
	}
	if sized, ok := r.Conn.(Sized); ok && e.Status == Done && s.IsTable {
		n, known, err := sized.Bytes(ctx, s.Out)
		if err != nil {
			return err
		}
		if known {
			row["byte_count"] = n
		}
	}
	return r.exec(ctx, rel.Program{enter(stepTable, stepColumns, row)})
}

// Sized is asked of a connection: how many bytes a table takes; known is false when there is no such table.
type Sized interface {
	Bytes(ctx context.Context, o rel.Object) (bytes int64, known bool, err error)
}

// invocation is the JSON of the registry's invocation_metadata: who had a material made, and from what.
func (r *Registry) invocation(commit string) string {
	h := Holder{}
	if r.lease != nil {
		h = holderOf(r.lease.holder)
	}
	text, _ := json.Marshal(struct { // of texts only
		Host    string `json:"hostName,omitempty"`
		User    string `json:"userName,omitempty"`
		Command string `json:"command,omitempty"`
		Commit  string `json:"gitCommit,omitempty"`
	}{h.Host, h.User, h.Command, commit})
	return string(text)
}

// enter inserts one row; columns that it does not name are NULL.
func enter(into rel.Object, columns []rel.Column, row map[string]any) *rel.Insert {
	var names []string
	var values []any
	for _, c := range columns {
		names = append(names, c.Name)
		values = append(values, row[c.Name])
	}
	return &rel.Insert{Into: into, Columns: names, Body: literals(columns, values...)}
}

// stamp is a time as the tables keep it.
func stamp(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }

// Numbers returns what the newest run of a sequence number counted in what it published, as it was kept; "" when there is
// nothing.
func (r *Registry) Numbers(ctx context.Context, seqNo int64) (string, error) {
	sel := r.selectFrom(runTable, "run_no", "numbers")
	sel.Where = []rel.Expr{rel.Eq(rel.C("t", "seq_no"), rel.I(seqNo)), rel.NotNull(rel.C("t", "numbers"))}
	rows, err := r.rows(ctx, sel)
	if err != nil || len(rows) == 0 {
		return "", err
	}
	text, _ := rows[len(rows)-1][1].(string)
	return text, nil
}

// KeepNumbers keeps what was counted with the run of the present lease.
func (r *Registry) KeepNumbers(ctx context.Context, text string) error {
	if r.lease == nil {
		return nil
	}
	return r.exec(ctx, rel.Program{&rel.Update{Into: runTable, Set: []rel.Item{{Expr: rel.S(text), As: "numbers"}},
		Where: []rel.Expr{rel.Eq(rel.C("t", "run_no"), rel.I(r.lease.fence))}}})
}

// Past is a run as the registry has it.
type Past struct {
	No        int64      `json:"runNo"`
	SeqNo     int64      `json:"seqNo"`
	Started   time.Time  `json:"startedAt"`
	Finished  *time.Time `json:"finishedAt"` // nil while it runs, and for a run that was killed
	Status    string     `json:"status"`
	Project   string     `json:"project"`
	Target    string     `json:"target"`
	Done      int64      `json:"stepsDone"`
	Reused    int64      `json:"stepsReused"`
	Failed    int64      `json:"stepsFailed"`
	Skipped   int64      `json:"stepsSkipped"`
	PublishNo int64      `json:"publishNo,omitempty"` // 0 when it published nothing
	Command   string     `json:"command,omitempty"`
	User      string     `json:"user,omitempty"`
	Host      string     `json:"host,omitempty"`
	GitCommit string     `json:"gitCommit,omitempty"`
	Version   string     `json:"version,omitempty"`
	Error     string     `json:"error,omitempty"`
}

// Runs returns the newest runs of a schema, at most limit of them, the newest first.
func (r *Registry) Runs(ctx context.Context, limit int) ([]Past, error) {
	rows, err := r.rows(ctx, r.selectFrom(runTable, "run_no", "started_at", "seq_no", "finished_at", "status", "project", "target", "steps_done",
		"steps_reused", "steps_failed", "steps_skipped", "publish_no", "command", "user_name", "host", "git_commit", "version", "error"))
	if err != nil {
		return nil, err
	}
	var out []Past
	for _, row := range rows {
		var p Past
		for i, to := range map[int]*int64{0: &p.No, 2: &p.SeqNo, 7: &p.Done, 8: &p.Reused, 9: &p.Failed, 10: &p.Skipped, 11: &p.PublishNo} {
			*to, _ = row[i].(int64)
		}
		for i, to := range map[int]*string{4: &p.Status, 5: &p.Project, 6: &p.Target, 12: &p.Command, 13: &p.User, 14: &p.Host, 15: &p.GitCommit,
			16: &p.Version, 17: &p.Error} {
			*to, _ = row[i].(string)
		}
		p.Started, _ = row[1].(time.Time)
		if t, ok := row[3].(time.Time); ok {
			p.Finished = &t
		}
		out = append(out, p)
	}
	slices.SortStableFunc(out, func(a, b Past) int { return cmp.Compare(b.No, a.No) })
	return out[:min(len(out), max(limit, 0))], nil
}
