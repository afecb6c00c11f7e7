package view

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/jedib0t/go-pretty/v6/text"
	"pgregory.net/rapid"

	"kith/internal/catalog"
)

func TestWords(t *testing.T) {
	for _, c := range [][2]string{
		{Number(0), "0"}, {Number(999), "999"}, {Number(1000), "1,000"}, {Number(-1234567), "-1,234,567"},
		{Count(1, "step"), "1 step"}, {Count(0, "step"), "0 steps"}, {Count(1200, "entity"), "1,200 entities"},
		{Took(4 * time.Millisecond), "4ms"}, {Took(180 * time.Millisecond), "0.18s"}, {Took(12340 * time.Millisecond), "12.3s"},
		{Took(4*time.Minute + 5*time.Second), "4m05s"}, {Took(2*time.Hour + 3*time.Minute), "2h03m"},
		{Percent(0, 10), "0%"}, {Percent(1, 1000), "<1%"}, {Percent(999, 1000), ">99%"}, {Percent(10, 10), "100%"}, {Percent(3, 0), "–"}, {Percent(1, 3), "33%"},
		{Bar(0, 10), ""}, {Bar(1, 1_000_000), "▏"}, {Bar(10, 10), strings.Repeat("█", 20)}, {Bar(1, 2), strings.Repeat("█", 10)}, {Bar(5, 0), ""},
	} {
		if c[0] != c[1] {
			t.Errorf("%q, want %q", c[0], c[1])
		}
	}
}

func TestText(t *testing.T) {
	at := time.Date(2026, 1, 2, 3, 4, 5, 600_000_000, time.FixedZone("", 3600))
	for _, c := range []struct {
		v          any
		typ, want  string
		null, json bool
	}{
		{v: nil, null: true},
		{v: "x", want: "x"},
		{v: int64(-5), want: "-5"},
		{v: 1e6, want: "1000000"}, {v: 0.1, want: "0.1"}, {v: 1e-9, want: "1e-09"}, {v: 1e21, want: "1e+21"},
		{v: true, want: "true"},
		{v: at, typ: "TIMESTAMP", want: "2026-01-02 02:04:05.6"}, {v: at, typ: "DATE", want: "2026-01-02"},
		{v: []byte{0, 255}, want: `\x00ff`},
		{v: []any{int64(1), nil, "a"}, want: `[1,null,"a"]`},
		{v: map[string]any{"b": int64(1), "a": at}, want: `{"a":"2026-01-02T02:04:05.6Z","b":1}`},
	} {
		got, ok := Text(c.v, catalog.Column{Type: c.typ})
		if got != c.want || ok == c.null {
			t.Errorf("%v: %q, %v", c.v, got, ok)
		}
	}
}

var cells = rapid.OneOf(rapid.Just[any](nil), rapid.Map(rapid.Int64(), func(n int64) any { return n }),
	rapid.Map(rapid.StringOf(rapid.RuneFrom([]rune("aé漢 \",\n\t\x1b\u202e"))), func(s string) any { return s }))

func results() *rapid.Generator[*Result] {
	return rapid.Custom(func(t *rapid.T) *Result {
		r := &Result{}
		n := rapid.IntRange(1, 5).Draw(t, "columns")
		for range n {
			r.Columns = append(r.Columns, catalog.Column{Name: rapid.StringMatching(`[a-c]{1,2}`).Draw(t, "name"), Type: "VARCHAR"})
		}
		for range rapid.IntRange(0, 5).Draw(t, "rows") {
			var row []any
			for range n {
				row = append(row, cells.Draw(t, "cell"))
			}
			r.Rows = append(r.Rows, row)
		}
		return r
	})
}

// TestTable holds for any rows: a line for each, all columns below their heads, nothing that moves the cursor.
func TestTable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := results().Draw(t, "result")
		var b bytes.Buffer
		r.Table(&b, 0)
		lines := strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
		if len(lines) != len(r.Rows)+2 {
			t.Fatalf("%d lines for %d rows:\n%s", len(lines), len(r.Rows), b.String())
		}
		width := text.StringWidthWithoutEscSequences(lines[1])
		for _, l := range lines {
			if strings.ContainsAny(l, "\x1b\r\t\u202e") || text.StringWidthWithoutEscSequences(l) > width {
				t.Fatalf("line %q in\n%s", l, b.String())
			}
		}
	})
}

// TestCSVAndJSON read back what was written.
func TestCSVAndJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := results().Draw(t, "result")
		var b bytes.Buffer
		out := NewCSV(&b, r.Columns)
		for _, row := range r.Rows {
			if err := out.Row(row); err != nil {
				t.Fatal(err)
			}
		}
		if err := out.Close(); err != nil {
			t.Fatal(err)
		}
		// A row of one empty cell is an empty line, which a reader of CSV passes over.
		if len(r.Columns) > 1 {
			got, err := csv.NewReader(&b).ReadAll()
			if err != nil || len(got) != len(r.Rows)+1 {
				t.Fatalf("%v %v", got, err)
			}
			for i, row := range r.Rows {
				for j, v := range row {
					if want, _ := Text(v, r.Columns[j]); got[i+1][j] != want {
						t.Fatalf("%q, want %q", got[i+1][j], want)
					}
				}
			}
		}
		data, err := json.Marshal(r.Objects())
		if err != nil {
			t.Fatal(err)
		}
		var back []map[string]any
		if err := json.Unmarshal(data, &back); err != nil || len(back) != len(r.Rows) {
			t.Fatalf("%v in %s", err, data)
		}
		for _, o := range back {
			if len(o) != len(r.Columns) {
				t.Fatalf("%d of %d columns in %s", len(o), len(r.Columns), data)
			}
		}
	})
}

func TestTree(t *testing.T) {
	b := &Branch{Text: "a"}
	c := b.Add("b %d", 1)
	c.Add("%s", "100%")
	c.Add("d")
	b.Add("e")
	var out bytes.Buffer
	b.Write(&out)
	if want := "a\n├─ b 1\n│  ├─ 100%\n│  └─ d\n└─ e\n"; out.String() != want {
		t.Errorf("%s", out.String())
	}
}
