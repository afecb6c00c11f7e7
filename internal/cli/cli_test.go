package cli

import (
	"bytes"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"
	"pgregory.net/rapid"

	"kith/internal/project"
)

func app() *App {
	return &App{In: strings.NewReader(""), Out: &bytes.Buffer{}, Err: &bytes.Buffer{}, Now: time.Now, Leaves: project.Leaves{Version: "test"}}
}

// TestEveryCommandHasAnExample walks all commands: each says in one line what it does and shows how it is used, and no
// line of its help is wider than a terminal.
func TestEveryCommandHasAnExample(t *testing.T) {
	var walk func(c *cobra.Command)
	walk = func(c *cobra.Command) {
		if c.Short == "" || c.Example == "" {
			t.Errorf("%s: short %q, example %q", c.CommandPath(), c.Short, c.Example)
		}
		for line := range strings.SplitSeq(c.Long+"\n"+c.Example, "\n") {
			if len([]rune(line)) > helpWidth+20 {
				t.Errorf("%s: %q is too wide", c.CommandPath(), line)
			}
		}
		for line := range strings.SplitSeq(c.Example, "\n") {
			if !strings.HasPrefix(line, "  kith ") {
				t.Errorf("%s: example %q", c.CommandPath(), line)
			}
		}
		for _, s := range c.Commands() {
			if s.Name() != "help" && s.Name() != "completion" {
				walk(s)
			}
		}
	}
	walk(app().root())
}

// TestExamplesParse reads every example as a command line: its command and flags exist.
func TestExamplesParse(t *testing.T) {
	a := app()
	root := a.root()
	n := 0
	var walk func(c *cobra.Command)
	walk = func(c *cobra.Command) {
		for line := range strings.SplitSeq(c.Example, "\n") {
			words := shellWords(t, strings.TrimSpace(line))
			if len(words) == 0 || words[0] != "kith" {
				continue
			}
			n++
			found, rest, err := root.Find(words[1:])
			if err != nil {
				t.Errorf("%s: %v", line, err)
				continue
			}
			if err := found.ParseFlags(rest); err != nil {
				t.Errorf("%s: %v", line, err)
			}
			if found.Args != nil {
				if err := found.Args(found, found.Flags().Args()); err != nil {
					t.Errorf("%s: %v", line, err)
				}
			}
		}
		for _, s := range c.Commands() {
			walk(s)
		}
	}
	walk(root)
	if n < 20 {
		t.Errorf("%d examples were read", n)
	}
}

// shellWords splits a line as a shell does.
func shellWords(t *testing.T, line string) []string {
	t.Helper()
	if line == "" {
		return nil
	}
	out, err := exec.Command("sh", "-c", `for w in "$@"; do :; done; printf '%s\0' `+line).Output()
	if err != nil {
		t.Fatalf("%s: %v", line, err)
	}
	return strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00")
}

// TestQuoted hands quoted arguments to a shell and gets them back.
func TestQuoted(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOfN(rapid.StringOf(rapid.RuneFrom([]rune("ab /'\"$`\\!*?~(){}[];&|<>#=\n\té"))), 1, 6).Draw(t, "words")
		var line []string
		for _, w := range words {
			line = append(line, quoted(w))
		}
		out, err := exec.Command("sh", "-c", `printf '%s\0' `+strings.Join(line, " ")).Output()
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.TrimSuffix(string(out), "\x00"); got != strings.Join(words, "\x00") {
			t.Fatalf("%q came back as %q", words, got)
		}
	})
}

func TestLongFlags(t *testing.T) {
	a := app()
	for in, want := range map[string]string{
		"run -end_time 5":            "run --end_time 5",
		"run -end-time=5 -p x":       "run --end-time=5 -p x",
		"run -p. -tdev -mx":          "run -p. -tdev -mx",
		"query -max_rows 0 -f -":     "query --max_rows 0 -f -",
		"query -- -end_time -max":    "query -- -end_time -max",
		"run --seq_no 4 -no_flag -m": "run --seq_no 4 -no_flag -m",
	} {
		if got := strings.Join(longFlags(a.root(), strings.Fields(in)), " "); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
}

func TestWrapText(t *testing.T) {
	got := wrapText("one two three\nfour\n\n  as it stands, however long it is\nfive six", 10)
	want := "one two\nthree four\n\n  as it stands, however long it is\nfive six"
	if got != want {
		t.Errorf("%q", got)
	}
}

func TestProjectName(t *testing.T) {
	for in, want := range map[string]string{"my shop!": "my_shop", "a/b-c": "b-c", "_x_": "x", "çé": "my_profiles"} {
		if got := projectName(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}
