package lineage

import (
	"strings"

	"kith/internal/rel"
)

// Table is what a program makes, with where it comes from.
type Table struct {
	Out     rel.Object
	Columns []Column
	// Open tells that there are columns that cannot be named without asking the warehouse.
	Open bool
	// Rows are what decides which rows there are: joins, filters, groups.
	Rows []Input
	// Reads are the datasets that the program reads, in the order of first mention.
	Reads []Dataset
}

// Column is a column of a Table. Inputs is empty for a constant, and for what cannot be told: then Known is false.
type Column struct {
	Name   string
	Inputs []Input
	Known  bool
}

// Column returns a column by its name, ok false when there is none.
func (t *Table) Column(name string) (Column, bool) {
	for _, c := range t.Columns {
		if strings.EqualFold(c.Name, name) {
			return c, true
		}
	}
	return Column{}, false
}

// Graph is what a row of programs makes, each of which may read what those before it made.
type Graph struct {
	// Catalog gives the columns of an object that no program made; nil, or nothing returned, when they are not known.
	Catalog func(rel.Object) []string
	tables  map[string]*Table
}

// Add follows a program. The objects that stay are asked for by Table afterwards.
func (g *Graph) Add(p rel.Program) {
	if g.tables == nil {
		g.tables = map[string]*Table{}
	}
	t := &tracer{graph: g, made: map[string]*shape{}}
	t.program(p)
	reads := t.reads(p)
	for _, o := range rel.Makes(p) {
		s := t.made[o.Key()]
		if s == nil {
			continue
		}
		out := &Table{Out: o, Open: s.rest != nil, Rows: s.rows.sorted(), Reads: reads}
		for _, c := range s.columns {
			out.Columns = append(out.Columns, Column{Name: c.name, Inputs: c.from.sorted(), Known: c.from != nil})
		}
		g.tables[o.Key()] = out
	}
}

// Table returns what was made under a name, nil when nothing was.
func (g *Graph) Table(o rel.Object) *Table { return g.tables[o.Key()] }

func (g *Graph) columns(o rel.Object) []string {
	if t := g.tables[o.Key()]; t != nil {
		if t.Open {
			return nil
		}
		var names []string
		for _, c := range t.Columns {
			names = append(names, c.Name)
		}
		return names
	}
	if g.Catalog != nil {
		return g.Catalog(o)
	}
	return nil
}

// Trace follows a column back through what the programs made, to datasets that none of them made or that stop holds for. Columns
// that decide which rows there are, are followed only as far as they decide about this column alone.
func (g *Graph) Trace(o rel.Object, name string, stop func(Dataset) bool) []Input {
	out := set{}
	g.trace(Dataset{Object: o}, name, Identity, stop, out, map[string]bool{})
	return out.sorted()
}

func (g *Graph) trace(d Dataset, name string, use Use, stop func(Dataset) bool, out set, seen map[string]bool) {
	key := d.Key() + "\x00" + strings.ToLower(name) + "\x00" + use.Type + use.Subtype
	if seen[key] {
		return
	}
	seen[key] = true
	t := g.tables[d.Key()]
	if t == nil || d.File != "" {
		out.add(d, name, use)
		return
	}
	c, ok := t.Column(name)
	if !ok && t.Open && len(t.Reads) == 1 { // a star over a table that nobody described
		c, ok = Column{Inputs: []Input{{Dataset: t.Reads[0], Column: name, Uses: []Use{Identity}}}, Known: true}, true
	}
	if !ok || !c.Known {
		out.add(d, name, use)
		return
	}
	for _, in := range c.Inputs {
		for _, u := range in.Uses {
			through := through(u, use)
			if stop != nil && stop(in.Dataset) {
				out.add(in.Dataset, in.Column, through)
				continue
			}
			g.trace(in.Dataset, in.Column, through, stop, out, seen)
		}
	}
}

// tracer follows one program.
type tracer struct {
	graph *Graph
	made  map[string]*shape
}

func (t *tracer) root() *scope { return &scope{t: t, names: map[string]*shape{}} }

func (t *tracer) table(o rel.Object) *shape {
	if s := t.made[o.Key()]; s != nil {
		return s
	}
	return whole(Dataset{Object: o}, t.graph.columns(o))
}

func (t *tracer) program(p rel.Program) {
	for _, s := range p {
		t.stmt(s)
	}
}

func (t *tracer) stmt(s rel.Stmt) {
	switch s := s.(type) {
	case *rel.Let:
		t.made[s.Out.Key()] = t.root().relation(s.Body)
	case *rel.Loop:
		t.program(s.Body)
	case *rel.Merge:
		t.append(s.Into, t.root().relation(s.Body))
	case *rel.Insert:
		body := t.root().relation(s.Body)
		for i := range body.columns {
			if i < len(s.Columns) {
				body.columns[i].name = s.Columns[i]
			}
		}
		t.append(s.Into, body)
	case *rel.Ensure:
		if t.made[s.Object.Key()] == nil {
			sh := &shape{rows: set{}}
			for _, c := range s.Columns {
				sh.add(c.Name, set{})
			}
			t.made[s.Object.Key()] = sh
		}
	case *rel.Exec:
		for _, o := range s.Writes {
			if t.made[o.Key()] == nil {
				t.made[o.Key()] = &shape{rows: set{}}
			}
		}
	case *rel.Kernel:
		t.kernel(s)
	case *rel.Choose: // all options make the same; the first is how it is commonly done
		if len(s.Options) > 0 {
			t.program(s.Options[0].Body)
		}
	case *rel.Publish:
		for _, v := range s.Views {
			t.made[rel.Named(rel.Target, v.Name).Key()] = t.root().relation(v.Body)
		}
	}
}

// append puts rows below those that are there.
func (t *tracer) append(o rel.Object, more *shape) {
	old := t.table(o)
	out := &shape{rows: union(old.rows, more.rows), rest: old.rest}
	for _, c := range old.columns {
		from := union(c.from)
		if m, ok := more.find(c.name); ok {
			from.take(m)
		}
		out.add(c.name, from)
	}
	for _, c := range more.columns {
		if !out.has(c.name) {
			out.add(c.name, c.from)
		}
	}
	t.made[o.Key()] = out
}

// kernel is a computation in the process: each column of its result depends on all columns it reads.
func (t *tracer) kernel(k *rel.Kernel) {
	from, rows := set{}, set{}
	for _, r := range k.In {
		s := t.root().relation(r)
		from.take(everything(s).as(Transformation))
		rows.take(s.rows)
	}
	out := &shape{rows: rows}
	for _, c := range k.Columns {
		out.add(c.Name, from)
	}
	t.made[k.Out.Key()] = out
}

// reads are what a program reads and does not make, files too.
func (t *tracer) reads(p rel.Program) []Dataset {
	var out []Dataset
	for _, o := range rel.Reads(p) {
		out = append(out, Dataset{Object: o})
	}
	seen := map[string]bool{}
	v := rel.Visitor{Rel: func(r rel.Rel) bool {
		if f, ok := r.(*rel.File); ok && !seen[f.Path] {
			seen[f.Path] = true
			out = append(out, Dataset{File: f.Path})
		}
		return true
	}}
	v.Program(p)
	return out
}
