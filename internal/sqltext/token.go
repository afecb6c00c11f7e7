package sqltext

import (
	"strings"

	"kith/internal/template"
)

// tokenKind is the kind of a token.
type tokenKind int

const (
	tokSpace   tokenKind = iota
	tokComment           // -- to the end of the line (line end left out), or /* */ with nesting
	tokIdent             // unquoted: names and keywords
	tokQuoted            // "name"
	tokString            // 'x', e'x', x'x', $$x$$, $tag$x$tag$
	tokNumber
	tokOp    // operators, "::", ":", ".", and what no SQL knows
	tokOpen  // ( [ {
	tokClose // ) ] }
	tokComma
	tokSemi
	tokParam // $1, $name
)

// token is a run of bytes of a text. Tokens of a text leave out none of its bytes.
type token struct {
	kind       tokenKind
	start, end int
	// open is set for a string, quoted name or comment that the text ends in.
	open bool
}

// blank reports whether a token has no meaning.
func (t token) blank() bool { return t.kind == tokSpace || t.kind == tokComment }

// lex splits a text into tokens. It never fails: what it does not know becomes a tokOp of one byte.
func lex(s string) []token {
	toks := make([]token, 0, len(s)/4+4)
	for i := 0; i < len(s); {
		t := lexOne(s, i)
		toks = append(toks, t)
		i = t.end
	}
	return toks
}

func lexOne(s string, i int) token {
	c := s[i]
	switch {
	case spaceLen(s, i) > 0:
		j := i
		for j < len(s) {
			n := spaceLen(s, j)
			if n == 0 {
				break
			}
			j += n
		}
		return token{tokSpace, i, j, false}
	case strings.HasPrefix(s[i:], "--"):
		j := i
		for j < len(s) && s[j] != '\n' && s[j] != '\r' {
			j++
		}
		return token{tokComment, i, j, false}
	case strings.HasPrefix(s[i:], "/*"):
		end, closed := blockComment(s, i)
		return token{tokComment, i, end, !closed}
	case c == '\'':
		return quoted(s, i, i, tokString, false)
	case c == '"':
		return quoted(s, i, i, tokQuoted, false)
	case identStart(c):
		return word(s, i)
	case c >= '0' && c <= '9', c == '.' && i+1 < len(s) && isDigit(s[i+1]):
		return token{tokNumber, i, numberEnd(s, i), false}
	case c == '$':
		return dollar(s, i)
	case c == '(' || c == '[' || c == '{':
		return token{tokOpen, i, i + 1, false}
	case c == ')' || c == ']' || c == '}':
		return token{tokClose, i, i + 1, false}
	case c == ',':
		return token{tokComma, i, i + 1, false}
	case c == ';':
		return token{tokSemi, i, i + 1, false}
	}
	return token{tokOp, i, operatorEnd(s, i), false}
}

// spaceLen is the length of the blank at i, 0 when there is none. Blanks outside ASCII count: they get into YAML from web
// pages, and DuckDB reads them as blanks.
func spaceLen(s string, i int) int {
	switch s[i] {
	case ' ', '\t', '\n', '\r', '\f':
		return 1
	case 0xC2:
		if strings.HasPrefix(s[i:], "\u00a0") {
			return 2
		}
	case 0xE2:
		if i+2 < len(s) {
			b, c := s[i+1], s[i+2]
			if b == 0x80 && (c >= 0x80 && c <= 0x8D || c == 0xAF) || b == 0x81 && (c == 0x9F || c == 0xA0) {
				return 3
			}
		}
	case 0xE3:
		if strings.HasPrefix(s[i:], "\u3000") {
			return 3
		}
	case 0xEF:
		if strings.HasPrefix(s[i:], "\ufeff") {
			return 3
		}
	}
	return 0
}

func blockComment(s string, i int) (end int, closed bool) {
	depth := 0
	for j := i; j < len(s); {
		switch {
		case strings.HasPrefix(s[j:], "/*"):
			depth++
			j += 2
		case strings.HasPrefix(s[j:], "*/"):
			depth--
			j += 2
			if depth == 0 {
				return j, true
			}
		default:
			j++
		}
	}
	return len(s), false
}

