package ansi

import (
	"kith/internal/dialect"
	"kith/internal/rel"
)

// ensure writes CREATE TABLE IF NOT EXISTS.
func (s *session) ensure(st *rel.Ensure) dialect.Stmt {
	return &dialect.SQL{Text: s.text(func(w *Writer) {
		w.Write("CREATE TABLE IF NOT EXISTS ")
		w.object(st.Object)
		w.Write(" (")
		w.lines(len(st.Columns), func(i int) {
			w.ident(st.Columns[i].Name)
			w.Write(" " + (&printer{s.engine}).Type(st.Columns[i].Type))
		})
		w.line()
		w.Write(")")
	})}
}

// insert writes INSERT INTO with its columns named.
func (s *session) insert(st *rel.Insert) dialect.Stmt {
	return &dialect.SQL{Text: s.text(func(w *Writer) {
		w.Write("INSERT INTO ")
		w.object(st.Into)
		w.Write(" (")
		w.list(len(st.Columns), func(i int) { w.ident(st.Columns[i]) })
		w.Write(")")
		w.line()
		w.query(st.Body)
	})}
}

// delete writes DELETE FROM with all conditions.
func (s *session) delete(st *rel.Delete) dialect.Stmt {
	return &dialect.SQL{Text: s.text(func(w *Writer) {
		w.Write("DELETE FROM ")
		w.object(st.Into)
		w.Write(" AS t")
		w.line()
		w.Write("WHERE ")
		w.scope = rel.NewScope(s.tables)
		w.expr(rel.And(st.Where...), 0)
	})}
}
