package duckdb

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	osexec "os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"kith/internal/run"
)

// TestMain lets the test binary stand in for another process that holds a file: it opens it, says so, and waits for its
// standard input to end.
func TestMain(m *testing.M) {
	if path := os.Getenv("KITH_TEST_HOLD"); path != "" {
		c, err := Open(context.Background(), Config{Path: path, Holder: "kith run"})
		fmt.Println(err)
		if err == nil {
			io.Copy(io.Discard, os.Stdin)
			c.Close()
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// hold opens a file in another process until the returned function is called.
func hold(t *testing.T, path string) (pid int, release func()) {
	t.Helper()
	cmd := osexec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "KITH_TEST_HOLD="+path)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	said := make([]byte, 6)
	if _, err := io.ReadFull(out, said); err != nil || !bytes.HasPrefix(said, []byte("<nil>")) {
		t.Fatalf("the other process said %q", said)
	}
	return cmd.Process.Pid, func() { in.Close(); cmd.Wait() }
}

func TestLocked(t *testing.T) {
	path := filepath.Join(t.TempDir(), "w.duckdb")
	pid, release := hold(t, path)
	for _, readOnly := range []bool{false, true} {
		_, err := Open(context.Background(), Config{Path: path, ReadOnly: readOnly})
		e := sqlError(t, err)
		for _, part := range []string{path, fmt.Sprintf("PID %d", pid), `"kith run"`, "since "} {
			if e.Kind != "locked" || !strings.Contains(e.Message, part) {
				t.Errorf("%s: %s does not say %q", e.Kind, e.Message, part)
			}
		}
	}
	// Another's side file says nothing of this holder.
	if err := writeHolder(holderPath(path), holder{PID: pid + 1, Command: "somebody else"}); err != nil {
		t.Fatal(err)
	}
	_, err := Open(context.Background(), Config{Path: path})
	if e := sqlError(t, err); strings.Contains(e.Message, "somebody") || !strings.Contains(e.Message, fmt.Sprintf("another process (PID %d)", pid)) {
		t.Error(e.Message)
	}
	release()
	if h, ok := loadHolder(holderPath(path)); !ok || h.PID != pid+1 {
		t.Error("a holder removed a side file that was not its own")
	}
	open(t, Config{Path: path}) // a stale side file stops nobody
}

func TestHolderFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sub", "w.duckdb")
	a, err := Open(context.Background(), Config{Path: path, Holder: "kith seed", TempLimit: "1GB"})
	if err != nil {
		t.Fatal(err)
	}
	var h holder
	data, err := os.ReadFile(path + ".holder")
	if err != nil || json.Unmarshal(data, &h) != nil || h.PID != os.Getpid() || h.Command != "kith seed" || h.Started.IsZero() {
		t.Fatalf("%s %v", data, err)
	}
	// The same process may open the file again, and shares it.
	b, err := Open(context.Background(), Config{Path: path, Holder: "kith run", TempLimit: "1GB"})
	if err != nil {
		t.Fatal(err)
	}
	exec(t, a, "CREATE TABLE shared AS SELECT 1 x")
	if n := exec(t, b, "INSERT INTO shared VALUES (2)"); n != 1 {
		t.Errorf("%d rows", n)
	}
	if _, err := Open(context.Background(), Config{Path: path, Threads: 1}); sqlError(t, err).Kind != "locked" {
		t.Errorf("other settings: %v", err)
	}
	a.Close()
	if _, err := os.Stat(path + ".holder"); err != nil {
		t.Error("the side file went with the first of two openings")
	}
	b.Close()
	b.Close()
	if _, err := os.Stat(path + ".holder"); !os.IsNotExist(err) {
		t.Error("the side file is left behind")
	}
	if _, err := b.Exec(context.Background(), "SELECT 1"); err == nil {
		t.Error("a closed connection runs statements")
	}
}

func TestOpenErrors(t *testing.T) {
	dir := t.TempDir()
	junk := filepath.Join(dir, "junk.duckdb")
	if err := os.WriteFile(junk, bytes.Repeat([]byte("not a database "), 1000), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		config Config
		want   string
	}{
		{Config{Path: junk}, "junk.duckdb is not a DuckDB database file"},
		{Config{Path: filepath.Join(dir, "none.duckdb"), ReadOnly: true}, "there is no database file"},
		{Config{MemoryLimit: "12 bananas"}, `memory_limit "12 bananas" is not an amount`},
		{Config{Threads: -1}, "threads is -1"},
		{Config{TempLimit: "much"}, "temporary files"},
		{Config{Path: filepath.Join(dir, "sales.duckdb"), Schema: "SALES"}, "have the same name"},
	} {
		c, err := Open(context.Background(), tt.config)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%+v: %v, want %q", tt.config, err, tt.want)
		}
		if err == nil {
			c.Close()
		}
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*.holder*")); len(left) > 0 {
		t.Errorf("side files left behind: %v", left)
	}
	// A path may hold what means something in a URL.
	odd := filepath.Join(dir, "a%zz?b=c#d e'f.duckdb")
	open(t, Config{Path: odd, MemoryLimit: "1GB", Threads: 1})
	if _, err := os.Stat(odd); err != nil {
		t.Error(err)
	}
}

