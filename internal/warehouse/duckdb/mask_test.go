package duckdb

import (
	"context"
	"math/rand/v2"
	"strings"
	"testing"
)

// TestValuesAreMasked makes every error that a value can raise, with values full of quotes, lines and words of the engine,
// and looks for any part of the value in what is said.
func TestValuesAreMasked(t *testing.T) {
	c := open(t, Config{Threads: 1})
	exec(t, c, "CREATE TABLE v (x VARCHAR, u VARCHAR UNIQUE, k VARCHAR CHECK (length(k) < 2))")
	ways := []string{
		"SELECT x::INTEGER FROM v", "SELECT x::DOUBLE FROM v", "SELECT x::DATE FROM v", "SELECT x::TIMESTAMP FROM v", "SELECT x::TIMESTAMPTZ FROM v",
		"SELECT x::TIME FROM v", "SELECT x::INTERVAL FROM v", "SELECT x::BOOLEAN FROM v", "SELECT x::UUID FROM v", "SELECT x::DECIMAL(10,2) FROM v",
		"SELECT x::BLOB FROM v", "SELECT x::INTEGER[] FROM v", "SELECT x::STRUCT(a INTEGER) FROM v", "SELECT x::MAP(VARCHAR, INTEGER) FROM v",
		"SELECT x::JSON FROM v", "SELECT json_extract(x, '$.a') FROM v", "SELECT from_json(x, '{\"a\": \"INTEGER\"}') FROM v", "SELECT x::ENUM('a') FROM v",
		"SELECT strptime(x, '%Y-%m') FROM v", "SELECT [x]::INTEGER[] FROM v", "SELECT {'a': x}::STRUCT(a INTEGER) FROM v", "SELECT x::BIT FROM v",
		"SELECT error(x) FROM v", "SELECT regexp_matches('a', x) FROM v", "INSERT INTO v (u) SELECT x FROM v", "INSERT INTO v (k) SELECT x FROM v",
		"SELECT x::HUGEINT::INTEGER FROM v", "SELECT list_value(x)[1]::TINYINT FROM v", "SELECT date_trunc(x, now()) FROM v", "SELECT date_part(x, now()) FROM v",
		"SELECT unhex(x) FROM v", "SELECT from_base64(x) FROM v", "SELECT chr(x::BIGINT::INTEGER) FROM v", "SELECT (x || '1')::BIGINT * 9223372036854775807 FROM v",
		"SELECT format(x, 1) FROM v", "SELECT printf(x, 1) FROM v", "SELECT now() AT TIME ZONE x FROM v", "SELECT strftime(now(), x) FROM v",
	}
	pieces := []string{"Ann", "o'Hara", `"q"`, "x@y.zz", "\n", "' to INT32", `" to DATE`, "5551234", " with value ", " can't be cast", "Error: Bob", "{", "[", "\\", "%", "CSV Error on Line: 3\n", "Zoé", "' to INT32 when casting from source column "}
	words := []string{"Qzx", "740935", "'Qzx'", `"Qzx"`, "\nQzx", "Qzx'"}
	rng := rand.New(rand.NewPCG(5, 6))
	reached := map[string]bool{}
	for range 60 {
		// A value always holds a word that no message of the engine has.
		parts := []string{words[rng.IntN(len(words))]}
		for range rng.IntN(4) {
			parts = append(parts, pieces[rng.IntN(len(pieces))])
		}
		rng.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
		value := strings.Join(parts, "")
		if _, err := c.Exec(context.Background(), "DELETE FROM v"); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Exec(context.Background(), "INSERT INTO v (x, u) VALUES ("+quoteText(value)+", "+quoteText(value)+")"); err != nil {
			t.Fatal(err)
		}
		for _, sql := range ways {
			_, err := c.Exec(context.Background(), sql)
			if err == nil {
				continue
			}
			reached[sql] = true
			for _, word := range []string{"Qzx", "740935", "Hara", "x@y", "5551234", "Bob", "Zoé"} {
				if strings.Contains(err.Error(), word) {
					t.Fatalf("%s\nvalue   %q\nmessage %s", sql, value, err)
				}
			}
		}
	}
	// Most ways fail for some value; were it few, the test would prove little.
	if len(reached) < 25 {
		t.Errorf("only %d of %d statements ever failed", len(reached), len(ways))
	}
}

// TestTypeNames compares the names of types with those of the engine's DESCRIBE.
func TestTypeNames(t *testing.T) {
	c := open(t, Config{})
	const columns = `a BOOLEAN, b TINYINT, c SMALLINT, d INTEGER, e BIGINT, f HUGEINT, g UTINYINT, h USMALLINT, i UINTEGER, j UBIGINT, k UHUGEINT,
		l FLOAT, m DOUBLE, n DECIMAL(18,3), o VARCHAR, p BLOB, q BIT, r UUID, s DATE, t TIME, u TIMETZ, v TIMESTAMP, w TIMESTAMPTZ, x TIMESTAMP_S,
		y TIMESTAMP_MS, z TIMESTAMP_NS, aa INTERVAL, bb JSON, cc ENUM('it''s', 'b'), dd INTEGER[], ee VARCHAR[3], ff STRUCT(a INTEGER, "A b" VARCHAR[], "or" DATE),
		gg MAP(VARCHAR, DECIMAL(4,1)), hh UNION(num INTEGER, str VARCHAR), ii BIGNUM, jj STRUCT(a JSON)[], kk TIME_NS`
	exec(t, c, "CREATE TABLE types ("+columns+")")
	want, err := c.strings(context.Background(), "SELECT column_name, column_type FROM (DESCRIBE types)", 2)
	if err != nil {
		t.Fatal(err)
	}
	table, ok, err := c.Table(object("types"))
	if !ok || err != nil || len(table.Columns) != len(want) {
		t.Fatal(ok, err)
	}
	for i, col := range table.Columns {
		if col.Name != want[i][0] || col.Type != want[i][1] {
			t.Errorf("%s %s, want %s %s", col.Name, col.Type, want[i][0], want[i][1])
		}
	}
	r, err := c.Query(context.Background(), "SELECT * EXCLUDE (kk) FROM types")
	if err != nil {
		t.Fatal(err)
	}
	for i, col := range r.Columns() {
		if col != table.Columns[i] {
			t.Errorf("rows say %v, the catalog %v", col, table.Columns[i])
		}
	}
	r.Close()
}
