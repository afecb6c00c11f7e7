package diag_test

import (
	"testing"

	"kith/internal/diag"
	"kith/internal/source"
)

// TestSortedOfAFileReadTwice: what is wrong with a file that two inputs name is said once.
func TestSortedOfAFileReadTwice(t *testing.T) {
	var l diag.List
	for range 2 {
		f := &source.File{Path: "data/leads.csv", Data: []byte("{% endif %}\n")}
		l.Errorf(diag.TemplateUnclosed, source.Span{File: f, Start: 0, End: 11}, "{%% endif %%} ends nothing")
	}
	if got := l.Sorted(); len(got) != 1 {
		t.Errorf("%d diagnostics: %v", len(got), got)
	}
}
