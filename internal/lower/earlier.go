package lower

import (
	"kith/internal/model"
)

// earlier decides which var tables a reader may read as a whole. That is cheaper than joining the bundles it is made of, but
// makes the reader wait for vars that it does not mention; so it is done only where the table does not wait for the reader,
// every decision taken before being counted. Two readers that each wait for the other's table would never run.
type earlier struct {
	bundleOf map[*model.EntityVar]*bundle
	decided  map[read]bool
	// also are the var tables that nodes wait for besides what the graph says.
	also map[model.Node][]model.Node
}

// read is a reader of a cohort's var table.
type read struct {
	table  *model.VarTable
	reader model.Node
}

// tableIsEarlier reports whether the reader may read the cohort's var table. The answer stays the same.
func (l *lowering) tableIsEarlier(c *model.Cohort, reader model.Node) bool {
	e := &l.earlier
	if l.without(ReadVarTables) || c.VarTable == nil || !usable(c.VarTable) {
		return false
	}
	reader = e.lead(reader)
	k := read{c.VarTable, reader}
	ok, known := e.decided[k]
	if !known {
		ok = !e.waits(c.VarTable, reader, map[model.Node]bool{})
		e.decided[k] = ok
		if ok {
			e.also[reader] = append(e.also[reader], c.VarTable)
		}
	}
	return ok
}

// lead is the node that stands for all vars of a bundle, which is built as a whole: what one of them waits for, all do.
func (e *earlier) lead(n model.Node) model.Node {
	if v, ok := n.(*model.EntityVar); ok && e.bundleOf[v] != nil {
		return e.bundleOf[v].vars[0]
	}
	return n
}

// waits reports whether n needs target, directly or not.
func (e *earlier) waits(n, target model.Node, seen map[model.Node]bool) bool {
	n = e.lead(n)
	if n == target {
		return true
	}
	if seen[n] {
		return false
	}
	seen[n] = true
	for _, m := range e.also[n] {
		if e.waits(m, target, seen) {
			return true
		}
	}
	v, isVar := n.(*model.EntityVar)
	if isVar && e.waits(v.Cohort, target, seen) { // a var is about the members of its cohort
		return true
	}
	if isVar && e.bundleOf[v] != nil {
		for _, o := range e.bundleOf[v].vars {
			if e.needs(o, target, seen) {
				return true
			}
		}
		return false
	}
	return e.needs(n, target, seen)
}

func (e *earlier) needs(n, target model.Node, seen map[model.Node]bool) bool {
	for _, m := range n.Base().Needs {
		if e.waits(m, target, seen) {
			return true
		}
	}
	return false
}
