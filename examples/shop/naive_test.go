package shop_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestAgainstSlowBuilder compares every feature that kith publishes, of everybody, with what the slow builder computes one
// feature at a time. The two share the project's texts and the engine, and no code.
func TestAgainstSlowBuilder(t *testing.T) {
	b, p := build(t), open(t)
	p.run(t)
	for _, x := range []struct{ key, view, main string }{
		{"user", "user_var_table", "user_main_id"},
		{"account", "account_var_table", "account_key"},
		{"known_customers", "user_known_customers_var_table", "user_main_id"},
		{"vips", "user_vips_var_table", "user_main_id"},
		{"lapsed", "user_lapsed_var_table", "user_main_id"},
		{"business_buyers", "user_business_buyers_var_table", "user_main_id"},
	} {
		own, err := b.project.Vars(x.key)
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(p.folder, x.key+".parquet")
		if _, err := b.db.Exec(fmt.Sprintf("copy vars_of_%s to '%s' (format parquet)", x.key, file)); err != nil {
			t.Fatal(err)
		}
		if x.key == "user" && len(own) < 60 {
			t.Errorf("only %d features of users are compared", len(own))
		}
		for _, name := range own {
			_, want := p.query(t, fmt.Sprintf(`select %s, "var:%s" from read_parquet('%s')`, x.main, name, file))
			_, got := p.query(t, fmt.Sprintf("select %s, %s from %s", x.main, name, x.view))
			if g, w := sorted(got), sorted(want); !slices.Equal(g, w) {
				t.Errorf("%s.%s: %s", x.view, name, firstDifference(g, w))
			}
		}
	}
}

// sorted writes rows as lines, sorted.
func sorted(rows [][]any) []string {
	var out []string
	for _, r := range rows {
		out = append(out, line(r))
	}
	slices.Sort(out)
	return out
}

func firstDifference(got, want []string) string {
	for i := range min(len(got), len(want)) {
		if got[i] != want[i] {
			return strings.TrimSuffix(got[i], "|") + ", want " + strings.TrimSuffix(want[i], "|")
		}
	}
	return fmt.Sprintf("%d rows, want %d", len(got), len(want))
}