func TestReadOnly(t *testing.T) {
	path := filepath.Join(t.TempDir(), "w.duckdb")
	c := open(t, Config{Path: path})
	exec(t, c, "CREATE TABLE t AS SELECT 1 a")
	c.Close()
	r := open(t, Config{Path: path, ReadOnly: true})
	if got := showQuery(r, "SELECT a FROM t"); got != "a INTEGER; \nint64 1\n" {
		t.Error(got)
	}
	_, err := r.Exec(context.Background(), "CREATE TABLE u (a INTEGER)")
	if e := sqlError(t, err); e.Kind != "permission" {
		t.Errorf("%s: %s", e.Kind, e.Message)
	}
	if _, err := os.Stat(path + ".holder"); !os.IsNotExist(err) {
		t.Error("a reader claims to hold the file")
	}
}

// TestCancel stops statements in every phase. A statement that ran on would run for hours.
func TestCancel(t *testing.T) {
	c := open(t, Config{Threads: 2})
	exec(t, c, "CREATE TABLE kept (a BIGINT)")
	const long = "FROM range(1000000000) a, range(1000000000) b WHERE a.range * 7 = b.range * 3 + 1 AND hash(a.range) = hash(b.range + 1)"
	for name, do := range map[string]func(context.Context) error{
		"exec": func(ctx context.Context) error {
			_, err := c.Exec(ctx, "CREATE TABLE x AS SELECT count(*) "+long)
			return err
		},
		"query": func(ctx context.Context) error { _, err := drain(c.Query(ctx, "SELECT count(*) "+long)); return err },
		"stream": func(ctx context.Context) error {
			_, err := drain(c.Query(ctx, "SELECT * FROM range(1000000000000)"))
			return err
		},
		"transaction": func(ctx context.Context) error {
			return c.Transaction(ctx, []run.Change{{SQL: "INSERT INTO kept VALUES (1)"}, {SQL: "CREATE TABLE x AS SELECT count(*) " + long}})
		},
		"ints": func(ctx context.Context) error {
			return c.ReadInts(ctx, "SELECT range FROM range(1000000000000)", func(run.IntBatch) error { return nil })
		},
		"write": func(ctx context.Context) error {
			batch := run.IntBatch{Cols: [][]int64{make([]int64, 2048)}, Valid: [][]bool{nil}}
			return c.WriteInts(ctx, object("kept"), "kept", func() (run.IntBatch, error) { return batch, nil })
		},
	} {
		cause := errors.New("enough")
		ctx, cancel := context.WithCancelCause(context.Background())
		timer := time.AfterFunc(30*time.Millisecond, func() { cancel(cause) })
		e := sqlError(t, do(ctx))
		timer.Stop()
		if e.Kind != "interrupted" || !errors.Is(e, cause) {
			t.Errorf("%s: %s: %s", name, e.Kind, e.Message)
		}
	}
	if got := showQuery(c, "SELECT count(*) n FROM kept"); got != "n BIGINT; \nint64 0\n" {
		t.Errorf("something of a cancelled transaction is left: %s", got)
	}
	// A context that ended before the start runs nothing.
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := c.Exec(ctx, "INSERT INTO kept VALUES (1)"); sqlError(t, err).Kind != "interrupted" {
		t.Error(err)
	}
}

