package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	duckwarehouse "kith/internal/warehouse/duckdb"
)

// The stories of package cli, told with the real program in processes of its own, on DuckDB.
func TestScripts(t *testing.T) {
	shop, err := filepath.Abs("../../examples/shop")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:           "../../internal/cli/testdata/script",
		UpdateScripts: os.Getenv("UPDATE_SCRIPTS") != "",
		Setup: func(env *testscript.Env) error {
			env.Setenv("SHOP", shop)
			env.Setenv("NO_COLOR", "1")
			env.Setenv("HOME", filepath.Join(env.WorkDir, "home"))
			return nil
		},
	})
}

// tools are the program and a few small ones beside it, for the scripts.
var tools = map[string]func(){
	"kith":     main,
	"code":     tool(expectCode),
	"stopped":  tool(stopped),
	"holding":  tool(holding),
	"treehash": tool(treehash),
	"jsonget":  tool(jsonget),
	"copytree": tool(copytree),
	"linked":   tool(linked),
	"samejson": tool(samejson),
	"received": tool(received),
	"olcheck":  tool(olcheck),
	"olfields": tool(olfields),
}

// TestMain gives the tools to the scripts.
func TestMain(m *testing.M) { testscript.Main(m, tools) }

func tool(f func(args []string) error) func() {
	return func() {
		if err := f(os.Args[1:]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}

// expectCode runs a command and checks its exit code: code 3 kith run.
func expectCode(args []string) error {
	want, err := strconv.Atoi(args[0])
	if err != nil {
		return err
	}
	c := exec.Command(args[1], args[2:]...)
	c.Stdin, c.Stdout, c.Stderr = os.Stdin, os.Stdout, os.Stderr
	return check(c.Run(), want)
}

func check(err error, want int) error {
	got := 0
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		got = exit.ExitCode()
	case err != nil:
		return err
	}
	if got != want {
		return fmt.Errorf("exit code %d, want %d", got, want)
	}
	return nil
}

// stopped interrupts a command that writes JSON lines as soon as it says that a step has begun, and checks that it ends
// within five seconds with 130: stopped models/slow kith run --json. With "twice" before the step it interrupts once more at once, with "killed"
// the command is killed instead.
func stopped(args []string) error {
	signals, want := []os.Signal{syscall.SIGINT}, 130
	switch args[0] {
	case "twice":
		signals, args = append(signals, syscall.SIGINT), args[1:]
	case "killed":
		signals, want, args = []os.Signal{syscall.SIGKILL}, -1, args[1:]
	}
	c := exec.Command(args[1], args[2:]...)
	c.Stderr = os.Stderr
	out, err := c.StdoutPipe()
	if err != nil {
		return err
	}
	if err := c.Start(); err != nil {
		return err
	}
	sent, at := false, time.Time{}
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		fmt.Println(lines.Text())
		var e struct{ Type, Step string }
		if json.Unmarshal(lines.Bytes(), &e) == nil && e.Type == "step_started" && e.Step == args[0] && !sent {
			sent, at = true, time.Now()
			for _, s := range signals {
				if err := c.Process.Signal(s); err != nil {
					return err
				}
			}
		}
	}
	if !sent {
		return fmt.Errorf("%s never began", args[0])
	}
	err = c.Wait()
	if took := time.Since(at); took > 5*time.Second {
		return fmt.Errorf("it took %s to end", took)
	}
	return check(err, want)
}

// holding keeps a database open while a command runs: holding file.duckdb kith run. With "for 2s" before them it lets go while
// the command still runs.
func holding(args []string) error {
	var after <-chan time.Time
	if args[0] == "for" {
		d, err := time.ParseDuration(args[1])
		if err != nil {
			return err
		}
		after, args = time.After(d), args[2:]
	}
	conn, err := duckwarehouse.Open(context.Background(), duckwarehouse.Config{Path: args[0], Holder: "kith serve"})
	if err != nil {
		return err
	}
	defer conn.Close()
	c := exec.Command(args[1], args[2:]...)
	c.Stdout, c.Stderr = os.Stdout, os.Stderr
	if after == nil {
		return c.Run()
	}
	if err := c.Start(); err != nil {
		return err
	}
	<-after
	conn.Close()
	return c.Wait()
}

