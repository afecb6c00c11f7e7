package duckdb

import (
	"bufio"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"

	"kith/internal/rel"
	"kith/internal/run"
)

// LoadFile makes a table of a local file and returns its rows. Format is "csv" (a header line, then rows of equal width;
// the separator is a comma, semicolon, tab or bar, whichever the header holds most of), "parquet" or "json" (an array of
// objects or an object a line).
//
// The schema is made when missing. A name of three parts goes where Table would look for it: into the attached database
// of that name, else into schema.table of this file. With replace a table of that name is replaced, without it that is
// an error; a view never is.
//
// Column types of a CSV file are found from all its rows. Text that would not survive as a number stays text: "007" and
// "+49 30" are ids, not 7 and 49. A row of another width than the header's, or a value that is no UTF-8, is an error of
// kind "conversion" that names the file and line.
func (c *Conn) LoadFile(ctx context.Context, path, format string, target rel.Object, replace bool) (int64, error) {
	if _, err := os.Stat(path); err != nil {
		return 0, err
	}
	if len(target.Parts) == 0 {
		return 0, fmt.Errorf("no table is named for %s", path)
	}
	read, err := c.readerOf(ctx, path, format)
	if err != nil {
		return 0, err
	}
	name := c.place(target)
	if len(target.Parts) == 3 && !c.attached(name[0]) {
		name[0] = c.catalog
	}
	schema := quoteIdent(name[0]) + "." + quoteIdent(name[1])
	if _, err := c.Exec(ctx, "CREATE SCHEMA IF NOT EXISTS "+schema); err != nil {
		return 0, err
	}
	create := "CREATE TABLE "
	if replace {
		create = "CREATE OR REPLACE TABLE "
	}
	rows, err := c.Exec(ctx, create+schema+"."+quoteIdent(name[2])+" AS SELECT * FROM "+read)
	if err != nil {
		return 0, fileError(err, path)
	}
	return rows, nil
}

// ReadFile returns the rows of a local file, which LoadFile would make a table of.
func (c *Conn) ReadFile(ctx context.Context, path, format string) (run.Rows, error) {
	read, err := c.readerOf(ctx, path, format)
	if err != nil {
		return nil, err
	}
	rows, err := c.query(ctx, "SELECT * FROM "+read)
	if err != nil {
		return nil, fileError(err, path)
	}
	return rows, nil
}

// readerOf is the table function that reads a file.
func (c *Conn) readerOf(ctx context.Context, path, format string) (string, error) {
	file := quoteText(path)
	switch format {
	case "csv":
		return c.csvReader(ctx, path)
	case "parquet":
		return "read_parquet(" + file + ")", nil
	case "json":
		return "read_json_auto(" + file + ", sample_size = -1)", nil
	}
	return "", fmt.Errorf("files of format %q cannot be loaded; csv, parquet and json can", format)
}

// csvReader fixes the shape of the file before the engine sees it. Left to guess, the engine takes a ragged file for one
// with a single column, skips its first lines, or refuses it without a word on which line is wrong. So the header is read
// here; one pass over all rows as text finds the lines that do not fit; only then is the engine asked what types the
// columns have.
func (c *Conn) csvReader(ctx context.Context, path string) (string, error) {
	separator, names, err := csvHeader(path)
	if err != nil {
		return "", err
	}
	shape := quoteText(path) + ", delim = " + quoteText(separator) +
		`, quote = '"', escape = '"', comment = '', header = true, skip = 0, strict_mode = true, null_padding = false`
	var columns, tests []string
	for _, name := range names {
		columns = append(columns, quoteText(name)+": 'VARCHAR'")
		tests = append(tests, "coalesce(bool_or(regexp_matches("+quoteIdent(name)+`, '^\s*(\+|-?0[0-9])')), false)::VARCHAR`)
	}
	asText := "read_csv(" + shape + ", auto_detect = false, columns = {" + strings.Join(columns, ", ") + "})"
	isText, err := c.strings(ctx, "SELECT "+strings.Join(tests, ", ")+" FROM "+asText, len(tests))
	if err != nil {
		return "", fileError(err, path)
	}
	shape += ", sample_size = -1"
	types, err := c.strings(ctx, "SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM read_csv("+shape+"))", 2)
	if err != nil {
		return "", fileError(err, path)
	}
	if len(types) != len(names) {
		return asText, nil
	}
	var texts []string
	for i, t := range types {
		switch t[1] {
		case "BIGINT", "DOUBLE", "HUGEINT":
			if isText[0][i] == "true" {
				texts = append(texts, quoteText(t[0])+": 'VARCHAR'")
			}
		}
	}
	if len(texts) > 0 {
		shape += ", types = {" + strings.Join(texts, ", ") + "}"
	}
	return "read_csv(" + shape + ")", nil
}

// csvHeader reads the first record of a file: the separator and the names of the columns.
func csvHeader(path string) (separator string, names []string, err error) {
	if separator, err = separatorOf(path); err != nil {
		return "", nil, err
	}
	f, err := os.Open(path)
	if err != nil {
		return "", nil, err
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.Comma = rune(separator[0])
	if names, err = r.Read(); err != nil {
		return "", nil, headerError(path, "the header line cannot be read")
	}
	names[0] = strings.TrimPrefix(names[0], "\ufeff")
	seen := map[string]bool{}
	for i, name := range names {
		switch key := strings.ToLower(name); {
		case strings.TrimSpace(name) == "":
			return "", nil, headerError(path, fmt.Sprintf("column %d has no name", i+1))
		case seen[key]:
			return "", nil, headerError(path, fmt.Sprintf("two columns are named %q", name))
		default:
			seen[key] = true
		}
	}
	return separator, names, nil
}

func headerError(path, what string) error {
	return &run.SQLError{Kind: "conversion", Offset: -1, Message: path + ":1: " + what}
}

// separatorOf counts the candidates outside quotes in the first line. An empty file is an error.
func separatorOf(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	line, err := bufio.NewReader(f).ReadString('\n')
	if err != nil && err != io.EOF {
		return "", err
	}
	if line = strings.TrimSpace(strings.TrimPrefix(line, "\ufeff")); line == "" {
		return "", headerError(path, "the file has no header line")
	}
	best, most := ",", 0
	for _, candidate := range []string{",", ";", "\t", "|"} {
		n, quoted := 0, false
		for _, r := range line {
			switch {
			case r == '"':
				quoted = !quoted
			case !quoted && string(r) == candidate:
				n++
			}
		}
		if n > most {
			best, most = candidate, n
		}
	}
	return best, nil
}

// lineOf is how lineMessage begins.
var lineOf = regexp.MustCompile(`^line ([0-9]+): `)

// fileError puts the file, and the line if there is one, in front of an error of reading it.
func fileError(err error, path string) error {
	e, ok := err.(*run.SQLError)
	if !ok || e.Kind == "interrupted" {
		return err
	}
	out := *e
	out.Offset = -1
	if m := lineOf.FindStringSubmatch(e.Message); m != nil {
		out.Message = path + ":" + m[1] + ": " + e.Message[len(m[0]):]
	} else if !strings.Contains(e.Message, path) {
		out.Message = path + ": " + e.Message
	}
	return &out
}

// quoteText writes a text literal.
func quoteText(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }
