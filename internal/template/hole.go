// Package template renders the template language of Profiles projects (a pongo2 dialect with extensions; modelling.md
// section 10) into text of which every byte still knows its place in the YAML.
//
// What differs from run to run or from engine to engine (the end time, names of materials, references to vars) is not
// rendered to text but to a Hole: a placeholder word in the text and a value beside it. So the same project renders to the
// same text in every run, hashes are stable, and a dialect decides at the end how a time or a column is written.
package template

import (
	"strconv"
	"strings"

	"kith/internal/source"
)

// Hole is a value that a rendered text refers to without spelling it out. Implementations are small comparable structs
// owned by the room that resolves them (a var reference, a dereferenced model, the end time).
type Hole interface {
	// HoleKey is the hole's meaning in one line, the same in every run: it is what gets hashed ("var user/all/spend",
	// "end_time 2006-01-02").
	HoleKey() string
}

// Rendered is the outcome of rendering: text with placeholders, and the holes they stand for. The placeholder of Holes[i]
// is Placeholder(i); a hole that is used twice has one index. Numbering follows first appearance in the output, so that
// equal templates give equal text.
type Rendered struct {
	Text  source.Text
	Holes []Hole
	// TimeDependent is set when the template looked at the value of a time (not merely wrote it), so that the text itself
	// may differ from run to run.
	TimeDependent bool
}

const placeholderPrefix, placeholderSuffix = "__kith_", "_hole__"

// Placeholder is the word that stands for hole i in rendered text: a plain identifier in every SQL dialect.
func Placeholder(i int) string { return placeholderPrefix + strconv.Itoa(i) + placeholderSuffix }

// FindPlaceholder returns the first placeholder in s at or after from: its byte range and hole index; ok is false when
// there is none.
func FindPlaceholder(s string, from int) (start, end, index int, ok bool) {
	for from < len(s) {
		i := strings.Index(s[from:], placeholderPrefix)
		if i < 0 {
			return 0, 0, 0, false
		}
		start = from + i
		j := start + len(placeholderPrefix)
		k := j
		for k < len(s) && s[k] >= '0' && s[k] <= '9' {
			k++
		}
		if k > j && strings.HasPrefix(s[k:], placeholderSuffix) {
			n, err := strconv.Atoi(s[j:k])
			if err == nil {
				return start, k + len(placeholderSuffix), n, true
			}
		}
		from = j
	}
	return 0, 0, 0, false
}
