package duckdb

import (
	"context"
	"os"
	"path/filepath"
	"testing"
)

// TestEmptyFile opens a file that a full disk left without a byte: it is a database that is not there yet.
func TestEmptyFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "w.duckdb")
	if err := os.WriteFile(path, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	c := open(t, Config{Path: path})
	exec(t, c, "CREATE TABLE t AS SELECT 1 AS a")
	c.Close()
	c = open(t, Config{Path: path, ReadOnly: true})
	rows, err := c.strings(context.Background(), "SELECT a FROM t", 1)
	if err != nil || len(rows) != 1 {
		t.Errorf("%v, %v", rows, err)
	}
}

// TestOthersFile keeps a file that was there before a failed opening.
func TestOthersFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "w.duckdb")
	if err := os.WriteFile(path, []byte("a letter"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(context.Background(), Config{Path: path}); err == nil {
		t.Fatal("a letter was opened as a database")
	}
	if data, err := os.ReadFile(path); err != nil || string(data) != "a letter" {
		t.Errorf("%q, %v", data, err)
	}
}
