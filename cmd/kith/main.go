// Command kith turns a folder of YAML into an identity graph and a customer 360 in a warehouse.
package main

import (
	"context"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"kith/internal/cli"
	"kith/internal/cli/view"
)

func main() { os.Exit(kith()) }

// kith runs the command line of the process and returns its exit code.
func kith() int {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go interrupts(cancel)
	app := &cli.App{
		Leaves:  leaves(),
		Program: program(os.Args[0]),
		In:      os.Stdin,
		Out:     &view.Counted{Writer: os.Stdout},
		Err:     os.Stderr,
		Now:     time.Now,
	}
	return app.Main(ctx, os.Args[1:])
}

// program is how to call this program again: the name it was called by or, when the go command made it for one call and
// takes it away afterwards, the call of the go command.
func program(called string) string {
	if strings.Contains(filepath.ToSlash(called), "/go-build") {
		return "go run ./cmd/kith"
	}
	if called == "" || strings.ContainsAny(called, " \t'\"$`\\") {
		return "kith"
	}
	return called
}

// interrupts stops the command in good order at the first signal, and at once at the second: a statement that the engine
// does not give up must not hold the user.
func interrupts(cancel context.CancelFunc) {
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	<-signals
	cancel()
	<-signals
	os.Exit(cli.ExitInterrupted)
}
