package sqltext

import "testing"

func TestMasked(t *testing.T) {
	for in, want := range map[string]string{
		`select a, 'x''y' from "t" -- bob@x`:      `select a, '…' from "t" `,
		`select $$secret$$ /* s */ || e'\'z' + 1`: `select '…'  || '…' + 1`,
		`insert into t values ('bob@x', 7)`:       `insert into t values ('…', 7)`,
		`select 'open`:                            `select '…'`,
	} {
		if got := Masked(in); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
}
