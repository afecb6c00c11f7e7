package diag

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

var codeRE = regexp.MustCompile(`^[YSPRTQCDWL]\d{3}$`)

// TestEveryCodeHasAnInfo reads the codes out of this package's files: each has one entry, no two share a code, and every
// list of entries is among infoLists.
func TestEveryCodeHasAnInfo(t *testing.T) {
	infos := map[string]bool{}
	for _, i := range Infos() {
		if infos[string(i.Code)] {
			t.Errorf("two entries for %s", i.Code)
		}
		infos[string(i.Code)] = true
		if !codeRE.MatchString(string(i.Code)) || i.Title == "" || i.Meaning == "" || strings.HasSuffix(i.Title, ".") {
			t.Errorf("entry %+v", i)
		}
		if got, ok := InfoOf(i.Code); !ok || got != i {
			t.Errorf("InfoOf(%s) = %+v", i.Code, got)
		}
	}
	files, err := filepath.Glob("codes_*.go")
	if err != nil || len(files) == 0 {
		t.Fatal("no codes")
	}
	seen := map[string]string{}
	for _, file := range files {
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for name, code := range constants(f) {
			if other, dup := seen[code]; dup {
				t.Errorf("%s and %s are both %s", name, other, code)
			}
			seen[code] = name
			if !infos[code] {
				t.Errorf("%s: %s (%s) has no entry in Infos; is its list in infoLists?", file, name, code)
			}
		}
	}
	for code := range infos {
		if seen[code] == "" {
			t.Errorf("an entry for %s, which is no constant", code)
		}
	}
}

func constants(f *ast.File) map[string]string {
	out := map[string]string{}
	ast.Inspect(f, func(n ast.Node) bool {
		v, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		for i, val := range v.Values {
			if lit, ok := val.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				if s, err := strconv.Unquote(lit.Value); err == nil && codeRE.MatchString(s) {
					out[v.Names[i].Name] = s
				}
			}
		}
		return true
	})
	return out
}

// TestCodesAreUsedByName keeps codes out of string literals elsewhere: a code typed as text needs no entry and could be
// reused unseen.
func TestCodesAreUsedByName(t *testing.T) {
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		if filepath.Base(filepath.Dir(path)) == "diag" {
			return nil
		}
		set := token.NewFileSet()
		f, err := parser.ParseFile(set, path, nil, 0)
		if err != nil {
			return nil // does not compile: the compiler says it better
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				if s, err := strconv.Unquote(lit.Value); err == nil && codeRE.MatchString(s) {
					t.Errorf("%s: write the constant instead of %q", set.Position(lit.Pos()), s)
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
