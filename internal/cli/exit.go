package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"

	"kith/internal/diag"
)

// Exit codes. Scripts and schedulers read them, so they never change their meaning.
const (
	ExitOK          = 0
	ExitUser        = 1 // the command line or the configuration
	ExitCompile     = 2 // the project
	ExitRun         = 3 // the warehouse, or a step of a run
	ExitPartial     = 4 // a run that published only a part
	ExitAccess      = 5 // something may not be read or written
	ExitInterrupted = 130
)

// failure ends a command. What there is to say is in diags, in err, or was said already.
type failure struct {
	code  int
	diags diag.List
	err   error
}

// Error is the message of err.
func (f *failure) Error() string {
	if f.err != nil {
		return f.err.Error()
	}
	return diag.Summary(f.diags)
}

// Unwrap returns err.
func (f *failure) Unwrap() error { return f.err }

// exit ends a command with a code; everything was said already.
func exit(code int) error { return &failure{code: code} }

// refuse ends a command with diagnostics.
func refuse(code int, diags diag.List) error { return &failure{code: code, diags: diags} }

// stopped is an error that may be the end of a command already.
func stopped(err error) error {
	var f *failure
	if errors.As(err, &f) {
		return f
	}
	return stop(ExitRun, err)
}

// unwritten ends a command whose files could not be written.
func unwritten(err error) error {
	code := ExitUser
	if errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS) {
		code = ExitAccess
	}
	return stop(code, fmt.Errorf("the output cannot be written: %w", err))
}

// stop ends a command with an error that is not the project's fault.
func stop(code int, err error) error { return &failure{code: code, err: err} }
