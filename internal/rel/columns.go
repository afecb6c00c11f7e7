package rel

// Scope tells the columns of relations that stand outside the one being looked at.
type Scope struct {
	outer *Scope
	name  string
	cols  []string
	known bool
	// tables are the columns of tables by Object.Key, shared by all scopes of one program.
	tables map[string][]string
}

// NewScope is the empty scope; tables gives the columns of objects by their Key and may be nil.
func NewScope(tables map[string][]string) *Scope { return &Scope{tables: tables} }

// Bind returns the scope in which name is a common table expression with the columns of r.
func (s *Scope) Bind(name string, r Rel) *Scope {
	cols, ok := s.Columns(r)
	return &Scope{outer: s, name: name, cols: cols, known: ok, tables: s.tables}
}

// Has reports whether a common table expression of that name is in scope.
func (s *Scope) Has(name string) bool { return s.find(name) != nil }

func (s *Scope) find(name string) *Scope {
	for ; s != nil && s.outer != nil; s = s.outer {
		if s.name == name {
			return s
		}
	}
	return nil
}

// Columns returns the names of the columns of a relation in order. ok is false when they cannot be told from the program
// alone (a star over a table nobody described, a user's query with a star, a file).
func (s *Scope) Columns(r Rel) (names []string, ok bool) {
	switch r := r.(type) {
	case *Table:
		names, ok = s.tables[r.Object.Key()]
		return names, ok
	case *Name:
		if b := s.find(r.Name); b != nil {
			return b.cols, b.known
		}
		return nil, false
	case *Select:
		return s.selectColumns(r)
	case *Union:
		if len(r.Rels) == 0 {
			return nil, false
		}
		return s.Columns(r.Rels[0])
	case *Values:
		for _, c := range r.Columns {
			names = append(names, c.Name)
		}
		return names, true
	case *With:
		in := s
		for _, c := range r.CTEs {
			in = in.Bind(c.Name, c.Rel)
		}
		return in.Columns(r.Body)
	case *UserQuery:
		if r.Tree == nil || len(r.Tree.Facts.Outputs) == 0 {
			return nil, false
		}
		return r.Tree.Facts.Outputs, true
	}
	return nil, false
}

func (s *Scope) selectColumns(r *Select) ([]string, bool) {
	var names []string
	for _, it := range r.Items {
		if !it.Star {
			names = append(names, it.Name())
			continue
		}
		cols, ok := s.StarColumns(r, it)
		if !ok {
			return nil, false
		}
		for _, c := range cols {
			names = append(names, c.Name)
		}
	}
	return names, true
}

// StarColumns returns the columns that a star item of r stands for, those of Except left out. Semi and anti joins add none.
func (s *Scope) StarColumns(r *Select, it Item) (cols []Col, ok bool) {
	except := map[string]bool{}
	for _, n := range it.Except {
		except[n] = true
	}
	found := false
	for _, src := range r.Sources() {
		if it.Of != "" && src.Alias != it.Of {
			continue
		}
		found = true
		names, ok := s.Columns(src.Rel)
		if !ok {
			return nil, false
		}
		for _, n := range names {
			if !except[n] {
				cols = append(cols, Col{src.Alias, n})
			}
		}
	}
	return cols, found
}

// Sources are the sources whose columns r sees after its joins: semi and anti joins add none.
func (r *Select) Sources() []Source {
	var out []Source
	if r.From.Rel != nil {
		out = append(out, r.From)
	}
	for _, j := range r.Joins {
		if j.Kind != Semi && j.Kind != Anti {
			out = append(out, j.Source)
		}
	}
	return out
}

// Name is the name of the output column: As, else that of the column it stands for, else "".
func (it Item) Name() string {
	if it.As != "" {
		return it.As
	}
	if c, ok := it.Expr.(*Col); ok {
		return c.Name
	}
	return ""
}
