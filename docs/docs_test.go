package docs

import (
	"encoding/csv"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

const root = ".."

// pages are all documents of the repository, by path from its root.
func pages(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() && path != root && (strings.HasPrefix(name, ".") || name == "testdata" || name == "output") {
			return filepath.SkipDir
		}
		if filepath.Ext(name) != ".md" {
			return nil
		}
		data, err := os.ReadFile(path)
		rel, _ := filepath.Rel(root, path)
		out[filepath.ToSlash(rel)] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if out["README.md"] == "" || len(out) < 8 {
		t.Fatalf("only %d documents found", len(out))
	}
	return out
}

var (
	codeRE = regexp.MustCompile("`([^`\n]+)`")
	// A path names a file or folder from the root of the repository.
	pathRE = regexp.MustCompile(`^(internal|examples|cmd|docs|bench|\.ci)(/[\w.\-]+)*/?$`)
	nameRE = regexp.MustCompile(`^([a-z]+)\.([A-Z]\w*)$`)
	linkRE = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	headRE = regexp.MustCompile(`(?m)^#+ (.*)$`)
	notRE  = regexp.MustCompile(`[^\p{L}\p{N}_\- ]`)
)

// TestPathsExist wants every path and every name of a package that a document shows in code type to exist.
func TestPathsExist(t *testing.T) {
	checked := 0
	for page, text := range pages(t) {
		for _, m := range codeRE.FindAllStringSubmatch(text, -1) {
			code := m[1]
			if pathRE.MatchString(code) {
				checked++
				if _, err := os.Stat(filepath.Join(root, filepath.FromSlash(code))); err != nil {
					t.Errorf("%s names %s, which does not exist", page, code)
				}
			}
			if n := nameRE.FindStringSubmatch(code); n != nil && !declares(t, n[1], n[2]) {
				t.Errorf("%s names %s, which no package %s declares", page, code, n[1])
			}
		}
	}
	if checked < 40 {
		t.Errorf("only %d paths found", checked)
	}
}

// TestRoomsAreNamed wants every package of the product in the table of rooms.
func TestRoomsAreNamed(t *testing.T) {
	text := pages(t)["docs/architecture.md"]
	folders, err := os.ReadDir(filepath.Join(root, "internal"))
	if err != nil || len(folders) < 15 {
		t.Fatal(err, len(folders))
	}
	for _, f := range folders {
		name := f.Name()
		if strings.HasSuffix(name, "test") || name == "rooms" { // of tests
			continue
		}
		if !strings.Contains(text, "\n| `internal/"+name+"` |") {
			t.Errorf("docs/architecture.md has no line for internal/%s in its table of rooms", name)
		}
	}
}

// declares reports whether a package of that name declares something of that name.
func declares(t *testing.T, pkg, name string) bool {
	t.Helper()
	dirs, err := filepath.Glob(filepath.Join(root, "internal", pkg))
	if err != nil {
		t.Fatal(err)
	}
	more, _ := filepath.Glob(filepath.Join(root, "internal", "*", pkg))
	declaration := regexp.MustCompile(`(?m)^(func|type|const|var|func \([^)]*\))\s+` + name + `\b|^\t` + name + `\b`)
	for _, dir := range append(dirs, more...) {
		files, _ := filepath.Glob(filepath.Join(dir, "*.go"))
		for _, f := range files {
			data, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.HasSuffix(f, "_test.go") && declaration.Match(data) {
				return true
			}
		}
	}
	return false
}

// TestFigures holds the figures of the README against the expected results, which the tests of the shop hold against the product.
func TestFigures(t *testing.T) {
	f, err := os.Open(filepath.Join(root, "examples", "shop", "expected", "clusters.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	readme := pages(t)["README.md"]
	for _, l := range lines[1:] { // entity, clusters, nodes, largest, precision, recall
		precision, err1 := strconv.ParseFloat(l[4], 64)
		recall, err2 := strconv.ParseFloat(l[5], 64)
		if err1 != nil || err2 != nil {
			t.Fatal(err1, err2)
		}
		row := fmt.Sprintf("| %s | %s | %s | %.4f | %.4f |", l[0], l[2], l[1], precision, recall)
		if !strings.Contains(readme, row) {
			t.Errorf("the README has no row %s", row)
		}
	}
}

// TestLinksLead wants every link inside the repository to lead to a file, and to a heading of it if it names one.
func TestLinksLead(t *testing.T) {
	all := pages(t)
	for page, text := range all {
		for _, m := range linkRE.FindAllStringSubmatch(text, -1) {
			link := m[1]
			if strings.Contains(link, "://") {
				continue
			}
			file, anchor, _ := strings.Cut(link, "#")
			target := page
			if file != "" {
				target = filepath.ToSlash(filepath.Join(filepath.Dir(page), file))
				if _, err := os.Stat(filepath.Join(root, filepath.FromSlash(target))); err != nil {
					t.Errorf("%s links to %s, which does not exist", page, link)
					continue
				}
			}
			if anchor != "" && !hasHeading(all[target], anchor) {
				t.Errorf("%s links to %s, and there is no such heading", page, link)
			}
		}
	}
}

// hasHeading reports whether a document has the heading of an anchor.
func hasHeading(text, anchor string) bool {
	for _, m := range headRE.FindAllStringSubmatch(text, -1) {
		slug := strings.ReplaceAll(notRE.ReplaceAllString(strings.ToLower(m[1]), ""), " ", "-")
		if slug == anchor {
			return true
		}
	}
	return false
}
