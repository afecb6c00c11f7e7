package portable

import "strings"

// tokenKind is the kind of a token.
type tokenKind int

const (
	tokSpace tokenKind = iota
	tokComment
	tokIdent  // unquoted: names and keywords
	tokQuoted // a name in the quotes of the dialect
	tokString
	tokNumber
	tokOp
	tokOpen  // ( [ {
	tokClose // ) ] }
	tokComma
	tokSemi
)

// token is bytes [start, end) of a text.
type token struct {
	kind       tokenKind
	start, end int
	open       bool // a quote or comment that the text ends in
}

func (t token) blank() bool { return t.kind == tokSpace || t.kind == tokComment }

// quoting is how a dialect writes texts, names and comments.
type quoting struct {
	backslash  bool   // a backslash escapes inside a text
	backtick   bool   // `name`
	doubleText bool   // "text"
	raw        bool   // r'text'
	triple     bool   // '''text'''
	dollar     bool   // $$text$$
	comment    string // one more mark of a comment to the end of the line: "//", "#"
}

func lex(s string, q quoting) []token {
	toks := make([]token, 0, len(s)/4+4)
	for i := 0; i < len(s); {
		t := q.one(s, i)
		toks = append(toks, t)
		i = t.end
	}
	return toks
}

func (q quoting) one(s string, i int) token {
	c := s[i]
	switch {
	case isSpace(c):
		j := i
		for j < len(s) && isSpace(s[j]) {
			j++
		}
		return token{tokSpace, i, j, false}
	case strings.HasPrefix(s[i:], "--"), q.comment != "" && strings.HasPrefix(s[i:], q.comment):
		j := i
		for j < len(s) && s[j] != '\n' && s[j] != '\r' {
			j++
		}
		return token{tokComment, i, j, false}
	case strings.HasPrefix(s[i:], "/*"):
		if k := strings.Index(s[i+2:], "*/"); k >= 0 {
			return token{tokComment, i, i + k + 4, false}
		}
		return token{tokComment, i, len(s), true}
	case c == '\'', c == '"' && q.doubleText:
		return q.literal(s, i, i, q.backslash)
	case c == '"':
		return quotedName(s, i)
	case c == '`' && q.backtick:
		return quotedName(s, i)
	case identStart(c):
		return q.word(s, i)
	case isDigit(c), c == '.' && i+1 < len(s) && isDigit(s[i+1]):
		return token{tokNumber, i, numberEnd(s, i), false}
	case c == '$' && q.dollar && strings.HasPrefix(s[i:], "$$"):
		if k := strings.Index(s[i+2:], "$$"); k >= 0 {
			return token{tokString, i, i + k + 4, false}
		}
		return token{tokString, i, len(s), true}
	case c == '(' || c == '[' || c == '{':
		return token{tokOpen, i, i + 1, false}
	case c == ')' || c == ']' || c == '}':
		return token{tokClose, i, i + 1, false}
	case c == ',':
		return token{tokComma, i, i + 1, false}
	case c == ';':
		return token{tokSemi, i, i + 1, false}
	}
	for _, op := range operators {
		if strings.HasPrefix(s[i:], op) {
			return token{tokOp, i, i + len(op), false}
		}
	}
	return token{tokOp, i, i + 1, false}
}

// operators are those of more than one byte, longer ones first.
var operators = []string{"<=>", "->>", "!~*", "!~~", "~~*", "::", ":=", "=>", "||", "<>", "!=", "<=", ">=", "->", "!~", "~*", "~~", "**", "<<", ">>", "=="}

func quotedName(s string, i int) token {
	for j := i + 1; j < len(s); j++ {
		if s[j] == s[i] {
			if j+1 < len(s) && s[j+1] == s[i] {
				j++
				continue
			}
			return token{tokQuoted, i, j + 1, false}
		}
	}
	return token{tokQuoted, i, len(s), true}
}

