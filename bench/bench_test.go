package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var rewrite = flag.Bool("rewrite", false, "write the expected outputs anew")

// TestMain plays the part of a measured program when it is told to.
func TestMain(m *testing.M) {
	switch os.Getenv("BENCH_TEST_PART") {
	case "work":
		held := make([]byte, 64<<20)
		for i := range held {
			held[i] = byte(i)
		}
		fmt.Println("made", len(held))
		os.Exit(0)
	case "fail":
		fmt.Fprintln(os.Stderr, "no such project")
		os.Exit(2)
	}
	os.Exit(m.Run())
}

func TestProcessMeasuresTheChild(t *testing.T) {
	t.Setenv("BENCH_TEST_PART", "work")
	out, cost, err := process(t.Context(), os.Args[0], "x")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := string(out), "made 67108864\n"; got != want {
		t.Errorf("stdout %q, want %q", got, want)
	}
	if cost.PeakMB < 64 || cost.PeakMB > 4096 {
		t.Errorf("peak of a process that fills 64 MB: %d MB", cost.PeakMB)
	}
	if cost.Seconds <= 0 {
		t.Errorf("a process took %v seconds", cost.Seconds)
	}
}

func TestProcessTellsWhatAFailedChildSaid(t *testing.T) {
	t.Setenv("BENCH_TEST_PART", "fail")
	_, _, err := process(t.Context(), os.Args[0], "run")
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 2 || !strings.Contains(err.Error(), "no such project") {
		t.Errorf("got %v", err)
	}
}

