package lineage_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"kith/internal/lineage"
	"kith/internal/lower"
	"kith/internal/model/modeltest"
	"kith/internal/rel"
)

var update = flag.Bool("update", false, "rewrite the golden files")

var hashes = regexp.MustCompile(`(Material_[A-Za-z0-9_]+?)_[0-9a-f]{8}_[0-9]+`)

// TestLineage follows the project of each testdata/*.txtar. The section "show" names steps, whose tables are printed with what
// each column is made of, and features ("user_feature_view total"), which are traced back to the inputs.
func TestLineage(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no testdata", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			ar, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			root := modeltest.Write(t, ar.Files)
			g, diags := modeltest.Load(t, root, modeltest.Options())
			if diags.HasErrors() {
				t.Fatal(diags)
			}
			low := lower.Lower(g, lower.Context{SeqNo: 1, EndTime: modeltest.EndTime, KernelNodes: 1 << 20})
			lg := &lineage.Graph{}
			for _, s := range low.Steps {
				lg.Add(s.Program)
			}
			var out strings.Builder
			for i, f := range ar.Files {
				if f.Name != "show" {
					continue
				}
				for line := range strings.Lines(string(f.Data)) {
					show(&out, low, lg, strings.Fields(line))
				}
				want := ""
				at := len(ar.Files)
				if i+1 < len(ar.Files) && ar.Files[i+1].Name == "want" {
					want, at = string(ar.Files[i+1].Data), i+1
				}
				got := hashes.ReplaceAllString(strings.ReplaceAll(out.String(), root, "/project"), "$1")
				if got == want {
					return
				}
				if !*update {
					t.Fatalf("got:\n%s\nwant:\n%s", got, want)
				}
				ar.Files = append(ar.Files[:at:at], txtar.File{Name: "want", Data: []byte(got)})
				if err := os.WriteFile(file, txtar.Format(ar), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			t.Fatal("no section show")
		})
	}
}

func show(out *strings.Builder, low *lower.Result, g *lineage.Graph, words []string) {
	s, why := low.Find(words[0])
	if s == nil {
		fmt.Fprintf(out, "%s: no such step %s\n", words[0], why)
		return
	}
	if len(words) == 2 {
		fmt.Fprintf(out, "%s of %s\n", words[1], words[0])
		inputs(out, g.Trace(s.Out, words[1], stops(low)))
		return
	}
	for _, o := range append([]rel.Object{s.Out}, s.Extra...) {
		t := g.Table(o)
		if t == nil {
			continue
		}
		fmt.Fprintf(out, "%s", t.Out.Name())
		if t.Open {
			out.WriteString(", and columns that only the warehouse knows")
		}
		out.WriteString("\n")
		for _, c := range t.Columns {
			fmt.Fprintf(out, "  %s", c.Name)
			if !c.Known {
				out.WriteString(": not known")
			}
			out.WriteString("\n")
			inputs(out, c.Inputs)
		}
		out.WriteString("  rows\n")
		inputs(out, t.Rows)
	}
}

func stops(low *lower.Result) func(lineage.Dataset) bool {
	graphs := map[string]bool{}
	for _, s := range low.Steps {
		if s.Type == "id_stitcher" {
			for _, o := range append([]rel.Object{s.Out}, s.Extra...) {
				graphs[o.Key()] = true
			}
		}
	}
	return func(d lineage.Dataset) bool { return d.File == "" && graphs[d.Object.Key()] }
}

func inputs(out *strings.Builder, ins []lineage.Input) {
	for _, in := range ins {
		var uses []string
		for _, u := range in.Uses {
			use := strings.ToLower(u.Type + " " + u.Subtype)
			if u.Masking {
				use += " masked"
			}
			uses = append(uses, use)
		}
		name := in.Dataset.Object.Name()
		if in.Dataset.File != "" {
			name = filepath.Base(in.Dataset.File)
		}
		fmt.Fprintf(out, "    %s.%s: %s\n", name, in.Column, strings.Join(uses, ", "))
	}
}
