package main

import (
	"bytes"
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/duckdb/duckdb-go/v2"

	"kith/examples/shop/generate/world"
)

// formats tells how each table is kept: big event tables as Parquet, what people edit as CSV, one as JSON lines.
var formats = map[string]string{
	"crm_contacts": "csv", "crm_accounts": "csv", "exchange_rates": "csv", "free_mail_domains": "csv", "blocked_addresses": "literal csv", "support_tickets": "json",
}

// writeData writes one file for each table.
func writeData(dir string, tables []*world.Table) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	var parquet []*world.Table
	for _, t := range tables {
		var data []byte
		var name string
		switch formats[t.Name] {
		case "csv":
			name, data = t.Name+".csv", csvOf(t, plainCell)
		case "literal csv":
			name, data = t.Name+".csv", csvOf(t, literalCell)
		case "json":
			var err error
			if data, err = jsonOf(t); err != nil {
				return err
			}
			name = t.Name + ".json"
		default:
			parquet = append(parquet, t)
			continue
		}
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
			return err
		}
	}
	return writeParquet(dir, parquet)
}

// csvOf writes a header of column names and a line for each row.
func csvOf(t *world.Table, cell func(any) string) []byte {
	var b bytes.Buffer
	for i, c := range t.Columns {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(c.Name)
	}
	b.WriteByte('\n')
	for _, row := range t.Rows {
		for i, v := range row {
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteString(cell(v))
		}
		b.WriteByte('\n')
	}
	return b.Bytes()
}

// plainCell writes a value as spreadsheets do: nothing for null, quotes only where a comma or quote asks for them.
func plainCell(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		if strings.ContainsAny(v, ",\"\n") || v == "" || strings.TrimSpace(v) != v {
			return `"` + strings.ReplaceAll(v, `"`, `""`) + `"`
		}
		return v
	case world.Time:
		return strings.TrimSuffix(v.String(), ".000")
	default:
		return fmt.Sprint(v)
	}
}

// literalCell writes a value as SQL: NULL, numbers bare, text and times in single quotes.
func literalCell(v any) string {
	switch v := v.(type) {
	case nil:
		return "NULL"
	case string:
		return "'" + strings.ReplaceAll(v, "'", "''") + "'"
	case world.Time:
		return "'" + strings.TrimSuffix(v.String(), ".000") + "'"
	default:
		return fmt.Sprint(v)
	}
}

// jsonOf writes an object on each line, its keys in the order of the columns.
func jsonOf(t *world.Table) ([]byte, error) {
	var b bytes.Buffer
	for _, row := range t.Rows {
		b.WriteByte('{')
		for i, v := range row {
			if i > 0 {
				b.WriteString(", ")
			}
			if at, ok := v.(world.Time); ok {
				v = strings.TrimSuffix(at.String(), ".000")
			}
			cell, err := json.Marshal(v)
			if err != nil {
				return nil, err
			}
			fmt.Fprintf(&b, "%q: %s", t.Columns[i].Name, cell)
		}
		b.WriteString("}\n")
	}
	return b.Bytes(), nil
}

// writeParquet writes the tables through an in-memory DuckDB. One thread and a fixed size of row groups keep the bytes the
// same from run to run; they change only with the version of DuckDB.
func writeParquet(dir string, tables []*world.Table) error {
	connector, err := duckdb.NewConnector("", nil)
	if err != nil {
		return err
	}
	db := sql.OpenDB(connector)
	defer db.Close()
	ctx := context.Background()
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	if _, err := conn.ExecContext(ctx, "set threads = 1; set preserve_insertion_order = true"); err != nil {
		return err
	}
	for _, t := range tables {
		var columns []string
		for _, c := range t.Columns {
			columns = append(columns, fmt.Sprintf("%q %s", c.Name, c.Type))
		}
		if _, err := conn.ExecContext(ctx, fmt.Sprintf("create table %q (%s)", t.Name, strings.Join(columns, ", "))); err != nil {
			return err
		}
		if err := conn.Raw(func(c any) error { return appendRows(c.(driver.Conn), t) }); err != nil {
			return fmt.Errorf("%s: %w", t.Name, err)
		}
		file := strings.ReplaceAll(filepath.Join(dir, t.Name+".parquet"), "'", "''")
		statement := fmt.Sprintf("copy %q to '%s' (format parquet, parquet_version v2, compression zstd, compression_level 19, row_group_size 122880)", t.Name, file)
		if _, err := conn.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("%s: %w", t.Name, err)
		}
	}
	return nil
}

func appendRows(c driver.Conn, t *world.Table) error {
	a, err := duckdb.NewAppenderFromConn(c, "", t.Name)
	if err != nil {
		return err
	}
	cells := make([]driver.Value, len(t.Columns))
	for _, row := range t.Rows {
		for i, v := range row {
			if at, ok := v.(world.Time); ok {
				v = time.UnixMilli(int64(at)).UTC()
			}
			cells[i] = v
		}
		if err := a.AppendRow(cells...); err != nil {
			return err
		}
	}
	return a.Close()
}
