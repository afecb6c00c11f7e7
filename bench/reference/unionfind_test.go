package main

import (
	"crypto/sha256"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// spread is the oracle: it hands the least label over edges until nothing changes.
func spread(edges [][2]int64) map[int64]int64 {
	label := map[int64]int64{}
	for _, e := range edges {
		label[e[0]], label[e[1]] = e[0], e[1]
	}
	for changed := true; changed; {
		changed = false
		for _, e := range edges {
			least := min(label[e[0]], label[e[1]])
			for _, id := range e {
				if label[id] != least {
					label[id], changed = least, true
				}
			}
		}
	}
	return label
}

func TestSolveEdges(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		id := rapid.OneOf(rapid.Int64Range(-5, 12), rapid.Int64())
		edge := rapid.Custom(func(t *rapid.T) [2]int64 { return [2]int64{id.Draw(t, "a"), id.Draw(t, "b")} })
		edges := rapid.SliceOfN(edge, 0, 40).Draw(t, "edges")
		want := spread(edges)
		got := solveEdges(edges)
		if len(got) != len(want) {
			t.Fatalf("%d ids, want %d", len(got), len(want))
		}
		for _, l := range got {
			if want[l[0]] != l[1] {
				t.Fatalf("%v: id %d has label %d, want %d", edges, l[0], l[1], want[l[0]])
			}
		}
	})
}

// TestManyIDs makes the table of ids grow, with the order of ids known by construction.
func TestManyIDs(t *testing.T) {
	var edges [][2]int64
	for i := range int64(10000) {
		edges = append(edges, [2]int64{i + 1, i})
	}
	for _, l := range solveEdges(edges) {
		if l[1] != 0 {
			t.Fatalf("id %d has label %d", l[0], l[1])
		}
	}
}

// TestLoopsAgree holds the loops in the engine against the union-find, on every shape.
func TestLoopsAgree(t *testing.T) {
	for _, shape := range []string{"typical", "chain", "shuffled", "star", "giant", "cliques", "shared"} {
		dir := t.TempDir()
		s := settings{edges: 40, shape: shape, dir: filepath.Join(dir, "data"), database: filepath.Join(dir, "loop.duckdb"), threads: 2, memory: "1GB", times: 1, most: 100}
		if _, err := edges(t.Context(), s); err != nil {
			t.Fatal(err)
		}
		pairs, err := readEdges(filepath.Join(s.dir, edgesBinary))
		if err != nil || len(pairs) != 40 {
			t.Fatal(len(pairs), err)
		}
		var want united
		want.sum(solveEdges(pairs))
		if want.Joined == 0 {
			t.Errorf("%s: no id is joined to another", shape)
		}
		for name, run := range map[string]func() (any, error){
			"unionfind": func() (any, error) { return unionFind(t.Context(), s) },
			"splink":    func() (any, error) { return splink(t.Context(), s) },
			"minlabel":  func() (any, error) { return minLabel(t.Context(), s) },
		} {
			out, err := run()
			if err != nil {
				t.Fatal(shape, name, err)
			}
			if got := out.(united); got.Joined != want.Joined || got.Labels != want.Labels || len(got.Seconds) != 1 {
				t.Errorf("%s, %s: %+v, want %+v", shape, name, got, want)
			}
		}
	}
}

// TestTextsAreTheEdges: rows of texts have the graph of the integers, and one more in a hundred after 2025.
func TestTextsAreTheEdges(t *testing.T) {
	for _, shape := range []string{"typical", "cliques"} {
		s := settings{edges: 500, shape: shape, dir: filepath.Join(t.TempDir(), "data"), texts: true, threads: 2, memory: "1GB"}
		if _, err := edges(t.Context(), s); err != nil {
			t.Fatal(err)
		}
		var rows, early, ids, joined int64
		err := engine(t, s).QueryRow(s.fill(`
			WITH r AS (SELECT coalesce('u' || user_id, 'e' || email, 'd' || device) AS a, 'd' || coalesce(other, device) AS b, seen_at FROM ':dir/texts.parquet')
			SELECT count(*), count(*) FILTER (seen_at < TIMESTAMP '2026-01-01'), (SELECT count(*) FROM (SELECT a FROM r UNION SELECT b FROM r)),
				count(*) FILTER (a <> b) FROM r`)).Scan(&rows, &early, &ids, &joined)
		if err != nil {
			t.Fatal(err)
		}
		if rows != 505 || early != 500 || ids < 50 || joined < 490 {
			t.Errorf("%s: %d rows, %d in 2025, %d ids, %d joined", shape, rows, early, ids, joined)
		}
	}
}

func TestEdgesAreTheSameEachTime(t *testing.T) {
	sum := func() (out []byte) {
		s := settings{edges: 2000, shape: "shuffled", dir: filepath.Join(t.TempDir(), "data"), threads: 2, memory: "1GB"}
		if _, err := edges(t.Context(), s); err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(filepath.Join(s.dir, edgesBinary))
		if err != nil {
			t.Fatal(err)
		}
		h := sha256.Sum256(b)
		return h[:]
	}
	if !slices.Equal(sum(), sum()) {
		t.Error("two graphs of one shape and size differ")
	}
}

func TestLoopsGiveUp(t *testing.T) {
	dir := t.TempDir()
	s := settings{edges: 80, shape: "chain", dir: filepath.Join(dir, "data"), database: filepath.Join(dir, "loop.duckdb"), threads: 1, memory: "1GB", most: 3}
	if _, err := edges(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	if _, err := splink(t.Context(), s); err == nil || err.Error() != "not settled after 3 rounds" {
		t.Errorf("got %v", err)
	}
	if b, err := json.Marshal(united{Joined: 1, Labels: "2"}); err != nil || string(b) != `{"seconds":null,"cpu_seconds":null,"joined":1,"labels":"2"}` {
		t.Errorf("%s %v", b, err)
	}
}
