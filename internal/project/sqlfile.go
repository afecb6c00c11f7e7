package project

import (
	"fmt"
	"strconv"
	"strings"

	"kith/internal/dialect"
	"kith/internal/plan"
	"kith/internal/run"
)

// File is a file of the output folder, by a path with forward slashes. Step is the address of the step it belongs to, "" for
// none.
type File struct{ Path, Text, Step string }

// Files are the statements of a compiled project, a file for each step, or a folder of numbered files for a step of
// several statements. What a run decides or computes itself (loops, choices, kernels) stands there as comments.
func (c *Compiled) Files() []File {
	var out []File
	taken := map[string]bool{}
	if len(c.Plan.Setup) > 0 {
		out = append(out, File{Path: "setup.sql", Text: "-- functions of the dialect that the project is written in\n" + strings.Join(c.Plan.Setup, ";\n\n") + ";\n"})
	}
	for _, s := range c.Plan.Steps {
		if s.Action == plan.Leave {
			continue
		}
		name := fileName(s.Out.Name(), taken)
		head := header(s)
		if len(s.Stmts) == 1 && isSQL(s.Stmts[0]) {
			out = append(out, File{name + ".sql", head + statement(s.Stmts[0]), string(s.Addr)})
			continue
		}
		for i, st := range s.Stmts {
			text := statement(st)
			if i == 0 {
				text = head + text
			}
			out = append(out, File{name + "/" + strconv.Itoa(i) + ".sql", text, string(s.Addr)})
		}
	}
	out = append(out, c.checkFiles()...)
	if p := c.Plan.PublishStmt; p != nil {
		out = append(out, File{"publish.sql", "-- all views of the run, in one transaction\n" + statement(p), "publish"})
	}
	return out
}

// checkFiles are the queries of the checks, a file for each look at an object.
func (c *Compiled) checkFiles() []File {
	var out []File
	taken := map[string]bool{}
	for _, ch := range c.Plan.Checks {
		head := "-- " + oneLine(ch.Title()) + ", " + ch.Reason + "\n"
		for i, t := range ch.Terms {
			head += fmt.Sprintf("-- %d. %s: %s\n", i+1, oneLine(t.Check.Name), oneLine(run.AssertionText(t.Assert)))
		}
		out = append(out, File{Path: "checks/" + fileName(ch.ObjectName(), taken) + ".sql", Text: head + strings.TrimRight(ch.Query.S, " \n") + ";\n", Step: checkStep(ch.Title())})
	}
	return out
}

func isSQL(s dialect.Stmt) bool {
	_, ok := s.(*dialect.SQL)
	return ok
}

// header says what a step is and where the project declares it.
func header(s *run.Step) string {
	h := "-- " + oneLine(s.Title)
	if !s.Span.IsZero() {
		line, _ := s.Span.Position()
		h += fmt.Sprintf(" (%s:%d)", oneLine(s.Span.Path()), line)
	}
	return h + "\n"
}

// maxName is how long a file name may be on every file system, with room for ".sql".
const maxName = 200

// fileName makes a file name of a material's name. Names that differ only in letter case or in what a file system does
// not take are told apart by a number.
func fileName(material string, taken map[string]bool) string {
	name := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '_', r == '-':
			return r
		}
		return '_'
	}, material)
	if len(name) > maxName { // the hash and the number at the end tell names apart
		name = name[:maxName/2] + "__" + name[len(name)-maxName/2+2:]
	}
	unique := name
	for i := 2; taken[strings.ToLower(unique)]; i++ {
		unique = fmt.Sprintf("%s-%d", name, i)
	}
	taken[strings.ToLower(unique)] = true
	return unique
}

// statement is a printed statement as it stands in a file, with a line end.
func statement(s dialect.Stmt) string {
	var b strings.Builder
	writeStatement(&b, s)
	return b.String()
}

func writeStatement(b *strings.Builder, s dialect.Stmt) {
	switch s := s.(type) {
	case *dialect.SQL:
		writeSQL(b, s)
	case *dialect.Publish:
		for i := range s.Statements {
			writeSQL(b, &s.Statements[i])
		}
	case *dialect.Assert:
		comment(b, "must return no row: "+s.Message)
		writeText(b, s.Query.S)
	case *dialect.Load:
		comment(b, fmt.Sprintf("loaded by kith: the file %s into %s", s.Path, s.IntoName))
	case *dialect.Loop:
		comment(b, fmt.Sprintf("loop %q: repeat what follows until the query at its end says true, %d times at most", s.Name, s.Max))
		writeAll(b, s.Body)
		comment(b, fmt.Sprintf("loop %q ends when this is true:", s.Name))
		writeText(b, s.Until.S)
	case *dialect.Kernel:
		writeText(b, s.Create.S)
		for i, q := range s.In {
			comment(b, fmt.Sprintf("read by kith, input %d of the computation %q:", i+1, s.Name))
			writeText(b, q.S)
		}
		comment(b, fmt.Sprintf("computed in the process of kith (%s) and written to %s", s.Name, s.OutName))
	case *dialect.Choose:
		comment(b, fmt.Sprintf("choice %q: %s", s.Name, s.Why))
		if s.Fact.S != "" {
			comment(b, "the number that decides:")
			writeText(b, s.Fact.S)
		}
		for _, o := range s.Options {
			comment(b, optionHead(s.Name, o))
			writeAll(b, o.Body)
		}
		comment(b, fmt.Sprintf("end of choice %q", s.Name))
	}
}

// writeAll writes the statements inside of another one.
func writeAll(b *strings.Builder, stmts []dialect.Stmt) {
	for _, s := range stmts {
		writeStatement(b, s)
	}
}

func writeSQL(b *strings.Builder, s *dialect.SQL) {
	if s.Clear != nil {
		kind := "a table"
		if s.Clear.View {
			kind = "a view"
		}
		comment(b, fmt.Sprintf("only if %s of that name is in the way: %s;", kind, s.Clear.SQL))
	}
	writeText(b, s.S)
}

func optionHead(choice string, o dialect.Option) string {
	head := fmt.Sprintf("%s %q", choice, o.Name)
	if o.AtMost >= 0 {
		head += fmt.Sprintf(", taken up to %d", o.AtMost)
	}
	if o.Needs != "" {
		head += fmt.Sprintf(", if the warehouse can do %q", o.Needs)
	}
	return head + ":"
}

func comment(b *strings.Builder, text string) { b.WriteString("-- " + oneLine(text) + "\n") }

// oneLine keeps a comment a comment, whatever a name holds.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

func writeText(b *strings.Builder, sql string) {
	if sql = strings.TrimRight(sql, " \t\r\n"); sql != "" {
		b.WriteString(sql + ";\n")
	}
}
