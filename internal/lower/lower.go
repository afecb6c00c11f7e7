// Package lower turns the resolved graph into meaning: for every step of a run, a program of rel. It decides what is
// computed together (all features of one source in one pass over it), never how a dialect writes it.
package lower

import (
	"fmt"
	"time"

	"kith/internal/addr"
	"kith/internal/material"
	"kith/internal/model"
	"kith/internal/rel"
	"kith/internal/source"
)

// Context is the place in time that a program is made for.
type Context struct {
	SeqNo   int64
	EndTime time.Time
	// Number gives the seq no of another time that the run needs; it is asked once for each, in order of time. nil counts on
	// from SeqNo.
	Number func(end time.Time) int64
	// Graph gives the project as resolved for another end time; nil when that makes no difference.
	Graph func(end time.Time) *model.Graph
	// BeginTime is the zero time when rows of any age count.
	BeginTime time.Time
	// Have gives the tables that were made in a seq no under a ref and are there. Where that of the whole hash is among them it
	// gives nothing, and where that is a view those that the view is over. A var that one of them has is read from it. nil when
	// nothing is known.
	Have func(seqNo int64, ref addr.Addr, whole string) []Made
	// Base gives the graph whose ids that of a stitcher is to carry on, whose material is made under a name; nil for a first one. nil when
	// nothing is known.
	Base func(stitcher addr.Addr, material string) *Base
	// Share is how large a table is against another one, 0 where that is not known. nil when nothing is known.
	Share func(small, large rel.Object) float64
	// Without are the rewrites that are not to be done.
	Without []Rewrite
	// KernelNodes is how many ids the in-process solver may hold; above it the graph is solved in SQL.
	KernelNodes int64
	// LongestName is how many bytes of a name the engine keeps, 0 for all: names of materials are made to fit.
	LongestName int
	// Sources gives the columns of a table that an input reads, on engines where texts compare by other rules than their bytes. nil
	// where they do not; no columns when they are not known.
	Sources func(o rel.Object) []SourceColumn
}

// SourceColumn is a column of a table of the user's. Text tells that it must be made to compare by its bytes.
type SourceColumn struct {
	Name string
	Text bool
}

// Step is one unit of work: what one line of progress shows, what is retried, reused and registered.
type Step struct {
	Addr addr.Addr
	// Ref is Addr without the time that tells a step from that of the same node at another time.
	Ref addr.Addr
	// SeqNo and EndTime are the context of what the step makes.
	SeqNo   int64
	EndTime time.Time
	Title   string // "identity graph of user", "12 features of user from inputs/orders"
	// Node is the node the step builds; nil for the publish step. Vars are the entity vars a features step computes.
	Node model.Node
	Vars []*model.EntityVar
	// Of are the nodes that Hash is over, where it is not that of Node.
	Of []model.Node
	// Columns are what a table of finished vars has: the cohort that its rows are about, and the vars.
	Columns []model.Node
	// Beside is the material that this step makes the rest of, by ref and hash; the zero value for none.
	Beside model.Need
	// Over are the objects of other steps without which Out, a view, is nothing.
	Over []rel.Object
	// Hash is the hash the step's material is named by.
	Hash string
	// Out is the main object made; Extra are further ones that stay (edges, mapping).
	Out   rel.Object
	Extra []rel.Object
	// Counted is the table whose rows are those of the step, where it is not Out.
	Counted rel.Object
	// Kept are objects that stay because views among Out and Extra read them.
	Kept    []rel.Object
	IsTable bool
	// Type is what the object is called in the registry ("id_stitcher", "sql_template", "entity_var_table" ...).
	Type string
	// Needs are the steps that make what this one reads, in the order of its reading.
	Needs   []addr.Addr
	Program rel.Program
	Span    source.Span
	// Parts are the pieces of a step that computes many things in one statement.
	Parts []Part
	// Scratch are objects that nothing needs once the step is done.
	Scratch []rel.Object
	// MainID is the column of main ids of an identity graph, "" for other steps. AsOf is set for a graph of a time before that of the
	// one whose ids it has: none carries its ids on.
	MainID string
	AsOf   bool
	// Extends is the graph that an identity graph begins with, nil for one that is built anew; Reading tells then how each source is
	// read. Layers are the objects that are read together with a table of an earlier graph.
	Extends *Base
	Reading []string
	Layers  []Layer
}

// Published is one view in the target schema.
type Published struct {
	Name           string
	Step           addr.Addr
	From           rel.Object
	Table          bool
	Comment        string
	ColumnComments map[string]string
	Span           source.Span
	// Entity and Kind sort the final screen: "graph", "audit", "cohort", "var table", "feature table", "feature view", "model".
	Entity *model.Entity
	Kind   string
	// Part tells that From is one of the step's further objects.
	Part bool
}

