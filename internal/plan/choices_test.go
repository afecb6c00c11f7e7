package plan

import (
	"slices"
	"testing"

	"kith/internal/lower"
	"kith/internal/rel"
)

func TestChoices(t *testing.T) {
	program := rel.Program{
		&rel.Choose{Name: "solver", Why: "here while it fits, else there", Fact: &rel.Values{}, Options: []rel.Option{{Name: "here", AtMost: 100}, {Name: "there", AtMost: -1}}},
		&rel.Choose{Name: "hushed", Why: "never told", Quiet: true},
		&rel.Choose{Name: "way", Why: "by the engine", Options: []rel.Option{{Name: "only", AtMost: -1}}},
	}
	for _, c := range []struct {
		rows int64
		want string
	}{
		{-1, "solver: here while it fits, else there"},
		{100, "solver: here for about 100 rows (here while it fits, else there)"},
		{101, "solver: there for about 101 rows (here while it fits, else there)"},
	} {
		s := &Step{Step: &lower.Step{Program: program}, Action: Build, Rows: c.rows}
		if got := s.Choices(); !slices.Equal(got, []string{c.want, "way: by the engine"}) {
			t.Errorf("%d rows: %q", c.rows, got)
		}
		s.Action = Reuse
		if got := s.Choices(); got != nil {
			t.Errorf("a step that is reused chooses %q", got)
		}
	}
}
