package duckparser_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"kith/internal/source"
	"kith/internal/sqltext"
	"kith/internal/sqltext/duckparser"
	"kith/internal/template"
)

var rewrite = flag.Bool("rewrite", false, "write the results into the golden files")

type namedHole string

func (h namedHole) HoleKey() string { return string(h) }

// rendered makes a Rendered of a text in which {{name}} stands for a hole.
func rendered(file, text string) template.Rendered {
	f := source.NewFile(file, []byte(text))
	var b source.Builder
	var r template.Rendered
	index := map[string]int{}
	at := 0
	for {
		i := strings.Index(text[at:], "{{")
		if i < 0 {
			break
		}
		j := strings.Index(text[at+i:], "}}")
		if j < 0 {
			break
		}
		name := text[at+i+2 : at+i+j]
		n, ok := index[name]
		if !ok {
			n = len(r.Holes)
			index[name] = n
			r.Holes = append(r.Holes, namedHole(name))
		}
		b.WriteVerbatim(source.Span{File: f, Start: at, End: at + i})
		b.WriteString(template.Placeholder(n), source.Span{File: f, Start: at + i, End: at + i + j + 2})
		at += i + j + 2
	}
	b.WriteVerbatim(source.Span{File: f, Start: at, End: len(text)})
	r.Text = b.Text()
	return r
}

// TestGolden reads each archive of testdata: its files are texts of one kind (the archive's name begins with "scalar" or
// "query"), each followed by a file "<name>.out" with what comes of it.
func TestGolden(t *testing.T) {
	archives, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatalf("no archives: %v", err)
	}
	p := duckparser.New()
	defer p.Close()
	for _, path := range archives {
		t.Run(filepath.Base(path), func(t *testing.T) { golden(t, path, p) })
	}
}

func golden(t *testing.T, path string, p sqltext.Parser) {
	a, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	kind := sqltext.Scalar
	if strings.HasPrefix(filepath.Base(path), "query") {
		kind = sqltext.Query
	}
	out := &txtar.Archive{Comment: a.Comment}
	for i, f := range a.Files {
		if strings.HasSuffix(f.Name, ".out") {
			continue
		}
		text := strings.TrimSuffix(string(f.Data), "\n")
		got := describe(t, f.Name, text, kind, p)
		out.Files = append(out.Files, f, txtar.File{Name: f.Name + ".out", Data: []byte(got)})
		if *rewrite {
			continue
		}
		if i+1 >= len(a.Files) || a.Files[i+1].Name != f.Name+".out" {
			t.Errorf("%s has no result; run with -rewrite", f.Name)
		} else if want := string(a.Files[i+1].Data); got != want {
			t.Errorf("%s: %s\ngot:\n%s\nwant:\n%s", f.Name, text, got, want)
		}
	}
	if *rewrite {
		if err := os.WriteFile(path, txtar.Format(out), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// describe parses one text and writes down everything that comes of it.
func describe(t *testing.T, name, text string, kind sqltext.Kind, p sqltext.Parser) string {
	r := rendered(name, text)
	trees, list := sqltext.ParseAll([]sqltext.Item{{Rendered: r, Kind: kind}}, p)
	tree := trees[0]
	if got := sqltext.Print(tree.Nodes); got != tree.Rendered.Text.S {
		t.Errorf("%s: nodes give %q, text is %q", name, got, tree.Rendered.Text.S)
	}
	var b strings.Builder
	for _, d := range list.Sorted() {
		line, col := d.At.Position()
		fmt.Fprintf(&b, "%s %d:%d %q %s\n  fix: %s\n", d.Code, line, col, d.At.Text(), d.Message, d.Fix)
	}
	if list.HasErrors() {
		return b.String()
	}
	dump(&b, tree.Nodes, "")
	b.WriteString(factLine(tree))
	return b.String()
}

func factLine(t *sqltext.Tree) string {
	var words []string
	add := func(on bool, w string) {
		if on {
			words = append(words, w)
		}
	}
	f := t.Facts
	add(t.Opaque, "opaque")
	add(f.Aggregates, "aggregates")
	add(f.Windows, "windows")
	add(f.Subqueries, "subqueries")
	add(sqltext.IsNullOnEmpty(t), "null-on-empty")
	add(sqltext.ConstantTree(t), "constant")
	add(len(f.Outputs) > 0, "outputs="+strings.Join(f.Outputs, ","))
	add(len(f.Tables) > 0, "tables="+strings.Join(f.Tables, ","))
	var reads []string
	for _, r := range f.Reads {
		reads = append(reads, strings.Join(r, "."))
	}
	add(len(reads) > 0, "reads="+strings.Join(reads, ","))
	add(len(t.HoleIndexes()) > 0, fmt.Sprint("holes=", t.HoleIndexes()))
	return "= " + strings.Join(words, " ") + "\n"
}

func dump(b *strings.Builder, nodes []sqltext.Node, indent string) {
	for _, n := range nodes {
		switch n := n.(type) {
		case *sqltext.Verbatim:
			fmt.Fprintf(b, "%s%q\n", indent, n.Text.S)
		case *sqltext.Column:
			fmt.Fprintf(b, "%scolumn %q quoted %v\n", indent, n.Parts, n.Quoted)
		case *sqltext.Hole:
			in := ""
			if n.InString {
				in = " in string"
			}
			fmt.Fprintf(b, "%shole %d%s %q\n", indent, n.Index, in, n.Text.Span().Text())
		case *sqltext.Paren:
			fmt.Fprintf(b, "%sparen %s%s\n", indent, n.Open, n.Close)
			dump(b, n.Nodes, indent+"  ")
		case *sqltext.Subquery:
			fmt.Fprintf(b, "%ssubquery\n", indent)
			dump(b, n.Nodes, indent+"  ")
		case *sqltext.Call:
			dumpCall(b, n, indent)
		}
	}
}

func dumpCall(b *strings.Builder, c *sqltext.Call, indent string) {
	kind := [...]string{"call", "aggregate", "window"}[c.Kind]
	fmt.Fprintf(b, "%s%s %s (%s)", indent, kind, c.Name, c.NameText.S)
	for _, f := range []struct {
		on   bool
		name string
	}{{c.Distinct, "distinct"}, {c.IgnoreNulls, "ignore-nulls"}, {c.WithinGroup, "within-group"}} {
		if f.on {
			b.WriteString(" " + f.name)
		}
	}
	if i, w := c.DatePart(); i >= 0 {
		fmt.Fprintf(b, " date-part %d %s", i, w)
	}
	b.WriteByte('\n')
	for _, a := range c.ArgList {
		fmt.Fprintf(b, "%s  arg\n", indent)
		dump(b, a, indent+"    ")
	}
	dumpOrder(b, c.OrderBy, indent+"  ")
	if c.Filter != nil {
		fmt.Fprintf(b, "%s  filter\n", indent)
		dump(b, c.Filter, indent+"    ")
	}
	if o := c.Over; o != nil {
		fmt.Fprintf(b, "%s  over %s frame %q\n", indent, o.Name, o.Frame.S)
		for _, p := range o.PartitionBy {
			fmt.Fprintf(b, "%s    partition by\n", indent)
			dump(b, p, indent+"      ")
		}
		dumpOrder(b, o.OrderBy, indent+"    ")
	}
}

func dumpOrder(b *strings.Builder, terms []sqltext.OrderTerm, indent string) {
	for _, o := range terms {
		dir := "asc"
		if o.Desc {
			dir = "desc"
		}
		fmt.Fprintf(b, "%sorder by %s nulls %q\n", indent, dir, o.Nulls)
		dump(b, o.Nodes, indent+"  ")
	}
}
