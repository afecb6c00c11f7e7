package ansi

import (
	"strings"

	"kith/internal/dialect"
	"kith/internal/rel"
)

// ensure writes CREATE TABLE IF NOT EXISTS.
func (s *session) ensure(st *rel.Ensure) dialect.Stmt {
	return &dialect.SQL{Text: s.text(func(w *Writer) {
		w.Write("CREATE TABLE IF NOT EXISTS ")
		w.object(st.Object)
		if st.Rows != nil {
			w.Write(" AS")
			w.line()
			w.query(st.Rows)
			return
		}
		w.Write(" (")
		w.lines(len(st.Columns), func(i int) { w.columnAndType(st.Columns[i]) })
		w.line()
		w.Write(")")
	})}
}

func (w *Writer) columnAndType(c rel.Column) {
	w.ident(c.Name)
	w.Write(" " + (&printer{w.engine}).Type(c.Type))
}

func (w *Writer) columnOf(st *rel.AddColumn) {
	if st.Type == "" {
		w.columnOf(st)
		return
	}
	w.ident(st.Column.Name)
	w.Write(" " + st.Type)
}

// addColumn writes ALTER TABLE. A column that is there already is left alone.
func (s *session) addColumn(st *rel.AddColumn) dialect.Stmt {
	return &dialect.SQL{Text: s.text(func(w *Writer) {
		w.Write("ALTER TABLE ")
		w.object(st.Table)
		w.Write(" ADD COLUMN IF NOT EXISTS ")
		w.columnAndType(st.Column)
	})}
}

func (s *session) renamed(st *rel.Rename) *dialect.SQL {
	return &dialect.SQL{Takes: st.Object, Text: s.text(func(w *Writer) {
		w.Write("ALTER " + pick(st.View, "VIEW ", "TABLE "))
		w.object(st.Object)
		w.Write(" RENAME TO ")
		w.ident(st.To)
	})}
}

// grant writes GRANT. A privilege is a word of a closed list.
func (s *session) grant(st *rel.Grant) dialect.Stmt {
	return &dialect.SQL{Text: s.text(func(w *Writer) {
		w.Write("GRANT " + st.Privilege + " ON ")
		w.object(st.Object)
		w.Write(" TO ")
		if st.To == "" {
			w.Write("PUBLIC")
		} else {
			w.ident(st.To)
		}
		if st.Option {
			w.Write(" WITH GRANT OPTION")
		}
	})}
}

func (s *session) lock(st *rel.Lock) []dialect.SQL {
	var out []dialect.SQL
	if len(st.Objects) == 0 {
		return nil
	}
	for _, t := range s.engine.Lock {
		before, after, named := strings.Cut(t, "{*}")
		out = append(out, dialect.SQL{Text: s.text(func(w *Writer) {
			w.Write(before)
			if named {
				w.list(len(st.Objects), func(i int) { w.object(st.Objects[i]) })
				w.Write(after)
			}
		})})
	}
	return out
}

// update writes UPDATE with all conditions.
func (s *session) update(st *rel.Update) dialect.Stmt {
	return &dialect.SQL{Guard: st.Guard, Text: s.text(func(w *Writer) {
		w.Write("UPDATE ")
		w.object(st.Into)
		w.Write(" AS t")
		w.line()
		w.Write("SET ")
		w.scope = rel.NewScope(s.tables)
		w.list(len(st.Set), func(i int) {
			w.ident(st.Set[i].As)
			w.Write(" = ")
			w.expr(st.Set[i].Expr, 0)
		})
		if where := rel.And(st.Where...); where != nil {
			w.line()
			w.Write("WHERE ")
			w.expr(where, 0)
		}
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
