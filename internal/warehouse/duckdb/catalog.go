package duckdb

import (
	"context"
	"strconv"
	"strings"

	"kith/internal/catalog"
	"kith/internal/dialect"
	"kith/internal/rel"
	"kith/internal/run"
)

// schemaOf is the schema of an object of ours.
func (c *Conn) schemaOf(space rel.Space) string {
	if space == rel.Internal {
		return c.config.InternalSchema
	}
	return c.config.Schema
}

// place is where an object of ours lies: catalog, schema and name. An external name is taken as it is written, with the
// gaps filled.
func (c *Conn) place(o rel.Object) [3]string {
	names := [3]string{c.catalog, c.schemaOf(o.Space), o.Name()}
	if o.Space == rel.Scratch {
		names[0], names[1] = dialect.ScratchCatalog, "main"
	}
	for i, p := range o.Parts[:max(len(o.Parts)-1, 0)] {
		names[3-len(o.Parts)+i] = p.Name
	}
	return names
}

// Table describes a table or view. The Object of the answer is the name it was found under:
//
//   - catalog.schema.table is a table of the attached database of that name; when there is no such database, schema.table
//     in this one, so that a project written for a cloud warehouse finds its inputs in a file;
//   - schema.table is a table of this database, else one of the main schema of the attached database of that name;
//   - table is looked for in the connection's schema, then in main.
//
// Letter case does not matter, quoted or not, as in all of DuckDB. A temporary table is never found (see the package).
func (c *Conn) Table(object rel.Object) (catalog.Table, bool, error) {
	ctx := context.Background()
	for _, name := range c.places(object) {
		t, ok, err := c.find(ctx, name)
		if err != nil || ok {
			t.Object.Span = object.Span
			if ok && object.Space != rel.External {
				t.Object = object
			}
			return t, ok, err
		}
	}
	return catalog.Table{}, false, nil
}

// places are the names to try for an object, best first.
func (c *Conn) places(o rel.Object) [][3]string {
	if len(o.Parts) == 0 || o.Space == rel.Temp {
		return nil
	}
	own := c.place(o)
	if o.Space != rel.External {
		return [][3]string{own}
	}
	switch len(o.Parts) {
	case 1:
		return [][3]string{own, {c.catalog, "main", own[2]}}
	case 2:
		return [][3]string{own, {own[1], "main", own[2]}}
	}
	if c.attached(own[0]) {
		return [][3]string{own}
	}
	return [][3]string{{c.catalog, own[1], own[2]}}
}

// attached reports whether a database of that name is at hand.
func (c *Conn) attached(name string) bool {
	rows, err := c.strings(context.Background(), "SELECT database_name FROM duckdb_databases() WHERE lower(database_name) = lower($1)", 1, name)
	return err == nil && len(rows) > 0
}

const findTable = `
SELECT database_name, schema_name, table_name, estimated_size::VARCHAR AS n, 'table' AS kind FROM duckdb_tables()
WHERE lower(database_name) = lower($1) AND lower(schema_name) = lower($2) AND lower(table_name) = lower($3) AND NOT temporary
UNION ALL
SELECT database_name, schema_name, view_name, '-1', 'view' FROM duckdb_views()
WHERE lower(database_name) = lower($1) AND lower(schema_name) = lower($2) AND lower(view_name) = lower($3) AND NOT temporary`

func (c *Conn) find(ctx context.Context, name [3]string) (catalog.Table, bool, error) {
	rows, err := c.strings(ctx, findTable, 5, name[0], name[1], name[2])
	if err != nil || len(rows) == 0 {
		return catalog.Table{}, false, err
	}
	r := rows[0]
	n, err := strconv.ParseInt(r[3], 10, 64)
	if err != nil {
		n = -1
	}
	t := catalog.Table{Rows: n, View: r[4] == "view"}
	for _, part := range r[:3] {
		t.Object.Parts = append(t.Object.Parts, rel.Ident{Name: part, Quoted: true})
	}
	if strings.EqualFold(r[0], c.catalog) {
		t.Object.Parts = t.Object.Parts[1:]
	}
	// The columns of a view are those its query has today, so the engine is asked to bind it; the names of a stored table
	// come the same way. A view over a table that is gone cannot be read, and says so.
	t.Columns, err = c.Describe(ctx, "SELECT * FROM "+quoteIdent(r[0])+"."+quoteIdent(r[1])+"."+quoteIdent(r[2]))
	if e, is := err.(*run.SQLError); is {
		e.Offset = -1
		e.Message = r[4] + " " + r[1] + "." + r[2] + " cannot be read: " + e.Message
	}
	return t, err == nil, err
}
