package model

import (
	"slices"
	"strings"

	"kith/internal/diag"
	"kith/internal/sqltext"
	"kith/internal/template"
)

// Merge says how the value of an earlier run and that of rows since make one (modelling.md section 12.3). No run uses it yet:
// every value is computed from all rows.
type Merge struct {
	// Text is the aggregate over rowsets, such as "sum({{rowset.hits}})"; "" when there is none.
	Text string
	// Declared tells that the project wrote it; else it follows from select.
	Declared bool
	// Why says what stands in the way of computing the var from new rows alone, "" for nothing.
	Why string
	// Tree and Where are merge and merge_where as they were written, nil for none.
	Tree, Where *sqltext.Tree
}

// MergeWhere is the merge_where of a var as it was written, "" for none.
func (v *EntityVar) MergeWhere() string { return v.spec.MergeWhere.TrimSpace().S }

// RowsetHole stands for the value of a var in a set of rows: the one kept from an earlier run, or the one of new rows.
type RowsetHole struct {
	Var *EntityVar
	// New tells that only the new rows are meant ({{this.x}} in a merge_where).
	New bool
}

// HoleKey names the var by its path.
func (h RowsetHole) HoleKey() string {
	if h.New {
		return "this " + string(h.Var.Address)
	}
	return "rowset " + string(h.Var.Address)
}

// HelperSuffix is what a var that keeps the order of another has after the other's name.
const HelperSuffix = "_by_param"

// mergeTexts reads merge and merge_where. They make no one wait: what they name is computed from the same rows.
func (b *Builder) mergeTexts(v *EntityVar) {
	v.Merge = &Merge{}
	s := v.spec
	text := s.Merge.TrimSpace()
	if text.S == "" && s.MergeWhere.TrimSpace().S == "" {
		return
	}
	if s.From.Value == "" {
		at := s.Merge
		if text.S == "" {
			at = s.MergeWhere
		}
		b.Diags.Warnf(diag.RMergeUnused, at.Span(), "var %s has no from: it is computed anew from other vars, and merges nothing", v.Name).
			WithFix("take merge away")
		return
	}
	holder := &FeatureTable{} // so that the var does not come to need what its merge names
	holder.Address = v.Address
	v.Merge.Tree = b.Scalar(holder, s.Merge, Scope{Rowset: v})
	v.Merge.Where = b.Scalar(holder, s.MergeWhere, Scope{Rowset: v, Cohort: v.Cohort, NewRows: true})
	v.Merge.Text, v.Merge.Declared = text.S, text.S != ""
	b.Check(func() {
		v.Broken = v.Broken || holder.Broken
		b.noAggregates(v.Merge.Where, "a merge_where")
		if t := v.Merge.Tree; t != nil && !t.Opaque {
			b.checkMerge(v, t)
		}
	})
}

// checkMerge says so when a merge is no aggregate over the var's own rowset.
func (b *Builder) checkMerge(v *EntityVar, t *sqltext.Tree) {
	at := v.spec.Merge.Span()
	own, bare := false, false
	var calls func(nodes []sqltext.Node, inside bool)
	calls = func(nodes []sqltext.Node, inside bool) {
		sqltext.Walk(nodes, func(n sqltext.Node) bool {
			switch n := n.(type) {
			case *sqltext.Hole:
				if h, is := t.Rendered.Holes[n.Index].(RowsetHole); is {
					own = own || h.Var == v
					bare = bare || !inside
				}
			case *sqltext.Call:
				calls(n.Args, inside || !perRow[n.Name])
				return false
			}
			return true
		})
	}
	calls(t.Nodes, false)
	rowset := "{{rowset." + v.Name + "}}"
	fix := "write it over " + rowset
	if d := derive(v); d.Text != "" {
		fix = "write merge: " + d.Text
	}
	switch {
	case !own:
		b.Diags.Errorf(diag.RMerge, at, "the merge of %s does not mention %s, the value that is to be merged", v.Name, rowset).WithFix("%s", fix)
	case bare || t.Facts.Windows:
		b.Diags.Errorf(diag.RMerge, at, "the merge of %s is no aggregate: there is a row for each value that is to be merged", v.Name).WithFix("%s", fix)
	default:
		b.compareMerge(v, t)
		return
	}
	v.Broken = true
}

// perRow are functions that give a value for each row, so that a rowset inside of them is not aggregated yet.
var perRow = map[string]bool{"coalesce": true, "nullif": true, "ifnull": true, "nvl": true, "greatest": true, "least": true, "cast": true,
	"try_cast": true, "abs": true, "round": true, "lower": true, "upper": true, "trim": true, "concat": true, "if": true, "iff": true}

// compareMerge warns of a merge that gives another value than all rows together would.
func (b *Builder) compareMerge(v *EntityVar, t *sqltext.Tree) {
	d := derive(v)
	call := sqltext.SingleCall(t)
	switch {
	case d.never:
		b.Diags.Warnf(diag.RMergeWrong, v.spec.Merge.Span(), "no merge of %s is right: %s", v.Name, d.Why).
			WithAlso(v.spec.Select.Span(), "what is merged").WithFix("take merge away")
	case d.fn != "" && call != nil && family(call.Name) != "" && family(call.Name) != family(d.fn):
		b.Diags.Warnf(diag.RMergeWrong, call.Text.Span(), "%s of %s is another value than %s", call.Name, v.Name, d.fn+" of it, which is right").
			WithAlso(v.spec.Select.Span(), "what is merged").WithFix("write merge: %s", orElse(d.Text, d.fn+"(…)"))
	}
}

