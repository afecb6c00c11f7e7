// Package cli is the command line: one file for each command. Commands read flags, ask package project to do the work and
// hand what comes back to package view; they decide nothing about SQL.
//
// Standard output carries the result and nothing else, so that it can be piped; with --json it is JSON only. Diagnostics,
// progress and hints go to standard error.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"kith/internal/cli/view"
	"kith/internal/diag"
	"kith/internal/project"
	"kith/internal/run"
)

// App is the program and what it is connected to.
type App struct {
	Leaves project.Leaves
	// Program is how the user calls kith, for commands to copy; "" is kith.
	Program  string
	In       io.Reader
	Out, Err io.Writer
	// Now is the clock, read once for each command.
	Now func() time.Time

	flags globals
	// stream is set by a command whose JSON is a line for each thing; nil otherwise.
	stream *view.Lines
	// diags are what a JSON document of the command carries.
	diags diag.List
}

// globals are the flags that every command has.
type globals struct {
	project, target, siteconfig string
	json, verbose, showValues   bool
}

// Main runs a command line and returns the exit code.
func (a *App) Main(ctx context.Context, args []string) int {
	root := a.root()
	args = longFlags(root, args)
	a.flags.json = slices.Contains(beforeDashes(args), "--json") // said so even when the rest cannot be read
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return ExitOK
	}
	return a.fail(ctx, err)
}

// fail reports why a command ended and returns its code.
func (a *App) fail(ctx context.Context, err error) int {
	var f *failure
	if !errors.As(err, &f) { // cobra refused the command line
		f = stop(ExitUser, err).(*failure)
	}
	code := f.code
	if interrupted(ctx, f.err) {
		code = ExitInterrupted
	}
	if a.flags.json && (a.stream != nil || !a.answered()) {
		a.failJSON(code, f)
	}
	if len(f.diags) > 0 {
		a.say(f.diags)
	}
	switch {
	case code == ExitInterrupted && f.err != nil:
		fmt.Fprintln(a.Err, "kith: interrupted")
	case f.err != nil:
		fmt.Fprintln(a.Err, "kith: "+f.err.Error())
	}
	return code
}

// answered reports whether the command has written its document already.
func (a *App) answered() bool {
	w, ok := a.Out.(*view.Counted)
	return ok && w.Written
}

// failJSON is the document of a command that failed before it had one.
func (a *App) failJSON(code int, f *failure) {
	doc := struct {
		Error       string    `json:"error,omitempty"`
		ExitCode    int       `json:"exitCode"`
		Diagnostics diag.List `json:"diagnostics"`
	}{ExitCode: code, Diagnostics: f.diags}
	if f.err != nil {
		doc.Error = f.err.Error()
	}
	switch {
	case a.stream == nil:
		a.document(doc)
	case f.err != nil || len(f.diags) > 0: // else the stream has its result
		a.stream.Line("error", doc)
	}
}

// document writes the one JSON document of a command.
func (a *App) document(v any) error { return documentTo(a.Out, v) }

func interrupted(ctx context.Context, err error) bool {
	var sq *run.SQLError
	return ctx.Err() != nil || errors.Is(err, context.Canceled) || errors.As(err, &sq) && sq.Kind == "interrupted"
}

// say prints diagnostics for people. Notes are counted only, unless everything is asked for.
func (a *App) say(l diag.List) {
	shown, notes := l.Sorted(), 0
	if !a.flags.verbose {
		var rest diag.List
		for _, d := range shown {
			if d.Severity == diag.Note {
				notes++
			} else {
				rest = append(rest, d)
			}
		}
		shown = rest
	}
	diag.Render(a.Err, shown, a.colour())
	if notes > 0 {
		fmt.Fprintln(a.Err, a.style().Dim(fmt.Sprintf("%s, see --verbose", view.Count(notes, "note"))))
	}
}

// colour reports whether standard error takes colours.
func (a *App) colour() bool { return view.Colour(a.Err) }

func (a *App) style() view.Style { return view.StyleOf(a.Err) }

// note prints a line that is neither result nor diagnostic.
func (a *App) note(format string, args ...any) {
	fmt.Fprintf(a.Err, format+"\n", args...)
}

// dir is the working directory, "" when there is none.
func dir() string {
	d, err := os.Getwd()
	if err != nil {
		return ""
	}
	return d
}

// longFlags lets long flags begin with one dash, as pb's do: -end_time is --end_time. Only whole names of flags are
// changed, so that -p. and the like keep their meaning.
func longFlags(root *cobra.Command, args []string) []string {
	known := map[string]bool{}
	var collect func(c *cobra.Command)
	collect = func(c *cobra.Command) {
		for _, set := range []*pflag.FlagSet{c.Flags(), c.PersistentFlags()} {
			set.VisitAll(func(f *pflag.Flag) { known[f.Name] = true })
		}
		for _, sub := range c.Commands() {
			collect(sub)
		}
	}
	collect(root)
	out := make([]string, len(args))
	for i, arg := range args {
		out[i] = arg
		if arg == "--" {
			copy(out[i:], args[i:])
			break
		}
		name, _, _ := strings.Cut(strings.TrimPrefix(arg, "-"), "=")
		if strings.HasPrefix(arg, "-") && !strings.HasPrefix(arg, "--") && len(name) > 1 && known[underscored(name)] {
			out[i] = "-" + arg
		}
	}
	return out
}

// beforeDashes are the arguments in front of "--".
func beforeDashes(args []string) []string {
	if i := slices.Index(args, "--"); i >= 0 {
		return args[:i]
	}
	return args
}

func underscored(name string) string { return strings.ReplaceAll(name, "-", "_") }
