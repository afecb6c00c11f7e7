package source

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"testing/fstest"
)

func TestYAMLFilesSortsByPathAndSkipsTheRest(t *testing.T) {
	fsys := fstest.MapFS{}
	for _, name := range []string{"models/b/z.yaml", "models/b-a.yml", "models/a.YAML", "models/x.sql", "models/.git/c.yaml", "other/d.yaml"} {
		fsys[name] = &fstest.MapFile{}
	}
	got, err := YAMLFiles(fsys, "models")
	want := []string{"models/a.YAML", "models/b-a.yml", "models/b/z.yaml"}
	if err != nil || !slices.Equal(got.Files, want) {
		t.Errorf("got %v, %v", got.Files, err)
	}
	if _, err := YAMLFiles(fsys, "none"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("missing folder: %v", err)
	}
	if _, err := YAMLFiles(fsys, "models/x.sql"); err == nil {
		t.Error("a file was taken for a folder")
	}
}

func TestLinksOutOfTheProjectAreNotFollowed(t *testing.T) {
	dir := t.TempDir()
	outside := filepath.Join(dir, "secret.yaml")
	project := filepath.Join(dir, "project")
	must(t, os.MkdirAll(filepath.Join(project, "models"), 0o777))
	must(t, os.WriteFile(outside, []byte("a: 1"), 0o666))
	must(t, os.WriteFile(filepath.Join(project, "shared.txt"), []byte("b: 2"), 0o666))
	must(t, os.Symlink(outside, filepath.Join(project, "models", "out.yaml")))
	must(t, os.Symlink("../shared.txt", filepath.Join(project, "models", "in.yaml")))
	must(t, os.Symlink("..", filepath.Join(project, "models", "circle")))
	root, err := os.OpenRoot(project)
	must(t, err)
	defer root.Close()
	got, err := YAMLFiles(root.FS(), "models")
	must(t, err)
	if want := []string{"models/in.yaml"}; !slices.Equal(got.Files, want) {
		t.Errorf("files %v, want %v", got.Files, want)
	}
	if want := []string{"models/circle", "models/out.yaml"}; !slices.Equal(got.Links, want) {
		t.Errorf("links %v, want %v", got.Links, want)
	}
	f, err := ReadFile(root.FS(), "models/in.yaml")
	if err != nil || string(f.Data) != "b: 2" {
		t.Errorf("got %v, %v", f, err)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
