package sqltext

import (
	"strings"
	"unicode/utf8"

	"kith/internal/diag"
	"kith/internal/source"
	"kith/internal/template"
)

// Item is one text to parse.
type Item struct {
	Rendered template.Rendered
	Kind     Kind
	// What names the text in messages ("select of entity_var spend").
	What string
	// At is where a mistake is shown when the text has no place of its own, since it is empty.
	At source.Span
	// Opaque lets a text that cannot be read stay as it is, with a note. Without it that is an error.
	Opaque bool
	// Rewrite turns text of another dialect into the parser's before anything else is done with it; nil when the text is in
	// the parser's dialect. Copied bytes must keep their places and inserted ones stand for what they came from. A text that
	// it finds mistakes in becomes an opaque tree, with those mistakes in the list.
	Rewrite func(template.Rendered, Kind) (template.Rendered, diag.List)
}

// ParseAll parses many texts at once, which is cheaper than one by one. The result has one tree for each item, never nil;
// that of a text that cannot be read is opaque. Mistakes of all texts are in the list, each at its place in the YAML.
func ParseAll(items []Item, p Parser) ([]*Tree, diag.List) {
	var list diag.List
	trees := make([]*Tree, len(items))
	readings := make([]*reading, len(items))
	var statements []string
	index := map[string]int{} // statement -> position in statements
	for i, item := range items {
		refused := false
		if item.Rewrite != nil {
			var said diag.List
			item.Rendered, said = item.Rewrite(item.Rendered, item.Kind)
			list.Add(said)
			refused = said.HasErrors()
		}
		r := newReading(item)
		r.refused = refused
		readings[i] = r
		if r.trouble != nil || r.refused {
			continue
		}
		if _, ok := index[r.statement]; !ok {
			index[r.statement] = len(statements)
			statements = append(statements, r.statement)
		}
	}
	var parsed []Parsed
	if len(statements) > 0 {
		var err error
		if parsed, err = p.Parse(statements); err != nil || len(parsed) != len(statements) {
			list = append(list, parserFailed(items, err))
			for i, r := range readings {
				trees[i] = r.opaque()
			}
			return trees, list
		}
	}
	for i, r := range readings {
		if r.refused {
			trees[i] = r.opaque()
			continue
		}
		if r.trouble == nil {
			r.judge(parsed[index[r.statement]])
		}
		if r.trouble != nil {
			trees[i] = r.opaque()
			list = append(list, r.report())
			continue
		}
		trees[i] = r.tree(p, parsed[index[r.statement]])
	}
	return trees, list
}

// reading is an item on its way to a tree.
type reading struct {
	item Item
	lex  *lexed
	// statement is what the engine's parser gets; byte i of the text is byte i+shift of it.
	statement string
	shift     int
	trouble   *trouble
	// refused is set when the rewriting of the dialect found mistakes: they are said already.
	refused bool
}

const scalarPrefix, scalarSuffix = "SELECT (", ")"

// newReading strips a text, checks what can be checked without an engine, and makes the statement to parse.
func newReading(item Item) *reading {
	r := &reading{item: item, lex: newLexed(item.Rendered.Text)}
	if at := unreadableByte(item.Rendered.Text.S); at >= 0 {
		r.fail(diag.SQLBytes, at, at+1, "has a byte that is no text")
		return r
	}
	if r.checkClosed(); r.trouble != nil {
		return r
	}
	r.strip()
	if r.checkTokens(); r.trouble != nil {
		return r
	}
	if item.Kind == Scalar {
		r.statement, r.shift = scalarPrefix+r.lex.engineText()+scalarSuffix, len(scalarPrefix)
	} else {
		r.statement = r.lex.engineText()
	}
	return r
}

// unreadableByte is the offset of a zero byte or of bytes that are no UTF-8; -1 when there are none.
func unreadableByte(s string) int {
	for i, c := range s {
		if c == 0 {
			return i
		}
		if c == utf8.RuneError {
			if _, n := utf8.DecodeRuneInString(s[i:]); n == 1 {
				return i
			}
		}
	}
	return -1
}

