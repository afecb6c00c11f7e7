package template

import (
	"slices"
	"strings"

	"kith/internal/diag"
	"kith/internal/source"
)

// maxNesting bounds blocks, parentheses and templates inside strings while parsing, so that no text can exhaust the stack.
const maxNesting = 64

// Template is a parsed template. It is not changed by rendering and may be used by several goroutines.
type Template struct {
	text  source.Text
	nodes []node
	plain bool // no marks: rendering gives the text as it is
}

// Text is the text that was parsed.
func (t *Template) Text() source.Text { return t.text }

// IsPlain reports whether the text has no template marks.
func (t *Template) IsPlain() bool { return t.plain }

// HasMarks reports whether s contains {{ or {%, so that it has to be rendered.
func HasMarks(s string) bool { return strings.Contains(s, "{{") || strings.Contains(s, "{%") }

// Parse reads a template. Mistakes are reported all at once; the Template is never nil, and what could not be read renders
// as nothing.
func Parse(text source.Text) (*Template, diag.List) {
	t, diags := parse(text, 0)
	for from := 0; ; {
		start, end, _, ok := FindPlaceholder(text.S, from)
		if !ok {
			return t, diags
		}
		diags.Errorf(diag.TemplateReserved, text.Origin(start, end), "%q is a reserved word", text.S[start:end]).
			WithFix("use another name")
		from = end
	}
}

// parse is Parse at a depth of nesting, for text that may contain placeholders.
func parse(text source.Text, depth int) (*Template, diag.List) {
	t := &Template{text: text}
	if !HasMarks(text.S) && !strings.Contains(text.S, "{#") {
		t.plain = true
		return t, nil
	}
	p := &parser{text: text, depth: depth}
	t.nodes, _ = p.nodes(nil)
	return t, p.diags
}

// parser reads one text.
type parser struct {
	text  source.Text
	pos   int
	trim  bool // the tag before pos ended with a dash
	diags diag.List
	depth int
	deep  bool     // the limit of nesting was reported
	open  []*block // the blocks around pos, innermost last
	held  *tag     // an end tag that belongs to an outer block

	toks   []token // of the tag being read
	tok    int
	failed bool          // a syntax error of this tag was reported
	parens map[expr]bool // expressions written in parentheses
}

// block is an open block and the tags that may end a part of it.
type block struct {
	name  string
	at    source.Span
	stops []string
}

// tag is a {% %} that was read, name and the rest.
type tag struct {
	name       string
	nameAt     source.Span
	at         source.Span
	toks       []token
	bad        bool // see tagBody
	start, end int
}

// enter goes one level deeper; it reports false, once, when that is too deep.
func (p *parser) enter(at source.Span) bool {
	p.depth++
	if p.depth <= maxNesting {
		return true
	}
	if !p.deep {
		p.deep = true
		p.diags.Errorf(diag.TemplateLimit, at, "template is nested more than %d levels deep", maxNesting)
	}
	return false
}

func (p *parser) leave() { p.depth-- }

// nodes reads until a tag that stops block b, which it returns; nil at the end of the text or when an outer block ends.
func (p *parser) nodes(b *block) (out []node, end *tag) {
	s := p.text.S
	for {
		if p.held != nil {
			return out, p.takeHeld(b)
		}
		open := nextMark(s, p.pos)
		p.addText(&out, open)
		if open >= len(s) {
			return out, nil
		}
		switch s[open+1] {
		case '#':
			p.comment(open)
		case '{':
			if n := p.output(open); n != nil {
				out = append(out, n)
			}
		default:
			t := p.readTag(open)
			if t == nil {
				continue
			}
			if b != nil && slices.Contains(b.stops, t.name) {
				return out, t
			}
			if p.endsOuter(t) {
				p.held = t
				return out, nil
			}
			out = p.statement(out, t)
		}
	}
}

// takeHeld gives block b the end tag that an inner block left for it, or passes it on.
func (p *parser) takeHeld(b *block) *tag {
	if b == nil || !slices.Contains(b.stops, p.held.name) {
		return nil
	}
	t := p.held
	p.held = nil
	return t
}

// endsOuter reports whether a tag ends a block around the innermost one.
func (p *parser) endsOuter(t *tag) bool {
	for _, b := range p.open {
		if t.name == "end"+b.name {
			return true
		}
	}
	return false
}

// nextMark returns the offset of the next {{, {% or {#, or len(s).
func nextMark(s string, from int) int {
	for i := from; i+1 < len(s); i++ {
		j := strings.IndexByte(s[i:], '{')
		if j < 0 {
			break
		}
		i += j
		if i+1 < len(s) && (s[i+1] == '{' || s[i+1] == '%' || s[i+1] == '#') {
			return i
		}
	}
	return len(s)
}

// addText appends the text from the last tag to end, without the white space that dashes on either side drop.
func (p *parser) addText(out *[]node, end int) {
	s, start := p.text.S, p.pos
	stop := end
	if p.trim {
		for start < stop && isSpace(s[start]) {
			start++
		}
	}
	if end+2 < len(s) && s[end+2] == '-' {
		for stop > start && isSpace(s[stop-1]) {
			stop--
		}
	}
	p.trim, p.pos = false, end
	if start < stop {
		*out = append(*out, &textNode{p.text.Slice(start, stop)})
	}
}

