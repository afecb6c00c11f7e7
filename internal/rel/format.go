package rel

import (
	"sort"
	"strconv"
	"strings"
)

// Format writes a program as an indented tree for people and goldens. It is not SQL and no engine reads it; equal programs
// give equal text.
func Format(p Program) string {
	f := &formatter{}
	f.program(p)
	return f.b.String()
}

// FormatRel is Format for one relation.
func FormatRel(r Rel) string {
	f := &formatter{}
	f.rel(r)
	return f.b.String()
}

type formatter struct {
	b      strings.Builder
	indent int
}

// line writes one line made of words, blanks between them; empty words are left out.
func (f *formatter) line(words ...string) {
	f.b.WriteString(strings.Repeat("  ", f.indent))
	first := true
	for _, w := range words {
		if w == "" {
			continue
		}
		if !first {
			f.b.WriteByte(' ')
		}
		first = false
		f.b.WriteString(w)
	}
	f.b.WriteByte('\n')
}

func (f *formatter) in(fn func()) {
	f.indent++
	fn()
	f.indent--
}

func (f *formatter) program(p Program) {
	for _, s := range p {
		f.stmt(s)
	}
}

func (f *formatter) stmt(s Stmt) {
	switch s := s.(type) {
	case *Let:
		kind := "table"
		if s.Kind == MakeView {
			kind = "view"
		}
		f.line("let", kind, s.Out.Key())
		f.in(func() {
			f.comments(s.Comment, s.ColumnComments)
			if s.PassKey != nil {
				f.line("in passes by", FormatExpr(s.PassKey), "when memory is short")
			}
			f.rel(s.Body)
		})
	case *Drop:
		f.line("drop", s.Object.Key())
	case *Loop:
		f.line("loop", s.Name, "at most", strconv.Itoa(s.Max))
		f.in(func() {
			f.program(s.Body)
			f.line("until")
			f.in(func() { f.rel(s.Until) })
		})
	case *Merge:
		f.line("merge into", s.Into.Key(), "by", names(s.Keys))
		f.in(func() { f.rel(s.Body) })
	case *Assert:
		f.line("assert", strconv.Quote(s.Message))
		f.in(func() { f.rel(s.Query) })
	case *Exec:
		f.line("exec")
		f.in(func() {
			for _, o := range s.Reads {
				f.line("reads", o.Key())
			}
			for _, o := range s.Writes {
				f.line("writes", o.Key())
			}
			f.rel(s.SQL)
		})
	case *Kernel:
		f.line("kernel", s.Name, "makes", s.Out.Key(), columns(s.Columns))
		f.in(func() {
			for _, r := range s.In {
				f.rel(r)
			}
		})
	case *Ensure:
		f.line("ensure", s.Object.Key(), columns(s.Columns))
		if s.Rows != nil {
			f.in(func() { f.rel(s.Rows) })
		}
	case *AddColumn:
		f.line("add column to", s.Table.Key(), columns([]Column{s.Column}), s.Type)
	case *Grant:
		to, option := "everybody", ""
		if s.To != "" {
			to = name(s.To)
		}
		if s.Option {
			option = "to grant on"
		}
		f.line("grant", s.Privilege, "on", s.Object.Key(), "to", to, option)
	case *Lock:
		f.line("lock")
		f.in(func() {
			for _, o := range s.Objects {
				f.line(o.Key())
			}
		})
	case *Rename:
		f.line("rename", s.Object.Key(), "to", name(s.To))
	case *Update:
		guard := ""
		if s.Guard {
			guard = "exactly one row"
		}
		f.line("update", s.Into.Key(), guard)
		f.in(func() {
			for _, it := range s.Set {
				f.line("set", name(it.As), FormatExpr(it.Expr))
			}
			f.each("where", s.Where)
		})
	case *Insert:
		f.line("insert into", s.Into.Key(), names(s.Columns))
		f.in(func() { f.rel(s.Body) })
	case *Delete:
		f.line("delete from", s.Into.Key())
		f.in(func() {
			f.each("where", s.Where)
		})
	case *Choose:
		f.choose(s)
	case *Publish:
		f.line("publish")
		f.in(func() {
			for _, v := range s.Views {
				kind := "view"
				if v.Table {
					kind = "table"
				}
				if v.Grows {
					kind = "grown view"
				}
				f.line(kind, name(v.Name))
				f.in(func() { f.comments(v.Comment, v.ColumnComments); f.rel(v.Body) })
			}
		})
	default:
		f.line("no statement")
	}
}

func (f *formatter) comments(comment string, cols map[string]string) {
	if comment != "" {
		f.line("comment", strconv.Quote(comment))
	}
	for _, c := range SortedKeys(cols) {
		f.line("comment on", name(c), strconv.Quote(cols[c]))
	}
}

