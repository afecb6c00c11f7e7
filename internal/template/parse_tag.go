package template

import (
	"slices"
	"strings"

	"kith/internal/diag"
	"kith/internal/source"
)

// tagNames are the tags that begin something, as candidates for a slip of the pen.
var tagNames = []string{"if", "with", "set", "for", "macro", "exec", "verbatim", "comment", "filter", "firstof", "ifequal", "ifnotequal",
	"autoescape", "spaceless"}

// refusedTags are tags of this family of languages that the engine does not have, with the way out.
var refusedTags = map[string]string{
	"now":         "use end_time.Format",
	"lorem":       "write the text",
	"include":     "use {% exec %}{{ this.ReadFile(\"file.sql\") }}{% endexec %}",
	"ifchanged":   "keep the value before with {% set %} and compare with {% if %}",
	"ssi":         "use {% exec %}{{ this.ReadFile(\"file.sql\") }}{% endexec %}",
	"extends":     "use a macro",
	"block":       "use a macro",
	"import":      "declare the macro under macros:",
	"cycle":       "use forloop.Counter",
	"templatetag": "use {% verbatim %}",
	"widthratio":  "compute it: {{ 100 * a / b }}",
	"call":        "call the macro: {{ name(argument) }}",
	"do":          "use {% set name = value %}",
}

// otherTags are tags of other languages of the family under the name that they have here.
var otherTags = map[string]string{"elseif": "elif", "elsif": "elif", "else if": "elif", "raw": "verbatim"}

// refusedBlocks are those of the refused tags that have an end.
var refusedBlocks = map[string]bool{"block": true, "call": true, "ifchanged": true}

// statement reads the rest of a tag that is not the end of a block, and appends what it is to out.
func (p *parser) statement(out []node, t *tag) []node {
	p.use(t.toks, t.bad)
	switch t.name {
	case "if":
		return append(out, p.ifTag(t))
	case "ifequal", "ifnotequal":
		return append(out, p.ifEqualTag(t))
	case "with":
		return append(out, p.withTag(t))
	case "set":
		b, ok := p.binding()
		if ok {
			p.wantEnd()
		}
		if b.name == "" {
			return out
		}
		if p.failed {
			b.x = &badExpr{t.at}
		}
		return append(out, &setNode{b})
	case "for":
		return append(out, p.forTag(t))
	case "macro":
		if m := p.macroTag(t); m != nil {
			return append(out, &macroNode{m})
		}
		return out
	case "exec":
		p.wantEnd()
		body, _ := p.body(t)
		return append(out, &execNode{body, t.at})
	case "verbatim":
		p.wantEnd()
		return p.rawTag(out, t, true)
	case "comment":
		return p.rawTag(out, t, false)
	case "spaceless":
		// It closes gaps between tags of HTML, of which SQL has none.
		p.wantEnd()
		body, _ := p.body(t)
		return append(out, body...)
	case "autoescape":
		// Nothing is escaped in SQL whatever the tag says, so only its inside counts.
		body, _ := p.body(t)
		return append(out, body...)
	case "filter":
		f := &filterNode{at: t.at, filters: []filterUse{p.filterUse()}}
		for p.accept("|") {
			f.filters = append(f.filters, p.filterUse())
		}
		p.wantEnd()
		f.body, _ = p.body(t)
		return append(out, f)
	case "firstof":
		f := &firstOfNode{at: t.at}
		for p.peek().kind != endToken {
			f.args = append(f.args, p.postfix())
		}
		return append(out, f)
	}
	p.unknownTag(t)
	return out
}

