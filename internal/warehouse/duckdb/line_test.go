package duckdb

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestLineOfFile reads files with a broken line: the message has the file and the line, the way out mends the file.
func TestLineOfFile(t *testing.T) {
	c := open(t, Config{})
	for _, f := range []struct{ name, data, read, message, fix string }{
		{"a.csv", "x,y\n1,a\n2,caf\xe9\n", "read_csv(@, header=true, all_varchar=true)", ":3: the text is not UTF-8", "save the file as UTF-8"},
		{"b.csv", "x,y\n1,a\n2\n3,c,d\n", "read_csv(@, header=true, all_varchar=true, auto_detect=false, columns={'x': 'VARCHAR', 'y': 'VARCHAR'})",
			":3: 1 columns where the header has 2", "as many values as the header"},
		{"c.csv", "x\n1\nfile = /etc/shadow\n", "read_csv(@, header=true, auto_detect=false, columns={'x': 'INTEGER'})", ":3: column x: ", "correct the value"},
		// The engine counts lines of JSON in its own way.
		{"d.json", "{\"a\": 1}\n{\"a\": x}\n{\"a\": 2}\n", "read_json(@, format='newline_delimited')", ":", "mend the JSON"},
	} {
		path := filepath.Join(t.TempDir(), f.name)
		if err := os.WriteFile(path, []byte(f.data), 0o644); err != nil {
			t.Fatal(err)
		}
		_, err := c.Exec(context.Background(), "CREATE OR REPLACE TABLE t AS SELECT * FROM "+strings.ReplaceAll(f.read, "@", quoteText(path)))
		e := sqlError(t, err)
		if !strings.HasPrefix(e.Message, path+f.message) || !strings.Contains(e.Fix, f.fix) {
			t.Errorf("%s: %q; %q", f.name, e.Message, e.Fix)
		}
		if strings.Contains(e.Message, "shadow") || strings.Contains(e.Message, "caf") {
			t.Errorf("%s: %q has data", f.name, e.Message)
		}
	}
}

// TestLineOfOthersFile names no file that the statement does not name.
func TestLineOfOthersFile(t *testing.T) {
	text := "CSV Error on Line: 2\nOriginal Line: \n  file = /secret\n  delimiter = x\nInvalid unicode\n"
	if got := inFile("line 2: the text is not UTF-8", text, "SELECT * FROM read_csv('/d/*.csv')"); got != "line 2: the text is not UTF-8" {
		t.Error(got)
	}
}
