package postgres

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"kith/internal/rel"
)

// ReadGrants returns the statements that an administrator has to run before the user of the connection may read a table; none when
// nothing is missing, or the table is not there. They name what is missing and nothing more ("5.7 Privileges").
func (c *Conn) ReadGrants(ctx context.Context, o rel.Object) (out []string, err error) {
	schema, name, here := c.place(o)
	if !here {
		return nil, nil
	}
	err = c.with(ctx, func(conn *pgx.Conn) error {
		rows, err := c.strings(ctx, conn, `SELECT has_schema_privilege(n.oid, 'USAGE'), has_table_privilege(c.oid, 'SELECT')
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relname = $2`, schema, name)
		if err != nil || len(rows) == 0 {
			return err
		}
		if rows[0][0] != "t" {
			out = append(out, c.grantText("USAGE", "SCHEMA", quoteIdent(schema)))
		}
		if rows[0][1] != "t" {
			out = append(out, c.grantText("SELECT", "TABLE", quoteIdent(schema)+"."+quoteIdent(name)))
		}
		return nil
	})
	return out, err
}

// WriteGrants returns the statements that an administrator has to run before the user of the connection may make tables and views
// in a schema, none when nothing is missing.
func (c *Conn) WriteGrants(ctx context.Context, schema string) (out []string, err error) {
	err = c.with(ctx, func(conn *pgx.Conn) error {
		rows, err := c.strings(ctx, conn, `SELECT has_schema_privilege(oid, 'USAGE'), has_schema_privilege(oid, 'CREATE') FROM pg_namespace WHERE nspname = $1`, schema)
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			out = []string{c.schemaText(schema)}
			return nil
		}
		var missing []string
		for i, p := range []string{"USAGE", "CREATE"} {
			if rows[0][i] != "t" {
				missing = append(missing, p)
			}
		}
		if len(missing) > 0 {
			out = []string{c.grantText(strings.Join(missing, ", "), "SCHEMA", quoteIdent(schema))}
		}
		return nil
	})
	return out, err
}

// grantText is a statement that gives the user of the connection a privilege.
func (c *Conn) grantText(privilege, kind, object string) string {
	return "GRANT " + privilege + " ON " + kind + " " + object + " TO " + quoteIdent(c.config.User)
}

// schemaText is a statement that makes a schema of the user's own, who then needs no privilege on the database.
func (c *Conn) schemaText(schema string) string {
	return "CREATE SCHEMA " + quoteIdent(schema) + " AUTHORIZATION " + quoteIdent(c.config.User)
}

// administrator is the way out that somebody with more rights has to go.
func administrator(statements ...string) string {
	return "have an administrator run: " + strings.Join(statements, "; ")
}

var (
	deniedOn = regexp.MustCompile(`^permission denied for (schema|table|view|sequence|database) (.+)$`)
	notOwner = regexp.MustCompile(`^must be owner of (table|view|function|schema) (.+)$`)
)

// grantFor is what to do about a refusal, "" where its message names no object.
func (c *Conn) grantFor(e *pgconn.PgError, sql string) string {
	if m := notOwner.FindStringSubmatch(e.Message); m != nil {
		object := qualified(m[2], sql)
		return "another user made it; " + administrator("ALTER "+strings.ToUpper(m[1])+" "+object+" OWNER TO "+quoteIdent(c.config.User))
	}
	m := deniedOn.FindStringSubmatch(e.Message)
	if m == nil {
		return ""
	}
	switch m[1] {
	case "schema":
		privilege := "USAGE"
		if m[2] == c.config.Schema || m[2] == c.config.InternalSchema {
			privilege = "USAGE, CREATE"
		}
		return administrator(c.grantText(privilege, "SCHEMA", quoteIdent(m[2])))
	case "database":
		return administrator(c.grantText("CREATE", "DATABASE", quoteIdent(m[2])))
	case "sequence":
		return administrator(c.grantText("USAGE", "SEQUENCE", qualified(m[2], sql)))
	}
	privilege := "SELECT"
	for _, verb := range []string{"INSERT", "UPDATE", "DELETE", "TRUNCATE"} {
		if strings.HasPrefix(strings.ToUpper(strings.TrimSpace(sql)), verb+" ") && qualifiedAt(m[2], sql) < len(verb)+len(" FROM ")+1 {
			privilege = verb
		}
	}
	return administrator(c.grantText(privilege, "TABLE", qualified(m[2], sql)))
}

// named finds a name with a schema before it in a statement.
func named(name, sql string) []int {
	p := regexp.QuoteMeta(name)
	return regexp.MustCompile(`(?:[A-Za-z_][A-Za-z0-9_$]*|"(?:[^"]|"")+")\.(?:` + p + `|"` + p + `")(?:[^A-Za-z0-9_$"]|$)`).FindStringIndex(sql)
}

// qualified is a name as a statement writes it, with its schema: the server's messages leave that out.
func qualified(name, sql string) string {
	at := named(name, sql)
	if at == nil {
		return quoteIdent(name)
	}
	return strings.TrimRight(sql[at[0]:at[1]], " \t\r\n,;()")
}

// qualifiedAt is where a statement names an object, far behind when it does not.
func qualifiedAt(name, sql string) int {
	if at := named(name, sql); at != nil {
		return at[0]
	}
	return len(sql)
}

// Grants returns what roles besides the owner may do with a table or view ("9.26 aclexplode"); none when it is not there.
func (c *Conn) Grants(ctx context.Context, o rel.Object) (out []*rel.Grant, err error) {
	schema, name, here := c.place(o)
	if !here {
		return nil, nil
	}
	err = c.with(ctx, func(conn *pgx.Conn) error {
		rows, err := c.strings(ctx, conn, `SELECT a.privilege_type, r.rolname, a.is_grantable
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace CROSS JOIN LATERAL aclexplode(c.relacl) AS a LEFT JOIN pg_roles AS r ON r.oid = a.grantee
WHERE n.nspname = $1 AND c.relname = $2 AND a.grantee <> c.relowner AND (a.grantee = 0 OR r.rolname IS NOT NULL) ORDER BY 2, 1`, schema, name)
		for _, row := range rows {
			if slices.Contains(rel.Privileges, row[0]) {
				out = append(out, &rel.Grant{Object: o, Privilege: row[0], To: row[1], Option: row[2] == "t"})
			}
		}
		return err
	})
	return out, err
}