// literal reads a text from start whose quote is at i.
func (q quoting) literal(s string, start, i int, backslash bool) token {
	mark := s[i : i+1]
	if q.triple && strings.HasPrefix(s[i:], strings.Repeat(mark, 3)) {
		mark = strings.Repeat(mark, 3)
	}
	for j := i + len(mark); j < len(s); j++ {
		switch {
		case s[j] == '\\' && (backslash || q.raw && start < i):
			j++
		case strings.HasPrefix(s[j:], mark):
			if len(mark) == 1 && j+1 < len(s) && s[j+1] == s[i] && !q.triple {
				j++
				continue
			}
			return token{tokString, start, j + len(mark), false}
		}
	}
	return token{tokString, start, len(s), true}
}

// word reads a name, or a text with a letter before its quote.
func (q quoting) word(s string, i int) token {
	if i+1 < len(s) && (s[i+1] == '\'' || s[i+1] == '"' && q.doubleText) {
		switch s[i] {
		case 'r', 'R':
			if q.raw {
				return q.literal(s, i, i+1, false)
			}
		case 'e', 'E':
			if !q.doubleText {
				return q.literal(s, i, i+1, true)
			}
		case 'x', 'X', 'b', 'B', 'n', 'N':
			return q.literal(s, i, i+1, q.backslash)
		}
	}
	j := i
	for j < len(s) && identPart(s[j]) {
		j++
	}
	return token{tokIdent, i, j, false}
}

func numberEnd(s string, i int) int {
	j := i
	digits := func() {
		for j < len(s) && isDigit(s[j]) {
			j++
		}
	}
	digits()
	if j < len(s) && s[j] == '.' {
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

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' }
func isDigit(c byte) bool { return c >= '0' && c <= '9' }
func identStart(c byte) bool {
	return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}
func identPart(c byte) bool { return identStart(c) || isDigit(c) || c == '$' }

// decode is what a text token says; ok is false when it holds a character that no DuckDB text has.
func (q quoting) decode(lit string) (value string, ok bool) {
	if strings.HasPrefix(lit, "$$") {
		return lit[2 : len(lit)-2], true
	}
	i, raw := 0, false
	escapes := q.backslash
	for lit[i] != '\'' && lit[i] != '"' {
		raw = raw || lit[i] == 'r' || lit[i] == 'R'
		escapes = escapes || lit[i] == 'e' || lit[i] == 'E'
		i++
	}
	n := 1
	if q.triple && len(lit)-i >= 6 && strings.HasPrefix(lit[i:], strings.Repeat(lit[i:i+1], 3)) {
		n = 3
	}
	body := lit[i+n : len(lit)-n]
	if raw {
		return body, true
	}
	if !q.triple {
		body = doubled(body, lit[i], escapes)
	}
	if escapes {
		body = unescape(body)
	}
	return body, !strings.ContainsRune(body, 0)
}

// doubled makes one quote of two, but leaves one after a backslash alone.
func doubled(s string, quote byte, escapes bool) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		b.WriteByte(s[i])
		switch {
		case escapes && s[i] == '\\' && i+1 < len(s):
			i++
			b.WriteByte(s[i])
		case s[i] == quote && i+1 < len(s) && s[i+1] == quote:
			i++
		}
	}
	return b.String()
}

// unescape reads backslashes: the C escapes, octal, \xhh and \uhhhh; before any other character a backslash is dropped.
func unescape(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			b.WriteByte(s[i])
			continue
		}
		i++
		switch c := s[i]; c {
		case 'n':
			b.WriteByte('\n')
		case 't':
			b.WriteByte('\t')
		case 'r':
			b.WriteByte('\r')
		case 'b':
			b.WriteByte('\b')
		case 'f':
			b.WriteByte('\f')
		case '0':
			b.WriteByte(0)
		case 'x', 'u':
			n := map[byte]int{'x': 2, 'u': 4}[c]
			if v, ok := hex(s, i+1, n); ok {
				b.WriteRune(rune(v))
				i += n
			} else {
				b.WriteByte(c)
			}
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

func hex(s string, at, n int) (v int, ok bool) {
	if at+n > len(s) {
		return 0, false
	}
	for _, c := range s[at : at+n] {
		k := strings.IndexRune("0123456789abcdef", c|0x20)
		if isDigit(byte(c)) {
			k = int(c - '0')
		}
		if k < 0 {
			return 0, false
		}
		v = v*16 + k
	}
	return v, true
}

// quoteText writes a text for DuckDB.
func quoteText(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

// quoteName writes a name for DuckDB.
func quoteName(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }
