package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// onPostgres is the largest size that is run on Postgres too.
const onPostgres = 1_000_000

// place is where a server is.
type place struct {
	Socket string `json:"socket"`
	Port   int    `json:"port"`
	User   string `json:"user"`
}

// serve starts the command of bench/server; stop ends it.
func (b *benchmark) serve(ctx context.Context) (at place, stop func(), err error) {
	cmd := exec.CommandContext(ctx, b.server)
	in, err := cmd.StdinPipe()
	if err != nil {
		return at, nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return at, nil, err
	}
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		return at, nil, err
	}
	stop = func() { in.Close(); _ = cmd.Wait() }
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err == nil {
		err = json.Unmarshal(line, &at)
	}
	if err != nil {
		stop()
		return at, nil, errors.New("no Postgres server")
	}
	return at, stop, nil
}

// writeServer makes a site configuration for a database of a Postgres server.
func writeServer(path string, at place) error {
	return os.WriteFile(path, fmt.Appendf(nil, `connections:
  kith_bench:
    target: dev
    outputs:
      dev:
        type: postgres
        host: %s
        port: %d
        user: %s
        dbname: postgres
        schema: main
`, at.Socket, at.Port, at.User), 0o644)
}

// postgres runs the project on a server of its own, over the same files; nil when there is no server.
func (b *benchmark) postgres(ctx context.Context, data string) (*Cost, error) {
	if b.server == "" {
		return nil, nil
	}
	at, stop, err := b.serve(ctx)
	if err != nil {
		b.say("not measured on Postgres: %v", err)
		return nil, nil
	}
	defer stop()
	dir, site := filepath.Join(b.work, "on_postgres"), filepath.Join(b.work, "postgres.yaml")
	if err := os.RemoveAll(dir); err != nil {
		return nil, err
	}
	if err := writeProject("project", dir, data); err != nil {
		return nil, err
	}
	if err := writeServer(site, at); err != nil {
		return nil, err
	}
	out, cost, err := process(ctx, b.kith, "run", "-p", dir, "-c", site, "--end_time", endTime, "--json", "--concurrency", fmt.Sprint(b.threads))
	if err != nil {
		if why := failure(out); why != "" {
			err = errors.New(why)
		}
		return nil, err
	}
	return &cost, nil
}
