package packages

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"kith/internal/diag"
	"kith/internal/spec"
)

// world is a folder with repositories, a project and a cache of clones.
type world struct {
	t   *testing.T
	dir string
	opt Options
}

func newWorld(t *testing.T) *world {
	dir := t.TempDir()
	home := t.TempDir()
	for name, value := range map[string]string{"HOME": home, "XDG_CONFIG_HOME": home, "GIT_CONFIG_NOSYSTEM": "1",
		"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@example.com", "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@example.com",
		"GIT_AUTHOR_DATE": "2026-01-01T00:00:00Z", "GIT_COMMITTER_DATE": "2026-01-01T00:00:00Z"} {
		t.Setenv(name, value)
	}
	return &world{t: t, dir: dir, opt: Options{CacheDir: filepath.Join(dir, "cache")}}
}

func (w *world) path(name string) string { return filepath.Join(w.dir, filepath.FromSlash(name)) }

func (w *world) write(name, text string) {
	w.t.Helper()
	if err := os.MkdirAll(filepath.Dir(w.path(name)), 0o755); err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(w.path(name), []byte(text), 0o644); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) read(name string) string {
	w.t.Helper()
	data, err := os.ReadFile(w.path(name))
	if err != nil {
		w.t.Fatal(err)
	}
	return string(data)
}

func (w *world) git(repo string, args ...string) string {
	w.t.Helper()
	cmd := exec.Command("git", append([]string{"-C", w.path(repo)}, args...)...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		w.t.Fatalf("git %v: %v\n%s", args, err, out)
	}
	return strings.TrimSpace(string(out))
}

// project writes a project of a name with the packages name=url.
func (w *world) project(folder, name string, packages ...string) {
	text := "name: " + name + "\nschema_version: 98\nconnection: c\nmodel_folders: [models]\n"
	if len(packages) > 0 {
		text += "packages:\n"
	}
	for _, p := range packages {
		alias, url, _ := strings.Cut(p, "=")
		text += fmt.Sprintf("  - {name: %s, url: '%s'}\n", alias, url)
	}
	w.write(folder+"/pb_project.yaml", text)
	w.write(folder+"/models/all.yaml", "inputs:\n  - name: "+name+"\n    app_defaults: {table: t}\n")
}

// repo makes a repository with a project of its name at the top and one called sub in the folder sub/dir. It has the tags
// schema_42, schema_98 and schema_200, each of a commit of its own, and the branch other.
func (w *world) repo(name string) (url string) {
	w.project(name, name)
	w.git(name, "init", "-q", "-b", "main")
	commit := func(version string) {
		w.project(name, name+"_"+version)
		w.project(name+"/sub/dir", "sub_"+version)
		w.git(name, "add", "-A")
		w.git(name, "commit", "-q", "-m", version)
	}
	for _, v := range []string{"42", "98", "200"} {
		commit(v)
		w.git(name, "tag", "schema_"+v)
	}
	w.git(name, "checkout", "-q", "-b", "other")
	commit("other")
	w.git(name, "tag", "-a", "-m", "annotated", "signed")
	w.git(name, "checkout", "-q", "main")
	commit("head")
	return "file://" + w.path(name)
}

// load loads the project in a folder; every diagnostic is a line "CODE place: message (fix)".
func (w *world) load(folder string) (*spec.Project, string) {
	w.t.Helper()
	p, diags, err := spec.Load(w.path(folder))
	if err != nil || diags.HasErrors() {
		w.t.Fatalf("%v %v", err, diags)
	}
	diags, err = Load(context.Background(), p, w.opt)
	if err != nil {
		w.t.Fatal(err)
	}
	var out []string
	for _, d := range diags {
		line, _ := d.At.Position()
		out = append(out, fmt.Sprintf("%s %s:%d: %s (%s)", d.Code, d.At.Path(), line, d.Message, d.Fix))
	}
	return p, strings.ReplaceAll(strings.Join(out, "\n"), w.dir, "DIR")
}

// hint writes out "@repo" at the end of lines: the way out that is given for a repository.
func hint(lines string) string {
	return regexp.MustCompile(`@(\S+)`).ReplaceAllString(lines,
		"(see what the repository has, and whether your network and credentials reach it: `git ls-remote file://DIR/$1`; or name a folder with a copy of it)")
}

// names are the names of the projects that p imports, in brackets those that these import.
func names(p *spec.Project) string {
	var out []string
	for _, i := range p.Imports {
		s := i.Package.Name.Value + "=" + i.Project.Name.Value
		if len(i.Project.Imports) > 0 {
			s += "(" + names(i.Project) + ")"
		}
		out = append(out, s)
	}
	return strings.Join(out, " ")
}

func (w *world) want(folder, want string) *spec.Project {
	w.t.Helper()
	p, said := w.load(folder)
	if said != "" {
		w.t.Fatalf("says\n%s", said)
	}
	if got := names(p); got != want {
		w.t.Fatalf("imports %s, want %s", got, want)
	}
	return p
}

func (w *world) wantSaid(folder, want string) {
	w.t.Helper()
	if _, said := w.load(folder); said != want {
		w.t.Errorf("says\n%s\nwant\n%s", said, want)
	}
}

// TestGitAddresses is that every kind of address finds its commit and folder.
func TestGitAddresses(t *testing.T) {
	w := newWorld(t)
	url := w.repo("base")
	first := w.git("base", "rev-parse", "schema_42")
	for _, c := range []struct{ address, want string }{
		{url, "base_head"},
		{url + "/tree/other", "base_other"},
		{url + "/tree/main", "base_head"},
		{url + "/tree/schema_42", "base_42"},
		{url + "/tag/schema_42", "base_42"},
		{url + "/tag/signed", "base_other"},
		{url + "/tag/schema_{{best_schema_version}}", "base_98"},
		{url + "/tag/schema_{{ best_schema_version }}/sub/dir", "sub_98"},
		{url + "/commit/" + first, "base_42"},
		{url + "/commit/" + first + "/sub/dir", "sub_42"},
		{url + "/commit/" + first[:10], "base_42"},
	} {
		w.project("p", "p", "base="+c.address)
		if err := os.RemoveAll(w.path("p/kith.lock")); err != nil {
			t.Fatal(err)
		}
		w.want("p", "base="+c.want)
	}
}

// TestPinned is that a project means the same after the repository went on, and is read without it.
func TestPinned(t *testing.T) {
	w := newWorld(t)
	url := w.repo("base")
	w.project("p", "p", "base="+url+"/tag/schema_42", "again="+url)
	w.want("p", "base=base_42 again=base_head")
	lock := w.read("p/kith.lock")
	want := "# Commits of the git packages of this project. Written by kith; keep it in version control.\n" +
		url + " " + w.git("base", "rev-parse", "main") + "\n" +
		url + "/tag/schema_42 " + w.git("base", "rev-parse", "schema_42") + "\n"
	if lock != want {
		t.Errorf("the lock file is\n%s\nwant\n%s", lock, want)
	}

	// What does not change is not written: not even its time.
	old := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	if err := os.Chtimes(w.path("p/kith.lock"), old, old); err != nil {
		t.Fatal(err)
	}
	w.git("base", "tag", "-f", "schema_42", "schema_200")
	w.want("p", "base=base_42 again=base_head")
	if info, err := os.Stat(w.path("p/kith.lock")); err != nil || !info.ModTime().Equal(old) {
		t.Errorf("the lock file was written: %v", err)
	}

	// Another machine, with the lock file and no cache, takes the commit and not the tag.
	cache := w.opt.CacheDir
	w.opt.CacheDir = w.path("cache2")
	w.want("p", "base=base_42 again=base_head")
	w.opt.CacheDir = cache

	w.opt.Update = true
	w.want("p", "base=base_200 again=base_head")
	if now := w.read("p/kith.lock"); now == lock || strings.Count(now, "\n") != 3 {
		t.Errorf("after an update the lock file is\n%s", now)
	}
	w.opt.Update = false

	if err := os.Rename(w.path("base"), w.path("gone")); err != nil {
		t.Fatal(err)
	}
	w.want("p", "base=base_200 again=base_head")
	w.opt.Offline = true
	w.want("p", "base=base_200 again=base_head")

	// An address that is no longer used loses its line.
	w.opt.Offline = false
	w.project("p", "p", "again="+url)
	w.want("p", "again=base_head")
	if now := w.read("p/kith.lock"); strings.Contains(now, "schema_42") {
		t.Errorf("the lock file keeps what is not used:\n%s", now)
	}
}

