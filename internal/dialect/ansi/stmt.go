package ansi

import (
	"slices"

	"kith/internal/dialect"
	"kith/internal/material"
	"kith/internal/rel"
)

func (s *session) program(p rel.Program) []dialect.Stmt {
	var out []dialect.Stmt
	for _, st := range p {
		out = append(out, s.stmt(st)...)
	}
	return out
}

func (s *session) stmt(st rel.Stmt) []dialect.Stmt {
	switch st := st.(type) {
	case *rel.Let:
		out := s.loaded(st)
		if out == nil {
			out = stmts(s.let(st))
		}
		s.remember(st.Out, st.Body)
		return out
	case *rel.Drop:
		return stmts([]dialect.SQL{s.drop(st.Object, rel.MakeTable)})
	case *rel.Loop:
		return []dialect.Stmt{&dialect.Loop{Name: st.Name, Body: s.program(st.Body), Until: s.rows(st.Until), Max: st.Max}}
	case *rel.Merge:
		return []dialect.Stmt{s.merge(st)}
	case *rel.Assert:
		return []dialect.Stmt{&dialect.Assert{Query: s.rows(st.Query), Message: st.Message, Fix: st.Fix, Span: st.Span}}
	case *rel.Exec:
		return []dialect.Stmt{s.exec(st)}
	case *rel.Kernel:
		return s.kernel(st)
	case *rel.Ensure:
		return []dialect.Stmt{s.ensure(st)}
	case *rel.AddColumn:
		return []dialect.Stmt{s.addColumn(st)}
	case *rel.Grant:
		return []dialect.Stmt{s.grant(st)}
	case *rel.Lock:
		return stmts(s.lock(st))
	case *rel.Rename:
		return []dialect.Stmt{s.renamed(st)}
	case *rel.Insert:
		return []dialect.Stmt{s.insert(st)}
	case *rel.Update:
		return []dialect.Stmt{s.update(st)}
	case *rel.Delete:
		return []dialect.Stmt{s.delete(st)}
	case *rel.Choose:
		return []dialect.Stmt{s.choose(st)}
	case *rel.Publish:
		return []dialect.Stmt{s.publish(st)}
	}
	return nil
}

func stmts(list []dialect.SQL) []dialect.Stmt {
	var out []dialect.Stmt
	for i := range list {
		out = append(out, &list[i])
	}
	return out
}

func (s *session) rows(r rel.Rel) dialect.Text { return s.text(func(w *Writer) { w.query(r) }) }

// remember keeps the columns of what a program made, for stars that must be spelled out.
func (s *session) remember(o rel.Object, body rel.Rel) {
	if cols, ok := rel.NewScope(s.tables).Columns(body); ok {
		s.tables[o.Key()] = cols
	} else {
		delete(s.tables, o.Key())
	}
}

// made is an object about to be made.
type made struct {
	object   rel.Object
	kind     rel.LetKind
	body     rel.Rel
	comment  string
	comments map[string]string
	// grows is rel.PublishedView.Grows.
	grows bool
}

func (s *session) let(st *rel.Let) []dialect.SQL {
	out := s.create(made{object: st.Out, kind: st.Kind, body: st.Body, comment: st.Comment, comments: st.ColumnComments})
	body, ok := st.Body.(*rel.Select)
	if !ok || st.PassKey == nil || st.Kind != rel.MakeTable {
		return out
	}
	for i := range out {
		if out[i].Makes.Key() == st.Out.Key() {
			out[i].Passes = func(n int) []dialect.SQL { return s.passes(st, body, n) }
		}
	}
	return out
}

// loaded writes a Let over a file for an engine that the run loads files for: the file becomes a table beside what is made, which
// goes when that stands. So what would be a view of the file is a table, too. It is nil for everything else.
func (s *session) loaded(st *rel.Let) []dialect.Stmt {
	body, ok := st.Body.(*rel.Select)
	if !ok || !s.engine.LoadsFiles {
		return nil
	}
	f, ok := body.From.Rel.(*rel.File)
	if !ok {
		return nil
	}
	file := s.beside(st.Out, "__file")
	load := &dialect.Load{Path: f.Path, Format: f.Format, Into: file, Span: f.Span,
		IntoName: s.text(func(w *Writer) { w.object(file) }).S}
	read := *body
	read.From.Rel = &rel.Table{Object: file}
	let := *st
	let.Body, let.Kind = &read, rel.MakeTable
	out := append([]dialect.Stmt{load}, stmts(s.let(&let))...)
	drop := s.drop(file, rel.MakeTable)
	return append(out, &drop)
}

