package ansi

import (
	"strings"

	"kith/internal/diag"
	"kith/internal/source"
	"kith/internal/sqltext"
)

// wholeFrame are the functions that look at the whole partition unless a frame says otherwise: the engines' own default
// ends at the current row on some of them.
var wholeFrame = map[string]bool{"first_value": true, "last_value": true, "nth_value": true}

// call writes a call of the user's with what belongs to it: arguments, order, filter, window.
func (p *userText) call(c *sqltext.Call) {
	w := p.w
	if p.query && len(c.Nodes) > 0 && !p.differs(c) {
		p.nodes(c.Nodes)
		return
	}
	within := c.WithinGroup && orderedSets[c.Name]
	in := *p
	if c.Over != nil || c.Kind != sqltext.ScalarCall {
		in.over = nil // only the outermost call takes the window
	}
	w.standing(c.Text, func() {
		w.user(c.NameText)
		w.Write("(")
		in.nodes(c.Args)
		if len(c.OrderBy) > 0 && !within {
			w.space()
			w.Write("ORDER BY ")
			in.terms(c.OrderBy, true)
		}
		p.ignoreNulls(c)
		w.Write(")")
		if within {
			w.Write(" WITHIN GROUP (ORDER BY ")
			in.terms(c.OrderBy, false) // these aggregates skip NULLs
			w.Write(")")
		}
		in.callFilter(c)
		switch {
		case c.Over != nil:
			in.writtenOver(c)
		case p.over != nil && c.Kind != sqltext.ScalarCall:
			p.ownOver(c)
		}
	})
}

// orderedSets are the aggregates whose order stands after WITHIN GROUP on every engine; that of others stands between
// their brackets.
var orderedSets = map[string]bool{"percentile_cont": true, "percentile_disc": true, "mode": true}

// differs reports a call in a query that an engine would not read as it is meant.
func (p *userText) differs(c *sqltext.Call) bool {
	if c.IgnoreNulls || c.WithinGroup && !orderedSets[c.Name] {
		return true
	}
	terms := c.OrderBy
	if c.WithinGroup {
		terms = nil
	}
	if c.Over != nil {
		terms = append(terms[:len(terms):len(terms)], c.Over.OrderBy...)
	}
	for _, t := range terms {
		if t.Nulls == "" && t.Desc && !p.w.engine.NullsLast {
			return true
		}
	}
	return false
}

// ignoreNulls writes IGNORE NULLS, which the user may have written after the brackets.
func (p *userText) ignoreNulls(c *sqltext.Call) {
	if !c.IgnoreNulls {
		return
	}
	if !p.w.engine.IgnoreNulls {
		p.w.diags.Errorf(diag.DIgnoreNulls, c.Text.Span(), "%s has no IGNORE NULLS", p.w.engine.Name).
			WithFix("filter the NULLs out in where, or order them last")
		return
	}
	for _, n := range c.Args {
		if v, ok := n.(*sqltext.Verbatim); ok && strings.Contains(foldSpace(v.Text.S), "ignore nulls") {
			return
		}
	}
	p.w.Write(" IGNORE NULLS")
}

func foldSpace(s string) string { return strings.Join(strings.Fields(strings.ToLower(s)), " ") }

// callFilter writes the filter of a call: its own, and ours on an aggregate outside OVER.
func (p *userText) callFilter(c *sqltext.Call) {
	ours := p.filter
	if c.Kind != sqltext.AggregateCall || c.Over != nil {
		ours = nil
	}
	w := p.w
	switch {
	case c.Filter == nil:
		w.Filter(ours)
	case ours == nil:
		w.Write(" FILTER (WHERE ")
		p.nodes(c.Filter)
		w.Write(")")
	default:
		w.Write(" FILTER (WHERE (")
		p.nodes(c.Filter)
		w.Write(") AND (")
		w.Arg(ours)
		w.Write("))")
	}
}

