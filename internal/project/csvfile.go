package project

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"kith/internal/diag"
	"kith/internal/source"
)

// csvFile is a file of rows that a command was given. What is wrong with it is collected, so that all mistakes are shown at
// once, each at its line.
type csvFile struct {
	file   *source.File
	label  string // what the file is, for messages
	code   diag.Code
	header []string
	rows   []csvRow
	diags  diag.List
	// named tells that the header can be used: the rows of a file are looked at although others could not be read.
	named bool
	// show lets lines of the file appear in messages: they are values of rows.
	show bool
}

// csvRow is a row with the place of each cell. Spaces around cells are gone.
type csvRow struct {
	cells []string
	at    []source.Span
}

// maxMistakes is how many mistakes of one file are shown.
const maxMistakes = 100

// readCSVFile reads a file whose header names some of the columns, and all that are required. Letter case of the header has no
// meaning. When there are mistakes the rows are those that could be read.
func readCSVFile(path, label string, code diag.Code, columns, required []string, show bool) *csvFile {
	f := &csvFile{label: label, code: code, show: show}
	data, err := os.ReadFile(path)
	if err != nil {
		f.diags.Errorf(code, source.Span{}, "%s %s cannot be read: %v", label, path, errors.Unwrap(err)).WithFix("paths start in the working directory")
		return f
	}
	f.file = source.NewFile(path, data)
	f.read(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")))
	if f.header != nil {
		f.named = f.checkHeader(columns, required)
	}
	return f
}

// wrong reports a mistake at a place.
func (f *csvFile) wrong(at source.Span, format string, args ...any) *diag.Diagnostic {
	if len(f.diags) == maxMistakes {
		f.diags = f.diags[:maxMistakes-1]
		format, args = "there are more mistakes from here on", nil
	}
	d := f.diags.Errorf(f.code, at, format, args...)
	d.Private = !f.show
	return d
}

func (f *csvFile) read(data []byte) {
	r := csv.NewReader(bytes.NewReader(data))
	r.FieldsPerRecord, r.TrimLeadingSpace = -1, true
	for {
		rec, err := r.Read()
		var bad *csv.ParseError
		switch {
		case errors.Is(err, io.EOF):
			if f.header == nil {
				f.wrong(source.Span{File: f.file}, "%s is empty", f.label).WithFix("its first line names the columns")
			}
			return
		case errors.As(err, &bad):
			f.wrong(f.place(bad.Line, bad.Column), "the row cannot be read: %v", bad.Err).
				WithFix("put cells with commas or quotes in double quotes, and double each quote in them")
			return
		case err != nil:
			f.wrong(source.Span{File: f.file}, "%s cannot be read: %v", f.label, err)
			return
		}
		f.take(r, rec)
	}
}

func (f *csvFile) take(r *csv.Reader, rec []string) {
	row := csvRow{cells: rec}
	for i := range rec {
		rec[i] = strings.TrimSpace(rec[i])
		row.at = append(row.at, f.place(r.FieldPos(i)))
	}
	if f.header == nil {
		f.header = rec
		f.rows = append(f.rows, row)
		return
	}
	if len(rec) != len(f.header) {
		f.wrong(row.at[0], "this row has %s, the header has %d", cells(len(rec)), len(f.header)).WithFix("write a comma between any two cells, and put cells with commas in double quotes")
		return
	}
	f.rows = append(f.rows, row)
}

func cells(n int) string {
	if n == 1 {
		return "1 cell"
	}
	return fmt.Sprintf("%d cells", n)
}

// place is where a cell begins. Columns of a csv.Reader count bytes.
func (f *csvFile) place(line, column int) source.Span {
	at := min(f.file.LineStart(line)+max(column-1, 0), len(f.file.Data))
	end := at
	for end < len(f.file.Data) && !strings.ContainsRune(",\r\n", rune(f.file.Data[end])) {
		end++
	}
	return source.Span{File: f.file, Start: at, End: end}
}

// checkHeader takes the header off the rows and reports whether it is as it should be.
func (f *csvFile) checkHeader(columns, required []string) bool {
	at, before := f.rows[0].at, len(f.diags)
	f.rows = f.rows[1:]
	for i, name := range f.header {
		name = strings.ToLower(name)
		switch {
		case !slices.Contains(columns, name):
			fix := "columns are " + strings.Join(columns, ", ")
			if near := diag.Nearest(name, columns); near != "" {
				fix = "did you mean " + near + "?"
			}
			f.wrong(at[i], "%s has no column %q", f.label, f.header[i]).WithFix("%s", fix)
		case slices.Contains(f.header[:i], name):
			f.wrong(at[i], "column %s stands here twice", name).WithFix("take one of them away")
		}
		f.header[i] = name
	}
	for _, name := range required {
		if !slices.Contains(f.header, name) {
			f.wrong(at[0], "column %s is missing", name).WithFix("the columns %s are needed", strings.Join(required, ", "))
		}
	}
	return len(f.diags) == before
}

// cell is a cell of a row by the name of its column, "" and the place of the row's first cell where there is no such column.
func (f *csvFile) cell(r csvRow, column string) (string, source.Span) {
	if i := slices.Index(f.header, column); i >= 0 {
		return r.cells[i], r.at[i]
	}
	return "", r.at[0]
}
