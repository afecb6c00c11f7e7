package portabletest

import (
	"strconv"
	"strings"
	"testing"

	"kith/internal/sqltext"
	"kith/internal/sqltext/portable"
)

// TestEveryFormIsKnown binds a call of each function that has a form, over columns that are NULL: the engine may not like
// their types, but it must know every function in the form and how many arguments it takes.
func TestEveryFormIsKnown(t *testing.T) {
	db := open(t)
	if _, err := db.Exec("create table t as select null as a, null as b, null as c, null as d, null as e, null as f"); err != nil {
		t.Fatal(err)
	}
	total := 0
	for _, dialect := range portable.Dialects() {
		for _, f := range portable.Functions(dialect) {
			name, count, ok := strings.Cut(f, "/")
			if !ok {
				continue
			}
			n, err := strconv.Atoi(count)
			if err != nil {
				t.Fatal(err)
			}
			call := name + "(" + strings.Join(strings.Split("abcdef", "")[:n], ", ") + ")"
			r, list := portable.Rewrite(dialect, rendered(call), sqltext.Scalar)
			if list.HasErrors() {
				continue // a rule of that name refuses columns there
			}
			total++
			_, err = db.Exec("explain select " + r.Text.S + " from t")
			if err == nil {
				continue
			}
			for _, bad := range []string{"does not exist", "Parser Error", "does not support the supplied arguments", "Too few arguments", "Too many"} {
				if strings.Contains(err.Error(), bad) {
					t.Errorf("%s: %s became %s: %v", dialect, call, r.Text.S, err)
				}
			}
		}
	}
	if total < 200 {
		t.Errorf("only %d forms", total)
	}
}

// TestEveryTypeCasts casts to each type, in each way to write it.
func TestEveryTypeCasts(t *testing.T) {
	db := open(t)
	for _, dialect := range portable.Dialects() {
		try := "try_cast"
		if dialect == "bigquery" {
			try = "safe_cast"
		}
		for _, typ := range portable.Types(dialect) {
			for _, q := range []string{"cast(x as " + typ + ")", try + "(x as " + typ + ")", "x::" + typ, "cast(null as " + typ + ")"} {
				r, list := portable.Rewrite(dialect, rendered("select "+q+" as y from (select null as x) t"), sqltext.Query)
				if got := result(db, r.Text.S); got != "NULL" || len(list) > 0 {
					t.Errorf("%s: %s became %s: %s %v", dialect, q, r.Text.S, got, list)
				}
			}
		}
	}
}
