package spec

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"kith/internal/diag"
	"kith/internal/source"
)

var rewrite = flag.Bool("rewrite", false, "rewrite expected outputs under testdata")

// unescapeInput gives test files a visible way to hold bytes that editors change: ␉ is a tab, ␀ a NUL, ⊠ the byte 0xff,
// ⟨17 MB⟩ seventeen megabytes of comment.
func unescapeInput(b []byte) []byte {
	s := strings.NewReplacer("␉", "\t", "␀", "\x00", "⊠", "\xff").Replace(string(b))
	if strings.Contains(s, "⟨17 MB⟩") {
		return bytes.Repeat([]byte("# filler, "+strings.Repeat("x", 53)+"\n"), 17<<20/64)
	}
	return []byte(s)
}

// writeProject lays the files of an archive out in a new folder. "a -> b" is a link from a to b.
func writeProject(t testing.TB, ar *txtar.Archive) string {
	t.Helper()
	root := t.TempDir()
	for _, f := range ar.Files {
		if f.Name == "rendered" || f.Name == "project" {
			continue
		}
		name, target, link := strings.Cut(f.Name, " -> ")
		path := filepath.Join(root, filepath.FromSlash(name))
		must(t, os.MkdirAll(filepath.Dir(path), 0o777))
		if link {
			must(t, os.Symlink(target, path))
			continue
		}
		must(t, os.WriteFile(path, unescapeInput(f.Data), 0o666))
	}
	return root
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// expectation is a diagnostic that a line asks for.
type expectation struct {
	file     string
	line     int
	severity string
	code     string
	re       *regexp.Regexp
}

var (
	expectRE  = regexp.MustCompile(`(ERROR|WARNING|NOTE) ([A-Z]\d{3}) (?:([\w./]+) )?"(.*?)(?:"( |$)|$)`)
	commentRE = regexp.MustCompile(`#.*$`)
)

// expectations reads what an archive expects: in comments of its lines, and for diagnostics without a line in its head.
func expectations(t *testing.T, ar *txtar.Archive) []expectation {
	t.Helper()
	var out []expectation
	add := func(file string, line int, text string) {
		for _, m := range expectRE.FindAllStringSubmatch(text, -1) {
			f := file
			if m[3] != "" {
				f = m[3]
			}
			out = append(out, expectation{f, line, strings.ToLower(m[1]), m[2], regexp.MustCompile(m[4])})
		}
	}
	for line := range strings.Lines(string(ar.Comment)) {
		add("", 0, strings.TrimSpace(line))
	}
	for _, f := range ar.Files {
		if f.Name == "rendered" {
			continue
		}
		i := 0
		for line := range strings.Lines(string(f.Data)) {
			i++
			add(f.Name, i, strings.TrimSpace(commentRE.FindString(strings.TrimRight(line, "\n"))))
		}
	}
	return out
}

// TestCheck loads the project of each testdata/check/*.txtar and holds what is said against the comments on its lines:
// nothing may be missing and nothing else may be said. A section "rendered" holds the text that people see.
func TestCheck(t *testing.T) {
	files, err := filepath.Glob("testdata/check/*.txtar")
	must(t, err)
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".txtar")
		t.Run(name, func(t *testing.T) {
			ar, err := txtar.ParseFile(file)
			must(t, err)
			root := writeProject(t, ar)
			_, list, err := Load(root)
			must(t, err)
			compare(t, list, expectations(t, ar), root)
			if code := name[:4]; !slices.ContainsFunc(list, func(d diag.Diagnostic) bool { return string(d.Code) == code }) {
				t.Errorf("the example of %s does not earn it", code)
			}
			checkRendered(t, file, ar, list, root)
		})
	}
}

