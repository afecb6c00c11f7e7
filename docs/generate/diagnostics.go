package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"kith/internal/cli/examples"
	"kith/internal/diag"
	"kith/internal/dialect"
	"kith/internal/dialect/duckdb"
	"kith/internal/dialect/postgres"
	"kith/internal/modeltype"
	"kith/internal/plan"
	"kith/internal/project"
	"kith/internal/run"
	"kith/internal/sqltext/duckparser"
	warehouse "kith/internal/warehouse/duckdb"
)

// exampleFolders hold one project for each code, in files named <code>.txtar or <code>_<more>.txtar.
var exampleFolders = []string{"internal/spec/testdata/check", "internal/project/testdata/check"}

const baseFile = "internal/project/testdata/base.txtar"

// diagnostics prints the entry of every code, with the message that a small wrong project earns where the tests have one.
func diagnostics(root string) (string, error) {
	var b strings.Builder
	b.WriteString(generated + "# Diagnostics\n\nEvery message has a code that keeps its meaning for ever. An error stops the command, a warning does not; a note says what is\n" +
		"accepted and has no effect, or how something was read. All that is wrong is said at once.\n")
	for _, f := range diag.Families() {
		fmt.Fprintf(&b, "\n## %s: %s\n", f.Letter, f.About)
		for _, info := range f.Of() {
			fmt.Fprintf(&b, "\n### %s: %s\n\n%s\n", info.Code, info.Title, plainAngles(info.Meaning))
			x, err := earned(root, info.Code)
			if err != nil {
				return "", fmt.Errorf("example of %s: %w", info.Code, err)
			}
			if x != nil {
				fmt.Fprintf(&b, "\n```text\n%s```\n", x.printed)
			}
		}
	}
	return b.String(), nil
}

// exampleArchive is the archive that kith explain shows examples from: for each code the files of its example, a caption and
// what is printed.
func exampleArchive(root string) (string, error) {
	out := &txtar.Archive{Comment: []byte("Printed from the projects of the tests by `go generate ./docs`. Do not edit.\n")}
	for _, info := range diag.Infos() {
		x, err := earned(root, info.Code)
		if err != nil {
			return "", fmt.Errorf("example of %s: %w", info.Code, err)
		}
		if x == nil {
			continue
		}
		add := func(name, text string) {
			out.Files = append(out.Files, txtar.File{Name: string(info.Code) + "/" + name, Data: []byte(text)})
		}
		caption, _, _ := strings.Cut(string(x.archive.Comment), "\n")
		add(examples.Caption, caption+"\n")
		if option(x.archive, "base") {
			add(examples.Added, "")
		}
		for _, f := range x.archive.Files {
			if f.Name != "rendered" && f.Name != "project" {
				add(f.Name, withoutExpectations(f.Data))
			}
		}
		add(examples.Printed, x.printed)
	}
	return string(txtar.Format(out)), nil
}

// wrong is a project of the tests and the message that it earns.
type wrong struct {
	archive *txtar.Archive
	printed string
}

// earned is the smallest example of a code with what it is told, nil when there is none. That every example earns its code is
// the concern of the tests they belong to.
func earned(root string, code diag.Code) (*wrong, error) {
	files, err := examplesOf(root, code)
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			return nil, err
		}
		text, err := message(root, archive, code)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		if text != "" {
			return &wrong{archive, text}, nil
		}
	}
	return nil, nil
}

// message is the message of a code that an example earns, as people see it; "" when it earns none.
func message(root string, archive *txtar.Archive, code diag.Code) (string, error) {
	folder, err := os.MkdirTemp("", "kith-example")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(folder)
	list, err := diagnose(root, folder, archive)
	if err != nil {
		return "", err
	}
	i := slices.IndexFunc(list, func(d diag.Diagnostic) bool { return d.Code == code })
	if i < 0 {
		return "", nil
	}
	var b strings.Builder
	if err := diag.Render(&b, diag.List{list[i]}, false); err != nil {
		return "", err
	}
	return strings.ReplaceAll(b.String(), folder, "PROJECT"), nil
}

// expectation is the comment by which a test file says what its line earns. It is taken away, for people to see the mistake.
var expectation = regexp.MustCompile(` *# (ERROR|WARNING|NOTE) [A-Z]\d{3}.*`)

// withoutExpectations is a file as people would write it.
func withoutExpectations(data []byte) string { return expectation.ReplaceAllString(string(data), "") }

// option reports whether the head of an archive sets an option.
func option(archive *txtar.Archive, name string) bool {
	return slices.Contains(strings.Split(string(archive.Comment), "\n"), "option: "+name)
}