// quoted reads a literal from start whose opening quote is at q. A doubled quote stays inside; so does a quote after a
// backslash when escapes is set.
func quoted(s string, start, q int, kind tokenKind, escapes bool) token {
	for j := q + 1; j < len(s); j++ {
		switch {
		case escapes && s[j] == '\\':
			j++
		case s[j] == s[q]:
			if j+1 < len(s) && s[j+1] == s[q] {
				j++
				continue
			}
			return token{kind, start, j + 1, false}
		}
	}
	return token{kind, start, len(s), true}
}

// word reads a name, or a string with a letter before its quote.
func word(s string, i int) token {
	if i+1 < len(s) && s[i+1] == '\'' {
		switch s[i] {
		case 'e', 'E':
			return quoted(s, i, i+1, tokString, true)
		case 'b', 'B', 'x', 'X', 'n', 'N':
			return quoted(s, i, i+1, tokString, false)
		}
	}
	j := i
	for j < len(s) && identPart(s[j]) && spaceLen(s, j) == 0 {
		j++
	}
	return token{tokIdent, i, j, false}
}

func numberEnd(s string, i int) int {
	j := i
	digits := func() {
		for j < len(s) && (isDigit(s[j]) || s[j] == '_' && j > i && j+1 < len(s) && isDigit(s[j+1])) {
			j++
		}
	}
	if s[i] == '0' && i+2 < len(s) && (s[i+1] == 'x' || s[i+1] == 'X') && isHex(s[i+2]) {
		j += 2
		for j < len(s) && isHex(s[j]) {
			j++
		}
		return j
	}
	digits()
	if j < len(s) && s[j] == '.' && !strings.HasPrefix(s[j:], "..") {
		j++
		digits()
	}
	if j < len(s) && (s[j] == 'e' || s[j] == 'E') {
		k := j + 1
		if k < len(s) && (s[k] == '+' || s[k] == '-') {
			k++
		}
		if k < len(s) && isDigit(s[k]) {
			j = k
			digits()
		}
	}
	return j
}

// dollar reads $$text$$, $tag$text$tag$, a parameter, or a lone dollar.
func dollar(s string, i int) token {
	j := i + 1
	for j < len(s) && identPart(s[j]) && s[j] != '$' {
		j++
	}
	if j < len(s) && s[j] == '$' && (j == i+1 || identStart(s[i+1])) {
		tag := s[i : j+1]
		if k := strings.Index(s[j+1:], tag); k >= 0 {
			return token{tokString, i, j + 1 + k + len(tag), false}
		}
		return token{tokString, i, len(s), true}
	}
	if j > i+1 {
		return token{tokParam, i, j, false}
	}
	return token{tokOp, i, i + 1, false}
}

const opChars = "~!@#^&|`?+-*/%<>="

// operatorEnd follows the rule of Postgres, which DuckDB shares: the longest run of operator characters, cut before a
// comment; a run that ends in + or - is cut there unless it has a character that only operators of users have.
func operatorEnd(s string, i int) int {
	for _, p := range []string{"::", ":=", ".."} {
		if strings.HasPrefix(s[i:], p) {
			return i + len(p)
		}
	}
	if strings.IndexByte(opChars, s[i]) < 0 {
		return i + 1
	}
	j := i
	for j < len(s) && strings.IndexByte(opChars, s[j]) >= 0 {
		if j > i && (strings.HasPrefix(s[j:], "--") || strings.HasPrefix(s[j:], "/*")) {
			break
		}
		j++
	}
	if strings.ContainsAny(s[i:j], "~!@#^&|`?%") {
		return j
	}
	for j > i+1 && (s[j-1] == '+' || s[j-1] == '-') {
		j--
	}
	return j
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }
func isHex(c byte) bool   { return isDigit(c) || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F' }
func identStart(c byte) bool {
	return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}
func identPart(c byte) bool { return identStart(c) || isDigit(c) || c == '$' }

// hasHole reports whether a text has a placeholder in it.
func hasHole(s string) bool {
	_, _, _, ok := template.FindPlaceholder(s, 0)
	return ok
}

// unquote is the name that a name token spells: quotes dropped, doubled quotes made single.
func unquote(s string) string {
	if len(s) >= 2 && s[0] == '"' && s[len(s)-1] == '"' {
		return strings.ReplaceAll(s[1:len(s)-1], `""`, `"`)
	}
	return s
}
