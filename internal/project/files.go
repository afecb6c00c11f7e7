package project

import (
	"errors"
	"os"
	"time"

	"kith/internal/diag"
	"kith/internal/run"
)

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// errorOf is the first error of a list that ought to hold none.
func errorOf(l diag.List) error {
	for _, d := range l {
		if d.Severity == diag.Error {
			return errors.New(d.Message)
		}
	}
	return nil
}

// orNull is nil for a text that is not there.
func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// seconds is a time without what people do not read.
func seconds(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UTC().Truncate(time.Second)
}

// rowsOf is the number of rows of a material, nil for a view.
func rowsOf(e run.Entry) any {
	if e.Rows < 0 {
		return nil
	}
	return e.Rows
}
