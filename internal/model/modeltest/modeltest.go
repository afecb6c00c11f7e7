// Package modeltest makes graphs out of small projects, for tests: it writes the files of a txtar archive into a folder and
// resolves them with the embedded engine's parser.
package modeltest

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"kith/internal/diag"
	"kith/internal/dialect/duckdb"
	"kith/internal/model"
	"kith/internal/modeltype"
	"kith/internal/rel"
	"kith/internal/spec"
	"kith/internal/sqltext"
	"kith/internal/sqltext/duckparser"
)

// EndTime is the end time of every graph made here.
var EndTime = time.Date(2024, 3, 31, 12, 0, 0, 0, time.UTC)

// Parser is one parser for all tests of a package: it remembers what it read.
var Parser = sync.OnceValue(func() sqltext.Parser { return sqltext.NewCache("", duckparser.New()) })

// IsProject reports whether a file of an archive is part of the project rather than of the test.
func IsProject(name string) bool {
	return slices.Contains([]string{".yaml", ".yml", ".csv", ".parquet", ".json", ".sql"}, filepath.Ext(name)) &&
		name != "duckdb.sql" && name != "postgres.sql"
}

// Write puts the project files of an archive into a new folder and returns it.
func Write(t testing.TB, files []txtar.File) string {
	t.Helper()
	root := t.TempDir()
	for _, f := range files {
		if !IsProject(f.Name) {
			continue
		}
		p := filepath.Join(root, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(p), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, f.Data, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

// Options are the options that Resolve uses, for tests that change one of them.
func Options() model.Options {
	return model.Options{Dialect: "duckdb", TypeName: typeName, EndTime: EndTime, Parser: Parser(), Types: modeltype.All()}
}

var types = map[string]rel.Type{"text": rel.Text, "string": rel.Text, "integer": rel.BigInt, "float": rel.Double,
	"boolean": rel.Bool, "timestamp": rel.Timestamp, "date": rel.Date, "json": rel.JSON}

func typeName(name string) string {
	t, ok := types[strings.ToLower(name)]
	if !ok {
		return ""
	}
	return duckdb.New().Type(t)
}

// Load resolves the project in a folder, whatever its mistakes. The graph is nil when there is no project to resolve.
func Load(t testing.TB, root string, opt model.Options) (*model.Graph, diag.List) {
	t.Helper()
	p, diags, err := spec.Load(root)
	if err != nil {
		t.Fatal(err)
	}
	if p == nil {
		return nil, diags
	}
	g, more := model.Resolve(p, opt)
	diags.Add(more)
	return g, diags
}

// Resolve makes the graph of the project files of an archive.
func Resolve(t testing.TB, files []txtar.File) (*model.Graph, diag.List) {
	t.Helper()
	return Load(t, Write(t, files), Options())
}

// Good is Resolve for a project that must hold no mistake.
func Good(t testing.TB, files []txtar.File) *model.Graph {
	t.Helper()
	g, diags := Resolve(t, files)
	if diags.HasErrors() {
		t.Fatalf("errors in a good project:\n%s", Text(diags))
	}
	return g
}

// Text is a line for each diagnostic: severity, place, code, message and fix, in the order of display.
func Text(diags diag.List) string {
	var b strings.Builder
	for _, d := range diags.Sorted() {
		line, col := d.At.Position()
		fmt.Fprintf(&b, "%s %s:%d:%d %s %s", d.Severity, d.At.Path(), line, col, d.Code, d.Message)
		if d.Fix != "" {
			fmt.Fprintf(&b, " | %s", d.Fix)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// Section returns the text of an archive's file, "" when there is none.
func Section(ar *txtar.Archive, name string) string {
	for _, f := range ar.Files {
		if f.Name == name {
			return string(f.Data)
		}
	}
	return ""
}

// Golden compares sections made by a test with those of the archive in file; with update it rewrites them there. Sections
// that the archive has besides are left as they are; an empty one is taken out.
func Golden(t *testing.T, file string, ar *txtar.Archive, update bool, sections []txtar.File) {
	t.Helper()
	changed := false
	for _, s := range sections {
		i := slices.IndexFunc(ar.Files, func(f txtar.File) bool { return f.Name == s.Name })
		if len(s.Data) > 0 && s.Data[len(s.Data)-1] != '\n' {
			s.Data = append(s.Data, '\n')
		}
		if i >= 0 && string(ar.Files[i].Data) == string(s.Data) || i < 0 && len(s.Data) == 0 {
			continue
		}
		if !update {
			t.Errorf("%s: section %s differs (rewrite with -update):\n%s", file, s.Name, s.Data)
			continue
		}
		changed = true
		switch {
		case i < 0:
			ar.Files = append(ar.Files, s)
		case len(s.Data) == 0:
			ar.Files = slices.Delete(ar.Files, i, i+1)
		default:
			ar.Files[i].Data = s.Data
		}
	}
	if changed {
		if err := os.WriteFile(file, txtar.Format(ar), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