// Result is the lowered graph.
type Result struct {
	Steps     []*Step // in an order that respects Needs
	Published []*Published
	// Checks are the looks at objects that are due before publishing, in the order of the steps that make the objects.
	Checks []*CheckScan
	// Contexts are the times that steps are made for, that of the run included, by time.
	Contexts []Context
	byAddr   map[addr.Addr]*Step
	graph    *model.Graph
	bundleOf map[*model.EntityVar]*bundle
}

// Step returns the step of an address, nil when there is none.
func (r *Result) Step(a addr.Addr) *Step { return r.byAddr[a] }

// Find returns the step that computes what a path of the project names: for a var the step of its bundle, or of the var table
// when it is derived; for an input var that of its source. Addresses of steps are understood, too. The step is nil for a path
// that names nothing, and for a node that takes no part: then why says the reason.
func (r *Result) Find(path string) (step *Step, why string) {
	for _, s := range r.Steps {
		if s.Addr.Key() == addr.Addr(path).Key() {
			return s, ""
		}
	}
	n, child, ok := r.graph.Find(path)
	if !ok {
		return nil, ""
	}
	if !usable(n) {
		if why = n.Base().Disabled; why == "" {
			why = "it holds a mistake"
		}
		return nil, why
	}
	a := n.Addr()
	switch n := n.(type) {
	case *model.EntityVar:
		if b := r.bundleOf[n]; b != nil {
			a = b.addr()
		} else if n.Cohort.VarTable != nil {
			a = n.Cohort.VarTable.Address
		}
	case *model.InputVar:
		a, child = n.Of.Addr(), model.ChildVarTable
	}
	if child == model.ChildVarTable { // made only where something asks for it
		if s := r.byAddr[a.Child(child)]; s != nil {
			return s, ""
		}
	}
	if s := r.byAddr[a]; s != nil {
		return s, ""
	}
	for _, s := range r.Steps { // only made for earlier times
		if s.Ref.Key() == a.Key() {
			return s, ""
		}
	}
	return nil, ""
}

// lower makes the steps of a node at the time of l.
func (l *lowering) lower(n model.Node) {
	if n == nil || !usable(n) {
		return
	}
	switch n := n.(type) {
	case *model.Input:
		l.input(n)
	case *model.SQLModel:
		l.sqlModel(n)
	case *model.Union:
		l.union(n)
	case *model.Stitcher:
		l.stitcher(n)
	case *model.Cohort:
		l.cohort(n)
	case *model.EntityVar:
		if b := l.bundleOf[n]; b != nil && b.ready(n) {
			l.bundleOnce(b)
		}
	case *model.VarTable:
		l.varTable(n)
	case *model.FeatureTable:
		l.featureTable(n)
	case *model.FeatureView:
		l.featureView(n)
	}
}

// dropUnread leaves out files that would be loaded for nobody, and inputs that are read at other times only.
func (r *Result) dropUnread() {
	needed := map[addr.Addr]bool{}
	elsewhere := map[addr.Addr]bool{}
	for _, s := range r.Steps {
		for _, a := range s.Needs {
			needed[a] = true
		}
		if s.Addr != s.Ref {
			elsewhere[s.Ref] = true
		}
	}
	for _, c := range r.Checks {
		for _, a := range c.Needs {
			needed[a] = true
		}
	}
	var kept []*Step
	for _, s := range r.Steps {
		if _, input := s.Node.(*model.Input); input && (s.IsTable || elsewhere[s.Ref]) && !needed[s.Addr] {
			delete(r.byAddr, s.Addr)
			continue
		}
		kept = append(kept, s)
	}
	r.Steps = kept
}

// connect makes every step wait for the steps that make what it reads. Nothing else is a need: so --model_refs takes what it
// must and no more, and no read can be forgotten.
func (r *Result) connect() {
	maker := map[string]*Step{}
	for _, s := range r.Steps {
		for _, o := range append([]rel.Object{s.Out}, s.Extra...) {
			maker[o.Key()] = s
		}
	}
	needs := func(p rel.Program, self *Step) (out []addr.Addr) {
		seen := map[*Step]bool{self: true}
		for _, o := range rel.Reads(p) {
			if n := maker[o.Key()]; n != nil && !seen[n] {
				seen[n] = true
				out = append(out, n.Addr)
			}
		}
		return out
	}
	for _, s := range r.Steps {
		s.Needs = needs(s.Program, s)
	}
	for _, c := range r.Checks {
		c.Needs = needs(c.program(), nil)
	}
}

