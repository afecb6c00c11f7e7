package view

import (
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/text"

	"kith/internal/catalog"
)

// Null is how a table shows a NULL.
const Null = "NULL"

// Text is a value of a column as people read it; ok is false for NULL. Times are in UTC.
func Text(v any, column catalog.Column) (s string, ok bool) {
	switch v := v.(type) {
	case nil:
		return "", false
	case string:
		return v, true
	case time.Time:
		if strings.EqualFold(column.Type, "DATE") {
			return v.UTC().Format("2006-01-02"), true
		}
		return v.UTC().Format("2006-01-02 15:04:05.999999"), true
	case []byte:
		return `\x` + hex.EncodeToString(v), true
	case float64:
		return float(v), true
	case bool, int64, int:
		return fmt.Sprint(v), true
	}
	data, err := json.Marshal(value(v, catalog.Column{}))
	if err != nil {
		return fmt.Sprint(v), true
	}
	return string(data), true
}

// float writes a number with all its digits, without an exponent where people would not expect one.
func float(v float64) string {
	if a := math.Abs(v); a != 0 && (a < 1e-6 || a >= 1e15) {
		return strconv.FormatFloat(v, 'g', -1, 64)
	}
	return strconv.FormatFloat(v, 'f', -1, 64)
}

// value is a value of a column as JSON has it: exact numbers stay numbers, times are RFC 3339.
func value(v any, column catalog.Column) any {
	switch v := v.(type) {
	case string:
		t := strings.ToUpper(column.Type)
		if (strings.HasPrefix(t, "DECIMAL") || strings.HasPrefix(t, "NUMERIC") || strings.HasSuffix(t, "HUGEINT")) && json.Valid([]byte(v)) {
			return json.Number(v)
		}
		return v
	case time.Time:
		if strings.EqualFold(column.Type, "DATE") {
			return v.UTC().Format("2006-01-02")
		}
		return v.UTC().Format(time.RFC3339Nano)
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return strconv.FormatFloat(v, 'g', -1, 64)
		}
		return v
	case []byte:
		return `\x` + hex.EncodeToString(v)
	case []any:
		out := make([]any, len(v))
		for i, x := range v {
			out[i] = value(x, catalog.Column{})
		}
		return out
	case map[string]any:
		out := map[string]any{}
		for k, x := range v {
			out[k] = value(x, catalog.Column{})
		}
		return out
	}
	return v
}

// Result is a query's answer, or the first part of it.
type Result struct {
	Columns []catalog.Column
	Rows    [][]any
	// More tells that there are rows that were not read.
	More bool
}

// object is a row as a JSON object whose keys stand in the order of the columns. A second column of one name gets a number.
type object struct {
	names  []string
	values []any
}

// MarshalJSON writes the object.
func (o object) MarshalJSON() ([]byte, error) {
	var b strings.Builder
	b.WriteByte('{')
	for i, name := range o.names {
		if i > 0 {
			b.WriteByte(',')
		}
		k, err := marshal(name)
		if err != nil {
			return nil, err
		}
		v, err := marshal(o.values[i])
		if err != nil {
			return nil, err
		}
		b.WriteString(k + ":" + v)
	}
	b.WriteByte('}')
	return []byte(b.String()), nil
}

func marshal(v any) (string, error) {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return strings.TrimSuffix(b.String(), "\n"), err
}

// Objects are the rows for JSON.
func (r *Result) Objects() []any {
	names := make([]string, len(r.Columns))
	seen := map[string]bool{}
	for i, c := range r.Columns {
		name := c.Name
		for n := 2; seen[name]; n++ {
			name = fmt.Sprintf("%s_%d", c.Name, n)
		}
		seen[name], names[i] = true, name
	}
	out := make([]any, len(r.Rows))
	for i, row := range r.Rows {
		o := object{names: names, values: make([]any, len(row))}
		for j, v := range row {
			o.values[j] = value(v, r.Columns[j])
		}
		out[i] = o
	}
	return out
}

// CSV writes rows as they come, below a header line; NULL is an empty cell.
type CSV struct {
	out     *csv.Writer
	columns []catalog.Column
	line    []string
	err     error
}

