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

// joins reports whether a var is a column of a table that is joined: of a bundle, or of the vars of a coarser grain.
func (a *assembly) joins(v *model.EntityVar) bool { return a.l.bundleOf[v] != nil || a.l.isCoarse(v) }

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
	of := finishedOf(c, vars)
	digest := gathered(of)
	name := c.ObjectName() + "_vars_" + grain.String()
	a := grainAddr(c, grain)
	l.want(a, func() {
		s := &Step{Addr: a, Title: fmt.Sprintf("%s of %s by %s", count(len(vars), "var"), cohortTitle(c), grain), Node: vars[0], Of: of, Hash: digest,
			Type: "entity_vars", Span: vars[0].Span}
		l.finishedTable(s, name, c, vars, grain)
	})
	return l.object(name, digest)
}

// thereCol is a column that is NULL for who is newer than the boundary of a grain.
func thereCol(grain model.Grain) string { return "__kith_" + grain.String() }

func grainAddr(c *model.Cohort, grain model.Grain) addr.Addr {
	return c.Address.Child("vars").Child(grain.String())
}
