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
	log      *project.RunLog
	told     *lineageTold
	// untaken is set when the run has no row under its number, so that only its times lead back to it.
	untaken bool
	// warnings are of the end of the run.
	warnings diag.List
	// unread is why the numbers of what is published could not be read.
	unread error
	// page is the path of the report, "" when it could not be written.
	page string
}

// begin shows the header and opens a reader of events.
func (r *runView) begin() {
	a := r.app
	if a.flags.json {
		r.lines = a.stream
		r.lines.Log = r.log
		r.lines.Line("header", r.log.Report().RunHeader)
		r.lines.Diagnostics(a.diags)
		r.reader = r.lines
	} else {
		if view.Terminal(a.Out) {
			r.reader = view.NewLive(a.Out, a.flags.verbose)
		} else {
			r.reader = &view.Plain{Out: a.Out, Materials: materials(r.compiled), Verbose: a.flags.verbose}
		}
		r.writeHeader(a.Out)
		a.say(a.diags)
	}
	r.reader = &logged{Reader: r.reader, log: r.log, told: r.told}
}

// logged writes events into the report, and tells them to receivers of lineage, before a reader sees them.
type logged struct {
	view.Reader
	log  *project.RunLog
	told *lineageTold
}

// Event writes down and passes on.
func (l *logged) Event(e run.Event) {
	l.log.Event(e)
	l.told.event(e)
	l.Reader.Event(e)
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
	label := "Why"
	for _, r := range roots(r.compiled) {
		rows, label = append(rows, [2]string{label, r}), ""
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
func (r *runView) end(out *run.Outcome) error {
	if len(r.warnings) > 0 {
		if r.lines != nil {
			r.lines.Diagnostics(r.warnings)
		}
		r.app.say(r.warnings)
	}
	code := exitCode(out)
	if r.lines != nil {
		r.lines.Line("result", r.log.Report())
	} else {
		r.people(out, code)
	}
	switch {
	case r.unread != nil:
		return stop(ExitRun, fmt.Errorf("the run is published; its numbers cannot be read: %w", r.unread))
	case code == ExitOK:
		return nil
	}
	return exit(code)
}

func exitCode(out *run.Outcome) int {
	switch out.Status() {
	case run.RunInterrupted:
		return ExitInterrupted
	case run.RunDoneWhole:
		return ExitOK
	case run.RunPartial:
		return ExitPartial
	}
	return ExitRun
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

func (r *runView) people(out *run.Outcome, code int) {
	a := r.app
	if code == ExitOK {
		rep := r.log.Report().Report
		if rep == nil { // its numbers could not be read
			rep = &project.Report{}
		}
		r.screen(rep, headline(out, time.Since(r.began)))
		return
	}
	if len(out.Failures) > 0 {
		fmt.Fprintln(a.Err)
		a.say(out.Failures)
	}
	style := a.style()
	fmt.Fprintln(a.Err)
	kept, failed, skipped := r.tally()
	switch code {
	case ExitInterrupted:
		a.note("%s", style.Bold(fmt.Sprintf("Interrupted: %d of %s built and kept. Nothing was published; what was published before stands.",
			kept, view.Count(r.planned(), "step"))))
	case ExitPartial:
		a.note("%s", style.Bold(fmt.Sprintf("Published in part: %s. The others stand as they were.", view.Count(len(out.Published), "view"))))
	case ExitRun:
		if out.Blocked {
			a.note("%s", style.Bold("A check failed. Nothing was published; what was published before stands."))
			break
		}
		fallthrough
	default:
		a.note("%s", style.Bold("Failed. Nothing was published; what was published before stands."))
	}
	if code == ExitInterrupted { // the user knows why
		skipped = nil
	}
	for _, cause := range slices.Sorted(maps.Keys(skipped)) {
		if title := failed[cause]; title != "" {
			a.note("%s not run because of: %s", view.Count(skipped[cause], "step"), title)
		}
	}
	if r.page != "" {
		a.note("%s", "Report:  "+style.Accent(r.page))
	}
	a.note("%s", "Go on from here with:  "+style.Accent(r.resume(code)))
}

// tally counts the steps that are there now, the titles of those that failed and, by cause, those that did not run.
func (r *runView) tally() (kept int, failed map[string]string, skipped map[string]int) {
	failed, skipped = map[string]string{}, map[string]int{}
	for _, s := range r.log.Report().Steps {
		switch {
		case s.Status == run.Failed:
			failed[s.Step] = s.Title
		case s.Status == run.Skipped:
			skipped[s.Cause]++
		case s.Type != "" && (s.Status == run.Done || s.Status == run.Reused):
			kept++
		}
	}
	return kept, failed, skipped
}

// planned is how many steps the run was to have at its end.
func (r *runView) planned() int {
	build, reuse, _ := r.compiled.Plan.Counts()
	return build + reuse
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
	s := &view.Screen{Report: rep, Headline: headline, Place: r.place(), Page: r.page, Next: r.next(rep)}
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