// NewCSV writes the header line.
func NewCSV(w io.Writer, columns []catalog.Column) *CSV {
	c := &CSV{out: csv.NewWriter(w), columns: columns, line: make([]string, len(columns))}
	for i, col := range columns {
		c.line[i] = col.Name
	}
	c.err = c.out.Write(c.line)
	return c
}

// Row writes a row.
func (c *CSV) Row(values []any) error {
	if c.err == nil {
		for i, v := range values {
			c.line[i], _ = Text(v, c.columns[i])
		}
		c.err = c.out.Write(c.line)
	}
	return c.err
}

// Close writes what is still held back; it does not close the writer below.
func (c *CSV) Close() error {
	c.out.Flush()
	if c.err != nil {
		return c.err
	}
	return c.out.Error()
}

// maxCell is how wide a cell of a table may be; longer values are cut.
const maxCell = 48

// Table writes the rows side by side. A row that is wider than the screen is written as a list of its columns instead,
// because a table that wraps cannot be read. width 0 does not limit it.
func (r *Result) Table(w io.Writer, width int) {
	style := StyleOf(w)
	cells := make([][]string, len(r.Rows))
	widths := make([]int, len(r.Columns))
	for i, c := range r.Columns {
		widths[i] = text.StringWidthWithoutEscSequences(c.Name)
	}
	for i, row := range r.Rows {
		cells[i] = make([]string, len(row))
		for j, v := range row {
			s, ok := Text(v, r.Columns[j])
			if !ok {
				s = Null
			}
			cells[i][j] = text.Snip(visible(s), maxCell, "…")
			widths[j] = max(widths[j], text.StringWidthWithoutEscSequences(cells[i][j]))
		}
	}
	total := 0
	for _, n := range widths {
		total += n + 2
	}
	if width > 0 && total > width+2 && len(r.Rows) > 0 {
		r.records(w, style)
		return
	}
	var head, rule []string
	for i, c := range r.Columns {
		head = append(head, style.Bold(pad(visible(c.Name), widths[i], r.right(i))))
		rule = append(rule, style.Dim(strings.Repeat("─", widths[i])))
	}
	fmt.Fprintln(w, strings.TrimRight(strings.Join(head, "  "), " "))
	fmt.Fprintln(w, strings.Join(rule, "  "))
	for i, row := range cells {
		var line []string
		for j, s := range row {
			s = pad(s, widths[j], r.right(j))
			if r.Rows[i][j] == nil {
				s = style.Dim(s)
			}
			line = append(line, s)
		}
		fmt.Fprintln(w, strings.TrimRight(strings.Join(line, "  "), " "))
	}
}

// records writes each row as a list of column and value.
func (r *Result) records(w io.Writer, style Style) {
	wide := 0
	for _, c := range r.Columns {
		wide = max(wide, text.StringWidthWithoutEscSequences(c.Name))
	}
	for i, row := range r.Rows {
		if i > 0 {
			fmt.Fprintln(w)
		}
		fmt.Fprintln(w, style.Dim(fmt.Sprintf("── row %d ──", i+1)))
		for j, v := range row {
			s, ok := Text(v, r.Columns[j])
			if !ok {
				s = style.Dim(Null)
			} else {
				s = text.Snip(visible(s), max(Width(w)-wide-3, maxCell), "…")
			}
			fmt.Fprintf(w, "%s  %s\n", style.Bold(pad(visible(r.Columns[j].Name), wide, false)), s)
		}
	}
}

// right reports whether a column is aligned to the right: all its values are numbers.
func (r *Result) right(column int) bool {
	numbers := false
	for _, row := range r.Rows {
		switch v := row[column].(type) {
		case nil:
		case int64, float64:
			numbers = true
		case string:
			if _, ok := value(v, r.Columns[column]).(json.Number); !ok {
				return false
			}
			numbers = true
		default:
			return false
		}
	}
	return numbers
}

func pad(s string, width int, right bool) string {
	n := width - text.StringWidthWithoutEscSequences(s)
	if n <= 0 {
		return s
	}
	if right {
		return strings.Repeat(" ", n) + s
	}
	return s + strings.Repeat(" ", n)
}

// visible keeps a value on its line and away from the controls of the terminal.
func visible(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return '⏎'
		case r == '\t':
			return ' '
		case r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069:
			return '·'
		}
		return r
	}, s)
}

// JSONValue is a value of a column as JSON has it.
func JSONValue(v any, column catalog.Column) any { return value(v, column) }
