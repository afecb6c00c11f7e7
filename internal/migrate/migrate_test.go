package migrate

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"kith/internal/diag"
	"kith/internal/spec"
)

var rewrite = flag.Bool("rewrite", false, "rewrite expected outputs under testdata")

// unescape gives test files a visible way to hold bytes that editors change: ␉ is a tab, ␍ a carriage return.
func unescape(b []byte) []byte {
	return []byte(strings.NewReplacer("␉", "\t", "␍", "\r").Replace(string(b)))
}

func escape(b []byte) []byte {
	return []byte(strings.NewReplacer("\t", "␉", "\r", "␍").Replace(string(b)))
}

// Sections of an archive that are no files of the project: what is expected.
const (
	sectionManual   = "manual" // the list of changes
	migratedPrefix  = "migrated/"
	sectionMigrated = "migrated" // names that are gone
)

func filesOf(ar *txtar.Archive) Files {
	out := Files{}
	for _, f := range ar.Files {
		if f.Name != sectionManual && f.Name != sectionMigrated && !strings.HasPrefix(f.Name, migratedPrefix) {
			out[f.Name] = unescape(f.Data)
		}
	}
	return out
}

// olderCodes are what is said of older forms.
var olderCodes = []diag.Code{diag.SOldName, diag.SOldPlace, diag.SFormerMechanism, diag.SRemoved, diag.SQuoted}

// after returns the texts that a project has once a result is carried out.
func (r Result) after(files Files) Files {
	out := Files{}
	for name, data := range files {
		out[name] = data
	}
	for name, data := range r.Files {
		if data == nil {
			delete(out, name)
		} else {
			out[name] = data
		}
	}
	return out
}

// tester is what check reports to.
type tester interface {
	Helper()
	Errorf(format string, args ...any)
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

// check holds a migration to its promises.
func check(t tester, files Files) Result {
	t.Helper()
	before, list, err := spec.LoadFS(files, "")
	if err != nil {
		t.Fatal(err)
	}
	r := Auto(files, 0)
	if before == nil {
		if len(r.Files)+len(r.Changes) > 0 {
			t.Errorf("changes without a project: %v", r)
		}
		return r
	}
	after := r.after(files)
	p, list2, err := spec.LoadFS(after, "")
	if err != nil || p == nil {
		t.Fatalf("the result does not load: %v %v", err, list2)
	}
	if a, b := before.Meaning(), p.Meaning(); a != b {
		t.Errorf("the result says something else:\n%s\ninstead of\n%s", b, a)
	}
	if a, b := errors(list), errors(list2); b > a {
		t.Errorf("%d mistakes became %d", a, b)
	}
	if len(r.Left()) == 0 {
		for _, d := range list2 {
			if slices.Contains(olderCodes, d.Code) {
				t.Errorf("an older form is left: %s %s %s", d.At.Text(), d.Code, d.Message)
			}
		}
		if len(p.Older) > 0 {
			t.Errorf("older forms are left: %v", Manual(p, 0))
		}
	}
	if again := Auto(after, 0); len(again.Files) > 0 {
		for name, data := range again.Files {
			t.Errorf("a second time changes %s:\n%s\nto\n%s", name, after[name], data)
		}
	}
	return r
}

func errors(l diag.List) int {
	n := 0
	for _, d := range l {
		if d.Severity == diag.Error {
			n++
		}
	}
	return n
}

// TestAuto migrates the project of each testdata/auto/*.txtar and compares the texts and the list of changes.
func TestAuto(t *testing.T) {
	archives, err := filepath.Glob("testdata/auto/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatalf("no testdata: %v", err)
	}
	for _, file := range archives {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			ar, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			files := filesOf(ar)
			r := check(t, files)
			out := &txtar.Archive{Comment: ar.Comment}
			for _, f := range ar.Files {
				if _, ok := files[f.Name]; ok {
					out.Files = append(out.Files, f)
				}
			}
			var manual, gone strings.Builder
			for _, c := range r.Changes {
				manual.WriteString(c.String() + "\n")
			}
			out.Files = append(out.Files, txtar.File{Name: sectionManual, Data: []byte(manual.String())})
			var names []string
			for name, data := range r.Files {
				if data == nil {
					gone.WriteString(name + " is gone\n")
				} else {
					names = append(names, name)
				}
			}
			slices.Sort(names)
			for _, name := range names {
				out.Files = append(out.Files, txtar.File{Name: migratedPrefix + name, Data: escape(r.Files[name])})
			}
			if gone.Len() > 0 {
				out.Files = append(out.Files, txtar.File{Name: sectionMigrated, Data: []byte(gone.String())})
			}
			got := txtar.Format(out)
			if *rewrite {
				if err := os.WriteFile(file, got, 0o666); err != nil {
					t.Fatal(err)
				}
				return
			}
			if string(got) != string(txtar.Format(ar)) {
				t.Errorf("got\n%s", got)
			}
		})
	}
}
