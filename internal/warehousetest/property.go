package warehousetest

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"pgregory.net/rapid"

	"kith/internal/diag"
	"kith/internal/rel"
)

// checks runs a property n times, or as often as -rapid.checks says.
func checks(t *testing.T, n int, property func(rt *rapid.T)) {
	t.Helper()
	f := flag.Lookup("rapid.checks")
	given := false
	flag.Visit(func(g *flag.Flag) { given = given || g.Name == f.Name })
	if !given {
		old := f.Value.String()
		f.Value.Set(strconv.Itoa(n))
		defer f.Value.Set(old)
	}
	rapid.Check(t, property)
}

// scope is a test of its own as far as cleaning up goes: a property opens many warehouses, one after the other.
type scope struct {
	testing.TB
	cleanups []func()
}

func (s *scope) Cleanup(f func()) { s.cleanups = append(s.cleanups, f) }

// TempDir makes a folder that goes with the scope.
func (s *scope) TempDir() string {
	dir, err := os.MkdirTemp("", "kith-property-")
	if err != nil {
		s.Fatal(err)
	}
	s.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

func (s *scope) close() {
	for i := len(s.cleanups) - 1; i >= 0; i-- {
		s.cleanups[i]()
	}
}

// world is a project and its data, made by a generator.
type world struct {
	project, models string
	tables          []table
}

// text is the world as a case, for messages: what failed can be kept as a file.
func (w *world) text() string {
	var sb strings.Builder
	fmt.Fprintf(&sb, "-- pb_project.yaml --\n%s-- models/all.yaml --\n%s", w.project, w.models)
	for _, t := range w.tables {
		var cols []string
		for _, c := range t.columns {
			for name, typ := range columnTypes {
				if typ == c.Type {
					cols = append(cols, c.Name+" "+name)
				}
			}
		}
		fmt.Fprintf(&sb, "-- table %s --\n%s\n", t.name, strings.Join(cols, ", "))
		for _, r := range t.rows {
			cells := append([]string{}, r...)
			for i, c := range cells {
				if c == "" {
					cells[i] = `""`
				}
			}
			fmt.Fprintln(&sb, strings.Join(cells, ", "))
		}
	}
	return sb.String()
}

// outcome runs the world once in an empty warehouse and returns the sorted rows of each query.
func (w *world) outcome(t testing.TB, e Engine, how solver, queries ...string) ([][]string, error) {
	sc := &scope{TB: t}
	defer sc.close()
	c := &testCase{tables: w.tables, files: []txtar.File{
		{Name: "pb_project.yaml", Data: []byte(w.project)}, {Name: filepath.Join("models", "all.yaml"), Data: []byte(w.models)}}}
	s := newSession(sc, e, c, how)
	diags, _, err := s.carryOut(runOptions{end: defaultEnd})
	if err != nil {
		return nil, err
	}
	for _, d := range diags {
		if d.Severity == diag.Error {
			return nil, fmt.Errorf("%s: %s %s", place(s.root, d), d.Code, d.Message)
		}
	}
	var out [][]string
	for _, q := range queries {
		lines, err := s.query(&block{verb: "query", lines: []string{"query " + q}})
		if err != nil {
			return nil, err
		}
		out = append(out, lines)
	}
	if how == inSQL && len(out[0]) > 1 && !slices.ContainsFunc(s.choices, func(c string) bool { return strings.Contains(c, "contraction in SQL") }) {
		return nil, fmt.Errorf("the graph was not solved in SQL: %v", s.choices)
	}
	return out, nil
}

// compiled returns the statements of the world, for an empty warehouse.
func (w *world) compiled(t testing.TB, e Engine) (string, error) {
	sc := &scope{TB: t}
	defer sc.close()
	c := &testCase{tables: w.tables, files: []txtar.File{
		{Name: "pb_project.yaml", Data: []byte(w.project)}, {Name: filepath.Join("models", "all.yaml"), Data: []byte(w.models)}}}
	s := newSession(sc, e, c, byRule)
	p, diags, err := s.compile(runOptions{end: defaultEnd})
	if err != nil || p == nil {
		return "", fmt.Errorf("%v %v", err, diags)
	}
	return sqlOf(p), nil
}

func column(name string, t rel.Type) rel.Column { return rel.Column{Name: name, Type: t} }
