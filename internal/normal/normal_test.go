package normal

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestSteps(t *testing.T) {
	for _, c := range []struct{ step, in, want string }{
		{"trim", "\u00a0\t a b \u200b\u3000", "a b"},
		{"trim", " \t ", ""},
		{"lower", "ÀÉ ΑΣ ЖЁ ẞ Ⅷ İ I ǅ K Å ABC", "àé ας ... "}, // replaced below
		{"unaccent", "Café Ångström Żółć Ðorđe Łódź", "Cafe Angstrom Zolc Dorde Lodz"},
		{"unaccent", "Cafe\u0301 a\u030a", "Cafe a"},
		{"unaccent", "Æsir œuvre Straße ẞ Þór Ǽ ǿ", "AEsir oeuvre Strasse SS THor AE o"},
		{"unaccent", "άέ Ёлка й Ộ שָׁ", "αε Елка и O שָׁ"},
		{"email", "  Ann.Miller@Example.COM\n", "ann.miller@example.com"},
		{"email", "JÜRGEN@Exämple.de", "jürgen@exämple.de"},
		{"email", "ann@b@c", ""},
		{"email", "ann @b.com", ""},
		{"email", "@b.com", ""},
		{"email", "ann@", ""},
		{"email", "n/a", ""},
		{"email", "a@b\x01c", ""},
		{"phone", "+49 (0)30 / 123-45.67", "+49301234567"},
		{"phone", "0049 30 1234567", "+49301234567"},
		{"phone", "(+49) 30 1234567", "+49301234567"},
		{"phone", "030 1234567", ""},
		{"phone", "＋４９ ３０\u00a01234567", "+49301234567"},
		{"phone", "+٤٩٣٠١٢٣٤٥٦٧", "+49301234567"},
		{"phone", "+49 30 1234567 ext 2", ""},
		{"phone", "+4930", ""},
		{"phone", "+1234567890123456", ""},
		{"phone", "+0301234567", ""},
		{"phone", "unknown", ""},
		{"phone 49 0", "030/1234567", "+49301234567"},
		{"phone 49 0", "(030) 1234567", "+49301234567"},
		{"phone 49 0", "30 1234567", "+49301234567"},
		{"phone 49 0", "+33 1 23 45 67 89", "+33123456789"},
		{"phone 49 0", "00 33 1 23 45 67 89", "+33123456789"},
		{"phone 49 0", "0", ""},
		{"phone 49 0", "", ""},
		{"phone 1 1", "(415) 555-2671", "+14155552671"},
		{"phone 1 1", "1-415-555-2671", "+14155552671"},
		{"phone 39 -", "06 1234 5678", "+390612345678"},
	} {
		words := strings.Fields(c.step)
		s := Step{Name: words[0]}
		if len(words) == 3 {
			s.Country, s.Trunk = words[1], strings.Trim(words[2], "-")
		}
		if c.step == "lower" {
			c.want = "àé ασ жё ß ⅷ i i ǆ k å abc"
		}
		got, ok := All([]Step{s}, c.in)
		if got != c.want || ok != (c.want != "") {
			t.Errorf("%v of %q: %q, want %q", s, c.in, got, c.want)
		}
	}
	if got, _ := All([]Step{{Name: Trim}, {Name: Lower}, {Name: Unaccent}}, " ÉCLAIR "); got != "eclair" {
		t.Errorf("in order: %q", got)
	}
	if got, ok := All(nil, "A"); got != "A" || !ok {
		t.Errorf("without steps: %q", got)
	}
}

// TestTables holds the tables to what they say of themselves.
func TestTables(t *testing.T) {
	for _, c := range []struct{ name, from, to string }{{"lower", Capitals, Smalls}, {"accents", Accented, Plain}} {
		if utf8.RuneCountInString(c.from) != utf8.RuneCountInString(c.to) {
			t.Errorf("%s: %d letters, %d targets", c.name, utf8.RuneCountInString(c.from), utf8.RuneCountInString(c.to))
		}
		last := rune(0x7f)
		for _, r := range c.from {
			if r <= last {
				t.Errorf("%s: %q stands behind %q", c.name, r, last)
			}
			if strings.ContainsRune(c.to, r) {
				t.Errorf("%s: %q is a target too", c.name, r)
			}
			last = r
		}
	}
	// A later Unicode has more letters, and says the same of those there were.
	same := unicode.Version == "15.0.0"
	for r := rune(1); r <= unicode.MaxRune; r++ {
		if !utf8.ValidRune(r) || !same && !strings.ContainsRune(Capitals, r) {
			continue
		}
		if got, want := lower(string(r)), string(unicode.ToLower(r)); got != want {
			t.Errorf("lower of %U: %q, want %q", r, got, want)
		}
		if space := unicode.IsSpace(r) || r == 0x200b || r == 0x2060 || r == 0xfeff; space != strings.ContainsRune(Spaces, r) {
			t.Errorf("space %U", r)
		}
	}
}

func TestBlocks(t *testing.T) {
	for _, c := range []struct {
		from, to string
		blocks   []Block
	}{{Capitals, Smalls, LowerBlocks()}, {Accented, Plain, AccentBlocks()}} {
		var from, to string
		for _, b := range c.blocks {
			from, to = from+b.From, to+b.To
		}
		if from != c.from || to != c.to {
			t.Error("the blocks are not the table")
		}
	}
}

// TestTwiceIsOnce: what has been normalised stays as it is.
func TestTwiceIsOnce(t *testing.T) {
	steps := []Step{{Name: Trim}, {Name: Lower}, {Name: Unaccent}, {Name: Email}, {Name: Phone}, {Name: Phone, Country: "49", Trunk: "0"}}
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.SampledFrom(steps).Draw(t, "step")
		v := Draw(t)
		once, ok := All([]Step{s}, v)
		if twice, _ := All([]Step{s}, once); ok && twice != once {
			t.Fatalf("%v of %q: %q, then %q", s, v, once, twice)
		}
	})
}
