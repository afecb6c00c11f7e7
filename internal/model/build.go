package model

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"kith/internal/addr"
	"kith/internal/diag"
	"kith/internal/source"
	"kith/internal/spec"
	"kith/internal/sqltext"
	"kith/internal/template"
)

// Type turns one model_type's YAML into nodes. Each lives in a folder of modeltype and is listed in modeltype.All.
type Type interface {
	// Name is the value of model_type.
	Name() string
	// Declare decodes the spec and adds the node. It may ask for work after all nodes are declared with b.Later.
	Declare(b *Builder, m *spec.Model)
}

// Options are what resolving needs besides the project.
type Options struct {
	// Dialect is the dialect of the project's SQL, as DatabaseType() answers.
	Dialect string
	// Types are the engine's names of types, for DataType().
	TypeName func(name string) string
	// EndTime and BeginTime (zero for none) are the run's, for templates that look at them.
	EndTime, BeginTime time.Time
	// Rewrite turns text of the project's dialect into text that the parser and the printed dialect read; nil when they are
	// one. HashSalt is its version: text that is rewritten by other rules means something else.
	Rewrite  func(template.Rendered, sqltext.Kind) (template.Rendered, diag.List)
	HashSalt string
	// Parser reads SQL.
	Parser sqltext.Parser
	// Types are the model types there are.
	Types  []Type
	Limits template.Limits
	// Decisions are what people decided about ids, as far as it holds at EndTime.
	Decisions []Decision
	// Columns returns the columns of a table and whether it exists; nil when there is no warehouse to ask.
	Columns func(table []NamePart) (columns []string, exists bool, err error)
	// FileColumns returns the columns of a parquet or json file; nil when there is no engine to ask.
	FileColumns func(format, path string) ([]string, error)
}

// Resolve makes the graph of a project. The graph is never nil; with errors in the list it is only good for showing.
//
// Templates may ask whether a model takes part in the run, which is known only when all is resolved. So a project that asks
// is resolved again with the answer, until the answer stays the same.
func Resolve(p *spec.Project, opt Options) (*Graph, diag.List) {
	var off map[string]string
	for round := 1; ; round++ {
		b := &Builder{
			Graph: &Graph{Spec: p, Dialect: opt.Dialect, byKey: map[string]Node{}},
			opt:   opt, off: off, saidColumns: map[source.Span]bool{}, rowFiles: map[*source.File]bool{}, inCircle: map[[2]Node]bool{}, lostVars: map[string]bool{},
		}
		b.resolve()
		now := map[string]string{}
		for _, n := range b.Order {
			if why := n.Base().Disabled; why != "" {
				now[n.Addr().Key()] = why
			}
		}
		if !b.asked || maps.Equal(now, off) || round == maxRounds {
			return b.Graph, b.Diags
		}
		off = now
	}
}

// maxRounds bounds the rounds of a project whose answers go in a circle (a model that is there only if it is not).
const maxRounds = 6

func (b *Builder) resolve() {
	b.findUnits(b.Spec, nil, nil)
	b.declareIDTypes()
	b.declareLimits()
	b.declareGuards()
	b.declareEntities()
	b.checkLimits()
	b.declareMacros()
	b.eachUnit(b.declareInputs)
	b.eachUnit(b.declareModels)
	b.mapInputs()
	b.run(&b.parents)
	b.declareCollatorsAndDefaults()
	b.declareRules()
	b.decide()
	b.eachUnit(b.declareVarGroups)
	b.declarePredicted()
	b.override()
	b.declareVarTables()
	b.run(&b.later) // names between nodes
	b.declareViews()
	b.eachUnit(b.declareChecks)
	b.settleGrains()
	b.run(&b.texts) // templates, with every node known
	b.parse()
	b.run(&b.checks)
	b.bareInputVars()
	b.bareVars()
	b.checkColumns()
	b.checkGuards()
	b.checkOneValue()
	b.settleMerges()
	b.checkAppendOnly()
	b.checkPublished()
	b.order()
	b.checkUnions()
	b.settleEnabled()
	b.hashes()
	b.settleChecks()
	for i := range b.Diags {
		if b.rowFiles[b.Diags[i].At.File] {
			b.Diags[i].Private = true
		}
	}
}

