package rel

import (
	"fmt"
	"slices"
	"strings"
)

// Problems are mistakes of ours in a program: what a lowering or a rewrite got wrong, never what a user wrote. Each line
// begins with the path to the place.
type Problems []string

// Error lists the problems, one a line.
func (p Problems) Error() string { return strings.Join(p, "\n") }

// Check verifies that a program has a meaning: names that are bound, aliases and output columns that are unique, aggregates
// where they may stand, holes that are filled. It returns Problems, or nil. Rewrites are checked with it; what passes can
// be printed by every dialect, apart from what an engine lacks.
func Check(p Program) error {
	c := &checker{tables: map[string][]string{}}
	c.program(p)
	if len(c.problems) == 0 {
		return nil
	}
	return c.problems
}

// CheckRel is Check for one relation.
func CheckRel(r Rel) error {
	c := &checker{tables: map[string][]string{}}
	c.rel(r, NewScope(c.tables), nil)
	if len(c.problems) == 0 {
		return nil
	}
	return c.problems
}

type checker struct {
	problems Problems
	path     []string
	// tables are the columns of what the program made so far.
	tables map[string][]string
}

func (c *checker) say(format string, args ...any) {
	c.problems = append(c.problems, strings.Join(append(c.path[:len(c.path):len(c.path)], fmt.Sprintf(format, args...)), ": "))
}

func (c *checker) at(where string, fn func()) {
	c.path = append(c.path, where)
	fn()
	c.path = c.path[:len(c.path)-1]
}

func (c *checker) program(p Program) {
	for i, s := range p {
		c.at(fmt.Sprintf("%d", i), func() { c.stmt(s) })
	}
}

func (c *checker) stmt(s Stmt) {
	switch s := s.(type) {
	case *Let:
		c.at("let "+s.Out.Key(), func() {
			c.object(s.Out)
			c.made(s.Out, c.top(s.Body))
		})
	case *Drop:
		c.at("drop", func() { c.object(s.Object) })
	case *Loop:
		c.at("loop "+s.Name, func() {
			if s.Name == "" || s.Max <= 0 || len(s.Body) == 0 {
				c.say("a loop needs a name, a body and a greatest number of rounds")
			}
			c.program(s.Body)
			c.one(s.Until, "until")
		})
	case *Merge:
		c.at("merge "+s.Into.Key(), func() { c.merge(s) })
	case *Assert:
		c.at("assert", func() {
			if s.Message == "" {
				c.say("no message")
			}
			c.top(s.Query)
		})
	case *Exec:
		c.at("exec", func() {
			if s.SQL == nil {
				c.say("no script")
				return
			}
			c.holes(s.SQL.Holes, len(s.SQL.Holes), NewScope(c.tables), nil)
		})
	case *Kernel:
		c.at("kernel "+s.Name, func() {
			if s.Name == "" || len(s.Columns) == 0 {
				c.say("a kernel needs a name and columns")
			}
			c.object(s.Out)
			for _, r := range s.In {
				c.top(r)
			}
			c.columns(s.Columns)
			c.made(s.Out, columnNames(s.Columns))
		})
	case *Ensure:
		c.at("ensure "+s.Object.Key(), func() {
			c.object(s.Object)
			c.columns(s.Columns)
			if s.Rows == nil {
				return
			}
			if cols := c.top(s.Rows); cols != nil && len(cols) != len(s.Columns) {
				c.say("%d columns for %d", len(cols), len(s.Columns))
			}
		})
	case *AddColumn:
		c.at("add column to "+s.Table.Key(), func() {
			c.object(s.Table)
			c.columns([]Column{s.Column})
		})
	case *Grant:
		c.at("grant on "+s.Object.Key(), func() {
			c.object(s.Object)
			if !slices.Contains(Privileges, s.Privilege) {
				c.say("no privilege %q", s.Privilege)
			}
		})
	case *Lock:
		c.at("lock", func() {
			for _, o := range s.Objects {
				c.object(o)
			}
		})
	case *Rename:
		c.at("rename "+s.Object.Key(), func() {
			c.object(s.Object)
			c.unique([]string{s.To}, "name")
		})
	case *Insert:
		c.at("insert into "+s.Into.Key(), func() {
			c.object(s.Into)
			c.unique(s.Columns, "column")
			if cols := c.top(s.Body); cols != nil && len(cols) != len(s.Columns) {
				c.say("%d columns for %d", len(cols), len(s.Columns))
			}
		})
	case *Delete:
		c.at("delete from "+s.Into.Key(), func() {
			c.object(s.Into)
			if len(s.Where) == 0 {
				c.say("no condition")
			}
			sc := NewScope(c.tables)
			cols, _ := sc.Columns(&Table{Object: s.Into})
			c.exprs(s.Where, sc, &frame{sources: []visible{{"t", cols}}}, place{name: "where"})
		})
	case *Update:
		c.at("update "+s.Into.Key(), func() { c.update(s) })
	case *Choose:
		c.at("choose "+s.Name, func() { c.choose(s) })
	case *Publish:
		c.at("publish", func() { c.publish(s) })
	default:
		c.say("no statement")
	}
}

