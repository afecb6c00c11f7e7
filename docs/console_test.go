package docs

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write what commands print into the documents")

// TestConsole runs every command that a document shows in a block of the language "console", and wants what is shown below it
// to be what it prints. Each document has a folder of its own with a copy of the examples. Comments above a block direct it:
//
//	<!-- write shop/models/x.yaml -->    the block is written to that file instead
//	<!-- from "text" -->                 of the output, only the lines from the first that has the text are shown
//	<!-- until "text" -->                only the lines before the first that has the text, after from, are shown
//
// Where lines are left out, "..." is shown. Times that a step took are not compared, nor the hashes in names of materials, which
// change with the rule they are taken by.
func TestConsole(t *testing.T) {
	kith := build(t)
	commands := 0
	for page, text := range pages(t) {
		if !strings.Contains(text, "```console\n") {
			continue
		}
		t.Run(page, func(t *testing.T) {
			s := &session{t: t, dir: workspace(t), kith: kith}
			after := s.play(text)
			commands += s.commands
			if *update && after != text {
				if err := os.WriteFile(filepath.Join(root, filepath.FromSlash(page)), []byte(after), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
	if commands < 10 {
		t.Errorf("only %d commands were run", commands)
	}
}

// build makes the program as a user would.
func build(t *testing.T) string {
	t.Helper()
	bin := filepath.Join(t.TempDir(), "kith")
	cmd := exec.Command("go", "build", "-o", bin, "./cmd/kith")
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return bin
}

// workspace is a folder with the examples as they are in the repository, without what runs of kith left there.
func workspace(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, part := range []string{"pb_project.yaml", "models", "data"} {
		from, to := filepath.Join(root, "examples", "shop", part), filepath.Join(dir, "examples", "shop", part)
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			t.Fatal(err)
		}
		if info, err := os.Stat(from); err == nil && info.IsDir() {
			if err := os.CopyFS(to, os.DirFS(from)); err != nil {
				t.Fatal(err)
			}
			continue
		}
		data, err := os.ReadFile(from)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(to, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// session is one document being played.
type session struct {
	t         *testing.T
	dir, kith string
	commands  int
}

// directive is what comments above a block ask for.
type directive struct{ write, from, until string }

var directiveRE = regexp.MustCompile(`^<!-- (write|from|until) "?([^"]+?)"? -->$`)

// play carries a document out, block by block, and returns it with the true outputs.
func (s *session) play(text string) string {
	var out []string
	var d directive
	lines := strings.Split(text, "\n")
	for i := 0; i < len(lines); i++ {
		line := lines[i]
		out = append(out, line)
		if m := directiveRE.FindStringSubmatch(line); m != nil {
			switch m[1] {
			case "write":
				d.write = m[2]
			case "from":
				d.from = m[2]
			case "until":
				d.until = m[2]
			}
			continue
		}
		lang, fenced := strings.CutPrefix(line, "```")
		if !fenced {
			continue
		}
		end := i + 1 + slices.Index(lines[i+1:], "```")
		if end == i {
			s.t.Fatal("a block is not closed")
		}
		block := lines[i+1 : end]
		switch {
		case d.write != "":
			s.write(d.write, block)
		case lang == "console":
			block = s.console(block, d)
		}
		out = append(append(out, block...), "```")
		i, d = end, directive{}
	}
	return strings.Join(out, "\n")
}

func (s *session) write(name string, block []string) {
	path := filepath.Join(s.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(strings.Join(block, "\n")+"\n"), 0o644); err != nil {
		s.t.Fatal(err)
	}
}

// console runs the commands of a block, the lines that begin with "$ ", and returns the block with what they print.
func (s *session) console(block []string, d directive) []string {
	var out []string
	for i := 0; i < len(block); {
		command, ok := strings.CutPrefix(block[i], "$ ")
		if !ok {
			s.t.Fatalf("a block of the console begins with %q, not with a command", block[i])
		}
		end := i + 1
		for end < len(block) && !strings.HasPrefix(block[end], "$ ") {
			end++
		}
		shown, printed := block[i+1:end], d.cut(s.run(command))
		if slices.Equal(lasting(shown), lasting(printed)) {
			printed = shown
		} else if !*update {
			s.t.Errorf("$ %s\nprints\n%s\nand not\n%s\nRun go test ./docs -update, and read the difference.", command,
				strings.Join(printed, "\n"), strings.Join(shown, "\n"))
		}
		out = append(append(out, block[i]), printed...)
		i = end
	}
	return out
}

// run gives the lines that a command prints, on whichever stream. A command that fails says so in the last line.
func (s *session) run(command string) []string {
	s.commands++
	const goRun = "go run ./cmd/kith"
	called := command
	command = strings.ReplaceAll(command, goRun, "kith")
	cmd := exec.Command("bash", "-c", command)
	cmd.Dir = s.dir
	cmd.Env = append(os.Environ(), "PATH="+filepath.Dir(s.kith)+string(os.PathListSeparator)+os.Getenv("PATH"), "HOME="+s.dir, "TZ=UTC")
	var b bytes.Buffer
	cmd.Stdout, cmd.Stderr = &b, &b
	err := cmd.Run()
	lines := strings.Split(strings.TrimRight(b.String(), "\n"), "\n")
	for i, l := range lines {
		lines[i] = strings.TrimRight(l, " ")
		if called != command { // commands to copy begin as kith was called
			lines[i] = strings.Replace(lines[i], "  kith ", "  "+goRun+" ", 1)
		}
	}
	if err != nil {
		lines = append(lines, fmt.Sprintf("(%v)", err))
	}
	if len(lines) == 1 && lines[0] == "" {
		return nil
	}
	return lines
}

// cut leaves the lines that are to be shown.
func (d directive) cut(lines []string) []string {
	has := func(text string) func(string) bool {
		return func(line string) bool { return strings.Contains(line, text) }
	}
	var out []string
	if d.from != "" {
		if i := slices.IndexFunc(lines, has(d.from)); i > 0 {
			out, lines = []string{"..."}, lines[i:]
		}
	}
	if d.until != "" {
		if i := slices.IndexFunc(lines, has(d.until)); i > 0 {
			lines = append(slices.Clone(lines[:i]), "...")
			if n := len(lines); n > 1 && lines[n-2] == "" {
				lines = append(lines[:n-2], "...")
			}
		}
	}
	return append(out, lines...)
}

var (
	tookRE = regexp.MustCompile(`\b\d+(\.\d+)?(ms|s)\b`)
	hashRE = regexp.MustCompile(`_[0-9a-f]{8}_(\d+)\b`)
)

// lasting are lines without what may differ from run to run and from version to version.
func lasting(lines []string) []string {
	var out []string
	for _, l := range lines {
		out = append(out, hashRE.ReplaceAllString(tookRE.ReplaceAllString(l, "0s"), "_00000000_$1"))
	}
	return out
}