// terms writes the terms of an ORDER BY. NULLs come last, rising or falling, unless the user says otherwise: that is what
// the text means in the dialect it is written in, whatever engine runs it.
func (p *userText) terms(terms []sqltext.OrderTerm, nulls bool) {
	for i, t := range terms {
		if i > 0 {
			p.w.Write(", ")
		}
		p.nodes(t.Nodes)
		if t.Desc {
			p.w.Write(" DESC")
		}
		switch {
		case t.Nulls == "first":
			p.w.Write(" NULLS FIRST")
		case t.Nulls == "last" || nulls:
			p.w.Write(" NULLS LAST")
		}
	}
}

// writtenOver writes the window that the user wrote.
func (p *userText) writtenOver(c *sqltext.Call) {
	w, o := p.w, c.Over
	if o.Name != "" && len(o.PartitionBy) == 0 && len(o.OrderBy) == 0 && o.Frame.S == "" {
		w.Write(" OVER ")
		w.ident(o.Name)
		return
	}
	frame := o.Frame
	for _, t := range o.OrderBy {
		if t.Frame.S != "" {
			frame = t.Frame
		}
	}
	var parts []func()
	if o.Name != "" {
		parts = append(parts, func() { w.ident(o.Name) })
	}
	if len(o.PartitionBy) > 0 {
		parts = append(parts, func() {
			w.Write("PARTITION BY ")
			w.list(len(o.PartitionBy), func(i int) { p.nodes(o.PartitionBy[i]) })
		})
	}
	if len(o.OrderBy) > 0 {
		parts = append(parts, func() { w.Write("ORDER BY "); p.terms(o.OrderBy, true) })
	}
	parts = append(parts, p.frame(c, frame)...)
	w.Write(" OVER (")
	w.spaced(parts)
	w.Write(")")
}

// ownOver writes the window that the feature declares beside the call.
func (p *userText) ownOver(c *sqltext.Call) {
	w, o := p.w, p.over
	frame := o.Frame
	var parts []func()
	if len(o.PartitionBy) > 0 {
		parts = append(parts, func() { w.Write("PARTITION BY "); w.Args(o.PartitionBy) })
	}
	if len(o.OrderBy) > 0 {
		parts = append(parts, func() {
			w.Write("ORDER BY ")
			w.orders(o.OrderBy)
			p.settle(c)
		})
	}
	parts = append(parts, p.frame(c, frame)...)
	w.Write(" OVER (")
	w.spaced(parts)
	w.Write(")")
}

// frame is the user's frame, else the whole partition where the function means that.
func (p *userText) frame(c *sqltext.Call, written source.Text) []func() {
	switch {
	case strings.TrimSpace(written.S) != "":
		return []func(){func() { p.nodes([]sqltext.Node{&sqltext.Verbatim{Text: written.TrimSpace()}}) }}
	case wholeFrame[c.Name] && !p.query:
		return []func(){func() { p.w.Write(fullFrame) }}
	}
	return nil
}

// settle writes the argument as the last order term where the outcome would else depend on which of several equal rows the
// engine sees first: functions that look at one row, and frames of rows. A frame of ranges takes equal rows together, and one
// more term would take them apart. NULLs stand at the end that is not taken.
func (p *userText) settle(c *sqltext.Call) {
	rows := strings.HasPrefix(strings.ToLower(strings.TrimSpace(p.over.Frame.S)), "rows")
	if !p.over.Settle || len(c.ArgList) == 0 || !oneRow[c.Name] && !rows {
		return
	}
	if !mentionsRow(c.ArgList[0]) {
		return // count(*), lag(1): equal rows give equal values
	}
	in := *p
	in.over = nil
	p.w.Write(", ")
	in.nodes(c.ArgList[0])
	if p.over.SettleDesc {
		p.w.Write(" DESC")
	}
	p.w.Write(pick(c.Name == "last_value", " NULLS FIRST", " NULLS LAST"))
}

// oneRow are the window functions whose value is that of one row.
var oneRow = map[string]bool{"first_value": true, "last_value": true, "nth_value": true, "lag": true, "lead": true}

// mentionsRow reports whether nodes look at a row at all.
func mentionsRow(nodes []sqltext.Node) bool {
	found := false
	sqltext.Walk(nodes, func(n sqltext.Node) bool {
		switch n.(type) {
		case *sqltext.Column, *sqltext.Hole, *sqltext.Subquery:
			found = true
		}
		return !found
	})
	return found
}
