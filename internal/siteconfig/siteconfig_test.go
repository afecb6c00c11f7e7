package siteconfig

import (
	"cmp"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"
	"go.yaml.in/yaml/v3"
	"pgregory.net/rapid"

	"kith/internal/diag"
	"kith/internal/source"
)

// marker is part of every secret in testdata, so that a leak is found by its name.
const marker = "hunter2"

// testEnv are the environment variables of the tests.
var testEnv = map[string]string{"WH_PASSWORD": marker + "-env", "WH_SCHEMA": "from_env", "EMPTY": ""}

// TestFiles runs the files of testdata:
//
//	config            the site configuration
//	file NAME         a file beside it
//	resolve connection=C [target=T] [reveal=key...]
//	append name=N target=T, then a line "key: value" for each key of the output; prints what was added
func TestFiles(t *testing.T) {
	datadriven.Walk(t, "testdata", func(t *testing.T, path string) {
		if strings.Contains(path, "fuzz") {
			return
		}
		dir := t.TempDir()
		site := filepath.Join(dir, "siteconfig.yaml")
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			var out strings.Builder
			switch d.Cmd {
			case "config", "file":
				name := site
				if d.Cmd == "file" {
					name = filepath.Join(dir, d.CmdArgs[0].Key)
				}
				if err := os.WriteFile(name, []byte(d.Input+"\n"), 0o644); err != nil {
					t.Fatal(err)
				}
				return ""
			case "remove":
				os.Remove(site)
				return ""
			case "resolve":
				f, list := Load(site, false)
				if !list.HasErrors() {
					o, more := f.Resolve(request(d))
					list.Add(more)
					if !list.HasErrors() {
						showOutput(&out, o)
						noLeak(t, o)
					}
					for _, key := range arg(d, "reveal") {
						fmt.Fprintf(&out, "%s = %s\n", key, o.Settings.Secret(key).Reveal())
					}
				}
				var text strings.Builder
				if err := diag.Render(&text, list, false); err != nil {
					t.Fatal(err)
				}
				if strings.Contains(text.String(), marker) {
					t.Errorf("%s: a secret is shown:\n%s", d.Pos, text.String())
				}
				out.WriteString(text.String())
			case "append":
				out.WriteString(appendCommand(t, site, d))
			default:
				t.Fatalf("unknown command %s", d.Cmd)
			}
			return strings.ReplaceAll(out.String(), dir, "$DIR")
		})
	})
}

func arg(d *datadriven.TestData, key string) []string {
	for _, a := range d.CmdArgs {
		if a.Key == key {
			return a.Vals
		}
	}
	return nil
}

func request(d *datadriven.TestData) Request {
	r := Request{Project: "/project", Connection: source.Of(arg(d, "connection")[0])}
	if v := arg(d, "target"); v != nil {
		r.Target = v[0]
	}
	r.Env = func(name string) (string, bool) { v, ok := testEnv[name]; return v, ok }
	return r
}

func showOutput(out *strings.Builder, o Output) {
	fmt.Fprintf(out, "%s/%s: %s schema %q", o.Connection, o.Target, o.Type, o.Schema)
	if o.Default {
		out.WriteString(" (default)")
	}
	out.WriteString("\n")
	if d := o.DuckDB; d != nil {
		fmt.Fprintf(out, "duckdb path=%s memory=%q threads=%d temp=%q\n", d.Path, d.MemoryLimit, d.Threads, d.TempDirectory)
	}
	if p := o.Postgres; p != nil {
		fmt.Fprintf(out, "postgres at=%s database=%s user=%s sslmode=%q root=%q connect=%s statement=%s\n", p.Address(), p.Database, p.User, p.SSLMode, p.SSLRootCert,
			p.ConnectTimeout, p.StatementTimeout)
	}
	showBlock(out, "", o.Settings)
}

