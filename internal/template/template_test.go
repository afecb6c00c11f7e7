package template

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"kith/internal/diag"
	"kith/internal/source"
)

var rewrite_ = flag.Bool("rewrite", false, "rewrite the expected sections of testdata")

// TestGolden renders every section "name.tmpl [flags]" of testdata/*.txtar and compares it with "name.want". The section
// "macros" declares macros, one to a line: name(a, b) = body, with \n for a line end. Flags: origins, discovery, begin (a
// begin time is given), yaml (the section is a double-quoted YAML scalar), steps=N, depth=N, bytes=N, wall (no time at all), keep (the final line
// end is part of the template).
func TestGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no testdata", err)
	}
	for _, path := range files {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) { goldenFile(t, path) })
	}
}

func goldenFile(t *testing.T, path string) {
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	ar := txtar.Parse(data)
	want := map[string]string{}
	out := &txtar.Archive{Comment: ar.Comment}
	var macros *Macros
	var macroDiags diag.List
	for _, f := range ar.Files {
		if strings.HasSuffix(f.Name, ".want") {
			want[strings.TrimSuffix(f.Name, ".want")] = string(f.Data)
		}
	}
	for _, f := range ar.Files {
		switch name, flags, isTemplate := strings.Cut(f.Name, ".tmpl"); {
		case f.Name == "macros":
			macros, macroDiags = parseMacros(t, f.Data)
			out.Files = append(out.Files, f)
		case isTemplate:
			got := goldenCase(t, string(f.Data), strings.Fields(flags), macros, macroDiags)
			if got != want[name] && !*rewrite_ {
				t.Errorf("%s: %s\n--- got\n%s--- want\n%s", path, name, got, want[name])
			}
			delete(want, name)
			out.Files = append(out.Files, f, txtar.File{Name: name + ".want", Data: []byte(got)})
		}
	}
	for name := range want {
		if !*rewrite_ {
			t.Errorf("%s: %s.want has no template", path, name)
		}
	}
	if formatted := txtar.Format(out); *rewrite_ && !bytes.Equal(formatted, data) {
		if err := os.WriteFile(path, formatted, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

var macroLine = regexp.MustCompile(`^(\S*?)\(([^)]*)\) = (.*)$`)

// parseMacros reads the macros section. A body's bytes map to the section, \n excepted.
func parseMacros(t *testing.T, data []byte) (*Macros, diag.List) {
	file := source.NewFile("m.yaml", data)
	var list []Macro
	start := 0
	for _, line := range strings.SplitAfter(string(data), "\n") {
		m := macroLine.FindStringSubmatchIndex(strings.TrimSuffix(line, "\n"))
		if m == nil {
			if strings.TrimSpace(line) != "" {
				t.Fatalf("bad macro line %q", line)
			}
			continue
		}
		span := func(i int) source.Span { return source.Span{File: file, Start: start + m[2*i], End: start + m[2*i+1]} }
		mac := Macro{Name: line[m[2]:m[3]], Span: span(1), Body: unescape(span(3), map[byte]string{'n': "\n"})}
		for _, in := range strings.Split(line[m[4]:m[5]], ",") {
			if in = strings.TrimSpace(in); in != "" {
				mac.Inputs = append(mac.Inputs, in)
			}
		}
		list = append(list, mac)
		start += len(line)
	}
	return CompileMacros(list)
}

// unescape reads a span whose backslash escapes stand for other text, as YAML's double quotes do.
func unescape(span source.Span, escapes map[byte]string) source.Text {
	var b source.Builder
	s := span.Text()
	from := 0
	for i := 0; i+1 < len(s); i++ {
		if s[i] != '\\' {
			continue
		}
		if by, ok := escapes[s[i+1]]; ok {
			b.WriteVerbatim(source.Span{File: span.File, Start: span.Start + from, End: span.Start + i})
			b.WriteString(by, source.Span{File: span.File, Start: span.Start + i, End: span.Start + i + 2})
			from = i + 2
			i++
		}
	}
	b.WriteVerbatim(source.Span{File: span.File, Start: span.Start + from, End: span.End})
	return b.Text()
}

func goldenCase(t *testing.T, src string, flags []string, macros *Macros, extra diag.List) string {
	var calls []string
	env := Env{Names: testNames(&calls), Macros: macros, EndTime: testEnd}
	var limits Limits
	origins, yaml, keep := false, false, false
	for _, f := range flags {
		key, val, _ := strings.Cut(f, "=")
		n := 0
		fmt.Sscan(val, &n)
		switch key {
		case "origins":
			origins = true
		case "discovery":
			env.Discovery = true
		case "begin":
			env.BeginTime = testEnd.AddDate(0, -1, 0)
		case "noend":
			env.EndTime = env.BeginTime
		case "yaml":
			yaml = true
		case "keep":
			keep = true
		case "steps":
			limits.Steps = n
		case "depth":
			limits.Depth = n
		case "wall":
			limits.Wall = 1 // a nanosecond, which has passed when the clock is looked at
		case "bytes":
			limits.OutputBytes = n
		default:
			t.Fatalf("unknown flag %q", f)
		}
	}
	file := source.NewFile("t.yaml", []byte(src))
	span := source.Span{File: file, Start: 0, End: len(src)}
	if !keep {
		span.End = len(strings.TrimSuffix(src, "\n"))
	}
	text := source.Verbatim(span)
	if yaml {
		span.Start, span.End = strings.IndexByte(src, '"')+1, strings.LastIndexByte(src, '"')
		text = unescape(span, map[byte]string{'n': "\n", '"': "\"", '\\': "\\"})
	}
	tmpl, diags := Parse(text)
	r, more := tmpl.Render(env, limits)
	diags.Add(more, extra)
	return show(r, diags, calls, origins)
}

// show is a rendering as the golden files have it.
func show(r Rendered, diags diag.List, calls []string, origins bool) string {
	var b strings.Builder
	for _, line := range strings.SplitAfter(r.Text.S, "\n") {
		if line != "" {
			fmt.Fprintf(&b, "| %s\n", strings.Replace(line, "\n", "\\n", 1))
		}
	}
	for i, h := range r.Holes {
		fmt.Fprintf(&b, "hole %d: %s\n", i, h.HoleKey())
	}
	if r.TimeDependent {
		b.WriteString("time dependent\n")
	}
	for _, c := range calls {
		fmt.Fprintf(&b, "call: %s\n", c)
	}
	if origins {
		showOrigins(&b, r.Text)
	}
	for _, d := range diags.Sorted() {
		fmt.Fprintf(&b, "%s %s %s: %s\n", place(d.At), d.Code, d.Severity, d.Message)
		for _, a := range d.Also {
			fmt.Fprintf(&b, "  %s: %s\n", place(a.At), a.Message)
		}
		if d.Fix != "" {
			fmt.Fprintf(&b, "  fix: %s\n", d.Fix)
		}
	}
	return b.String()
}

func place(s source.Span) string {
	if s.IsZero() {
		return "nowhere"
	}
	line, col := s.Position()
	return fmt.Sprintf("%s:%d:%d %q", s.Path(), line, col, s.Text())
}

// showOrigins writes runs of output: copied byte for byte (=), or standing for a place (~).
func showOrigins(b *strings.Builder, t source.Text) {
	copied := func(i int) (source.Span, bool) {
		s := t.Origin(i, i+1)
		return s, s.File != nil && s.End == s.Start+1 && s.File.Data[s.Start] == t.S[i]
	}
	for i := 0; i < len(t.S); {
		s, exact := copied(i)
		j := i + 1
		for j < len(t.S) {
			next, same := copied(j)
			if same != exact || exact && (next.File != s.File || next.Start != s.Start+j-i) || !exact && next != s {
				break
			}
			j++
		}
		line, col := s.Position()
		if exact {
			fmt.Fprintf(b, "%q = %s:%d:%d\n", t.S[i:j], s.Path(), line, col)
		} else {
			fmt.Fprintf(b, "%q ~ %s:%d:%d %q\n", t.S[i:j], s.Path(), line, col, s.Text())
		}
		i = j
	}
}
