package sqltext

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func ask(t *testing.T, c *Cache, statements ...string) []Parsed {
	t.Helper()
	out, err := c.Parse(statements)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func flush(t *testing.T, c *Cache) {
	t.Helper()
	if err := c.Flush(); err != nil {
		t.Fatal(err)
	}
}

func TestCacheRemembers(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "made", "later")
	p := &naiveParser{}
	c := NewCache(dir, p)
	first := ask(t, c, "select c1", "select c2")
	ask(t, c, "select c2", "select c1")
	if p.asked != 2 {
		t.Errorf("asked %d times, want 2", p.asked)
	}
	flush(t, c)
	fresh := &naiveParser{}
	again := ask(t, NewCache(dir, fresh), "select c1", "select c2")
	if fresh.asked != 0 {
		t.Errorf("asked %d times though the file has the answers", fresh.asked)
	}
	if !reflect.DeepEqual(first, again) {
		t.Errorf("from the file: %+v, want %+v", again, first)
	}
}

// versioned is a parser with a version.
type versioned struct {
	naiveParser
	version string
}

func (v *versioned) Version() string { return v.version }

func TestCacheForgetsOtherVersions(t *testing.T) {
	dir := t.TempDir()
	c := NewCache(dir, &versioned{version: "1"})
	ask(t, c, "select c1")
	flush(t, c)
	p := &versioned{version: "2"}
	ask(t, NewCache(dir, p), "select c1")
	if p.asked != 1 {
		t.Error("an answer of another version was taken")
	}
}

func TestCacheTornAndGarbledLines(t *testing.T) {
	dir := t.TempDir()
	c := NewCache(dir, &naiveParser{})
	ask(t, c, "select c1", "select c2")
	flush(t, c)
	path := filepath.Join(dir, cacheFile)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for cut := range data {
		if err := os.WriteFile(path, data[:cut], 0o644); err != nil {
			t.Fatal(err)
		}
		p := &naiveParser{}
		c := NewCache(dir, p)
		if got := ask(t, c, "select c1", "select c2"); got[0].Columns[0].Parts[0] != "c1" || got[1].Columns[0].Parts[0] != "c2" {
			t.Fatalf("cut at %d: %+v", cut, got)
		}
		flush(t, c)
		last := &naiveParser{}
		ask(t, NewCache(dir, last), "select c1", "select c2")
		if last.asked != 0 {
			t.Fatalf("cut at %d: the file is not whole again", cut)
		}
	}
	garbled := []byte(strings.ReplaceAll(string(data), `{`, `[`))
	if err := os.WriteFile(path, garbled, 0o644); err != nil {
		t.Fatal(err)
	}
	p := &naiveParser{}
	ask(t, NewCache(dir, p), "select c1", "select c2")
	if p.asked != 2 {
		t.Errorf("asked %d times, want 2", p.asked)
	}
}

func TestCacheShared(t *testing.T) {
	dir := t.TempDir()
	a, b := NewCache(dir, &naiveParser{}), NewCache(dir, &naiveParser{})
	ask(t, a, "select c1")
	ask(t, b, "select c2")
	flush(t, a)
	flush(t, b)
	p := &naiveParser{}
	ask(t, NewCache(dir, p), "select c1", "select c2")
	if p.asked != 0 {
		t.Errorf("one process lost %d answers of the other", p.asked)
	}
}

func TestCacheStaysSmall(t *testing.T) {
	dir := t.TempDir()
	for round := range 5 {
		c := NewCache(dir, &naiveParser{})
		c.limit = 2000
		var many []string
		for i := range 12 {
			many = append(many, fmt.Sprintf("select c%d, c%d", round, i))
		}
		ask(t, c, many...)
		flush(t, c)
		st, err := os.Stat(filepath.Join(dir, cacheFile))
		if err != nil || st.Size() > 2000 {
			t.Fatalf("round %d: %v bytes, %v", round, st.Size(), err)
		}
		p := &naiveParser{}
		ask(t, NewCache(dir, p), many[0])
		if p.asked != 0 {
			t.Errorf("round %d: the newest answers are gone", round)
		}
	}
	left, _ := filepath.Glob(filepath.Join(dir, "*"))
	if len(left) != 1 {
		t.Errorf("files left behind: %v", left)
	}
}

func TestCacheInMemory(t *testing.T) {
	p := &naiveParser{}
	c := NewCache("", p)
	ask(t, c, "select c1")
	ask(t, c, "select c1")
	flush(t, c)
	if p.asked != 1 {
		t.Errorf("asked %d times, want 1", p.asked)
	}
}

func TestUnreadableCacheIsEmpty(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, cacheFile), 0o755); err != nil {
		t.Fatal(err)
	}
	p := &naiveParser{}
	c := NewCache(dir, p)
	ask(t, c, "select c1")
	if c.Flush() == nil {
		t.Error("writing over a folder gave no error")
	}
	if p.asked != 1 {
		t.Error("not parsed")
	}
}

func BenchmarkCacheWarm(b *testing.B) {
	dir := b.TempDir()
	var many []string
	for i := range 1000 {
		many = append(many, fmt.Sprintf("SELECT (sum(case when c%d > 1 then c_amount end) / nullif(count(distinct c_id), 0))", i))
	}
	c := NewCache(dir, &naiveParser{})
	if _, err := c.Parse(many); err != nil {
		b.Fatal(err)
	}
	if err := c.Flush(); err != nil {
		b.Fatal(err)
	}
	b.Run("file", func(b *testing.B) {
		for b.Loop() {
			NewCache(dir, &naiveParser{}).Parse(many)
		}
	})
	b.Run("memory", func(b *testing.B) {
		for b.Loop() {
			c.Parse(many)
		}
	})
}
