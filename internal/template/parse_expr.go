package template

import (
	"strconv"

	"kith/internal/diag"
	"kith/internal/source"
)

// Precedence, from loosest: or; and; not; comparison and in; + -; * / %; unary ! -; filters; members, indexes, calls.

// expression reads a whole expression.
func (p *parser) expression() expr {
	t := p.peek()
	if !p.enter(p.at(t)) {
		p.leave()
		p.tok, p.failed = len(p.toks)-1, true
		return &badExpr{p.at(t)}
	}
	defer p.leave()
	return p.or()
}

// binary reads operands joined by operators of one precedence; op returns the canonical operator when one is next.
func (p *parser) binary(operand func() expr, op func() string) expr {
	start := p.peek().start
	first := operand()
	var rest []chainLink
	for {
		o := op()
		if o == "" {
			break
		}
		t := p.next()
		rest = append(rest, chainLink{o, p.at(t), operand()})
	}
	if rest == nil {
		return first
	}
	return &chainExpr{first, rest, p.from(start)}
}

// from is the span from an offset to the last token read.
func (p *parser) from(start int) source.Span {
	end := start + 1
	if p.tok > 0 {
		end = max(end, p.toks[p.tok-1].end)
	}
	return p.text.Origin(start, end)
}

func (p *parser) or() expr {
	x := p.binary(p.and, func() string {
		if p.isWord("or") || p.isSym("||") {
			return "or"
		}
		return ""
	})
	if c, ok := x.(*chainExpr); ok && c.rest[0].op == "or" {
		p.warnAndOr(c)
	}
	return x
}

// warnAndOr warns where `a and b or c` has no parentheses: stock pongo2 reads it as a and (b or c), everybody else as
// (a and b) or c. Only an and that comes before the last or is read in two ways.
func (p *parser) warnAndOr(c *chainExpr) {
	operands := append([]expr{c.first}, exprs(c.rest)...)
	for i, x := range operands[:len(operands)-1] {
		if a, ok := x.(*chainExpr); ok && a.rest[0].op == "and" && !p.parens[x] {
			p.diags.Warnf(diag.TemplateAndOr, c.at, "and and or are mixed without parentheses").
				WithAlso(c.rest[i].opAt, "everything on the left of this or is taken together").
				WithFix("put parentheses around what belongs together")
			return
		}
	}
}

func exprs(links []chainLink) []expr {
	out := make([]expr, len(links))
	for i, l := range links {
		out[i] = l.x
	}
	return out
}

func (p *parser) and() expr {
	return p.binary(p.not, func() string {
		if p.isWord("and") || p.isSym("&&") {
			return "and"
		}
		return ""
	})
}

// not reads the word not, which binds looser than a comparison: not a == b is not (a == b).
func (p *parser) not() expr {
	start, odd := p.peek().start, false
	for p.isWord("not") {
		p.next()
		odd = !odd
	}
	x := p.comparison()
	if odd {
		return &unaryExpr{"!", x, p.from(start)}
	}
	return x
}

var comparisons = map[string]string{"==": "==", "!=": "!=", "<>": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}

func (p *parser) comparison() expr {
	start := p.peek().start
	l := p.additive()
	op := ""
	switch t := p.peek(); {
	case t.kind == symbolToken && comparisons[t.s] != "":
		op = comparisons[t.s]
	case p.isWord("in"):
		op = "in"
	case p.isWord("not") && p.peekAt(1).kind == identToken && p.peekAt(1).s == "in":
		p.next()
		op = "not in"
	case p.isSym("="):
		p.expected("==").WithFix("compare with ==")
		return l
	}
	if op == "" {
		return l
	}
	p.next()
	r := p.additive()
	return &compareExpr{op, l, r, p.from(start)}
}

func (p *parser) additive() expr {
	return p.binary(p.multiplicative, func() string { return p.anyOf("+", "-") })
}

func (p *parser) multiplicative() expr {
	return p.binary(p.unary, func() string { return p.anyOf("*", "/", "%") })
}

func (p *parser) anyOf(syms ...string) string {
	for _, s := range syms {
		if p.isSym(s) {
			return s
		}
	}
	return ""
}

// unary reads any number of ! - +, then a filtered value.
func (p *parser) unary() expr {
	start, not, minus, bang := p.peek().start, false, false, false
	for {
		switch {
		case p.isSym("!"):
			not, bang = !not, true
		case p.isSym("-"):
			minus = !minus
		case p.isSym("+"):
		default:
			x := p.filtered()
			if minus {
				x = &unaryExpr{"-", x, p.from(start)}
			}
			if not {
				x = &unaryExpr{"!", x, p.from(start)}
			} else if bang {
				x = &unaryExpr{"!!", x, p.from(start)}
			}
			return x
		}
		p.next()
	}
}

// filtered reads a value and its filters.
func (p *parser) filtered() expr {
	start := p.peek().start
	x := p.postfix()
	var filters []filterUse
	for p.accept("|") {
		filters = append(filters, p.filterUse())
	}
	if filters == nil {
		return x
	}
	return &filterExpr{x, filters, p.from(start)}
}

