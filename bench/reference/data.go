package main

import (
	"context"
	"crypto/sha256"
	"database/sql"
	_ "embed"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

//go:embed generate.sql
var generateSQL string

//go:embed graph.sql
var graphSQL string

// rowsFile holds the rows of the graph: three little-endian int32 each, -1 for no id.
const rowsFile = "rows.int32"

// made is what data answers.
type made struct {
	Dir  string `json:"dir"`
	Size int64  `json:"size"`
}

// originFile says what the data of a folder were made by: the hash function of the engine may change with its version.
const originFile = "made_by.txt"

// data writes the files of a size unless they are there.
func data(ctx context.Context, s settings) (any, error) {
	return made{s.dir, s.events}, s.once(ctx, generateSQL+graphSQL, func(ctx context.Context, db *sql.DB, s settings) error {
		for _, text := range []string{generateSQL, graphSQL} {
			if err := s.script(ctx, db, text); err != nil {
				return err
			}
		}
		return writeRows(ctx, db, filepath.Join(s.dir, rowsFile))
	})
}

// once fills a folder unless it was filled by the same statements and engine. It writes all or none: files are made in a
// folder beside, which is moved at the end.
func (s settings) once(ctx context.Context, statements string, write func(context.Context, *sql.DB, settings) error) error {
	db, err := s.open(ctx, "")
	if err != nil {
		return err
	}
	defer db.Close()
	var version string
	if err := db.QueryRowContext(ctx, "SELECT version()").Scan(&version); err != nil {
		return err
	}
	origin := fmt.Sprintf("%s %x\n", version, sha256.Sum256([]byte(statements)))
	if b, err := os.ReadFile(filepath.Join(s.dir, originFile)); err == nil && string(b) == origin {
		return nil
	}
	final := s.dir
	s.dir += ".unfinished"
	if err := os.RemoveAll(s.dir); err != nil {
		return err
	}
	if err := os.MkdirAll(s.dir, 0o755); err != nil {
		return err
	}
	if err := write(ctx, db, s); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(s.dir, originFile), []byte(origin), 0o644); err != nil {
		return err
	}
	if err := os.RemoveAll(final); err != nil {
		return err
	}
	return os.Rename(s.dir, final)
}

// writeRows has the engine look up the number of every id and writes the numbers, row for row of both
// sources. The rows come in the order of the engine, which is that of the files but for a shuffle of blocks.
func writeRows(ctx context.Context, db *sql.DB, path string) error {
	return writeInts(ctx, db, `
		SELECT unnest([coalesce(u.node, -1), coalesce(e.node, -1), a.node])
		FROM ids
		LEFT JOIN nodes AS u ON u.id = ids.u AND u.id_type = 'user_id'
		LEFT JOIN nodes AS e ON e.id = ids.e AND e.id_type = 'email'
		LEFT JOIN nodes AS a ON a.id = ids.a AND a.id_type = 'anonymous_id'`, path,
		func(buf []byte, id int64) []byte { return binary.LittleEndian.AppendUint32(buf, uint32(id)) })
}

// writeInts writes the integers of a query, in the form that put gives them.
func writeInts(ctx context.Context, db *sql.DB, query, path string, put func(buf []byte, id int64) []byte) (err error) {
	rows, err := db.QueryContext(ctx, query)
	if err != nil {
		return err
	}
	defer rows.Close()
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	buf := make([]byte, 0, 8<<16)
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return err
		}
		if buf = put(buf, id); len(buf)+8 > cap(buf) {
			if _, err := f.Write(buf); err != nil {
				return err
			}
			buf = buf[:0]
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	_, err = f.Write(buf)
	return err
}

// readRows reads what writeRows wrote: the ids of all rows one after the other, and the number of nodes.
func readRows(path string) (ids []int32, nodes int, err error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, 0, err
	}
	if len(b)%12 != 0 {
		return nil, 0, fmt.Errorf("%s is cut short: delete its folder", path)
	}
	ids = make([]int32, len(b)/4)
	for i := range ids {
		ids[i] = int32(binary.LittleEndian.Uint32(b[4*i:]))
		nodes = max(nodes, int(ids[i])+1)
	}
	return ids, nodes, nil
}