// treehash prints a hash over the names and bytes of all files below a folder.
func treehash(args []string) error {
	h := sha256.New()
	files := 0
	err := filepath.WalkDir(args[0], func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(p)
		rel, _ := filepath.Rel(args[0], p)
		fmt.Fprintf(h, "%s %d\n%s", rel, len(data), data)
		files++
		return err
	})
	fmt.Printf("%d files %x\n", files, h.Sum(nil))
	return err
}

// jsonget reads JSON (a document, or lines) from a file and prints the value at a path: jsonget file rows.0.orders. In
// lines the first part of the path is the type of the line; the last such line is taken. Anything else than JSON in the
// file is an error; "len" is the length of a list.
func jsonget(args []string) error {
	data, err := os.ReadFile(args[0])
	if err != nil {
		return err
	}
	var v any
	path := strings.Split(args[1], ".")
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	var docs []any
	for {
		var doc any
		if err := d.Decode(&doc); err == io.EOF {
			break
		} else if err != nil {
			return fmt.Errorf("%s is not JSON: %w", args[0], err)
		}
		docs = append(docs, doc)
	}
	if len(docs) == 0 {
		return fmt.Errorf("%s holds no JSON", args[0])
	}
	v = docs[0]
	if len(docs) > 1 {
		v = nil
		for _, doc := range docs {
			if m, ok := doc.(map[string]any); ok && m["type"] == path[0] {
				v = doc
			}
		}
		path = path[1:]
	}
	for _, p := range path {
		switch x := v.(type) {
		case map[string]any:
			v = x[p]
		case []any:
			if p == "len" {
				v = len(x)
				continue
			}
			i, err := strconv.Atoi(p)
			if err != nil || i >= len(x) {
				return fmt.Errorf("no %s in %s", p, args[1])
			}
			v = x[i]
		default:
			return fmt.Errorf("no %s in %s", p, args[1])
		}
	}
	out, err := json.Marshal(v)
	fmt.Println(string(out))
	return err
}

// copytree copies a folder, without what kith writes into it.
func copytree(args []string) error {
	return filepath.WalkDir(args[0], func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(args[0], p)
		if err != nil {
			return err
		}
		if d.IsDir() {
			if d.Name() == ".kith" || d.Name() == "output" {
				return filepath.SkipDir
			}
			return os.MkdirAll(filepath.Join(args[1], rel), 0o755)
		}
		data, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(args[1], rel), data, 0o644)
	})
}

var href = regexp.MustCompile(`(?:href|src)="([^"]*)"`)

// linked checks that everything a page links is there, beside it, and that nothing is on the network: linked page.html.
func linked(args []string) error {
	data, err := os.ReadFile(args[0])
	if err != nil {
		return err
	}
	links := href.FindAllStringSubmatch(string(data), -1)
	for _, l := range links {
		if !filepath.IsLocal(filepath.FromSlash(strings.TrimSuffix(l[1], "/"))) {
			return fmt.Errorf("%s leads away", l[1])
		}
		if _, err := os.Stat(filepath.Join(filepath.Dir(args[0]), filepath.FromSlash(l[1]))); err != nil {
			return err
		}
	}
	fmt.Printf("%d links, all there\n", len(links))
	return nil
}

// samejson checks that the line of type result in a file of JSON lines is the document of another file: samejson lines doc.
func samejson(args []string) error {
	doc, err := os.ReadFile(args[1])
	if err != nil {
		return err
	}
	var want map[string]any
	if err := json.Unmarshal(doc, &want); err != nil {
		return err
	}
	lines, err := os.Open(args[0])
	if err != nil {
		return err
	}
	defer lines.Close()
	for d := json.NewDecoder(lines); ; {
		var got map[string]any
		if err := d.Decode(&got); err != nil {
			return fmt.Errorf("no line result: %w", err)
		}
		if got["type"] == "result" {
			delete(got, "type")
			if !reflect.DeepEqual(got, want) {
				return fmt.Errorf("the line result is %v\nthe file holds %v", got, want)
			}
			return nil
		}
	}
}