func drain(r run.Rows, err error) (int, error) {
	if err != nil {
		return 0, err
	}
	defer r.Close()
	n := 0
	for r.Next() {
		n++
	}
	return n, r.Err()
}

// TestCloseInterrupts closes the database under a statement.
func TestCloseInterrupts(t *testing.T) {
	c := open(t, Config{})
	r, err := c.Query(context.Background(), "SELECT * FROM range(1000000000000)")
	if err != nil || !r.Next() {
		t.Fatal(err)
	}
	c.Close()
	r.Close()
	if r.Next() {
		t.Error("rows after Close")
	}
}

func TestOutOfMemory(t *testing.T) {
	dir := t.TempDir()
	c := open(t, Config{Path: filepath.Join(dir, "w.duckdb"), MemoryLimit: "60MB", Threads: 1, TempLimit: "5MB"})
	_, err := c.Exec(context.Background(), "SELECT list(range) FROM range(20000000)")
	e := sqlError(t, err)
	if e.Kind != "out_of_memory" || e.Fix != "raise memory_limit of the connection, which is 60MB (1GB does for small projects)" || strings.Contains(e.Message, "\n") {
		t.Errorf("%s: %s; %s", e.Kind, e.Message, e.Fix)
	}
	_, err = c.Exec(context.Background(), "SELECT max(a), max(b) FROM (SELECT range a, row_number() OVER (ORDER BY hash(range)) b FROM range(5000000))")
	e = sqlError(t, err)
	if e.Kind != "disk_full" || !strings.Contains(e.Fix, "or set temp_directory") || strings.Contains(e.Message, "\n") {
		t.Errorf("%s: %s; %s", e.Kind, e.Message, e.Fix)
	}
	if got := showQuery(c, "SELECT 1 a"); got != "a INTEGER; \nint64 1\n" {
		t.Errorf("of no use afterwards: %s", got)
	}
}

// TestManyAtOnce runs statements of many goroutines on one Conn.
func TestManyAtOnce(t *testing.T) {
	c := open(t, Config{Path: filepath.Join(t.TempDir(), "w.duckdb")})
	var wg sync.WaitGroup
	for i := range 16 {
		wg.Go(func() {
			for k := range 5 {
				name := fmt.Sprintf("t_%d_%d", i, k)
				if _, err := c.Exec(context.Background(), "CREATE TABLE "+name+" AS SELECT range a FROM range(1000)"); err != nil {
					t.Error(err)
				}
				if _, ok, err := c.Table(object(name)); !ok || err != nil {
					t.Errorf("%s: %v", name, err)
				}
				if n, err := drain(c.Query(context.Background(), "SELECT a FROM "+name)); n != 1000 || err != nil {
					t.Errorf("%s: %d rows, %v", name, n, err)
				}
			}
		})
	}
	wg.Wait()
}

func TestScratchIsRemoved(t *testing.T) {
	dir := t.TempDir()
	c := open(t, Config{TempDir: dir, MemoryLimit: "60MB", Threads: 1})
	exec(t, c, "CREATE TABLE t AS SELECT range a, hash(range) b FROM range(10000000)")
	if n, _ := filepath.Glob(dir + "/*"); len(n) == 0 {
		t.Fatal("nothing was spilled; the test proves nothing")
	}
	c.Close()
	if n, _ := filepath.Glob(dir + "/*"); len(n) > 0 {
		t.Errorf("left behind: %v", n)
	}
}

