package ansi

import (
	"strconv"
	"strings"

	"kith/internal/diag"
	"kith/internal/rel"
	"kith/internal/source"
)

// query writes a relation as a statement (or the inside of brackets) that returns rows.
func (w *Writer) query(r rel.Rel) {
	switch r := r.(type) {
	case *rel.Select:
		w.sel(r)
	case *rel.Union:
		w.union(r)
	case *rel.Values:
		w.values(r)
	case *rel.With:
		w.with(r)
	case *rel.UserQuery:
		w.userQuery(r)
	default:
		w.Write("SELECT *")
		w.line()
		w.Write("FROM ")
		w.source(rel.Source{Rel: r})
	}
}

// bind makes name known as a common table expression for what follows.
func (w *Writer) bind(name string, r rel.Rel) { w.scope = w.scope.Bind(name, r) }

func (w *Writer) with(r *rel.With) {
	saved := w.scope
	defer func() { w.scope = saved }()
	ctes, body := flatten(r)
	if len(ctes) == 0 {
		w.query(body)
		return
	}
	w.Write("WITH ")
	for i, c := range ctes {
		if i > 0 {
			w.Write(",")
			w.line()
		}
		w.ident(c.Name)
		w.Write(pick(c.Materialized, " AS MATERIALIZED ", " AS "))
		w.block(func() { w.query(c.Rel) })
		w.bind(c.Name, c.Rel)
	}
	w.line()
	switch body.(type) {
	case *rel.With, *rel.UserQuery: // either may begin with a WITH of its own
		w.Write("SELECT *")
		w.line()
		w.Write("FROM ")
		w.block(func() { w.query(body) })
		w.Write(" AS q")
	default:
		w.query(body)
	}
}

// flatten joins the lists of a With and of the Withs that are its body, as long as no name stands twice.
func flatten(r *rel.With) ([]rel.CTE, rel.Rel) {
	ctes := append([]rel.CTE(nil), r.CTEs...)
	seen := map[string]bool{}
	for _, c := range ctes {
		seen[strings.ToLower(c.Name)] = true
	}
	body := r.Body
	for {
		in, ok := body.(*rel.With)
		if !ok {
			return ctes, body
		}
		for _, c := range in.CTEs {
			if seen[strings.ToLower(c.Name)] {
				return ctes, body
			}
		}
		for _, c := range in.CTEs {
			seen[strings.ToLower(c.Name)] = true
			ctes = append(ctes, c)
		}
		body = in.Body
	}
}

func (w *Writer) union(r *rel.Union) {
	if len(r.Rels) == 1 {
		if r.All {
			w.query(r.Rels[0])
			return
		}
		w.sel(&rel.Select{Distinct: true, From: rel.Source{Rel: r.Rels[0], Alias: "q"}, Items: []rel.Item{{Star: true}}})
		return
	}
	for i, a := range r.Rels {
		if i > 0 {
			w.line()
			w.Write(pick(r.All, "UNION ALL", "UNION"))
			w.line()
		}
		if s, ok := a.(*rel.Select); ok && len(s.OrderBy) == 0 && s.Limit == 0 {
			w.sel(s)
			continue
		}
		switch a.(type) {
		case *rel.Table, *rel.Name, *rel.File, *rel.Values:
			w.query(a)
		default:
			w.block(func() { w.query(a) })
		}
	}
}

// values writes a literal relation. Each column is cast outside, so that rows need not agree on literal types.
func (w *Writer) values(r *rel.Values) {
	if len(r.Rows) == 0 {
		w.Write("SELECT")
		w.lines(len(r.Columns), func(i int) { w.typed(r.Columns[i], func() { w.Write("NULL") }) })
		w.line()
		w.Write("WHERE FALSE")
		return
	}
	w.Write("SELECT")
	w.lines(len(r.Columns), func(i int) {
		c := r.Columns[i]
		w.typed(c, func() { w.ident(c.Name) })
	})
	w.line()
	w.Write("FROM (VALUES")
	w.lines(len(r.Rows), func(i int) {
		w.Write("(")
		w.Args(r.Rows[i])
		w.Write(")")
	})
	w.line()
	w.Write(") AS v(")
	w.list(len(r.Columns), func(i int) { w.ident(r.Columns[i].Name) })
	w.Write(")")
}

