// Package project opens a project and takes it through the rooms: from files to a graph, to a plan, to statements, to a run.
// Commands are thin readers of what it returns.
package project

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"kith/internal/catalog"
	"kith/internal/diag"
	"kith/internal/dialect"
	"kith/internal/lower"
	"kith/internal/model"
	"kith/internal/packages"
	"kith/internal/plan"
	"kith/internal/rel"
	"kith/internal/run"
	"kith/internal/spec"
	"kith/internal/sqltext"
	"kith/internal/sqltext/portable"
)

// Leaves are what is chosen under cmd: the parts that link drivers and know one engine.
type Leaves struct {
	// Parser returns the parser of user SQL, keeping what it read in cacheDir.
	Parser func(cacheDir string) Parser
	// Dialects are the dialects that can be printed, the first being that of the embedded warehouse.
	Dialects []dialect.Dialect
	// Warehouses are the types of warehouse that can be opened.
	Warehouses []Warehouse
	// Types are the model types.
	Types []model.Type
	// Version is kith's own.
	Version string
}

// Parser is a sqltext.Parser whose cache is written at Close. One that has the method Discard, too, ends there without writing.
type Parser interface {
	sqltext.Parser
	Close() error
}

// Dialect returns the dialect of a name, nil when there is none.
func (l Leaves) Dialect(name string) dialect.Dialect {
	for _, d := range l.Dialects {
		if d.Name() == name {
			return d
		}
	}
	return nil
}

// Project is a loaded project.
type Project struct {
	Spec   *spec.Project
	Leaves Leaves
	// CacheDir is where parses are kept, in .kith beside the project.
	CacheDir string
}

// Load reads a project's files and those of its packages. root is a folder or a git address, of which a copy is made below
// .kith/projects of the working folder; the end of ctx stops what is being fetched and is then the error. With
// errors in the list the project may be nil, and the list also has the mistakes that resolving finds, as far as they do not
// follow from those of the files: all are to be mended at once.
func Load(ctx context.Context, root string, leaves Leaves) (*Project, diag.List, error) {
	var fetched diag.List
	if packages.IsAddress(root) {
		var err error
		if root, fetched, err = packages.Fetch(ctx, root, filepath.Join(".kith", "projects"), packages.Options{CacheDir: cacheDir(".")}); err != nil || fetched.HasErrors() {
			return nil, fetched, err
		}
	}
	s, diags, err := spec.Load(root)
	diags = append(fetched, diags...)
	if err != nil || s == nil {
		return nil, diags, err
	}
	more, err := packages.Load(ctx, s, packages.Options{CacheDir: cacheDir(s.Root)})
	diags.Add(more)
	if err == nil {
		err = ctx.Err() // a package that was being fetched is not to blame
	}
	if err != nil {
		return nil, diags, err
	}
	p := &Project{Spec: s, Leaves: leaves, CacheDir: filepath.Join(s.Root, ".kith", "cache")}
	if diags.HasErrors() {
		diags.Add(p.furtherMistakes(diags))
	}
	return p, diags, nil
}

// cacheDir is where clones of packages are kept: the user's cache, or the project's own when there is none.
func cacheDir(root string) string {
	if dir, err := os.UserCacheDir(); err == nil {
		return filepath.Join(dir, "kith")
	}
	return filepath.Join(root, ".kith", "cache")
}

// Settings are the choices that one compile or run makes.
type Settings struct {
	// Dialect is what is printed.
	Dialect string
	// Written is the dialect that the connection speaks, in which the project's SQL is written unless the project says
	// otherwise; "" when no connection is named, and then the texts tell.
	Written string
	// Env is where objects will live.
	Env dialect.Env
	// Target is the name of the target, for the output folder and the registry.
	Target string
	// SeqNo, BeginTime and EndTime are the context.
	SeqNo              int64
	BeginTime, EndTime time.Time
	// KernelMemory is how many bytes a computation in the process may take; a negative number allows none.
	KernelMemory int64
	// Catalog tells which tables exist and their columns; nil takes every input to exist.
	Catalog catalog.Catalog
	// Describe returns the columns of a query without running it; nil when there is no engine to ask.
	Describe func(sql string) ([]catalog.Column, error)
	Force    bool
	Refs     []string
	// Without are rewrites that are not to be done.
	Without []lower.Rewrite
	// Decisions are what people decided about ids; a compile with a registry fills them in.
	Decisions []model.Decision
}

// bytesPerNode is what the in-process solver needs for an id (see kernel.Components).
const bytesPerNode = 28

