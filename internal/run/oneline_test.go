package run

import "testing"

func TestOneLine(t *testing.T) {
	for in, want := range map[string]string{
		"select 1":                                 "select 1",
		"  select a,\n\t b -- why\n from t\n":      "select a, b from t",
		"select '--\n  x', \"a  b\" --":            "select '--\n  x', \"a  b\"",
		"select 'it''s  -- no comment' -- comment": "select 'it''s  -- no comment'",
		"select 'open":                             "select 'open",
		"":                                         "",
	} {
		if got := oneLine(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}
