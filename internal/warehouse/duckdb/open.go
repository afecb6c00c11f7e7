package duckdb

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"

	c "github.com/duckdb/duckdb-go-bindings"
	driver "github.com/duckdb/duckdb-go/v2"

	"kith/internal/dialect"
	"kith/internal/run"
)

// Config says what to open and how much it may take.
type Config struct {
	// Path is the database file; it and its directory are made when missing. "" and ":memory:" keep everything in memory.
	Path string
	// MemoryLimit is an amount with a unit ("4GB", "512MiB"); "" leaves it to the engine (80% of the machine). It bounds the
	// engine only, not the kernels of the process.
	MemoryLimit string
	// Threads is the number of threads of the engine, 0 for one a core.
	Threads int
	// TempDir is where the engine puts what does not fit in memory; "" is beside the database file.
	TempDir string
	// TempLimit bounds what is put there, as an amount with a unit; "" is the free space of the disk.
	TempLimit string
	// ReadOnly opens an existing file without the right to change it.
	ReadOnly bool
	// Schema is where unqualified names and objects of the target space live; "" is "main". It is made when missing,
	// unless ReadOnly.
	Schema string
	// InternalSchema is kith's own schema; "" is Schema followed by "_kith". It is made like Schema.
	InternalSchema string
	// ShowValues lets the values of rows appear in error messages. Without it they are masked.
	ShowValues bool
	// Holder says who opens the file, in words for whoever finds it in use ("kith run"); "" is the name of the program.
	Holder string
}

// Conn is an open database. It is safe for use by several goroutines.
type Conn struct {
	config Config
	db     c.Database
	// catalog is the engine's name for the file, which may stand before a schema.
	catalog string
	pool    pool
	lease   *lease
	temp    string // where to spill
	scratch string // a temporary directory of ours, to be removed
}

// Open opens the database. Errors of the engine are *run.SQLError: kind "locked" when another process holds the file,
// "permission" when it may not be read or written.
func Open(ctx context.Context, config Config) (*Conn, error) {
	config, err := config.complete()
	if err != nil {
		return nil, err
	}
	conn := &Conn{config: config}
	if config.inMemory() || config.ReadOnly {
		if err := conn.begin(ctx); err != nil {
			return nil, err
		}
		return conn, nil
	}
	folder := filepath.Dir(config.Path)
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return nil, besideError("the folder "+folder+" cannot be made", err)
	}
	dropEmpty(config.Path)
	fresh := absent(config.Path)
	if err := conn.begin(ctx); err != nil {
		var sq *run.SQLError
		if fresh && !(errors.As(err, &sq) && sq.Kind == "locked") { // what was made and could not be written
			os.Remove(config.Path)
			os.Remove(config.Path + ".wal")
		}
		return nil, err
	}
	return conn, nil
}

// begin opens the file and makes the connection ready for statements. After an error nothing is open.
func (conn *Conn) begin(ctx context.Context) (err error) {
	conn.temp = conn.tempDir()
	if err := conn.open(conn.temp); err != nil {
		return err
	}
	conn.pool.db = conn.db
	conn.pool.setup = conn.sessionSettings()
	if !conn.config.inMemory() && !conn.config.ReadOnly {
		if conn.lease, err = takeLease(conn.config.Path, conn.config.Holder); err != nil {
			conn.Close()
			return besideError("the file "+holderPath(conn.config.Path)+" cannot be written", err)
		}
	}
	if err := conn.prepare(ctx); err != nil {
		conn.Close()
		return err
	}
	return nil
}

func (c Config) inMemory() bool { return c.Path == "" || c.Path == ":memory:" }

var amount = regexp.MustCompile(`(?i)^\s*[0-9]+(\.[0-9]+)?\s*([kmgt]i?b|bytes?|b)\s*$`)

// complete fills in what is left out and checks what the engine would take in silence: it reads "12 bananas" as 12 bytes.
func (c Config) complete() (Config, error) {
	if !c.inMemory() {
		path, err := filepath.Abs(c.Path)
		if err != nil {
			return c, err
		}
		c.Path = path
	}
	if c.Schema == "" {
		c.Schema = "main"
	}
	if c.InternalSchema == "" {
		c.InternalSchema = c.Schema + "_kith"
	}
	if c.Holder == "" {
		c.Holder = filepath.Base(os.Args[0])
	}
	if c.MemoryLimit != "" && !amount.MatchString(c.MemoryLimit) {
		return c, fmt.Errorf("memory_limit %q is not an amount with a unit, such as 4GB", c.MemoryLimit)
	}
	if c.TempLimit != "" && !amount.MatchString(c.TempLimit) {
		return c, fmt.Errorf("the limit of temporary files %q is not an amount with a unit, such as 100GB", c.TempLimit)
	}
	if c.Threads < 0 {
		return c, fmt.Errorf("threads is %d; it must be at least 1", c.Threads)
	}
	return c, nil
}

