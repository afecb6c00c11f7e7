package source

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"go.yaml.in/yaml/v3"
	"pgregory.net/rapid"
)

var rewrite = flag.Bool("rewrite", false, "rewrite expected outputs under testdata")

// TestParseYAML prints the nodes and problems of each testdata/yaml/*.txtar: sections are pairs, NAME.yaml then NAME.out.
func TestParseYAML(t *testing.T) {
	files, err := filepath.Glob("testdata/yaml/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no testdata: %v", err)
	}
	for _, file := range files {
		ar, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		out := &txtar.Archive{Comment: ar.Comment}
		want := map[string]string{}
		for _, f := range ar.Files {
			if name, ok := strings.CutSuffix(f.Name, ".out"); ok {
				want[name] = string(f.Data)
			}
		}
		for _, f := range ar.Files {
			name, ok := strings.CutSuffix(f.Name, ".yaml")
			if !ok {
				continue
			}
			got := printParse(NewFile(f.Name, unescapeInput(f.Data)))
			out.Files = append(out.Files, f, txtar.File{Name: name + ".out", Data: []byte(got)})
			if !*rewrite && got != want[name] {
				t.Errorf("%s: %s\n got:\n%s\nwant:\n%s", file, name, got, want[name])
			}
		}
		if *rewrite {
			if err := os.WriteFile(file, txtar.Format(out), 0o666); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// unescapeInput gives test files a visible way to hold bytes that editors change: ␉ is a tab, ␍ a carriage return, ␀ a
// NUL, ⊠ the byte 0xff, ⍰ a byte order mark.
func unescapeInput(b []byte) []byte {
	return []byte(strings.NewReplacer("␉", "\t", "␍", "\r", "␀", "\x00", "⊠", "\xff", "⍰", "\ufeff").Replace(string(b)))
}

func printParse(f *File) string {
	var b strings.Builder
	n, problems := ParseYAML(f)
	if n != nil {
		printNode(&b, n, 0)
	}
	for _, p := range problems {
		l, c := p.At.Position()
		fmt.Fprintf(&b, "problem %d:%d %q: %s\n", l, c, p.At.Text(), p.Message)
		if !p.Also.IsZero() {
			l, c := p.Also.Position()
			fmt.Fprintf(&b, "  also %d:%d %q: %s\n", l, c, p.Also.Text(), p.AlsoMessage)
		}
		if p.Fix != "" {
			fmt.Fprintf(&b, "  fix %s\n", p.Fix)
		}
	}
	return b.String()
}

func printNode(b *strings.Builder, n *Node, depth int) {
	pad := strings.Repeat("  ", depth)
	l, c := n.Span.Position()
	switch n.Kind {
	case MapNode:
		fmt.Fprintf(b, "%smap %d:%d len %d\n", pad, l, c, n.Span.End-n.Span.Start)
		for _, p := range n.Pairs {
			l, c := p.Key.Span.Position()
			fmt.Fprintf(b, "%s  %q %d:%d\n", pad, p.Key.Value, l, c)
			printNode(b, p.Value, depth+2)
		}
	case ListNode:
		fmt.Fprintf(b, "%slist %d:%d len %d\n", pad, l, c, n.Span.End-n.Span.Start)
		for _, item := range n.Items {
			printNode(b, item, depth+1)
		}
	case NullNode:
		fmt.Fprintf(b, "%snull %d:%d\n", pad, l, c)
	default:
		fmt.Fprintf(b, "%s%s %d:%d %q from %q\n", pad, n.Tag, l, c, n.Text.S, n.Span.Text())
	}
}

// checkPlaces holds every scalar of a file against the parser's own value, and every byte against its place.
func checkPlaces(t interface{ Errorf(string, ...any) }, data []byte) {
	f := NewFile("x.yaml", data)
	if len(checkBytes(f)) > 0 {
		return
	}
	docs, err := readDocuments(data)
	if err != nil || len(docs) == 0 {
		return
	}
	c := newComposer(f, nil)
	root := c.compose(docs[0])
	if c.inexact > 0 {
		t.Errorf("%d scalars could not be read again in %q", c.inexact, data)
	}
	if c.expanded > 10_000 {
		return
	}
	seen := map[*yaml.Node]bool{}
	var walk func(n *Node, y *yaml.Node)
	walk = func(n *Node, y *yaml.Node) {
		if y.Kind == yaml.AliasNode || seen[y] {
			return
		}
		seen[y] = true
		if n.Span.Start < 0 || n.Span.End > len(data) || n.Span.Start > n.Span.End {
			t.Errorf("span %d-%d outside of %q", n.Span.Start, n.Span.End, data)
		}
		switch y.Kind {
		case yaml.ScalarNode:
			checkScalar(t, n, y, data)
		case yaml.SequenceNode:
			for i, item := range y.Content {
				walk(n.Items[i], item)
			}
		}
	}
	walk(root, docs[0].Content[0])
	var all func(n *Node)
	all = func(n *Node) {
		for _, p := range n.Pairs {
			if p.Value.Span.File != f {
				t.Errorf("value of %q has no place", p.Key.Value)
			}
			all(p.Value)
		}
	}
	all(root)
}

func checkScalar(t interface{ Errorf(string, ...any) }, n *Node, y *yaml.Node, data []byte) {
	if n.Kind == ScalarNode && n.Text.S != y.Value {
		t.Errorf("value %q, parser says %q", n.Text.S, y.Value)
	}
	for i := range len(n.Text.S) {
		at := n.Text.Origin(i, i+1)
		if at.Start < n.Span.Start || at.End > len(data) {
			t.Errorf("byte %d of %q is placed at %d-%d, outside of the scalar at %d", i, n.Text.S, at.Start, at.End, n.Span.Start)
			return
		}
		raw := at.Text()
		if raw == n.Text.S[i:i+1] {
			continue
		}
		// What is not itself is an escape, a doubled quote, or a folded or normalised break.
		if !strings.HasPrefix(raw, `\`) && raw != "''" && !strings.ContainsAny(raw, "\n\r\u0085\u2028\u2029") {
			t.Errorf("byte %d of %q comes from %q", i, n.Text.S, raw)
		}
	}
}

// TestScalarPlaces writes random text in every style and checks that each byte is found again.
func TestScalarPlaces(t *testing.T) {
	word := rapid.StringOfN(rapid.RuneFrom([]rune(`abz09_{}%'"\:#-,é漢😀`+"\u0085\u2028")), 1, 6, -1)
	rapid.Check(t, func(t *rapid.T) {
		nl := rapid.SampledFrom([]string{"\n", "\n", "\r\n", "\r"}).Draw(t, "break")
		indent := strings.Repeat(" ", rapid.IntRange(1, 4).Draw(t, "indent"))
		var lines []string
		for range rapid.IntRange(1, 5).Draw(t, "lines") {
			lines = append(lines, strings.Join(rapid.SliceOfN(word, 0, 4).Draw(t, "words"), rapid.SampledFrom([]string{" ", "  ", "\t"}).Draw(t, "gap")))
		}
		tail := rapid.SampledFrom([]string{"", " ", "\t "}).Draw(t, "tail")
		body := strings.Join(lines, tail+nl+indent)
		key := rapid.SampledFrom([]string{"k: ", "- ", "- k: ", "- - ", "k:" + nl + indent, "!!str ", "&a ", "- &a !!str ", "? "}).Draw(t, "key")
		var text string
		switch rapid.IntRange(0, 4).Draw(t, "style") {
		case 0:
			text = key + body
		case 1:
			text = key + "'" + strings.ReplaceAll(body, "'", "''") + "'"
		case 2:
			esc := rapid.SampledFrom([]string{`\n`, `\x41`, `\u00e9`, `\U0001F600`, `\"`, `\\`, `\ `, `\L`, `\` + nl + indent}).Draw(t, "escape")
			text = key + `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "b", esc).Replace(body) + `"`
		case 3:
			head := rapid.SampledFrom([]string{"|", "|-", "|+", ">", ">-", ">+", "| # note", ">2", "|1-", "|+3"}).Draw(t, "header")
			more := strings.Repeat(" ", rapid.IntRange(0, 3).Draw(t, "more"))
			text = key + head + nl + indent + more + strings.Join(lines, tail+nl+indent+more)
		case 4:
			text = "[" + key + body + ", {k: \"" + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(body) + "\"}]"
		}
		text += rapid.SampledFrom([]string{"", nl, nl + nl, " # note" + nl}).Draw(t, "end")
		checkPlaces(t, []byte(text))
	})
}

func FuzzParseYAML(f *testing.F) {
	files, _ := filepath.Glob("testdata/yaml/*.txtar")
	for _, file := range files {
		ar, err := txtar.ParseFile(file)
		if err != nil {
			f.Fatal(err)
		}
		for _, s := range ar.Files {
			if strings.HasSuffix(s.Name, ".yaml") {
				f.Add(unescapeInput(s.Data))
			}
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		n, problems := ParseYAML(NewFile("x.yaml", data))
		if n == nil && len(problems) == 0 {
			t.Errorf("neither a node nor a problem for %q", data)
		}
		for _, p := range problems {
			if p.Message == "" || p.At.Start < 0 || p.At.End > len(data) || p.At.Start > p.At.End {
				t.Errorf("problem %+v of %q", p, data)
			}
		}
		checkPlaces(t, data)
	})
}

func TestAliasesExpandingTooFarAreRefused(t *testing.T) {
	var b bytes.Buffer
	b.WriteString("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n")
	for i := 1; i < 12; i++ {
		fmt.Fprintf(&b, "a%d: &a%d [%s]\n", i, i, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d, ", i-1), 10), ", "))
	}
	_, problems := ParseYAML(NewFile("bomb.yaml", b.Bytes()))
	if len(problems) != 1 || problems[0].Kind != ExpansionProblem {
		t.Fatalf("got %+v", problems)
	}
}

func TestLargeFileIsRefused(t *testing.T) {
	_, problems := ParseYAML(NewFile("big.yaml", bytes.Repeat([]byte("# x\n"), MaxYAMLSize/4+1)))
	if len(problems) != 1 || problems[0].Kind != SizeProblem {
		t.Fatalf("got %+v", problems)
	}
}

// TestLongFlowLine would take hours if each place were counted from the start of its line.
func TestLongFlowLine(t *testing.T) {
	data := []byte("[" + strings.Repeat("é, ", 300_000) + "z]")
	n, problems := ParseYAML(NewFile("flow.yaml", data))
	if len(problems) > 0 || len(n.Items) != 300_001 {
		t.Fatalf("%v", problems)
	}
	last := n.Items[300_000].Span
	if last.Text() != "z" || n.Span.End != len(data) {
		t.Errorf("last item at %q, list ends at %d of %d", last.Text(), n.Span.End, len(data))
	}
}
