package portable

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"kith/internal/source"
	"kith/internal/sqltext"
	"kith/internal/template"
)

var update = flag.Bool("update", false, "rewrite the expected refusals")

func rendered(s string) template.Rendered {
	f := source.NewFile("q.sql", []byte(s))
	return template.Rendered{Text: source.Verbatim(source.Span{File: f, Start: 0, End: len(s)})}
}

// TestRefusals compares what is said of each query of testdata/refuse/<dialect>.txt, a query a line, with the lines after
// it: severity, code, the text that is marked, the message and the way out.
func TestRefusals(t *testing.T) {
	paths, _ := filepath.Glob("testdata/refuse/*.txt")
	if len(paths) != len(dialects) {
		t.Fatalf("%d files", len(paths))
	}
	for _, path := range paths {
		dialect := strings.TrimSuffix(filepath.Base(path), ".txt")
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var got bytes.Buffer
		for _, q := range strings.Split(strings.TrimSpace(string(data)), "\n") {
			if q == "" || strings.HasPrefix(q, "    ") {
				continue
			}
			in := rendered(q)
			out, list := Rewrite(dialect, in, sqltext.Query)
			fmt.Fprintln(&got, q)
			for _, d := range list {
				fmt.Fprintf(&got, "    %s %s at %q: %s\n        %s\n", d.Severity, d.Code, d.At.Text(), d.Message, d.Fix)
			}
			if len(list) == 0 {
				t.Errorf("%s: %s: nothing said", dialect, q)
			}
			if list.HasErrors() && out.Text.S != q {
				t.Errorf("%s: %s became %s in spite of errors", dialect, q, out.Text.S)
			}
		}
		if *update {
			if err := os.WriteFile(path, got.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		} else if strings.TrimSpace(string(data)) != strings.TrimSpace(got.String()) {
			t.Errorf("%s:\n%s", path, got.String())
		}
	}
}

func TestGuess(t *testing.T) {
	for _, c := range []struct {
		want  string
		texts []string
	}{
		{"", nil},
		{"", []string{"sum(a)", "case when a = 'iff(' then 1 end -- parse_json(", "date_trunc('month', a)", "coalesce(a, b)"}},
		{"snowflake", []string{"datediff(day, a, b)"}},
		{"snowflake", []string{"v:a.b", "max(x)"}},
		{"snowflake", []string{"iff(a, b, c)", "date_add(a, 1)"}},
		{"redshift", []string{"json_extract_path_text(a, 'b')", "datediff(day, a, b)", "getdate()"}},
		{"bigquery", []string{"timestamp_diff(a, b, day)", "`a`"}},
		{"databricks", []string{"collect_list(a)", "datediff(a, b)"}},
		{"databricks", []string{"get_json_object(a, '$.b')", "`x`"}},
		{"databricks", []string{"select x from t lateral view explode(a) b as x"}},
		{"bigquery", []string{"array_agg(a order by b limit 1)[offset(0)]"}},
		{"bigquery", []string{"date_diff(a, b, day)"}},
		{"snowflake", []string{"datediff(day, a, getdate())"}},
		{"", []string{"select a from t offset 3", "date_diff('day', a, b)"}},
	} {
		got := Guess(c.texts)
		if (c.want == "") != (len(got) == 0) || len(got) > 0 && (got[0].Dialect != c.want || got[0].Why == "") {
			t.Errorf("%v: %v", c.texts, got)
		}
	}
	got := Guess([]string{"iff(a, b, c) + parse_json(x):a", "nvl(a, b)"}, Sign{"bigquery", "its connection is called bq", 4})
	if want := []Guessed{{"snowflake", "the SQL uses iff, parse_json, nvl"}, {"bigquery", "its connection is called bq"},
		{"redshift", "the SQL uses nvl"}, {"databricks", "the SQL uses nvl"}}; !slices.Equal(got, want) {
		t.Errorf("got %v", got)
	}
	if got := Guess([]string{"nvl(a, b)"}, Sign{"bigquery", "its connection is called bq", 4}); got[0].Dialect != "bigquery" {
		t.Errorf("got %v", got)
	}
}

func TestNullOrder(t *testing.T) {
	for dialect, want := range map[string]string{
		"snowflake": "last first", "redshift": "last first", "bigquery": "first last", "databricks": "first last", "duckdb": "last last", "": "last last",
	} {
		if got := NullOrder(dialect, false) + " " + NullOrder(dialect, true); got != want {
			t.Errorf("%s: %s", dialect, got)
		}
	}
}

func TestDialects(t *testing.T) {
	if got := strings.Join(Dialects(), " "); got != "bigquery databricks redshift snowflake" {
		t.Error(got)
	}
	for _, d := range Dialects() {
		if !sqltext.IsMacroSchema(Schema(d)) {
			t.Errorf("%s is no schema of macros for the reader", Schema(d))
		}
	}
	if Schema("duckdb") != "" || Rewriter("duckdb") != nil || Macros("postgres", "x") != nil || Used("duckdb", []string{"a"}) != nil {
		t.Error("something for text that stands as it is")
	}
	if got := Message(`No function matches kith_sf.to_date(STRUCT)`); got != "No function matches to_date(STRUCT)" {
		t.Error(got)
	}
}

// TestUsed takes a macro and those it calls, in an order in which each is there before it is called.
func TestUsed(t *testing.T) {
	got := Used("snowflake", []string{"kith_sf.to_date(x)"})
	var names []string
	for _, s := range got[1:] {
		names = append(names, s[strings.Index(s, "kith_sf.")+8:strings.Index(s, "(")])
	}
	if s := strings.Join(names, " "); s != "epoch_text is_digits is_number text_time to_timestamp to_date" {
		t.Error(s)
	}
	if Used("snowflake", []string{"a + b"}) != nil {
		t.Error("macros for nothing")
	}
}

// FuzzRewrite: any text is rewritten or refused without a panic, brackets stay balanced, and every byte of the outcome has
// a place in the text.
func FuzzRewrite(f *testing.F) {
	paths, _ := filepath.Glob("portabletest/testdata/*/*")
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		for _, line := range strings.Split(string(data), "\n") {
			q, _, _ := strings.Cut(line, " ==> ")
			f.Add(q)
		}
	}
	for _, s := range []string{"case case end end", "a::", "v:", "x[", "interval", "interval - ", "extract(from x)", "cast(as)", "order by", "top", "select top 1", "like any ()", "f(,)", "over ()", "a rlike", "::x", "group by", "select from group by a", "values", "lateral view", "struct()", "decode(,,)", "'\\", "r'\\''", "``", "\"\"\"", "array<", "cast(a as array<struct<b:int>>)", "v:\"a\"\"b\"", "x[[1]]"} {
		f.Add(s)
	}
	// Nothing is read more than a few times, however deep it lies: text that is read twice at each level would never end.
	for _, open := range []string{"extract(nothing from ", "x like any (", "f() within group (", "f() filter (", "a[offset(", "a[", "interval (", "interval f(", "struct(", "cast(", "case when ", "date_add(a, interval ", "sum(a) over (", "flatten(", "v:a[", "(select a from (", "decode(a, ", "to_date(a, ", "greatest(a, ", "div0(a, ", "array_agg("} {
		depth := 40
		closing := strings.Map(func(c rune) rune {
			return map[rune]rune{'(': ')', '[': ']'}[c]
		}, reversed(open))
		f.Add(strings.Repeat(open, depth) + "x" + strings.Repeat(strings.ReplaceAll(closing, "\x00", ""), depth))
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, d := range Dialects() {
			for _, kind := range []sqltext.Kind{sqltext.Scalar, sqltext.Query} {
				in := rendered(s)
				out, list := Rewrite(d, in, kind)
				if list.HasErrors() && out.Text.S != s {
					t.Fatalf("%s: %q became %q in spite of errors", d, s, out.Text.S)
				}
				if out.Text.S == s {
					continue
				}
				if newRewriter(&dialect{quoting: quoting{dollar: dialects[d].dollar}}, out.Text) == nil {
					t.Fatalf("%s: %q became %q, which is not balanced", d, s, out.Text.S)
				}
				for i := range out.Text.S {
					if span := out.Text.Origin(i, i+1); span.IsZero() || span.End > len(s) {
						t.Fatalf("%s: %q became %q, whose byte %d has no place", d, s, out.Text.S, i)
					}
				}
				again, _ := Rewrite(d, rendered(s), kind)
				if again.Text.S != out.Text.S {
					t.Fatalf("%s: %q has two outcomes", d, s)
				}
				Rewrite(d, out, kind)
			}
		}
	})
}