// settleMerges fills in what follows from select, when all texts are parsed and it is known which columns are input vars.
func (b *Builder) settleMerges() {
	for _, c := range b.Cohorts {
		for _, v := range c.Vars {
			if v.From == nil || v.Merge == nil {
				v.Merge = nil
				continue
			}
			d := derive(v)
			if !v.Merge.Declared {
				v.Merge.Text, v.Merge.Why = d.Text, d.Why
			} else if d.never {
				v.Merge.Why = d.Why
			}
			if v.Merge.Why == "" {
				v.Merge.Why = b.rescans(v)
			}
		}
	}
}

// rescans says why new rows alone do not tell the new value of a var, however its values merge (modelling.md section 12.2); ""
// when they do.
func (b *Builder) rescans(v *EntityVar) string {
	for _, t := range []*sqltext.Tree{v.Select, v.Where, windowTree(v.Window)} {
		if t == nil {
			continue
		}
		for _, i := range t.HoleIndexes() {
			switch h := t.Rendered.Holes[i].(type) {
			case VarHole:
				return "it reads var " + h.Var.Name + ", whose value may change for rows that are counted already"
			case template.SQLTimeHole, template.TextTimeHole:
				return "it reads the time of the run, which is another one for rows that are counted already"
			}
		}
	}
	for _, n := range v.Needs {
		if iv, is := n.(*InputVar); is {
			return "it reads input var " + iv.Name + ", which may change for rows that are counted already"
		}
	}
	only, timed := appendOnly(v.From)
	switch {
	case !only:
		return string(v.From.Addr()) + " does not promise is_append_only: its rows may change"
	case !timed:
		return string(v.From.Addr()) + " has no occurred_at_col to tell new rows by"
	}
	return ""
}

// appendOnly reports whether rows of a source are only ever added, and whether they have a time.
func appendOnly(s Source) (only, timed bool) {
	switch s := s.(type) {
	case *Input:
		return s.Contract != nil && s.Contract.IsAppendOnly.Value, s.OccurredAt != nil
	case *SQLModel:
		return s.Contract != nil && s.Contract.IsAppendOnly.Value, s.OccurredAt != nil
	}
	return false, false
}

// checkAppendOnly warns of a promise that no run can use.
func (b *Builder) checkAppendOnly() {
	for _, s := range b.Sources() {
		only, timed := appendOnly(s)
		if !only || timed || s.Base().Broken {
			continue
		}
		at := s.Base().Span
		switch s := s.(type) {
		case *Input:
			if s.LoadedAt != nil {
				continue
			}
			at = s.Contract.IsAppendOnly.Span
		case *SQLModel:
			at = s.Contract.IsAppendOnly.Span
		}
		b.Diags.Warnf(diag.RMergeUnused, at, "%s promises is_append_only and has no occurred_at_col: nothing tells which rows are new", s.Addr()).
			WithFix("add occurred_at_col, or take is_append_only away")
	}
	for _, c := range b.Cohorts {
		for _, v := range c.Vars {
			if v.Merge == nil || !v.Merge.Declared || v.Broken || v.From.Base().Broken {
				continue
			}
			if only, _ := appendOnly(v.From); !only {
				b.Diags.Warnf(diag.RMergeUnused, v.spec.Merge.Span(), "the merge of %s is never used: %s does not promise is_append_only", v.Name, v.From.Addr()).
					WithAlso(v.From.Base().Span, "%s is declared here", v.From.Addr()).
					WithFix("set contract.is_append_only: true there if its rows never change, or take merge away")
			}
		}
	}
}

// rowsetObject is rowset in a merge, and this in a merge_where: its members are vars.
type rowsetObject struct {
	n     *names
	v     *EntityVar
	isNew bool
}

func (o *rowsetObject) Kind() string {
	if o.isNew {
		return "the new rows"
	}
	return "rowset"
}

// Members are the var and what may stand beside it.
func (o *rowsetObject) Members() []string {
	out := []string{o.v.Name}
	for _, h := range o.before() {
		out = append(out, h.Name)
	}
	return out
}

// before are the vars of the same group that are declared before the var: the helpers of its merge (modelling.md section 12.3).
func (o *rowsetObject) before() []*EntityVar {
	vars := o.v.Cohort.Vars
	var out []*EntityVar
	for _, x := range vars[:slices.Index(vars, o.v)] {
		if x.Group == o.v.Group {
			out = append(out, x)
		}
	}
	return out
}

func (o *rowsetObject) Member(string) (template.Value, bool) { return nil, false }

// MemberAt is the var's own value, or that of a helper.
func (o *rowsetObject) MemberAt(ctx *template.CallContext, name string) (template.Value, bool, error) {
	if strings.EqualFold(name, o.v.Name) {
		return template.HoleValue{Hole: RowsetHole{o.v, o.isNew}}, true, nil
	}
	for _, x := range o.before() {
		if strings.EqualFold(x.Name, name) {
			return template.HoleValue{Hole: RowsetHole{x, o.isNew}}, true, nil
		}
	}
	f := template.Failf(diag.RMerge, "var %s merges by %s, which is no var before it in var group %s", o.v.Name, name, o.v.Group)
	f.At = ctx.At
	if x := o.v.Cohort.Find(name); x != nil {
		f.Also = []diag.Related{{Message: "it is declared here", At: x.Span}}
		f.Fix = "declare " + x.Name + " before " + o.v.Name + ", in the same group"
		return nil, false, f
	}
	var known []string
	for _, x := range o.before() {
		known = append(known, x.Name)
	}
	f.Fix = orElse(didYouMean(name, known), "declare it before "+o.v.Name+" in that group: the min or max of what orders "+o.v.Name+", over the same rows")
	return nil, false, f
}