// TestOffline is that without the network only what is pinned and cloned is taken.
func TestOffline(t *testing.T) {
	w := newWorld(t)
	url := w.repo("base")
	w.project("p", "p", "base="+url)
	w.opt.Offline = true
	w.wantSaid("p", "P001 pb_project.yaml:6: package base: it is not in kith.lock and the network is not to be used (load the project once with the network)")
	w.opt.Offline = false
	w.want("p", "base=base_head")
	w.opt.Offline, w.opt.CacheDir = true, w.path("empty")
	commit := w.git("base", "rev-parse", "main")
	w.wantSaid("p", "P001 pb_project.yaml:6: package base: commit "+commit[:12]+" is not in the cache and the network is not to be used (load the project once with the network)")
}

// TestNotFound is that what cannot be found is said at the place of its address, all at once, and nothing is pinned.
func TestNotFound(t *testing.T) {
	w := newWorld(t)
	url := w.repo("base")
	nowhere := strings.Repeat("0", 40)
	w.project("p", "p",
		"a="+url+"/tag/nope",
		"b="+url+"/tree/nope",
		"c="+url+"/tag/schema_42/nope",
		"d="+url+"/tag/v_{{best_schema_version}}",
		"e=file://"+w.path("nowhere.git"),
		"f="+url+"/commit/"+nowhere,
		"g="+url+"/commit/--upload-pack=touch",
		"h="+url+"/tag/schema_42/../../../..",
		"i=./nowhere",
		"j=s3://bucket/base",
		"k="+url)
	w.wantSaid("p", hint(strings.Join([]string{
		"P001 pb_project.yaml:6: package a: the repository has no tag \"nope\" @base",
		"P001 pb_project.yaml:7: package b: the repository has no branch \"nope\" @base",
		"P001 pb_project.yaml:8: package c: there is no pb_project.yaml in \"/nope\" of the repository @base",
		"P001 pb_project.yaml:9: package d: the repository has no tag v_<version> up to version 99 @base",
		"P001 pb_project.yaml:10: package e: git ls-remote: 'DIR/nowhere.git' does not appear to be a git repository @nowhere.git",
		"P001 pb_project.yaml:11: package f: git checkout: reference is not a tree: 0000000000000000000000000000000000000000 @base",
		"P001 pb_project.yaml:12: package g: \"--upload-pack=touch\" is no commit @base",
		"P001 pb_project.yaml:13: package h: \"../../../..\" leads out of the repository @base",
		"P001 pb_project.yaml:14: no project in \"./nowhere\" for package i (the folder must hold a pb_project.yaml; paths are relative to the importing project)",
		"P001 pb_project.yaml:15: packages in S3 are not read by this version (copy it into a folder and name that: url: ./packages/j)",
	}, "\n")))
	if _, err := os.Stat(w.path("p/kith.lock")); err == nil {
		t.Error("a project with mistakes was pinned")
	}
}