func TestInts(t *testing.T) {
	c := open(t, Config{Threads: 2})
	exec(t, c, "CREATE TABLE w (a BIGINT, b BIGINT)")
	// Batches of many sizes, some rows NULL, the extremes among the values.
	const rows = 20_000
	written, size := 0, 0
	err := c.WriteInts(context.Background(), object("w"), "w", func() (run.IntBatch, error) {
		size = min((size*3+1)%5000, rows-written)
		if written == rows {
			return run.IntBatch{}, nil
		}
		size = max(size, 1)
		b := run.IntBatch{Cols: make([][]int64, 2), Valid: make([][]bool, 2)}
		for i := range size {
			n := int64(written + i)
			b.Cols[0] = append(b.Cols[0], n)
			b.Cols[1] = append(b.Cols[1], math.MinInt64+n)
			b.Valid[1] = append(b.Valid[1], n%7 != 3)
		}
		written += size
		return b, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	want := fmt.Sprintf("n BIGINT; b BIGINT; wrong HUGEINT; \nint64 %d | int64 %d | int64 0\n", rows, rows-(rows-3+6)/7)
	if got := showQuery(c, `SELECT count(*) n, count(b) b, sum((CASE WHEN a % 7 = 3 THEN b IS NOT NULL ELSE b IS DISTINCT FROM -9223372036854775808 + a END)::INTEGER) wrong FROM w`); got != want {
		t.Errorf("got %s want %s", got, want)
	}
	seen := make([]bool, rows)
	err = c.ReadInts(context.Background(), "SELECT a, b, a + 1 FROM w", func(b run.IntBatch) error {
		if len(b.Cols) != 3 || b.Valid[0] != nil || b.Valid[2] != nil {
			return errors.New("wrong shape")
		}
		for r, a := range b.Cols[0] {
			valid := b.Valid[1] == nil || b.Valid[1][r]
			if seen[a] || valid != (a%7 != 3) || b.Cols[2][r] != a+1 || valid && b.Cols[1][r] != math.MinInt64+a {
				return fmt.Errorf("row %d is wrong", a)
			}
			seen[a] = true
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for a, ok := range seen {
		if !ok {
			t.Fatalf("row %d is missing", a)
		}
	}
}

func TestIntsErrors(t *testing.T) {
	c := open(t, Config{})
	exec(t, c, "CREATE TABLE w (a BIGINT UNIQUE); INSERT INTO w VALUES (7); CREATE TABLE v (a INTEGER)")
	ctx := context.Background()
	keep := func(run.IntBatch) error { return nil }
	if err := c.ReadInts(ctx, "SELECT 1::INTEGER x", keep); err == nil || err.Error() != "column x is INTEGER where BIGINT is expected" {
		t.Error(err)
	}
	if err := c.ReadInts(ctx, "SELECT a FROM nope", keep); sqlError(t, err).Kind != "missing_table" {
		t.Error(err)
	}
	if err := c.ReadInts(ctx, "SELECT ('x' || range)::BIGINT FROM range(3)", keep); sqlError(t, err).Kind != "conversion" {
		t.Error(err)
	}
	stop := errors.New("stop")
	if err := c.ReadInts(ctx, "SELECT range FROM range(100000)", func(run.IntBatch) error { return stop }); err != stop {
		t.Error(err)
	}
	batches := func(bs ...[]int64) func() (run.IntBatch, error) {
		return func() (run.IntBatch, error) {
			if len(bs) == 0 {
				return run.IntBatch{}, nil
			}
			b := run.IntBatch{Cols: [][]int64{bs[0]}}
			if bs = bs[1:]; b.Cols[0] == nil {
				return run.IntBatch{}, stop
			}
			return b, nil
		}
	}
	for name, tt := range map[string]struct {
		table string
		next  func() (run.IntBatch, error)
		want  string
	}{
		"no table":   {"nope", batches([]int64{1}), "there is no table nope"},
		"type":       {"v", batches([]int64{1}), "column 1 of v is INTEGER where BIGINT is expected"},
		"width":      {"w", func() (run.IntBatch, error) { return run.IntBatch{Cols: [][]int64{{1}, {2}}}, nil }, "rows of 2 columns for w, which has 1"},
		"constraint": {"w", batches([]int64{1, 2, 7}), "Duplicate key"},
		"source":     {"w", batches([]int64{1, 2, 3}, nil), "stop"},
	} {
		if err := c.WriteInts(ctx, object(tt.table), tt.table, tt.next); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", name, err, tt.want)
		}
		if got := showQuery(c, "SELECT a FROM w"); got != "a BIGINT; \nint64 7\n" {
			t.Errorf("%s: rows are left: %s", name, got)
		}
	}
}
