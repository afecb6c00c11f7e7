package ansi

import "strings"

// lexer follows a user's text byte by byte, to know whether it stands in a string, a quoted name or a comment. It knows
// the quotes that all engines share; the quote characters may come in separate pieces.
type lexer struct {
	// in is 0 for plain SQL, else ' " (quotes), - (line comment), * (block comment) or $ (dollar quotes).
	in byte
	// depth counts nested block comments.
	depth int
	// dollar is the tag of a dollar quote with its dollars.
	dollar string
	// escapes is set in a string whose backslashes escape: E'...'.
	escapes bool
	// prev and prev2 are the last two bytes.
	prev, prev2 byte
}

// feed reads the next piece.
func (l *lexer) feed(s string) {
	for i := 0; i < len(s); i++ {
		c := s[i]
		next := byte(0)
		if i+1 < len(s) {
			next = s[i+1]
		}
		switch l.in {
		case 0:
			switch {
			case c == '\'' || c == '"':
				l.in = c
				l.escapes = c == '\'' && (l.prev == 'e' || l.prev == 'E') && !wordByte(l.prev2)
			case c == '-' && next == '-':
				l.in = '-'
			case c == '/' && next == '*':
				l.in, l.depth = '*', 1
				i++
			case c == '$' && !wordByte(l.prev):
				if tag := dollarTag(s[i:]); tag != "" {
					l.in, l.dollar = '$', tag
					i += len(tag) - 1
				}
			}
		case '\'', '"':
			switch {
			case c == '\\' && l.escapes:
				i++
			case c == l.in: // a doubled quote leaves and enters again: the same in the end
				l.in = 0
			}
		case '-':
			if c == '\n' {
				l.in = 0
			}
		case '*':
			switch {
			case c == '/' && next == '*':
				l.depth++
				i++
			case c == '*' && next == '/':
				i++
				if l.depth--; l.depth == 0 {
					l.in = 0
				}
			}
		case '$':
			if strings.HasPrefix(s[i:], l.dollar) {
				i += len(l.dollar) - 1
				l.in = 0
			}
		}
		l.prev2, l.prev = l.prev, c
	}
}

func wordByte(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}

// dollarTag returns the opening $tag$ at the start of s, "" when there is none.
func dollarTag(s string) string {
	for i := 1; i < len(s); i++ {
		if s[i] == '$' {
			return s[:i+1]
		}
		if !wordByte(s[i]) || i == 1 && s[i] >= '0' && s[i] <= '9' {
			return ""
		}
	}
	return ""
}

// quoted reports a place between quotes.
func (l *lexer) quoted() bool { return l.in == '\'' || l.in == '"' || l.in == '$' }

// comment reports a place in a comment.
func (l *lexer) comment() bool { return l.in == '-' || l.in == '*' }
