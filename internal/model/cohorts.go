package model

import (
	"slices"
	"sort"
	"strings"

	"kith/internal/addr"
	"kith/internal/diag"
	"kith/internal/source"
	"kith/internal/spec"
)

// AddStitcher registers a stitcher.
func (b *Builder) AddStitcher(s *Stitcher) bool {
	if !b.Add(s) {
		return false
	}
	b.Stitchers = append(b.Stitchers, s)
	return true
}

// AddEdges gives a stitcher the edge source at a path; all tells to take ids that are kept from the default stitcher, too.
func (b *Builder) AddEdges(s *Stitcher, path source.At[string]) {
	from := b.SourceAt(path)
	if from == nil {
		s.Broken = true
		return
	}
	b.addEdges(s, from, path.Span, func(*RowID) bool { return true })
}

func (b *Builder) addEdges(s *Stitcher, from Source, at source.Span, take func(*RowID) bool) {
	es := &EdgeSource{Span: at, From: from}
	for _, id := range from.SourceRows().IDsOf(s.Entity) {
		if !id.MainID && take(id) {
			es.IDs = append(es.IDs, id)
		}
	}
	if _, unrun := from.(*Foreign); len(es.IDs) == 0 && !unrun {
		b.Diags.Warnf(diag.RNoEdges, at, "%s declares no id of entity %s, so it adds nothing to %s", from.Addr(), s.Entity.Name, s.Name).
			WithAlso(from.Base().Span, "declared here").WithFix("add ids with entity: %s to it, or take it off edge_sources", s.Entity.Name)
		return
	}
	s.Sources = append(s.Sources, es)
	s.need(from)
}

// NeedsEdges says so when none of a stitcher's edge sources has an id to stitch: there would be no graph.
func (b *Builder) NeedsEdges(s *Stitcher) {
	if len(s.Sources) > 0 || s.Broken || s.Entity == nil {
		return
	}
	b.Diags.Errorf(diag.RNoEdges, s.Span, "nothing that %s reads has ids of entity %s", s.Name, s.Entity.Name).
		WithAlso(s.Entity.Span, "the entity is declared here").WithFix("add ids with entity: %s to what its edge_sources name", s.Entity.Name)
	s.Broken = true
}

// declareCollatorsAndDefaults gives every entity its stitcher.
func (b *Builder) declareCollatorsAndDefaults() {
	for _, e := range b.Entities {
		if path := e.spec.IDStitcher; path.Value != "" {
			leave := b.in(e.lookIn())
			n, child, ok := b.Find(path.Value)
			leave()
			s, is := n.(*Stitcher)
			switch {
			case !ok:
				b.unknownPath(path, "stitcher", func(n Node) bool { _, is := n.(*Stitcher); return is })
			case !is || child != "":
				b.Diags.Errorf(diag.RWrongKind, path.Span, "%q is not an id_stitcher", path.Value).WithAlso(n.Base().Span, "declared here")
			case s.Entity != e:
				b.Diags.Errorf(diag.RWrongKind, path.Span, "%s stitches entity %s, not %s", s.Name, s.Entity.Name, e.Name).
					WithAlso(s.Span, "declared here").WithFix("set its entity_key to %s, or name another stitcher", e.Name)
			default:
				e.Stitcher = s
			}
			if e.Stitcher == nil {
				e.Root.Broken = true
				continue
			}
		} else {
			e.Stitcher = b.defaultStitcher(e)
		}
		e.Root.need(e.Stitcher)
	}
	for _, s := range b.Stitchers {
		if s.Entity != nil && s.Entity.Stitcher != nil && s.Entity.Stitcher != s {
			b.Diags.Warnf(diag.RUnusedStitcher, s.Span, "entity %s does not use this stitcher", s.Entity.Name).
				WithAlso(s.Entity.Span, "entity %s is declared here and uses %s", s.Entity.Name, s.Entity.Stitcher.Name).
				WithFix("add id_stitcher: models/%s to entity %s in pb_project.yaml", s.Name, s.Entity.Name)
		}
	}
}

// sayWithoutIDs says that nothing has ids of an entity. One that nothing else is declared for is left out of the run: projects
// keep entities that they do not use yet.
func (b *Builder) sayWithoutIDs(e *Entity, s *Stitcher) {
	used := func(c *Cohort) bool { return c.Entity == e && (!c.IsRoot() || len(c.Vars) > 0) }
	ofModel := func(m *SQLModel) bool { return m.Of != nil && m.Of.Entity == e }
	if slices.ContainsFunc(b.Cohorts, used) || slices.ContainsFunc(b.SQL, ofModel) {
		b.Diags.Errorf(diag.RNoEdges, e.Span, "nothing declares ids of entity %s", e.Name).
			WithFix("add ids with entity: %s to an input", e.Name)
		s.Broken = true
		return
	}
	if !slices.ContainsFunc(b.Diags, func(d diag.Diagnostic) bool { return d.Code == diag.RUnknownEntity }) { // else it may be meant there
		b.Diags.Warnf(diag.RNoEdges, e.Span, "nothing declares ids of entity %s, so it is left out", e.Name).
			WithFix("add ids with entity: %s to an input, or take the entity away", e.Name)
	}
	s.Disabled = "nothing declares ids of entity " + e.Name
}

