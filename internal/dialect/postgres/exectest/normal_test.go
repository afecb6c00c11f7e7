package exectest

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"kith/internal/dialect"
	"kith/internal/dialect/dialecttest"
	dpostgres "kith/internal/dialect/postgres"
	"kith/internal/normal"
	"kith/internal/rel"
	"kith/internal/warehouse/postgres"
	"kith/internal/warehouse/postgres/pgtest"
)

// TestNormalisers compares the engine with package normal, for every character.
func TestNormalisers(t *testing.T) {
	conn, _ := open(t)
	prepare(t, conn) // what is there stays
	texts := dialecttest.NormalTexts()
	exec := func(sql string) {
		t.Helper()
		if _, err := conn.Exec(context.Background(), sql); err != nil {
			t.Fatal(err)
		}
	}
	exec("CREATE TABLE app.texts (n bigint, v text)")
	for i := 0; i < len(texts); i += 1000 {
		var rows []string
		for j := i; j < min(i+1000, len(texts)); j++ {
			rows = append(rows, fmt.Sprintf("(%d, '%s')", j, strings.ReplaceAll(texts[j], "'", "''")))
		}
		exec("INSERT INTO app.texts VALUES " + strings.Join(rows, ", "))
	}
	exec("INSERT INTO app.texts VALUES (-1, NULL)")
	source := rel.Source{Rel: &rel.Table{Object: rel.Named(rel.Target, "texts")}, Alias: "t"}
	for _, n := range dialecttest.Normalisers() {
		text, _ := dpostgres.New().Query(&rel.Select{From: source, Items: []rel.Item{{As: "v", Expr: n.Of(rel.C("t", "v"))}},
			OrderBy: []rel.Order{{Expr: rel.C("t", "n"), NullsLast: true}}}, env)
		got := read(t, conn, text.S)
		if got[0] != "NULL" {
			t.Errorf("%v of NULL: %v", n.Step, got[0])
		}
		for i, s := range texts {
			want, ok := normal.All([]normal.Step{n.Step}, s)
			if v := got[i+1]; v != want && (ok || v != "NULL") {
				t.Errorf("%v of %+q: %+q, want %+q", n.Step, s, v, want)
			}
		}
	}
}

// TestOtherEncoding opens a database that cannot hold the characters of the tables: it goes without normalisers.
func TestOtherEncoding(t *testing.T) {
	s := pgtest.Shared(t)
	name := s.Database(t) + "_latin"
	s.Exec(t, "postgres", "CREATE DATABASE "+name+" ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0")
	t.Cleanup(func() { s.Exec(t, "postgres", "DROP DATABASE "+name+" WITH (FORCE)") })
	conn, err := postgres.Open(context.Background(), postgres.Config{Host: s.Socket, Port: s.Port, Database: name, User: pgtest.Admin, Schema: "app", ShowValues: true})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	for _, text := range dialect.Prepare(dpostgres.New(), env) {
		if _, err := conn.Exec(context.Background(), text.S); err != nil {
			t.Fatal(err)
		}
	}
}
