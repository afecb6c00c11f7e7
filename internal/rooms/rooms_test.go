// Package rooms holds the guard of the arrows: a package imports only rooms to its left.
package rooms

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"strings"
	"testing"
)

// rooms are the packages in the order in which a project passes through them, each with the reason for its place. A prefix
// ending in "/" stands for all packages below it.
var rooms = []struct {
	pkg, why string
}{
	{"source", "text and places know nothing of what the text means"},
	{"diag", "everybody may say something about a place"},
	{"normal", "what an id becomes, by fixed tables, knows no project"},
	{"spec", "what is written, before any name is resolved"},
	{"migrate", "texts are brought into the current form before any name is resolved"},
	{"packages", "projects are found before any name is resolved"},
	{"addr", "names of nodes"},
	{"template", "a template knows neither the project nor SQL"},
	{"sqltext", "user SQL is read without knowing what its names stand for"},
	{"model", "what is resolved never learns how it is computed"},
	{"modeltype/", "a model type becomes nodes; it does not see how they are computed"},
	{"schema", "what may be written, for editors"},
	{"lint", "advice about what is resolved; nothing depends on it"},
	{"material", "names of materials"},
	{"rel", "meaning without a dialect"},
	{"lineage", "columns are followed through meaning, without a project or a dialect"},
	{"lower", "nodes become relations"},
	{"catalog", "what may be asked about tables"},
	{"plan", "a plan is made from facts handed in, so it needs no network"},
	{"dialect/", "writing SQL must not link a driver"},
	{"kernel", "computations in the process know no warehouse"},
	{"identity", "questions about a graph in memory, whoever read it"},
	{"audit", "figures of a graph, over whatever answers queries"},
	{"truth", "figures over clusters know no warehouse"},
	{"run", "a run works over any connection"},
	{"openlineage", "events in the form of a standard know nothing of runs"},
	{"siteconfig", "connections are described without opening them"},
	{"warehouse/", "the drivers"},
	{"project", "from files to a run, with the leaves handed in"},
	{"cli/", "commands and screens"},
}

// forbidden are imports that a room must not reach even through others.
var forbidden = []struct{ room, dep, why string }{
	{"plan", "kith/internal/warehouse", "a plan is made from facts handed in, so it needs no network"},
	{"plan", "database/sql", "a plan is made from facts handed in, so it needs no network"},
	{"plan", "net/http", "a plan is made from facts handed in, so it needs no network"},
	{"dialect/", "database/sql", "writing SQL must not link a driver"},
	{"dialect/", "github.com/duckdb", "writing SQL must not link a driver"},
	{"model", "github.com/duckdb", "the parser is handed in"},
	{"run", "github.com/duckdb", "a run works over any connection"},
	{"project", "github.com/duckdb", "leaves are named under cmd"},
	{"cli/", "github.com/duckdb", "leaves are named under cmd"},
}

// leaves may be imported only under cmd, and by tests.
var leaves = []string{"warehouse/", "dialect/duckdb", "dialect/postgres", "sqltext/duckparser"}

type pkg struct {
	ImportPath string
	Imports    []string
	Deps       []string
}

func TestArrowsPointLeft(t *testing.T) {
	for _, p := range list(t) {
		name := strings.TrimPrefix(p.ImportPath, "kith/internal/")
		if name == p.ImportPath || testOnly(name) {
			continue
		}
		at := place(name)
		if at < 0 {
			t.Errorf("%s is in no room: give it a place in the list", p.ImportPath)
			continue
		}
		for _, imp := range p.Imports {
			other := strings.TrimPrefix(imp, "kith/internal/")
			if other == imp || testOnly(other) {
				continue
			}
			if to := place(other); to > at {
				t.Errorf("%s imports %s, which lies to its right: %s", name, other, rooms[at].why)
			}
			if leaf := isLeaf(other); leaf && !strings.HasPrefix(name, leafRoot(other)) {
				t.Errorf("%s imports the leaf %s: leaves are named only under cmd", name, other)
			}
		}
		for _, f := range forbidden {
			if !inRoom(name, f.room) || isLeaf(name) && !strings.HasPrefix(name, "dialect/") {
				continue
			}
			for _, d := range p.Deps {
				if strings.HasPrefix(d, f.dep) {
					t.Errorf("%s reaches %s: %s", name, d, f.why)
				}
			}
		}
	}
}

// testOnly are packages that exist for tests.
func testOnly(name string) bool {
	return name == "rooms" || strings.HasSuffix(name, "test") || strings.Contains(name, "/exectest")
}

func isLeaf(name string) bool {
	for _, l := range leaves {
		if inRoom(name, l) {
			return true
		}
	}
	return false
}

func leafRoot(name string) string {
	for _, l := range leaves {
		if inRoom(name, l) {
			return strings.TrimSuffix(l, "/")
		}
	}
	return name
}

func inRoom(name, room string) bool {
	if dir, ok := strings.CutSuffix(room, "/"); ok {
		return name == dir || strings.HasPrefix(name, room)
	}
	return name == room || strings.HasPrefix(name, room+"/")
}

func place(name string) int {
	for i, r := range rooms {
		if inRoom(name, r.pkg) {
			return i
		}
	}
	return -1
}

// list asks the go command for all packages of the module; the cache of test results cannot see what it read, so CI runs
// this test with -count=1.
func list(t *testing.T) []pkg {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports,Deps", "kith/...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var pkgs []pkg
	dec := json.NewDecoder(strings.NewReader(string(out)))
	for {
		var p pkg
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		pkgs = append(pkgs, p)
	}
	if len(pkgs) < len(rooms) {
		t.Fatalf("only %d packages found", len(pkgs))
	}
	return pkgs
}