// defaultStitcher stitches everything that has ids of the entity (modelling.md section 6.2). Models that need the graph
// themselves take no part. It is a collator when no row can join two ids.
func (b *Builder) defaultStitcher(e *Entity) *Stitcher {
	s := &Stitcher{Name: e.Name + "_default_id_stitcher", Entity: e, Output: AsView}
	s.Address, s.Span = addr.Model(s.Name), e.Span
	s.Enable = "only_if_necessary"
	b.SetEnable(s, e.spec.DefaultIDStitcher)
	timedelta := source.At[string]{}
	if m := e.spec.DefaultIDStitcher; m != nil {
		b.SetGrain(s, m.TimeGrain)
		timedelta = m.IncrementalTimedelta
	}
	s.SetIncremental(e.spec.DefaultIDStitcher, timedelta)
	b.SetGuards(s, guardsOf(e.spec.DefaultIDStitcher))
	add := func(from Source) {
		for _, id := range from.SourceRows().IDsOf(e) {
			if !id.MainID && id.ToDefault {
				b.addEdges(s, from, id.Span, func(id *RowID) bool { return id.ToDefault })
				return
			}
		}
	}
	for _, in := range b.Inputs {
		add(in)
	}
	b.Later(func() { // templates tell which SQL models read the graph; they are rendered after this
		b.Text(func() {
			for _, u := range b.Unions {
				add(u)
			}
			for _, m := range b.SQL {
				if !reaches(m, e.Root, map[Node]bool{}) && !reaches(m, s, map[Node]bool{}) {
					add(m)
				}
			}
			s.Collator = !canJoin(s)
			if len(s.Sources) == 0 && len(e.spec.IDTypes) > 0 {
				b.sayWithoutIDs(e, s)
			}
		})
	})
	b.AddStitcher(s)
	return s
}

func canJoin(s *Stitcher) bool {
	for _, es := range s.Sources {
		if len(es.IDs) > 1 {
			return true
		}
	}
	return false
}

func reaches(from, to Node, seen map[Node]bool) bool {
	if from == to {
		return true
	}
	if seen[from] {
		return false
	}
	seen[from] = true
	for _, n := range from.Base().Needs {
		if reaches(n, to, seen) {
			return true
		}
	}
	return false
}

// AddCohort registers a cohort of a model.
func (b *Builder) AddCohort(c *Cohort) bool {
	if !b.Add(c) {
		return false
	}
	b.Cohorts = append(b.Cohorts, c)
	return true
}

// CohortFilterOf resolves one value or sql step over the vars that the parent of c can see.
func (b *Builder) CohortFilterOf(c *Cohort, at source.Span, value source.Text, set *spec.SQLSet, exclude bool) *CohortFilter {
	f := &CohortFilter{Span: at, Exclude: exclude}
	b.Text(func() {
		if set != nil {
			f.Set = b.valueSet(set, c, c)
			return
		}
		f.Cond = b.Scalar(c, value, Scope{Cohort: c.Parent, This: c})
		b.Check(func() {
			b.noAggregates(f.Cond, "a filter")
			b.checkExclude(f)
		})
	})
	return f
}

// sortCohorts puts parents before children and reports circles of extends.
func (b *Builder) sortCohorts() {
	depth := func(c *Cohort) int {
		n := 0
		for p := c.Parent; p != nil && n <= len(b.Cohorts); p = p.Parent {
			n++
		}
		return n
	}
	for _, c := range b.Cohorts {
		if depth(c) > len(b.Cohorts) {
			b.sayExtendsItself(c.Span, c.Name)
			c.forget(c.Parent)
			c.Parent, c.Broken = c.Entity.Root, true
		}
	}
	sort.SliceStable(b.Cohorts, func(i, j int) bool { return depth(b.Cohorts[i]) < depth(b.Cohorts[j]) })
}

func (b *Builder) sayExtendsItself(at source.Span, cohort string) {
	b.Diags.Errorf(diag.RCycle, at, "cohort %s extends itself", cohort).WithFix("let one of the circle extend <entity>/all")
}

