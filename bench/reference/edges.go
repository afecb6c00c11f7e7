package main

import (
	"context"
	"database/sql"
	_ "embed"
	"encoding/binary"
	"path/filepath"
	"strings"
)

//go:embed edges.sql
var edgesSQL string

const (
	// edgesFile holds a graph as pairs of integers (a, b), edgesTexts as rows of texts, edgesBinary the pairs as
	// little-endian int64.
	edgesFile, edgesTexts, edgesBinary = "edges.parquet", "texts.parquet", "edges.int64"
)

// edges writes the graph of a shape and size unless it is there: as integers, or as texts.
func edges(ctx context.Context, s settings) (any, error) {
	text := edgesSQL + strings.ReplaceAll(integers(s.shape), ":shape", s.shape)
	if s.texts {
		text = edgesSQL + strings.ReplaceAll(texts(s.shape), ":shape", s.shape)
	}
	return made{s.dir, s.edges}, s.once(ctx, text, func(ctx context.Context, db *sql.DB, s settings) error {
		if err := s.script(ctx, db, text); err != nil || s.texts {
			return err
		}
		return writeInts(ctx, db, s.fill("SELECT unnest([a, b]) FROM ':dir/edges.parquet'"), filepath.Join(s.dir, edgesBinary),
			func(buf []byte, id int64) []byte { return binary.LittleEndian.AppendUint64(buf, uint64(id)) })
	})
}

// integers keeps the pairs. An id is any number, as ids of users are; those of the chain in order are in order.
func integers(shape string) string {
	id := "CAST(hash(#) >> 1 AS BIGINT)"
	if shape == "chain" {
		id = "#"
	}
	id = strings.ReplaceAll(id, "#", "a") + " AS a, " + strings.ReplaceAll(id, "#", "b") + " AS b"
	return "COPY (SELECT " + id + " FROM :shape) TO ':dir/" + edgesFile + "' (FORMAT parquet, COMPRESSION zstd);\n"
}

// rows are the edges, and of texts one more in a hundred.
func (s settings) rows() int64 {
	if s.texts {
		return s.edges / 100 * 101
	}
	return s.edges
}

// texts keeps the rows as tables of events have them: two ids on each, accounts or addresses with devices where the shape has those.
// They happen one after the other in 2025, and those that come later in 2026.
func texts(shape string) string {
	columns := "NULL::VARCHAR AS user_id, NULL::VARCHAR AS email, md5(CAST(a AS VARCHAR)) AS device, md5(CAST(b AS VARCHAR)) AS other"
	if shape == "typical" || shape == "shared" {
		columns = `CASE WHEN a % 16 = 0 THEN 'user_' || a // 16 END AS user_id,
			CASE WHEN a % 16 = 1 THEN 'person' || a // 16 || '@mail' || a // 16 % 50 || '.example' END AS email,
			md5(CAST(b AS VARCHAR)) AS device, NULL::VARCHAR AS other`
	}
	return "COPY (SELECT " + columns + `, TIMESTAMP '2025-01-01 00:00:00' + to_microseconds(i * (31536000000000 // :edges)) AS seen_at
		FROM :shape) TO ':dir/` + edgesTexts + "' (FORMAT parquet, COMPRESSION zstd);\n"
}
