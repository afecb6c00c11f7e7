package postgres

import (
	"fmt"
	"strings"

	"kith/internal/dialect/ansi"
	"kith/internal/normal"
	"kith/internal/rel"
)

// normalisers print the functions of package normal as functions that Prepare has made.
var normalisers = map[rel.Fn]string{
	rel.TrimSpaces: "kith_trim({*})", rel.LowerCase: "kith_lower({*})", rel.PlainLetters: "kith_unaccent({*})",
	rel.EmailAddress: "kith_email({*})", rel.PhoneNumber: "kith_phone({*})",
}

// makeNormal writes the statement that makes them, unless they are there. It is of ASCII, so that a database of any encoding reads it;
// only one of UTF-8 has all the characters of the tables, and gets the functions. What is computed once for each of millions of
// ids is in PL/pgSQL, which computes its argument once, and touches no table for a text of ASCII.
func makeNormal(w *ansi.Writer) {
	w.Write("DO $kith$\nDECLARE\n  target constant text := ")
	w.String(w.Env().InternalSchema)
	w.Write(`;
BEGIN
  PERFORM pg_advisory_xact_lock(7466932149);
  IF current_setting('server_encoding') <> 'UTF8' OR EXISTS (SELECT FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
    WHERE n.nspname = target AND p.proname = 'kith_phone') THEN
    RETURN;
  END IF;`)
	for _, f := range []struct{ head, body string }{
		{"kith_trim(value text)", "RETURN btrim(value, " + escaped(normal.Spaces) + ");"},
		{"kith_lower(value text)", lowerCase("value")},
		{"kith_unaccent(value text)", plainLetters("value")},
		{"kith_email(value text)", "value := btrim(value, " + escaped(normal.Spaces) + ");\n" + lowerInto("value") +
			"RETURN substring(value from " + escaped(normal.EmailPattern) + ");"},
		{"kith_phone(value text, country text, trunk text)", phoneNumber()},
	} {
		w.Write("\n  EXECUTE format($sql$CREATE FUNCTION %I." + f.head + " RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $f$\nBEGIN\n" +
			f.body + "\nEND\n$f$$sql$, target);")
	}
	w.Write("\nEND\n$kith$")
}

func lowerCase(v string) string { return lowerInto(v) + "RETURN " + v + ";" }

// lowerInto are statements that make a variable lower case.
func lowerInto(v string) string {
	ascii := v + " := translate(" + v + ", " + escaped(normal.UpperASCII) + ", " + escaped(normal.LowerASCII) + ");\n"
	return ascii + unlessASCII(v, throughBlocks(v, normal.LowerBlocks()))
}

func plainLetters(v string) string {
	b := throughBlocks(v, normal.AccentBlocks()) + v + " := translate(" + v + ", " + escaped(normal.Marks) + ", '');\n"
	for _, e := range normal.Expansions {
		b += v + " := replace(" + v + ", " + escaped(e[0]) + ", " + escaped(e[1]) + ");\n"
	}
	return unlessASCII(v, b) + "RETURN " + v + ";"
}

func unlessASCII(v, statements string) string {
	return "IF octet_length(" + v + ") <> length(" + v + ") THEN\n" + statements + "END IF;\n"
}

// throughBlocks translates a variable by the blocks that it has letters of: "translate" looks for each character in the whole
// table.
func throughBlocks(v string, blocks []normal.Block) string {
	var b strings.Builder
	for _, t := range blocks {
		fmt.Fprintf(&b, "IF %s ~ %s THEN\n%s := translate(%s, %s, %s);\nEND IF;\n", v, escaped("["+t.From+"]"), v, v, escaped(t.From), escaped(t.To))
	}
	return b.String()
}

func phoneNumber() string {
	return unlessASCII("value", "value := translate(value, "+escaped(normal.Digits+normal.FullPlus)+", "+escaped(normal.DialledDigits)+");\n") +
		"value := translate(value, " + escaped(normal.Separators) + ", '');\n" +
		"value := regexp_replace(value, " + escaped(normal.PhoneInternational) + ", '+');\n" +
		"value := regexp_replace(value, " + escaped(normal.PhoneTrunk) + `, E'\\1');` + "\n" +
		"value := translate(value, '()', '');\n" +
		"IF country <> '' THEN\nvalue := regexp_replace(value, '^(?:' || trunk || ')?([0-9]+)$', '+' || country || E'\\\\1');\nEND IF;\n" +
		"RETURN substring(value from " + escaped(normal.PhoneNumber) + ");"
}

// escaped is a literal written in ASCII. "4.1.2.2 String Constants with C-Style Escapes".
func escaped(s string) string {
	var b strings.Builder
	b.WriteString("E'")
	for _, r := range s {
		switch {
		case r == '\'' || r == '\\':
			b.WriteString(`\` + string(r))
		case r >= ' ' && r < 0x7f:
			b.WriteRune(r)
		case r <= 0xffff:
			fmt.Fprintf(&b, `\u%04X`, r)
		default:
			fmt.Fprintf(&b, `\U%08X`, r)
		}
	}
	return b.String() + "'"
}
