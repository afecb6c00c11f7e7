package lineage

import (
	"strings"

	"kith/internal/rel"
	"kith/internal/sqltext"
)

// shape is what is known of a relation: its columns with what they are made of.
type shape struct {
	columns []column
	// rest gives a column that is not among columns; nil when there are no others. known is false when some cannot be told.
	rest func(name string) set
	// rows are what decides which rows there are.
	rows set
}

type column struct {
	name string
	from set
}

func (s *shape) add(name string, from set) { s.columns = append(s.columns, column{name, from}) }

// find returns what a column is made of; ok is false when the relation certainly has none of that name.
func (s *shape) find(name string) (set, bool) {
	for _, c := range s.columns {
		if strings.EqualFold(c.name, name) {
			return c.from, true
		}
	}
	if s.rest != nil {
		return s.rest(name), true
	}
	return nil, false
}

// has reports whether a column of that name is listed.
func (s *shape) has(name string) bool {
	for _, c := range s.columns {
		if strings.EqualFold(c.name, name) {
			return true
		}
	}
	return false
}

// whole is the shape of a dataset that nothing here made.
func whole(d Dataset, columns []string) *shape {
	s := &shape{rows: set{}}
	one := func(name string) set {
		out := set{}
		out.add(d, name, Identity)
		return out
	}
	for _, c := range columns {
		s.add(c, one(c))
	}
	if len(columns) == 0 {
		s.rest = one
	}
	return s
}

// scope is where the names of a query are looked up.
type scope struct {
	t      *tracer
	outer  *scope
	names  map[string]*shape // common table expressions
	alias  []string
	shapes []*shape // by alias
}

func (sc *scope) inner() *scope { return &scope{t: sc.t, outer: sc, names: map[string]*shape{}} }

func (sc *scope) named(name string) *shape {
	for s := sc; s != nil; s = s.outer {
		if sh := s.names[name]; sh != nil {
			return sh
		}
	}
	return nil
}

func (sc *scope) source(alias string, s *shape) {
	sc.alias, sc.shapes = append(sc.alias, alias), append(sc.shapes, s)
}

// of is the source of an alias, nil when there is none.
func (sc *scope) of(alias string) *shape {
	for i, a := range sc.alias {
		if strings.EqualFold(a, alias) {
			return sc.shapes[i]
		}
	}
	if sc.outer != nil {
		return sc.outer.of(alias)
	}
	return nil
}

// column looks a column up: in the source of an alias, else in the one that lists it, else in the only one that may have it.
func (sc *scope) column(of, name string) set {
	if of != "" {
		if s := sc.of(of); s != nil {
			found, _ := s.find(name)
			return found
		}
		return nil
	}
	var open []*shape
	for _, s := range sc.shapes {
		if s.has(name) {
			found, _ := s.find(name)
			return found
		}
		if s.rest != nil {
			open = append(open, s)
		}
	}
	switch {
	case len(open) == 1:
		return open[0].rest(name)
	case len(open) == 0 && sc.outer != nil:
		return sc.outer.column(of, name)
	}
	return nil
}

// relation is the shape of a relation.
func (sc *scope) relation(r rel.Rel) *shape {
	switch r := r.(type) {
	case *rel.Table:
		return sc.t.table(r.Object)
	case *rel.File:
		return whole(Dataset{File: r.Path}, nil)
	case *rel.Name:
		if s := sc.named(r.Name); s != nil {
			return s
		}
	case *rel.Select:
		return sc.block(r)
	case *rel.Union:
		return sc.unionOf(r)
	case *rel.Values:
		s := &shape{rows: set{}}
		for _, c := range r.Columns {
			s.add(c.Name, set{})
		}
		return s
	case *rel.With:
		in := sc.inner()
		for _, c := range r.CTEs {
			in.names[c.Name] = in.relation(c.Rel)
		}
		return in.relation(r.Body)
	case *rel.UserQuery:
		return sc.userQuery(r)
	}
	return &shape{rows: set{}}
}

func (sc *scope) unionOf(r *rel.Union) *shape {
	out := &shape{rows: set{}}
	for i, part := range r.Rels {
		s := sc.relation(part)
		out.rows.take(s.rows)
		for k, c := range s.columns {
			switch {
			case i == 0:
				out.add(c.name, union(c.from))
			case k < len(out.columns):
				out.columns[k].from.take(c.from)
			}
		}
		if s.rest != nil {
			before, more := out.rest, s.rest
			out.rest = func(name string) set {
				if before == nil {
					return more(name)
				}
				return union(before(name), more(name))
			}
		}
	}
	return out
}

