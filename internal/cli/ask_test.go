package cli

import (
	"bufio"
	"bytes"
	"context"
	"strings"
	"testing"
)

// answering is an asker for whom somebody types.
func answering(typed string) (*asker, *bytes.Buffer) {
	a := app()
	return &asker{ctx: context.Background(), app: a, on: true, in: bufio.NewReader(strings.NewReader(typed))}, a.Err.(*bytes.Buffer)
}

// TestChoice asks again, and says what is accepted, until the answer is one of the words.
func TestChoice(t *testing.T) {
	words := []string{"duckdb", "postgres"}
	k, shown := answering("\noracle\nduckdbb\nPostgres\n")
	if got := k.choice("", "Type", "type", words); got != "Postgres" || k.err != nil {
		t.Errorf("%q, %v", got, k.err)
	}
	const want = "Type (duckdb, postgres): An answer is needed; Ctrl-C ends this and writes nothing.\n" +
		"Type (duckdb, postgres): \"oracle\" is none of duckdb, postgres\n" +
		"Type (duckdb, postgres): \"duckdbb\" is none of duckdb, postgres; did you mean \"duckdb\"?\n" +
		"Type (duckdb, postgres): "
	if shown.String() != want {
		t.Errorf("%s", shown)
	}
	k, shown = answering("postgres\n")
	if got := k.choice("oracle", "Type", "type", words); got != "oracle" || shown.Len() > 0 { // of a flag: the command refuses it
		t.Errorf("%q, %s", got, shown)
	}
	k, _ = answering("oracle\n")
	if got := k.choice("", "Type", "type", words); got != "" || k.err == nil {
		t.Errorf("%q at the end of the input", got)
	}
}
