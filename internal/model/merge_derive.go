package model

import (
	"strings"

	"kith/internal/source"
	"kith/internal/sqltext"
	"kith/internal/template"
)

// derived is the merge that follows from a select.
type derived struct {
	// Text is the merge, "" when none is right or a helper is missing; Why says what is missing then.
	Text, Why string
	// fn is the aggregate of the merge, also while its helper is missing; "" when no merge is right.
	fn string
	// never tells that it is known that no merge is right.
	never bool
}

// families are aggregates by what they compute; the names of one line are one function on different engines. A merge of the same
// family is right where the line says nothing else.
var families = [][]string{
	{"sum", "fsum", "kahan_sum"}, {"min"}, {"max"}, {"count", "count_star"},
	{"bool_and", "every", "logical_and", "booland_agg"}, {"bool_or", "logical_or", "boolor_agg", "some"},
	{"bit_and"}, {"bit_or"}, {"bit_xor"}, {"avg", "mean"},
	{"max_by", "arg_max", "argmax"}, {"min_by", "arg_min", "argmin"},
	{"count_if", "countif"},
}

// family is the first name of an aggregate's line, "" for an aggregate of none.
func family(name string) string {
	for _, f := range families {
		for _, n := range f {
			if n == name {
				return f[0]
			}
		}
	}
	return ""
}

// noMerge are the aggregates of which it is known that parts do not tell the whole (modelling.md section 12.3).
var noMerge = map[string]string{
	"avg":    "an average does not follow from averages; keep its sum and its count as vars, and divide them in a var without from",
	"median": "a median does not follow from medians", "mode": "the commonest value does not follow from those of parts",
	"percentile_cont": "a percentile does not follow from percentiles", "percentile_disc": "a percentile does not follow from percentiles",
	"quantile": "a quantile does not follow from quantiles", "quantile_cont": "a quantile does not follow from quantiles", "quantile_disc": "a quantile does not follow from quantiles",
	"stddev": "a deviation does not follow from deviations", "stddev_pop": "a deviation does not follow from deviations", "stddev_samp": "a deviation does not follow from deviations",
	"variance": "a variance does not follow from variances", "var_pop": "a variance does not follow from variances", "var_samp": "a variance does not follow from variances",
	"approx_count_distinct": "a number of distinct values does not follow from numbers", "hll": "a number of distinct values does not follow from numbers",
	"row_number": "a number in an order changes with every row", "rank": "a rank changes with every row", "dense_rank": "a rank changes with every row",
	"ntile": "a rank changes with every row", "percent_rank": "a rank changes with every row", "cume_dist": "a rank changes with every row",
	"lag": "a row before may be an earlier run's", "lead": "a row after may be a later run's", "nth_value": "a place in an order changes with every row",
}

// derive finds the merge of a var with from: the aggregate that makes of values of parts the value of the whole.
func derive(v *EntityVar) derived {
	t := v.Select
	if t == nil || t.Opaque {
		return derived{Why: "it has no select"}
	}
	rowset := "{{rowset." + v.Name + "}}"
	call := sqltext.SingleCall(t)
	if call == nil {
		if !t.Facts.Aggregates && !t.Facts.Windows {
			return derived{Text: "any_value(" + rowset + ")", fn: "any_value"} // the main id or a constant
		}
		return derived{Why: "it computes with aggregates; give each a var of its own, and compute this one from them in a var without from"}
	}
	none := func(why string) derived { return derived{Why: why, never: true} }
	by := func(fn string) derived { return derived{Text: fn + "(" + rowset + ")", fn: fn} }
	if v.Window != nil || t.Facts.Windows {
		return v.deriveWindow(call)
	}
	if why := noMerge[familyOr(call.Name)]; why != "" {
		return none(why)
	}
	switch f := family(call.Name); f {
	case "count", "count_if":
		if call.Distinct {
			return none("a number of distinct values does not follow from numbers: a value may be in several")
		}
		return by("sum")
	case "sum":
		if call.Distinct {
			return none("a sum of distinct values does not follow from sums: a value may be in several")
		}
		return by(call.Name)
	case "min", "max", "bool_and", "bool_or", "bit_and", "bit_or":
		return by(call.Name)
	case "bit_xor":
		if call.Distinct {
			return none("a value may be in several parts")
		}
		return by(call.Name)
	case "max_by", "min_by":
		return v.deriveBy(call.Name, len(call.ArgList) == 2)
	}
	return derived{Why: "kith does not know how values of " + call.Name + " make one; write merge if you do"}
}

