package template

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"kith/internal/diag"
	"kith/internal/source"
)

// tokenKind is the kind of a token inside a tag.
type tokenKind int

const (
	identToken tokenKind = iota
	numberToken
	stringToken
	symbolToken
	endToken // the end of the tag, where "unexpected end" is shown
)

// token is one word, number, string or symbol inside a tag. start and end are byte offsets in the template's text.
type token struct {
	kind       tokenKind
	s          string
	text       source.Text // of a string: without quotes and escapes
	start, end int
}

// shown is the token as a message names it.
func (t token) shown() string {
	switch t.kind {
	case endToken:
		return "the end of the tag"
	case stringToken:
		return "a string"
	}
	return "\"" + t.s + "\""
}

// symbols lists the operators, longer ones before their prefixes.
var symbols = []string{"==", "!=", "<>", "<=", ">=", "&&", "||", "+", "-", "*", "/", "%", "(", ")", "[", "]", ",", ".", "|", ":", "=", "!", "<", ">"}

// tagBody is the outcome of reading a tag up to its closing mark.
type tagBody struct {
	toks   []token // ends with an endToken
	end    int     // offset behind the closing mark
	trim   bool    // closed with a dash: white space behind it is dropped
	closed bool
	bad    bool // a character could not be read
}

// lexTag reads the tokens of a tag whose inside begins at pos. closer is "}}" or "%}". Strings are read as such, so marks
// inside them do not end the tag.
func (p *parser) lexTag(open, pos int, closer string) tagBody {
	s := p.text.S
	var body tagBody
	var mistakes diag.List
	finish := func(at int) tagBody {
		body.toks = append(body.toks, token{kind: endToken, start: at, end: min(at+len(closer), len(s))})
		p.diags.Add(mistakes)
		return body
	}
	for {
		for pos < len(s) && isSpace(s[pos]) {
			pos++
		}
		if pos >= len(s) {
			return p.unclosedTag(open, len(s), closer)
		}
		rest := s[pos:]
		if mark := closingMark(rest, closer); mark > 0 {
			at := pos
			body.trim, body.closed, body.end = rest[0] == '-', true, pos+mark
			return finish(at)
		}
		if strings.HasPrefix(rest, "{{") || strings.HasPrefix(rest, "{%") {
			return p.unclosedTag(open, pos, closer)
		}
		other := "%}"
		if closer == "%}" {
			other = "}}"
		}
		if mark := closingMark(rest, other); mark > 0 {
			mistakes.Errorf(diag.TemplateSyntax, p.text.Origin(pos, pos+mark), "tag opened with %s is closed with %s", s[open:open+2], other).
				WithFix("write %s here", closer)
			body.trim, body.closed, body.end = rest[0] == '-', true, pos+mark
			return finish(pos)
		}
		tok, ok := p.lexToken(pos, body.toks, &mistakes)
		if !ok {
			return p.brokenString(open, pos, closer, mistakes)
		}
		pos = tok.end
		if tok.s == "" && tok.kind == symbolToken {
			body.bad = true
			continue
		}
		body.toks = append(body.toks, tok)
	}
}

// closingMark is the length of a closing mark at the start of s, with its dash, or 0.
func closingMark(s, closer string) int {
	if strings.HasPrefix(s, closer) {
		return len(closer)
	}
	if s != "" && s[0] == '-' && strings.HasPrefix(s[1:], closer) {
		return len(closer) + 1
	}
	return 0
}

// unclosedTag reports a tag that meets another tag or the end of the text; reading goes on at resume.
func (p *parser) unclosedTag(open, resume int, closer string) tagBody {
	opener := p.text.S[open : open+2]
	p.diags.Errorf(diag.TemplateUnclosed, p.text.Origin(open, open+2), "%s is not closed", opener).
		WithFix("close the tag with %s", closer)
	return tagBody{end: resume}
}

// brokenString gives up on a tag with a string that does not end; reading goes on behind the next closing mark, so that
// later mistakes are still found.
func (p *parser) brokenString(open, pos int, closer string, mistakes diag.List) tagBody {
	p.diags.Add(mistakes)
	end := len(p.text.S)
	if i := strings.Index(p.text.S[pos:], closer); i >= 0 {
		end = pos + i + len(closer)
	}
	return tagBody{end: end}
}

