package lower

import (
	"fmt"

	"kith/internal/addr"
	"kith/internal/model"
	"kith/internal/rel"
	"kith/internal/sqltext"
)

// bundle is the aggregated vars of one cohort and grain that read the same source and can be computed in one pass over it. Vars that
// need each other, however far around, never share a bundle: depth counts how many passes must come before.
type bundle struct {
	cohort *model.Cohort
	from   model.Source
	depth  int
	grain  model.Grain
	vars   []*model.EntityVar
	// word is the grain in names, "" for that of the whole project.
	word   string
	digest string
	// alone is the name of the var that has a bundle to itself because fusing is off, "" otherwise.
	alone string
	// piece tells bundles of one place apart: the hash of one that was made before and is read beside a newer one, else "".
	piece string
}

// groupVars puts every usable var with a from into its bundle.
func (l *lowering) groupVars() {
	depth := map[model.Node]int{}
	type key struct {
		c    *model.Cohort
		from model.Source
		d    int
		g    model.Grain
		only *model.EntityVar
	}
	byKey := map[key]*bundle{}
	for _, n := range l.g.Order {
		d := 0
		for _, m := range n.Base().Needs {
			up := depth[m]
			if v, ok := m.(*model.EntityVar); ok && v.From != nil {
				up++
			}
			d = max(d, up)
		}
		depth[n] = d
		v, ok := n.(*model.EntityVar)
		if !ok || v.From == nil || !usable(v) {
			continue
		}
		k := key{v.Cohort, v.From, d, v.Grain, nil}
		if l.without(FuseFeatures) {
			k.only = v
		}
		b := byKey[k]
		if b == nil {
			b = &bundle{cohort: v.Cohort, from: v.From, depth: d, grain: v.Grain}
			if v.Grain != l.g.Grain {
				b.word = v.Grain.String()
			}
			if k.only != nil {
				b.alone = v.Name
			}
			byKey[k] = b
			l.bundles = append(l.bundles, b)
		}
		b.vars = append(b.vars, v)
		l.bundleOf[v] = b
	}
	l.splitBundles()
}

// ready reports whether v is the last of the bundle's vars in the graph's order, when all that any of them needs is there.
func (b *bundle) ready(v *model.EntityVar) bool { return b.vars[len(b.vars)-1] == v }

func (b *bundle) name() string {
	s := b.cohort.ObjectName() + "_" + b.from.DisplayName() + "_features"
	if b.word != "" {
		s += "_" + b.word
	}
	if b.depth > 0 {
		s += fmt.Sprintf("_%d", b.depth+1)
	}
	if b.alone != "" {
		s += "_" + b.alone
	}
	return s
}

// ref is the address that all bundles of one place have in common.
func (b *bundle) ref() addr.Addr {
	a := b.cohort.Address.Child("features").Child(string(b.from.Addr()))
	if b.word != "" {
		a = a.Child(b.word)
	}
	if b.depth > 0 {
		a = addr.Addr(fmt.Sprintf("%s#%d", a, b.depth+1))
	}
	if b.alone != "" {
		a = a.Child(b.alone)
	}
	return a
}

// addr is the address of the bundle's step.
func (b *bundle) addr() addr.Addr {
	if b.piece != "" {
		return b.ref() + addr.Addr("~"+b.piece)
	}
	return b.ref()
}

// nodes are the cohort, whose members the rows are about, and the vars.
func (b *bundle) nodes() []model.Node {
	out := []model.Node{b.cohort}
	for _, v := range b.vars {
		out = append(out, v)
	}
	return out
}

// hash is over the vars and the cohort, in whichever order they are declared.
func (b *bundle) hash() string {
	if b.digest == "" {
		b.digest = gathered(b.nodes())
	}
	return b.digest
}

// Names in a bundle's statement: the alias of the resolved source, and the columns of ranks.
const (
	rowsAlias = "s"
	rankCol   = "__kith_rank"
)

