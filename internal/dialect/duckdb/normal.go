package duckdb

import (
	"strings"

	"kith/internal/dialect/ansi"
	"kith/internal/normal"
	"kith/internal/rel"
)

// normalisers print the functions of package normal as macros that Prepare has made. lower() and strip_accents() are used where they
// agree with the tables there, since "translate" builds its table anew for each text; that they do is asked of every character
// there is, by a test that a newer engine has to pass, too.
var normalisers = map[rel.Fn]string{
	rel.TrimSpaces: "kith_trim({*})", rel.LowerCase: "kith_lower({*})", rel.PlainLetters: "kith_unaccent({*})",
	rel.EmailAddress: "kith_email({*})", rel.PhoneNumber: "kith_phone({*})",
}

// macros write the statements that make them. A macro is text that is put in place of its call, so each is whole in itself: one
// that calls another would find it only while the database has the name it had then.
func macros() []func(w *ansi.Writer) {
	trim := "trim(value, " + quoted(normal.Spaces) + ")"
	return []func(w *ansi.Writer){
		macro("kith_trim(value)", trim),
		macro("kith_lower(value)", "lower(value)"),
		macro("kith_unaccent(value)", single("value", plainLetters)),
		macro("kith_email(value)", "nullif(regexp_extract(lower("+trim+"), "+quoted(normal.EmailPattern)+"), '')"),
		macro("kith_phone(value, country, trunk)", phoneNumber()),
	}
}

func macro(head, body string) func(w *ansi.Writer) {
	return func(w *ansi.Writer) {
		w.Write("CREATE MACRO IF NOT EXISTS ")
		w.InternalSchema()
		w.Write(head + " AS " + body)
	}
}

// single computes an expression over the one variable v, which it may name as often as it likes: x is computed once.
// "Lambda Functions".
func single(x string, of func(v string) string) string {
	return "list_transform([" + x + "], lambda v: " + of("v") + ")[1]"
}

// agreed are the characters that strip_accents() takes accents from as the table does, letters apart that it leaves alone.
const agreed = "[\\x01-\\x{0373}\\x{0375}-\\x{037D}\\x{0386}\\x{0388}-\\x{0482}\\x{048A}-\\x{052F}\\x{1E00}-\\x{1EFF}]*"

// plainLetters asks first whether all is ASCII, where bytes and characters are as many.
func plainLetters(v string) string {
	from, to := normal.Strokes()
	short := "translate(strip_accents(" + v + "), " + quoted(from) + ", " + quoted(to) + ")"
	long := throughBlocks(v, "regexp_replace("+v+", "+quoted("["+normal.Marks+"]")+", '', 'g')", normal.AccentBlocks())
	x := "CASE WHEN regexp_full_match(" + v + ", " + quoted(agreed) + ") THEN " + short + " ELSE " + long + " END"
	for _, e := range normal.Expansions {
		x = "replace(" + x + ", " + quoted(e[0]) + ", " + quoted(e[1]) + ")"
	}
	return "CASE WHEN strlen(" + v + ") = length(" + v + ") THEN " + v + " ELSE " + x + " END"
}

// throughBlocks translates x, which is made of v, by the blocks that v has letters of.
func throughBlocks(v, x string, blocks []normal.Block) string {
	for _, b := range blocks {
		has := "CASE WHEN regexp_matches(" + v + ", " + quoted("["+b.From+"]") + ") THEN "
		x = "translate(" + x + ", " + has + quoted(b.From) + " ELSE '' END, " + has + quoted(b.To) + " ELSE '' END)"
	}
	return x
}

// phoneNumber names value three times: a text of ASCII, as most are, needs no table of digits.
func phoneNumber() string {
	replace := func(x, pattern, with string) string {
		return "regexp_replace(" + x + ", " + pattern + ", " + with + ")"
	}
	unlessASCII := func(table string) string {
		return "CASE WHEN strlen(value) = length(value) THEN '' ELSE " + quoted(table) + " END"
	}
	x := replace("value", quoted("["+normal.Separators+"]"), "'', 'g'")
	x = "translate(" + x + ", " + unlessASCII(normal.Digits+normal.FullPlus) + ", " + unlessASCII(normal.DialledDigits) + ")"
	x = replace(x, quoted(normal.PhoneInternational), "'+'")
	x = replace(x, quoted(normal.PhoneTrunk), `'\1'`)
	x = replace(x, "'[()]'", "'', 'g'")
	x = replace(x, "CASE WHEN country = '' THEN '$^' ELSE '^(?:' || trunk || ')?([0-9]+)$' END", `'+' || country || '\1'`)
	return "nullif(regexp_extract(" + x + ", " + quoted(normal.PhoneNumber) + "), '')"
}

func quoted(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }
