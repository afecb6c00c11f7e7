package template

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kith/internal/source"
)

// writer builds a template together with the text it must render to and, for each byte of it, the byte it was copied from.
type writer struct {
	t     *rapid.T
	src   strings.Builder
	want  strings.Builder
	from  []int // offset in src; offsets in the macro file are stored as -1-offset
	quiet int   // over 0 where nothing is output
}

const propertyMacro = "<{{ x }}|{{ x }}>"

func (w *writer) emit(s string, at int) {
	if w.quiet > 0 {
		return
	}
	w.want.WriteString(s)
	for i := range len(s) {
		w.from = append(w.from, at+i)
	}
}

func (w *writer) emitMacro(s string, at int) {
	w.want.WriteString(s)
	for i := range len(s) {
		w.from = append(w.from, -1-at-i)
	}
}

var letters = rapid.StringMatching(`[a-z ,é']{1,6}`)

// text writes text that is copied.
func (w *writer) text(prefix string) {
	s := prefix + letters.Draw(w.t, "text")
	at := w.src.Len()
	w.src.WriteString(s)
	w.emit(s, at)
}

// literal writes a string in quotes and returns its inside and the offset of that.
func (w *writer) literal() (string, int) {
	s := strings.ReplaceAll(letters.Draw(w.t, "literal"), "'", "")
	at := w.src.Len() + 1
	w.src.WriteString(`"` + s + `"`)
	return s, at
}

func (w *writer) piece(depth int) {
	kinds := 7
	if depth == 0 {
		kinds = 4
	}
	switch rapid.IntRange(0, kinds).Draw(w.t, "kind") {
	case 0, 1:
		w.text("")
	case 2:
		w.src.WriteString("{{ ")
		s, at := w.literal()
		w.src.WriteString(" }}")
		w.emit(s, at)
	case 3:
		w.src.WriteString("{# " + letters.Draw(w.t, "comment") + "#}")
	case 4:
		w.src.WriteString("{{ m(")
		s, at := w.literal()
		w.src.WriteString(") }}")
		if w.quiet == 0 {
			w.emitMacro("<", 0)
			w.emit(s, at)
			w.emitMacro("|", strings.Index(propertyMacro, "|"))
			w.emit(s, at)
			w.emitMacro(">", len(propertyMacro)-1)
		}
	case 5:
		yes := rapid.Bool().Draw(w.t, "if")
		fmt.Fprintf(&w.src, "{%% if %v %%}", yes)
		w.branch(yes, depth)
		w.src.WriteString("{% else %}")
		w.branch(!yes, depth)
		w.src.WriteString("{% endif %}")
	case 6:
		w.src.WriteString(`{% with v = `)
		s, at := w.literal()
		w.src.WriteString(` %}{{ v }}`)
		w.emit(s, at)
		w.pieces(depth - 1)
		w.src.WriteString("{% endwith %}")
	case 7:
		// A template inside a string: what it copies comes from within the quotes.
		w.src.WriteString("{{ '")
		s := "z" + strings.ReplaceAll(letters.Draw(w.t, "nested"), "'", "")
		at := w.src.Len()
		w.src.WriteString(s + `{{ "`)
		w.emit(s, at)
		at = w.src.Len()
		w.src.WriteString("q")
		w.emit("q", at)
		w.src.WriteString(`" }}' }}`)
	}
}

func (w *writer) branch(taken bool, depth int) {
	if !taken {
		w.quiet++
	}
	w.pieces(depth - 1)
	if !taken {
		w.quiet--
	}
}

func (w *writer) pieces(depth int) {
	for range rapid.IntRange(0, 5).Draw(w.t, "pieces") {
		w.piece(depth)
	}
}

// TestOriginsOfCopiedBytes: every byte copied from a template, a macro or an argument has an origin that is this byte.
func TestOriginsOfCopiedBytes(t *testing.T) {
	macroFile := source.NewFile("m.yaml", []byte(propertyMacro))
	macros, diags := CompileMacros([]Macro{{Name: "m", Inputs: []string{"x"},
		Body: source.Verbatim(source.Span{File: macroFile, End: len(propertyMacro)})}})
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	rapid.Check(t, func(t *rapid.T) {
		w := &writer{t: t}
		w.pieces(3)
		file := source.NewFile("t.yaml", []byte(w.src.String()))
		tmpl, diags := Parse(source.Verbatim(source.Span{File: file, End: len(file.Data)}))
		discovery := rapid.Bool().Draw(t, "discovery")
		r, more := tmpl.Render(Env{Macros: macros, Discovery: discovery}, Limits{})
		again, _ := tmpl.Render(Env{Macros: macros, Discovery: !discovery}, Limits{})
		if len(diags)+len(more) > 0 {
			t.Fatalf("%s\n%v %v", w.src.String(), diags, more)
		}
		if r.Text.S != w.want.String() || again.Text.S != r.Text.S {
			t.Fatalf("%s\ngot  %q\nwant %q", w.src.String(), r.Text.S, w.want.String())
		}
		for i, from := range w.from {
			f := file
			if from < 0 {
				f, from = macroFile, -1-from
			}
			if got := r.Text.Origin(i, i+1); got != (source.Span{File: f, Start: from, End: from + 1}) {
				t.Fatalf("%s\nbyte %d %q comes from %s:%d, want %s:%d", w.src.String(), i, r.Text.S[i], got.Path(), got.Start, f.Path, from)
			}
		}
	})
}

// TestIntegers checks the arithmetic of templates against big numbers: the exact result, or a diagnostic when it does not fit.
func TestIntegers(t *testing.T) {
	edge := rapid.OneOf(rapid.Int64(), rapid.SampledFrom([]int64{0, 1, -1, 2, 1<<63 - 1, -1 << 63, 1 << 32, -1 << 31}))
	rapid.Check(t, func(t *rapid.T) {
		a, b := edge.Draw(t, "a"), edge.Draw(t, "b")
		op := rapid.SampledFrom([]string{"+", "-", "*", "/", "%"}).Draw(t, "op")
		st := newState(Env{}, DefaultLimits)
		got := st.integers(op, a, b, source.Span{})
		want, ok := bigArithmetic(op, a, b)
		if n, isInt := got.(Int); isInt != ok || ok && int64(n) != want {
			t.Fatalf("%d %s %d = %v, want %d %v", a, op, b, got, want, ok)
		}
	})
}

// TestShifts: a shifted time resolves to what Go's own methods give, for any run.
func TestShifts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		at := time.Unix(rapid.Int64Range(0, 4e9).Draw(t, "at"), 0).UTC()
		v, want := Time{Which: "end_time", Time: at}, at
		for range rapid.IntRange(0, 4).Draw(t, "steps") {
			if rapid.Bool().Draw(t, "date") {
				y, m, d := rapid.IntRange(-3, 3).Draw(t, "y"), rapid.IntRange(-20, 20).Draw(t, "m"), rapid.IntRange(-400, 400).Draw(t, "d")
				v, want = v.shifted(fmt.Sprintf(".AddDate(%d,%d,%d)", y, m, d)), want.AddDate(y, m, d)
			} else {
				d := time.Duration(rapid.Int64Range(-1e15, 1e15).Draw(t, "add"))
				v, want = v.shifted(fmt.Sprintf(".Add(%s)", d)), want.Add(d)
			}
		}
		if !v.Time.Equal(want) || !v.SQLHole().Time(at).Equal(want) || v.TextHole(time.RFC3339Nano).Text(at) != want.Format(time.RFC3339Nano) {
			t.Fatalf("%s: %s, want %s", v.Shift, v.Time, want)
		}
	})
}
