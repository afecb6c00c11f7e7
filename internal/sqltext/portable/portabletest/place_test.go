package portabletest

import (
	"context"
	"database/sql"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"kith/internal/source"
	"kith/internal/sqltext"
	"kith/internal/sqltext/portable"
	"kith/internal/template"
)

// lines are the lines of a file without comments.
func lines(t testing.TB, path string) []string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, l := range strings.Split(string(data), "\n") {
		if l != "" && !strings.HasPrefix(l, "--") {
			out = append(out, l)
		}
	}
	return out
}

const table = "create table t as select 1 as n, 1.5::double as x, 'a' as s, '{\"a\": 1}'::json as j, timestamp '2024-01-02' as ts, date '2024-01-02' as d"

var columns = regexp.MustCompile(`\b(n|x|s|j|ts|d)\b`)

// TestPlaces changes one name in each fragment to an unknown one. The byte that the engine reports must be the changed one.
func TestPlaces(t *testing.T) {
	db := open(t)
	for _, s := range []string{table, "set errors_as_json = true"} {
		if _, err := db.Exec(s); err != nil {
			t.Fatal(err)
		}
	}
	paths, _ := filepath.Glob("testdata/*/fragments.sql")
	total := 0
	for _, path := range paths {
		dialect := filepath.Base(filepath.Dir(path))
		for _, fragment := range lines(t, path) {
			if _, _, err := bind(db, dialect, fragment); err != nil {
				t.Errorf("%s: %s: %v", dialect, fragment, err)
				continue
			}
			for _, at := range columns.FindAllStringIndex(fragment, -1) {
				if inQuotes(fragment, at[0]) || strings.HasPrefix(fragment[at[1]:], "(") || at[0] > 0 && strings.ContainsAny(fragment[at[0]-1:at[0]], ":.") {
					continue
				}
				broken := fragment[:at[0]] + "unknown_column" + fragment[at[1]:]
				total++
				pos, text, err := bind(db, dialect, broken)
				if err == nil {
					t.Errorf("%s: %s is accepted", dialect, broken)
					continue
				}
				span := text.Origin(pos, pos+1)
				if at[0] > 0 && fragment[at[0]-1] == '`' {
					span.Start++ // the name begins at its quote
				}
				if pos < 0 || span.Start != at[0] {
					t.Errorf("%s: %s\nbecame %s\nreported at byte %d, which is byte %d of the text, not %d: %v", dialect, broken, text.S, pos, span.Start, at[0], err)
				}
			}
		}
	}
	if total < 100 {
		t.Errorf("only %d names changed", total)
	}
}

func inQuotes(s string, at int) bool { return strings.Count(s[:at], "'")%2 == 1 }

// bind asks the engine to bind a fragment over the table; pos is where its error is in the rewritten text, -1 unknown.
func bind(db *sql.DB, dialect, fragment string) (pos int, text source.Text, err error) {
	r, list := portable.Rewrite(dialect, rendered(fragment), sqltext.Scalar)
	if list.HasErrors() {
		return -1, r.Text, errorText(list[0].Message)
	}
	const prefix = "select "
	_, err = db.ExecContext(context.Background(), "explain "+prefix+r.Text.S+" from t")
	if err == nil {
		return 0, r.Text, nil
	}
	var e struct {
		Position string `json:"position"`
	}
	msg := err.Error()
	if i := strings.IndexByte(msg, '{'); i >= 0 && json.Unmarshal([]byte(msg[i:]), &e) == nil {
		if p, perr := strconv.Atoi(e.Position); perr == nil {
			return p - len("explain ") - len(prefix), r.Text, err
		}
	}
	return -1, r.Text, err
}

type errorText string

func (e errorText) Error() string { return string(e) }

// TestPortableTextIsLeftAlone holds the rules still on text that every dialect means alike.
func TestPortableTextIsLeftAlone(t *testing.T) {
	for _, q := range lines(t, "testdata/portable.sql") {
		for _, d := range append(portable.Dialects(), "duckdb", "postgres", "") {
			in := rendered(q)
			out, list := portable.Rewrite(d, in, sqltext.Query)
			if out.Text.S != q || len(list) > 0 {
				t.Errorf("%s: %s\nbecame %s %v", d, q, out.Text.S, list)
			}
		}
	}
	for _, d := range []string{"duckdb", "postgres", ""} {
		q := "select iff(a, b, c), v:a::number from t order by x desc"
		if out, _ := portable.Rewrite(d, rendered(q), sqltext.Query); out.Text.S != q {
			t.Errorf("%s: %s", d, out.Text.S)
		}
	}
}

// TestHoles keeps the holes of a text, in names and in texts.
func TestHoles(t *testing.T) {
	in := rendered("datediff(day, __kith_0_hole__, '__kith_1_hole__') + iff(__kith_2_hole__ > 1, 1, 0)")
	in.Holes = []template.Hole{hole("a"), hole("b"), hole("c")}
	out, list := portable.Rewrite("snowflake", in, sqltext.Scalar)
	want := "date_diff('day', __kith_0_hole__::timestamp, '__kith_1_hole__'::timestamp) + case when __kith_2_hole__ > 1 then 1 else 0 end"
	if out.Text.S != want || len(list) > 0 || len(out.Holes) != 3 {
		t.Errorf("got %s, %v", out.Text.S, list)
	}
}

type hole string

func (h hole) HoleKey() string { return string(h) }
