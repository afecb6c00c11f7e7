package dialecttest

import (
	"strings"

	"kith/internal/normal"
	"kith/internal/rel"
)

// Normaliser is a normaliser and the function of rel that computes it of a text.
type Normaliser struct {
	normal.Step
	Of func(x rel.Expr) rel.Expr
}

// Normalisers are all normalisers, phone with and without a country.
func Normalisers() []Normaliser {
	fn := func(name string, f rel.Fn) Normaliser {
		return Normaliser{normal.Step{Name: name}, func(x rel.Expr) rel.Expr { return rel.F(f, x) }}
	}
	out := []Normaliser{fn(normal.Trim, rel.TrimSpaces), fn(normal.Lower, rel.LowerCase), fn(normal.Unaccent, rel.PlainLetters), fn(normal.Email, rel.EmailAddress)}
	for _, of := range [][2]string{{"", "0"}, {"49", "0"}, {"1", "1"}, {"39", ""}} {
		out = append(out, Normaliser{normal.Step{Name: normal.Phone, Country: of[0], Trunk: of[1]}, func(x rel.Expr) rel.Expr {
			return rel.F(rel.PhoneNumber, x, rel.S(of[0]), rel.S(of[1]))
		}})
	}
	return out
}

// NormalTexts are texts for normalisers: every character there is once, a few at a time with plain letters between them, and texts
// that look like what the normalisers look for.
func NormalTexts() []string {
	var out []string
	var b strings.Builder
	n := 0
	for r := rune(1); r <= '\U0010ffff'; r++ {
		if r >= 0xd800 && r <= 0xdfff {
			continue
		}
		// Scripts that a fast way may treat alone stand alone, the rest in longer texts.
		b.WriteRune('a')
		b.WriteRune(r)
		if n++; r < 0x3000 || n%64 == 0 {
			out = append(out, b.String())
			b.Reset()
		}
	}
	out = append(out, b.String())
	spaces, seps := []rune(normal.Spaces), []rune(normal.Separators)
	for i, s := range spaces {
		out = append(out, string(s)+" Ann@Example.com "+string(spaces[len(spaces)-1-i]), "a"+string(s)+"b@c", "+49"+string(s)+"30123456", string(s))
	}
	for _, s := range seps {
		out = append(out, "0"+string(s)+"30"+string(s)+"12345"+string(s))
	}
	return append(out, "é\u0301e", "E\u0301Ö", "Ünïcode ﬁ ß ẞ ǼǽØǿ þÞ", "ΆΈ Σίσυφος ς", "Ёлка Й й", "漢字é", "한글É", "\u1100\u1161\u0301", "שלוםé",
		"a@b", "A@B.C", "a@@b", "@", "a@", "@b", "a b@c", "a@b@c", "x", "ÄÖ@Ü.de", "a@b\x01", strings.Repeat("ä", 300)+"@x",
		"+49 (0)30 123456", "+49(0)30(0)1234", "(+49) 30 1234567", "(0049)30 1234567", "0049301234567", "00", "+", "()", "(030)1234567", "030-1234567", "30 1234567", "0", "000301234567",
		"1-415-555-2671", "(415) 555.2671", "+1 415 555 2671", "06 1234567", "+0301234567", "+1234567", "+123456", "+123456789012345", "+1234567890123456", "0301234567x3",
		"+٤٩ ٣٠ ١٢٣٤٥٦٧", "०३० १२३४५६", "０３０１２３４５６", "＋４９３０１２３４５６", "(0)301234567", "+49(30)(0)123456", "0\n30\t123456")
}
