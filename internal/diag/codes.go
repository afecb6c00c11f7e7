package diag

import "fmt"

// Code names a kind of diagnostic for ever; a code is never reused for another meaning. Letters: Y files and YAML, P packages,
// S the shape of a document, R references and meaning, T templates, Q user SQL, C connections and site configuration,
// D dialects, W warehouse and run, L advice.
type Code string

func sprintf(format string, args []any) string {
	if len(args) == 0 {
		return format
	}
	return fmt.Sprintf(format, args...)
}

// Info is the reference entry of a code.
type Info struct {
	Code  Code
	Title string
	// Meaning says in two or three lines what is wrong and the usual way out.
	Meaning string
}