// lexToken reads one token at pos. An unreadable character gives an empty token behind it and a diagnostic; ok is false
// when a string does not end.
func (p *parser) lexToken(pos int, before []token, mistakes *diag.List) (token, bool) {
	s := p.text.S
	c := s[pos]
	afterDot := len(before) > 0 && before[len(before)-1].kind == symbolToken && before[len(before)-1].s == "."
	switch {
	case c == '"' || c == '\'':
		return p.lexString(pos, mistakes)
	case c >= '0' && c <= '9':
		return p.lexNumber(pos, afterDot, mistakes), true
	}
	if r, n := utf8.DecodeRuneInString(s[pos:]); r == '_' || unicode.IsLetter(r) {
		end := wordEnd(s, pos+n)
		return token{kind: identToken, s: s[pos:end], start: pos, end: end}, true
	}
	for _, sym := range symbols {
		if strings.HasPrefix(s[pos:], sym) {
			return token{kind: symbolToken, s: sym, start: pos, end: pos + len(sym)}, true
		}
	}
	r, n := utf8.DecodeRuneInString(s[pos:])
	mistakes.Errorf(diag.TemplateSyntax, p.text.Origin(pos, pos+n), "unexpected character %q in a tag", r).Fix = characterAdvice[r]
	return token{kind: symbolToken, start: pos, end: pos + n}, true
}

// wordEnd is the end of the letters, digits and underscores from pos on.
func wordEnd(s string, pos int) int {
	for pos < len(s) {
		r, n := utf8.DecodeRuneInString(s[pos:])
		if r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			break
		}
		pos += n
	}
	return pos
}

// lexNumber reads digits, a fraction and an exponent; behind a dot it reads an index only, so that x.0.1 has two.
func (p *parser) lexNumber(pos int, index bool, mistakes *diag.List) token {
	s := p.text.S
	digits := func(i int) int {
		for i < len(s) && s[i] >= '0' && s[i] <= '9' {
			i++
		}
		return i
	}
	end := digits(pos)
	if !index {
		if end+1 < len(s) && s[end] == '.' && s[end+1] >= '0' && s[end+1] <= '9' {
			end = digits(end + 1)
		}
		if end < len(s) && (s[end] == 'e' || s[end] == 'E') {
			exp := end + 1
			if exp < len(s) && (s[exp] == '+' || s[exp] == '-') {
				exp++
			}
			if d := digits(exp); d > exp {
				end = d
			}
		}
	}
	word := wordEnd(s, end)
	if word > end {
		mistakes.Errorf(diag.TemplateSyntax, p.text.Origin(pos, word), "%q is neither a number nor a name", s[pos:word]).
			WithFix("names cannot begin with a digit; put text in quotes")
	}
	return token{kind: numberToken, s: s[pos:end], start: pos, end: word}
}

// lexString reads a string. A backslash before a quote or a backslash is dropped; before anything else it stays, as
// regular expressions need it.
func (p *parser) lexString(pos int, mistakes *diag.List) (token, bool) {
	s := p.text.S
	quote := s[pos]
	var b source.Builder
	from := pos + 1
	for i := pos + 1; i < len(s); i++ {
		switch {
		case s[i] == quote:
			b.WriteText(p.text.Slice(from, i))
			return token{kind: stringToken, text: b.Text(), start: pos, end: i + 1}, true
		case s[i] == '\\' && i+1 < len(s) && (s[i+1] == '"' || s[i+1] == '\'' || s[i+1] == '\\'):
			b.WriteText(p.text.Slice(from, i))
			from = i + 1
			i++
		}
	}
	mistakes.Errorf(diag.TemplateSyntax, p.text.Origin(pos, pos+1), "string is not closed").
		WithFix("end it with %c; a quote of the same kind inside it needs a backslash", quote)
	return token{}, false
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

// isIdent reports whether s can name a macro or a parameter.
func isIdent(s string) bool {
	for i, r := range s {
		if r != '_' && !unicode.IsLetter(r) && (i == 0 || !unicode.IsDigit(r)) {
			return false
		}
	}
	return s != ""
}

// keywords cannot be used as names.
var keywords = map[string]bool{"and": true, "or": true, "not": true, "in": true, "true": true, "false": true, "True": true, "False": true,
	"nil": true, "None": true, "none": true}

// characterAdvice is the way out for characters that expressions of other languages of the family have.
var characterAdvice = map[rune]string{'~': "put texts together with +", '{': "an object cannot be written here; write the text that it stands for"}
