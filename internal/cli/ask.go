package cli

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"kith/internal/cli/view"
)

// asker asks questions on a terminal, and takes the default where there is none. The first error ends all asking.
type asker struct {
	app  *App
	on   bool // there is somebody to ask
	in   *bufio.Reader
	err  error
	miss []string // flags that were needed and not given
}

// asker asks when standard input and the messages are on a terminal.
func (a *App) asker() *asker {
	return &asker{app: a, on: view.Terminal(a.In) && view.Terminal(a.Err), in: bufio.NewReader(a.In)}
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
		if answer := k.line(question, ""); answer != "" {
			return answer
		}
	}
	return ""
}

func (k *asker) line(question, byDefault string) string {
	k.prompt(question, byDefault)
	s, err := k.in.ReadString('\n')
	if err != nil && (s == "" || !errors.Is(err, io.EOF)) {
		k.err = errors.New("no answer was given; nothing was written")
	}
	return strings.TrimSpace(s)
}

// secret asks without showing what is typed. Nothing is "".
func (k *asker) secret(question string) string {
	f, ok := k.app.In.(*os.File)
	if !ok || !k.on || k.err != nil {
		return ""
	}
	k.prompt(question, "")
	data, err := term.ReadPassword(int(f.Fd()))
	fmt.Fprintln(k.app.Err)
	if err != nil {
		k.err = errors.New("no answer was given; nothing was written")
	}
	return strings.TrimSpace(string(data))
}

func (k *asker) prompt(question, byDefault string) {
	if byDefault != "" {
		question += " " + k.app.style().Dim("["+byDefault+"]")
	}
	fmt.Fprint(k.app.Err, question+": ")
}
