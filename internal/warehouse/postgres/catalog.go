package postgres

import (
	"context"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

	"kith/internal/catalog"
	"kith/internal/rel"
	"kith/internal/run"
)

// place is schema and name of an object as the server has them: an external name without quotes is folded. ok is false for what
// lies in another database, which no statement can reach, and for temporary objects.
func (c *Conn) place(o rel.Object) (schema, name string, ok bool) {
	n := len(o.Parts)
	if n == 0 || n > 3 || o.Space == rel.Temp {
		return "", "", false
	}
	part := func(i int) string {
		if o.Folds(i) {
			return strings.ToLower(o.Parts[i].Name)
		}
		return o.Parts[i].Name
	}
	schema, name = c.schemaOf(o.Space), part(n-1)
	if n > 1 {
		schema = part(n - 2)
	}
	return schema, name, n < 3 || part(0) == c.config.Database
}

const findTable = `SELECT c.relkind = 'v', CASE WHEN c.reltuples < 0 OR c.relkind = 'v' THEN -1 ELSE c.reltuples::bigint END, has_table_privilege(c.oid, 'SELECT')
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname = $1 AND c.relname = $2 AND c.relkind IN ('r', 'v', 'm', 'f', 'p')`

const findColumns = `SELECT a.attname, format_type(a.atttypid, a.atttypmod), coalesce((SELECT l.collname FROM pg_collation AS l WHERE l.oid = a.attcollation AND l.collname <> 'default'), '')
FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname = $1 AND c.relname = $2 AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum`

// Table describes a table or view (also a materialized one, a foreign or partitioned table). Rows is what the server last
// counted. A bare external name is looked for in the target schema, then in public.
func (c *Conn) Table(object rel.Object) (t catalog.Table, ok bool, err error) {
	schema, name, here := c.place(object)
	if !here {
		return t, false, nil
	}
	ctx := context.Background()
	schemas := []string{schema}
	if object.Space != rel.Internal && len(object.Parts) == 1 && object.Space == rel.External {
		schemas = append(schemas, "public")
	}
	err = c.with(ctx, func(conn *pgx.Conn) error {
		for _, s := range schemas {
			if t, ok, err = c.find(ctx, conn, s, name, object.Folds(0) || object.Space == rel.External); ok || err != nil {
				return err
			}
		}
		return nil
	})
	if ok {
		t.Object = object
	}
	return t, ok, err
}

// find looks in one schema. A table that the user named and may not read is an error here, where its name is known in full; of what
// stands in the way of a name of ours it is enough to know that it does.
func (c *Conn) find(ctx context.Context, conn *pgx.Conn, schema, name string, toRead bool) (t catalog.Table, ok bool, err error) {
	rows, err := c.strings(ctx, conn, findTable, schema, name)
	if err != nil || len(rows) == 0 {
		return t, false, err
	}
	if toRead && rows[0][2] != "t" {
		return t, true, c.mayNotRead(schema, name)
	}
	t.View = rows[0][0] == "t"
	if t.Rows, err = strconv.ParseInt(rows[0][1], 10, 64); err != nil {
		return t, false, err
	}
	columns, err := c.strings(ctx, conn, findColumns, schema, name)
	for _, r := range columns {
		t.Columns = append(t.Columns, catalog.Column{Name: r[0], Type: r[1], Collation: r[2]})
	}
	return t, err == nil, err
}

func (c *Conn) mayNotRead(schema, name string) error {
	at := quoteIdent(schema) + "." + quoteIdent(name)
	return &run.SQLError{Kind: "permission", Offset: -1, Message: "permission denied for table " + schema + "." + name,
		Fix: administrator(c.grantText("SELECT", "TABLE", at))}
}

// Bytes is the size of a table with its indexes and long values ("9.27.7 Database Object Management Functions").
func (c *Conn) Bytes(ctx context.Context, o rel.Object) (bytes int64, known bool, err error) {
	schema, name, here := c.place(o)
	if !here {
		return 0, false, nil
	}
	err = c.with(ctx, func(conn *pgx.Conn) error {
		rows, err := c.strings(ctx, conn, `SELECT pg_total_relation_size(c.oid) FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname = $1 AND c.relname = $2 AND c.relkind = 'r'`, schema, name)
		if err == nil && len(rows) == 1 {
			bytes, err = strconv.ParseInt(rows[0][0], 10, 64)
			known = err == nil
		}
		return err
	})
	return bytes, known, err
}
