package model

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"

	"kith/internal/diag"
	"kith/internal/source"
	"kith/internal/sqltext"
)

// LiteralRows is a csv file whose cells are SQL literals ('a@b.com', NULL, 12), the form of pb's csv inputs (observed.md
// section 1).
type LiteralRows struct {
	Columns []LiteralColumn
	Rows    [][]*sqltext.Tree
}

// LiteralColumn is a column of LiteralRows. Datatype is the contract's datatype in lower case, "" when there is none.
type LiteralColumn struct{ Name, Datatype string }

// maxCSVCheck bounds what is read of a csv file while compiling; larger files are checked by the engine when they are loaded.
const maxCSVCheck = 32 << 20

var literalCell = regexp.MustCompile(`^(?s:'(?:[^']|'')*'|-?[0-9]+(?:\.[0-9]+)?|(?i:null|true|false))$`)

// readCSV checks a csv input and, where its cells are SQL literals, reads it into Literal.
func (b *Builder) readCSV(in *Input) {
	if in.Broken || in.remote {
		return
	}
	data, err := readUpTo(in.Path, maxCSVCheck)
	if err != nil {
		b.Diags.Errorf(diag.RFileMissing, in.TableAt, "the file of input %s cannot be read", in.Name)
		in.Broken = true
		return
	}
	if data == nil {
		return
	}
	file := source.NewFile(in.spec.CSV.Value, data)
	b.rowFiles[file] = true
	text := source.Verbatim(source.Span{File: file, End: len(data)})
	if bytes.Contains(data, []byte("{{")) || bytes.Contains(data, []byte("{%")) {
		r, ok := b.Render(in, text, Scope{})
		if !ok {
			return
		}
		text = r.Text
	}
	rows, at, ok := b.splitCSV(in, text)
	if !ok {
		in.Broken = true
		return
	}
	for _, h := range rows[0] {
		in.Columns = append(in.Columns, strings.TrimSpace(h))
	}
	if !areLiterals(rows[1:]) {
		return
	}
	in.Literal = &LiteralRows{}
	for _, h := range rows[0] {
		name := strings.ToLower(strings.TrimSpace(h))
		in.Literal.Columns = append(in.Literal.Columns, LiteralColumn{Name: name, Datatype: in.datatype(name)})
	}
	for i, row := range rows[1:] {
		var cells []*sqltext.Tree
		for j, cell := range row {
			s := strings.TrimSpace(cell)
			if s == "" {
				s = "NULL"
			}
			cells = append(cells, b.Scalar(in, source.Literal(s, at[i+1][j]), Scope{}))
		}
		in.Literal.Rows = append(in.Literal.Rows, cells)
	}
}

// datatype is what the contract says of a column.
func (in *Input) datatype(column string) string {
	if in.Contract != nil {
		for _, c := range in.Contract.WithColumns {
			if strings.EqualFold(c.Name.Value, column) {
				return strings.ToLower(c.Datatype.Value)
			}
		}
	}
	return ""
}

// splitCSV returns the cells with their places; the first row is the header.
func (b *Builder) splitCSV(in *Input, text source.Text) (rows [][]string, at [][]source.Span, ok bool) {
	r := csv.NewReader(strings.NewReader(text.S))
	r.LazyQuotes, r.FieldsPerRecord = true, -1
	starts, ragged := lineStarts(text.S), 0
	place := func(line, col int) source.Span {
		if line < 1 || line > len(starts) {
			return text.Span()
		}
		off := min(starts[line-1]+max(col-1, 0), max(len(text.S)-1, 0))
		return text.Origin(off, off+1)
	}
	for {
		rec, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			b.Diags.Errorf(diag.RCSV, in.TableAt, "the csv file cannot be read: %v", err)
			return nil, nil, false
		}
		var spans []source.Span
		for i := range rec {
			line, col := r.FieldPos(i)
			spans = append(spans, place(line, col))
		}
		if len(rows) > 0 && len(rec) != len(rows[0]) {
			if ragged++; ragged <= maxRagged {
				d := b.Diags.Errorf(diag.RCSV, spans[0], "this row has %s, the header has %d", countOf(len(rec), "cell"), len(rows[0])).
					WithAlso(in.TableAt, "read by input %s", in.Name)
				if len(rec) > len(rows[0]) {
					d.WithFix("put cells with a comma in double quotes")
				} else {
					d.WithFix("write a comma for each cell that is empty")
				}
			}
		}
		rows, at = append(rows, rec), append(at, spans)
	}
	if ragged > 0 {
		return nil, nil, false
	}
	if line := openQuote(text.S); line > 0 {
		b.Diags.Errorf(diag.RCSV, place(line, 1), "a quote in this row is not closed").
			WithAlso(in.TableAt, "read by input %s", in.Name).WithFix("close it, or write a double quote that is part of a cell twice")
		return nil, nil, false
	}
	if len(rows) == 0 {
		b.Diags.Errorf(diag.RCSV, in.TableAt, "the csv file of input %s is empty", in.Name).WithFix("its first line must name the columns")
		return nil, nil, false
	}
	seen := map[string]bool{}
	for i, h := range rows[0] {
		k := strings.ToLower(strings.TrimSpace(h))
		if k == "" || seen[k] {
			b.Diags.Errorf(diag.RCSV, at[0][i], "column %d of the header has no name of its own", i+1).
				WithAlso(in.TableAt, "read by input %s", in.Name).WithFix("name every column, each with a name of its own")
			return nil, nil, false
		}
		seen[k] = true
	}
	return rows, at, true
}

// maxRagged is how many ragged rows of one file are shown.
const maxRagged = 5

// openQuote is the line (from 1) of the row whose quote swallows the rest of a file, 0 when there is none.
func openQuote(s string) int {
	r := csv.NewReader(strings.NewReader(s))
	r.FieldsPerRecord = -1
	for {
		_, err := r.Read()
		var pe *csv.ParseError
		switch {
		case err == nil:
		case errors.As(err, &pe) && errors.Is(pe.Err, csv.ErrQuote) && r.InputOffset() >= int64(len(s)):
			return pe.StartLine
		default:
			return 0
		}
	}
}

func countOf(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return fmt.Sprintf("%d %ss", n, word)
}

func lineStarts(s string) []int {
	out := []int{0}
	for i := 0; i < len(s); i++ {
		if s[i] == '\n' {
			out = append(out, i+1)
		}
	}
	return out
}

// areLiterals reports whether every cell is an SQL literal and at least one text cell is quoted, so that the file is not
// merely a csv file of numbers.
func areLiterals(rows [][]string) bool {
	quoted := false
	for _, row := range rows {
		for _, c := range row {
			c = strings.TrimSpace(c)
			if c == "" {
				continue
			}
			if !literalCell.MatchString(c) {
				return false
			}
			quoted = quoted || c[0] == '\''
		}
	}
	return quoted
}

// readUpTo returns the file's content, nil when it is larger than limit.
func readUpTo(path string, limit int64) ([]byte, error) {
	st, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if st.Size() > limit || strings.HasSuffix(path, ".gz") || strings.HasSuffix(path, ".zst") {
		return nil, nil
	}
	return os.ReadFile(path)
}