func remove(nodes []Node, n Node) []Node {
	var out []Node
	for _, m := range nodes {
		if m != n {
			out = append(out, m)
		}
	}
	return out
}

func (b *Builder) declareVarTables() {
	b.Later(func() {
		b.sortCohorts()
		for _, c := range b.Cohorts {
			if c.Broken && c.Entity == nil {
				continue
			}
			t := &VarTable{Cohort: c}
			t.Address, t.Span = c.Address.Child(ChildVarTable), c.Span
			if !b.Add(t) {
				continue
			}
			c.VarTable = t
			t.need(c)
			if c.Parent != nil && c.Parent.VarTable != nil {
				t.need(c.Parent.VarTable)
			}
			for _, v := range c.Vars {
				t.need(v)
			}
		}
	})
}

// declareViews adds the feature views of every cohort (modelling.md section 8.4, observed.md section 5.5).
func (b *Builder) declareViews() {
	d := &viewDeclaration{b: b, names: map[string]*FeatureView{}}
	for _, c := range b.Cohorts {
		if c.VarTable == nil {
			continue
		}
		fv := c.featureViewsSpec()
		main := &FeatureView{Name: c.defaultViewName(), Cohort: c}
		main.Address, main.Span = c.Address.Child("feature_view"), c.Span
		if fv != nil {
			main.Table = fv.Materialization != nil && fv.Materialization.OutputType.Value == "table"
			if fv.Name.Value != "" {
				main.Name, main.Span = fv.Name.Value, fv.Name.Span
			}
		}
		d.add(c, main, fv)
		for _, x := range c.moreViews {
			main := &FeatureView{Name: x.name.Value, Cohort: c}
			main.Address, main.Span = x.address, x.name.Span
			for _, v := range d.add(c, main, x.spec) {
				b.SetGrain(v, x.grain)
			}
		}
	}
}

// AddViews asks for views of a cohort beside its own: what the older model types of views declare. grain is their time_grain.
func (b *Builder) AddViews(c *Cohort, name, grain source.At[string], fv *spec.FeatureViews) {
	c.moreViews = append(c.moreViews, moreViews{name: name, grain: grain, address: b.ModelAddr(name.Value), spec: fv})
}

type moreViews struct {
	name    source.At[string]
	grain   source.At[string]
	address addr.Addr
	spec    *spec.FeatureViews
}

// viewDeclaration is the work of declareViews: published names must not meet.
type viewDeclaration struct {
	b     *Builder
	names map[string]*FeatureView
}

// add declares the view by main id and those by other ids, and returns them. A view by id that is given the main view's name
// takes its place.
func (d *viewDeclaration) add(c *Cohort, main *FeatureView, fv *spec.FeatureViews) (added []*FeatureView) {
	b := d.b
	views := []*FeatureView{main}
	if fv != nil {
		defer b.in(b.unitOf(fv.Span))()
		for _, f := range fv.Features {
			if _, _, ok := b.Find(f.From.Value); !ok {
				b.unknownPath(f.From, "model or var table", nil)
			}
		}
		for _, u := range fv.UsingIDs {
			v := b.viewByID(c, main, u)
			if v == nil || v == main {
				continue
			}
			if v.Name == main.Name && main.Address != c.Address.Child("feature_view") {
				v.Address = main.Address
				views[0] = v
				continue
			}
			views = append(views, v)
		}
	}
	for _, v := range views {
		if old := d.names[strings.ToLower(v.Name)]; old != nil {
			b.Diags.Errorf(diag.RDuplicate, v.Span, "two feature views are named %q", v.Name).
				WithAlso(old.Span, "the first one").WithFix("give one of them another name")
			continue
		}
		d.names[strings.ToLower(v.Name)] = v
		if v.By != nil && b.Node(v.Address) != nil { // a second view by that id
			v.Address = main.Address.Child(v.Name)
		}
		if !b.Add(v) {
			continue
		}
		if fv != nil {
			b.SetHooks(v, fv.Hooks)
			b.SetEnable(v, fv.Materialization)
		}
		b.fillView(v, fv)
		c.Views = append(c.Views, v)
		b.Views = append(b.Views, v)
		added = append(added, v)
	}
	return added
}

func (c *Cohort) featureViewsSpec() *spec.FeatureViews {
	if c.IsRoot() {
		return c.Entity.spec.FeatureViews
	}
	return c.ViewsSpec
}

func (c *Cohort) defaultViewName() string {
	if c.IsRoot() {
		return c.Entity.Name + "_feature_view"
	}
	return c.Name + "_feature_view"
}

