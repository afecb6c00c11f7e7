package sqltext

import "strings"

// Block is a query of one SELECT, cut into its pieces.
type Block struct {
	Items  []BlockItem
	Tables []BlockTable
	// Clauses are the conditions of joins, WHERE, GROUP BY, HAVING, QUALIFY and ORDER BY.
	Clauses []Clause
	Limited bool // LIMIT, OFFSET or FETCH
}

// BlockItem is one item of the select list.
type BlockItem struct {
	Name  string // "" when it has none of its own
	Nodes []Node
	// Plain is set for a column taken as it is.
	Plain bool
	// Star is set for "*" and "t.*"; Of is t.
	Star bool
	Of   string
}

// BlockTable is something that FROM or a join reads.
type BlockTable struct {
	// Hole is the hole that names the relation, -1 for none; Name is what the text itself names, by its parts, nil for a subquery
	// or a function.
	Hole  int
	Name  []string
	Alias string // "" for none
}

// ClauseKind is the kind of a Clause.
type ClauseKind int

// The kinds of clauses.
const (
	OnClause ClauseKind = iota
	WhereClause
	GroupClause
	HavingClause
	OrderClause
)

// Clause is what stands in a clause of a Block.
type Clause struct {
	Kind  ClauseKind
	Nodes []Node
}

// Block cuts a query into its pieces. ok is false for what is not one plain SELECT: set operations, WITH, and text that could
// not be read.
func (t *Tree) Block() (b *Block, ok bool) {
	if t.Kind != Query || t.Opaque {
		return nil, false
	}
	c := &cutter{atoms: atomsOf(t.Nodes), out: &Block{}}
	if !c.word("select") || !c.items() {
		return nil, false
	}
	if c.more() && !c.tables() {
		return nil, false
	}
	if names := t.Facts.Outputs; len(names) == len(c.out.Items) {
		for i := range names {
			c.out.Items[i].Name = names[i]
		}
	}
	return c.out, true
}

// atom is a node, or one word or sign of a Verbatim.
type atom struct {
	node Node
	// text is that of a word or sign in lower case, raw as written without quotes, "" for a node.
	text, raw string
	name      bool // a word or a quoted name
}

func atomsOf(nodes []Node) []atom {
	var out []atom
	for _, n := range nodes {
		v, ok := n.(*Verbatim)
		if !ok {
			out = append(out, atom{node: n})
			continue
		}
		l := newLexed(v.Text)
		for i, tok := range l.toks {
			if tok.blank() {
				continue
			}
			s := l.str(i)
			a := atom{node: &Verbatim{Text: l.slice(i, i+1)}, text: strings.ToLower(s), raw: s, name: tok.kind == tokIdent || tok.kind == tokQuoted}
			if tok.kind == tokQuoted {
				a.raw = unquote(s)
			}
			out = append(out, a)
		}
	}
	return out
}

// cutter goes through the atoms of a query.
type cutter struct {
	atoms []atom
	at    int
	out   *Block
}

func (c *cutter) more() bool { return c.at < len(c.atoms) }

func (c *cutter) is(i int, words ...string) bool {
	for _, w := range words {
		if i >= 0 && i < len(c.atoms) && c.atoms[i].text == w {
			return true
		}
	}
	return false
}

func (c *cutter) word(w string) bool {
	if !c.is(c.at, w) {
		return false
	}
	c.at++
	return true
}

// begins tells words that end what stands before them.
func (c *cutter) begins(i int) bool {
	if c.is(i, "from") && c.is(i-1, "distinct") && c.is(i-2, "is", "not") {
		return false
	}
	return c.is(i, "from", "where", "group", "having", "order", "qualify", "limit", "offset", "fetch", "window", "union", "intersect", "except")
}

func (c *cutter) items() bool {
	if !c.word("all") {
		c.word("distinct")
	}
	from := c.at
	for ; c.more() && !c.begins(c.at); c.at++ {
		if c.is(c.at, ",") {
			c.item(from, c.at)
			from = c.at + 1
		}
	}
	c.item(from, c.at)
	return len(c.out.Items) > 0 && !c.is(c.at, "union", "intersect", "except")
}

