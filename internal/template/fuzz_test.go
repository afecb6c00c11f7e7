package template

import (
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"kith/internal/diag"
	"kith/internal/source"
)

// bigArithmetic is the oracle of TestIntegers.
func bigArithmetic(op string, a, b int64) (int64, bool) {
	x, y, z := big.NewInt(a), big.NewInt(b), new(big.Int)
	switch op {
	case "+":
		z.Add(x, y)
	case "-":
		z.Sub(x, y)
	case "*":
		z.Mul(x, y)
	case "/", "%":
		if b == 0 {
			return 0, false
		}
		if op == "/" {
			z.Quo(x, y)
		} else {
			z.Rem(x, y)
		}
	}
	return z.Int64(), z.IsInt64()
}

// addSeeds adds every template of the golden files.
func addSeeds(f *testing.F) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		f.Fatal("no testdata", err)
	}
	for _, path := range files {
		data, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		for _, s := range txtar.Parse(data).Files {
			if strings.Contains(s.Name, ".tmpl") {
				f.Add(string(s.Data))
			}
		}
	}
}

func fuzzText(s string) source.Text {
	file := source.NewFile("t.yaml", []byte(s))
	return source.Verbatim(source.Span{File: file, End: len(s)})
}

// checkSpans: every diagnostic of a text lies within it.
func checkSpans(t *testing.T, diags diag.List, size int) {
	for _, d := range diags {
		if d.At.File != nil && (d.At.Start < 0 || d.At.End < d.At.Start || d.At.Path() == "t.yaml" && d.At.End > size) {
			t.Errorf("%s %s at %d-%d of %d", d.Code, d.Message, d.At.Start, d.At.End, size)
		}
		if strings.Contains(d.Message+d.Fix, "%!") || strings.Contains(d.Message+d.Fix, "%%}") {
			t.Errorf("badly formatted: %q %q", d.Message, d.Fix)
		}
	}
}

func FuzzParse(f *testing.F) {
	addSeeds(f)
	f.Fuzz(func(t *testing.T, s string) {
		tmpl, diags := Parse(fuzzText(s))
		checkSpans(t, diags, len(s))
		if tmpl.IsPlain() && (HasMarks(s) || strings.Contains(s, "{#")) {
			t.Error("a text with marks is taken as plain")
		}
		if _, again := Parse(fuzzText(s)); len(again) != len(diags) {
			t.Error("parsing twice gives different diagnostics")
		}
	})
}

func FuzzRender(f *testing.F) {
	addSeeds(f)
	macroFile := source.NewFile("m.yaml", []byte("[{{ y }}]{{ user.x }}"))
	macros, _ := CompileMacros([]Macro{{Name: "inner", Inputs: []string{"y"},
		Body: source.Verbatim(source.Span{File: macroFile, End: len(macroFile.Data)})}})
	f.Fuzz(func(t *testing.T, s string) {
		tmpl, _ := Parse(fuzzText(s))
		limits := Limits{OutputBytes: 1 << 16, Steps: 20_000, Depth: 16}
		var previous string
		for _, discovery := range []bool{false, true} {
			var calls []string
			env := Env{Names: testNames(&calls), Macros: macros, EndTime: testEnd, Discovery: discovery}
			r, diags := tmpl.Render(env, limits)
			checkSpans(t, diags, len(s))
			if len(r.Text.S) > limits.OutputBytes+len(r.Holes)*16 {
				if !tmpl.IsPlain() {
					t.Errorf("%d bytes of output", len(r.Text.S))
				}
			}
			if !strings.Contains(strings.ToLower(s), "kith") { // the text makes no placeholders of its own
				checkPlaceholders(t, r)
			}
			stopped := false
			for _, d := range diags {
				stopped = stopped || d.Code == diag.TemplateLimit
			}
			if discovery && !stopped && r.Text.S != previous {
				t.Errorf("discovery changes the output: %q, was %q", r.Text.S, previous)
			}
			previous = r.Text.S
			if stopped {
				return
			}
		}
	})
}

// checkPlaceholders: placeholders are numbered in order of appearance and each has its hole.
func checkPlaceholders(t *testing.T, r Rendered) {
	next := 0
	for from := 0; ; {
		_, end, i, ok := FindPlaceholder(r.Text.S, from)
		if !ok {
			break
		}
		if i > next || i >= len(r.Holes) {
			t.Errorf("placeholder %d of %d comes before %d", i, len(r.Holes), next)
		}
		if i == next {
			next++
		}
		from = end
	}
	if next != len(r.Holes) {
		t.Errorf("%d holes, %d in the text", len(r.Holes), next)
	}
}

func BenchmarkParse(b *testing.B) {
	text := fuzzText(benchmarkText)
	for b.Loop() {
		if _, diags := Parse(text); len(diags) > 0 {
			b.Fatal(diags)
		}
	}
}

func BenchmarkRender(b *testing.B) {
	tmpl, _ := Parse(fuzzText(benchmarkText))
	var calls []string
	env := Env{Names: testNames(&calls), EndTime: testEnd}
	for b.Loop() {
		if _, diags := tmpl.Render(env, Limits{}); len(diags) > 0 {
			b.Fatal(diags)
		}
	}
}

const benchmarkText = `{% with c = this.DeRef("inputs/carts") %}
select cart_id, {{ user.Var("spend") }} as spend, '{{end_time.Format("2006-01-02")}}' as day
from {{c}} where {% if warehouse.DatabaseType() == "snowflake" %}datediff(day, ts, {{end_time_sql}}) < 30{% else %}true{% endif %}
{% endwith %}`