// viewByID makes the view of a using_ids item; it returns main when the id is the main id column.
func (b *Builder) viewByID(c *Cohort, main *FeatureView, u *spec.UsingID) *FeatureView {
	if u.ID.Value == c.Entity.IDColumn || u.ID.Value == "rudder_id" || u.ID.Value == "main_id" {
		if u.Name.Value != "" {
			main.Name, main.Span = u.Name.Value, u.Name.Span
		}
		return main
	}
	t := b.idTypeNamed(u.ID)
	if t == nil || !c.Entity.HasType(t) {
		b.Diags.Errorf(diag.RUnknownIDType, u.ID.Span, "entity %s has no id type %q", c.Entity.Name, u.ID.Value).
			WithAlso(c.Entity.Span, "its id types are %s", c.Entity.typeNames()).
			WithFix("%s", orElse(didYouMean(u.ID.Value, strings.Split(c.Entity.typeNames(), ", ")), "name one of its id types"))
		return nil
	}
	v := &FeatureView{Name: u.Name.Value, Cohort: c, By: t, Table: main.Table}
	if v.Name == "" {
		v.Name = c.defaultViewName() + "_with_" + t.Name
		if main.Address != c.Address.Child("feature_view") { // of a model: the cohort's own views have that name
			v.Name = main.Name + "_with_" + t.Name
		}
	}
	v.Address, v.Span = main.Address.Child("using_"+t.Name), u.Span
	if u.Name.Value != "" {
		v.Span = u.Name.Span
	}
	return v
}

// fillView picks the features: vars that are features and columns of models, alphabetical, as far as feature_views.features
// does not choose among them.
func (b *Builder) fillView(v *FeatureView, fv *spec.FeatureViews) {
	c := v.Cohort
	v.need(c.VarTable)
	if v.By != nil {
		if c.Entity.Stitcher != nil {
			v.need(c.Entity.Stitcher)
		}
	}
	seen := map[string]source.Span{}
	add := func(name string, at source.Span) bool {
		k := strings.ToLower(name)
		if old, dup := seen[k]; dup {
			if v.By == nil && !b.saidColumns[at] { // a child cohort inherits the clash
				b.saidColumns[at] = true
				b.Diags.Errorf(diag.RDuplicateColumn, at, "two features of %s are named %q", c.Address, name).
					WithAlso(old, "the other one").WithFix("rename one of them")
			}
			return false
		}
		seen[k] = at
		return true
	}
	for _, ev := range c.Visible() {
		if ev.IsFeature && b.chosen(fv, []Node{ev.Cohort, ev.Cohort.VarTable, c, c.VarTable}, ev.Name) && add(ev.Name, ev.Span) {
			v.Vars = append(v.Vars, ev)
		}
	}
	b.Text(func() { // models name their cohort when they are resolved
		for _, f := range b.ModelFeatures(c) {
			if b.chosen(fv, []Node{f.Model}, f.Name) && add(f.Name, f.Span) {
				v.Columns = append(v.Columns, f)
				v.need(f.Model)
			}
		}
		sort.SliceStable(v.Columns, func(i, j int) bool { return v.Columns[i].Name < v.Columns[j].Name })
	})
	sort.SliceStable(v.Vars, func(i, j int) bool { return v.Vars[i].Name < v.Vars[j].Name })
}

// ModelFeatures are the features of SQL models that belong to a cohort or one it extends, in the order of the models. They are
// known when all nodes are declared.
func (b *Builder) ModelFeatures(c *Cohort) []*ModelFeature {
	var out []*ModelFeature
	for _, m := range b.SQL {
		for a := c; a != nil; a = a.Parent {
			if m.Of != a {
				continue
			}
			for _, f := range m.Features {
				out = append(out, &ModelFeature{f, m})
			}
		}
	}
	return out
}

// chosen applies the features list of a feature_views block: without one everything is shown; with one, what an item that
// names one of the nodes it comes from includes and does not exclude.
func (b *Builder) chosen(fv *spec.FeatureViews, from []Node, name string) bool {
	if fv == nil || len(fv.Features) == 0 {
		return true
	}
	has := func(list []source.At[string]) bool {
		for _, x := range list {
			if strings.EqualFold(x.Value, name) || x.Value == "*" {
				return true
			}
		}
		return false
	}
	for _, f := range fv.Features {
		n, _, ok := b.Find(f.From.Value)
		if t, is := n.(*FeatureTable); is { // what it lists
			ok = slices.ContainsFunc(t.Features, func(x TableFeature) bool {
				return slices.Contains(from, x.of()) && strings.EqualFold(x.Name(), name)
			})
		} else {
			ok = ok && slices.Contains(from, n)
		}
		if ok && (len(f.Include) == 0 || has(f.Include)) && !has(f.Exclude) {
			return true
		}
	}
	return false
}
