package view

import (
	"fmt"
	"io"
	"strings"
	"time"

	"kith/internal/run"
)

// Materials gives the material that the step of an address makes.
type Materials map[string]string

// Reader reads the events of one run, one at a time, and is closed when no more will come.
type Reader interface {
	Event(run.Event)
	Close()
}

// Plain shows a run as lines, for logs and pipes.
type Plain struct {
	Out       io.Writer
	Materials Materials
	// Verbose shows reused steps too.
	Verbose bool
}

// Event writes the lines of an event.
func (p *Plain) Event(e run.Event) {
	switch e := e.(type) {
	case *run.RunStarted:
		fmt.Fprintln(p.Out, planLine(Style{}, e))
	case *run.CheckDone:
		if notable(e) || p.Verbose && e.Status != run.Reused {
			fmt.Fprintf(p.Out, "%s: %s (%s)\n", upperFirst(e.Title), verdict(e), seconds(e.Took))
		}
	case *run.StepDone:
		if line := p.done(e); line != "" {
			fmt.Fprintln(p.Out, line)
		}
	}
}

// Close does nothing.
func (p *Plain) Close() {}

// done is the line of a step that ended. Tools look for the name of the material followed by how long it ran.
func (p *Plain) done(e *run.StepDone) string {
	m := p.Materials[e.Addr]
	switch e.Status {
	case run.Done:
		if m == "" {
			return upperFirst(e.Title) + " ran in " + seconds(e.Took)
		}
		return fmt.Sprintf("Material %s ran in %s%s", m, seconds(e.Took), aside(e))
	case run.Reused:
		if p.Verbose && m != "" {
			return fmt.Sprintf("Material %s reused (%s)", m, e.Title)
		}
		return ""
	case run.Failed:
		return strings.TrimSpace(fmt.Sprintf("Failed %s", orTitle(m, e.Title)))
	case run.Interrupted:
		return "Interrupted " + orTitle(m, e.Title)
	case run.Skipped:
		if p.Verbose {
			return fmt.Sprintf("Skipped %s, because of %s", orTitle(m, e.Title), e.Cause)
		}
	}
	return ""
}

func orTitle(material, title string) string {
	if material == "" {
		return title
	}
	return material + " (" + title + ")"
}

// aside is what is known of a step besides its time.
func aside(e *run.StepDone) string {
	words := []string{e.Title}
	if e.Rows >= 0 {
		words = append(words, Count(int(e.Rows), "row"))
	}
	if e.Choice != "" {
		words = append(words, e.Choice)
	}
	return " (" + strings.Join(words, ", ") + ")"
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.2fs", d.Seconds()) }

func upperFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// planLine says what a run is going to do.
func planLine(style Style, e *run.RunStarted) string {
	parts := []string{Number(int64(e.Build)) + " to build"}
	if e.Reuse > 0 {
		parts = append(parts, Number(int64(e.Reuse))+" reused")
	}
	if e.Skip > 0 {
		parts = append(parts, Number(int64(e.Skip))+" left out")
	}
	return style.Dim("Plan      ") + strings.Join(parts, ", ")
}
