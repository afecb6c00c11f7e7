// Package duckparser is the sqltext.Parser of DuckDB: its own parser, asked through json_serialize_sql. It is a leaf: only
// cmd and tests name it, since it links the engine.
package duckparser

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/duckdb/duckdb-go/v2"

	"kith/internal/sqltext"
)

// Parser asks an in-memory DuckDB that is opened by the first Parse. The zero Parser is ready to use, by many goroutines.
type Parser struct {
	mu sync.Mutex
	db *sql.DB
}

// New returns a parser. Nothing is opened before it is asked something that is not a function's name.
func New() *Parser { return &Parser{} }

// Version names the engine's version and that of the reading of its answers.
func (*Parser) Version() string { return "duckdb 1.5.6 reading 2" }

// IsAggregate knows the aggregates of the engine, and its macros that are made of one.
func (*Parser) IsAggregate(name string) bool { return aggregates[name] }

// IsWindow knows the functions that need OVER.
func (*Parser) IsWindow(name string) bool { return windows[name] }

// Close ends the engine, if it was ever started.
func (p *Parser) Close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.db == nil {
		return nil
	}
	err := p.db.Close()
	p.db = nil
	return err
}

// open starts the engine once. It never loads or installs an extension: the parser must not depend on a network.
func (p *Parser) open() (*sql.DB, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.db != nil {
		return p.db, nil
	}
	c, err := duckdb.NewConnector("?autoinstall_known_extensions=false&autoload_known_extensions=false&threads=1", nil)
	if err != nil {
		return nil, fmt.Errorf("start DuckDB: %w", err)
	}
	p.db = sql.OpenDB(c)
	return p.db, nil
}

// batch is how many statements are asked about at once.
const batch = 200

// Parse asks for the syntax trees of many statements with few queries.
func (p *Parser) Parse(statements []string) ([]sqltext.Parsed, error) {
	db, err := p.open()
	if err != nil {
		return nil, err
	}
	out := make([]sqltext.Parsed, 0, len(statements))
	for len(statements) > 0 {
		n := min(batch, len(statements))
		parsed, err := parseBatch(db, statements[:n])
		if err != nil {
			return nil, err
		}
		out = append(out, parsed...)
		statements = statements[n:]
	}
	return out, nil
}

func parseBatch(db *sql.DB, statements []string) ([]sqltext.Parsed, error) {
	out := make([]sqltext.Parsed, len(statements))
	asked := make([]bool, len(statements))
	var args []any
	for i, s := range statements {
		if !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
			out[i] = sqltext.Parsed{Err: "not a text", ErrOffset: -1}
			continue
		}
		asked[i] = true
		args = append(args, i, s)
	}
	if len(args) == 0 {
		return out, nil
	}
	trees, err := serialize(db, args)
	if err != nil {
		if len(args) > 2 {
			return oneByOne(db, statements)
		}
		// The engine refuses some texts outright (too deep, too long) instead of answering with an error.
		for i := range out {
			if asked[i] {
				out[i] = sqltext.Parsed{Err: err.Error(), ErrOffset: -1}
			}
		}
		return out, nil
	}
	for i, s := range statements {
		if asked[i] {
			if out[i], err = read(s, trees[i]); err != nil {
				return nil, fmt.Errorf("read DuckDB's syntax tree of %q: %w", s, err)
			}
		}
	}
	return out, nil
}

func oneByOne(db *sql.DB, statements []string) ([]sqltext.Parsed, error) {
	out := make([]sqltext.Parsed, len(statements))
	for i, s := range statements {
		one, err := parseBatch(db, []string{s})
		if err != nil {
			return nil, err
		}
		out[i] = one[0]
	}
	return out, nil
}

// serialize asks for the JSON of each (number, statement) pair.
func serialize(db *sql.DB, args []any) (map[int]string, error) {
	values := strings.TrimSuffix(strings.Repeat("(?::int, ?::varchar),", len(args)/2), ",")
	rows, err := db.QueryContext(context.Background(),
		"select i, json_serialize_sql(s, skip_null := true, skip_empty := true)::varchar from (values "+values+") v(i, s)", args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[int]string{}
	for rows.Next() {
		var i int
		var tree string
		if err := rows.Scan(&i, &tree); err != nil {
			return nil, err
		}
		out[i] = tree
	}
	return out, rows.Err()
}
