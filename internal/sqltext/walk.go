package sqltext

import (
	"slices"
	"strings"

	"kith/internal/source"
)

// NodeText is the text of a node, each byte with its place.
func NodeText(n Node) source.Text {
	switch n := n.(type) {
	case *Verbatim:
		return n.Text
	case *Column:
		return n.Text
	case *Hole:
		return n.Text
	case *Paren:
		return n.Text
	case *Subquery:
		return n.Text
	case *Call:
		return n.Text
	}
	return source.Text{}
}

// Print writes nodes back, byte for byte: the text they were made from. It goes down to the leaves, so it also shows that
// nothing of a call or bracket is missing from the nodes in it.
func Print(nodes []Node) string {
	var b strings.Builder
	writeNodes(&b, nodes)
	return b.String()
}

func writeNodes(b *strings.Builder, nodes []Node) {
	for _, n := range nodes {
		switch n := n.(type) {
		case *Paren:
			b.WriteString(n.Open)
			writeNodes(b, n.Nodes)
			b.WriteString(n.Close)
		case *Subquery:
			writeNodes(b, n.Nodes)
		case *Call:
			writeNodes(b, n.Nodes)
		default:
			b.WriteString(NodeText(n).S)
		}
	}
}

// Walk visits nodes in the order of the text, a node before what is in it, each once. fn returns false to leave out what
// is in the node.
func Walk(nodes []Node, fn func(Node) bool) {
	for _, n := range nodes {
		if !fn(n) {
			continue
		}
		switch n := n.(type) {
		case *Paren:
			Walk(n.Nodes, fn)
		case *Subquery:
			Walk(n.Nodes, fn)
		case *Call:
			Walk(n.Nodes, fn)
		}
	}
}

// collect gathers nodes of one type outside subqueries.
func collect[N Node](nodes []Node, keep func(N) bool) []N {
	var out []N
	Walk(nodes, func(n Node) bool {
		if m, ok := n.(N); ok && keep(m) {
			out = append(out, m)
		}
		_, sub := n.(*Subquery)
		return !sub
	})
	return out
}

// Columns are the column references of the tree outside subqueries, in order. A reference with a hole in it is none.
func (t *Tree) Columns() []*Column {
	return collect(t.Nodes, func(*Column) bool { return true })
}

// Calls are all calls outside subqueries, an outer call before those inside it.
func (t *Tree) Calls() []*Call {
	return collect(t.Nodes, func(*Call) bool { return true })
}

// AggregateCalls are the calls of aggregates without OVER, outside subqueries.
func (t *Tree) AggregateCalls() []*Call {
	return collect(t.Nodes, (*Call).aggregates)
}

// WindowCalls are the calls with OVER, and of functions that need it, outside subqueries.
func (t *Tree) WindowCalls() []*Call {
	return collect(t.Nodes, (*Call).windows)
}

func (c *Call) aggregates() bool { return c.Kind == AggregateCall && c.Over == nil }
func (c *Call) windows() bool    { return c.Kind == WindowCall || c.Over != nil }

// HoleIndexes are the holes that the tree uses, subqueries included: each once, ascending.
func (t *Tree) HoleIndexes() []int {
	var out []int
	Walk(t.Nodes, func(n Node) bool {
		if h, ok := n.(*Hole); ok {
			out = append(out, h.Index)
		}
		return true
	})
	slices.Sort(out)
	return slices.Compact(out)
}

// significant are the nodes without those that are only blanks and comments.
func significant(nodes []Node) []Node {
	var out []Node
	for _, n := range nodes {
		if v, ok := n.(*Verbatim); ok {
			l := newLexed(v.Text)
			if l.next(0, len(l.toks)) == len(l.toks) {
				continue
			}
		}
		out = append(out, n)
	}
	return out
}

// nullOnEmpty are the aggregates that give NULL over no rows.
var nullOnEmpty = words(`sum min max avg mean first last any_value arbitrary arg_max arg_min argmax argmin max_by min_by
	arg_max_null arg_min_null arg_max_nulls_last arg_min_nulls_last array_agg list string_agg listagg group_concat median mode
	quantile quantile_cont quantile_disc approx_quantile reservoir_quantile percentile_cont percentile_disc
	approx_percentile mad stddev stddev_pop stddev_samp variance var_pop var_samp covar_pop covar_samp corr skewness kurtosis
	kurtosis_pop sem bool_and bool_or every logical_and logical_or booland_agg boolor_agg bit_and bit_or bit_xor product
	favg fsum kahan_sum sumkahan sum_no_overflow histogram json_agg jsonb_agg`)

// IsNullOnEmpty reports whether an expression is one call of an aggregate that gives NULL over no rows, at most in
// brackets and casts: then "no row" and "no row passed the filter" give the same value. Written for DuckDB and Postgres;
// engines that give an empty list or text for array_agg and listagg have to ask for themselves.
func IsNullOnEmpty(t *Tree) bool {
	if t.Kind != Scalar || t.Opaque {
		return false
	}
	return nullAggregate(t.Nodes)
}

