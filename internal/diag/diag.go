// Package diag holds what kith has to say about a user's project: diagnostics that have a code, a place, the other place
// involved and a way out. They travel as lists: a stage returns what it could make and what it has to say, so that all
// mistakes are shown at once. A Go error is for what the user cannot mend in the project: disk, network, our own bugs.
package diag

import (
	"slices"
	"strings"

	"kith/internal/source"
)

// Severity says what a diagnostic does to the command: an Error stops it, a Warning and a Note do not.
type Severity int

// The severities, from worst to mildest.
const (
	Error Severity = iota
	Warning
	Note
)

// String is the word shown to people and written to JSON: "error", "warning" or "note".
func (s Severity) String() string { return [...]string{"error", "warning", "note"}[s] }

// Related is a second place involved in a mistake, with what it has to do with it.
type Related struct {
	Message string
	At      source.Span
}

// Diagnostic is one thing to say.
type Diagnostic struct {
	Code     Code
	Severity Severity
	// Message is one line without a full stop, in the user's words ("no id type \"emial\" in entity user").
	Message string
	// At is where the mistake is; the zero Span when it is in no file (a flag, the environment).
	At source.Span
	// Also lists other places involved.
	Also []Related
	// Fix is the way out, in the imperative; "" when there is none to give.
	Fix string
	// Private is set when the line at At or at another place holds a secret: lines of the file are then not shown.
	Private bool
	// Masked is Message without values of rows, "" when Message holds none.
	Masked string
}

// Safe is the message without values of rows.
func (d Diagnostic) Safe() string {
	if d.Masked != "" {
		return d.Masked
	}
	return d.Message
}

// Masked returns the list as it may be kept in files or sent away: no message holds a value of a row.
func (l List) Masked() List {
	out := slices.Clone(l)
	for i := range out {
		out[i].Message, out[i].Masked = out[i].Safe(), ""
	}
	return out
}

// List is diagnostics in any order; nil means nothing to say.
type List []Diagnostic

// Errorf-like constructors keep call sites short. Use With* to add the rest.

// Errorf adds an error at a place.
func (l *List) Errorf(code Code, at source.Span, format string, args ...any) *Diagnostic {
	return l.add(Error, code, at, format, args)
}

// Warnf adds a warning at a place.
func (l *List) Warnf(code Code, at source.Span, format string, args ...any) *Diagnostic {
	return l.add(Warning, code, at, format, args)
}

// Notef adds a note at a place.
func (l *List) Notef(code Code, at source.Span, format string, args ...any) *Diagnostic {
	return l.add(Note, code, at, format, args)
}

func (l *List) add(sev Severity, code Code, at source.Span, format string, args []any) *Diagnostic {
	*l = append(*l, Diagnostic{Code: code, Severity: sev, Message: sprintf(format, args), At: at})
	return &(*l)[len(*l)-1]
}

// WithFix sets the way out and returns d.
func (d *Diagnostic) WithFix(format string, args ...any) *Diagnostic {
	d.Fix = sprintf(format, args)
	return d
}

// WithAlso adds another place involved and returns d. A zero span is ignored.
func (d *Diagnostic) WithAlso(at source.Span, format string, args ...any) *Diagnostic {
	if !at.IsZero() {
		d.Also = append(d.Also, Related{sprintf(format, args), at})
	}
	return d
}

// Add appends other lists.
func (l *List) Add(others ...List) {
	for _, o := range others {
		*l = append(*l, o...)
	}
}

// HasErrors reports whether any diagnostic is an error.
func (l List) HasErrors() bool {
	return slices.ContainsFunc(l, func(d Diagnostic) bool { return d.Severity == Error })
}

// Sorted returns a copy in the order of display: by file and place, then severity, code and message, without repeats.
func (l List) Sorted() List {
	out := slices.Clone(l)
	slices.SortStableFunc(out, func(a, b Diagnostic) int {
		switch {
		case a.At.Before(b.At):
			return -1
		case b.At.Before(a.At):
			return 1
		case a.Severity != b.Severity:
			return int(a.Severity) - int(b.Severity)
		case a.Code != b.Code:
			return strings.Compare(string(a.Code), string(b.Code))
		}
		return strings.Compare(a.Message, b.Message)
	})
	return slices.CompactFunc(out, func(a, b Diagnostic) bool {
		return samePlace(a.At, b.At) && a.Code == b.Code && a.Message == b.Message
	})
}

// samePlace compares places by their path: a file that two inputs name is read for each.
func samePlace(a, b source.Span) bool {
	return a.Start == b.Start && a.End == b.End && a.Path() == b.Path()
}
