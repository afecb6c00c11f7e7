package postgres

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgconn/ctxwatch"
	"github.com/jackc/pgx/v5/pgxpool"

	"kith/internal/rel"
	"kith/internal/run"
	"kith/internal/siteconfig"
)

// Config says which server to open and as whom.
type Config struct {
	// Host is a name, an address or the folder of a unix socket; Port is 0 for 5432.
	Host     string
	Port     int
	Database string
	User     string
	// Password may be zero: then PGPASSWORD or ~/.pgpass may have it, as for every program of Postgres.
	Password siteconfig.Secret
	// SSLMode is disable, allow, prefer, require, verify-ca or verify-full, "" for prefer. The files are those of libpq.
	SSLMode, SSLRootCert, SSLCert, SSLKey string
	// ConnectTimeout bounds the time to connect; 0 is 30 seconds.
	ConnectTimeout time.Duration
	// StatementTimeout is when the server gives a statement up; 0 leaves it to the server.
	StatementTimeout time.Duration
	// Connections is the most that are open at once, 0 for 16.
	Connections int
	// ReadOnly has the server refuse every change, and makes no schema.
	ReadOnly bool
	// Schema is where unqualified names and objects of the target space live. It is made when missing, unless ReadOnly.
	Schema string
	// InternalSchema is kith's own schema; "" is Schema followed by "_kith". It is made like Schema.
	InternalSchema string
	// ShowValues lets the values of rows appear in error messages. Without it they are masked.
	ShowValues bool
	// Files reads files that are loaded into tables; nil when none can be.
	Files Files
}

// Files is a reader of data files on this machine.
type Files interface {
	// ReadFile returns the rows of a file of format "csv", "parquet" or "json". Closing the rows ends the reading.
	ReadFile(ctx context.Context, path, format string) (run.Rows, error)
}

// Conn is an open database. It is safe for use by several goroutines.
type Conn struct {
	config Config
	pool   *pgxpool.Pool
}

// Open connects and makes the schemas. Errors of the server are *run.SQLError: kind "permission" when the password or a
// privilege is missing, "connection" when no server is reached.
func Open(ctx context.Context, config Config) (*Conn, error) {
	if config.InternalSchema == "" {
		config.InternalSchema = config.Schema + "_kith"
	}
	c := &Conn{config: config}
	pc, err := c.poolConfig()
	if err != nil {
		return nil, err
	}
	if c.pool, err = pgxpool.NewWithConfig(context.WithoutCancel(ctx), pc); err != nil {
		return nil, err
	}
	if err := c.prepare(ctx); err != nil {
		c.pool.Close()
		return nil, err
	}
	return c, nil
}

// word writes a value of a connection string, in the quotes of libpq ("34.1.1.1 Keyword/Value Connection Strings").
func word(key, value string) string {
	return key + "='" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(value) + "'"
}

// poolConfig is how to connect. The password is put in afterwards, so that no error can quote it.
func (c *Conn) poolConfig() (*pgxpool.Config, error) {
	k := c.config
	words := []string{word("host", k.Host), word("dbname", k.Database)}
	add := func(key, value string) {
		if value != "" {
			words = append(words, word(key, value))
		}
	}
	if k.Port != 0 {
		add("port", strconv.Itoa(k.Port))
	}
	add("user", k.User)
	add("sslmode", k.SSLMode)
	add("sslrootcert", k.SSLRootCert)
	add("sslcert", k.SSLCert)
	add("sslkey", k.SSLKey)
	pc, err := pgxpool.ParseConfig(strings.Join(words, " "))
	if err != nil {
		return nil, configError(err)
	}
	if p := k.Password.Reveal(); p != "" {
		pc.ConnConfig.Password = p
	}
	pc.MaxConns = 16
	if k.Connections > 0 {
		pc.MaxConns = int32(k.Connections)
	}
	cc := pc.ConnConfig
	cc.ConnectTimeout = 30 * time.Second
	if k.ConnectTimeout > 0 {
		cc.ConnectTimeout = k.ConnectTimeout
	}
	cc.RuntimeParams["application_name"] = "kith"
	// A cancelled statement is cancelled in the server, not only left alone here. A server that does not answer for this long
	// is not waited for.
	cc.BuildContextWatcherHandler = func(pg *pgconn.PgConn) ctxwatch.Handler {
		return &pgconn.CancelRequestContextWatcherHandler{Conn: pg, DeadlineDelay: 4 * time.Second}
	}
	cc.DialFunc = (&net.Dialer{KeepAlive: 30 * time.Second}).DialContext
	pc.AfterConnect = c.session
	return pc, nil
}