func (p *parser) unknownTag(t *tag) {
	if fix, ok := refusedTags[t.name]; ok {
		p.diags.Errorf(diag.TemplateRefused, t.nameAt, "tag %q is not available", t.name).Fix = fix
		if refusedBlocks[t.name] {
			p.body(t)
		}
		return
	}
	if strings.HasPrefix(t.name, "end") || t.name == "else" || t.name == "elif" || t.name == "empty" {
		d := p.diags.Errorf(diag.TemplateUnclosed, t.at, "{%% %s %%} ends nothing", t.name).WithFix("remove it, or open its block before it")
		if n := len(p.open); n > 0 {
			d.WithAlso(p.open[n-1].at, "the block open here is %s", p.open[n-1].name)
		}
		return
	}
	d := p.diags.Errorf(diag.TemplateUnknownTag, t.nameAt, "unknown tag %q", t.name)
	if other := otherTags[t.name]; other != "" {
		d.WithFix("write {%% %s %%}", other)
		return
	}
	if near := diag.Nearest(t.name, tagNames); near != "" {
		d.WithFix("did you mean %q?", near)
	} else {
		d.WithFix("to write a value use {{ }}")
	}
}

// ifTag reads {% if %} up to its {% endif %}.
func (p *parser) ifTag(t *tag) node {
	n := &ifNode{}
	cond := p.whole()
	for {
		body, end := p.body(t, "elif", "else")
		n.branches = append(n.branches, branch{cond, body})
		if end == nil || end.name == "endif" {
			return n
		}
		p.use(end.toks, end.bad)
		if end.name == "elif" || p.isWord("if") {
			if end.name == "else" {
				p.diags.Errorf(diag.TemplateSyntax, end.at, "{% else if %} is not a tag").WithFix("write {% elif %}")
				p.next()
			}
			cond = p.whole()
			continue
		}
		p.wantEnd()
		n.orElse, end = p.body(t, "elif", "else")
		for end != nil && end.name != "endif" {
			p.diags.Errorf(diag.TemplateSyntax, end.at, "{%% %s %%} after {%% else %%}", end.name).WithAlso(t.at, "the if begins here")
			_, end = p.body(t, "elif", "else")
		}
		return n
	}
}

// ifEqualTag reads {% ifequal a b %} and {% ifnotequal a b %}.
func (p *parser) ifEqualTag(t *tag) node {
	op := "=="
	if t.name == "ifnotequal" {
		op = "!="
	}
	l := p.postfix()
	r := p.postfix()
	p.wantEnd()
	n := &ifNode{}
	body, end := p.body(t, "else")
	n.branches = []branch{{&compareExpr{op, l, r, t.at}, body}}
	if end != nil && end.name == "else" {
		n.orElse, _ = p.body(t)
	}
	return n
}

// withTag reads both forms: {% with a=x b=y %} and {% with x as a %}.
func (p *parser) withTag(t *tag) node {
	n := &withNode{}
	for p.peek().kind != endToken {
		if next := p.peekAt(1); p.peek().kind == identToken && next.kind == symbolToken && next.s == "=" {
			b, ok := p.binding()
			if ok {
				n.bindings = append(n.bindings, b)
			}
		} else {
			x := p.additive()
			if !p.isWord("as") {
				p.expected("name = value, or value as name")
				break
			}
			p.next()
			name, ok := p.name("a name after as")
			if !ok {
				break
			}
			n.bindings = append(n.bindings, binding{name, x})
			if p.isWord("and") {
				p.next()
			}
		}
		p.accept(",")
	}
	if len(t.toks) == 1 {
		p.diags.Errorf(diag.TemplateSyntax, t.at, "{% with %} binds nothing").WithFix("write {% with name = value %}")
	}
	if last := len(n.bindings) - 1; p.failed && last >= 0 {
		n.bindings[last].x = &badExpr{t.at}
	}
	n.body, _ = p.body(t)
	return n
}

// binding reads name = value.
func (p *parser) binding() (binding, bool) {
	start := p.peek()
	name, ok := p.name("a name")
	if !ok {
		return binding{}, false
	}
	if !p.accept("=") {
		p.expected("= after " + name)
		return binding{name, &badExpr{p.at(start)}}, false
	}
	return binding{name, p.expression()}, true
}

