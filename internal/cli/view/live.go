package view

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/jedib0t/go-pretty/v6/text"

	"kith/internal/run"
)

// Live shows a run on a terminal: a line for each step that is done, and below them the steps that are running, with the
// time they have taken, redrawn in place.
type Live struct {
	Out     io.Writer
	Verbose bool

	style   Style
	width   int
	mu      sync.Mutex
	running []*runningStep
	total   int // steps to build
	done    int
	drawn   int // lines of the running part on the screen
	stop    chan struct{}
	stopped sync.WaitGroup
}

type runningStep struct {
	addr, title, progress string
	began                 time.Time
}

// NewLive begins a live view.
func NewLive(out io.Writer, verbose bool) *Live {
	l := &Live{Out: out, Verbose: verbose, style: StyleOf(out), width: Width(out), stop: make(chan struct{})}
	l.stopped.Add(1)
	go l.tick()
	return l
}

// refresh is how often running steps are redrawn: often enough to be seen alive, seldom enough for a slow line.
const refresh = 120 * time.Millisecond

func (l *Live) tick() {
	defer l.stopped.Done()
	t := time.NewTicker(refresh)
	defer t.Stop()
	for {
		select {
		case <-l.stop:
			return
		case <-t.C:
			l.mu.Lock()
			l.redraw("")
			l.mu.Unlock()
		}
	}
}

// Close takes the running part off the screen and stops redrawing.
func (l *Live) Close() {
	close(l.stop)
	l.stopped.Wait()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.running = nil
	l.redraw("")
}

// Event shows an event.
func (l *Live) Event(e run.Event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch e := e.(type) {
	case *run.RunStarted:
		l.total = e.Build
		l.redraw(planLine(l.style, e) + "\n\n")
	case *run.StepStarted:
		l.running = append(l.running, &runningStep{addr: e.Addr, title: e.Title, began: time.Now()})
	case *run.StepProgress:
		for _, s := range l.running {
			if s.addr == e.Addr {
				s.progress = e.Text
			}
		}
	case *run.StepDone:
		l.ended(e)
	case *run.CheckDone:
		if line := l.checked(e); line != "" {
			l.redraw(line + "\n")
		}
	}
}

func (l *Live) ended(e *run.StepDone) {
	for i, s := range l.running {
		if s.addr == e.Addr {
			l.running = append(l.running[:i], l.running[i+1:]...)
			break
		}
	}
	if e.Status == run.Done || e.Status == run.Failed || e.Status == run.Interrupted {
		l.done++
	}
	if line := l.line(e); line != "" {
		l.redraw(line + "\n")
	}
}

// Columns of a step's line.
const (
	rowsColumn = 16
	tookColumn = 9
)

// checked is the line of a look at an object, "" for one that nobody wants to see.
func (l *Live) checked(e *run.CheckDone) string {
	if !notable(e) && (!l.Verbose || e.Status == run.Reused) {
		return ""
	}
	width := max(min(l.width-rowsColumn-tookColumn-6, 60), 20)
	mark := l.style.Good("✔")
	switch v := verdict(e); {
	case e.Status == run.Failed:
		mark = l.style.Bad("✘")
	case v != "passed":
		mark = l.style.Warn("!")
	}
	return "  " + mark + " " + text.Pad(text.Snip(e.Title, width, "…"), width, ' ') + l.style.Dim(fmt.Sprintf("%*s%*s", rowsColumn, verdict(e), tookColumn, Took(e.Took)))
}

func (l *Live) line(e *run.StepDone) string {
	title := max(min(l.width-rowsColumn-tookColumn-6, 60), 20)
	rows := ""
	if e.Rows >= 0 && e.Addr != "publish" {
		rows = Count(int(e.Rows), "row")
	}
	cell := func(mark, title2, rows, took string) string {
		return "  " + mark + " " + text.Pad(text.Snip(title2, title, "…"), title, ' ') + l.style.Dim(fmt.Sprintf("%*s%*s", rowsColumn, rows, tookColumn, took))
	}
	switch e.Status {
	case run.Done:
		return cell(l.style.Good("✔"), e.Title, rows, Took(e.Took))
	case run.Failed:
		return cell(l.style.Bad("✘"), e.Title, "", Took(e.Took))
	case run.Interrupted:
		return cell(l.style.Warn("–"), e.Title, "interrupted", Took(e.Took))
	case run.Reused:
		if l.Verbose {
			return l.style.Dim("  = " + text.Snip(e.Title, title, "…"))
		}
	case run.Skipped:
		if l.Verbose {
			return l.style.Dim("  - " + text.Snip(e.Title+", because of "+e.Cause, l.width-6, "…"))
		}
	}
	return ""
}

// maxRunning is how many running steps are shown at most.
const maxRunning = 8

// redraw takes the running part away, writes done lines in its place and draws it again below.
func (l *Live) redraw(done string) {
	var b strings.Builder
	if l.drawn > 0 {
		fmt.Fprintf(&b, "\x1b[%dA\r\x1b[J", l.drawn)
	}
	b.WriteString(done)
	l.drawn = 0
	for i, s := range l.running {
		if i == maxRunning {
			break
		}
		what := s.title
		if s.progress != "" {
			what += " · " + s.progress
		}
		took := Took(time.Since(s.began).Truncate(100 * time.Millisecond))
		where := fmt.Sprintf("%d/%d", min(l.done+1, max(l.total, 1)), l.total)
		line := text.Snip(what, max(l.width-len(where)-len(took)-10, 10), "…")
		b.WriteString("  " + l.style.Accent("•") + " " + line + l.style.Dim("  "+took+"  "+where) + "\n")
		l.drawn++
	}
	if b.Len() > 0 {
		io.WriteString(l.Out, b.String())
	}
}