func compare(t *testing.T, list diag.List, want []expectation, root string) {
	t.Helper()
	used := make([]bool, len(want))
	for _, d := range list {
		line, _ := d.At.Position()
		if d.Code == diag.YTooLarge {
			line = 0 // the comment that asks for it is not in the file
		}
		message := strings.ReplaceAll(d.Message, root, "PROJECT")
		i := -1
		for k, e := range want {
			if i < 0 && !used[k] && e.file == d.At.Path() && e.line == line && e.severity == d.Severity.String() &&
				e.code == string(d.Code) && e.re.MatchString(message) {
				i = k
			}
		}
		if i < 0 {
			t.Errorf("not expected: %s:%d: %s %s %s", d.At.Path(), line, d.Severity, d.Code, message)
			continue
		}
		used[i] = true
	}
	for i, e := range want {
		if !used[i] {
			t.Errorf("missing: %s:%d: %s %s %q", e.file, e.line, e.severity, e.code, e.re)
		}
	}
}

func checkRendered(t *testing.T, file string, ar *txtar.Archive, list diag.List, root string) {
	t.Helper()
	i := slices.IndexFunc(ar.Files, func(f txtar.File) bool { return f.Name == "rendered" })
	if i < 0 {
		return
	}
	var b strings.Builder
	must(t, diag.Render(&b, list, false))
	got := strings.ReplaceAll(b.String(), root, "PROJECT")
	if *rewrite {
		ar.Files[i].Data = []byte(got)
		must(t, os.WriteFile(file, txtar.Format(ar), 0o666))
		return
	}
	if got != string(ar.Files[i].Data) {
		t.Errorf("rendered:\n%s\nwant:\n%s", got, ar.Files[i].Data)
	}
}

// TestEveryCodeHasAnExample keeps the reference honest: a code of this room without a project that earns it is a promise.
func TestEveryCodeHasAnExample(t *testing.T) {
	for _, info := range diag.Infos() {
		if c := info.Code; c[0] != 'Y' && c[0] != 'S' {
			continue
		}
		if files, _ := filepath.Glob("testdata/check/" + string(info.Code) + "*.txtar"); len(files) == 0 {
			t.Errorf("%s (%s) has no example under testdata/check", info.Code, info.Title)
		}
	}
}

// FuzzLoad reads one file of a project, or the project file itself, and wants no panic, places within files, and the same
// said twice.
func FuzzLoad(f *testing.F) {
	files, _ := filepath.Glob("testdata/*/*.txtar")
	for _, file := range files {
		ar, err := txtar.ParseFile(file)
		must(f, err)
		for _, s := range ar.Files {
			if strings.HasSuffix(s.Name, ".yaml") && !bytes.Contains(s.Data, []byte("MB")) {
				f.Add(unescapeInput(s.Data), s.Name == ProjectFile)
			}
		}
	}
	f.Fuzz(func(t *testing.T, data []byte, project bool) {
		render := func() string {
			fsys := mapFS{"pb_project.yaml": []byte("name: p\nschema_version: 98\nmodel_folders: [models]\n"), "models/a.yaml": data}
			if project {
				fsys = mapFS{"pb_project.yaml": data}
			}
			p, list, err := LoadFS(fsys.fs(), "/p")
			must(t, err)
			if p == nil {
				t.Fatal("no project")
			}
			for _, d := range list {
				checkSpan(t, d.At)
				for _, r := range d.Also {
					checkSpan(t, r.At)
				}
				if d.Message == "" || strings.ContainsAny(string(d.Code), " ") {
					t.Errorf("bad diagnostic %+v", d)
				}
			}
			var b strings.Builder
			must(t, diag.Render(&b, list, true))
			return b.String()
		}
		if a, b := render(), render(); a != b {
			t.Errorf("two loads differ:\n%s\n%s", a, b)
		}
	})
}

func checkSpan(t *testing.T, s source.Span) {
	if s.File != nil && (s.Start < 0 || s.Start > s.End || s.End > len(s.File.Data)) {
		t.Errorf("span %d-%d outside of %s", s.Start, s.End, s.File.Path)
	}
}
