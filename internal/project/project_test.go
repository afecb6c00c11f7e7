package project

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kith/internal/dialect"
	"kith/internal/rel"
)

func TestParseTime(t *testing.T) {
	for in, want := range map[string]string{
		"2026-06-30T00:00:00Z":       "2026-06-30T00:00:00Z",
		"2026-06-30T02:00:00+02:00":  "2026-06-30T00:00:00Z",
		"2026-06-30T00:00:00.25Z":    "2026-06-30T00:00:00.25Z",
		"1782777600":                 "2026-06-30T00:00:00Z",
		"0":                          "1970-01-01T00:00:00Z",
		"2026-06-30":                 "",
		"2026-06-30 00:00:00":        "",
		"":                           "",
		"-5":                         "",
		"99999999999999":             "",
		"2026-13-30T00:00:00Z":       "",
		"0000-01-01T00:00:00Z":       "",
		"2026-06-30T00:00:00Z extra": "",
	} {
		got, ok := parseTime(in)
		if ok != (want != "") || ok && got.Format(time.RFC3339Nano) != want {
			t.Errorf("%q: %v %v, want %s", in, got, ok, want)
		}
	}
}

func TestOffline(t *testing.T) {
	now := time.Date(2026, 5, 1, 12, 0, 0, 999, time.UTC)
	m, diags := When{EndTimeOffset: "90m"}.Offline(now)
	if len(diags) > 0 || m.SeqNo != 1 || m.EndTime.Format(time.RFC3339Nano) != "2026-05-01T10:30:00Z" {
		t.Errorf("%+v %v", m, diags)
	}
	if m, diags = (When{SeqNo: "7", EndTime: "1777593600"}).Offline(now); len(diags) > 0 || m.SeqNo != 7 || m.EndTime.Hour() != 0 {
		t.Errorf("%+v %v", m, diags)
	}
	if _, diags = (When{SeqNo: "latest"}).Offline(now); !diags.HasErrors() {
		t.Error("latest without a warehouse")
	}
}

// TestTableName writes names and reads them back.
func TestTableName(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		parts := rapid.SliceOfN(rapid.StringOfN(rapid.RuneFrom([]rune(`ab. "=é`)), 1, 6, -1), 1, 4).Draw(t, "parts")
		var written []string
		for _, p := range parts {
			if strings.ContainsAny(p, ". \"") || rapid.Bool().Draw(t, "quoted") {
				p = `"` + strings.ReplaceAll(p, `"`, `""`) + `"`
			}
			written = append(written, p)
		}
		name := strings.Join(written, ".")
		o, ok := tableName(name, true)
		if ok != (len(parts) <= 3) {
			t.Fatalf("%s: %v", name, ok)
		}
		for i, p := range o.Parts {
			if p.Name != parts[i] {
				t.Fatalf("%s: part %d is %q", name, i, p.Name)
			}
		}
		if ok && (o.Space == rel.Target) != (len(parts) == 1) {
			t.Fatalf("%s in space %v", name, o.Space)
		}
	})
	for _, bad := range []string{"", ".", "a.", ".a", "a..b", `"a`, `""`, `"a"b`, `a b`, `a"b`, "a.b.c.d"} {
		if o, ok := tableName(bad, true); ok {
			t.Errorf("%q is read as %v", bad, o)
		}
	}
}

func FuzzTableName(f *testing.F) {
	f.Add(`a."b.c"`)
	f.Fuzz(func(t *testing.T, s string) {
		if o, ok := tableName(s, true); ok {
			for _, p := range o.Parts {
				if p.Name == "" {
					t.Errorf("%q has an empty part", s)
				}
			}
		}
	})
}

// TestFileName: names of materials become names of files that no file system refuses or confuses, without repeats.
func TestFileName(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		taken := map[string]bool{}
		seen := map[string]bool{}
		for _, m := range rapid.SliceOf(rapid.StringOfN(rapid.RuneFrom([]rune(`aA/.\:*é `)), 1, 300, -1)).Draw(t, "materials") {
			n := fileName(m, taken)
			if seen[strings.ToLower(n)] || len(n) > 250 || strings.ContainsAny(n, `/\:*. `) {
				t.Fatalf("%q of %q", n, m)
			}
			seen[strings.ToLower(n)] = true
		}
	})
	if n := fileName("Material_user_graph_0123abcd_1", map[string]bool{}); n != "Material_user_graph_0123abcd_1" {
		t.Error(n)
	}
}

func TestSafeTarget(t *testing.T) {
	for in, want := range map[string]string{"dev": "dev", "../..": ".._..", "a/b": "a_b", "..": "target", "": "target", ".": "target", "pré prod": "pré prod", "a\nb": "a_b"} {
		if got := safeTarget(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

// TestStatement shows every kind of statement as it stands in a file.
func TestStatement(t *testing.T) {
	sql := func(s string) *dialect.SQL { return &dialect.SQL{Text: dialect.Text{S: s}} }
	clear := sql("create table t as select 1\n")
	clear.Clear = &dialect.Clear{View: true, SQL: "drop view t"}
	got := statement(&dialect.Choose{Name: "solver", Why: "small graphs\n-- are solved here", Fact: dialect.Text{S: "select count(*) from n"}, Options: []dialect.Option{
		{Name: "here", AtMost: 10, Needs: "kernel", Body: []dialect.Stmt{&dialect.Kernel{Name: "components", In: []dialect.Text{{S: "select a"}}, OutName: "o", Create: dialect.Text{S: "create table o"}}}},
		{Name: "there", AtMost: -1, Body: []dialect.Stmt{&dialect.Loop{Name: "rounds", Max: 3, Body: []dialect.Stmt{clear}, Until: dialect.Text{S: "select true"}},
			&dialect.Assert{Message: "no row twice", Query: dialect.Text{S: "select 2"}}}},
	}})
	want := `-- choice "solver": small graphs -- are solved here
-- the number that decides:
select count(*) from n;
-- solver "here", taken up to 10, if the warehouse can do "kernel":
create table o;
-- read by kith, input 1 of the computation "components":
select a;
-- computed in the process of kith (components) and written to o
-- solver "there":
-- loop "rounds": repeat what follows until the query at its end says true, 3 times at most
-- only if a view of that name is in the way: drop view t;
create table t as select 1;
-- loop "rounds" ends when this is true:
select true;
-- must return no row: no row twice
select 2;
-- end of choice "solver"
`
	if got != want {
		t.Errorf("%s", got)
	}
}