// configError says what is wrong with the settings; the driver's own error quotes the whole connection string.
func configError(err error) error {
	var parse *pgconn.ParseConfigError
	message := err.Error()
	if errors.As(err, &parse) {
		if cause := parse.Unwrap(); cause != nil {
			message = cause.Error()
		}
	}
	return &run.SQLError{Kind: "other", Offset: -1, Message: "the settings of the connection cannot be used: " + message}
}

// sessionSettings is run on every new connection. They are set by statements and not in the startup message, which poolers
// between us and the server refuse settings in.
const sessionSettings = `SELECT set_config('search_path', $1, false), set_config('TimeZone', 'UTC', false), set_config('DateStyle', 'ISO', false),
	set_config('standard_conforming_strings', 'on', false), set_config('client_min_messages', 'warning', false),
	set_config('default_transaction_read_only', $2, false)`

func (c *Conn) session(ctx context.Context, conn *pgx.Conn) error {
	readOnly := "off"
	if c.config.ReadOnly {
		readOnly = "on"
	}
	args := []string{quoteIdent(c.config.Schema) + ", public", readOnly}
	if err := exec(ctx, conn, sessionSettings, args...); err != nil {
		return err
	}
	if t := c.config.StatementTimeout; t > 0 {
		return exec(ctx, conn, "SELECT set_config('statement_timeout', $1, false)", strconv.FormatInt(t.Milliseconds(), 10))
	}
	return nil
}

// exec runs a statement of ours with text parameters.
func exec(ctx context.Context, conn *pgx.Conn, sql string, args ...string) error {
	_, err := conn.PgConn().ExecParams(ctx, sql, texts(args), nil, nil, nil).Close()
	return err
}

func texts(args []string) [][]byte {
	var out [][]byte
	for _, a := range args {
		out = append(out, []byte(a))
	}
	return out
}

const findSchema = `SELECT 1 FROM pg_namespace WHERE nspname = $1`

func (c *Conn) prepare(ctx context.Context) error {
	return c.with(ctx, func(conn *pgx.Conn) error {
		rows, err := c.strings(ctx, conn, "SELECT current_setting('server_version_num')")
		if err != nil {
			return err
		}
		if n, _ := strconv.Atoi(rows[0][0]); n < 150000 {
			return &run.SQLError{Kind: "other", Offset: -1, Message: fmt.Sprintf("the server is Postgres %d, and kith needs 15 or later", n/10000)}
		}
		if c.config.ReadOnly {
			return nil
		}
		for _, schema := range []string{c.config.Schema, c.config.InternalSchema} {
			if err := c.ensureSchema(ctx, conn, schema); err != nil {
				return err
			}
		}
		return nil
	})
}

// ensureSchema makes a schema while nobody else does: two that make one at a time would both find it missing, and one would fail.
// What is there is not made again, because CREATE SCHEMA wants a privilege even then.
func (c *Conn) ensureSchema(ctx context.Context, conn *pgx.Conn, schema string) error {
	if len(schema) > longestName {
		return &run.SQLError{Kind: "other", Offset: -1,
			Message: fmt.Sprintf("the name of the schema %s is longer than the %d bytes that Postgres keeps", schema, longestName),
			Fix:     "give schema of the connection a shorter name"}
	}
	there, err := c.strings(ctx, conn, findSchema, schema)
	if err != nil || len(there) > 0 {
		return err
	}
	_, err = c.execOn(ctx, conn, "SELECT pg_advisory_lock(7466932148); CREATE SCHEMA IF NOT EXISTS "+quoteIdent(schema))
	if _, e := c.execOn(context.WithoutCancel(ctx), conn, "SELECT pg_advisory_unlock(7466932148)"); err == nil {
		err = e
	}
	var sq *run.SQLError
	if errors.As(err, &sq) && sq.Kind == "permission" {
		sq.Message = "there is no schema " + schema + ", and it may not be made: " + sq.Message
		sq.Fix = administrator(c.schemaText(schema))
	}
	return err
}

// longestName is the number of bytes of a name that Postgres keeps ("4.1.1 Identifiers and Key Words").
const longestName = 63

// Close closes all connections. Statements that still run are waited for.
func (c *Conn) Close() error {
	c.pool.Close()
	return nil
}

// quoteIdent writes a name so that the engine takes it as it is.
func quoteIdent(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// schemaOf is the schema of an object of ours.
func (c *Conn) schemaOf(space rel.Space) string {
	if space == rel.Internal || space == rel.Scratch {
		return c.config.InternalSchema
	}
	return c.config.Schema
}
