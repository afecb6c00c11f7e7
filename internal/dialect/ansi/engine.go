// Package ansi is the printer that all dialects share: it walks programs of rel and writes SQL that people can read, one
// clause a line. A dialect is an Engine: a table of what its engine does differently, and a few functions of its own.
package ansi

import (
	"time"

	"kith/internal/diag"
	"kith/internal/dialect"
	"kith/internal/rel"
)

// Engine is what sets one engine apart. Every field is needed unless its comment says otherwise.
type Engine struct {
	Name string
	// Fold is the spelling that the engine gives to a name written without quotes.
	Fold func(name string) string
	// Bare reports whether a name, written without quotes, keeps its spelling and is no keyword in any place.
	Bare func(name string) bool
	// LongestName is the number of bytes the engine keeps of a name, 0 without a limit. Cutting would make two names one.
	LongestName int
	// Types are the engine's names of types.
	Types map[rel.Type]string
	// Fns are the scalar functions, as templates: {0} is an argument between brackets or commas, {0.} an operand that
	// binds tightest, {*} all arguments with commas, {*||} all as operands of ||. A template must read as one operand.
	Fns map[rel.Fn]string
	// Fn prints a function that a template cannot; it returns false to leave it to Fns. May be nil.
	Fn func(w *Writer, f *rel.Func) bool
	// Agg prints an aggregate in a way of the engine's own; it returns false to leave it to the shared form. May be nil.
	Agg func(w *Writer, a *rel.Agg) bool
	// Divide is the template of true division, NULL when the divisor is 0.
	Divide string
	// TempSchema is the schema that temporary objects are read from.
	TempSchema string
	// ScratchCatalog is the database whose main schema has the tables of a run's way; "" for kith's own schema. ScratchWord stands
	// before TABLE where one is made.
	ScratchCatalog, ScratchWord string
	// ReplacesTables tells that CREATE OR REPLACE TABLE exists.
	ReplacesTables bool
	// ReplacesViews tells that CREATE OR REPLACE VIEW accepts any new columns.
	ReplacesViews bool
	// GrowsViews tells that CREATE OR REPLACE VIEW accepts the columns that are there, with more behind them.
	GrowsViews bool
	// SemiJoins tells that SEMI JOIN and ANTI JOIN exist.
	SemiJoins bool
	// StarExcept is the word that takes columns out of a star; "" where there is none and the columns are spelled out.
	StarExcept string
	// IgnoreNulls tells that window functions take IGNORE NULLS between their brackets.
	IgnoreNulls bool
	// HoleAlias tells that a subquery after FROM needs an alias.
	HoleAlias bool
	// NullsLast tells that NULLs come last when a term of ORDER BY does not say, falling too.
	NullsLast bool
	// MergeByName tells that MERGE matches columns by their names.
	MergeByName bool
	// LoadsFiles tells that a run loads files into tables, because the engine reads none that are on this machine.
	LoadsFiles bool
	// ByBytes writes what makes a text before it compare by its bytes, and Collates tells the types (as the catalog names them) that
	// would else compare otherwise. nil where all texts compare by bytes.
	ByBytes  func(w *Writer)
	Collates func(typeName string) bool
	// Prepare are the statements that make what others call, in kith's own schema. They do nothing where that stands. May be nil.
	Prepare []func(w *Writer)
	// Lock are the statements, as templates with the objects in {*}, that take objects for a transaction and give up soon; none
	// where readers need no lock.
	Lock []string
	// File is the table function that reads a file; ok is false where the engine cannot. May be nil.
	File func(w *Writer, f *rel.File) (ok bool)
}

// New makes the dialect of an engine.
func New(e *Engine) dialect.Dialect { return &printer{e} }

type printer struct{ engine *Engine }

func (p *printer) Name() string { return p.engine.Name }

// LongestName is asked for by dialect.LongestName.
func (p *printer) LongestName() int { return p.engine.LongestName }

// Collates is asked for by dialect.Collates.
func (p *printer) Collates(typeName string) bool {
	return p.engine.Collates != nil && p.engine.Collates(typeName)
}

// Prepare is asked for by dialect.Prepare.
func (p *printer) Prepare(env dialect.Env) []dialect.Text {
	var out []dialect.Text
	s := &session{engine: p.engine, env: env}
	for _, write := range p.engine.Prepare {
		out = append(out, s.text(write))
	}
	return out
}

func (p *printer) Type(t rel.Type) string {
	if n, ok := p.engine.Types[t]; ok {
		return n
	}
	return p.engine.Types[rel.Text]
}

func (p *printer) Print(prog rel.Program, env dialect.Env) ([]dialect.Stmt, diag.List) {
	s := &session{engine: p.engine, env: env, tables: map[string][]string{}}
	out := s.program(prog)
	return out, s.diags.Sorted()
}

func (p *printer) Query(r rel.Rel, env dialect.Env) (dialect.Text, diag.List) {
	s := &session{engine: p.engine, env: env, tables: map[string][]string{}}
	t := s.text(func(w *Writer) { w.query(r) })
	return t, s.diags.Sorted()
}

func (p *printer) Object(o rel.Object, env dialect.Env) string {
	s := &session{engine: p.engine, env: env}
	return s.text(func(w *Writer) { w.object(o) }).S
}

func (p *printer) TimeLiteral(t time.Time) string {
	s := &session{engine: p.engine}
	return s.text(func(w *Writer) { w.literal(t) }).S
}

// session is the printing of one program.
type session struct {
	engine *Engine
	env    dialect.Env
	diags  diag.List
	// tables are the columns of tables that the program made, by Object.Key.
	tables map[string][]string
}

// InternalSchema writes kith's own schema and a dot, nothing when it has no name.
func (w *Writer) InternalSchema() { w.schema(w.env.InternalSchema) }

// Env is where objects live.
func (w *Writer) Env() dialect.Env { return w.env }

// text prints one statement.
func (s *session) text(fn func(w *Writer)) dialect.Text {
	w := &Writer{session: s, scope: rel.NewScope(s.tables)}
	fn(w)
	return dialect.Text{S: w.b.String(), Segments: w.segs}
}