// bundle computes all vars of a bundle in one GROUP BY over the source. Fusing must not change a value: each var's where
// becomes a FILTER on its own aggregates, and an entity of which no row passes gets NULL, as it would alone.
func (l *lowering) bundle(b *bundle) {
	out := l.object(b.name(), b.hash())
	f := l.fuse(b)
	step := &Step{Addr: b.addr(), Title: fmt.Sprintf("%s of %s from %s%s", count(len(b.vars), "feature"), cohortTitle(b.cohort), b.from.Addr(), by(b.word)),
		Node: b.vars[0], Vars: b.vars, Of: b.nodes(), Hash: b.hash(), Out: out, IsTable: true, Type: "entity_vars", Span: b.vars[0].Span,
		Program: rel.Program{&rel.Let{Out: out, Kind: rel.MakeTable, Body: f.sel, PassKey: l.passKey(b)}}}
	for _, v := range b.vars {
		step.Parts = append(step.Parts, Part{Name: "var " + v.Name, Span: v.Span, Probe: func() rel.Rel { return l.probe(b, v) }})
	}
	l.add(step, b.grain)
	step.Ref = b.ref()
}

// passKey is what a pass over a part of the entities is cut by when memory does not do for all.
func (l *lowering) passKey(b *bundle) rel.Expr {
	if l.without(SplitPasses) {
		return nil
	}
	return rel.C(rowsAlias, b.cohort.Entity.IDColumn)
}

// bundleOnce lowers a bundle at the time of l, unless that has been done.
func (l *lowering) bundleOnce(b *bundle) {
	if k := l.key(b.addr()); !l.times.done[k] {
		l.times.done[k] = true
		l.bundle(b)
	}
}

// bundleObject is what a bundle makes.
func (l *lowering) bundleObject(b *bundle) rel.Object {
	l.want(b.addr(), func() { l.bundle(b) })
	return l.object(b.name(), b.hash())
}

// fuse puts the statement of a bundle together.
func (l *lowering) fuse(b *bundle) *fused {
	id := b.cohort.Entity.IDColumn
	f := &fused{l: l, b: b, owners: map[*model.Cohort]string{}, used: map[*model.Cohort][]*model.EntityVar{}, joined: map[*model.EntityVar]string{}, ranks: map[string]string{}}
	f.rows = l.resolvedRows(b.from, b.cohort.Entity, l.inputVarsOf(b))
	f.sel = &rel.Select{
		Where:   []rel.Expr{rel.NotNull(rel.C(rowsAlias, id))},
		Items:   []rel.Item{item(rel.C(rowsAlias, id), id)},
		GroupBy: []rel.Expr{rel.C(rowsAlias, id)},
	}
	for _, v := range b.vars {
		f.sel.Items = append(f.sel.Items, item(f.value(v), v.Name))
	}
	f.finish()
	return f
}

func cohortTitle(c *model.Cohort) string {
	if c.IsRoot() {
		return c.Entity.Name
	}
	return "cohort " + c.Name
}

// by tells a grain in a title, "" for none.
func by(grain string) string {
	if grain == "" {
		return ""
	}
	return " by " + grain
}

func count(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return fmt.Sprintf("%d %ss", n, word)
}

// fused is one bundle's statement in the making.
type fused struct {
	l    *lowering
	b    *bundle
	rows rel.Rel
	sel  *rel.Select
	// owners gives the alias under which the vars of a cohort are joined, used which of them.
	owners     map[*model.Cohort]string
	ownerOrder []*model.Cohort
	used       map[*model.Cohort][]*model.EntityVar
	// joined is the name an entity var has among the columns of the rows. It must not meet a column of the source.
	joined   map[*model.EntityVar]string
	windowed []rel.Item        // columns of the window level
	ranks    map[string]string // columns by what they rank
	grouped  map[*model.EntityVar]bool
}

func (f *fused) binding() binding {
	return binding{of: rowsAlias, name: f.b.from.DisplayName(), vars: f.varColumn}
}

// varColumn is the column of an entity var joined to the rows; the join is added by finish.
func (f *fused) varColumn(v *model.EntityVar) rel.Expr {
	if f.joined[v] == "" {
		c := f.l.holder(f.b.cohort, v, f.b.vars[0])
		if f.owners[c] == "" {
			f.owners[c] = fmt.Sprintf("e%d", len(f.owners)+1)
			f.ownerOrder = append(f.ownerOrder, c)
		}
		f.used[c] = append(f.used[c], v)
		f.joined[v] = "__" + v.Cohort.Name + "_" + v.Name
	}
	return rel.C(rowsAlias, f.joined[v])
}

