package project_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"kith/internal/diag"
	"kith/internal/dialect"
	"kith/internal/plan"
	"kith/internal/project"
)

// FuzzProject takes a project of two files through loading and compiling: nothing panics, no statement is a defect of ours,
// every error has a place inside a file, and a compile without errors gives statements.
func FuzzProject(f *testing.F) {
	for _, pattern := range []string{"testdata/check/*.txtar", "testdata/valid/*.txtar"} {
		for _, file := range examples(f, pattern) {
			if strings.Contains(file, "T010") {
				continue // it takes as long as a template may
			}
			x := readExample(f, file)
			data, err := os.ReadFile(filepath.Join(x.root, "pb_project.yaml"))
			must(f, err)
			for _, a := range x.archive.Files {
				if strings.HasPrefix(a.Name, "models/") {
					f.Add(string(data), string(a.Data))
				}
			}
		}
	}
	base := readExample(f, "testdata/check/base_is_right.txtar")
	inputs, err := os.ReadFile(filepath.Join(base.root, "models", "_base.yaml"))
	must(f, err)
	f.Fuzz(func(t *testing.T, projectFile, modelFile string) {
		root := t.TempDir()
		must(t, os.MkdirAll(filepath.Join(root, "models"), 0o777))
		must(t, os.WriteFile(filepath.Join(root, "pb_project.yaml"), []byte(projectFile), 0o666))
		must(t, os.WriteFile(filepath.Join(root, "models", "_base.yaml"), inputs, 0o666))
		must(t, os.WriteFile(filepath.Join(root, "models", "a.yaml"), []byte(modelFile), 0o666))
		for _, d := range compileFuzzed(t, root) {
			if d.Severity == diag.Error && d.At.IsZero() && d.Code != diag.YNoProject && d.Code != diag.DIdentifier {
				t.Errorf("an error without a place: %s %s", d.Code, d.Message)
			}
		}
	})
}

// compileFuzzed compiles a project for both dialects and returns what is said.
func compileFuzzed(t *testing.T, root string) diag.List {
	p, list, err := project.Load(t.Context(), root, leaves())
	must(t, err)
	checkWays(t, list)
	if p == nil || list.HasErrors() {
		return list
	}
	for _, name := range []string{"duckdb", "postgres"} {
		c, more, err := p.Compile(project.Settings{Dialect: name, Written: name, Env: dialect.Env{TargetSchema: "main", InternalSchema: "main_kith"}, Target: "test",
			SeqNo: 1, EndTime: end, KernelMemory: 64 << 20}, plan.Facts{})
		must(t, err)
		checkWays(t, more)
		if (c == nil) != more.HasErrors() {
			t.Errorf("a compiled project and errors: %v %v", c != nil, more.HasErrors())
		}
		list.Add(more)
	}
	return list
}
