package ansi

import (
	"strings"

	"kith/internal/diag"
	"kith/internal/rel"
	"kith/internal/source"
	"kith/internal/sqltext"
	"kith/internal/template"
)

// userText prints one text of a user. It is copied and handed down: over is taken away inside a call that has one.
type userText struct {
	w       *Writer
	of      string
	aliases map[string]string
	holes   []rel.Expr
	filter  rel.Expr
	over    *rel.UserWindow
	// asWritten carries everything byte for byte but the holes.
	asWritten bool
	// query carries what the engine reads as it is meant; a call is written anew only where it would not.
	query bool
}

// oneOperand reports a text that binds tightest as it stands.
func oneOperand(t *sqltext.Tree) bool {
	if t == nil || len(t.Nodes) != 1 || t.Opaque {
		return false
	}
	switch n := t.Nodes[0].(type) {
	case *sqltext.Verbatim:
		for i := 0; i < len(n.Text.S); i++ {
			if !wordByte(n.Text.S[i]) {
				return false
			}
		}
		return n.Text.S != "" && !strings.EqualFold(n.Text.S, "not")
	case *sqltext.Paren:
		return n.Open == "("
	}
	return true
}

func (w *Writer) userExpr(u *rel.User) {
	p := &userText{w: w, of: u.Of, aliases: u.Aliases, holes: u.Holes, filter: u.Filter, over: u.Over}
	p.asWritten = u.Tree.Opaque
	p.nodes(u.Tree.Nodes)
}

// userQuery writes a user's query as it stands, holes filled.
func (w *Writer) userQuery(q *rel.UserQuery) {
	p := &userText{w: w, holes: q.Holes, query: true, asWritten: q.Tree.Opaque}
	p.nodes(q.Tree.Nodes)
}

// nodes writes a run of nodes. What follows the run is SQL again, even if the run ends in a line comment.
func (p *userText) nodes(nodes []sqltext.Node) {
	var l lexer
	for i, n := range nodes {
		p.node(n, &l)
		if h, ok := n.(*sqltext.Hole); ok && i > 0 && p.derived(h.Index) && afterFrom(sqltext.NodeText(nodes[i-1]).S) {
			p.holeAlias(h.Index, sqltext.Print(nodes[i+1:]))
		}
	}
	if l.in == '-' {
		p.w.line()
	}
}

func (p *userText) node(n sqltext.Node, l *lexer) {
	if p.asWritten {
		p.verbatim(sqltext.NodeText(n), l)
		return
	}
	switch n := n.(type) {
	case *sqltext.Verbatim:
		p.verbatim(n.Text, l)
	case *sqltext.Column:
		p.column(n)
	case *sqltext.Hole:
		p.hole(n.Index, n.Text, l, n.InString)
	case *sqltext.Paren:
		t := n.Text
		p.w.user(t.Slice(0, len(n.Open)))
		p.nodes(n.Nodes)
		p.w.user(t.Slice(len(t.S)-len(n.Close), len(t.S)))
	case *sqltext.Subquery:
		p.verbatim(n.Text, l)
	case *sqltext.Call:
		p.call(n)
	}
	if _, ok := n.(*sqltext.Verbatim); !ok {
		l.prev = ')'
	}
}

// verbatim writes text as it stands, filling the holes whose placeholders it holds.
func (p *userText) verbatim(t source.Text, l *lexer) {
	for at := 0; at < len(t.S); {
		start, end, i, ok := template.FindPlaceholder(t.S, at)
		if !ok {
			start, end = len(t.S), len(t.S)
		}
		piece := t.Slice(at, start)
		l.feed(piece.S)
		p.w.user(piece)
		if ok {
			p.hole(i, t.Slice(start, end), l, l.quoted())
			if p.derived(i) && afterFrom(piece.S) {
				p.holeAlias(i, t.S[end:])
			}
		}
		at = end
	}
}

func (p *userText) column(c *sqltext.Column) {
	w := p.w
	if len(c.Parts) == 1 {
		if p.of == "" {
			w.user(c.Text)
			return
		}
		w.standing(c.Text, func() {
			w.ident(p.of)
			w.Write(".")
			w.user(c.Text)
		})
		return
	}
	alias, ok := p.alias(c)
	if !ok {
		w.user(c.Text)
		return
	}
	w.standing(c.Text, func() {
		w.ident(alias)
		w.user(c.Text.Slice(firstPart(c), len(c.Text.S)))
	})
}