// Builder is the work in progress of Resolve. Model types use it to declare nodes.
type Builder struct {
	*Graph
	Diags    diag.List
	opt      Options
	compiled *template.Macros
	// unit is the project or package that is being read: paths are looked up in it first. Work that is put off is done in the
	// unit that put it off.
	unit  *unit
	units []*unit
	// off are the nodes (by key) that take no part, with the reason, as an earlier round found; asked is set when a template
	// wanted to know.
	off   map[string]string
	asked bool
	// rowFiles are csv files of inputs: their lines are rows of people and are not shown with a diagnostic.
	rowFiles map[*source.File]bool
	// lostVars are the names of vars whose group belongs to nothing that there is; who refers to them is silent.
	lostVars map[string]bool
	// inCircle are the references of circles that were told.
	inCircle map[[2]Node]bool
	// foreigns are the models that are not run, in the order of the project.
	foreigns []*Foreign
	// saidColumns are places of column names about which a mistake has been said.
	saidColumns map[source.Span]bool
	parents     []func() // after all models are declared
	later       []func() // after all nodes are declared
	texts       []func() // templates
	checks      []func() // after parsing
	queue       []parseJob
	// grains are those that the project writes.
	grains []usedGrain
}

func (b *Builder) run(fs *[]func()) {
	for i := 0; i < len(*fs); i++ { // a function may append
		(*fs)[i]()
	}
	*fs = nil
}

// Later runs f when every node of the project is declared.
func (b *Builder) Later(f func()) { b.later = append(b.later, b.inUnit(f)) }

// Text runs f when names are resolved, to render templates.
func (b *Builder) Text(f func()) { b.texts = append(b.texts, b.inUnit(f)) }

// Check runs f when all texts are parsed.
func (b *Builder) Check(f func()) { b.checks = append(b.checks, b.inUnit(f)) }

// Add registers a node under its address; a second node of the same address is a diagnostic.
func (b *Builder) Add(n Node) bool {
	k := n.Addr().Key()
	if old := b.byKey[k]; old != nil {
		if !b.loaderSaidTwice(n.Addr()) {
			b.Diags.Errorf(diag.RDuplicate, n.Base().Span, "%s is declared twice", n.Addr()).
				WithAlso(old.Base().Span, "first declared here").WithFix("rename one of them")
		}
		n.Base().Broken = true
		return false
	}
	b.byKey[k] = n
	return true
}

// loaderSaidTwice reports whether an address is that of several inputs or several models: the loader compares their names.
func (b *Builder) loaderSaidTwice(a addr.Addr) bool {
	n := 0
	for _, u := range b.units {
		for _, s := range u.spec.Inputs {
			if (addr.Addr(u.prefix) + addr.Input(s.Name.Value)).Key() == a.Key() {
				n++
			}
		}
		for _, s := range u.spec.Models {
			if (addr.Addr(u.prefix) + addr.Model(s.Name.Value)).Key() == a.Key() {
				n++
			}
		}
	}
	return n > 1
}

func (b *Builder) declareIDTypes() {
	// The project's own id types come last in units but win: a package's type of the same name stays as what it may extend.
	for _, u := range b.units {
		for _, s := range u.spec.IDTypes {
			if s.Name.Value == "" {
				continue
			}
			t := &IDType{Name: s.Name.Value, Span: s.Name.Span, spec: s, unit: u}
			i := slices.IndexFunc(b.IDTypes, func(o *IDType) bool { return o.Name == t.Name })
			switch {
			case i < 0:
				b.IDTypes = append(b.IDTypes, t)
			case b.IDTypes[i].unit != u: // within one project the loader has said so
				t.inherited = b.IDTypes[i]
				b.IDTypes[i] = t
			}
		}
	}
	for _, t := range b.IDTypes {
		b.resolveFilters(t, nil)
	}
}

