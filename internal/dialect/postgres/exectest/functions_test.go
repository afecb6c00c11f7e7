package exectest

import (
	"context"
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"kith/internal/dialect"
	dpostgres "kith/internal/dialect/postgres"
	"kith/internal/rel"
	_ "kith/internal/seedtest" // in CI the random patterns are the same in every run
	"kith/internal/warehouse/postgres"
	"kith/internal/warehouse/postgres/pgtest"
)

// TestSHA1 hashes texts of every length around the ends of blocks, by the function in PL/pgSQL and by that of pgcrypto.
func TestSHA1(t *testing.T) {
	conn, name := open(t)
	var texts []string
	for n := range 140 {
		texts = append(texts, strings.Repeat("a", n), strings.Repeat("é", n)+"🙂")
	}
	check := func(language string) {
		t.Helper()
		got := read(t, conn, "SELECT l.lanname FROM pg_proc AS p JOIN pg_language AS l ON l.oid = p.prolang WHERE p.proname = 'kith_sha1'")
		if fmt.Sprint(got) != "["+language+"]" {
			t.Errorf("kith_sha1 is written in %v, want %s", got, language)
		}
		for _, s := range texts {
			text, list := dpostgres.New().Query(&rel.Select{Items: []rel.Item{{As: "h", Expr: rel.F(rel.SHA1Hex, rel.S(s))}}}, env)
			if list.HasErrors() {
				t.Fatal(list)
			}
			sum := sha1.Sum([]byte(s))
			if got := read(t, conn, text.S); got[0] != hex.EncodeToString(sum[:]) {
				t.Fatalf("%s of %q", got[0], s)
			}
		}
		if got := read(t, conn, "SELECT app_kith.kith_sha1(NULL)"); got[0] != "NULL" {
			t.Errorf("of NULL: %s", got[0])
		}
	}
	check("plpgsql")
	if got := read(t, conn, "SELECT count(*) FROM pg_available_extensions WHERE name = 'pgcrypto'"); got[0] == "0" {
		t.Log("this server has no pgcrypto to compare with")
		return
	}
	pgtest.Shared(t).Exec(t, name, `CREATE SCHEMA "Öther"`, `CREATE EXTENSION pgcrypto SCHEMA "Öther"`)
	prepare(t, conn)
	check("sql")
	pgtest.Shared(t).Exec(t, name, `DROP EXTENSION pgcrypto`)
	prepare(t, conn)
	check("plpgsql")
}

// TestPrepareTwiceAtOnce makes the function from many sessions at a time.
func TestPrepareTwiceAtOnce(t *testing.T) {
	conn, _ := open(t)
	if _, err := conn.Exec(context.Background(), "DROP FUNCTION app_kith.kith_sha1"); err != nil {
		t.Fatal(err)
	}
	done := make(chan error)
	for range 8 {
		go func() {
			var err error
			for _, text := range dialect.Prepare(dpostgres.New(), env) {
				if _, e := conn.Exec(context.Background(), text.S); e != nil {
					err = e
				}
			}
			done <- err
		}()
	}
	for range 8 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

// matches asks the engine whether a text matches a pattern as a whole.
func matches(t testing.TB, conn *postgres.Conn, pattern string, texts []string) []string {
	t.Helper()
	v := &rel.Values{Columns: []rel.Column{{Name: "n", Type: rel.BigInt}, {Name: "x", Type: rel.Text}}}
	for i, s := range texts {
		v.Rows = append(v.Rows, []rel.Expr{rel.I(int64(i)), rel.S(s)})
	}
	text, list := dpostgres.New().Query(&rel.Select{From: rel.Source{Rel: v, Alias: "t"},
		Items:   []rel.Item{{As: "m", Expr: rel.F(rel.RegexFullMatch, rel.C("t", "x"), rel.S(pattern))}},
		OrderBy: []rel.Order{{Expr: rel.C("t", "n")}}}, env)
	if list.HasErrors() {
		t.Fatal(list)
	}
	return read(t, conn, text.S)
}

// TestPatterns compares the engine's matches with those of RE2's own syntax.
func TestPatterns(t *testing.T) {
	conn, _ := open(t)
	texts := []string{"", "a", "A", "ab", "aB", "abc", "a\nb", "\n", "é", "É", "éa", "1", "12", "٣", "_", "a b", "a-b", "a.b", "a]", `a\b`, "🙂", "a_1", " ", "\t",
		"x@y.io", "ſ", "K", "{}", "a{2}", "^a$", "ß", "aaa", "aaaa"}
	check := func(fail func(string, ...any), pattern string) {
		re, err := regexp.Compile("^(?:" + pattern + ")$")
		if err != nil {
			return
		}
		got := matches(t, conn, pattern, texts)
		for i, s := range texts {
			if want := fmt.Sprint(re.MatchString(s)); got[i] != want {
				fail("%q matches %q: %s, want %s", pattern, s, got[i], want)
				return
			}
		}
	}
	for _, p := range []string{"", "a|b", "a.b", `(?s)a.b`, `(?i)ab`, `(?i:a)B`, `(?i)é`, `(?i)k`, `(?i)ss|ß`, `\d+`, `\w+`, `\W`, `[\w.]+@[\w.]+`, `[^a]`, `[^\w]`, `\x{1F642}`, `\x41`,
		`\pL`, `\p{Greek}|\PL`, `[[:alpha:]]+`, `\Qa.b\E`, `a{2}`, `a{2,}`, `a{0,2}?`, `(?P<x>a)b?`, `\ba\b.*`, `a\Bb`, `\Aa\z`, `a\]`, `[]a]+`, `[a\-]+`, `.`, `(?m)^a$\n^b$`,
		`\{\}`, `[\\]`, `a\\b`, `[^\x00-\x{10FFFF}]`, `(a|)(b|)`, `(?:)`, `a*?b+?c??`, `\^a\$`, `[^\n]*`, `(?U)a+`, `\t`, `\s`, `\S+`} {
		check(t.Errorf, p)
	}
	atom := rapid.SampledFrom([]string{"a", "b", ".", "[ab]", "[^a]", `\w`, `\d`, `\W`, "é", `\x{1F642}`, `\.`, `\\`, "A", "[a-c1]", `\b`, "(?i:a)", "^", "$"})
	again := rapid.SampledFrom([]string{"", "", "*", "+", "?", "{2}", "{1,3}", "*?"})
	rapid.Check(t, func(rt *rapid.T) {
		var b strings.Builder
		for i := range rapid.IntRange(1, 4).Draw(rt, "branches") {
			if i > 0 {
				b.WriteString(rapid.SampledFrom([]string{"|", "", "(?:|)"}).Draw(rt, "join"))
			}
			part := atom.Draw(rt, "atom")
			if rapid.Bool().Draw(rt, "group") {
				part = "(" + part + atom.Draw(rt, "second") + ")"
			}
			b.WriteString(part + again.Draw(rt, "again"))
		}
		check(rt.Fatalf, b.String())
	})
}
