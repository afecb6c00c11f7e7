package cli

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"kith/internal/cli/view"
	"kith/internal/diag"
	"kith/internal/project"
	"kith/internal/run"
	"kith/internal/source"
)

// noSpan is the place of what was said on the command line.
var noSpan source.Span

// runView shows one run from its header to its last screen.
type runView struct {
	app      *App
	work     *project.Work
	compiled *project.Compiled
	folder   string
	reader   view.Reader
	lines    *view.Lines // nil unless JSON is asked for
	began    time.Time
	steps    stepCount
	// untaken is set when the run has no row under its number, so that only its times lead back to it.
	untaken bool
	// warnings are of the end of the run.
	warnings diag.List
}

// stepCount counts how the steps ended, for a run that was stopped.
type stepCount struct {
	done, reused, total int
	failed              map[string]string // address to title
	skipped             map[string]int    // by cause
}

// begin shows the header and opens a reader of events.
func (r *runView) begin() {
	a := r.app
	names := materials(r.compiled)
	if a.flags.json {
		r.lines = a.stream
		r.lines.Materials = names
		r.lines.Line("header", r.header())
		r.lines.Diagnostics(a.diags)
		r.reader = r.lines
	} else {
		if view.Terminal(a.Out) {
			r.reader = view.NewLive(a.Out, a.flags.verbose)
		} else {
			r.reader = &view.Plain{Out: a.Out, Materials: names, Verbose: a.flags.verbose}
		}
		r.writeHeader(a.Out)
		a.say(a.diags)
	}
	r.reader = &counting{Reader: r.reader, to: &r.steps}
}

// counting counts steps on their way to a reader.
type counting struct {
	view.Reader
	to *stepCount
}

// Event counts and passes on.
func (c *counting) Event(e run.Event) {
	switch e := e.(type) {
	case *run.RunStarted:
		c.to.total = e.Build + e.Reuse
		c.to.failed, c.to.skipped = map[string]string{}, map[string]int{}
	case *run.StepDone:
		switch e.Status {
		case run.Done:
			c.to.done++
		case run.Reused:
			c.to.reused++
		case run.Failed:
			c.to.failed[e.Addr] = e.Title
		case run.Skipped:
			c.to.skipped[e.Cause]++
		}
	}
	c.Reader.Event(e)
}

type header struct {
	Project   string     `json:"project"`
	Target    string     `json:"target"`
	Warehouse string     `json:"warehouse"`
	Place     string     `json:"place"`
	Schema    string     `json:"schema"`
	SeqNo     int64      `json:"seqNo"`
	BeginTime *time.Time `json:"beginTime"`
	EndTime   time.Time  `json:"endTime"`
	Folder    string     `json:"folder"`
}

func (r *runView) header() header {
	s, t := r.compiled.Settings, r.work.Target
	return header{r.work.Project.Spec.Name.Value, s.Target, t.Type, t.Place(), t.Schema, s.SeqNo, view.Moment(s.BeginTime), s.EndTime.UTC(), r.folder}
}

func (r *runView) writeHeader(w io.Writer) {
	s, t, style := r.compiled.Settings, r.work.Target, view.StyleOf(w)
	rows := [][2]string{
		{"Project", fmt.Sprintf("%s, target %s", r.work.Project.Spec.Name.Value, s.Target)},
		{"Warehouse", r.place()},
		{"Seq no", fmt.Sprintf("%d, %s", s.SeqNo, times(s.BeginTime, s.EndTime))},
	}
	if t.Default {
		rows[1][1] += fmt.Sprintf(" (connection %q is not configured)", t.Connection)
	}
	for _, row := range rows {
		fmt.Fprintf(w, "%s%s\n", style.Dim(fmt.Sprintf("%-10s", row[0])), row[1])
	}
}

// place says where the tables are.
func (r *runView) place() string {
	t := r.work.Target
	if t.DuckDB != nil {
		return fmt.Sprintf("DuckDB file %s, schema %s", project.Relative(t.Place(), dir()), t.Schema)
	}
	return fmt.Sprintf("%s, schema %s", t.Type, t.Schema)
}

func times(begin, end time.Time) string {
	const layout = "2006-01-02 15:04:05"
	if begin.IsZero() {
		return "data up to " + end.UTC().Format(layout) + " UTC"
	}
	return "data from " + begin.UTC().Format(layout) + " to " + end.UTC().Format(layout) + " UTC"
}

// end shows how the run ended and returns the exit code as an error.
func (r *runView) end(ctx context.Context, out *run.Outcome) error {
	code := exitCode(out)
	var rep *project.Report
	if code == ExitOK || code == ExitPartial {
		var err error
		if rep, err = r.work.Report(ctx, r.compiled, out); err != nil {
			if !interrupted(ctx, err) {
				return stop(ExitRun, fmt.Errorf("the run is published; its numbers cannot be read: %w", err))
			}
			rep = nil
		}
	}
	if len(r.warnings) > 0 {
		if r.lines != nil {
			r.lines.Diagnostics(r.warnings)
		}
		r.app.say(r.warnings)
	}
	if r.lines != nil {
		r.result(out, rep, code)
	} else {
		r.people(out, rep, code)
	}
	if code == ExitOK {
		return nil
	}
	return exit(code)
}

func exitCode(out *run.Outcome) int {
	switch {
	case out.Interrupted:
		return ExitInterrupted
	case len(out.Failures) == 0 && out.Done.Failed == 0:
		return ExitOK
	case len(out.Published) > 0:
		return ExitPartial
	}
	return ExitRun
}