// strip drops blanks, comments and closing semicolons around the text, and makes a WITH of a comma before a query.
func (r *reading) strip() {
	l := r.lex
	lo, hi := l.trim(0, len(l.toks))
	for r.item.Kind == Query && hi > lo && l.toks[hi-1].kind == tokSemi {
		lo, hi = l.trim(lo, hi-1)
	}
	text := l.slice(lo, hi)
	if r.item.Kind == Query && lo < hi && l.toks[lo].kind == tokComma {
		// Projects wrote ", a as (select ...) select ..." for texts that were put behind a WITH of the compiler's own.
		var b source.Builder
		b.WriteString("with ", text.Origin(0, 1))
		b.WriteText(text.Slice(1, text.Len()))
		text = b.Text()
	}
	if text.Len() != l.text.Len() || text.S != l.s {
		r.lex = newLexed(text)
	}
}

// checkClosed looks for a quote or comment that the text ends in.
func (r *reading) checkClosed() {
	l := r.lex
	if i := len(l.toks) - 1; i >= 0 && l.toks[i].open {
		t := l.toks[i]
		r.failFix(diag.SQLUnclosed, t.start, t.start+1, unclosedFix(l, i), "has a %s that is not closed", l.quoteName(i))
	}
}

// maxDepth is how deep brackets may nest: deeper texts make engines' parsers fail in ways of their own.
const maxDepth = 400

func (r *reading) checkTokens() {
	l := r.lex
	if len(l.toks) == 0 {
		r.fail(diag.SQLEmpty, 0, 0, "is empty")
		return
	}
	depth := 0
	for i, t := range l.toks {
		switch {
		case t.kind == tokOpen && l.match[i] < 0:
			closer := map[string]string{"(": ")", "[": "]", "{": "}"}[l.str(i)]
			r.failFix(diag.SQLUnclosed, t.start, t.end, "write the "+closer+" that belongs to it", "has a %q that is not closed", l.str(i))
		case t.kind == tokClose && l.match[i] < 0:
			r.failFix(diag.SQLUnclosed, t.start, t.end, "take it away, or write the bracket that opens it", "has a %q that closes nothing", l.str(i))
		case t.kind == tokSemi:
			r.fail(diag.SQLManyStatements, t.start, t.end, "has a semicolon")
		case t.kind == tokOpen:
			if depth++; depth > maxDepth {
				r.fail(diag.SQLSyntax, t.start, t.end, "nests brackets more than %d deep", maxDepth)
			}
		case t.kind == tokClose:
			depth--
		case t.kind == tokComma && depth == 0 && r.item.Kind == Scalar:
			r.fail(diag.SQLManyExpressions, t.start, t.end, "has a comma, but is to be one expression")
		case t.kind == tokOp && strings.Contains(l.str(i), "`"):
			r.failFix(diag.SQLSyntax, t.start, t.end, foreignFix(l, i), "has a backtick")
		case l.colonPath(i):
			r.failFix(diag.SQLColon, t.start, t.end, colonFix(l, i), "has a colon between words")
		}
		if r.trouble != nil {
			return
		}
	}
}

// quoteName is what token i, which is not closed, would be.
func (l *lexed) quoteName(i int) string {
	switch {
	case l.toks[i].kind == tokComment:
		return "comment"
	case l.toks[i].kind == tokQuoted:
		return "quoted name"
	}
	return "string"
}

// colonPath reports whether token i is a single colon after a value and before a name, outside the brackets of slices and
// structs and not that of "lambda x: ...".
func (l *lexed) colonPath(i int) bool {
	if !l.is(i, ":") || l.s[l.toks[i].start:l.toks[i].end] != ":" {
		return false
	}
	for j := i - 1; j >= 0; j-- {
		switch {
		case l.match[j] >= 0 && l.match[j] < j:
			j = l.match[j]
		case l.toks[j].kind == tokOpen:
			return l.s[l.toks[j].start] == '('
		case l.is(j, "lambda"):
			return false
		}
	}
	return true
}

