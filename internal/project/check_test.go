package project_test

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"kith/internal/diag"
	"kith/internal/dialect"
	"kith/internal/dialect/duckdb"
	"kith/internal/dialect/postgres"
	"kith/internal/modeltype"
	"kith/internal/plan"
	"kith/internal/project"
	"kith/internal/run"
	"kith/internal/sqltext"
	"kith/internal/sqltext/duckparser"
	wduck "kith/internal/warehouse/duckdb"
)

var rewrite = flag.Bool("rewrite", false, "rewrite expected outputs under testdata")

// sharedParser is one engine for all tests, behind a cache without a file.
type sharedParser struct{ *sqltext.Cache }

func (sharedParser) Close() error { return nil }

var parser = sharedParser{sqltext.NewCache("", duckparser.New())}

func leaves() project.Leaves {
	return project.Leaves{
		Parser:   func(string) project.Parser { return parser },
		Dialects: []dialect.Dialect{duckdb.New(), postgres.New()},
		Types:    modeltype.All(),
		Version:  "test",
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Sections of an archive that are no files of the project.
const (
	sectionRendered  = "rendered"      // the text that people see
	sectionWarehouse = "warehouse.sql" // statements that fill the warehouse; with it the catalog is asked
)

// example is one archive of testdata: a project, what is in the warehouse, and what is to be said of it.
type example struct {
	file    string
	archive *txtar.Archive
	root    string
	// run carries the plan out; postgres prints it in that dialect.
	run, postgres bool
	// lint asks for advice as well.
	lint bool
	// guess leaves it to the project which dialect its SQL is written in.
	guess     bool
	warehouse string
}

// readExample lays the files of an archive out in a new folder. In input files ␉ is a tab and · a blank at the end of a line.
func readExample(t testing.TB, file string) *example {
	t.Helper()
	ar, err := txtar.ParseFile(file)
	must(t, err)
	x := &example{file: file, archive: ar, root: t.TempDir()}
	files := ar.Files
	for line := range strings.Lines(string(ar.Comment)) {
		switch strings.TrimSpace(line) {
		case "option: run":
			x.run = true
		case "option: postgres":
			x.postgres = true
		case "option: lint":
			x.lint = true
		case "option: guess":
			x.guess = true
		case "option: base":
			base, err := txtar.ParseFile("testdata/base.txtar")
			must(t, err)
			files = append(base.Files, files...)
		}
	}
	for _, f := range files {
		switch f.Name {
		case sectionRendered:
			continue
		case sectionWarehouse:
			x.warehouse += string(f.Data)
			continue
		}
		path := filepath.Join(x.root, filepath.FromSlash(f.Name))
		must(t, os.MkdirAll(filepath.Dir(path), 0o777))
		must(t, os.WriteFile(path, []byte(strings.ReplaceAll(string(f.Data), "␉", "\t")), 0o666))
	}
	return x
}

// end is the end time of every example.
var end = time.Date(2026, 6, 30, 0, 0, 0, 0, time.UTC)

// diagnose takes an example through all rooms and returns everything that is said.
func (x *example) diagnose(t testing.TB) diag.List {
	t.Helper()
	ctx := context.Background()
	p, list, err := project.Load(t.Context(), x.root, leaves())
	must(t, err)
	if p == nil || list.HasErrors() {
		return list.Sorted()
	}
	s := project.Settings{Dialect: "duckdb", Written: "duckdb", Env: dialect.Env{TargetSchema: "main", InternalSchema: "main_kith"}, Target: "test",
		SeqNo: 1, EndTime: end, KernelMemory: 64 << 20}
	if x.postgres {
		s.Dialect = "postgres"
	}
	if x.guess {
		s.Written = ""
	}
	var conn *wduck.Conn
	if x.warehouse != "" || x.run {
		conn, err = wduck.Open(ctx, wduck.Config{Threads: 1})
		must(t, err)
		defer conn.Close()
		for _, sql := range strings.Split(x.warehouse, ";\n") {
			if strings.TrimSpace(sql) != "" {
				_, err := conn.Exec(ctx, sql)
				must(t, err)
			}
		}
		s.Catalog = conn
	}
	var reg *run.Registry
	if x.run {
		reg = &run.Registry{Conn: conn, Dialect: p.Leaves.Dialect(s.Dialect), Env: s.Env, Target: s.Target, Version: p.Leaves.Version}
		must(t, reg.Open(ctx))
		s.SeqNo, err = reg.Sequence(ctx, s.BeginTime, s.EndTime)
		must(t, err)
	}
	c, more, err := p.Compile(s, plan.Facts{})
	must(t, err)
	if x.lint {
		c, more, err = p.Check(s)
		must(t, err)
	}
	list.Add(more)
	if (c == nil) != more.HasErrors() {
		t.Errorf("a compiled project and errors: %v %v", c != nil, more.HasErrors())
	}
	if x.run && c != nil {
		out, err := run.Run(ctx, reg, c.Plan, run.Options{Project: "test", Concurrency: 1, KernelMemory: 64 << 20})
		must(t, err)
		list.Add(out.Failures)
	}
	return list.Sorted()
}

// expectation is a diagnostic that a line asks for.
type expectation struct {
	file     string
	line     int
	severity string
	code     string
	marked   string // the text under the caret; "" for any
	re       *regexp.Regexp
}

var (
	expectRE  = regexp.MustCompile(`(ERROR|WARNING|NOTE) ([A-Z]\d{3}) (?:([\w./]+):(\d+) )?(?:<(.+?)> )?"(.*?)"(?:[ ;]|$)`)
	commentRE = regexp.MustCompile(`#.*$`)
)

// expectations reads what an archive expects: `# ERROR R004 <marked text> "regex"` on the line that earns it, where the marked
// text may be left out. In the head of the archive the place comes before it (file:line), or nothing for no place.
func (x *example) expectations() []expectation {
	var out []expectation
	add := func(file string, line int, text string) {
		for _, m := range expectRE.FindAllStringSubmatch(text, -1) {
			f, l := file, line
			if m[3] != "" {
				f = m[3]
				l, _ = strconv.Atoi(m[4])
			}
			out = append(out, expectation{f, l, strings.ToLower(m[1]), m[2], m[5], regexp.MustCompile(m[6])})
		}
	}
	for line := range strings.Lines(string(x.archive.Comment)) {
		add("", 0, strings.TrimSpace(line))
	}
	for _, f := range x.archive.Files {
		if f.Name == sectionRendered || f.Name == sectionWarehouse {
			continue
		}
		i := 0
		for line := range strings.Lines(string(f.Data)) {
			i++
			add(f.Name, i, strings.TrimSpace(commentRE.FindString(strings.TrimRight(line, "\n"))))
		}
	}
	return out
}

// compare wants every expectation met by one diagnostic, and no other diagnostic.
func (x *example) compare(t *testing.T, list diag.List) {
	t.Helper()
	want := x.expectations()
	used := make([]bool, len(want))
	for _, d := range list {
		line, col := d.At.Position()
		message := strings.ReplaceAll(d.Message, x.root, "PROJECT")
		i := slices.IndexFunc(want, func(e expectation) bool {
			return e.file == d.At.Path() && e.line == line && e.severity == d.Severity.String() && e.code == string(d.Code) &&
				(e.marked == "" || e.marked == d.At.Text()) && e.re.MatchString(message)
		})
		for i >= 0 && used[i] {
			k := slices.IndexFunc(want[i+1:], func(e expectation) bool {
				return e.file == d.At.Path() && e.line == line && e.severity == d.Severity.String() && e.code == string(d.Code) &&
					(e.marked == "" || e.marked == d.At.Text()) && e.re.MatchString(message)
			})
			if k < 0 {
				i = -1
			} else {
				i += 1 + k
			}
		}
		if i < 0 {
			t.Errorf("not expected: %s:%d:%d: %s %s <%s> %q (fix: %s)", d.At.Path(), line, col, d.Severity, d.Code, d.At.Text(), message, d.Fix)
			continue
		}
		used[i] = true
	}
	for i, e := range want {
		if !used[i] {
			t.Errorf("missing: %s:%d: %s %s <%s> %q", e.file, e.line, e.severity, e.code, e.marked, e.re)
		}
	}
}

// compareRendered holds the text that people see against the section of the archive, or writes the section.
func (x *example) compareRendered(t *testing.T, list diag.List) {
	t.Helper()
	i := slices.IndexFunc(x.archive.Files, func(f txtar.File) bool { return f.Name == sectionRendered })
	if i < 0 {
		return
	}
	var b strings.Builder
	must(t, diag.Render(&b, list, false))
	got := strings.ReplaceAll(b.String(), x.root, "PROJECT")
	if *rewrite {
		x.archive.Files[i].Data = []byte(got)
		must(t, os.WriteFile(x.file, txtar.Format(x.archive), 0o666))
		return
	}
	if got != string(x.archive.Files[i].Data) {
		t.Errorf("rendered:\n%s\nwant:\n%s", got, x.archive.Files[i].Data)
	}
}

func examples(t testing.TB, pattern string) []string {
	t.Helper()
	files, err := filepath.Glob(pattern)
	must(t, err)
	if len(files) == 0 {
		t.Fatalf("no examples at %s", pattern)
	}
	return files
}

// TestCheck takes the project of each testdata/check/*.txtar through loading, compiling and, where it asks for it, a run,
// and holds what is said against the comments on its lines: nothing may be missing and nothing else may be said.
func TestCheck(t *testing.T) {
	for _, file := range examples(t, "testdata/check/*.txtar") {
		name := strings.TrimSuffix(filepath.Base(file), ".txtar")
		t.Run(name, func(t *testing.T) {
			x := readExample(t, file)
			list := x.diagnose(t)
			x.compare(t, list)
			if code, _, _ := strings.Cut(name, "_"); codeRE.MatchString(code) && !says(list, diag.Code(code)) {
				t.Errorf("the example of %s does not earn it", code)
			}
			checkWays(t, list)
			x.compareRendered(t, list)
		})
	}
}

var codeRE = regexp.MustCompile(`^[A-Z]\d{3}$`)

func says(list diag.List, code diag.Code) bool {
	return slices.ContainsFunc(list, func(d diag.Diagnostic) bool { return d.Code == code })
}

// checkWays wants what every diagnostic has: a reference entry, one line without a full stop, places inside of files.
func checkWays(t testing.TB, list diag.List) {
	t.Helper()
	for _, d := range list {
		if _, ok := diag.InfoOf(d.Code); !ok {
			t.Errorf("%s has no reference entry", d.Code)
		}
		if d.Message == "" || strings.Contains(d.Message, "\n") || strings.HasSuffix(d.Message, ".") && !strings.HasSuffix(d.Message, "..") {
			t.Errorf("%s: not one line without a full stop: %q", d.Code, d.Message)
		}
		checkSpan(t, d.At.File == nil || d.At.Start >= 0 && d.At.Start <= d.At.End && d.At.End <= len(d.At.File.Data), d)
		for _, r := range d.Also {
			checkSpan(t, r.At.File != nil && r.At.Start >= 0 && r.At.Start <= r.At.End && r.At.End <= len(r.At.File.Data), d)
		}
	}
}

func checkSpan(t testing.TB, ok bool, d diag.Diagnostic) {
	t.Helper()
	if !ok {
		t.Errorf("%s %q: a place outside of its file", d.Code, d.Message)
	}
}

// older are the warnings that old forms of projects earn.
var older = []diag.Code{diag.SOldName, diag.SOldPlace, diag.SFormerMechanism}

// TestValid runs larger projects of odd but right forms: nothing may be called an error or a warning, but what is old.
func TestValid(t *testing.T) {
	for _, file := range examples(t, "testdata/valid/*.txtar") {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			for _, d := range readExample(t, file).diagnose(t) {
				if line, col := d.At.Position(); d.Severity != diag.Note && !slices.Contains(older, d.Code) {
					t.Errorf("%s:%d:%d: %s %s <%s> %q (fix: %s)", d.At.Path(), line, col, d.Severity, d.Code, d.At.Text(), d.Message, d.Fix)
				}
			}
		})
	}
}
