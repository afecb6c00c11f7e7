package main

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"time"

	"kith/internal/cli"
	"kith/internal/project"
)

// commandLine prints the help of every command.
func commandLine() (string, error) {
	var b strings.Builder
	b.WriteString(generated + "# Commands\n\nWhat `kith <command> --help` prints, for all commands. Exit codes:\n\n| code | meaning |\n| --- | --- |\n")
	for _, c := range exitCodes {
		fmt.Fprintf(&b, "| %d | %s |\n", c.code, c.meaning)
	}
	err := helpOf(&b, nil)
	return b.String(), err
}

var exitCodes = []struct {
	code    int
	meaning string
}{
	{cli.ExitOK, "all is well"},
	{cli.ExitUser, "the command line or the configuration is wrong"},
	{cli.ExitCompile, "the project has mistakes"},
	{cli.ExitRun, "the warehouse refused, or a step of a run failed; nothing was published"},
	{cli.ExitPartial, "a run with `--ignore_model_errors` published a part"},
	{cli.ExitAccess, "something may not be read or written"},
	{cli.ExitInterrupted, "interrupted"},
}

// helpOf prints the help of a command, then that of the commands below it.
func helpOf(b *strings.Builder, path []string) error {
	var out, errs bytes.Buffer
	app := &cli.App{Leaves: project.Leaves{Version: "version"}, In: strings.NewReader(""), Out: &out, Err: &errs,
		Now: func() time.Time { return endTime }}
	if code := app.Main(context.Background(), append(append([]string{}, path...), "--help")); code != cli.ExitOK {
		return fmt.Errorf("kith %s --help: %s", strings.Join(path, " "), errs.String())
	}
	fmt.Fprintf(b, "\n## %s\n\n```text\n%s```\n", strings.Join(append([]string{"kith"}, path...), " "), strings.TrimRight(out.String(), "\n")+"\n")
	if len(path) > 0 && path[0] == "completion" { // one command for each shell, all alike
		return nil
	}
	for _, name := range commands(out.String()) {
		if name == "help" {
			continue
		}
		if err := helpOf(b, append(append([]string{}, path...), name)); err != nil {
			return err
		}
	}
	return nil
}

// commands are the names of the commands that a help text lists.
func commands(help string) []string {
	var out []string
	_, list, _ := strings.Cut(help, "\nAvailable Commands:\n")
	for line := range strings.Lines(list) {
		name := strings.Fields(line)
		if len(name) == 0 {
			break
		}
		out = append(out, name[0])
	}
	return out
}
