package lower_test

import (
	"flag"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"kith/internal/dialect"
	"kith/internal/dialect/duckdb"
	"kith/internal/dialect/postgres"
	"kith/internal/lower"
	"kith/internal/model/modeltest"
	"kith/internal/rel"
)

var update = flag.Bool("update", false, "rewrite the golden files")

var (
	env      = dialect.Env{TargetSchema: "app", InternalSchema: "app_kith"}
	dialects = []dialect.Dialect{duckdb.New(), postgres.New()}
)

// TestLower lowers the project of each testdata/lower/*.txtar. The section "show" lists the steps that the file is about, one
// a line: their programs are printed, and their SQL in each dialect. Words after a step's address print only the statements
// that make an object whose name ends so. The line "published" prints what is published. "context" may set begin_time. The
// names of materials are shown without their hashes.
func TestLower(t *testing.T) {
	files, err := filepath.Glob("testdata/lower/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no testdata", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			ar, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			root := modeltest.Write(t, ar.Files)
			g, diags := modeltest.Load(t, root, modeltest.Options())
			ctx := contextOf(t, ar)
			out := lower.Lower(g, ctx)
			checkSteps(t, out)
			var outs []*lower.Result // names may have to be shorter
			for _, d := range dialects {
				ctx.LongestName = dialect.LongestName(d)
				outs = append(outs, lower.Lower(g, ctx))
				checkSteps(t, outs[len(outs)-1])
			}
			clean := func(s string) string {
				return hashes.ReplaceAllString(strings.ReplaceAll(s, root, "/project"), "${1}<hash>_$2")
			}
			shown := shows(ar)
			var steps, programs, published strings.Builder
			sql := make([]strings.Builder, len(dialects))
			for _, s := range out.Steps {
				fmt.Fprintf(&steps, "%s: %s\n", s.Addr, s.Title)
				for _, n := range s.Needs {
					fmt.Fprintf(&steps, "  needs %s\n", n)
				}
				only, ok := shown[string(s.Addr)]
				if !ok {
					continue
				}
				delete(shown, string(s.Addr))
				program := pick(s.Program, only)
				fmt.Fprintf(&programs, "# %s\n%s", s.Addr, rel.Format(program))
				for i, d := range dialects {
					fmt.Fprintf(&sql[i], "-- %s\n%s", s.Addr, printed(d, pick(outs[i].Step(s.Addr).Program, only)))
				}
			}
			for _, p := range out.Published {
				if _, ok := shown["published"]; ok {
					fmt.Fprintf(&published, "%s: %s from %s\n", p.Name, p.Kind, p.Step)
				}
			}
			delete(shown, "published")
			if len(shown) > 0 {
				t.Errorf("no such steps to show: %v", shown)
			}
			sections := []txtar.File{
				{Name: "diagnostics", Data: []byte(modeltest.Text(diags))},
				{Name: "steps", Data: []byte(steps.String())},
				{Name: "published", Data: []byte(published.String())},
				{Name: "rel", Data: []byte(clean(programs.String()))},
			}
			for i, d := range dialects {
				sections = append(sections, txtar.File{Name: d.Name() + ".sql", Data: []byte(clean(sql[i].String()))})
			}
			modeltest.Golden(t, file, ar, *update, sections)
		})
	}
}

// shows reads the section "show".
func shows(ar *txtar.Archive) map[string][]string {
	out := map[string][]string{}
	for _, line := range strings.Split(modeltest.Section(ar, "show"), "\n") {
		if words := strings.Fields(line); len(words) > 0 {
			out[words[0]] = words[1:]
		}
	}
	return out
}

// pick returns the statements that make an object with one of the endings, all for none.
func pick(p rel.Program, endings []string) rel.Program {
	if len(endings) == 0 {
		return p
	}
	var out rel.Program
	for _, s := range p {
		for _, o := range rel.Makes(rel.Program{s}) {
			if slices.ContainsFunc(endings, func(e string) bool { return strings.HasSuffix(o.Name(), e) }) {
				out = append(out, s)
				break
			}
		}
	}
	return out
}

// hashes are those in names of materials.
var hashes = regexp.MustCompile(`(Material_\w+?_)[0-9a-f]{8}_([0-9]+)`)

func contextOf(t *testing.T, ar *txtar.Archive) lower.Context {
	t.Helper()
	ctx := lower.Context{SeqNo: 1, EndTime: modeltest.EndTime, KernelNodes: 1000}
	for _, line := range strings.Split(modeltest.Section(ar, "context"), "\n") {
		switch key, value, _ := strings.Cut(strings.TrimSpace(line), " "); key {
		case "":
		case "begin_time":
			at, err := time.Parse(time.RFC3339, value)
			if err != nil {
				t.Fatal(err)
			}
			ctx.BeginTime = at
		default:
			t.Fatalf("no setting %q of a context", key)
		}
	}
	return ctx
}

// printed is the SQL of a program, or what the dialect has against it.
func printed(d dialect.Dialect, p rel.Program) string {
	stmts, diags := d.Print(p, env)
	if len(diags) > 0 {
		return modeltest.Text(diags)
	}
	return dialect.Script(stmts)
}

// checkSteps tests what must hold of all steps whatever the project.
func checkSteps(t *testing.T, out *lower.Result) {
	t.Helper()
	for _, problem := range problems(out) {
		t.Error(problem)
	}
}
