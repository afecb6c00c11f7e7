package lower

import (
	"cmp"
	"fmt"
	"slices"

	"kith/internal/addr"
	"kith/internal/model"
	"kith/internal/rel"
)

// NewVars is the type of a table that has what a kept one has not. It serves the view over the two and is no model of its own.
const NewVars = "new_entity_vars"

// kept is a table of finished vars that an earlier run made, with those vars of it that are wanted.
type kept struct {
	object rel.Object
	has    map[*model.EntityVar]bool
}

// finished reports whether a kept table has a var; nil has none.
func (k *kept) finished(v *model.EntityVar) bool { return k != nil && k.has[v] }

// finishedTable adds the step of a table of finished vars, which comes with everything but what it makes. To write such a table
// is most of its cost, and grows with all its vars. So where an earlier run made one that has most of them, that is kept, what it
// has not is made beside it, and the step is a view over the two: never over more, since of several tables made before one is
// chosen. The next seq no makes one table again.
func (l *lowering) finishedTable(s *Step, name string, c *model.Cohort, vars []*model.EntityVar, grain model.Grain) {
	s.Out, s.Columns = l.object(name, s.Hash), finishedOf(c, vars)
	hash, k := l.keep(s, name, c, vars)
	if k == nil {
		s.IsTable, s.Parts = true, l.varParts(c, vars, s.Node, nil)
		s.Program = rel.Program{&rel.Let{Out: s.Out, Kind: rel.MakeTable, Body: l.assemble(c, vars, s.Node, nil)}}
		l.add(s, grain)
		return
	}
	var had, rest []*model.EntityVar
	for _, v := range vars {
		if k.has[v] {
			had = append(had, v)
		} else {
			rest = append(rest, v)
		}
	}
	l.keptStep(s, hash, k, c, had, grain)
	s.Over = []rel.Object{k.object}
	id := c.Entity.IDColumn
	body := &rel.Select{From: table(k.object, "k"), Items: []rel.Item{item(rel.C("k", id), id)}}
	if len(rest) > 0 {
		more := l.restStep(s, name, model.Need{Ref: s.Addr.Key(), Hash: hash}, k, c, rest, grain)
		s.Over = append(s.Over, more)
		body.Joins = []rel.Join{{Kind: rel.Left, Source: table(more, "n"), On: []rel.Expr{rel.Eq(rel.C("n", id), rel.C("k", id))}}}
	}
	for _, v := range vars {
		alias := "n"
		if k.has[v] {
			alias = "k"
		}
		body.Items = append(body.Items, item(rel.C(alias, v.Name), v.Name))
	}
	s.Program = rel.Program{&rel.Let{Out: s.Out, Kind: rel.MakeView, Body: body}}
	l.add(s, grain)
}

// keep finds the table to keep: the one with the most of the vars wanted, if it has at least half of them. nil is none.
func (l *lowering) keep(s *Step, name string, c *model.Cohort, vars []*model.EntityVar) (hash string, _ *kept) {
	if l.ctx.Have == nil || l.without(KeepVarTables) {
		return "", nil
	}
	made := l.ctx.Have(l.ctx.SeqNo, s.Addr, s.Hash)
	count := func(m Made) (n int) {
		for _, v := range vars {
			if m.finished(c, v) {
				n++
			}
		}
		return n
	}
	slices.SortStableFunc(made, func(x, y Made) int { return cmp.Or(cmp.Compare(count(y), count(x)), cmp.Compare(x.Hash, y.Hash)) })
	if len(made) == 0 || count(made[0]) == 0 || 2*count(made[0]) < len(vars) {
		return "", nil
	}
	k := &kept{object: l.object(name, made[0].Hash), has: map[*model.EntityVar]bool{}}
	for _, v := range vars {
		if made[0].finished(c, v) {
			k.has[v] = true
		}
	}
	return made[0].Hash, k
}

// keptStep stands for a table that is there, so that its columns can be followed to where they come from.
func (l *lowering) keptStep(of *Step, hash string, k *kept, c *model.Cohort, had []*model.EntityVar, grain model.Grain) {
	nodes := finishedOf(c, had)
	s := &Step{Addr: of.Addr + addr.Addr("~"+hash), Title: fmt.Sprintf("%s of %s", count(len(had), "kept var"), cohortTitle(c)), Node: had[0], Of: nodes,
		Columns: nodes, Hash: hash, Out: k.object, IsTable: true, Type: of.Type, Span: of.Span,
		Program: rel.Program{&rel.Let{Out: k.object, Kind: rel.MakeTable, Body: l.assemble(c, had, of.Node, nil)}}}
	l.add(s, grain)
	s.Ref = of.Addr
}

// restStep makes what a kept table has not, and returns the table of it.
func (l *lowering) restStep(of *Step, name string, beside model.Need, k *kept, c *model.Cohort, rest []*model.EntityVar, grain model.Grain) rel.Object {
	nodes := finishedOf(c, rest)
	digest := gathered(nodes)
	out := l.object(name+"_new", digest)
	l.add(&Step{Addr: of.Addr + "~new", Title: fmt.Sprintf("%s of %s", count(len(rest), "new var"), cohortTitle(c)), Node: rest[0], Of: nodes,
		Columns: nodes, Beside: beside, Hash: digest, Out: out, IsTable: true, Type: NewVars, Span: rest[0].Span, Parts: l.varParts(c, rest, of.Node, k),
		Program: rel.Program{&rel.Let{Out: out, Kind: rel.MakeTable, Body: l.assemble(c, rest, of.Node, k)}}}, grain)
	return out
}

// finishedOf is what a table of finished vars has.
func finishedOf(c *model.Cohort, vars []*model.EntityVar) []model.Node {
	out := []model.Node{c}
	for _, v := range vars {
		out = append(out, v)
	}
	return out
}

// varParts are the parts of such a table: the vars of the cohort that it computes something for.
func (l *lowering) varParts(c *model.Cohort, vars []*model.EntityVar, reader model.Node, k *kept) []Part {
	var out []Part
	for _, v := range vars {
		if v.Cohort != c || l.isCoarse(v) || l.bundleOf[v] != nil && v.Type == nil && v.Default == nil {
			continue
		}
		out = append(out, Part{Name: "var " + v.Name, Span: v.Span, Probe: func() rel.Rel {
			return &rel.Select{From: rel.Source{Rel: l.assemble(c, []*model.EntityVar{v}, reader, k), Alias: "v"},
				Items: []rel.Item{item(&rel.Agg{Fn: rel.Count, Args: []rel.Expr{rel.C("v", v.Name)}}, "n")}}
		}})
	}
	return out
}
