package erastest

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"kith/internal/diag"
	"kith/internal/dialect"
	"kith/internal/dialect/duckdb"
	"kith/internal/migrate"
	"kith/internal/modeltype"
	"kith/internal/plan"
	"kith/internal/project"
	"kith/internal/spec"
	"kith/internal/sqltext"
	"kith/internal/sqltext/duckparser"
)

// sharedParser is one engine for all tests, behind a cache without a file.
type sharedParser struct{ *sqltext.Cache }

func (sharedParser) Close() error { return nil }

var parser = sharedParser{sqltext.NewCache("", duckparser.New())}

func leaves() project.Leaves {
	return project.Leaves{Parser: func(string) project.Parser { return parser }, Dialects: []dialect.Dialect{duckdb.New()},
		Types: modeltype.All(), Version: "test"}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// lay writes texts into a new folder.
func lay(t testing.TB, files migrate.Files) string {
	t.Helper()
	root := filepath.Join(t.TempDir(), "project")
	for name, data := range files {
		path := filepath.Join(root, filepath.FromSlash(name))
		must(t, os.MkdirAll(filepath.Dir(path), 0o777))
		must(t, os.WriteFile(path, data, 0o666))
	}
	return root
}

// placeRE is the place of the YAML in a comment, which a migration moves.
var placeRE = regexp.MustCompile(` \([\w/.\-]+\.yaml:\d+(, [\w/.\-]+\.yaml:\d+)*\)`)

// compile takes a project through all rooms and returns its statements by the name of their file, and what was said.
func compile(t testing.TB, root string) (map[string]string, diag.List) {
	t.Helper()
	p, list, err := project.Load(t.Context(), root, leaves())
	must(t, err)
	if p == nil || list.HasErrors() {
		return nil, list
	}
	c, more, err := p.Compile(project.Settings{Dialect: "duckdb", Written: "duckdb", Env: dialect.Env{TargetSchema: "main", InternalSchema: "main_kith"},
		Target: "test", SeqNo: 1, EndTime: time.Date(2026, 6, 30, 0, 0, 0, 0, time.UTC), KernelMemory: 64 << 20}, plan.Facts{})
	must(t, err)
	list.Add(more)
	if c == nil {
		return nil, list
	}
	folder, err := c.Write(project.CompileOutput)
	must(t, err)
	if !filepath.IsAbs(folder) {
		folder = filepath.Join(c.Project.Spec.Root, folder)
	}
	out := map[string]string{}
	must(t, filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".sql" {
			return err
		}
		data, err := os.ReadFile(path)
		name, _ := filepath.Rel(folder, path)
		out[name] = placeRE.ReplaceAllString(string(data), "")
		return err
	}))
	return out, list
}

// TestEras compiles a small project of each schema, as it was written and migrated: both without a mistake, and both to the
// same statements.
func TestEras(t *testing.T) {
	archives, err := filepath.Glob("../testdata/eras/*.txtar")
	must(t, err)
	if len(archives) < 21 {
		t.Fatalf("only %d eras", len(archives))
	}
	for _, file := range archives {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			ar, err := txtar.ParseFile(file)
			must(t, err)
			files := migrate.Files{}
			for _, f := range ar.Files {
				files[f.Name] = f.Data
			}
			old := compileWell(t, lay(t, files))
			root := lay(t, files)
			p, _, err := spec.Load(root)
			must(t, err)
			r := migrate.Auto(migrate.Of(p), 0)
			if left := r.Left(); len(left) > 0 {
				t.Errorf("left to the user: %v", left)
			}
			for name, data := range r.Files {
				path := filepath.Join(root, filepath.FromSlash(name))
				if data == nil {
					must(t, os.Remove(path))
					continue
				}
				must(t, os.WriteFile(path, data, 0o666))
			}
			now := compileWell(t, root)
			if len(old) == 0 {
				t.Error("no statements")
			}
			for name, sql := range old {
				if now[name] != sql {
					t.Errorf("%s differs:\n%s\nmigrated:\n%s", name, sql, now[name])
				}
			}
			if len(now) != len(old) {
				t.Errorf("%d files of SQL became %d", len(old), len(now))
			}
		})
	}
}

// TestCorpusCompiles compiles the projects that use what eras do not show.
func TestCorpusCompiles(t *testing.T) {
	archives, err := filepath.Glob("../testdata/corpus/*.txtar")
	must(t, err)
	for _, file := range archives {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			ar, err := txtar.ParseFile(file)
			must(t, err)
			files := migrate.Files{}
			for _, f := range ar.Files {
				files[f.Name] = f.Data
			}
			compileWell(t, lay(t, files))
		})
	}
}

func compileWell(t *testing.T, root string) map[string]string {
	t.Helper()
	sql, list := compile(t, root)
	if list.HasErrors() || sql == nil {
		var b strings.Builder
		must(t, diag.Render(&b, list, false))
		t.Fatalf("it does not compile:\n%s", b.String())
	}
	return sql
}