func (r *runView) result(out *run.Outcome, rep *project.Report, code int) {
	r.lines.Line("result", struct {
		ExitCode    int             `json:"exitCode"`
		SeqNo       int64           `json:"seqNo"`
		Interrupted bool            `json:"interrupted"`
		Resume      string          `json:"resume,omitempty"`
		Failures    diag.List       `json:"failures"`
		Report      *project.Report `json:"report"`
	}{code, out.Done.SeqNo, out.Interrupted, r.resume(code), out.Failures, rep})
}

// unrecorded puts an error of kith's own tables among the failures of a run. When everything is published what it was to
// write is only missed, which is worth a warning.
func (r *runView) unrecorded(ctx context.Context, out *run.Outcome, err error) {
	d := r.work.Target.Trouble(err, "the run's own tables cannot be written")
	if len(out.Published) > 0 && len(out.Failures) == 0 {
		d.Severity = diag.Warning
		d.Message = "all is published, and the run is missing in the list of runs: " + err.Error()
		r.warnings = append(r.warnings, d)
		return
	}
	if _, _, ok, e := r.work.Registry.Context(context.WithoutCancel(ctx), r.compiled.Settings.SeqNo); e == nil {
		r.untaken = !ok
	}
	for _, f := range out.Failures {
		if f.Code == d.Code { // one cause is told once
			return
		}
	}
	out.Failures = append(out.Failures, d)
}

// resume is the command that goes on, "" when the run is whole.
func (r *runView) resume(code int) string {
	if code == ExitOK {
		return ""
	}
	s := r.compiled.Settings
	if !r.untaken {
		return r.app.line("kith run", "--seq_no", strconv.FormatInt(s.SeqNo, 10))
	}
	var times []string
	if !s.BeginTime.IsZero() {
		times = append(times, "--begin_time", s.BeginTime.UTC().Format(time.RFC3339Nano))
	}
	return r.app.line("kith run", append(times, "--end_time", s.EndTime.UTC().Format(time.RFC3339Nano))...)
}

func (r *runView) people(out *run.Outcome, rep *project.Report, code int) {
	a := r.app
	if code == ExitOK && rep != nil {
		r.screen(rep, headline(out, time.Since(r.began)))
		return
	}
	if len(out.Failures) > 0 {
		fmt.Fprintln(a.Err)
		a.say(out.Failures)
	}
	style := a.style()
	fmt.Fprintln(a.Err)
	switch code {
	case ExitInterrupted:
		a.note("%s", style.Bold(fmt.Sprintf("Interrupted: %d of %s built and kept. Nothing was published; what was published before stands.",
			r.steps.done+r.steps.reused, view.Count(r.steps.total, "step"))))
	case ExitPartial:
		a.note("%s", style.Bold(fmt.Sprintf("Published in part: %s. The others stand as they were.", view.Count(len(out.Published), "view"))))
	default:
		a.note("%s", style.Bold("Failed. Nothing was published; what was published before stands."))
	}
	if code == ExitInterrupted { // the user knows why
		r.steps.skipped = nil
	}
	for _, cause := range slices.Sorted(maps.Keys(r.steps.skipped)) {
		if title := r.steps.failed[cause]; title != "" {
			a.note("%s not run because of: %s", view.Count(r.steps.skipped[cause], "step"), title)
		}
	}
	a.note("%s", "Go on from here with:  "+style.Accent(r.resume(code)))
}

func headline(out *run.Outcome, took time.Duration) string {
	parts := []string{view.Count(out.Done.Done, "step") + " built"}
	if out.Done.Reused > 0 {
		parts = append(parts, view.Number(int64(out.Done.Reused))+" reused")
	}
	parts = append(parts, view.Count(len(out.Published), "view")+" published")
	return "Done in " + view.Took(took) + ": " + strings.Join(parts, ", ")
}

// screen is the end of a run that went well.
func (r *runView) screen(rep *project.Report, headline string) {
	s := &view.Screen{Report: rep, Headline: headline, Place: r.place(), Next: r.next(rep)}
	s.Write(r.app.Out)
}

// next are three commands worth trying: see the profiles, see the ids of each, see how it hangs together. They are short, so
// that they stay on one line of a terminal however kith is called.
func (r *runView) next(rep *project.Report) []string {
	a := r.app
	var out []string
	for _, e := range rep.Entities {
		if e.View != "" {
			out = append(out, a.line("kith query", "select * from "+e.View))
			break
		}
	}
	for _, e := range rep.Entities {
		out = append(out, a.line("kith query", fmt.Sprintf("select * from %s order by %s", e.Graph, r.idColumn(e.Name))))
		break
	}
	return append(out, a.line("kith show dataflow"))
}

func (r *runView) idColumn(entity string) string {
	if e := r.compiled.Graph.Entity(entity); e != nil {
		return e.IDColumn
	}
	return "1"
}

// line is a command of kith that can be copied: called as kith was called, with the flags that led here and every argument
// quoted for a shell.
func (a *App) line(command string, args ...string) string {
	words := []string{a.program(), strings.TrimPrefix(command, "kith ")}
	if a.flags.project != "." && a.flags.project != "" {
		words = append(words, "-p", quoted(a.flags.project))
	}
	if a.flags.target != "" {
		words = append(words, "-t", quoted(a.flags.target))
	}
	if a.flags.siteconfig != "" {
		words = append(words, "-c", quoted(a.flags.siteconfig))
	}
	for _, arg := range args {
		words = append(words, quoted(arg))
	}
	return strings.Join(words, " ")
}

func (a *App) program() string {
	if a.Program == "" {
		return "kith"
	}
	return a.Program
}

// quoted is an argument as a shell reads it.
func quoted(s string) string {
	if s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:=@,+") == "" {
		return s
	}
	if !strings.ContainsAny(s, "\"$`\\!") {
		return `"` + s + `"`
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
