// Package lineage tells which columns feed which: for every object that a program makes, the columns of what the program reads
// that each of its columns is computed from, and those that decide which rows there are. It is taken from the programs that a
// run carries out, so it cannot say anything else than what happens. It knows no dialect and no project.
package lineage

import (
	"cmp"
	"slices"
	"strings"

	"kith/internal/rel"
)

// Use says how a column takes part. The words are those of the column lineage facet of OpenLineage
// (openlineage.io/docs/spec/facets/dataset-facets/column_lineage_facet).
type Use struct {
	Type    string `json:"type"`
	Subtype string `json:"subtype"`
	// Masking tells that the value itself cannot be seen in the result, as in a hash.
	Masking bool `json:"masking"`
}

// Values that take part in a value, and columns that only decide about it.
var (
	Identity       = Use{"DIRECT", "IDENTITY", false}
	Transformation = Use{"DIRECT", "TRANSFORMATION", false}
	Aggregation    = Use{"DIRECT", "AGGREGATION", false}
	Joining        = Use{"INDIRECT", "JOIN", false}
	Grouping       = Use{"INDIRECT", "GROUP_BY", false}
	Filtering      = Use{"INDIRECT", "FILTER", false}
	Sorting        = Use{"INDIRECT", "SORT", false}
	Windowing      = Use{"INDIRECT", "WINDOW", false}
	Conditional    = Use{"INDIRECT", "CONDITIONAL", false}
)

// Direct reports whether the value takes part.
func (u Use) Direct() bool { return u.Type == "DIRECT" }

// Dataset is a table, view or file.
type Dataset struct {
	Object rel.Object // zero for a file
	File   string     // path
}

// Key tells datasets apart.
func (d Dataset) Key() string {
	if d.File != "" {
		return "file." + d.File
	}
	return d.Object.Key()
}

// Input is a column with the ways in which it takes part, sorted.
type Input struct {
	Dataset Dataset
	Column  string
	Uses    []Use
}

// set is columns with their uses.
type set map[string]*Input

func (s set) key(d Dataset, column string) string { return d.Key() + "\x00" + strings.ToLower(column) }

// add puts a use of a column into the set.
func (s set) add(d Dataset, column string, u Use) {
	k := s.key(d, column)
	in := s[k]
	if in == nil {
		in = &Input{Dataset: d, Column: column}
		s[k] = in
	}
	if !slices.Contains(in.Uses, u) {
		in.Uses = append(in.Uses, u)
	}
}

// take adds all of another set.
func (s set) take(o set) {
	for _, in := range o {
		for _, u := range in.Uses {
			s.add(in.Dataset, in.Column, u)
		}
	}
}

// as returns the set seen through a further use: what is only decisive stays so, a value that is transformed after it was taken
// as it is, is transformed, and an aggregate stays one.
func (s set) as(u Use) set {
	out := set{}
	for _, in := range s {
		for _, was := range in.Uses {
			out.add(in.Dataset, in.Column, through(was, u))
		}
	}
	return out
}

func through(inner, outer Use) Use {
	masking := inner.Masking || outer.Masking
	switch {
	case !inner.Direct():
		return inner
	case !outer.Direct(), inner.Subtype == Identity.Subtype, outer.Subtype == Aggregation.Subtype:
		inner = outer
	}
	inner.Masking = masking && inner.Direct()
	return inner
}

// sorted are the inputs in an order that depends on nothing but their names.
func (s set) sorted() []Input {
	var out []Input
	for _, in := range s {
		c := *in
		c.Uses = slices.Clone(in.Uses)
		slices.SortFunc(c.Uses, func(a, b Use) int {
			return cmp.Or(cmp.Compare(a.Type, b.Type), cmp.Compare(a.Subtype, b.Subtype), compareBool(a.Masking, b.Masking))
		})
		out = append(out, c)
	}
	slices.SortFunc(out, func(a, b Input) int {
		return cmp.Or(cmp.Compare(a.Dataset.Key(), b.Dataset.Key()), cmp.Compare(a.Column, b.Column))
	})
	return out
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// union of sets.
func union(sets ...set) set {
	out := set{}
	for _, s := range sets {
		out.take(s)
	}
	return out
}
