package project

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"kith/internal/siteconfig"
	"kith/internal/source"
)

func TestPageOf(t *testing.T) {
	for in, want := range map[string]string{
		"git@git.example.com:data/shop.git":          "https://git.example.com/data/shop",
		"ssh://git@git.example.com:22/data/shop.git": "https://git.example.com/data/shop",
		"https://bob:s3cret@git.example.com/a/b.git": "https://git.example.com/a/b",
		"https://git.example.com:8443/a/b/":          "https://git.example.com:8443/a/b",
		"https://git.example.com/a?token=x":          "",
		"/srv/git/shop.git":                          "",
		"../shop":                                    "",
		`C:\git\shop`:                                "",
		"file:///srv/git/shop":                       "",
		"":                                           "",
	} {
		if got := pageOf(in); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
}

// TestCommitOf makes a repository with a project in a folder of it and changes a file; what kith writes is no change.
func TestCommitOf(t *testing.T) {
	top := t.TempDir()
	root := filepath.Join(top, "profiles", "shop")
	write := func(name string) {
		t.Helper()
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte("x\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	git := func(args ...string) {
		t.Helper()
		c := exec.Command("git", append([]string{"-C", top, "-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "init.defaultBranch=main"}, args...)...)
		c.Env = append(withoutGit(os.Environ()), "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_SYSTEM="+os.DevNull)
		if out, err := c.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v %s", args, err, out)
		}
	}
	write("pb_project.yaml")
	git("init", "-q")
	if c := CommitOf(t.Context(), root); c != nil {
		t.Errorf("a repository without a commit: %+v", c)
	}
	git("add", "-A")
	git("commit", "-q", "-m", "one")
	git("remote", "add", "origin", "https://bob:s3cret@git.example.com/a/b.git")
	write("output/dev/x.sql")
	write(".kith/warehouse.duckdb")
	c := CommitOf(t.Context(), root)
	if c == nil || len(c.SHA) != 40 || c.Branch != "main" || c.Changed || c.Folder != "profiles/shop" || c.Remote != "https://git.example.com/a/b" {
		t.Errorf("%+v", c)
	}
	write("models/new.yaml")
	if c = CommitOf(t.Context(), root); c == nil || !c.Changed {
		t.Errorf("%+v", c)
	}
}

func TestDataSource(t *testing.T) {
	duck := Target{Output: siteconfig.Output{Type: "duckdb", DuckDB: &siteconfig.DuckDB{Path: "/data/my shop.duckdb"}}}
	if space, database := duck.dataSource(); space != "duckdb:///data/my shop.duckdb" || database != "my shop" {
		t.Errorf("%s %s", space, database)
	}
	for in, want := range map[string]string{
		"{type: postgres, host: db.example.com, port: 6432, dbname: crm}": "postgres://db.example.com:6432 crm",
		"{type: postgres, host: /run/postgresql, dbname: crm}":            "postgres://localhost:5432 crm",
		"{type: redshift, host: 'fe80::1', dbname: crm}":                  "redshift://[fe80::1]:5439 crm",
		"{type: snowflake, account: ab12.eu, dbname: CRM}":                "snowflake://ab12.eu CRM",
		"{type: bigquery, project_id: p1}":                                "bigquery p1",
	} {
		space, database := targetOf(t, in).dataSource()
		if got := space + " " + database; got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
	for in, want := range map[string][2]string{
		"/data/a.csv":                                {"file", "/data/a.csv"},
		"s3://bucket/a/b.parquet":                    {"s3://bucket", "a/b.parquet"},
		"https://u:p@x.example/a.csv?X-Signature=1f": {"https://x.example", "a.csv"},
	} {
		if d := fileDataset(in); d.Namespace != want[0] || d.Name != want[1] {
			t.Errorf("%s: %s %s", in, d.Namespace, d.Name)
		}
	}
}

// targetOf is the target of an output as a site configuration writes it.
func targetOf(t *testing.T, output string) Target {
	t.Helper()
	path := filepath.Join(t.TempDir(), "siteconfig.yaml")
	text := "connections: {c: {target: dev, outputs: {dev: " + output[:len(output)-1] + ", schema: s, user: u, password: p}}}}\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	file, diags := siteconfig.Load(path, true)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	out, diags := file.Resolve(siteconfig.Request{Connection: source.At[string]{Value: "c"}, Project: t.TempDir()})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	return Target{Output: out}
}