// sort puts every step after the steps it needs, and leaves the order as it is otherwise: a bundle waits for all its vars, so
// the graph's own order is not enough.
func (r *Result) sort() {
	var out []*Step
	placed := map[*Step]bool{}
	var place func(s *Step)
	place = func(s *Step) {
		if placed[s] {
			return
		}
		placed[s] = true
		for _, a := range s.Needs {
			if n := r.byAddr[a]; n != nil {
				place(n)
			}
		}
		out = append(out, s)
	}
	for _, s := range r.Steps {
		place(s)
	}
	r.Steps = out
}

func usable(n model.Node) bool { return !n.Base().Broken && n.Base().Disabled == "" }

type lowering struct {
	g        *model.Graph
	ctx      Context
	times    *times
	out      *Result
	bundles  []*bundle
	bundleOf map[*model.EntityVar]*bundle
	earlier  earlier
	// visible are the vars that cohorts see.
	visible map[*model.Cohort]map[*model.EntityVar]bool
	// sourceTables are the var tables of sources that are asked for, by source.
	sourceTables map[model.Source]rel.Object
}

// add takes in a step for what has a grain.
func (l *lowering) add(s *Step, grain model.Grain) {
	l.hooks(s)
	s.Ref, s.Addr = s.Addr, l.at(s.Addr, grain)
	s.SeqNo, s.EndTime = l.ctx.SeqNo, l.ctx.EndTime
	l.out.Steps = append(l.out.Steps, s)
	l.out.byAddr[s.Addr] = s
}

func (l *lowering) publish(p *Published) {
	if !l.times.publishing { // only what is built at its home is published
		return
	}
	l.out.Published = append(l.out.Published, p)
}

func (l *lowering) object(name, hash string) rel.Object {
	return rel.Named(rel.Internal, material.Fit(material.Name(name, hash, l.ctx.SeqNo), l.ctx.LongestName))
}

// objectOf is the material of a node, read at the time of l.
func (l *lowering) objectOf(n model.Node) rel.Object {
	l = l.home(n)
	n = same(l, n)
	l.want(n.Addr(), func() { l.lower(n) })
	h := n.Base().Hash
	switch n := n.(type) {
	case *model.Input:
		return l.object(n.Name, h)
	case *model.SQLModel:
		return l.object(n.Name, h)
	case *model.Union:
		return l.object(n.Name, h)
	case *model.Stitcher:
		return l.object(n.Name, h)
	case *model.Cohort:
		return l.object(n.ObjectName(), h)
	case *model.VarTable:
		return l.object(varTableName(n.Cohort), h)
	case *model.FeatureTable:
		return l.object(n.Name, h)
	case *model.FeatureView:
		return l.object(n.Name, h)
	}
	panic(fmt.Sprintf("lower: %T has no material", n))
}

func varTableName(c *model.Cohort) string {
	if c.IsRoot() {
		return c.Entity.Name + "_var_table"
	}
	return c.ObjectName() + "_var_table"
}

// part is a further object of a material, such as "_internal_edges".
func (l *lowering) part(o rel.Object, suffix string) rel.Object {
	return rel.Named(o.Space, material.Fit(o.Name()+suffix, l.ctx.LongestName))
}

// table reads an object under an alias.
func table(o rel.Object, alias string) rel.Source {
	return rel.Source{Rel: &rel.Table{Object: o}, Alias: alias}
}

func star(of string, except ...string) rel.Item {
	return rel.Item{Star: true, Of: of, Except: except}
}

func item(e rel.Expr, as string) rel.Item { return rel.Item{Expr: e, As: as} }

// Part is a piece of a step that can be computed alone, to find which one an error comes from.
type Part struct {
	Name string
	Span source.Span
	// Probe is a relation of one row that computes the piece over all rows.
	Probe func() rel.Rel
}

// EntityName is the entity that a step belongs to, "" for inputs and SQL models.
func EntityName(s *Step) string {
	switch n := s.Node.(type) {
	case *model.Stitcher:
		return n.Entity.Name
	case *model.Cohort:
		return n.Entity.Name
	case *model.EntityVar:
		return n.Cohort.Entity.Name
	case *model.VarTable:
		return n.Cohort.Entity.Name
	case *model.FeatureTable:
		return n.Cohort.Entity.Name
	case *model.FeatureView:
		return n.Cohort.Entity.Name
	}
	return ""
}

// hooks puts the user's scripts around what the step of a node does. A step of many vars has none.
func (l *lowering) hooks(s *Step) {
	if s.Node == nil || s.Addr != s.Node.Addr() {
		return
	}
	base := s.Node.Base()
	self := []rel.Object{s.Out}
	if base.PreRun != nil {
		s.Program = append(rel.Program{&rel.Exec{SQL: l.userQuery(base.PreRun), Writes: self}}, s.Program...)
	}
	if base.PostRun != nil {
		s.Program = append(s.Program, &rel.Exec{SQL: l.userQuery(base.PostRun), Reads: self})
	}
}
