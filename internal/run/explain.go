package run

import (
	"errors"

	"kith/internal/diag"
)

// Explain is Diagnose with the way out of the warehouse that raised the error, if it knows one.
func Explain(err error, title string) diag.Diagnostic {
	d := Diagnose(err, title)
	var sq *SQLError
	if errors.As(err, &sq) && sq.Fix != "" {
		d.Fix = sq.Fix
	}
	return d
}