// alias is what stands for the first part of a column.
func (p *userText) alias(c *sqltext.Column) (string, bool) {
	if a, ok := p.aliases[c.Parts[0]]; ok {
		return a, true
	}
	if len(c.Quoted) > 0 && c.Quoted[0] {
		return "", false
	}
	for _, k := range rel.SortedKeys(p.aliases) {
		if strings.EqualFold(k, c.Parts[0]) {
			return p.aliases[k], true
		}
	}
	return "", false
}

// firstPart is the length in bytes of the first part of a column as it was written.
func firstPart(c *sqltext.Column) int {
	s := c.Text.S
	if len(c.Quoted) == 0 || !c.Quoted[0] {
		return len(c.Parts[0])
	}
	for i := 1; i < len(s); i++ {
		if s[i] != s[0] {
			continue
		}
		if i+1 < len(s) && s[i+1] == s[0] {
			i++
			continue
		}
		return i + 1
	}
	return len(s)
}

// hole writes what hole i stands for.
func (p *userText) hole(i int, t source.Text, l *lexer, inString bool) {
	if i < 0 || i >= len(p.holes) || l.comment() {
		// A hole in a comment has no meaning; filling it could end the comment.
		return
	}
	p.w.standing(t, func() {
		if inString {
			p.w.inString(p.holes[i], t, l)
			return
		}
		p.w.Operand(p.holes[i])
	})
}

// inString writes a value between quotes that the user wrote.
func (w *Writer) inString(e rel.Expr, t source.Text, l *lexer) {
	var s string
	switch e := e.(type) {
	case *rel.RelExpr:
		name, ok := e.Rel.(*rel.Table)
		if !ok {
			w.notInString(t)
			return
		}
		s = w.session.text(func(w *Writer) { w.object(name.Object) }).S
	default:
		var ok bool
		if s, ok = plainText(e); !ok {
			w.notInString(t)
			return
		}
	}
	w.refuse(s)
	switch l.in {
	case '"':
		s = strings.ReplaceAll(s, `"`, `""`)
	case '$':
		if strings.Contains(s, l.dollar) {
			w.notInString(t)
		}
	default:
		s = strings.ReplaceAll(s, "'", "''")
	}
	w.Write(s)
}

func (w *Writer) notInString(t source.Text) {
	w.diags.Errorf(diag.DInString, t.Span(), "a reference stands inside a string, where it is only letters").
		WithFix("take the quotes away")
}

// holeRelation writes a relation where a user's text names one.
func (w *Writer) holeRelation(r rel.Rel) {
	switch r := r.(type) {
	case *rel.Table:
		w.object(r.Object)
	case *rel.Name:
		w.ident(r.Name)
	case *rel.File:
		w.file(r)
	default:
		w.block(func() { w.query(r) })
	}
}

// holeAlias gives a subquery an alias where the engine wants one and the user wrote none.
func (p *userText) holeAlias(i int, after string) {
	if p.w.engine.HoleAlias && !hasAlias(after) {
		p.w.Write(" AS " + template.Placeholder(i))
	}
}

// derived reports a hole that is printed as a subquery.
func (p *userText) derived(i int) bool {
	if i >= len(p.holes) {
		return false
	}
	r, ok := p.holes[i].(*rel.RelExpr)
	if !ok {
		return false
	}
	switch r.Rel.(type) {
	case *rel.Table, *rel.Name, *rel.File:
		return false
	}
	return true
}

// afterFrom reports a text that ends where a relation is named.
func afterFrom(before string) bool {
	words := strings.Fields(strings.ToLower(before))
	return len(words) > 0 && (words[len(words)-1] == "from" || words[len(words)-1] == "join")
}

// clauseWords may follow a relation that has no alias.
var clauseWords = Words(`where group having order limit offset fetch union intersect except window qualify join left right
	inner cross full natural on using for semi anti asof positional`)

// hasAlias reports that an alias follows a relation.
func hasAlias(after string) bool {
	after = strings.TrimLeft(after, " \t\r\n")
	n := 0
	for n < len(after) && wordByte(after[n]) {
		n++
	}
	if n == 0 {
		return strings.HasPrefix(after, `"`)
	}
	return !clauseWords[strings.ToLower(after[:n])]
}
