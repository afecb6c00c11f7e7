package main

import (
	"os"
	"path/filepath"
	"testing"
)

// TestUpToDate fails when a generated document is not what `go generate ./docs` would write.
func TestUpToDate(t *testing.T) {
	root, err := repository()
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range documents {
		want, err := d.print(root)
		if err != nil {
			t.Errorf("%s: %v", d.path, err)
			continue
		}
		got, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(d.path)))
		if err != nil || string(got) != want {
			t.Errorf("%s is out of date (%v): run go generate ./docs", d.path, err)
		}
	}
}
