package oracle

import (
	"encoding/csv"
	"fmt"
	"math"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"kith/examples/shop/generate/world"
)

// TestSmall solves a world small enough to be worked out by hand.
func TestSmall(t *testing.T) {
	file, err := txtar.ParseFile(filepath.Join("testdata", "small.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	var tables []*world.Table
	sections := map[string]string{}
	for _, f := range file.Files {
		if strings.Contains(f.Name, " ") || f.Name == "truth" || f.Name == "quality" {
			sections[f.Name] = strings.TrimSpace(string(f.Data))
			continue
		}
		tables = append(tables, parse(t, f.Name, string(f.Data)))
	}
	s := Solve(tables, world.End)
	for _, entity := range []string{user, account} {
		got := strings.Join(describe(s.Graph(entity)), "\n")
		want := strings.Split(sections[entity+" clusters"], "\n")
		sort.Strings(want)
		if got != strings.Join(want, "\n") {
			t.Errorf("%s clusters:\n%s\nwant:\n%s", entity, got, strings.Join(want, "\n"))
		}
	}
	whose := map[string]string{}
	for _, line := range strings.Split(sections["truth"], "\n") {
		id, person, _ := strings.Cut(line, " ")
		whose[id] = person
	}
	q := s.Graph(user).Quality(func(id world.Identity) (string, bool) {
		person, ok := whose[id.Type+":"+id.Value]
		return person, ok
	})
	if got := fmt.Sprintf("together %d belong %d both %d", q.Together, q.Belong, q.Both); got != sections["quality"] {
		t.Errorf("quality: %s, want %s", got, sections["quality"])
	}
}

// describe writes each cluster as the id that names it, then all its ids, sorted.
func describe(g *Graph) []string {
	var out []string
	for _, c := range g.Clusters {
		name, ids := "", []string{}
		for _, id := range c.IDs {
			ids = append(ids, id.Type+":"+id.Value)
			if nodeID(id) == c.MainID {
				name = id.Type + ":" + id.Value
			}
		}
		out = append(out, name+" = "+strings.Join(ids, " "))
	}
	sort.Strings(out)
	return out
}

// parse reads a table: an unquoted empty cell is null, "" an empty text, columns whose names tell of a time are times.
func parse(t *testing.T, name, text string) *world.Table {
	t.Helper()
	r := csv.NewReader(strings.NewReader(strings.ReplaceAll(text, `""`, "<empty>")))
	lines, err := r.ReadAll()
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	table := &world.Table{Name: name}
	for _, c := range lines[0] {
		table.Columns = append(table.Columns, world.Column{Name: c, Type: "VARCHAR"})
	}
	for _, line := range lines[1:] {
		var row []any
		for i, cell := range line {
			var v any = cell
			switch {
			case cell == "":
				v = nil
			case cell == "<empty>":
				v = ""
			case lines[0][i] == "timestamp" || strings.HasSuffix(lines[0][i], "_at"):
				v = world.Clock(cell)
			}
			row = append(row, v)
		}
		table.Rows = append(table.Rows, row)
	}
	return table
}

// TestNodeID checks the recipe against a value computed with sha1sum in a shell.
func TestNodeID(t *testing.T) {
	if got, want := nodeID(world.Identity{Type: "user_id", Value: "U100003"}), "rid3e246c6ee73840e910bb97ded7bd65e4"; got != want {
		t.Errorf("nodeID is %s, want %s", got, want)
	}
}

// TestRoundingIsSafe makes sure that no sum of money lies so near to half a cent that two orders of addition could round it
// to different cents, which would make expected results, and ranks, a matter of luck.
func TestRoundingIsSafe(t *testing.T) {
	s := Solve(world.New(world.Seed).Tables(), world.End)
	for _, entity := range []string{user, account} {
		for m, list := range s.ordersOf(entity) {
			sum := 0.0
			for _, o := range list {
				sum += o.eur
			}
			if _, half := math.Modf(sum*100 + 0.5); half < 1e-6 || half > 1-1e-6 {
				t.Errorf("the orders of %s come to %v euros", m, sum)
			}
		}
	}
}

// TestExample makes sure that what the example is meant to show is there.
func TestExample(t *testing.T) {
	w := world.New(world.Seed)
	s := Solve(w.Tables(), world.End)
	for _, name := range Cohorts {
		if n := len(s.Cohort(name)); n < 20 {
			t.Errorf("cohort %s has %d members", name, n)
		}
	}
	seen := map[world.Identity]bool{}
	for _, r := range w.Cast() {
		if seen[r.ID] {
			t.Errorf("%v is in the cast twice", r.ID)
		}
		seen[r.ID] = true
		if _, ok := s.Graph(user).MainID(r.ID); !ok {
			t.Errorf("%v (%s) is in no cluster", r.ID, r.Why)
		}
	}
	if len(seen) < 20 {
		t.Errorf("a cast of %d", len(seen))
	}
	kiosks := 0
	for device, blocked := range s.kiosks {
		if blocked && len(device) == 36 {
			kiosks++
			if _, ok := s.Graph(user).MainID(world.Identity{Type: "anonymous_id", Value: device}); ok {
				t.Errorf("the kiosk %s is a node", device)
			}
		}
	}
	if kiosks != 3 {
		t.Errorf("%d kiosks found, want 3", kiosks)
	}
}
