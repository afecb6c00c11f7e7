package template

import "kith/internal/source"

// node is a piece of a template between or inside its tags. The set is closed.
type node interface{ node() }

type (
	// textNode is text outside tags, white space control already applied.
	textNode struct{ text source.Text }

	// outputNode is {{ x }}.
	outputNode struct {
		x  expr
		at source.Span
	}

	// ifNode is {% if %} with its branches in order; orElse is nil when there is no else.
	ifNode struct {
		branches []branch
		orElse   []node
	}

	// withNode is {% with %}.
	withNode struct {
		bindings []binding
		body     []node
	}

	// setNode is {% set %}.
	setNode struct{ b binding }

	// forNode is {% for %}; key is "" in the form with one variable.
	forNode struct {
		key, name        string
		over             expr
		reversed, sorted bool
		body, empty      []node
		at               source.Span
	}

	// macroNode defines a local macro.
	macroNode struct{ m *macro }

	// execNode renders its body, then what that gave.
	execNode struct {
		body []node
		at   source.Span
	}

	// filterNode is {% filter f %}.
	filterNode struct {
		filters []filterUse
		body    []node
		at      source.Span
	}

	// firstOfNode is {% firstof a b %}: the first that is true.
	firstOfNode struct {
		args []expr
		at   source.Span
	}
)

type branch struct {
	cond expr
	body []node
}

type binding struct {
	name string
	x    expr
}

func (*textNode) node()    {}
func (*outputNode) node()  {}
func (*ifNode) node()      {}
func (*withNode) node()    {}
func (*setNode) node()     {}
func (*forNode) node()     {}
func (*macroNode) node()   {}
func (*execNode) node()    {}
func (*filterNode) node()  {}
func (*firstOfNode) node() {}

// expr is an expression. Chains of operators, members and filters are lists rather than deep trees, so that evaluating a
// long one needs no deep stack.
type expr interface{ span() source.Span }

type (
	// badExpr stands where a mistake was reported.
	badExpr struct{ at source.Span }

	// litExpr is a number, a boolean or nil.
	litExpr struct {
		v  Value
		at source.Span
	}

	// stringExpr is a string; nested is its template when it contains marks.
	stringExpr struct {
		text   source.Text
		nested *Template
		at     source.Span
	}

	nameExpr struct {
		name string
		at   source.Span
	}

	listExpr struct {
		items []expr
		at    source.Span
	}

	// unaryExpr is "!" (also written not) or "-".
	unaryExpr struct {
		op string
		x  expr
		at source.Span
	}

	// chainExpr is first op x op x ... of one precedence, read from the left: and; or; + -; * / %.
	chainExpr struct {
		first expr
		rest  []chainLink
		at    source.Span
	}

	// compareExpr is a comparison, in, or not in.
	compareExpr struct {
		op   string
		l, r expr
		at   source.Span
	}

	// postfixExpr is x followed by members, indexes and calls.
	postfixExpr struct {
		x      expr
		suffix []suffix
		at     source.Span
	}

	// filterExpr is x followed by filters.
	filterExpr struct {
		x       expr
		filters []filterUse
		at      source.Span
	}
)

type chainLink struct {
	op   string
	opAt source.Span
	x    expr
}

type suffixKind int

const (
	memberSuffix suffixKind = iota
	indexSuffix
	callSuffix
)

// suffix is one step of a postfixExpr.
type suffix struct {
	kind  suffixKind
	name  string // of a member
	index expr
	args  []expr
	kw    []keyword
	own   source.Span // the step alone
	whole source.Span // from the start of the expression to the end of the step
}

type keyword struct {
	name   string
	nameAt source.Span
	x      expr
}

// keyword returns the keyword argument of a name, nil when there is none.
func (s *suffix) keyword(name string) *keyword {
	for i := range s.kw {
		if s.kw[i].name == name {
			return &s.kw[i]
		}
	}
	return nil
}

type filterUse struct {
	name string
	args []expr
	at   source.Span
}

func (e *badExpr) span() source.Span     { return e.at }
func (e *litExpr) span() source.Span     { return e.at }
func (e *stringExpr) span() source.Span  { return e.at }
func (e *nameExpr) span() source.Span    { return e.at }
func (e *listExpr) span() source.Span    { return e.at }
func (e *unaryExpr) span() source.Span   { return e.at }
func (e *chainExpr) span() source.Span   { return e.at }
func (e *compareExpr) span() source.Span { return e.at }
func (e *postfixExpr) span() source.Span { return e.at }
func (e *filterExpr) span() source.Span  { return e.at }
