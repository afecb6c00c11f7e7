package duckdb

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"

	"kith/internal/catalog"
	"kith/internal/rel"
	"kith/internal/run"
)

// open opens a database that is closed with the test.
func open(t testing.TB, config Config) *Conn {
	t.Helper()
	c, err := Open(context.Background(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// exec runs a statement that must succeed.
func exec(t testing.TB, c *Conn, sql string) int64 {
	t.Helper()
	n, err := c.Exec(context.Background(), sql)
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return n
}

// object makes an external name of dotted parts.
func object(name string) rel.Object {
	var o rel.Object
	for part := range strings.SplitSeq(name, ".") {
		o.Parts = append(o.Parts, rel.Ident{Name: part})
	}
	return o
}

// sqlError is the *run.SQLError in err, which there must be.
func sqlError(t testing.TB, err error) *run.SQLError {
	t.Helper()
	var e *run.SQLError
	if !errors.As(err, &e) {
		t.Fatalf("got %v, want a *run.SQLError", err)
	}
	return e
}

// TestFiles runs the files of testdata: each has a database of its own.
//
//	exec       rows of every statement, or its error
//	tx         the lines as one transaction
//	query      columns and rows
//	describe   columns
//	table      what the catalog knows of each name (space:name for ours)
//	file NAME  writes a file to $DIR
//	load FILE TARGET [replace]
//	reopen [schema=S] [show]
func TestFiles(t *testing.T) {
	datadriven.Walk(t, "testdata/sql", func(t *testing.T, path string) {
		dir := t.TempDir()
		config := Config{Path: filepath.Join(dir, "warehouse.duckdb"), Threads: 2}
		c := open(t, config)
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			input := strings.ReplaceAll(d.Input, "$DIR", dir)
			var out string
			switch d.Cmd {
			case "exec":
				out = showExec(c, input)
			case "tx":
				err := c.Transaction(context.Background(), changes(input))
				out = "ok\n"
				if err != nil {
					out = showError(err, "")
				}
			case "query":
				out = showQuery(c, input)
			case "describe":
				columns, err := c.Describe(context.Background(), input)
				out = showColumns(columns)
				if err != nil {
					out = showError(err, input)
				}
			case "table":
				for line := range strings.Lines(input) {
					out += showTable(c, strings.TrimSpace(line))
				}
			case "file":
				data := strings.NewReplacer(`\xff`, "\xff", `\t`, "\t", `\r`, "\r").Replace(d.Input)
				if err := os.WriteFile(filepath.Join(dir, d.CmdArgs[0].Key), []byte(data+"\n"), 0o644); err != nil {
					t.Fatal(err)
				}
			case "load":
				file, target := d.CmdArgs[0].Key, object(d.CmdArgs[1].Key)
				n, err := c.LoadFile(context.Background(), filepath.Join(dir, file), strings.TrimPrefix(filepath.Ext(file), "."), target, d.HasArg("replace"))
				out = fmt.Sprintf("%d rows\n", n)
				if err != nil {
					out = showError(err, "")
				}
			case "reopen":
				c.Close()
				for _, arg := range d.CmdArgs {
					switch arg.Key {
					case "schema":
						config.Schema = arg.Vals[0]
					case "show":
						config.ShowValues = true
					}
				}
				c = open(t, config)
			default:
				t.Fatalf("unknown command %s", d.Cmd)
			}
			return strings.ReplaceAll(out, dir, "$DIR")
		})
	})
}

func showExec(c *Conn, sql string) string {
	n, err := c.Exec(context.Background(), sql)
	if err != nil {
		return showError(err, sql)
	}
	return fmt.Sprintf("%d\n", n)
}

// showError prints the kind, the word that the offset points at, the message without and with its mask, and the candidates.
func showError(err error, sql string) string {
	var e *run.SQLError
	if !errors.As(err, &e) {
		return fmt.Sprintf("error: %v\n", err)
	}
	out := e.Kind
	if e.Offset >= 0 && sql != "" {
		word := sql[e.Offset:]
		if i := strings.IndexAny(word[min(1, len(word)):], " \n,;()"); i >= 0 {
			word = word[:i+1]
		}
		out += fmt.Sprintf(" at %d %q", e.Offset, word)
	}
	out += ": " + e.Message + "\n"
	if e.Masked != "" {
		out += "masked: " + e.Masked + "\n"
	}
	if len(e.Candidates) > 0 {
		out += "candidates: " + strings.Join(e.Candidates[:min(len(e.Candidates), 3)], " | ") + "\n"
	}
	return out
}

func showQuery(c *Conn, sql string) string {
	r, err := c.Query(context.Background(), sql)
	if err != nil {
		return showError(err, sql)
	}
	defer r.Close()
	var out strings.Builder
	for _, col := range r.Columns() {
		fmt.Fprintf(&out, "%s %s; ", col.Name, col.Type)
	}
	out.WriteString("\n")
	for r.Next() {
		for i, v := range r.Values() {
			if i > 0 {
				out.WriteString(" | ")
			}
			out.WriteString(showValue(v))
		}
		out.WriteString("\n")
	}
	if err := r.Err(); err != nil {
		out.WriteString(showError(err, sql))
	}
	return out.String()
}

// showValue prints the Go type with the value.
func showValue(v any) string {
	switch v := v.(type) {
	case nil:
		return "nil"
	case time.Time:
		return "time " + v.Format(time.RFC3339Nano)
	case []byte:
		return fmt.Sprintf("bytes %x", v)
	case map[string]any:
		data, err := json.Marshal(v)
		if err != nil {
			var parts []string
			for _, k := range slices.Sorted(maps.Keys(v)) {
				parts = append(parts, k+": "+showValue(v[k]))
			}
			return "map {" + strings.Join(parts, ", ") + "}"
		}
		return "map " + string(data)
	case []any:
		data, err := json.Marshal(v)
		if err != nil {
			return err.Error()
		}
		return "list " + string(data)
	}
	return fmt.Sprintf("%T %v", v, v)
}

func showColumns(columns []catalog.Column) string {
	var out strings.Builder
	for _, col := range columns {
		fmt.Fprintf(&out, "%s %s\n", col.Name, col.Type)
	}
	return out.String()
}

func showTable(c *Conn, name string) string {
	o := object(name)
	if space, rest, ok := strings.Cut(name, ":"); ok {
		o = rel.Named(map[string]rel.Space{"target": rel.Target, "internal": rel.Internal, "temp": rel.Temp}[space], rest)
	}
	t, ok, err := c.Table(o)
	if err != nil {
		return name + ": " + showError(err, "")
	}
	if !ok {
		return name + ": none\n"
	}
	var parts, columns []string
	for _, p := range t.Object.Parts {
		parts = append(parts, p.Name)
	}
	for _, col := range t.Columns {
		columns = append(columns, col.Name+" "+col.Type)
	}
	kind := fmt.Sprintf("table of %d rows", t.Rows)
	if t.View {
		kind = fmt.Sprintf("view (%d)", t.Rows)
	}
	return fmt.Sprintf("%s: %s %s (%s)\n", name, kind, strings.Join(parts, "."), strings.Join(columns, ", "))
}

// changes reads a transaction: a statement a line, "guard " before one that must change one row.
func changes(input string) []run.Change {
	var out []run.Change
	for _, line := range strings.Split(input, "\n") {
		sql, guard := strings.CutPrefix(line, "guard ")
		out = append(out, run.Change{SQL: sql, Guard: guard})
	}
	return out
}