// passes writes the table of a Let in n passes: the first makes it, the others add to it.
func (s *session) passes(st *rel.Let, body *rel.Select, n int) []dialect.SQL {
	var out []dialect.SQL
	var columns []string
	for _, it := range body.Items {
		columns = append(columns, it.As)
	}
	for k := range n {
		part := *body
		part.Where = append(append([]rel.Expr{}, body.Where...), rel.Eq(rel.F(rel.Bucket, st.PassKey, rel.I(int64(n))), rel.I(int64(k))))
		if k == 0 {
			out = append(out, s.create(made{object: st.Out, kind: st.Kind, body: &part})...)
			continue
		}
		if sql, ok := s.insert(&rel.Insert{Into: st.Out, Columns: columns, Body: &part}).(*dialect.SQL); ok {
			out = append(out, *sql)
		}
	}
	return out
}

// create writes the statements that make an object from a relation, in place of what stood there.
func (s *session) create(m made) []dialect.SQL {
	view := m.kind == rel.MakeView
	var out []dialect.SQL
	switch {
	case s.engine.ReplacesTables && !view || view && (s.engine.ReplacesViews || s.engine.GrowsViews && m.grows):
		sql := s.createAs("CREATE OR REPLACE ", m, m.object)
		sql.Clear = s.clear(m.object, m.kind)
		out = append(out, sql)
	case !view && readsItself(m):
		// What is read must stand until the new table does.
		next := s.beside(m.object, "__next")
		out = append(out, s.drop(next, m.kind), s.createAs("CREATE ", m, next), s.drop(m.object, m.kind), s.rename(next, m.object))
	default:
		out = append(out, s.drop(m.object, m.kind), s.createAs("CREATE ", m, m.object))
	}
	return append(out, s.comments(m)...)
}

func (s *session) createAs(create string, m made, name rel.Object) dialect.SQL {
	return dialect.SQL{Makes: name, Table: m.kind == rel.MakeTable, Text: s.text(func(w *Writer) {
		w.Write(create + s.lasting(name) + kindWord(m.kind) + " ")
		w.created(name)
		w.Write(" AS")
		w.line()
		w.query(m.body)
	})}
}

// readsItself reports a table that is made from what stood under its name before.
func readsItself(m made) bool {
	for _, o := range rel.Reads(rel.Program{&rel.Let{Body: m.body}}) {
		if o.Key() == m.object.Key() {
			return true
		}
	}
	return false
}

// beside is a name next to that of an object, for the time until it takes its place.
func (s *session) beside(o rel.Object, suffix string) rel.Object {
	parts := append([]rel.Ident(nil), o.Parts...)
	last := &parts[len(parts)-1]
	last.Name = material.Fit(last.Name+suffix, s.engine.LongestName)
	o.Parts = parts
	return o
}

func (s *session) rename(from, to rel.Object) dialect.SQL {
	sql := s.renamed(&rel.Rename{Object: from, To: to.Name()})
	sql.Makes, sql.Table = to, true
	return *sql
}

// lasting is the word for how long a new table lives, "" for as long as it is wanted.
func (s *session) lasting(o rel.Object) string {
	switch o.Space {
	case rel.Temp:
		return "TEMP "
	case rel.Scratch:
		return s.engine.ScratchWord
	}
	return ""
}

func kindWord(k rel.LetKind) string { return pick(k == rel.MakeView, "VIEW", "TABLE") }

// created writes the name after CREATE. A temporary object is made by its bare name: the engine knows the schema.
func (w *Writer) created(o rel.Object) {
	if o.Space == rel.Temp {
		w.ident(o.Name())
		return
	}
	w.object(o)
}

// clear is what must go first when the catalog knows the object as the kind that is not wanted; nil for scratch, which is tables.
func (s *session) clear(o rel.Object, want rel.LetKind) *dialect.Clear {
	if o.Space == rel.Scratch {
		return nil
	}
	other := rel.MakeView
	if want == rel.MakeView {
		other = rel.MakeTable
	}
	return &dialect.Clear{Object: o, View: other == rel.MakeView, SQL: s.text(func(w *Writer) {
		w.Write("DROP " + kindWord(other) + " ")
		w.object(o)
	}).S}
}

func (s *session) drop(o rel.Object, kind rel.LetKind) dialect.SQL {
	return dialect.SQL{Clear: s.clear(o, kind), Text: s.text(func(w *Writer) {
		w.Write("DROP " + kindWord(kind) + " IF EXISTS ")
		w.object(o)
	})}
}

func (s *session) comments(m made) []dialect.SQL {
	var out []dialect.SQL
	add := func(fn func(w *Writer)) { out = append(out, dialect.SQL{Text: s.text(fn)}) }
	if m.object.Space == rel.Temp {
		return nil
	}
	if m.comment != "" {
		add(func(w *Writer) {
			w.Write("COMMENT ON " + kindWord(m.kind) + " ")
			w.object(m.object)
			w.Write(" IS ")
			w.String(m.comment)
		})
	}
	for _, c := range rel.SortedKeys(m.comments) {
		add(func(w *Writer) {
			w.Write("COMMENT ON COLUMN ")
			w.object(m.object)
			w.Write(".")
			w.ident(c)
			w.Write(" IS ")
			w.String(m.comments[c])
		})
	}
	return out
}

