// Command kith turns a folder of YAML into an identity graph and a customer 360 in a warehouse.
package main

import (
	"context"
	"os"
	"os/signal"
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
		Leaves: leaves(),
		In:     os.Stdin,
		Out:    &view.Counted{Writer: os.Stdout},
		Err:    os.Stderr,
		Now:    time.Now,
	}
	return app.Main(ctx, os.Args[1:])
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