func familyOr(name string) string {
	if f := family(name); f != "" {
		return f
	}
	return name
}

// deriveWindow is the merge of a window var: first_value and last_value are the value beside the least or greatest of their
// order; all else depends on rows that are not there any more.
func (v *EntityVar) deriveWindow(call *sqltext.Call) derived {
	if why := noMerge[call.Name]; why != "" {
		return derived{Why: why, never: true}
	}
	h := helperOf(v)
	if h.fn == "" {
		return derived{Why: "a window of this kind looks at rows of earlier runs"}
	}
	return v.deriveBy(h.fn+"_by", true)
}

// deriveBy is a merge by the value of a helper.
func (v *EntityVar) deriveBy(fn string, plain bool) derived {
	h := helperOf(v)
	if !plain || h.sel == "" {
		return derived{Why: "kith does not know how values of " + fn + " in this form make one"}
	}
	name := v.Name + HelperSuffix
	x := v.Cohort.own(name)
	out := derived{fn: fn}
	switch {
	case x == nil || x.Group != v.Group || !declaredBefore(x, v):
		out.Why = "it needs a var " + name + " before it in its group, with select: " + h.sel
	case !h.fits(x, v):
		out.Why = "var " + x.Name + " does not keep " + h.sel + " over the same rows"
	default:
		out.Text = fn + "({{rowset." + v.Name + "}}, {{rowset." + x.Name + "}})"
	}
	return out
}

func declaredBefore(x, v *EntityVar) bool {
	for _, o := range v.Cohort.Vars {
		if o == x {
			return true
		}
		if o == v {
			return false
		}
	}
	return false
}

// helper is the var that a merge by an order needs: min or max of what orders.
type helper struct {
	fn string // "min" or "max"
	// param is the canonical text of what orders, sel the helper's select as a project would write it.
	param, sel string
}

// helperOf is the helper of max_by and min_by, and of first_value and last_value over one order; zero for any other var.
func helperOf(v *EntityVar) helper {
	call := sqltext.SingleCall(v.Select)
	if call == nil || call.Filter != nil || call.Distinct {
		return helper{}
	}
	ordered := func(fn string, nodes []sqltext.Node, holes []template.Hole) helper {
		text := strings.TrimSpace(sqltext.Print(nodes))
		h := helper{fn: fn, param: canonicalNodes(nodes, holes), sel: fn + "(" + text + ")"}
		if _, _, _, found := template.FindPlaceholder(text, 0); found {
			h.sel = "the " + fn + " of what it is ordered by"
		}
		return h
	}
	switch family(call.Name) {
	case "max_by", "min_by":
		if v.Window == nil && len(call.ArgList) == 2 {
			return ordered(strings.TrimSuffix(family(call.Name), "_by"), call.ArgList[1], v.Select.Rendered.Holes)
		}
		return helper{}
	}
	w := v.Window
	if w == nil || len(w.OrderBy) != 1 || len(w.PartitionBy) > 0 || !sqltext.FullFrame(w.Frame.S) || call.Over != nil || len(call.ArgList) != 1 {
		return helper{}
	}
	first, last := call.Name == "first_value", call.Name == "last_value"
	if !first && !last {
		return helper{}
	}
	if first == w.OrderBy[0].Desc {
		return ordered("max", w.OrderBy[0].Tree.Nodes, w.Tree.Rendered.Holes)
	}
	return ordered("min", w.OrderBy[0].Tree.Nodes, w.Tree.Rendered.Holes)
}

// fits reports whether x keeps what orders v, over the same rows.
func (h helper) fits(x, v *EntityVar) bool {
	call := sqltext.SingleCall(x.Select)
	if call == nil || call.Name != h.fn || len(call.ArgList) != 1 || x.From != v.From || x.Window != nil {
		return false
	}
	return canonicalNodes(call.ArgList[0], x.Select.Rendered.Holes) == h.param && canonicalOf(x.Where) == canonicalOf(v.Where)
}

// canonicalNodes is the canonical text of a part of a tree.
func canonicalNodes(nodes []sqltext.Node, holes []template.Hole) string {
	t := &sqltext.Tree{Rendered: template.Rendered{Text: source.Literal(sqltext.Print(nodes), source.Span{}), Holes: holes}}
	return t.Canonical()
}

func canonicalOf(t *sqltext.Tree) string {
	if t == nil {
		return ""
	}
	return t.Canonical()
}
