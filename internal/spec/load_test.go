package spec

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/rogpeppe/go-internal/txtar"

	"kith/internal/diag"
	"kith/internal/source"
)

// mapFS is a file system in a map.
type mapFS map[string][]byte

func (m mapFS) fs() fs.FS {
	out := fstest.MapFS{}
	for name, data := range m {
		out[name] = &fstest.MapFile{Data: data}
	}
	return out
}

// TestLoad prints the project of each testdata/load/*.txtar: every value with its place. These projects hold no errors.
func TestLoad(t *testing.T) {
	files, err := filepath.Glob("testdata/load/*.txtar")
	must(t, err)
	if len(files) == 0 {
		t.Fatal("no testdata")
	}
	for _, file := range files {
		ar, err := txtar.ParseFile(file)
		must(t, err)
		root := writeProject(t, ar)
		p, list, err := Load(root)
		must(t, err)
		if list.HasErrors() {
			var b strings.Builder
			diag.Render(&b, list, false)
			t.Errorf("%s: errors in a good project:\n%s", file, b.String())
		}
		p.Root = "PROJECT"
		var b strings.Builder
		dump(&b, reflect.ValueOf(p), 0)
		for _, d := range list {
			l, _ := d.At.Position()
			fmt.Fprintf(&b, "%s %s:%d %s %s\n", d.Severity, d.At.Path(), l, d.Code, d.Message)
		}
		i := slices.IndexFunc(ar.Files, func(f txtar.File) bool { return f.Name == "project" })
		if *rewrite {
			if i < 0 {
				ar.Files = append(ar.Files, txtar.File{Name: "project"})
				i = len(ar.Files) - 1
			}
			ar.Files[i].Data = []byte(b.String())
			must(t, os.WriteFile(file, txtar.Format(ar), 0o666))
		} else if i < 0 || b.String() != string(ar.Files[i].Data) {
			t.Errorf("%s: got\n%s", file, b.String())
		}
	}
}

// dump prints the parts of a value that are not zero.
func dump(b *strings.Builder, v reflect.Value, depth int) {
	pad := strings.Repeat("  ", depth)
	switch x := v.Interface().(type) {
	case source.At[string]:
		fmt.Fprintf(b, " %q @%s\n", x.Value, where(x.Span))
		return
	case source.At[int]:
		fmt.Fprintf(b, " %d @%s\n", x.Value, where(x.Span))
		return
	case source.At[bool]:
		fmt.Fprintf(b, " %v @%s\n", x.Value, where(x.Span))
		return
	case source.Text:
		fmt.Fprintf(b, " %q @%s\n", x.S, where(x.Span()))
		return
	case *source.File:
		fmt.Fprintf(b, " %s\n", x.Path)
		return
	case *source.Node:
		fmt.Fprintf(b, " node @%s\n", where(x.Span))
		return
	case *Older:
		fmt.Fprintf(b, " %q is %q (%T) @%s\n", x.Old, x.New, x.Edit, where(x.At))
		return
	case source.Span:
		fmt.Fprintf(b, " %s\n", where(x))
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		dump(b, v.Elem(), depth)
	case reflect.Struct:
		b.WriteString("\n")
		for i := range v.NumField() {
			if f := v.Field(i); !f.IsZero() && v.Type().Field(i).IsExported() {
				fmt.Fprintf(b, "%s  %s:", pad, v.Type().Field(i).Name)
				dump(b, f, depth+1)
			}
		}
	case reflect.Slice:
		b.WriteString("\n")
		for i := range v.Len() {
			fmt.Fprintf(b, "%s  -", pad)
			dump(b, v.Index(i), depth+1)
		}
	default:
		fmt.Fprintf(b, " %v\n", v.Interface())
	}
}

func where(s source.Span) string {
	if s.IsZero() {
		return "-"
	}
	l, c := s.Position()
	return fmt.Sprintf("%d:%d", l, c)
}

