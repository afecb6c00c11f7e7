package project_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"kith/internal/catalog"
	"kith/internal/diag"
	"kith/internal/openlineage"
	"kith/internal/plan"
	"kith/internal/project"
	"kith/internal/rel"
	"kith/internal/run"
)

// oneTable is a connection that knows one table of the user and nothing else.
type oneTable struct{ run.Conn }

func (oneTable) Table(o rel.Object) (catalog.Table, bool, error) {
	if o.Name() != "orders" {
		return catalog.Table{}, false, nil
	}
	return catalog.Table{Object: o, Rows: -1, Columns: []catalog.Column{{Name: "customer", Type: "text"}, {Name: "backup", Type: "text"}, {Name: "amount", Type: "numeric"}, {Name: "state", Type: "text"}}}, true, nil
}

var materialHash = regexp.MustCompile(`(Material_[A-Za-z0-9_]+?)_[0-9a-f]{8}_([0-9]+)`)

// TestLineageEvents tells a run on Postgres with a fixed clock: the start, one step that is done, one that fails, and the end. The
// golden file has the events with hashes of materials left out. No secret and no literal of the project's SQL is in them.
func TestLineageEvents(t *testing.T) {
	file := filepath.Join("testdata", "events", "postgres.txtar")
	ar, err := txtar.ParseFile(file)
	must(t, err)
	root := t.TempDir()
	want := ""
	for i, f := range ar.Files {
		if f.Name == "events.json" {
			want = string(f.Data)
			ar.Files = append(ar.Files[:i:i], ar.Files[i+1:]...)
			break
		}
		path := filepath.Join(root, filepath.FromSlash(f.Name))
		must(t, os.MkdirAll(filepath.Dir(path), 0o755))
		must(t, os.WriteFile(path, f.Data, 0o644))
	}
	p, diags, err := project.Load(t.Context(), root, leaves())
	must(t, err)
	target, more := p.Find(filepath.Join(root, "siteconfig.yaml"), "")
	if diags = append(diags, more...); diags.HasErrors() {
		t.Fatal(diags)
	}
	end := time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)
	settings := p.Settings(target, project.Moment{SeqNo: 7, EndTime: end})
	settings.Dialect = "postgres"
	c, diags, err := p.Compile(settings, plan.Facts{})
	must(t, err)
	if c == nil {
		t.Fatal(diags)
	}
	w := &project.Work{Project: p, Target: target, Conn: oneTable{}}
	header := project.RunHeader{Project: "shop", Target: "prod", SeqNo: 7, EndTime: end, Version: "1.0.0",
		Commit: &project.Commit{SHA: strings.Repeat("ab", 20), Branch: "main", Folder: "profiles", Remote: "https://git.example.com/a/b"}}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	events := w.LineageEvents(c, header, project.LineageOptions{Namespace: "nightly"}, func(e openlineage.Event) { must(t, enc.Encode(e)) })
	began := time.Date(2026, 5, 1, 3, 0, 0, 0, time.UTC)
	const features = "user/all/features/inputs/orders"
	for _, e := range []run.Event{
		&run.RunStarted{At: began},
		&run.StepDone{Addr: features, Title: "2 features", Status: run.Done, Rows: 12, Start: time.Second, Took: 1500 * time.Millisecond},
		&run.StepDone{Addr: "inputs/orders", Title: "input orders", Status: run.Reused, Rows: -1, Start: time.Second},
		&run.StepDone{Addr: "user/all/var_table", Title: "var table of user", Status: run.Failed, Rows: -1, Start: 3 * time.Second, Took: time.Second, Error: "'…' is no number"},
	} {
		events.Event(e)
	}
	events.End(&project.RunReport{Status: run.RunFailed, Seconds: 4.5, Failures: diag.List{{Code: diag.WConversion, Message: "'bob' is no number", Masked: "'…' is no number"}}})
	got := materialHash.ReplaceAllString(out.String(), "$1")
	for _, secret := range []string{"pa55word", "void", "bob", root} {
		if strings.Contains(got, secret) {
			t.Errorf("the events hold %q", secret)
		}
	}
	if got == want {
		return
	}
	if !*rewrite {
		t.Fatalf("run with -rewrite to accept:\n%s", got)
	}
	ar.Files = append(ar.Files, txtar.File{Name: "events.json", Data: []byte(got)})
	must(t, os.WriteFile(file, txtar.Format(ar), 0o644))
}
