package postgres

import (
	"context"
	"errors"
	"net"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/jackc/pgx/v5/pgconn"

	"kith/internal/run"
)

// kinds sort errors by their code ("Appendix A. PostgreSQL Error Codes"), by five digits or the class of two.
var kinds = map[string]string{
	"42P01": "missing_table", "3F000": "missing_table", "42703": "missing_column",
	"42601": "syntax", "42501": "permission", "28": "permission", "25006": "permission",
	"22": "conversion", "23": "constraint", "40": "conflict", "55P03": "busy", "55006": "busy", "53300": "busy",
	"53100": "disk_full", "53200": "out_of_memory", "08": "connection", "57P01": "connection", "57P02": "connection", "57P03": "connection",
}

func kind(e *pgconn.PgError) string {
	switch {
	case e.Code == "42P01" && (strings.Contains(e.Message, "FROM-clause")):
		return "missing_column" // t.a where no source is called t
	case e.Code == "XX000" && strings.HasPrefix(e.Message, "tuple concurrently"):
		return "conflict" // two sessions replaced one function or granted on one object
	case kinds[e.Code] != "":
		return kinds[e.Code]
	case len(e.Code) == 5 && kinds[e.Code[:2]] != "":
		return kinds[e.Code[:2]]
	}
	return "other"
}

// sqlError makes a run.SQLError of what came back for a statement. before is the number of bytes that were put in front of sql.
// The driver's error is kept as a cause only when it cannot hold values of rows.
func (c *Conn) sqlError(ctx context.Context, err error, sql string, before int) error {
	if ctx.Err() != nil {
		cause := context.Cause(ctx)
		return &run.SQLError{Kind: "interrupted", Offset: -1, Message: "the statement was stopped: " + cause.Error(), Cause: cause}
	}
	var done *run.SQLError
	if errors.As(err, &done) {
		return err
	}
	var e *pgconn.PgError
	if !errors.As(err, &e) {
		return c.lost(err)
	}
	out := &run.SQLError{Kind: kind(e), Offset: byteOffset(sql, int(e.Position)-1-before), Message: e.Message, Candidates: candidates(e.Hint)}
	if e.Position == 0 {
		out.Offset = -1
	}
	if out.Masked = mask(e); !c.config.ShowValues {
		out.Message = out.Masked
	}
	out.Fix = c.wayOut(e, sql)
	return out
}

// byteOffset is the byte at which a character of a text begins; the server counts characters. -1 when there is none.
func byteOffset(s string, character int) int {
	if character < 0 {
		return -1
	}
	at := 0
	for ; character > 0 && at < len(s); character-- {
		_, n := utf8.DecodeRuneInString(s[at:])
		at += n
	}
	if character > 0 {
		return -1
	}
	return at
}

var meant = regexp.MustCompile(`^Perhaps you meant to reference the (?:column|table alias) "(?:[^".]*\.)?([^"]+)"`)

func candidates(hint string) []string {
	if m := meant.FindStringSubmatch(hint); m != nil {
		return []string{m[1]}
	}
	return nil
}

// masked stands where a value of a row stood.
const masked = "…"

var (
	numbers  = regexp.MustCompile(`-?[0-9]+`)
	inQuotes = regexp.MustCompile(`(?s)".*"`)
)

// mask hides values of rows in a message: errors of data quote them, and a text that is raised may be made of them. Details,
// which quote whole rows, are never part of a message.
func mask(e *pgconn.PgError) string {
	switch {
	case e.Code == "P0001":
		return "the statement raised an error: " + masked
	case strings.HasPrefix(e.Code, "54"): // "requested character too large for encoding: 1234567"
		return numbers.ReplaceAllString(e.Message, masked)
	case !strings.HasPrefix(e.Code, "22"):
		return e.Message
	}
	return inQuotes.ReplaceAllString(e.Message, `"`+masked+`"`)
}

var replacesTable = regexp.MustCompile(`(?i)\bcreate\s+or\s+replace\s+(?:temp(?:orary)?\s+)?table\b`)

// wayOut is what to do about an error, "" where nothing more can be said than the error does.
func (c *Conn) wayOut(e *pgconn.PgError, sql string) string {
	switch e.Code {
	case "28P01":
		return "correct user and password of the connection"
	case "28000":
		return "correct user of the connection, or have the server's pg_hba.conf let it in from here"
	case "3D000":
		return "correct dbname of the connection, or make the database: CREATE DATABASE " + quoteIdent(c.config.Database)
	case "57014":
		return "raise statement_timeout of the connection, or of the role in the server"
	case "53300":
		return "lower --concurrency, or raise max_connections of the server"
	case "53200", "53100":
		return "free memory or disk space of the server, and run again to go on"
	case "2BP01":
		return "drop what depends on it, or make it again after the run: " + strings.ReplaceAll(e.Detail, "\n", "; ")
	}
	switch kind(e) {
	case "permission":
		return c.grantFor(e, sql)
	case "syntax":
		if replacesTable.MatchString(sql) {
			return "Postgres has no CREATE OR REPLACE TABLE: write DROP TABLE IF EXISTS and CREATE TABLE, or use {{warehouse.CreateReplaceTableAs(this, ...)}}"
		}
	case "conversion":
		return "mend the values where they come from, or test them first: CASE WHEN x ~ '^[0-9]+$' THEN CAST(x AS bigint) END"
	case "connection":
		return "run again to go on where it stopped"
	case "busy", "conflict":
		return "wait for the other session or end it, and run again to go on"
	}
	return ""
}

// lost is an error of the network.
func (c *Conn) lost(err error) *run.SQLError {
	return &run.SQLError{Kind: "connection", Offset: -1, Message: "the connection to the server was lost: " + plain(err),
		Fix: "run again to go on where it stopped", Cause: err}
}

// connectError is why no connection was to be had.
func (c *Conn) connectError(ctx context.Context, err error) error {
	var done *run.SQLError
	if errors.As(err, &done) {
		return err
	}
	var e *pgconn.PgError
	if ctx.Err() != nil || errors.As(err, &e) {
		return c.sqlError(ctx, err, "", 0)
	}
	return &run.SQLError{Kind: "connection", Offset: -1, Message: "no connection to " + c.address() + ": " + plain(err), Cause: err,
		Fix: "see whether the server runs there and lets this machine in; correct host, port and sslmode of the connection"}
}

// address is where the server is, in words.
func (c *Conn) address() string {
	port := c.config.Port
	if port == 0 {
		port = 5432
	}
	return "Postgres at " + c.config.Host + ":" + strconv.Itoa(port)
}

// plain is the last cause of an error of the network: what the driver puts around it names every attempt, and all settings.
func plain(err error) string {
	var op *net.OpError
	if errors.As(err, &op) {
		return op.Err.Error()
	}
	for {
		next := errors.Unwrap(err)
		if next == nil {
			break
		}
		err = next
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		if all := joined.Unwrap(); len(all) > 0 {
			return plain(all[len(all)-1])
		}
	}
	return err.Error()
}

// isStatementError reports an error of a statement, after which the connection is as good as before.
func isStatementError(err error) bool {
	var e *pgconn.PgError
	return errors.As(err, &e) && kind(e) != "connection"
}
