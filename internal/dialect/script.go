package dialect

import (
	"fmt"
	"strings"
)

// Script writes statements one below the other, for people to read: each ends in a semicolon, and what needs the run's
// hands is told in comments around its parts. It is not meant to be executed as a whole.
func Script(stmts []Stmt) string {
	s := &script{}
	s.stmts(stmts)
	return s.b.String()
}

type script struct{ b strings.Builder }

// comment writes words of ours; no line end in them may end the comment.
func (s *script) comment(format string, args ...any) {
	s.b.WriteString("-- " + strings.Join(strings.Fields(fmt.Sprintf(format, args...)), " ") + "\n")
}

func (s *script) sql(text string) { s.b.WriteString(text + ";\n\n") }

func (s *script) stmts(stmts []Stmt) {
	for _, st := range stmts {
		s.stmt(st)
	}
}

func (s *script) statement(q *SQL) {
	if q.Clear != nil {
		kind := "table"
		if q.Clear.View {
			kind = "view"
		}
		s.comment("first, if it is a %s: %s", kind, q.Clear.SQL)
	}
	s.sql(q.S)
}

func (s *script) stmt(st Stmt) {
	switch st := st.(type) {
	case *SQL:
		s.statement(st)
	case *Load:
		s.comment("loaded by the process: %s into %s", st.Path, st.IntoName)
	case *Loop:
		s.comment("loop %s, at most %d rounds", st.Name, st.Max)
		s.stmts(st.Body)
		s.comment("until this is true")
		s.sql(st.Until.S)
		s.comment("end of loop %s", st.Name)
	case *Assert:
		s.comment("fails when a row comes back: %s", st.Message)
		s.sql(st.Query.S)
	case *Kernel:
		s.comment("computed in the process: %s into %s, from", st.Name, st.OutName)
		for _, in := range st.In {
			s.sql(in.S)
		}
		s.comment("into")
		s.sql(st.Create.S)
	case *Choose:
		s.comment("choose %s: %s", st.Name, st.Why)
		if st.Fact.S != "" {
			s.sql(st.Fact.S)
		}
		for _, o := range st.Options {
			rule := "otherwise"
			if o.AtMost >= 0 {
				rule = fmt.Sprintf("up to %d", o.AtMost)
			}
			if o.Needs != "" {
				rule += ", where the connection has " + o.Needs
			}
			s.comment("option %s: %s", o.Name, rule)
			s.stmts(o.Body)
		}
		s.comment("end of choice %s", st.Name)
	case *Publish:
		s.comment("publish, all together")
		for i := range st.Statements {
			s.statement(&st.Statements[i])
		}
	}
}