// name reads an identifier that is not a keyword.
func (p *parser) name(what string) (string, bool) {
	if t := p.peek(); t.kind == identToken && !keywords[t.s] {
		p.next()
		return t.s, true
	}
	p.expected(what)
	return "", false
}

// forTag reads {% for x in list %} or {% for i, x in list %}.
func (p *parser) forTag(t *tag) node {
	n := &forNode{at: t.at, over: &badExpr{t.at}}
	if name, ok := p.name("the name of the loop variable"); ok {
		n.name = name
		if p.accept(",") {
			n.key = n.name
			n.name, ok = p.name("the name of the second loop variable")
		}
		if ok && p.isWord("in") {
			p.next()
			n.over = p.additive()
			for p.isWord("reversed") || p.isWord("sorted") {
				if p.next().s == "sorted" {
					n.sorted = true
				} else {
					n.reversed = true
				}
			}
			p.wantEnd()
		} else if ok {
			p.expected("in")
		}
	}
	if p.failed {
		n.over = &badExpr{t.at}
	}
	body, end := p.body(t, "empty", "else")
	n.body = body
	if end != nil && end.name != "endfor" {
		n.empty, _ = p.body(t)
	}
	return n
}

// macroTag reads a local macro. The word export behind the parameters is accepted.
func (p *parser) macroTag(t *tag) *macro {
	m := &macro{at: t.at}
	name, ok := p.name("the name of the macro")
	m.name = name
	if ok && p.accept("(") {
		for !p.accept(")") {
			param, ok := p.name("the name of a parameter or )")
			if !ok {
				break
			}
			if m.paramIndex(param) >= 0 {
				p.diags.Errorf(diag.TemplateMacro, t.at, "macro %s has two parameters %q", name, param)
			}
			m.params = append(m.params, param)
			var def expr
			if p.accept("=") {
				def = p.additive()
			}
			m.defaults = append(m.defaults, def)
			if !p.isSym(")") && !p.accept(",") {
				p.expected(", or )")
				break
			}
		}
	}
	if p.isWord("export") {
		p.next()
	}
	if ok {
		p.wantEnd()
	}
	m.nodes, _ = p.body(t)
	if !ok {
		return nil
	}
	return m
}

// rawTag reads up to the end tag without looking at marks in between.
func (p *parser) rawTag(out []node, t *tag, keep bool) []node {
	s := p.text.S
	for i := p.pos; ; {
		j := strings.Index(s[i:], "{%")
		if j < 0 {
			p.diags.Errorf(diag.TemplateUnclosed, t.at, "{%% %s %%} has no {%% end%s %%}", t.name, t.name).
				WithFix("add {%% end%s %%}", t.name)
			p.pos = len(s)
			return out
		}
		open := i + j
		end, trim, ok := rawEnd(s, open, "end"+t.name)
		if !ok {
			i = open + 2
			continue
		}
		if keep {
			p.addText(&out, open)
		}
		p.pos, p.trim = end, trim
		return out
	}
}

// rawEnd matches {% name %} at open.
func rawEnd(s string, open int, name string) (end int, trim, ok bool) {
	i := inside(s, open)
	for i < len(s) && isSpace(s[i]) {
		i++
	}
	if !strings.HasPrefix(s[i:], name) {
		return 0, false, false
	}
	i += len(name)
	for i < len(s) && isSpace(s[i]) {
		i++
	}
	mark := closingMark(s[i:], "%}")
	if mark == 0 {
		return 0, false, false
	}
	return i + mark, mark == 3, true
}

// macro is a macro that can be called: a local one, or one of the project.
type macro struct {
	name     string
	params   []string
	defaults []expr // of a local macro, nil where a parameter has none
	nodes    []node
	plain    *source.Text // the body, when it has no marks
	at       source.Span
}

func (m *macro) paramIndex(name string) int {
	return slices.Index(m.params, name)
}