func showBlock(out *strings.Builder, indent string, b *Block) {
	for _, key := range b.Keys() {
		switch {
		case b.Block(key) != nil:
			fmt.Fprintf(out, "%s%s:\n", indent, key)
			showBlock(out, indent+"  ", b.Block(key))
		case b.List(key) != nil:
			fmt.Fprintf(out, "%s%s: %v\n", indent, key, b.List(key))
		case !b.Secret(key).IsZero():
			fmt.Fprintf(out, "%s%s: %v\n", indent, key, b.Secret(key))
		default:
			fmt.Fprintf(out, "%s%s: %s\n", indent, key, b.Text(key))
		}
	}
}

// noLeak writes an output in every way that there is.
func noLeak(t *testing.T, o Output) {
	t.Helper()
	js, _ := json.Marshal(o.Settings)
	ys, _ := yaml.Marshal(o)
	var log strings.Builder
	slog.New(slog.NewJSONHandler(&log, nil)).Info("output", "o", o)
	texts := []string{string(js), string(ys), log.String()}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		texts = append(texts, fmt.Sprintf(verb, o), fmt.Sprintf(verb, o.Settings), fmt.Sprintf(verb, *cmp.Or(o.Settings, &Block{})))
	}
	for _, text := range texts {
		if strings.Contains(text, marker) || strings.Contains(text, fmt.Sprintf("%x", marker)) {
			t.Errorf("a secret is shown: %.200s", text[max(0, strings.Index(text, marker)-100):])
		}
	}
}

func appendCommand(t *testing.T, site string, d *datadriven.TestData) string {
	c := NewConnection{Name: arg(d, "name")[0], Target: arg(d, "target")[0]}
	for line := range strings.Lines(d.Input) {
		key, value, _ := strings.Cut(strings.TrimRight(line, "\n"), ": ")
		var v any = strings.ReplaceAll(value, `\n`, "\n")
		if isSecretKey(key) {
			v = NewSecret(v.(string))
		}
		c.Output = append(c.Output, Entry{key, v})
	}
	old, _ := os.ReadFile(site)
	list, err := Append(site, c)
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if err := diag.Render(&out, list, false); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(out.String(), marker) {
		t.Errorf("a secret is shown: %s", out.String())
	}
	data, _ := os.ReadFile(site)
	if list.HasErrors() {
		if string(data) != string(old) {
			t.Error("the file was changed in spite of mistakes")
		}
		return out.String()
	}
	if info, err := os.Stat(site); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	return out.String() + string(data)
}