func (f *formatter) choose(s *Choose) {
	f.line("choose", s.Name, strconv.Quote(s.Why))
	f.in(func() {
		if s.Fact != nil {
			f.line("fact")
			f.in(func() { f.rel(s.Fact) })
		}
		for _, o := range s.Options {
			rule, needs := "otherwise", ""
			if o.AtMost >= 0 {
				rule = "at most " + strconv.FormatInt(o.AtMost, 10)
			}
			if o.Needs != "" {
				needs = "needs " + o.Needs
			}
			f.line("option", o.Name, rule, needs)
			f.in(func() { f.program(o.Body) })
		}
	})
}

func (f *formatter) rel(r Rel) {
	switch r := r.(type) {
	case *Table:
		f.line("table", r.Object.Key())
	case *Name:
		f.line("name", name(r.Name))
	case *File:
		f.line("file", r.Format, strconv.Quote(r.Path))
	case *Select:
		f.sel(r)
	case *Union:
		all := ""
		if r.All {
			all = "all"
		}
		f.line("union", all)
		f.in(func() {
			for _, a := range r.Rels {
				f.rel(a)
			}
		})
	case *Values:
		f.line("values", columns(r.Columns))
		f.in(func() {
			for _, row := range r.Rows {
				f.line("row", exprs(row))
			}
		})
	case *With:
		f.line("with")
		f.in(func() {
			for _, c := range r.CTEs {
				mat := ""
				if c.Materialized {
					mat = "materialized"
				}
				f.line(name(c.Name), mat)
				f.in(func() { f.rel(c.Rel) })
			}
		})
		f.rel(r.Body)
	case *UserQuery:
		if r == nil {
			f.line("no query")
			return
		}
		f.line("query", treeText(r.Tree))
		f.in(func() { f.holes(r.Holes) })
	default:
		f.line("no relation")
	}
}

// holes writes a line for each hole, relations below it.
func (f *formatter) holes(holes []Expr) {
	for i, h := range holes {
		if re, ok := h.(*RelExpr); ok {
			f.line("hole", strconv.Itoa(i))
			f.in(func() { f.rel(re.Rel) })
			continue
		}
		f.line("hole", strconv.Itoa(i), FormatExpr(h))
	}
}

func (f *formatter) sel(r *Select) {
	distinct := ""
	if r.Distinct {
		distinct = "distinct"
	}
	f.line("select", distinct)
	f.in(func() {
		if r.From.Rel != nil {
			f.source("from", r.From, nil)
		}
		for _, j := range r.Joins {
			f.source([...]string{"join", "left join", "cross join", "semi join", "anti join"}[j.Kind], j.Source, j.On)
		}
		f.each("where", r.Where)
		f.each("group by", r.GroupBy)
		f.each("having", r.Having)
		for _, it := range r.Items {
			f.line("item", item(it))
		}
		for _, o := range r.OrderBy {
			f.line("order by", order(o))
		}
		if r.Limit > 0 {
			f.line("limit", strconv.FormatInt(r.Limit, 10))
		}
	})
}

func (f *formatter) source(word string, s Source, on []Expr) {
	as := ""
	if s.Alias != "" {
		as = "as " + name(s.Alias)
	}
	switch r := s.Rel.(type) {
	case *Table:
		f.line(word, r.Object.Key(), as)
	case *Name:
		f.line(word, "name", name(r.Name), as)
	default:
		f.line(word, as)
		f.in(func() { f.rel(s.Rel) })
	}
	f.in(func() { f.each("on", on) })
}

func (f *formatter) each(word string, xs []Expr) {
	for _, x := range xs {
		f.line(word, FormatExpr(x))
	}
}

func item(it Item) string {
	if !it.Star {
		if n := it.As; n != "" {
			return name(n) + " := " + FormatExpr(it.Expr)
		}
		return FormatExpr(it.Expr)
	}
	s := "*"
	if it.Of != "" {
		s = name(it.Of) + ".*"
	}
	if len(it.Except) > 0 {
		s += " except " + names(it.Except)
	}
	return s
}

func columns(cs []Column) string {
	var parts []string
	for _, c := range cs {
		parts = append(parts, name(c.Name)+" "+c.Type.String())
	}
	return "(" + strings.Join(parts, ", ") + ")"
}

// String is the type's word in formatted programs.
func (t Type) String() string {
	return [...]string{"unknown", "text", "bigint", "double", "bool", "timestamp", "date", "json"}[t]
}

// SortedKeys are the keys of a map in byte order, for writing maps the same way every time.
func SortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}