// value is a var's expression in the fused statement, before its default.
func (f *fused) value(v *model.EntityVar) rel.Expr {
	var where rel.Expr
	if v.Where != nil {
		where = f.l.bind(v.Where, f.binding())
	}
	if v.Select == nil {
		return rel.Null()
	}
	if v.Window != nil || v.Select.Facts.Windows {
		return f.window(v, where)
	}
	x := f.l.bind(v.Select, f.binding())
	if !v.Select.Facts.Aggregates { // the main id or a constant: the same on all rows
		return &rel.Agg{Fn: rel.AnyValue, Args: []rel.Expr{x}, Filter: where}
	}
	f.groupOutside(v.Select)
	if where == nil {
		return x
	}
	x.Filter = where
	if sqltext.IsNullOnEmpty(v.Select) {
		return x
	}
	// Alone, an entity without a passing row has no row at all; count(*) FILTER would say 0 and coalesce(sum(x), 0) as well.
	any := &rel.Op{Op: ">", Args: []rel.Expr{&rel.Agg{Fn: rel.CountStar, Filter: where}, rel.I(0)}}
	return &rel.Case{Whens: []rel.When{{If: any, Then: x}}}
}

// groupOutside adds vars that a select mentions outside its aggregates to the grouping: they have one value per main id, but
// only we know.
func (f *fused) groupOutside(t *sqltext.Tree) {
	outside := map[int]bool{}
	sqltext.Walk(t.Nodes, func(n sqltext.Node) bool {
		switch n := n.(type) {
		case *sqltext.Hole:
			outside[n.Index] = true
		case *sqltext.Call:
			return n.Kind != sqltext.AggregateCall || n.Over != nil
		}
		return true
	})
	for i, h := range t.Rendered.Holes {
		vh, ok := h.(model.VarHole)
		if !ok || !outside[i] || f.grouped[vh.Var] {
			continue
		}
		if f.grouped == nil {
			f.grouped = map[*model.EntityVar]bool{}
		}
		f.grouped[vh.Var] = true
		f.sel.GroupBy = append(f.sel.GroupBy, f.varColumn(vh.Var))
	}
}

// finish puts the levels together: resolved rows, joined vars, window columns, groups.
func (f *fused) finish() {
	id := f.b.cohort.Entity.IDColumn
	rows := f.rows
	if len(f.ownerOrder) > 0 || !f.b.cohort.IsRoot() {
		j := &rel.Select{From: rel.Source{Rel: rows, Alias: "r"}, Items: []rel.Item{star("r")}}
		if !f.b.cohort.IsRoot() {
			// Vars of a cohort are about its members only.
			j.Joins = append(j.Joins, rel.Join{Kind: rel.Inner, Source: table(f.l.objectOf(f.b.cohort), "c"),
				On: []rel.Expr{rel.Eq(rel.C("c", id), rel.C("r", id))}})
		}
		for _, c := range f.ownerOrder {
			alias := f.owners[c]
			j.Joins = append(j.Joins, rel.Join{Kind: rel.Left, Source: rel.Source{Rel: f.l.varsOf(c, f.used[c], f.b.vars[0]), Alias: alias},
				On: []rel.Expr{rel.Eq(rel.C(alias, id), rel.C("r", id))}})
			for _, v := range f.used[c] {
				j.Items = append(j.Items, item(rel.C(alias, v.Name), f.joined[v]))
			}
		}
		rows = j
	}
	if len(f.windowed) > 0 {
		rows = &rel.Select{From: rel.Source{Rel: rows, Alias: rowsAlias}, Items: append([]rel.Item{star(rowsAlias)}, f.windowed...), Where: f.sel.Where}
		f.sel.Where = nil
	}
	f.sel.From = rel.Source{Rel: rows, Alias: rowsAlias}
}

// inputVarsOf are the input vars that the texts of a bundle mention.
func (l *lowering) inputVarsOf(b *bundle) []*model.InputVar {
	var out []*model.InputVar
	seen := map[*model.InputVar]bool{}
	for _, v := range b.vars {
		for _, n := range v.Needs {
			if iv, ok := n.(*model.InputVar); ok && !seen[iv] {
				seen[iv] = true
				out = append(out, iv)
			}
		}
	}
	return out
}

// probe computes one var of a bundle alone, over all rows, and counts the outcome.
func (l *lowering) probe(b *bundle, v *model.EntityVar) rel.Rel {
	body := l.fuse(&bundle{cohort: b.cohort, from: b.from, depth: b.depth, grain: b.grain, vars: []*model.EntityVar{v}}).sel
	return &rel.Select{From: rel.Source{Rel: body, Alias: "v"}, Items: []rel.Item{item(&rel.Agg{Fn: rel.Count, Args: []rel.Expr{rel.C("v", v.Name)}}, "n")}}
}
