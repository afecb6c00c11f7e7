package project

import (
	"errors"
	"os"

	"kith/internal/diag"
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