// filterUse reads name, name:arg or name(args).
func (p *parser) filterUse() filterUse {
	t := p.peek()
	if t.kind != identToken {
		p.expected("the name of a filter").WithFix("for a logical or write ||")
		return filterUse{}
	}
	p.next()
	f := filterUse{name: t.s, at: p.at(t)}
	if near := unknownFilter(t.s); near != nil {
		d := p.diags.Errorf(near.code, f.at, "%s", near.message)
		d.Fix = near.fix
		f.name = ""
	}
	switch {
	case p.accept(":"):
		f.args = []expr{p.filterArg()}
		for p.accept(":") {
			f.args = append(f.args, p.filterArg())
		}
	case p.isSym("(") && p.peek().start == t.end:
		p.next()
		f.args = p.exprsUntil(")")
	}
	return f
}

// filterArg reads the argument behind a colon: a value without filters, which go on with the filtered value.
func (p *parser) filterArg() expr {
	if start := p.peek().start; p.accept("-") {
		x := p.postfix()
		return &unaryExpr{"-", x, p.from(start)}
	}
	return p.postfix()
}

// exprsUntil reads expressions separated by commas up to a closing symbol.
func (p *parser) exprsUntil(closer string) []expr {
	var out []expr
	for !p.accept(closer) {
		out = append(out, p.expression())
		if !p.isSym(closer) && !p.accept(",") {
			p.expected(", or " + closer)
			return out
		}
	}
	return out
}

// postfix reads a value with members, indexes and calls.
func (p *parser) postfix() expr {
	start := p.peek().start
	x := p.primary()
	var steps []suffix
	for {
		t := p.peek()
		var s suffix
		switch {
		case p.accept("."):
			m := p.peek()
			switch m.kind {
			case identToken:
				s.name = m.s
			case numberToken:
				s.kind, s.index = indexSuffix, p.number(m)
			default:
				p.expected("a member after the dot")
				return x
			}
			p.next()
		case p.accept("["):
			s.kind, s.index = indexSuffix, p.expression()
			if !p.accept("]") {
				p.expected("]")
				return x
			}
		case p.accept("("):
			s.kind = callSuffix
			p.arguments(&s)
		default:
			if steps == nil {
				return x
			}
			return &postfixExpr{x, steps, p.from(start)}
		}
		s.own, s.whole = p.from(t.start), p.from(start)
		steps = append(steps, s)
	}
}

// arguments reads the arguments of a call behind its parenthesis.
func (p *parser) arguments(s *suffix) {
	for !p.accept(")") {
		t := p.peek()
		if next := p.peekAt(1); t.kind == identToken && next.kind == symbolToken && next.s == "=" {
			p.next()
			p.next()
			k := keyword{t.s, p.at(t), p.expression()}
			if first := s.keyword(k.name); first != nil {
				p.diags.Errorf(diag.TemplateArguments, k.nameAt, "argument %s is given twice", k.name).WithAlso(first.nameAt, "first here")
			} else {
				s.kw = append(s.kw, k)
			}
		} else {
			x := p.expression()
			if len(s.kw) > 0 {
				p.diags.Errorf(diag.TemplateArguments, x.span(), "an argument without a name follows one with a name").
					WithFix("put it first, or name it")
			}
			s.args = append(s.args, x)
		}
		if !p.isSym(")") && !p.accept(",") {
			p.expected(", or )")
			return
		}
	}
}

// primary reads a literal, a name, a list or parentheses.
func (p *parser) primary() expr {
	t := p.peek()
	switch t.kind {
	case numberToken:
		p.next()
		return p.number(t)
	case stringToken:
		p.next()
		return p.str(t)
	case identToken:
		return p.word(t)
	case symbolToken:
		switch t.s {
		case "(":
			p.next()
			x := p.expression()
			if !p.accept(")") {
				p.expected(")")
				return x
			}
			if p.parens == nil {
				p.parens = map[expr]bool{}
			}
			p.parens[x] = true
			return x
		case "[":
			p.next()
			items := p.exprsUntil("]")
			return &listExpr{items, p.from(t.start)}
		}
	}
	p.expected("a value")
	return &badExpr{p.at(t)}
}

func (p *parser) word(t token) expr {
	at := p.at(t)
	switch t.s {
	case "true", "True":
		p.next()
		return &litExpr{Bool(true), at}
	case "false", "False":
		p.next()
		return &litExpr{Bool(false), at}
	case "nil", "None", "none":
		p.next()
		return &litExpr{Nil{}, at}
	case "and", "or", "not", "in":
		p.expected("a value")
		return &badExpr{at}
	}
	p.next()
	return &nameExpr{t.s, at}
}

// number reads a literal; one that is too large for a whole number is reported.
func (p *parser) number(t token) expr {
	at := p.at(t)
	if n, err := strconv.ParseInt(t.s, 10, 64); err == nil {
		return &litExpr{Int(n), at}
	}
	f, err := strconv.ParseFloat(t.s, 64)
	if err != nil || !isFraction(t.s) {
		p.diags.Errorf(diag.TemplateArithmetic, at, "number %s is too large", t.s)
		return &badExpr{at}
	}
	return &litExpr{Float(f), at}
}

func isFraction(s string) bool {
	for _, r := range s {
		if r < '0' || r > '9' {
			return true
		}
	}
	return false
}

// str makes a string literal. One that contains marks is a template of its own, read here so that its mistakes show with
// the others.
func (p *parser) str(t token) expr {
	x := &stringExpr{text: t.text, at: p.at(t)}
	if !HasMarks(t.text.S) {
		return x
	}
	if !p.enter(x.at) {
		p.leave()
		return &badExpr{x.at}
	}
	defer p.leave()
	var diags diag.List
	x.nested, diags = parse(t.text, p.depth)
	p.diags.Add(diags)
	return x
}