// kernelNodes is how many ids the in-process solver may hold: memory for little is not worth a rule of its own, but a negative
// one leaves it nothing.
func kernelNodes(memory int64) int64 {
	if memory < 0 {
		return 0
	}
	return max(memory, 64<<20) / bytesPerNode
}

// Compiled is a project made into statements.
type Compiled struct {
	Project  *Project
	Settings Settings
	Graph    *model.Graph
	Lowered  *lower.Result
	Plan     *run.Plan
	Dialect  dialect.Dialect
	// Facts are what the plan was made of.
	Facts plan.Facts
}

// Resolve makes the graph.
func (p *Project) Resolve(s Settings) (*model.Graph, diag.List, error) {
	d := p.Leaves.Dialect(s.Dialect)
	if d == nil {
		return nil, nil, fmt.Errorf("no dialect %q", s.Dialect)
	}
	written, notes := p.written(s)
	if notes.HasErrors() {
		return &model.Graph{Spec: p.Spec}, notes, nil
	}
	parser := p.Leaves.Parser(p.CacheDir)
	g, diags := p.resolveIn(s, d, parser, written[0].Dialect)
	taken := written[0]
	if misread(diags) { // a guess was wrong if another one reads everything
		for _, w := range written[1:] {
			if other, list := p.resolveIn(s, d, parser, w.Dialect); !list.HasErrors() {
				g, diags, taken = other, list, w
				break
			}
		}
	}
	if taken.Why != "" {
		notes.Notef(diag.SQLDialectGuessed, p.Spec.Connection.Span, "the SQL of this project is taken for that of %s: %s", taken.Dialect, taken.Why).
			WithFix("add dialect: %s (or another one) to pb_project.yaml", taken.Dialect)
	}
	diags = append(notes, diags...)
	p.end(parser, diags)
	return g, diags, nil
}

// resolveIn makes the graph of a project whose SQL is written in a dialect.
func (p *Project) resolveIn(s Settings, d dialect.Dialect, parser Parser, written string) (*model.Graph, diag.List) {
	var salt string
	rewrite := portable.Rewriter(written)
	if s.Dialect != embedded {
		rewrite = nil // text is rewritten for the embedded engine only
	}
	if rewrite != nil {
		salt = written + " " + portable.Version
	}
	return model.Resolve(p.Spec, model.Options{
		Dialect: written, Rewrite: rewrite, HashSalt: salt, TypeName: typeNames(d), EndTime: s.EndTime, BeginTime: s.BeginTime,
		Parser: parser, Types: p.Leaves.Types, Columns: columnsOf(s.Catalog), FileColumns: fileColumns(d, s),
		Decisions: s.Decisions,
	})
}

// misread reports whether there are mistakes that a text has when it is read as one of another dialect.
func misread(l diag.List) bool {
	return slices.ContainsFunc(l, func(d diag.Diagnostic) bool {
		switch d.Code {
		case diag.SQLSyntax, diag.SQLEmpty, diag.SQLColon, diag.SQLFormatModel, diag.SQLDatePart:
			return d.Severity == diag.Error
		}
		return false
	})
}

// end ends a parser. A project with mistakes that has no cache yet gets none: what fails leaves nothing behind.
func (p *Project) end(parser Parser, diags diag.List) {
	if d, ok := parser.(interface{ Discard() error }); ok && diags.HasErrors() && !exists(p.CacheDir) {
		d.Discard()
		return
	}
	parser.Close() // the cache is an optimisation: failing to write it must not fail the compile
}

// embedded is the dialect that SQL of other dialects is rewritten to.
const embedded = "duckdb"

// typeNames answers DataType() in a dialect.
func typeNames(d dialect.Dialect) func(string) string {
	return func(name string) string {
		types := map[string]rel.Type{"text": rel.Text, "string": rel.Text, "varchar": rel.Text, "int": rel.BigInt, "integer": rel.BigInt, "bigint": rel.BigInt,
			"float": rel.Double, "double": rel.Double, "numeric": rel.Double, "bool": rel.Bool, "boolean": rel.Bool, "timestamp": rel.Timestamp, "datetime": rel.Timestamp,
			"date": rel.Date, "json": rel.JSON, "variant": rel.JSON, "object": rel.JSON, "number": rel.Double, "decimal": rel.Double,
			"real": rel.Double, "double precision": rel.Double, "float4": rel.Double, "float8": rel.Double, "bignumeric": rel.Double, "long": rel.BigInt, "smallint": rel.BigInt, "tinyint": rel.BigInt, "char": rel.Text, "character varying": rel.Text, "timestamptz": rel.Timestamp, "super": rel.JSON, "jsonb": rel.JSON, "float64": rel.Double, "int64": rel.BigInt, "timestamp_ntz": rel.Timestamp, "timestamp_ltz": rel.Timestamp, "timestamp_tz": rel.Timestamp}
		t, ok := types[strings.ToLower(strings.TrimSpace(name))]
		if !ok {
			return ""
		}
		return d.Type(t)
	}
}