// merge writes one statement, so that no crash can come between taking rows out and putting rows in.
func (s *session) merge(st *rel.Merge) dialect.Stmt {
	match := func(w *Writer) {
		for i, k := range st.Keys {
			if i > 0 {
				w.Write(" AND ")
			}
			w.column("t", k)
			w.Write(" IS NOT DISTINCT FROM ")
			w.column("s", k)
		}
	}
	if s.engine.MergeByName {
		return &dialect.SQL{Makes: st.Into, Table: true, Text: s.text(func(w *Writer) {
			w.Write("MERGE INTO ")
			w.object(st.Into)
			w.Write(" AS t")
			w.line()
			w.Write("USING ")
			w.block(func() { w.query(st.Body) })
			w.Write(" AS s ON ")
			match(w)
			w.line()
			w.Write("WHEN MATCHED THEN UPDATE BY NAME")
			w.line()
			w.Write("WHEN NOT MATCHED THEN INSERT BY NAME")
		})}
	}
	cols, known := rel.NewScope(s.tables).Columns(st.Body)
	return &dialect.SQL{Makes: st.Into, Table: true, Text: s.text(func(w *Writer) {
		w.Write("WITH s AS MATERIALIZED ")
		w.block(func() { w.query(st.Body) })
		w.Write(",")
		w.line()
		w.Write("replaced AS ")
		w.block(func() {
			w.Write("DELETE FROM ")
			w.object(st.Into)
			w.Write(" AS t")
			w.line()
			w.Write("USING s")
			w.line()
			w.Write("WHERE ")
			match(w)
		})
		w.line()
		w.Write("INSERT INTO ")
		w.object(st.Into)
		if known {
			w.Write(" (")
			w.list(len(cols), func(i int) { w.ident(cols[i]) })
			w.Write(")")
		}
		w.line()
		w.Write("SELECT * FROM s")
	})}
}

func (s *session) exec(st *rel.Exec) dialect.Stmt {
	sql := &dialect.SQL{Text: s.text(func(w *Writer) {
		if st.SQL != nil {
			w.userQuery(st.SQL)
		}
	})}
	if len(st.Writes) == 1 {
		sql.Makes = st.Writes[0]
	}
	return sql
}

func (s *session) kernel(st *rel.Kernel) []dialect.Stmt {
	k := &dialect.Kernel{Name: st.Name, Out: st.Out, Columns: st.Columns}
	for _, r := range st.In {
		k.In = append(k.In, s.rows(r))
	}
	k.OutName = s.text(func(w *Writer) { w.object(st.Out) }).S
	k.Create = s.text(func(w *Writer) {
		w.Write("CREATE " + s.lasting(st.Out) + "TABLE ")
		w.created(st.Out)
		w.Write(" (")
		w.lines(len(st.Columns), func(i int) { w.columnAndType(st.Columns[i]) })
		w.line()
		w.Write(")")
	})
	s.remember(st.Out, &rel.Values{Columns: st.Columns})
	drop := s.drop(st.Out, rel.MakeTable)
	return []dialect.Stmt{&drop, k}
}

func (s *session) choose(st *rel.Choose) dialect.Stmt {
	c := &dialect.Choose{Name: st.Name, Why: st.Why, Quiet: st.Quiet}
	if st.Fact != nil {
		c.Fact = s.rows(st.Fact)
	}
	before := s.tables
	var after []map[string][]string
	for _, o := range st.Options {
		s.tables = map[string][]string{}
		for k, v := range before {
			s.tables[k] = v
		}
		c.Options = append(c.Options, dialect.Option{Name: o.Name, AtMost: o.AtMost, Needs: o.Needs, Body: s.program(o.Body)})
		after = append(after, s.tables)
	}
	s.tables = common(after)
	return c
}

// common keeps what all of the maps say alike.
func common(all []map[string][]string) map[string][]string {
	out := map[string][]string{}
	if len(all) == 0 {
		return out
	}
	for k, cols := range all[0] {
		same := true
		for _, m := range all[1:] {
			other, ok := m[k]
			same = same && ok && slices.Equal(other, cols)
		}
		if same {
			out[k] = cols
		}
	}
	return out
}

func (s *session) publish(st *rel.Publish) dialect.Stmt {
	p := &dialect.Publish{}
	for _, v := range st.Views {
		kind := rel.MakeView
		if v.Table {
			kind = rel.MakeTable
		}
		p.Statements = append(p.Statements, s.create(made{object: rel.Named(rel.Target, v.Name), kind: kind, body: v.Body, comment: v.Comment,
			comments: v.ColumnComments, grows: v.Grows})...)
	}
	return p
}