func (w *Writer) typed(c rel.Column, value func()) {
	if c.Type == rel.Unknown {
		value()
	} else {
		w.Write("CAST(")
		value()
		w.Write(" AS " + w.engine.Types[c.Type] + ")")
	}
	w.Write(" AS ")
	w.ident(c.Name)
}

func (w *Writer) sel(r *rel.Select) {
	w.Write(pick(r.Distinct, "SELECT DISTINCT", "SELECT"))
	items := w.items(r)
	if len(items) == 1 {
		w.Write(" ")
		items[0]()
	} else {
		w.lines(len(items), func(i int) { items[i]() })
	}
	if r.From.Rel != nil {
		w.line()
		w.Write("FROM ")
		w.source(r.From)
	}
	where := []func(){}
	for _, j := range r.Joins {
		if (j.Kind == rel.Semi || j.Kind == rel.Anti) && !w.engine.SemiJoins {
			where = append(where, func() { w.exists(j) })
			continue
		}
		w.join(j)
	}
	for _, c := range r.Where {
		where = append(where, func() { w.cond(c, len(where)) })
	}
	w.conds("WHERE ", where)
	if len(r.GroupBy) > 0 {
		w.line()
		w.Write("GROUP BY ")
		w.list(len(r.GroupBy), func(i int) { w.key(r.GroupBy[i]) })
	}
	w.condExprs("HAVING ", r.Having)
	if len(r.OrderBy) > 0 {
		w.line()
		w.Write("ORDER BY ")
		w.orders(r.OrderBy)
	}
	if r.Limit > 0 {
		w.line()
		w.Write("LIMIT " + strconv.FormatInt(r.Limit, 10))
	}
}

// conds writes a clause of conditions, each further one on a line of its own.
func (w *Writer) conds(word string, conds []func()) {
	for i, c := range conds {
		if i > 0 {
			w.indent++
			w.line()
			w.indent--
			w.Write("AND ")
		} else {
			w.line()
			w.Write(word)
		}
		c()
	}
}

func (w *Writer) condExprs(word string, conds []rel.Expr) {
	var fs []func()
	for _, c := range conds {
		fs = append(fs, func() { w.cond(c, len(conds)) })
	}
	w.conds(word, fs)
}

// cond writes one of n conditions that must all hold.
func (w *Writer) cond(c rel.Expr, n int) {
	if n == 1 {
		w.Arg(c)
		return
	}
	w.expr(c, precAnd)
}

func (w *Writer) join(j rel.Join) {
	w.line()
	w.Write([...]string{"JOIN ", "LEFT JOIN ", "CROSS JOIN ", "SEMI JOIN ", "ANTI JOIN "}[j.Kind])
	w.source(j.Source)
	if len(j.On) == 0 {
		return
	}
	w.Write(" ON ")
	w.ons(j.On)
}

func (w *Writer) ons(on []rel.Expr) {
	for i, c := range on {
		if i > 0 {
			w.Write(" AND ")
		}
		w.cond(c, len(on))
	}
}

// exists writes a semi or anti join as a condition.
func (w *Writer) exists(j rel.Join) {
	w.Write(pick(j.Kind == rel.Anti, "NOT EXISTS ", "EXISTS "))
	w.block(func() {
		w.Write("SELECT 1")
		w.line()
		w.Write("FROM ")
		w.source(j.Source)
		w.condExprs("WHERE ", j.On)
	})
}