// examplesOf are the test files of a code, the shortest first.
func examplesOf(root string, code diag.Code) ([]string, error) {
	size := map[string]int{}
	var out []string
	for _, dir := range exampleFolders {
		files, err := filepath.Glob(filepath.Join(root, filepath.FromSlash(dir), string(code)+"*.txtar"))
		if err != nil {
			return nil, err
		}
		for _, f := range files {
			data, err := os.ReadFile(f)
			if err != nil {
				return nil, err
			}
			if bytes.Contains(data, []byte("⟨17 MB⟩")) { // a placeholder that only the tests of the loader know
				continue
			}
			size[f] = len(data)
			out = append(out, f)
		}
	}
	slices.SortStableFunc(out, func(a, b string) int { return size[a] - size[b] })
	return out, nil
}

// endTime is the end time of every example.
var endTime = time.Date(2026, 6, 30, 0, 0, 0, 0, time.UTC)

// diagnose lays an example out in a folder and takes it as far as it goes: the head of its archive says what else it needs.
func diagnose(root, folder string, archive *txtar.Archive) (diag.List, error) {
	files := archive.Files
	if option(archive, "base") {
		base, err := txtar.ParseFile(filepath.Join(root, filepath.FromSlash(baseFile)))
		if err != nil {
			return nil, err
		}
		files = append(base.Files, files...)
	}
	fill, err := layOut(folder, files)
	if err != nil {
		return nil, err
	}
	parser := duckparser.New()
	defer parser.Close()
	p, list, err := project.Load(context.Background(), folder, project.Leaves{Parser: func(string) project.Parser { return keepOpen{parser} },
		Dialects: []dialect.Dialect{duckdb.New(), postgres.New()}, Types: modeltype.All(), Version: "example"})
	if p == nil || err != nil {
		return list.Sorted(), err
	}
	more, err := compileAndRun(p, fill, archive)
	list.Add(more)
	return list.Sorted(), err
}

// keepOpen is a parser that somebody else closes.
type keepOpen struct{ *duckparser.Parser }

func (keepOpen) Close() error { return nil }

// layOut writes the files of an example, and returns the statements that fill its warehouse.
func layOut(folder string, files []txtar.File) (fill string, err error) {
	visible := strings.NewReplacer("␉", "\t", "␀", "\x00", "⊠", "\xff")
	for _, f := range files {
		if f.Name == "rendered" || f.Name == "project" {
			continue
		}
		if f.Name == "warehouse.sql" {
			fill += string(f.Data)
			continue
		}
		name, target, link := strings.Cut(f.Name, " -> ")
		path := filepath.Join(folder, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return "", err
		}
		if link {
			err = os.Symlink(target, path)
		} else {
			err = os.WriteFile(path, []byte(visible.Replace(withoutExpectations(f.Data))), 0o644)
		}
		if err != nil {
			return "", err
		}
	}
	return fill, nil
}

func compileAndRun(p *project.Project, fill string, archive *txtar.Archive) (diag.List, error) {
	carryOut := option(archive, "run")
	ctx := context.Background()
	const memory = 64 << 20
	s := project.Settings{Dialect: "duckdb", Written: "duckdb", Env: dialect.Env{TargetSchema: "main", InternalSchema: "main_kith"}, Target: "example",
		SeqNo: 1, EndTime: endTime, KernelMemory: memory}
	if option(archive, "postgres") {
		s.Dialect = "postgres"
	}
	var reg *run.Registry
	if fill != "" || carryOut {
		conn, err := warehouse.Open(ctx, warehouse.Config{Threads: 1})
		if err != nil {
			return nil, err
		}
		defer conn.Close()
		for _, sql := range strings.Split(fill, ";\n") {
			if strings.TrimSpace(sql) == "" {
				continue
			}
			if _, err := conn.Exec(ctx, sql); err != nil {
				return nil, err
			}
		}
		s.Catalog = conn
		if carryOut {
			reg = &run.Registry{Conn: conn, Dialect: p.Leaves.Dialect(s.Dialect), Env: s.Env, Target: s.Target, Version: p.Leaves.Version}
			if err := reg.Open(ctx); err != nil {
				return nil, err
			}
		}
	}
	compiled, list, err := p.Compile(s, plan.Facts{})
	if option(archive, "lint") {
		compiled, list, err = p.Check(s)
	}
	if err != nil || compiled == nil || reg == nil {
		return list, err
	}
	out, err := run.Run(ctx, reg, compiled.Plan, run.Options{Project: "example", Concurrency: 1, KernelMemory: memory})
	if out != nil {
		list.Add(out.Failures)
	}
	return list, err
}
