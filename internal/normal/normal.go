// Package normal says what an id becomes before anything else looks at it: normalisers by name, each with a rule that is fixed to
// the last character. They are computed by the engines, whose dialects print them from the tables here; what is written here in
// Go is the same computation, for ids that people type, and the measure that the engines are held against.
package normal

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// The names of the normalisers.
const (
	Trim     = "trim"
	Lower    = "lower"
	Unaccent = "unaccent"
	Email    = "email"
	Phone    = "phone"
)

// Names are the names of all normalisers.
var Names = []string{Trim, Lower, Unaccent, Email, Phone}

// Step is one normaliser. Country and Trunk are of phone alone: the digits of the country that numbers without one belong to,
// "" when there is none, and the digits that numbers within it begin with and that go when the country is put in front.
type Step struct{ Name, Country, Trunk string }

// String is the step as messages and definitions say it.
func (s Step) String() string {
	switch {
	case s.Name == Phone && s.Country != "":
		return s.Name + " country " + s.Country + " trunk " + s.Trunk
	default:
		return s.Name
	}
}

// TrunkOf is the trunk prefix of a country when none is written: 0 almost everywhere, 1 in the North American plan, 8 in that of
// Russia and Kazakhstan, none in Italy, whose numbers keep their 0 (ITU-T Operational Bulletin, "Dialling procedures").
func TrunkOf(country string) string {
	switch country {
	case "1":
		return "1"
	case "7":
		return "8"
	case "39":
		return ""
	}
	return "0"
}

// All applies steps in order. What has become empty is no id: ok is false.
func All(steps []Step, value string) (out string, ok bool) {
	for _, s := range steps {
		if value = s.apply(value); value == "" {
			return "", false
		}
	}
	return value, value != ""
}

// apply is the value after one step, "" when it is no id.
func (s Step) apply(v string) string {
	switch s.Name {
	case Trim:
		return trim(v)
	case Lower:
		return lower(v)
	case Unaccent:
		return unaccent(v)
	case Email:
		return emailPattern.FindString(lower(trim(v)))
	case Phone:
		return phone(v, s.Country, s.Trunk)
	}
	return v
}

func trim(v string) string { return strings.Trim(v, Spaces) }

func lower(v string) string { return smalls.apply(v) }

func unaccent(v string) string {
	v = plain.apply(v)
	for _, e := range Expansions {
		v = strings.ReplaceAll(v, e[0], e[1])
	}
	return v
}

// EmailPattern is what an email address looks like after trim and lower: one @ with something on both sides, and neither space
// nor control character in it.
const EmailPattern = "^[^@" + Spaces + "\x01-\x1f\x7f]+@[^@" + Spaces + "\x01-\x1f\x7f]+$"

var emailPattern = regexp.MustCompile(EmailPattern)

// Digits beyond ASCII that count as digits, ten to a script: those of fullwidth forms, Arabic, Persian and Urdu, and Devanagari.
// FullPlus counts as a plus sign. DialledDigits has at the same places what they become.
const (
	Digits        = "０１２３４５６７８９٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹०१२३४५६७८९"
	FullPlus      = "＋"
	DialledDigits = "0123456789012345678901234567890123456789+"
)

// Separators are what may stand between the digits of a phone number, besides brackets: spaces, and points, slashes, hyphens and
// dashes of all kinds. They may stand in the brackets of a regular expression as they are.
const Separators = "-" + Spaces + "./\u00ad\u2010\u2011\u2012\u2013\u2014\u2015\u2212\uff0d"

// The patterns of phone numbers, in the order of their use. What PhoneInternational matches becomes a plus sign; of a number with
// one, PhoneTrunk loses its bracket; then all brackets go. PhoneNumber is what is left of a number that has a country.
const (
	PhoneInternational = `^[(]?([+]|00)`
	PhoneTrunk         = `^([+][^(]*)[(]0[)]`
	PhoneNumber        = `^[+][1-9][0-9]{6,14}$`
)

// PhoneNational matches a number without a country, and has what belongs behind the country in its first group.
func PhoneNational(trunk string) string { return "^(?:" + trunk + ")?([0-9]+)$" }

var phoneInternational, phoneTrunk, phoneNumber = regexp.MustCompile(PhoneInternational), regexp.MustCompile(PhoneTrunk), regexp.MustCompile(PhoneNumber)

func phone(v, country, trunk string) string {
	v = dialled.apply(v)
	v = phoneInternational.ReplaceAllString(v, "+")
	v = phoneTrunk.ReplaceAllString(v, "$1")
	v = nobracket.apply(v)
	if country != "" {
		v = regexp.MustCompile(PhoneNational(trunk)).ReplaceAllString(v, "+"+country+"$1")
	}
	return phoneNumber.FindString(v)
}

// table says what characters become; -1 is nothing.
type table map[rune]rune

// tableOf is the table in which each character of from becomes that of to at the same place; those that to has no place for go.
func tableOf(from, to string) table {
	out, targets := table{}, []rune(to)
	for i, r := range []rune(from) {
		if i < len(targets) {
			out[r] = targets[i]
		} else {
			out[r] = -1
		}
	}
	return out
}

func (t table) apply(v string) string {
	return strings.Map(func(r rune) rune {
		if to, ok := t[r]; ok {
			return to
		}
		return r
	}, v)
}

var (
	smalls    = tableOf(UpperASCII+Capitals, LowerASCII+Smalls)
	plain     = tableOf(Accented+Marks, Plain)
	dialled   = tableOf(Digits+FullPlus+Separators, DialledDigits)
	nobracket = tableOf("()", "")
)

// Strokes are the letters of Accented that decompose into nothing, and what they become.
func Strokes() (from, to string) {
	const of = "ÐØðøĐđĦħıŁłŊŋŦŧ"
	return of, plain.apply(of)
}

// Block is a part of a table: the characters of From become those of To at the same place.
type Block struct{ From, To string }

// blockEnds are the last characters of blocks, which keep letters of one script together: a text is compared with the few blocks
// that it has letters of, and is spared the rest.
var blockEnds = []rune{'\u02ff', '\u03ff', '\u052f', '\u1dff', '\u1eff', '\u1fff', utf8.MaxRune}

// LowerBlocks is the table of Capitals and Smalls, in blocks.
func LowerBlocks() []Block { return blocks(Capitals, Smalls) }

// AccentBlocks is the table of Accented and Plain, in blocks.
func AccentBlocks() []Block { return blocks(Accented, Plain) }

func blocks(from, to string) []Block {
	out := make([]Block, len(blockEnds))
	targets := []rune(to)
	for i, r := range []rune(from) {
		n := 0
		for r > blockEnds[n] {
			n++
		}
		out[n].From += string(r)
		out[n].To += string(targets[i])
	}
	kept := out[:0]
	for _, b := range out {
		if b.From != "" {
			kept = append(kept, b)
		}
	}
	return kept
}