// columnsOf asks a catalog for the columns of an input's table.
func columnsOf(c catalog.Catalog) func([]model.NamePart) ([]string, bool, error) {
	if c == nil {
		return nil
	}
	return func(parts []model.NamePart) ([]string, bool, error) {
		o := rel.Object{Space: rel.External, Written: true}
		for _, p := range parts {
			o.Parts = append(o.Parts, rel.Ident{Name: p.Name, Quoted: p.Quoted})
		}
		if len(parts) == 1 {
			o.Space = rel.Target
		}
		t, ok, err := c.Table(o)
		if err != nil || !ok {
			return nil, false, err
		}
		var names []string
		for _, col := range t.Columns {
			names = append(names, col.Name)
		}
		return names, true, nil
	}
}

// fileColumns asks the engine for the columns of a data file.
func fileColumns(d dialect.Dialect, s Settings) func(format, path string) ([]string, error) {
	if s.Describe == nil {
		return nil
	}
	return func(format, path string) ([]string, error) {
		text, diags := d.Query(&rel.File{Path: path, Format: format}, s.Env)
		if diags.HasErrors() {
			return nil, nil
		}
		cols, err := s.Describe(text.S)
		var names []string
		for _, c := range cols {
			names = append(names, c.Name)
		}
		return names, err
	}
}

// Compile takes the project to statements. facts tell what is built already. With errors in the list the result is nil.
// Times other than the run's own get the numbers after its own.
func (p *Project) Compile(s Settings, facts plan.Facts) (*Compiled, diag.List, error) {
	return p.compile(s, offline{facts})
}

func (p *Project) compile(s Settings, known past) (*Compiled, diag.List, error) {
	s.EndTime = p.End(s.EndTime)
	var err error
	if s.Decisions, err = known.decisions(s.EndTime); err != nil {
		return nil, nil, err
	}
	g, diags, err := p.Resolve(s)
	if err != nil {
		return nil, diags, err
	}
	d := p.Leaves.Dialect(s.Dialect)
	other := &otherTimes{p: p, s: s, g: g}
	ctx := lower.Context{SeqNo: s.SeqNo, EndTime: s.EndTime, BeginTime: s.BeginTime, KernelNodes: kernelNodes(s.KernelMemory),
		LongestName: dialect.LongestName(d), Sources: Sources(d, s.Catalog), Number: known.number(s), Graph: other.graph(),
		Base: known.base(), Share: share(s.Catalog), Without: s.Without}
	if !s.Force {
		ctx.Have = known.made()
	}
	if diags.HasErrors() {
		diags.Add(p.printMistakes(lower.Lower(g, ctx), d, s, diags))
		return nil, diags, nil
	}
	lowered := lower.Lower(g, ctx)
	diags.Add(other.diags)
	if other.err != nil || diags.HasErrors() {
		return nil, diags, other.err
	}
	for _, st := range lowered.Steps {
		if err := rel.Check(st.Program); err != nil {
			return nil, diags, fmt.Errorf("a defect of kith in %s: %w", st.Addr, err)
		}
	}
	for _, scan := range lowered.Checks {
		if err := scan.Problems(); err != nil {
			return nil, diags, fmt.Errorf("a defect of kith in checks of %s: %w", scan.Step, err)
		}
	}
	if s.Catalog != nil && d.Name() == embedded {
		notes, err := locate(lowered, s.Catalog)
		if err != nil {
			return nil, diags, err
		}
		diags.Add(notes)
	}
	facts, err := known.facts(lowered)
	if err != nil {
		return nil, diags, err
	}
	facts.Rows = inputRows(g, s.Catalog)
	pl, more := plan.Make(lowered, ctx, facts, plan.Options{Force: s.Force, Refs: s.Refs, Project: p.Spec.Name.Value})
	diags.Add(more)
	printed, more := run.Print(pl, d, s.Env)
	diags.Add(more)
	if diags.HasErrors() {
		return nil, diags, nil
	}
	printed.Setup = setup(printed, g.Dialect, s.Dialect)
	return &Compiled{Project: p, Settings: s, Graph: g, Lowered: lowered, Plan: printed, Dialect: d, Facts: facts}, diags, nil
}
