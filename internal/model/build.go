package model

import (
	"maps"
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
	// Parser reads SQL.
	Parser sqltext.Parser
	// Types are the model types there are.
	Types  []Type
	Limits template.Limits
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
			opt:   opt, off: off,
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
	b.declareIDTypes()
	b.declareEntities()
	b.declareMacros()
	b.declareInputs()
	b.declareModels()
	b.run(&b.parents)
	b.declareCollatorsAndDefaults()
	b.declareVarGroups()
	b.declareVarTables()
	b.run(&b.later) // names between nodes
	b.declareViews()
	b.run(&b.texts) // templates, with every node known
	b.parse()
	b.run(&b.checks)
	b.checkColumns()
	b.order()
	b.settleEnabled()
}

// Builder is the work in progress of Resolve. Model types use it to declare nodes.
type Builder struct {
	*Graph
	Diags    diag.List
	opt      Options
	compiled *template.Macros
	// off are the nodes (by key) that take no part, with the reason, as an earlier round found; asked is set when a template
	// wanted to know.
	off     map[string]string
	asked   bool
	parents []func() // after all models are declared
	later   []func() // after all nodes are declared
	texts   []func() // templates
	checks  []func() // after parsing
	queue   []parseJob
}

func (b *Builder) run(fs *[]func()) {
	for i := 0; i < len(*fs); i++ { // a function may append
		(*fs)[i]()
	}
	*fs = nil
}

// Later runs f when every node of the project is declared.
func (b *Builder) Later(f func()) { b.later = append(b.later, f) }

// Text runs f when names are resolved, to render templates.
func (b *Builder) Text(f func()) { b.texts = append(b.texts, f) }

// Check runs f when all texts are parsed.
func (b *Builder) Check(f func()) { b.checks = append(b.checks, f) }

// Add registers a node under its address; a second node of the same address is a diagnostic.
func (b *Builder) Add(n Node) bool {
	k := n.Addr().Key()
	if old := b.byKey[k]; old != nil {
		b.Diags.Errorf(diag.RDuplicate, n.Base().Span, "%s is declared twice", n.Addr()).
			WithAlso(old.Base().Span, "first declared here").WithFix("rename one of them")
		n.Base().Broken = true
		return false
	}
	b.byKey[k] = n
	return true
}

func (b *Builder) declareIDTypes() {
	for _, s := range b.Spec.IDTypes {
		if s.Name.Value == "" || b.IDType(s.Name.Value) != nil {
			continue // the loader has said so
		}
		b.IDTypes = append(b.IDTypes, &IDType{Name: s.Name.Value, Span: s.Name.Span, spec: s})
	}
	for _, t := range b.IDTypes {
		b.resolveFilters(t, nil)
	}
}

// resolveFilters puts inherited filters before own ones. seen guards against a circle of extends.
func (b *Builder) resolveFilters(t *IDType, seen []*IDType) {
	if t.Filters != nil {
		return
	}
	t.Filters = []*IDFilter{}
	if ext := t.spec.Extends; ext.Value != "" && ext.Value != t.Name {
		parent := b.IDType(ext.Value)
		switch {
		case parent == nil:
			b.Diags.Errorf(diag.RUnknownIDType, ext.Span, "no id type %q to extend", ext.Value).
				WithFix("%s", didYouMean(ext.Value, b.idTypeNames()))
		case contains(seen, parent):
			b.Diags.Errorf(diag.RCycle, ext.Span, "id type %q extends itself", t.Name)
		default:
			b.resolveFilters(parent, append(seen, t))
			t.Filters = append(t.Filters, parent.Filters...)
		}
	}
	for _, f := range t.spec.Filters {
		out := &IDFilter{Span: f.Span, Exclude: strings.EqualFold(f.Type.Value, "exclude")}
		switch {
		case f.Value != nil:
			out.Kind, out.Text = ByValue, f.Value.S
		case f.Regex != nil:
			out.Kind, out.Text = ByRegex, f.Regex.S
		case f.SQL != nil:
			out.Kind = BySQL
			set := f.SQL
			b.Text(func() { out.Set = b.valueSet(set, nil, nil) })
		default:
			continue
		}
		t.Filters = append(t.Filters, out)
	}
}

func contains[T comparable](xs []T, x T) bool {
	for _, o := range xs {
		if o == x {
			return true
		}
	}
	return false
}

func (b *Builder) declareEntities() {
	for _, s := range b.Spec.Entities {
		if s.Name.Value == "" || b.Entity(s.Name.Value) != nil {
			continue
		}
		e := &Entity{Name: s.Name.Value, Span: s.Name.Span, Description: s.Description.Value, spec: s,
			IDColumn: s.IDColumnName.Value}
		if e.IDColumn == "" {
			e.IDColumn = e.Name + "_main_id"
		}
		for _, n := range s.IDTypes {
			if n.Value == "main_id" || n.Value == "rudder_id" {
				continue // a placeholder of old projects: the main id is no id type
			}
			t := b.IDType(n.Value)
			if t == nil {
				b.Diags.Errorf(diag.RUnknownIDType, n.Span, "no id type %q for entity %s", n.Value, e.Name).
					WithFix("%s", orElse(didYouMean(n.Value, b.idTypeNames()), "declare it under id_types in pb_project.yaml"))
				continue
			}
			if !e.HasType(t) {
				e.IDTypes = append(e.IDTypes, t)
			}
		}
		if len(s.IDTypes) == 0 {
			b.Diags.Errorf(diag.REntityWithoutIDTypes, s.Name.Span, "entity %s has no id_types", e.Name).
				WithFix("list the id types that identify it: id_types: [...]")
		}
		root := &Cohort{Name: "all", Entity: e, Output: AsView}
		root.Address, root.Span = addr.RootCohort(e.Name), e.Span
		e.Root = root
		b.Entities = append(b.Entities, e)
		b.Cohorts = append(b.Cohorts, root)
		b.Add(root)
	}
}

func (b *Builder) declareMacros() {
	var macros []template.Macro
	for _, m := range b.Spec.Macros {
		t := template.Macro{Name: m.Name.Value, Body: m.Value, Span: m.Name.Span}
		for _, in := range m.Inputs {
			t.Inputs = append(t.Inputs, in.Value)
		}
		macros = append(macros, t)
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
	for _, m := range b.Spec.Models {
		if m.Name.Value == "" || m.Type.Value == "" {
			continue
		}
		t := types[m.Type.Value]
		if t == nil {
			b.Diags.Errorf(diag.RUnknownModelType, m.Type.Span, "no model type %q", m.Type.Value).
				WithFix("%s", orElse(didYouMean(m.Type.Value, names), "the model types are "+strings.Join(names, ", ")))
			continue
		}
		t.Declare(b, m)
	}
}

// EntityNamed resolves an entity_key; nil after saying what is wrong.
func (b *Builder) EntityNamed(name source.At[string]) *Entity {
	if e := b.Entity(name.Value); e != nil {
		return e
	}
	var names []string
	for _, e := range b.Entities {
		names = append(names, e.Name)
	}
	b.Diags.Errorf(diag.RUnknownEntity, name.Span, "no entity %q", name.Value).
		WithFix("%s", orElse(didYouMean(name.Value, names), "declare it under entities in pb_project.yaml"))
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
	b.Diags.Errorf(diag.RUnknownPath, path.Span, "no %s %q", what, path.Value).
		WithFix("%s", orElse(didYouMean(path.Value, near), "see `kith show models` for the paths there are"))
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
