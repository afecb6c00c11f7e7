package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// TestSameBytes generates everything anew and compares it with what is kept in the repository, in both directions. It fails
// after a change to the generator, or to the version of DuckDB that writes Parquet, until `go generate` has been run.
func TestSameBytes(t *testing.T) {
	fresh := t.TempDir()
	if err := run(fresh); err != nil {
		t.Fatal(err)
	}
	for _, pattern := range []string{"truth.csv", "data/*", "expected/*"} {
		names := map[string]bool{}
		for _, root := range []string{fresh, ".."} {
			paths, err := filepath.Glob(filepath.Join(root, pattern))
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range paths {
				rel, err := filepath.Rel(root, p)
				if err != nil {
					t.Fatal(err)
				}
				names[rel] = true
			}
		}
		if len(names) == 0 {
			t.Errorf("nothing matches %s", pattern)
		}
		for name := range names {
			want, err := os.ReadFile(filepath.Join("..", name))
			if err != nil {
				t.Error(err)
				continue
			}
			got, err := os.ReadFile(filepath.Join(fresh, name))
			if err != nil {
				t.Error(err)
				continue
			}
			if !bytes.Equal(got, want) {
				t.Errorf("%s differs from what the generator writes: run go generate ./examples/shop", name)
			}
		}
	}
}

// TestSize keeps the example small enough to be cloned with the source.
func TestSize(t *testing.T) {
	total := int64(0)
	for _, pattern := range []string{"../truth.csv", "../data/*", "../expected/*"} {
		paths, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range paths {
			info, err := os.Stat(p)
			if err != nil {
				t.Fatal(err)
			}
			total += info.Size()
		}
	}
	if total == 0 || total > 3_000_000 {
		t.Errorf("the data come to %d bytes", total)
	}
}