// resolveFilters puts inherited normalisers and filters before own ones. seen guards against a circle of extends.
func (b *Builder) resolveFilters(t *IDType, seen []*IDType) {
	if t.Filters != nil {
		return
	}
	t.Filters = []*IDFilter{}
	defer b.in(t.unit)()
	if ext := t.spec.Extends; ext.Value != "" {
		seen = append(seen, t)
		parent := b.idTypeNamed(ext)
		if ext.Value == t.Name && t.inherited != nil {
			parent = t.inherited
		}
		switch {
		case parent == nil:
			b.Diags.Errorf(diag.RUnknownIDType, ext.Span, "no id type %q to extend", ext.Value).
				WithFix("%s", orElse(didYouMean(ext.Value, b.idTypeNames()), "declare it under id_types in pb_project.yaml"))
		case parent == t:
			b.Diags.Errorf(diag.RUnknownIDType, ext.Span, "no package has an id type %q to extend", t.Name).
				WithFix("import the package that has it, or take extends away")
		case contains(seen, parent):
			b.Diags.Errorf(diag.RCycle, ext.Span, "id type %q extends itself", t.Name).WithFix("take extends away from one of them")
		default:
			b.resolveFilters(parent, seen)
			t.Normalize = append(t.Normalize, parent.Normalize...)
			t.Filters = append(t.Filters, parent.Filters...)
		}
	}
	for _, n := range t.spec.Normalize {
		t.Normalize = append(t.Normalize, n.Value)
	}
	for _, f := range t.spec.Filters {
		out := &IDFilter{Span: f.Span, Exclude: strings.EqualFold(f.Type.Value, "exclude")}
		switch {
		case f.Value != nil:
			out.Kind, out.Text = ByValue, f.Value.S
		case f.Regex != nil:
			out.Kind, out.Text = ByRegex, f.Regex.S
			if _, err := regexp.Compile(f.Regex.S); err != nil { // the engine's expressions are those of Go
				b.Diags.Errorf(diag.RRegex, f.Regex.Span(), "the regular expression cannot be read: %s", strings.TrimPrefix(err.Error(), "error parsing regexp: ")).
					WithFix("put a backslash before a character that is meant as it stands")
			}
		case f.SQL != nil:
			out.Kind = BySQL
			set := f.SQL
			b.Text(func() { out.Set = b.valueSet(set, nil, nil) })
		default:
			continue
		}
		t.Filters = append(t.Filters, out)
	}
	t.Filters = append(t.Filters, blocked(t.spec)...)
}

func contains[T comparable](xs []T, x T) bool {
	for _, o := range xs {
		if o == x {
			return true
		}
	}
	return false
}

// declareEntities makes one entity of all that units say of it: a package and the project may each add id types, and the
// project may leave the stitcher to the package.
func (b *Builder) declareEntities() {
	b.eachUnit(func() {
		for _, s := range b.unit.spec.Entities {
			if s.Name.Value == "" {
				continue
			}
			if e := b.Entity(s.Name.Value); e == nil {
				b.declareEntity(s)
			} else if e.unit != b.unit { // within one project the loader has said so
				b.mergeEntity(e, s)
			}
		}
	})
	for _, e := range b.Entities {
		if len(e.IDTypes) == 0 && !e.Root.Broken {
			b.Diags.Errorf(diag.REntityWithoutIDTypes, e.Span, "entity %s has no id_types", e.Name).
				WithFix("list the id types that identify it: id_types: [...]")
			e.Root.Broken = true
		}
	}
}

func (b *Builder) declareEntity(s *spec.Entity) {
	e := &Entity{Name: s.Name.Value, Span: s.Name.Span, Description: s.Description.Value, spec: s, unit: b.unit,
		IDColumn: s.IDColumnName.Value}
	if e.IDColumn == "" {
		e.IDColumn = e.Name + "_main_id"
	}
	root := &Cohort{Name: "all", Entity: e, Output: AsView}
	root.Address, root.Span = addr.RootCohort(e.Name), e.Span
	e.Root = root
	b.entityTypes(e, s)
	b.Entities = append(b.Entities, e)
	b.Cohorts = append(b.Cohorts, root)
	b.Add(root)
}

