package sqltext

import (
	"fmt"
	"regexp"
	"strings"

	"kith/internal/diag"
)

// trouble is why a text cannot be read: bytes [start, end) of it and what they have.
type trouble struct {
	code       diag.Code
	start, end int
	message    string // continues "<what> ..."
	fix        string
}

func (r *reading) fail(code diag.Code, start, end int, format string, args ...any) {
	r.failFix(code, start, end, "", format, args...)
}

func (r *reading) failFix(code diag.Code, start, end int, fix, format string, args ...any) {
	if fix == "" {
		fix = usualFix[code]
	}
	r.trouble = &trouble{code, start, end, fmt.Sprintf(format, args...), fix}
}

var usualFix = map[diag.Code]string{
	diag.SQLEmpty:           "write SQL or drop the key",
	diag.SQLManyStatements:  "keep one statement; scripts go into multi_sql",
	diag.SQLNotQuery:        "write one SELECT, WITH ... SELECT, VALUES or FROM ... SELECT",
	diag.SQLManyExpressions: "write one expression for each key",
	diag.SQLStar:            "name the column, or count with count(*)",
	diag.SQLParameter:       "use a template variable",
	diag.SQLBytes:           "save the file as UTF-8",
	diag.SQLDirection:       "move it to order_by",
}

// report makes the diagnostic: a note when the text may stay opaque.
func (r *reading) report() diag.Diagnostic {
	what := r.item.What
	if what == "" {
		what = [...]string{"the expression", "the query"}[r.item.Kind]
	}
	t := r.trouble
	at := r.lex.text.Origin(t.start, t.end)
	if at.IsZero() {
		at = r.item.Rendered.Text.Span()
	}
	if at.IsZero() {
		at = r.item.At
	}
	var list diag.List
	if r.item.Opaque {
		d := list.Notef(diag.SQLOpaque, at, "%s is carried as it stands: it %s", what, t.message)
		return *d.WithFix("%s", t.fix)
	}
	return *list.Errorf(t.code, at, "%s %s", what, t.message).WithFix("%s", t.fix)
}

var nearToken = regexp.MustCompile(`^syntax error at or near "(?s:.*)"$`)

// syntax turns the engine's message into one about the text as written.
func (r *reading) syntax(p Parsed) {
	l, n := r.lex, r.lex.text.Len()
	off := p.ErrOffset - r.shift
	if p.ErrOffset < 0 {
		r.failFix(diag.SQLSyntax, 0, n, foreignFix(l, -1), "cannot be read: %s", humanMessage(p.Err))
		return
	}
	if w := l.onlyWord(); w != "" && r.item.Kind == Scalar {
		r.failFix(diag.SQLSyntax, 0, n, fmt.Sprintf("if it is a column, write it in double quotes: %q", w), "is the word %s, which has a meaning of its own", w)
		return
	}
	if off >= n || strings.HasSuffix(p.Err, "at end of input") {
		r.failFix(diag.SQLSyntax, n, n, foreignFix(l, -1), "ends too early")
		return
	}
	i := l.tokenAt(max(off, 0))
	t, foreign := l.toks[i], foreignFix(l, i)
	switch {
	case !nearToken.MatchString(p.Err):
		r.failFix(diag.SQLSyntax, t.start, t.end, foreign, "cannot be read: %s", humanMessage(p.Err))
	case foreign != "":
		r.failFix(diag.SQLSyntax, t.start, t.end, foreign, "cannot be read at %s", r.show(i))
	case r.item.Kind == Scalar && l.orderWord(i):
		r.fail(diag.SQLDirection, t.start, t.end, "has %q after the expression", l.str(i))
	case r.item.Kind == Scalar && l.isAlias(i):
		r.failFix(diag.SQLAlias, t.start, n, fmt.Sprintf("drop %q", l.s[t.start:]), "has an alias")
	case r.item.Kind == Scalar && l.is(i, "from") && l.topLevel(i):
		r.failFix(diag.SQLSyntax, t.start, t.end, "name the source in from: of the YAML, or put a whole query in brackets", "has a FROM, but is to be one expression")
	default:
		r.failFix(diag.SQLSyntax, t.start, t.end, "", "cannot be read at %s", r.show(i))
	}
}

// onlyWord is the word that the text consists of, "" when there is more to it.
func (l *lexed) onlyWord() string {
	i := l.next(0, len(l.toks))
	if i >= len(l.toks) || l.toks[i].kind != tokIdent || l.next(i+1, len(l.toks)) < len(l.toks) {
		return ""
	}
	return l.str(i)
}

// show is token i in a message: a template value by its meaning, long ones cut.
func (r *reading) show(i int) string {
	s := r.lex.str(i)
	if hasHole(s) {
		var b strings.Builder
		writeHoles(&b, s, r.item.Rendered.Holes, false)
		return "the template value " + strings.ReplaceAll(b.String(), "\x00", "")
	}
	if q := []rune(s); len(q) > 40 {
		s = string(q[:40]) + "..."
	}
	return fmt.Sprintf("%q", s)
}

// tokenAt is the token that holds a byte, moved to the next one with a meaning.
func (l *lexed) tokenAt(off int) int {
	for i, t := range l.toks {
		if off < t.end {
			if j := l.next(i, len(l.toks)); j < len(l.toks) {
				return j
			}
			return i
		}
	}
	return len(l.toks) - 1
}

// topLevel reports whether token i stands outside all brackets.
func (l *lexed) topLevel(i int) bool {
	for j := 0; j < i; j = l.skip(j) {
		if l.match[j] > i {
			return false
		}
	}
	return true
}

// isAlias reports whether token i, outside brackets, begins "as name" or is a name, and the text ends after it.
func (l *lexed) isAlias(i int) bool {
	if !l.topLevel(i) || l.toks[i].kind != tokIdent && l.toks[i].kind != tokQuoted {
		return false
	}
	n, p := len(l.toks), l.prev(i, 0)
	if p < 0 || l.toks[p].kind == tokOp || l.toks[p].kind == tokIdent && isOperatorWord(l.str(p)) {
		return false
	}
	if l.is(i, "as") {
		i = l.next(i+1, n)
	} else if isOperatorWord(l.str(i)) || l.is(i, "where") || l.is(i, "over") || l.is(i, "end") {
		return false
	}
	return i < n && (l.toks[i].kind == tokIdent || l.toks[i].kind == tokQuoted) && l.next(i+1, n) == n
}

// orderWord reports whether token i begins what only an order term has.
func (l *lexed) orderWord(i int) bool {
	if !l.topLevel(i) {
		return false
	}
	if l.is(i, "asc") || l.is(i, "desc") || l.frameStart(i, len(l.toks)) == i {
		return true
	}
	j := l.next(i+1, len(l.toks))
	return l.is(i, "nulls") && (l.is(j, "first") || l.is(j, "last"))
}

// humanMessage drops what only the engine's own users know from a message.
func humanMessage(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	s = strings.TrimPrefix(strings.TrimSpace(s), "Parser Error: ")
	return strings.TrimRight(strings.TrimSpace(s), ".!")
}