func (sc *scope) block(r *rel.Select) *shape {
	in := sc.inner()
	out := &shape{rows: set{}}
	if r.From.Rel != nil {
		s := sc.relation(r.From.Rel)
		in.source(r.From.Alias, s)
		out.rows.take(s.rows)
	}
	for _, j := range r.Joins {
		s := sc.relation(j.Rel)
		in.source(j.Alias, s)
		out.rows.take(s.rows)
	}
	for _, j := range r.Joins {
		out.rows.take(in.all(j.On).as(Joining))
	}
	out.rows.take(in.all(r.Where).as(Filtering))
	out.rows.take(in.all(r.GroupBy).as(Grouping))
	out.rows.take(in.all(r.Having).as(Filtering))
	if r.Limit > 0 {
		out.rows.take(in.orders(r.OrderBy).as(Sorting))
	}
	hidden := map[string]bool{} // sources of semi and anti joins have no columns here
	for _, j := range r.Joins {
		hidden[j.Alias] = j.Kind == rel.Semi || j.Kind == rel.Anti
	}
	for _, it := range r.Items {
		if !it.Star {
			out.add(it.Name(), in.expr(it.Expr))
			continue
		}
		for i, s := range in.shapes {
			if it.Of == "" && !hidden[in.alias[i]] || it.Of != "" && in.alias[i] == it.Of {
				out.star(s, it.Except)
			}
		}
	}
	return out
}

// star adds all columns of a source but some.
func (s *shape) star(from *shape, except []string) {
	out := map[string]bool{}
	for _, e := range except {
		out[strings.ToLower(e)] = true
	}
	for _, c := range from.columns {
		if !out[strings.ToLower(c.name)] {
			s.add(c.name, c.from)
		}
	}
	if from.rest != nil && s.rest == nil {
		s.rest = func(name string) set {
			if out[strings.ToLower(name)] {
				return set{}
			}
			return from.rest(name)
		}
	}
}

// userQuery reads a query that the user wrote, if it is one plain SELECT. Of any other only the names of its columns are known.
func (sc *scope) userQuery(r *rel.UserQuery) *shape {
	out := &shape{rows: set{}}
	b, ok := (*sqltext.Block)(nil), false
	if r.Tree != nil {
		b, ok = r.Tree.Block()
	}
	if !ok {
		if r.Tree != nil {
			for _, name := range r.Tree.Facts.Outputs {
				out.add(name, nil)
			}
		}
		return out
	}
	in := sc.inner()
	for _, t := range b.Tables {
		s, alias := &shape{rows: set{}}, t.Alias
		switch {
		case t.Hole >= 0 && t.Hole < len(r.Holes):
			if h, ok := r.Holes[t.Hole].(*rel.RelExpr); ok {
				s = sc.relation(h.Rel)
			}
		case len(t.Name) > 0:
			o := written(t.Name)
			s = sc.t.table(o)
			if alias == "" {
				alias = o.Name()
			}
		}
		in.source(alias, s)
		out.rows.take(s.rows)
	}
	u := &userText{scope: in, holes: r.Holes}
	for _, c := range b.Clauses {
		if c.Kind == sqltext.OrderClause && !b.Limited {
			continue
		}
		out.rows.take(u.nodes(c.Nodes).as(clauseUses[c.Kind]))
	}
	for _, it := range b.Items {
		if it.Star {
			for i, s := range in.shapes {
				if it.Of == "" || strings.EqualFold(in.alias[i], it.Of) {
					out.star(s, nil)
				}
			}
			continue
		}
		from := u.nodes(it.Nodes)
		if !it.Plain {
			from = from.as(Transformation)
		}
		out.add(it.Name, from)
	}
	return out
}

var clauseUses = map[sqltext.ClauseKind]Use{sqltext.OnClause: Joining, sqltext.WhereClause: Filtering, sqltext.HavingClause: Filtering,
	sqltext.GroupClause: Grouping, sqltext.OrderClause: Sorting}

// written is a table that a user's text names itself. A bare name means the connection's own schema.
func written(parts []string) rel.Object {
	o := rel.Object{Space: rel.External}
	if len(parts) == 1 {
		o.Space = rel.Target
	}
	for _, p := range parts {
		o.Parts = append(o.Parts, rel.Ident{Name: p})
	}
	return o
}
