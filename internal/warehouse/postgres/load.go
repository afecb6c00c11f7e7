package postgres

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"regexp"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

	"kith/internal/catalog"
	"kith/internal/rel"
	"kith/internal/run"
)

// LoadFile makes a table of a file that Config.Files reads, and returns its rows. The schema is made when missing. With replace a
// table of that name is replaced, without it that is an error; a view never is.
//
// Names of columns that need no quotes are folded to lower case, as they would be in CREATE TABLE, so that SQL without quotes finds
// them.
func (c *Conn) LoadFile(ctx context.Context, path, format string, target rel.Object, replace bool) (n int64, err error) {
	if c.config.Files == nil {
		return 0, &run.SQLError{Kind: "other", Offset: -1, Message: "files cannot be loaded over this connection"}
	}
	if _, err := os.Stat(path); err != nil {
		return 0, err
	}
	schema, name, here := c.place(target)
	if !here {
		return 0, &run.SQLError{Kind: "other", Offset: -1, Message: "a table of another database cannot be made over this connection",
			Fix: "leave the database out of the name"}
	}
	rows, err := c.config.Files.ReadFile(ctx, path, format)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	if len(name) > longestName {
		return 0, &run.SQLError{Kind: "other", Offset: -1, Message: "the name " + name + " is longer than the " + strconv.Itoa(longestName) + " bytes that Postgres keeps",
			Fix: "choose a shorter name"}
	}
	t := newTable{name: quoteIdent(schema) + "." + quoteIdent(name)}
	if target.Space == rel.Internal { // as an input's other texts compare
		t.texts = " COLLATE " + quoteIdent(schema) + ".kith_binary"
	}
	if err := t.add(path, rows.Columns()); err != nil {
		return 0, err
	}
	err = c.with(ctx, func(conn *pgx.Conn) error {
		if err := c.ensureSchema(ctx, conn, schema); err != nil {
			return err
		}
		return c.transact(ctx, conn, func() error {
			n, err = c.fill(ctx, conn, t, rows, replace)
			return err
		})
	})
	return n, err
}

// newTable is a table to be made of a file.
type newTable struct {
	name    string
	columns []string // printed
	types   []string
	texts   string // written behind the type text
}

var plainName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

func (t *newTable) add(path string, columns []catalog.Column) error {
	fail := func(format string, args ...any) error {
		return &run.SQLError{Kind: "conversion", Offset: -1, Message: path + ": " + fmt.Sprintf(format, args...), Fix: "rename it in the file"}
	}
	seen := map[string]string{}
	for _, col := range columns {
		name := col.Name
		if plainName.MatchString(name) {
			name = strings.ToLower(name)
		}
		if len(name) > longestName {
			return fail("the name %s is longer than the %d bytes that Postgres keeps", name, longestName)
		}
		if other, taken := seen[name]; taken {
			return fail("the columns %s and %s have one name in Postgres, which folds letters to lower case", other, col.Name)
		}
		seen[name] = col.Name
		t.columns = append(t.columns, quoteIdent(name))
		t.types = append(t.types, typeOf(col.Type))
	}
	return nil
}

func (t *newTable) create() string {
	var parts []string
	for i, c := range t.columns {
		part := c + " " + t.types[i]
		if t.types[i] == "text" {
			part += t.texts
		}
		parts = append(parts, part)
	}
	return "CREATE TABLE " + t.name + " (" + strings.Join(parts, ", ") + ")"
}

// typeOf is the type here for one of the embedded engine's. What is nested becomes JSON, but for a list of plain values.
func typeOf(t string) string {
	if item, ok := strings.CutSuffix(t, "[]"); ok && !strings.ContainsAny(item, "([") {
		if it := typeOf(item); it != "jsonb" {
			return it + "[]"
		}
		return "jsonb"
	}
	switch t {
	case "BOOLEAN":
		return "boolean"
	case "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER":
		return "bigint"
	case "UBIGINT", "HUGEINT", "UHUGEINT", "BIGNUM":
		return "numeric"
	case "FLOAT", "DOUBLE":
		return "double precision"
	case "DATE":
		return "date"
	case "TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS":
		return "timestamp"
	case "TIMESTAMP WITH TIME ZONE":
		return "timestamptz"
	case "TIME", "UUID", "INTERVAL":
		return strings.ToLower(t)
	case "TIME WITH TIME ZONE":
		return "timetz"
	case "BLOB":
		return "bytea"
	case "JSON":
		return "jsonb"
	}
	switch {
	case strings.HasPrefix(t, "DECIMAL("):
		return "numeric" + strings.TrimPrefix(t, "DECIMAL")
	case strings.HasPrefix(t, "STRUCT("), strings.HasPrefix(t, "MAP("), strings.HasPrefix(t, "UNION("), strings.HasSuffix(t, "]"):
		return "jsonb"
	}
	return "text"
}

// fill makes the table and copies the rows into it.
func (c *Conn) fill(ctx context.Context, conn *pgx.Conn, t newTable, rows run.Rows, replace bool) (int64, error) {
	create := t.create()
	if replace {
		create = "DROP TABLE IF EXISTS " + t.name + "; " + create
	}
	if _, err := c.execOn(ctx, conn, create); err != nil {
		return 0, err
	}
	out, in := io.Pipe()
	go func() {
		w := bufio.NewWriterSize(in, 1<<16)
		err := writeRows(w, t.types, rows)
		if e := w.Flush(); err == nil {
			err = e
		}
		in.CloseWithError(err)
	}()
	sql := "COPY " + t.name + " (" + strings.Join(t.columns, ", ") + ") FROM STDIN"
	tag, err := conn.PgConn().CopyFrom(ctx, out, sql)
	out.CloseWithError(io.ErrClosedPipe) // ends the writer when the server did not want all
	if e := rows.Err(); e != nil {
		return 0, e // the cause of what the server was told
	}
	if err != nil {
		return 0, c.sqlError(ctx, err, "", 0)
	}
	return tag.RowsAffected(), nil
}
