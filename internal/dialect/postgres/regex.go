package postgres

import (
	"fmt"
	"regexp/syntax"
	"strings"
	"unicode"
)

// fullPattern is a regular expression of this engine that matches a whole text where the given one of RE2 does. The two agree on
// little more than brackets and stars: here a dot matches line ends, \d and \w mean the letters of all scripts, \b is a backspace,
// options hold for the whole pattern, and there are no \x{1F642}, \pL, (?i:...) or (?P<name>...) ("9.7.3 POSIX Regular
// Expressions"). A pattern that is none of RE2 is taken for one of this engine.
func fullPattern(pattern string) string {
	re, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return `^(?:` + pattern + `)$`
	}
	var w regexWriter
	w.WriteString(`^(?:`)
	w.expr(re)
	w.WriteString(`)$`)
	if w.foreign {
		return `^(?:` + pattern + `)$`
	}
	return w.String()
}

type regexWriter struct {
	strings.Builder
	// foreign is set for what the engine has no word for.
	foreign bool
}

// mostRepeats is how often the engine repeats something ("9.7.3.1": m and n are at most 255).
const mostRepeats = 255

func (w *regexWriter) expr(re *syntax.Regexp) {
	switch re.Op {
	case syntax.OpNoMatch:
		w.WriteString(`(?!)`)
	case syntax.OpEmptyMatch:
		w.WriteString(`(?:)`)
	case syntax.OpLiteral:
		for _, r := range re.Rune {
			w.literal(r, re.Flags&syntax.FoldCase != 0)
		}
	case syntax.OpCharClass:
		w.class(re.Rune)
	case syntax.OpAnyCharNotNL:
		w.WriteString(`[^\n]`)
	case syntax.OpAnyChar:
		w.WriteString(`.`)
	case syntax.OpBeginLine:
		w.WriteString(`(?:^|(?<=\n))`)
	case syntax.OpEndLine:
		w.WriteString(`(?:$|(?=\n))`)
	case syntax.OpBeginText:
		w.WriteString(`^`)
	case syntax.OpEndText:
		w.WriteString(`$`)
	case syntax.OpWordBoundary:
		w.WriteString(wordBoundary)
	case syntax.OpNoWordBoundary:
		w.WriteString(noWordBoundary)
	case syntax.OpCapture:
		w.group(re.Sub[0])
	case syntax.OpStar:
		w.repeat(re.Sub[0], "*")
	case syntax.OpPlus:
		w.repeat(re.Sub[0], "+")
	case syntax.OpQuest:
		w.repeat(re.Sub[0], "?")
	case syntax.OpRepeat:
		w.times(re)
	case syntax.OpConcat:
		for _, s := range re.Sub {
			w.part(s)
		}
	case syntax.OpAlternate:
		for i, s := range re.Sub {
			if i > 0 {
				w.WriteString("|")
			}
			w.expr(s)
		}
	default:
		w.foreign = true
	}
}

// A word is made of letters of ASCII, as RE2 has it; the engine's own \y knows all scripts.
const (
	word           = `[0-9A-Za-z_]`
	wordBoundary   = `(?:(?<=` + word + `)(?!` + word + `)|(?<!` + word + `)(?=` + word + `))`
	noWordBoundary = `(?:(?<=` + word + `)(?=` + word + `)|(?<!` + word + `)(?!` + word + `))`
)

func (w *regexWriter) group(re *syntax.Regexp) {
	w.WriteString(`(?:`)
	w.expr(re)
	w.WriteString(`)`)
}

// part writes one of several expressions in a row.
func (w *regexWriter) part(re *syntax.Regexp) {
	if re.Op == syntax.OpAlternate {
		w.group(re)
		return
	}
	w.expr(re)
}

// repeat writes an expression with a star or the like behind it. Which match is longest does not matter: the whole text matches
// or does not.
func (w *regexWriter) repeat(re *syntax.Regexp, how string) {
	switch {
	case re.Op == syntax.OpCharClass, re.Op == syntax.OpAnyChar, re.Op == syntax.OpAnyCharNotNL,
		re.Op == syntax.OpLiteral && len(re.Rune) == 1:
		w.expr(re)
	default:
		w.group(re)
	}
	w.WriteString(how)
}

func (w *regexWriter) times(re *syntax.Regexp) {
	if re.Min > mostRepeats || re.Max > mostRepeats {
		w.foreign = true
		return
	}
	switch {
	case re.Max < 0:
		w.repeat(re.Sub[0], fmt.Sprintf("{%d,}", re.Min))
	case re.Max == re.Min:
		w.repeat(re.Sub[0], fmt.Sprintf("{%d}", re.Min))
	default:
		w.repeat(re.Sub[0], fmt.Sprintf("{%d,%d}", re.Min, re.Max))
	}
}

// literal writes a letter; with fold all its cases.
func (w *regexWriter) literal(r rune, fold bool) {
	if fold && unicode.SimpleFold(r) != r {
		w.WriteString("[")
		w.rune(r)
		for o := unicode.SimpleFold(r); o != r; o = unicode.SimpleFold(o) {
			w.rune(o)
		}
		w.WriteString("]")
		return
	}
	w.rune(r)
}

// rune writes a letter so that it means itself, within brackets too.
func (w *regexWriter) rune(r rune) {
	switch {
	case r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z',
		r >= 0x80 && unicode.IsPrint(r), strings.ContainsRune(" \"'#%&,/:;<=>@`~", r):
		w.WriteRune(r)
	case r == '\n':
		w.WriteString(`\n`)
	case r < 0x80 && unicode.IsPrint(r):
		w.WriteString(`\` + string(r))
	case r <= 0xffff:
		fmt.Fprintf(w, `\u%04X`, r)
	default:
		fmt.Fprintf(w, `\U%08X`, r)
	}
}

// class writes a class of letters, which is given as the ends of its ranges. One that reaches to the last letter is written by what
// it leaves out.
func (w *regexWriter) class(ranges []rune) {
	if n := len(ranges); n > 0 && ranges[n-1] == unicode.MaxRune {
		var out []rune
		next := rune(1) // no text holds the letter 0
		for i := 0; i < n; i += 2 {
			if ranges[i] > next {
				out = append(out, next, ranges[i]-1)
			}
			next = ranges[i+1] + 1
		}
		if len(out) == 0 {
			w.WriteString(".")
			return
		}
		w.ranges("[^", out)
		return
	}
	if len(ranges) == 0 {
		w.WriteString(`(?!)`)
		return
	}
	w.ranges("[", ranges)
}

func (w *regexWriter) ranges(open string, ranges []rune) {
	w.WriteString(open)
	for i := 0; i < len(ranges); i += 2 {
		lo, hi := max(ranges[i], 1), ranges[i+1]
		if hi < lo {
			continue
		}
		w.rune(lo)
		if hi > lo {
			w.WriteString("-")
			w.rune(hi)
		}
	}
	w.WriteString("]")
}
