package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"golang.org/x/term"

	"kith/internal/cli/view"
	"kith/internal/diag"
)

// asker asks questions on a terminal, and takes the default where there is none. The first error ends all asking.
type asker struct {
	ctx  context.Context
	app  *App
	on   bool // there is somebody to ask
	in   *bufio.Reader
	err  error
	miss []string // flags that were needed and not given
}

// asker asks when standard input and the messages are on a terminal.
func (a *App) asker(ctx context.Context) *asker {
	return &asker{ctx: ctx, app: a, on: view.Terminal(a.In) && view.Terminal(a.Err), in: bufio.NewReader(a.In)}
}

// or is a value that was given, or asked for, or the default.
func (k *asker) or(given, question, byDefault string) string {
	if given != "" || !k.on || k.err != nil {
		if given == "" {
			return byDefault
		}
		return given
	}
	if answer := k.line(question, byDefault); answer != "" {
		return answer
	}
	return byDefault
}

// must is a value that has to be given: by its flag, or as an answer.
func (k *asker) must(given, question, flag string) string {
	if given != "" || k.err != nil {
		return given
	}
	if !k.on {
		k.miss = append(k.miss, "--"+flag)
		return ""
	}
	for k.err == nil {
		if answer := k.line(question, ""); answer != "" || k.err != nil {
			return answer
		}
		fmt.Fprintln(k.app.Err, "An answer is needed; Ctrl-C ends this and writes nothing.")
	}
	return ""
}

// choice is one of a few words: given by its flag, where it is returned as it is, or as an answer, which is asked for until it
// is one of them.
func (k *asker) choice(given, question, flag string, words []string) string {
	asked := given == "" && k.on
	for k.err == nil {
		answer := k.must(given, question+" ("+strings.Join(words, ", ")+")", flag)
		word := strings.ToLower(answer)
		if !asked || k.err != nil || slices.Contains(words, word) {
			return answer
		}
		hint := ""
		if near := diag.Nearest(word, words); near != "" {
			hint = fmt.Sprintf("; did you mean %q?", near)
		}
		fmt.Fprintf(k.app.Err, "%q is none of %s%s\n", answer, strings.Join(words, ", "), hint)
	}
	return ""
}

func (k *asker) line(question, byDefault string) string {
	k.prompt(question, byDefault)
	return k.wait(func() (string, error) {
		s, err := k.in.ReadString('\n')
		if s != "" && errors.Is(err, io.EOF) {
			err = nil
		}
		return s, err
	})
}

// wait reads an answer, unless the command is interrupted meanwhile: a read of the terminal cannot be, and is left behind.
func (k *asker) wait(read func() (string, error)) string {
	type result struct {
		s   string
		err error
	}
	done := make(chan result, 1)
	go func() {
		s, err := read()
		done <- result{s, err}
	}()
	select {
	case <-k.ctx.Done():
		fmt.Fprintln(k.app.Err)
		k.err = k.ctx.Err()
		return ""
	case r := <-done:
		if r.err != nil {
			k.err = errors.New("no answer was given; nothing was written")
		}
		return strings.TrimSpace(r.s)
	}
}

// secret asks without showing what is typed. Nothing is "".
func (k *asker) secret(question string) string {
	f, ok := k.app.In.(*os.File)
	if !ok || !k.on || k.err != nil {
		return ""
	}
	k.prompt(question, "")
	state, err := term.GetState(int(f.Fd()))
	if err != nil {
		k.err = err
		return ""
	}
	// Reading turns the echo off; an interrupted read would leave the terminal so.
	defer term.Restore(int(f.Fd()), state)
	answer := k.wait(func() (string, error) {
		data, err := term.ReadPassword(int(f.Fd()))
		return string(data), err
	})
	if k.err == nil {
		fmt.Fprintln(k.app.Err)
	}
	return answer
}

func (k *asker) prompt(question, byDefault string) {
	if byDefault != "" {
		question += " " + k.app.style().Dim("["+byDefault+"]")
	}
	fmt.Fprint(k.app.Err, question+": ")
}