// TestLinkOutside is that a link in a repository does not lead to the files of the machine.
func TestLinkOutside(t *testing.T) {
	w := newWorld(t)
	w.project("mine", "mine")
	url := w.repo("base")
	if err := os.Symlink(w.path("mine"), w.path("base/away")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("sub/dir", w.path("base/near")); err != nil {
		t.Fatal(err)
	}
	w.git("base", "add", "-A")
	w.git("base", "commit", "-q", "-m", "links")
	w.project("p", "p", "near="+url+"/tree/main/near")
	w.want("p", "near=sub_head")
	w.project("p", "p", "away="+url+"/tree/main/away")
	w.wantSaid("p", hint(`P001 pb_project.yaml:6: package away: "away" is a link that leads out of the repository @base`))
}

// TestCredentials is that user names and passwords are neither shown nor written.
func TestCredentials(t *testing.T) {
	w := newWorld(t)
	w.project("p", "p", "base=https://user:sesame@127.0.0.1:1/acme/base/tag/v1")
	p, said := w.load("p")
	if strings.Contains(said, "sesame") || !strings.Contains(said, "P001 ") || !strings.Contains(said, "***@127.0.0.1:1") {
		t.Errorf("says %s", said)
	}
	diags, err := Load(context.Background(), p, w.opt)
	if err != nil || len(diags) != 1 || !diags[0].Private {
		t.Errorf("the line of the address is shown: %v %v", err, diags)
	}
	l := &lock{path: w.path("kith.lock"), used: map[string]string{}}
	l.pin(hideUser("https://user:sesame@host/a/b"), "c")
	if err := l.write(); err != nil || strings.Contains(w.read("kith.lock"), "sesame") {
		t.Errorf("the lock file has a password: %v", err)
	}
}

// TestInsideOfGit is that a hook of the user's own repository, in which GIT_DIR is set, does not make git work there.
func TestInsideOfGit(t *testing.T) {
	w := newWorld(t)
	url := w.repo("base")
	w.repo("own")
	before := w.git("own", "for-each-ref") + w.git("own", "rev-parse", "HEAD")
	w.project("p", "p", "base="+url+"/tag/schema_42")
	t.Setenv("GIT_DIR", w.path("own/.git"))
	t.Setenv("GIT_WORK_TREE", w.path("own"))
	t.Setenv("GIT_INDEX_FILE", w.path("own/.git/index"))
	w.want("p", "base=base_42")
	for _, name := range []string{"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"} {
		os.Unsetenv(name)
	}
	if after := w.git("own", "for-each-ref") + w.git("own", "rev-parse", "HEAD"); after != before {
		t.Errorf("the user's repository was\n%s\nand is\n%s", before, after)
	}
}

// TestAsksNothing is that neither git nor ssh is left to ask on the terminal, and that the user's own ssh stays.
func TestAsksNothing(t *testing.T) {
	newWorld(t)
	l := &loader{ctx: context.Background()}
	has := func(entry string) bool {
		n := 0
		for _, e := range l.environment() {
			if e == entry {
				n++
			}
		}
		return n == 1
	}
	t.Setenv("GIT_TERMINAL_PROMPT", "1")
	if !has("GIT_TERMINAL_PROMPT=0") || has("GIT_TERMINAL_PROMPT=1") {
		t.Error("git may ask on the terminal")
	}
	if !has("GIT_SSH_COMMAND=ssh -oBatchMode=yes -oConnectTimeout=20") {
		t.Error("ssh may ask on the terminal")
	}
	t.Setenv("GIT_SSH_COMMAND", "plink -batch")
	if !has("GIT_SSH_COMMAND=plink -batch") || has("GIT_SSH_COMMAND=ssh -oBatchMode=yes -oConnectTimeout=20") {
		t.Error("the user's own ssh is not used")
	}
}

// TestNames is that two packages of one name are told apart from none, whatever the case.
func TestNames(t *testing.T) {
	w := newWorld(t)
	w.project("p/one", "one")
	w.project("p/two", "two")
	w.project("p", "p", "base=./one", "Base=./two")
	w.wantSaid("p", `P002 pb_project.yaml:7: two packages are called "Base" (rename one of them)`)
}

// TestNested is that packages of packages are found from the folder of the project that names them, by folder and by git, and
// that every file is shown under the packages it came through.
func TestNested(t *testing.T) {
	w := newWorld(t)
	url := w.repo("far")
	w.project("p/packages/base", "base", "core=../core", "far="+url+"/tag/schema_42")
	w.project("p/packages/core", "core")
	w.project("other", "other")
	w.project("p", "p", "base=./packages/base", "core=../other")
	p := w.want("p", "base=base(core=core far=far_42) core=other")
	var files []string
	var walk func(p *spec.Project)
	walk = func(p *spec.Project) {
		for _, f := range p.Files {
			files = append(files, f.Path)
		}
		for _, i := range p.Imports {
			walk(i.Project)
		}
	}
	walk(p)
	want := `pb_project.yaml
models/all.yaml
packages/base/pb_project.yaml
packages/base/models/all.yaml
packages/base/packages/core/pb_project.yaml
packages/base/packages/core/models/all.yaml
packages/base/packages/far/pb_project.yaml
packages/base/packages/far/models/all.yaml
packages/core/pb_project.yaml
packages/core/models/all.yaml`
	if got := strings.Join(files, "\n"); got != want {
		t.Errorf("the files are\n%s", got)
	}
	if lock := w.read("p/kith.lock"); !strings.Contains(lock, url+"/tag/schema_42 ") {
		t.Errorf("the package of a package is not pinned:\n%s", lock)
	}
}

// TestCircle is that a circle is said once, at the import that closes it, also through links.
func TestCircle(t *testing.T) {
	w := newWorld(t)
	w.project("p", "p", "self=.")
	w.wantSaid("p", "P003 pb_project.yaml:6: package self imports itself (take one of the imports away)")

	w.project("a", "a", "b=../b")
	w.project("b", "b", "c=../c")
	w.project("c", "c", "a=../a")
	w.wantSaid("a", "P003 packages/b/packages/c/pb_project.yaml:6: package a imports itself (take one of the imports away)")
	if err := os.Symlink(w.path("a"), w.path("link")); err != nil {
		t.Fatal(err)
	}
	w.wantSaid("link", "P003 packages/b/packages/c/pb_project.yaml:6: package a imports itself (take one of the imports away)")

	// One package that comes twice on different ways is no circle.
	w.project("d", "d", "left=../left", "right=../right")
	w.project("left", "left", "low=../low")
	w.project("right", "right", "low=../low")
	w.project("low", "low")
	w.want("d", "left=left(low=low) right=right(low=low)")
}

// TestMistakesOfPackages is that mistakes in a package are errors of the project, at the package's file.
func TestMistakesOfPackages(t *testing.T) {
	w := newWorld(t)
	w.project("p/base", "base")
	w.write("p/base/models/all.yaml", "inputs:\n  - nam: x\n")
	w.project("p", "p", "base=./base")
	p, said := w.load("p")
	if !strings.Contains(said, "packages/base/models/all.yaml:2") || len(p.Imports) != 0 {
		t.Errorf("says %s", said)
	}
}

// TestCancelled is that the end of the context ends the loading.
func TestCancelled(t *testing.T) {
	w := newWorld(t)
	url := w.repo("base")
	w.project("p", "p", "base="+url)
	p, _, err := spec.Load(w.path("p"))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	diags, _ := Load(ctx, p, w.opt)
	if !diags.HasErrors() || diags[0].Code != diag.PNotFound || len(p.Imports) != 0 {
		t.Errorf("loaded %s, says %v", names(p), diags)
	}
}

// TestCorelib is that the built-in id types stand in for corelib while it cannot be fetched, and that its pin outlives that.
func TestCorelib(t *testing.T) {
	w := newWorld(t)
	url := w.repo("rudderstack-profiles-corelib")
	base := w.repo("base")
	w.project("p", "p", "core="+url+"/tag/schema_42", "base="+base)
	w.want("p", "core=rudderstack-profiles-corelib_42 base=base_head")
	lock := w.read("p/kith.lock")

	if err := os.RemoveAll(w.opt.CacheDir); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(w.path("rudderstack-profiles-corelib"), w.path("gone")); err != nil {
		t.Fatal(err)
	}
	p, said := w.load("p")
	if names(p) != "core=corelib base=base_head" || !strings.HasPrefix(said, "P004 pb_project.yaml:6: package core ") || strings.Contains(said, "\n") {
		t.Errorf("imports %s, says %s", names(p), said)
	}
	types := p.Imports[0].Project.IDTypes
	if len(types) != 3 || types[0].Name.Span.Path() != "packages/core/pb_project.yaml" {
		t.Errorf("%d id types, at %s", len(types), types[0].Name.Span.Path())
	}
	if now := w.read("p/kith.lock"); now != lock {
		t.Errorf("the lock file is\n%s\nand was\n%s", now, lock)
	}
}
