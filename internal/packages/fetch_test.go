package packages

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestFetch brings a project of a repository to a folder of the user: a copy without the repository's own data, the same one
// the second time, another one for another tag.
func TestFetch(t *testing.T) {
	repo := t.TempDir()
	git := func(args ...string) {
		t.Helper()
		cmd := exec.Command("git", append([]string{"-c", "user.name=t", "-c", "user.email=t@example.test"}, args...)...)
		cmd.Dir = repo
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
	}
	write := func(text string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Join(repo, "shop"), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(repo, "shop", "pb_project.yaml"), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	git("init", "-q")
	write("name: one\n")
	git("add", ".")
	git("commit", "-qm", "one")
	git("tag", "v1")
	write("name: two\n")
	git("commit", "-qam", "two")
	git("tag", "v2")

	dir, cache := t.TempDir(), t.TempDir()
	fetch := func(tag string) string {
		t.Helper()
		root, diags, err := Fetch(context.Background(), "file://"+repo+"/tag/"+tag+"/shop", dir, Options{CacheDir: cache})
		if err != nil || diags.HasErrors() {
			t.Fatalf("%v %v", err, diags)
		}
		return root
	}
	one, two := fetch("v1"), fetch("v2")
	if one == two || fetch("v1") != one {
		t.Errorf("folders %q, %q and %q", one, two, fetch("v1"))
	}
	for root, want := range map[string]string{one: "name: one\n", two: "name: two\n"} {
		if got, err := os.ReadFile(filepath.Join(root, "pb_project.yaml")); err != nil || string(got) != want {
			t.Errorf("%s holds %q (%v), want %q", root, got, err, want)
		}
		if _, err := os.Stat(filepath.Join(root, ".git")); err == nil {
			t.Errorf("%s holds a repository", root)
		}
	}
	if _, diags, err := Fetch(context.Background(), "file://"+repo+"/tag/v9/shop", dir, Options{CacheDir: cache}); err != nil || !diags.HasErrors() {
		t.Errorf("a tag that is not there: %v %v", diags, err)
	}
	if !IsAddress("git@example.test:a/b") || IsAddress("./shop") || IsAddress("/abs/shop") {
		t.Error("addresses and folders are not told apart")
	}
}
