package lower

import (
	"fmt"

	"kith/internal/addr"
	"kith/internal/model"
	"kith/internal/rel"
)

// isCoarse reports whether a var is evaluated at an earlier time than l's.
func (l *lowering) isCoarse(v *model.EntityVar) bool {
	return !v.Grain.Boundary(l.ctx.EndTime).Equal(l.ctx.EndTime)
}

// kept reports whether a var is a column of a table that is joined: of a bundle, or of the vars of a coarser grain.
func (a *assembly) kept(v *model.EntityVar) bool { return a.l.bundleOf[v] != nil || a.l.isCoarse(v) }

// grainVars are a cohort's own vars of one grain that take part.
func grainVars(c *model.Cohort, grain model.Grain) []*model.EntityVar {
	var out []*model.EntityVar
	for _, v := range c.Vars {
		if v.Grain == grain && usable(v) {
			out = append(out, v)
		}
	}
	return out
}

// grainTable is the object with the finished vars of a coarser grain of a cohort, as of the boundary of the grain. All finer
// times read them from there: nothing of what they are made of is looked at again until the next boundary.
func (l *lowering) grainTable(c *model.Cohort, grain model.Grain) rel.Object {
	l = l.when(grain.Boundary(l.ctx.EndTime))
	c = same(l, c)
	vars := grainVars(c, grain)
	of := []model.Node{c}
	for _, v := range vars {
		of = append(of, v)
	}
	digest := gathered(of)
	out := l.object(c.ObjectName()+"_vars_"+grain.String(), digest)
	a := grainAddr(c, grain)
	l.want(a, func() {
		var parts []Part
		for _, v := range vars {
			if l.bundleOf[v] == nil || v.Type != nil || v.Default != nil {
				parts = append(parts, l.varPart(c, v, vars[0]))
			}
		}
		l.add(&Step{Addr: a, Title: fmt.Sprintf("%s of %s by %s", count(len(vars), "var"), cohortTitle(c), grain), Node: vars[0], Of: of, Hash: digest, Out: out,
			IsTable: true, Type: "entity_vars", Span: vars[0].Span, Parts: parts,
			Program: rel.Program{&rel.Let{Out: out, Kind: rel.MakeTable, Body: l.assemble(c, vars, vars[0])}}}, grain)
	})
	return out
}

// thereCol is a column that is NULL for who is newer than the boundary of a grain.
func thereCol(grain model.Grain) string { return "__kith_" + grain.String() }

func grainAddr(c *model.Cohort, grain model.Grain) addr.Addr {
	return c.Address.Child("vars").Child(grain.String())
}

// varPart computes one var of a cohort's table alone.
func (l *lowering) varPart(c *model.Cohort, v *model.EntityVar, reader model.Node) Part {
	return Part{Name: "var " + v.Name, Span: v.Span, Probe: func() rel.Rel {
		return &rel.Select{From: rel.Source{Rel: l.assemble(c, []*model.EntityVar{v}, reader), Alias: "v"},
			Items: []rel.Item{item(&rel.Agg{Fn: rel.Count, Args: []rel.Expr{rel.C("v", v.Name)}}, "n")}}
	}}
}