// TestOrderOfFilesIsByPath guards determinism: the same project is read in the same order on every disk.
func TestOrderOfFilesIsByPath(t *testing.T) {
	m := mapFS{"pb_project.yaml": []byte("name: p\nschema_version: 98\nmodel_folders: [b, a, a/sub, ./a]\n")}
	for _, name := range []string{"a/z.yaml", "a/sub/m.yml", "a/c.yaml", "b/x.yaml", "a/notes.txt"} {
		m[name] = []byte("")
	}
	p, list, err := LoadFS(m.fs(), "/p")
	if err != nil || len(list) > 0 {
		t.Fatal(err, list)
	}
	var got []string
	for _, f := range p.Files {
		got = append(got, f.Path)
	}
	want := []string{"pb_project.yaml", "b/x.yaml", "a/c.yaml", "a/sub/m.yml", "a/z.yaml"}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestUnreadFilesAreTold(t *testing.T) {
	m := mapFS{"pb_project.yaml": []byte("name: p\nschema_version: 98\nmodel_folders: [m]\n"),
		"m/a.yaml": []byte("models: [\n"), "m/b.yaml": []byte("macros: [{name: m, value: x}]"), "m/c.yaml": nil}
	p, list, err := LoadFS(m.fs(), "/p")
	if err != nil || !list.HasErrors() || len(p.Unread) != 1 || p.Unread[0].Path != "m/a.yaml" || len(p.Macros) != 1 {
		t.Errorf("got %+v, %v, %v", p, list, err)
	}
}

func TestMissingFolderAndFileAreDiagnostics(t *testing.T) {
	_, list, err := Load(filepath.Join(t.TempDir(), "nope"))
	if err != nil || len(list) != 1 || list[0].Code != diag.YNoProject {
		t.Errorf("got %v, %v", list, err)
	}
	file := filepath.Join(t.TempDir(), "file")
	must(t, os.WriteFile(file, nil, 0o666))
	_, list, err = Load(file)
	if err != nil || len(list) != 1 || list[0].Code != diag.YNoProject {
		t.Errorf("got %v, %v", list, err)
	}
}

// brokenFS is a disk that fails.
type brokenFS struct{ fs.FS }

func (b brokenFS) Open(name string) (fs.File, error) {
	if strings.HasSuffix(name, ".yaml") && name != ProjectFile {
		return nil, &fs.PathError{Op: "open", Path: name, Err: errors.New("input/output error")}
	}
	return b.FS.Open(name)
}

func TestBrokenDiskIsAnError(t *testing.T) {
	m := mapFS{"pb_project.yaml": []byte("name: p\nschema_version: 98\nmodel_folders: [m]\n"), "m/a.yaml": nil}
	if _, _, err := LoadFS(brokenFS{m.fs()}, "/p"); err == nil || !strings.Contains(err.Error(), "m/a.yaml") {
		t.Errorf("got %v", err)
	}
}

// credentials is an object with a secret, as a site configuration has.
type credentials struct{ user, password source.At[string] }

func TestLinesWithSecretsAreNotShown(t *testing.T) {
	obj := &Object[credentials]{Name: "output", Fields: []Field[credentials]{
		Str("user", "User.", func(c *credentials) *source.At[string] { return &c.user }),
		Str("password", "Password.", func(c *credentials) *source.At[string] { return &c.password }, Secret),
	}}
	f := source.NewFile("site.yaml", []byte("{user: [x], password: hunter2,\n usr: a}\n"))
	n, l := ParseYAML(f)
	c, more := Decode(n, obj)
	l.Add(more)
	var b strings.Builder
	must(t, diag.Render(&b, l, false))
	if strings.Contains(b.String(), "hunter2") {
		t.Errorf("the password is shown:\n%s", b.String())
	}
	if !strings.Contains(b.String(), "usr: a") || len(l) != 2 {
		t.Errorf("lines without the password should be shown:\n%s", b.String())
	}
	if c.password.Value != "hunter2" {
		t.Errorf("got %q", c.password.Value)
	}
}

func TestDecodeNilNeedsItsRequiredKeys(t *testing.T) {
	_, l := Decode(nil, MacroObject)
	if len(l) != 2 || l[0].Code != diag.SMissingKey {
		t.Errorf("got %+v", l)
	}
}