func (c *cutter) item(from, to int) {
	as := c.atoms[from:to]
	if len(as) == 0 { // a comma at the end
		return
	}
	it := BlockItem{}
	for _, a := range as {
		it.Nodes = append(it.Nodes, a.node)
	}
	last := as[len(as)-1]
	switch {
	case last.text == "*" && (len(as) == 1 || len(as) == 3 && as[1].text == "."):
		it.Star = true
		if len(as) == 3 {
			it.Of = as[0].raw
		}
	case len(as) > 1 && last.name && (as[len(as)-2].text == "as" || as[len(as)-2].text != "." && as[len(as)-2].text != "::" && !noAlias[last.text]):
		it.Name = last.raw
		as = as[:len(as)-1]
		if as[len(as)-1].text == "as" {
			as = as[:len(as)-1]
		}
	}
	if len(as) == 1 {
		if col, ok := as[0].node.(*Column); ok {
			it.Plain = true
			if it.Name == "" {
				it.Name = col.Parts[len(col.Parts)-1]
			}
		}
	}
	if len(as) == 3 && as[1].text == "." && as[2].name { // a column of what a hole names
		if _, ok := as[0].node.(*Hole); ok {
			it.Plain = true
			if it.Name == "" {
				it.Name = as[2].raw
			}
		}
	}
	c.out.Items = append(c.out.Items, it)
}

// noAlias are words that end an expression.
var noAlias = words("end null true false unknown")

// joinWords stand before and between tables; none of them is an alias.
var joinWords = words(`natural inner left right full outer cross semi anti asof positional join lateral on using where group having
	order qualify limit offset fetch window union intersect except tablesample`)

// tables reads from FROM to the end.
func (c *cutter) tables() bool {
	if c.word("from") {
		for c.more() {
			switch {
			case c.is(c.at, "where", "group", "having", "order", "qualify", "limit", "offset", "fetch", "window", "union", "intersect", "except"):
				return c.clauses()
			case c.is(c.at, "on"):
				c.at++
				c.clause(OnClause, func(i int) bool {
					return c.is(i, ",") || joinWords[c.atoms[i].text] && !c.is(i, "left", "right") || c.joinSide(i)
				})
			case c.is(c.at, "using"):
				c.at++
				from := c.at
				c.clause(OnClause, func(i int) bool { return i > from }) // one bracket
			case c.is(c.at, ",") || joinWords[c.atoms[c.at].text]:
				c.at++
			default:
				c.table()
			}
		}
		return true
	}
	return c.clauses()
}

// joinSide tells LEFT JOIN from a call of left, which is a node of its own anyway.
func (c *cutter) joinSide(i int) bool {
	return c.is(i, "left", "right") && c.is(i+1, "join", "outer", "semi", "anti")
}

func (c *cutter) table() {
	t := BlockTable{Hole: -1}
	switch n := c.atoms[c.at].node.(type) {
	case *Hole:
		t.Hole = n.Index
		c.at++
	case *Verbatim:
		t.Name = []string{c.atoms[c.at].raw}
		for c.at++; c.is(c.at, ".") && c.at+1 < len(c.atoms); c.at += 2 {
			t.Name = append(t.Name, c.atoms[c.at+1].raw)
		}
	default:
		c.at++
	}
	c.word("as")
	if c.more() && c.atoms[c.at].name && !joinWords[c.atoms[c.at].text] {
		t.Alias = c.atoms[c.at].raw
		c.at++
	}
	c.out.Tables = append(c.out.Tables, t)
}

// clauses reads what follows the tables.
func (c *cutter) clauses() bool {
	for c.more() {
		kind := WhereClause
		switch {
		case c.is(c.at, "where"):
		case c.is(c.at, "having", "qualify"):
			kind = HavingClause
		case c.is(c.at, "group"):
			kind = GroupClause
		case c.is(c.at, "order"):
			kind = OrderClause
		case c.is(c.at, "limit", "offset", "fetch"):
			c.out.Limited = true
			for c.at++; c.more() && !c.begins(c.at); c.at++ {
			}
			continue
		case c.is(c.at, "union", "intersect", "except"):
			return false
		}
		c.at++
		c.clause(kind, c.begins)
	}
	return true
}

func (c *cutter) clause(kind ClauseKind, ends func(int) bool) {
	cl := Clause{Kind: kind}
	for ; c.more() && !ends(c.at); c.at++ {
		cl.Nodes = append(cl.Nodes, c.atoms[c.at].node)
	}
	c.out.Clauses = append(c.out.Clauses, cl)
}