// settings are given to the engine before it opens the file. They are equal for every Open of one file in this process
// with an equal Config, which the engine demands before it shares the open file.
func (c *Conn) settings(temp string) [][2]string {
	s := [][2]string{
		{"duckdb_api", "kith"},
		{"autoinstall_known_extensions", "false"},
		{"autoload_known_extensions", "false"},
		{"allow_community_extensions", "false"},
		{"preserve_insertion_order", "false"},
		{"errors_as_json", "true"},
		{"temp_directory", temp},
	}
	add := func(name, value string) {
		if value != "" {
			s = append(s, [2]string{name, value})
		}
	}
	add("memory_limit", strings.TrimSpace(c.config.MemoryLimit))
	if c.config.Threads > 0 {
		add("threads", strconv.Itoa(c.config.Threads))
	}
	if c.config.ReadOnly {
		add("access_mode", "READ_ONLY")
	}
	return s
}

var memoryCount atomic.Int64

// tempDir is where to spill. Beside the file the engine's own choice is <file>.tmp, which the lock on the file keeps from
// two processes; in a directory of the user's choice the name is made unlike that of any other file.
func (c *Conn) tempDir() string {
	if c.config.inMemory() {
		base := c.config.TempDir
		if base == "" {
			base = os.TempDir()
		}
		c.scratch = filepath.Join(base, fmt.Sprintf("kith-%d-%d.tmp", os.Getpid(), memoryCount.Add(1)))
		return c.scratch
	}
	if c.config.TempDir == "" {
		return c.config.Path + ".tmp"
	}
	h := fnv.New32a()
	h.Write([]byte(c.config.Path))
	return filepath.Join(c.config.TempDir, fmt.Sprintf("%s-%08x.tmp", filepath.Base(c.config.Path), h.Sum32()))
}

func (conn *Conn) open(temp string) error {
	var settings c.Config
	if c.CreateConfig(&settings) == c.StateError {
		return errors.New("duckdb: no configuration could be made")
	}
	defer c.DestroyConfig(&settings)
	for _, s := range conn.settings(temp) {
		if c.SetConfig(settings, s[0], s[1]) == c.StateError {
			return fmt.Errorf("duckdb does not take %s = %s", s[0], s[1])
		}
	}
	var message string
	var state c.State
	if conn.config.inMemory() {
		state = c.OpenExt("", &conn.db, settings, &message)
	} else {
		// Within a process the engine's lock does not keep a second opening out; the cache gives it the same database.
		state = c.GetOrCreateFromCache(driver.GetInstanceCache(), conn.config.Path, &conn.db, settings, &message)
	}
	if state == c.StateError {
		c.Close(&conn.db)
		return conn.openError(message)
	}
	return nil
}

// prepare applies what can only be set on an open database, and makes the schema.
func (c *Conn) prepare(ctx context.Context) error {
	if _, err := c.Exec(ctx, "SET GLOBAL TimeZone = 'UTC'"); err != nil {
		return err
	}
	if c.config.TempLimit != "" {
		// Given before the file is opened, the engine forgets it.
		if _, err := c.Exec(ctx, "SET GLOBAL max_temp_directory_size = "+quoteText(c.config.TempLimit)); err != nil {
			return err
		}
	}
	rows, err := c.strings(ctx, "SELECT current_database()", 1)
	if err != nil {
		return err
	}
	c.catalog = rows[0][0]
	for _, schema := range []string{c.config.Schema, c.config.InternalSchema} {
		if strings.EqualFold(schema, c.catalog) {
			return &run.SQLError{Kind: "other", Offset: -1, Message: fmt.Sprintf(
				"the database file %s and the schema %s have the same name, which makes every table name in it ambiguous to DuckDB: rename the file or choose another schema",
				c.config.Path, schema)}
		}
	}
	if !c.config.ReadOnly {
		if _, err := c.Exec(ctx, "ATTACH IF NOT EXISTS ':memory:' AS "+quoteIdent(dialect.ScratchCatalog)); err != nil {
			return err
		}
		for _, schema := range []string{c.config.Schema, c.config.InternalSchema} {
			if _, err := c.Exec(ctx, "CREATE SCHEMA IF NOT EXISTS "+quoteIdent(schema)); err != nil {
				return err
			}
		}
	}
	if c.config.Schema == "main" {
		return nil
	}
	c.pool.discard()
	c.pool.setup = c.sessionSettings()
	return nil
}

// sessionSettings are statements that every connection of the pool begins with.
func (c *Conn) sessionSettings() []string {
	if c.catalog == "" || c.config.Schema == "main" {
		return nil
	}
	// The list is one string of names with quotes of their own.
	path := strings.ReplaceAll(quoteIdent(c.config.Schema), `'`, `''`)
	return []string{"SET search_path = '" + path + ",main'"}
}

// Close interrupts statements that still run and closes the database. Rows that are still open keep the file open until
// they are closed. The side file that names the holder is removed.
func (c *Conn) Close() error {
	c.pool.close(c.release)
	return nil
}

// release is called once, when the last connection is gone.
func (conn *Conn) release() {
	c.Close(&conn.db)
	if conn.lease != nil {
		conn.lease.drop()
	}
	if conn.scratch != "" {
		os.RemoveAll(conn.scratch)
	}
	runtime.KeepAlive(conn)
}

// quoteIdent writes a name so that the engine takes it as it is.
func quoteIdent(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// Sole tells that one process at a time has the file open for writing: whoever is named in it and is not this process is gone.
func (c *Conn) Sole() bool { return true }