// source writes a relation after FROM or JOIN, with its alias.
func (w *Writer) source(s rel.Source) {
	alias := s.Alias
	switch r := s.Rel.(type) {
	case *rel.Table:
		w.userObject(r.Object)
	case *rel.Name:
		w.ident(r.Name)
	case *rel.File:
		w.file(r)
	default:
		w.block(func() { w.query(r) })
		if alias == "" {
			alias = "q" // some engines want an alias on every subquery
		}
	}
	if alias != "" {
		w.Write(" AS ")
		w.ident(alias)
	}
}

func (w *Writer) file(f *rel.File) {
	w.standing(source.Literal("?", f.Span), func() {
		if w.engine.File == nil || !w.engine.File(w, f) {
			w.diags.Errorf(diag.DNoFiles, f.Span, "%s cannot read the file %s", w.engine.Name, f.Path).
				WithFix("load the file into a table and name the table, or run on duckdb")
			w.Write("NULL")
		}
	})
}

func (w *Writer) items(r *rel.Select) []func() {
	var out []func()
	for _, it := range r.Items {
		if !it.Star {
			out = append(out, func() { w.item(it) })
			continue
		}
		if len(it.Except) == 0 || w.engine.StarExcept != "" {
			out = append(out, func() { w.star(it) })
			continue
		}
		cols, ok := w.scope.StarColumns(r, it)
		if !ok {
			at := spanOf(r.From.Rel)
			w.diags.Errorf(diag.DStarExcept, at, "%s cannot take all columns but %s of a relation whose columns are not known", w.engine.Name, strings.Join(it.Except, ", ")).
				WithFix("name the columns that are wanted")
			out = append(out, func() { w.star(rel.Item{Star: true, Of: it.Of}) })
		}
		for _, c := range cols {
			out = append(out, func() { w.column(c.Of, c.Name) })
		}
	}
	return out
}

// spanOf is where the user named a relation, zero when a relation is not one name.
func spanOf(r rel.Rel) source.Span {
	switch r := r.(type) {
	case *rel.Table:
		return r.Object.Span
	case *rel.File:
		return r.Span
	case *rel.UserQuery:
		if r.Tree != nil {
			return r.Tree.Rendered.Text.Span()
		}
	}
	return source.Span{}
}

func (w *Writer) star(it rel.Item) {
	if it.Of != "" {
		w.ident(it.Of)
		w.Write(".")
	}
	w.Write("*")
	if len(it.Except) > 0 {
		w.Write(" " + w.engine.StarExcept + " (")
		w.list(len(it.Except), func(i int) { w.ident(it.Except[i]) })
		w.Write(")")
	}
}

func (w *Writer) item(it rel.Item) {
	w.Arg(it.Expr)
	if c, ok := it.Expr.(*rel.Col); ok && (it.As == "" || it.As == c.Name) {
		return
	}
	if it.As != "" {
		w.Write(" AS ")
		w.ident(it.As)
	}
}

// set writes the single column of a relation without its NULLs, for IN: one NULL would make "not in" true of nothing.
func (w *Writer) set(r rel.Rel) {
	if s, ok := r.(*rel.Select); ok && plainColumn(s) {
		c := *s
		c.Where = append(append([]rel.Expr(nil), s.Where...), rel.NotNull(s.Items[0].Expr))
		w.sel(&c)
		return
	}
	w.Write("SELECT k.v")
	w.line()
	w.Write("FROM ")
	switch r.(type) {
	case *rel.Table, *rel.Name:
		w.source(rel.Source{Rel: r})
	default:
		w.block(func() { w.query(r) })
	}
	w.Write(" AS k(v)")
	w.line()
	w.Write("WHERE k.v IS NOT NULL")
}

// plainColumn reports a block whose one column is computed row by row, so that a condition on it may join its WHERE.
func plainColumn(s *rel.Select) bool {
	if len(s.Items) != 1 || s.Items[0].Star || s.Limit > 0 || len(s.GroupBy) > 0 || len(s.Having) > 0 || s.From.Rel == nil {
		return false
	}
	_, ok := s.Items[0].Expr.(*rel.Col)
	return ok
}