// judge looks at the engine's answer.
func (r *reading) judge(p Parsed) {
	switch {
	case p.Err == NotSelect:
		if r.item.Kind == Scalar {
			r.fail(diag.SQLSyntax, 0, r.lex.text.Len(), "is not an expression")
			return
		}
		r.fail(diag.SQLNotQuery, 0, r.firstWordEnd(), "is not a query")
	case p.Err == ManyStatements:
		r.fail(diag.SQLManyStatements, 0, r.lex.text.Len(), "has more than one statement")
	case p.Err != "":
		r.syntax(p)
	case p.Params:
		r.parameter()
	case r.item.Kind == Query:
	case !p.Bare:
		r.fail(diag.SQLSyntax, 0, r.lex.text.Len(), "is not one expression")
	case p.Star:
		r.fail(diag.SQLStar, 0, r.lex.text.Len(), "is a star")
	default:
		if i := r.lex.next(0, len(r.lex.toks)); r.lex.is(i, "select") || r.lex.is(i, "with") || r.lex.is(i, "from") || r.lex.is(i, "values") {
			r.failFix(diag.SQLManyExpressions, r.lex.toks[i].start, r.lex.toks[i].end,
				"put the query in brackets", "is a query without brackets, but is to be one expression")
		} else if tells[strings.ToLower(r.lex.str(i))] && p.Subqueries && !r.columnAt(p, i) {
			r.fail(diag.SQLSyntax, r.lex.toks[i].start, r.lex.toks[i].end, "is not an expression")
		}
	}
}

// tells are statements that the engine also takes in brackets, where they give a table about a table.
var tells = map[string]bool{"desc": true, "describe": true, "show": true, "summarize": true}

// columnAt reports whether the engine took token i for a column.
func (r *reading) columnAt(p Parsed, i int) bool {
	for _, c := range p.Columns {
		if c.Offset-r.shift == r.lex.toks[i].start {
			return true
		}
	}
	return false
}

func (r *reading) firstWordEnd() int {
	if len(r.lex.toks) == 0 {
		return 0
	}
	return r.lex.toks[0].end
}

func (r *reading) parameter() {
	for i, t := range r.lex.toks {
		if t.kind == tokParam || r.lex.is(i, "?") {
			r.fail(diag.SQLParameter, t.start, t.end, "has the parameter %s", r.lex.str(i))
			return
		}
	}
	r.fail(diag.SQLParameter, 0, r.lex.text.Len(), "has a parameter")
}

// tree builds the tree of a text that the engine accepts.
func (r *reading) tree(p Parser, parsed Parsed) *Tree {
	t := r.bare()
	b := newBuilder(r.lex, p, parsed, r.shift)
	t.Nodes = b.nodes(0, len(r.lex.toks), nil)
	t.Facts = facts(t, parsed, func(c ColumnRef) bool { return b.dateParts[c.Offset-r.shift] })
	return t
}

// opaque is the tree that carries the text as it stands.
func (r *reading) opaque() *Tree {
	t := r.bare()
	t.Opaque = true
	t.Nodes = verbatimNodes(r.lex, 0, len(r.lex.toks))
	return t
}

// bare is the tree of a text without nodes.
func (r *reading) bare() *Tree {
	t := &Tree{Kind: r.item.Kind, Rendered: r.item.Rendered}
	t.Rendered.Text = r.lex.text
	return t
}

// parserFailed says that there was no answer at all.
func parserFailed(items []Item, err error) diag.Diagnostic {
	var list diag.List
	reason := "wrong number of answers"
	if err != nil {
		reason = strings.TrimSpace(err.Error())
	}
	var at source.Span
	if len(items) > 0 {
		at = items[0].Rendered.Text.Span()
	}
	return *list.Errorf(diag.SQLParserFailed, at, "the SQL parser did not answer: %s", reason)
}