func TestStepsOfARun(t *testing.T) {
	b, err := os.ReadFile("testdata/run.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	steps, err := readSteps(b)
	if err != nil {
		t.Fatal(err)
	}
	if len(steps) != 7 || steps[1] != (Step{Title: graphStep, Rows: 30, Seconds: 0.5, Choice: "union-find in the process"}) {
		t.Errorf("steps %+v", steps)
	}
	// The list of main ids, both features steps and the table: not the var table of a cohort.
	if got, _ := seconds(steps, featureStep.MatchString); got != 0.125+2+4+1 {
		t.Errorf("features take %v seconds", got)
	}
	for title, want := range map[string]bool{"1 new var of user": true, "2 new vars of user": true, "1 new var of cohort buyers": false, "51 kept vars of user": false} {
		if featureStep.MatchString(title) != want {
			t.Errorf("%q is a features step: %v", title, !want)
		}
	}
	failed := strings.Replace(string(b), `"status":"done","step":"user/all"`, `"status":"failed","step":"user/all"`, 1)
	if _, err := readSteps([]byte(failed)); err == nil || !strings.Contains(err.Error(), "all of user: failed") {
		t.Errorf("a failed step gives %v", err)
	}
}

func TestFailureOfARun(t *testing.T) {
	lines := `{"type":"run_done","failed":1}
{"type":"result","failures":[{"code":"W007","message":"2 features: out of memory"},{"message":"another"}]}
`
	if got, want := failure([]byte(lines)), "2 features: out of memory"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := failure([]byte("panic: no JSON at all\n")); got != "" {
		t.Errorf("got %q", got)
	}
}

func TestTable(t *testing.T) {
	b, err := os.ReadFile("testdata/results.json")
	if err != nil {
		t.Fatal(err)
	}
	var r Results
	if err := json.Unmarshal(b, &r); err != nil {
		t.Fatal(err)
	}
	r.judge()
	got, file := r.text(), "testdata/table.txt"
	if *rewrite {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestMedian(t *testing.T) {
	for _, c := range []struct {
		values []float64
		median float64
		middle int
	}{{nil, 0, 0}, {[]float64{3}, 3, 0}, {[]float64{9, 1}, 5, 0}, {[]float64{9, 1, 2}, 2, 2}, {[]float64{4, 1, 3, 2}, 2.5, 2}} {
		if got := median(c.values); got != c.median {
			t.Errorf("median of %v is %v, want %v", c.values, got, c.median)
		}
		if got := middle(c.values); got != c.middle {
			t.Errorf("middle of %v is %d, want %d", c.values, got, c.middle)
		}
	}
}

func TestFlags(t *testing.T) {
	s, err := parse([]string{"-sizes", "1000 20000", "-cache", "x"})
	if err != nil || !slices.Equal(s.sizes, []int64{1000, 20000}) || s.cache != "x" {
		t.Errorf("got %+v, %v", s, err)
	}
	for _, bad := range []string{"999", "1e6", "-5", "1000,2000"} {
		if _, err := parse([]string{"-sizes", bad}); err == nil {
			t.Errorf("size %q is taken", bad)
		}
	}
}

func TestLargeSizes(t *testing.T) {
	s, err := parse([]string{"-sizes", "", "-large", "20x4 5000x200"})
	if err != nil || len(s.sizes) != 0 || len(s.large) != 2 || s.large[1] != (large{5000, 200}) {
		t.Errorf("%+v %v", s, err)
	}
	for _, bad := range []string{"20", "20x0", "21x4", "x", "4x20", "20x4x2"} {
		if _, err := parse([]string{"-large", bad}); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
}

func TestProjectReadsTheData(t *testing.T) {
	dir := t.TempDir()
	if err := writeProject("project", dir, "/data/5"); err != nil {
		t.Fatal(err)
	}
	text := readAll(t, dir)
	if !strings.Contains(text, `parquet: "/data/5/events.parquet"`) || strings.Contains(text, "@DATA@") {
		t.Errorf("inputs do not read the data:\n%s", text)
	}
	dir = t.TempDir()
	if err := writeProject("graph", dir, "/data/6"); err != nil {
		t.Fatal(err)
	}
	if text := readAll(t, dir); !strings.Contains(text, `parquet: "/data/6/texts.parquet"`) {
		t.Errorf("the graph does not read the data:\n%s", text)
	}
}

var varText = regexp.MustCompile(`(?m)^          (?:select|where): (.+)$`)

var varName = regexp.MustCompile(`(?m)^          name: (\S+)$`)

func TestLargeProject(t *testing.T) {
	one, two := t.TempDir(), t.TempDir()
	for _, dir := range []string{one, two} {
		if err := (large{1000, 10}).write(dir); err != nil {
			t.Fatal(err)
		}
	}
	text := readAll(t, one)
	if text != readAll(t, two) {
		t.Error("two projects of one size differ")
	}
	names := map[string]bool{}
	for _, m := range varName.FindAllStringSubmatch(text, -1) {
		names[m[1]] = true
	}
	if len(names) != 1000 {
		t.Errorf("%d vars, want 1000", len(names))
	}
	// A text that stood twice would be parsed once, and cold compiles would look cheaper than they are.
	texts := map[string]bool{}
	for _, m := range varText.FindAllStringSubmatch(text, -1) {
		if texts[m[1]] {
			t.Errorf("two vars share the text %s", m[1])
		}
		texts[m[1]] = true
	}
	if len(texts) != 1400 { // a select for each var, and a where for the first and third of every five
		t.Errorf("%d texts, want 1400", len(texts))
	}
}

func readAll(t *testing.T, dir string) string {
	var sb strings.Builder
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		sb.Write(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return sb.String()
}

// TestArrows holds the benchmark to its promises: the program that starts the others links no engine, which would make it
// large, and the references share nothing with the product.
func TestArrows(t *testing.T) {
	for pkg, never := range map[string][]string{
		"kith/bench":           {"github.com/duckdb/", "kith/internal/"},
		"kith/bench/reference": {"kith/internal/"},
	} {
		out, err := exec.Command("go", "list", "-deps", pkg).Output()
		if err != nil {
			t.Fatal(err)
		}
		for _, dep := range strings.Fields(string(out)) {
			for _, n := range never {
				if strings.HasPrefix(dep, n) {
					t.Errorf("%s must not reach %s", pkg, dep)
				}
			}
		}
	}
}
