package spec

import (
	"fmt"

	"kith/internal/diag"
)

// Collapse makes one diagnostic of those that say the same of many places: keys without effect, older names, older
// places and forms, keys removed. It is shown at the first place, with the number of the others. The rest of the list stays as it is.
func Collapse(l diag.List) diag.List {
	type kind struct {
		code    diag.Code
		message string
	}
	var out diag.List
	at := map[kind]int{}
	more := map[kind]int{}
	var kinds []kind
	for _, g := range l.Sorted() {
		switch g.Code {
		case diag.SNoEffect, diag.SOldName, diag.SOldPlace, diag.SFormerMechanism, diag.SRemoved, diag.SQuoted:
			k := kind{g.Code, g.Message}
			if _, seen := at[k]; seen {
				more[k]++
				continue
			}
			at[k] = len(out)
			kinds = append(kinds, k)
		}
		out = append(out, g)
	}
	for _, k := range kinds {
		switch n := more[k]; {
		case n == 1:
			out[at[k]].Message += " (and in 1 more place)"
		case n > 1:
			out[at[k]].Message += fmt.Sprintf(" (and in %d more places)", n)
		}
	}
	return out
}