// mergeEntity lets a later unit (the project after its packages) add to an entity and overrule what it says.
func (b *Builder) mergeEntity(e *Entity, s *spec.Entity) {
	old := e.spec
	merged := *s
	if e.stitcherUnit == nil {
		e.stitcherUnit = e.unit
	}
	if merged.IDStitcher.Value == "" {
		merged.IDStitcher = old.IDStitcher
	} else {
		e.stitcherUnit = b.unit
	}
	if merged.FeatureViews == nil {
		merged.FeatureViews = old.FeatureViews
	}
	if merged.DefaultIDStitcher == nil {
		merged.DefaultIDStitcher = old.DefaultIDStitcher
	}
	if s.IDColumnName.Value != "" {
		e.IDColumn = s.IDColumnName.Value
	}
	if s.Description.Value != "" {
		e.Description = s.Description.Value
	}
	e.spec, e.unit, e.Span, e.Root.Span = &merged, b.unit, s.Name.Span, s.Name.Span
	b.entityTypes(e, s)
}

func (b *Builder) entityTypes(e *Entity, s *spec.Entity) {
	for _, n := range s.IDTypes {
		if n.Value == "main_id" || n.Value == "rudder_id" || slices.Contains(b.unit.spec.MainIDTypes, n.Value) {
			continue // a placeholder of old projects: the main id is no id type
		}
		t := b.idTypeNamed(n)
		if t == nil {
			b.Diags.Errorf(diag.RUnknownIDType, n.Span, "no id type %q for entity %s", n.Value, e.Name).
				WithFix("%s", orElse(didYouMean(n.Value, b.idTypeNames()), "declare it under id_types in pb_project.yaml"))
			e.Root.Broken = true
			continue
		}
		if !e.HasType(t) {
			e.IDTypes = append(e.IDTypes, t)
		}
	}
}

func (b *Builder) declareMacros() {
	var macros []template.Macro
	for _, u := range b.units { // macros are global; the project's own come last and win
		seen := map[string]bool{}
		for _, m := range u.spec.Macros {
			if seen[m.Name.Value] {
				continue // the loader has said so
			}
			seen[m.Name.Value] = true
			t := template.Macro{Name: m.Name.Value, Body: m.Value, Span: m.Name.Span}
			for _, in := range m.Inputs {
				t.Inputs = append(t.Inputs, in.Value)
			}
			macros = append(macros, t)
		}
	}
	var diags diag.List
	b.compiled, diags = template.CompileMacros(macros)
	b.Diags.Add(diags)
}

func (b *Builder) declareModels() {
	types := map[string]Type{}
	var names []string
	for _, t := range b.opt.Types {
		types[t.Name()] = t
		names = append(names, t.Name())
	}
	for _, m := range b.unit.spec.Models {
		if m.Name.Value == "" || m.Type.Value == "" {
			continue
		}
		t := types[m.Type.Value]
		near := diag.Nearest(m.Type.Value, names)
		switch {
		case t != nil:
			t.Declare(b, m)
		case near == "":
			b.declareUnknown(m, names)
		default:
			b.Diags.Errorf(diag.RUnknownModelType, m.Type.Span, "no model type %q", m.Type.Value).WithFix("did you mean %q?", near)
		}
	}
}

// EntityNamed resolves an entity_key; nil after saying what is wrong.
func (b *Builder) EntityNamed(name source.At[string]) *Entity {
	if e := b.Entity(name.Value); e != nil || name.Value == "" {
		return e // that it is missing, the decoder has said
	}
	var names []string
	for _, e := range b.Entities {
		names = append(names, e.Name)
	}
	b.Diags.Errorf(diag.RUnknownEntity, name.Span, "no entity %q", name.Value).
		WithFix("%s", orElse(didYouMean(name.Value, names), "declare it under entities in pb_project.yaml"))
	return nil
}

