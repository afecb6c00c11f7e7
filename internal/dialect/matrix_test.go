package dialect_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"kith/internal/diag"
	"kith/internal/dialect"
	"kith/internal/dialect/dialecttest"
	"kith/internal/dialect/duckdb"
	"kith/internal/dialect/postgres"
	"kith/internal/rel"
)

var update = flag.Bool("update", false, "rewrite the golden files")

var env = dialect.Env{TargetSchema: "app", InternalSchema: "app_kith"}

// TestMatrix prints every program in every dialect: testdata/<name>.txtar has the program and a section for each dialect,
// which is SQL or the codes and messages of what the engine cannot do.
func TestMatrix(t *testing.T) {
	dialects := []dialect.Dialect{duckdb.New(), postgres.New()}
	seen := map[string]bool{}
	for _, c := range (dialecttest.Texts{Parser: dialecttest.Words{}}).Cases() {
		t.Run(c.Name, func(t *testing.T) {
			if err := check(c); err != nil {
				t.Errorf("the program has no meaning:\n%v", err)
			}
			ar := &txtar.Archive{}
			add := func(name, s string) {
				ar.Files = append(ar.Files, txtar.File{Name: name, Data: []byte(strings.TrimRight(s, "\n") + "\n")})
			}
			add("program", program(c))
			for _, d := range dialects {
				add(d.Name()+".sql", printed(t, d, c))
			}
			golden(t, filepath.Join("testdata", c.Name+".txtar"), txtar.Format(ar))
		})
		if seen[c.Name] {
			t.Errorf("two programs are called %s", c.Name)
		}
		seen[c.Name] = true
	}
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if name := strings.TrimSuffix(filepath.Base(f), ".txtar"); !seen[name] {
			t.Errorf("%s belongs to no program", f)
		}
	}
}

func check(c dialecttest.Case) error {
	if err := rel.Check(c.Program); err != nil {
		return err
	}
	return rel.CheckRel(c.Read)
}

func program(c dialecttest.Case) string {
	s := rel.Format(c.Program)
	if c.Read != nil {
		s += "read\n" + rel.FormatRel(c.Read)
	}
	return s
}

// printed is the SQL of a case, or what the dialect says against it. The read is printed as an assertion's query would be,
// knowing what the program made.
func printed(t *testing.T, d dialect.Dialect, c dialecttest.Case) string {
	t.Helper()
	stmts, list := d.Print(append(append(rel.Program{}, c.Program...), &rel.Assert{Message: "read", Query: c.Read}), env)
	query, more := d.Query(c.Read, env)
	if len(c.Program) == 0 && query.S != stmts[len(stmts)-1].(*dialect.Assert).Query.S {
		t.Errorf("Query and Print differ:\n%s", query.S)
	}
	for _, m := range more {
		if m.Severity == diag.Error {
			list.Add(diag.List{m})
		}
	}
	if list = list.Sorted(); list.HasErrors() {
		var b strings.Builder
		for _, m := range list {
			if m.Severity == diag.Error {
				line, col := m.At.Position()
				b.WriteString("unsupported: " + string(m.Code) + " " + m.Message + "\n")
				if !m.At.IsZero() {
					b.WriteString("  at " + m.At.Path() + ":" + itoa(line) + ":" + itoa(col) + "\n")
				}
			}
		}
		return b.String()
	}
	var b strings.Builder
	for _, m := range list {
		b.WriteString("-- " + m.Severity.String() + " " + string(m.Code) + " " + m.Message + "\n")
	}
	b.WriteString(dialect.Script(stmts[:len(stmts)-1]))
	b.WriteString(stmts[len(stmts)-1].(*dialect.Assert).Query.S + ";\n")
	return b.String()
}

func golden(t *testing.T, file string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != string(got) {
		t.Errorf("%s differs (rewrite with -update):\n%s", file, got)
	}
}
