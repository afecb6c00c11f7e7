package shop_test

import (
	"bytes"
	"crypto/sha256"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestOrderOfRows runs the project on files that hold the same rows in another order. Nothing that is published may change:
// which ids make a person, what they are called, and the value of every feature follow from the rows alone.
func TestOrderOfRows(t *testing.T) {
	plain, mixed := open(t), open(t)
	shuffle(t, filepath.Join(mixed.folder, "data"))
	plain.run(t)
	mixed.run(t)
	for _, x := range []struct{ view, main string }{{"user_graph", "user_main_id"}, {"account_graph", "account_key"}} {
		sameGraph(t, x.view, mixed.graph(t, x.view, x.main), plain.graph(t, x.view, x.main))
	}
	want, got := plain.everything(t), mixed.everything(t)
	for view, rows := range want {
		if slices.Equal(rows, got[view]) {
			continue
		}
		t.Errorf("%s has changed", view)
		for i := range min(len(rows), len(got[view])) {
			if rows[i] != got[view][i] {
				t.Errorf("now  %s\nelse %s", got[view][i], rows[i])
				break
			}
		}
	}
}

// shuffle puts the rows of every data file in the order of a hash.
func shuffle(t *testing.T, dir string) {
	t.Helper()
	db, err := sql.Open("duckdb", "")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		path := filepath.Join(dir, f.Name())
		before, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		switch filepath.Ext(path) {
		case ".parquet":
			next := path + ".next"
			if _, err := db.Exec(fmt.Sprintf("copy (select r.* from read_parquet('%s') r order by md5(r::text)) to '%s' (format parquet)", path, next)); err != nil {
				t.Fatal(err)
			}
			if err := os.Rename(next, path); err != nil {
				t.Fatal(err)
			}
		case ".csv":
			head, rows, _ := strings.Cut(string(before), "\n")
			write(t, path, head+"\n"+mixedLines(rows))
		default:
			write(t, path, mixedLines(string(before)))
		}
		after, err := os.ReadFile(path)
		if err != nil || bytes.Equal(before, after) {
			t.Fatalf("%s is as it was (%v)", f.Name(), err)
		}
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// mixedLines sorts lines by their hash, so that they stand in another order than before. No cell of the data holds a line break.
func mixedLines(text string) string {
	lines := strings.SplitAfter(strings.TrimSuffix(text, "\n")+"\n", "\n")
	lines = lines[:len(lines)-1]
	before := slices.Clone(lines)
	slices.SortFunc(lines, func(a, b string) int {
		x, y := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
		return bytes.Compare(x[:], y[:])
	})
	if slices.Equal(lines, before) { // a file of few rows may be in that order already
		slices.Reverse(lines)
	}
	return strings.Join(lines, "")
}
