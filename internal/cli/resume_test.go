package cli

import (
	"testing"
	"time"

	"kith/internal/project"
)

// TestResume leads back by number, or by times when the number was never written down.
func TestResume(t *testing.T) {
	s := project.Settings{SeqNo: 4, BeginTime: time.Unix(0, 0), EndTime: time.Unix(1777593600, 0)}
	r := &runView{app: app(), compiled: &project.Compiled{Settings: s}}
	for _, c := range []struct {
		untaken bool
		code    int
		want    string
	}{
		{false, ExitOK, ""},
		{false, ExitRun, "kith run --seq_no 4"},
		{true, ExitRun, "kith run --begin_time 1970-01-01T00:00:00Z --end_time 2026-05-01T00:00:00Z"},
	} {
		r.untaken = c.untaken
		if got := r.resume(c.code); got != c.want {
			t.Errorf("%v, %d: %q, want %q", c.untaken, c.code, got, c.want)
		}
	}
}
