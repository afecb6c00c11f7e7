package model_test

import (
	"flag"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"pgregory.net/rapid"

	"kith/internal/addr"
	"kith/internal/model"
	"kith/internal/model/modeltest"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// TestGraph prints the graph of each testdata/graph/*.txtar: a node a line in order, with its needs below.
func TestGraph(t *testing.T) {
	files, err := filepath.Glob("testdata/graph/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no testdata", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			ar, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			g, diags := modeltest.Resolve(t, ar.Files)
			modeltest.Golden(t, file, ar, *update, []txtar.File{
				{Name: "graph", Data: []byte(text(g))},
				{Name: "diagnostics", Data: []byte(modeltest.Text(diags))},
			})
		})
	}
}

// TestPieces prints the graph of the project of pieces.
func TestPieces(t *testing.T) {
	g := modeltest.Good(t, compose(pieces(t), one))
	modeltest.Golden(t, "testdata/pieces_graph.txtar", archive(t, "testdata/pieces_graph.txtar"), *update, []txtar.File{{Name: "graph", Data: []byte(text(g))}})
}

func archive(t *testing.T, file string) *txtar.Archive {
	t.Helper()
	ar, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return ar
}

func text(g *model.Graph) string {
	var b strings.Builder
	for _, n := range g.Order {
		fmt.Fprintf(&b, "%s", n.Addr())
		if n.Base().Broken {
			b.WriteString(" (broken)")
		}
		if why := n.Base().Disabled; why != "" {
			fmt.Fprintf(&b, " (disabled: %s)", why)
		}
		b.WriteByte('\n')
		for _, m := range n.Base().Needs {
			fmt.Fprintf(&b, "  needs %s\n", m.Addr())
		}
	}
	return b.String()
}

// outline is what must not depend on chance: order, needs and hashes.
func outline(g *model.Graph) string {
	var b strings.Builder
	b.WriteString(text(g))
	for _, n := range g.Order {
		fmt.Fprintf(&b, "%s %s\n%s\n", n.Addr(), n.Base().Hash, n.Base().Meaning)
	}
	return b.String()
}

// TestTwice is that resolving twice gives the same order, hashes and diagnostics, for a good project and for one with mistakes.
func TestTwice(t *testing.T) {
	good := compose(pieces(t), one)
	bad := compose(broken(pieces(t)), one)
	for name, files := range map[string][]txtar.File{"good": good, "bad": bad} {
		root := modeltest.Write(t, files)
		first, diags := modeltest.Load(t, root, modeltest.Options())
		want := outline(first) + modeltest.Text(diags)
		if (name == "bad") != diags.HasErrors() {
			t.Fatalf("%s: %s", name, modeltest.Text(diags))
		}
		for range 20 {
			g, diags := modeltest.Load(t, root, modeltest.Options())
			if got := outline(g) + modeltest.Text(diags); got != want {
				t.Fatalf("%s: differs from one time to the next:\n%s\nfirst:\n%s", name, got, want)
			}
		}
	}
}

// broken makes mistakes of many kinds.
func broken(ps []piece) []piece {
	out := append([]piece{}, ps...)
	for i := range out {
		r := strings.NewReplacer("{{user.total}}", "{{user.totl}}", "inputs/signups", "inputs/singups", "count(*)", "count(*", "type: email", "type: emial")
		if i%3 == 0 {
			out[i].text = r.Replace(out[i].text)
		}
	}
	return append(out, piece{"var_groups", "circle", "- name: circle\n  entity_key: account\n  vars:\n    - entity_var: {name: a, select: '{{account.b}}'}\n    - entity_var: {name: b, select: '{{account.a}}'}\n"})
}

// TestAnyOrder is that neither the order of declarations nor their spread over files changes a hash, a need or what is said,
// but for the places.
func TestAnyOrder(t *testing.T) {
	ps := pieces(t)
	want := meanings(modeltest.Good(t, compose(ps, one)))
	rapid.Check(t, func(rt *rapid.T) {
		shuffled := rapid.Permutation(ps).Draw(rt, "order")
		file := map[string]string{}
		for _, p := range shuffled {
			file[p.section+p.name] = rapid.SampledFrom([]string{"a.yaml", "b.yaml", "sub/c.yaml"}).Draw(rt, p.section+"/"+p.name)
		}
		g, diags := modeltest.Load(t, modeltest.Write(t, compose(shuffled, func(p piece) string { return file[p.section+p.name] })), modeltest.Options())
		if diags.HasErrors() {
			rt.Fatal(modeltest.Text(diags))
		}
		got := meanings(g)
		for a, m := range want {
			if got[a] != m {
				rt.Fatalf("%s differs:\n%s\nnot\n%s", a, got[a], m)
			}
		}
		if len(got) != len(want) {
			rt.Fatalf("%d nodes, not %d", len(got), len(want))
		}
		ordered(rt, g)
	})
}

func meanings(g *model.Graph) map[addr.Addr]string {
	out := map[addr.Addr]string{}
	for _, n := range g.Order {
		out[n.Addr()] = n.Base().Hash + "\n" + n.Base().Meaning
	}
	return out
}

// ordered is that nodes come after what they need, each once.
func ordered(t interface{ Fatalf(string, ...any) }, g *model.Graph) {
	done := map[model.Node]bool{}
	for _, n := range g.Order {
		for _, m := range n.Base().Needs {
			if !done[m] {
				t.Fatalf("%s comes before %s, which it needs", n.Addr(), m.Addr())
			}
		}
		if done[n] {
			t.Fatalf("%s comes twice", n.Addr())
		}
		done[n] = true
	}
}
