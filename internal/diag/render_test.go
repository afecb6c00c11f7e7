package diag

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"pgregory.net/rapid"

	"kith/internal/source"
)

var rewrite = flag.Bool("rewrite", false, "rewrite expected outputs under testdata")

// marked returns a file without the marks ‹ and › and the spans between them, in the order of the closing marks.
func marked(name, text string) []source.Span {
	var clean strings.Builder
	var open []int
	var ranges [][2]int
	for _, r := range text {
		switch r {
		case '‹':
			open = append(open, clean.Len())
		case '›':
			ranges = append(ranges, [2]int{open[len(open)-1], clean.Len()})
			open = open[:len(open)-1]
		case '␉':
			clean.WriteByte('\t')
		case '⎋':
			clean.WriteByte(0x1b)
		default:
			clean.WriteRune(r)
		}
	}
	f := source.NewFile(name, []byte(clean.String()))
	var out []source.Span
	for _, r := range ranges {
		out = append(out, source.Span{File: f, Start: r[0], End: r[1]})
	}
	return out
}

// TestRender shows the marked places of each NAME.yaml of testdata/render.txtar: the first is the mistake, the others are
// places involved.
func TestRender(t *testing.T) {
	const file = "testdata/render.txtar"
	ar, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{}
	for _, f := range ar.Files {
		want[f.Name] = string(f.Data)
	}
	out := &txtar.Archive{Comment: ar.Comment}
	for _, f := range ar.Files {
		if !strings.HasSuffix(f.Name, ".yaml") {
			continue
		}
		spans := marked(f.Name, string(f.Data))
		var l List
		d := l.Errorf("S001", spans[0], "something is wrong").WithFix("mend it")
		for _, s := range spans[1:] {
			d.WithAlso(s, "because of this")
		}
		d.Private = strings.HasPrefix(f.Name, "private")
		var b strings.Builder
		if err := Render(&b, l, strings.HasPrefix(f.Name, "color")); err != nil {
			t.Fatal(err)
		}
		got := strings.ReplaceAll(b.String(), "\x1b", "⎋")
		name := strings.TrimSuffix(f.Name, ".yaml") + ".out"
		out.Files = append(out.Files, f, txtar.File{Name: name, Data: []byte(got)})
		if !*rewrite && got != want[name] {
			t.Errorf("%s: got\n%swant\n%s", f.Name, got, want[name])
		}
	}
	if *rewrite {
		if err := os.WriteFile(file, txtar.Format(out), 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

func TestRenderOrdersAndCounts(t *testing.T) {
	a, b := marked("a.yaml", "‹x›\n‹y›\n"), marked("b.yaml", "‹z›")
	var l List
	l.Notef("S007", b[0], "third")
	l.Warnf("S008", a[1], "second")
	l.Errorf("S001", a[0], "first")
	l.Errorf("S001", a[0], "first") // said twice, shown once
	l.Errorf("Y001", source.Span{}, "nowhere")
	var out strings.Builder
	if err := Render(&out, l, false); err != nil {
		t.Fatal(err)
	}
	want := `Y001 nowhere
a.yaml:1:1: S001 first
   1 | x
     | ^
a.yaml:2:1: warning S008 second
   2 | y
     | ^
b.yaml:1:1: note S007 third
   1 | z
     | ^
2 errors, 1 warning, 1 note
`
	if out.String() != want {
		t.Errorf("got\n%swant\n%s", out.String(), want)
	}
	out.Reset()
	if err := Render(&out, nil, false); err != nil || out.Len() > 0 {
		t.Errorf("an empty list prints %q, %v", out.String(), err)
	}
}

func TestJSON(t *testing.T) {
	s := marked("a.yaml", "k: ‹é\nb›\nc: ‹d›\n")
	var l List
	l.Errorf("S001", s[0], "m").WithAlso(s[1], "r").WithFix("f")
	l.Errorf("Y001", source.Span{}, "n")
	got, err := json.Marshal(l)
	want := `[{"code":"Y001","severity":"error","message":"n"},` +
		`{"code":"S001","severity":"error","message":"m","file":"a.yaml","line":1,"column":4,"endLine":2,"endColumn":2,` +
		`"related":[{"message":"r","file":"a.yaml","line":3,"column":4,"endLine":3,"endColumn":5}],"fix":"f"}]`
	if err != nil || string(got) != want {
		t.Errorf("got  %s, %v\nwant %s", got, err, want)
	}
	if got, _ := json.Marshal(List(nil)); string(got) != "[]" {
		t.Errorf("an empty list is %s", got)
	}
}

// TestUnderlineStaysBelowItsText holds the underline against the text above it for random lines: the same characters,
// cut or not, are between the same columns.
func TestUnderlineStaysBelowItsText(t *testing.T) {
	runes := rapid.SliceOfN(rapid.SampledFrom([]rune("ab \tc漢é😀x\u0301")), 1, 300)
	rapid.Check(t, func(t *rapid.T) {
		line := runes.Draw(t, "line")
		from := rapid.IntRange(0, len(line)-1).Draw(t, "from")
		to := rapid.IntRange(from+1, len(line)).Draw(t, "to")
		shown, left, right := layout(string(line), from+1, false, to+1)
		if left < 0 || right < left || width(shown) > maxColumns+2 {
			t.Fatalf("underline %d-%d below %q", left, right, shown)
		}
		if r := line[from]; r != ' ' && r != '\t' && runeWidth(r) > 0 {
			if got := runeAt(shown, left); got != r {
				t.Fatalf("the underline begins below %q, want %q, in %q", got, r, shown)
			}
		}
	})
}

func width(s string) (w int) {
	for _, r := range s {
		w += runeWidth(r)
	}
	return w
}

func runeAt(s string, col int) rune {
	w := 0
	for _, r := range s {
		if w == col && runeWidth(r) > 0 {
			return r
		}
		w += runeWidth(r)
	}
	return 0
}

func FuzzRender(f *testing.F) {
	f.Add("a: b", 1, 3, "m")
	f.Add("\x1b[31m\t漢\xff", 0, 9, "a\x07b")
	f.Fuzz(func(t *testing.T, text string, start, end int, message string) {
		if start < 0 || end < start || end > len(text) {
			return
		}
		var l List
		l.Errorf("S001", source.Span{File: source.NewFile("a.yaml", []byte(text)), Start: start, End: end}, "%s", message)
		var b strings.Builder
		if err := Render(&b, l, false); err != nil {
			t.Fatal(err)
		}
		if i := strings.IndexFunc(b.String(), func(r rune) bool { return r != '\n' && steers(r) }); i >= 0 {
			t.Errorf("a control character gets through: %q", b.String()[i:])
		}
	})
}

func TestNearest(t *testing.T) {
	names := []string{"entity_key", "entity_cohort", "vars"}
	for name, want := range map[string]string{"entity_kye": "entity_key", "var": "vars", "ENTITY_COHORT": "entity_cohort", "name": "", "x": ""} {
		if got := Nearest(name, names); got != want {
			t.Errorf("Nearest(%q) = %q, want %q", name, got, want)
		}
	}
	if fs, _ := filepath.Glob("codes_*.go"); len(fs) == 0 {
		t.Error("this test does not run in its folder")
	}
}
