package portabletest

import (
	"strings"
	"testing"

	"kith/internal/sqltext"
	"kith/internal/sqltext/portable"
)

// TestHints takes the messages of the engine about text where the warehouse casts by itself.
func TestHints(t *testing.T) {
	db := open(t)
	if _, err := db.Exec(table); err != nil {
		t.Fatal(err)
	}
	for fragment, want := range map[string]string{
		"dateadd(day, 1, s)":        "::timestamp",
		"date_trunc('month', s)":    "::timestamp",
		"s + 1":                     "::number",
		"sum(s)":                    "::number",
		"left(d, 7)":                "::varchar",
		"upper(n)":                  "::varchar",
		"s > ts":                    "::timestamp",
		"coalesce(s, 0)":            "::number",
		"iff(n > 1, s, n)":          "::number",
		"no_such_function(s)":       "",
		"trunc(ts)":                 "::date",
		"no_such_column":            "",
		"kith_sf.to_varchar(n) + 1": "::number",
	} {
		r, _ := portable.Rewrite("snowflake", rendered(fragment), sqltext.Scalar)
		_, err := db.Exec("explain select " + r.Text.S + " from t")
		if err == nil {
			if want != "" {
				t.Errorf("%s is accepted", fragment)
			}
			continue
		}
		if got := portable.Hint(err.Error()); got != want && (want == "" || !strings.Contains(got, want)) {
			t.Errorf("%s: hint %q for %s", fragment, got, err)
		}
	}
}
