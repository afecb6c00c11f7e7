package portabletest

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"kith/internal/sqltext"
	"kith/internal/sqltext/portable"
)

var update = flag.Bool("update", false, "rewrite the list of known differences")

const differing = `create table t as select * from (values
	(7, 2.5::double, 'ab-c', '{"a": 9, "n": 1.5}'::json, timestamp '2024-01-07 13:04:05', date '2024-01-31'),
	(2, null, 'b', '{"a": 10}'::json, timestamp '2024-01-08 00:00:00', date '2024-02-29'),
	(null, -2.5, null, null, null, null),
	(2, 2.5, 'a', '{}'::json, timestamp '2024-01-08 00:00:00', date '2023-12-31')) v(n, x, s, j, ts, d)`

// TestUntouchedTextDiffersWhereListed runs each fragment as it was written and as it is rewritten. Where DuckDB takes both,
// the rows are equal, but for the fragments of testdata/differs.txt: those whose meaning differs, the reason for rewriting.
func TestUntouchedTextDiffersWhereListed(t *testing.T) {
	db := open(t)
	if _, err := db.Exec(differing); err != nil {
		t.Fatal(err)
	}
	var got bytes.Buffer
	same := 0
	paths, _ := filepath.Glob("testdata/*/fragments.sql")
	for _, path := range paths {
		dialect := filepath.Base(filepath.Dir(path))
		for _, fragment := range lines(t, path) {
			r, _ := portable.Rewrite(dialect, rendered(fragment), sqltext.Scalar)
			before := result(db, "select "+fragment+" from t")
			after := result(db, "select "+r.Text.S+" from t")
			switch {
			case strings.Contains(after, "Conversion Error"): // the text of this row is no date or JSON, there as here
			case strings.HasPrefix(after, "error"):
				t.Errorf("%s: %s became %s: %s", dialect, fragment, r.Text.S, after)
			case strings.HasPrefix(before, "error"):
			case before == after:
				same++
			default:
				fmt.Fprintf(&got, "%s: %s\n    here %s\n    there %s\n", dialect, fragment, before, after)
			}
		}
	}
	if same < 10 {
		t.Errorf("only %d fragments are the same", same)
	}
	const golden = "testdata/differs.txt"
	if *update {
		if err := os.WriteFile(golden, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(golden)
	if err != nil || !bytes.Equal(want, got.Bytes()) {
		t.Errorf("differences (rewrite with -update when they are meant):\n%s", got.String())
	}
}
