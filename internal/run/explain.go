package run

import (
	"errors"
	"time"

	"kith/internal/diag"
)

// Explain is Diagnose with the way out of the warehouse that raised the error, if it knows one.
func Explain(err error, title string) diag.Diagnostic {
	if code, fix := special(err); code != "" {
		return diag.Diagnostic{Severity: diag.Error, Code: code, Message: err.Error(), Fix: fix}
	}
	d := Diagnose(err, title)
	var sq *SQLError
	if errors.As(err, &sq) && sq.Fix != "" {
		d.Fix = sq.Fix
	}
	return d
}

// special are errors of kith's own rules, with their codes and ways out.
func special(err error) (code diag.Code, fix string) {
	var (
		held  *Held
		lost  *Lost
		shape *Shape
		gone  *Gone
		none  *NoEarlier
		newer *NewerState
	)
	switch {
	case errors.As(err, &held):
		return diag.WLease, "wait for it with --wait 10m, or end it; if it has died, its lease ends in " + held.Expires.Round(time.Second).String()
	case errors.As(err, &lost):
		return diag.WLeaseLost, "run again: what is complete is reused"
	case errors.As(err, &shape):
		return diag.WShape, ""
	case errors.As(err, &gone):
		return diag.WGone, "run the project again for that end time, or return to a later publish"
	case errors.As(err, &none):
		return diag.WSeqNo, "kith show publishes lists them"
	case errors.As(err, &newer):
		return diag.WNewer, ""
	}
	return "", ""
}
