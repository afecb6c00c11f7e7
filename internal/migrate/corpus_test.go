package migrate

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"kith/internal/diag"
	"kith/internal/source"
	"kith/internal/spec"
)

// corpus are the projects whose constructs are counted: the eras, those of corpus, and the example shop.
func corpus(t testing.TB) map[string]Files {
	t.Helper()
	out := map[string]Files{}
	for _, pattern := range []string{"testdata/eras/*.txtar", "testdata/corpus/*.txtar"} {
		archives, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range archives {
			ar, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			out[file] = filesOf(ar)
		}
	}
	shop := Files{}
	root := filepath.Join("..", "..", "examples", "shop")
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".yaml" {
			return err
		}
		data, err := os.ReadFile(path)
		name, _ := filepath.Rel(root, path)
		shop[filepath.ToSlash(name)] = data
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	out["examples/shop"] = shop
	return out
}

// used collects what projects use.
type used struct {
	project, keys map[string]bool
	values        map[string][]string
	texts         []string
}

// walk collects the keys, values and texts of a node. path is where it stands.
func (u *used) walk(n *source.Node, path string, keys map[string]bool) {
	keys[path] = true
	switch n.Kind {
	case source.MapNode:
		kind := ""
		if path == "models[]" {
			if m := n.Get("model_type"); m != nil {
				kind = m.Text.S
			}
		}
		for _, p := range n.Pairs {
			at := strings.TrimPrefix(path+"."+p.Key.Value, ".")
			u.walk(p.Value, at, keys)
			if p.Key.Value == "model_spec" {
				u.walk(p.Value, "models["+kind+"].model_spec", keys)
			}
		}
	case source.ListNode:
		for _, i := range n.Items {
			u.walk(i, path+"[]", keys)
		}
	case source.ScalarNode:
		u.values[path] = append(u.values[path], n.Text.S)
		u.texts = append(u.texts, n.Text.S)
	}
}

// has reports whether a line of constructs.txt is used.
func (u *used) has(t *testing.T, line string) bool {
	kind, rest, _ := strings.Cut(line, " ")
	switch kind {
	case "project", "key":
		keys := u.keys
		if kind == "project" {
			keys = u.project
		}
		re := regexp.MustCompile("^" + strings.ReplaceAll(regexp.QuoteMeta(rest), "<name>", `[^.]+`) + "$")
		for k := range keys {
			if re.MatchString(k) {
				return true
			}
		}
		return false
	case "text":
		_, pattern, ok := strings.Cut(rest, " :: ")
		re := regexp.MustCompile(pattern)
		return ok && slices.ContainsFunc(u.texts, re.MatchString)
	case "value":
		key, pattern, ok := strings.Cut(rest, " :: ")
		re := regexp.MustCompile("^(" + pattern + ")$")
		for path, values := range u.values {
			if (path == key || strings.HasSuffix(path, "."+key)) && slices.ContainsFunc(values, re.MatchString) {
				return ok
			}
		}
		return false
	}
	t.Fatalf("what is %q", line)
	return false
}

// TestCorpusUsesEveryConstruct wants every construct that projects in the wild use to stand in a project of ours that loads
// without a mistake.
func TestCorpusUsesEveryConstruct(t *testing.T) {
	u := &used{project: map[string]bool{}, keys: map[string]bool{}, values: map[string][]string{}}
	for name, files := range corpus(t) {
		p, list, err := spec.LoadFS(files, "")
		if err != nil || p == nil || list.HasErrors() {
			var b strings.Builder
			diag.Render(&b, list, false)
			t.Errorf("%s: %v\n%s", name, err, b.String())
			continue
		}
		for i, f := range p.Files {
			n, _ := source.ParseYAML(f)
			keys := u.keys
			if i == 0 {
				keys = u.project
			}
			u.walk(n, "", keys)
		}
	}
	data, err := os.ReadFile("testdata/constructs.txt")
	if err != nil {
		t.Fatal(err)
	}
	lines := 0
	for line := range strings.Lines(string(data)) {
		line = strings.TrimRight(line, "\n")
		if line == "" || line[0] == '#' {
			continue
		}
		lines++
		python, ml := strings.CutPrefix(line, "ml ")
		switch used := u.has(t, python); {
		case !used && ml:
			t.Logf("no project uses: %s", python)
		case !used:
			t.Errorf("no project uses: %s", line)
		}
	}
	if lines < 300 {
		t.Errorf("only %d constructs", lines)
	}
}