func (c *checker) update(s *Update) {
	c.object(s.Into)
	sc := NewScope(c.tables)
	cols, _ := sc.Columns(&Table{Object: s.Into})
	f := &frame{sources: []visible{{"t", cols}}}
	var names []string
	var values []Expr
	for _, it := range s.Set {
		names, values = append(names, it.As), append(values, it.Expr)
	}
	if len(names) == 0 {
		c.say("nothing is set")
	}
	c.unique(names, "column")
	c.exprs(values, sc, f, place{name: "set"})
	c.exprs(s.Where, sc, f, place{name: "where"})
}

func (c *checker) merge(s *Merge) {
	c.object(s.Into)
	cols := c.top(s.Body)
	if len(s.Keys) == 0 {
		c.say("no keys")
	}
	c.unique(s.Keys, "key")
	for _, k := range s.Keys {
		if cols != nil && !hasName(cols, k) {
			c.say("key %q is no column of the body", k)
		}
	}
}

func (c *checker) choose(s *Choose) {
	if s.Name == "" || s.Why == "" {
		c.say("a choice needs a name and a rule in words")
	}
	if len(s.Options) == 0 {
		c.say("no options")
		return
	}
	if s.Fact != nil {
		c.one(s.Fact, "fact")
	}
	for i, o := range s.Options {
		if o.AtMost >= 0 && s.Fact == nil {
			c.say("option %q compares a fact that is not there", o.Name)
		}
		if i == len(s.Options)-1 && (o.AtMost >= 0 || o.Needs != "") {
			c.say("the last option %q has a condition", o.Name)
		}
		c.at(o.Name, func() { c.program(o.Body) })
	}
}

func (c *checker) publish(s *Publish) {
	var names []string
	for _, v := range s.Views {
		names = append(names, v.Name)
		c.at(v.Name, func() { c.top(v.Body) })
	}
	c.unique(names, "published name")
}

// made remembers the columns of an object, nil when they are not known.
func (c *checker) made(o Object, cols []string) {
	if cols == nil {
		delete(c.tables, o.Key())
		return
	}
	c.tables[o.Key()] = cols
}

func (c *checker) object(o Object) {
	if len(o.Parts) == 0 || len(o.Parts) > 3 || len(o.Parts) > 1 && o.Space != External {
		c.say("an object of space %s has %d names", o.Space, len(o.Parts))
	}
	for _, p := range o.Parts {
		if p.Name == "" {
			c.say("an object has an empty name")
		}
	}
}

func (c *checker) columns(cols []Column) {
	names := columnNames(cols)
	c.unique(names, "column")
}

func columnNames(cols []Column) []string {
	names := []string{}
	for _, col := range cols {
		names = append(names, col.Name)
	}
	return names
}

// unique says which names are empty or stand twice. Letter case does not tell names apart: it does not on every engine.
func (c *checker) unique(names []string, what string) {
	seen := map[string]bool{}
	for _, n := range names {
		low := strings.ToLower(n)
		switch {
		case n == "":
			c.say("empty %s", what)
		case seen[low]:
			c.say("%s %q stands twice", what, n)
		}
		seen[low] = true
	}
}

// top checks a relation that nothing encloses and returns its columns, nil when they are not known.
func (c *checker) top(r Rel) []string {
	sc := NewScope(c.tables)
	c.rel(r, sc, nil)
	if cols, ok := sc.Columns(r); ok {
		return cols
	}
	return nil
}

// one checks a relation that must have one column.
func (c *checker) one(r Rel, what string) {
	c.at(what, func() {
		if cols := c.top(r); cols != nil && len(cols) != 1 {
			c.say("%d columns where one value is asked for", len(cols))
		}
	})
}

func hasName(names []string, name string) bool {
	for _, n := range names {
		if strings.EqualFold(n, name) {
			return true
		}
	}
	return false
}
