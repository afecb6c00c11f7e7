// Package portabletest runs the table of constructs through the rewriter and DuckDB.
package portabletest

import (
	"database/sql"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	_ "github.com/duckdb/duckdb-go/v2" // the engine whose results are compared

	"kith/internal/source"
	"kith/internal/sqltext"
	"kith/internal/sqltext/portable"
	"kith/internal/template"
)

var show = flag.Bool("show", false, "print the rewritten text of every row")

// open starts an engine in memory with the macros of all dialects, in UTC.
func open(t testing.TB) *sql.DB {
	t.Helper()
	db, err := sql.Open("duckdb", "?autoinstall_known_extensions=false&autoload_known_extensions=false&threads=1")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	db.SetMaxOpenConns(1)
	statements := []string{"SET TimeZone = 'UTC'"}
	for _, d := range portable.Dialects() {
		statements = append(statements, portable.Macros(d, portable.Schema(d))...)
	}
	for _, s := range statements {
		if _, err := db.Exec(s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
	return db
}

// row is one row of a table: a query and the result that the manual of its warehouse documents.
type row struct {
	line        int
	query, want string
}

// readTable reads "query => result" rows; a query may go over several lines, of which all but the first begin with a blank.
// An empty line or one that begins with "#" is passed over.
func readTable(t testing.TB, path string) []row {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var rows []row
	var query strings.Builder
	start := 0
	for i, line := range strings.Split(string(data), "\n") {
		if query.Len() == 0 && (strings.TrimSpace(line) == "" || strings.HasPrefix(line, "#")) {
			continue
		}
		if query.Len() == 0 {
			start = i + 1
		} else {
			query.WriteString("\n")
		}
		q, want, ok := strings.Cut(line, " ==> ")
		query.WriteString(q)
		if ok {
			rows = append(rows, row{start, query.String(), strings.TrimSpace(want)})
			query.Reset()
		}
	}
	if query.Len() > 0 {
		t.Fatalf("%s:%d: a query without a result", path, start)
	}
	return rows
}

// rendered is a text of a file of its own.
func rendered(s string) template.Rendered {
	f := source.NewFile("q.sql", []byte(s))
	return template.Rendered{Text: source.Verbatim(source.Span{File: f, Start: 0, End: len(s)})}
}

// result is the rows of a query: values with a bar between, rows with a semicolon; the type of a value in front of it where
// its text does not tell.
func result(db *sql.DB, query string) string {
	rows, err := db.Query(query)
	if err != nil {
		return "error: " + strings.SplitN(err.Error(), "\n", 2)[0]
	}
	defer rows.Close()
	types, _ := rows.ColumnTypes()
	var out []string
	for rows.Next() {
		values, ptrs := make([]any, len(types)), make([]any, len(types))
		for i := range values {
			ptrs[i] = &values[i]
		}
		if err := rows.Scan(ptrs...); err != nil {
			return "error: " + err.Error()
		}
		var cells []string
		for i, v := range values {
			cells = append(cells, cell(v, types[i].DatabaseTypeName()))
		}
		out = append(out, strings.Join(cells, " | "))
	}
	if err := rows.Err(); err != nil {
		return "error: " + strings.SplitN(err.Error(), "\n", 2)[0]
	}
	if len(out) == 0 {
		return "(no rows)"
	}
	return strings.Join(out, "; ")
}

func TestTables(t *testing.T) {
	db := open(t)
	rows, err := os.ReadFile("testdata/ev.sql")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(string(rows)); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("testdata/*/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no tables")
	}
	for _, path := range files {
		dialect := filepath.Base(filepath.Dir(path))
		for _, row := range readTable(t, path) {
			t.Run(fmt.Sprintf("%s:%d", path[len("testdata/"):], row.line), func(t *testing.T) {
				r, list := portable.Rewrite(dialect, rendered(row.query), sqltext.Query)
				for _, d := range list {
					if d.Severity == 0 {
						t.Errorf("%s\nrefused: %s", row.query, d.Message)
					}
				}
				if *show {
					fmt.Println(r.Text.S)
				}
				if got := result(db, r.Text.S); got != row.want {
					t.Errorf("%s\nbecame %s\n   got %s\n  want %s", row.query, r.Text.S, got, row.want)
				}
			})
		}
	}
}