func nullAggregate(nodes []Node) bool {
	nodes = significant(nodes)
	switch len(nodes) {
	case 1:
		switch n := nodes[0].(type) {
		case *Call:
			return n.aggregates() && nullOnEmpty[n.Name]
		case *Paren:
			return n.Open == "(" && nullAggregate(n.Nodes)
		}
	default:
		if len(nodes) > 1 && castTail(nodes[1:]) {
			return nullAggregate(nodes[:1])
		}
		if len(nodes) != 2 {
			return false
		}
		// cast(x as type)
		v, ok := nodes[0].(*Verbatim)
		p, isParen := nodes[1].(*Paren)
		if ok && isParen {
			switch strings.ToLower(strings.TrimSpace(v.Text.S)) {
			case "cast", "try_cast":
				return castOperand(p.Nodes)
			}
		}
	}
	return false
}

// castTail reports whether nodes are "::type", one or several, with or without arguments of the type.
func castTail(nodes []Node) bool {
	for i, n := range nodes {
		switch n := n.(type) {
		case *Verbatim:
			if !isCast(n.Text) {
				return false
			}
		case *Paren:
			if i == 0 || n.Open != "(" {
				return false
			}
		default:
			return false
		}
	}
	return true
}

// isCast reports whether a text is "::type", possibly several, of plain words.
func isCast(t source.Text) bool {
	l := newLexed(t)
	n := len(l.toks)
	i := l.next(0, n)
	if !l.is(i, "::") {
		return false
	}
	word := false
	for ; i < n; i = l.next(i+1, n) {
		switch {
		case l.is(i, "::"):
			word = false
		case l.toks[i].kind == tokIdent && !isOperatorWord(l.str(i)):
			word = true
		default:
			return false
		}
	}
	return word
}

// isOperatorWord tells words that go on with an expression from the words of a type name ("double precision",
// "timestamp with time zone").
func isOperatorWord(w string) bool {
	switch strings.ToLower(w) {
	case "and", "or", "is", "in", "like", "ilike", "between", "not", "at", "isnull", "notnull", "collate", "similar",
		"glob", "rlike", "regexp", "div", "mod", "overlaps":
		return true
	}
	return false
}

// castOperand looks at what stands before AS in the brackets of a cast.
func castOperand(nodes []Node) bool {
	nodes = significant(nodes)
	if len(nodes) < 2 {
		return false
	}
	v, ok := nodes[1].(*Verbatim)
	if !ok {
		return false
	}
	l := newLexed(v.Text)
	return l.is(l.next(0, len(l.toks)), "as") && nullAggregate(nodes[:1])
}

// volatile are functions whose value changes though nothing is read.
var volatile = words(`random rand uuid gen_random_uuid uuid_string generate_uuid uniform now getdate sysdate
	current_timestamp current_date current_time localtime localtimestamp today nextval setseed transaction_timestamp
	get_current_timestamp get_current_time statement_timestamp clock_timestamp timeofday currval`)

// ConstantTree reports whether an expression reads nothing and always gives the same value: literals, operators and calls
// of scalar functions over them.
func ConstantTree(t *Tree) bool {
	if t.Kind != Scalar || t.Opaque {
		return false
	}
	constant := true
	Walk(t.Nodes, func(n Node) bool {
		switch n := n.(type) {
		case *Column, *Hole, *Subquery:
			constant = false
		case *Call:
			constant = constant && n.Kind == ScalarCall && n.Over == nil && !volatile[n.Name]
		case *Verbatim:
			l := newLexed(n.Text)
			for i, tok := range l.toks {
				if tok.kind == tokIdent && volatile[strings.ToLower(l.str(i))] {
					constant = false
				}
			}
		}
		return constant
	})
	return constant
}

// facts are what the nodes and the engine's parse say of a whole text.
func facts(t *Tree, parsed Parsed, isDatePart func(ColumnRef) bool) Facts {
	f := Facts{Outputs: parsed.Outputs}
	Walk(t.Nodes, func(n Node) bool {
		switch n := n.(type) {
		case *Call:
			f.Aggregates = f.Aggregates || n.aggregates()
			f.Windows = f.Windows || n.windows()
		case *Subquery:
			f.Subqueries = true
			return false
		}
		return true
	})
	for _, name := range parsed.Tables {
		if !hasHole(name) {
			f.Tables = append(f.Tables, name)
		}
	}
	seen := map[string]bool{}
	for _, c := range parsed.AllColumns {
		if key := strings.Join(c.Parts, "\x00"); !seen[key] && !isDatePart(c) {
			seen[key] = true
			f.Reads = append(f.Reads, c.Parts)
		}
	}
	if t.Kind == Scalar {
		f.Outputs = nil
	}
	for _, o := range f.Outputs {
		if hasHole(o) {
			f.Outputs = nil // the name is not known before the hole is
			break
		}
	}
	return f
}

// SingleCall returns the call that a text consists of, nil when there is more to it.
func SingleCall(t *Tree) *Call {
	var call *Call
	for _, n := range t.Nodes {
		switch n := n.(type) {
		case *Call:
			if call != nil {
				return nil
			}
			call = n
		case *Verbatim:
			if strings.TrimSpace(n.Text.S) != "" {
				return nil
			}
		default:
			return nil
		}
	}
	return call
}

// FullFrame reports whether a frame clause means the whole partition. None written means it, too, for first_value and
// last_value.
func FullFrame(frame string) bool {
	s := strings.Join(strings.Fields(strings.ToLower(frame)), " ")
	switch s {
	case "", "rows between unbounded preceding and unbounded following", "range between unbounded preceding and unbounded following":
		return true
	}
	return false
}
