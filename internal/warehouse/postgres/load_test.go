package postgres

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"kith/internal/catalog"
	"kith/internal/rel"
	"kith/internal/warehouse/duckdb"
)

// TestLoad loads files whose values are of every type that the embedded engine finds or is told.
func TestLoad(t *testing.T) {
	files, err := duckdb.Open(context.Background(), duckdb.Config{Threads: 1, TempDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { files.Close() })
	_, config := world(t)
	config.Files = files
	c := open(t, config)
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	parquet := filepath.Join(dir, "types.parquet")
	if _, err := files.Exec(context.Background(), `COPY (SELECT true AS b, 1::TINYINT AS i, 18446744073709551615::UBIGINT AS u, 12345678901234567890123456789012345678::DECIMAL(38,0) AS h,
		0.1::DOUBLE AS f, 1.50::DECIMAL(10,2) AS d, 'a	b\c' AS s, '\x00\xFF'::BLOB AS x, DATE '2026-01-02' AS day, TIMESTAMP '2026-01-02 03:04:05.678901' AS ts,
		TIMESTAMPTZ '2026-01-02 03:04:05+02' AS tz, ['a"b', NULL, 'NULL'] AS list, {'k': 1, 'l': ['x']} AS object, MAP {'k': 2} AS map, [[1], [2, 3]] AS nested,
		'550e8400-e29b-41d4-a716-446655440000'::UUID AS id, NULL::INTEGER AS nothing) TO '`+parquet+`' (FORMAT parquet)`); err != nil {
		t.Fatal(err)
	}
	target := func(name string) rel.Object {
		return rel.Object{Space: rel.Target, Parts: []rel.Ident{{Name: name}}, Written: true}
	}
	for _, tt := range []struct {
		path, format, table string
		query, want         string
	}{
		{file("plain.csv", "userId,note,n\n007,\"two\nlines\",1\nü,\\N,2\n"), "csv", "Plain", "SELECT userid, note, n FROM plain", "[[007 two\nlines 1] [ü \\N 2]]"},
		{file("odd.csv", "a b;\"Größe\";select\n1;2;3\n"), "csv", "odd", `SELECT "a b", "Größe", "select" FROM odd`, "[[1 2 3]]"},
		{file("rows.jsonl", `{"id": 1, "tags": ["a", "b"], "more": {"x": [1, null]}}`), "json", "rows_of_json", "SELECT id, tags[2], more->'x'->>0 FROM rows_of_json", "[[1 b 1]]"},
		{parquet, "parquet", "types", "SELECT b, i, u, h, f, d, s, x, day::text, ts::text, tz, list, object->'l'->>0, map->>'k', nested, id, nothing FROM types",
			"[[true 1 18446744073709551615 12345678901234567890123456789012345678 0.1 1.50 a\tb\\c [0 255] 2026-01-02 2026-01-02 03:04:05.678901 2026-01-02 01:04:05 +0000 UTC " +
				"[a\"b <nil> NULL] x 2 [[1], [2, 3]] 550e8400-e29b-41d4-a716-446655440000 <nil>]]"},
	} {
		if _, err := c.LoadFile(context.Background(), tt.path, tt.format, target(tt.table), false); err != nil {
			t.Errorf("%s: %v", tt.path, err)
			continue
		}
		got, err := all(c, tt.query)
		if fmt.Sprint(got) != tt.want || err != nil {
			t.Errorf("%s\ngot  %v\nwant %v\n%v", tt.query, got, tt.want, err)
		}
	}
	long := strings.Repeat("x", 64)
	for _, tt := range []struct {
		path, table, kind, says string
	}{
		{file("again.csv", "a\n1\n"), "plain", "other", "already exists"},
		{file("meet.csv", "Amount,amount_,AMOUNT_\n1,2,3\n"), "meet", "conversion", "two columns are named"},
		{file("ragged.csv", "a,b\n1,2\n3\n"), "ragged", "conversion", "ragged.csv:3"},
		{file("long.csv", long+"\n1\n"), "long", "conversion", "longer than the 63 bytes"},
		{file("fine.csv", "a\n1\n"), long, "other", "longer than the 63 bytes"},
	} {
		_, err := c.LoadFile(context.Background(), tt.path, "csv", target(tt.table), false)
		if e := sqlError(t, err); e.Kind != tt.kind || !strings.Contains(e.Message, tt.says) {
			t.Errorf("%s: %s: %s", tt.path, e.Kind, e.Message)
		}
	}
	// The embedded engine tells columns apart by more than their letters' case; what folds to one name all the same is refused.
	meet := (&newTable{}).add("f.csv", []catalog.Column{{Name: "Total", Type: "BIGINT"}, {Name: "total", Type: "BIGINT"}})
	if e := sqlError(t, meet); !strings.Contains(e.Message, "f.csv: the columns Total and total have one name") {
		t.Error(e.Message)
	}
	// With replace the new rows stand, or the old ones when the new cannot be read.
	if n, err := c.LoadFile(context.Background(), file("again.csv", "userId\n8\n9\n"), "csv", target("plain"), true); n != 2 || err != nil {
		t.Errorf("%d %v", n, err)
	}
	if _, err := c.LoadFile(context.Background(), file("again.csv", "userId\n8\n9,9\n"), "csv", target("plain"), true); err == nil {
		t.Error("a ragged file was loaded")
	}
	if got, err := all(c, "SELECT userid FROM plain ORDER BY 1"); fmt.Sprint(got) != "[[8] [9]]" {
		t.Errorf("%v %v", got, err)
	}
	var other rel.Object
	other.Space, other.Parts = rel.External, []rel.Ident{{Name: "other"}, {Name: "raw"}, {Name: "t"}}
	if _, err := c.LoadFile(context.Background(), file("fine.csv", "a\n1\n"), "csv", other, false); !strings.Contains(sqlError(t, err).Message, "another database") {
		t.Error(err)
	}
	other.Parts = []rel.Ident{{Name: "New_Schema"}, {Name: "T"}}
	if _, err := c.LoadFile(context.Background(), file("fine.csv", "a\n1\n"), "csv", other, false); err != nil {
		t.Error(err)
	}
	if got, err := all(c, "SELECT a FROM new_schema.t"); fmt.Sprint(got) != "[[1]]" {
		t.Errorf("%v %v", got, err)
	}
}