// TestAppendKeeps adds connections with random names and values to files in several styles; what was there stays byte for
// byte and what was added reads back.
func TestAppendKeeps(t *testing.T) {
	styles := []string{
		"", "\n# only a comment\n", "connections:\n", "gitcreds: []\n", "connections:\n    a: # note\n        target: x\n        outputs:\n            x: {type: duckdb}\n\n\n# end\ngitcreds: []\n",
		"connections:\n  a:\n    outputs:\n      x:\n        type: snowflake\n        privateKey: |\n          line one\n          line two\npy_models: {enabled: true}",
		"connections:\r\n  a:\r\n    target: x\r\n    outputs: {x: {type: duckdb}}\r\n",
		"cache_dir: x\nconnections:\n  a: &base\n    target: x\n    outputs:\n      x: {type: duckdb}\n  b:\n    <<: *base",
	}
	text := rapid.OneOf(rapid.String(), rapid.StringMatching(`[a-z#:&*!|>'"%@{}\[\], -]{0,12}`), rapid.SampledFrom([]string{"yes", "null", "1", "1e3", "~", "2020-01-01", "", " x", "x ", "#", "a: b"}))
	rapid.Check(t, func(t *rapid.T) {
		old := []byte(rapid.SampledFrom(styles).Draw(t, "style"))
		c := NewConnection{Name: rapid.StringMatching(`[a-zA-Z0-9_.-]{1,8}`).Draw(t, "name"), Target: rapid.StringMatching(`[a-z0-9]{1,4}`).Draw(t, "target")}
		for i, v := range rapid.SliceOfN(text, 0, 4).Draw(t, "values") {
			c.Output = append(c.Output, Entry{fmt.Sprintf("k%d", i), v})
		}
		data, list := appendTo("s.yaml", old, c)
		if list.HasErrors() {
			if c.Name == "a" || c.Name == "b" {
				return
			}
			for _, e := range c.Output {
				if _, problems := source.ParseYAML(source.NewFile("x", []byte("x: "+scalar(e.Value.(string))))); len(problems) > 0 {
					return // a control character, which YAML cannot hold
				}
			}
			t.Fatalf("%v\n%q", list, old)
		}
		if !strings.Contains(string(data), strings.TrimRight(string(old), "\n")) {
			// Added in the middle: without the added part the old text is left.
			kept := 0
			for kept < len(old) && old[kept] == data[kept] {
				kept++
			}
			if !strings.HasSuffix(string(data), string(old[kept:])) {
				t.Fatalf("old %q\nnew %q", old, data)
			}
		}
		again, _ := Parse("s.yaml", data)
		got := tree(find(again.root.Get("connections").Pairs, c.Name))
		want := map[string]any{"target": c.Target, "outputs": map[string]any{c.Target: entryTree(c.Output)}}
		if !reflect.DeepEqual(got, any(want)) {
			t.Fatalf("got %v want %v", got, want)
		}
	})
}

func TestLoad(t *testing.T) {
	dir := t.TempDir()
	if f, list := Load(filepath.Join(dir, "none.yaml"), false); f != nil || list != nil {
		t.Errorf("%v %v", f, list)
	}
	_, list := Load(filepath.Join(dir, "none.yaml"), true)
	if len(list) != 1 || list[0].Code != diag.SiteFile || !strings.Contains(list[0].Message, "none.yaml cannot be read: no such file") {
		t.Errorf("%v", list)
	}
	if !strings.HasSuffix(DefaultPath(), filepath.Join(".pb", "siteconfig.yaml")) {
		t.Error(DefaultPath())
	}
}

func TestAppendFollowsLinks(t *testing.T) {
	dir := t.TempDir()
	real, link := filepath.Join(dir, "real.yaml"), filepath.Join(dir, "link.yaml")
	if err := os.WriteFile(real, []byte("cache_dir: x\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(real, link); err != nil {
		t.Fatal(err)
	}
	c := NewConnection{Name: "a", Target: "dev", Output: []Entry{{"type", "duckdb"}, {"threads", 4}, {"creds", []Entry{{"x", true}}}}}
	if list, err := Append(link, c); err != nil || list != nil {
		t.Fatal(list, err)
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Error("the link was replaced")
	}
	data, _ := os.ReadFile(real)
	want := "cache_dir: x\nconnections:\n  a:\n    target: dev\n    outputs:\n      dev:\n        type: duckdb\n        threads: 4\n        creds:\n          x: true\n"
	if string(data) != want {
		t.Errorf("got %q", data)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// FuzzParse reads any text: no panic, and no byte below a secret key is shown.
func FuzzParse(f *testing.F) {
	f.Add([]byte("connections:\n  a:\n    target: t\n    outputs:\n      t: {type: duckdb, password: hunter2}\n"))
	f.Add([]byte("password: hunter2\n  broken"))
	f.Fuzz(func(t *testing.T, data []byte) {
		file, list := Parse("s.yaml", data)
		if len(file.shown.Data) != len(data) {
			t.Fatal("places have moved")
		}
		var out strings.Builder
		_, more := file.Resolve(Request{Connection: source.Of("a"), Project: "/p", Env: func(string) (string, bool) { return "", false }})
		list.Add(more)
		if err := diag.Render(&out, list, false); err != nil {
			t.Fatal(err)
		}
	})
}