func BenchmarkRewrite(b *testing.B) {
	in := rendered("sum(iff(datediff(day, ts, current_timestamp()) <= 30 and kind rlike 'a.*', v:amount::float, 0))")
	for b.Loop() {
		Rewrite("snowflake", in, sqltext.Scalar)
	}
}

func reversed(s string) string {
	var b strings.Builder
	for i := len(s) - 1; i >= 0; i-- {
		b.WriteByte(s[i])
	}
	return b.String()
}

// TestWindowElsewhere: the select of a var has its window beside it, so that a window function is left one.
func TestWindowElsewhere(t *testing.T) {
	for text, want := range map[string]string{
		"first_value(name, true)":           "first_value(name ignore nulls)",
		"last_value(name, true)":            "last_value(name ignore nulls)",
		"first_value(name)":                 "first_value(name)",
		"first(name, true)":                 "first(name) filter (where name is not null)",
		"first_value(name, true) || 'x'":    "first(name) filter (where name is not null) || 'x'",
		"first_value(name, true) over (w)":  "first_value(name ignore nulls) over (w)",
		"first_value(name) ignore nulls":    "first_value(name ignore nulls)",
		"upper(last_value(name) over (ww))": "upper(last_value(name) over (ww))",
	} {
		if r, _ := Rewrite("databricks", rendered(text), sqltext.Scalar); r.Text.S != want {
			t.Errorf("%s: %s, not %s", text, r.Text.S, want)
		}
	}
}