// comment skips {# #}.
func (p *parser) comment(open int) {
	i := strings.Index(p.text.S[open+2:], "#}")
	if i < 0 {
		p.diags.Errorf(diag.TemplateUnclosed, p.text.Origin(open, open+2), "{# is not closed").WithFix("close the comment with #}")
		p.pos = len(p.text.S)
		return
	}
	p.pos = open + 2 + i + 2
	p.trim = i > 0 && p.text.S[open+2+i-1] == '-'
}

// output reads {{ }}.
func (p *parser) output(open int) node {
	body := p.lexTag(open, inside(p.text.S, open), "}}")
	p.pos, p.trim = body.end, body.trim
	if !body.closed {
		return nil
	}
	at := p.text.Origin(open, body.end)
	p.use(body.toks, body.bad)
	if p.peek().kind == endToken {
		if p.failed {
			return nil
		}
		p.diags.Errorf(diag.TemplateSyntax, at, "empty {{ }}").WithFix("name what to write, or remove the tag")
		return nil
	}
	x := p.whole()
	if p.failed {
		return nil
	}
	return &outputNode{x, at}
}

// inside is the offset behind the opening mark and its dash.
func inside(s string, open int) int {
	if open+2 < len(s) && s[open+2] == '-' && closingMark(s[open+2:], "}}")+closingMark(s[open+2:], "%}") == 0 {
		return open + 3
	}
	return open + 2
}

// readTag reads {% name ... %}; nil when it has no name or is not closed.
func (p *parser) readTag(open int) *tag {
	body := p.lexTag(open, inside(p.text.S, open), "%}")
	p.pos, p.trim = body.end, body.trim
	if !body.closed {
		return nil
	}
	at := p.text.Origin(open, body.end)
	if body.toks[0].kind != identToken {
		p.diags.Errorf(diag.TemplateSyntax, at, "expected the name of a tag, got %s", body.toks[0].shown()).
			WithFix("to write a value use {{ }}")
		return nil
	}
	name := body.toks[0]
	return &tag{name.s, p.text.Origin(name.start, name.end), at, body.toks[1:], body.bad, open, body.end}
}

// body reads the inside of a block until one of its stops. It reports the block as unclosed when the text ends first.
func (p *parser) body(t *tag, stops ...string) ([]node, *tag) {
	b := &block{name: t.name, at: t.at, stops: append(stops, "end"+t.name)}
	if !p.enter(t.at) {
		p.leave()
		p.pos = len(p.text.S)
		return nil, nil
	}
	p.open = append(p.open, b)
	nodes, end := p.nodes(b)
	p.open = p.open[:len(p.open)-1]
	p.leave()
	if end == nil {
		d := p.diags.Errorf(diag.TemplateUnclosed, t.at, "{%% %s %%} has no {%% end%s %%}", t.name, t.name).
			WithFix("add {%% end%s %%}", t.name)
		if p.held != nil {
			d.WithAlso(p.held.at, "a block around it ends here")
		}
	}
	return nodes, end
}

// use starts reading the tokens of a tag.
func (p *parser) use(toks []token, bad bool) { p.toks, p.tok, p.failed = toks, 0, bad }

func (p *parser) peek() token { return p.toks[p.tok] }

func (p *parser) peekAt(n int) token { return p.toks[min(p.tok+n, len(p.toks)-1)] }

func (p *parser) next() token {
	t := p.toks[p.tok]
	if t.kind != endToken {
		p.tok++
	}
	return t
}

func (p *parser) isSym(s string) bool { t := p.peek(); return t.kind == symbolToken && t.s == s }

func (p *parser) isWord(s string) bool { t := p.peek(); return t.kind == identToken && t.s == s }

// accept takes a symbol when it is next.
func (p *parser) accept(sym string) bool {
	if p.isSym(sym) {
		p.tok++
		return true
	}
	return false
}

func (p *parser) at(t token) source.Span { return p.text.Origin(t.start, t.end) }

// expected reports the next token as unexpected, once per tag, and skips the rest of the tag.
func (p *parser) expected(what string) *diag.Diagnostic {
	t := p.peek()
	p.tok = len(p.toks) - 1
	if p.failed {
		return &diag.Diagnostic{}
	}
	p.failed = true
	return p.diags.Errorf(diag.TemplateSyntax, p.at(t), "expected %s, got %s", what, t.shown())
}

// wantEnd reports tokens behind a complete tag.
func (p *parser) wantEnd() {
	if p.peek().kind == endToken {
		return
	}
	word := p.peek().s
	d := p.expected("the end of the tag")
	switch word {
	case "is":
		d.Fix = "write value|isnil, or compare with =="
	case "if":
		d.Fix = "write {% if condition %}...{% else %}...{% endif %}"
	}
}

// whole reads an expression up to the end of the tag. After a syntax error it gives a badExpr, because what was read up to
// there would only be reported a second time.
func (p *parser) whole() expr {
	start := p.peek()
	x := p.expression()
	p.wantEnd()
	if p.failed {
		return &badExpr{p.at(start)}
	}
	return x
}