// idTypeNamed resolves the name of an id type; nil if there is none. Case does not matter where no other type has the very name
// (observed.md section 1), but the graph holds names as they are declared, so queries have to write them that way: a warning.
func (b *Builder) idTypeNamed(name source.At[string]) *IDType {
	if t := b.IDType(name.Value); t != nil {
		return t
	}
	for _, t := range b.IDTypes {
		if strings.EqualFold(t.Name, name.Value) {
			b.Diags.Warnf(diag.RUnknownIDType, name.Span, "id type %q is declared as %q, which is what the graph says", name.Value, t.Name).
				WithAlso(t.Span, "declared here").WithFix("write %s", t.Name)
			return t
		}
	}
	return nil
}

// CohortAt resolves entity_key or entity_cohort; nil after saying what is wrong. Call it from Later or after.
func (b *Builder) CohortAt(key, cohort source.At[string]) *Cohort {
	if cohort.Value == "" {
		if key.Value == "" {
			return nil
		}
		if e := b.EntityNamed(key); e != nil {
			return e.Root
		}
		return nil
	}
	n, child, ok := b.Find(cohort.Value)
	if c, isCohort := n.(*Cohort); ok && isCohort && child == "" {
		return c
	}
	if ok {
		b.Diags.Errorf(diag.RWrongKind, cohort.Span, "%q is not a cohort", cohort.Value).
			WithAlso(n.Base().Span, "%s is declared here", n.Addr()).WithFix("name a cohort: <entity>/all or models/<cohort>")
		return nil
	}
	b.unknownPath(cohort, "cohort", func(n Node) bool { _, is := n.(*Cohort); return is })
	return nil
}

// SourceAt resolves the from of a var or edge source; nil after saying what is wrong.
func (b *Builder) SourceAt(path source.At[string]) Source {
	n, child, ok := b.Find(path.Value)
	if !ok {
		b.unknownPath(path, "input or model", func(n Node) bool { _, is := n.(Source); return is })
		return nil
	}
	s, is := n.(Source)
	if !is || (child != "" && child != ChildVarTable) {
		b.Diags.Errorf(diag.RWrongKind, path.Span, "rows cannot be read from %q", path.Value).
			WithAlso(n.Base().Span, "%s is declared here", n.Addr()).
			WithFix("name an input, an SQL model or a stitcher")
		return nil
	}
	return s
}

// unknownPath says that a path names nothing, with the nearest one of the kind wanted.
func (b *Builder) unknownPath(path source.At[string], what string, want func(Node) bool) {
	var near []string
	for _, p := range b.Paths() {
		if n := b.Node(addr.Addr(p)); want == nil || want(n) {
			near = append(near, p)
		}
	}
	if b.Diags.HasErrors() && b.isBrokenModel(path.Value) {
		return // why it is not there has been said
	}
	b.Diags.Errorf(diag.RUnknownPath, path.Span, "no %s %q", what, path.Value).
		WithFix("%s", orElse(didYouMean(path.Value, near), "see `kith show models` for the paths there are"))
}

// isBrokenModel reports whether a path is that of a model which is written and, for a mistake in it, not in the graph.
func (b *Builder) isBrokenModel(path string) bool {
	for _, u := range b.units {
		for _, m := range u.spec.Models {
			if a := addr.Addr(u.prefix) + addr.Model(m.Name.Value); a.Key() == normalPath(path) && b.byKey[a.Key()] == nil {
				return true
			}
		}
	}
	return false
}

func (b *Builder) idTypeNames() []string {
	var out []string
	for _, t := range b.IDTypes {
		out = append(out, t.Name)
	}
	return out
}

func didYouMean(name string, candidates []string) string {
	if n := diag.Nearest(name, candidates); n != "" {
		return "did you mean \"" + n + "\"?"
	}
	return ""
}

func orElse(s, other string) string {
	if s != "" {
		return s
	}
	return other
}
